// Backprop: one batch forward and backward through a model, to the gradient of its loss.
//
// The work is cut into tasks in two ways, by rules that know nothing of threads. The first and the last layer, which
// have nearly all of the weights, are cut into bands of pixels: a band has those inputs' rows of the first weights and
// those outputs' columns of the last, for every image. A thread that always takes the same bands keeps their weights,
// gradients and optimizer state in its own caches; what threads exchange is as small as the hidden layers. These are
// cut into tiles of images.
//
// For that, parameters and gradient are packed: as a Model has them, but the last layer's weights band after band, each
// (in, band's columns). Else the processor, reading ahead along a row, would take what another thread is about to
// write.
//
// Internal to the engine. Thread: backprop_run on one thread at a time; the pool's threads work inside it.
#pragma once
#include "kernels/kernel.h"
#include "models/model.h"
#include "pool.h"

enum { BANDS = 4, ROUND_TILES = 4, ROUND_ROWS = ROUND_TILES * TILE_ROWS }; // a round: images worked on together

typedef struct Batch {
    const float *parameters; // packed
    const uint8_t *pixels;   // of the whole set: (images, pixels)
    const int *images;       // (rows): which of them
    const int *upcoming;     // (rows): which are likely to be next: memory is asked for them; NULL: none
    int rows;
    int64_t epoch; // the noise depends on it
} Batch;

typedef struct Backprop {
    const Model *model;
    Pool *pool;
    size_t band_start[BANDS + 1]; // pixels, multiples of KERNEL_PAD

    // Of the batch's loss, summed over pixels and images, (parameters); what lies between the first and the last
    // weights stays free there and is in hidden_gradients instead, a part for each tile, (hidden_count) from
    // hidden_offset on.
    float *gradient;
    float *hidden_gradients[ROUND_TILES];
    size_t hidden_offset, hidden_count;

    // weights (out, transposed_stride) of the layers behind the first, for the caller to keep up to date
    float *transposed[MODEL_LAYERS_MAX];
    size_t transposed_stride[MODEL_LAYERS_MAX];

    // of a round
    float *values[MODEL_LAYERS_MAX]; // by hidden layer, (ROUND_ROWS, stride): its activations
    float *slopes[MODEL_LAYERS_MAX]; // (ROUND_ROWS, stride): f'(z), then dL/dz
    float *upstream;                 // (ROUND_ROWS, widest stride): dL/dactivation
    float *partial[BANDS];           // (ROUND_ROWS, stride): a band's part of the first logits, then of dL/dcode
    float *strip[BANDS];             // (TILE_ROWS, STRIP_COLUMNS): logits, then dL/dz
    float *noisy;                    // (ROUND_ROWS, pixels): the input where the spec adds noise, else NULL
    uint64_t *lit[BANDS][ROUND_TILES];
    double loss[BANDS];
    Batch batch;
    int first, rows; // of the batch: the round's images
    bool is_started; // the bands' parts of the first logits are there already: backprop_start_band

    float *memory;
    uint64_t *lit_memory;
} Backprop;

bool backprop_init(Backprop *backprop, const Model *model, Pool *pool, Error *error);
void backprop_free(Backprop *backprop); // also after a failed init; fine on a zeroed one

// Between a Model's parameters and packed ones, both (parameters).
void backprop_pack(const Backprop *backprop, const float *parameters, float *packed);
void backprop_unpack(const Backprop *backprop, const float *packed, float *parameters);

// Where a band's rows of the first weights and its last weights begin in the packed parameters.
size_t backprop_band_encoder(const Backprop *backprop, int band);
size_t backprop_band_decoder(const Backprop *backprop, int band);
static inline size_t backprop_band_width(const Backprop *backprop, int band)
{
    return backprop->band_start[band + 1] - backprop->band_start[band];
}

// Returns the loss, summed over images and pixels. What is left to do for a complete gradient is backprop_finish_band.
double backprop_run(Backprop *backprop, const Batch *batch);

// A band's rows of the first layer's gradient. Once for each band after backprop_run, before the parameters change; on
// any thread, bands at the same time.
void backprop_finish_band(Backprop *backprop, int band);

// Begins with the batch that the next backprop_run will be given, while the band's weights are still in the caches:
// after backprop_finish_band and the band's new parameters, on the same thread. For all bands or none; the caller then
// sets is_started, and clears it when parameters change after all. Not where the spec adds noise.
void backprop_start_band(Backprop *backprop, const Batch *next, int band);
