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

static size_t find_pane_count(const Backprop *backprop) { return BANDS * bands_strip_count(backprop); }

void pictures_lay_out(Backprop *backprop, Cutter *cutter)
{
    Pictures *pictures = &backprop->pictures;
    const size_t count = TILE_ROWS * (size_t)backprop->model->pixels, rows = TILE_ROWS * find_pane_count(backprop);
    pictures->are_there = activation_get(OUTPUT_ACTIVATION, backprop->model->spec.output)->is_of_picture;
    for (int part = 0; pictures->are_there && part < PICTURE_PARTS; part++) {
        pictures->gradient[part] = cutter_take(cutter, find_gradient_count(backprop));
        pictures->powers[part] = cutter_take(cutter, count);
        pictures->slopes[part] = cutter_take(cutter, count);
        pictures->peaks[part] = cutter_take(cutter, rows);
        pictures->sums[part] = cutter_take(cutter, rows);
        pictures->scales[part] = cutter_take(cutter, rows);
    }
}

// Some of a round's images, and where what is found of them goes.
typedef struct Group {
    size_t first, rows;
    const float *code;            // (rows, code_stride)
    float *powers, *slopes;       // pane after pane: logits, then powers; dL/dz
    float *peaks, *sums, *scales; // (panes, TILE_ROWS)
    float *totals;                // (rows)
    float *gradient;              // as the last layer's packed parameters
    bool add_gradient;
} Group;

typedef struct Pane {
    int band;
    size_t column, columns; // within the band
    size_t start;           // within the picture
    float *powers, *slopes; // (rows, columns)
    size_t rows_at;         // where its rows' peaks, sums and scales are
} Pane;

static Pane pane_of(const Backprop *backprop, const Group *group, size_t i)
{
    const int band = (int)(i / bands_strip_count(backprop));
    const BandStrip strip = bands_strip(backprop, band, i % bands_strip_count(backprop));
    const size_t start = backprop->bands.start[band] + strip.column;
    return (Pane){
        .band = band,
        .column = strip.column,
        .columns = strip.columns,
        .start = start,
        .powers = group->powers + group->rows * start,
        .slopes = group->slopes + group->rows * start,
        .rows_at = i * TILE_ROWS,
    };
}

// The pane's logits.
static void find_logits(const Backprop *backprop, const Group *group, const Pane *pane)
{
    const Layer *layer = last_layer(backprop);
    kernel_get()->multiply(&(Product){
        .m = group->rows,
        .n = pane->columns,
        .k = (size_t)layer->in,
        .a = group->code,
        .a_row = code_stride(backprop),
        .a_column = 1,
        .b = backprop->parameters + bands_last_weights(backprop, pane->band) + pane->column,
        .b_stride = bands_width(backprop, pane->band),
        .c = pane->powers,
        .c_stride = pane->columns,
        .bias = backprop->parameters + layer->bias_offset + pane->start,
    });
}

static double find_pane_loss(const Backprop *backprop, const Group *group, const Pane *pane)
{
    float unused[STRIP_COLUMNS]; // slopes of biases: before they are shared
    return last_find_loss(backprop, pane->band,
                          &(LastStrip){
                              .first = group->first,
                              .rows = group->rows,
                              .column = pane->column,
                              .columns = pane->columns,
                              .z = pane->slopes,
                              .stride = pane->columns,
                              .bias_slope = unused,
                              .powers = pane->powers,
                              .scales = group->scales + pane->rows_at,
                          });
}

// What the panes before wrote has driven the images out of the core's caches.
static void ask_for_targets(const Backprop *backprop, const Group *group, size_t i)
{
    enum { LINE = 64 }; // bytes of a cache's line
    const Pane pane = pane_of(backprop, group, i);
    const uint8_t *targets[TILE_ROWS];
    last_point_at_targets(backprop, pane.band, group->first, group->rows, targets);
    for (size_t row = 0; row < group->rows; row++) {
        for (size_t column = 0; column < pane.columns; column += LINE)
            __builtin_prefetch(targets[row] + pane.column + column);
        __builtin_prefetch(targets[row] + pane.column + pane.columns - 1);
    }
}

// While a pane is in the core's first cache all is done with it that needs no other.
static double find_slopes(const Backprop *backprop, const Group *group)
{
    const Kernel *kernel = kernel_get();
    const size_t panes = find_pane_count(backprop);
    double loss = 0.0;
    for (int band = 0; band < BANDS; band++)
        last_make_targets(backprop, band, group->first, group->rows);
    for (size_t i = 0; i < panes; i++) {
        const Pane pane = pane_of(backprop, group, i);
        find_logits(backprop, group, &pane);
        kernel->find_powers(pane.powers, pane.powers, pane.columns, group->rows, pane.columns,
                            group->peaks + pane.rows_at, group->sums + pane.rows_at);
    }
    kernel->find_scales(group->peaks, group->sums, panes, group->rows, group->scales);
    memset(group->totals, 0, group->rows * sizeof *group->totals);
    for (size_t i = 0; i < panes; i++) {
        const Pane pane = pane_of(backprop, group, i);
        if (i + 1 < panes)
            ask_for_targets(backprop, group, i + 1);
        loss += find_pane_loss(backprop, group, &pane);
        kernel->add_row_sums(pane.slopes, pane.columns, group->rows, pane.columns, group->totals);
    }
    return loss;
}

// Each product finds in the first cache what sharing, and the other, brought there.
static void go_back(const Backprop *backprop, const Group *group, const Pane *pane)
{
    const Layer *layer = last_layer(backprop);
    const Bands *bands = &backprop->bands;
    const DenseBackward pass = {
        .rows = group->rows,
        .in = (size_t)layer->in,
        .out = pane->columns,
        .x = group->code,
        .x_stride = code_stride(backprop),
        .slope = pane->slopes,
        .slope_stride = pane->columns,
        .gradient = group->gradient + bands_last_weights(backprop, pane->band) - layer->weight_offset + pane->column,
        .gradient_stride = bands_width(backprop, pane->band),
        .add_gradient = group->add_gradient,
        .transposed = bands->transposed + pane->start * bands->transposed_stride,
        .transposed_stride = bands->transposed_stride,
        .upstream = bands->part[0] + group->first * code_stride(backprop),
        .add_upstream = pane->start > 0,
    };
    kernel_get()->share_slopes(
        pane->slopes, pane->powers, pane->columns, group->rows, pane->columns, group->scales + pane->rows_at,
        group->totals, group->gradient + layer->bias_offset - layer->weight_offset + pane->start, group->add_gradient);
    dense_find_gradient(&pass);
    dense_find_upstream(&pass);
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
        float totals[TILE_ROWS];
        const Group group = {
            .first = first,
            .rows = end - first,
            .code = hidden_code(backprop, 0) + first * code_stride(backprop),
            .powers = pictures->powers[own],
            .slopes = pictures->slopes[own],
            .peaks = pictures->peaks[own],
            .sums = pictures->sums[own],
            .scales = pictures->scales[own],
            .totals = totals,
            .gradient = pictures->gradient[part],
            .add_gradient = !backprop->is_first_round,
        };
        pictures->loss[part] = find_slopes(backprop, &group);
        for (size_t i = 0; i < find_pane_count(backprop); i++) {
            const Pane pane = pane_of(backprop, &group, i);
            go_back(backprop, &group, &pane);
        }
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
