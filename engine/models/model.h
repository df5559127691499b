// Model: a list of layers and its parameters as one flat array.
//
// The Model itself is only the shape (a plain value); parameters are arrays of model.parameter_count floats that
// learners and snapshots own. Weights are stored (in, stride): row i holds what input i adds to each output, padded
// with zeros to a multiple of KERNEL_PAD. Activations are (rows, stride). Thread: pure functions; each thread brings
// its own Workspace.
#pragma once
#include <stddef.h>

#include "error.h"
#include "io/new_file.h"
#include "models/layer_list.h"
#include "models/spec.h"

typedef struct Model {
    Spec spec;
    int pixels;
    int layer_count; // hidden layers and the output
    Layer layers[MODEL_LAYERS_MAX];
    int code_index;          // of the layer whose values are the code
    bool is_dense;           // all layers are
    size_t moments_offset;   // with range=standard: where the two numbers of the training set stand (range.h)
    size_t log_sigma_offset; // of ln s into the parameters, where the loss is gauss; else 0: there is none
    size_t parameter_count;  // padding included; a multiple of KERNEL_PAD
} Model;

// A pixel t of 0 to 1 is scale t + offset to a model (range.h).
typedef struct PixelRange {
    float scale, offset;
} PixelRange;

Model model_create(const Spec *spec, int pixels);

// Scratch memory for up to `rows` images: activations and slopes of each layer. Where not all layers are dense, a few
// images go through them at a time, so that their activations stay in a core's cache: of all rows there are only the
// code's and the output's values.
typedef struct Workspace {
    int rows;
    float *values[MODEL_LAYERS_MAX]; // (rows, stride): what a layer puts out
    float *slopes[MODEL_LAYERS_MAX]; // (rows, stride): f'(z)
    int chunk_rows;                  // images at a time
    float *input;                    // (chunk_rows, pixels)
    float *scratch;                  // of a layer
    struct LanePass *lanes;          // for many images of a model with convolutions; else NULL
    float *memory;
} Workspace;

// Many images may go through convolutions side by side, which rounds their last bits differently from one alone.
bool workspace_init(Workspace *workspace, const Model *model, int rows, Error *error);
void workspace_free(Workspace *workspace); // also fine on a zeroed one

// x (rows, pixels) -> logits z and outputs p, each (rows, pixels). x and p are pixels of 0 to 1, whatever the model's
// range. z or p may be NULL. Where outputs share a picture (activation.h) z is what is left when ln of the sum of e^z
// over it is taken from each. rows <= workspace->rows.
void model_forward(const Model *model, const float *parameters, Workspace *workspace, const float *x, int rows,
                   float *z, float *p);

// Its spec's, and the spread that gauss has learnt: as it trains with them, in its range; and for pixels of 0 to 1.
LossSettings model_loss_settings(const Model *model, const float *parameters);
LossSettings model_unit_settings(const Model *model, const float *parameters);

// Per-pixel value of loss (a row of its table) for outputs that come from `model`, of pixels of 0 to 1: on a sigmoid a
// loss that has a form from the logit is taken from it where that is its range, everything else from p. z, p, t,
// values: (n). settings: for pixels of 0 to 1.
void model_loss_values(const Model *model, LossSettings settings, int loss, const float *z, const float *p,
                       const float *t, float *values, size_t n);

// dL/dz per pixel of that loss on the model's output activation, without the factor 1 / (pixels * batch), as training
// has it: in the model's range. t and settings: of pixels of 0 to 1. Where outputs share a picture: what comes back
// through the pixel's own output, dL/dp p (1 - p), without what the others' add.
void model_loss_slopes(const Model *model, PixelRange range, LossSettings settings, int loss, const float *z,
                       const float *t, float *slopes, size_t n);

// Tensors as PyTorch's nn.Sequential names them, where a module of activations stands between two layers:
// encoder.0.weight (out, in), encoder.0.bias (out), encoder.2.weight, ..., decoder.0.weight, ...; the code layer is the
// last of the encoder. Convolutions are (out, in, side, side), turned round (in, out, side, side); what gives a
// sample's means and variances are two layers, mean and log_variance; of gauss log_sigma (1) behind all. Metadata:
// spec, step, format=losslens, with range=standard mean and deviation. Goes into out, which has begun and which the
// caller finishes. Reading: foreign.h.
bool model_write(const Model *model, const float *parameters, int64_t step, NewFile *out, Error *error);

// "encoder.0", "encoder.2": by a layer's index the name of its tensors there; "mean" of what gives means and variances.
void model_layer_name(const Model *model, int layer_index, char name[32]);

// SHA-256 over the tensors' bytes (float32, little endian) in the order in which model_write writes them; text: 64 hex
// digits. False when memory is short.
bool model_digest(const Model *model, const float *parameters, char text[65]);
