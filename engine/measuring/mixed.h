// Mixed: every figure over a set whose pixels are somewhere between what they are and 0 or 1: what the slider of the
// targets shows. The digits that the model reads are mixed, too, as on the page.
//
// Thread: as metrics_measure.
#pragma once
#include "measuring/metrics.h"

typedef struct MixedFigures {
    float mix;
    Metrics test;      // images 0: nothing was measured
    TargetFacts facts; // of the mixed set, by the spec's targets
} MixedFigures;

// Measures the first image_count images of set, as metrics_begin. mix: 0 .. 1.
Sweep *mixed_begin(const Model *model, const float *parameters, const ImageSet *set, int image_count, float mix,
                   const Pool *pool, MixedFigures *out, Error *error);
