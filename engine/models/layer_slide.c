// Convolution whose window stops at every position. Its pictures are copied into planes with zeros around them, one
// pitch for all, so that what a place in the window shows over all positions is a piece of a plane, and no window has
// to be cut out (kernel.h):
//
//   z = W^T x + b        each channel: the sum of pieces of x's planes, times a weight
//   dW                   each weight: a piece of x's plane times dz's plane
//   dx                   as z, the window turned round: pieces of dz's planes, which lie before it
#include <assert.h>
#include <string.h>

#include "models/layer_kinds.h"

enum { GROUP = 8, SLACK = KERNEL_PAD }; // images whose gradient is summed at a time; floats read behind the last plane

typedef struct Frame {
    size_t side, pitch, plane;    // of the window; from row to row, from channel to channel
    size_t in_start;              // where the picture begins in a plane of x
    size_t out_length, in_length; // positions from the first pixel to the last, of z and of x, rounded up
    size_t lead;                  // zeros before the first plane of dz
} Frame;

static Frame frame_of(const Layer *layer)
{
    const Shape *in = &layer->from, *out = &layer->to;
    const size_t side = (size_t)layer->side, pitch = (size_t)out->width + side - 1;
    const size_t height = (size_t)out->height + side - 1;
    return (Frame){
        .side = side,
        .pitch = pitch,
        .plane = kernel_pad(height * pitch),
        .in_start = (size_t)layer->above * pitch + (size_t)layer->left,
        .out_length = kernel_pad((size_t)(out->height - 1) * pitch + (size_t)out->width),
        .in_length = kernel_pad((size_t)(in->height - 1) * pitch + (size_t)in->width),
        .lead = kernel_pad((side - 1) * (pitch + 1)),
    };
}

typedef struct Scratch {
    float *x, *slope; // planes, of GROUP images
    float *out;       // (channels, length) of one image
    uint32_t *a_at, *b_at;
    size_t size;
} Scratch;

static float *cut(Scratch *scratch, float *memory, size_t count)
{
    scratch->size += kernel_pad(count);
    return memory ? memory + scratch->size - kernel_pad(count) : NULL;
}

// memory NULL: only counts.
static Scratch lay_out(const Layer *layer, const Frame *frame, float *memory)
{
    Scratch scratch = {0};
    const size_t in = (size_t)layer->from.channels, out = (size_t)layer->to.channels;
    const size_t length = frame->in_length > frame->out_length ? frame->in_length : frame->out_length;
    const size_t terms = (in > out ? in : out) * frame->side * frame->side;
    scratch.x = cut(&scratch, memory, GROUP * in * frame->plane + SLACK);
    scratch.slope = cut(&scratch, memory, frame->lead + GROUP * out * frame->plane + SLACK);
    scratch.out = cut(&scratch, memory, (in > out ? in : out) * length);
    scratch.a_at = (uint32_t *)(void *)cut(&scratch, memory, terms);
    scratch.b_at = (uint32_t *)(void *)cut(&scratch, memory, terms);
    return scratch;
}

bool slide_fits(const Layer *layer) { return layer->kind == LAYER_CONV && layer->step == 1; }

size_t slide_scratch(const Layer *layer)
{
    const Frame frame = frame_of(layer);
    return lay_out(layer, &frame, NULL).size;
}

// An image's planes, zeros around them; start: where its first pixel stands in a plane.
static void frame_image(const Frame *frame, const Shape *shape, const float *values, size_t start, float *planes)
{
    memset(planes, 0, (size_t)shape->channels * frame->plane * sizeof *planes);
    for (size_t channel = 0; channel < (size_t)shape->channels; channel++)
        kernel_get()->copy_rows(values + channel * shape->plane, (size_t)shape->width,
                                planes + channel * frame->plane + start, frame->pitch, (size_t)shape->height,
                                (size_t)shape->width);
}

// Back from what a product gives, (channels, length): gaps zero.
static void unframe_image(const Frame *frame, const Shape *shape, const float *lines, size_t length, float *values)
{
    const size_t pixels = (size_t)shape->height * (size_t)shape->width;
    for (size_t channel = 0; channel < (size_t)shape->channels; channel++) {
        float *const to = values + channel * shape->plane;
        kernel_get()->copy_rows(lines + channel * length, frame->pitch, to, (size_t)shape->width, (size_t)shape->height,
                                (size_t)shape->width);
        if (pixels < shape->plane)
            memset(to + pixels, 0, (shape->plane - pixels) * sizeof *to);
    }
}

// For each place in a window over each channel of x, in the order of the weights' rows: where that row begins among the
// weights, and where its piece of x begins in the planes.
static void list_places(const Layer *layer, const Frame *frame, Scratch *scratch)
{
    size_t l = 0;
    for (size_t channel = 0; channel < (size_t)layer->from.channels; channel++)
        for (size_t y = 0; y < frame->side; y++)
            for (size_t x = 0; x < frame->side; x++, l++) {
                scratch->a_at[l] = (uint32_t)(l * layer->stride);
                scratch->b_at[l] = (uint32_t)(channel * frame->plane + y * frame->pitch + x);
            }
}

// The same for each channel of z, of the window turned round: behind in_start a pixel of x is met by the slope that
// lies y rows and x pixels before it.
static void list_turned_places(const Layer *layer, const Frame *frame, Scratch *scratch)
{
    size_t l = 0;
    for (size_t channel = 0; channel < (size_t)layer->to.channels; channel++)
        for (size_t y = 0; y < frame->side; y++)
            for (size_t x = 0; x < frame->side; x++, l++) {
                scratch->a_at[l] = (uint32_t)((y * frame->side + x) * layer->stride + channel);
                scratch->b_at[l] =
                    (uint32_t)(frame->lead + channel * frame->plane + frame->in_start - (y * frame->pitch + x));
            }
}

void slide_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *memory)
{
    const Frame frame = frame_of(layer);
    Scratch scratch = lay_out(layer, &frame, memory);
    list_places(layer, &frame, &scratch);
    for (int row = 0; row < rows; row++, x += layer->from.stride, z += layer->to.stride) {
        frame_image(&frame, &layer->from, x, frame.in_start, scratch.x);
        kernel_get()->multiply_windows(&(WindowProduct){
            .m = (size_t)layer->to.channels,
            .n = frame.out_length,
            .k = layer->weight_rows,
            .a = parameters + layer->weight_offset,
            .a_row = 1,
            .a_at = scratch.a_at,
            .b = scratch.x,
            .b_at = scratch.b_at,
            .start = parameters + layer->bias_offset,
            .c = scratch.out,
            .c_stride = frame.out_length,
        });
        unframe_image(&frame, &layer->to, scratch.out, frame.out_length, z);
    }
}

static void add_bias_gradient(const Layer *layer, const float *slope, float *gradient)
{
    for (int channel = 0; channel < layer->to.channels; channel++) {
        float sum[4] = {0};
        const float *plane = slope + (size_t)channel * layer->to.plane; // gaps are zero
        for (size_t i = 0; i < layer->to.plane; i += 4)
            for (size_t j = 0; j < 4; j++)
                sum[j] += plane[i + j];
        gradient[layer->bias_offset + (size_t)channel] += (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }
}

static void find_gradient(const Layer *layer, const Frame *frame, const LayerBackward *pass, size_t first, size_t count,
                          Scratch *scratch)
{
    const size_t in = (size_t)layer->from.channels, out = (size_t)layer->to.channels;
    for (size_t i = 0; i < count; i++) {
        frame_image(frame, &layer->from, pass->x + (first + i) * layer->from.stride, frame->in_start,
                    scratch->x + i * in * frame->plane);
        add_bias_gradient(layer, pass->slope + (first + i) * layer->to.stride, pass->gradient);
    }
    list_places(layer, frame, scratch);
    kernel_get()->add_window_dots(&(WindowDots){
        .m = layer->weight_rows,
        .n = out,
        .length = frame->out_length,
        .images = count,
        .a = scratch->x,
        .a_at = scratch->b_at,
        .a_image = in * frame->plane,
        .b = scratch->slope + frame->lead,
        .b_row = frame->plane,
        .b_image = out * frame->plane,
        .c = pass->gradient + layer->weight_offset,
        .c_stride = layer->stride,
    });
}

static void find_upstream(const Layer *layer, const Frame *frame, const LayerBackward *pass, size_t first, size_t count,
                          Scratch *scratch)
{
    const size_t places = frame->side * frame->side, out = (size_t)layer->to.channels;
    list_turned_places(layer, frame, scratch);
    for (size_t i = 0; i < count; i++) {
        kernel_get()->multiply_windows(&(WindowProduct){
            .m = (size_t)layer->from.channels,
            .n = frame->in_length,
            .k = out * places,
            .a = pass->parameters + layer->weight_offset,
            .a_row = places * layer->stride,
            .a_at = scratch->a_at,
            .b = scratch->slope + i * out * frame->plane,
            .b_at = scratch->b_at,
            .c = scratch->out,
            .c_stride = frame->in_length,
        });
        unframe_image(frame, &layer->from, scratch->out, frame->in_length,
                      pass->upstream + (first + i) * layer->from.stride);
    }
}

void slide_backward(const Layer *layer, const LayerBackward *pass)
{
    const Frame frame = frame_of(layer);
    Scratch scratch = lay_out(layer, &frame, pass->scratch);
    const size_t rows = (size_t)pass->rows, out = (size_t)layer->to.channels;
    memset(scratch.slope, 0, frame.lead * sizeof *scratch.slope);
    for (size_t first = 0; first < rows; first += GROUP) {
        const size_t count = rows - first < GROUP ? rows - first : GROUP;
        for (size_t i = 0; i < count; i++)
            frame_image(&frame, &layer->to, pass->slope + (first + i) * layer->to.stride, 0,
                        scratch.slope + frame.lead + i * out * frame.plane);
        if (pass->gradient)
            find_gradient(layer, &frame, pass, first, count, &scratch);
        if (pass->upstream)
            find_upstream(layer, &frame, pass, first, count, &scratch);
    }
}
