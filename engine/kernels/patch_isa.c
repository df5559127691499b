// Convolutions of 3 x 3 with fewer multiplications: what a patch of a picture becomes, and what becomes of it
// (kernel.h). Compiled once for each instruction set (vector.h).
#include "kernels/kernel_parts.h"
#include "kernels/vector.h"

enum { MOST = PATCH_TERMS };

#define ROOT 1.41421356f // of 2

// One direction each; the other is the same again.

INLINE void turn_input(const PatchKind kind, const Vec x[MOST], Vec terms[MOST])
{
    switch (kind) {
    case PATCH_SMALL:
        terms[0] = x[0] - x[2], terms[1] = x[1] + x[2], terms[2] = x[2] - x[1], terms[3] = x[1] - x[3];
        break;
    case PATCH_LARGE: {
        const Vec even = x[4] - 0.5f * x[2], odd = x[3] - 0.5f * x[1];
        const Vec even_2 = 4.0f * x[2] - 2.0f * x[4], odd_2 = 2.0f * x[1] - x[3];
        terms[0] = x[0] - 2.5f * x[2] + x[4], terms[5] = x[1] - 2.5f * x[3] + x[5];
        terms[1] = even + ROOT * odd, terms[2] = even - ROOT * odd;
        terms[3] = even_2 + ROOT * odd_2, terms[4] = even_2 - ROOT * odd_2;
        break;
    }
    case PATCH_EDGE: {
        const Vec even = 1.5f * x[2], odd = (1.5f * ROOT) * x[1];
        terms[0] = x[0] - 0.5f * x[2], terms[1] = even + odd, terms[2] = even - odd, terms[3] = x[3] - 2.0f * x[1];
        break;
    }
    case PATCH_DOUBLED: terms[0] = x[1], terms[1] = x[0] - x[1], terms[2] = x[2] - x[1]; break;
    case PATCH_HALVED: terms[0] = x[1] + x[2], terms[1] = x[3] - x[1], terms[2] = x[0] - x[2]; break;
    }
}

INLINE void turn_slope(const PatchKind kind, const Vec slope[PATCH_OUTPUTS], Vec terms[MOST])
{
    switch (kind) {
    case PATCH_SMALL:
        terms[0] = slope[0], terms[1] = slope[0] + slope[1], terms[2] = slope[0] - slope[1], terms[3] = -slope[1];
        break;
    case PATCH_LARGE: {
        const Vec even = slope[0] + 2.0f * slope[2], odd = slope[1] + 2.0f * slope[3];
        const Vec even_2 = slope[0] + 0.5f * slope[2], odd_2 = 0.5f * slope[1] + 0.25f * slope[3];
        terms[0] = slope[0], terms[5] = slope[3];
        terms[1] = even + ROOT * odd, terms[2] = even - ROOT * odd;
        terms[3] = even_2 + ROOT * odd_2, terms[4] = even_2 - ROOT * odd_2;
        break;
    }
    case PATCH_EDGE: break;
    case PATCH_DOUBLED:
    case PATCH_HALVED: terms[0] = slope[0] + slope[1], terms[1] = slope[0], terms[2] = slope[1]; break;
    }
}

INLINE void turn_output(const PatchKind kind, const Vec terms[MOST], Vec z[PATCH_OUTPUTS])
{
    switch (kind) {
    case PATCH_SMALL: z[0] = terms[0] + terms[1] + terms[2], z[1] = terms[1] - terms[2] - terms[3]; break;
    case PATCH_LARGE: {
        const Vec sum = terms[1] + terms[2], difference = terms[1] - terms[2];
        const Vec sum_2 = terms[3] + terms[4], difference_2 = 0.5f * (terms[3] - terms[4]);
        z[0] = terms[0] + sum + sum_2, z[1] = ROOT * (difference + difference_2);
        z[2] = 2.0f * sum + 0.5f * sum_2, z[3] = ROOT * (2.0f * difference + 0.5f * difference_2) + terms[5];
        break;
    }
    case PATCH_EDGE: z[0] = terms[0] + terms[1] + terms[2], z[1] = ROOT * (terms[1] - terms[2]) + terms[3]; break;
    case PATCH_DOUBLED:
    case PATCH_HALVED: z[0] = terms[0] + terms[1], z[1] = terms[0] + terms[2]; break;
    }
}

INLINE void turn_weights(const PatchKind kind, const Vec w[3], Vec terms[MOST])
{
    switch (kind) {
    case PATCH_SMALL: {
        const Vec outer = 0.5f * (w[0] + w[2]), middle = 0.5f * w[1];
        terms[0] = w[0], terms[1] = outer + middle, terms[2] = outer - middle, terms[3] = w[2];
        break;
    }
    case PATCH_EDGE:
    case PATCH_LARGE: {
        const Vec first = w[0] * (1.0f / 6.0f), middle = w[1] * (ROOT / 6.0f), last = w[2] * (1.0f / 6.0f);
        const Vec even = first + 2.0f * last, even_2 = 2.0f * first + last;
        terms[0] = w[0], terms[5] = w[2];
        terms[1] = even + middle, terms[2] = even - middle, terms[3] = even_2 + middle, terms[4] = even_2 - middle;
        break;
    }
    case PATCH_DOUBLED:
    case PATCH_HALVED: terms[0] = w[0] + w[1] + w[2], terms[1] = w[0], terms[2] = w[2]; break;
    }
}

INLINE void turn_gradient(const PatchKind kind, const Vec terms[MOST], Vec w[3])
{
    switch (kind) {
    case PATCH_SMALL: {
        const Vec both = 0.5f * (terms[1] + terms[2]);
        w[0] = terms[0] + both, w[1] = 0.5f * (terms[1] - terms[2]), w[2] = both + terms[3];
        break;
    }
    case PATCH_EDGE:
    case PATCH_LARGE: {
        const Vec sum = (terms[1] + terms[2]) * (1.0f / 6.0f), sum_2 = (terms[3] + terms[4]) * (1.0f / 6.0f);
        w[0] = terms[0] + sum + 2.0f * sum_2, w[2] = 2.0f * sum + sum_2 + terms[5];
        w[1] = ((terms[1] - terms[2]) + (terms[3] - terms[4])) * (ROOT / 6.0f);
        break;
    }
    case PATCH_DOUBLED:
    case PATCH_HALVED: w[0] = terms[0] + terms[1], w[1] = terms[0], w[2] = terms[0] + terms[2]; break;
    }
}

// ---- pictures -----------------------------------------------------------------------------------------------------

INLINE void turn(const PatchKind kind, const bool is_slope, const Vec pixels[MOST], Vec terms[MOST])
{
    if (is_slope)
        turn_slope(kind, pixels, terms);
    else
        turn_input(kind, pixels, terms);
}

INLINE int count_pixels(const PatchKind kind, const bool is_slope)
{
    return is_slope ? patch_sizes(kind).outputs : patch_sizes(kind).inputs;
}

INLINE void turn_patch(const PatchKind rows, const PatchKind columns, const bool is_slope, const float *values,
                       size_t pitch, float *out, size_t next)
{
    const int row_terms = patch_sizes(rows).terms, terms = patch_sizes(columns).terms;
    Vec half[MOST][MOST];
    UNROLLED (int x = 0; x < count_pixels(columns, is_slope); x++) {
        Vec column[MOST], turned[MOST];
        UNROLLED (int y = 0; y < count_pixels(rows, is_slope); y++)
            column[y] = vec_load(values + (size_t)y * pitch + (size_t)x * LANE_IMAGES);
        turn(rows, is_slope, column, turned);
        UNROLLED (int y = 0; y < row_terms; y++)
            half[y][x] = turned[y];
    }
    UNROLLED (int y = 0; y < row_terms; y++) {
        Vec turned[MOST];
        turn(columns, is_slope, half[y], turned);
        UNROLLED (int x = 0; x < terms; x++)
            vec_store(out + (size_t)(y * terms + x) * next, turned[x]);
    }
}

INLINE void turn_all(const PatchKind rows, const PatchKind columns, const PatchInput *input, const bool is_slope)
{
    const PatchInput p = *input; // read again behind each store it would take a while
    const size_t down = (size_t)(is_slope ? patch_sizes(rows).outputs : patch_sizes(rows).step);
    const size_t step = (size_t)(is_slope ? patch_sizes(columns).outputs : patch_sizes(columns).step);
    for (size_t channel = 0; channel < p.channels; channel++)
        for (size_t row = 0; row < p.rows; row++) {
            const float *const values = p.values + channel * p.plane + row * down * p.pitch;
            float *const terms = p.terms + channel * p.term_plane + row * p.columns * LANE_IMAGES;
            for (size_t column = 0; column < p.columns; column++)
                for (size_t lane = 0; lane < LANE_IMAGES; lane += LANES)
                    turn_patch(rows, columns, is_slope, values + column * step * LANE_IMAGES + lane, p.pitch,
                               terms + column * LANE_IMAGES + lane, p.next);
        }
}

// A kind is known where its loops are compiled.
#define FOR_KIND(is_kind, function, ...)                                                                               \
    switch (is_kind) {                                                                                                 \
    case PATCH_SMALL: function(PATCH_SMALL, __VA_ARGS__); break;                                                       \
    case PATCH_EDGE:                                                                                                   \
    case PATCH_LARGE: function(PATCH_LARGE, __VA_ARGS__); break;                                                       \
    case PATCH_DOUBLED: function(PATCH_DOUBLED, __VA_ARGS__); break;                                                   \
    case PATCH_HALVED: function(PATCH_HALVED, __VA_ARGS__); break;                                                     \
    }

#define FOR_COLUMNS(columns, function, rows, ...)                                                                      \
    if ((columns) == PATCH_EDGE)                                                                                       \
        function(rows, PATCH_EDGE, __VA_ARGS__);                                                                       \
    else                                                                                                               \
        function(rows, PATCH_LARGE, __VA_ARGS__);

#define FOR_KINDS(kinds, function, ...)                                                                                \
    switch ((kinds).rows) {                                                                                            \
    case PATCH_SMALL: function(PATCH_SMALL, PATCH_SMALL, __VA_ARGS__); break;                                          \
    case PATCH_LARGE: FOR_COLUMNS((kinds).columns, function, PATCH_LARGE, __VA_ARGS__) break;                          \
    case PATCH_EDGE: FOR_COLUMNS((kinds).columns, function, PATCH_EDGE, __VA_ARGS__) break;                            \
    case PATCH_DOUBLED: function(PATCH_DOUBLED, PATCH_DOUBLED, __VA_ARGS__); break;                                    \
    case PATCH_HALVED: function(PATCH_HALVED, PATCH_HALVED, __VA_ARGS__); break;                                       \
    }

void PER_ISA(turn_patch_inputs)(const PatchInput *input){FOR_KINDS(input->kinds, turn_all, input, false)}

INLINE void turn_slopes(const PatchKind kind, const PatchInput *input)
{
    turn_all(kind, kind, input, true);
}

void PER_ISA(turn_patch_slopes)(const PatchInput *input){FOR_KIND(input->kinds.rows, turn_slopes, input)}

INLINE void finish_all(const PatchKind rows, const PatchKind columns, const PatchOutput *output)
{
    const int row_terms = patch_sizes(rows).terms, terms = patch_sizes(columns).terms;
    const int row_outputs = patch_sizes(rows).outputs, outputs = patch_sizes(columns).outputs;
    for (size_t i = 0; i < output->count * LANE_IMAGES; i += LANES) {
        const size_t to = i / LANE_IMAGES * (size_t)outputs * LANE_IMAGES + i % LANE_IMAGES;
        const Vec start = output->start ? vec_load(output->start + i % LANE_IMAGES) : (Vec){0};
        Vec half[PATCH_OUTPUTS][MOST], z[PATCH_OUTPUTS];
        UNROLLED (int x = 0; x < terms; x++) {
            Vec column[MOST];
            UNROLLED (int y = 0; y < row_terms; y++)
                column[y] = vec_load(output->terms + (size_t)(y * terms + x) * output->next + i);
            turn_output(rows, column, z);
            UNROLLED (int y = 0; y < row_outputs; y++)
                half[y][x] = z[y];
        }
        UNROLLED (int y = 0; y < row_outputs; y++) {
            turn_output(columns, half[y], z);
            UNROLLED (int x = 0; x < outputs; x++)
                vec_store(output->rows + (size_t)y * output->pitch + to + (size_t)x * LANE_IMAGES, z[x] + start);
        }
    }
}

void PER_ISA(finish_patches)(const PatchOutput *output){FOR_KINDS(output->kinds, finish_all, output)}

// ---- weights ------------------------------------------------------------------------------------------------------

INLINE void turn_all_weights(const PatchKind kind, const PatchWeights *p)
{
    const int count = patch_sizes(kind).terms;
    for (size_t row = 0; row < p->rows; row++)
        for (size_t column = 0; column < p->stride; column += LANES) {
            const float *const weights = p->weights + row * 9 * p->stride + column;
            float *const out = p->terms + row * p->stride + column;
            Vec half[3][MOST], terms[MOST];
            UNROLLED (size_t y = 0; y < 3; y++) {
                const Vec w[3] = {vec_load(weights + 3 * y * p->stride), vec_load(weights + (3 * y + 1) * p->stride),
                                  vec_load(weights + (3 * y + 2) * p->stride)};
                turn_weights(kind, w, half[y]);
            }
            UNROLLED (int x = 0; x < count; x++) {
                const Vec w[3] = {half[0][x], half[1][x], half[2][x]};
                turn_weights(kind, w, terms);
                UNROLLED (int y = 0; y < count; y++)
                    vec_store(out + (size_t)(y * count + x) * p->next, terms[y]);
            }
        }
}

void PER_ISA(turn_patch_weights)(const PatchWeights *weights){FOR_KIND(weights->kind, turn_all_weights, weights)}

INLINE void add_all_gradients(const PatchKind kind, const PatchWeights *p)
{
    const int count = patch_sizes(kind).terms;
    for (size_t row = 0; row < p->rows; row++)
        for (size_t column = 0; column < p->stride; column += LANES) {
            float *const weights = p->weights + row * 9 * p->stride + column;
            const float *const from = p->terms + row * p->stride + column;
            Vec half[MOST][3];
            UNROLLED (int y = 0; y < count; y++) {
                Vec terms[MOST];
                UNROLLED (int x = 0; x < count; x++)
                    terms[x] = vec_load(from + (size_t)(y * count + x) * p->next);
                turn_gradient(kind, terms, half[y]);
            }
            UNROLLED (size_t x = 0; x < 3; x++) {
                Vec terms[MOST], w[3];
                UNROLLED (int y = 0; y < count; y++)
                    terms[y] = half[y][x];
                turn_gradient(kind, terms, w);
                UNROLLED (size_t y = 0; y < 3; y++) {
                    float *const at = weights + (3 * y + x) * p->stride;
                    vec_store(at, vec_load(at) + w[y]);
                }
            }
        }
}

void PER_ISA(add_patch_gradient)(const PatchWeights *gradient) { FOR_KIND(gradient->kind, add_all_gradients, gradient) }
