// Images as they are stored: the products of a tile, and their bytes as floats. Compiled once for each instruction set
// (vector.h).
#include "kernels/kernel_parts.h"
#include "kernels/vector.h"

enum { LIT_VECS = 3, HALF_ROWS = TILE_ROWS / 2 }; // vectors worked on together; a lane has 32 bits

INLINE void find_lit_block(const Tile *tile, size_t quad, const size_t vecs, const size_t last_bytes)
{
    VecInt lit[2][LIT_VECS] = {{{0}}};
#pragma GCC unroll 2
    for (size_t half = 0; half < 2; half++) {
        VecBits bit = (VecBits){0} + 1;
        const size_t first = half * HALF_ROWS, end = tile->count < first + HALF_ROWS ? tile->count : first + HALF_ROWS;
        for (size_t row = first; row < end; row++) {
            const uint8_t *bytes = tile->rows[row] + quad * QUAD;
#pragma GCC unroll 4
            for (size_t i = 0; i < vecs; i++) {
                VecInt values = {0};
                memcpy(&values, bytes + i * sizeof values, i + 1 < vecs ? sizeof values : last_bytes);
                lit[half][i] |= (values != 0) & (VecInt)bit;
            }
            bit += bit;
        }
    }
    for (size_t i = 0; i < vecs; i++)
        for (size_t lane = 0; lane < (i + 1 < vecs ? LANES : last_bytes / QUAD); lane++)
            tile->lit[quad + i * LANES + lane] =
                (uint64_t)(uint32_t)lit[1][i][lane] << HALF_ROWS | (uint32_t)lit[0][i][lane];
}

void PER_ISA(find_lit)(const Tile *tile)
{
    const size_t quads = tile->pixels / QUAD;
    size_t quad = 0;
    for (; quad + LIT_VECS * LANES <= quads; quad += LIT_VECS * LANES)
        find_lit_block(tile, quad, LIT_VECS, sizeof(VecInt));
    for (; quad + LANES <= quads; quad += LANES)
        find_lit_block(tile, quad, 1, sizeof(VecInt));
    if (quad < quads)
        find_lit_block(tile, quad, 1, (quads - quad) * QUAD);
}

#define BYTE_VALUES_4(b)  (b) / 255.0f, ((b) + 1) / 255.0f, ((b) + 2) / 255.0f, ((b) + 3) / 255.0f
#define BYTE_VALUES_16(b) BYTE_VALUES_4(b), BYTE_VALUES_4((b) + 4), BYTE_VALUES_4((b) + 8), BYTE_VALUES_4((b) + 12)
#define BYTE_VALUES_64(b)                                                                                              \
    BYTE_VALUES_16(b), BYTE_VALUES_16((b) + 16), BYTE_VALUES_16((b) + 32), BYTE_VALUES_16((b) + 48)
static const float byte_values[256] = {BYTE_VALUES_64(0), BYTE_VALUES_64(64), BYTE_VALUES_64(128), BYTE_VALUES_64(192)};

// The values of one quad of an image, each in all lanes.
INLINE void load_quad(const uint8_t *bytes, Vec values[QUAD])
{
#pragma GCC unroll 4
    for (int i = 0; i < QUAD; i++)
        values[i] = vec_all(byte_values[bytes[i]]);
}

// Columns worked on together. All images' share of them lies in one piece of memory meanwhile: rows that are a power of
// two apart would push each other out of the cache.
enum { TILE_VECS = 2 };

INLINE void multiply_tile_strip(const TileProduct *p, size_t column, const int vecs)
{
    const Tile *tile = p->tile;
    Vec sums[TILE_ROWS][TILE_VECS];
    for (size_t row = 0; row < tile->count; row++)
        for (int j = 0; j < vecs; j++)
            sums[row][j] = p->bias ? vec_load(p->bias + column + (size_t)j * LANES) : (Vec){0};
    for (size_t quad = 0; quad < tile->pixels / QUAD; quad++) {
        uint64_t lit = tile->lit[quad];
        Vec weights[QUAD][TILE_VECS];
#pragma GCC unroll 4
        for (int i = 0; i < QUAD; i++)
#pragma GCC unroll 2
            for (int j = 0; j < vecs; j++)
                weights[i][j] = vec_load(p->b + (quad * QUAD + (size_t)i) * p->b_stride + column + (size_t)j * LANES);
        for (; lit; lit &= lit - 1) {
            const size_t row = (size_t)__builtin_ctzll(lit);
            Vec x[QUAD];
            load_quad(tile->rows[row] + quad * QUAD, x);
#pragma GCC unroll 2
            for (int j = 0; j < vecs; j++) {
                Vec sum = sums[row][j];
#pragma GCC unroll 4
                for (int i = 0; i < QUAD; i++)
                    sum += x[i] * weights[i][j];
                sums[row][j] = sum;
            }
        }
    }
    for (size_t row = 0; row < tile->count; row++)
        for (int j = 0; j < vecs; j++)
            vec_store(p->c + row * p->c_stride + column + (size_t)j * LANES, sums[row][j]);
}

void PER_ISA(multiply_tile)(const TileProduct *p)
{
    size_t column = 0;
    for (; column + TILE_VECS * LANES <= p->n; column += TILE_VECS * LANES)
        multiply_tile_strip(p, column, TILE_VECS);
    for (; column < p->n; column += LANES)
        multiply_tile_strip(p, column, 1);
}

INLINE void multiply_tile_transposed_strip(const TileProduct *p, size_t column, const int vecs)
{
    const Tile *tile = p->tile;
    Vec right[TILE_ROWS][TILE_VECS];
    for (size_t row = 0; row < tile->count; row++)
        for (int j = 0; j < vecs; j++)
            right[row][j] = vec_load(p->b + row * p->b_stride + column + (size_t)j * LANES);
    for (size_t quad = 0; quad < tile->pixels / QUAD; quad++) {
        Vec sum[QUAD][TILE_VECS];
#pragma GCC unroll 4
        for (int i = 0; i < QUAD; i++)
#pragma GCC unroll 2
            for (int j = 0; j < vecs; j++)
                sum[i][j] = (Vec){0};
        for (uint64_t lit = tile->lit[quad]; lit; lit &= lit - 1) {
            const size_t row = (size_t)__builtin_ctzll(lit);
            Vec x[QUAD];
            load_quad(tile->rows[row] + quad * QUAD, x);
#pragma GCC unroll 4
            for (int i = 0; i < QUAD; i++)
#pragma GCC unroll 2
                for (int j = 0; j < vecs; j++)
                    sum[i][j] += x[i] * right[row][j];
        }
#pragma GCC unroll 4
        for (int i = 0; i < QUAD; i++)
#pragma GCC unroll 2
            for (int j = 0; j < vecs; j++) {
                float *const at = p->c + (quad * QUAD + (size_t)i) * p->c_stride + column + (size_t)j * LANES;
                vec_store(at, p->accumulate ? vec_load(at) + sum[i][j] : sum[i][j]);
            }
    }
}

void PER_ISA(multiply_tile_transposed)(const TileProduct *p)
{
    size_t column = 0;
    for (; column + TILE_VECS * LANES <= p->n; column += TILE_VECS * LANES)
        multiply_tile_transposed_strip(p, column, TILE_VECS);
    for (; column < p->n; column += LANES)
        multiply_tile_transposed_strip(p, column, 1);
}

void PER_ISA(bytes_to_floats)(const uint8_t *restrict bytes, float *restrict values, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        vec_store(values + i, vec_load_bytes(bytes + i));
    for (; i < n; i++)
        values[i] = byte_values[bytes[i]];
}
