// The table of heatmaps: a function and a row each.
#include "state/heatmap.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static void compute_loss(const HeatInput *in, int loss, float *values)
{
    model_loss_values(in->model, loss, in->z, in->p, in->t, values, in->n);
}

#define COMPUTE_LOSS(C, loss, NAME, key, label, formula, unit, heat_scale, form, floor)                                \
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
    model_loss_slopes(in->model, in->model->spec.loss, in->z, in->t, values, in->n);
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
            marks[i + j] = fabsf(slopes[j]) < 0.01f ? 1.0f : 0.0f;
    }
}

static void compute_bias(const HeatInput *in, float *values)
{
    for (size_t i = 0; i < in->n; i++)
        values[i] = in->facts && in->test->images ? in->test->mean_output_map[i] - in->facts->mean_map[i] : 0.0f;
}

static void compute_dead(const HeatInput *in, float *values)
{
    for (size_t i = 0; i < in->n; i++)
        values[i] = in->test->images ? in->test->zero_share_map[i] : 0.0f;
}

static void mark_dead(const HeatInput *in, float *marks)
{
    for (size_t i = 0; i < in->n; i++)
        marks[i] = in->test->images && in->test->zero_share_map[i] == 1.0f ? 1.0f : 0.0f;
}

static double find_excess(const Metrics *test) { return test->excess_bce; }
static double find_bias(const Metrics *test) { return test->bias; }
static double find_dead(const Metrics *test) { return test->dead_outputs; }

// Each loss has one; behind that of a loss with a floor comes what lies above the floor.
#define EXCESS_NO_FLOOR
#define EXCESS_FLOOR                                                                                                   \
    {"excess",    "excess",       "BCE - H(t): what lies above the floor that a grey target has",                      \
     " nat",      MAP_HEAT,       1.0f,                                                                                \
     false,       compute_excess, NULL,                                                                                \
     find_excess, "%.4f",         -1},
#define LOSS_ROW(C, loss, NAME, key, label, formula, unit, heat_scale, form, floor)                                    \
    {key, label, formula, unit, MAP_HEAT, heat_scale, false, compute_##loss, NULL, find_##loss, "%.4f", LOSS_##NAME},  \
        EXCESS_##floor

static const Heatmap rows[] = {
    LOSSES(LOSS_ROW, _){"error", "p\u2212t", "p - t: purple too bright, green too dark", "", MAP_SIGNED, 0.5f, false,
                        compute_error, NULL, find_bias, "%+.4f", -1},
    {"difference", "A\u2212B", "A's output minus the other's: purple where A is brighter", "", MAP_SIGNED, 0.5f, false,
     compute_difference, NULL, NULL, NULL, -1},
    {"gradient", "|\u2202L/\u2202z|", "slope of the model's own loss at the logit; outlined: saturated, |dp/dz| < 0.01",
     "", MAP_HEAT, 0.5f, false, compute_gradient, mark_saturated, NULL, NULL, -1},
    {"bias", "bias", "mean p - mean t of each pixel over the test set", "", MAP_SIGNED, 0.1f, true, compute_bias, NULL,
     find_bias, "%+.4f", -1},
    {"dead", "dead", "share of the test images for which p is exactly 0; outlined: all of them", "", MAP_HEAT, 1.0f,
     true, compute_dead, mark_dead, find_dead, "%.0f", -1},
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
