// AUROC: how well an error tells images of one kind, which a model was not trained with, from those of all others.
//
// Thread: pure functions; auroc_measure runs on the pool that it is given, and the result is bit-identical for any
// number of threads.
#pragma once
#include "data/dataset.h"
#include "kernels/loss.h"
#include "models/model.h"
#include "pool.h"
#include "sweep.h"

// The share of pairs of a value of high and one of low in which that of high is the larger, ties one half. NaN where
// one of them is empty or a value is NaN. Sorts both. O(n log n).
double auroc_rank(double *high, int high_count, double *low, int low_count);

enum { AUROC_BINS = 40 };

// One loss as the error of an image: its mean over the pixels.
typedef struct AurocLoss {
    double auroc;       // 0.5: tells nothing; NaN where errors are not finite
    double least, most; // of all errors; the histograms' bins lie evenly between
    int kept[AUROC_BINS], left_out[AUROC_BINS];
} AurocLoss;

typedef struct Auroc {
    int label; // that was left out
    int kept_count, left_out_count;
    AurocLoss losses[LOSS_COUNT];
} Auroc;

// Over all images of set, which has labels, among them images of that label and others. False only when memory is
// short.
bool auroc_measure(const Model *model, const float *parameters, const ImageSet *set, int label, Pool *pool, Auroc *out,
                   Error *error);

// The same in slices: as metrics_begin.
Sweep *auroc_begin(const Model *model, const float *parameters, const ImageSet *set, int label, const Pool *pool,
                   Auroc *out, Error *error);
