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

#include "activation.h"
#include "loss.h"
#include "metrics.h"
#include "random.h"
#include "reference.h"
#include "synthetic.h"

enum { IMAGES = 300, PIXELS = DIGIT_PIXELS };
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

typedef struct Range {
    double low, high;
} Range;

typedef struct Naive {
    Range bce, mse, mae, output, bias[TARGET_GROUP_COUNT];
    Range below_0, above_1, below_002, above_098, histogram[HISTOGRAM_BINS];
    int64_t groups[TARGET_GROUP_COUNT];
    bool surely_dead[PIXELS], maybe_dead[PIXELS];
} Naive;

static void widen(Range *range, double a, double b)
{
    range->low += fmin(a, b);
    range->high += fmax(a, b);
}

// low and high: the least and the greatest that the output can be.
static void count_bins(Naive *naive, double low, double high)
{
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++) {
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
    Range *const sums[LOSS_COUNT] = {&naive->bce, &naive->mse, &naive->mae};
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        widen(sums[loss], reference_lose(loss_get(loss)->key, output, z - LOGIT_ERROR, t, &slope),
              reference_lose(loss_get(loss)->key, output, z + LOGIT_ERROR, t, &slope));
    const int group = t == 0.0 ? TARGET_ZERO : t == 1.0 ? TARGET_ONE : t < 0.5 ? TARGET_DARK : TARGET_BRIGHT;
    widen(&naive->output, low, high);
    widen(&naive->bias[group], low - t, high - t);
    naive->groups[group]++;
    widen(&naive->below_0, low < 0.0, high < 0.0);
    widen(&naive->above_1, low > 1.0, high > 1.0);
    widen(&naive->below_002, low < 0.02, high < 0.02);
    widen(&naive->above_098, low > 0.98, high > 0.98);
    count_bins(naive, low, high);
    naive->surely_dead[pixel] = naive->surely_dead[pixel] && low == 0.0 && high == 0.0;
    naive->maybe_dead[pixel] = naive->maybe_dead[pixel] && low <= 0.0 && high >= 0.0;
}

static void count_naively(const Reference *reference, Naive *naive)
{
    *naive = (Naive){0};
    memset(naive->surely_dead, true, sizeof naive->surely_dead);
    memset(naive->maybe_dead, true, sizeof naive->maybe_dead);
    for (int image = 0; image < IMAGES; image++) {
        double t[PIXELS], z[PIXELS];
        synthetic_convert(&set, PIXELS, NULL, image, 1, t);
        reference_forward(reference, t, z);
        for (int pixel = 0; pixel < PIXELS; pixel++)
            count_pixel(naive, reference->output, z[pixel], t[pixel], pixel);
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
    assert_within(found->bce, naive->bce, n);
    assert_within(found->mse, naive->mse, n);
    assert_within(found->mae, naive->mae, n);
    assert_within(found->mean_output, naive->output, n);
    assert_within(found->below_0, naive->below_0, n);
    assert_within(found->above_1, naive->above_1, n);
    assert_within(found->below_002, naive->below_002, n);
    assert_within(found->above_098, naive->above_098, n);
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        assert_within(found->bias_by_target[group], naive->bias[group], naive->groups[group]);
    int64_t pixels = 0;
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++) {
        pixels += found->histogram_output[bin];
        assert_within((double)found->histogram_output[bin], naive->histogram[bin], 1);
    }
    assert_int_equal(pixels, IMAGES * PIXELS);
    int surely = 0, maybe = 0;
    for (int pixel = 0; pixel < PIXELS; pixel++) {
        surely += naive->surely_dead[pixel];
        maybe += naive->maybe_dead[pixel];
    }
    assert_in_range(found->dead_outputs, surely, maybe);
    assert_int_equal(found->nonfinite, 0);
    assert_int_equal(found->images, IMAGES);
}

static void compare_derived(const Metrics *found, const TargetFacts *facts)
{
    assert_true(found->bce_floor == facts->bce_floor && found->mean_input == facts->mean);
    assert_true(found->excess_bce == found->bce - found->bce_floor);
    assert_true(found->bias == found->mean_output - found->mean_input);
    assert_true(fabs(found->psnr - 10.0 * log10(1.0 / found->mse)) < 1e-9);
    assert_memory_equal(found->histogram_input, facts->histogram, sizeof facts->histogram);
    assert_true(metrics_loss(found, LOSS_BCE) == found->bce && metrics_loss(found, LOSS_MSE) == found->mse &&
                metrics_loss(found, LOSS_MAE) == found->mae);
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
    const TargetFacts facts = metrics_target_facts(&set, IMAGES);
    for (int i = 0; i < 3; i++) {
        Pool *workers = pool_create(counts[i], NULL);
        memset(&found[i], 0, sizeof found[i]);
        assert_true(metrics_measure(&model, parameters, &set, &facts, workers, &found[i], NULL));
        pool_destroy(workers);
        assert_memory_equal(&found[0], &found[i], offsetof(Metrics, dead_outputs));
        assert_memory_equal(found[0].histogram_output, found[i].histogram_output, sizeof found[i].histogram_output);
        assert_int_equal(found[0].dead_outputs, found[i].dead_outputs);
    }
    count_naively(&reference, naive);
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
    assert_true(isnan(found.mean_output) && isnan(found.mse));
    free(parameters);
}

static void target_facts_agree_with_a_naive_count(void **state)
{
    (void)state;
    double mean = 0.0, entropy = 0.0, pixel_means[PIXELS] = {0}, mean_image_bce = 0.0;
    int64_t groups[TARGET_GROUP_COUNT] = {0}, histogram[HISTOGRAM_BINS] = {0};
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
        }
    }
    for (int image = 0; image < COUNT; image++) { // the mean image as the prediction for each image
        double t[PIXELS];
        synthetic_convert(&set, PIXELS, NULL, image, 1, t);
        for (int i = 0; i < PIXELS; i++) {
            const double q = pixel_means[i];
            if (q > 0.0 && q < 1.0)
                mean_image_bce -= (t[i] * log(q) + (1.0 - t[i]) * log(1.0 - q)) / COUNT / PIXELS;
        }
    }
    const TargetFacts facts = metrics_target_facts(&set, COUNT);
    assert_int_equal(facts.images, COUNT);
    assert_true(fabs(facts.mean - mean) < 1e-12);
    assert_true(fabs(facts.bce_floor - entropy) < 1e-12);
    assert_true(fabs(facts.mean_image_bce - mean_image_bce) < 1e-12);
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
    assert_true(fabs(found.bce - log(2.0)) < 1e-6 && found.bce_floor == 0.0);
    free(parameters);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_agree_with_a_naive_count), cmocka_unit_test(sure_sigmoids_are_not_dead),
        cmocka_unit_test(bad_outputs_are_counted),          cmocka_unit_test(target_facts_agree_with_a_naive_count),
        cmocka_unit_test(groups_without_pixels_are_nan),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
