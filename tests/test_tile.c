// Tiles: which groups of stored images' pixels are lit, and products with such images, of each instruction set that
// this machine can run, against naive counts and sums in double precision.
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

enum { PIXELS_MAX = 784, COLUMNS_MAX = 112, GAP = 16, WIDE = COLUMNS_MAX + GAP };

typedef enum Kind { ALL_ZERO, ALL_LIT, SPARSE, HALF, KINDS } Kind;

static size_t group_of(const Tile *tile) { return tile->goes_by_pairs ? PAIR : QUAD; }

static size_t count_groups(const Tile *tile) { return tile->pixels / group_of(tile); }

// Each image in an allocation of its own, of exactly its size: the sanitizer then sees what reads too far.
static Tile create_tile(size_t count, size_t pixels, Kind kind, Random *random)
{
    static const uint32_t zeros[KINDS] = {100, 0, 95, 50}; // per cent
    Tile tile = {.count = count, .pixels = pixels, .goes_by_pairs = random_below(random, 2) == 0};
    tile.lit = malloc(count_groups(&tile) * sizeof *tile.lit);
    assert_non_null(tile.lit);
    for (size_t row = 0; row < count; row++) {
        uint8_t *bytes = malloc(pixels);
        assert_non_null(bytes);
        for (size_t i = 0; i < pixels; i++)
            bytes[i] = random_below(random, 100) < zeros[kind] ? 0 : (uint8_t)(1 + random_below(random, 255));
        tile.rows[row] = bytes;
    }
    memset(tile.lit, 0xa5, count_groups(&tile) * sizeof *tile.lit); // what was there before must not shine through
    return tile;
}

static void free_tile(Tile *tile)
{
    for (size_t row = 0; row < tile->count; row++)
        free((void *)(uintptr_t)tile->rows[row]);
    free(tile->lit);
}

// ---- find_lit -----------------------------------------------------------------------------------------------------

static void check_bits(const Kernel *kernel, const Tile *tile)
{
    const size_t length = group_of(tile);
    kernel->find_lit(tile);
    for (size_t group = 0; group < count_groups(tile); group++) {
        uint64_t expected = 0;
        for (size_t row = 0; row < tile->count; row++)
            for (size_t i = 0; i < length; i++)
                if (tile->rows[row][group * length + i])
                    expected |= (uint64_t)1 << row;
        if (tile->lit[group] != expected)
            fail_msg("%s: %zu images of %zu pixels, group %zu of %zu: %016llx, expected %016llx", kernel->name,
                     tile->count, tile->pixels, group, length, (unsigned long long)tile->lit[group],
                     (unsigned long long)expected);
    }
}

static void check_lit(const Kernel *kernel)
{
    static const size_t sizes[] = {4, 8, 16, 20, 32, 48, 60, 64, 68, 76, 112, 128, 144, 192, 196, 208, 256, PIXELS_MAX};
    Random random = random_stream(11, 1);
    for (size_t count = 1; count <= TILE_ROWS; count++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            const Kind kind = (Kind)random_below(&random, KINDS);
            Tile tile = create_tile(count, sizes[i], kind, &random);
            check_bits(kernel, &tile);
            free_tile(&tile);
        }
}

// One pixel at a time, at every place of its group and of the tile, with the faintest and the brightest value.
static void check_single_pixels_by(const Kernel *kernel, bool goes_by_pairs)
{
    enum { PIXELS = 80 };
    static uint8_t images[TILE_ROWS][PIXELS];
    uint64_t lit[PIXELS / PAIR];
    Tile tile = {.count = TILE_ROWS, .pixels = PIXELS, .lit = lit, .goes_by_pairs = goes_by_pairs};
    for (size_t row = 0; row < TILE_ROWS; row++)
        tile.rows[row] = images[row];
    for (size_t row = 0; row < TILE_ROWS; row++)
        for (size_t pixel = 0; pixel < PIXELS; pixel++) {
            images[row][pixel] = pixel % 2 ? 1 : 255;
            kernel->find_lit(&tile);
            for (size_t group = 0; group < count_groups(&tile); group++)
                assert_true(lit[group] == (group == pixel / group_of(&tile) ? (uint64_t)1 << row : 0));
            images[row][pixel] = 0;
        }
}

static void check_single_pixels(const Kernel *kernel)
{
    check_single_pixels_by(kernel, false);
    check_single_pixels_by(kernel, true);
}

static void lit_groups_are_found(void **state)
{
    (void)state;
    isas_try_each(check_lit);
    isas_try_each(check_single_pixels);
}

// ---- products -----------------------------------------------------------------------------------------------------

typedef struct Matrices {
    float b[PIXELS_MAX * WIDE], bias[WIDE], c[PIXELS_MAX * WIDE], before[PIXELS_MAX * WIDE];
} Matrices;

static Matrices matrices;

static double worst; // relative to the sum of the terms' sizes

static void fill_matrices(Random *random)
{
    isas_fill(matrices.b, sizeof matrices.b / sizeof(float), random);
    isas_fill(matrices.bias, sizeof matrices.bias / sizeof(float), random);
    isas_fill(matrices.c, sizeof matrices.c / sizeof(float), random);
    memcpy(matrices.before, matrices.c, sizeof matrices.c);
}

static void check_element(const Kernel *kernel, const TileProduct *p, bool is_transposed, size_t row, size_t column)
{
    const Tile *tile = p->tile;
    const size_t at = row * p->c_stride + column, terms = is_transposed ? tile->count : tile->pixels;
    double sum = 0.0;
    if (is_transposed)
        sum = p->accumulate ? (double)matrices.before[at] : 0.0;
    else
        sum = p->bias ? (double)p->bias[column] : 0.0;
    double size = fabs(sum);
    for (size_t i = 0; i < terms; i++) {
        const uint8_t byte = is_transposed ? tile->rows[i][row] : tile->rows[row][i];
        const double term = byte / 255.0 * (double)p->b[i * p->b_stride + column];
        sum += term;
        size += fabs(term);
    }
    const double error = fabs((double)p->c[at] - sum);
    worst = size > 0.0 ? fmax(worst, error / size) : worst;
    if (!(error <= 6e-7 * size))
        fail_msg("%s: %s of %zu images, %zu pixels, n = %zu at (%zu, %zu): %g, expected %g", kernel->name,
                 is_transposed ? "transposed product" : "product", tile->count, tile->pixels, p->n, row, column,
                 (double)p->c[at], sum);
}

static void check_product(const Kernel *kernel, const TileProduct *p, bool is_transposed)
{
    const size_t rows = is_transposed ? p->tile->pixels : p->tile->count;
    (is_transposed ? kernel->multiply_tile_transposed : kernel->multiply_tile)(p);
    for (size_t row = 0; row < rows; row++)
        for (size_t column = 0; column < p->n; column++)
            check_element(kernel, p, is_transposed, row, column);
    for (size_t i = 0; i < PIXELS_MAX * WIDE; i++) // beside and behind the product nothing is written
        if (i / p->c_stride >= rows || i % p->c_stride >= p->n)
            assert_true(matrices.c[i] == matrices.before[i]);
}

static void try_product(const Kernel *kernel, size_t count, size_t pixels, size_t n, Random *random)
{
    const bool is_transposed = random_below(random, 2) == 0;
    Tile tile = create_tile(count, pixels, (Kind)random_below(random, KINDS), random);
    fill_matrices(random);
    kernel->find_lit(&tile);
    check_product(kernel,
                  &(TileProduct){
                      .tile = &tile,
                      .n = n,
                      .b = matrices.b,
                      .b_stride = n + random_below(random, 2) * GAP,
                      .c = matrices.c,
                      .c_stride = n + random_below(random, 2) * GAP,
                      .bias = !is_transposed && random_below(random, 2) == 0 ? matrices.bias : NULL,
                      .accumulate = is_transposed && random_below(random, 2) == 0,
                  },
                  is_transposed);
    free_tile(&tile);
}

static void check_products(const Kernel *kernel)
{
    static const size_t sizes[] = {4, 16, 28, 48, 112, 192};
    Random random = random_stream(12, 1);
    worst = 0.0;
    for (size_t count = 1; count <= TILE_ROWS; count++)
        for (size_t n = 16; n <= COLUMNS_MAX; n += 16)
            try_product(kernel, count, sizes[random_below(&random, sizeof sizes / sizeof *sizes)], n, &random);
    for (int i = 0; i < 8; i++)
        try_product(kernel, 1 + random_below(&random, TILE_ROWS), PIXELS_MAX, 16 + 16 * random_below(&random, 3),
                    &random);
    printf("%-7s products with images: error %.1e of the terms' sizes\n", kernel->name, worst);
}

// Without light there is nothing to add: what comes out is the start, bit for bit.
static void check_dark_products(const Kernel *kernel)
{
    enum { N = 48, PIXELS = 64 };
    Random random = random_stream(13, 1);
    Tile tile = create_tile(37, PIXELS, ALL_ZERO, &random);
    kernel->find_lit(&tile);
    TileProduct p = {
        .tile = &tile, .n = N, .b = matrices.b, .b_stride = N, .c = matrices.c, .c_stride = N, .bias = matrices.bias};
    fill_matrices(&random);
    for (size_t i = 0; i < PIXELS * N; i++)
        matrices.b[i] = INFINITY; // 0 times this would show
    kernel->multiply_tile(&p);
    for (size_t i = 0; i < tile.count * N; i++)
        assert_true(matrices.c[i] == matrices.bias[i % N]);
    memcpy(matrices.before, matrices.c, sizeof matrices.c);
    p.accumulate = true;
    kernel->multiply_tile_transposed(&p);
    assert_memory_equal(matrices.c, matrices.before, sizeof matrices.c);
    p.accumulate = false;
    kernel->multiply_tile_transposed(&p);
    for (size_t i = 0; i < PIXELS * N; i++)
        assert_true(matrices.c[i] == 0.0f);
    free_tile(&tile);
}

// An accumulated sum is the same as one that is added later.
static void check_pieces(const Kernel *kernel)
{
    enum { N = 32, PIXELS = 48 };
    static float piece[PIXELS * N];
    Random random = random_stream(14, 1);
    Tile tile = create_tile(50, PIXELS, HALF, &random);
    kernel->find_lit(&tile);
    fill_matrices(&random);
    TileProduct p = {.tile = &tile, .n = N, .b = matrices.b, .b_stride = N, .c = piece, .c_stride = N};
    kernel->multiply_tile_transposed(&p);
    p.c = matrices.c;
    p.accumulate = true;
    kernel->multiply_tile_transposed(&p);
    for (size_t i = 0; i < PIXELS * N; i++)
        assert_true(matrices.c[i] == matrices.before[i] + piece[i]);
    free_tile(&tile);
}

static void products_agree_with_naive_sums(void **state)
{
    (void)state;
    isas_try_each(check_products);
    isas_try_each(check_dark_products);
    isas_try_each(check_pieces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lit_groups_are_found),
        cmocka_unit_test(products_agree_with_naive_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
