// ELBO: what a variational autoencoder is scored by, with its code drawn as in training: the loss summed over an
// image's pixels plus the divergence, in nats where the loss is BCE (Kingma and Welling, arXiv 1312.6114: its negative
// bounds the likelihood from below). All other figures take the code's mean, which reconstructs better.
//
// Thread: the sweep runs on the pool that it is given; the result is bit-identical for any number of threads.
#pragma once
#include "data/dataset.h"
#include "models/model.h"
#include "pool.h"
#include "sweep.h"

typedef struct Elbo {
    double reconstruction, kl; // of an image; NaN: not measured
} Elbo;

// Means over the first image_count images of set, each drawn once by the spec's seed and its index: as metrics_begin.
// model: samples (code_is_drawn).
Sweep *elbo_begin(const Model *model, const float *parameters, const ImageSet *set, int image_count, const Pool *pool,
                  Elbo *out, Error *error);
