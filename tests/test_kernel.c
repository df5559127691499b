// Kernels: each hot loop of each instruction set that this machine can run, against plain double precision.
//
// A bound has two parts: error <= absolute + relative * |exact|. The relative ones are two to three times what was
// measured, which the test prints.
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

#include "kernel.h"
#include "random.h"
#include "reference.h"

static const char *const isas[] = {"plain", "avx2", "avx512"};

// Runs check for every instruction set.
static void try_each(void (*check)(const Kernel *kernel))
{
    int tried = 0;
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        Error error;
        if (!kernel_select(isas[i], &error))
            continue;
        assert_string_equal(kernel_get()->name, isas[i]);
        check(kernel_get());
        tried++;
    }
    assert_true(tried > 0);
    assert_true(kernel_select("auto", NULL));
}

static float draw(Random *random) { return (float)(2.0 * random_uniform(random) - 1.0); }

static void fill(float *values, size_t n, Random *random)
{
    for (size_t i = 0; i < n; i++)
        values[i] = draw(random);
}

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
    fill(matrices.a, sizeof matrices.a / sizeof(float), random);
    fill(matrices.b, sizeof matrices.b / sizeof(float), random);
    fill(matrices.bias, sizeof matrices.bias / sizeof(float), random);
    fill(matrices.c, sizeof matrices.c / sizeof(float), random);
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

static void multiply_agrees_with_naive_sums(void **state)
{
    (void)state;
    try_each(check_multiply);
}

// ---- activations and losses ---------------------------------------------------------------------------------------

typedef struct Bound {
    const char *key;
    double value, value_relative, slope, slope_relative; // error <= absolute + relative * |exact|
} Bound;

// The absolute part of 2e-38 is e^-87, where e^x stops falling; that of gelu is its polynomial's 1.5e-7 in Phi.
static const Bound bounds[] = {
    {"sigmoid", 2e-38, 6e-7, 2e-38, 8e-7},
    {"relu", 0, 0, 0, 0},
    {"linear", 0, 0, 0, 0},
    {"clip", 0, 0, 0, 0},
    {"tanh01", 2e-38, 6e-7, 2e-37, 8e-7},
    {"softplus", 2e-38, 6e-7, 2e-38, 6e-7},
    {"leaky_relu", 1e-45, 1.2e-7, 0, 1e-7},
    {"tanh", 1e-45, 4e-7, 2e-37, 8e-7},
    {"elu", 0, 4e-7, 2e-38, 6e-7},
    {"gelu", 2.5e-7, 2e-7, 4e-7, 0},
};

static const float specials[] = {0.0f,  -0.0f,  1e-45f,      -1e-45f,      1e-38f,   -1e-38f,  1e-20f, -1e-20f,
                                 1e-7f, -1e-7f, 17.0f,       -17.0f,       86.9f,    -86.9f,   87.1f,  -87.1f,
                                 88.8f, -88.8f, 103.0f,      -103.0f,      1e4f,     -1e4f,    1e19f,  -1e19f,
                                 1e30f, -1e30f, FLT_MAX / 2, -FLT_MAX / 2, INFINITY, -INFINITY};
enum { SPECIALS = sizeof specials / sizeof *specials, GRID = 40001, POINTS = GRID + SPECIALS };

static float points[POINTS];

static void fill_points(void)
{
    for (int i = 0; i < GRID; i++) // denser around 0, where the functions bend
        points[i] = (float)(100.0 * pow((i - GRID / 2) / (double)(GRID / 2), 3.0));
    memcpy(points + GRID, specials, sizeof specials);
}

static const Bound *find_bound(const char *key)
{
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (strcmp(bounds[i].key, key) == 0)
            return &bounds[i];
    fail_msg("%s has no bound in this test", key);
    return NULL;
}

// The exact values at infinity, where the reference's formulas meet infinity * 0.
static double find_exact(const char *key, double z, double *slope)
{
    if (strcmp(key, "gelu") == 0 && fabs(z) > 50.0)
        return *slope = z > 0.0, z > 0.0 ? z : 0.0;
    return reference_activate(key, z, slope);
}

static void check_near(const char *isa, const char *what, double at, double found, double exact, double absolute,
                       double relative, double *worst)
{
    if (found == exact)
        return;
    const double error = fabs(found - exact), over = error - absolute;
    if (over > 0.0 && exact != 0.0)
        *worst = fmax(*worst, over / fabs(exact));
    if (!(error <= absolute + relative * fabs(exact)))
        fail_msg("%s: %s at %.9g: %.9g, expected %.9g", isa, what, at, found, exact);
}

static void check_activation(const Kernel *kernel, const Activation *activation)
{
    static float value[POINTS], slope[POINTS], in_place[POINTS];
    const Bound *bound = find_bound(activation->key);
    double worst_value = 0.0, worst_slope = 0.0;
    activation->apply(points, value, slope, POINTS);
    for (int i = 0; i < POINTS; i++) {
        double exact_slope;
        const double z = (double)points[i], exact = find_exact(activation->key, z, &exact_slope);
        check_near(kernel->name, activation->key, z, (double)value[i], exact, bound->value, bound->value_relative,
                   &worst_value);
        check_near(kernel->name, activation->formula, z, (double)slope[i], exact_slope, bound->slope,
                   bound->slope_relative, &worst_slope);
    }
    memcpy(in_place, points, sizeof points);
    activation->apply(in_place, in_place, slope, POINTS);
    assert_memory_equal(in_place, value, sizeof value);
    const float bad[3] = {NAN, 1.0f, -NAN};
    float result[3], unused[3];
    activation->apply(bad, result, unused, 3);
    assert_true(isnan(result[0]) && isfinite(result[1]) && isnan(result[2]));
    printf("%-7s %-11s value %.1e, slope %.1e relative beyond the absolute bound\n", kernel->name, activation->key,
           worst_value, worst_slope);
}

static void check_activations(const Kernel *kernel)
{
    fill_points();
    for (int role = 0; role < 2; role++)
        for (int i = 0; i < kernel->activations[role].count; i++)
            check_activation(kernel, &kernel->activations[role].rows[i]);
}

static void activations_agree_with_libm(void **state)
{
    (void)state;
    try_each(check_activations);
}

// BCE's q in float: 1 - 1e-7 rounds to 1 - 2^-23.
static double find_exact_bce(double p, double t, double *slope)
{
    const double low = (double)1e-7f, high = 1.0 - 0x1p-23, q = fmin(high, fmax(low, p));
    *slope = p < low || p > high ? 0.0 : (q - t) / (q * (1.0 - q));
    return -(t * log(q) + (1.0 - t) * log1p(-q));
}

static const float targets[] = {0.0f, 1.0f / 255.0f, 0.25f, 0.5f, 0.75f, 254.0f / 255.0f, 1.0f};
enum { TARGETS = sizeof targets / sizeof *targets };

static void check_bce(const Kernel *kernel, float t)
{
    enum { N = 20000 };
    static float p[N], target[N], value[N], slope[N];
    double worst[2] = {0};
    static const float edges[] = {
        0.0f,  -0.0f,  1.0f,     -1.0f,    2.0f, 1e-7f, 0.5e-7f, 1.0f - 0x1p-23f, 1.0f - 0x1p-24f,
        1e30f, -1e30f, INFINITY, -INFINITY};
    for (int i = 0; i < N; i++) {
        p[i] = i < N / 2 ? (float)(i + 1) / (N / 2 + 1) : (float)pow(10.0, -7.0 * (i - N / 2) / (N / 2));
        target[i] = t;
    }
    memcpy(p, edges, sizeof edges);
    kernel->losses[LOSS_BCE].apply(p, target, value, slope, N);
    for (int i = 0; i < N; i++) {
        double exact_slope;
        const double exact = find_exact_bce((double)p[i], (double)t, &exact_slope);
        // 1 - q is rounded to a multiple of 2^-24: the logarithm is off by up to 2^-25 / (1 - q), the slope by as much
        check_near(kernel->name, "bce", (double)p[i], (double)value[i], exact, 7e-8, 6e-7, &worst[0]);
        check_near(kernel->name, "bce's slope", (double)p[i], (double)slope[i], exact_slope, 3e-7, 6e-7, &worst[1]);
    }
    const float bad = NAN;
    kernel->losses[LOSS_BCE].apply(&bad, &t, value, slope, 1);
    assert_true(isnan(value[0]) && isnan(slope[0]));
    printf("%-7s bce, t = %.3f: value %.1e, slope %.1e relative beyond the absolute bound\n", kernel->name, (double)t,
           worst[0], worst[1]);
}

static void check_logit_bce(const Kernel *kernel, float t)
{
    static float target[POINTS], value[POINTS], slope[POINTS];
    double worst[2] = {0};
    for (int i = 0; i < POINTS; i++)
        target[i] = t;
    kernel->losses[LOSS_BCE].apply_logit(points, target, value, slope, POINTS);
    for (int i = 0; i < POINTS; i++) {
        double exact_slope;
        const double z = (double)points[i], exact = reference_lose("bce", "sigmoid", z, (double)t, &exact_slope);
        check_near(kernel->name, "bce's slope at a logit", z, (double)slope[i], exact_slope, 1.2e-7, 6e-7, &worst[1]);
        if (isinf(z)) // infinity - infinity: a number would hide that the model is beyond float
            assert_false(isfinite(value[i]) && value[i] < 0.0f);
        else // max(z, 0) - z t cancels: the error is that of z
            check_near(kernel->name, "bce of a logit", z, (double)value[i], exact, 1e-37 + 1.5e-7 * fabs(z), 6e-7,
                       &worst[0]);
    }
    const float bad = NAN;
    kernel->losses[LOSS_BCE].apply_logit(&bad, &t, value, slope, 1);
    assert_true(isnan(value[0]) && isnan(slope[0]));
}

static void check_distance(const Kernel *kernel, int loss, float t)
{
    static float target[POINTS], value[POINTS], slope[POINTS];
    for (int i = 0; i < POINTS; i++)
        target[i] = t;
    kernel->losses[loss].apply(points, target, value, slope, POINTS);
    for (int i = 0; i < POINTS; i++) {
        const float d = points[i] - t, exact_slope = loss == LOSS_MSE ? 2.0f * d : (float)((d > 0.0f) - (d < 0.0f));
        assert_true(value[i] == (loss == LOSS_MSE ? d * d : fabsf(d)));
        assert_true(slope[i] == exact_slope);
    }
    const float bad = NAN;
    kernel->losses[loss].apply(&bad, &t, value, slope, 1);
    assert_true(isnan(value[0]) && isnan(slope[0]));
}

static void check_losses(const Kernel *kernel)
{
    fill_points();
    for (int i = 0; i < TARGETS; i++) {
        check_bce(kernel, targets[i]);
        check_logit_bce(kernel, targets[i]);
        check_distance(kernel, LOSS_MSE, targets[i]);
        check_distance(kernel, LOSS_MAE, targets[i]);
    }
}

static void losses_agree_with_libm(void **state)
{
    (void)state;
    try_each(check_losses);
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
        fill(values, N, &random);
        fill(factors, N, &random);
        memcpy(held, values, sizeof values);
        double sum = 0.0, size = 0.0;
        for (size_t i = 0; i < n; i++) {
            sum += (double)values[i];
            size += fabs((double)values[i]);
        }
        assert_true(fabs((double)kernel->total(values, n) - sum) <= 3e-7 * size);
        kernel->add(values, factors, n);
        for (size_t i = 0; i < N; i++)
            assert_true(values[i] == (i < n ? held[i] + factors[i] : held[i]));
        memcpy(values, held, sizeof values);
        kernel->scale(values, factors, 0.25f, n);
        for (size_t i = 0; i < N; i++)
            assert_true(values[i] == (i < n ? held[i] * factors[i] * 0.25f : held[i]));
        memcpy(values, held, sizeof values);
        kernel->scale(values, NULL, 0.25f, n);
        for (size_t i = 0; i < N; i++)
            assert_true(values[i] == (i < n ? held[i] * 0.25f : held[i]));
    }
}

static void small_loops_are_exact(void **state)
{
    (void)state;
    try_each(check_small_loops);
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
    try_each(check_finiteness);
}

// ---- measure ------------------------------------------------------------------------------------------------------

static void measure_naively(const float *p, const float *t, const float *bce, size_t n, PixelSums *sums)
{
    for (size_t i = 0; i < n; i++) {
        const double error = (double)p[i] - (double)t[i];
        sums->bce += (double)bce[i];
        sums->mse += error * error;
        sums->mae += fabs(error);
        sums->output += (double)p[i];
        sums->bias[t[i] == 0.0f ? 0 : t[i] == 1.0f ? 3 : t[i] < 0.5f ? 1 : 2] += error;
        sums->below_0 += p[i] < 0.0f;
        sums->above_1 += p[i] > 1.0f;
        sums->below_002 += p[i] < 0.02f;
        sums->above_098 += p[i] > 0.98f;
        sums->nonfinite += !isfinite(p[i]);
        if (p[i] < 0.0f)
            sums->histogram[0]++;
        else if (p[i] > 1.0f)
            sums->histogram[HISTOGRAM_BINS - 1]++;
        else if (!isnan(p[i]))
            sums->histogram[1 + (p[i] < 1.0f ? (int)(p[i] * HISTOGRAM_INNER) : HISTOGRAM_INNER - 1)]++;
    }
}

static void check_measure(const Kernel *kernel)
{
    enum { N = 784 };
    static const float marked[] = {0.0f, -0.0f, 1.0f, 0.02f, 0.98f, -1e-30f, 1.0000001f, 0.5f, 63.0f / 64.0f};
    static const size_t lengths[] = {1, 3, 12, 16, 17, 33, 100, N};
    float p[N], t[N], bce[N];
    Random random = random_stream(4, 4);
    for (int round = 0; round < 200; round++) {
        PixelSums sums = {0}, exact = {0};
        uint8_t alive[N] = {0};
        const size_t n = lengths[(size_t)round % (sizeof lengths / sizeof *lengths)];
        for (size_t i = 0; i < N; i++) {
            t[i] =
                (float)(random_below(&random, 4) == 0 ? random_below(&random, 256) : 255 * random_below(&random, 2)) /
                255.0f;
            p[i] = random_below(&random, 3) ? 0.5f + 0.8f * draw(&random) : marked[random_below(&random, 9)];
            bce[i] = draw(&random) + 1.0f;
        }
        kernel->measure(p, t, bce, n, &sums, alive);
        measure_naively(p, t, bce, n, &exact);
        const double tolerance = 3e-7 * (double)n;
        assert_true(fabs(sums.bce - exact.bce) < tolerance && fabs(sums.mse - exact.mse) < tolerance);
        assert_true(fabs(sums.mae - exact.mae) < tolerance && fabs(sums.output - exact.output) < tolerance);
        for (int group = 0; group < 4; group++)
            assert_true(fabs(sums.bias[group] - exact.bias[group]) < tolerance);
        assert_int_equal(sums.below_0, exact.below_0);
        assert_int_equal(sums.above_1, exact.above_1);
        assert_int_equal(sums.below_002, exact.below_002);
        assert_int_equal(sums.above_098, exact.above_098);
        assert_int_equal(sums.nonfinite, 0);
        assert_memory_equal(sums.histogram, exact.histogram, sizeof sums.histogram);
        for (size_t i = 0; i < N; i++)
            assert_int_equal(alive[i], i < n && p[i] != 0.0f);
    }
}

static void check_bad_outputs(const Kernel *kernel)
{
    enum { N = 37 };
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    for (size_t n = 1; n <= N; n++)
        for (size_t i = 0; i < n; i++) {
            float p[N], t[N] = {0}, bce[N] = {0};
            uint8_t alive[N] = {0};
            PixelSums sums = {0};
            for (size_t j = 0; j < N; j++)
                p[j] = 0.5f;
            p[i] = bad[i % 3];
            kernel->measure(p, t, bce, n, &sums, alive);
            assert_int_equal(sums.nonfinite, 1);
            assert_int_equal(sums.above_1, p[i] > 1.0f);
            assert_int_equal(sums.below_0, p[i] < 0.0f);
            assert_true(!isfinite(sums.output));
        }
}

static void measure_agrees_with_a_naive_count(void **state)
{
    (void)state;
    try_each(check_measure);
    try_each(check_bad_outputs);
}

// ---- noise --------------------------------------------------------------------------------------------------------

enum { NOISE_PIXELS = 784, NOISE_IMAGES = 400, NOISE_COUNT = NOISE_PIXELS * NOISE_IMAGES };

// sigma small enough that 0.5 + noise is never clipped (the largest of so many is below 6 sigma), in units of sigma.
static double *collect_noise(const Kernel *kernel)
{
    const float sigma = 0.05f;
    double *noise = malloc(NOISE_COUNT * sizeof *noise);
    assert_non_null(noise);
    for (uint64_t image = 0; image < NOISE_IMAGES; image++) {
        float values[NOISE_PIXELS];
        for (int i = 0; i < NOISE_PIXELS; i++)
            values[i] = 0.5f;
        kernel->add_noise(values, NOISE_PIXELS, sigma, random_stream(1, image).state);
        for (int i = 0; i < NOISE_PIXELS; i++)
            noise[image * NOISE_PIXELS + (uint64_t)i] = ((double)values[i] - 0.5) / (double)sigma;
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

static void check_noise(const Kernel *kernel)
{
    double *noise = collect_noise(kernel), sums[5] = {0}, inside = 0.0;
    const double root = sqrt(NOISE_COUNT);
    for (size_t i = 0; i < NOISE_COUNT; i++) {
        for (int power = 1; power <= 4; power++)
            sums[power] += pow(noise[i], power) / NOISE_COUNT;
        inside += (fabs(noise[i]) < 1.0) / (double)NOISE_COUNT;
        assert_true(fabs(noise[i]) < 6.0);
    }
    // five standard errors of each moment of a normal distribution: 1, 2, 15, 96, and of the share within one sigma
    assert_true(fabs(sums[1]) < 5.0 / root);
    assert_true(fabs(sums[2] - 1.0) < 5.0 * sqrt(2.0) / root);
    assert_true(fabs(sums[3]) < 5.0 * sqrt(15.0) / root);
    assert_true(fabs(sums[4] - 3.0) < 5.0 * sqrt(96.0) / root);
    assert_true(fabs(inside - 0.6826895) < 5.0 * 0.4655 / root);
    static const size_t lags[] = {1, 2, 3, 4, 8, 16, 28, 29, 64, 256, NOISE_PIXELS, 2 * NOISE_PIXELS};
    for (size_t i = 0; i < sizeof lags / sizeof *lags; i++)
        if (fabs(correlate(noise, lags[i])) > 5.0 / root)
            fail_msg("%s: noise repeats itself after %zu: %g", kernel->name, lags[i], correlate(noise, lags[i]));
    printf("%-7s noise: mean %.1e, variance %.4f, kurtosis %.3f\n", kernel->name, sums[1], sums[2], sums[4]);
    free(noise);

    float a[NOISE_PIXELS] = {0}, b[NOISE_PIXELS] = {0};
    kernel->add_noise(a, NOISE_PIXELS, 2.0f, 42);
    kernel->add_noise(b, 300, 2.0f, 42); // the same whatever the length
    assert_memory_equal(a, b, 300 * sizeof *a);
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
    try_each(check_noise);
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
        cmocka_unit_test(activations_agree_with_libm),
        cmocka_unit_test(losses_agree_with_libm),
        cmocka_unit_test(small_loops_are_exact),
        cmocka_unit_test(is_finite_finds_every_bad_value),
        cmocka_unit_test(measure_agrees_with_a_naive_count),
        cmocka_unit_test(noise_is_gaussian_and_uncorrelated),
        cmocka_unit_test(unknown_instruction_sets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
