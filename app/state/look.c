// Defaults and names of what is looked at.
#include "state/look.h"

Look look_default(void)
{
    Look look = {.scene = SCENE_COMPARE};
    look.heatmaps[0] = heatmap_find(loss_get(LOSS_BCE)->key);
    look.heatmaps[1] = heatmap_find(loss_get(LOSS_MSE)->key);
    for (int mode = 0; mode < heatmap_count(); mode++)
        look.heat_scales[mode] = heatmap_get(mode)->scale;
    look.wipe = 0.5f;
    look.brush_first = 1;
    look.brush_last = 0;
    look.matrix_losses = (1u << LOSSES_IN_MATRIX) - 1;
    for (int output = 0; output < CLAIM_OUTPUT_COUNT; output++)
        look.matrix_outputs |= 1u << activation_find(OUTPUT_ACTIVATION, claim_output_key(output));
    look.pixel = DIGIT_SIDE / 2 * DIGIT_SIDE + DIGIT_SIDE / 2;
    look.seeks_pixel = true;
    look.t = -1.0f;
    look.code.shows = SHOWS_BOTH;
    look.code.number = -1;
    look.code.digit = 1; // the first test digit lies on the pad
    for (int side = 0; side < SIDE_COUNT; side++)
        look.latent.numbers[side][LATENT_ACROSS] = look.latent.numbers[side][LATENT_UP] = -1;
    look.past_step = -1;
    look.lesson = -1;
    return look;
}

const char *histogram_key(HistogramMode mode)
{
    static const char *const keys[HISTOGRAM_MODE_COUNT] = {"log", "linear", "cumulative"};
    return keys[mode];
}

double look_lit(const Look *look, const int64_t *histogram)
{
    double lit = 0.0, all = 0.0;
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++) {
        all += (double)histogram[bin];
        lit += bin >= look->brush_first && bin <= look->brush_last ? (double)histogram[bin] : 0.0;
    }
    return lit / all;
}
