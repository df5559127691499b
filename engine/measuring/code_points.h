// Code points: the code of each image of a set, for pictures of any two of its numbers.
//
// Thread: the sweep runs on the pool that it is given; the result is bit-identical for any number of threads. It never
// changes: whoever holds it may read it on any thread.
#pragma once
#include <stdatomic.h>

#include "data/dataset.h"
#include "models/code.h"
#include "pool.h"
#include "sweep.h"

enum {
    CODE_POINTS_IMAGES = 10000,   // at most
    CODE_POINTS_VALUES = 1 << 21, // and so many numbers together: of a very long code there are fewer images
    CODE_POINTS_LEAST = 256
};

// Number after number, so that a picture of two of them reads two runs.
typedef struct CodePoints {
    int images, units;
    float *means;      // (units, images): what the encoder gives
    float *drawn;      // (units, images): drawn with their variances, once; NULL where the code is not drawn (sample.h)
    float *deviations; // (units): over the images, of means
    _Atomic int holders;
} CodePoints;

int code_points_count(int units, int images); // of a set of so many images, how many there are points of

// Of the first image_count images of set, at least one: as metrics_begin. *out is NULL until the sweep is done; the
// caller then holds it.
Sweep *code_points_begin(const Model *model, const float *parameters, const ImageSet *set, int image_count,
                         const Pool *pool, CodePoints **out, Error *error);

void code_points_hold(CodePoints *points);
void code_points_release(CodePoints *points); // the last one frees it; NULL is allowed
