// Code facts: what each unit of a model's code does over a set of images.
//
// Thread: code_facts_measure runs on the pool that it is given; the result is bit-identical for any number of threads.
#pragma once
#include "data/dataset.h"
#include "models/code.h"
#include "pool.h"
#include "sweep.h"

// Of each unit; those behind `units` are not there.
typedef struct CodeFacts {
    int images; // 0: nothing was measured
    int units;
    float mean[MODEL_CODE_MAX];
    float zero_share[MODEL_CODE_MAX]; // share of the images for which the unit is exactly 0
    float least[MODEL_CODE_MAX], most[MODEL_CODE_MAX];
    bool is_dead[MODEL_CODE_MAX]; // 0 for every image, or of a variance below DEAD_VARIANCE
    float kl[MODEL_CODE_MAX];     // of a code that is drawn (sample.h): nats an image; else 0
    int dead_count;
    double mean_all; // over all units
} CodeFacts;

// Measures the first image_count images of set, at least one. False only when memory is short.
bool code_facts_measure(const Model *model, const float *parameters, const ImageSet *set, int image_count, Pool *pool,
                        CodeFacts *out, Error *error);

// The same in slices: as metrics_begin.
Sweep *code_facts_begin(const Model *model, const float *parameters, const ImageSet *set, int image_count,
                        const Pool *pool, CodeFacts *out, Error *error);
