// Convolution whose window stops at every position, on a picture as it is or on one that `up` doubles before it, of one
// image after the other: for a few of them, such as the one that is drawn. Training goes through lane.h.
//
// Pictures are copied into planes with zeros around them, one pitch for all, so that what a place in the window shows
// over all positions is a piece of a plane, and no window has to be cut out (kernel.h): each channel of z is the sum of
// pieces of x's planes, times a weight, phase by phase (layer_phases.h).
#include <string.h>

#include "alloc.h"
#include "models/layer_kinds.h"
#include "models/layer_phases.h"

enum { SLACK = KERNEL_PAD };

typedef struct Frame {
    Phases phases;
    int above, left;     // where the picture begins in a plane
    size_t pitch, plane; // from row to row, from channel to channel
} Frame;

// Rows or columns of a plane: from what the first window shows to what the last does.
static int find_extent(const Axis *axis)
{
    int extent = 0;
    for (int phase = 0; phase < axis->scale; phase++) {
        const int end = axis->size[phase] + axis->first[phase] + axis->count[phase] - 1 - axis->first[0];
        extent = end > extent ? end : extent;
    }
    return extent;
}

static Frame frame_of(const Layer *layer)
{
    Frame frame = {.phases = phases_of(layer, &layer->given, &layer->to)};
    frame.above = -frame.phases.rows.first[0];
    frame.left = -frame.phases.columns.first[0];
    frame.pitch = (size_t)find_extent(&frame.phases.columns);
    frame.plane = kernel_pad((size_t)find_extent(&frame.phases.rows) * frame.pitch);
    return frame;
}

// Positions of a phase from its first pixel to its last, rounded up.
static size_t phase_length(const Frame *frame, int phase)
{
    const int rows = frame->phases.rows.size[row_phase(&frame->phases, phase)];
    const int columns = frame->phases.columns.size[column_phase(&frame->phases, phase)];
    return kernel_pad((size_t)(rows - 1) * frame->pitch + (size_t)columns);
}

typedef struct Scratch {
    float *x;       // planes of an image
    float *out;     // (phases, channels, plane)
    float *weights; // of phases
    uint32_t *a_at, *b_at;
    size_t size;
} Scratch;

// memory NULL: only counts.
static Scratch lay_out(const Layer *layer, const Frame *frame, float *memory)
{
    Scratch scratch = {0};
    Cutter cutter = {.memory = memory};
    const size_t phases = (size_t)frame->phases.count, terms = kernel_pad(frame->phases.terms[phases]);
    scratch.x = cutter_take(&cutter, (size_t)layer->given.channels * frame->plane + SLACK);
    scratch.out = cutter_take(&cutter, phases * (size_t)layer->to.channels * frame->plane);
    scratch.weights = cutter_take(&cutter, phases_scratch(&frame->phases, layer));
    scratch.a_at = (uint32_t *)(void *)cutter_take(&cutter, terms);
    scratch.b_at = (uint32_t *)(void *)cutter_take(&cutter, terms);
    scratch.size = cutter.used;
    return scratch;
}

bool slide_fits(const Layer *layer) { return layer->kind == LAYER_CONV && layer->step == 1; }

size_t slide_scratch(const Layer *layer)
{
    const Frame frame = frame_of(layer);
    return lay_out(layer, &frame, NULL).size;
}

// ---- planes -------------------------------------------------------------------------------------------------------

// An image's planes, zeros around them.
static void frame_image(const Frame *frame, const Shape *shape, const float *values, float *planes)
{
    const size_t start = (size_t)frame->above * frame->pitch + (size_t)frame->left;
    memset(planes, 0, (size_t)shape->channels * frame->plane * sizeof *planes);
    for (size_t channel = 0; channel < (size_t)shape->channels; channel++)
        kernel_get()->copy_rows(values + channel * shape->plane, (size_t)shape->width,
                                planes + channel * frame->plane + start, frame->pitch, (size_t)shape->height,
                                (size_t)shape->width);
}

// Back from what a product gives, (channels, plane): gaps zero.
static void unframe_image(const Frame *frame, const Shape *shape, const float *lines, float *values)
{
    for (size_t channel = 0; channel < (size_t)shape->channels; channel++) {
        kernel_get()->copy_rows(lines + channel * frame->plane, frame->pitch, values + channel * shape->plane,
                                (size_t)shape->width, (size_t)shape->height, (size_t)shape->width);
        shape_clear_gap(shape, (int)channel, values);
    }
}

// z of an image from what its phases' products give, (phases, channels, plane).
static void join_phases(const Frame *frame, const Shape *shape, const float *lines, float *values)
{
    const size_t channels = (size_t)shape->channels, width = (size_t)shape->width;
    if (frame->phases.count == 1) {
        unframe_image(frame, shape, lines, values);
        return;
    }
    for (size_t channel = 0; channel < channels; channel++) {
        for (int y = 0; y < shape->height; y++) {
            const float *const even =
                lines + ((size_t)(2 * (y % 2)) * channels + channel) * frame->plane + (size_t)(y / 2) * frame->pitch;
            kernel_get()->join_rows(even, even + channels * frame->plane,
                                    values + channel * shape->plane + (size_t)y * width, width);
        }
        shape_clear_gap(shape, (int)channel, values);
    }
}

// For each row of the phases' weights: where it begins among them, and where its piece of x begins in the planes.
static void list_places(const Layer *layer, const Frame *frame, Scratch *scratch)
{
    const Phases *phases = &frame->phases;
    size_t l = 0;
    for (int phase = 0; phase < phases->count; phase++) {
        const int py = row_phase(phases, phase), px = column_phase(phases, phase);
        for (int channel = 0; channel < layer->given.channels; channel++)
            for (int y = 0; y < phases->rows.count[py]; y++)
                for (int x = 0; x < phases->columns.count[px]; x++, l++) {
                    const int row = frame->above + phases->rows.first[py] + y;
                    const int column = frame->left + phases->columns.first[px] + x;
                    scratch->a_at[l] = (uint32_t)(l * layer->stride);
                    scratch->b_at[l] =
                        (uint32_t)((size_t)channel * frame->plane + (size_t)row * frame->pitch + (size_t)column);
                }
    }
}

void slide_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *memory)
{
    const Frame frame = frame_of(layer);
    const Phases *phases = &frame.phases;
    Scratch scratch = lay_out(layer, &frame, memory);
    const float *const weights = phases_sum_weights(phases, layer, parameters + layer->weight_offset, scratch.weights);
    const size_t channels = (size_t)layer->to.channels;
    list_places(layer, &frame, &scratch);
    for (int row = 0; row < rows; row++, x += layer->given.stride, z += layer->to.stride) {
        frame_image(&frame, &layer->given, x, scratch.x);
        for (int phase = 0; phase < phases->count; phase++)
            kernel_get()->multiply_windows(&(WindowProduct){
                .m = channels,
                .n = phase_length(&frame, phase),
                .k = phases_terms(phases, phase),
                .a = weights,
                .a_row = 1,
                .a_at = scratch.a_at + phases->terms[phase],
                .b = scratch.x,
                .b_at = scratch.b_at + phases->terms[phase],
                .start = parameters + layer->bias_offset,
                .c = scratch.out + (size_t)phase * channels * frame.plane,
                .c_stride = frame.plane,
            });
        join_phases(&frame, &layer->to, scratch.out, z);
    }
}
