// Layers without parameters: pool and up, and those that only move numbers about.
#include <string.h>

#include "models/layer_kinds.h"

// The pixels of the large picture that belong to one of the small: the first, and its neighbours; at an edge where
// there is no neighbour the first once more.
typedef struct Four {
    size_t at[4];
} Four;

static Four find_four(const Shape *large, int channel, int y, int x)
{
    const size_t width = (size_t)large->width;
    const size_t at = (size_t)channel * large->plane + 2 * (size_t)y * width + 2 * (size_t)x;
    const size_t right = 2 * x + 1 < large->width ? 1 : 0, below = 2 * y + 1 < large->height ? width : 0;
    return (Four){{at, at + right, at + below, at + below + right}};
}

// The first of the greatest.
static size_t find_greatest(const float *x, const Four *four)
{
    size_t most = four->at[0];
    for (int i = 1; i < 4; i++)
        most = x[four->at[i]] > x[most] ? four->at[i] : most;
    return most;
}

typedef void DoPixel(const Four *large, size_t small, const float *x, const float *from, float *to);

// Once for each pixel of the small picture.
static void do_pixels(const Shape *large, const Shape *small, DoPixel *what, const float *x, const float *from,
                      float *to)
{
    for (int channel = 0; channel < small->channels; channel++)
        for (int row = 0; row < small->height; row++)
            for (int column = 0; column < small->width; column++) {
                const Four four = find_four(large, channel, row, column);
                const size_t place = (size_t)row * (size_t)small->width + (size_t)column;
                what(&four, (size_t)channel * small->plane + place, x, from, to);
            }
}

static void take_greatest(const Four *large, size_t small, const float *x, const float *from, float *to)
{
    (void)from;
    to[small] = x[find_greatest(x, large)];
}

static void give_greatest(const Four *large, size_t small, const float *x, const float *from, float *to)
{
    to[find_greatest(x, large)] += from[small];
}

static void take_sum(const Four *large, size_t small, const float *x, const float *from, float *to)
{
    (void)x;
    to[small] = (from[large->at[0]] + from[large->at[1]]) + (from[large->at[2]] + from[large->at[3]]);
}

static void give_all(const Four *large, size_t small, const float *x, const float *from, float *to)
{
    (void)from;
    for (int i = 0; i < 4; i++)
        to[large->at[i]] = x[small];
}

void pool_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    (void)parameters, (void)scratch;
    memset(z, 0, (size_t)rows * layer->to.stride * sizeof *z);
    for (int row = 0; row < rows; row++, x += layer->from.stride, z += layer->to.stride)
        do_pixels(&layer->from, &layer->to, take_greatest, x, NULL, z);
}

void pool_backward(const Layer *layer, const LayerBackward *pass)
{
    if (!pass->upstream)
        return;
    memset(pass->upstream, 0, (size_t)pass->rows * layer->from.stride * sizeof *pass->upstream);
    for (size_t row = 0; row < (size_t)pass->rows; row++)
        do_pixels(&layer->from, &layer->to, give_greatest, pass->x + row * layer->from.stride,
                  pass->slope + row * layer->to.stride, pass->upstream + row * layer->from.stride);
}

void up_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    (void)parameters, (void)scratch;
    memset(z, 0, (size_t)rows * layer->to.stride * sizeof *z);
    for (int row = 0; row < rows; row++, x += layer->from.stride, z += layer->to.stride)
        do_pixels(&layer->to, &layer->from, give_all, x, NULL, z);
}

void up_backward(const Layer *layer, const LayerBackward *pass)
{
    if (!pass->upstream)
        return;
    memset(pass->upstream, 0, (size_t)pass->rows * layer->from.stride * sizeof *pass->upstream);
    for (size_t row = 0; row < (size_t)pass->rows; row++)
        do_pixels(&layer->to, &layer->from, take_sum, NULL, pass->slope + row * layer->to.stride,
                  pass->upstream + row * layer->from.stride);
}

// ---- pictures as units, and back ----------------------------------------------------------------------------------

static void move(const Shape *from, const Shape *to, const float *values, int rows, float *moved)
{
    const Shape *picture = shape_is_picture(from) ? from : to;
    const size_t pixels = (size_t)picture->height * (size_t)picture->width;
    const size_t from_step = shape_is_picture(from) ? from->plane : pixels;
    const size_t to_step = shape_is_picture(to) ? to->plane : pixels;
    memset(moved, 0, (size_t)rows * to->stride * sizeof *moved);
    for (int row = 0; row < rows; row++, values += from->stride, moved += to->stride)
        for (size_t channel = 0; channel < (size_t)picture->channels; channel++)
            memcpy(moved + channel * to_step, values + channel * from_step, pixels * sizeof *moved);
}

void flatten_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    (void)parameters, (void)scratch;
    move(&layer->from, &layer->to, x, rows, z);
}

void flatten_backward(const Layer *layer, const LayerBackward *pass)
{
    if (pass->upstream)
        move(&layer->to, &layer->from, pass->slope, pass->rows, pass->upstream);
}
