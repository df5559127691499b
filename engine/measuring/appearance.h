// Appearance: how a model's outputs look beside the digits, by two figures that are no loss: how sharp they are, and
// SSIM. They take ten times as long as all of metrics.h, so they are measured where somebody asks for them.
//
// Thread: appearance_measure runs on the pool that it is given; the result is bit-identical for any number of threads.
#pragma once
#include "data/dataset.h"
#include "models/model.h"
#include "pool.h"
#include "sweep.h"

typedef struct Appearance {
    int images; // 0: nothing was measured
    // Mean magnitude of the gradient of p over that of t; 1: as sharp as the digits. The gradient is taken by central
    // differences, at the border by one-sided ones. NaN where the targets have none.
    double sharpness;
    // Mean over images of the structural similarity (Wang, Bovik, Sheikh and Simoncelli, 2004): Gaussian windows of
    // 11x11, sigma 1.5, those that lie within the image; K1 0.01, K2 0.03, range 1.
    double ssim;
} Appearance;

// Of the first image_count images of set, against the spec's targets. NaN where outputs are not finite. False only when
// memory is short.
bool appearance_measure(const Model *model, const float *parameters, const ImageSet *set, int image_count, Pool *pool,
                        Appearance *out, Error *error);

// The same in slices: as metrics_begin.
Sweep *appearance_begin(const Model *model, const float *parameters, const ImageSet *set, int image_count,
                        const Pool *pool, Appearance *out, Error *error);
