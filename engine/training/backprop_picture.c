// Outputs that share a picture (activation.h): their logits, their loss and dL/dz are of whole images, and are there
// before the last layer's bands go on to the gradient.
#include "training/backprop_parts.h"

void pictures_lay_out(Backprop *backprop, Cutter *cutter)
{
    const size_t count = ROUND_ROWS * (size_t)backprop->model->pixels;
    if (!activation_get(OUTPUT_ACTIVATION, backprop->model->spec.output)->is_of_picture)
        return;
    backprop->pictures.logits = cutter_take(cutter, count);
    backprop->pictures.slopes = cutter_take(cutter, count);
}

void pictures_find_logits(Backprop *backprop, int band)
{
    const size_t pixels = (size_t)backprop->model->pixels;
    if (bands_width(backprop, band) == 0)
        return;
    last_make_targets(backprop, band);
    kernel_get()->multiply(&(Product){
        .m = (size_t)backprop->round.rows,
        .n = bands_width(backprop, band),
        .k = (size_t)last_layer(backprop)->in,
        .a = hidden_code(backprop, 0),
        .a_row = code_stride(backprop),
        .a_column = 1,
        .b = backprop->parameters + bands_last_weights(backprop, band),
        .b_stride = bands_width(backprop, band),
        .c = backprop->pictures.logits + backprop->bands.start[band],
        .c_stride = pixels,
        .bias = backprop->parameters + last_layer(backprop)->bias_offset + backprop->bands.start[band],
    });
}

void pictures_find_slopes(Backprop *backprop, int tile)
{
    const Kernel *kernel = kernel_get();
    const size_t pixels = (size_t)backprop->model->pixels, rows = round_tile_rows(&backprop->round, tile);
    float *logits = backprop->pictures.logits + (size_t)tile * TILE_ROWS * pixels;
    float *slopes = backprop->pictures.slopes + (size_t)tile * TILE_ROWS * pixels;
    float unused[STRIP_COLUMNS];
    double loss = 0.0;
    kernel->normalise(logits, pixels, rows, pixels, slopes, logits);
    for (int band = 0; band < BANDS; band++) {
        const size_t width = bands_width(backprop, band);
        for (size_t column = 0; column < width; column += STRIP_COLUMNS) {
            const size_t rest = width - column, columns = rest < STRIP_COLUMNS ? rest : STRIP_COLUMNS;
            float *const z = slopes + backprop->bands.start[band] + column;
            loss += last_find_loss(backprop, band, tile, &(LastStrip){column, columns, z, pixels, unused, false});
        }
    }
    kernel->share_slopes(slopes, logits, rows, pixels);
    backprop->pictures.loss[tile] = loss;
}

double pictures_sum_loss(const Backprop *backprop)
{
    double loss = 0.0;
    for (int tile = 0; backprop->pictures.logits && tile < round_tiles(&backprop->round); tile++)
        loss += backprop->pictures.loss[tile];
    return loss;
}

const float *pictures_slopes(const Backprop *backprop, int band, int tile, size_t column)
{
    const size_t pixels = (size_t)backprop->model->pixels;
    return backprop->pictures.slopes + (size_t)tile * TILE_ROWS * pixels + backprop->bands.start[band] + column;
}
