// Outputs that share a picture: what softmax needs besides a function of each pixel. Compiled once per instruction set
// (vector.h).
//
// softmax is e^z once ln of the sum of e^z over the picture is taken from every z. The slopes at the numbers before
// that: with h = dL/dz after it, dL/dz before it is h - p times the sum of h.
#include "kernels/kernel_parts.h"

// Vectors of a row that are reduced side by side, so that one need not wait for the one before.
enum { WAYS = 4 };

INLINE Vec take_most(Vec a, Vec b)
{
#if LANES == 16
    return (Vec)_mm512_max_ps((__m512)a, (__m512)b);
#elif LANES == 8
    return (Vec)_mm256_max_ps((__m256)a, (__m256)b);
#else
    return vec_select(a > b, a, b);
#endif
}

INLINE float find_most(const float *z, size_t n)
{
    Vec most[WAYS];
    for (int way = 0; way < WAYS; way++)
        most[way] = vec_load(z);
    size_t i = 0;
    for (; i + WAYS * LANES <= n; i += WAYS * LANES)
        UNROLLED (size_t way = 0; way < WAYS; way++)
            most[way] = take_most(vec_load(z + i + way * LANES), most[way]);
    for (; i < n; i += LANES)
        most[0] = take_most(vec_load(z + i), most[0]);
    const Vec all = take_most(take_most(most[0], most[1]), take_most(most[2], most[3]));
#if LANES == 16
    return _mm512_reduce_max_ps((__m512)all);
#else
    float out = all[0];
    for (int lane = 1; lane < LANES; lane++)
        out = all[lane] > out ? all[lane] : out;
    return out;
#endif
}

// In pairs, and pairs of pairs.
INLINE float sum_lanes(Vec v)
{
#if LANES == 16
    return _mm512_reduce_add_ps((__m512)v);
#else
    return vec_sum(v);
#endif
}

INLINE float find_sum(const float *values, size_t n)
{
    Vec sum[WAYS] = {{0}};
    size_t i = 0;
    for (; i + WAYS * LANES <= n; i += WAYS * LANES)
        UNROLLED (size_t way = 0; way < WAYS; way++)
            sum[way] += vec_load(values + i + way * LANES);
    for (; i < n; i += LANES)
        sum[0] += vec_load(values + i);
    return sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

// The row's sum of e^(z - its greatest).
typedef struct Row {
    float most, total;
} Row;

// Of a vector of z, into powers where they are kept.
INLINE Vec take_powers(const float *z, float most, float *powers)
{
    const Vec power = vec_exp(vec_load(z) - most);
    if (powers)
        vec_store(powers, power);
    return power;
}

INLINE Row sum_powers(const float *z, size_t n, float *powers)
{
    const float most = find_most(z, n);
    Vec sum[2] = {{0}};
    for (size_t i = 0; i < n; i += 2 * LANES) {
        sum[0] += take_powers(z + i, most, powers ? powers + i : NULL);
        if (i + LANES < n)
            sum[1] += take_powers(z + i + LANES, most, powers ? powers + i + LANES : NULL);
    }
    return (Row){most, sum_lanes(sum[0] + sum[1])};
}

INLINE float find_logarithm(float x) { return vec_log(vec_all(x))[0]; }

void PER_ISA(normalise)(float *z, size_t stride, size_t rows, size_t n)
{
    for (size_t row = 0; row < rows; row++, z += stride) {
        const Row found = sum_powers(z, n, NULL);
        const float logarithm = find_logarithm(found.total);
        for (size_t i = 0; i < n; i += LANES)
            vec_store(z + i, (vec_load(z + i) - found.most) - logarithm);
    }
}

void PER_ISA(find_powers)(const float *z, float *powers, size_t stride, size_t rows, size_t n, float *peaks,
                          float *sums)
{
    for (size_t row = 0; row < rows; row++, z += stride, powers += stride) {
        const Row found = sum_powers(z, n, powers);
        peaks[row] = found.most;
        sums[row] = found.total;
    }
}

void PER_ISA(find_scales)(const float *peaks, const float *sums, size_t panes, size_t rows, float *scales)
{
    for (size_t row = 0; row < rows; row += LANES) {
        Vec peak = vec_load(peaks + row), total = {0};
        for (size_t pane = 1; pane < panes; pane++)
            peak = take_most(vec_load(peaks + pane * TILE_ROWS + row), peak);
        for (size_t pane = 0; pane < panes; pane++) {
            const size_t at = pane * TILE_ROWS + row;
            const Vec power = vec_exp(vec_load(peaks + at) - peak);
            vec_store(scales + at, power);
            total += power * vec_load(sums + at);
        }
        const Vec share = 1.0f / total;
        for (size_t pane = 0; pane < panes; pane++)
            vec_store(scales + pane * TILE_ROWS + row, vec_load(scales + pane * TILE_ROWS + row) * share);
    }
}

void PER_ISA(add_row_sums)(const float *values, size_t stride, size_t rows, size_t n, float *totals)
{
    for (size_t row = 0; row < rows; row++)
        totals[row] += find_sum(values + row * stride, n);
}

INLINE void share_row(float *slopes, const float *powers, float factor, size_t n, float *sums, const bool adds)
{
    for (size_t i = 0; i < n; i += LANES) {
        const Vec slope = vec_load(slopes + i) - vec_load(powers + i) * factor;
        vec_store(slopes + i, slope);
        if (adds)
            vec_store(sums + i, vec_load(sums + i) + slope);
    }
}

void PER_ISA(share_slopes)(float *slopes, const float *powers, size_t stride, size_t rows, size_t n,
                           const float *scales, const float *totals, float *sums, bool accumulate)
{
    if (sums && !accumulate)
        memset(sums, 0, n * sizeof *sums);
    for (size_t row = 0; row < rows; row++, slopes += stride, powers += stride) {
        const float factor = scales[row] * totals[row];
        if (sums)
            share_row(slopes, powers, factor, n, sums, true);
        else
            share_row(slopes, powers, factor, n, NULL, false);
    }
}
