// Convolution, and the same turned round, of one image after the other: for a few of them; training goes through
// lane.h. A window of side x side slides over the larger picture and stops at each position of the smaller one; what it
// shows there, over all channels, is a column of `columns` (K, positions), K = channels * side * side in the order of
// PyTorch's weights. Then z = W^T columns + b, or turned round, what W x adds to each pixel under a window, + b.
//
// W is (K, stride): a row for each place in the window, a column for each channel of the smaller picture.
#include <string.h>

#include "kernels/kernel.h"
#include "models/lane_patch.h"
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

static void fill_bias(const Layer *layer, const float *parameters, float *z)
{
    for (int channel = 0; channel < layer->to.channels; channel++)
        for (size_t i = 0; i < layer->to.plane; i++)
            z[(size_t)channel * layer->to.plane + i] = parameters[layer->bias_offset + (size_t)channel];
}

void conv_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    const Window window = window_of(layer);
    if (slide_fits(layer)) {
        if (patch_fits(layer))
            layer_patch_forward(layer, parameters, x, rows, z, scratch);
        else
            slide_forward(layer, parameters, x, rows, z, scratch);
        return;
    }
    for (int row = 0; row < rows; row++, x += layer->from.stride, z += layer->to.stride) {
        cut_windows(&window, x, scratch);
        fill_bias(layer, parameters, z);
        multiply_columns(layer, &window, parameters, scratch, z);
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
