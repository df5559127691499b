// Slices: models whose ends are dense have through them and through the bands of backprop.h the same loss, the same
// penalties and the same gradients; both ways the same bits for any number of threads.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc.h"
#include "models/model_layers.h"
#include "models/range.h"
#include "random.h"
#include "synthetic.h"
#include "training/slices.h"

enum { PIXELS = 784, IMAGES = 300 };

static uint8_t *images;
static int order[IMAGES];

static void make_images(void)
{
    Random random = random_stream(3, 1);
    images = malloc((size_t)IMAGES * PIXELS);
    assert_non_null(images);
    for (size_t i = 0; i < (size_t)IMAGES * PIXELS; i++) // mostly black, as digits are
        images[i] = random_uniform(&random) < 0.7 ? 0 : (uint8_t)(255.0 * random_uniform(&random));
    for (int i = 0; i < IMAGES; i++)
        order[i] = (i * 77) % IMAGES;
}

// Parameters become their gradient.
static void keep_gradient(void *context, size_t offset, float *parameters, const float *gradient, size_t count)
{
    (void)context, (void)offset;
    memcpy(parameters, gradient, count * sizeof *gradient);
}

static float *make_parameters(const Model *model)
{
    float *parameters = floats_create(model->parameter_count);
    assert_non_null(parameters);
    model_init(model, parameters);
    for (int i = 0; i < model->layer_count; i++)
        for (int j = 0; j < model->layers[i].out; j++)
            parameters[model->layers[i].bias_offset + (size_t)j] = 0.01f * (float)(j % 7 - 3);
    range_set_moments(model, parameters, range_find_moments(images, (size_t)IMAGES * PIXELS));
    return parameters;
}

static const Batch whole = {.images = order, .rows = IMAGES, .epoch = 4};

typedef struct Result {
    double loss, penalty[PENALTY_COUNT];
    float *gradient; // (parameters), in Model's order
} Result;

static Result step_by_band(const Model *model, const float *parameters, Pool *pool)
{
    Result result = {.gradient = floats_create(model->parameter_count)};
    Backprop *backprop = backprop_create(model, pool, NULL);
    Batch batch = whole;
    batch.pixels = images;
    assert_true(backprop && result.gradient);
    backprop_set_parameters(backprop, parameters);
    result.loss = backprop_step(backprop, &batch, NULL, keep_gradient, NULL);
    backprop_get_parameters(backprop, result.gradient);
    for (Penalty penalty = 0; penalty < PENALTY_COUNT; penalty++)
        result.penalty[penalty] = backprop_penalty(backprop, penalty);
    backprop_destroy(backprop);
    return result;
}

static Result step_by_slice(const Model *model, const float *parameters, Pool *pool)
{
    Result result = {.gradient = floats_create(model->parameter_count)};
    Slices *slices = slices_create(model, pool, NULL);
    Batch batch = whole;
    batch.pixels = images;
    assert_true(slices && result.gradient);
    slices_set_parameters(slices, parameters);
    result.loss = slices_step(slices, &batch, keep_gradient, NULL);
    slices_get_parameters(slices, result.gradient);
    for (Penalty penalty = 0; penalty < PENALTY_COUNT; penalty++)
        result.penalty[penalty] = slices_penalty(slices, penalty);
    slices_destroy(slices);
    return result;
}

typedef Result TakeStep(const Model *model, const float *parameters, Pool *pool);

static double find_greatest(const float *values, size_t first, size_t end)
{
    double greatest = 0.0;
    for (size_t i = first; i < end; i++)
        greatest = fmax(greatest, fabs((double)values[i]));
    return greatest;
}

static void check_layer(const char *text, const Layer *layer, const Result *a, const Result *b)
{
    const size_t end = layer->bias_offset + (size_t)layer->out;
    const double allowed = 2e-6 * find_greatest(a->gradient, layer->weight_offset, end);
    for (size_t i = layer->weight_offset; i < end; i++)
        if (!(fabs((double)(a->gradient[i] - b->gradient[i])) <= allowed))
            fail_msg("%s, parameter %zu: %.9g by bands, %.9g by slices", text, i, (double)a->gradient[i],
                     (double)b->gradient[i]);
}

static void check_figure(const char *text, const char *name, double a, double b)
{
    if (!(fabs(a - b) <= 1e-6 * fabs(a)))
        fail_msg("%s: %s %.9g by bands, %.9g by slices", text, name, a, b);
}

static void slices_have_the_gradients_of_the_bands(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "loss=mse,output=relu",
        "loss=mae,output=linear,hidden=tanh",
        "layers=40,7,33,hidden=sigmoid,l1=0.01",
        "layers=128,64,128,output=softmax",
        "noise=0.3",
        "noise=0.3,noise_kind=mask,targets=binary",
        "noise=0.2,noise_kind=salt,targets=sampled",
        "range=symmetric,output=tanh,loss=mse",
        "range=standard,output=linear,loss=huber,noise=0.1",
        "layers=40-sample7-33,reduce=sum",
        "layers=sample2,beta=0.01,loss=mse",
        "layers=40-50-sample20,noise=0.3,hidden=tanh,range=symmetric,output=tanh,loss=mse",
        "layers=64-sample3-40,l1=0.01,output=softmax",
    };
    Pool *pool = pool_create(2, NULL);
    assert_non_null(pool);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const Spec spec = synthetic_spec(texts[i]);
        const Model model = model_create(&spec, PIXELS);
        float *parameters = make_parameters(&model);
        const Result bands = step_by_band(&model, parameters, pool), slices = step_by_slice(&model, parameters, pool);
        check_figure(texts[i], "loss", bands.loss, slices.loss);
        for (Penalty penalty = 0; penalty < PENALTY_COUNT; penalty++) {
            assert_true((bands.penalty[penalty] > 0.0) == penalty_is_paid(penalty, &spec));
            check_figure(texts[i], penalty_key(penalty), bands.penalty[penalty], slices.penalty[penalty]);
        }
        for (int j = 0; j < model.layer_count; j++)
            if (model.layers[j].weight_rows > 0)
                check_layer(texts[i], &model.layers[j], &bands, &slices);
        floats_free(bands.gradient);
        floats_free(slices.gradient);
        floats_free(parameters);
    }
    pool_destroy(pool);
}

static void check_threads(const char *text, TakeStep *take_step)
{
    const Spec spec = synthetic_spec(text);
    const Model model = model_create(&spec, PIXELS);
    float *parameters = make_parameters(&model);
    Result first = {0};
    for (int threads = 1; threads <= 5; threads++) {
        Pool *pool = pool_create(threads, NULL);
        assert_non_null(pool);
        const Result result = take_step(&model, parameters, pool);
        if (threads == 1)
            first = result;
        else {
            assert_true(result.loss == first.loss);
            assert_memory_equal(result.penalty, first.penalty, sizeof first.penalty);
            assert_memory_equal(result.gradient, first.gradient, model.parameter_count * sizeof *first.gradient);
            floats_free(result.gradient);
        }
        pool_destroy(pool);
    }
    floats_free(first.gradient);
    floats_free(parameters);
}

static void threads_change_no_bit(void **state)
{
    (void)state;
    check_threads("layers=40,7,33,noise=0.2", step_by_slice);
    check_threads("layers=40-sample7-33", step_by_slice);
    check_threads("layers=40-sample7-33", step_by_band);
}

static int begin(void **state)
{
    (void)state;
    make_images();
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(images);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_have_the_gradients_of_the_bands),
        cmocka_unit_test(threads_change_no_bit),
    };
    return cmocka_run_group_tests_name("slices", tests, begin, end);
}
