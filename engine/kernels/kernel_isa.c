// The hot loops. Compiled once per instruction set (vector.h); kernel_select.c chooses.
#include "kernels/kernel.h"

#include <assert.h>

#include "kernels/vector.h"
#include "random.h"

// A block of C is held in registers: 8 x 3 vectors where there are 32 registers, 4 x 3 with 16.
#if LANES == 16
enum { BLOCK_ROWS = 8, BLOCK_VECS = 3 };
#else
enum { BLOCK_ROWS = 4, BLOCK_VECS = 3 };
#endif

INLINE void multiply_block(const Product *p, size_t row, size_t column, const int rows, const int vecs)
{
    Vec sum[BLOCK_ROWS][BLOCK_VECS];
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 8
        for (int j = 0; j < vecs; j++)
            sum[i][j] = (Vec){0};
    const float *a = p->a + row * p->a_row;
    const float *b = p->b + column;
    const size_t a_row = p->a_row, a_column = p->a_column, b_stride = p->b_stride;
    for (size_t l = p->k; l > 0; l--) {
        Vec right[BLOCK_VECS];
#pragma GCC unroll 8
        for (int j = 0; j < vecs; j++)
            right[j] = vec_load(b + (size_t)j * LANES);
#pragma GCC unroll 8
        for (int i = 0; i < rows; i++) {
            const Vec left = vec_all(a[(size_t)i * a_row]);
#pragma GCC unroll 8
            for (int j = 0; j < vecs; j++)
                sum[i][j] += left * right[j];
        }
        a += a_column;
        b += b_stride;
    }
    float *const c = p->c + row * p->c_stride + column;
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 8
        for (int j = 0; j < vecs; j++) {
            float *const at = c + (size_t)i * p->c_stride + (size_t)j * LANES;
            Vec value = sum[i][j];
            if (p->accumulate)
                value += vec_load(at);
            else if (p->bias)
                value += vec_load(p->bias + column + (size_t)j * LANES);
            vec_store(at, value);
        }
}

// Part of a single row, from those l alone whose a is not 0. Sums in several ways at a time, so that the multipliers do
// not wait for each other.
INLINE void multiply_row_block(const Product *p, size_t row, size_t column, const uint16_t *list, size_t count,
                               const int vecs, const size_t ways)
{
    Vec sum[4][8] = {{{0}}};
    const float *a = p->a + row * p->a_row, *b = p->b + column;
    size_t i = 0;
    for (; i + ways <= count; i += ways)
#pragma GCC unroll 4
        for (size_t way = 0; way < ways; way++)
#pragma GCC unroll 8
            for (int j = 0; j < vecs; j++)
                sum[way][j] +=
                    a[list[i + way] * p->a_column] * vec_load(b + list[i + way] * p->b_stride + (size_t)j * LANES);
    for (; i < count; i++)
#pragma GCC unroll 8
        for (int j = 0; j < vecs; j++)
            sum[0][j] += a[list[i] * p->a_column] * vec_load(b + list[i] * p->b_stride + (size_t)j * LANES);
    float *const c = p->c + row * p->c_stride + column;
    const float *const start = p->accumulate ? c : p->bias ? p->bias + column : NULL;
#pragma GCC unroll 8
    for (int j = 0; j < vecs; j++) {
#pragma GCC unroll 4
        for (size_t way = 1; way < ways; way++)
            sum[0][j] += sum[way][j];
        vec_store(c + (size_t)j * LANES, start ? sum[0][j] + vec_load(start + (size_t)j * LANES) : sum[0][j]);
    }
}

static void multiply_row(const Product *p, size_t row)
{
    assert(p->k <= PRODUCT_DEPTH_MAX);
    uint16_t list[PRODUCT_DEPTH_MAX];
    size_t count = 0;
    for (size_t l = 0; l < p->k; l++) {
        list[count] = (uint16_t)l;
        count += p->a[row * p->a_row + l * p->a_column] != 0.0f;
    }
    size_t column = 0;
    for (; column + 8 * LANES <= p->n; column += 8 * LANES)
        multiply_row_block(p, row, column, list, count, 8, 1);
    for (; column + 2 * LANES <= p->n; column += 2 * LANES)
        multiply_row_block(p, row, column, list, count, 2, 4);
    for (; column < p->n; column += LANES)
        multiply_row_block(p, row, column, list, count, 1, 4);
}

static void multiply(const Product *p)
{
    const size_t rows = p->m / BLOCK_ROWS * BLOCK_ROWS;
    size_t column = 0;
    for (; column + BLOCK_VECS * LANES <= p->n; column += BLOCK_VECS * LANES)
        for (size_t row = 0; row < rows; row += BLOCK_ROWS)
            multiply_block(p, row, column, BLOCK_ROWS, BLOCK_VECS);
    for (; column + 2 * LANES <= p->n; column += 2 * LANES)
        for (size_t row = 0; row < rows; row += BLOCK_ROWS)
            multiply_block(p, row, column, BLOCK_ROWS, 2);
    for (; column < p->n; column += LANES)
        for (size_t row = 0; row < rows; row += BLOCK_ROWS)
            multiply_block(p, row, column, BLOCK_ROWS, 1);
    for (size_t row = rows; row < p->m; row++)
        multiply_row(p, row);
}

// ---- tiles of images ----------------------------------------------------------------------------------------------

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

static void find_lit(const Tile *tile)
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

static void multiply_tile(const TileProduct *p)
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

static void multiply_tile_transposed(const TileProduct *p)
{
    size_t column = 0;
    for (; column + TILE_VECS * LANES <= p->n; column += TILE_VECS * LANES)
        multiply_tile_transposed_strip(p, column, TILE_VECS);
    for (; column < p->n; column += LANES)
        multiply_tile_transposed_strip(p, column, 1);
}

static void bytes_to_floats(const uint8_t *restrict bytes, float *restrict values, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        vec_store(values + i, vec_load_bytes(bytes + i));
    for (; i < n; i++)
        values[i] = byte_values[bytes[i]];
}

static void sum_rows(const float *rows, size_t stride, size_t count, size_t n, float *sums, bool accumulate)
{
    for (size_t column = 0; column < n; column += LANES) {
        Vec sum = {0};
        for (size_t row = 0; row < count; row++)
            sum += vec_load(rows + row * stride + column);
        vec_store(sums + column, accumulate ? vec_load(sums + column) + sum : sum);
    }
}

static void add_parts(const float *const *parts, int count, size_t offset, const float *bias, size_t rows, size_t n,
                      float *sums)
{
    for (size_t column = 0; column < n; column += LANES) {
        const Vec start = bias ? vec_load(bias + column) : (Vec){0};
        for (size_t row = 0; row < rows; row++) {
            Vec sum = start;
            for (int i = 0; i < count; i++)
                sum += vec_load(parts[i] + offset + row * n + column);
            vec_store(sums + row * n + column, sum);
        }
    }
}

typedef float Four __attribute__((vector_size(16)));

INLINE void transpose_4x4(const float *from, size_t from_stride, float *to, size_t to_stride)
{
    Four row[4], pair[4];
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++)
        memcpy(&row[i], from + i * from_stride, sizeof row[i]);
    pair[0] = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
    pair[1] = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
    pair[2] = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
    pair[3] = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
    row[0] = __builtin_shufflevector(pair[0], pair[1], 0, 1, 4, 5);
    row[1] = __builtin_shufflevector(pair[0], pair[1], 2, 3, 6, 7);
    row[2] = __builtin_shufflevector(pair[2], pair[3], 0, 1, 4, 5);
    row[3] = __builtin_shufflevector(pair[2], pair[3], 2, 3, 6, 7);
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++)
        memcpy(to + i * to_stride, &row[i], sizeof row[i]);
}

static void transpose(const float *from, size_t from_stride, size_t rows, size_t columns, float *to, size_t to_stride)
{
    const size_t whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
    for (size_t column = 0; column < whole_columns; column += 4)
        for (size_t row = 0; row < whole_rows; row += 4)
            transpose_4x4(from + row * from_stride + column, from_stride, to + column * to_stride + row, to_stride);
    for (size_t column = 0; column < columns; column++)
        for (size_t row = column < whole_columns ? whole_rows : 0; row < rows; row++)
            to[column * to_stride + row] = from[row * from_stride + column];
}

static void scale(float *restrict values, const float *restrict factors, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] *= factors[i];
}

// x - x is 0 for every finite x and NaN for all others, and a sum keeps a NaN.
static bool is_finite(const float *values, size_t n)
{
    Vec sum = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        sum += vec_load(values + i) - vec_load(values + i);
    if (i < n)
        sum += vec_load_part(values + i, n - i) - vec_load_part(values + i, n - i);
    return vec_sum(sum) == 0.0f;
}

// 32 well-mixed bits for each lane's counter (the "lowbias32" multipliers found by Chris Wellons, public domain).
INLINE VecInt hash_lanes(VecInt x)
{
    VecBits h = (VecBits)x;
    h ^= h >> 16;
    h *= 0x7feb352du;
    h ^= h >> 15;
    h *= 0x846ca68bu;
    h ^= h >> 16;
    return (VecInt)h;
}

// Box and Muller, 1958, in float: a radius from one hash, an angle from another; cosine and sine by Taylor's
// polynomials on a quarter turn. Only the cosine is used, so that each value stands on its own index.
static void add_noise(float *values, size_t n, float sigma, uint64_t key)
{
    VecInt lane;
    for (int i = 0; i < LANES; i++)
        lane[i] = i;
    const int32_t key1 = (int32_t)(uint32_t)key;
    const uint32_t key2 = (uint32_t)(random_mix(key) >> 32);
    for (size_t i = 0; i < n; i += LANES) {
        const size_t part = n - i < LANES ? n - i : LANES;
        const VecInt index = lane + (int32_t)i;
        const VecInt bits1 = hash_lanes((VecInt)((VecBits)hash_lanes(index ^ key1) + key2));
        const VecInt bits2 = hash_lanes(bits1 ^ key1 ^ 0x5bd1e995);
        // u in (0, 1], so that its logarithm is finite; turn in [-1/2, 1/2)
        const Vec u = (__builtin_convertvector((bits1 >> 8) & 0x00ffffff, Vec) + 1.0f) * 0x1p-24f;
        const Vec turn = __builtin_convertvector(bits2 >> 8, Vec) * 0x1p-24f;
        const Vec radius = vec_sqrt(-2.0f * vec_log(u));
        // cos(2 pi turn) = sin(pi/2 - 2 pi |turn|), the argument in [-pi/2, pi/2]
        const Vec x = 1.57079633f - 6.28318531f * vec_abs(turn), x2 = x * x;
        Vec s = vec_all(-2.5052108e-8f);
        s = s * x2 + 2.7557319e-6f;
        s = s * x2 - 1.9841270e-4f;
        s = s * x2 + 8.3333333e-3f;
        s = s * x2 - 0.16666667f;
        s = s * x2 * x + x;
        const Vec clean = part == LANES ? vec_load(values + i) : vec_load_part(values + i, part);
        const Vec noisy = vec_at_most(vec_at_least(clean + sigma * radius * s, 0.0f), 1.0f);
        if (part == LANES)
            vec_store(values + i, noisy);
        else
            vec_store_part(values + i, noisy, part);
    }
}

extern const ActivationTable PER_ISA(activation_tables)[];
extern const Loss PER_ISA(losses)[];
extern TrainOutput *const *const PER_ISA(train_table)[];
extern MeasureOutput *const PER_ISA(measure_table)[];
extern const OptimizerTable PER_ISA(optimizer_table);

#define STRING_(x) #x
#define STRING(x)  STRING_(x)

const Kernel PER_ISA(kernel);
const Kernel PER_ISA(kernel) = {
    .name = STRING(ISA),
    .activations = PER_ISA(activation_tables),
    .losses = PER_ISA(losses),
    .optimizers = &PER_ISA(optimizer_table),
    .multiply = multiply,
    .find_lit = find_lit,
    .multiply_tile = multiply_tile,
    .multiply_tile_transposed = multiply_tile_transposed,
    .bytes_to_floats = bytes_to_floats,
    .sum_rows = sum_rows,
    .add_parts = add_parts,
    .scale = scale,
    .transpose = transpose,
    .is_finite = is_finite,
    .train = PER_ISA(train_table),
    .measure = PER_ISA(measure_table),
    .add_noise = add_noise,
};
