// Lab: models that are trained one after the other for their figures alone, without a window and its trainer.
//
// Thread: one at a time; the pool's threads work inside.
#pragma once
#include "job.h"
#include "load_progress.h"
#include "measuring/elbo.h"
#include "measuring/metrics.h"

typedef struct Lab {
    const ImageSet *train, *test; // borrowed
    int image_count;              // of the training images, the first so many
    TargetFacts facts;            // of the test set's grey pixels: what every figure is held against
    Pool *pool;                   // borrowed
} Lab;

// A model after so many epochs.
typedef struct LabMoment {
    int epoch;
    double train_loss; // mean over the epoch, before each batch's update
    double train_kl;   // likewise, nats an image; 0 where nothing is sampled
    Elbo drawn;        // of the test set, where the model samples
    Metrics test;      // on grey targets, whatever it was trained on
} LabMoment;

// What the figures of a model are measured as: on grey targets, whatever it was trained on.
Model lab_model(const Spec *spec);

// Trains spec up to the last of the moments' epochs (rising) and fills them. broken_step: -1, or where a weight was no
// longer finite: what lies behind it stays unmeasured (test.images 0). Progress is told in batches, of all that this
// call trains. False when memory is short or progress ended it, "cancelled".
bool lab_train(const Lab *lab, const Spec *spec, LabMoment *moments, int count, int64_t *broken_step,
               const LoadProgress *progress, Error *error);
int64_t lab_batches(const Lab *lab, const Spec *spec, int epochs); // that so many epochs are

// The same in turns, each as a job's; moments are borrowed. NULL when memory is short.
typedef struct LabRun LabRun;
LabRun *lab_begin(const Lab *lab, const Spec *spec, LabMoment *moments, int count, Error *error);
JobTurn lab_go_on(LabRun *run, int64_t until_ns, const LoadProgress *progress, Error *error);
int64_t lab_broken_step(const LabRun *run);
float *lab_copy_parameters(const LabRun *run, Error *error); // of the last moment; free. NULL when memory is short
void lab_end(LabRun *run);                                   // NULL is allowed
