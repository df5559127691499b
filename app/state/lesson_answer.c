// The last card of the first lesson: what the models of this very run say, in words that follow from their figures by
// the rules of the claims. Ranges are over the random starts with which all eight models were trained.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "state/lesson_parts.h"

#define SAY(...) (void)snprintf(text, size, __VA_ARGS__)

enum { OTHERS = CLAIM_OUTPUT_COUNT - 1, SEEDS_MAX = 8 };

static const double as_good_ratio = 1.25; // of the test MSE: as in the claims
static const double chance_ratio = 1.25;  // of the distance of two seeds
static const int losses[] = {LOSS_BCE, LOSS_MSE};

// ---- which models -------------------------------------------------------------------------------------------------

enum { MODELS = 2 * CLAIM_OUTPUT_COUNT };

static void find_models(const LessonFacts *facts, uint32_t seed, const NarratorModel *models[MODELS])
{
    for (int i = 0; i < MODELS; i++)
        models[i] = lesson_find(facts, losses[i % 2], claim_output_key(i / 2), seed);
}

// Whether all eight were measured with this seed; *epoch becomes the least of theirs.
static bool is_whole(const LessonFacts *facts, uint32_t seed, int *epoch)
{
    const NarratorModel *models[MODELS];
    find_models(facts, seed, models);
    *epoch = lesson_least_epoch(models, MODELS);
    return *epoch >= 0;
}

static bool are_apart(const LessonFacts *facts, uint32_t seed)
{
    const NarratorModel *models[MODELS];
    find_models(facts, seed, models);
    return lesson_are_apart(models, MODELS);
}

// The seeds with which all were trained long enough; the first of them is always seed 1.
static int list_seeds(const LessonFacts *facts, uint32_t seeds[SEEDS_MAX])
{
    int count = 0, epoch;
    seeds[count++] = 1;
    for (uint32_t seed = 2; seed < 32 && count < SEEDS_MAX; seed++)
        if (is_whole(facts, seed, &epoch) && epoch >= LESSON_EPOCHS && !are_apart(facts, seed))
            seeds[count++] = seed;
    return count;
}

int lesson_answer_epoch(const LessonFacts *facts)
{
    int epoch;
    (void)is_whole(facts, 1, &epoch);
    return epoch;
}

static bool is_known(const LessonFacts *facts) { return lesson_answer_epoch(facts) >= 0; }

LessonVerdict lesson_answer_judge(const LessonFacts *facts)
{
    return is_known(facts) && !are_apart(facts, 1) ? LESSON_HOLDS : LESSON_OPEN;
}

// ---- figures ------------------------------------------------------------------------------------------------------

typedef struct Range {
    double least, most;
} Range;

static void widen(Range *range, double value)
{
    range->least = fmin(range->least, value);
    range->most = fmax(range->most, value);
}

static Range mse_range(const LessonFacts *facts, int loss, int output)
{
    uint32_t seeds[SEEDS_MAX];
    const int count = list_seeds(facts, seeds);
    Range range = {INFINITY, -INFINITY};
    for (int i = 0; i < count; i++)
        widen(&range, lesson_mse(lesson_find(facts, loss, claim_output_key(output), seeds[i])));
    return range;
}

// Its test MSE as a multiple of the sigmoid's with the same seed.
static Range ratio_range(const LessonFacts *facts, int loss, int output)
{
    uint32_t seeds[SEEDS_MAX];
    const int count = list_seeds(facts, seeds);
    Range range = {INFINITY, -INFINITY};
    for (int i = 0; i < count; i++)
        widen(&range, lesson_mse(lesson_find(facts, loss, claim_output_key(output), seeds[i])) /
                          lesson_mse(lesson_find(facts, loss, claim_output_key(0), seeds[i])));
    return range;
}

// The output but the sigmoid whose MSE is least.
static int find_best(const LessonFacts *facts, int loss)
{
    int best = 1;
    for (int output = 2; output < CLAIM_OUTPUT_COUNT; output++)
        if (mse_range(facts, loss, output).least < mse_range(facts, loss, best).least)
            best = output;
    return best;
}

// "0.0241", "0.0241 to 0.0330"; with their mean where there is one.
static Figure say_range(Range range, Figure (*format)(double))
{
    const Figure least = format(range.least), most = format(range.most);
    Figure out = least;
    if (!narrator_is_same(least, most))
        (void)snprintf(out.text, sizeof out.text, "%.17s to %.17s", least.text, most.text);
    return out;
}

static Figure format_times(double ratio)
{
    Figure out;
    (void)snprintf(out.text, sizeof out.text, ratio < 9.95 ? "%.1f" : "%.0f", fmin(ratio, 99999));
    return out;
}

static Figure format_more(double ratio)
{
    Figure out;
    (void)snprintf(out.text, sizeof out.text, "%.0f", fmin(100 * (ratio - 1), 99999));
    return out;
}

static const char *output_label(int output)
{
    return activation_get(OUTPUT_ACTIVATION, activation_find(OUTPUT_ACTIVATION, claim_output_key(output)))->label;
}

// ---- what follows -------------------------------------------------------------------------------------------------

static bool needs_sigmoid(const LessonFacts *facts, int loss)
{
    return ratio_range(facts, loss, find_best(facts, loss)).least > as_good_ratio;
}

static bool is_sigmoid_best(const LessonFacts *facts, int loss)
{
    return ratio_range(facts, loss, find_best(facts, loss)).least >= 1;
}

static bool has_pair(const LessonFacts *facts)
{
    return !facts->is_changed && !isnan(facts->distance) && !isnan(facts->chance);
}

static bool is_choice(const LessonFacts *facts) { return facts->distance <= chance_ratio * facts->chance; }

static const char *head_bce(const LessonFacts *facts)
{
    return needs_sigmoid(facts, LOSS_BCE) ? "*With BCE: yes.*" : "*With BCE: not here.*";
}

static const char *head_mse(const LessonFacts *facts)
{
    return needs_sigmoid(facts, LOSS_MSE) ? "*With MSE: here too.*" : "*With MSE: no.*";
}

static const char *head_pair(const LessonFacts *facts)
{
    return !has_pair(facts)   ? "*BCE or MSE, with a sigmoid:*"
           : is_choice(facts) ? "*BCE or MSE, with a sigmoid: your choice.*"
                              : "*BCE or MSE, with a sigmoid: here it matters.*";
}

void lesson_answer_wait(const LessonFacts *facts, char *text, size_t size)
{
    (void)facts;
    SAY("Four outputs, each by BCE and by MSE: these eight models answer, and they are still learning. What they say "
        "so far stands below.");
}

void lesson_answer_say(const LessonFacts *facts, char *text, size_t size)
{
    const bool is_answered = has_pair(facts); // no question without its answer
    SAY("Must the output be a sigmoid? %s %s%s%s", head_bce(facts), head_mse(facts),
        is_answered ? " Why BCE and not MSE? " : "", is_answered ? head_pair(facts) : "");
}

void lesson_answer_bce(const LessonFacts *facts, char *text, size_t size)
{
    if (!is_known(facts)) {
        SAY("*With BCE:* \u2026");
        return;
    }
    const int best = find_best(facts, LOSS_BCE);
    const Range ratio = ratio_range(facts, LOSS_BCE, best);
    const Figure other = say_range(mse_range(facts, LOSS_BCE, best), narrator_format_loss),
                 sigmoid = say_range(mse_range(facts, LOSS_BCE, 0), narrator_format_loss);
    if (needs_sigmoid(facts, LOSS_BCE))
        SAY("%s Take a sigmoid: it stays between 0 and 1 and its slope is never 0. Without it the test MSE is *%s "
            "times* as large at best (%s: %s, sigmoid: %s).",
            head_bce(facts), say_range(ratio, format_times).text, output_label(best), other.text, sigmoid.text);
    else
        SAY("%s The test MSE with %s is %s, with a sigmoid %s.", head_bce(facts), output_label(best), other.text,
            sigmoid.text);
}

void lesson_answer_mse(const LessonFacts *facts, char *text, size_t size)
{
    if (!is_known(facts)) {
        SAY("*With MSE:* \u2026");
        return;
    }
    char others[160] = "";
    bool are_readable = !isnan(facts->mean_image_mse);
    for (int i = 0; i < OTHERS; i++) {
        static const int order[OTHERS] = {3, 1, 2}; // clip, ReLU, linear
        const size_t used = strlen(others);
        (void)snprintf(others + used, sizeof others - used, ", %s %s %%", output_label(order[i]),
                       say_range(ratio_range(facts, LOSS_MSE, order[i]), format_more).text);
        are_readable &= mse_range(facts, LOSS_MSE, order[i]).most < facts->mean_image_mse / 2;
    }
    const Figure sigmoid = say_range(mse_range(facts, LOSS_MSE, 0), narrator_format_loss);
    if (is_sigmoid_best(facts, LOSS_MSE))
        SAY("%s The sigmoid is best (%s); the others are worse by this much: %s.%s", head_mse(facts), sigmoid.text,
            others + 2, are_readable ? " All draw readable digits." : "");
    else
        SAY("%s The best is %s (%s; sigmoid: %s).%s", head_mse(facts), output_label(find_best(facts, LOSS_MSE)),
            say_range(mse_range(facts, LOSS_MSE, find_best(facts, LOSS_MSE)), narrator_format_loss).text, sigmoid.text,
            are_readable ? " All draw readable digits." : "");
}

void lesson_answer_pair(const LessonFacts *facts, char *text, size_t size)
{
    if (!is_known(facts)) {
        SAY("*BCE or MSE, with a sigmoid:* \u2026");
        return;
    }
    char pair[192] = "";
    if (has_pair(facts))
        (void)snprintf(pair, sizeof pair, " Their pixels differ by *%s*, those of two random starts by *%s*.",
                       lesson_difference(facts->distance).text, lesson_difference(facts->chance).text);
    SAY("%s Test MSE %s by BCE, %s by MSE.%s", head_pair(facts),
        say_range(mse_range(facts, LOSS_BCE, 0), narrator_format_loss).text,
        say_range(mse_range(facts, LOSS_MSE, 0), narrator_format_loss).text, pair);
}

// "20 epochs", "20 to 24 epochs": of all models of these seeds.
static void format_epochs(const LessonFacts *facts, const uint32_t *seeds, int count, char *text, size_t size)
{
    int least = INT32_MAX, most = 0;
    for (int i = 0; i < count; i++) {
        const NarratorModel *models[MODELS];
        find_models(facts, seeds[i], models);
        const int from = lesson_least_epoch(models, MODELS), to = lesson_most_epoch(models, MODELS);
        least = from < least ? from : least;
        most = to > most ? to : most;
    }
    if (least < 0)
        SAY("not measured yet");
    else if (least == most)
        SAY("%d epoch%s", least, least == 1 ? "" : "s");
    else
        SAY("%d to %d epochs", least, most);
}

void lesson_answer_terms(const LessonFacts *facts, char *text, size_t size)
{
    uint32_t seeds[SEEDS_MAX];
    char layers[96], starts[32] = "one random start", epochs[48];
    const int count = list_seeds(facts, seeds);
    format_epochs(facts, seeds, count, epochs, sizeof epochs);
    const Spec spec = spec_default();
    spec_describe_layers(&spec, layers, sizeof layers);
    if (count > 1)
        (void)snprintf(starts, sizeof starts, "%d random starts", count);
    SAY("Measured on the %s test digits of %s: %s, %s, %s. Other data or a deeper network may answer differently: "
        "*Matrix* tells.",
        lesson_count(facts->test_count).text, facts->dataset, layers, epochs, starts);
}
