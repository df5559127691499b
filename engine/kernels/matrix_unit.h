// Matrix unit: products of floats on the one that some processors have (Intel's AMX), several times as fast as vectors
// are. What ends in _amx.c is compiled for it.
//
// A float is the sum of three pieces of 8 bits each (bfloat16), exactly. Of the nine products of two floats' pieces the
// six largest are summed up, as floats. What is left out is 2^-24 of the product on average, half a float's last bit: a
// sum is about as exact as one of whole floats (tests/test_lane_product.c prints both). Numbers below 1e-33 lose bits,
// and of one that is infinite comes a NaN.
//
// Internal to the engine: everything in here is static. Thread: begin_unit to _tile_release belong to one thread.
#pragma once
#include <assert.h>

#include "kernels/kernel.h"
#include "kernels/vector.h"

// A square is what one of the unit's eight registers holds: 16 rows of 16 pairs of pieces, or of 16 sums. A product of
// two squares of pairs sums over the 16 columns of the first and rows of the second, and over both of a pair.
enum { SIDE = 16, PAIRS = 2 * SIDE, PIECES = 3 };

static_assert((int)SIDE == (int)KERNEL_PAD, "a row of a square is a vector, and a pixel of all images");

typedef uint32_t Square[SIDE][SIDE];

typedef struct Squares {
    _Alignas(64) Square piece[PIECES]; // from the largest to the smallest
} Squares;

// Where there are none, zeros.
INLINE __m512i load_numbers(const float *numbers, bool are_there)
{
    return are_there ? _mm512_loadu_si512(numbers) : _mm512_setzero_si512();
}

// Two numbers' pieces side by side, in each lane: as many bits of the first as a piece has are the lower half.
INLINE void split(__m512i first, __m512i second, __m512i pieces[PIECES])
{
    const __m512i mask = _mm512_set1_epi32((int)0xffff0000);
    UNROLLED (int i = 0; i < PIECES; i++) {
        const __m512i upper = _mm512_and_epi32(second, mask), lower = _mm512_and_epi32(first, mask);
        pieces[i] = _mm512_or_epi32(_mm512_srli_epi32(first, 16), upper);
        first = _mm512_castps_si512(_mm512_castsi512_ps(first) - _mm512_castsi512_ps(lower));
        second = _mm512_castps_si512(_mm512_castsi512_ps(second) - _mm512_castsi512_ps(upper));
    }
}

INLINE void store_row(Squares *to, size_t row, const __m512i pieces[PIECES])
{
    UNROLLED (int i = 0; i < PIECES; i++)
        _mm512_store_si512(to->piece[i][row], pieces[i]);
}

// Rows become columns.
static inline void transpose_square(__m512i rows[SIDE])
{
    __m512i part[SIDE];
    UNROLLED (int i = 0; i < SIDE; i += 2) {
        part[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        part[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    UNROLLED (int i = 0; i < SIDE; i += 4)
        UNROLLED (int j = 0; j < 2; j++) {
            rows[i + 2 * j] = _mm512_unpacklo_epi64(part[i + j], part[i + j + 2]);
            rows[i + 2 * j + 1] = _mm512_unpackhi_epi64(part[i + j], part[i + j + 2]);
        }
    UNROLLED (int i = 0; i < 4; i++) {
        part[i] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], 0x88);
        part[i + 4] = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], 0x88);
        part[i + 8] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], 0xdd);
        part[i + 12] = _mm512_shuffle_i32x4(rows[i + 8], rows[i + 12], 0xdd);
    }
    UNROLLED (int i = 0; i < 4; i++) {
        rows[i] = _mm512_shuffle_i32x4(part[i], part[i + 4], 0x88);
        rows[i + 4] = _mm512_shuffle_i32x4(part[i + 8], part[i + 12], 0x88);
        rows[i + 8] = _mm512_shuffle_i32x4(part[i], part[i + 4], 0xdd);
        rows[i + 12] = _mm512_shuffle_i32x4(part[i + 8], part[i + 12], 0xdd);
    }
}

static inline void transpose_squares(Squares *squares)
{
    for (int piece = 0; piece < PIECES; piece++) {
        __m512i rows[SIDE];
        for (size_t row = 0; row < SIDE; row++)
            rows[row] = _mm512_load_si512(squares->piece[piece][row]);
        transpose_square(rows);
        for (size_t row = 0; row < SIDE; row++)
            _mm512_store_si512(squares->piece[piece][row], rows[row]);
    }
}

// For the compiler the unit's loads and stores do not access memory: what was stored for a load, or is going to be
// loaded behind a store, is kept apart from them by this.
INLINE void finish_stores(void) { __asm__ volatile("" ::: "memory"); }

// All eight registers are squares.
INLINE void begin_unit(void)
{
    enum { BYTES = SIDE * sizeof(float) };
    static const struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } config = {
        .palette = 1,
        .row_bytes = {BYTES, BYTES, BYTES, BYTES, BYTES, BYTES, BYTES, BYTES},
        .rows = {SIDE, SIDE, SIDE, SIDE, SIDE, SIDE, SIDE, SIDE},
    };
    static_assert(sizeof config == 64, "as ldtilecfg reads it");
    _tile_loadconfig(&config);
}

// Registers 0 to 3 are sums, of two squares by two: left and right, `right` floats apart, above and below.
typedef struct Sums {
    float *above, *below;
    size_t right, stride; // floats; from row to row
    bool has_right;       // else that is not stored
} Sums;

INLINE void load_sums(const float *above, const float *below, size_t right, size_t stride)
{
    _tile_loadd(0, above, stride * sizeof(float));
    _tile_loadd(1, above + right, stride * sizeof(float));
    _tile_loadd(2, below, stride * sizeof(float));
    _tile_loadd(3, below + right, stride * sizeof(float));
}

INLINE void store_sums(const Sums *sums)
{
    _tile_stored(0, sums->above, sums->stride * sizeof(float));
    _tile_stored(2, sums->below, sums->stride * sizeof(float));
    if (!sums->has_right)
        return;
    _tile_stored(1, sums->above + sums->right, sums->stride * sizeof(float));
    _tile_stored(3, sums->below + sums->right, sums->stride * sizeof(float));
}

#define MULTIPLY()                                                                                                     \
    do {                                                                                                               \
        _tile_dpbf16ps(0, 4, 6);                                                                                       \
        _tile_dpbf16ps(1, 4, 7);                                                                                       \
        _tile_dpbf16ps(2, 5, 6);                                                                                       \
        _tile_dpbf16ps(3, 5, 7);                                                                                       \
    } while (0)

#define LOAD_ROWS(i)                                                                                                   \
    do {                                                                                                               \
        _tile_loadd(4, above->piece[i], sizeof above->piece[i][0]);                                                    \
        _tile_loadd(5, below->piece[i], sizeof below->piece[i][0]);                                                    \
    } while (0)

#define LOAD_COLUMNS(i)                                                                                                \
    do {                                                                                                               \
        _tile_loadd(6, left->piece[i], sizeof left->piece[i][0]);                                                      \
        _tile_loadd(7, right->piece[i], sizeof right->piece[i][0]);                                                    \
    } while (0)

// The sums += the squares above and below times those left and right.
INLINE void add_products(const Squares *above, const Squares *below, const Squares *left, const Squares *right)
{
    LOAD_ROWS(0);
    LOAD_COLUMNS(2);
    MULTIPLY();
    LOAD_COLUMNS(1);
    MULTIPLY();
    LOAD_ROWS(1);
    MULTIPLY();
    LOAD_COLUMNS(0);
    MULTIPLY();
    LOAD_ROWS(2);
    MULTIPLY();
    LOAD_ROWS(0);
    MULTIPLY();
}

static inline size_t least(size_t a, size_t b) { return a < b ? a : b; }
