// The table of claims and their rules. Thresholds stand beside the sentence that states them.
#include "measuring/claims.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/activation.h"
#include "kernels/loss.h"
#include "measuring/say.h"

static const char *const output_keys[CLAIM_OUTPUT_COUNT] = {"sigmoid", "relu", "linear", "clip"};

const char *claim_output_key(int output) { return output_keys[output]; }

Spec claim_model_spec(const Spec *base, int model)
{
    assert(model >= 0 && model < CLAIM_MODEL_COUNT);
    Spec spec = *base;
    const bool is_twin = model == CLAIM_TWIN;
    spec.output = activation_find(OUTPUT_ACTIVATION, output_keys[is_twin ? 0 : model / 2]);
    spec.loss = is_twin || model % 2 == CLAIM_BCE ? LOSS_BCE : LOSS_MSE;
    spec.seed += is_twin;
    return spec;
}

const char *claim_verdict_name(Verdict verdict)
{
    static const char *const names[VERDICT_COUNT] = {"open", "true", "partly true", "false", "within chance"};
    return names[verdict];
}

double claim_way_to_floor(double bce, const TargetFacts *facts)
{
    return (facts->mean_image[LOSS_BCE] - bce) / (facts->mean_image[LOSS_BCE] - facts->bce_floor);
}

static const Metrics *figures_of(const ClaimEvidence *evidence, int output, int loss)
{
    return evidence->test[2 * output + loss];
}

#define add(result, ...) say_add((result)->sentence, sizeof(result)->sentence, __VA_ARGS__)
#define SAY(...)         (void)snprintf(result->sentence, sizeof result->sentence, __VA_ARGS__)

static bool is_early(const ClaimResult *result) { return result->epoch < CLAIM_EPOCHS_MIN; }

typedef struct Words {
    char text[32];
} Words;

// A mean brightness or a loss: four decimals, three where they say enough.
static Words say_figure(double value)
{
    Words out;
    (void)snprintf(out.text, sizeof out.text, value >= 1e6 ? "%.2g" : fabs(value) >= 0.1 ? "%.3f" : "%.4f", value);
    return out;
}

// How far pixels are apart: two figures say enough.
static Words say_distance(double value)
{
    Words out;
    (void)snprintf(out.text, sizeof out.text, value >= 0.1 ? "%.2f" : value >= 0.01 ? "%.3f" : "%.4f", value);
    return out;
}

// "10 % worse", "2.4 times": how one error compares with another.
static Words say_ratio(double ratio)
{
    Words out;
    const double percent = round(100.0 * (ratio - 1.0));
    if (ratio >= 1.5)
        (void)snprintf(out.text, sizeof out.text, ratio >= 1e6 ? "%.2g times" : "%.1f times", ratio);
    else
        (void)snprintf(out.text, sizeof out.text, "%.0f %% %s", fabs(percent), percent > 0 ? "worse" : "better");
    return out;
}

// ---- "The output must be a sigmoid" -------------------------------------------------------------------------------

static const double as_good_ratio = 1.25;

double claim_best_output(const ClaimEvidence *evidence, int loss, int *output)
{
    double least = INFINITY;
    *output = 1;
    for (int i = 1; i < CLAIM_OUTPUT_COUNT; i++) {
        const Metrics *test = figures_of(evidence, i, loss);
        const bool is_usable = !evidence->is_broken[2 * i + loss] && test && test->nonfinite == 0;
        if (is_usable && test->mean[LOSS_MSE] < least) {
            least = test->mean[LOSS_MSE];
            *output = i;
        }
    }
    return least / figures_of(evidence, 0, loss)->mean[LOSS_MSE];
}

// What the models of one loss say of the claim. Returns whether another output is as good.
static bool say_outputs(const ClaimEvidence *evidence, int loss, ClaimResult *result)
{
    int best;
    const double ratio = claim_best_output(evidence, loss, &best);
    const bool is_as_good = ratio <= as_good_ratio;
    const char *label = activation_get(OUTPUT_ACTIVATION, activation_find(OUTPUT_ACTIVATION, output_keys[best]))->label;
    add(result, "With %s%s ", loss == CLAIM_BCE ? "BCE" : "MSE",
        is_early(result) ? ","
        : is_as_good     ? ", no:"
                         : ", yes:");
    if (isinf(ratio))
        add(result, "every other output broke");
    else if (ratio >= 1.5)
        add(result, "%s, the best without one, has %s the MSE of a sigmoid", label, say_ratio(ratio).text);
    else if (!is_as_good)
        add(result, "%s, the best without one, has an MSE %s than a sigmoid's", label, say_ratio(ratio).text);
    else if (round(100.0 * (ratio - 1.0)) == 0)
        add(result, "the MSE of %s is just as good as a sigmoid's", label);
    else
        add(result, "the MSE of %s is %s%s than a sigmoid's", label, ratio > 1 ? "only " : "", say_ratio(ratio).text);
    if (!is_as_good && loss == CLAIM_BCE && !isinf(ratio))
        add(result, ", for outside 0\u20261 there is no slope");
    return is_as_good;
}

static Verdict judge_sigmoid(const ClaimEvidence *evidence, ClaimResult *result)
{
    const bool by_bce = say_outputs(evidence, CLAIM_BCE, result);
    add(result, ". ");
    const bool by_mse = say_outputs(evidence, CLAIM_MSE, result);
    add(result, ".");
    if (by_bce && !by_mse)
        result->so = "with MSE take a sigmoid; with BCE you may do without.";
    return by_bce && by_mse ? VERDICT_FALSE : by_bce || by_mse ? VERDICT_PARTLY : VERDICT_TRUE;
}

// ---- "BCE dims the output" ----------------------------------------------------------------------------------------

static const double dim_share = 0.02;

static Verdict judge_dim(const ClaimEvidence *evidence, ClaimResult *result)
{
    const Metrics *bce = figures_of(evidence, 0, CLAIM_BCE), *mse = figures_of(evidence, 0, CLAIM_MSE);
    const double mean = evidence->facts->mean;
    const double *at_bce = bce->bias_by_target, *at_mse = mse->bias_by_target;
    const bool is_to_middle =
        at_bce[TARGET_ONE] < 0.0 && at_mse[TARGET_ONE] < 0.0 && at_bce[TARGET_ZERO] > 0.0 && at_mse[TARGET_ZERO] > 0.0;
    const bool is_dim = bce->bias <= -dim_share * mean;
    add(result, "The mean brightness is %s with BCE, %s with MSE, %s in the targets.",
        say_figure(mean + bce->bias).text, say_figure(mean + mse->bias).text, say_figure(mean).text);
    if (is_dim)
        add(result, " BCE loses %.0f %% of the light, MSE %s %.0f %%.", -100.0 * bce->bias / mean,
            mse->bias < 0.0 ? "loses" : "gains", 100.0 * fabs(mse->bias) / mean);
    else if (is_to_middle)
        add(result, " Both are too dark where the target is white and too bright where it is black: %s.",
            is_early(result) ? "a blur" : "blur, not dimming");
    if (!is_dim)
        return VERDICT_FALSE;
    return bce->bias - mse->bias <= -dim_share * mean ? VERDICT_TRUE : VERDICT_PARTLY;
}

// ---- "BCE and MSE give the same picture" --------------------------------------------------------------------------

static const double same_ratio = 1.25, near_ratio = 2.0;

static Verdict judge_optimum(const ClaimEvidence *evidence, ClaimResult *result)
{
    const double losses = evidence->losses.mean_distance, seeds = evidence->seeds.mean_distance, ratio = losses / seeds;
    add(result,
        "With a sigmoid a pixel differs by %s on average; the same network with another random start differs by %s.",
        say_distance(losses).text, say_distance(seeds).text);
    if (ratio <= same_ratio)
        add(result, " Both losses are least where output = target.");
    else
        add(result, " The loss makes %s of what chance makes.", say_ratio(fmax(1.5, ratio)).text);
    return ratio <= same_ratio ? VERDICT_TRUE : ratio <= near_ratio ? VERDICT_PARTLY : VERDICT_FALSE;
}

// ---- "MNIST is best with pixels 0 or 1" ---------------------------------------------------------------------------

static const double full_share = 0.5;

static Verdict judge_binary(const ClaimEvidence *evidence, ClaimResult *result)
{
    const TargetFacts *facts = evidence->facts;
    const Metrics *bce = figures_of(evidence, 0, CLAIM_BCE);
    const double inputs = facts->below_002 + facts->above_098, outputs = bce->below_002 + bce->above_098;
    const bool is_full = facts->full_ink >= full_share, is_sharp = outputs >= inputs;
    add(result, "%s%.1f %% of the ink is pure white", is_full ? "" : "Only ", 100.0 * facts->full_ink);
    if (is_full)
        add(result, ".");
    else // what is nearly white, too, so that this is what a histogram of the ink shows
        add(result, ", %.1f %% lies above 0.98; the rest is grey.",
            facts->ink > 0 ? 100.0 * facts->above_098 / facts->ink : 0.0);
    if (!is_full && is_sharp)
        add(result, " Yet %.1f %% of BCE's outputs are as good as black or white, of the targets %.1f %%.",
            100.0 * outputs, 100.0 * inputs);
    else if (!is_full)
        add(result, " BCE copes with grey: there, too, it is least where output = target. Black-and-white targets make "
                    "digits jagged.");
    return is_full ? VERDICT_TRUE : is_sharp ? VERDICT_PARTLY : VERDICT_FALSE;
}

// ---- "BCE near 0.09 is a bad fit" ---------------------------------------------------------------------------------

static const double half_way = 0.5, good_way = 0.75;

static Verdict judge_fit(const ClaimEvidence *evidence, ClaimResult *result)
{
    const TargetFacts *facts = evidence->facts;
    const double bce = figures_of(evidence, 0, CLAIM_BCE)->mean[LOSS_BCE], way = claim_way_to_floor(bce, facts);
    add(result, "BCE of grey pixels cannot reach 0: here no model gets below %s. ", say_figure(facts->bce_floor).text);
    if (way < 0.0)
        add(result, "%s is worse than the average digit's %s.", say_figure(bce).text,
            say_figure(facts->mean_image[LOSS_BCE]).text);
    else
        add(result, "From the average digit's %s down to that floor, %s is %s%.0f %% of the way.",
            say_figure(facts->mean_image[LOSS_BCE]).text, say_figure(bce).text, way < half_way ? "only " : "",
            100.0 * way);
    return way >= good_way ? VERDICT_FALSE : way >= half_way ? VERDICT_PARTLY : VERDICT_TRUE;
}

// ---- the table ----------------------------------------------------------------------------------------------------

enum {
    BCE_BIT = 1 << CLAIM_BCE,
    MSE_BIT = 1 << CLAIM_MSE,
    TWIN_BIT = 1 << CLAIM_TWIN,
    OUTPUT_BITS = (1 << CLAIM_TWIN) - 1,
};

static const ClaimRow rows[CLAIM_COUNT] = {
    [CLAIM_SIGMOID] =
        {"sigmoid",
         "The output must be a sigmoid",
         "An output is as good as the sigmoid if, trained with the same loss, its test MSE is at most 1.25 "
         "times the sigmoid's and it is finite. True if no other output is as good, partly true if one is "
         "with MSE or BCE alone, false if one is with both.",
         judge_sigmoid,
         OUTPUT_BITS,
         {[VERDICT_TRUE] = "take a sigmoid, whatever the loss.",
          [VERDICT_PARTLY] = "with BCE take a sigmoid; with MSE you may do without.",
          [VERDICT_FALSE] = "take the output that you like: Matrix shows which does best."}},
    [CLAIM_DIM] = {"dim",
                   "BCE dims the output",
                   "True if BCE's mean output lies at least 2 % of the mean input below it, and at least as much below "
                   "MSE's; partly true if only the first holds; else false.",
                   judge_dim,
                   BCE_BIT | MSE_BIT,
                   {[VERDICT_TRUE] = "where brightness counts, take MSE.",
                    [VERDICT_PARTLY] = "do not blame the loss: with MSE it is dim as well. Train on.",
                    [VERDICT_FALSE] = "choose by other reasons; grey strokes come from a small code."}},
    [CLAIM_OPTIMUM] = {"optimum",
                       "BCE and MSE give the same picture",
                       "True if the mean |p BCE - p MSE| is at most 1.25 times the mean |p - p| of two seeds of BCE, "
                       "partly true up to 2 times, else false.",
                       judge_optimum,
                       BCE_BIT | MSE_BIT | TWIN_BIT,
                       {[VERDICT_TRUE] = "with a sigmoid, take either.",
                        [VERDICT_PARTLY] = "with a sigmoid take either, but compare them on your own digits.",
                        [VERDICT_FALSE] = "here the loss matters: compare both on your own digits."}},
    [CLAIM_BINARY] = {"binary",
                      "MNIST is best with pixels 0 or 1",
                      "True if at least half of the ink (pixels above 0) is exactly 1. Else partly true if at least as "
                      "many of BCE's outputs as of the inputs lie below 0.02 or above 0.98, else false.",
                      judge_binary,
                      BCE_BIT,
                      {[VERDICT_TRUE] = "cut the pixels to 0 and 1 or leave them: most of them are there already.",
                       [VERDICT_PARTLY] = "leave the pixels grey; the output turns black and white by itself.",
                       [VERDICT_FALSE] = "leave the pixels grey: divide by 255, no more."}},
    [CLAIM_FIT] =
        {"fit",
         "BCE near 0.09 is a bad fit",
         "The way from the mean image's BCE to the entropy floor: true if less than half of it is done, partly "
         "true below 75 %, else false.",
         judge_fit,
         BCE_BIT,
         {[VERDICT_TRUE] = "train on, or make the code larger: most of the way is left.",
          [VERDICT_PARTLY] = "train on, or make the code larger: some of the way is left.",
          [VERDICT_FALSE] = "judge a BCE by its distance from the floor, not from 0."}},
};

const ClaimRow *claim_get(int claim)
{
    assert(claim >= 0 && claim < CLAIM_COUNT);
    return &rows[claim];
}

// A claim waits for every deciding model that can still get further.
static bool find_epoch(const ClaimRow *row, const ClaimEvidence *evidence, ClaimResult *result)
{
    int least = INT32_MAX;
    for (int model = 0; model < CLAIM_MODEL_COUNT; model++) {
        if (!(row->models >> model & 1) || evidence->is_broken[model])
            continue;
        const int epoch = evidence->test[model] ? evidence->epochs[model] : 0;
        least = epoch < least ? epoch : least;
    }
    if (row->models & TWIN_BIT)
        least = evidence->seeds.images && evidence->losses.images
                    ? (evidence->pair_epoch < least ? evidence->pair_epoch : least)
                    : 0;
    result->epoch = least == INT32_MAX ? 0 : least;
    return result->epoch >= CLAIM_EPOCHS_MIN;
}

// Whether a model is broken with which the row's others are compared: the claim stays open then.
static bool is_reference_broken(const ClaimRow *row, const ClaimEvidence *evidence)
{
    const unsigned references = row->models & (BCE_BIT | MSE_BIT | TWIN_BIT);
    for (int model = 0; model < CLAIM_MODEL_COUNT; model++)
        if (references >> model & 1 && evidence->is_broken[model])
            return true;
    return false;
}

ClaimResult claim_judge(int claim, const ClaimEvidence *evidence)
{
    const ClaimRow *row = claim_get(claim);
    ClaimResult out = {.verdict = VERDICT_OPEN, .so = ""}, *const result = &out;
    if (is_reference_broken(row, evidence)) {
        SAY("Cannot be decided: a model on a sigmoid broke, and the others are held against it.");
        return out;
    }
    const bool is_decided = evidence->facts && find_epoch(row, evidence, result);
    if (out.epoch < 1) {
        SAY("Not measured yet: epoch 0 of at least %d.", CLAIM_EPOCHS_MIN);
        return out;
    }
    if (!is_decided)
        SAY("Epoch %d of at least %d. ", out.epoch, CLAIM_EPOCHS_MIN);
    const Verdict verdict = row->judge(evidence, result);
    out.verdict = is_decided ? verdict : VERDICT_OPEN;
    out.so = !is_decided ? "" : *out.so ? out.so : row->so[verdict];
    return out;
}

void claim_add_verdicts(const Verdict *verdicts, int count, ClaimResult *result)
{
    add(result, " But the seeds do not agree:");
    for (int i = 0; i < count; i++)
        add(result, "%s %s", i ? "," : "", claim_verdict_name(verdicts[i]));
    add(result, ".");
}

ClaimResult claim_combine(const ClaimResult *seeds, int count)
{
    assert(count >= 1 && count <= CLAIM_SEEDS_MAX);
    ClaimResult out = seeds[0];
    Verdict verdicts[CLAIM_SEEDS_MAX];
    bool do_agree = true, is_advice_same = true;
    for (int i = 0; i < count; i++) {
        verdicts[i] = seeds[i].verdict;
        if (seeds[i].verdict == VERDICT_OPEN)
            return seeds[i];
        do_agree = do_agree && seeds[i].verdict == out.verdict;
        is_advice_same = is_advice_same && strcmp(seeds[i].so, out.so) == 0;
        out.epoch = seeds[i].epoch < out.epoch ? seeds[i].epoch : out.epoch;
    }
    if (!is_advice_same)
        out.so = "";
    if (do_agree)
        return out;
    claim_add_verdicts(verdicts, count, &out);
    out.verdict = VERDICT_CHANCE;
    out.so = CLAIM_SO_BY_CHANCE;
    return out;
}
