// Slices: the parameters of a model that is trained image by image, whatever its layers are (backprop.h: the faster way
// where both ends are dense).
//
// A batch is cut into SLICES slices by rules that know nothing of threads. A slice goes in tiles of a few images, so
// that their activations stay in a core's cache: forward through all layers, loss, backward through all layers; it
// sums its own gradient. Then the parameters are changed block by block, by the slices' gradients in their order.
//
// Internal to the engine. Thread: one at a time; the pool's threads work inside slices_step.
#pragma once
#include "training/backprop.h"

typedef struct Slices Slices;

// As the functions of backprop.h that are named alike; offset in an update is that in Model's order.
Slices *slices_create(const Model *model, Pool *pool, Error *error);
void slices_destroy(Slices *slices); // NULL is allowed
void slices_set_parameters(Slices *slices, const float *parameters);
void slices_get_parameters(const Slices *slices, float *parameters);
double slices_penalty(const Slices *slices, Penalty penalty); // as backprop_penalty
double slices_step(Slices *slices, const Batch *batch, UpdateParameters *update, void *context);
void slices_begin(Slices *slices, const Batch *batch, UpdateParameters *update, void *context);
bool slices_advance(Slices *slices, int64_t until_ns, double *loss);
