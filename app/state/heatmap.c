// The table of heatmaps: a function and a row each.
#include "state/heatmap.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static void compute_loss(const HeatInput *in, int loss, float *values)
{
    model_loss_values(in->model, in->settings, loss, in->z, in->p, in->t, values, in->n);
}

#define COMPUTE_LOSS(C, loss, NAME, key, label, formula, what, look, unit, heat_scale, form, floor)                    \
    static void compute_##loss(const HeatInput *in, float *values) { compute_loss(in, LOSS_##NAME, values); }          \
    static double find_##loss(const Metrics *test) { return test->mean[LOSS_##NAME]; }
LOSSES(COMPUTE_LOSS, _)

static void compute_excess(const HeatInput *in, float *values)
{
    compute_bce(in, values);
    for (size_t i = 0; i < in->n; i++) {
        const float excess = values[i] - (float)loss_bce_floor((double)in->t[i]);
        values[i] = excess < 0.0f ? 0.0f : excess; // rounding alone makes it negative
    }
}

static void compute_error(const HeatInput *in, float *values)
{
    for (size_t i = 0; i < in->n; i++)
        values[i] = in->p[i] - in->t[i];
}

static void compute_difference(const HeatInput *in, float *values)
{
    for (size_t i = 0; i < in->n; i++)
        values[i] = in->p_a[i] - in->p_b[i];
}

static void compute_gradient(const HeatInput *in, float *values)
{
    model_loss_slopes(in->model, in->range, in->settings, in->model->spec.loss, in->z, in->t, values, in->n);
    for (size_t i = 0; i < in->n; i++)
        values[i] = fabsf(values[i]);
}

// Saturated: the output hardly follows its logit, |dp/dz| < 0.01, so that a loss that does not cancel that slope
// teaches nothing there, right or wrong.
static void mark_saturated(const HeatInput *in, float *marks)
{
    const Activation *output = activation_get(OUTPUT_ACTIVATION, in->model->spec.output);
    float p[DIGIT_PIXELS], slopes[DIGIT_PIXELS];
    for (size_t i = 0; i < in->n; i += DIGIT_PIXELS) {
        const size_t part = in->n - i < DIGIT_PIXELS ? in->n - i : DIGIT_PIXELS;
        output->apply(in->z + i, p, slopes, part);
        for (size_t j = 0; j < part; j++)
            marks[i + j] = fabsf(slopes[j]) * (output->is_of_picture ? 1.0f - p[j] : 1.0f) < 0.01f ? 1.0f : 0.0f;
    }
}

static void compute_bias(const HeatInput *in, float *values)
{
    for (size_t i = 0; i < in->n; i++)
        values[i] = in->facts && in->test->images ? in->test->mean_output_map[i] - in->facts->mean_map[i] : 0.0f;
}

// A pixel without ink in any image is rightly black: it stays at 0, however it is answered.
static void compute_dead(const HeatInput *in, float *values)
{
    for (size_t i = 0; i < in->n; i++) {
        const bool has_ink = in->facts && metrics_has_ink(in->facts, (int)i);
        values[i] = has_ink && in->test->images ? in->test->zero_share_map[i] : 0.0f;
    }
}

static void mark_dead(const HeatInput *in, float *marks)
{
    compute_dead(in, marks);
    for (size_t i = 0; i < in->n; i++)
        marks[i] = marks[i] == 1.0f ? 1.0f : 0.0f;
}

static double find_excess(const Metrics *test) { return test->excess_bce; }
static double find_bias(const Metrics *test) { return test->bias; }
static double find_dead(const Metrics *test) { return test->never_lit; }

// Each loss has one; behind that of a loss with a floor comes what lies above the floor.
#define EXCESS_NO_FLOOR
#define EXCESS_TILTED
#define EXCESS_SIGNED
#define MAP_OF_NO_FLOOR MAP_HEAT
#define MAP_OF_FLOOR    MAP_HEAT
#define MAP_OF_TILTED   MAP_HEAT
#define MAP_OF_SIGNED   MAP_SIGNED
#define EXCESS_FLOOR                                                                                                   \
    {.key = "excess",                                                                                                  \
     .label = "avoidable BCE",                                                                                         \
     .short_label = "avoidable",                                                                                       \
     .formula = "BCE - H(t)",                                                                                          \
     .what = "BCE minus what a perfect answer would cost.",                                                            \
     .look = "Black here means: nothing left to gain.",                                                                \
     .unit = "",                                                                                                       \
     .map = MAP_HEAT,                                                                                                  \
     .scale = 1.0f,                                                                                                    \
     .compute = compute_excess,                                                                                        \
     .figure = find_excess,                                                                                            \
     .figure_format = "%.4f",                                                                                          \
     .loss = -1},
#define LOSS_ROW(C, row, NAME, row_key, row_label, row_formula, row_what, row_look, row_unit, heat_scale, form, floor) \
    {.key = row_key,                                                                                                   \
     .label = row_label,                                                                                               \
     .short_label = row_label,                                                                                         \
     .formula = row_formula,                                                                                           \
     .what = row_what,                                                                                                 \
     .look = row_look,                                                                                                 \
     .unit = row_unit,                                                                                                 \
     .map = MAP_OF_##floor,                                                                                            \
     .scale = heat_scale,                                                                                              \
     .compute = compute_##row,                                                                                         \
     .figure = find_##row,                                                                                             \
     .figure_format = "%.4f",                                                                                          \
     .loss = LOSS_##NAME},                                                                                             \
        EXCESS_##floor

static const Heatmap rows[] = {
    LOSSES(LOSS_ROW, _){.key = "error",
                        .label = "too bright / too dark",
                        .short_label = "bright/dark",
                        .formula = "p - t",
                        .what = "Output minus target.",
                        .look = "Purple: too bright, green: too dark. Green edges: strokes are drawn too thin.",
                        .unit = "",
                        .map = MAP_SIGNED,
                        .scale = 0.5f,
                        .compute = compute_error,
                        .figure = find_bias,
                        .figure_format = "%+.4f",
                        .loss = -1},
    {.key = "difference",
     .label = "A\u2212B",
     .short_label = "A\u2212B",
     .formula = "p of A - p of B",
     .what = "A's output minus B's: where the two models disagree.",
     .look = "Purple: A is brighter, green: B. Where there is nothing, both draw the same.",
     .unit = "",
     .map = MAP_SIGNED,
     .scale = 0.5f,
     .is_of_pair = true,
     .compute = compute_difference,
     .loss = -1},
    {.key = "gradient",
     .label = "pull",
     .short_label = "pull",
     .formula = "|\u2202L/\u2202z|; outlined: |dp/dz| < 0.01",
     .what = "How hard training pulls at this pixel. Outlined: the output hardly follows any pull.",
     .look = "Large error, no pull: it will never be learnt.",
     .unit = "",
     .map = MAP_HEAT,
     .scale = 0.5f,
     .compute = compute_gradient,
     .mark = mark_saturated,
     .loss = -1},
    {.key = "bias",
     .label = "mean error (all digits)",
     .short_label = "mean error",
     .formula = "mean p - mean t",
     .what = "Output minus target, over all test digits, not your digit.",
     .look = "Which places are always too bright.",
     .unit = "",
     .map = MAP_SIGNED,
     .scale = 0.1f,
     .is_of_set = true,
     .compute = compute_bias,
     .figure = find_bias,
     .figure_format = "%+.4f",
     .loss = -1},
    {.key = "dead",
     .label = "never lit (all digits)",
     .short_label = "never lit",
     .formula = "share of the test digits for which p = 0, where some have ink",
     .what = "For how many of all test digits the output is exactly 0, although some have ink there. Outlined: for "
             "every one.",
     .look = "Outlined pixels are lost. A border without ink is rightly black and does not count.",
     .unit = "",
     .map = MAP_HEAT,
     .scale = 1.0f,
     .is_of_set = true,
     .compute = compute_dead,
     .mark = mark_dead,
     .figure = find_dead,
     .figure_format = "%.0f",
     .loss = -1},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };
_Static_assert((int)ROW_COUNT <= (int)HEATMAPS_MAX, "raise HEATMAPS_MAX");

int heatmap_count(void) { return ROW_COUNT; }

const Heatmap *heatmap_get(int mode)
{
    assert(mode >= 0 && mode < ROW_COUNT);
    return &rows[mode];
}

int heatmap_find(const char *key)
{
    for (int mode = 0; mode < ROW_COUNT; mode++)
        if (strcmp(rows[mode].key, key) == 0)
            return mode;
    return -1;
}
