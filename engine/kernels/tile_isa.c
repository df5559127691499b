// Images as they are stored: the products of a tile, and their bytes as floats. Compiled once for each instruction set
// (vector.h).
#include "kernels/kernel_parts.h"
#include "kernels/vector.h"

enum { LIT_VECS = 3, HALF_ROWS = TILE_ROWS / 2 }; // vectors worked on together; a lane has 32 bits

typedef uint16_t VecHalves __attribute__((vector_size(LANES * 2)));

// A group of pixels in each lane; zeros behind what there is.
INLINE VecInt load_groups(const uint8_t *bytes, size_t n, const size_t group)
{
    VecInt quads = {0};
    VecHalves pairs = {0};
    if (group == PAIR) {
        memcpy(&pairs, bytes, n);
        return __builtin_convertvector(pairs, VecInt);
    }
    memcpy(&quads, bytes, n);
    return quads;
}

INLINE void find_lit_block(const Tile *tile, size_t at, const size_t vecs, const size_t last, const size_t group)
{
    VecInt lit[2][LIT_VECS] = {{{0}}};
    UNROLLED (size_t half = 0; half < 2; half++) {
        VecBits bit = (VecBits){0} + 1;
        const size_t first = half * HALF_ROWS, end = tile->count < first + HALF_ROWS ? tile->count : first + HALF_ROWS;
        for (size_t row = first; row < end; row++) {
            const uint8_t *bytes = tile->rows[row] + at * group;
            UNROLLED (size_t i = 0; i < vecs; i++) {
                const VecInt values =
                    load_groups(bytes + i * LANES * group, (i + 1 < vecs ? LANES : last) * group, group);
                lit[half][i] |= (values != 0) & (VecInt)bit;
            }
            bit += bit;
        }
    }
    for (size_t i = 0; i < vecs; i++)
        for (size_t lane = 0; lane < (i + 1 < vecs ? LANES : last); lane++)
            tile->lit[at + i * LANES + lane] =
                (uint64_t)(uint32_t)lit[1][i][lane] << HALF_ROWS | (uint32_t)lit[0][i][lane];
}

INLINE void find_lit_groups(const Tile *tile, const size_t group)
{
    const size_t groups = tile->pixels / group;
    size_t at = 0;
    for (; at + LIT_VECS * LANES <= groups; at += LIT_VECS * LANES)
        find_lit_block(tile, at, LIT_VECS, LANES, group);
    for (; at + LANES <= groups; at += LANES)
        find_lit_block(tile, at, 1, LANES, group);
    if (at < groups)
        find_lit_block(tile, at, 1, groups - at, group);
}

void PER_ISA(find_lit)(const Tile *tile)
{
    if (tile->goes_by_pairs)
        find_lit_groups(tile, PAIR);
    else
        find_lit_groups(tile, QUAD);
}

#define BYTE_VALUES_4(b)  (b) / 255.0f, ((b) + 1) / 255.0f, ((b) + 2) / 255.0f, ((b) + 3) / 255.0f
#define BYTE_VALUES_16(b) BYTE_VALUES_4(b), BYTE_VALUES_4((b) + 4), BYTE_VALUES_4((b) + 8), BYTE_VALUES_4((b) + 12)
#define BYTE_VALUES_64(b)                                                                                              \
    BYTE_VALUES_16(b), BYTE_VALUES_16((b) + 16), BYTE_VALUES_16((b) + 32), BYTE_VALUES_16((b) + 48)
static const float byte_values[256] = {BYTE_VALUES_64(0), BYTE_VALUES_64(64), BYTE_VALUES_64(128), BYTE_VALUES_64(192)};

// The values of one group of an image's pixels, each in all lanes.
INLINE void load_group(const uint8_t *bytes, Vec values[QUAD], const size_t group)
{
    UNROLLED (size_t i = 0; i < group; i++)
        values[i] = vec_all(byte_values[bytes[i]]);
}

// Columns worked on together: with more of them a group of pixels is looked up less often. All images' share of them
// lies in one piece of memory meanwhile: rows that are a power of two apart would push each other out of the cache.
#if LANES == 16
enum { TILE_VECS = 4 };
#else
enum { TILE_VECS = 2 };
#endif

INLINE void multiply_tile_strip(const TileProduct *p, size_t column, const int vecs, const size_t group)
{
    const Tile *tile = p->tile;
    Vec sums[TILE_ROWS][TILE_VECS];
    for (size_t row = 0; row < tile->count; row++)
        for (int j = 0; j < vecs; j++)
            sums[row][j] = p->bias ? vec_load(p->bias + column + (size_t)j * LANES) : (Vec){0};
    for (size_t at = 0; at < tile->pixels / group; at++) {
        uint64_t lit = tile->lit[at];
        Vec weights[QUAD][TILE_VECS];
        UNROLLED (size_t i = 0; i < group; i++)
            UNROLLED (int j = 0; j < vecs; j++)
                weights[i][j] = vec_load(p->b + (at * group + i) * p->b_stride + column + (size_t)j * LANES);
        for (; lit; lit &= lit - 1) {
            const size_t row = (size_t)__builtin_ctzll(lit);
            Vec x[QUAD];
            load_group(tile->rows[row] + at * group, x, group);
            UNROLLED (int j = 0; j < vecs; j++) {
                Vec sum = sums[row][j];
                UNROLLED (size_t i = 0; i < group; i++)
                    sum += x[i] * weights[i][j];
                sums[row][j] = sum;
            }
        }
    }
    for (size_t row = 0; row < tile->count; row++)
        for (int j = 0; j < vecs; j++)
            vec_store(p->c + row * p->c_stride + column + (size_t)j * LANES, sums[row][j]);
}

INLINE void multiply_tile_groups(const TileProduct *p, const size_t group)
{
    size_t column = 0;
    for (; column + TILE_VECS * LANES <= p->n; column += TILE_VECS * LANES)
        multiply_tile_strip(p, column, TILE_VECS, group);
    for (; column + 2 * LANES <= p->n; column += 2 * LANES)
        multiply_tile_strip(p, column, 2, group);
    for (; column < p->n; column += LANES)
        multiply_tile_strip(p, column, 1, group);
}

void PER_ISA(multiply_tile)(const TileProduct *p)
{
    if (p->tile->goes_by_pairs)
        multiply_tile_groups(p, PAIR);
    else
        multiply_tile_groups(p, QUAD);
}

INLINE void multiply_tile_transposed_strip(const TileProduct *p, size_t column, const int vecs, const size_t group)
{
    const Tile *tile = p->tile;
    Vec right[TILE_ROWS][TILE_VECS];
    for (size_t row = 0; row < tile->count; row++)
        for (int j = 0; j < vecs; j++)
            right[row][j] = vec_load(p->b + row * p->b_stride + column + (size_t)j * LANES);
    for (size_t at = 0; at < tile->pixels / group; at++) {
        Vec sum[QUAD][TILE_VECS];
        UNROLLED (size_t i = 0; i < group; i++)
            UNROLLED (int j = 0; j < vecs; j++)
                sum[i][j] = (Vec){0};
        for (uint64_t lit = tile->lit[at]; lit; lit &= lit - 1) {
            const size_t row = (size_t)__builtin_ctzll(lit);
            Vec x[QUAD];
            load_group(tile->rows[row] + at * group, x, group);
            UNROLLED (size_t i = 0; i < group; i++)
                UNROLLED (int j = 0; j < vecs; j++)
                    sum[i][j] += x[i] * right[row][j];
        }
        UNROLLED (size_t i = 0; i < group; i++)
            UNROLLED (int j = 0; j < vecs; j++) {
                float *const to = p->c + (at * group + i) * p->c_stride + column + (size_t)j * LANES;
                vec_store(to, p->accumulate ? vec_load(to) + sum[i][j] : sum[i][j]);
            }
    }
}

INLINE void multiply_tile_transposed_groups(const TileProduct *p, const size_t group)
{
    size_t column = 0;
    for (; column + TILE_VECS * LANES <= p->n; column += TILE_VECS * LANES)
        multiply_tile_transposed_strip(p, column, TILE_VECS, group);
    for (; column + 2 * LANES <= p->n; column += 2 * LANES)
        multiply_tile_transposed_strip(p, column, 2, group);
    for (; column < p->n; column += LANES)
        multiply_tile_transposed_strip(p, column, 1, group);
}

void PER_ISA(multiply_tile_transposed)(const TileProduct *p)
{
    if (p->tile->goes_by_pairs)
        multiply_tile_transposed_groups(p, PAIR);
    else
        multiply_tile_transposed_groups(p, QUAD);
}

void PER_ISA(bytes_to_floats)(const uint8_t *restrict bytes, float *restrict values, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        vec_store(values + i, vec_load_bytes(bytes + i));
    for (; i < n; i++)
        values[i] = byte_values[bytes[i]];
}
