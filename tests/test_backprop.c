// Backprop: the packed parameters, forth and back. Its gradients are held against the reference in test_gradient.c and
// test_learner.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "synthetic.h"
#include "training/backprop_parts.h"

static Pool *pool;

static int begin(void **state)
{
    (void)state;
    pool = pool_create(3, NULL);
    return pool ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    pool_destroy(pool);
    return 0;
}

static float *create_floats(size_t count)
{
    float *floats = calloc(count, sizeof *floats);
    assert_non_null(floats);
    return floats;
}

static void check_bands(const Backprop *backprop, const float *parameters)
{
    const Model *model = backprop->model;
    const Layer *first = &model->layers[0], *last = &model->layers[model->layer_count - 1];
    for (int band = 0; band < BANDS; band++) {
        const size_t start = backprop->bands.start[band], width = bands_width(backprop, band);
        const float *weights = backprop->parameters + bands_last_weights(backprop, band);
        assert_int_equal(width % KERNEL_PAD, 0);
        for (size_t in = 0; in < (size_t)last->in; in++)
            for (size_t i = 0; i < width; i++)
                assert_true(weights[in * width + i] == parameters[last->weight_offset + in * last->stride + start + i]);
        assert_int_equal(bands_first_weights(backprop, band), first->weight_offset + start * first->stride);
    }
    assert_int_equal(backprop->bands.start[0], 0);
    assert_int_equal(backprop->bands.start[BANDS], model->pixels);
}

// Every parameter is its own index, padding included: exact in a float.
static void check_packing(const char *text, int pixels)
{
    const Spec spec = synthetic_spec(text);
    const Model model = model_create(&spec, pixels);
    const Layer *last = &model.layers[model.layer_count - 1];
    const size_t n = model.parameter_count;
    float *parameters = create_floats(n), *unpacked = create_floats(n);
    Backprop *backprop = backprop_create(&model, pool, NULL);
    assert_non_null(backprop);
    assert_true(n < 1 << 24);
    for (size_t i = 0; i < n; i++)
        parameters[i] = (float)i;
    backprop_set_parameters(backprop, parameters);
    check_bands(backprop, parameters);
    for (size_t i = 0; i < n; i++) // everything else stays where it was
        if (i < last->weight_offset || i >= last->weight_offset + (size_t)last->in * last->stride)
            assert_true(backprop->parameters[i] == parameters[i]);
    backprop_get_parameters(backprop, unpacked);
    assert_memory_equal(unpacked, parameters, n * sizeof *parameters);
    backprop_destroy(backprop);
    free(parameters);
    free(unpacked);
}

static void packing_is_undone_by_unpacking(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "layers=5", "layers=40,7,33"};
    static const int sizes[] = {16, 32, 48, 64, 80, 144, 784};
    for (size_t text = 0; text < sizeof texts / sizeof *texts; text++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
            check_packing(texts[text], sizes[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packing_is_undone_by_unpacking),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
