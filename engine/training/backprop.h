// Backprop: the parameters of a model that is being trained. A step takes a batch forward through the model, its loss
// backward, and lets the caller change every parameter by its gradient.
//
// The work of a step is cut by rules that know nothing of threads, so that sums have a fixed order. Images are cut into
// tiles of TILE_ROWS; four tiles make a round, the images whose activations are in memory together. Pixels are cut into
// bands: the first layer, whose inputs are pixels, and the last, whose outputs are, have nearly all of the weights, and
// both are worked on band by band. Within a band the outputs go in strips, so that they stay in the cache:
//
//             band 0    band 1    band 2    band 3     (all pixels)
//           +----+----+----+----+----+----+----+----+
//   tile 0  |    :    |    :    |    :    |    :    |  64 images      : between the strips of a band
//           +----+----+----+----+----+----+----+----+
//   tile 1  |    :    |    :    |    :    |    :    |  64 images
//           +----+----+----+----+----+----+----+----+
//     ...                                              a batch of more than four tiles has several rounds
//
// A step is a row of runs of the pool. The tasks of a run may go at the same time; the next run waits for all of them:
//
//   run             a task    what it does
//   1 first layer   band      its part of the first logits, for every tile
//   2 hidden        tile      adds the bands' parts, then goes from layer to layer up to the last hidden activations
//   3 last layer    band      strip by strip, tile by tile: logits, loss and dL/dz; from them the gradient of the
//                             last weights and the band's part of dL/dx
//   4 hidden        tile      adds the bands' parts, then goes back from layer to layer to dL/dz of the first one;
//                             on the way the tile's part of the hidden layers' gradient
//   5 update        band      the gradient of the first weights; the caller changes the band's weights; then run 1 of
//                             the next batch, while they are still in the core's cache
//                   block     of a hidden layer's rows: adds the tiles' parts; the caller changes the weights
//
// Where outputs share a picture (activation.h), the third run goes by images:
//
//   3 last layer    part      a quarter of the round's images, whole: logits, loss and dL/dz; from them dL/dx and the
//                             part's gradient of the last weights. The fifth run adds the parts'
//
// Where a batch has several rounds, 1 to 4 are repeated, and between two rounds each band adds to the gradient of the
// first weights.
//
// A thread that always takes the same bands keeps their weights, gradients and optimizer state in its own caches; what
// threads exchange between the runs is as small as the hidden layers.
//
// All that is of models whose first and last layer are dense, and those between them dense or `sample` (sample.h).
// Others go image by image through all their layers (slices.h).
//
// Internal to the engine. Thread: one at a time; the pool's threads work inside backprop_step.
#pragma once
#include "error.h"
#include "models/model.h"
#include "models/penalty.h"
#include "pool.h"

typedef struct Batch {
    const uint8_t *pixels; // of the whole set: (images, pixels)
    const int *images;     // (rows): which of them
    int rows;              // 1 or more
    int64_t epoch;         // the noise depends on it
} Batch;

typedef struct Backprop Backprop;

// Changes `count` parameters by their gradient, which is that of the batch's loss summed over pixels and images, and of
// the penalty likewise. offset: where they stand among all of the model's (parameter_count), the same in each step but
// not Model's order: what an optimizer keeps beside each parameter may stand there, too. Called once a step for each
// parameter, padding included, on the pool's threads, several at the same time.
typedef void UpdateParameters(void *context, size_t offset, float *parameters, const float *gradient, size_t count);

// Parameters are zeros at first. model, pool: borrowed, outlive it. NULL when memory is short.
Backprop *backprop_create(const Model *model, Pool *pool, Error *error);
void backprop_destroy(Backprop *backprop); // NULL is allowed

// (model.parameter_count), in Model's order, copied.
void backprop_set_parameters(Backprop *backprop, const float *parameters);
void backprop_get_parameters(const Backprop *backprop, float *parameters);

// One step. Returns the loss before the update, summed over pixels and images, without the penalty. next: the batch
// that the next step is going to be given, unless the parameters are set in between; NULL where that is not known.
double backprop_step(Backprop *backprop, const Batch *batch, const Batch *next, UpdateParameters *update,
                     void *context);

// The same in pieces, for a caller that may have to do something else in between: the step begins, then it goes on
// until about that time of clock_now_ns, at least by a piece (INT64_MAX: to its end, shared out in the pool). True when
// it is done, the loss in *loss. What changes is the same, bit for bit. Before it is done nothing but backprop_advance
// and backprop_destroy may be called; the batches' images are borrowed.
void backprop_begin(Backprop *backprop, const Batch *batch, const Batch *next, UpdateParameters *update, void *context);
bool backprop_advance(Backprop *backprop, int64_t until_ns, double *loss);

// Of the last step, before its update: a penalty summed over images; 0 where it is not paid.
double backprop_penalty(const Backprop *backprop, Penalty penalty);

// The price of an activation of the code, spec.l1 * |activation|: its slope is penalty, or the other way, or 0. Added
// to dL/dactivation of a code of units, both (rows, its stride); not in gaps, where an activation of 0 need not be 0.
// Returns what the code costs, summed over the rows.
float backprop_find_penalty(const Model *model);
float backprop_penalty_slope(float penalty, float code);
double backprop_add_penalty(const Model *model, const float *code, size_t rows, float *upstream);

// What `sample` makes of x in training, z: images (rows): of the batch. Returns the code's divergence in nats, summed
// over the rows.
double backprop_draw_code(const Model *model, const Layer *layer, const Batch *batch, const int *images, int rows,
                          const float *x, float *z);

// The weight of a code's divergence (sample.h) beside the loss summed over pixels.
float backprop_find_kl_weight(const Model *model);

// Of gauss, over count pixels: the gradient of ln s, count - sum (d / s)^2, follows from the loss, for
// sum (d / s)^2 = 2 (loss - count (ln s + ln(2 pi) / 2)).
float backprop_sigma_gradient(double loss, double count, double log_sigma);
