// The output's fused passes, of each instruction set that this machine can run, against plain double precision: from
// logits to loss and slopes, as training needs them, and to every figure that metrics adds up.
//
// Single precision puts an output off by some ulp. What that does to a loss or a slope is taken from the exact formula
// at both ends of the output's neighbourhood; the bounds count in such units, two to three times what was measured,
// which the test prints.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "isas.h"
#include "memory.h"
#include "reference.h"

// Of the rows of a pass not every count is tried of every pair of a loss and an output, for the rows of a pass go one
// by one; each count is of some pair, and all of them of all rows.
#ifdef UNDER_ASAN
enum { COUNT_STEP = 9 }; // what is watched here is memory
#else
enum { COUNT_STEP = 5 };
#endif

static size_t next_count(size_t count)
{
    return count + COUNT_STEP < TILE_ROWS || count == TILE_ROWS ? count + COUNT_STEP : TILE_ROWS;
}

enum { IMAGE_PIXELS = 784, Z_SIZE = TILE_ROWS * STRIP_COLUMNS };
#define ULP 0x1p-23 // of 1, in float

static uint8_t images[TILE_ROWS][IMAGE_PIXELS];
static const uint8_t *rows[TILE_ROWS];

static void draw_images(Random *random)
{
    for (size_t row = 0; row < TILE_ROWS; row++) {
        rows[row] = images[row];
        for (size_t i = 0; i < IMAGE_PIXELS; i++)
            images[row][i] =
                (uint8_t)(random_below(random, 3) == 0 ? random_below(random, 256) : 255 * random_below(random, 2));
    }
}

// Logits of one scale, or the extreme ones, or a mixture.
static void draw_logits(float *z, Random *random)
{
    static const float scales[] = {0.5f, 2.0f, 20.0f};
    static const float extremes[] = {0.0f, -0.0f, 20.0f, -20.0f, 90.0f, -90.0f, 1e4f, -1e4f, 1.0f, 1e-30f, -1e-30f};
    enum { SCALES = sizeof scales / sizeof *scales, EXTREMES = sizeof extremes / sizeof *extremes };
    const uint32_t kind = random_below(random, SCALES + 2);
    for (size_t i = 0; i < Z_SIZE; i++)
        z[i] = kind < SCALES                                           ? scales[kind] * isas_draw(random) + 0.5f
               : kind == SCALES || random_below(random, EXTREMES) == 0 ? extremes[random_below(random, EXTREMES)]
                                                                       : isas_draw(random);
}

static const char *output_key(const Kernel *kernel, int output)
{
    return kernel->activations[OUTPUT_ACTIVATION].rows[output].key;
}

static bool is(const char *a, const char *b) // a sanitizer makes a call of strcmp dear, and it is asked for each pixel
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static bool is_exact(const char *output) { return is(output, "relu") || is(output, "linear") || is(output, "clip"); }

// ---- the exact loss -----------------------------------------------------------------------------------------------

typedef struct Exact {
    double value, slope;     // L and dL/dz
    double size, slope_size; // of the terms that make them
} Exact;

static LossSettings settings;

static bool has_logit_form(int loss) { return loss_get(loss)->apply_logit != NULL; }

static void draw_settings(Random *random)
{
    static const float deltas[] = {0.01f, 0.1f, 1.0f}, weights[] = {0.25f, 1.0f, 2.0f, 30.0f};
    settings = loss_set_sigma(
        (LossSettings){.delta = deltas[random_below(random, 3)], .weight = weights[random_below(random, 4)]},
        random_uniform(random) - 2.0);
}

// What cb adds to a logit's terms: of value, ln C; of slope, those of its mean where z is not near 0.
static double cb_mean_size(double z)
{
    const double e = exp(-fabs(z));
    return fabs(z) < 1.0 ? 1.0 : 1.0 / fabs(z) + (z > 0.0 ? 1.0 : e) / (1.0 - e);
}

// From the logit of a sigmoid, s its value.
static Exact lose_logit(int loss, double logit, double s, double t)
{
    if (loss == LOSS_WBCE) {
        double slope;
        const double value = reference_lose("wbce", settings, "sigmoid", logit, t, &slope);
        const double above = (1.0 - t) * s, below = (double)settings.weight * t * (1.0 - s);
        return (Exact){value, above - below, value, above + below};
    }
    if (loss == LOSS_CB) {
        double slope;
        const double value = reference_lose("cb", settings, "sigmoid", logit, t, &slope);
        return (Exact){value, slope, fmax(logit, 0.0) + fabs(logit * t) + 0.7 + log1p(fabs(logit)),
                       cb_mean_size(logit) + t};
    }
    const double value = fmax(logit, 0.0) - logit * t + log1p(exp(-fabs(logit)));
    return (Exact){value, s - t, fmax(logit, 0.0) + fabs(logit * t) + log1p(exp(-fabs(logit))), fabs(s - t)};
}

// The loss of an output p with dp/dz = f.
static Exact lose(int loss, double p, double f, double t)
{
    double slope;
    const double value = reference_lose_output(loss_get(loss)->key, settings, p, t, &slope);
    Exact exact = {value, slope * f, fabs(value), fabs(slope * f)};
    if (loss == LOSS_BCE) { // two terms that may cancel
        const double low = (double)1e-7f, high = 1.0 - 0x1p-23, q = fmin(high, fmax(low, p));
        exact.size = fabs(t * (log(q) - log1p(-q))) + fabs(log1p(-q));
    }
    if (loss == LOSS_CB) {
        const double low = (double)1e-7f, high = 1.0 - 0x1p-23, q = fmin(high, fmax(low, p)), z = log(q) - log1p(-q);
        exact.size = fabs(t * z) + fabs(log1p(-q)) + 0.7 + log1p(fabs(z));
        exact.slope_size = slope != 0.0 ? fabs(f) * (cb_mean_size(z) + t) / (q * (1.0 - q)) : 0.0;
    }
    if (loss == LOSS_GAUSS)
        exact.size = value + 2.0 * fabs((double)settings.log_sigma + 0.92);
    if (loss == LOSS_WBCE && slope != 0.0)
        exact.slope_size = f * ((1.0 - t) / (1.0 - p) + (double)settings.weight * t / p);
    return exact;
}

// tanh01's output is sigmoid(2z), whose clip is one of 2z.
static const double logit_low = -16.1180956, logit_high = 15.9423851;

static Exact lose_at(int loss, const char *output, double z, double p, double f, double t)
{
    if (has_logit_form(loss) && is(output, "sigmoid"))
        return lose_logit(loss, z, p, t);
    if (has_logit_form(loss) && is(output, "tanh01")) {
        const double logit = 2.0 * z, inner = fmin(logit_high, fmax(logit_low, logit));
        Exact exact = lose_logit(loss, inner, inner == logit ? p : 1.0 / (1.0 + exp(-inner)), t);
        exact.slope = inner == logit ? 2.0 * exact.slope : 0.0;
        exact.slope_size *= 2.0;
        return exact;
    }
    return lose(loss, p, f, t);
}

typedef struct Judged {
    Exact exact;
    double value_unit, slope_unit; // what an output that is off by an ulp makes of them
} Judged;

static Judged judge(int loss, const char *output, double z, double t)
{
    double f;
    const double p = reference_activate(output, z, &f);
    // 2e-38 is e^-87, where e^x stops falling
    const double error = is_exact(output) ? 0.0 : ULP * fabs(p) + 2e-38;
    Judged judged = {.exact = lose_at(loss, output, z, p, f, t)};
    judged.value_unit = ULP * judged.exact.size;
    const double steepness = loss == LOSS_GAUSS ? fmax(1.0, (double)settings.precision) : 1.0;
    judged.slope_unit = ULP * judged.exact.slope_size + (is_exact(output) ? 0.0 : 2e-37 * steepness);
    double spreads[2] = {0};
    for (int side = -1; error != 0.0 && side <= 1; side += 2) {
        const Exact off = lose_at(loss, output, z, p + side * error, f, t);
        spreads[0] = fmax(spreads[0], fabs(off.value - judged.exact.value));
        spreads[1] = fmax(spreads[1], fabs(off.slope - judged.exact.slope));
    }
    judged.value_unit += spreads[0];
    judged.slope_unit += spreads[1];
    return judged;
}

// ---- training -----------------------------------------------------------------------------------------------------

#define SLOPE_UNITS 6.0
#define LOSS_UNITS  8.0
#define SUM_UNITS   12.0

typedef struct Worst {
    double slope, loss, sum;
} Worst;

typedef struct Strip {
    float z[Z_SIZE], before[Z_SIZE], powers[Z_SIZE], bias[STRIP_COLUMNS], bias_before[STRIP_COLUMNS];
} Strip;

static Strip strip;

static float ones[TILE_ROWS];

static void find_powers(void)
{
    for (size_t row = 0; row < TILE_ROWS; row++)
        ones[row] = 1.0f;
    for (size_t i = 0; i < Z_SIZE; i++)
        strip.powers[i] = strip.z[i] > 0.0f ? 1.0f : (float)exp((double)strip.z[i]);
}

static void check_bias_slope(const char *what, const OutputPass *pass, Worst *worst)
{
    for (size_t column = 0; column < STRIP_COLUMNS; column++) {
        if (column >= pass->columns) {
            assert_true(strip.bias[column] == strip.bias_before[column]);
            continue;
        }
        double sum = pass->accumulate ? (double)strip.bias_before[column] : 0.0, size = fabs(sum);
        for (size_t row = 0; row < pass->rows; row++) {
            sum += (double)strip.z[row * STRIP_COLUMNS + column];
            size += fabs((double)strip.z[row * STRIP_COLUMNS + column]);
        }
        const double units = fabs((double)strip.bias[column] - sum) / (ULP * size + 1e-40);
        worst->sum = fmax(worst->sum, units);
        if (!(units <= SUM_UNITS))
            fail_msg("%s: bias slope %zu is %g, expected %g", what, column, (double)strip.bias[column], sum);
    }
}

static void check_pass(int loss, const char *output, const OutputPass *pass, double found, const char *what,
                       Worst *worst)
{
    double sum = 0.0, unit = 1e-40;
    for (size_t i = 0; i < Z_SIZE; i++) {
        const size_t row = i / STRIP_COLUMNS, column = i % STRIP_COLUMNS;
        if (row >= pass->rows || column >= pass->columns) {
            assert_true(strip.z[i] == strip.before[i]);
            continue;
        }
        const double z = (double)strip.before[i];
        const double t = (double)((float)rows[row][pass->column + column] / 255.0f);
        const Judged judged = judge(loss, output, z, t);
        sum += judged.exact.value;
        unit += judged.value_unit;
        if (is(output, "tanh01") && fmin(fabs(2.0 * z - logit_low), fabs(2.0 * z - logit_high)) < 1e-5)
            continue; // either side of the clip
        const double units = fabs((double)strip.z[i] - judged.exact.slope) / (judged.slope_unit + 1e-45);
        worst->slope = fmax(worst->slope, units);
        if (!(units <= SLOPE_UNITS))
            fail_msg("%s: slope at z = %.9g, t = %.9g is %.9g, expected %.9g (%.1f units)", what, z, t,
                     (double)strip.z[i], judged.exact.slope, units);
    }
    worst->loss = fmax(worst->loss, fabs(found - sum) / unit);
    if (!(fabs(found - sum) <= LOSS_UNITS * unit))
        fail_msg("%s: the loss is %.9g, expected %.9g (%.1f units)", what, found, sum, fabs(found - sum) / unit);
    check_bias_slope(what, pass, worst);
}

static void check_pair(const Kernel *kernel, int loss, int output, Random *random, Worst *worst)
{
    char what[96];
    const size_t first = 1 + (size_t)(output * LOSS_COUNT + loss) % COUNT_STEP;
    for (size_t count = first; count <= TILE_ROWS; count = next_count(count)) {
        draw_settings(random);
        draw_logits(strip.z, random);
        isas_fill(strip.bias, STRIP_COLUMNS, random);
        find_powers();
        memcpy(strip.before, strip.z, sizeof strip.z);
        memcpy(strip.bias_before, strip.bias, sizeof strip.bias);
        const OutputPass pass = {
            .z = strip.z,
            .stride = STRIP_COLUMNS,
            .targets = rows,
            .scale = 1.0f,
            .upcoming = rows,
            .column = 16 * random_below(random, (IMAGE_PIXELS - STRIP_COLUMNS) / 16 + 1),
            .rows = count,
            .columns = 16 * (1 + (count + random_below(random, 2)) % (STRIP_COLUMNS / 16)),
            .bias_slope = strip.bias,
            .accumulate = random_below(random, 2) == 0,
            .settings = settings,
            .powers = strip.powers,
            .powers_stride = STRIP_COLUMNS,
            .scales = ones,
        };
        (void)snprintf(what, sizeof what, "%s: %s on %s, %zu x %zu", kernel->name, loss_get(loss)->key,
                       output_key(kernel, output), pass.rows, pass.columns);
        check_pass(loss, output_key(kernel, output), &pass, kernel_get()->train[loss][output](&pass), what, worst);
    }
}

static void check_training(const Kernel *kernel)
{
    Random random = random_stream(21, 1);
    draw_images(&random);
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        for (int output = 0; output < kernel->activations[OUTPUT_ACTIVATION].count; output++) {
            Worst worst = {0};
            check_pair(kernel, loss, output, &random, &worst);
            printf("%-7s %s on %-8s slope %.2f, loss %.2f, bias slope %.2f units\n", kernel->name, loss_get(loss)->key,
                   output_key(kernel, output), worst.slope, worst.loss, worst.sum);
        }
}

static void training_agrees_with_exact_losses(void **state)
{
    (void)state;
    isas_try_each(check_training);
}

// The same logit everywhere, at which a product of factors would soonest leave the range of a float.
static void check_equal_logits(const Kernel *kernel)
{
    static const float logits[] = {0.0f,  -0.0f,  1e-7f, 0.5e-7f, 1.0f - 0x1p-23f, 1.0f - 0x1p-24f, 1.0f,
                                   16.0f, -16.0f, 1e4f,  -1e4f};
    Worst worst = {0};
    Random random = random_stream(22, 1);
    draw_settings(&random);
    draw_images(&random);
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        for (int output = 0; output < kernel->activations[OUTPUT_ACTIVATION].count; output++)
            for (size_t i = 0; i < sizeof logits / sizeof *logits; i++) {
                char what[96];
                for (size_t j = 0; j < Z_SIZE; j++)
                    strip.z[j] = strip.before[j] = logits[i];
                find_powers();
                const OutputPass pass = {
                    .z = strip.z,
                    .stride = STRIP_COLUMNS,
                    .targets = rows,
                    .scale = 1.0f,
                    .upcoming = rows,
                    .rows = TILE_ROWS,
                    .columns = STRIP_COLUMNS,
                    .bias_slope = strip.bias,
                    .settings = settings,
                    .powers = strip.powers,
                    .powers_stride = STRIP_COLUMNS,
                    .scales = ones,
                };
                (void)snprintf(what, sizeof what, "%s: %s on %s at %g", kernel->name, loss_get(loss)->key,
                               output_key(kernel, output), (double)logits[i]);
                check_pass(loss, output_key(kernel, output), &pass, kernel_get()->train[loss][output](&pass), what,
                           &worst);
            }
    printf("%-7s equal logits: slope %.2f, loss %.2f, bias slope %.2f units\n", kernel->name, worst.slope, worst.loss,
           worst.sum);
}

static void equal_logits_do_not_overflow(void **state)
{
    (void)state;
    isas_try_each(check_equal_logits);
}

static void check_nan(const Kernel *kernel, int loss, int output, size_t row, size_t column)
{
    for (size_t i = 0; i < Z_SIZE; i++)
        strip.z[i] = 0.25f;
    strip.z[row * STRIP_COLUMNS + column] = row % 2 ? NAN : -NAN;
    find_powers();
    const double found = kernel_get()->train[loss][output](&(OutputPass){
        .z = strip.z,
        .stride = STRIP_COLUMNS,
        .targets = rows,
        .upcoming = rows,
        .rows = TILE_ROWS,
        .columns = STRIP_COLUMNS,
        .bias_slope = strip.bias,
        .settings = settings,
        .powers = strip.powers,
        .powers_stride = STRIP_COLUMNS,
        .scales = ones,
    });
    if (!isnan(found) || !isnan(strip.z[row * STRIP_COLUMNS + column]))
        fail_msg("%s: %s on %s: a NaN makes loss %g, slope %g", kernel->name, loss_get(loss)->key,
                 output_key(kernel, output), found, (double)strip.z[row * STRIP_COLUMNS + column]);
    for (size_t i = 0; i < Z_SIZE; i++)
        assert_true(isnan(strip.z[i]) == (i == row * STRIP_COLUMNS + column));
    for (size_t i = 0; i < STRIP_COLUMNS; i++)
        assert_true(isnan(strip.bias[i]) == (i == column));
}

static void check_nans(const Kernel *kernel)
{
    Random random = random_stream(23, 1);
    draw_settings(&random);
    draw_images(&random);
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        for (int output = 0; output < kernel->activations[OUTPUT_ACTIVATION].count; output++)
            for (size_t column = 0; column < STRIP_COLUMNS; column++)
                check_nan(kernel, loss, output, random_below(&random, TILE_ROWS), column);
}

static void a_logit_that_is_nan_shows(void **state)
{
    (void)state;
    isas_try_each(check_nans);
}

// ---- measure ------------------------------------------------------------------------------------------------------

typedef struct Measured {
    PixelSums sums;
    int64_t histogram[HISTOGRAM_BINS + 1];
    float outputs[STRIP_COLUMNS];
    uint32_t zeros[STRIP_COLUMNS];
    double exact_outputs[STRIP_COLUMNS], output_sizes[STRIP_COLUMNS];
    // of what the sums are made: an error is some ulp of it
    double loss_sizes[LOSS_COUNT], output_size, bias_sizes[TARGET_GROUP_COUNT];
} Measured;

static int find_bin(float p)
{
    if (isnan(p))
        return HISTOGRAM_BINS;
    if (p < 0.0f)
        return 0;
    if (p > 1.0f)
        return HISTOGRAM_BINS - 1;
    return 1 + (p < 1.0f ? (int)(p * HISTOGRAM_INNER) : HISTOGRAM_INNER - 1);
}

static void count_pixel(Measured *exact, float p, double t)
{
    const double error = (double)p - t;
    const int group = t == 0.0 ? 0 : t == 1.0 ? 3 : t < 0.5 ? 1 : 2;
    exact->sums.output += (double)p;
    exact->sums.bias[group] += error;
    exact->sums.far_below_0 += p < -0.02f;
    exact->sums.below_002 += p < 0.02f;
    exact->sums.above_098 += p > 0.98f;
    exact->sums.nonfinite += !isfinite(p);
    exact->histogram[find_bin(p)]++;
    exact->output_size += fabs((double)p);
    exact->bias_sizes[group] += fabs(error);
}

static void measure_naively(const char *output, const MeasurePass *pass, const float *p, Measured *exact)
{
    for (size_t row = 0; row < pass->rows; row++)
        for (size_t column = 0; column < pass->columns; column++) {
            const size_t at = row * STRIP_COLUMNS + column;
            const double t = (double)((float)pass->targets[row][pass->column + column] / 255.0f);
            for (int loss = 0; loss < LOSS_COUNT; loss++) {
                const Judged judged = judge(loss, output, (double)pass->z[at], t);
                exact->sums.loss[loss] += isnan(pass->z[at]) ? (double)NAN : judged.exact.value; // fmin drops a NaN
                exact->loss_sizes[loss] += judged.value_unit / ULP;
            }
            count_pixel(exact, p[at], t);
            exact->zeros[column] += p[at] == 0.0f;
            exact->exact_outputs[column] += (double)p[at];
            exact->output_sizes[column] += fabs((double)p[at]);
        }
}

#define MEASURE_UNITS 4.0

static void compare_sum(double found, double exact, double size, const char *sum, const char *what, double *worst)
{
    if (!isfinite(exact)) { // infinities may meet: what counts is that it shows
        assert_true(isnan(found) || isinf(found));
        return;
    }
    const double units = fabs(found - exact) / (ULP * size + 1e-40);
    *worst = fmax(*worst, units);
    if (!(units <= MEASURE_UNITS))
        fail_msg("%s: the sum of %s is %.9g, expected %.9g (%.1f units)", what, sum, found, exact, units);
}

static void compare_measured(Measured *found, Measured *exact, const char *what, double *worst)
{
    assert_int_equal(found->sums.far_below_0, exact->sums.far_below_0);
    assert_int_equal(found->sums.below_002, exact->sums.below_002);
    assert_int_equal(found->sums.above_098, exact->sums.above_098);
    assert_int_equal(found->sums.nonfinite, exact->sums.nonfinite);
    for (int bin = 0; bin <= HISTOGRAM_BINS; bin++)
        if (found->histogram[bin] != exact->histogram[bin])
            fail_msg("%s: bin %d has %lld, expected %lld", what, bin, (long long)found->histogram[bin],
                     (long long)exact->histogram[bin]);
    assert_memory_equal(found->zeros, exact->zeros, sizeof found->zeros);
    for (int column = 0; column < STRIP_COLUMNS; column++) {
        const double sum = exact->exact_outputs[column], error = fabs((double)found->outputs[column] - sum);
        if (isfinite(sum) ? !(error <= 64 * ULP * exact->output_sizes[column] + 1e-40)
                          : isfinite(found->outputs[column]))
            fail_msg("%s: output %d sums to %.9g, expected %.9g", what, column, (double)found->outputs[column], sum);
    }
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        compare_sum(found->sums.loss[loss], exact->sums.loss[loss], exact->loss_sizes[loss], loss_get(loss)->key, what,
                    worst);
    compare_sum(found->sums.output, exact->sums.output, exact->output_size, "output", what, worst);
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        compare_sum(found->sums.bias[group], exact->sums.bias[group], exact->bias_sizes[group], "bias", what, worst);
}

// Two passes into the same sums: they are added to. bad: how many logits are not finite.
static void check_measured(const Kernel *kernel, int output, size_t count, int bad, Random *random, double *worst)
{
    static const float edges[] = {0.02f, 0.98f, 1.0f, 0.0f, -0.0f, -1e-30f, 1.0000001f, 63.0f / 64.0f, 1.0f / 64.0f};
    enum { EDGES = sizeof edges / sizeof *edges };
    static const float bads[] = {NAN, INFINITY, -INFINITY};
    static float p[Z_SIZE], slopes[Z_SIZE];
    static uint32_t histograms[MEASURE_HISTOGRAMS][HISTOGRAM_BINS + 1];
    Measured found = {0}, exact = {0};
    char what[96];
    memset(histograms, 0, sizeof histograms);
    for (int round = 0; round < 2; round++) {
        draw_logits(strip.z, random);
        for (int i = 0; i < 400; i++)
            strip.z[random_below(random, Z_SIZE)] = edges[random_below(random, EDGES)];
        const size_t columns = 16 * (1 + random_below(random, STRIP_COLUMNS / 16));
        for (int i = 0; i < bad; i++)
            strip.z[random_below(random, (uint32_t)count) * STRIP_COLUMNS + random_below(random, (uint32_t)columns)] =
                bads[random_below(random, 3)];
        kernel->activations[OUTPUT_ACTIVATION].rows[output].apply(strip.z, p, slopes, Z_SIZE);
        const MeasurePass pass = {
            .z = strip.z,
            .targets = rows,
            .column = 16 * random_below(random, (IMAGE_PIXELS - STRIP_COLUMNS) / 16 + 1),
            .rows = count,
            .columns = columns,
            .settings = settings,
            .sums = &found.sums,
            .histograms = histograms,
            .outputs = found.outputs,
            .zeros = found.zeros,
        };
        kernel->measure[output](&pass);
        measure_naively(output_key(kernel, output), &pass, p, &exact);
    }
    for (int i = 0; i < MEASURE_HISTOGRAMS; i++)
        for (int bin = 0; bin <= HISTOGRAM_BINS; bin++)
            found.histogram[bin] += histograms[i][bin];
    (void)snprintf(what, sizeof what, "%s: measuring %s, %zu rows", kernel->name, output_key(kernel, output), count);
    compare_measured(&found, &exact, what, worst);
}

static void check_measure(const Kernel *kernel)
{
    Random random = random_stream(24, 1);
    draw_settings(&random);
    draw_images(&random);
    for (int output = 0; output < kernel->activations[OUTPUT_ACTIVATION].count; output++) {
        double worst = 0.0;
        for (size_t count = 1 + (size_t)output % COUNT_STEP; count <= TILE_ROWS; count = next_count(count)) {
            check_measured(kernel, output, count, 0, &random, &worst);
            check_measured(kernel, output, count, 1 + (int)random_below(&random, 5), &random, &worst);
        }
        printf("%-7s measuring %-8s sums %.2f units\n", kernel->name, output_key(kernel, output), worst);
    }
}

static void measure_agrees_with_a_naive_count(void **state)
{
    (void)state;
    isas_try_each(check_measure);
}

// Outputs that are 0 for every image in some columns and alive by one image in others.
static void check_zeros(const Kernel *kernel)
{
    static uint32_t histograms[MEASURE_HISTOGRAMS][HISTOGRAM_BINS + 1];
    PixelSums sums = {0};
    float outputs[STRIP_COLUMNS] = {0};
    uint32_t zeros[STRIP_COLUMNS] = {0};
    int relu = 0;
    while (!is(output_key(kernel, relu), "relu"))
        relu++;
    for (size_t i = 0; i < Z_SIZE; i++)
        strip.z[i] = i % 2 ? -1.0f : -0.0f;
    for (size_t column = 0; column < STRIP_COLUMNS; column += 3)
        strip.z[column % TILE_ROWS * STRIP_COLUMNS + column] = 1e-30f;
    zeros[1] = 5; // from an earlier pass
    kernel->measure[relu](&(MeasurePass){
        .z = strip.z,
        .targets = rows,
        .rows = TILE_ROWS,
        .columns = STRIP_COLUMNS,
        .sums = &sums,
        .histograms = histograms,
        .outputs = outputs,
        .zeros = zeros,
    });
    for (size_t column = 0; column < STRIP_COLUMNS; column++)
        assert_int_equal(zeros[column], TILE_ROWS - (column % 3 == 0) + 5 * (column == 1));
}

static void one_image_makes_an_output_alive(void **state)
{
    (void)state;
    isas_try_each(check_zeros);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_agrees_with_exact_losses), cmocka_unit_test(equal_logits_do_not_overflow),
        cmocka_unit_test(a_logit_that_is_nan_shows),         cmocka_unit_test(measure_agrees_with_a_naive_count),
        cmocka_unit_test(one_image_makes_an_output_alive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
