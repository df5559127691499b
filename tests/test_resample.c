// Resampling: what it keeps, what an area's mean is, and where bilinear pixels lie.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data/resample.h"

static void check_near(float found, double expected, double tolerance)
{
    if (!(fabs((double)found - expected) <= tolerance))
        fail_msg("%.9g is not within %g of %.9g", (double)found, tolerance, expected);
}

static void fill(float *pixels, int count)
{
    for (int i = 0; i < count; i++)
        pixels[i] = (float)((i * 37) % 101) / 101;
}

static double mean(const float *pixels, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += (double)pixels[i];
    return sum / count;
}

static void test_same_size_is_a_copy(void **state)
{
    (void)state;
    float from[5 * 7], to[5 * 7];
    fill(from, 35);
    resample_area(from, 5, 7, to, 5, 7);
    assert_memory_equal(from, to, sizeof to);
}

static void test_whole_ratio(void **state)
{
    (void)state;
    const float from[] = {1, 3, 5, 7, 2, 4, 6, 8};
    float to[2];
    resample_area(from, 4, 2, to, 2, 1);
    check_near(to[0], 2.5, 0);
    check_near(to[1], 6.5, 0);
}

// 3 pixels on 2: the middle one is shared.
static void test_shared_pixel(void **state)
{
    (void)state;
    const float from[] = {3, 6, 12};
    float to[2];
    resample_area(from, 3, 1, to, 2, 1);
    check_near(to[0], (3 + 0.5 * 6) / 1.5, 1e-6);
    check_near(to[1], (12 + 0.5 * 6) / 1.5, 1e-6);
}

// No pixel is skipped: the mean stays at any ratio, and a thin line keeps its ink in every size.
static void test_mean_stays(void **state)
{
    (void)state;
    static float from[300 * 200], to[28 * 28];
    for (int size = 28; size <= 200; size += 43) {
        fill(from, size * (size + 100));
        resample_area(from, size + 100, size, to, 28, 28);
        check_near((float)mean(to, 28 * 28), mean(from, size * (size + 100)), 1e-6);
    }
    for (int i = 0; i < 200 * 200; i++)
        from[i] = i % 200 == 99 ? 1 : 0;
    resample_area(from, 200, 200, to, 28, 28);
    for (int y = 0; y < 28; y++)
        check_near((float)mean(to + 28 * y, 28), 1 / 200.0, 1e-6);
}

static void test_bilinear(void **state)
{
    (void)state;
    const float from[] = {0, 1};
    float to[8];
    resample_area(from, 2, 1, to, 8, 1);
    static const double expected[] = {0, 0, 0.125, 0.375, 0.625, 0.875, 1, 1};
    for (int i = 0; i < 8; i++)
        check_near(to[i], expected[i], 1e-6);
    const float one = 0.25f;
    resample_area(&one, 1, 1, to, 4, 2);
    for (int i = 0; i < 8; i++)
        check_near(to[i], 0.25, 0);
}

// Each axis on its own.
static void test_mixed(void **state)
{
    (void)state;
    const float from[] = {0, 2, 4, 6};
    float to[4];
    resample_area(from, 4, 1, to, 2, 2);
    check_near(to[0], 1, 0);
    check_near(to[1], 5, 0);
    check_near(to[2], 1, 0);
    check_near(to[3], 5, 0);
}

// How much of the pixel i of `from` lies under the pixel at of `to`, each axis as long as the other.
static double share_under(int at, int to, int i, int from)
{
    const double start = fmax((double)at / to, (double)i / from), end = fmin((at + 1.0) / to, (i + 1.0) / from);
    return end > start ? (end - start) * to : 0;
}

// Each pixel of results of all widths is what lies under it.
static void test_area_anew(void **state)
{
    (void)state;
    enum { WIDTH = 211, HEIGHT = 7, ROWS = 3 };
    static float from[WIDTH * HEIGHT], to[WIDTH * ROWS];
    fill(from, WIDTH * HEIGHT);
    for (int columns = 1; columns <= WIDTH; columns += 21) {
        resample_area(from, WIDTH, HEIGHT, to, columns, ROWS);
        for (int at = 0; at < columns * ROWS; at++) {
            double sum = 0;
            for (int i = 0; i < WIDTH * HEIGHT; i++)
                sum += share_under(at % columns, columns, i % WIDTH, WIDTH) *
                       share_under(at / columns, ROWS, i / WIDTH, HEIGHT) * (double)from[i];
            check_near(to[at], sum, 1e-6);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_size_is_a_copy),
        cmocka_unit_test(test_whole_ratio),
        cmocka_unit_test(test_shared_pixel),
        cmocka_unit_test(test_area_anew),
        cmocka_unit_test(test_mean_stays),
        cmocka_unit_test(test_bilinear),
        cmocka_unit_test(test_mixed),
    };
    return cmocka_run_group_tests_name("resample", tests, NULL, NULL);
}
