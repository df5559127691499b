// A kernel's table, and its small loops. Compiled once for each instruction set (vector.h); kernel_select.c chooses.
#include "kernels/kernel_parts.h"
#include "kernels/vector.h"
#include "random.h"

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

#define STRING_(x) #x
#define STRING(x)  STRING_(x)

const Kernel PER_ISA(kernel);
const Kernel PER_ISA(kernel) = {
    .name = STRING(ISA),
    .activations = PER_ISA(activation_tables),
    .losses = PER_ISA(losses),
    .optimizers = &PER_ISA(optimizer_table),
    .multiply = PER_ISA(multiply),
    .find_lit = PER_ISA(find_lit),
    .multiply_tile = PER_ISA(multiply_tile),
    .multiply_tile_transposed = PER_ISA(multiply_tile_transposed),
    .bytes_to_floats = PER_ISA(bytes_to_floats),
    .sum_rows = sum_rows,
    .add_parts = add_parts,
    .scale = scale,
    .transpose = transpose,
    .is_finite = is_finite,
    .train = PER_ISA(train_table),
    .measure = PER_ISA(measure_table),
    .add_noise = add_noise,
};
