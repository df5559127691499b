// Which weights of a convolution meet which pixel, phase by phase.
#include "models/layer_phases.h"

#include <string.h>

#include "kernels/kernel.h"

static int floor_divide(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

int axis_tap(const Axis *axis, int phase, int i) { return floor_divide(phase + i - axis->before, axis->scale); }

static Axis axis_of(const Layer *layer, int before, int in, int out)
{
    const int scale = layer->scale > 1 ? layer->scale : 1;
    Axis axis = {.scale = scale, .step = layer->step, .side = layer->side, .before = before, .in = in, .out = out};
    for (int phase = 0; phase < scale; phase++) {
        axis.first[phase] = axis_tap(&axis, phase, 0);
        axis.count[phase] = axis_tap(&axis, phase, layer->side - 1) - axis.first[phase] + 1;
        axis.size[phase] = (out - phase + scale - 1) / scale;
    }
    return axis;
}

Phases phases_of(const Layer *layer, const Shape *large, const Shape *small)
{
    Phases phases = {.rows = axis_of(layer, layer->above, large->height, small->height),
                     .columns = axis_of(layer, layer->left, large->width, small->width)};
    phases.count = phases.rows.scale * phases.rows.scale;
    for (int phase = 0; phase < phases.count; phase++)
        phases.terms[phase + 1] = phases.terms[phase] + (size_t)large->channels *
                                                            (size_t)phases.rows.count[row_phase(&phases, phase)] *
                                                            (size_t)phases.columns.count[column_phase(&phases, phase)];
    return phases;
}

size_t phases_scratch(const Phases *phases, const Layer *layer)
{
    return phases->count > 1 ? phases->terms[phases->count] * layer->stride : 0;
}

// Which of a phase's rows of weights, of channel 0, the window's place (y, x) belongs to; *per_channel: how many a
// channel has.
static size_t find_term(const Phases *phases, int phase, int y, int x, size_t *per_channel)
{
    const int py = row_phase(phases, phase), px = column_phase(phases, phase);
    const size_t width = (size_t)phases->columns.count[px];
    *per_channel = (size_t)phases->rows.count[py] * width;
    return (size_t)(axis_tap(&phases->rows, py, y) - phases->rows.first[py]) * width +
           (size_t)(axis_tap(&phases->columns, px, x) - phases->columns.first[px]);
}

// Each row of the layer's weights is a part of one of each phase's: to += from, from its own to the phases' or back.
static void add_rows(const Phases *phases, const Layer *layer, const float *from, float *to, bool is_back)
{
    const size_t stride = layer->stride, places = (size_t)layer->side * (size_t)layer->side;
    const size_t channels = layer->weight_rows / places;
    for (int phase = 0; phase < phases->count; phase++)
        for (int y = 0; y < layer->side; y++)
            for (int x = 0; x < layer->side; x++) {
                size_t per_channel;
                const size_t term = find_term(phases, phase, y, x, &per_channel);
                const size_t own = (size_t)(y * layer->side + x) * stride, own_pitch = places * stride;
                const size_t in_phase = (phases->terms[phase] + term) * stride, phase_pitch = per_channel * stride;
                if (is_back)
                    kernel_get()->add_rows(from + in_phase, phase_pitch, to + own, own_pitch, channels, stride);
                else
                    kernel_get()->add_rows(from + own, own_pitch, to + in_phase, phase_pitch, channels, stride);
            }
}

const float *phases_sum_weights(const Phases *phases, const Layer *layer, const float *own, float *sums)
{
    if (phases->count == 1)
        return own;
    memset(sums, 0, phases_scratch(phases, layer) * sizeof *sums);
    add_rows(phases, layer, own, sums, false);
    return sums;
}

void phases_add_gradient(const Phases *phases, const Layer *layer, const float *sums, float *own)
{
    if (phases->count > 1)
        add_rows(phases, layer, sums, own, true);
}
