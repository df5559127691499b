// Outputs: a model's outputs for the images of a set, one image after the other, for figures that are of whole images.
//
// Internal to the engine. Thread: the visits run on the pool that it is given, each image once; what they write must
// depend on the image alone.
#pragma once
#include "data/dataset.h"
#include "models/model.h"
#include "pool.h"
#include "sweep.h"

// t: what the outputs are held against (pixels.h); z, p: logits and outputs; each (DIGIT_PIXELS).
typedef void OutputsVisit(void *context, int image, const float *t, const float *z, const float *p);

// Of the first image_count images of set; everything is borrowed until the sweep is done.
Sweep *outputs_begin(const Model *model, const float *parameters, const ImageSet *set, int image_count,
                     const Pool *pool, OutputsVisit *visit, void *context, Error *error);
