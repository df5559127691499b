// Products over pictures whose windows are not cut out: rows of the right side are places in padded planes. Compiled
// once for each instruction set (vector.h).
#include "kernels/kernel_parts.h"
#include "kernels/vector.h"

#if LANES == 16
enum { BLOCK_ROWS = 8, DOT_ROWS = 4, DOT_COLUMNS = 4 };
#else
enum { BLOCK_ROWS = 4, DOT_ROWS = 2, DOT_COLUMNS = 4 };
#endif

enum { BLOCK_VECS = 3, LINE_VECS = 8 };

// ---- product ------------------------------------------------------------------------------------------------------

INLINE void multiply_block(const WindowProduct *p, size_t row, size_t column, const int rows, const int vecs)
{
    Vec sum[BLOCK_ROWS][LINE_VECS];
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 8
        for (int j = 0; j < vecs; j++)
            sum[i][j] = vec_all(p->start ? p->start[row + (size_t)i] : 0.0f);
    const float *const a = p->a + row * p->a_row, *const b = p->b + column;
    const size_t a_row = p->a_row;
    for (size_t l = 0; l < p->k; l++) {
        const float *const left = a + p->a_at[l], *const right = b + p->b_at[l];
        Vec values[LINE_VECS];
#pragma GCC unroll 8
        for (int j = 0; j < vecs; j++)
            values[j] = vec_load(right + (size_t)j * LANES);
#pragma GCC unroll 8
        for (int i = 0; i < rows; i++) {
            const Vec factor = vec_all(left[(size_t)i * a_row]);
#pragma GCC unroll 8
            for (int j = 0; j < vecs; j++)
                sum[i][j] += factor * values[j];
        }
    }
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 8
        for (int j = 0; j < vecs; j++) {
            float *const at = p->c + (row + (size_t)i) * p->c_stride + column + (size_t)j * LANES;
            vec_store(at, p->accumulate ? sum[i][j] + vec_load(at) : sum[i][j]);
        }
}

// All columns of some rows: in steps of `vecs` vectors, the rest one by one.
INLINE void multiply_rows(const WindowProduct *p, size_t row, const int rows, const int vecs)
{
    size_t column = 0;
    for (; column + (size_t)vecs * LANES <= p->n; column += (size_t)vecs * LANES)
        multiply_block(p, row, column, rows, vecs);
    for (; column < p->n; column += LANES)
        multiply_block(p, row, column, rows, 1);
}

void PER_ISA(multiply_windows)(const WindowProduct *p)
{
    size_t row = 0;
    for (; row + BLOCK_ROWS <= p->m; row += BLOCK_ROWS)
        multiply_rows(p, row, BLOCK_ROWS, BLOCK_VECS);
    for (; row + 2 <= p->m; row += 2)
        multiply_rows(p, row, 2, BLOCK_VECS);
    for (; row < p->m; row++)
        multiply_rows(p, row, 1, LINE_VECS);
}

// ---- dot products -------------------------------------------------------------------------------------------------

INLINE void dot_block(const WindowDots *p, size_t row, size_t column, const int rows, const int columns)
{
    Vec sum[DOT_ROWS][DOT_COLUMNS];
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (int j = 0; j < columns; j++)
            sum[i][j] = (Vec){0};
    for (size_t image = 0; image < p->images; image++) {
        const float *a[DOT_ROWS], *const b = p->b + image * p->b_image + column * p->b_row;
#pragma GCC unroll 4
        for (int i = 0; i < rows; i++)
            a[i] = p->a + image * p->a_image + p->a_at[row + (size_t)i];
        for (size_t at = 0; at < p->length; at += LANES) {
            Vec left[DOT_ROWS];
#pragma GCC unroll 4
            for (int i = 0; i < rows; i++)
                left[i] = vec_load(a[i] + at);
#pragma GCC unroll 4
            for (int j = 0; j < columns; j++) {
                const Vec right = vec_load(b + (size_t)j * p->b_row + at);
#pragma GCC unroll 4
                for (int i = 0; i < rows; i++)
                    sum[i][j] += left[i] * right;
            }
        }
    }
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (int j = 0; j < columns; j++)
            p->c[(row + (size_t)i) * p->c_stride + column + (size_t)j] += vec_sum(sum[i][j]);
}

INLINE void dot_columns(const WindowDots *p, size_t column, const int columns)
{
    size_t row = 0;
    for (; row + DOT_ROWS <= p->m; row += DOT_ROWS)
        dot_block(p, row, column, DOT_ROWS, columns);
    for (; row < p->m; row++)
        dot_block(p, row, column, 1, columns);
}

void PER_ISA(add_window_dots)(const WindowDots *p)
{
    size_t column = 0;
    for (; column + DOT_COLUMNS <= p->n; column += DOT_COLUMNS)
        dot_columns(p, column, DOT_COLUMNS);
    for (; column < p->n; column++)
        dot_columns(p, column, 1);
}

// ---- planes -------------------------------------------------------------------------------------------------------

INLINE void copy_part(const float *from, float *to, size_t n) // n < LANES
{
#if LANES == 16
    const __mmask16 mask = (__mmask16)((1u << n) - 1u);
    _mm512_mask_storeu_ps(to, mask, _mm512_maskz_loadu_ps(mask, from));
#else
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
#endif
}

void PER_ISA(copy_rows)(const float *from, size_t from_pitch, float *to, size_t to_pitch, size_t rows, size_t width)
{
    for (size_t row = 0; row < rows; row++) {
        const float *const source = from + row * from_pitch;
        float *const target = to + row * to_pitch;
        size_t i = 0;
        for (; i + LANES <= width; i += LANES)
            vec_store(target + i, vec_load(source + i));
        copy_part(source + i, target + i, width - i);
    }
}

void PER_ISA(split_rows)(const float *restrict row, float *restrict even, float *restrict odd, size_t width)
{
    const size_t pairs = width / 2;
    for (size_t i = 0; i < pairs; i++) {
        even[i] = row[2 * i];
        odd[i] = row[2 * i + 1];
    }
    if (width % 2)
        even[pairs] = row[2 * pairs];
}

void PER_ISA(join_rows)(const float *restrict even, const float *restrict odd, float *restrict row, size_t width)
{
    const size_t pairs = width / 2;
    for (size_t i = 0; i < pairs; i++) {
        row[2 * i] = even[i];
        row[2 * i + 1] = odd[i];
    }
    if (width % 2)
        row[2 * pairs] = even[pairs];
}

void PER_ISA(double_rows)(const float *restrict from, float *restrict above, float *restrict below, size_t count)
{
    for (size_t i = 0; i < count; i++)
        above[2 * i] = above[2 * i + 1] = below[2 * i] = below[2 * i + 1] = from[i];
}

void PER_ISA(halve_rows)(const float *restrict above, const float *restrict below, float *restrict out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (above[2 * i] + above[2 * i + 1]) + (below[2 * i] + below[2 * i + 1]);
}

void PER_ISA(pool_rows)(const float *restrict above, const float *restrict below, float *restrict out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const float left = above[2 * i] >= above[2 * i + 1] ? above[2 * i] : above[2 * i + 1];
        const float right = below[2 * i] >= below[2 * i + 1] ? below[2 * i] : below[2 * i + 1];
        out[i] = left >= right ? left : right;
    }
}

// Each lane's neighbour in its pair, and each of half as many numbers twice.
#if LANES == 16
#define SWAPPED 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14
#define TWICE   0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7
#define RIGHT   0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1
#elif LANES == 8
#define SWAPPED 1, 0, 3, 2, 5, 4, 7, 6
#define TWICE   0, 0, 1, 1, 2, 2, 3, 3
#define RIGHT   0, -1, 0, -1, 0, -1, 0, -1
#else
#define SWAPPED 1, 0, 3, 2
#define TWICE   0, 0, 1, 1
#define RIGHT   0, -1, 0, -1
#endif

// Of the slopes (LANES / 2), where a number of a row is the greater of its pair, the left one of equals.
INLINE void unpool_vector(const float *above, const float *below, const float *slopes, float *to_above, float *to_below)
{
    const VecInt right = {RIGHT};
    const Vec a = vec_load(above), b = vec_load(below), given = vec_load_part(slopes, LANES / 2);
    const Vec other_a = __builtin_shufflevector(a, a, SWAPPED), other_b = __builtin_shufflevector(b, b, SWAPPED);
    const Vec slope = __builtin_shufflevector(given, given, TWICE);
    const VecInt is_a = (a > other_a) | ((a == other_a) & ~right), is_b = (b > other_b) | ((b == other_b) & ~right);
    const Vec most_a = vec_select(a > other_a, a, other_a), most_b = vec_select(b > other_b, b, other_b);
    const VecInt is_above = most_a >= most_b;
    vec_store(to_above, (Vec)((VecInt)slope & is_a & is_above));
    vec_store(to_below, (Vec)((VecInt)slope & is_b & ~is_above));
}

void PER_ISA(unpool_rows)(const float *restrict above, const float *restrict below, const float *restrict slopes,
                          float *restrict to_above, float *restrict to_below, size_t count)
{
    enum { PAIRS = LANES / 2 };
    size_t i = 0;
    for (; i + PAIRS <= count; i += PAIRS)
        unpool_vector(above + 2 * i, below + 2 * i, slopes + i, to_above + 2 * i, to_below + 2 * i);
    if (i == count)
        return;
    float a[LANES] = {0}, b[LANES] = {0}, slope[PAIRS] = {0}, to_a[LANES], to_b[LANES];
    const size_t rest = count - i;
    memcpy(a, above + 2 * i, 2 * rest * sizeof *a);
    memcpy(b, below + 2 * i, 2 * rest * sizeof *b);
    memcpy(slope, slopes + i, rest * sizeof *slope);
    unpool_vector(a, b, slope, to_a, to_b);
    memcpy(to_above + 2 * i, to_a, 2 * rest * sizeof *to_a);
    memcpy(to_below + 2 * i, to_b, 2 * rest * sizeof *to_b);
}
