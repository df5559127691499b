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
#elif LANES == 8
    const __m128 fours = _mm_add_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
    const __m128 pairs = _mm_add_ps(fours, _mm_movehl_ps(fours, fours));
    return _mm_cvtss_f32(_mm_add_ss(pairs, _mm_movehdup_ps(pairs)));
#else
    return (v[0] + v[2]) + (v[1] + v[3]);
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

// The sum of e^(z - most) over a row, and these powers where they are kept: n of them, a multiple of KERNEL_PAD.
INLINE float sum_powers(const float *z, size_t n, float most, float *powers, const bool keeps)
{
    Vec sum[KERNEL_PAD / LANES] = {{0}};
    for (size_t i = 0; i < n; i += KERNEL_PAD)
        UNROLLED (size_t way = 0; way < KERNEL_PAD / LANES; way++) {
            const size_t at = i + way * LANES;
            const Vec power = vec_exp_small(vec_at_least(vec_load(z + at) - most, -87.0f));
            if (keeps)
                vec_store(powers + at, power);
            sum[way] += power;
        }
    for (size_t way = 1; way < KERNEL_PAD / LANES; way++)
        sum[0] += sum[way];
    return sum_lanes(sum[0]);
}

INLINE float find_logarithm(float x) { return vec_log(vec_all(x))[0]; }

void PER_ISA(normalise)(float *z, size_t stride, size_t rows, size_t n)
{
    for (size_t row = 0; row < rows; row++, z += stride) {
        const float most = find_most(z, n), logarithm = find_logarithm(sum_powers(z, n, most, NULL, false));
        for (size_t i = 0; i < n; i += LANES)
            vec_store(z + i, (vec_load(z + i) - most) - logarithm);
    }
}

void PER_ISA(find_powers)(const float *z, float *powers, size_t stride, size_t rows, size_t n, float *peaks,
                          float *sums)
{
    for (size_t row = 0; row < rows; row++) // all first: each takes a while, in which the next can begin
        peaks[row] = find_most(z + row * stride, n);
    for (size_t row = 0; row < rows; row++)
        sums[row] = sum_powers(z + row * stride, n, peaks[row], powers + row * stride, true);
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
