// What metrics adds up over the outputs: one pass from logits to every figure. Compiled once per instruction set
// (vector.h).
#include <assert.h>

#include "kernels/kernel_parts.h"
#include "kernels/loss_functions.h"

typedef struct Sums {
    Vec loss[LOSS_COUNT], output, bias[TARGET_GROUP_COUNT];
    VecInt far_below_0, below_002, above_098, nonfinite;
} Sums;

// The bin of each output: 0 below 0, 1 .. 64 over [0, 1], 65 above 1, 66 for a NaN. Comparisons count as -1.
INLINE VecInt find_bins(Vec p)
{
    const Vec x = vec_at_most(vec_at_least(p * (float)HISTOGRAM_INNER, -0.5f), HISTOGRAM_INNER + 0.5f);
    const VecInt bin =
        __builtin_convertvector(vec_select(p == p, x, vec_all(0.0f)), VecInt) + 1 + (p < 0.0f) + (p == 1.0f);
    return (VecInt)vec_select(p != p, (Vec)(bin * 0 + HISTOGRAM_BINS), (Vec)bin);
}

INLINE void add_vector(Sums *sums, Vec p, Vec t)
{
    const Vec zero = {0}, error = p - t;
    sums->output += p;
    const VecInt is_zero = t == zero, is_one = t == 1.0f, is_dark = t < 0.5f;
    sums->bias[0] += vec_select(is_zero, error, zero);
    sums->bias[1] += vec_select(is_dark & ~is_zero, error, zero);
    sums->bias[2] += vec_select(~is_dark & ~is_one, error, zero);
    sums->bias[3] += vec_select(is_one, error, zero);
    sums->far_below_0 += p < -0.02f;
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
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        total->loss[loss] += (double)vec_sum(sums->loss[loss]);
    total->output += (double)vec_sum(sums->output);
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        total->bias[group] += (double)vec_sum(sums->bias[group]);
    total->far_below_0 += count_lanes(sums->far_below_0);
    total->below_002 += count_lanes(sums->below_002);
    total->above_098 += count_lanes(sums->above_098);
    total->nonfinite += count_lanes(sums->nonfinite);
}

// What an output activation does: its value, and each loss's term and factor, which is multiplied.
typedef Vec Activate(Vec z);
typedef void AddLosses(Vec *sums, Vec *factors, Vec z, Vec p, Vec t, LossSettings settings);

// One vector of columns, down all rows. factors_max: how many of any loss's factors may be multiplied.
INLINE void measure_columns(const MeasurePass *pass, size_t column, Activate *activate, AddLosses *add_losses,
                            const size_t factors_max)
{
    const LossSettings settings = pass->settings;
    Sums sums = {0};
    VecInt zeros = {0};
    for (size_t row = 0; row < pass->rows;) {
        Vec factors[LOSS_COUNT];
        for (int loss = 0; loss < LOSS_COUNT; loss++)
            factors[loss] = vec_all(1.0f);
        const size_t rest = pass->rows - row, rows = factors_max < rest ? factors_max : rest;
        for (const size_t end = row + rows; row < end; row++) {
            const Vec z = vec_load(pass->z + row * STRIP_COLUMNS + column);
            const Vec t = vec_load_bytes(pass->targets[row] + pass->column + column), p = activate(z);
            add_losses(sums.loss, factors, z, p, t, settings);
            add_vector(&sums, p, t);
            zeros += p == 0.0f;
            int32_t bins[LANES];
            const VecInt found = find_bins(p);
            memcpy(bins, &found, sizeof bins);
            UNROLLED (int lane = 0; lane < LANES; lane++)
                pass->histograms[lane % MEASURE_HISTOGRAMS][bins[lane]]++;
        }
#define ADD_LOGARITHM(C, loss, NAME, key, label, formula, what, look, unit, heat_scale, form, floor) ADD_##form(NAME)
#define ADD_PLAIN(NAME)
#define ADD_LOGIT(NAME)   ADD_PRODUCT(NAME)
#define ADD_PRODUCT(NAME) sums.loss[LOSS_##NAME] += vec_log(factors[LOSS_##NAME]);
        LOSSES(ADD_LOGARITHM, _)
    }
    add_sums(&sums, pass->sums);
    vec_store(pass->outputs + column, vec_load(pass->outputs + column) + sums.output);
    for (int lane = 0; lane < LANES; lane++)
        pass->zeros[column + (size_t)lane] -= (uint32_t)zeros[lane]; // comparisons count as -1
}

#define ADD_LOSS(activation, loss, NAME, key, label, formula, what, look, unit, heat_scale, form, floor)               \
    {                                                                                                                  \
        const Begun begun = activation##_begin(z, p);                                                                  \
        const Started started = start_##activation##_##loss(&begun);                                                   \
        const Terms terms = finish_##activation##_##loss(&started, t, settings);                                       \
        sums[LOSS_##NAME] += terms.value;                                                                              \
        if (terms.lit)                                                                                                 \
            sums[LOSS_##NAME] += lose_lit(&terms, t, settings);                                                        \
        factors[LOSS_##NAME] *= terms.factor;                                                                          \
    }
#define LIMIT_FACTORS(activation, loss, NAME, key, label, formula, what, look, unit, heat_scale, form, floor)          \
    if (factors_##activation##_##loss > 0 && factors_##activation##_##loss < most)                                     \
        most = factors_##activation##_##loss;
#define MEASURE(C, activation, key, label, formula, what, look, logit, odds, scope)                                    \
    INLINE Vec activation##_value(Vec z) { return activation(z).value; }                                               \
    INLINE void activation##_losses(Vec *sums, Vec *factors, Vec z, Vec p, Vec t, LossSettings settings){              \
        LOSSES(ADD_LOSS, activation)} INLINE int activation##_factors(void)                                            \
    {                                                                                                                  \
        int most = TILE_ROWS;                                                                                          \
        LOSSES(LIMIT_FACTORS, activation)                                                                              \
        return most;                                                                                                   \
    }                                                                                                                  \
    static void measure_##activation(const MeasurePass *pass)                                                          \
    {                                                                                                                  \
        for (size_t column = 0; column < pass->columns; column += LANES)                                               \
            measure_columns(pass, column, activation##_value, activation##_losses, (size_t)activation##_factors());    \
    }
OUTPUT_ACTIVATIONS(MEASURE, _)

#define MEASURE_ROW(C, activation, key, label, formula, what, look, logit, odds, scope) measure_##activation,
MeasureOutput *const PER_ISA(measure_table)[] = {OUTPUT_ACTIVATIONS(MEASURE_ROW, _)};
