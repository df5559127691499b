// What pictures show of outputs: as they are, thresholded, sampled.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine.h"
#include "state/show_as.h"

static float p[DIGIT_PIXELS], shown[DIGIT_PIXELS], again[DIGIT_PIXELS];

static void the_mean_is_shown_as_it_is(void **state)
{
    (void)state;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        p[i] = -1.0f + 3.0f * (float)i / DIGIT_PIXELS;
    show_as_apply(SHOW_MEAN, 3, p, shown);
    assert_memory_equal(shown, p, sizeof p);
}

static void a_pixel_is_white_from_the_threshold_on(void **state)
{
    (void)state;
    const float values[] = {-2.0f, 0.0f, nextafterf(0.5f, 0.0f), 0.5f, 1.0f, 7.0f}, expected[] = {0, 0, 0, 1, 1, 1};
    memset(p, 0, sizeof p);
    memcpy(p, values, sizeof values);
    p[100] = NAN;
    show_as_apply(SHOW_THRESHOLD, 0, p, shown);
    assert_memory_equal(shown, expected, sizeof expected);
    assert_true(isnan(shown[100]));
}

static void a_sample_is_as_bright_as_the_mean(void **state)
{
    (void)state;
    const float chances[] = {0.0f, 0.1f, 0.5f, 0.9f, 1.0f};
    for (size_t c = 0; c < sizeof chances / sizeof *chances; c++) {
        double sum = 0.0;
        for (int i = 0; i < DIGIT_PIXELS; i++)
            p[i] = chances[c];
        enum { DIGITS = 200 };
        for (int digit = 0; digit < DIGITS; digit++) {
            show_as_apply(SHOW_SAMPLE, digit, p, shown);
            for (int i = 0; i < DIGIT_PIXELS; i++) {
                assert_true(shown[i] == 0.0f || shown[i] == 1.0f);
                sum += (double)shown[i];
            }
        }
        const double n = (double)DIGITS * DIGIT_PIXELS, deviation = sqrt((double)(chances[c] * (1 - chances[c])) / n);
        assert_true(fabs(sum / n - (double)chances[c]) <= 4 * deviation);
    }
}

static void a_sample_is_the_digits_own(void **state)
{
    (void)state;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        p[i] = 0.5f;
    p[9] = NAN;
    show_as_apply(SHOW_SAMPLE, -1, p, shown);
    show_as_apply(SHOW_SAMPLE, -1, p, again);
    assert_memory_equal(shown, again, sizeof shown);
    assert_true(isnan(shown[9]));
    show_as_apply(SHOW_SAMPLE, 0, p, again);
    assert_memory_not_equal(shown, again, sizeof shown);
    // the same dice for every model: who is brighter has every pixel that the other has
    for (int i = 0; i < DIGIT_PIXELS; i++)
        p[i] = 0.6f;
    show_as_apply(SHOW_SAMPLE, 0, p, shown);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        assert_true(i == 9 || shown[i] >= again[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mean_is_shown_as_it_is),
        cmocka_unit_test(a_pixel_is_white_from_the_threshold_on),
        cmocka_unit_test(a_sample_is_as_bright_as_the_mean),
        cmocka_unit_test(a_sample_is_the_digits_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
