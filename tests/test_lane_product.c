// Products of lanes, of each instruction set that this machine can run, against plain double precision: shapes that a
// matrix unit takes and those that it leaves to vectors.
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

enum { SEEN = 0x7f }; // bytes of what is not to be written

typedef struct Shape2 {
    size_t m, n; // of products n: terms; of dots: channels
    size_t rows, columns, step;
} Shape2;

static float *make(size_t count, Random *random)
{
    float *values = aligned_alloc(64, (count * sizeof *values + 63) / 64 * 64);
    assert_non_null(values);
    isas_fill(values, count, random);
    return values;
}

// Pictures, and where so many windows begin in them: of 3 x 3 pixels, channel after channel.
typedef struct Windows {
    size_t row, column; // floats, from a window's place to the next
    float *pictures;
    uint32_t *at;
} Windows;

static Windows make_windows(const Shape2 *shape, size_t count, Random *random)
{
    const size_t pitch = (shape->columns * shape->step + 2) * LANE_IMAGES;
    const size_t plane = (shape->rows * shape->step + 2) * pitch + LANE_IMAGES;
    const Windows windows = {shape->step * pitch, shape->step * LANE_IMAGES, make((count + 8) / 9 * plane, random),
                             malloc((count + 1) * sizeof *windows.at)};
    assert_non_null(windows.at);
    for (size_t l = 0; l < count; l++)
        windows.at[l] = (uint32_t)(l / 9 * plane + l % 9 / 3 * pitch + l % 3 * LANE_IMAGES);
    return windows;
}

// Of a window at (y, x), x counted with its images.
static size_t find_window(const Windows *windows, size_t y, size_t x)
{
    return y * windows->row + x / LANE_IMAGES * windows->column + x % LANE_IMAGES;
}

static void free_windows(Windows *windows)
{
    free(windows->pictures);
    free(windows->at);
}

// Of the sum of the terms' sizes, over all sums: the largest error, and the root of the mean square.
typedef struct Errors {
    double largest, squares;
    size_t count;
} Errors;

static void add_error(Errors *errors, float value, double sum, double size)
{
    const double error = fabs((double)value - sum) / size;
    if (!(error <= errors->largest)) // a NaN stays, too
        errors->largest = error;
    errors->squares += error * error;
    errors->count++;
}

static Errors check_product(const Kernel *kernel, const Shape2 *shape, bool has_start)
{
    Random random = random_stream(shape->m, shape->n);
    Windows windows = make_windows(shape, shape->n, &random);
    const size_t c_row = (shape->columns + 1) * LANE_IMAGES, c_plane = shape->rows * c_row + LANE_IMAGES; // gaps
    const size_t stride = shape->m + 3;
    float *a = make((shape->n + 1) * stride, &random), *start = make(shape->m, &random);
    float *c = make(shape->m * c_plane, &random);
    memset(c, SEEN, shape->m * c_plane * sizeof *c);
    kernel->multiply_lanes(&(LaneProduct){
        .m = shape->m,
        .k = shape->n,
        .rows = shape->rows,
        .columns = shape->columns,
        .a = a,
        .a_stride = stride,
        .b = windows.pictures,
        .b_at = windows.at,
        .b_row = windows.row,
        .b_column = windows.column,
        .start = has_start ? start : NULL,
        .c = c,
        .c_plane = c_plane,
        .c_row = c_row,
        .c_column = LANE_IMAGES,
    });
    Errors errors = {0};
    float unwritten;
    memset(&unwritten, SEEN, sizeof unwritten);
    for (size_t i = 0; i < shape->m; i++)
        for (size_t j = 0; j < c_plane; j++) {
            const size_t y = j / c_row, x = j % c_row;
            if (y >= shape->rows || x >= shape->columns * LANE_IMAGES) {
                assert_true(c[i * c_plane + j] == unwritten);
                continue;
            }
            double sum = has_start ? (double)start[i] : 0.0, size = fabs(sum) + 1e-30;
            const float *const from = windows.pictures + find_window(&windows, y, x);
            for (size_t l = 0; l < shape->n; l++) {
                const double term = (double)a[l * stride + i] * (double)from[windows.at[l]];
                sum += term;
                size += fabs(term);
            }
            add_error(&errors, c[i * c_plane + j], sum, size);
        }
    free(a), free(start), free(c);
    free_windows(&windows);
    return errors;
}

static Errors check_dots(const Kernel *kernel, const Shape2 *shape)
{
    Random random = random_stream(shape->m, shape->n);
    Windows windows = make_windows(shape, shape->m, &random);
    const size_t b_row = (shape->columns + 1) * LANE_IMAGES, b_plane = shape->rows * b_row + LANE_IMAGES;
    const size_t stride = shape->n + 3;
    float *b = make(shape->n * b_plane, &random);
    float *c = make(shape->m * stride, &random), *before = make(shape->m * stride, &random);
    memcpy(before, c, shape->m * stride * sizeof *c);
    kernel->add_lane_dots(&(LaneDots){
        .m = shape->m,
        .n = shape->n,
        .rows = shape->rows,
        .columns = shape->columns,
        .a = windows.pictures,
        .a_at = windows.at,
        .a_row = windows.row,
        .a_column = windows.column,
        .b = b,
        .b_plane = b_plane,
        .b_row = b_row,
        .b_column = LANE_IMAGES,
        .c = c,
        .c_stride = stride,
    });
    Errors errors = {0};
    for (size_t i = 0; i < shape->m; i++)
        for (size_t j = 0; j < stride; j++) {
            double sum = (double)before[i * stride + j], size = fabs(sum) + 1e-30;
            if (j >= shape->n) {
                assert_true(c[i * stride + j] == before[i * stride + j]);
                continue;
            }
            for (size_t y = 0; y < shape->rows; y++)
                for (size_t x = 0; x < shape->columns * LANE_IMAGES; x++) {
                    const double term = (double)windows.pictures[windows.at[i] + find_window(&windows, y, x)] *
                                        (double)b[j * b_plane + y * b_row + x];
                    sum += term;
                    size += fabs(term);
                }
            add_error(&errors, c[i * stride + j], sum, size);
        }
    free(b), free(c), free(before);
    free_windows(&windows);
    return errors;
}

// The last three of each are large enough for a matrix unit's parts: of channels, of terms, of columns.
static const Shape2 products[] = {
    {1, 9, 3, 5, 1},   {7, 33, 2, 3, 1},   {32, 63, 4, 4, 1},   {32, 64, 1, 3, 1},
    {32, 64, 1, 4, 1}, {33, 64, 2, 4, 1},  {32, 65, 3, 3, 1},   {64, 95, 3, 5, 2},
    {64, 96, 2, 2, 2}, {96, 321, 3, 3, 2}, {160, 100, 1, 7, 1}, {64, 673, 3, 2, 2},
};
static const Shape2 dots[] = {
    {1, 1, 3, 5, 1},   {9, 33, 2, 3, 1},   {32, 64, 1, 31, 1}, {31, 64, 4, 8, 1},
    {32, 63, 4, 8, 1}, {32, 64, 4, 8, 1},  {32, 64, 3, 11, 2}, {64, 96, 5, 7, 1},
    {32, 32, 6, 6, 1}, {288, 64, 5, 7, 2}, {96, 160, 4, 9, 1},
};

// Sums of floats err by less than 5e-7 of their terms' sizes.
static void check_all(const Kernel *kernel)
{
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        for (int has_start = 0; has_start < 2; has_start++) {
            const Errors errors = check_product(kernel, &products[i], has_start);
            if (!(errors.largest <= 5e-7))
                fail_msg("%s: product %zu x %zu, %zu x %zu pixels: %g", kernel->name, products[i].m, products[i].n,
                         products[i].rows, products[i].columns, errors.largest);
        }
    for (size_t i = 0; i < sizeof dots / sizeof *dots; i++) {
        const Errors errors = check_dots(kernel, &dots[i]);
        if (!(errors.largest <= 5e-7))
            fail_msg("%s: dots %zu x %zu, %zu x %zu pixels: %g", kernel->name, dots[i].m, dots[i].n, dots[i].rows,
                     dots[i].columns, errors.largest);
    }
}

static void lanes_agree_with_naive_sums(void **state)
{
    (void)state;
    isas_try_each(check_all);
}

static double rms(Errors errors) { return sqrt(errors.squares / (double)errors.count); }

// Sums of pieces of floats are as exact as sums of floats, and they are another's: the unit is at work.
static void matrix_unit_is_as_exact(void **state)
{
    (void)state;
    static const Shape2 large = {64, 576, 4, 4, 2}, long_one = {288, 64, 14, 14, 2};
    if (!kernel_select("amx", NULL)) {
        print_message("skipped: this machine has no matrix unit\n");
        return;
    }
    const Kernel *unit = kernel_get();
    assert_true(kernel_select("avx512", NULL));
    const double product = rms(check_product(unit, &large, true)), dot = rms(check_dots(unit, &long_one));
    const double of_floats = rms(check_product(kernel_get(), &large, true));
    const double of_float_dots = rms(check_dots(kernel_get(), &long_one));
    assert_true(kernel_select("auto", NULL));
    print_message("rms error of the terms' sizes: products %.2g, of floats %.2g; dots %.2g, of floats %.2g\n", product,
                  of_floats, dot, of_float_dots);
    assert_true(product < 6e-8 && dot < 6e-8); // 2^-24: a float's last bit, rounded
    assert_true(product != of_floats && dot != of_float_dots);
}

// A model that has diverged is seen to have.
static void what_is_infinite_is_no_number(void **state)
{
    (void)state;
    enum { M = 32, K = 64, PIXELS = 4 };
    float *a = calloc(M * K, sizeof *a), *b = calloc(K * PIXELS * LANE_IMAGES, sizeof *b);
    float *c = calloc(M * PIXELS * LANE_IMAGES, sizeof *c);
    uint32_t at[K];
    assert_true(a && b && c);
    for (size_t l = 0; l < K; l++)
        at[l] = (uint32_t)(l * PIXELS * LANE_IMAGES);
    for (int i = 0; i < M * K; i++)
        a[i] = 1.0f;
    b[5] = INFINITY;
    kernel_get()->multiply_lanes(&(LaneProduct){.m = M,
                                                .k = K,
                                                .rows = 1,
                                                .columns = PIXELS,
                                                .a = a,
                                                .a_stride = M,
                                                .b = b,
                                                .b_at = at,
                                                .b_row = PIXELS * LANE_IMAGES,
                                                .b_column = LANE_IMAGES,
                                                .c = c,
                                                .c_plane = PIXELS * LANE_IMAGES,
                                                .c_row = PIXELS * LANE_IMAGES,
                                                .c_column = LANE_IMAGES});
    assert_false(kernel_get()->is_finite(c, M * PIXELS * LANE_IMAGES));
    assert_true(c[5] - c[5] != 0.0f && c[4] == 0.0f && c[6] == 0.0f);
    free(a), free(b), free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_agree_with_naive_sums),
        cmocka_unit_test(matrix_unit_is_as_exact),
        cmocka_unit_test(what_is_infinite_is_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
