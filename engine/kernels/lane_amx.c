// Products of lanes on the matrix unit. What does not come in whole squares, or is little, lane_isa.c's vectors make.
#include "kernels/kernel_amx.h"
#include "kernels/matrix_unit.h"

// The pixel of that number, counted row by row.
INLINE size_t find_pixel(size_t index, size_t columns, size_t row, size_t column)
{
    return index / columns * row + index % columns * column;
}

// ---- product ------------------------------------------------------------------------------------------------------

// Worked on at a time: channels, and terms, of which a chunk is as many as a square has.
enum { GROUP_MOST = 64, CHUNKS_MOST = 10, PRODUCT_LEAST = 64 };

typedef struct Group {
    const LaneProduct *p;
    size_t channel, channels; // a multiple of 2 SIDE
    size_t term, terms, chunks;
    _Alignas(64) Squares weights[GROUP_MOST / SIDE][CHUNKS_MOST];
    _Alignas(64) float start[GROUP_MOST][SIDE];
} Group;

static void pack_weights(Group *group)
{
    const LaneProduct *p = group->p;
    const size_t end = group->term + group->terms;
    for (size_t i = 0; i < group->channels / SIDE; i++)
        for (size_t chunk = 0; chunk < group->chunks; chunk++) {
            Squares *const to = &group->weights[i][chunk];
            for (size_t pair = 0; pair < SIDE; pair++) {
                const size_t first = group->term + chunk * PAIRS + 2 * pair;
                const float *const a = p->a + first * p->a_stride + group->channel + i * SIDE;
                __m512i pieces[PIECES];
                split(load_numbers(a, first < end), load_numbers(a + p->a_stride, first + 1 < end), pieces);
                store_row(to, pair, pieces);
            }
            transpose_squares(to);
        }
    for (size_t i = 0; i < group->channels; i++)
        for (size_t lane = 0; lane < SIDE; lane++)
            group->start[i][lane] = p->start ? p->start[group->channel + i] : 0.0f;
}

// What a chunk of terms sees from a pixel on.
INLINE void split_terms(const Group *group, const float *b, size_t chunk, Squares *to)
{
    const uint32_t *const at = group->p->b_at + group->term + chunk * PAIRS;
    const size_t count = group->terms - chunk * PAIRS;
    __m512i pieces[PIECES];
    if (count >= PAIRS) {
        UNROLLED (size_t pair = 0; pair < SIDE; pair++) {
            split(_mm512_loadu_si512(b + at[2 * pair]), _mm512_loadu_si512(b + at[2 * pair + 1]), pieces);
            store_row(to, pair, pieces);
        }
        return;
    }
    for (size_t pair = 0; pair < SIDE; pair++) {
        split(2 * pair < count ? _mm512_loadu_si512(b + at[2 * pair]) : _mm512_setzero_si512(),
              2 * pair + 1 < count ? _mm512_loadu_si512(b + at[2 * pair + 1]) : _mm512_setzero_si512(), pieces);
        store_row(to, pair, pieces);
    }
}

// Pixels are worked on by twos. While two are multiplied, the next are split.
typedef struct Pixels {
    Squares terms[2][CHUNKS_MOST];
} Pixels;

static void multiply_group(const Group *group)
{
    const LaneProduct *p = group->p;
    const size_t count = p->rows * p->columns;
    Pixels pixels[2];
    for (size_t first = 0; first < count + 2; first += 2) { // two are split, those before them multiplied
        Pixels *const coming = &pixels[first / 2 % 2], *const here = &pixels[1 - first / 2 % 2];
        const float *b[2];
        for (size_t i = 0; i < 2; i++)
            b[i] = p->b + find_pixel(least(first + i, count - 1), p->columns, p->b_row, p->b_column);
        finish_stores();
        if (first == 0) {
            for (size_t chunk = 0; chunk < group->chunks; chunk++)
                for (size_t i = 0; i < 2; i++)
                    split_terms(group, b[i], chunk, &coming->terms[i][chunk]);
            continue;
        }
        const size_t left = find_pixel(first - 2, p->columns, p->c_row, p->c_column);
        const size_t right = find_pixel(least(first - 1, count - 1), p->columns, p->c_row, p->c_column);
        for (size_t i = 0; i < group->channels / SIDE; i += 2) {
            const Squares *const above = group->weights[i], *const below = group->weights[i + 1];
            float *const c = p->c + (group->channel + i * SIDE) * p->c_plane + left;
            const Sums sums = {c, c + SIDE * p->c_plane, right - left, p->c_plane, first - 1 < count};
            if (group->term == 0)
                load_sums(group->start[i * SIDE], group->start[(i + 1) * SIDE], 0, SIDE);
            else
                load_sums(sums.above, sums.below, sums.right, sums.stride);
            for (size_t chunk = 0; chunk < group->chunks; chunk++) {
                if (i == 0 && first < count)
                    for (size_t j = 0; j < 2; j++)
                        split_terms(group, b[j], chunk, &coming->terms[j][chunk]);
                add_products(&above[chunk], &below[chunk], &here->terms[0][chunk], &here->terms[1][chunk]);
            }
            store_sums(&sums);
        }
    }
    finish_stores();
}

static bool product_fits(const LaneProduct *p)
{
    return p->m % (2 * SIDE) == 0 && p->k >= PRODUCT_LEAST && p->rows * p->columns >= 4;
}

void multiply_lanes_amx(const LaneProduct *p)
{
    Group group;
    if (!product_fits(p)) {
        multiply_lanes_avx512(p);
        return;
    }
    const size_t chunks = (p->k + PAIRS - 1) / PAIRS, parts = (chunks + CHUNKS_MOST - 1) / CHUNKS_MOST;
    const size_t depth = (chunks + parts - 1) / parts * PAIRS;
    group.p = p;
    begin_unit();
    for (group.channel = 0; group.channel < p->m; group.channel += group.channels)
        for (group.term = 0; group.term < p->k; group.term += group.terms) {
            group.channels = least(p->m - group.channel, GROUP_MOST);
            group.terms = least(p->k - group.term, depth);
            group.chunks = (group.terms + PAIRS - 1) / PAIRS;
            pack_weights(&group);
            multiply_group(&group);
        }
    _tile_release();
}

// ---- dot products -------------------------------------------------------------------------------------------------

// Worked on at a time: of b's channels, and twos of pixels.
enum { COLUMNS_MOST = 64, TWOS_MOST = 8, DOTS_LEAST = 32 };

typedef struct Dots {
    const LaneDots *p;
    size_t column, columns; // of b: a multiple of 2 SIDE
    size_t twos;
    struct {
        const float *a, *b;
        size_t a_next, b_next; // to the second pixel
        bool has_next;         // else it is taken for zeros
    } two[TWOS_MOST];
    Squares left[2][2][TWOS_MOST]; // of a's channels 2 SIDE at a time; while they are multiplied, the next are split
    Squares right[COLUMNS_MOST / SIDE][TWOS_MOST];
} Dots;

static void find_twos(Dots *dots, size_t first)
{
    const LaneDots *p = dots->p;
    const size_t count = p->rows * p->columns;
    dots->twos = 0;
    for (size_t i = first; i < count && dots->twos < TWOS_MOST; i += 2, dots->twos++) {
        const size_t next = least(i + 1, count - 1);
        const size_t a = find_pixel(i, p->columns, p->a_row, p->a_column);
        const size_t b = find_pixel(i, p->columns, p->b_row, p->b_column);
        dots->two[dots->twos].a = p->a + a;
        dots->two[dots->twos].b = p->b + b;
        dots->two[dots->twos].a_next = find_pixel(next, p->columns, p->a_row, p->a_column) - a;
        dots->two[dots->twos].b_next = find_pixel(next, p->columns, p->b_row, p->b_column) - b;
        dots->two[dots->twos].has_next = i + 1 < count;
    }
}

INLINE void split_left(Dots *dots, size_t row, size_t two, Squares *to)
{
    const float *const a = dots->two[two].a;
    const size_t next = dots->two[two].a_next;
    const bool has_next = dots->two[two].has_next;
    UNROLLED (size_t i = 0; i < SIDE; i++) {
        const float *const at = a + dots->p->a_at[row + i];
        __m512i pieces[PIECES];
        split(load_numbers(at, true), load_numbers(at + next, has_next), pieces);
        store_row(to, i, pieces);
    }
}

static void split_right(Dots *dots)
{
    for (size_t j = 0; j < dots->columns / SIDE; j++)
        for (size_t two = 0; two < dots->twos; two++) {
            Squares *const to = &dots->right[j][two];
            const float *b = dots->two[two].b + (dots->column + j * SIDE) * dots->p->b_plane;
            for (size_t i = 0; i < SIDE; i++, b += dots->p->b_plane) {
                __m512i pieces[PIECES];
                split(load_numbers(b, true), load_numbers(b + dots->two[two].b_next, dots->two[two].has_next), pieces);
                store_row(to, i, pieces);
            }
            transpose_squares(to);
        }
}

static void add_dots(Dots *dots)
{
    const LaneDots *p = dots->p;
    for (size_t two = 0; two < dots->twos; two++)
        for (size_t i = 0; i < 2; i++)
            split_left(dots, i * SIDE, two, &dots->left[0][i][two]);
    for (size_t row = 0; row < p->m; row += 2 * SIDE) {
        Squares(*const here)[TWOS_MOST] = dots->left[row / (2 * SIDE) % 2];
        Squares(*const coming)[TWOS_MOST] = dots->left[1 - row / (2 * SIDE) % 2];
        finish_stores();
        for (size_t j = 0; j < dots->columns / SIDE; j += 2) {
            float *const c = p->c + row * p->c_stride + dots->column + j * SIDE;
            const Sums sums = {c, c + SIDE * p->c_stride, SIDE, p->c_stride, true};
            load_sums(sums.above, sums.below, sums.right, sums.stride);
            for (size_t two = 0; two < dots->twos; two++) {
                if (j == 0 && row + 2 * SIDE < p->m)
                    for (size_t i = 0; i < 2; i++)
                        split_left(dots, row + (2 + i) * SIDE, two, &coming[i][two]);
                add_products(&here[0][two], &here[1][two], &dots->right[j][two], &dots->right[j + 1][two]);
            }
            store_sums(&sums);
        }
    }
    finish_stores();
}

static bool dots_fit(const LaneDots *p)
{
    return p->m > 0 && p->m % (2 * SIDE) == 0 && p->n >= COLUMNS_MOST && p->n % (2 * SIDE) == 0 &&
           p->rows * p->columns >= DOTS_LEAST;
}

void add_lane_dots_amx(const LaneDots *p)
{
    Dots dots;
    if (!dots_fit(p)) {
        add_lane_dots_avx512(p);
        return;
    }
    dots.p = p;
    begin_unit();
    for (dots.column = 0; dots.column < p->n; dots.column += dots.columns)
        for (size_t first = 0; first < p->rows * p->columns; first += 2 * TWOS_MOST) {
            dots.columns = least(p->n - dots.column, COLUMNS_MOST);
            find_twos(&dots, first);
            split_right(&dots);
            add_dots(&dots);
        }
    _tile_release();
}
