// Outputs that share a picture (activation.h): their logits, their loss and dL/dz are of whole images, and are there
// before the last layer's bands go on to the gradient.
#include "training/backprop_parts.h"

void pictures_lay_out(Backprop *backprop, Cutter *cutter)
{
    const size_t count = ROUND_ROWS * (size_t)backprop->model->pixels;
    if (!activation_get(OUTPUT_ACTIVATION, backprop->model->spec.output)->is_of_picture)
        return;
    backprop->pictures.slopes = cutter_take(cutter, count);
    for (int i = 0; i < ROUND_TILES; i++)
        backprop->pictures.powers[i] = cutter_take(cutter, count / ROUND_TILES);
}

// A worker's own where there are enough, so that it has them in its core's cache from tile to tile.
static float *find_powers(const Backprop *backprop, int tile, int worker)
{
    return backprop->pictures.powers[pool_thread_count(backprop->pool) <= ROUND_TILES ? worker : tile];
}

// The band's logits of a tile.
static void find_logits(const Backprop *backprop, int band, int tile, float *logits)
{
    const Layer *layer = last_layer(backprop);
    const size_t start = backprop->bands.start[band];
    kernel_get()->multiply(&(Product){
        .m = round_tile_rows(&backprop->round, tile),
        .n = bands_width(backprop, band),
        .k = (size_t)layer->in,
        .a = hidden_code(backprop, tile),
        .a_row = code_stride(backprop),
        .a_column = 1,
        .b = backprop->parameters + bands_last_weights(backprop, band),
        .b_stride = bands_width(backprop, band),
        .c = logits + start,
        .c_stride = (size_t)backprop->model->pixels,
        .bias = backprop->parameters + layer->bias_offset + start,
    });
}

// Whole images of a tile at a time, so that what is found of them is still in the core's cache.
void pictures_find_slopes(Backprop *backprop, int tile, int worker)
{
    const Kernel *kernel = kernel_get();
    const size_t pixels = (size_t)backprop->model->pixels, rows = round_tile_rows(&backprop->round, tile);
    float *const slopes = backprop->pictures.slopes + (size_t)tile * TILE_ROWS * pixels;
    float *const powers = find_powers(backprop, tile, worker);
    float unused[STRIP_COLUMNS], shifts[TILE_ROWS], scales[TILE_ROWS];
    double loss = 0.0;
    for (int band = 0; band < BANDS; band++) {
        last_make_targets(backprop, band, tile);
        find_logits(backprop, band, tile, slopes);
    }
    kernel->find_powers(slopes, rows, pixels, powers, shifts, scales);
    for (int band = 0; band < BANDS; band++) {
        const size_t start = backprop->bands.start[band], width = bands_width(backprop, band);
        for (size_t column = 0; column < width; column += STRIP_COLUMNS)
            loss += last_find_loss(backprop, band, tile,
                                   &(LastStrip){
                                       .column = column,
                                       .columns = width - column < STRIP_COLUMNS ? width - column : STRIP_COLUMNS,
                                       .z = slopes + start + column,
                                       .stride = pixels,
                                       .bias_slope = unused,
                                       .powers = powers + start + column,
                                       .shifts = shifts,
                                       .scales = scales,
                                   });
    }
    kernel->share_slopes(slopes, powers, scales, rows, pixels);
    backprop->pictures.loss[tile] = loss;
}

double pictures_sum_loss(const Backprop *backprop)
{
    double loss = 0.0;
    for (int tile = 0; backprop->pictures.slopes && tile < round_tiles(&backprop->round); tile++)
        loss += backprop->pictures.loss[tile];
    return loss;
}

const float *pictures_slopes(const Backprop *backprop, int band, int tile, size_t column)
{
    const size_t pixels = (size_t)backprop->model->pixels;
    return backprop->pictures.slopes + (size_t)tile * TILE_ROWS * pixels + backprop->bands.start[band] + column;
}
