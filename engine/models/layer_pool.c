// Layers without parameters, of one image after the other: pool and up, and those that only move numbers about.
#include <string.h>

#include "models/layer_kinds.h"

// Where two rows of the larger picture begin, and one of the smaller, and how many pixels of the smaller have a full
// 2 x 2: at an odd edge the last has two or one, as if the edge's pixels were there twice.
typedef struct Rows {
    size_t above, below, small, full;
    bool has_half; // one more pixel, of the last column alone
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

typedef void DoRows(const Rows *rows, const float *x, float *z);

static void take_greatest(const Rows *rows, const float *x, float *z)
{
    const size_t last = 2 * rows->full;
    kernel_get()->pool_rows(x + rows->above, x + rows->below, z + rows->small, rows->full);
    if (rows->has_half) {
        const float above = x[rows->above + last], below = x[rows->below + last];
        z[rows->small + rows->full] = above >= below ? above : below;
    }
}

static void give_all(const Rows *rows, const float *x, float *z)
{
    kernel_get()->double_rows(x + rows->small, z + rows->above, z + rows->below, rows->full);
}

// Once for each row of the small picture.
static void do_rows(const Layer *layer, const Shape *large, const Shape *small, DoRows *what, const float *x, int rows,
                    float *z)
{
    for (int row = 0; row < rows; row++, x += layer->from.stride, z += layer->to.stride)
        for (int channel = 0; channel < small->channels; channel++) {
            for (int y = 0; y < small->height; y++) {
                const Rows places = find_rows(large, small, channel, y);
                what(&places, x, z);
            }
            shape_clear_gap(&layer->to, channel, z);
        }
}

void pool_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    (void)parameters, (void)scratch;
    do_rows(layer, &layer->from, &layer->to, take_greatest, x, rows, z);
}

void up_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    (void)parameters, (void)scratch;
    do_rows(layer, &layer->to, &layer->from, give_all, x, rows, z);
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
