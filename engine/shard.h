// Shard: a part of a batch on its way forward and backward through a model, with a gradient of its own.
//
// Internal to the engine. Thread: one at a time for each Shard; a ShardJob is only read.
#pragma once
#include "model.h"

typedef struct Shard {
    Workspace workspace;
    float *input;    // (rows, pixels), noisy where the spec says so
    float *target;   // (rows, pixels); the input itself without noise
    float *strip;    // (rows, STRIP): logits, then dL/dz
    float *gradient; // (parameters): of the batch's mean loss, this shard's rows' part
    double loss;     // sum over images and pixels
} Shard;

typedef struct ShardJob {
    const Model *model;
    const float *parameters;  // (parameters)
    float *const *transposed; // by layer, behind the first: weights (out, transposed_stride)
    const size_t *transposed_stride;
    const uint8_t *pixels; // of the whole set: (images, pixels)
    const int *images;     // (rows): which of them
    int rows, batch_rows;  // of this shard, of the whole batch
    int64_t epoch;         // the noise depends on it
} ShardJob;

// For up to `rows` images. shard_free in either case; fine on a zeroed one.
bool shard_init(Shard *shard, const Model *model, int rows, Error *error);
void shard_free(Shard *shard);

// Fills gradient and loss.
void shard_train(Shard *shard, const ShardJob *job);
