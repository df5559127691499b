// Learner: one model being trained, a batch at a time.
//
// The weights after a number of steps depend on the spec, the images and the options alone: the work is cut by rules
// that know nothing of threads (backprop.h), and sums have a fixed order. Thread: one at a time; the pool's threads
// work inside learner_step.
#pragma once
#include <stdint.h>

#include "data/dataset.h"
#include "models/model.h"
#include "models/penalty.h"
#include "pool.h"

// What is trained is the mean over an image's pixels plus l1 times the sum of its |code|, and of that the mean over the
// batch; with reduce=sum the pixels' number times as much, the penalty included. Where a layer samples (sample.h), beta
// times the divergence in nats is added to that mean, with reduce=sum to that sum.
typedef struct LearnerOptions {
    const ImageSet *train; // borrowed, outlives the learner
    int image_count;       // the first so many of it; 0: all
    bool no_shuffle;       // the set's order in every epoch, instead of a new one from the seed
    Pool *pool;            // borrowed, outlives the learner
} LearnerOptions;

typedef struct Learner Learner;

// Starts at model_init's weights. NULL when memory is short.
Learner *learner_create(const Model *model, const LearnerOptions *options, Error *error);
void learner_destroy(Learner *learner); // NULL is allowed

void learner_restart(Learner *learner); // back to the initial weights, step 0

// Continues from these parameters (copied), with range=standard in their range where they have one, with fresh
// optimizer state. Counts steps from `step` where that is the end of an epoch of this learner's images, else (a file
// may claim anything) from 0, so that an epoch is always a whole one.
void learner_set_parameters(Learner *learner, const float *parameters, int64_t step);

// Trains on the next batch (the last of an epoch may be smaller) and returns its loss before the update, averaged over
// its pixels and images, whatever spec.reduce says; penalties are not part of that figure. Once a parameter has
// become NaN or infinite the learner is broken: it stays as it is and returns NaN.
double learner_step(Learner *learner);

// The same in pieces, for a caller that may have to do something else in between: begins a step or goes on with it
// until about that time of clock_now_ns, at least by a piece (INT64_MAX: to its end, shared out in the pool). True when
// it is done, its loss in *loss. Weights and loss are the same, bit for bit. Before it is done nothing but
// learner_advance and learner_destroy may be called, besides the counts, which are those before the step.
bool learner_advance(Learner *learner, int64_t until_ns, double *loss);

const float *learner_parameters(Learner *learner);  // borrowed; holds until the next step, restart or set_parameters
int64_t learner_step_count(const Learner *learner); // batches since the start
int learner_steps_per_epoch(const Learner *learner);
bool learner_is_epoch_end(const Learner *learner);   // the last step finished an epoch
int64_t learner_images_seen(const Learner *learner); // trained on since it was created
int learner_epoch_count(const Learner *learner);     // whole epochs since the start
// The mean loss of the images of the epoch under way or just finished, each before its batch's update; NaN without any.
double learner_epoch_loss(const Learner *learner);
// Of the same images a penalty (penalty.h), the mean of an image; NaN without any. Of the last batch; 0 before the
// first.
double learner_epoch_penalty(const Learner *learner, Penalty penalty);
double learner_step_penalty(const Learner *learner, Penalty penalty);
int64_t learner_broken_step(const Learner *learner); // the step that broke it, -1 if none has
