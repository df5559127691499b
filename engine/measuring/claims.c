// The table of claims and their rules. Thresholds stand beside the sentence that states them.
#include "measuring/claims.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "kernels/activation.h"
#include "kernels/loss.h"

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
    static const char *const names[VERDICT_COUNT] = {"open", "true", "partly true", "false"};
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

#define SAY(...) (void)snprintf(result->sentence, sizeof result->sentence, __VA_ARGS__)

// ---- "The output must be a sigmoid" -------------------------------------------------------------------------------

static const double as_good_ratio = 1.25;

// The best of the other outputs under one loss: its test MSE as a multiple of the sigmoid's.
static double compare_outputs(const ClaimEvidence *evidence, int loss, int *best)
{
    double least = INFINITY;
    *best = 1;
    for (int output = 1; output < CLAIM_OUTPUT_COUNT; output++) {
        const Metrics *test = figures_of(evidence, output, loss);
        const bool is_usable = !evidence->is_broken[2 * output + loss] && test && test->nonfinite == 0;
        if (is_usable && test->mean[LOSS_MSE] < least) {
            least = test->mean[LOSS_MSE];
            *best = output;
        }
    }
    return least / figures_of(evidence, 0, loss)->mean[LOSS_MSE];
}

static Verdict judge_sigmoid(const ClaimEvidence *evidence, ClaimResult *result)
{
    int best[2];
    double ratios[2];
    for (int loss = 0; loss < 2; loss++)
        ratios[loss] = compare_outputs(evidence, loss, &best[loss]);
    const char *labels[2];
    for (int loss = 0; loss < 2; loss++)
        labels[loss] =
            activation_get(OUTPUT_ACTIVATION, activation_find(OUTPUT_ACTIVATION, output_keys[best[loss]]))->label;
    const bool is_out[2] = {isinf(ratios[CLAIM_BCE]), isinf(ratios[CLAIM_MSE])};
    if (is_out[CLAIM_BCE] || is_out[CLAIM_MSE])
        SAY("Every other output that was trained with %s broke.", !is_out[CLAIM_MSE]   ? "BCE"
                                                                  : !is_out[CLAIM_BCE] ? "MSE"
                                                                                       : "MSE or BCE");
    else
        SAY("With MSE the best other output, %s, has %.2f times the sigmoid's test MSE; with BCE it is %s with %.2f "
            "times.",
            labels[CLAIM_MSE], ratios[CLAIM_MSE], labels[CLAIM_BCE], ratios[CLAIM_BCE]);
    const int as_good = (ratios[0] <= as_good_ratio) + (ratios[1] <= as_good_ratio);
    return as_good == 0 ? VERDICT_TRUE : as_good == 1 ? VERDICT_PARTLY : VERDICT_FALSE;
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
    SAY("BCE's mean output is %.1f %% %s the mean input, MSE's %.1f %% %s.%s", 100.0 * fabs(bce->bias) / mean,
        bce->bias < 0.0 ? "below" : "above", 100.0 * fabs(mse->bias) / mean, mse->bias < 0.0 ? "below" : "above",
        is_to_middle ? " Both are too dark where t is one and too bright where it is zero: towards the middle." : "");
    if (!(bce->bias <= -dim_share * mean))
        return VERDICT_FALSE;
    return bce->bias - mse->bias <= -dim_share * mean ? VERDICT_TRUE : VERDICT_PARTLY;
}

// ---- "BCE and MSE give the same optimum" --------------------------------------------------------------------------

static const double same_ratio = 1.25, near_ratio = 2.0;

static Verdict judge_optimum(const ClaimEvidence *evidence, ClaimResult *result)
{
    const double ratio = evidence->losses.mean_distance / evidence->seeds.mean_distance;
    SAY("Their outputs are %.4f apart on average, those of two seeds of BCE %.4f: %.2f times as much.",
        evidence->losses.mean_distance, evidence->seeds.mean_distance, ratio);
    return ratio <= same_ratio ? VERDICT_TRUE : ratio <= near_ratio ? VERDICT_PARTLY : VERDICT_FALSE;
}

// ---- "MNIST looks best with pixels 0 or 1" ------------------------------------------------------------------------

static const double full_share = 0.5;

static Verdict judge_binary(const ClaimEvidence *evidence, ClaimResult *result)
{
    const TargetFacts *facts = evidence->facts;
    const Metrics *bce = figures_of(evidence, 0, CLAIM_BCE);
    const double inputs = facts->below_002 + facts->above_098, outputs = bce->below_002 + bce->above_098;
    SAY("%.1f %% of the ink is really 255. Within 0.02 of black or white lie %.1f %% of inputs, %.1f %% of BCE's "
        "outputs.",
        100.0 * facts->full_ink, 100.0 * inputs, 100.0 * outputs);
    if (facts->full_ink >= full_share)
        return VERDICT_TRUE;
    return outputs >= inputs ? VERDICT_PARTLY : VERDICT_FALSE;
}

// ---- "BCE near 0.09 is a bad fit" ---------------------------------------------------------------------------------

static const double half_way = 0.5, good_way = 0.75;

static Verdict judge_fit(const ClaimEvidence *evidence, ClaimResult *result)
{
    const TargetFacts *facts = evidence->facts;
    const double bce = figures_of(evidence, 0, CLAIM_BCE)->mean[LOSS_BCE], way = claim_way_to_floor(bce, facts);
    SAY("%.4f is %.4f above the entropy floor, below which no model gets. From the mean image %.0f %% of the way there "
        "is done.",
        bce, bce - facts->bce_floor, 100.0 * way);
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
        {"sigmoid", "The output must be a sigmoid",
         "An output is as good as the sigmoid if, trained with the same loss, its test MSE is at most 1.25 "
         "times the sigmoid's and it is finite. True if no other output is as good, partly true if one is "
         "with MSE or BCE alone, false if one is with both.",
         judge_sigmoid, OUTPUT_BITS},
    [CLAIM_DIM] = {"dim", "BCE dims the output",
                   "True if BCE's mean output lies at least 2 % of the mean input below it, and at least as much below "
                   "MSE's; partly true if only the first holds; else false.",
                   judge_dim, BCE_BIT | MSE_BIT},
    [CLAIM_OPTIMUM] = {"optimum", "BCE and MSE give the same optimum",
                       "True if the mean |p BCE - p MSE| is at most 1.25 times the mean |p - p| of two seeds of BCE, "
                       "partly true up to 2 times, else false.",
                       judge_optimum, BCE_BIT | MSE_BIT | TWIN_BIT},
    [CLAIM_BINARY] = {"binary", "MNIST looks best with pixels 0 or 1",
                      "True if at least half of the ink (pixels above 0) is exactly 1. Else partly true if at least as "
                      "many of BCE's outputs as of the inputs lie below 0.02 or above 0.98, else false.",
                      judge_binary, BCE_BIT},
    [CLAIM_FIT] =
        {"fit", "BCE near 0.09 is a bad fit",
         "The way from the mean image's BCE to the entropy floor: true if less than half of it is done, partly "
         "true below 75 %, else false.",
         judge_fit, BCE_BIT},
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
    ClaimResult out = {.verdict = VERDICT_OPEN}, *const result = &out;
    if (is_reference_broken(row, evidence))
        SAY("cannot be decided: a model on a sigmoid broke, and the others are held against it");
    else if (!evidence->facts || !find_epoch(row, evidence, result))
        SAY("not yet: epoch %d of at least %d", out.epoch, CLAIM_EPOCHS_MIN);
    else
        out.verdict = row->judge(evidence, result);
    return out;
}
