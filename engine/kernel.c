// The hot loops. Compiled once per instruction set (vector.h); kernel_select.c chooses.
#include "kernel.h"

#include "random.h"
#include "vector.h"

#define INLINE static inline __attribute__((always_inline))

// A block of C held in registers: 12 x 2 vectors with 32 registers, 6 x 2 with 16.
#if LANES == 16
enum { BLOCK_ROWS = 12, BLOCK_VECS = 2 };
#else
enum { BLOCK_ROWS = 6, BLOCK_VECS = 2 };
#endif

INLINE void multiply_block(const Product *p, size_t row, size_t column, const int rows, const int vecs)
{
    Vec sum[BLOCK_ROWS][BLOCK_VECS];
    float *const c = p->c + row * p->c_stride + column;
#pragma GCC unroll 12
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int j = 0; j < vecs; j++)
            sum[i][j] = p->accumulate ? vec_load(c + (size_t)i * p->c_stride + (size_t)j * LANES)
                        : p->bias     ? vec_load(p->bias + column + (size_t)j * LANES)
                                      : (Vec){0};
    const float *a = p->a + row * p->a_row;
    const float *b = p->b + column;
    const size_t a_row = p->a_row, a_column = p->a_column, b_stride = p->b_stride;
    for (size_t l = p->k; l > 0; l--) {
        Vec right[BLOCK_VECS];
#pragma GCC unroll 2
        for (int j = 0; j < vecs; j++)
            right[j] = vec_load(b + (size_t)j * LANES);
#pragma GCC unroll 12
        for (int i = 0; i < rows; i++) {
            const Vec left = vec_all(a[(size_t)i * a_row]);
#pragma GCC unroll 2
            for (int j = 0; j < vecs; j++)
                sum[i][j] += left * right[j];
        }
        a += a_column;
        b += b_stride;
    }
#pragma GCC unroll 12
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 2
        for (int j = 0; j < vecs; j++)
            vec_store(c + (size_t)i * p->c_stride + (size_t)j * LANES, sum[i][j]);
}

// Rows of one column strip, in the largest blocks that fit.
INLINE void multiply_strip(const Product *p, size_t column, const int vecs)
{
    size_t row = 0;
    for (; row + BLOCK_ROWS <= p->m; row += BLOCK_ROWS)
        multiply_block(p, row, column, BLOCK_ROWS, vecs);
#if LANES == 16
    for (; row + 4 <= p->m; row += 4)
        multiply_block(p, row, column, 4, vecs);
#else
    for (; row + 2 <= p->m; row += 2)
        multiply_block(p, row, column, 2, vecs);
#endif
    for (; row < p->m; row++)
        multiply_block(p, row, column, 1, vecs);
}

static void multiply(const Product *p)
{
    size_t column = 0;
    for (; column + BLOCK_VECS * LANES <= p->n; column += BLOCK_VECS * LANES)
        multiply_strip(p, column, BLOCK_VECS);
    for (; column < p->n; column += LANES)
        multiply_strip(p, column, 1);
}

// byte / 255, correctly rounded without a division: one correction of the product with the rounded reciprocal.
static void bytes_to_floats(const uint8_t *restrict bytes, float *restrict values, size_t n)
{
    const float reciprocal = 1.0f / 255.0f;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        VecInt wide;
        for (int lane = 0; lane < LANES; lane++) // becomes one widening load
            wide[lane] = bytes[i + (size_t)lane];
        const Vec x = __builtin_convertvector(wide, Vec), q = x * reciprocal;
        vec_store(values + i, (x - q * 255.0f) * reciprocal + q);
    }
    for (; i < n; i++)
        values[i] = (float)bytes[i] / 255.0f;
}

static void add(float *restrict sum, const float *restrict values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sum[i] += values[i];
}

static void scale(float *restrict values, const float *restrict factors, float factor, size_t n)
{
    if (factors)
        for (size_t i = 0; i < n; i++)
            values[i] *= factors[i] * factor;
    else
        for (size_t i = 0; i < n; i++)
            values[i] *= factor;
}

// x - x is 0 for every finite x and NaN for all others, and a sum keeps a NaN.
static bool is_finite(const float *values, size_t n)
{
    Vec sum = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        sum += vec_load(values + i) - vec_load(values + i);
    if (i < n)
        sum += vec_load_part(values + i, n - i) - vec_load_part(values + i, n - i);
    return vec_sum(sum) == 0.0f;
}

static float total(const float *values, size_t n)
{
    Vec sum = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        sum += vec_load(values + i);
    if (i < n)
        sum += vec_load_part(values + i, n - i);
    return vec_sum(sum);
}

typedef struct Counts {
    VecInt below_0, above_1, below_002, above_098, nonfinite;
} Counts;

static int64_t count_lanes(VecInt v) // comparisons count as -1
{
    int64_t sum = 0;
    for (int lane = 0; lane < LANES; lane++)
        sum -= v[lane];
    return sum;
}

// The bin of each output: 0 below 0, 1 .. 64 over [0, 1], 65 above 1, 66 (counted nowhere) for a NaN.
INLINE VecInt find_bins(Vec p)
{
    const Vec inside = vec_at_most(vec_at_least(p, 0.0f), 1.0f);
    VecInt bin =
        __builtin_convertvector(vec_select(p == p, inside, vec_all(0.0f)) * (float)HISTOGRAM_INNER, VecInt) + 1;
    bin = (VecInt)vec_select(bin > HISTOGRAM_INNER, (Vec)(bin * 0 + HISTOGRAM_INNER), (Vec)bin);
    bin = (VecInt)vec_select(p > 1.0f, (Vec)(bin * 0 + HISTOGRAM_BINS - 1), (Vec)bin);
    bin &= ~(p < 0.0f);
    return (VecInt)vec_select(p != p, (Vec)(bin * 0 + HISTOGRAM_BINS), (Vec)bin);
}

// Four tables in turn, because neighbouring pixels mostly fall into the same bin and would wait for each other.
static void count_bins(const float *p, size_t n, int64_t *histogram)
{
    enum { TABLES = 4 };
    uint32_t tables[TABLES][HISTOGRAM_BINS + 1] = {{0}};
    for (size_t i = 0; i < n; i += LANES) {
        const size_t part = n - i < LANES ? n - i : LANES;
        int32_t bins[LANES];
        const VecInt found = find_bins(part == LANES ? vec_load(p + i) : vec_load_part(p + i, part));
        memcpy(bins, &found, sizeof bins);
        for (size_t lane = 0; lane < part; lane++)
            tables[lane % TABLES][bins[lane]]++;
    }
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++)
        for (int table = 0; table < TABLES; table++)
            histogram[bin] += tables[table][bin];
}

static void measure(const float *p, const float *t, const float *bce, size_t n, PixelSums *sums, uint8_t *alive)
{
    Vec sum_bce = {0}, sum_mse = {0}, sum_mae = {0}, sum_output = {0}, sum_bias[4] = {{0}};
    Counts counts = {0};
    const Vec zero = {0};
    for (size_t i = 0; i < n; i += LANES) {
        const size_t part = n - i < LANES ? n - i : LANES;
        const bool whole = part == LANES;
        const Vec target = whole ? vec_load(t + i) : vec_load_part(t + i, part);
        Vec output = whole ? vec_load(p + i) : vec_load_part(p + i, part);
        const Vec error = output - target;
        sum_bce += whole ? vec_load(bce + i) : vec_load_part(bce + i, part);
        sum_mse += error * error;
        sum_mae += vec_abs(error);
        sum_output += output;
        const VecInt is_zero = target == zero, is_one = target == 1.0f, is_dark = target < 0.5f;
        sum_bias[0] += vec_select(is_zero, error, zero);
        sum_bias[1] += vec_select(is_dark & ~is_zero, error, zero);
        sum_bias[2] += vec_select(~is_dark & ~is_one, error, zero);
        sum_bias[3] += vec_select(is_one, error, zero);
        if (!whole) // lanes behind the end count nowhere
            for (size_t lane = part; lane < LANES; lane++)
                output[lane] = 0.5f;
        counts.below_0 += output < 0.0f;
        counts.above_1 += output > 1.0f;
        counts.below_002 += output < 0.02f;
        counts.above_098 += output > 0.98f;
        counts.nonfinite += ~(output - output == zero);
    }
    sums->bce += (double)vec_sum(sum_bce);
    sums->mse += (double)vec_sum(sum_mse);
    sums->mae += (double)vec_sum(sum_mae);
    sums->output += (double)vec_sum(sum_output);
    for (int group = 0; group < 4; group++)
        sums->bias[group] += (double)vec_sum(sum_bias[group]);
    sums->below_0 += count_lanes(counts.below_0);
    sums->above_1 += count_lanes(counts.above_1);
    sums->below_002 += count_lanes(counts.below_002);
    sums->above_098 += count_lanes(counts.above_098);
    sums->nonfinite += count_lanes(counts.nonfinite);
    count_bins(p, n, sums->histogram);
    for (size_t i = 0; i < n; i++)
        alive[i] |= (uint8_t)(p[i] != 0.0f);
}

typedef uint32_t VecBits __attribute__((vector_size(LANES * 4))); // sums of its lanes wrap around

// 32 well-mixed bits for each lane's counter (the "lowbias32" multipliers found by Chris Wellons, public domain).
INLINE VecInt hash_lanes(VecInt x)
{
    VecBits h = (VecBits)x;
    h ^= h >> 16;
    h *= 0x7feb352du;
    h ^= h >> 15;
    h *= 0x846ca68bu;
    h ^= h >> 16;
    return (VecInt)h;
}

// Box and Muller, 1958, in float: a radius from one hash, an angle from another; cosine and sine by Taylor's
// polynomials on a quarter turn. Only the cosine is used, so that each value stands on its own index.
static void add_noise(float *values, size_t n, float sigma, uint64_t key)
{
    VecInt lane;
    for (int i = 0; i < LANES; i++)
        lane[i] = i;
    const int32_t key1 = (int32_t)(uint32_t)key;
    const uint32_t key2 = (uint32_t)(random_mix(key) >> 32);
    for (size_t i = 0; i < n; i += LANES) {
        const size_t part = n - i < LANES ? n - i : LANES;
        const VecInt index = lane + (int32_t)i;
        const VecInt bits1 = hash_lanes((VecInt)((VecBits)hash_lanes(index ^ key1) + key2));
        const VecInt bits2 = hash_lanes(bits1 ^ key1 ^ 0x5bd1e995);
        // u in (0, 1], so that its logarithm is finite; turn in [-1/2, 1/2)
        const Vec u = (__builtin_convertvector((bits1 >> 8) & 0x00ffffff, Vec) + 1.0f) * 0x1p-24f;
        const Vec turn = __builtin_convertvector(bits2 >> 8, Vec) * 0x1p-24f;
        const Vec radius = vec_sqrt(-2.0f * vec_log(u));
        // cos(2 pi turn) = sin(pi/2 - 2 pi |turn|), the argument in [-pi/2, pi/2]
        const Vec x = 1.57079633f - 6.28318531f * vec_abs(turn), x2 = x * x;
        Vec s = vec_all(-2.5052108e-8f);
        s = s * x2 + 2.7557319e-6f;
        s = s * x2 - 1.9841270e-4f;
        s = s * x2 + 8.3333333e-3f;
        s = s * x2 - 0.16666667f;
        s = s * x2 * x + x;
        const Vec clean = part == LANES ? vec_load(values + i) : vec_load_part(values + i, part);
        const Vec noisy = vec_at_most(vec_at_least(clean + sigma * radius * s, 0.0f), 1.0f);
        if (part == LANES)
            vec_store(values + i, noisy);
        else
            vec_store_part(values + i, noisy, part);
    }
}

extern const ActivationTable PER_ISA(activation_tables)[];
extern const Loss PER_ISA(losses)[];
extern const OptimizerTable PER_ISA(optimizer_table);

#define STRING_(x) #x
#define STRING(x)  STRING_(x)

const Kernel PER_ISA(kernel);
const Kernel PER_ISA(kernel) = {
    .name = STRING(ISA),
    .activations = PER_ISA(activation_tables),
    .losses = PER_ISA(losses),
    .optimizers = &PER_ISA(optimizer_table),
    .multiply = multiply,
    .bytes_to_floats = bytes_to_floats,
    .add = add,
    .scale = scale,
    .is_finite = is_finite,
    .total = total,
    .measure = measure,
    .add_noise = add_noise,
};
