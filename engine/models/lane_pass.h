// Lane pass: all layers of a model forward over LANE_IMAGES images side by side (lane.h), for many images whose
// gradient nobody wants.
//
// Internal to the engine. Thread: each brings its own LanePass.
#pragma once
#include "models/lane.h"
#include "models/model.h"

// As few images as are still faster side by side than one after the other: lanes without an image cost as much as those
// with one.
enum { LANE_PASS_LEAST = 12 };

typedef struct LanePass LanePass;

// Whether any layer of the model gains by it.
bool lane_pass_fits(const Model *model);

// NULL where memory is short. The model is copied.
LanePass *lane_pass_create(const Model *model);
void lane_pass_destroy(LanePass *pass); // NULL is allowed

// The layers from `start` on, of `rows` images, at most LANE_IMAGES; x: what `start` is given, rows of its `given`.
// values (layers): where rows of a layer's values go; of a picture that nobody asks for NULL. slopes: of units, as
// values.
void lane_pass_forward(const LanePass *pass, const float *parameters, int start, const float *x, int rows,
                       float *const values[], float *const slopes[]);
