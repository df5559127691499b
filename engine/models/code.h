// Code: what the code layer, the narrowest of a model or what it samples, holds of an image, and what the decoder makes
// of such numbers.
//
// Codes are (rows, units), values behind the hidden activation; of a picture channel after channel. Encoding and then
// decoding gives the outputs of model_forward over the same rows, bit for bit. Thread: pure functions; each thread
// brings its own Workspace.
#pragma once
#include <stdint.h>

#include "models/model.h"

int code_units(const Model *model);

// Whether it is drawn while the model trains (sample.h): what is encoded is its mean.
bool code_is_drawn(const Model *model);

// Whether the code is the first hidden layer, so that each unit has one weight for each pixel: code_encoder_weights.
bool code_is_first(const Model *model);
// Whether the outputs' logits are a weighted sum of the code, plus a bias.
bool code_is_last(const Model *model);

// x (rows, pixels) -> codes (rows, units). rows <= workspace->rows.
void code_encode(const Model *model, const float *parameters, Workspace *workspace, const float *x, int rows,
                 float *codes);

// Of the images that went through model_encode or model_encode_tile last: codes (rows, units). And, where the code is
// drawn, the divergence of each unit in nats, summed over rows, on top of what is in kl (units).
void code_take(const Model *model, const Workspace *workspace, int rows, float *codes);
// The same, each drawn with its variance from the key of its image: what the layer gives while it trains. Only where
// the code is drawn. CODE_TEST_EPOCH: that pixels_sample_key is asked with where nothing is trained.
enum { CODE_TEST_EPOCH = (1 << 23) - 1 };
void code_take_drawn(const Model *model, const Workspace *workspace, int rows, const uint64_t *keys, float *codes);
void code_add_kl(const Model *model, const Workspace *workspace, int rows, double *kl);
double code_sum_kl(const Model *model, const Workspace *workspace, int rows); // over units and rows; 0 where it is not

// codes (rows, units) -> logits z and outputs p, each (rows, pixels). z or p may be NULL. rows <= workspace->rows.
void code_decode(const Model *model, const float *parameters, Workspace *workspace, const float *codes, int rows,
                 float *z, float *p);

// As model_forward of a model whose code is drawn, with what is drawn by each image's key (sample.h) in the place of
// the mean.
void code_forward_drawn(const Model *model, const float *parameters, Workspace *workspace, const float *x, int rows,
                        const uint64_t *keys, float *z, float *p);

// What each pixel adds to a unit's sum: weights (pixels). Only where code_is_first.
void code_encoder_weights(const Model *model, const float *parameters, int unit, float *weights);

// What a unit adds to each pixel's logit: weights (pixels). Only where code_is_last.
void code_decoder_weights(const Model *model, const float *parameters, int unit, float *weights);
