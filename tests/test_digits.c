// The built-in digits: their labels, their bytes, their likeness to MNIST, and the preparation of a drawing.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/digits.h"

enum { PIXELS = 784, SIDE = 28, BOX = 20, DIGITS = DIGITS_TRAIN_COUNT + DIGITS_TEST_COUNT };

// All digits of one seed, drawn once for every test that looks at them.
static uint8_t (*digits)[PIXELS];
static uint8_t *labels;

static uint64_t hash_bytes(const uint8_t *bytes, size_t count)
{
    uint64_t hash = 0xcbf29ce484222325u; // FNV-1a
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    }
    return hash;
}

static int compare_hashes(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static int draw_all(void **state)
{
    (void)state;
    digits = malloc((size_t)DIGITS * PIXELS);
    labels = malloc(DIGITS);
    if (!digits || !labels) {
        return -1;
    }
    for (int i = 0; i < DIGITS; i++) {
        const bool train = i < DIGITS_TRAIN_COUNT;
        memset(digits[i], 0xaa, PIXELS);
        labels[i] =
            (uint8_t)digits_draw(1, train ? DIGITS_TRAIN : DIGITS_TEST, train ? i : i - DIGITS_TRAIN_COUNT, digits[i]);
    }
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    free(digits);
    free(labels);
    return 0;
}

static void test_labels_are_balanced(void **state)
{
    (void)state;
    int in_order = 0;
    for (int run = 0; run < DIGITS / 10; run++) {
        unsigned seen = 0;
        bool sorted = true;
        for (int i = 0; i < 10; i++) {
            const uint8_t label = labels[run * 10 + i];
            assert_in_range(label, 0, 9);
            seen |= 1u << label;
            sorted = sorted && label == i;
        }
        assert_int_equal(seen, 0x3ff);
        in_order += sorted;
    }
    assert_true(in_order < 10);
}

// The bytes are the same on every machine, whatever compiler and C library it has.
static void test_bytes_are_known(void **state)
{
    (void)state;
    assert_int_equal(hash_bytes(digits[0], (size_t)1000 * PIXELS), 0x77a6a6420c0ba254u);
    assert_int_equal(hash_bytes(digits[DIGITS_TRAIN_COUNT], (size_t)1000 * PIXELS), 0xba7c85b5ea02a3ffu);
    assert_int_equal(hash_bytes(labels, 1000), 0x29ebd753802a753du);
}

static void test_same_arguments_same_digit(void **state)
{
    (void)state;
    uint8_t again[PIXELS];
    for (int i = DIGITS_TEST_COUNT - 1; i >= 0; i -= 7) { // in another order than before
        assert_int_equal(digits_draw(1, DIGITS_TEST, i, again), labels[DIGITS_TRAIN_COUNT + i]);
        assert_memory_equal(again, digits[DIGITS_TRAIN_COUNT + i], PIXELS);
    }
}

static void test_seeds_differ(void **state)
{
    (void)state;
    static const uint64_t seeds[] = {0, 2, 3, UINT64_MAX};
    for (size_t s = 0; s < sizeof seeds / sizeof *seeds; s++) {
        uint8_t other[PIXELS];
        int moved = 0;
        for (int i = 0; i < 100; i++) {
            const int label = digits_draw(seeds[s], DIGITS_TRAIN, i, other);
            assert_true(memcmp(other, digits[i], PIXELS) != 0);
            moved += label != labels[i];
        }
        assert_true(moved > 50);
    }
}

static void test_no_two_digits_alike(void **state)
{
    (void)state;
    uint64_t *hashes = malloc(DIGITS * sizeof *hashes);
    assert_non_null(hashes);
    for (int i = 0; i < DIGITS; i++) {
        hashes[i] = hash_bytes(digits[i], PIXELS);
    }
    qsort(hashes, DIGITS, sizeof *hashes, compare_hashes);
    for (int i = 1; i < DIGITS; i++) {
        assert_true(hashes[i - 1] != hashes[i]);
    }
    free(hashes);
}

// MNIST's training set: mean 0.1307, 80.9 % zero, 18.4 % grey, 0.7 % full.
static void test_statistics_are_mnists(void **state)
{
    (void)state;
    int64_t counts[256] = {0}, sum = 0;
    for (int i = 0; i < DIGITS_TRAIN_COUNT; i++) {
        for (int p = 0; p < PIXELS; p++) {
            counts[digits[i][p]]++;
        }
    }
    for (int v = 0; v < 256; v++) {
        sum += counts[v] * v;
    }
    const double all = (double)DIGITS_TRAIN_COUNT * PIXELS;
    const double mean = (double)sum / all / 255.0, zero = (double)counts[0] / all, full = (double)counts[255] / all;
    assert_true(fabs(mean - 0.1307) < 0.05 * 0.1307);
    assert_true(fabs(zero - 0.809) < 0.03);
    assert_true(fabs(1.0 - zero - full - 0.186) < 0.03);
    assert_true(full > 0.002 && full < 0.012);
}

// Where an image has ink, and where its centre of mass is, in pixels that are counted from 0.
typedef struct Ink {
    int width, height;
    double x, y, mass;
} Ink;

static Ink measure_ink(const float *pixels)
{
    int left = SIDE, right = -1, top = SIDE, bottom = -1;
    Ink ink = {0};
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            const double value = (double)pixels[y * SIDE + x];
            if (value > 0.0) {
                left = x < left ? x : left;
                right = x > right ? x : right;
                top = y < top ? y : top;
                bottom = y;
                ink.mass += value;
                ink.x += value * x;
                ink.y += value * y;
            }
        }
    }
    if (ink.mass > 0.0) {
        ink.x /= ink.mass;
        ink.y /= ink.mass;
        ink.width = right - left + 1;
        ink.height = bottom - top + 1;
    }
    return ink;
}

// MNIST's centres of mass lie within half a pixel of pixel (14, 14); a digit that would have to leave the field for it
// may miss.
static void test_digits_fit_and_are_centred(void **state)
{
    (void)state;
    int centred = 0;
    const int count = 20000;
    for (int i = 0; i < count; i++) {
        float pixels[PIXELS];
        for (int p = 0; p < PIXELS; p++) {
            pixels[p] = (float)digits[i][p];
        }
        const Ink ink = measure_ink(pixels);
        assert_in_range(ink.width, 2, BOX);
        assert_in_range(ink.height, 2, BOX);
        assert_true(ink.width >= BOX - 1 || ink.height >= BOX - 1);
        assert_true(fabs(ink.x - 14.0) < 2.5 && fabs(ink.y - 14.0) < 2.5);
        centred += fabs(ink.x - 14.0) <= 0.6 && fabs(ink.y - 14.0) <= 0.6;
    }
    assert_true(centred > count * 99 / 100);
}

// A drawing of the given side whose ink fills a rectangle, prepared.
static Ink prepare_rectangle(int side, int left, int top, int width, int height, float *pixels)
{
    float *drawing = calloc((size_t)side * (size_t)side, sizeof *drawing);
    assert_non_null(drawing);
    for (int y = top; y < top + height; y++) {
        for (int x = left; x < left + width; x++) {
            drawing[y * side + x] = 1.0f;
        }
    }
    digits_prepare(drawing, side, pixels);
    free(drawing);
    for (int p = 0; p < PIXELS; p++) {
        assert_true(pixels[p] >= 0.0f && pixels[p] <= 1.0f);
    }
    return measure_ink(pixels);
}

static void test_prepare_bare_drawing(void **state)
{
    (void)state;
    float pixels[PIXELS];
    memset(pixels, 0x7f, sizeof pixels);
    const Ink ink = prepare_rectangle(100, 0, 0, 0, 0, pixels);
    assert_true(ink.mass == 0.0);
}

static void test_prepare_fits_and_centres(void **state)
{
    (void)state;
    // side, left, top, width, height; then what becomes of width and height. The ink of many touches an edge.
    static const int cases[][7] = {
        {280, 100, 40, 40, 200, 4, 20}, {280, 0, 0, 280, 280, 20, 20}, {280, 0, 250, 280, 30, 20, 3},
        {28, 20, 0, 8, 10, 16, 20},     {28, 27, 27, 1, 1, 20, 20},    {28, 3, 3, 5, 10, 10, 20},
        {560, 559, 0, 1, 560, 1, 20},   {113, 7, 11, 37, 53, 14, 20},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int *c = cases[i];
        float pixels[PIXELS];
        const Ink ink = prepare_rectangle(c[0], c[1], c[2], c[3], c[4], pixels);
        assert_in_range(ink.width, c[5], c[5] + 1); // the ink may lie across pixels
        assert_in_range(ink.height, c[6], c[6] + (c[6] < BOX));
        assert_true(fabs(ink.x - 14.0) <= 0.51 && fabs(ink.y - 14.0) <= 0.51);
        // The ink's area keeps its proportion: scaled by 20 / the longer side in both directions.
        const double scale = (double)BOX / (c[3] > c[4] ? c[3] : c[4]);
        assert_true(fabs(ink.mass - scale * scale * c[3] * c[4]) < 0.01 * ink.mass);
    }
}

static void test_prepare_averages_grey(void **state)
{
    (void)state;
    static float drawing[40 * 40];
    for (int i = 0; i < 40 * 40; i++) {
        drawing[i] = (i + i / 40) % 2 ? 0.75f : 0.25f; // a chessboard: each pixel of the box covers four of its fields
    }
    float pixels[PIXELS];
    digits_prepare(drawing, 40, pixels);
    for (int p = 0; p < PIXELS; p++) {
        assert_true(pixels[p] == 0.0f || fabsf(pixels[p] - 0.5f) < 1e-6f);
    }
}

// Values outside 0..1, and those that are no numbers, are taken for the nearest ink that a drawing can have.
static void test_prepare_takes_any_value(void **state)
{
    (void)state;
    static float drawing[30 * 30];
    drawing[15 * 30 + 3] = 1e30f;
    drawing[15 * 30 + 22] = INFINITY;
    drawing[0] = -5.0f;
    drawing[899] = NAN;
    float pixels[PIXELS];
    digits_prepare(drawing, 30, pixels);
    const Ink ink = measure_ink(pixels);
    assert_int_equal(ink.width, 20);
    assert_in_range(ink.height, 1, 2);
    assert_true(ink.mass > 1.9 && ink.mass < 2.1);
}

static void test_prepare_keeps_a_digit(void **state)
{
    (void)state;
    for (int i = 0; i < 100; i++) {
        float before[PIXELS], after[PIXELS];
        for (int p = 0; p < PIXELS; p++) {
            before[p] = (float)digits[i][p] / 255.0f;
        }
        digits_prepare(before, SIDE, after);
        const Ink a = measure_ink(before), b = measure_ink(after);
        if (a.height != BOX || a.width % 2) {
            continue; // such a digit would be scaled, or moved by half a pixel
        }
        assert_true(fabs(a.mass - b.mass) < 1e-3);
        assert_true(fabs(a.x - b.x) < 1e-3 && fabs(a.y - b.y) < 1e-3);
        for (int p = 0; p < PIXELS; p++) {
            assert_true(fabsf(before[p] - after[p]) < 1e-5f);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_are_balanced),        cmocka_unit_test(test_bytes_are_known),
        cmocka_unit_test(test_same_arguments_same_digit),  cmocka_unit_test(test_seeds_differ),
        cmocka_unit_test(test_no_two_digits_alike),        cmocka_unit_test(test_statistics_are_mnists),
        cmocka_unit_test(test_digits_fit_and_are_centred), cmocka_unit_test(test_prepare_bare_drawing),
        cmocka_unit_test(test_prepare_fits_and_centres),   cmocka_unit_test(test_prepare_averages_grey),
        cmocka_unit_test(test_prepare_takes_any_value),    cmocka_unit_test(test_prepare_keeps_a_digit),
    };
    return cmocka_run_group_tests(tests, draw_all, free_all);
}
