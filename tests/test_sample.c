// A layer that samples: what it draws, its slopes, its divergence.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "kernels/kernel.h"
#include "models/sample.h"
#include "random.h"

enum { UNITS = 5, ROWS = 3 };

static Layer make_layer(int units)
{
    Layer layer;
    size_t offset = 0;
    Error error = {""};
    const Shape in = shape_of_units(2 * units);
    const LayerPlan plan = {.kind = LAYER_SAMPLE, .count = units};
    if (!layer_plan(&plan, &in, &offset, &layer, &error))
        fail_msg("%s", error.text);
    assert_int_equal(offset, 0);
    return layer;
}

static void fill(float *x, size_t count, uint64_t seed)
{
    Random random = random_stream(seed, 1);
    for (size_t i = 0; i < count; i++)
        x[i] = (float)(2.0 * random_uniform(&random) - 1.0);
}

static void means_come_out_untrained(void **state)
{
    (void)state;
    const Layer layer = make_layer(UNITS);
    float x[ROWS * KERNEL_PAD], z[ROWS * KERNEL_PAD];
    fill(x, ROWS * KERNEL_PAD, 1);
    layer_forward(&layer, NULL, x, ROWS, z, NULL);
    for (size_t row = 0; row < ROWS; row++)
        for (size_t i = 0; i < KERNEL_PAD; i++)
            assert_true(z[row * KERNEL_PAD + i] == (i < UNITS ? x[row * KERNEL_PAD + i] : 0.0f));
}

static void draws_are_normal_and_of_their_key(void **state)
{
    (void)state;
    enum { MANY = 4096, DRAWS = 200 };
    const Layer layer = make_layer(2);
    static float x[MANY * KERNEL_PAD], z[MANY * KERNEL_PAD], again[KERNEL_PAD];
    static uint64_t keys[MANY];
    double sum[2] = {0}, squares[2] = {0}, fourth = 0.0, product = 0.0;
    for (size_t row = 0; row < MANY; row++) {
        x[row * KERNEL_PAD] = 3.0f, x[row * KERNEL_PAD + 1] = -1.0f;                 // means
        x[row * KERNEL_PAD + 2] = 0.0f, x[row * KERNEL_PAD + 3] = 2.0f * logf(0.5f); // deviations 1 and 0.5
    }
    for (int draw = 0; draw < DRAWS / 10; draw++) {
        for (size_t row = 0; row < MANY; row++)
            keys[row] = random_stream(9, (uint64_t)draw << 20 | row).state;
        sample_draw(&layer, x, MANY, keys, z);
        for (size_t row = 0; row < MANY; row++) {
            const double a = (double)z[row * KERNEL_PAD] - 3.0, b = ((double)z[row * KERNEL_PAD + 1] + 1.0) / 0.5;
            sum[0] += a, sum[1] += b, squares[0] += a * a, squares[1] += b * b, fourth += a * a * a * a,
                product += a * b;
        }
    }
    const double n = MANY * (DRAWS / 10), error = 5.0 / sqrt(n); // five standard errors
    for (int i = 0; i < 2; i++) {
        assert_true(fabs(sum[i] / n) < error);
        assert_true(fabs(squares[i] / n - 1.0) < error * sqrt(2.0));
    }
    assert_true(fabs(fourth / n - 3.0) < error * sqrt(96.0));
    assert_true(fabs(product / n) < error);
    sample_draw(&layer, x, 1, &keys[17], again);
    assert_true(again[0] == z[(size_t)17 * KERNEL_PAD] && again[1] == z[(size_t)17 * KERNEL_PAD + 1]);
}

// L = sum of slope z + weight KL, with what was drawn held fixed, in double.
static double find_objective(const double *x, const double *noise, const float *slope, double weight)
{
    double sum = 0.0;
    for (int i = 0; i < UNITS; i++) {
        const double mean = x[i], logvar = x[UNITS + i];
        sum += (double)slope[i] * (mean + exp(logvar / 2.0) * noise[i]);
        sum += weight * -0.5 * (1.0 + logvar - mean * mean - exp(logvar));
    }
    return sum;
}

static void slopes_are_those_of_the_definition(void **state)
{
    (void)state;
    const Layer layer = make_layer(UNITS);
    const uint64_t keys[ROWS] = {3, 5, 8};
    float x[ROWS * KERNEL_PAD] = {0}, z[ROWS * KERNEL_PAD], slope[ROWS * KERNEL_PAD] = {0}, upstream[ROWS * KERNEL_PAD];
    for (size_t row = 0; row < ROWS; row++)
        fill(x + row * KERNEL_PAD, 2 * UNITS, row), fill(slope + row * KERNEL_PAD, UNITS, 7 + row);
    sample_draw(&layer, x, ROWS, keys, z);
    layer_backward(&layer, &(LayerBackward){.rows = ROWS, .x = x, .z = z, .slope = slope, .upstream = upstream});
    sample_add_kl_slope(&layer, x, ROWS, 0.7f, upstream);
    double kl = 0.0;
    for (size_t row = 0; row < ROWS; row++) {
        double wide[2 * UNITS], noise[UNITS];
        const float *at = x + row * KERNEL_PAD;
        for (int i = 0; i < 2 * UNITS; i++)
            wide[i] = (double)at[i];
        for (int i = 0; i < UNITS; i++)
            noise[i] = ((double)z[row * KERNEL_PAD + (size_t)i] - wide[i]) / exp(wide[UNITS + i] / 2.0);
        for (int i = 0; i < 2 * UNITS; i++) {
            const double step = 1e-5, before = wide[i];
            wide[i] = before + step;
            double difference = find_objective(wide, noise, slope + row * KERNEL_PAD, (double)0.7f);
            wide[i] = before - step;
            difference -= find_objective(wide, noise, slope + row * KERNEL_PAD, (double)0.7f);
            wide[i] = before;
            assert_true(fabs(difference / (2.0 * step) - (double)upstream[row * KERNEL_PAD + (size_t)i]) < 2e-6);
        }
        for (int i = 2 * UNITS; i < KERNEL_PAD; i++)
            assert_true(upstream[row * KERNEL_PAD + (size_t)i] == 0.0f);
        for (int i = 0; i < UNITS; i++)
            kl += -0.5 * (1.0 + wide[UNITS + i] - wide[i] * wide[i] - exp(wide[UNITS + i]));
    }
    assert_true(fabs(kl - sample_sum_kl(&layer, x, ROWS)) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_come_out_untrained),
        cmocka_unit_test(draws_are_normal_and_of_their_key),
        cmocka_unit_test(slopes_are_those_of_the_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
