// Metrics: every figure against a naive count in double over the reference's outputs.
//
// Single precision moves a logit by less than LOGIT_ERROR, so each output lies between f(z - LOGIT_ERROR) and
// f(z + LOGIT_ERROR): a count must lie between those that are sure and those that are possible.
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
#include "measuring/metrics.h"
#include "models/model_layers.h"
#include "models/pixels.h"
#include "random.h"
#include "reference.h"
#include "synthetic.h"

enum { IMAGES = 150, PIXELS = DIGIT_PIXELS };
#define LOGIT_ERROR 2e-5

static Pool *pool;
static ImageSet set;

static int begin(void **state)
{
    (void)state;
    pool = pool_create(2, NULL);
    set = synthetic_create(IMAGES, PIXELS, 8);
    return pool ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    pool_destroy(pool);
    synthetic_free(&set);
    return 0;
}

static const LossSettings settings = {.delta = 0.1f, .weight = 2.0f}; // a spec's defaults

typedef struct Range {
    double low, high;
} Range;

typedef struct Naive {
    Range loss[LOSS_COUNT], noisy_loss[LOSS_COUNT], output, bias[TARGET_GROUP_COUNT];
    Range below_0, far_below_0, above_1, below_002, above_098, histogram[HISTOGRAM_BINS];
    int64_t groups[TARGET_GROUP_COUNT];
    Range pixel_output[PIXELS], pixel_zeros[PIXELS];
    bool has_ink[PIXELS];
} Naive;

static void widen(Range *range, double a, double b)
{
    range->low += a < b ? a : b;
    range->high += a < b ? b : a;
}

// low and high: the least and the greatest that the output can be.
static void count_bins(Naive *naive, double low, double high)
{
    // those between them and one more on either side; for all others nothing is so
    const int first = low < 0.0 ? 0 : (int)fmin(64.0, low * 64.0),
              last = high < 0.0 ? 1 : (int)fmin(63.0, high * 64.0) + 2;
    for (int bin = first; bin <= last; bin++) {
        const double from = bin == 0 ? -INFINITY : (bin - 1) / 64.0,
                     to = bin == HISTOGRAM_BINS - 1 ? INFINITY : bin / 64.0;
        // 0 belongs to the first inner bin, 1 to the last
        const bool starts = bin == HISTOGRAM_BINS - 1 ? high > 1.0 : high >= from;
        const bool ends = bin == 64 ? low <= 1.0 : low < to;
        const bool surely =
            (bin == HISTOGRAM_BINS - 1 ? low > 1.0 : low >= from) && (bin == 64 ? high <= 1.0 : high < to);
        widen(&naive->histogram[bin], surely, starts && ends);
    }
}

static void count_pixel(Naive *naive, const char *output, double z, double t, int pixel)
{
    double slope;
    const double low = reference_activate(output, z - LOGIT_ERROR, &slope);
    const double high = reference_activate(output, z + LOGIT_ERROR, &slope);
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        widen(&naive->loss[loss], reference_lose(loss_get(loss)->key, settings, output, z - LOGIT_ERROR, t, &slope),
              reference_lose(loss_get(loss)->key, settings, output, z + LOGIT_ERROR, t, &slope));
    const int group = t == 0.0 ? TARGET_ZERO : t == 1.0 ? TARGET_ONE : t < 0.5 ? TARGET_DARK : TARGET_BRIGHT;
    widen(&naive->output, low, high);
    widen(&naive->bias[group], low - t, high - t);
    naive->groups[group]++;
    widen(&naive->below_0, low < 0.0, high < 0.0);
    widen(&naive->far_below_0, low < -0.02, high < -0.02);
    widen(&naive->above_1, low > 1.0, high > 1.0);
    widen(&naive->below_002, low < 0.02, high < 0.02);
    widen(&naive->above_098, low > 0.98, high > 0.98);
    count_bins(naive, low, high);
    naive->has_ink[pixel] |= t > 0.0;
    widen(&naive->pixel_output[pixel], low, high);
    widen(&naive->pixel_zeros[pixel], low == 0.0 && high == 0.0, low <= 0.0 && high >= 0.0);
}

// The losses on the input that its noise makes of an image.
static void count_noisy(const Reference *reference, const Spec *spec, int image, const double *t, Naive *naive)
{
    float damaged[PIXELS];
    double x[PIXELS], z[PIXELS], slope;
    pixels_read(spec, pixels_test_key(spec, image), set.pixels + image * PIXELS, 0, PIXELS, damaged);
    for (int pixel = 0; pixel < PIXELS; pixel++)
        x[pixel] = (double)damaged[pixel];
    reference_forward(reference, x, z);
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        for (int pixel = 0; pixel < PIXELS; pixel++)
            widen(&naive->noisy_loss[loss],
                  reference_lose(loss_get(loss)->key, settings, reference->output, z[pixel] - LOGIT_ERROR, t[pixel],
                                 &slope),
                  reference_lose(loss_get(loss)->key, settings, reference->output, z[pixel] + LOGIT_ERROR, t[pixel],
                                 &slope));
}

static void count_naively(const Reference *reference, const Spec *spec, Naive *naive)
{
    *naive = (Naive){0};
    for (int image = 0; image < IMAGES; image++) {
        double t[PIXELS], z[PIXELS];
        synthetic_convert(&set, PIXELS, NULL, image, 1, t);
        reference_forward(reference, t, z);
        for (int pixel = 0; pixel < PIXELS; pixel++) {
            if (spec->targets == TARGETS_BINARY)
                t[pixel] = t[pixel] >= 0.5;
            count_pixel(naive, reference->output, z[pixel], t[pixel], pixel);
        }
        count_noisy(reference, spec, image, t, naive);
    }
}

#define assert_within(value, range, n)                                                                                 \
    do {                                                                                                               \
        const double slack = 1e-6 + 1e-6 * fabs((range).high / (double)(n));                                           \
        if (!((value) >= (range).low / (double)(n)-slack && (value) <= (range).high / (double)(n) + slack))            \
            fail_msg("%s: " #value " is %.9g, expected %.9g .. %.9g", text, (double)(value),                           \
                     (range).low / (double)(n), (range).high / (double)(n));                                           \
    } while (0)

static void compare(const Metrics *found, const Naive *naive, const char *text)
{
    const double n = (double)IMAGES * PIXELS;
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        if (loss == LOSS_GAUSS) // follows from the MSE: compare_derived
            continue;
        assert_within(found->mean[loss], naive->loss[loss], n);
        assert_within(found->noisy_mean[loss], naive->noisy_loss[loss], n);
    }
    assert_within(found->mean_output, naive->output, n);
    assert_within(found->below_0, naive->below_0, n);
    assert_within(found->far_below_0, naive->far_below_0, n);
    assert_within(found->above_1, naive->above_1, n);
    assert_within(found->below_002, naive->below_002, n);
    assert_within(found->above_098, naive->above_098, n);
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        if (naive->groups[group] == 0)
            assert_true(isnan(found->bias_by_target[group]));
        else
            assert_within(found->bias_by_target[group], naive->bias[group], naive->groups[group]);
    int64_t pixels = 0;
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++) {
        pixels += found->histogram_output[bin];
        assert_within((double)found->histogram_output[bin], naive->histogram[bin], 1);
    }
    assert_int_equal(pixels, IMAGES * PIXELS);
    int surely = 0, maybe = 0, ones = 0, ones_with_ink = 0;
    for (int pixel = 0; pixel < PIXELS; pixel++) {
        assert_within(found->mean_output_map[pixel], naive->pixel_output[pixel], IMAGES);
        assert_within(found->zero_share_map[pixel], naive->pixel_zeros[pixel], IMAGES);
        surely += naive->pixel_zeros[pixel].low == IMAGES;
        maybe += naive->pixel_zeros[pixel].high == IMAGES;
        ones += found->zero_share_map[pixel] == 1.0f;
        ones_with_ink += found->zero_share_map[pixel] == 1.0f && naive->has_ink[pixel];
    }
    assert_in_range(found->dead_outputs, surely, maybe);
    assert_int_equal(found->dead_outputs, ones);
    assert_int_equal(found->never_lit, ones_with_ink);
    assert_int_equal(found->nonfinite, 0);
    assert_int_equal(found->images, IMAGES);
}

static void compare_derived(const Metrics *found, const TargetFacts *facts)
{
    assert_true(found->bce_floor == facts->bce_floor && found->mean_input == facts->mean);
    assert_true(found->excess_bce == found->mean[LOSS_BCE] - found->bce_floor);
    assert_true(found->bias == found->mean_output - found->mean_input);
    const double mse = found->mean[LOSS_MSE], noisy = found->noisy_mean[LOSS_MSE];
    assert_true(fabs(found->sigma - sqrt(mse)) < 1e-12); // of models that have not learnt one
    assert_true(fabs(found->mean[LOSS_GAUSS] - (log(2.0 * M_PI * mse) + 1.0) / 2.0) < 1e-9);
    assert_true(fabs(found->noisy_mean[LOSS_GAUSS] - (log(2.0 * M_PI * mse) + noisy / mse) / 2.0) < 1e-9);
    assert_true(fabs(found->psnr - 10.0 * log10(1.0 / found->mean[LOSS_MSE])) < 1e-9);
    assert_true(fabs(found->noisy_psnr - 10.0 * log10(1.0 / found->noisy_mean[LOSS_MSE])) < 1e-9);
    assert_memory_equal(found->histogram_input, facts->histogram, sizeof facts->histogram);
}

// Biases around 0 and 1, so that outputs fall on both sides of every threshold; some of them far below.
static void spread_outputs(const Model *model, float *parameters)
{
    Random random = random_stream(9, 9);
    const Layer *last = &model->layers[model->layer_count - 1];
    model_init(model, parameters);
    for (int pixel = 0; pixel < PIXELS; pixel++)
        parameters[last->bias_offset + (size_t)pixel] =
            pixel % 7 == 0 ? -20.0f : (float)(3.0 * random_uniform(&random) - 1.0);
}

static void check_spec(const char *text)
{
    static const int counts[] = {1, 2, 5};
    const Spec spec = synthetic_spec(text);
    const Model model = model_create(&spec, PIXELS);
    float *parameters = malloc(model.parameter_count * sizeof *parameters);
    Naive *naive = malloc(sizeof *naive);
    Reference reference;
    Metrics found[3];
    assert_true(parameters && naive);
    spread_outputs(&model, parameters);
    reference_init(&reference, &spec, PIXELS);
    reference_import(&model, parameters, reference.parameters);
    const TargetFacts facts = metrics_model_facts(&spec, &set, IMAGES);
    for (int i = 0; i < 3; i++) {
        Pool *workers = pool_create(counts[i], NULL);
        memset(&found[i], 0, sizeof found[i]);
        assert_true(metrics_measure(&model, parameters, &set, &facts, workers, &found[i], NULL));
        pool_destroy(workers);
        assert_memory_equal(&found[0], &found[i], offsetof(Metrics, dead_outputs));
        assert_memory_equal(found[0].histogram_output, found[i].histogram_output, sizeof found[i].histogram_output);
        assert_int_equal(found[0].dead_outputs, found[i].dead_outputs);
        assert_int_equal(found[0].never_lit, found[i].never_lit);
        assert_int_equal(found[0].dead_code_units, found[i].dead_code_units);
        assert_memory_equal(found[0].mean_output_map, found[i].mean_output_map, sizeof found[i].mean_output_map);
        assert_memory_equal(found[0].zero_share_map, found[i].zero_share_map, sizeof found[i].zero_share_map);
    }
    count_naively(&reference, &spec, naive);
    compare(&found[0], naive, text);
    compare_derived(&found[0], &facts);
    reference_free(&reference);
    free(naive);
    free(parameters);
}

static void figures_agree_with_a_naive_count(void **state)
{
    (void)state;
    check_spec("");
    check_spec("output=linear,loss=mse,layers=12");
    check_spec("output=relu,layers=20,6,20");
    check_spec("output=clip,hidden=tanh,layers=8");
    check_spec("output=softplus,layers=8");
    check_spec("output=tanh01,hidden=gelu,layers=8");
    check_spec("output=sigmoid2,layers=8");
    check_spec("output=softmax,layers=8");
    check_spec("targets=binary,noise=0.3,layers=8");
    check_spec("targets=sampled,noise=0.4,noise_kind=mask,output=linear,layers=8");
    check_spec("noise=0.2,noise_kind=salt,layers=8");
}

// Of the first so many pixels those that no image has ink in.
static int count_blank(int pixel_count)
{
    int blank = 0;
    for (int pixel = 0; pixel < pixel_count; pixel++) {
        int ink = 0;
        for (int image = 0; image < IMAGES; image++)
            ink |= set.pixels[image * PIXELS + pixel];
        blank += ink == 0;
    }
    return blank;
}

// The faintest ink in one image of many tells a pixel that should light up from one that is rightly black.
static void the_faintest_ink_counts(void **state)
{
    (void)state;
    enum { MANY = 60000, INKED = 300 };
    ImageSet blank = {.count = MANY, .pixels = calloc(MANY, PIXELS)};
    const Spec spec = synthetic_spec("layers=1,output=relu");
    const Model model = model_create(&spec, PIXELS);
    float *parameters = calloc(model.parameter_count, sizeof *parameters);
    assert_true(blank.pixels && parameters);
    blank.pixels[(size_t)(MANY - 1) * PIXELS + INKED] = 1;
    for (int images = MANY - 1; images <= MANY; images++) {
        Metrics found;
        const TargetFacts facts = metrics_target_facts(&blank, images);
        for (int pixel = 0; pixel < PIXELS; pixel++)
            assert_true(metrics_has_ink(&facts, pixel) == (pixel == INKED && images == MANY));
        assert_true(metrics_measure(&model, parameters, &blank, &facts, pool, &found, NULL));
        assert_int_equal(found.dead_outputs, PIXELS);
        assert_int_equal(found.never_lit, images == MANY);
    }
    free(parameters);
    synthetic_free(&blank);
}

// Where each pixel has an output of its own, whatever the image, both maps are known.
static void maps_tell_the_pixels_apart(void **state)
{
    (void)state;
    const Spec spec = synthetic_spec("layers=4,output=relu");
    const Model model = model_create(&spec, PIXELS);
    const TargetFacts facts = metrics_target_facts(&set, IMAGES);
    float *parameters = calloc(model.parameter_count, sizeof *parameters);
    Metrics found;
    assert_non_null(parameters);
    for (int pixel = 0; pixel < PIXELS; pixel++)
        parameters[model.layers[1].bias_offset + (size_t)pixel] = (float)(pixel - 100) / 1024.0f;
    assert_true(metrics_measure(&model, parameters, &set, &facts, pool, &found, NULL));
    for (int pixel = 0; pixel < PIXELS; pixel++) {
        assert_true(found.mean_output_map[pixel] == (pixel > 100 ? (float)(pixel - 100) / 1024.0f : 0.0f));
        assert_true(found.zero_share_map[pixel] == (pixel > 100 ? 0.0f : 1.0f));
    }
    assert_int_equal(found.dead_outputs, 101);
    assert_int_equal(found.never_lit, 101 - count_blank(101));
    assert_in_range(found.never_lit, 1, 100); // both kinds are among them
    free(parameters);
}

// A sigmoid's output is never exactly 0, however sure it is.
static void sure_sigmoids_are_not_dead(void **state)
{
    (void)state;
    const Spec specs[2] = {synthetic_spec("layers=4"), synthetic_spec("layers=4,output=relu")};
    const TargetFacts facts = metrics_target_facts(&set, IMAGES);
    for (int i = 0; i < 2; i++) {
        const Model model = model_create(&specs[i], PIXELS);
        float *parameters = malloc(model.parameter_count * sizeof *parameters);
        Metrics found;
        assert_non_null(parameters);
        spread_outputs(&model, parameters);
        assert_true(metrics_measure(&model, parameters, &set, &facts, pool, &found, NULL));
        if (i == 0)
            assert_int_equal(found.dead_outputs, 0);
        else
            assert_true(found.dead_outputs >= PIXELS / 7);
        free(parameters);
    }
}

// Of eight units the first is 0, the second says 1000 of every image, the third's variance is just below what counts as
// dead, the fourth's just above; the others live. The code is the middle layer.
static void dead_units_of_the_code_are_counted(void **state)
{
    (void)state;
    enum { UNITS = 8, WIDE = 20 };
    const Spec spec = synthetic_spec("hidden=relu,layers=20,8,20");
    const Model model = model_create(&spec, PIXELS);
    const Layer *wide = &model.layers[0], *code = &model.layers[1];
    const TargetFacts facts = metrics_target_facts(&set, IMAGES);
    float *parameters = calloc(model.parameter_count, sizeof *parameters);
    Metrics found;
    assert_non_null(parameters);
    // each of the first layer's units is the sum of the image's pixels, whose deviation is known
    double sum = 0.0, squares = 0.0;
    for (int image = 0; image < IMAGES; image++) {
        double ink = 0.0;
        for (int pixel = 0; pixel < PIXELS; pixel++)
            ink += set.pixels[image * PIXELS + pixel] / 255.0;
        sum += ink;
        squares += ink * ink;
    }
    const double deviation = sqrt(squares / IMAGES - sum / IMAGES * (sum / IMAGES));
    for (size_t pixel = 0; pixel < PIXELS; pixel++)
        for (size_t unit = 0; unit < WIDE; unit++)
            parameters[wide->weight_offset + pixel * wide->stride + unit] = 1.0f;
    for (size_t unit = 4; unit < UNITS; unit++)
        parameters[code->weight_offset + unit] = 1.0f;
    parameters[code->bias_offset] = -1.0f;
    parameters[code->bias_offset + 1] = 1000.0f;
    parameters[code->weight_offset + 2] = (float)(0.99e-6 / deviation);
    parameters[code->weight_offset + 3] = (float)(1.01e-6 / deviation);
    assert_true(metrics_measure(&model, parameters, &set, &facts, pool, &found, NULL));
    assert_int_equal(found.code_units, UNITS);
    assert_int_equal(found.dead_code_units, 3);
    parameters[code->weight_offset + 2] = (float)(1.01e-6 / deviation);
    assert_true(metrics_measure(&model, parameters, &set, &facts, pool, &found, NULL));
    assert_int_equal(found.dead_code_units, 2);
    free(parameters);
}

static void bad_outputs_are_counted(void **state)
{
    (void)state;
    const Spec spec = synthetic_spec("layers=4,output=linear");
    const Model model = model_create(&spec, PIXELS);
    const TargetFacts facts = metrics_target_facts(&set, IMAGES);
    float *parameters = malloc(model.parameter_count * sizeof *parameters);
    Metrics found;
    assert_non_null(parameters);
    model_init(&model, parameters);
    parameters[model.layers[1].bias_offset + 3] = NAN;
    parameters[model.layers[1].bias_offset + 700] = INFINITY;
    assert_true(metrics_measure(&model, parameters, &set, &facts, pool, &found, NULL));
    assert_int_equal(found.nonfinite, 2 * IMAGES);
    assert_true(isnan(found.mean_output) && isnan(found.mean[LOSS_MSE]));
    for (int pixel = 0; pixel < PIXELS; pixel++)
        assert_true(isfinite(found.mean_output_map[pixel]) == (pixel != 3 && pixel != 700));
    assert_true(isnan(found.mean_output_map[3]) && found.mean_output_map[700] == INFINITY);
    free(parameters);
}

static void target_facts_agree_with_a_naive_count(void **state)
{
    (void)state;
    double mean = 0.0, entropy = 0.0, pixel_means[PIXELS] = {0}, mean_image[LOSS_COUNT] = {0};
    int64_t groups[TARGET_GROUP_COUNT] = {0}, histogram[HISTOGRAM_BINS] = {0}, below = 0, above = 0, ink = 0, full = 0;
    enum { COUNT = 117 };
    for (int image = 0; image < COUNT; image++) {
        double t[PIXELS];
        synthetic_convert(&set, PIXELS, NULL, image, 1, t);
        for (int i = 0; i < PIXELS; i++) {
            mean += t[i] / COUNT / PIXELS;
            entropy -=
                t[i] > 0.0 && t[i] < 1.0 ? (t[i] * log(t[i]) + (1.0 - t[i]) * log(1.0 - t[i])) / COUNT / PIXELS : 0.0;
            pixel_means[i] += t[i] / COUNT;
            groups[t[i] == 0.0 ? 0 : t[i] == 1.0 ? 3 : t[i] < 0.5 ? 1 : 2]++;
            histogram[1 + (int)fmin(63.0, t[i] * 64.0)]++;
            below += t[i] < 0.02;
            above += t[i] > 0.98;
            ink += t[i] > 0.0;
            full += t[i] == 1.0;
        }
    }
    for (int image = 0; image < COUNT; image++) { // the mean image as the prediction for each image
        double t[PIXELS];
        synthetic_convert(&set, PIXELS, NULL, image, 1, t);
        for (int i = 0; i < PIXELS; i++) {
            double slope;
            for (int loss = 0; loss < LOSS_COUNT; loss++)
                mean_image[loss] +=
                    reference_lose_output(loss_get(loss)->key, settings, pixel_means[i], t[i], &slope) / COUNT / PIXELS;
        }
    }
    const TargetFacts facts = metrics_target_facts(&set, COUNT);
    assert_int_equal(facts.images, COUNT);
    assert_true(fabs(facts.mean - mean) < 1e-12);
    assert_true(fabs(facts.bce_floor - entropy) < 1e-12);
    mean_image[LOSS_GAUSS] = (log(2.0 * M_PI * mean_image[LOSS_MSE]) + 1.0) / 2.0; // with the best spread
    for (int loss = 0; loss < LOSS_COUNT; loss++)                                  // in single precision
        assert_true(fabs(facts.mean_image[loss] - mean_image[loss]) < (loss == LOSS_GAUSS ? 5e-6 : 2e-7));
    const double n = (double)COUNT * PIXELS;
    assert_true(facts.below_002 == (double)below / n && facts.above_098 == (double)above / n);
    assert_true(facts.ink == (double)ink / n && facts.full_ink == (double)full / (double)ink);
    assert_true(full > 0 && full < ink && above > full && ink > COUNT * PIXELS - below);
    for (int i = 0; i < PIXELS; i++)
        assert_true(fabs((double)facts.mean_map[i] - pixel_means[i]) < 1e-7);
    assert_memory_equal(facts.group_counts, groups, sizeof groups);
    assert_memory_equal(facts.histogram, histogram, sizeof histogram);
}

static void groups_without_pixels_are_nan(void **state)
{
    (void)state;
    uint8_t black[PIXELS] = {0};
    const ImageSet one = {.count = 1, .pixels = black};
    const TargetFacts facts = metrics_target_facts(&one, 1);
    const Spec spec = synthetic_spec("layers=4");
    const Model model = model_create(&spec, PIXELS);
    float *parameters = calloc(model.parameter_count, sizeof *parameters);
    Metrics found;
    assert_non_null(parameters);
    assert_true(metrics_measure(&model, parameters, &one, &facts, pool, &found, NULL));
    assert_true(found.bias_by_target[TARGET_ZERO] == 0.5);
    assert_true(isnan(found.bias_by_target[TARGET_DARK]) && isnan(found.bias_by_target[TARGET_BRIGHT]) &&
                isnan(found.bias_by_target[TARGET_ONE]));
    assert_true(fabs(found.mean[LOSS_BCE] - log(2.0)) < 1e-6 && found.bce_floor == 0.0);
    assert_true(facts.ink == 0.0 && facts.full_ink == 0.0 && facts.below_002 == 1.0 && facts.above_098 == 0.0);
    free(parameters);
}

// ---- two models ---------------------------------------------------------------------------------------------------

typedef struct Side {
    Spec spec;
    Model model;
    float *parameters;
    Reference reference;
} Side;

static void create_side(Side *side, const char *text)
{
    side->spec = synthetic_spec(text);
    side->model = model_create(&side->spec, PIXELS);
    side->parameters = malloc(side->model.parameter_count * sizeof *side->parameters);
    assert_non_null(side->parameters);
    spread_outputs(&side->model, side->parameters);
    reference_init(&side->reference, &side->spec, PIXELS);
    reference_import(&side->model, side->parameters, side->reference.parameters);
}

static void free_side(Side *side)
{
    reference_free(&side->reference);
    free(side->parameters);
}

static Range count_distance(const Side *a, const Side *b, int images)
{
    Range sum = {0};
    for (int image = 0; image < images; image++) {
        double t[PIXELS], z_a[PIXELS], z_b[PIXELS], slope;
        synthetic_convert(&set, PIXELS, NULL, image, 1, t);
        reference_forward(&a->reference, t, z_a);
        reference_forward(&b->reference, t, z_b);
        for (int i = 0; i < PIXELS; i++) {
            const double low_a = reference_activate(a->reference.output, z_a[i] - LOGIT_ERROR, &slope);
            const double high_a = reference_activate(a->reference.output, z_a[i] + LOGIT_ERROR, &slope);
            const double low_b = reference_activate(b->reference.output, z_b[i] - LOGIT_ERROR, &slope);
            const double high_b = reference_activate(b->reference.output, z_b[i] + LOGIT_ERROR, &slope);
            sum.low += fmax(0.0, fmax(low_a - high_b, low_b - high_a));
            sum.high += fmax(high_a - low_b, high_b - low_a);
        }
    }
    return sum;
}

static void check_pair(const char *text, const char *other)
{
    static const int counts[] = {1, 2, 5};
    Side a, b;
    create_side(&a, text);
    create_side(&b, other);
    for (int images = IMAGES; images > 0; images /= 17) {
        PairMetrics found[3], back;
        for (int i = 0; i < 3; i++) {
            Pool *workers = pool_create(counts[i], NULL);
            assert_non_null(workers);
            assert_true(metrics_compare(&a.model, a.parameters, &b.model, b.parameters, &set, images, workers,
                                        &found[i], NULL));
            pool_destroy(workers);
            assert_int_equal(found[i].images, images);
            assert_true(found[i].mean_distance == found[0].mean_distance);
        }
        const Range naive = count_distance(&a, &b, images);
        assert_within(found[0].mean_distance, naive, (double)images * PIXELS);
        assert_true(metrics_compare(&b.model, b.parameters, &a.model, a.parameters, &set, images, pool, &back, NULL));
        assert_true(back.mean_distance == found[0].mean_distance);
    }
    free_side(&a);
    free_side(&b);
}

static void distances_agree_with_a_naive_count(void **state)
{
    (void)state;
    check_pair("", "layers=12,loss=mse");
    check_pair("layers=8", "layers=8,seed=2");
    check_pair("output=relu,layers=20,6,20", "output=linear,layers=12,seed=3");
    check_pair("output=clip,hidden=tanh,layers=8", "output=softplus,hidden=gelu,layers=40");
    check_pair("output=tanh01,layers=5", "output=sigmoid,hidden=elu,layers=9,4");
    check_pair("output=softmax,layers=5", "output=tanh,hidden=linear,layers=9,4");
}

static void a_model_is_nowhere_from_itself(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "output=relu,layers=20,6,20", "output=linear,loss=mse,layers=12"};
    for (int i = 0; i < 3; i++) {
        Side side;
        PairMetrics found = {0};
        create_side(&side, texts[i]);
        assert_true(metrics_compare(&side.model, side.parameters, &side.model, side.parameters, &set, IMAGES, pool,
                                    &found, NULL));
        assert_true(found.images == IMAGES && found.mean_distance == 0.0);
        float *copy = malloc(side.model.parameter_count * sizeof *copy);
        assert_non_null(copy);
        memcpy(copy, side.parameters, side.model.parameter_count * sizeof *copy);
        copy[side.model.layers[side.model.layer_count - 1].bias_offset + 783] += 0.5f; // one pixel of 784
        assert_true(metrics_compare(&side.model, side.parameters, &side.model, copy, &set, IMAGES, pool, &found, NULL));
        assert_true(found.mean_distance > 0.0 && found.mean_distance <= 0.5001 / PIXELS);
        free(copy);
        free_side(&side);
    }
}

// Of a code that is drawn, whatever the image: the divergence follows from the means alone, on both sides of IDLE_KL.
static void idle_units_of_a_drawn_code_are_counted(void **state)
{
    (void)state;
    const Spec spec = synthetic_spec("layers=sample3");
    const Model model = model_create(&spec, PIXELS);
    const TargetFacts facts = metrics_target_facts(&set, IMAGES);
    float *parameters = calloc(model.parameter_count, sizeof *parameters);
    const double kl[3] = {0.99 * IDLE_KL, 1.01 * IDLE_KL, 2.0};
    Metrics found;
    assert_non_null(parameters);
    for (size_t unit = 0; unit < 3; unit++)
        parameters[model.layers[0].bias_offset + unit] = (float)sqrt(2.0 * kl[unit]);
    assert_true(metrics_measure(&model, parameters, &set, &facts, pool, &found, NULL));
    assert_true(fabs(found.kl - (kl[0] + kl[1] + kl[2])) < 1e-6);
    assert_int_equal(found.idle_code_units, 1);
    free(parameters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_agree_with_a_naive_count),
        cmocka_unit_test(sure_sigmoids_are_not_dead),
        cmocka_unit_test(the_faintest_ink_counts),
        cmocka_unit_test(dead_units_of_the_code_are_counted),
        cmocka_unit_test(idle_units_of_a_drawn_code_are_counted),
        cmocka_unit_test(bad_outputs_are_counted),
        cmocka_unit_test(target_facts_agree_with_a_naive_count),
        cmocka_unit_test(groups_without_pixels_are_nan),
        cmocka_unit_test(maps_tell_the_pixels_apart),
        cmocka_unit_test(distances_agree_with_a_naive_count),
        cmocka_unit_test(a_model_is_nowhere_from_itself),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
