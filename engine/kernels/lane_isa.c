// Pictures of LANE_IMAGES images side by side: every vector is one pixel of them all, so that no window has to be cut
// out and no lane is idle at an edge. Compiled once for each instruction set (vector.h).
#include "kernels/kernel_parts.h"
#include "kernels/vector.h"

// Registers of a block of sums: 24 where there are 32, 12 with 16.
#if LANES == 16
enum { BLOCK_ROWS = 8 };
#else
enum { BLOCK_ROWS = 4 };
#endif

enum { SUMS_MAX = 9 };

// ---- product ------------------------------------------------------------------------------------------------------

INLINE void multiply_block(const LaneProduct *p, size_t channel, const float *b, float *c, const int rows,
                           const int columns)
{
    Vec sum[SUMS_MAX][SUMS_MAX];
    UNROLLED (int i = 0; i < rows; i++)
        UNROLLED (int j = 0; j < columns; j++)
            sum[i][j] = vec_all(p->start ? p->start[channel + (size_t)i] : 0.0f);
    const float *a = p->a + channel;
    const size_t step = p->b_column;
    for (size_t l = 0; l < p->k; l++, a += p->a_stride) {
        const float *const right = b + p->b_at[l];
        Vec values[SUMS_MAX];
        UNROLLED (int j = 0; j < columns; j++)
            values[j] = vec_load(right + (size_t)j * step);
        UNROLLED (int i = 0; i < rows; i++) {
            const Vec factor = vec_all(a[i]);
            UNROLLED (int j = 0; j < columns; j++)
                sum[i][j] += factor * values[j];
        }
    }
    UNROLLED (int i = 0; i < rows; i++)
        UNROLLED (int j = 0; j < columns; j++)
            vec_store(c + (channel + (size_t)i) * p->c_plane + (size_t)j * p->c_column, sum[i][j]);
}

// Some pixels beside each other, all channels.
INLINE void multiply_pixels(const LaneProduct *p, const float *b, float *c, const int columns)
{
    size_t channel = 0;
    for (; channel + BLOCK_ROWS <= p->m; channel += BLOCK_ROWS)
        multiply_block(p, channel, b, c, BLOCK_ROWS, columns);
    for (; channel + 2 <= p->m; channel += 2)
        multiply_block(p, channel, b, c, 2, columns);
    if (channel < p->m)
        multiply_block(p, channel, b, c, 1, columns);
}

INLINE void multiply_line(const LaneProduct *p, const float *b, float *c, const int columns)
{
    size_t x = 0;
    for (; x + (size_t)columns <= p->columns; x += (size_t)columns)
        multiply_pixels(p, b + x * p->b_column, c + x * p->c_column, columns);
    for (; x + 2 <= p->columns; x += 2)
        multiply_pixels(p, b + x * p->b_column, c + x * p->c_column, 2);
    if (x < p->columns)
        multiply_pixels(p, b + x * p->b_column, c + x * p->c_column, 1);
}

void PER_ISA(multiply_lanes)(const LaneProduct *p)
{
    for (size_t lane = 0; lane < LANE_IMAGES; lane += LANES)
        for (size_t y = 0; y < p->rows; y++) {
            const float *const b = p->b + y * p->b_row + lane;
            float *const c = p->c + y * p->c_row + lane;
            if (p->m == 1)
                multiply_line(p, b, c, 8);
            else
                multiply_line(p, b, c, 3);
        }
}

// ---- dot products -------------------------------------------------------------------------------------------------

// In halves: in order it would wait for each lane.
INLINE float sum_lanes(Vec v)
{
#if LANES == 16
    v += __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
#elif LANES == 8
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
#else
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1);
#endif
    return v[0] + v[1];
}

INLINE void dot_block(const LaneDots *p, size_t row, size_t column, const int rows, const int columns)
{
    Vec sum[SUMS_MAX][SUMS_MAX];
    UNROLLED (int i = 0; i < rows; i++)
        UNROLLED (int j = 0; j < columns; j++)
            sum[i][j] = (Vec){0};
    for (size_t y = 0; y < p->rows; y++)
        for (size_t lane = 0; lane < LANE_IMAGES; lane += LANES) {
            const float *const a = p->a + y * p->a_row + lane;
            const float *b = p->b + column * p->b_plane + y * p->b_row + lane, *left[SUMS_MAX];
            UNROLLED (int i = 0; i < rows; i++)
                left[i] = a + p->a_at[row + (size_t)i];
            for (size_t x = 0; x < p->columns; x++, b += p->b_column) {
                Vec values[SUMS_MAX];
                UNROLLED (int i = 0; i < rows; i++)
                    values[i] = vec_load(left[i] + x * p->a_column);
                UNROLLED (int j = 0; j < columns; j++) {
                    const Vec right = vec_load(b + (size_t)j * p->b_plane);
                    UNROLLED (int i = 0; i < rows; i++)
                        sum[i][j] += values[i] * right;
                }
            }
        }
    UNROLLED (int i = 0; i < rows; i++)
        UNROLLED (int j = 0; j < columns; j++)
            p->c[(row + (size_t)i) * p->c_stride + column + (size_t)j] += sum_lanes(sum[i][j]);
}

INLINE void dot_columns(const LaneDots *p, size_t column, const int rows, const int columns)
{
    size_t row = 0;
    for (; row + (size_t)rows <= p->m; row += (size_t)rows)
        dot_block(p, row, column, rows, columns);
    for (; row < p->m; row++)
        dot_block(p, row, column, 1, columns);
}

INLINE void dot_all(const LaneDots *p, const int rows, const int columns)
{
    size_t column = 0;
    for (; column + (size_t)columns <= p->n; column += (size_t)columns)
        dot_columns(p, column, rows, columns);
    for (; column + 2 <= p->n; column += 2)
        dot_columns(p, column, LANES == 16 ? 8 : 4, 2);
    if (column < p->n)
        dot_columns(p, column, 8, 1);
}

// Columns' pixels are read again for each block of rows: with few columns they stay in the nearest cache, and rows are
// as many as a channel often has.
void PER_ISA(add_lane_dots)(const LaneDots *p)
{
#if LANES == 16
    if (p->m % 9 == 0)
        dot_all(p, 9, 3);
    else
        dot_all(p, 8, 3);
#else
    dot_all(p, 3, 4);
#endif
}

void PER_ISA(add_lane_sums)(const LaneDots *p)
{
    for (size_t j = 0; j < p->n; j++) {
        Vec sum[4] = {{0}};
        for (size_t y = 0; y < p->rows; y++)
            for (size_t i = 0; i < p->columns * LANE_IMAGES; i += LANES)
                sum[i / LANES % 4] += vec_load(p->b + j * p->b_plane + y * p->b_row + i);
        p->c[j] += sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3]));
    }
}

// ---- pool (forward: activation_isa.c) -----------------------------------------------------------------------------

void PER_ISA(unpool_lanes)(const LaneUnpool *p)
{
    for (size_t i = 0; i < p->count * LANE_IMAGES; i += LANES) {
        const size_t left = i / LANE_IMAGES * 2 * LANE_IMAGES + i % LANE_IMAGES, right = left + LANE_IMAGES;
        const bool has_right = !(p->has_half && i / LANE_IMAGES + 1 == p->count);
        const Vec given = vec_load(p->upstream + i);
        const VecInt slope = (VecInt)(p->slopes ? given * vec_load(p->slopes + i) : given);
        const VecInt chosen = (VecInt)vec_load(p->chosen + i);
        vec_store(p->above + left, (Vec)(slope & (chosen == 0)));
        if (has_right)
            vec_store(p->above + right, (Vec)(slope & (chosen == 1)));
        if (p->below)
            vec_store(p->below + left, (Vec)(slope & (chosen == 2)));
        if (p->below && has_right)
            vec_store(p->below + right, (Vec)(slope & (chosen == 3)));
    }
}
