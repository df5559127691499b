// Kernels: each hot loop of each instruction set that this machine can run, against plain double precision. Those of
// stored images are in test_tile.c, those of the output in test_output.c.
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "isas.h"

// ---- multiply -----------------------------------------------------------------------------------------------------

enum { ROWS_MAX = 30, DEPTH_MAX = 40, COLUMNS_MAX = 112, GAP = 16, WIDE = COLUMNS_MAX + GAP };

typedef struct Matrices {
    float a[64 * 64], b[DEPTH_MAX * WIDE], bias[WIDE], c[ROWS_MAX * WIDE], before[ROWS_MAX * WIDE];
} Matrices;

static void check_product(const Kernel *kernel, const Product *product, const Matrices *matrices)
{
    kernel->multiply(product);
    for (size_t i = 0; i < product->m; i++)
        for (size_t j = 0; j < product->c_stride; j++) {
            const size_t at = i * product->c_stride + j;
            if (j >= product->n) { // behind the columns nothing is written
                assert_true(product->c[at] == matrices->before[at]);
                continue;
            }
            double sum = product->accumulate ? (double)matrices->before[at]
                         : product->bias     ? (double)product->bias[j]
                                             : 0.0;
            double size = fabs(sum);
            for (size_t l = 0; l < product->k; l++) {
                const double term = (double)product->a[i * product->a_row + l * product->a_column] *
                                    (double)product->b[l * product->b_stride + j];
                sum += term;
                size += fabs(term);
            }
            if (!(fabs((double)product->c[at] - sum) <= 3e-7 * size))
                fail_msg("%s: %zu x %zu x %zu at (%zu, %zu): %g, expected %g", kernel->name, product->m, product->n,
                         product->k, i, j, (double)product->c[at], sum);
        }
}

static void check_shape(const Kernel *kernel, size_t m, size_t n, size_t k, int variant, Random *random)
{
    static Matrices matrices;
    const bool transposed = variant & 1, gap = variant & 2;
    isas_fill(matrices.a, sizeof matrices.a / sizeof(float), random);
    isas_fill(matrices.b, sizeof matrices.b / sizeof(float), random);
    isas_fill(matrices.bias, sizeof matrices.bias / sizeof(float), random);
    isas_fill(matrices.c, sizeof matrices.c / sizeof(float), random);
    memcpy(matrices.before, matrices.c, sizeof matrices.c);
    check_product(kernel,
                  &(Product){
                      .m = m,
                      .n = n,
                      .k = k,
                      .a = matrices.a,
                      .a_row = transposed ? 1
                               : gap      ? k + 3
                                          : k,
                      .a_column = transposed ? gap ? m + 5 : m : 1,
                      .b = matrices.b,
                      .b_stride = gap ? n + GAP : n,
                      .c = matrices.c,
                      .c_stride = gap ? n + GAP : n,
                      .bias = variant & 4 ? matrices.bias : NULL,
                      .accumulate = variant & 8,
                  },
                  &matrices);
}

static void check_multiply(const Kernel *kernel)
{
    Random random = random_stream(1, 1);
    static const size_t depths[] = {1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, DEPTH_MAX};
    int variant = 0;
    for (size_t m = 1; m <= ROWS_MAX; m++)
        for (size_t n = 16; n <= COLUMNS_MAX; n += 16)
            for (size_t k = 0; k < sizeof depths / sizeof *depths; k++)
                check_shape(kernel, m, n, depths[k], (variant = (variant * 5 + 1) % 16), &random);
}

// A sum over two pieces of k: the second accumulated onto the first is the same as the second added later.
static void check_pieces(const Kernel *kernel)
{
    enum { M = 13, N = 96, K = 24 };
    static Matrices matrices;
    static float piece[M * N];
    Random random = random_stream(2, 2);
    isas_fill(matrices.a, sizeof matrices.a / sizeof(float), &random);
    isas_fill(matrices.b, sizeof matrices.b / sizeof(float), &random);
    isas_fill(matrices.before, sizeof matrices.before / sizeof(float), &random);
    memcpy(matrices.c, matrices.before, sizeof matrices.c);
    Product p = {.m = M, .n = N, .k = K, .a = matrices.a, .a_row = K, .a_column = 1, .b = matrices.b, .b_stride = N};
    p.c = piece;
    p.c_stride = N;
    kernel->multiply(&p);
    p.c = matrices.c;
    p.accumulate = true;
    kernel->multiply(&p);
    for (size_t i = 0; i < M * N; i++)
        assert_true(matrices.c[i] == matrices.before[i] + piece[i]);
}

static void multiply_agrees_with_naive_sums(void **state)
{
    (void)state;
    isas_try_each(check_multiply);
    isas_try_each(check_pieces);
}

// ---- the small loops ----------------------------------------------------------------------------------------------

static void check_small_loops(const Kernel *kernel)
{
    enum { N = 259 };
    uint8_t bytes[N];
    float values[N], factors[N], held[N];
    Random random = random_stream(3, 3);
    for (int i = 0; i < N; i++)
        bytes[i] = (uint8_t)i;
    for (size_t n = 0; n <= N; n++) { // every length, so that every remainder is met; one float behind stays as it is
        for (int i = 0; i < N; i++)
            values[i] = -7.0f;
        kernel->bytes_to_floats(bytes, values, n);
        for (size_t i = 0; i < N; i++)
            assert_true(values[i] == (i < n ? (float)bytes[i] / 255.0f : -7.0f));
        isas_fill(values, N, &random);
        isas_fill(factors, N, &random);
        memcpy(held, values, sizeof values);
        kernel->scale(values, factors, n);
        for (size_t i = 0; i < N; i++)
            assert_true(values[i] == (i < n ? held[i] * factors[i] : held[i]));
    }
}

static void small_loops_are_exact(void **state)
{
    (void)state;
    isas_try_each(check_small_loops);
}

static void check_finiteness(const Kernel *kernel)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    float values[67];
    for (size_t n = 0; n <= 67; n++) {
        for (size_t i = 0; i < 67; i++)
            values[i] = i % 2 ? FLT_MAX : -FLT_MAX;
        assert_true(kernel->is_finite(values, n));
        for (size_t i = 0; i < 67; i++)
            for (size_t j = 0; j < 3; j++) {
                const float held = values[i];
                values[i] = bad[j];
                assert_true(kernel->is_finite(values, n) == (i >= n));
                values[i] = held;
            }
    }
}

static void is_finite_finds_every_bad_value(void **state)
{
    (void)state;
    isas_try_each(check_finiteness);
}

// ---- matrices -----------------------------------------------------------------------------------------------------

enum { SUM_ROWS_MAX = 70, SUM_STRIDE = COLUMNS_MAX + GAP };

static void check_sum_rows(const Kernel *kernel)
{
    static float rows[SUM_ROWS_MAX * SUM_STRIDE];
    float sums[SUM_STRIDE], before[SUM_STRIDE];
    Random random = random_stream(5, 5);
    for (size_t count = 0; count <= SUM_ROWS_MAX; count++)
        for (size_t n = 16; n <= COLUMNS_MAX; n += 16) {
            const bool accumulate = random_below(&random, 2) == 0;
            const size_t stride = n + random_below(&random, 2) * GAP;
            isas_fill(rows, sizeof rows / sizeof *rows, &random);
            isas_fill(sums, SUM_STRIDE, &random);
            memcpy(before, sums, sizeof sums);
            kernel->sum_rows(rows, stride, count, n, sums, accumulate);
            for (size_t i = 0; i < SUM_STRIDE; i++) {
                double sum = accumulate || i >= n ? (double)before[i] : 0.0, size = fabs(sum);
                for (size_t row = 0; i < n && row < count; row++) {
                    sum += (double)rows[row * stride + i];
                    size += fabs((double)rows[row * stride + i]);
                }
                assert_true(fabs((double)sums[i] - sum) <= 3e-7 * size);
            }
        }
}

static void check_add_parts(const Kernel *kernel)
{
    enum { PARTS = 4, ROWS = 9, OFFSET = 48, SIZE = OFFSET + ROWS * COLUMNS_MAX };
    static float memory[PARTS][SIZE];
    float bias[COLUMNS_MAX], sums[SIZE];
    const float *parts[PARTS];
    Random random = random_stream(6, 6);
    for (int i = 0; i < PARTS; i++) {
        isas_fill(memory[i], SIZE, &random);
        parts[i] = memory[i];
    }
    isas_fill(bias, COLUMNS_MAX, &random);
    for (int count = 0; count <= PARTS; count++)
        for (size_t rows = 0; rows <= ROWS; rows++)
            for (size_t n = 16; n <= COLUMNS_MAX; n += 16) {
                const bool has_bias = random_below(&random, 2) == 0;
                const size_t offset = random_below(&random, OFFSET + 1);
                for (size_t i = 0; i < SIZE; i++)
                    sums[i] = -7.0f;
                kernel->add_parts(parts, count, offset, has_bias ? bias : NULL, rows, n, sums);
                for (size_t i = 0; i < SIZE; i++) {
                    float sum = i >= rows * n ? -7.0f : has_bias ? bias[i % n] : 0.0f; // in the documented order: exact
                    for (int part = 0; i < rows * n && part < count; part++)
                        sum += memory[part][offset + i];
                    assert_true(sums[i] == sum);
                }
            }
}

static void check_transpose(const Kernel *kernel)
{
    enum { ROWS = 21, COLUMNS = 23, EXTRA = 3, SIZE = (COLUMNS + EXTRA) * (ROWS + EXTRA) };
    float from[SIZE], to[SIZE];
    Random random = random_stream(7, 7);
    isas_fill(from, SIZE, &random);
    for (size_t rows = 0; rows <= ROWS; rows++)
        for (size_t columns = 0; columns <= COLUMNS; columns++)
            for (size_t gap = 0; gap <= EXTRA; gap += EXTRA) {
                const size_t from_stride = columns + gap, to_stride = rows + gap;
                for (size_t i = 0; i < SIZE; i++)
                    to[i] = -7.0f;
                kernel->transpose(from, from_stride, rows, columns, to, to_stride);
                for (size_t i = 0; i < SIZE; i++) {
                    const size_t column = to_stride > 0 ? i / to_stride : columns, row = i - column * to_stride;
                    const bool is_inside = column < columns && row < rows;
                    assert_true(to[i] == (is_inside ? from[row * from_stride + column] : -7.0f));
                }
            }
}

static void sums_and_transposes_agree_with_naive_loops(void **state)
{
    (void)state;
    isas_try_each(check_sum_rows);
    isas_try_each(check_add_parts);
    isas_try_each(check_transpose);
}

// ---- noise --------------------------------------------------------------------------------------------------------

enum { NOISE_PIXELS = 784, NOISE_IMAGES = 400, NOISE_COUNT = NOISE_PIXELS * NOISE_IMAGES };

// sigma small enough that 0.4 + noise is never clipped (the largest of so many is below 6 sigma), in units of sigma.
static double *collect_noise(const Kernel *kernel)
{
    const float sigma = 0.05f;
    double *noise = malloc(NOISE_COUNT * sizeof *noise);
    assert_non_null(noise);
    for (uint64_t image = 0; image < NOISE_IMAGES; image++) {
        uint8_t bytes[NOISE_PIXELS];
        float values[NOISE_PIXELS];
        memset(bytes, 102, sizeof bytes);
        kernel->add_noise(bytes, values, 0, NOISE_PIXELS, sigma, random_stream(1, image).state);
        for (int i = 0; i < NOISE_PIXELS; i++)
            noise[image * NOISE_PIXELS + (uint64_t)i] = ((double)values[i] - 0.4) / (double)sigma;
    }
    return noise;
}

static double correlate(const double *noise, size_t lag)
{
    double sum = 0.0;
    for (size_t i = 0; i + lag < NOISE_COUNT; i++)
        sum += noise[i] * noise[i + lag];
    return sum / NOISE_COUNT;
}

// Five standard errors of the share, in the tails too.
static void check_share_below(const double *noise, double bound)
{
    const double share = 0.5 * erfc(-bound / sqrt(2.0));
    double below = 0.0;
    for (size_t i = 0; i < NOISE_COUNT; i++)
        below += noise[i] < bound;
    if (fabs(below / NOISE_COUNT - share) > 5.0 * sqrt(share * (1.0 - share) / NOISE_COUNT))
        fail_msg("%g of the noise are below %g sigma, expected %g", below / NOISE_COUNT, bound, share);
}

static void check_noise(const Kernel *kernel)
{
    double *noise = collect_noise(kernel), sums[5] = {0};
    const double root = sqrt(NOISE_COUNT);
    for (size_t i = 0; i < NOISE_COUNT; i++) {
        for (int power = 1; power <= 4; power++)
            sums[power] += pow(noise[i], power) / NOISE_COUNT;
        assert_true(fabs(noise[i]) < 6.0);
    }
    // five standard errors of each moment of a normal distribution: 1, 2, 15, 96
    assert_true(fabs(sums[1]) < 5.0 / root);
    assert_true(fabs(sums[2] - 1.0) < 5.0 * sqrt(2.0) / root);
    assert_true(fabs(sums[3]) < 5.0 * sqrt(15.0) / root);
    assert_true(fabs(sums[4] - 3.0) < 5.0 * sqrt(96.0) / root);
    for (double bound = -4.0; bound <= 4.0; bound += 0.5)
        check_share_below(noise, bound);
    static const size_t lags[] = {1, 2, 3, 4, 8, 16, 28, 29, 64, 256, NOISE_PIXELS, 2 * NOISE_PIXELS};
    for (size_t i = 0; i < sizeof lags / sizeof *lags; i++)
        if (fabs(correlate(noise, lags[i])) > 5.0 / root)
            fail_msg("%s: noise repeats itself after %zu: %g", kernel->name, lags[i], correlate(noise, lags[i]));
    printf("%-7s noise: mean %.1e, variance %.4f, kurtosis %.3f\n", kernel->name, sums[1], sums[2], sums[4]);
    free(noise);

    const uint8_t black[NOISE_PIXELS] = {0};
    float a[NOISE_PIXELS], b[NOISE_PIXELS];
    kernel->add_noise(black, a, 0, NOISE_PIXELS, 2.0f, 42);
    kernel->add_noise(black, b + 48, 48, 272, 2.0f, 42); // a part of an image, wherever it is made
    assert_memory_equal(a + 48, b + 48, 272 * sizeof *a);
    int at_0 = 0, at_1 = 0;
    for (int i = 0; i < NOISE_PIXELS; i++) {
        assert_true(a[i] >= 0.0f && a[i] <= 1.0f);
        at_0 += a[i] == 0.0f;
        at_1 += a[i] == 1.0f;
    }
    assert_in_range(at_0, NOISE_PIXELS * 4 / 10, NOISE_PIXELS * 6 / 10);     // half of the noise is negative
    assert_in_range(at_1, NOISE_PIXELS * 25 / 100, NOISE_PIXELS * 37 / 100); // 31 % is above 1/2 sigma
}

static void noise_is_gaussian_and_uncorrelated(void **state)
{
    (void)state;
    isas_try_each(check_noise);
}

// Shares of 313,600 pixels of byte 51, a fifth: five standard errors are below 0.005.
static void check_bytes(const Kernel *kernel)
{
    static const float chance = 0.3f;
    uint8_t grey[NOISE_PIXELS], masked[NOISE_PIXELS], salted[NOISE_PIXELS], drawn[NOISE_PIXELS], part[16];
    double hit = 0.0, black = 0.0, white = 0.0, lit = 0.0;
    memset(grey, 51, sizeof grey);
    for (uint64_t image = 0; image < NOISE_IMAGES; image++) {
        const uint64_t key = random_stream(1, image).state;
        kernel->mask_bytes(grey, masked, 0, NOISE_PIXELS, chance, key);
        kernel->salt_bytes(grey, salted, 0, NOISE_PIXELS, chance, key);
        kernel->draw_bits(grey, drawn, 0, NOISE_PIXELS, key);
        for (int i = 0; i < NOISE_PIXELS; i++) {
            assert_true(masked[i] == 0 || masked[i] == 51);
            assert_true(salted[i] == 0 || salted[i] == 255 || salted[i] == 51);
            assert_true(drawn[i] == 0 || drawn[i] == 255);
            hit += masked[i] == 0;
            black += salted[i] == 0;
            white += salted[i] == 255;
            lit += drawn[i] == 255;
        }
        kernel->salt_bytes(grey + 32, part, 32, sizeof part, chance, key); // a part of an image, wherever it is made
        assert_memory_equal(part, salted + 32, sizeof part);
        kernel->draw_bits(grey + 48, part, 48, sizeof part, key);
        assert_memory_equal(part, drawn + 48, sizeof part);
    }
    assert_float_equal(hit / NOISE_COUNT, 0.3, 0.005);
    assert_float_equal(black / NOISE_COUNT, 0.15, 0.005);
    assert_float_equal(white / NOISE_COUNT, 0.15, 0.005);
    assert_float_equal(lit / NOISE_COUNT, 0.2, 0.005);

    memset(grey, 0, sizeof grey); // certainties
    kernel->draw_bits(grey, drawn, 0, NOISE_PIXELS, 7);
    assert_memory_equal(drawn, grey, sizeof grey);
    kernel->mask_bytes(grey, masked, 0, NOISE_PIXELS, chance, 7);
    assert_memory_equal(masked, grey, sizeof grey);
    memset(grey, 255, sizeof grey);
    kernel->draw_bits(grey, drawn, 0, NOISE_PIXELS, 7);
    assert_memory_equal(drawn, grey, sizeof grey);
    kernel->mask_bytes(grey, masked, 0, NOISE_PIXELS, 1.0f, 7);
    for (int i = 0; i < NOISE_PIXELS; i++)
        assert_int_equal(masked[i], 0);
}

static void bytes_are_hit_as_often_as_the_chance_says(void **state)
{
    (void)state;
    isas_try_each(check_bytes);
}

static void unknown_instruction_sets_are_refused(void **state)
{
    (void)state;
    Error error;
    assert_false(kernel_select("sse9", &error));
    assert_non_null(strstr(error.text, "sse9"));
    assert_non_null(strstr(error.text, "plain"));
    assert_true(kernel_select("plain", &error));
    assert_string_equal(kernel_get()->name, "plain");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(multiply_agrees_with_naive_sums),
        cmocka_unit_test(small_loops_are_exact),
        cmocka_unit_test(is_finite_finds_every_bad_value),
        cmocka_unit_test(sums_and_transposes_agree_with_naive_loops),
        cmocka_unit_test(noise_is_gaussian_and_uncorrelated),
        cmocka_unit_test(bytes_are_hit_as_often_as_the_chance_says),
        cmocka_unit_test(unknown_instruction_sets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
