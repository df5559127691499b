// Lab: models that are trained one after the other for their figures alone, without a window.
//
// Thread: the main thread; the pool's threads work inside lab_train.
#pragma once
#include "engine.h"

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
    Metrics test;
} LabMoment;

// What is measured besides, after the last moment. NaN where it was not asked for.
typedef struct LabExtras {
    bool wants_sharpness;
    int left_out; // a label: AUROC of the spec's own loss for it; -1: none
    Appearance appearance;
    double auroc;
} LabExtras;

// Trains spec up to the last of the moments' epochs (rising) and fills them and the extras (NULL: none). broken_step:
// -1, or where a weight was no longer finite: what lies behind it stays unmeasured (test.images 0). Returns EXIT_OK, or
// the exit status after a sentence (of a signal: without one).
int lab_train(const Lab *lab, const Spec *spec, LabMoment *moments, int count, LabExtras *extras, int64_t *broken_step);
