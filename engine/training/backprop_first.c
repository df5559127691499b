// The first layer: from images to the bands' parts of its logits, and from dL/dz to the gradient of its weights.
//
// Images are multiplied as they are stored (kernel.h), whose zeros cost nothing; where the spec adds noise, as floats.
#include "random.h"
#include "training/backprop_parts.h"
#include "training/dense.h"

static Tile cut_tile(const Backprop *backprop, const Batch *round, int tile, int band)
{
    Tile cut = {
        .count = round_tile_rows(round, tile),
        .pixels = bands_width(backprop, band),
        .lit = backprop->bands.lit[band][tile],
    };
    bands_point_at(backprop, round->pixels, round->images + tile * TILE_ROWS, cut.count, band, cut.rows);
    return cut;
}

void first_add_noise(Backprop *backprop, int tile)
{
    const Kernel *kernel = kernel_get();
    const Spec *spec = &backprop->model->spec;
    const Batch *round = &backprop->round;
    const size_t pixels = (size_t)backprop->model->pixels, first = (size_t)tile * TILE_ROWS;
    for (size_t row = first; row < first + round_tile_rows(round, tile); row++) {
        const int image = round->images[row];
        float *input = backprop->bands.noisy + row * pixels;
        kernel->bytes_to_floats(round->pixels + (size_t)image * pixels, input, pixels);
        const uint64_t stream = (uint64_t)2 << 48 | (uint64_t)round->epoch << 24 | (uint64_t)image;
        kernel->add_noise(input, pixels, spec->noise, random_stream(spec->seed, stream).state);
    }
}

static void multiply_noisy(Backprop *backprop, const Batch *round, int band)
{
    const Layer *layer = first_layer(backprop);
    kernel_get()->multiply(&(Product){
        .m = (size_t)round->rows,
        .n = layer->stride,
        .k = bands_width(backprop, band),
        .a = backprop->bands.noisy + backprop->bands.start[band],
        .a_row = (size_t)backprop->model->pixels,
        .a_column = 1,
        .b = backprop->parameters + bands_first_weights(backprop, band),
        .b_stride = layer->stride,
        .c = backprop->bands.part[band],
        .c_stride = layer->stride,
    });
}

void first_multiply(Backprop *backprop, const Batch *round, int band)
{
    const Kernel *kernel = kernel_get();
    const Layer *layer = first_layer(backprop);
    if (backprop->bands.noisy) {
        multiply_noisy(backprop, round, band);
        return;
    }
    for (int tile = 0; tile < round_tiles(round); tile++) {
        const Tile cut = cut_tile(backprop, round, tile, band);
        kernel->find_lit(&cut);
        kernel->multiply_tile(&(TileProduct){
            .tile = &cut,
            .n = layer->stride,
            .b = backprop->parameters + bands_first_weights(backprop, band),
            .b_stride = layer->stride,
            .c = backprop->bands.part[band] + (size_t)tile * TILE_ROWS * layer->stride,
            .c_stride = layer->stride,
        });
    }
}

void first_sum_logits(const Backprop *backprop, int tile, const float *bias, float *logits)
{
    bands_sum(backprop, tile, first_layer(backprop)->stride, bias, logits);
}

static void finish_noisy_tile(Backprop *backprop, int band, int tile)
{
    const Bands *bands = &backprop->bands;
    const Layer *layer = first_layer(backprop);
    const size_t pixels = (size_t)backprop->model->pixels;
    dense_find_gradient(&(DenseBackward){
        .rows = round_tile_rows(&backprop->round, tile),
        .in = bands_width(backprop, band),
        .out = (size_t)layer->out,
        .x = bands->noisy + (size_t)tile * TILE_ROWS * pixels + bands->start[band],
        .x_stride = pixels,
        .slope = hidden_first_slope(backprop, tile),
        .slope_stride = layer->stride,
        .gradient = bands->gradient + bands_first_weights(backprop, band),
        .gradient_stride = layer->stride,
        .add_gradient = tile > 0 || !backprop->is_first_round,
    });
}

static void finish_tile(Backprop *backprop, int band, int tile)
{
    const Layer *layer = first_layer(backprop);
    const Tile cut = cut_tile(backprop, &backprop->round, tile, band);
    kernel_get()->multiply_tile_transposed(&(TileProduct){
        .tile = &cut,
        .n = layer->stride,
        .b = hidden_first_slope(backprop, tile),
        .b_stride = layer->stride,
        .c = backprop->bands.gradient + bands_first_weights(backprop, band),
        .c_stride = layer->stride,
        .accumulate = tile > 0 || !backprop->is_first_round,
    });
}

void first_finish(Backprop *backprop, int band)
{
    for (int tile = 0; tile < round_tiles(&backprop->round); tile++)
        if (backprop->bands.noisy)
            finish_noisy_tile(backprop, band, tile);
        else
            finish_tile(backprop, band, tile);
}
