// Activations and losses, of each instruction set that this machine can run, against plain double precision.
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

#include "isas.h"
#include "reference.h"

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
    {"softmax", 2e-38, 6e-7, 2e-38, 6e-7},
    {"sigmoid2", 0, 6e-7, 2e-38, 1.2e-6},
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
    isas_try_each(check_activations);
}

static LossSettings settings = {.delta = 0.1f, .weight = 2.0f}; // and what main adds

static const float targets[] = {0.0f, 1.0f / 255.0f, 0.25f, 0.5f, 0.75f, 254.0f / 255.0f, 1.0f};
enum { TARGETS = sizeof targets / sizeof *targets };

// Of BCE and its like: the error is up to `weight` times that of BCE.
static void check_bce(const Kernel *kernel, int loss, double weight, float t)
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
    kernel->losses[loss].apply(p, target, settings, value, slope, N);
    for (int i = 0; i < N; i++) {
        double exact_slope;
        const double exact =
            reference_lose_output(kernel->losses[loss].key, settings, (double)p[i], (double)t, &exact_slope);
        // 1 - q is rounded to a multiple of 2^-24: the logarithm is off by up to 2^-25 / (1 - q), the slope by as much
        check_near(kernel->name, kernel->losses[loss].key, (double)p[i], (double)value[i], exact, 7e-8 * weight, 6e-7,
                   &worst[0]);
        check_near(kernel->name, kernel->losses[loss].formula, (double)p[i], (double)slope[i], exact_slope,
                   3e-7 * weight, 6e-7, &worst[1]);
    }
    const float bad = NAN;
    kernel->losses[loss].apply(&bad, &t, settings, value, slope, 1);
    assert_true(isnan(value[0]) && isnan(slope[0]));
    printf("%-7s %s, t = %.3f: value %.1e, slope %.1e relative beyond the absolute bound\n", kernel->name,
           kernel->losses[loss].key, (double)t, worst[0], worst[1]);
}

static void check_logit_bce(const Kernel *kernel, int loss, double weight, float t)
{
    static float target[POINTS], value[POINTS], slope[POINTS];
    double worst[2] = {0};
    for (int i = 0; i < POINTS; i++)
        target[i] = t;
    const char *const key = kernel->losses[loss].key;
    kernel->losses[loss].apply_logit(points, target, settings, value, slope, POINTS);
    for (int i = 0; i < POINTS; i++) {
        double exact_slope;
        const double z = (double)points[i],
                     exact = reference_lose(key, settings, "sigmoid", z, (double)t, &exact_slope);
        check_near(kernel->name, key, z, (double)slope[i], exact_slope, 1.2e-7 * weight, 6e-7, &worst[1]);
        if (isinf(z)) // infinity - infinity: a number would hide that the model is beyond float
            assert_false(isfinite(value[i]) && value[i] < 0.0f);
        else // max(z, 0) - z t cancels: the error is that of z
            check_near(kernel->name, key, z, (double)value[i], exact, 1e-37 + 1.5e-7 * weight * fabs(z), 6e-7,
                       &worst[0]);
    }
    const float bad = NAN;
    kernel->losses[loss].apply_logit(&bad, &t, settings, value, slope, 1);
    assert_true(isnan(value[0]) && isnan(slope[0]));
}

static void check_distance(const Kernel *kernel, int loss, float t)
{
    static float target[POINTS], value[POINTS], slope[POINTS];
    for (int i = 0; i < POINTS; i++)
        target[i] = t;
    kernel->losses[loss].apply(points, target, settings, value, slope, POINTS);
    for (int i = 0; i < POINTS; i++) {
        const float d = points[i] - t, exact_slope = loss == LOSS_MSE ? 2.0f * d : (float)((d > 0.0f) - (d < 0.0f));
        assert_true(value[i] == (loss == LOSS_MSE ? d * d : fabsf(d)));
        assert_true(slope[i] == exact_slope);
    }
    const float bad = NAN;
    kernel->losses[loss].apply(&bad, &t, settings, value, slope, 1);
    assert_true(isnan(value[0]) && isnan(slope[0]));
}

// A square up to delta, a line beyond.
static void check_huber(const Kernel *kernel, float t)
{
    static float target[POINTS], value[POINTS], slope[POINTS];
    double worst[2] = {0};
    for (int i = 0; i < POINTS; i++)
        target[i] = t;
    kernel->losses[LOSS_HUBER].apply(points, target, settings, value, slope, POINTS);
    for (int i = 0; i < POINTS; i++) {
        double exact_slope;
        const double d = (double)(points[i] - t),
                     exact = reference_lose_output("huber", settings, d, 0.0, &exact_slope);
        check_near(kernel->name, "huber", d, (double)value[i], exact, 1e-38, 3e-7, &worst[0]);
        check_near(kernel->name, "huber's slope", d, (double)slope[i], exact_slope, 0, 0, &worst[1]);
    }
    const float bad = NAN;
    kernel->losses[LOSS_HUBER].apply(&bad, &t, settings, value, slope, 1);
    assert_true(isnan(value[0]) && isnan(slope[0]));
}

// Of the continuous Bernoulli, from p: near 1/2 by a polynomial. z, its logit, is off by an ulp of a logarithm, its
// mean by 1.5e-7, what the slope divides by p (1 - p).
static void check_cb(const Kernel *kernel, float t)
{
    enum { N = 40001 };
    static float p[N], target[N], value[N], slope[N];
    double worst[2] = {0};
    static const float edges[] = {
        0.0f, 1.0f, -1.0f, 2.0f, 1e-7f, 0.5e-7f, 1.0f - 0x1p-23f, 0.5f, 0.5f + 0x1p-24f, INFINITY, -INFINITY};
    for (int i = 0; i < N; i++) {
        p[i] = i < N / 2 ? (float)(i + 1) / (N / 2 + 1) : (float)(0.5 + 0.5 * pow((i - 0.75 * N) / (0.25 * N), 5.0));
        target[i] = t;
    }
    memcpy(p, edges, sizeof edges);
    kernel->losses[LOSS_CB].apply(p, target, settings, value, slope, N);
    for (int i = 0; i < N; i++) {
        double exact_slope;
        const double q = fmin(1.0 - 0x1p-23, fmax(1e-7, (double)p[i])),
                     exact = reference_lose_output("cb", settings, (double)p[i], (double)t, &exact_slope);
        check_near(kernel->name, "cb", (double)p[i], (double)value[i], exact, 3e-7 + 1.5e-7 * fabs(log(q) - log1p(-q)),
                   6e-7, &worst[0]);
        check_near(kernel->name, "cb's slope", (double)p[i], (double)slope[i], exact_slope, 4e-7 / (q * (1.0 - q)),
                   6e-7, &worst[1]);
    }
    const float bad = NAN;
    kernel->losses[LOSS_CB].apply(&bad, &t, settings, value, slope, 1);
    assert_true(isnan(value[0]) && isnan(slope[0]));
    printf("%-7s cb, t = %.3f: value %.1e, slope %.1e relative beyond the absolute bound\n", kernel->name, (double)t,
           worst[0], worst[1]);
}

static void check_logit_cb(const Kernel *kernel, float t)
{
    static float target[POINTS], value[POINTS], slope[POINTS];
    double worst[2] = {0};
    for (int i = 0; i < POINTS; i++)
        target[i] = t;
    kernel->losses[LOSS_CB].apply_logit(points, target, settings, value, slope, POINTS);
    for (int i = 0; i < POINTS; i++) {
        double exact_slope;
        const double z = (double)points[i],
                     exact = reference_lose("cb", settings, "sigmoid", z, (double)t, &exact_slope);
        if (isinf(z)) { // infinity - infinity
            assert_true(isnan(value[i]) || isinf(value[i]));
            continue;
        }
        check_near(kernel->name, "cb's slope", z, (double)slope[i], exact_slope, 2.4e-7, 6e-7, &worst[1]);
        check_near(kernel->name, "cb", z, (double)value[i], exact, 3e-7 + 1.5e-7 * fabs(z), 6e-7, &worst[0]);
    }
    const float bad = NAN;
    kernel->losses[LOSS_CB].apply_logit(&bad, &t, settings, value, slope, 1);
    assert_true(isnan(value[0]) && isnan(slope[0]));
}

static void check_gauss(const Kernel *kernel, float t)
{
    static float target[POINTS], value[POINTS], slope[POINTS];
    double worst[2] = {0};
    for (int i = 0; i < POINTS; i++)
        target[i] = t;
    kernel->losses[LOSS_GAUSS].apply(points, target, settings, value, slope, POINTS);
    for (int i = 0; i < POINTS; i++) {
        double exact_slope;
        const double d = (double)(points[i] - t),
                     exact = reference_lose_output("gauss", settings, d, 0.0, &exact_slope);
        if (fabs(d) > 1e18) { // the square is beyond float
            assert_true(value[i] > 1e36f);
            continue;
        }
        check_near(kernel->name, "gauss", d, (double)value[i], exact, 4e-7, 6e-7, &worst[0]);
        check_near(kernel->name, "gauss's slope", d, (double)slope[i], exact_slope, 1e-37, 3e-7, &worst[1]);
    }
    const float bad = NAN;
    kernel->losses[LOSS_GAUSS].apply(&bad, &t, settings, value, slope, 1);
    assert_true(isnan(value[0]) && isnan(slope[0]));
}

static void check_losses(const Kernel *kernel)
{
    fill_points();
    for (int i = 0; i < TARGETS; i++) {
        check_bce(kernel, LOSS_BCE, 1.0, targets[i]);
        check_logit_bce(kernel, LOSS_BCE, 1.0, targets[i]);
        check_bce(kernel, LOSS_WBCE, (double)settings.weight, targets[i]);
        check_logit_bce(kernel, LOSS_WBCE, (double)settings.weight, targets[i]);
        check_cb(kernel, targets[i]);
        check_logit_cb(kernel, targets[i]);
        check_huber(kernel, targets[i]);
        check_gauss(kernel, targets[i]);
        check_distance(kernel, LOSS_MSE, targets[i]);
        check_distance(kernel, LOSS_MAE, targets[i]);
    }
}

static void losses_agree_with_libm(void **state)
{
    (void)state;
    isas_try_each(check_losses);
}

// A floor is what a search over all outputs finds; where there is none it is 0.
static void floors_are_the_least_that_a_target_allows(void **state)
{
    (void)state;
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        for (int i = 0; i < TARGETS; i++) {
            double least = INFINITY, slope;
            const double t = (double)targets[i], found = loss_floor(loss, settings, t);
            for (int step = 0; step <= 100000; step++)
                least = fmin(least, reference_lose_output(loss_get(loss)->key, settings, step * 1e-5, t, &slope));
            if (loss_get(loss)->is_signed) { // by how much is the loss's own business
                assert_true(found == 0.0);
                continue;
            }
            if (!(found <= least + 1e-9 && found > least - 1e-5))
                fail_msg("the floor of %s at %g is %.9g, expected %.9g", loss_get(loss)->key, t, found, least);
            assert_true(loss_get(loss)->has_floor || found == 0.0);
        }
    assert_true(loss_floor(LOSS_BCE, settings, 0.3) == loss_bce_floor(0.3));
}

// At its best spread the mean gauss is ln MSE / 2 and a constant, and worse with any other.
static void the_best_spread_is_the_root_of_the_mse(void **state)
{
    (void)state;
    for (double mse = 1e-4; mse < 2.0; mse *= 3.0) {
        const double best = loss_best_log_sigma(mse), least = loss_gauss(mse, best);
        assert_true(fabs(exp(2.0 * best) - mse) < 1e-12);
        assert_true(fabs(least - 0.5 * log(2.0 * acos(-1.0) * exp(1.0) * mse)) < 1e-12);
        assert_true(loss_gauss(mse, best + 0.01) > least && loss_gauss(mse, best - 0.01) > least);
    }
}

int main(void)
{
    settings = loss_set_sigma(settings, -1.5);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_agree_with_libm),
        cmocka_unit_test(losses_agree_with_libm),
        cmocka_unit_test(floors_are_the_least_that_a_target_allows),
        cmocka_unit_test(the_best_spread_is_the_root_of_the_mse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
