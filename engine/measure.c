// What metrics adds up over the outputs: one pass from logits to every figure. Compiled once per instruction set
// (vector.h).
#include <assert.h>

#include "kernel.h"
#include "loss_functions.h"

typedef struct Sums {
    Vec bce, mse, mae, output, bias[TARGET_GROUP_COUNT];
    VecInt below_002, above_098, nonfinite;
} Sums;

// The bin of each output: 0 below 0, 1 .. 64 over [0, 1], 65 above 1, 66 for a NaN. Comparisons count as -1.
INLINE VecInt find_bins(Vec p)
{
    const Vec x = vec_at_most(vec_at_least(p * (float)HISTOGRAM_INNER, -0.5f), HISTOGRAM_INNER + 0.5f);
    const VecInt bin =
        __builtin_convertvector(vec_select(p == p, x, vec_all(0.0f)), VecInt) + 1 + (p < 0.0f) + (p == 1.0f);
    return (VecInt)vec_select(p != p, (Vec)(bin * 0 + HISTOGRAM_BINS), (Vec)bin);
}

INLINE void add_vector(Sums *sums, Vec p, Vec t, Terms bce)
{
    const Vec zero = {0}, error = p - t;
    sums->bce += bce.value;
    sums->mse += error * error;
    sums->mae += vec_abs(error);
    sums->output += p;
    const VecInt is_zero = t == zero, is_one = t == 1.0f, is_dark = t < 0.5f;
    sums->bias[0] += vec_select(is_zero, error, zero);
    sums->bias[1] += vec_select(is_dark & ~is_zero, error, zero);
    sums->bias[2] += vec_select(~is_dark & ~is_one, error, zero);
    sums->bias[3] += vec_select(is_one, error, zero);
    sums->below_002 += p < 0.02f;
    sums->above_098 += p > 0.98f;
    sums->nonfinite += ~(p - p == zero);
}

static int64_t count_lanes(VecInt v)
{
    int64_t sum = 0;
    for (int lane = 0; lane < LANES; lane++)
        sum -= v[lane];
    return sum;
}

static void add_sums(const Sums *sums, PixelSums *total)
{
    total->bce += (double)vec_sum(sums->bce);
    total->mse += (double)vec_sum(sums->mse);
    total->mae += (double)vec_sum(sums->mae);
    total->output += (double)vec_sum(sums->output);
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        total->bias[group] += (double)vec_sum(sums->bias[group]);
    total->below_002 += count_lanes(sums->below_002);
    total->above_098 += count_lanes(sums->above_098);
    total->nonfinite += count_lanes(sums->nonfinite);
}

typedef Vec Activate(Vec z);

// One vector of columns, down all rows.
INLINE void measure_columns(const MeasurePass *pass, size_t column, Activate *activate, FindTerms *find_bce,
                            const size_t factors_max)
{
    Sums sums = {0};
    VecInt zeros = {0};
    for (size_t row = 0; row < pass->rows;) {
        Vec factor = vec_all(1.0f);
        const size_t rest = pass->rows - row, rows = factors_max < rest ? factors_max : rest;
        for (const size_t end = row + rows; row < end; row++) {
            const Vec z = vec_load(pass->z + row * STRIP_COLUMNS + column);
            const Vec t = vec_load_bytes(pass->targets[row] + pass->column + column), p = activate(z);
            const Terms bce = find_bce(z, t);
            add_vector(&sums, p, t, bce);
            factor *= bce.factor;
            zeros += p == 0.0f;
            int32_t bins[LANES];
            const VecInt found = find_bins(p);
            memcpy(bins, &found, sizeof bins);
#pragma GCC unroll 16
            for (int lane = 0; lane < LANES; lane++)
                pass->histograms[lane % MEASURE_HISTOGRAMS][bins[lane]]++;
        }
        sums.bce += vec_log(factor);
    }
    add_sums(&sums, pass->sums);
    vec_store(pass->outputs + column, vec_load(pass->outputs + column) + sums.output);
    for (int lane = 0; lane < LANES; lane++)
        pass->zeros[column + (size_t)lane] -= (uint32_t)zeros[lane]; // comparisons count as -1
}

#define MEASURE(activation, key, label, formula)                                                                       \
    static_assert((int)factors_##activation##_bce > 0, "BCE has factors");                                             \
    static void measure_##activation(const MeasurePass *pass)                                                          \
    {                                                                                                                  \
        for (size_t column = 0; column < pass->columns; column += LANES)                                               \
            measure_columns(pass, column, activation##_value, terms_##activation##_bce, factors_##activation##_bce);   \
    }
#define ACTIVATION_VALUE(activation, key, label, formula)                                                              \
    INLINE Vec activation##_value(Vec z) { return activation(z).value; }
OUTPUT_ACTIVATIONS(ACTIVATION_VALUE)
OUTPUT_ACTIVATIONS(MEASURE)

#define MEASURE_ROW(activation, key, label, formula) measure_##activation,
MeasureOutput *const PER_ISA(measure_table)[] = {OUTPUT_ACTIVATIONS(MEASURE_ROW)};
