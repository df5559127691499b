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
#include "training/backprop.h"

// Every parameter is its own index, padding included: exact in a float.
static void check_packing(const char *text, int pixels)
{
    const Spec spec = synthetic_spec(text);
    const Model model = model_create(&spec, pixels);
    const size_t n = model.parameter_count;
    float *parameters = malloc(n * sizeof *parameters), *packed = malloc(n * sizeof *packed),
          *unpacked = malloc(n * sizeof *unpacked);
    Pool *pool = pool_create(1, NULL);
    Backprop backprop;
    assert_true(parameters && packed && unpacked && pool);
    assert_true(n < 1 << 24);
    for (size_t i = 0; i < n; i++) {
        parameters[i] = (float)i;
        packed[i] = unpacked[i] = -1.0f;
    }
    assert_true(backprop_init(&backprop, &model, pool, NULL));
    backprop_pack(&backprop, parameters, packed);
    const Layer *last = &model.layers[model.layer_count - 1];
    for (int band = 0; band < BANDS; band++) {
        const size_t start = backprop.band_start[band], width = backprop_band_width(&backprop, band);
        assert_int_equal(width % KERNEL_PAD, 0);
        for (size_t in = 0; in < (size_t)last->in; in++)
            for (size_t i = 0; i < width; i++)
                assert_true(packed[backprop_band_decoder(&backprop, band) + in * width + i] ==
                            parameters[last->weight_offset + in * last->stride + start + i]);
        assert_int_equal(backprop_band_encoder(&backprop, band),
                         model.layers[0].weight_offset + start * model.layers[0].stride);
    }
    assert_int_equal(backprop.band_start[0], 0);
    assert_int_equal(backprop.band_start[BANDS], pixels);
    for (size_t i = 0; i < n; i++) // everything else stays where it was
        if (i < last->weight_offset || i >= last->weight_offset + (size_t)last->in * last->stride)
            assert_true(packed[i] == parameters[i]);
    backprop_unpack(&backprop, packed, unpacked);
    assert_memory_equal(unpacked, parameters, n * sizeof *parameters);
    backprop_free(&backprop);
    pool_destroy(pool);
    free(parameters);
    free(packed);
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
    return cmocka_run_group_tests(tests, NULL, NULL);
}
