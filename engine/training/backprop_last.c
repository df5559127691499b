// The last layer: from the code to the loss, and back to the gradient of its weights and the bands' parts of dL/dx.
#include <assert.h>

#include "data/dataset.h"
#include "models/pixels.h"
#include "training/backprop_parts.h"
#include "training/dense.h"

static_assert((int)SPEC_WIDTH_MAX <= (int)PRODUCT_DEPTH_MAX && (int)DIGIT_PIXELS <= (int)PRODUCT_DEPTH_MAX,
              "a product is as deep as a layer is wide: raise PRODUCT_DEPTH_MAX");

// Outputs [column, column + columns) of the band, of one tile: logits into the strip.
static void multiply_strip(const Backprop *backprop, int band, int tile, size_t column, size_t columns)
{
    const Layer *layer = last_layer(backprop);
    kernel_get()->multiply(&(Product){
        .m = round_tile_rows(&backprop->round, tile),
        .n = columns,
        .k = (size_t)layer->in,
        .a = hidden_code(backprop, tile),
        .a_row = code_stride(backprop),
        .a_column = 1,
        .b = backprop->parameters + bands_last_weights(backprop, band) + column,
        .b_stride = bands_width(backprop, band),
        .c = backprop->bands.strip[band],
        .c_stride = STRIP_COLUMNS,
        .bias = backprop->parameters + layer->bias_offset + backprop->bands.start[band] + column,
    });
}

static uint8_t *find_targets(const Backprop *backprop, int band, size_t row)
{
    return backprop->bands.targets + bands_find_row(backprop, band, 0, row);
}

void last_make_targets(const Backprop *backprop, int band, size_t first, size_t rows)
{
    const Spec *spec = &backprop->model->spec;
    const Batch *round = &backprop->round;
    const int *images = round->images + first;
    const uint8_t *grey[TILE_ROWS];
    if (!backprop->bands.targets)
        return;
    bands_point_at(backprop, round->pixels, images, rows, band, grey);
    for (size_t row = 0; row < rows; row++)
        pixels_target(spec, pixels_training_key(spec, round->epoch, images[row]), grey[row],
                      backprop->bands.start[band], bands_width(backprop, band),
                      find_targets(backprop, band, first + row));
}

void last_point_at_targets(const Backprop *backprop, int band, size_t first, size_t rows, const uint8_t **targets)
{
    const Batch *round = &backprop->round;
    if (backprop->bands.targets)
        for (size_t row = 0; row < rows; row++)
            targets[row] = find_targets(backprop, band, first + row);
    else
        bands_point_at(backprop, round->pixels, round->images + first, rows, band, targets);
}

double last_find_loss(const Backprop *backprop, int band, const LastStrip *strip)
{
    const Spec *spec = &backprop->model->spec;
    const Batch *round = &backprop->round;
    const uint8_t *targets[TILE_ROWS], *upcoming[TILE_ROWS];
    last_point_at_targets(backprop, band, strip->first, strip->rows, targets);
    bands_point_at(backprop, round->pixels, backprop->upcoming + strip->first, strip->rows, band, upcoming);
    return kernel_get()->train[spec->loss][spec->output](&(OutputPass){
        .z = strip->z,
        .stride = strip->stride,
        .targets = targets,
        .scale = backprop->range.scale,
        .offset = backprop->range.offset,
        .upcoming = upcoming,
        .column = strip->column,
        .rows = strip->rows,
        .columns = strip->columns,
        .bias_slope = strip->bias_slope,
        .accumulate = strip->accumulate,
        .settings = backprop->settings,
        .powers = strip->powers,
        .powers_stride = strip->stride,
        .scales = strip->scales,
    });
}

// Logits of a strip, which become dL/dz: the loss, and the biases' gradient.
static double find_slopes(const Backprop *backprop, int band, int tile, size_t column, size_t columns)
{
    const Bands *bands = &backprop->bands;
    multiply_strip(backprop, band, tile, column, columns);
    return last_find_loss(
        backprop, band,
        &(LastStrip){
            .first = (size_t)tile * TILE_ROWS,
            .rows = round_tile_rows(&backprop->round, tile),
            .column = column,
            .columns = columns,
            .z = bands->strip[band],
            .stride = STRIP_COLUMNS,
            .bias_slope = bands->gradient + last_layer(backprop)->bias_offset + bands->start[band] + column,
            .accumulate = tile > 0 || !backprop->is_first_round,
        });
}

static double train_strip(const Backprop *backprop, int band, int tile, size_t column, size_t columns)
{
    const Bands *bands = &backprop->bands;
    const size_t x_stride = code_stride(backprop);
    const double loss = find_slopes(backprop, band, tile, column, columns);
    const DenseBackward pass = {
        .rows = round_tile_rows(&backprop->round, tile),
        .in = (size_t)last_layer(backprop)->in,
        .out = columns,
        .x = hidden_code(backprop, tile),
        .x_stride = x_stride,
        .slope = bands->strip[band],
        .slope_stride = STRIP_COLUMNS,
        .gradient = bands->gradient + bands_last_weights(backprop, band) + column,
        .gradient_stride = bands_width(backprop, band),
        .add_gradient = tile > 0 || !backprop->is_first_round,
        .transposed = bands->transposed + (bands->start[band] + column) * bands->transposed_stride,
        .transposed_stride = bands->transposed_stride,
        .upstream = bands->part[band] + (size_t)tile * TILE_ROWS * x_stride,
        .add_upstream = column > 0,
    };
    dense_find_gradient(&pass);
    dense_find_upstream(&pass);
    return loss;
}

// One strip's weights and gradient serve every tile.
void last_train(Backprop *backprop, int band)
{
    double loss = 0.0;
    for (int tile = 0; tile < round_tiles(&backprop->round); tile++)
        last_make_targets(backprop, band, (size_t)tile * TILE_ROWS, round_tile_rows(&backprop->round, tile));
    for (size_t i = 0; i < bands_strip_count(backprop); i++) {
        const BandStrip strip = bands_strip(backprop, band, i);
        for (int tile = 0; tile < round_tiles(&backprop->round); tile++)
            loss += train_strip(backprop, band, tile, strip.column, strip.columns);
    }
    backprop->bands.loss[band] = loss; // once: the threads share this line
}

void last_sum_upstream(const Backprop *backprop, int tile, float *upstream)
{
    const int parts = backprop->pictures.are_there ? 1 : BANDS; // whole images' is in one
    bands_sum(backprop, parts, tile, code_stride(backprop), NULL, upstream);
}
