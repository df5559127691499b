// Convolution whose window stops at every position, on a picture as it is or on one that `up` doubles before it.
//
// Pictures are copied into planes with zeros around them, one pitch for all, so that what a place in the window shows
// over all positions is a piece of a plane, and no window has to be cut out (kernel.h):
//
//   z = W^T x + b        each channel: the sum of pieces of x's planes, times a weight
//   dW                   each weight: a piece of x's plane times dz's plane
//   dx                   as z, the window turned round: pieces of dz's planes, which lie before it
//
// Of a doubled picture (Layer.scale 2) no pixel is made twice: at an even row of z the window's rows lie over other
// rows of the small picture than at an odd one, some of them two by two over the same, so that their weights are added
// first. Even and odd rows and columns are four phases, each a convolution of its own: of 3 x 3 weights four are left.
#include <assert.h>
#include <string.h>

#include "alloc.h"
#include "models/layer_kinds.h"

enum { GROUP = 8, SLACK = KERNEL_PAD, SCALE_MAX = 2, PHASES_MAX = SCALE_MAX * SCALE_MAX };

// Rows, or columns. Of the phase of z's rows scale r + phase the window's row i lies over row r + find_tap of x.
typedef struct Axis {
    int scale, before;                      // zeros before the picture that the window slides over
    int start;                              // where the picture begins in a plane
    int first[SCALE_MAX], count[SCALE_MAX]; // taps of a phase: first, first + 1, ...
    int size[SCALE_MAX];                    // rows of z in a phase
    int extent;                             // of a plane
} Axis;

static int floor_divide(int a, int b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

static int find_tap(const Axis *axis, int phase, int i) { return floor_divide(phase + i - axis->before, axis->scale); }

static Axis axis_of(int scale, int before, int side, int out)
{
    Axis axis = {.scale = scale, .before = before};
    axis.start = -find_tap(&axis, 0, 0);
    for (int phase = 0; phase < scale; phase++) {
        axis.first[phase] = find_tap(&axis, phase, 0);
        axis.count[phase] = find_tap(&axis, phase, side - 1) - axis.first[phase] + 1;
        axis.size[phase] = (out - phase + scale - 1) / scale;
        const int end = axis.start + axis.size[phase] + axis.first[phase] + axis.count[phase] - 1;
        axis.extent = end > axis.extent ? end : axis.extent;
    }
    return axis;
}

typedef struct Frame {
    Axis rows, columns;
    size_t pitch, plane; // from row to row, from channel to channel
    size_t in_start;     // where the picture begins in a plane of x
    size_t in_length;    // positions from its first pixel to its last, rounded up
    size_t lead;         // zeros before the first plane of a phase of dz
    int phases;
    size_t terms[PHASES_MAX + 1]; // before a phase, over all channels of x: rows of its weights
} Frame;

static int row_phase(const Frame *frame, int phase) { return phase / frame->rows.scale; }
static int column_phase(const Frame *frame, int phase) { return phase % frame->rows.scale; }

// Positions of a phase from its first pixel to its last, rounded up.
static size_t phase_length(const Frame *frame, int phase)
{
    const int rows = frame->rows.size[row_phase(frame, phase)];
    return kernel_pad((size_t)(rows - 1) * frame->pitch + (size_t)frame->columns.size[column_phase(frame, phase)]);
}

static Frame frame_of(const Layer *layer)
{
    const Shape *in = &layer->given, *out = &layer->to;
    Frame frame = {.rows = axis_of(layer->scale, layer->above, layer->side, out->height),
                   .columns = axis_of(layer->scale, layer->left, layer->side, out->width),
                   .phases = layer->scale * layer->scale};
    frame.pitch = (size_t)frame.columns.extent;
    frame.plane = kernel_pad((size_t)frame.rows.extent * frame.pitch);
    frame.in_start = (size_t)frame.rows.start * frame.pitch + (size_t)frame.columns.start;
    frame.in_length = kernel_pad((size_t)(in->height - 1) * frame.pitch + (size_t)in->width);
    frame.lead = kernel_pad((size_t)layer->side * (frame.pitch + 1));
    for (int phase = 0; phase < frame.phases; phase++)
        frame.terms[phase + 1] = frame.terms[phase] + (size_t)in->channels *
                                                          (size_t)frame.rows.count[row_phase(&frame, phase)] *
                                                          (size_t)frame.columns.count[column_phase(&frame, phase)];
    return frame;
}

typedef struct Scratch {
    float *x, *slope; // planes of GROUP images; of dz a phase after the other, in it image, channel
    float *out;       // (phases, channels, plane) of one image
    float *weights;   // (terms of all phases, stride), and their gradient; the layer's own where it has one phase
    float *gradient;
    uint32_t *a_at, *b_at;
    size_t size;
} Scratch;

static float *cut_whole(Cutter *cutter, size_t count) { return cutter_take(cutter, kernel_pad(count)); }

// memory NULL: only counts.
static Scratch lay_out(const Layer *layer, const Frame *frame, float *memory)
{
    Scratch scratch = {0};
    Cutter cutter = {.memory = memory};
    const size_t in = (size_t)layer->given.channels, out = (size_t)layer->to.channels;
    const size_t phases = (size_t)frame->phases, terms = frame->terms[phases];
    const size_t turned = terms / in * out, most = terms > turned ? terms : turned;
    scratch.x = cut_whole(&cutter, GROUP * in * frame->plane + SLACK);
    scratch.slope = cut_whole(&cutter, phases * (frame->lead + GROUP * out * frame->plane) + SLACK);
    scratch.out = cut_whole(&cutter, (in > phases * out ? in : phases * out) * frame->plane);
    scratch.weights = cut_whole(&cutter, phases > 1 ? terms * layer->stride : 0);
    scratch.gradient = cut_whole(&cutter, phases > 1 ? terms * layer->stride : 0);
    scratch.a_at = (uint32_t *)(void *)cut_whole(&cutter, most);
    scratch.b_at = (uint32_t *)(void *)cut_whole(&cutter, most);
    scratch.size = cutter.used;
    return scratch;
}

bool slide_fits(const Layer *layer) { return layer->kind == LAYER_CONV && layer->step == 1; }

size_t slide_scratch(const Layer *layer)
{
    const Frame frame = frame_of(layer);
    return lay_out(layer, &frame, NULL).size;
}

// ---- weights of phases --------------------------------------------------------------------------------------------

// Which of a phase's rows of weights, of channel 0, the window's place (y, x) belongs to; *per_channel: how many a
// channel has.
static size_t find_term(const Frame *frame, int phase, int y, int x, size_t *per_channel)
{
    const int py = row_phase(frame, phase), px = column_phase(frame, phase);
    const size_t width = (size_t)frame->columns.count[px];
    *per_channel = (size_t)frame->rows.count[py] * width;
    return (size_t)(find_tap(&frame->rows, py, y) - frame->rows.first[py]) * width +
           (size_t)(find_tap(&frame->columns, px, x) - frame->columns.first[px]);
}

// Each row of the layer's weights is a part of one of each phase's: to += from, from its own to the phases' or back.
static void add_rows(const Layer *layer, const Frame *frame, const float *from, float *to, bool is_back)
{
    const size_t stride = layer->stride, places = (size_t)layer->side * (size_t)layer->side;
    for (int phase = 0; phase < frame->phases; phase++)
        for (int y = 0; y < layer->side; y++)
            for (int x = 0; x < layer->side; x++) {
                size_t per_channel;
                const size_t term = find_term(frame, phase, y, x, &per_channel);
                for (size_t channel = 0; channel < (size_t)layer->given.channels; channel++) {
                    const size_t own = (channel * places + (size_t)(y * layer->side + x)) * stride;
                    const size_t in_phase = (frame->terms[phase] + channel * per_channel + term) * stride;
                    for (size_t i = 0; i < stride; i++)
                        to[(is_back ? own : in_phase) + i] += from[(is_back ? in_phase : own) + i];
                }
            }
}

static const float *find_weights(const Layer *layer, const Frame *frame, const float *parameters,
                                 const Scratch *scratch)
{
    const float *const own = parameters + layer->weight_offset;
    if (frame->phases == 1)
        return own;
    memset(scratch->weights, 0, frame->terms[frame->phases] * layer->stride * sizeof *scratch->weights);
    add_rows(layer, frame, own, scratch->weights, false);
    return scratch->weights;
}

// ---- planes -------------------------------------------------------------------------------------------------------

// An image's planes, zeros around them.
static void frame_image(const Frame *frame, const Shape *shape, const float *values, float *planes)
{
    memset(planes, 0, (size_t)shape->channels * frame->plane * sizeof *planes);
    for (size_t channel = 0; channel < (size_t)shape->channels; channel++)
        kernel_get()->copy_rows(values + channel * shape->plane, (size_t)shape->width,
                                planes + channel * frame->plane + frame->in_start, frame->pitch, (size_t)shape->height,
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
    if (frame->phases == 1) {
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

// Where the planes of a phase of dz begin, image after image.
static float *find_slopes(const Layer *layer, const Frame *frame, const Scratch *scratch, int phase)
{
    const size_t planes = GROUP * (size_t)layer->to.channels * frame->plane;
    return scratch->slope + frame->lead + (size_t)phase * (frame->lead + planes);
}

// dz of an image into the planes of its phases, zeros behind rows and columns.
static void split_phases(const Layer *layer, const Frame *frame, const float *values, size_t image, Scratch *scratch)
{
    const Shape *shape = &layer->to;
    const size_t channels = (size_t)shape->channels, width = (size_t)shape->width;
    float *planes[PHASES_MAX];
    for (int phase = 0; phase < frame->phases; phase++) {
        planes[phase] = find_slopes(layer, frame, scratch, phase) + image * channels * frame->plane;
        memset(planes[phase], 0, channels * frame->plane * sizeof *values);
    }
    for (size_t channel = 0; channel < channels; channel++) {
        const float *const from = values + channel * shape->plane;
        const size_t at = channel * frame->plane;
        if (frame->phases == 1)
            kernel_get()->copy_rows(from, width, planes[0] + at, frame->pitch, (size_t)shape->height, width);
        for (int y = 0; frame->phases > 1 && y < shape->height; y++) {
            const size_t row = at + (size_t)(y / 2) * frame->pitch;
            kernel_get()->split_rows(from + (size_t)y * width, planes[2 * (y % 2)] + row, planes[2 * (y % 2) + 1] + row,
                                     width);
        }
    }
}

// ---- places -------------------------------------------------------------------------------------------------------

// For each row of a phase's weights: where it begins among them, and where its piece of x begins in the planes.
static void list_places(const Layer *layer, const Frame *frame, int phase, Scratch *scratch)
{
    const Axis *rows = &frame->rows, *columns = &frame->columns;
    const int py = row_phase(frame, phase), px = column_phase(frame, phase);
    size_t l = 0;
    for (int channel = 0; channel < layer->given.channels; channel++)
        for (int y = 0; y < rows->count[py]; y++)
            for (int x = 0; x < columns->count[px]; x++, l++) {
                scratch->a_at[l] = (uint32_t)((frame->terms[phase] + l) * layer->stride);
                scratch->b_at[l] = (uint32_t)((size_t)channel * frame->plane +
                                              (size_t)(rows->start + rows->first[py] + y) * frame->pitch +
                                              (size_t)(columns->start + columns->first[px] + x));
            }
}

// The same for each channel of z in all phases, of the windows turned round: a pixel of x is met by the slope that lies
// y rows and x pixels before it. Returns how many there are. Of x's channel 0; per_channel rows of weights on is the
// next, so that each phase is a product of its own where they differ in that.
static size_t list_turned_places(const Layer *layer, const Frame *frame, int phase, Scratch *scratch)
{
    const Axis *rows = &frame->rows, *columns = &frame->columns;
    const int py = row_phase(frame, phase), px = column_phase(frame, phase);
    const size_t width = (size_t)columns->count[px];
    size_t l = 0;
    for (size_t channel = 0; channel < (size_t)layer->to.channels; channel++)
        for (int y = 0; y < rows->count[py]; y++)
            for (int x = 0; x < columns->count[px]; x++, l++) {
                const size_t offset = (size_t)(rows->start + rows->first[py] + y) * frame->pitch +
                                      (size_t)(columns->start + columns->first[px] + x);
                scratch->a_at[l] =
                    (uint32_t)((frame->terms[phase] + (size_t)y * width + (size_t)x) * layer->stride + channel);
                scratch->b_at[l] = (uint32_t)(frame->lead + channel * frame->plane + frame->in_start - offset);
            }
    return l;
}

// ---- both ways ----------------------------------------------------------------------------------------------------

static size_t count_terms(const Frame *frame, int phase) { return frame->terms[phase + 1] - frame->terms[phase]; }

void slide_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *memory)
{
    const Frame frame = frame_of(layer);
    Scratch scratch = lay_out(layer, &frame, memory);
    const float *const weights = find_weights(layer, &frame, parameters, &scratch);
    const size_t channels = (size_t)layer->to.channels;
    for (int row = 0; row < rows; row++, x += layer->given.stride, z += layer->to.stride) {
        frame_image(&frame, &layer->given, x, scratch.x);
        for (int phase = 0; phase < frame.phases; phase++) {
            if (row == 0 || frame.phases > 1)
                list_places(layer, &frame, phase, &scratch);
            kernel_get()->multiply_windows(&(WindowProduct){
                .m = channels,
                .n = phase_length(&frame, phase),
                .k = count_terms(&frame, phase),
                .a = weights,
                .a_row = 1,
                .a_at = scratch.a_at,
                .b = scratch.x,
                .b_at = scratch.b_at,
                .start = parameters + layer->bias_offset,
                .c = scratch.out + (size_t)phase * channels * frame.plane,
                .c_stride = frame.plane,
            });
        }
        join_phases(&frame, &layer->to, scratch.out, z);
    }
}

static void find_gradient(const Layer *layer, const Frame *frame, const LayerBackward *pass, size_t first, size_t count,
                          Scratch *scratch)
{
    const size_t in = (size_t)layer->given.channels, out = (size_t)layer->to.channels;
    float *const own = pass->gradient + layer->weight_offset;
    for (size_t i = 0; i < count; i++) {
        frame_image(frame, &layer->given, pass->x + (first + i) * layer->given.stride,
                    scratch->x + i * in * frame->plane);
        layer_add_bias_gradient(layer, pass->slope + (first + i) * layer->to.stride, pass->gradient);
    }
    if (frame->phases > 1)
        memset(scratch->gradient, 0, frame->terms[frame->phases] * layer->stride * sizeof *own);
    for (int phase = 0; phase < frame->phases; phase++) {
        list_places(layer, frame, phase, scratch);
        kernel_get()->add_window_dots(&(WindowDots){
            .m = count_terms(frame, phase),
            .n = out,
            .length = phase_length(frame, phase),
            .images = count,
            .a = scratch->x,
            .a_at = scratch->b_at,
            .a_image = in * frame->plane,
            .b = find_slopes(layer, frame, scratch, phase),
            .b_row = frame->plane,
            .b_image = out * frame->plane,
            .c = (frame->phases > 1 ? scratch->gradient : own) + frame->terms[phase] * layer->stride,
            .c_stride = layer->stride,
        });
    }
    if (frame->phases > 1)
        add_rows(layer, frame, scratch->gradient, own, true);
}

static void find_upstream(const Layer *layer, const Frame *frame, const LayerBackward *pass, const float *weights,
                          size_t first, size_t count, Scratch *scratch)
{
    const size_t in = (size_t)layer->given.channels, out = (size_t)layer->to.channels;
    for (size_t i = 0; i < count; i++) {
        for (int phase = 0; phase < frame->phases; phase++) {
            const size_t terms = list_turned_places(layer, frame, phase, scratch);
            kernel_get()->multiply_windows(&(WindowProduct){
                .m = in,
                .n = frame->in_length,
                .k = terms,
                .a = weights,
                .a_row = count_terms(frame, phase) / in * layer->stride,
                .a_at = scratch->a_at,
                .b = find_slopes(layer, frame, scratch, phase) - frame->lead + i * out * frame->plane,
                .b_at = scratch->b_at,
                .c = scratch->out,
                .c_stride = frame->plane,
                .accumulate = phase > 0,
            });
        }
        unframe_image(frame, &layer->given, scratch->out, pass->upstream + (first + i) * layer->given.stride);
    }
}

void slide_backward(const Layer *layer, const LayerBackward *pass)
{
    const Frame frame = frame_of(layer);
    Scratch scratch = lay_out(layer, &frame, pass->scratch);
    const float *const weights = pass->upstream ? find_weights(layer, &frame, pass->parameters, &scratch) : NULL;
    const size_t rows = (size_t)pass->rows;
    for (int phase = 0; phase < frame.phases; phase++)
        memset(find_slopes(layer, &frame, &scratch, phase) - frame.lead, 0, frame.lead * sizeof *scratch.slope);
    for (size_t first = 0; first < rows; first += GROUP) {
        const size_t count = rows - first < GROUP ? rows - first : GROUP;
        for (size_t i = 0; i < count; i++)
            split_phases(layer, &frame, pass->slope + (first + i) * layer->to.stride, i, &scratch);
        if (pass->gradient)
            find_gradient(layer, &frame, pass, first, count, &scratch);
        if (pass->upstream)
            find_upstream(layer, &frame, pass, weights, first, count, &scratch);
    }
}
