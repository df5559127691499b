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

// In a function with all sizes of blocks, what the loop of a small one counts through would not stay in registers.
#define ALONE static __attribute__((noinline))

enum { SUMS_MAX = 8 };

// ---- product ------------------------------------------------------------------------------------------------------

// A product's share that stays in the nearest cache: of its terms, and of its channels.
enum { DEPTH_MOST = 128, GROUP_MOST = 64 };

// Floats of a that stay there as they lie, and pixels from which on it pays to move more than that.
enum { LOOSE_MOST = 1024, PACK_LEAST = 24 };

typedef struct Panel {
    size_t channel, channels; // of c
    size_t term, terms;       // of a and b
    const float *a;           // of the first channel's first term; blocks of channels lie `a_block` on
    size_t a_stride, a_block;
} Panel;

// Vectors of a row of pixels, whole pixels or one vector of each.
typedef struct Line {
    const float *b;
    float *c;
    size_t first;    // vector of the next block
    int parts;       // log2 of how many a pixel has
    size_t step;     // of b, from vector to vector
    size_t c_column; // from pixel to pixel
} Line;

INLINE float *find_place(const Line *line, float *c, size_t i)
{
    const size_t vector = line->first + i, part = vector & (((size_t)1 << line->parts) - 1);
    return c + (vector >> line->parts) * line->c_column + part * LANES;
}

INLINE void multiply_block(const LaneProduct *p, const Panel *panel, const float *a, size_t channel, const Line *line,
                           const int rows, const int columns)
{
    float *const c = line->c + channel * p->c_plane;
    Vec sum[SUMS_MAX][SUMS_MAX];
    if (panel->term > 0) {
        UNROLLED (int i = 0; i < rows; i++)
            UNROLLED (int j = 0; j < columns; j++)
                sum[i][j] = vec_load(find_place(line, c, (size_t)j) + (size_t)i * p->c_plane);
    } else {
        UNROLLED (int i = 0; i < rows; i++)
            UNROLLED (int j = 0; j < columns; j++)
                sum[i][j] = vec_all(p->start ? p->start[channel + (size_t)i] : 0.0f);
    }
    const uint32_t *const at = p->b_at + panel->term;
    const size_t a_stride = panel->a_stride, step = line->step;
    const float *const b = line->b + line->first * step;
    for (size_t l = 0; l < panel->terms; l++, a += a_stride) {
        const float *const right = b + at[l];
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
            vec_store(find_place(line, c, (size_t)j) + (size_t)i * p->c_plane, sum[i][j]);
}

// Some vectors of pixels, all channels of the panel. is_one: there is a single one.
INLINE void multiply_pixels(const LaneProduct *p, const Panel *panel, const Line *line, const int columns,
                            const bool is_one)
{
    size_t i = 0;
    const float *a = panel->a;
    if (is_one) {
        multiply_block(p, panel, a, panel->channel, line, 1, columns);
        return;
    }
    for (; i + BLOCK_ROWS <= panel->channels; i += BLOCK_ROWS, a += panel->a_block)
        multiply_block(p, panel, a, panel->channel + i, line, BLOCK_ROWS, columns);
    for (; i + 2 <= panel->channels; i += 2, a += 2)
        multiply_block(p, panel, a, panel->channel + i, line, 2, columns);
    if (i < panel->channels)
        multiply_block(p, panel, a, panel->channel + i, line, 1, columns);
}

INLINE void multiply_line(const LaneProduct *p, const Panel *panel, Line line, size_t count, const int columns,
                          const bool is_one)
{
    for (; line.first + (size_t)columns <= count; line.first += (size_t)columns)
        multiply_pixels(p, panel, &line, columns, is_one);
    for (; line.first + 2 <= count; line.first += 2)
        multiply_pixels(p, panel, &line, 2, is_one);
    if (line.first < count)
        multiply_pixels(p, panel, &line, 1, is_one);
}

INLINE void multiply_panel(const LaneProduct *p, const Panel *panel, const int columns, const bool is_one)
{
    const int shift = __builtin_ctz(LANE_IMAGES / LANES);
    for (size_t y = 0; y < p->rows; y++) {
        Line line = {.b = p->b + y * p->b_row, .c = p->c + y * p->c_row, .c_column = p->c_column};
        if (p->b_column == LANE_IMAGES) {
            line.parts = shift, line.step = LANES;
            multiply_line(p, panel, line, p->columns << shift, columns, is_one);
            continue;
        }
        line.parts = 0, line.step = p->b_column;
        for (size_t lane = 0; lane < LANE_IMAGES; lane += LANES, line.b += LANES, line.c += LANES)
            multiply_line(p, panel, line, p->columns, columns, is_one);
    }
}

// a's blocks of channels one behind the other, (blocks, terms, BLOCK_ROWS): rows that are a power of two apart would
// push each other out of the cache, and each of its lines holds more channels than a block has.
INLINE void pack_panel(const LaneProduct *p, Panel *panel, float *packed)
{
    const float *const a = p->a + panel->term * p->a_stride + panel->channel;
    size_t i = 0;
    for (; i + BLOCK_ROWS <= panel->channels; i += BLOCK_ROWS)
        for (size_t l = 0; l < panel->terms; l++)
            memcpy(packed + i * panel->terms + l * BLOCK_ROWS, a + l * p->a_stride + i, BLOCK_ROWS * sizeof *packed);
    for (size_t l = 0; i < panel->channels && l < panel->terms; l++)
        for (size_t rest = 0; rest < panel->channels - i; rest++)
            packed[i * panel->terms + l * BLOCK_ROWS + rest] = a[l * p->a_stride + i + rest];
    panel->a = packed;
    panel->a_stride = BLOCK_ROWS;
    panel->a_block = panel->terms * BLOCK_ROWS;
}

INLINE void multiply_by_panels(const LaneProduct *p, const int columns, const bool is_one)
{
    float packed[GROUP_MOST * DEPTH_MOST];
    const bool is_loose = p->k * p->a_stride > LOOSE_MOST && p->rows * p->columns >= PACK_LEAST;
    for (size_t channel = 0; channel < p->m; channel += GROUP_MOST)
        for (size_t term = 0; term == 0 || term < p->k; term += DEPTH_MOST) { // of no terms start is left
            Panel panel = {
                .channel = channel,
                .channels = p->m - channel < GROUP_MOST ? p->m - channel : GROUP_MOST,
                .term = term,
                .terms = p->k - term < DEPTH_MOST ? p->k - term : DEPTH_MOST,
                .a = p->a + term * p->a_stride + channel,
                .a_stride = p->a_stride,
                .a_block = BLOCK_ROWS,
            };
            if (is_loose)
                pack_panel(p, &panel, packed);
            multiply_panel(p, &panel, columns, is_one);
        }
}

ALONE void multiply_one_channel(const LaneProduct *p) { multiply_by_panels(p, 7, true); }

void PER_ISA(multiply_lanes)(const LaneProduct *p)
{
    if (p->m == 1)
        multiply_one_channel(p);
    else
        multiply_by_panels(p, 3, false);
}

// ---- dot products -------------------------------------------------------------------------------------------------

// Of a block's columns as many as are summed up together, of its rows as many as then fit into the registers.
#if LANES == 16
enum { DOT_COLUMNS = 8 };
#else
enum { DOT_COLUMNS = 4 };
#endif
enum { DOT_ROWS = 3, DOT_PIXELS = 64 * DOT_COLUMNS };

typedef float DotSums __attribute__((vector_size(DOT_COLUMNS * 4)));

INLINE Vec add_lane_pairs(Vec a, Vec b)
{
#if LANES == 16
    return __builtin_shufflevector(a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30) +
           __builtin_shufflevector(a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31);
#elif LANES == 8
    return __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14) +
           __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
#else
    return __builtin_shufflevector(a, b, 0, 2, 4, 6) + __builtin_shufflevector(a, b, 1, 3, 5, 7);
#endif
}

INLINE Vec sum_four(const Vec v[4]) { return add_lane_pairs(add_lane_pairs(v[0], v[1]), add_lane_pairs(v[2], v[3])); }

// The sum of each vector.
INLINE DotSums sum_lanes(const Vec v[DOT_COLUMNS])
{
    const Vec a = sum_four(v);
#if LANES == 16
    const Vec b = sum_four(v + 4);
    const Vec c = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
                  __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
    return __builtin_shufflevector(c, c, 0, 1, 2, 3, 8, 9, 10, 11) +
           __builtin_shufflevector(c, c, 4, 5, 6, 7, 12, 13, 14, 15);
#elif LANES == 8
    return __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
#else
    return a;
#endif
}

INLINE void dot_block(const LaneDots *p, size_t row, size_t column, const int rows, const int columns)
{
    Vec sum[SUMS_MAX][SUMS_MAX];
    UNROLLED (int i = 0; i < rows; i++)
        UNROLLED (int j = 0; j < columns; j++)
            sum[i][j] = (Vec){0};
    const bool is_compact = p->a_column == LANE_IMAGES && p->b_column == LANE_IMAGES; // as in multiply_panel
    const size_t lanes = is_compact ? LANES : LANE_IMAGES, count = p->columns * (is_compact ? LANE_IMAGES / LANES : 1);
    const size_t a_step = is_compact ? LANES : p->a_column, b_step = is_compact ? LANES : p->b_column;
    for (size_t y = 0; y < p->rows; y++)
        for (size_t lane = 0; lane < lanes; lane += LANES) {
            const float *const a = p->a + y * p->a_row + lane;
            const float *b = p->b + column * p->b_plane + y * p->b_row + lane, *left[SUMS_MAX];
            UNROLLED (int i = 0; i < rows; i++)
                left[i] = a + p->a_at[row + (size_t)i];
            for (size_t x = 0; x < count; x++, b += b_step) {
                Vec values[SUMS_MAX];
                UNROLLED (int i = 0; i < rows; i++)
                    values[i] = vec_load(left[i] + x * a_step);
                UNROLLED (int j = 0; j < columns; j++) {
                    Vec right = vec_load(b + (size_t)j * p->b_plane);
#if LANES == 16
                    __asm__("" : "+v"(right)); // else gcc loads it anew for each product
#endif
                    UNROLLED (int i = 0; i < rows; i++)
                        sum[i][j] += values[i] * right;
                }
            }
        }
    UNROLLED (int first = 0; first < rows * columns; first += DOT_COLUMNS) {
        Vec group[DOT_COLUMNS] = {{0}};
        const int rest = rows * columns - first, here = rest < DOT_COLUMNS ? rest : DOT_COLUMNS;
        UNROLLED (int i = 0; i < here; i++)
            group[i] = sum[(first + i) / columns][(first + i) % columns];
        const DotSums sums = sum_lanes(group);
        if (columns == DOT_COLUMNS) {
            float *const at = p->c + (row + (size_t)(first / columns)) * p->c_stride + column;
            DotSums values;
            memcpy(&values, at, sizeof values);
            values += sums;
            memcpy(at, &values, sizeof values);
            continue;
        }
        UNROLLED (int i = 0; i < here; i++)
            p->c[(row + (size_t)((first + i) / columns)) * p->c_stride + column + (size_t)((first + i) % columns)] +=
                sums[i];
    }
}

INLINE void dot_columns(const LaneDots *p, size_t column, const int rows, const int columns)
{
    size_t row = 0;
    for (; row + (size_t)rows <= p->m; row += (size_t)rows)
        dot_block(p, row, column, rows, columns);
    for (; row < p->m; row++)
        dot_block(p, row, column, 1, columns);
}

ALONE void dot_one_column(const LaneDots *p, size_t column) { dot_columns(p, column, 8, 1); }

INLINE void dot_all(const LaneDots *p)
{
    size_t column = 0;
    for (; column + DOT_COLUMNS <= p->n; column += DOT_COLUMNS)
        dot_columns(p, column, DOT_ROWS, DOT_COLUMNS);
    for (; column + 2 <= p->n; column += 2)
        dot_columns(p, column, DOT_COLUMNS, 2);
    if (column < p->n)
        dot_one_column(p, column);
}

// Columns' pixels are read again for each block of rows: with few columns, and DOT_PIXELS of them all at a time, they
// stay in the nearest cache.
void PER_ISA(add_lane_dots)(const LaneDots *p)
{
    const size_t pixels = DOT_PIXELS / (p->n < DOT_COLUMNS ? p->n : DOT_COLUMNS);
    const size_t rows = p->columns < pixels ? pixels / p->columns : 1;
    LaneDots part = *p;
    for (size_t y = 0; y < p->rows; y += rows) {
        part.rows = p->rows - y < rows ? p->rows - y : rows;
        part.a = p->a + y * p->a_row;
        part.b = p->b + y * p->b_row;
        dot_all(&part);
    }
}

void PER_ISA(add_lane_sums)(const LaneDots *p)
{
    for (size_t j = 0; j < p->n; j++) {
        Vec sum[4] = {{0}};
        for (size_t y = 0; y < p->rows; y++) {
            const float *const row = p->b + j * p->b_plane + y * p->b_row;
            const size_t n = p->columns * LANE_IMAGES, whole = n / (4 * LANES) * (4 * LANES);
            for (size_t i = 0; i < whole; i += 4 * LANES)
                UNROLLED (size_t k = 0; k < 4; k++)
                    sum[k] += vec_load(row + i + k * LANES);
            for (size_t i = whole; i < n; i += LANES)
                sum[0] += vec_load(row + i);
        }
        p->c[j] += vec_sum((sum[0] + sum[1]) + (sum[2] + sum[3]));
    }
}

// ---- pool (forward: activation_isa.c) -----------------------------------------------------------------------------

void PER_ISA(unpool_lanes)(const LaneUnpool *pool)
{
    const LaneUnpool p = *pool; // read again behind each store it would take a while
    for (size_t i = 0; i < p.count * LANE_IMAGES; i += LANES) {
        const size_t left = i / LANE_IMAGES * 2 * LANE_IMAGES + i % LANE_IMAGES, right = left + LANE_IMAGES;
        const bool has_right = !(p.has_half && i / LANE_IMAGES + 1 == p.count);
        const Vec given = vec_load(p.upstream + i);
        const VecInt slope = (VecInt)(p.slopes ? given * vec_load(p.slopes + i) : given);
        const VecInt chosen = (VecInt)vec_load(p.chosen + i);
        vec_store(p.above + left, (Vec)(slope & (chosen == 0)));
        if (has_right)
            vec_store(p.above + right, (Vec)(slope & (chosen == 1)));
        if (p.below)
            vec_store(p.below + left, (Vec)(slope & (chosen == 2)));
        if (p.below && has_right)
            vec_store(p.below + right, (Vec)(slope & (chosen == 3)));
    }
}
