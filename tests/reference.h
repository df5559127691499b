// Reference: the whole training in naive double precision, a loop for every sum, to hold the engine against.
//
// It shares nothing with the engine but the spec and, in reference_import, the layout of a model's parameters.
// Thread: plain data; each Reference belongs to whoever holds it.
#pragma once
#include "models/model.h"

typedef struct Reference {
    const char *loss, *output, *hidden, *optimizer; // keys of the spec
    LossSettings settings;
    double lr, l1;
    double scale, offset; // inputs and targets are those times scale, plus offset
    double factor;        // of what is trained: 1, or with reduce=sum the number of pixels
    int layer_count, code, pixels;
    int in[MODEL_LAYERS_MAX], out[MODEL_LAYERS_MAX];
    size_t weight[MODEL_LAYERS_MAX], bias[MODEL_LAYERS_MAX]; // where a layer's weights (out, in) and biases (out) begin
    size_t log_sigma; // of gauss: where ln of its spread stands; else 0: there is none
    size_t count;
    double *parameters, *gradient, *m, *v; // (count)
    int64_t step;
    double smallest_margin; // of the last reference_learn: how near a hidden z or an output came to a kink
} Reference;

void reference_init(Reference *reference, const Spec *spec, int pixels); // all parameters zero
void reference_free(Reference *reference);

// f(z) and its derivative; `tanh` and so on, as in a spec.
double reference_activate(const char *activation, double z, double *slope);

// One pixel's loss for its output p, and dL/dp. A loss or an activation that is not written down here ends the test.
double reference_lose_output(const char *loss, LossSettings settings, double p, double t, double *slope);

// One pixel's loss for output activation and logit, and dL/dz. Losses with a form from the logit of a sigmoid, BCE,
// weighted BCE and the continuous Bernoulli, do not clip there.
double reference_lose(const char *loss, LossSettings settings, const char *output, double z, double t, double *slope);

// Takes ln of the sum of e^z from each z (pixels), where that output shares a picture.
void reference_normalise(const char *output, int pixels, double *z);

// One image x (pixels), in the model's range, to logits z (pixels).
void reference_forward(const Reference *reference, const double *x, double *z);

// Inputs and targets are of 0 to 1; with range=standard the caller has set scale and offset. Mean loss of rows images
// (rows, pixels); fills gradient with that of loss plus penalty, times factor. *penalty: l1's share, may be NULL.
double reference_learn(Reference *reference, const double *inputs, const double *targets, int rows, double *penalty);

void reference_update(Reference *reference); // one step of the optimizer along gradient

// Between the engine's padded parameters (in, stride) and those here.
void reference_import(const Model *model, const float *padded, double *values);
void reference_export(const Model *model, const double *values, float *padded); // padding becomes zero
