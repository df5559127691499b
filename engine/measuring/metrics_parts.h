// What metrics.c, a pass over a set, shares with metrics_figures.c, the figures that follow from it, and
// metrics_pair.c, two models beside each other.
//
// Internal to the engine. Thread: as metrics.h.
#pragma once
#include "kernels/measure.h"
#include "measuring/metrics.h"
#include "measuring/unit_spread.h"

// Sums are taken over so many images each and added up in a fixed order.
enum { SHARD_IMAGES = 256 };

typedef struct Shard {
    PixelSums sums;
    double noisy_loss[LOSS_COUNT], loss_in_range;
    double code_size; // the sum of all numbers of its images' codes, without their signs
    uint32_t histograms[MEASURE_HISTOGRAMS][HISTOGRAM_BINS + 1];
    float outputs[DIGIT_PIXELS];
    uint32_t zeros[DIGIT_PIXELS];
} Shard;

typedef struct Measurement {
    const Model *model;
    const float *parameters;
    PixelRange range;
    int linear; // the output that leaves its logit as it is
    LossSettings settings;
    const ImageSet *set;
    const TargetFacts *facts;
    int images, code_units, shard_count, worker_count;
    Shard *shards;
    UnitSpread *units;      // (shards, code_units)
    double *kl;             // (shards, code_units): summed over its images
    struct Worker *workers; // metrics.c's
    Metrics *out;
} Measurement;

// From all shards; units of the first one then hold all.
void metrics_find_figures(Measurement *m);
