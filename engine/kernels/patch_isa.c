// Convolutions of 3 x 3 with fewer multiplications: what a patch of a picture becomes, and what becomes of it
// (kernel.h). Compiled once for each instruction set (vector.h).
#include "kernels/kernel_parts.h"
#include "kernels/vector.h"

enum { MOST = PATCH_TERMS };

static const int term_counts[] = {[PATCH_PLAIN] = 4, [PATCH_DOUBLED] = 3, [PATCH_HALVED] = 3};
static const size_t steps[] = {
    [PATCH_PLAIN] = 2, [PATCH_DOUBLED] = 1, [PATCH_HALVED] = 2}; // pixels from patch to patch of what it is made of

// One direction each; the other is the same again.

INLINE void turn_input(const PatchKind kind, const Vec x[MOST], Vec terms[MOST])
{
    if (kind == PATCH_PLAIN) {
        terms[0] = x[0] - x[2], terms[1] = x[1] + x[2], terms[2] = x[2] - x[1], terms[3] = x[1] - x[3];
    } else if (kind == PATCH_HALVED) {
        terms[0] = x[1] + x[2], terms[1] = x[3] - x[1], terms[2] = x[0] - x[2];
    } else {
        terms[0] = x[1], terms[1] = x[0] - x[1], terms[2] = x[2] - x[1];
    }
}

INLINE void turn_slope(const PatchKind kind, const Vec slope[2], Vec terms[MOST])
{
    if (kind == PATCH_PLAIN) {
        terms[0] = slope[0], terms[1] = slope[0] + slope[1], terms[2] = slope[0] - slope[1], terms[3] = -slope[1];
    } else {
        terms[0] = slope[0] + slope[1], terms[1] = slope[0], terms[2] = slope[1];
    }
}

INLINE void turn_output(const PatchKind kind, const Vec terms[MOST], Vec z[2])
{
    if (kind == PATCH_PLAIN) {
        z[0] = terms[0] + terms[1] + terms[2], z[1] = terms[1] - terms[2] - terms[3];
    } else {
        z[0] = terms[0] + terms[1], z[1] = terms[0] + terms[2];
    }
}

INLINE void turn_weights(const PatchKind kind, const Vec w[3], Vec terms[MOST])
{
    if (kind == PATCH_PLAIN) {
        const Vec outer = 0.5f * (w[0] + w[2]), middle = 0.5f * w[1];
        terms[0] = w[0], terms[1] = outer + middle, terms[2] = outer - middle, terms[3] = w[2];
    } else {
        terms[0] = w[0] + w[1] + w[2], terms[1] = w[0], terms[2] = w[2];
    }
}

INLINE void turn_gradient(const PatchKind kind, const Vec terms[MOST], Vec w[3])
{
    if (kind == PATCH_PLAIN) {
        const Vec both = 0.5f * (terms[1] + terms[2]);
        w[0] = terms[0] + both, w[1] = 0.5f * (terms[1] - terms[2]), w[2] = both + terms[3];
    } else {
        w[0] = terms[0] + terms[1], w[1] = terms[0], w[2] = terms[0] + terms[2];
    }
}

// ---- pictures -----------------------------------------------------------------------------------------------------

INLINE void turn_line(const PatchLines *lines, const PatchKind kind, const bool is_slope, size_t at, float *out)
{
    const int pixels = is_slope ? 2 : kind == PATCH_DOUBLED ? 3 : 4;
    const size_t step = (is_slope ? 2 : steps[kind]) * LANE_IMAGES, next = lines->next;
    const Vec first = vec_all(lines->factors[0]), second = vec_all(lines->factors[1]);
    for (size_t column = 0; column < lines->columns; column++)
        for (size_t lane = 0; lane < LANE_IMAGES; lane += LANES) {
            const size_t from = at + column * step + lane, to = column * LANE_IMAGES + lane;
            Vec x[MOST], terms[MOST];
            UNROLLED (int j = 0; j < pixels; j++) {
                const Vec above = vec_load(lines->values[0] + from + (size_t)j * LANE_IMAGES);
                const Vec below = vec_load(lines->values[1] + from + (size_t)j * LANE_IMAGES);
                x[j] = (is_slope ? first * above : above) + second * below;
            }
            if (is_slope)
                turn_slope(kind, x, terms);
            else
                turn_input(kind, x, terms);
            UNROLLED (int j = 0; j < term_counts[kind]; j++)
                vec_store(out + (size_t)j * next + to, terms[j]);
        }
}

INLINE void turn_lines(const PatchLines *lines, const PatchKind kind, const bool is_slope)
{
    for (size_t channel = 0; channel < lines->channels; channel++)
        for (size_t row = 0; row < lines->rows; row++)
            turn_line(lines, kind, is_slope, channel * lines->plane + row * lines->pitch,
                      lines->terms + channel * lines->term_plane + row * lines->columns * LANE_IMAGES);
}

void PER_ISA(turn_patch_inputs)(const PatchLines *lines)
{
    if (lines->kind == PATCH_PLAIN)
        turn_lines(lines, PATCH_PLAIN, false);
    else if (lines->kind == PATCH_HALVED)
        turn_lines(lines, PATCH_HALVED, false);
    else
        turn_lines(lines, PATCH_DOUBLED, false);
}

void PER_ISA(turn_patch_slopes)(const PatchLines *lines)
{
    if (lines->kind == PATCH_PLAIN)
        turn_lines(lines, PATCH_PLAIN, true);
    else
        turn_lines(lines, PATCH_DOUBLED, true);
}

INLINE void finish_patches(const PatchOutput *output, const PatchKind kind)
{
    const int count = term_counts[kind];
    for (size_t i = 0; i < output->count * LANE_IMAGES; i += LANES) {
        const size_t to = i / LANE_IMAGES * 2 * LANE_IMAGES + i % LANE_IMAGES;
        Vec half[2][MOST], z[2];
        UNROLLED (int y = 0; y < count; y++) {
            Vec terms[MOST];
            UNROLLED (int x = 0; x < count; x++)
                terms[x] = vec_load(output->terms + (size_t)(y * count + x) * output->next + i);
            turn_output(kind, terms, z);
            half[0][y] = z[0], half[1][y] = z[1];
        }
        UNROLLED (size_t x = 0; x < 2; x++) {
            turn_output(kind, half[x], z);
            vec_store(output->rows[0] + to + x * LANE_IMAGES, z[0] + output->start);
            vec_store(output->rows[1] + to + x * LANE_IMAGES, z[1] + output->start);
        }
    }
}

void PER_ISA(finish_patches)(const PatchOutput *output)
{
    if (output->kind == PATCH_PLAIN)
        finish_patches(output, PATCH_PLAIN);
    else
        finish_patches(output, PATCH_DOUBLED);
}

// ---- weights ------------------------------------------------------------------------------------------------------

INLINE void turn_all_weights(const PatchWeights *p, const PatchKind kind)
{
    const int count = term_counts[kind];
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

void PER_ISA(turn_patch_weights)(const PatchWeights *weights)
{
    if (weights->kind == PATCH_PLAIN)
        turn_all_weights(weights, PATCH_PLAIN);
    else
        turn_all_weights(weights, PATCH_DOUBLED);
}

INLINE void add_gradient(const PatchWeights *p, const PatchKind kind)
{
    const int count = term_counts[kind];
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

void PER_ISA(add_patch_gradient)(const PatchWeights *gradient)
{
    if (gradient->kind == PATCH_PLAIN)
        add_gradient(gradient, PATCH_PLAIN);
    else
        add_gradient(gradient, PATCH_DOUBLED);
}
