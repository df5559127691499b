// Claims: each verdict on both sides of each threshold, decided by models whose weights are set so that they put out
// what the case needs; when a claim is open; and that each sentence is whole and its figures are a naive count's.
//
// The set has two images, told apart by their first pixel: a hidden unit that sees it alone lets a model put out any
// logits for the one and any for the other.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/activation.h"
#include "kernels/loss.h"
#include "measuring/claims.h"
#include "random.h"
#include "reference.h"
#include "synthetic.h"

enum { IMAGES = 2, PIXELS = DIGIT_PIXELS, FIRST_OTHER = 2 };

typedef struct Logits {
    float of[IMAGES][PIXELS];
} Logits;

// What a case is decided by. Pairs are compared by what the models put out.
typedef struct Case {
    ImageSet set;
    TargetFacts facts;
    Logits logits[CLAIM_MODEL_COUNT];
    Metrics test[CLAIM_MODEL_COUNT];
    ClaimEvidence evidence;
} Case;

static Pool *pool;
static uint8_t pixels[IMAGES * PIXELS]; // soft discs, about a quarter of it ink
static Case *the_case;

static int begin(void **state)
{
    (void)state;
    ImageSet set = synthetic_create(IMAGES, PIXELS, 3);
    memcpy(pixels, set.pixels, sizeof pixels);
    synthetic_free(&set);
    pixels[0] = 255;
    pixels[PIXELS] = 0;
    pool = pool_create(1, NULL);
    the_case = calloc(1, sizeof *the_case);
    return pool && the_case ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    pool_destroy(pool);
    free(the_case);
    return 0;
}

// ---- constructed models -------------------------------------------------------------------------------------------

static Model create_model(int index, const Logits *logits, float **parameters)
{
    Spec base = synthetic_spec("layers=1,hidden=relu");
    const Spec spec = claim_model_spec(&base, index);
    const Model model = model_create(&spec, PIXELS);
    float *const values = calloc(model.parameter_count, sizeof *values);
    assert_non_null(values);
    values[model.layers[0].weight_offset] = 1.0f; // the first pixel: 1 in the first image, 0 in the second
    for (size_t pixel = 0; pixel < PIXELS; pixel++) {
        values[model.layers[1].bias_offset + pixel] = logits->of[1][pixel];
        values[model.layers[1].weight_offset + pixel] = logits->of[0][pixel] - logits->of[1][pixel];
    }
    *parameters = values;
    return model;
}

static void measure(Case *c, int index)
{
    float *parameters;
    const Model model = create_model(index, &c->logits[index], &parameters);
    assert_true(metrics_measure(&model, parameters, &c->set, &c->facts, pool, &c->test[index], NULL));
    free(parameters);
    c->evidence.test[index] = &c->test[index];
}

static PairMetrics measure_pair(const Case *c, int first, int second)
{
    float *parameters[2];
    PairMetrics pair;
    const Model a = create_model(first, &c->logits[first], &parameters[0]),
                b = create_model(second, &c->logits[second], &parameters[1]);
    assert_true(metrics_compare(&a, parameters[0], &b, parameters[1], &c->set, IMAGES, pool, &pair, NULL));
    free(parameters[0]);
    free(parameters[1]);
    return pair;
}

static void compare_pairs(Case *c)
{
    c->evidence.losses = measure_pair(c, 2 * 0 + CLAIM_BCE, 2 * 0 + CLAIM_MSE);
    c->evidence.seeds = measure_pair(c, 2 * 0 + CLAIM_BCE, CLAIM_TWIN);
}

// One way to set a model, turned by a knob.
typedef void Turn(Case *c, int index, float knob);

// The same logit everywhere.
static void turn_all(Case *c, int index, float knob)
{
    for (int image = 0; image < IMAGES; image++)
        for (int pixel = 0; pixel < PIXELS; pixel++)
            c->logits[index].of[image][pixel] = knob;
    measure(c, index);
}

// From 0.5 everywhere, at 0, to the target itself, at 1.
static void turn_to_target(Case *c, int index, float knob)
{
    for (int image = 0; image < IMAGES; image++)
        for (int pixel = 0; pixel < PIXELS; pixel++) {
            const double t = fmin(0.99999, fmax(0.00001, c->set.pixels[image * PIXELS + pixel] / 255.0));
            c->logits[index].of[image][pixel] = knob * (float)log(t / (1.0 - t));
        }
    measure(c, index);
}

// 0 for that many pixels of each image, 0.5 elsewhere.
static void turn_sure(Case *c, int index, float knob)
{
    for (int image = 0; image < IMAGES; image++)
        for (int pixel = 0; pixel < PIXELS; pixel++)
            c->logits[index].of[image][pixel] = (float)pixel < knob ? -20.0f : 0.0f;
    measure(c, index);
}

static float logit(double p) { return (float)log(p / (1.0 - p)); }

// All models put out the same: sigmoids 0.3, others 0.9 (so that none of them is as good as a sigmoid); the twin is a
// little off, so that there is a distance to hold others against.
static Case *create_case(const uint8_t *images)
{
    Case *c = the_case;
    memset(c, 0, sizeof *c);
    c->set = (ImageSet){.count = IMAGES, .pixels = (uint8_t *)images};
    c->facts = metrics_target_facts(&c->set, IMAGES);
    c->evidence.facts = &c->facts;
    c->evidence.pair_epoch = CLAIM_EPOCHS_MIN;
    for (int i = 0; i < CLAIM_MODEL_COUNT; i++) {
        const bool is_sigmoid = i < FIRST_OTHER || i == CLAIM_TWIN;
        turn_all(c, i, is_sigmoid ? logit(i == CLAIM_TWIN ? 0.31 : 0.3) : 0.9f);
        c->evidence.epochs[i] = CLAIM_EPOCHS_MIN;
    }
    compare_pairs(c);
    return c;
}

static void check_sentence_is_whole(const ClaimResult *result)
{
    const size_t length = strlen(result->sentence);
    assert_in_range(length, 1, sizeof result->sentence - 2);
    if (result->sentence[length - 1] != '.')
        fail_msg("cut off: %s", result->sentence);
    assert_int_equal(*result->so == 0, result->verdict == VERDICT_OPEN);
}

static Verdict judge(const Case *c, int claim)
{
    const ClaimResult result = claim_judge(claim, &c->evidence);
    check_sentence_is_whole(&result);
    assert_int_equal(result.epoch, CLAIM_EPOCHS_MIN);
    return result.verdict;
}

// ---- thresholds ---------------------------------------------------------------------------------------------------

typedef double Figure(const Case *c, int index);

static double mse_ratio(const Case *c, int index)
{
    return c->test[index].mean[LOSS_MSE] / c->test[index % 2].mean[LOSS_MSE];
}
static double bias_share(const Case *c, int index) { return c->test[index].bias / c->facts.mean; }
static double distance_ratio(const Case *c, int index)
{
    return measure_pair(c, 0, index).mean_distance / measure_pair(c, 0, CLAIM_TWIN).mean_distance;
}
static double way(const Case *c, int index)
{
    return (c->facts.mean_image[LOSS_BCE] - c->test[index].mean[LOSS_BCE]) /
           (c->facts.mean_image[LOSS_BCE] - c->facts.bce_floor);
}

typedef struct Sides {
    float at_most, above; // knobs next to each other: the figure is at most the threshold at the one, above it at the
                          // other
} Sides;

// The figure has to rise over the threshold somewhere between the knobs.
static Sides find_sides(Case *c, int index, Turn *turn, Figure *figure, double threshold, float at_most, float above)
{
    for (;;) {
        const float middle = at_most + (above - at_most) / 2.0f;
        if (middle == at_most || middle == above)
            break;
        turn(c, index, middle);
        *(figure(c, index) <= threshold ? &at_most : &above) = middle;
    }
    turn(c, index, above);
    const double over = figure(c, index);
    turn(c, index, at_most);
    const double under = figure(c, index);
    assert_true(under <= threshold && over > threshold);
    assert_true(over - under < 1e-4 * fabs(threshold));
    return (Sides){at_most, above};
}

static void a_sigmoid_is_needed_where_no_other_is_as_good(void **state)
{
    (void)state;
    for (int output = 1; output < CLAIM_OUTPUT_COUNT; output++) {
        Case *c = create_case(pixels);
        assert_int_equal(judge(c, CLAIM_SIGMOID), VERDICT_TRUE);
        Sides sides[2];
        for (int loss = 0; loss < 2; loss++)
            sides[loss] = find_sides(c, 2 * output + loss, turn_all, mse_ratio, 1.25, 0.3f, 0.9f);
        for (int good = 0; good < 4; good++) { // bit by bit: is it as good with BCE, with MSE
            for (int loss = 0; loss < 2; loss++)
                turn_all(c, 2 * output + loss, good >> loss & 1 ? sides[loss].at_most : sides[loss].above);
            assert_int_equal(judge(c, CLAIM_SIGMOID), good == 0   ? VERDICT_TRUE
                                                      : good == 3 ? VERDICT_FALSE
                                                                  : VERDICT_PARTLY);
        }
    }
}

static void different_outputs_may_be_as_good_with_each_loss(void **state)
{
    (void)state;
    Case *c = create_case(pixels);
    turn_all(c, 2 * 1 + CLAIM_BCE, 0.3f);
    turn_all(c, 2 * 3 + CLAIM_MSE, 0.3f);
    assert_int_equal(judge(c, CLAIM_SIGMOID), VERDICT_FALSE);
    const ClaimResult result = claim_judge(CLAIM_SIGMOID, &c->evidence);
    const char *clip = strstr(result.sentence, activation_get(OUTPUT_ACTIVATION, 3)->label);
    assert_non_null(strstr(result.sentence, "ReLU"));
    assert_int_equal(strcmp(activation_get(OUTPUT_ACTIVATION, 3)->key, "clip"), 0);
    assert_true(clip && clip > strstr(result.sentence, "ReLU")); // BCE comes first
}

static void bce_dims_where_it_is_two_percent_darker_than_input_and_mse(void **state)
{
    (void)state;
    Case *c = create_case(pixels);
    const float dark = logit(0.5 * c->facts.mean), exact = logit(c->facts.mean), bright = logit(2.0 * c->facts.mean);
    Sides sides = find_sides(c, CLAIM_BCE, turn_all, bias_share, -0.02, dark, bright);
    const float mse[] = {exact, bright, dark};
    const Verdict expected[] = {VERDICT_TRUE, VERDICT_TRUE, VERDICT_PARTLY};
    for (int i = 0; i < 3; i++) {
        turn_all(c, CLAIM_MSE, i == 0 ? logit(1.01 * c->facts.mean) : mse[i]);
        turn_all(c, CLAIM_BCE, sides.at_most);
        assert_int_equal(judge(c, CLAIM_DIM), expected[i]);
        turn_all(c, CLAIM_BCE, sides.above);
        assert_int_equal(judge(c, CLAIM_DIM), VERDICT_FALSE);
    }
    turn_all(c, CLAIM_BCE, logit(0.9 * c->facts.mean)); // 10 % darker: now MSE decides, at 8 %
    sides = find_sides(c, CLAIM_MSE, turn_all, bias_share, bias_share(c, CLAIM_BCE) + 0.02, dark, bright);
    turn_all(c, CLAIM_MSE, sides.at_most - 1e-5f);
    assert_int_equal(judge(c, CLAIM_DIM), VERDICT_PARTLY);
    turn_all(c, CLAIM_MSE, sides.above + 1e-5f);
    assert_int_equal(judge(c, CLAIM_DIM), VERDICT_TRUE);
}

static void the_sentence_says_how_much_light_is_lost(void **state)
{
    (void)state;
    Case *c = create_case(pixels);
    for (int i = 0; i < 4; i++) { // bit by bit: is BCE darker, is MSE
        turn_all(c, CLAIM_BCE, logit((i & 1 ? 0.9 : 1.1) * c->facts.mean));
        turn_all(c, CLAIM_MSE, logit((i & 2 ? 0.8 : 1.2) * c->facts.mean));
        char expected[128];
        (void)snprintf(expected, sizeof expected, "BCE loses 10 %% of the light, MSE %s 20 %%.",
                       i & 2 ? "loses" : "gains");
        const ClaimResult result = claim_judge(CLAIM_DIM, &c->evidence);
        if ((strstr(result.sentence, expected) != NULL) != (i & 1))
            fail_msg("'%s': %s", expected, result.sentence);
    }
}

// "10 % worse" below one and a half, times from there on.
static void the_sentence_says_how_much_worse_the_best_other_is(void **state)
{
    (void)state;
    static const struct {
        double ratio;
        const char *text;
    } cases[] = {{0.9, "With MSE, no: the MSE of ReLU is 10 % better than a sigmoid's."},
                 {1.001, "With MSE, no: the MSE of ReLU is just as good as a sigmoid's."},
                 {1.1, "With MSE, no: the MSE of ReLU is only 10 % worse than a sigmoid's."},
                 {1.4, "With MSE, yes: ReLU, the best without one, has an MSE 40 % worse than a sigmoid's."},
                 {2.4, "With MSE, yes: ReLU, the best without one, has 2.4 times the MSE of a sigmoid."}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Case *c = create_case(pixels);
        c->test[2 + CLAIM_MSE].mean[LOSS_MSE] = cases[i].ratio * c->test[CLAIM_MSE].mean[LOSS_MSE];
        for (int output = 2; output < CLAIM_OUTPUT_COUNT; output++)
            c->test[2 * output + CLAIM_MSE].mean[LOSS_MSE] = 9.0;
        const ClaimResult result = claim_judge(CLAIM_SIGMOID, &c->evidence);
        if (!strstr(result.sentence, cases[i].text))
            fail_msg("expected '%s': %s", cases[i].text, result.sentence);
        assert_string_equal(result.so, claim_get(CLAIM_SIGMOID)->so[result.verdict]);
    }
}

// Where BCE does without a sigmoid and MSE does not, the advice is the other way round.
static void the_advice_names_the_loss_that_needs_a_sigmoid(void **state)
{
    (void)state;
    for (int loss = 0; loss < 2; loss++) {
        Case *c = create_case(pixels);
        turn_all(c, 2 + loss, 0.3f);
        const ClaimResult result = claim_judge(CLAIM_SIGMOID, &c->evidence);
        assert_int_equal(result.verdict, VERDICT_PARTLY);
        assert_string_equal(result.so, loss == CLAIM_BCE ? "with MSE take a sigmoid; with BCE you may do without."
                                                         : "with BCE take a sigmoid; with MSE you may do without.");
    }
}

static void optima_are_the_same_within_what_seeds_differ(void **state)
{
    (void)state;
    static const double thresholds[] = {1.25, 2.0};
    static const Verdict verdicts[] = {VERDICT_TRUE, VERDICT_PARTLY, VERDICT_FALSE};
    Case *c = create_case(pixels);
    for (int i = 0; i < 2; i++) {
        const Sides sides =
            find_sides(c, CLAIM_MSE, turn_all, distance_ratio, thresholds[i], logit(0.3001), logit(0.4));
        turn_all(c, CLAIM_MSE, sides.at_most);
        compare_pairs(c);
        assert_int_equal(judge(c, CLAIM_OPTIMUM), verdicts[i]);
        turn_all(c, CLAIM_MSE, sides.above);
        compare_pairs(c);
        assert_int_equal(judge(c, CLAIM_OPTIMUM), verdicts[i + 1]);
    }
    turn_all(c, CLAIM_MSE, logit(0.3)); // the very same
    compare_pairs(c);
    assert_true(c->evidence.losses.mean_distance == 0.0);
    assert_int_equal(judge(c, CLAIM_OPTIMUM), VERDICT_TRUE);
}

static void ink_is_full_where_half_of_it_is(void **state)
{
    (void)state;
    for (int full = 99; full <= 101; full++) {
        uint8_t images[IMAGES * PIXELS] = {0};
        for (int i = 0; i < 200; i++) // the first is 255: it tells the images apart
            images[3 * i] = i < full ? 255 : (uint8_t)(1 + i);
        Case *c = create_case(images);
        turn_sure(c, CLAIM_BCE, 0.0f); // no output is surer than an input
        assert_int_equal(judge(c, CLAIM_BINARY), full >= 100 ? VERDICT_TRUE : VERDICT_FALSE);
        turn_sure(c, CLAIM_BCE, PIXELS);
        assert_int_equal(judge(c, CLAIM_BINARY), full >= 100 ? VERDICT_TRUE : VERDICT_PARTLY);
    }
}

static void outputs_are_sharp_where_as_many_as_of_the_inputs_are(void **state)
{
    (void)state;
    enum { SURE = 301 };
    uint8_t images[IMAGES * PIXELS] = {0};
    for (int image = 0; image < IMAGES; image++)
        for (int pixel = 0; pixel < PIXELS; pixel++) // those behind SURE are grey
            images[image * PIXELS + pixel] = (uint8_t)(pixel < SURE ? 0 : 6 + pixel % 243);
    images[0] = 255;
    Case *c = create_case(images);
    for (int count = SURE - 1; count <= SURE + 1; count++) {
        turn_sure(c, CLAIM_BCE, (float)count);
        if (count == SURE) { // as many, the first pixel of the first image among those above 0.98
            c->logits[CLAIM_BCE].of[0][0] = 20.0f;
            measure(c, CLAIM_BCE);
        }
        assert_int_equal(judge(c, CLAIM_BINARY), count < SURE ? VERDICT_FALSE : VERDICT_PARTLY);
    }
}

static void a_fit_is_judged_by_its_way_to_the_floor(void **state)
{
    (void)state;
    static const double thresholds[] = {0.5, 0.75};
    static const Verdict verdicts[] = {VERDICT_TRUE, VERDICT_PARTLY, VERDICT_FALSE};
    Case *c = create_case(pixels);
    for (int i = 0; i < 2; i++) {
        const Sides sides = find_sides(c, CLAIM_BCE, turn_to_target, way, thresholds[i], 0.0f, 1.0f);
        turn_to_target(c, CLAIM_BCE, sides.at_most - 1e-5f);
        assert_int_equal(judge(c, CLAIM_FIT), verdicts[i]);
        turn_to_target(c, CLAIM_BCE, sides.above);
        assert_int_equal(judge(c, CLAIM_FIT), verdicts[i + 1]);
    }
    turn_to_target(c, CLAIM_BCE, 1.0f);
    assert_int_equal(judge(c, CLAIM_FIT), VERDICT_FALSE);
    turn_all(c, CLAIM_BCE, 0.0f); // farther from the floor than the mean image
    assert_int_equal(judge(c, CLAIM_FIT), VERDICT_TRUE);
}

// ---- when a claim is open -----------------------------------------------------------------------------------------

static bool decides(int claim, int model)
{
    switch (claim) {
    case CLAIM_SIGMOID: return model != CLAIM_TWIN;
    case CLAIM_DIM: return model == CLAIM_BCE || model == CLAIM_MSE;
    case CLAIM_OPTIMUM: return model == CLAIM_BCE || model == CLAIM_MSE || model == CLAIM_TWIN;
    default: return model == CLAIM_BCE;
    }
}

static void check_open(const Case *c, int claim, int epoch, const char *text)
{
    const ClaimResult result = claim_judge(claim, &c->evidence);
    check_sentence_is_whole(&result);
    assert_int_equal(result.verdict, VERDICT_OPEN);
    assert_int_equal(result.epoch, epoch);
    if (strncmp(result.sentence, text, strlen(text)) != 0)
        fail_msg("expected '%s': %s", text, result.sentence);
    assert_null(strstr(result.sentence, ", yes:")); // no verdict yet
    assert_null(strstr(result.sentence, ", no:"));
}

static void a_claim_waits_for_the_tenth_epoch_of_each_model_that_decides(void **state)
{
    (void)state;
    Case *c = create_case(pixels);
    for (int claim = 0; claim < CLAIM_COUNT; claim++)
        for (int model = 0; model < CLAIM_MODEL_COUNT; model++) {
            assert_int_equal(claim_get(claim)->models >> model & 1, decides(claim, model));
            assert_int_not_equal(judge(c, claim), VERDICT_OPEN);
            c->evidence.epochs[model] = 9;
            if (decides(claim, model))
                check_open(c, claim, 9, "Epoch 9 of at least 10. ");
            else
                assert_int_not_equal(judge(c, claim), VERDICT_OPEN);
            c->evidence.test[model] = NULL;
            if (decides(claim, model))
                check_open(c, claim, 0, "Not measured yet: epoch 0 of at least 10.");
            else
                assert_int_not_equal(judge(c, claim), VERDICT_OPEN);
            c->evidence.test[model] = &c->test[model];
            c->evidence.epochs[model] = 10;
        }
}

static void a_claim_names_the_epoch_of_the_model_that_is_least_far(void **state)
{
    (void)state;
    Case *c = create_case(pixels);
    for (int model = 0; model < CLAIM_MODEL_COUNT; model++)
        c->evidence.epochs[model] = 40 + model;
    c->evidence.epochs[5] = 12;
    c->evidence.pair_epoch = 30;
    assert_int_equal(claim_judge(CLAIM_SIGMOID, &c->evidence).epoch, 12);
    assert_int_equal(claim_judge(CLAIM_DIM, &c->evidence).epoch, 40);
    assert_int_equal(claim_judge(CLAIM_OPTIMUM, &c->evidence).epoch, 30);
    assert_int_equal(claim_judge(CLAIM_FIT, &c->evidence).epoch, 40);
}

static void no_claim_is_decided_without_data_or_pairs(void **state)
{
    (void)state;
    Case *c = create_case(pixels);
    const PairMetrics losses = c->evidence.losses, seeds = c->evidence.seeds;
    for (int i = 0; i < 3; i++) {
        c->evidence.losses = i == 0 ? (PairMetrics){0} : losses;
        c->evidence.seeds = i == 1 ? (PairMetrics){0} : seeds;
        c->evidence.pair_epoch = i == 2 ? 9 : 10;
        check_open(c, CLAIM_OPTIMUM, i == 2 ? 9 : 0,
                   i == 2 ? "Epoch 9 of at least 10. " : "Not measured yet: epoch 0 of at least 10.");
        for (int claim = 0; claim < CLAIM_COUNT; claim++)
            if (claim != CLAIM_OPTIMUM)
                assert_int_not_equal(judge(c, claim), VERDICT_OPEN);
    }
    c->evidence.pair_epoch = 10;
    c->evidence.facts = NULL;
    for (int claim = 0; claim < CLAIM_COUNT; claim++)
        assert_int_equal(claim_judge(claim, &c->evidence).verdict, VERDICT_OPEN);
}

// ---- broken models ------------------------------------------------------------------------------------------------

static void broken_models_are_never_good_and_nobody_waits_for_them(void **state)
{
    (void)state;
    for (int loss = 0; loss < 2; loss++)
        for (int output = 1; output < CLAIM_OUTPUT_COUNT; output++) {
            Case *c = create_case(pixels);
            const int index = 2 * output + loss;
            turn_all(c, index, 0.3f);
            assert_int_equal(judge(c, CLAIM_SIGMOID), VERDICT_PARTLY);
            c->evidence.is_broken[index] = true;
            assert_int_equal(judge(c, CLAIM_SIGMOID), VERDICT_TRUE);
            c->evidence.epochs[index] = 0; // it broke before it was measured
            c->evidence.test[index] = NULL;
            assert_int_equal(judge(c, CLAIM_SIGMOID), VERDICT_TRUE);
        }
    Case *c = create_case(pixels);
    for (int i = FIRST_OTHER; i < CLAIM_TWIN; i++) {
        c->evidence.is_broken[i] = true;
        c->evidence.test[i] = NULL;
    }
    assert_int_equal(judge(c, CLAIM_SIGMOID), VERDICT_TRUE);
}

static void outputs_that_are_not_finite_are_never_good(void **state)
{
    (void)state;
    static const float bad[] = {NAN, INFINITY};
    for (int i = 0; i < 2; i++) {
        Case *c = create_case(pixels);
        const int index = 2 * 2 + CLAIM_MSE; // linear
        turn_all(c, index, 0.3f);
        c->logits[index].of[0][5] = c->logits[index].of[1][5] = bad[i];
        measure(c, index);
        assert_true(c->test[index].nonfinite > 0);
        assert_int_equal(judge(c, CLAIM_SIGMOID), VERDICT_TRUE);
        turn_all(c, index, 0.3f); // and were its error all right, it would not be good
        assert_int_equal(judge(c, CLAIM_SIGMOID), VERDICT_PARTLY);
        c->test[index].nonfinite = 1;
        assert_int_equal(judge(c, CLAIM_SIGMOID), VERDICT_TRUE);
    }
}

static void nothing_can_be_held_against_a_broken_sigmoid(void **state)
{
    (void)state;
    static const int sigmoids[] = {CLAIM_BCE, CLAIM_MSE, CLAIM_TWIN};
    for (int i = 0; i < 3; i++)
        for (int claim = 0; claim < CLAIM_COUNT; claim++) {
            Case *c = create_case(pixels);
            c->evidence.is_broken[sigmoids[i]] = true;
            if (decides(claim, sigmoids[i]))
                check_open(c, claim, 0,
                           "Cannot be decided: a model on a sigmoid broke, and the others are held against it.");
            else
                assert_int_not_equal(judge(c, claim), VERDICT_OPEN);
        }
}

// ---- what the sentences say ---------------------------------------------------------------------------------------

// A model's figures, from its logits alone; BCE where it is a sigmoid's.
typedef struct Naive {
    double bce, mse, output, one, zero, below, above;
} Naive;

static Naive count(const Case *c, int index, const char *output)
{
    Naive sums = {0};
    const bool is_sigmoid = strcmp(output, "sigmoid") == 0;
    int ones = 0, zeros = 0;
    for (int i = 0; i < IMAGES * PIXELS; i++) {
        const double z = (double)c->logits[index].of[i / PIXELS][i % PIXELS], t = c->set.pixels[i] / 255.0;
        double slope;
        const double p = reference_activate(output, z, &slope), n = IMAGES * PIXELS;
        sums.bce += is_sigmoid ? (log1p(exp(z)) - t * z) / n : 0.0;
        sums.mse += (p - t) * (p - t) / n;
        sums.output += p / n;
        sums.below += (p < 0.02) / n;
        sums.above += (p > 0.98) / n;
        sums.one += t == 1.0 ? p - t : 0.0;
        sums.zero += t == 0.0 ? p - t : 0.0;
        ones += t == 1.0;
        zeros += t == 0.0;
    }
    sums.one /= ones;
    sums.zero /= zeros;
    return sums;
}

static double count_distance(const Case *c, int first, int second)
{
    double sum = 0.0;
    for (int i = 0; i < IMAGES * PIXELS; i++)
        sum += fabs(1.0 / (1.0 + exp(-(double)c->logits[first].of[i / PIXELS][i % PIXELS])) -
                    1.0 / (1.0 + exp(-(double)c->logits[second].of[i / PIXELS][i % PIXELS])));
    return sum / (IMAGES * PIXELS);
}

// The target's own figures.
typedef struct NaiveTarget {
    double mean, floor, mean_image_bce, below, above, ink, full_ink;
} NaiveTarget;

static double entropy(double q) { return q > 0.0 && q < 1.0 ? -(q * log(q) + (1.0 - q) * log(1.0 - q)) : 0.0; }

static NaiveTarget count_target(const Case *c)
{
    NaiveTarget sums = {0};
    int ink = 0, full = 0;
    for (int pixel = 0; pixel < PIXELS; pixel++) {
        double mean = 0.0;
        for (int image = 0; image < IMAGES; image++) {
            const double t = c->set.pixels[image * PIXELS + pixel] / 255.0;
            mean += t / IMAGES;
            sums.floor += entropy(t) / IMAGES / PIXELS;
            sums.below += (t < 0.02) / (double)IMAGES / PIXELS;
            sums.above += (t > 0.98) / (double)IMAGES / PIXELS;
            ink += t > 0.0;
            full += t == 1.0;
        }
        sums.mean += mean / PIXELS;
        sums.mean_image_bce += entropy(mean) / PIXELS;
    }
    sums.ink = (double)ink / IMAGES / PIXELS;
    sums.full_ink = (double)full / ink;
    return sums;
}

// All numbers of the sentence, in order, are these, to the last digit that is printed.
static void check_numbers(const char *sentence, const double *expected, int expected_count)
{
    int found_count = 0;
    for (const char *at = sentence; *at;) {
        const bool starts = strchr("0123456789+-", *at) && (at == sentence || at[-1] == ' ' || at[-1] == '(');
        char *after;
        const double found = starts ? strtod(at, &after) : 0.0;
        if (!starts || after == at) {
            at++;
            continue;
        }
        const char *point = memchr(at, '.', (size_t)(after - at));
        const double unit = pow(10.0, point ? -(double)(after - point - 1) : 0.0);
        if (found_count == expected_count)
            fail_msg("more than %d numbers: %s", expected_count, sentence);
        const double rounding = 0.5001 * unit + 2e-6 * fabs(expected[found_count]); // of single precision
        if (fabs(found - expected[found_count]) > rounding)
            fail_msg("number %d is %.9g, expected %.9g: %s", found_count, found, expected[found_count], sentence);
        found_count++;
        at = after;
    }
    if (found_count != expected_count)
        fail_msg("%d numbers, expected %d: %s", found_count, expected_count, sentence);
}

// Outputs that have something to do with the digits, each model's its own.
static Case *create_lively_case(void)
{
    Case *c = create_case(pixels);
    Random random = random_stream(5, 5);
    for (int index = 0; index < CLAIM_MODEL_COUNT; index++) {
        const bool is_sigmoid = index < FIRST_OTHER || index == CLAIM_TWIN;
        for (int i = 0; i < IMAGES * PIXELS; i++) {
            const double t = pixels[i] / 255.0, noise = random_uniform(&random) - 0.5;
            c->logits[index].of[i / PIXELS][i % PIXELS] =
                is_sigmoid ? (float)(9.0 * (t - 0.5) - 0.2 * index + 3.0 * noise)
                           : (float)(t + (0.1 + 0.1 * index) * noise); // the lower the output's row the better
        }
        measure(c, index);
    }
    compare_pairs(c);
    return c;
}

static void sentences_hold_the_figures_that_they_name(void **state)
{
    (void)state;
    const Case *c = create_lively_case();
    const NaiveTarget target = count_target(c);
    const Naive bce = count(c, CLAIM_BCE, "sigmoid"), mse = count(c, CLAIM_MSE, "sigmoid");
    const double losses = count_distance(c, CLAIM_BCE, CLAIM_MSE), seeds = count_distance(c, CLAIM_BCE, CLAIM_TWIN);
    const double *const expected[CLAIM_COUNT] = {
        [CLAIM_SIGMOID] = (double[]){100.0 * (count(c, 2 + CLAIM_BCE, "relu").mse / bce.mse - 1.0), 0.0,
                                     count(c, 2 + CLAIM_MSE, "relu").mse / mse.mse},
        [CLAIM_DIM] = (double[]){bce.output, mse.output, target.mean},
        [CLAIM_OPTIMUM] = (double[]){losses, seeds},
        [CLAIM_BINARY] = (double[]){100.0 * target.full_ink, 100.0 * target.above / target.ink, 0.98},
        [CLAIM_FIT] = (double[]){0.0, target.floor, target.mean_image_bce, bce.bce,
                                 100.0 * (target.mean_image_bce - bce.bce) / (target.mean_image_bce - target.floor)},
    };
    static const int counts[CLAIM_COUNT] = {3, 3, 2, 3, 5};
    for (int claim = 0; claim < CLAIM_COUNT; claim++) {
        const ClaimResult result = claim_judge(claim, &c->evidence);
        check_sentence_is_whole(&result);
        check_numbers(result.sentence, expected[claim], counts[claim]);
    }
}

static void sentences_are_whole_where_figures_are_huge(void **state)
{
    (void)state;
    Case *c = create_case(pixels);
    for (int i = 0; i < CLAIM_MODEL_COUNT; i++)
        turn_all(c, i, i < FIRST_OTHER ? 5e17f : i == CLAIM_TWIN ? 80.0f : -1e18f);
    compare_pairs(c);
    for (int claim = 0; claim < CLAIM_COUNT; claim++)
        assert_int_not_equal(judge(c, claim), VERDICT_OPEN);
}

// ---- tables -------------------------------------------------------------------------------------------------------

static void models_differ_from_the_base_in_output_loss_and_seed(void **state)
{
    (void)state;
    static const char *const outputs[CLAIM_OUTPUT_COUNT] = {"sigmoid", "relu", "linear", "clip"};
    static const char *const bases[] = {
        "",
        "loss=mae,output=tanh01,hidden=gelu,layers=40,8,40,optimizer=sgd,lr=0.3,batch=17,noise=0.5,l1=0.01,seed=41"};
    for (int i = 0; i < 2; i++) {
        const Spec base = synthetic_spec(bases[i]);
        Spec specs[CLAIM_MODEL_COUNT];
        for (int model = 0; model < CLAIM_MODEL_COUNT; model++) {
            const bool is_twin = model == CLAIM_TWIN;
            specs[model] = claim_model_spec(&base, model);
            assert_string_equal(activation_get(OUTPUT_ACTIVATION, specs[model].output)->key,
                                is_twin ? "sigmoid" : outputs[model / 2]);
            assert_string_equal(loss_get(specs[model].loss)->key, is_twin || model % 2 == 0 ? "bce" : "mse");
            assert_int_equal(specs[model].seed, base.seed + (is_twin ? 1 : 0));
            for (int other = 0; other < model; other++)
                assert_false(spec_equal(&specs[model], &specs[other]));
            Spec rest = specs[model];
            rest.output = base.output;
            rest.loss = base.loss;
            rest.seed = base.seed;
            assert_true(spec_equal(&rest, &base));
        }
    }
    for (int output = 0; output < CLAIM_OUTPUT_COUNT; output++)
        assert_string_equal(claim_output_key(output), outputs[output]);
}

static void the_way_to_the_floor_has_its_ends(void **state)
{
    (void)state;
    const TargetFacts facts = {.mean_image = {[LOSS_BCE] = 0.25}, .bce_floor = 0.0625};
    assert_true(claim_way_to_floor(0.25, &facts) == 0.0);
    assert_true(claim_way_to_floor(0.0625, &facts) == 1.0);
    assert_true(claim_way_to_floor(0.15625, &facts) == 0.5);
    assert_true(claim_way_to_floor(0.4375, &facts) == -1.0);
    Case *c = create_case(pixels);
    for (int image = 0; image < IMAGES; image++) // the mean image itself, where a sigmoid can be it
        for (int pixel = 0; pixel < PIXELS; pixel++)
            c->logits[0].of[image][pixel] = logit(fmin(1.0 - 1e-7, fmax(1e-7, (double)c->facts.mean_map[pixel])));
    measure(c, 0);
    assert_true(fabs(claim_way_to_floor(c->test[0].mean[LOSS_BCE], &c->facts)) < 1e-4);
}

static void every_claim_has_its_words(void **state)
{
    (void)state;
    static const char *const thresholds[CLAIM_COUNT][2] = {
        {"1.25", "finite"}, {"2 %", "mean input"}, {"1.25", "2 times"}, {"half", "0.98"}, {"half", "75 %"}};
    static const char *const names[VERDICT_COUNT] = {"open", "true", "partly true", "false", "within chance"};
    for (int claim = 0; claim < CLAIM_COUNT; claim++) {
        const ClaimRow *row = claim_get(claim);
        assert_true(row->key && row->key[0] && row->claim && row->claim[0] && row->rule && row->rule[0]);
        assert_int_equal(strspn(row->key, "abcdefghijklmnopqrstuvwxyz"), strlen(row->key));
        for (int i = 0; i < 2; i++)
            if (!strstr(row->rule, thresholds[claim][i]))
                fail_msg("%s: the rule does not say '%s'", row->key, thresholds[claim][i]);
        for (int other = 0; other < claim; other++)
            assert_string_not_equal(row->key, claim_get(other)->key);
        for (int verdict = VERDICT_TRUE; verdict < VERDICT_CHANCE; verdict++) // chance: trials alone
            assert_true(row->so[verdict] && row->so[verdict][strlen(row->so[verdict]) - 1] == '.');
    }
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
        assert_string_equal(claim_verdict_name((Verdict)verdict), names[verdict]);
}

static void seeds_that_differ_leave_it_to_chance(void **state)
{
    (void)state;
    ClaimResult seeds[3];
    for (int i = 0; i < 3; i++)
        seeds[i] = (ClaimResult){.verdict = VERDICT_TRUE, .epoch = 20 - i, .so = "do.", .sentence = "Because."};
    ClaimResult all = claim_combine(seeds, 3);
    assert_int_equal(all.verdict, VERDICT_TRUE);
    assert_int_equal(all.epoch, 18);
    assert_string_equal(all.sentence, "Because.");
    assert_string_equal(all.so, "do.");
    seeds[2].so = "do not.";
    assert_string_equal(claim_combine(seeds, 3).so, "");
    seeds[1].verdict = VERDICT_PARTLY;
    all = claim_combine(seeds, 3);
    assert_int_equal(all.verdict, VERDICT_CHANCE);
    assert_string_equal(all.sentence, "Because. But the seeds do not agree: true, partly true, true.");
    assert_true(*all.so);
    seeds[2].verdict = VERDICT_OPEN;
    assert_int_equal(claim_combine(seeds, 3).verdict, VERDICT_OPEN);
    assert_int_equal(claim_combine(&seeds[1], 1).verdict, VERDICT_PARTLY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sigmoid_is_needed_where_no_other_is_as_good),
        cmocka_unit_test(different_outputs_may_be_as_good_with_each_loss),
        cmocka_unit_test(bce_dims_where_it_is_two_percent_darker_than_input_and_mse),
        cmocka_unit_test(the_sentence_says_how_much_light_is_lost),
        cmocka_unit_test(the_sentence_says_how_much_worse_the_best_other_is),
        cmocka_unit_test(the_advice_names_the_loss_that_needs_a_sigmoid),
        cmocka_unit_test(optima_are_the_same_within_what_seeds_differ),
        cmocka_unit_test(ink_is_full_where_half_of_it_is),
        cmocka_unit_test(outputs_are_sharp_where_as_many_as_of_the_inputs_are),
        cmocka_unit_test(a_fit_is_judged_by_its_way_to_the_floor),
        cmocka_unit_test(a_claim_waits_for_the_tenth_epoch_of_each_model_that_decides),
        cmocka_unit_test(a_claim_names_the_epoch_of_the_model_that_is_least_far),
        cmocka_unit_test(no_claim_is_decided_without_data_or_pairs),
        cmocka_unit_test(broken_models_are_never_good_and_nobody_waits_for_them),
        cmocka_unit_test(outputs_that_are_not_finite_are_never_good),
        cmocka_unit_test(nothing_can_be_held_against_a_broken_sigmoid),
        cmocka_unit_test(sentences_hold_the_figures_that_they_name),
        cmocka_unit_test(sentences_are_whole_where_figures_are_huge),
        cmocka_unit_test(models_differ_from_the_base_in_output_loss_and_seed),
        cmocka_unit_test(the_way_to_the_floor_has_its_ends),
        cmocka_unit_test(seeds_that_differ_leave_it_to_chance),
        cmocka_unit_test(every_claim_has_its_words),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
