// Conditions and sentences of the matrix: a loss's column, and all of them. Their order is narrator.c's.
//
// All outputs of a column are ranked by MSE, the one figure that every output is fairly measured by.
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "state/narrator_rules.h"
#include "state/ranking.h"

static const NarratorColumn *column_of(const NarratorFacts *f, int column) { return &f->columns[column]; }
static double mse_of(const NarratorModel *m) { return m->mean[LOSS_MSE]; }
static const char *label_of(const NarratorModel *m) { return activation_get(OUTPUT_ACTIVATION, m->spec.output)->label; }

// The whole models of a column, from the least MSE.
typedef struct Ranks {
    const NarratorModel *models[OUTPUT_COUNT];
    int count;
} Ranks;

static Ranks rank(const NarratorColumn *c)
{
    Ranks out = {.count = 0};
    for (int row = 0; row < c->count; row++) {
        if (c->rows[row].broken_step >= 0)
            continue;
        int at = out.count++;
        for (; at > 0 && mse_of(out.models[at - 1]) > mse_of(&c->rows[row]); at--)
            out.models[at] = out.models[at - 1];
        out.models[at] = &c->rows[row];
    }
    return out;
}

// ---- moments ------------------------------------------------------------------------------------------------------

// Nothing is measured, nothing learnt, or there is nothing to compare.
bool column_is_unknown(const NarratorFacts *f, int column)
{
    const NarratorColumn *c = column_of(f, column);
    int trained = 0;
    for (int row = 0; row < c->count; row++) {
        if (c->rows[row].broken_step < 0 && !c->rows[row].is_measured)
            return true;
        trained += c->rows[row].broken_step < 0 && c->rows[row].test_step > 0;
    }
    return trained < 2;
}

bool column_is_apart(const NarratorFacts *f, int column)
{
    const Ranks ranks = rank(column_of(f, column));
    for (int i = 1; i < ranks.count; i++)
        if (ranks.models[i]->test_step != ranks.models[0]->test_step)
            return true;
    return false;
}

bool column_waits(const NarratorFacts *f, int column) { return f->is_training && column_is_apart(f, column); }

void say_column_apart(const NarratorFacts *f, int column, Sentence *out)
{
    const Ranks ranks = rank(column_of(f, column));
    const NarratorModel *least = ranks.models[0], *most = ranks.models[0];
    for (int i = 1; i < ranks.count; i++) {
        least = ranks.models[i]->test_step < least->test_step ? ranks.models[i] : least;
        most = ranks.models[i]->test_step > most->test_step ? ranks.models[i] : most;
    }
    narrator_add(out, "*Not to be compared yet*: %s is at batch %" PRId64 ", %s at %" PRId64 ".", label_of(least),
                 least->test_step, label_of(most), most->test_step);
}

// ---- words --------------------------------------------------------------------------------------------------------

// A label as the first word of a sentence.
static const char *begin_with(const char *label, char text[32])
{
    (void)snprintf(text, 32, "%s", label);
    text[0] = (char)toupper((unsigned char)text[0]);
    return text;
}

static void add_moment(const NarratorFacts *f, int column, Sentence *out)
{
    const NarratorColumn *c = column_of(f, column);
    const Ranks ranks = rank(c);
    for (int row = 0; row < c->count; row++)
        if (c->rows[row].broken_step >= 0)
            narrator_add(out, " %s broke at batch %" PRId64 ".", label_of(&c->rows[row]), c->rows[row].broken_step);
    if (ranks.models[0]->epoch < RANKING_EPOCHS)
        narrator_add(out, " So far: epoch %d.", ranks.models[0]->epoch);
}

// ---- blind --------------------------------------------------------------------------------------------------------

// The largest group whose losses are equal within 1 %, and whose MSE are not: bits of ranks; 0: none.
static unsigned find_blind(const Ranks *ranks, int loss)
{
    unsigned best = 0;
    int most = 1;
    for (int i = 0; i < ranks->count; i++) {
        const double own = ranks->models[i]->mean[loss];
        unsigned group = 0;
        int size = 0;
        double least = INFINITY, largest = 0;
        for (int j = 0; j < ranks->count; j++)
            if (fabs(ranks->models[j]->mean[loss] - own) <= 0.01 * fmin(ranks->models[j]->mean[loss], own)) {
                group |= 1u << j;
                size++;
                least = fmin(least, mse_of(ranks->models[j]));
                largest = fmax(largest, mse_of(ranks->models[j]));
            }
        if (size > most && largest > 1.25 * least) {
            best = group;
            most = size;
        }
    }
    return best;
}

bool column_is_blind(const NarratorFacts *f, int column)
{
    const Ranks ranks = rank(column_of(f, column));
    return find_blind(&ranks, column_of(f, column)->loss) != 0;
}

static void add_group_mse(const Ranks *group, Sentence *out)
{
    for (int i = 0; i < group->count; i++)
        narrator_add_item(out, i, group->count, narrator_format_loss(mse_of(group->models[i])).text);
}

void say_column_blind(const NarratorFacts *f, int column, Sentence *out)
{
    const int loss = column_of(f, column)->loss;
    const Ranks ranks = rank(column_of(f, column));
    const unsigned bits = find_blind(&ranks, loss);
    Ranks group = {.count = 0};
    double least = INFINITY, most = 0, outside = 0;
    for (int i = 0; i < ranks.count; i++)
        if (bits >> i & 1) {
            const NarratorModel *m = group.models[group.count++] = ranks.models[i];
            least = fmin(least, m->mean[loss]);
            most = fmax(most, m->mean[loss]);
            outside = fmax(outside, m->below_0 + m->above_1);
        }
    narrator_add(out, "*%s %s.* ", loss_get(loss)->label,
                 outside > 0.01 ? "cannot see outside 0\u20261" : "cannot tell them apart");
    for (int i = 0; i < group.count; i++) {
        char first[32];
        narrator_add_item(out, i, group.count,
                          i == 0 ? begin_with(label_of(group.models[i]), first) : label_of(group.models[i]));
    }
    const Figure low = narrator_format_loss(least), high = narrator_format_loss(most);
    if (narrator_is_same(low, high))
        narrator_add(out, " score the same %s", low.text);
    else
        narrator_add(out, " score %s to %s", low.text, high.text);
    narrator_add(out, ", yet their MSE is ");
    add_group_mse(&group, out);
    narrator_add(out, ".");
    add_moment(f, column, out);
}

// ---- too dark -----------------------------------------------------------------------------------------------------

// One is far too dark, and none as bright as what it was to draw.
bool column_is_dim(const NarratorFacts *f, int column)
{
    const Ranks ranks = rank(column_of(f, column));
    int dark = 0, darker = 0;
    for (int i = 0; i < ranks.count; i++) {
        dark += ranks.models[i]->mean_output < 0.7 * f->target_mean;
        darker += ranks.models[i]->mean_output < 0.9 * f->target_mean;
    }
    return f->has_targets && dark > 0 && darker == ranks.count;
}

void say_column_dim(const NarratorFacts *f, int column, Sentence *out)
{
    const Ranks ranks = rank(column_of(f, column));
    double least = INFINITY, most = -INFINITY;
    for (int i = 0; i < ranks.count; i++) {
        least = fmin(least, ranks.models[i]->mean_output);
        most = fmax(most, ranks.models[i]->mean_output);
    }
    narrator_add(out, "*%s dims*: mean brightness %s to %s, the target's is %s.",
                 loss_get(column_of(f, column)->loss)->label, narrator_format_loss(least).text,
                 narrator_format_loss(most).text, narrator_format_loss(f->target_mean).text);
    add_moment(f, column, out);
}

// ---- ranked -------------------------------------------------------------------------------------------------------

// Another that is so near the best is as good, and so is one whose figure is printed alike.
static bool is_as_good(const NarratorColumn *c, const NarratorModel *best, const NarratorModel *other)
{
    return ranking_is_as_good(mse_of(best), mse_of(other), c->spread) ||
           narrator_is_same(narrator_format_loss(mse_of(best)), narrator_format_loss(mse_of(other)));
}

// "Sigmoid 0.0099; clip is 10 % worse, ReLU 28 %, linear has 2.4 times as much."
static void add_ranks(const NarratorFacts *f, int column, Sentence *out)
{
    char first[32];
    const NarratorColumn *c = column_of(f, column);
    const Ranks ranks = rank(c);
    const NarratorModel *best = ranks.models[0];
    narrator_add(out, "%s has MSE %s", begin_with(label_of(best), first), narrator_format_loss(mse_of(best)).text);
    bool was_percent = false, was_times = false;
    for (int i = 1; i < ranks.count; i++) {
        const NarratorModel *m = ranks.models[i];
        const double ratio = mse_of(m) / mse_of(best);
        narrator_add(out, "%s %s ", i == 1 ? ";" : ",", label_of(m));
        if (is_as_good(c, best, m))
            narrator_add(out, "is as good");
        else if (ratio < 2) {
            narrator_add(out, "%s%s%s", was_percent ? "" : "is ", narrator_format_percent(ratio).text,
                         was_percent ? "" : " worse");
            was_percent = true;
        } else {
            narrator_add(out, "%s%s%s", was_times ? "" : "has ", narrator_format_ratio(ratio).text,
                         was_times ? "" : " as much");
            was_times = true;
        }
    }
    narrator_add(out, ".");
    add_moment(f, column, out);
}

static bool has_broken(const NarratorColumn *c, const Ranks *ranks) { return ranks->count < c->count; }

bool column_forgives(const NarratorFacts *f, int column)
{
    const NarratorColumn *c = column_of(f, column);
    const Ranks ranks = rank(c);
    return !has_broken(c, &ranks) && mse_of(ranks.models[ranks.count - 1]) <= 2 * mse_of(ranks.models[0]);
}

void say_column_forgives(const NarratorFacts *f, int column, Sentence *out)
{
    narrator_add(out, "*%s forgives.* ", loss_get(column_of(f, column)->loss)->label);
    add_ranks(f, column, out);
}

bool column_is_ranked(const NarratorFacts *f, int column) { return !column_is_unknown(f, column); }

void say_column_ranked(const NarratorFacts *f, int column, Sentence *out)
{
    narrator_add(out, "*With %s the output matters.* ", loss_get(column_of(f, column)->loss)->label);
    add_ranks(f, column, out);
}

// ---- the whole matrix ---------------------------------------------------------------------------------------------

// A column of which something can be said: measured at one moment, far enough.
static bool is_ripe(const NarratorFacts *f, int column)
{
    return !column_is_unknown(f, column) && !column_is_apart(f, column) &&
           rank(column_of(f, column)).models[0]->epoch >= RANKING_EPOCHS;
}

// The best of the models that are not as good as the best; NULL: none.
static const NarratorModel *find_next(const NarratorColumn *c, const Ranks *ranks)
{
    for (int i = 1; i < ranks->count; i++)
        if (!is_as_good(c, ranks->models[0], ranks->models[i]))
            return ranks->models[i];
    return NULL;
}

// One output, or those as good, is far better than all others.
static bool has_choice(const NarratorFacts *f, int column)
{
    const NarratorColumn *c = column_of(f, column);
    const Ranks ranks = rank(c);
    const NarratorModel *next = is_ripe(f, column) ? find_next(c, &ranks) : NULL;
    return next && mse_of(next) > 1.5 * mse_of(ranks.models[0]);
}

// Even the worst is far from what always answering the mean image costs.
static bool is_readable(const NarratorFacts *f, int column)
{
    const NarratorColumn *c = column_of(f, column);
    const Ranks ranks = rank(c);
    return is_ripe(f, column) && !has_broken(c, &ranks) && f->has_targets &&
           mse_of(ranks.models[ranks.count - 1]) < 0.5 * f->mean_image[LOSS_MSE];
}

static void add_choice(const NarratorFacts *f, int column, Sentence *out)
{
    const NarratorColumn *c = column_of(f, column);
    const Ranks ranks = rank(c);
    const NarratorModel *best = ranks.models[0], *next = find_next(c, &ranks);
    narrator_add(out, "*With %s, take %s*: its MSE is %s, %s has %s as much.", loss_get(c->loss)->label, label_of(best),
                 narrator_format_loss(mse_of(best)).text, label_of(next),
                 narrator_format_ratio(mse_of(next) / mse_of(best)).text);
}

static void add_readable(const NarratorFacts *f, int column, Sentence *out)
{
    const NarratorColumn *c = column_of(f, column);
    const Ranks ranks = rank(c);
    const NarratorModel *best = ranks.models[0], *worst = ranks.models[ranks.count - 1];
    narrator_add(out, "*With %s every output draws readable digits*: MSE from %s (%s) to %s (%s).",
                 loss_get(c->loss)->label, narrator_format_loss(mse_of(best)).text, label_of(best),
                 narrator_format_loss(mse_of(worst)).text, label_of(worst));
}

bool matrix_has_clause(const NarratorFacts *f, int subject)
{
    (void)subject;
    for (int column = 0; column < f->column_count; column++)
        if (has_choice(f, column) || is_readable(f, column))
            return true;
    return false;
}

// Of the first two columns of which there is something to say.
void say_matrix(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    int said = 0;
    for (int column = 0; column < f->column_count && said < 2; column++) {
        const bool is_choice = has_choice(f, column);
        if (!is_choice && !is_readable(f, column))
            continue;
        narrator_add(out, "%s", said++ > 0 ? " " : "");
        (is_choice ? add_choice : add_readable)(f, column, out);
    }
}
