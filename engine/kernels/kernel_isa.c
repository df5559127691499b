// A kernel's table, and its small loops. Compiled once for each instruction set (vector.h); kernel_select.c chooses.
#include "kernels/kernel_parts.h"
#include "kernels/vector.h"

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
    UNROLLED (size_t i = 0; i < 4; i++)
        memcpy(&row[i], from + i * from_stride, sizeof row[i]);
    pair[0] = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
    pair[1] = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
    pair[2] = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
    pair[3] = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
    row[0] = __builtin_shufflevector(pair[0], pair[1], 0, 1, 4, 5);
    row[1] = __builtin_shufflevector(pair[0], pair[1], 2, 3, 6, 7);
    row[2] = __builtin_shufflevector(pair[2], pair[3], 0, 1, 4, 5);
    row[3] = __builtin_shufflevector(pair[2], pair[3], 2, 3, 6, 7);
    UNROLLED (size_t i = 0; i < 4; i++)
        memcpy(to + i * to_stride, &row[i], sizeof row[i]);
}

// Where four don't divide a side, its last block begins in the one before.
static void transpose(const float *from, size_t from_stride, size_t rows, size_t columns, float *to, size_t to_stride)
{
    const bool is_small = rows < 4 || columns < 4;
    for (size_t i = 0; is_small && i < rows * columns; i++)
        to[i / rows * to_stride + i % rows] = from[i % rows * from_stride + i / rows];
    for (size_t x = 0; !is_small && x < columns; x += 4)
        for (size_t y = 0; y < rows; y += 4) {
            const size_t row = y + 4 <= rows ? y : rows - 4, column = x + 4 <= columns ? x : columns - 4;
            transpose_4x4(from + row * from_stride + column, from_stride, to + column * to_stride + row, to_stride);
        }
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

#define STRING_(x) #x
#define STRING(x)  STRING_(x)

const Kernel PER_ISA(kernel);
const Kernel PER_ISA(kernel) = {
    .name = STRING(ISA),
    .activations = PER_ISA(activation_tables),
    .losses = PER_ISA(losses),
    .optimizers = &PER_ISA(optimizer_table),
    .multiply = PER_ISA(multiply),
    .multiply_windows = PER_ISA(multiply_windows),
    .multiply_lanes = PER_ISA(multiply_lanes),
    .add_lane_dots = PER_ISA(add_lane_dots),
    .add_lane_sums = PER_ISA(add_lane_sums),
    .unpool_lanes = PER_ISA(unpool_lanes),
    .turn_patch_inputs = PER_ISA(turn_patch_inputs),
    .turn_patch_slopes = PER_ISA(turn_patch_slopes),
    .finish_patches = PER_ISA(finish_patches),
    .turn_patch_weights = PER_ISA(turn_patch_weights),
    .add_patch_gradient = PER_ISA(add_patch_gradient),
    .copy_rows = PER_ISA(copy_rows),
    .add_rows = PER_ISA(add_rows),
    .join_rows = PER_ISA(join_rows),
    .double_rows = PER_ISA(double_rows),
    .pool_rows = PER_ISA(pool_rows),
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
    .normalise = PER_ISA(normalise),
    .find_powers = PER_ISA(find_powers),
    .find_scales = PER_ISA(find_scales),
    .add_row_sums = PER_ISA(add_row_sums),
    .share_slopes = PER_ISA(share_slopes),
    .add_noise = PER_ISA(add_noise),
    .mask_bytes = PER_ISA(mask_bytes),
    .salt_bytes = PER_ISA(salt_bytes),
    .draw_bits = PER_ISA(draw_bits),
};
