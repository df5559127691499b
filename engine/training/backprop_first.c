// The first layer: from images to the bands' parts of its logits, and from dL/dz to the gradient of its weights.
//
// Images are multiplied as they are stored (kernel.h), whose zeros cost nothing, also where the spec's noise leaves
// bytes; Gaussian noise makes floats of them. A band damages its own pixels just before it multiplies them, so that
// they are still in its core's cache, and keeps them for the gradient.
#include "models/pixels.h"
#include "training/backprop_parts.h"
#include "training/dense.h"

static float *find_noisy(const Backprop *backprop, int band, int tile)
{
    return backprop->bands.noisy + bands_find_row(backprop, band, tile, 0);
}

// As it is read: with the noise where that leaves bytes.
static Tile cut_tile(const Backprop *backprop, const Batch *round, int tile, int band)
{
    const Bands *bands = &backprop->bands;
    Tile cut = {
        .count = round_tile_rows(round, tile),
        .pixels = bands_width(backprop, band),
        .lit = bands->lit[band][tile],
        .goes_by_pairs = bands->damaged && pixels_are_strewn(&backprop->model->spec),
    };
    bands_point_at(backprop, round->pixels, round->images + tile * TILE_ROWS, cut.count, band, cut.rows);
    for (size_t row = 0; bands->damaged && row < cut.count; row++)
        cut.rows[row] = bands->damaged + bands_find_row(backprop, band, tile, row);
    return cut;
}

// Fills the band's share of a tile's damaged pixels.
static void damage_tile(const Backprop *backprop, const Batch *round, int tile, int band)
{
    const Bands *bands = &backprop->bands;
    const Spec *spec = &backprop->model->spec;
    const size_t width = bands_width(backprop, band), first = bands->start[band];
    const uint8_t *rows[TILE_ROWS];
    const int *images = round->images + tile * TILE_ROWS;
    bands_point_at(backprop, round->pixels, images, round_tile_rows(round, tile), band, rows);
    for (size_t row = 0; row < round_tile_rows(round, tile); row++) {
        const uint64_t key = pixels_training_key(spec, round->epoch, images[row]);
        const size_t at = bands_find_row(backprop, band, tile, row);
        if (bands->noisy)
            pixels_read(spec, key, rows[row], first, width, bands->noisy + at);
        else
            pixels_damage(spec, key, rows[row], first, width, bands->damaged + at);
    }
}

static void multiply_noisy_tile(const Backprop *backprop, const Batch *round, int tile, int band)
{
    const Layer *layer = first_layer(backprop);
    kernel_get()->multiply(&(Product){
        .m = round_tile_rows(round, tile),
        .n = layer->stride,
        .k = bands_width(backprop, band),
        .a = find_noisy(backprop, band, tile),
        .a_row = bands_width(backprop, band),
        .a_column = 1,
        .b = backprop->parameters + bands_first_weights(backprop, band),
        .b_stride = layer->stride,
        .c = backprop->bands.part[band] + (size_t)tile * TILE_ROWS * layer->stride,
        .c_stride = layer->stride,
    });
}

static void multiply_tile(const Backprop *backprop, const Batch *round, int tile, int band)
{
    const Kernel *kernel = kernel_get();
    const Layer *layer = first_layer(backprop);
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

void first_multiply(Backprop *backprop, const Batch *round, int band)
{
    const size_t stride = first_layer(backprop)->stride;
    if (!range_is_unit(backprop->range))
        kernel_get()->sum_rows(backprop->parameters + bands_first_weights(backprop, band), stride,
                               bands_width(backprop, band), stride, backprop->bands.column_sums[band], false);
    for (int tile = 0; tile < round_tiles(round); tile++) {
        if (backprop->bands.noisy || backprop->bands.damaged)
            damage_tile(backprop, round, tile, band);
        if (backprop->bands.noisy)
            multiply_noisy_tile(backprop, round, tile, band);
        else
            multiply_tile(backprop, round, tile, band);
    }
}

// In a range the inputs are scale x + offset: the logits are scale (x W) + offset (the sums of W's columns) + bias.
void first_sum_logits(const Backprop *backprop, int tile, const float *bias, float *logits)
{
    const size_t stride = first_layer(backprop)->stride;
    const PixelRange range = backprop->range;
    if (range_is_unit(range)) {
        bands_sum(backprop, BANDS, tile, stride, bias, logits);
        return;
    }
    float shifts[SPEC_WIDTH_MAX];
    kernel_get()->add_parts((const float *const *)backprop->bands.column_sums, BANDS, 0, NULL, 1, stride, shifts);
    for (size_t i = 0; i < stride; i++)
        shifts[i] = range.offset * shifts[i] + bias[i];
    bands_sum(backprop, BANDS, tile, stride, NULL, logits);
    for (size_t row = 0; row < round_tile_rows(&backprop->round, tile); row++)
        for (size_t i = 0; i < stride; i++)
            logits[row * stride + i] = range.scale * logits[row * stride + i] + shifts[i];
}

static void finish_noisy_tile(Backprop *backprop, int band, int tile)
{
    const Layer *layer = first_layer(backprop);
    dense_find_gradient(&(DenseBackward){
        .rows = round_tile_rows(&backprop->round, tile),
        .in = bands_width(backprop, band),
        .out = (size_t)layer->out,
        .x = find_noisy(backprop, band, tile),
        .x_stride = bands_width(backprop, band),
        .slope = hidden_first_slope(backprop, tile),
        .slope_stride = layer->stride,
        .gradient = backprop->bands.gradient + bands_first_weights(backprop, band),
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

// The gradient for inputs scale x + offset, from that for x: every pixel's weights get offset times the sum of dL/dz.
void first_fold_range(Backprop *backprop, int band)
{
    const PixelRange range = backprop->range;
    const size_t stride = first_layer(backprop)->stride;
    float *gradient = backprop->bands.gradient + bands_first_weights(backprop, band), sums[SPEC_WIDTH_MAX];
    if (range_is_unit(range))
        return;
    hidden_sum_first_slopes(backprop, sums);
    for (size_t row = 0; row < bands_width(backprop, band); row++)
        for (size_t i = 0; i < stride; i++)
            gradient[row * stride + i] = range.scale * gradient[row * stride + i] + range.offset * sums[i];
}
