// Measure: what is added up over the outputs of images, in one pass from logits to every figure. The kernels' part of
// the metrics (metrics.h), which makes figures of these sums.
//
// Internal to the engine. Thread: constants.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "kernels/loss.h"
#include "kernels/pixel_groups.h"

// What is added up over images for the metrics.
typedef struct PixelSums {
    double loss[LOSS_COUNT], output;
    double bias[TARGET_GROUP_COUNT];                      // sum of p - t by target
    int64_t far_below_0, below_002, above_098, nonfinite; // far_below_0: below -0.02
} PixelSums;

// Several counts side by side, because neighbouring pixels mostly fall into the same bin and would wait for each other.
// The last bin takes what is not a number.
enum { MEASURE_HISTOGRAMS = 16 };

typedef struct MeasurePass {
    const float *z;                // (rows, STRIP_COLUMNS): logits
    const uint8_t *const *targets; // (rows): images
    size_t column;                 // where the strip lies in an image
    size_t rows, columns;          // rows <= TILE_ROWS; columns a multiple of KERNEL_PAD
    LossSettings settings;
    PixelSums *sums; // added to
    uint32_t (*histograms)[HISTOGRAM_BINS + 1];
    float *outputs;  // (columns): the sum of a pixel's outputs is added to it
    uint32_t *zeros; // (columns): how many of them are exactly 0, added to it
} MeasurePass;

typedef void MeasureOutput(const MeasurePass *pass);
