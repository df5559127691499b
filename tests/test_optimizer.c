// Optimizers: steps whose numbers were worked out by hand, on each instruction set that this machine can run.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/kernel.h"
#include "kernels/optimizer.h"

enum { STEPS = 3 };

typedef struct Course {
    float start, gradients[STEPS];
    double weights[STEPS]; // after each step
} Course;

// Runs n copies of a course side by side, so that whole vectors and remainders are met; with gradients as they are and
// with a scale that makes them so.
static void check_course(const Optimizer *optimizer, float lr, const Course *course, size_t n)
{
    float w[40], m[40] = {0}, v[40] = {0}, g[40];
    const float scale = n % 2 ? 0.25f : 1.0f;
    for (size_t i = 0; i < 40; i++)
        w[i] = course->start;
    for (int step = 0; step < STEPS; step++) {
        for (size_t i = 0; i < 40; i++)
            g[i] = course->gradients[step] / scale;
        optimizer->update(w, m, v, g, n, scale, optimizer->find_rate(lr, step + 1));
        for (size_t i = 0; i < 40; i++) {
            const double expected = i < n ? course->weights[step] : (double)course->start;
            if (fabs((double)w[i] - expected) > 3e-7)
                fail_msg("%s on %s: step %d, value %zu of %zu: %.8g, expected %.8g", optimizer->key, kernel_get()->name,
                         step + 1, i, n, (double)w[i], expected);
        }
    }
}

static void check_everywhere(const char *key, float lr, const Course *courses, size_t count)
{
    static const char *const isas[] = {"plain", "avx2", "avx512"};
    for (size_t isa = 0; isa < 3; isa++) {
        if (!kernel_select(isas[isa], NULL))
            continue;
        for (size_t i = 0; i < count; i++)
            for (size_t n = 0; n <= 40; n++)
                check_course(optimizer_get(optimizer_find(key)), lr, &courses[i], n);
    }
    assert_true(kernel_select("auto", NULL));
}

// lr 0.1, beta1 0.9, beta2 0.999. First course, w = 1, g = 0.5, 0.25, -1:
//   1: m = 0.05, v = 0.00025, rate = 0.1 sqrt(0.001) / 0.1 = 0.0316228; m / sqrt(v) = 3.162258 (epsilon takes the last
//      digits): w = 1 - 0.1 = 0.9000006
//   2: m = 0.045 + 0.025 = 0.07, v = 0.00024975 + 0.0000625 = 0.00031225, rate = 0.1 sqrt(0.001999) / 0.19 = 0.0235317;
//      0.07 / 0.0176707 = 3.961358: w -= 0.0932174
//   3: m = 0.063 - 0.1 = -0.037, v = 0.00031193775 + 0.001 = 0.00131193775, rate = 0.1 sqrt(0.002997001) / 0.271 =
//      0.0202011; -0.037 / 0.0362208 = -1.021512: w += 0.0206356
// Second course: no gradient, no movement.
// Third course, g = 1e-7, where epsilon counts, outside of the bias correction:
//   1: m = 1e-8, sqrt(v) = 1e-7 sqrt(0.001) = 3.162278e-9; 0.0316228 * 1e-8 / (3.162278e-9 + 1e-7) = 0.00306534; inside
//   it, the step would be 0.05.
static void adam_by_hand(void **state)
{
    (void)state;
    static const Course courses[] = {
        {1.0f, {0.5f, 0.25f, -1.0f}, {0.9000006, 0.8067832, 0.8274188}},
        {-2.0f, {0.0f, 0.0f, 0.0f}, {-2.0, -2.0, -2.0}},
        {0.0f, {1e-7f, 0.0f, 0.0f}, {-0.00306534, -0.00511831, -0.00670448}},
    };
    check_everywhere("adam", 0.1f, courses, 3);
}

// lr 1, rho 0.95, epsilon 1e-7. First course, w = 1, g = 0.5, 0.25, -1:
//   1: v = 0.05 * 0.25 = 0.0125; update = 0.5 sqrt(1e-7) / sqrt(0.0125001) = 0.00141421: w = 0.9985858;
//      m = 0.05 * 0.00141421^2 = 9.99992e-8
//   2: v = 0.011875 + 0.003125 = 0.015; update = 0.25 sqrt(1.999992e-7) / sqrt(0.0150001) = 0.000912866: w = 0.9976729;
//      m = 0.95 * 9.99992e-8 + 0.05 * 8.33324e-7 = 1.3666544e-7
//   3: v = 0.01425 + 0.05 = 0.06425; update = -sqrt(2.3666544e-7) / sqrt(0.0642501) = -0.00191923: w = 0.9995921
static void adadelta_by_hand(void **state)
{
    (void)state;
    static const Course courses[] = {
        {1.0f, {0.5f, 0.25f, -1.0f}, {0.9985858, 0.9976729, 0.9995921}},
        {3.0f, {0.0f, 0.0f, 0.0f}, {3.0, 3.0, 3.0}},
    };
    check_everywhere("adadelta", 1.0f, courses, 2);
}

// lr 0.1, momentum 0.9. g = 0.5, 0.25, -1: velocity -0.05; -0.045 - 0.025 = -0.07; -0.063 + 0.1 = 0.037.
static void sgd_by_hand(void **state)
{
    (void)state;
    static const Course courses[] = {
        {1.0f, {0.5f, 0.25f, -1.0f}, {0.95, 0.88, 0.917}},
        {0.0f, {-4.0f, 0.0f, 0.0f}, {0.4, 0.76, 1.084}},
    };
    check_everywhere("sgd", 0.1f, courses, 2);
}

// How far three steps go on slopes of a loss that is `factor` times as large.
static double find_way(const Optimizer *optimizer, float factor)
{
    static const float gradients[STEPS] = {0.5f, 0.25f, 1.0f};
    float w = 0.0f, m = 0.0f, v = 0.0f;
    for (int step = 0; step < STEPS; step++) {
        const float g = factor * gradients[step];
        optimizer->update(&w, &m, &v, &g, 1, 1.0f, optimizer->find_rate(optimizer->default_lr, step + 1));
    }
    return fabs((double)w);
}

static void those_that_hide_a_factor_of_the_loss_do(void **state)
{
    (void)state;
    for (int i = 0; i < optimizer_count(); i++) {
        const Optimizer *optimizer = optimizer_get(i);
        const double times = find_way(optimizer, 784.0f) / find_way(optimizer, 1.0f);
        assert_true(fabs(times / (optimizer->hides_scale ? 1.0 : 784.0) - 1.0) < 1e-3);
    }
}

static void a_gradient_that_is_nan_shows(void **state)
{
    (void)state;
    for (int i = 0; i < optimizer_count(); i++) {
        const Optimizer *optimizer = optimizer_get(i);
        float w = 1.0f, m = 0.0f, v = 0.0f;
        const float g = NAN;
        optimizer->update(&w, &m, &v, &g, 1, 1.0f, optimizer->find_rate(optimizer->default_lr, 1));
        assert_true(isnan(w));
    }
}

static void table_is_found_by_key(void **state)
{
    (void)state;
    for (int i = 0; i < optimizer_count(); i++)
        assert_int_equal(optimizer_find(optimizer_get(i)->key), i);
    assert_int_equal(optimizer_find("Adam"), -1);
    assert_int_equal(optimizer_find(""), -1);
    assert_true(optimizer_get(optimizer_find("adam"))->default_lr == 0.001f);
    assert_true(optimizer_get(optimizer_find("adadelta"))->default_lr == 1.0f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adam_by_hand),          cmocka_unit_test(adadelta_by_hand),
        cmocka_unit_test(sgd_by_hand),           cmocka_unit_test(a_gradient_that_is_nan_shows),
        cmocka_unit_test(table_is_found_by_key), cmocka_unit_test(those_that_hide_a_factor_of_the_loss_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
