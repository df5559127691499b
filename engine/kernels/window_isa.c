// Products over pictures whose windows are not cut out: rows of the right side are places in padded planes. Compiled
// once for each instruction set (vector.h).
#include "kernels/kernel_parts.h"
#include "kernels/vector.h"

#if LANES == 16
enum { BLOCK_ROWS = 8 };
#else
enum { BLOCK_ROWS = 4 };
#endif

// NARROW_ROWS: of two vectors alone.
enum { BLOCK_VECS = 3, LINE_VECS = 8, NARROW_ROWS = 6, ROWS_MOST = 8 };

// ---- product ------------------------------------------------------------------------------------------------------

INLINE void multiply_block(const WindowProduct *p, size_t row, size_t column, const int rows, const int vecs)
{
    Vec sum[ROWS_MOST][LINE_VECS];
    UNROLLED (int i = 0; i < rows; i++)
        UNROLLED (int j = 0; j < vecs; j++)
            sum[i][j] = vec_all(p->start ? p->start[row + (size_t)i] : 0.0f);
    const float *const a = p->a + row * p->a_row, *const b = p->b + column;
    float *const c = p->c + row * p->c_stride + column;
    const size_t a_row = p->a_row, c_stride = p->c_stride; // read again behind each store they would take a while
    for (size_t l = 0; l < p->k; l++) {
        const float *const left = a + p->a_at[l], *const right = b + p->b_at[l];
        Vec values[LINE_VECS];
        UNROLLED (int j = 0; j < vecs; j++)
            values[j] = vec_load(right + (size_t)j * LANES);
        UNROLLED (int i = 0; i < rows; i++) {
            const Vec factor = vec_all(left[(size_t)i * a_row]);
            UNROLLED (int j = 0; j < vecs; j++)
                sum[i][j] += factor * values[j];
        }
    }
    UNROLLED (int i = 0; i < rows; i++)
        UNROLLED (int j = 0; j < vecs; j++)
            vec_store(c + (size_t)i * c_stride + (size_t)j * LANES, sum[i][j]);
}

// All columns of some rows: in steps of `vecs` vectors, of two where four or two are left: with one alone the
// multipliers would wait.
INLINE void multiply_rows(const WindowProduct *p, size_t row, const int rows, const int vecs)
{
    const size_t wide = (size_t)vecs * LANES, pair = 2 * LANES;
    size_t column = 0;
    for (; column + wide <= p->n && p->n - column != 2 * pair; column += wide)
        multiply_block(p, row, column, rows, vecs);
    for (; column + pair <= p->n; column += pair)
        multiply_block(p, row, column, rows, 2);
    for (; column < p->n; column += LANES)
        multiply_block(p, row, column, rows, 1);
}

void PER_ISA(multiply_windows)(const WindowProduct *p)
{
    size_t row = 0;
    for (; p->n == 2 * LANES && row + NARROW_ROWS <= p->m; row += NARROW_ROWS)
        multiply_block(p, row, 0, NARROW_ROWS, 2);
    for (; row + BLOCK_ROWS <= p->m; row += BLOCK_ROWS)
        multiply_rows(p, row, BLOCK_ROWS, BLOCK_VECS);
    for (; row + 2 <= p->m; row += 2)
        multiply_rows(p, row, 2, LINE_VECS);
    for (; row < p->m; row++)
        multiply_rows(p, row, 1, LINE_VECS);
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
        for (size_t i = 0; i < width; i += LANES)
            if (i + LANES <= width)
                vec_store(target + i, vec_load(source + i));
            else if (width >= LANES)
                vec_store(target + width - LANES, vec_load(source + width - LANES)); // some for a second time
            else
                copy_part(source, target, width);
    }
}

void PER_ISA(add_rows)(const float *from, size_t from_pitch, float *to, size_t to_pitch, size_t rows, size_t width)
{
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < width; i += LANES) {
            float *const at = to + row * to_pitch + i;
            vec_store(at, vec_load(at) + vec_load(from + row * from_pitch + i));
        }
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

void PER_ISA(pool_rows)(const float *restrict above, const float *restrict below, float *restrict out, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const float left = above[2 * i] >= above[2 * i + 1] ? above[2 * i] : above[2 * i + 1];
        const float right = below[2 * i] >= below[2 * i + 1] ? below[2 * i] : below[2 * i + 1];
        out[i] = left >= right ? left : right;
    }
}
