// Layers without parameters: pool and up, and those that only move numbers about.
#include <string.h>

#include "models/layer_kinds.h"

// Where two rows of the larger picture begin, and one of the smaller, and how many pixels of the smaller have a full
// 2 x 2: at an odd edge the last has two or one, as if the edge's pixels were there twice.
typedef struct Rows {
    size_t above, below, small, full;
    bool has_half; // one more pixel, of the last column alone
    float *spare;  // (width of the larger) for who needs a row
} Rows;

static Rows find_rows(const Shape *large, const Shape *small, int channel, int row)
{
    const size_t width = (size_t)large->width;
    const size_t above = (size_t)channel * large->plane + 2 * (size_t)row * width;
    return (Rows){
        .above = above,
        .below = 2 * row + 1 < large->height ? above + width : above,
        .small = (size_t)channel * small->plane + (size_t)row * (size_t)small->width,
        .full = width / 2,
        .has_half = width % 2 == 1,
    };
}

static void clear_gaps(const Shape *shape, float *values)
{
    for (int channel = 0; channel < shape->channels; channel++)
        shape_clear_gap(shape, channel, values);
}

typedef void DoRows(const Rows *rows, const float *x, const float *from, float *to);

// Once for each row of the small picture.
static void do_rows(const Shape *large, const Shape *small, DoRows *what, const float *x, const float *from, float *to,
                    float *spare)
{
    for (int channel = 0; channel < small->channels; channel++)
        for (int row = 0; row < small->height; row++) {
            Rows rows = find_rows(large, small, channel, row);
            rows.spare = spare;
            what(&rows, x, from, to);
        }
}

static void take_greatest(const Rows *rows, const float *x, const float *from, float *to)
{
    (void)from;
    const size_t last = 2 * rows->full;
    kernel_get()->pool_rows(x + rows->above, x + rows->below, to + rows->small, rows->full);
    if (rows->has_half) {
        const float above = x[rows->above + last], below = x[rows->below + last];
        to[rows->small + rows->full] = above >= below ? above : below;
    }
}

static void give_greatest(const Rows *rows, const float *x, const float *from, float *to)
{
    const size_t last = 2 * rows->full; // below the picture nothing is given: the row above comes first
    const float *slopes = from + rows->small;
    const bool has_below = rows->below != rows->above;
    kernel_get()->unpool_rows(x + rows->above, x + rows->below, slopes, to + rows->above,
                              has_below ? to + rows->below : rows->spare, rows->full);
    if (!rows->has_half)
        return;
    const bool is_above = x[rows->above + last] >= x[rows->below + last];
    to[rows->above + last] = is_above ? slopes[rows->full] : 0.0f;
    if (has_below)
        to[rows->below + last] = is_above ? 0.0f : slopes[rows->full];
}

static void take_sum(const Rows *rows, const float *x, const float *from, float *to)
{
    (void)x;
    kernel_get()->halve_rows(from + rows->above, from + rows->below, to + rows->small, rows->full);
}

static void give_all(const Rows *rows, const float *x, const float *from, float *to)
{
    (void)x;
    kernel_get()->double_rows(from + rows->small, to + rows->above, to + rows->below, rows->full);
}

static void pass_forward(const Layer *layer, const Shape *large, const Shape *small, DoRows *what, const float *x,
                         int rows, float *z)
{
    for (int row = 0; row < rows; row++, x += layer->from.stride, z += layer->to.stride) {
        do_rows(large, small, what, x, x, z, NULL);
        clear_gaps(&layer->to, z);
    }
}

static void pass_backward(const Layer *layer, const Shape *large, const Shape *small, DoRows *what,
                          const LayerBackward *pass)
{
    for (size_t row = 0; pass->upstream && row < (size_t)pass->rows; row++) {
        float *upstream = pass->upstream + row * layer->from.stride;
        do_rows(large, small, what, pass->x + row * layer->from.stride, pass->slope + row * layer->to.stride, upstream,
                pass->scratch);
        clear_gaps(&layer->from, upstream);
    }
}

void pool_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    (void)parameters, (void)scratch;
    pass_forward(layer, &layer->from, &layer->to, take_greatest, x, rows, z);
}

void pool_backward(const Layer *layer, const LayerBackward *pass)
{
    pass_backward(layer, &layer->from, &layer->to, give_greatest, pass);
}

void up_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    (void)parameters, (void)scratch;
    pass_forward(layer, &layer->to, &layer->from, give_all, x, rows, z);
}

void up_backward(const Layer *layer, const LayerBackward *pass)
{
    pass_backward(layer, &layer->to, &layer->from, take_sum, pass);
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
