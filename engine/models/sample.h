// Sample: the layer in the middle of a variational autoencoder (Kingma and Welling, arXiv 1312.6114). Of each image it
// is given n means and n logarithms of variances, and gives z = mean + e^(logvar / 2) eps, eps ~ N(0, 1), to what
// follows; where nothing is trained it gives the means (layer_forward), so that pictures are the same every time.
//
// x (rows, from.stride): the means, then the logarithms. Internal to the engine. Thread: pure.
#pragma once
#include <stdint.h>

#include "models/layer.h"

// z (rows, to.stride). What each unit is given depends on its image's key and on its index alone.
void sample_draw(const Layer *layer, const float *x, int rows, const uint64_t *keys, float *z);

// The Kullback-Leibler divergence from N(0, 1), -1/2 sum (1 + logvar - mean^2 - e^logvar), in nats: summed over rows
// and units; and per unit, summed over rows, on top of what is in kl (to.channels).
double sample_sum_kl(const Layer *layer, const float *x, int rows);
void sample_add_kl(const Layer *layer, const float *x, int rows, double *kl);

// Adds weight times its slope to dL/dx (rows, from.stride).
void sample_add_kl_slope(const Layer *layer, const float *x, int rows, float weight, float *upstream);
