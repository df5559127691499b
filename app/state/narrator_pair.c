// Conditions and sentences of A beside B, and of one side alone. Their order is narrator.c's. Thresholds stand in the
// conditions.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "state/narrator_parts.h"
#include "state/narrator_rules.h"

// The sides for which a condition of one side holds, as bits.
static unsigned find_sides(const NarratorFacts *f, Condition *holds)
{
    return (holds(f, SIDE_A) ? SHOWS_A : 0u) | (holds(f, SIDE_B) ? SHOWS_B : 0u);
}

// "<B>", or "<A> and <B>".
static const char *name_sides(unsigned sides)
{
    return sides == SHOWS_BOTH ? "<A> and <B>" : narrator_side(sides == SHOWS_A ? SIDE_A : SIDE_B);
}

static int first_of(unsigned sides) { return sides & SHOWS_A ? SIDE_A : SIDE_B; }

// A learning rate above its optimizer's own is the first to be suspected.
static bool has_long_steps(const Spec *spec) { return spec->lr > optimizer_get(spec->optimizer)->default_lr; }

static void propose_rate(const NarratorFacts *f, int side, Sentence *out)
{
    SentenceAction *action = &out->action;
    action->side = side;
    action->spec = f->sides[side].spec;
    action->spec.lr = optimizer_get(action->spec.optimizer)->default_lr;
    (void)snprintf(action->label, sizeof action->label, "Set %c's learning rate to %s", side == SIDE_A ? 'A' : 'B',
                   narrator_format_setting((double)action->spec.lr).text);
}

// ---- broke --------------------------------------------------------------------------------------------------------

bool solo_is_broken(const NarratorFacts *f, int side) { return f->sides[side].broken_step >= 0; }
bool pair_is_broken(const NarratorFacts *f, int subject) { return (void)subject, find_sides(f, solo_is_broken) != 0; }

static void add_broken(const NarratorFacts *f, unsigned sides, Sentence *out)
{
    const NarratorModel *m = &f->sides[first_of(sides)];
    narrator_add(out, "*%s broke at batch %" PRId64, name_sides(sides), m->broken_step);
    if (sides == SHOWS_BOTH && f->sides[SIDE_B].broken_step != m->broken_step)
        narrator_add(out, " and %" PRId64, f->sides[SIDE_B].broken_step);
    narrator_add(out, "*: %s numbers are no longer finite.", sides == SHOWS_BOTH ? "their" : "its");
    if (has_long_steps(&m->spec)) {
        narrator_add(out, " Is a learning rate of %s too large?", narrator_format_setting((double)m->spec.lr).text);
        propose_rate(f, first_of(sides), out);
    }
    if (sides != SHOWS_BOTH)
        narrator_add(out, " Shown: batch %" PRId64 ".", m->step);
}

void say_broken(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    add_broken(f, find_sides(f, solo_is_broken), out);
}

void say_solo_broken(const NarratorFacts *f, int side, Sentence *out) { add_broken(f, 1u << side, out); }

// ---- moments ------------------------------------------------------------------------------------------------------

static double count_epochs(const NarratorModel *m)
{
    return m->steps_per_epoch > 0 ? (double)m->step / m->steps_per_epoch : 0;
}

static Diagnosis compare(const NarratorFacts *f, int *behind)
{
    return diagnosis_compare((const double[]){count_epochs(&f->sides[SIDE_A]), count_epochs(&f->sides[SIDE_B])},
                             behind);
}

// Models that train in step are a few batches apart at most.
bool pair_is_behind(const NarratorFacts *f, int subject)
{
    int behind;
    (void)subject;
    return compare(f, &behind).kind == DIAGNOSIS_BEHIND;
}

void say_behind(const NarratorFacts *f, int subject, Sentence *out)
{
    int behind;
    (void)subject;
    const Diagnosis diagnosis = compare(f, &behind);
    narrator_add(out, "*%s %s*: %s.", narrator_side(behind), diagnosis.is,
                 f->is_training ? "wait before you compare" : "what differs may be that alone");
}

static bool is_of_one_moment(const NarratorModel *a, const NarratorModel *b)
{
    const bool are_ends = a->steps_per_epoch > 0 && b->steps_per_epoch > 0 && a->test_step % a->steps_per_epoch == 0 &&
                          b->test_step % b->steps_per_epoch == 0;
    return a->test_step == b->test_step || (are_ends && a->epoch == b->epoch);
}

bool pair_is_apart(const NarratorFacts *f, int subject)
{
    (void)subject;
    return narrator_are_measured(f) && !is_of_one_moment(&f->sides[SIDE_A], &f->sides[SIDE_B]);
}

bool pair_waits(const NarratorFacts *f, int subject) { return f->is_training && pair_is_apart(f, subject); }

void say_apart(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    narrator_add(out, "*<A> and <B> are of different moments*: their figures of batch %" PRId64 " and %" PRId64 ".",
                 f->sides[SIDE_A].test_step, f->sides[SIDE_B].test_step);
}

bool solo_is_untrained(const NarratorFacts *f, int side)
{
    return f->sides[side].is_measured && f->sides[side].test_step == 0;
}

bool pair_is_untrained(const NarratorFacts *f, int subject)
{
    return (void)subject, find_sides(f, solo_is_untrained) == SHOWS_BOTH;
}

void say_untrained(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const Figure a = narrator_format_loss(narrator_mse(f, SIDE_A)), b = narrator_format_loss(narrator_mse(f, SIDE_B));
    if (narrator_is_same(a, b))
        narrator_add(out, "*Nothing is learnt yet*: the MSE of <A> and of <B> is %s.", a.text);
    else
        narrator_add(out, "*Nothing is learnt yet*: the MSE of <A> is %s, of <B> %s.", a.text, b.text);
}

void say_solo_untrained(const NarratorFacts *f, int side, Sentence *out)
{
    narrator_add(out, "*%s has learnt nothing yet*: its MSE is %s.", narrator_side(side),
                 narrator_format_loss(narrator_mse(f, side)).text);
}

// ---- what else went wrong -----------------------------------------------------------------------------------------

// What is said here of a broken model and of a mean image knows of both sides and proposes another rate.
bool solo_went_wrong(const NarratorFacts *f, int side)
{
    const DiagnosisKind kind = f->sides[side].diagnosis.kind;
    return kind != DIAGNOSIS_NONE && kind != DIAGNOSIS_BROKE && kind != DIAGNOSIS_MEAN_IMAGE;
}

bool pair_went_wrong(const NarratorFacts *f, int subject) { return (void)subject, find_sides(f, solo_went_wrong) != 0; }

void say_solo_wrong(const NarratorFacts *f, int side, Sentence *out)
{
    const Diagnosis *diagnosis = &f->sides[side].diagnosis;
    narrator_add(out, "*%s %s.* %s", narrator_side(side), diagnosis->is, diagnosis->because);
    if (diagnosis->kind == DIAGNOSIS_RATE_SMALL || diagnosis->kind == DIAGNOSIS_RATE_LARGE)
        propose_rate(f, side, out);
}

void say_wrong(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    const unsigned sides = find_sides(f, solo_went_wrong);
    say_solo_wrong(f, first_of(sides), out);
    if (sides == SHOWS_BOTH)
        narrator_add(out, " <B> %s, too.", f->sides[SIDE_B].diagnosis.is);
}

// ---- all alike, too dark ------------------------------------------------------------------------------------------

bool solo_is_mean_image(const NarratorFacts *f, int side)
{
    const NarratorModel *m = &f->sides[side];
    return m->is_measured && f->has_targets && m->epoch >= 3 && diagnosis_is_mean_image(m->mean, f->mean_image);
}

bool pair_is_mean_image(const NarratorFacts *f, int subject)
{
    return (void)subject, find_sides(f, solo_is_mean_image) != 0;
}

static void add_mean_image(const NarratorFacts *f, unsigned sides, Sentence *out)
{
    const int side = first_of(sides);
    const Spec *spec = &f->sides[side].spec;
    narrator_add(out, "*%s answer%s with the mean image, whatever you draw*: MSE %s, the mean image's is %s.",
                 name_sides(sides), sides == SHOWS_BOTH ? "" : "s", narrator_format_loss(narrator_mse(f, side)).text,
                 narrator_format_loss(f->mean_image[LOSS_MSE]).text);
    if (has_long_steps(spec)) {
        narrator_add(out, " Try a smaller learning rate than %s.", narrator_format_setting((double)spec->lr).text);
        propose_rate(f, side, out);
    } else if (spec->l1 > 0)
        narrator_add(out, " Try a lower price of the code than %s.", narrator_format_setting((double)spec->l1).text);
}

void say_mean_image(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    add_mean_image(f, find_sides(f, solo_is_mean_image), out);
}

void say_solo_mean_image(const NarratorFacts *f, int side, Sentence *out) { add_mean_image(f, 1u << side, out); }

// What is below 0 is no darker to the eye than black, and makes a mean look darker than it is. Of a model that learnt
// from noise the figures are of clean inputs, which it never saw.
bool solo_is_dark(const NarratorFacts *f, int side)
{
    const NarratorModel *m = &f->sides[side];
    return m->is_measured && f->has_targets && m->test_step > 0 && m->below_0 <= 0.1 && isnan(m->noisy_mse) &&
           m->mean_output < 0.7 * f->target_mean;
}

bool pair_is_dark(const NarratorFacts *f, int subject) { return (void)subject, find_sides(f, solo_is_dark) != 0; }

static void add_dark(const NarratorFacts *f, unsigned sides, Sentence *out)
{
    narrator_add(out, "*%s %s too dark*: ", name_sides(sides), sides == SHOWS_BOTH ? "are" : "is");
    narrator_add(out, "%s mean brightness is %s", sides == SHOWS_BOTH ? "their" : "its",
                 narrator_format_loss(f->sides[first_of(sides)].mean_output).text);
    if (sides == SHOWS_BOTH)
        narrator_add(out, " and %s", narrator_format_loss(f->sides[SIDE_B].mean_output).text);
    narrator_add(out, ", the target's %s.", narrator_format_loss(f->target_mean).text);
}

void say_dark(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)subject;
    add_dark(f, find_sides(f, solo_is_dark), out);
}

void say_solo_dark(const NarratorFacts *f, int side, Sentence *out) { add_dark(f, 1u << side, out); }

// ---- what differs -------------------------------------------------------------------------------------------------

static int list_parts(const NarratorFacts *f, const SpecPart *parts[SPEC_PARTS])
{
    return spec_parts_list(&f->sides[SIDE_A].spec, &f->sides[SIDE_B].spec, parts);
}

bool pair_is_same(const NarratorFacts *f, int subject)
{
    return (void)subject, spec_equal(&f->sides[SIDE_A].spec, &f->sides[SIDE_B].spec);
}

void say_same(const NarratorFacts *f, int subject, Sentence *out)
{
    (void)f;
    (void)subject;
    narrator_add(out, "*<A> and <B> are the same model.* Change one button.");
}

// What a PCA has no use for, such as a learning rate or a random start, is no difference.
bool pair_has_two_things(const NarratorFacts *f, int subject)
{
    const SpecPart *parts[SPEC_PARTS];
    const bool has_pca = f->sides[SIDE_A].components > 0 || f->sides[SIDE_B].components > 0;
    return (void)subject, !has_pca && list_parts(f, parts) > 1;
}

// All that differs but the first becomes A's.
static void propose_one_thing(const NarratorFacts *f, const SpecPart *const *parts, int count, Sentence *out)
{
    SentenceAction *action = &out->action;
    char value[32];
    action->side = SIDE_B;
    action->spec = f->sides[SIDE_B].spec;
    for (int i = 1; i < count; i++)
        parts[i]->copy(&action->spec, &f->sides[SIDE_A].spec);
    parts[1]->format(&action->spec, value, sizeof value);
    if (count == 2)
        (void)snprintf(action->label, sizeof action->label, "Set B's %s to %s", parts[1]->name, value);
    else
        (void)snprintf(action->label, sizeof action->label, "Let only the %s differ", parts[0]->name);
}

void say_differing_parts(const NarratorFacts *f, Sentence *out)
{
    static const char *const numbers[SPEC_PARTS + 1] = {
        "",     "One", "Two",    "Three",  "Four",     "Five",     "Six",     "Seven",   "Eight",
        "Nine", "Ten", "Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen"};
    const SpecPart *parts[SPEC_PARTS];
    const int count = list_parts(f, parts);
    narrator_add(out, "*%s things differ: ", numbers[count]);
    for (int i = 0; i < count; i++)
        narrator_add_item(out, i, count, parts[i]->name);
    narrator_add(out, ".*");
    propose_one_thing(f, parts, count, out);
}
