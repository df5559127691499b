// Convolution, and the same turned round. A window of side x side slides over the larger picture and stops at each
// position of the smaller one; what it shows there, over all channels, is a column of `columns` (K, positions), K =
// channels * side * side in the order of PyTorch's weights. Then both directions are products:
//
//   convolution          z = W^T columns + b    dW = columns dz^T    dx: what W dz adds to each pixel under a window
//   turned round         z: what W x adds, + b  dW = columns x^T     dx = W^T columns, of the windows over dz
//
// W is (K, stride): a row for each place in the window, a column for each channel of the smaller picture.
#include <string.h>

#include "kernels/kernel.h"
#include "models/layer_kinds.h"

typedef struct Window {
    const Shape *large, *small;
    int side, step, above, left;
} Window;

// Where a row of a window's pixels lies: [first, end) of the small picture's columns have one, the others a zero.
typedef struct Reach {
    int first, end;
} Reach;

static Reach find_reach(int offset, int step, int size, int count)
{
    const int first = offset < 0 ? (-offset + step - 1) / step : 0;
    const int end = size - offset <= 0 ? 0 : (size - offset + step - 1) / step;
    return (Reach){first < count ? first : count, end > first ? (end < count ? end : count) : first};
}

// columns (K, small.plane), gaps zero.
static void cut_windows(const Window *window, const float *large, float *columns)
{
    const Shape *from = window->large, *to = window->small;
    float *out = columns;
    for (int channel = 0; channel < from->channels; channel++)
        for (int y = 0; y < window->side; y++)
            for (int x = 0; x < window->side; x++, out += to->plane) {
                const int left = x - window->left;
                const Reach reach = find_reach(left, window->step, from->width, to->width);
                memset(out, 0, to->plane * sizeof *out);
                for (int row = 0; row < to->height; row++) {
                    const int at = row * window->step + y - window->above;
                    if (at < 0 || at >= from->height)
                        continue;
                    const float *source = large + (size_t)channel * from->plane + (size_t)at * (size_t)from->width;
                    float *target = out + (size_t)row * (size_t)to->width;
                    if (window->step == 1)
                        memcpy(target + reach.first, source + reach.first + left,
                               (size_t)(reach.end - reach.first) * sizeof *target);
                    else
                        for (int i = reach.first; i < reach.end; i++)
                            target[i] = source[i * window->step + left];
                }
            }
}

// The other way: each pixel becomes the sum of what stands in the columns for it. large: zeroed by the caller.
static void add_windows(const Window *window, const float *columns, float *large)
{
    const Shape *to = window->large, *from = window->small;
    const float *in = columns;
    for (int channel = 0; channel < to->channels; channel++)
        for (int y = 0; y < window->side; y++)
            for (int x = 0; x < window->side; x++, in += from->plane) {
                const int left = x - window->left;
                const Reach reach = find_reach(left, window->step, to->width, from->width);
                for (int row = 0; row < from->height; row++) {
                    const int at = row * window->step + y - window->above;
                    if (at < 0 || at >= to->height)
                        continue;
                    float *target = large + (size_t)channel * to->plane + (size_t)at * (size_t)to->width;
                    const float *source = in + (size_t)row * (size_t)from->width;
                    for (int i = reach.first; i < reach.end; i++)
                        target[i * window->step + left] += source[i];
                }
            }
}

static Window window_of(const Layer *layer)
{
    const bool is_turned = layer->kind == LAYER_UNCONV;
    return (Window){
        .large = is_turned ? &layer->to : &layer->from,
        .small = is_turned ? &layer->from : &layer->to,
        .side = layer->side,
        .step = layer->step,
        .above = layer->above,
        .left = layer->left,
    };
}

// small (channels, plane) = W^T columns, on top of what is there.
static void multiply_columns(const Layer *layer, const Window *window, const float *parameters, const float *columns,
                             float *small)
{
    layer_multiply(&(Product){
        .m = (size_t)window->small->channels,
        .n = window->small->plane,
        .k = layer->weight_rows,
        .a = parameters + layer->weight_offset,
        .a_row = 1,
        .a_column = layer->stride,
        .b = columns,
        .b_stride = window->small->plane,
        .c = small,
        .c_stride = window->small->plane,
        .accumulate = true,
    });
}

// columns (K, plane) = W small.
static void spread_columns(const Layer *layer, const Window *window, const float *parameters, const float *small,
                           float *columns)
{
    layer_multiply(&(Product){
        .m = layer->weight_rows,
        .n = window->small->plane,
        .k = (size_t)window->small->channels,
        .a = parameters + layer->weight_offset,
        .a_row = layer->stride,
        .a_column = 1,
        .b = small,
        .b_stride = window->small->plane,
        .c = columns,
        .c_stride = window->small->plane,
    });
}

// dW += columns small^T. turned: (positions, stride), scratch.
static void add_gradient(const Layer *layer, const Window *window, const float *columns, const float *small,
                         float *turned, float *gradient)
{
    const size_t positions = (size_t)window->small->height * (size_t)window->small->width;
    const size_t channels = (size_t)window->small->channels;
    if (layer->stride > channels)
        memset(turned, 0, positions * layer->stride * sizeof *turned);
    kernel_get()->transpose(small, window->small->plane, channels, positions, turned, layer->stride);
    layer_multiply(&(Product){
        .m = layer->weight_rows,
        .n = layer->stride,
        .k = positions,
        .a = columns,
        .a_row = window->small->plane,
        .a_column = 1,
        .b = turned,
        .b_stride = layer->stride,
        .c = gradient + layer->weight_offset,
        .c_stride = layer->stride,
        .accumulate = true,
    });
}

static void fill_bias(const Layer *layer, const float *parameters, float *z)
{
    for (int channel = 0; channel < layer->to.channels; channel++)
        for (size_t i = 0; i < layer->to.plane; i++)
            z[(size_t)channel * layer->to.plane + i] = parameters[layer->bias_offset + (size_t)channel];
}

void layer_add_bias_gradient(const Layer *layer, const float *slope, float *gradient)
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

void conv_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    const Window window = window_of(layer);
    if (slide_fits(layer)) {
        slide_forward(layer, parameters, x, rows, z, scratch);
        return;
    }
    for (int row = 0; row < rows; row++, x += layer->from.stride, z += layer->to.stride) {
        cut_windows(&window, x, scratch);
        fill_bias(layer, parameters, z);
        multiply_columns(layer, &window, parameters, scratch, z);
    }
}

void conv_backward(const Layer *layer, const LayerBackward *pass)
{
    const Window window = window_of(layer);
    float *columns = pass->scratch, *turned = columns + layer->weight_rows * layer->to.plane;
    if (slide_fits(layer)) {
        slide_backward(layer, pass);
        return;
    }
    for (int row = 0; row < pass->rows; row++) {
        const float *slope = pass->slope + (size_t)row * layer->to.stride;
        if (pass->gradient) {
            cut_windows(&window, pass->x + (size_t)row * layer->from.stride, columns);
            add_gradient(layer, &window, columns, slope, turned, pass->gradient);
            layer_add_bias_gradient(layer, slope, pass->gradient);
        }
        if (pass->upstream) {
            float *upstream = pass->upstream + (size_t)row * layer->from.stride;
            spread_columns(layer, &window, pass->parameters, slope, columns);
            memset(upstream, 0, layer->from.stride * sizeof *upstream);
            add_windows(&window, columns, upstream);
        }
    }
}

void unconv_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    const Window window = window_of(layer);
    for (int row = 0; row < rows; row++, x += layer->from.stride, z += layer->to.stride) {
        spread_columns(layer, &window, parameters, x, scratch);
        fill_bias(layer, parameters, z);
        add_windows(&window, scratch, z);
    }
}

void unconv_backward(const Layer *layer, const LayerBackward *pass)
{
    const Window window = window_of(layer);
    float *columns = pass->scratch, *turned = columns + layer->weight_rows * layer->from.plane;
    for (int row = 0; row < pass->rows; row++) {
        const float *slope = pass->slope + (size_t)row * layer->to.stride;
        cut_windows(&window, slope, columns);
        if (pass->gradient) {
            add_gradient(layer, &window, columns, pass->x + (size_t)row * layer->from.stride, turned, pass->gradient);
            layer_add_bias_gradient(layer, slope, pass->gradient);
        }
        if (pass->upstream) {
            float *upstream = pass->upstream + (size_t)row * layer->from.stride;
            memset(upstream, 0, layer->from.stride * sizeof *upstream);
            multiply_columns(layer, &window, pass->parameters, columns, upstream);
        }
    }
}
