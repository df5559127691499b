// The product of two matrices. Compiled once for each instruction set (vector.h).
#include <assert.h>

#include "kernels/kernel_parts.h"
#include "kernels/vector.h"

// A block of C is held in registers: 8 x 3 vectors where there are 32 registers, 4 x 3 with 16; 4 x 2 where one more is
// wanted for each product, because an engine of WebAssembly keeps one of the 16 for itself.
#if LANES == 16
enum { BLOCK_ROWS = 8, BLOCK_VECS = 3 };
#elif defined(__wasm__)
enum { BLOCK_ROWS = 4, BLOCK_VECS = 2 };
#else
enum { BLOCK_ROWS = 4, BLOCK_VECS = 3 };
#endif

INLINE void multiply_block(const Product *p, size_t row, size_t column, const int rows, const int vecs)
{
    Vec sum[BLOCK_ROWS][BLOCK_VECS];
    UNROLLED (int i = 0; i < rows; i++)
        UNROLLED (int j = 0; j < vecs; j++)
            sum[i][j] = (Vec){0};
    const float *a = p->a + row * p->a_row;
    const float *b = p->b + column;
    const size_t a_row = p->a_row, a_column = p->a_column, b_stride = p->b_stride;
    for (size_t l = p->k; l > 0; l--) {
        Vec right[BLOCK_VECS];
        UNROLLED (int j = 0; j < vecs; j++)
            right[j] = vec_load(b + (size_t)j * LANES);
        UNROLLED (int i = 0; i < rows; i++) {
            const Vec left = vec_all(a[(size_t)i * a_row]);
            UNROLLED (int j = 0; j < vecs; j++)
                sum[i][j] += left * right[j];
        }
        a += a_column;
        b += b_stride;
    }
    float *const c = p->c + row * p->c_stride + column;
    UNROLLED (int i = 0; i < rows; i++)
        UNROLLED (int j = 0; j < vecs; j++) {
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
        UNROLLED (size_t way = 0; way < ways; way++)
            UNROLLED (int j = 0; j < vecs; j++)
                sum[way][j] +=
                    a[list[i + way] * p->a_column] * vec_load(b + list[i + way] * p->b_stride + (size_t)j * LANES);
    for (; i < count; i++)
        UNROLLED (int j = 0; j < vecs; j++)
            sum[0][j] += a[list[i] * p->a_column] * vec_load(b + list[i] * p->b_stride + (size_t)j * LANES);
    float *const c = p->c + row * p->c_stride + column;
    const float *const start = p->accumulate ? c : p->bias ? p->bias + column : NULL;
    UNROLLED (int j = 0; j < vecs; j++) {
        UNROLLED (size_t way = 1; way < ways; way++)
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

void PER_ISA(multiply)(const Product *p)
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
