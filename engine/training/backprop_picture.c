// Outputs that share a picture (activation.h): from whole images' logits to the gradient, in place of what the last
// layer's bands do.
//
// So that it stays in the core's cache all of it is done with a tile's images at most before the next ones come. A task
// adds up a gradient of its own: what is exchanged is as small as the weights, where the slopes of a round's images are
// eight times that.
#include <assert.h>
#include <string.h>

#include "training/backprop_parts.h"
#include "training/dense.h"

enum { CUT_ROWS = 8 }; // where the parts of a round may be cut: rows of a product's block

static_assert((int)ROUND_ROWS <= (int)PICTURE_PARTS * (int)TILE_ROWS, "a part is a tile at most");

static size_t find_gradient_count(const Backprop *backprop)
{
    const Layer *layer = last_layer(backprop);
    return layer->bias_offset + (size_t)backprop->model->pixels - layer->weight_offset;
}

void pictures_lay_out(Backprop *backprop, Cutter *cutter)
{
    Pictures *pictures = &backprop->pictures;
    const size_t count = TILE_ROWS * (size_t)backprop->model->pixels;
    pictures->are_there = activation_get(OUTPUT_ACTIVATION, backprop->model->spec.output)->is_of_picture;
    for (int part = 0; pictures->are_there && part < PICTURE_PARTS; part++) {
        pictures->gradient[part] = cutter_take(cutter, find_gradient_count(backprop));
        pictures->powers[part] = cutter_take(cutter, count);
        pictures->slopes[part] = cutter_take(cutter, count);
    }
}

// Some of a round's images, and where what is found of them goes.
typedef struct Group {
    size_t first, rows;
    const float *code; // (rows, code_stride)
    float *powers;     // (rows, pixels): logits, then e^them
    float *slopes;     // (rows, pixels): dL/dz
    float *gradient;   // as the last layer's packed parameters
    bool add_gradient;
} Group;

// The band's logits.
static void find_logits(const Backprop *backprop, const Group *group, int band)
{
    const Layer *layer = last_layer(backprop);
    const size_t start = backprop->bands.start[band];
    kernel_get()->multiply(&(Product){
        .m = group->rows,
        .n = bands_width(backprop, band),
        .k = (size_t)layer->in,
        .a = group->code,
        .a_row = code_stride(backprop),
        .a_column = 1,
        .b = backprop->parameters + bands_last_weights(backprop, band),
        .b_stride = bands_width(backprop, band),
        .c = group->powers + start,
        .c_stride = (size_t)backprop->model->pixels,
        .bias = backprop->parameters + layer->bias_offset + start,
    });
}

static double find_band_loss(const Backprop *backprop, const Group *group, const float *scales, int band)
{
    const size_t start = backprop->bands.start[band], width = bands_width(backprop, band);
    float unused[STRIP_COLUMNS]; // slopes of biases: before they are shared
    double loss = 0.0;
    for (size_t column = 0; column < width; column += STRIP_COLUMNS)
        loss += last_find_loss(backprop, band,
                               &(LastStrip){
                                   .first = group->first,
                                   .rows = group->rows,
                                   .column = column,
                                   .columns = width - column < STRIP_COLUMNS ? width - column : STRIP_COLUMNS,
                                   .z = group->slopes + start + column,
                                   .stride = (size_t)backprop->model->pixels,
                                   .bias_slope = unused,
                                   .powers = group->powers + start + column,
                                   .scales = scales,
                               });
    return loss;
}

static double find_slopes(const Backprop *backprop, const Group *group)
{
    const Kernel *kernel = kernel_get();
    const Layer *layer = last_layer(backprop);
    const size_t pixels = (size_t)backprop->model->pixels;
    float scales[TILE_ROWS];
    double loss = 0.0;
    for (int band = 0; band < BANDS; band++) {
        last_make_targets(backprop, band, group->first, group->rows);
        find_logits(backprop, group, band);
    }
    kernel->find_powers(group->powers, group->rows, pixels, group->powers, scales);
    for (int band = 0; band < BANDS; band++)
        loss += find_band_loss(backprop, group, scales, band);
    kernel->share_slopes(group->slopes, group->powers, scales, group->rows, pixels,
                         group->gradient + layer->bias_offset - layer->weight_offset, group->add_gradient);
    return loss;
}

// Outputs [column, column + columns) of a band: what of the slopes and the weights one product has brought into the
// core's first cache, the other uses.
static void go_back_strip(const Backprop *backprop, const Group *group, int band, size_t column, size_t columns)
{
    const Layer *layer = last_layer(backprop);
    const Bands *bands = &backprop->bands;
    const size_t start = bands->start[band] + column;
    const DenseBackward pass = {
        .rows = group->rows,
        .in = (size_t)layer->in,
        .out = columns,
        .x = group->code,
        .x_stride = code_stride(backprop),
        .slope = group->slopes + start,
        .slope_stride = (size_t)backprop->model->pixels,
        .gradient = group->gradient + bands_last_weights(backprop, band) - layer->weight_offset + column,
        .gradient_stride = bands_width(backprop, band),
        .add_gradient = group->add_gradient,
        .transposed = bands->transposed + start * bands->transposed_stride,
        .transposed_stride = bands->transposed_stride,
        .upstream = bands->part[0] + group->first * code_stride(backprop),
        .add_upstream = start > 0,
    };
    dense_find_gradient(&pass);
    dense_find_upstream(&pass);
}

static void go_back(const Backprop *backprop, const Group *group)
{
    for (int band = 0; band < BANDS; band++) {
        const size_t width = bands_width(backprop, band);
        for (size_t column = 0; column < width; column += STRIP_COLUMNS)
            go_back_strip(backprop, group, band, column,
                          width - column < STRIP_COLUMNS ? width - column : STRIP_COLUMNS);
    }
}

void pictures_train(Backprop *backprop, int part, int worker)
{
    Pictures *pictures = &backprop->pictures;
    const size_t all = (size_t)backprop->round.rows, cuts = (all + CUT_ROWS - 1) / CUT_ROWS;
    const size_t first = cuts * (size_t)part / PICTURE_PARTS * CUT_ROWS;
    const size_t last = cuts * ((size_t)part + 1) / PICTURE_PARTS * CUT_ROWS, end = last < all ? last : all;
    const int own =
        pool_thread_count(backprop->pool) <= PICTURE_PARTS ? worker : part; // what stays in a worker's cache
    pictures->loss[part] = 0.0;
    if (first < end) {
        const Group group = {
            .first = first,
            .rows = end - first,
            .code = hidden_code(backprop, 0) + first * code_stride(backprop),
            .powers = pictures->powers[own],
            .slopes = pictures->slopes[own],
            .gradient = pictures->gradient[part],
            .add_gradient = !backprop->is_first_round,
        };
        pictures->loss[part] = find_slopes(backprop, &group);
        go_back(backprop, &group);
    } else if (backprop->is_first_round) {
        memset(pictures->gradient[part], 0, find_gradient_count(backprop) * sizeof(float));
    }
}

double pictures_sum_loss(const Backprop *backprop)
{
    double loss = 0.0;
    for (int part = 0; part < PICTURE_PARTS; part++)
        loss += backprop->pictures.loss[part];
    return loss;
}

void pictures_sum_gradient(const Backprop *backprop, size_t offset, size_t count)
{
    kernel_get()->add_parts((const float *const *)backprop->pictures.gradient, PICTURE_PARTS,
                            offset - last_layer(backprop)->weight_offset, NULL, 1, count,
                            backprop->bands.gradient + offset);
}
