// Model, layer by layer: initial weights, the parts of the forward pass, names.
//
// Internal to the engine. Thread: as in model.h.
#pragma once
#include "kernels/kernel.h"
#include "models/model.h"

// Glorot-uniform weights (Glorot and Bengio, 2010: +-sqrt(6 / (in + out))), zero biases. The stream of a layer depends
// on the seed, the layer's name and its shape, so that models which agree in those start alike.
void model_init(const Model *model, float *parameters);

// Runs the hidden layers alone; returns the last one's activations, (rows, stride of that layer), in the workspace.
// Where not all layers are dense it runs them all, and what it returns is for model_output_strip alone.
const float *model_encode(const Model *model, const float *parameters, Workspace *workspace, const float *x, int rows);

// The hidden layers behind this one, whose activations are in the workspace: where not all are dense, the code's.
void model_encode_from(const Model *model, const float *parameters, Workspace *workspace, int layer_index, int rows);

// The last layer, from what the last hidden one has in the workspace: z, p as model_forward.
void model_decode_last(const Model *model, const float *parameters, Workspace *workspace, int rows, float *z, float *p);

// The same as model_encode from images as they are stored (kernel.h), whose zeros cost nothing.
const float *model_encode_tile(const Model *model, const float *parameters, Workspace *workspace, const Tile *tile);

// Logits z (rows, z_stride) of `columns` of a layer's outputs from `column` on, both multiples of KERNEL_PAD
// (kernel.h), from its input x (rows, x_stride).
void model_forward_layer(const Layer *layer, const float *parameters, const float *x, size_t x_stride, int rows,
                         size_t column, size_t columns, float *z, size_t z_stride);

// Logits z (rows, STRIP_COLUMNS) of a strip of the output, from the last hidden layer's activations. The strips of an
// image are asked for from the first on: where outputs share a picture it leaves all of them in the workspace.
void model_output_strip(const Model *model, const float *parameters, Workspace *workspace, const float *code, int rows,
                        size_t column, size_t columns, float *z);

bool model_is_finite(const Model *model, const float *parameters);

// What the first parameter that is not finite is: "encoder.0.weight became NaN"; empty where all are finite.
void model_describe_broken(const Model *model, const float *parameters, char *text, size_t size);

#define MODEL_LOG_SIGMA    "log_sigma" // the tensor of gauss's parameter
#define MODEL_MEAN         "mean"      // the layers that give `sample` what it draws from
#define MODEL_LOG_VARIANCE "log_variance"

// Whether it gives means and logarithms of variances: two layers side by side in a file, the halves of its columns.
bool model_gives_statistics(const Model *model, int layer_index);

// Images that go through layers that are not all dense at a time.
int model_choose_chunk(const Model *model);

// Images that are measured at a time, TILE_ROWS or, of a model that takes long for one, an 8th, a quarter or a half of
// that: who measures in steps between which something else waits is never long in one.
int model_choose_step(const Model *model);

// ---- tensors ------------------------------------------------------------------------------------------------------

enum { MODEL_TENSORS_MAX = 2 * MODEL_LAYERS_MAX + 3 };

// One as model_write writes it: (columns, rows) values, in PyTorch's shape.
typedef struct ModelTensor {
    char name[48];
    int rank;
    size_t shape[4];
    const Layer *layer; // of the model; NULL: of none
    size_t offset;      // of its first value among the parameters, where a row is a layer's stride
    size_t rows, columns;
} ModelTensor;

int model_list_tensors(const Model *model, ModelTensor tensors[MODEL_TENSORS_MAX]); // in a file's order
size_t model_tensor_size(const ModelTensor *tensor);

// values: (columns, rows).
void model_tensor_set(const ModelTensor *tensor, const float *values, float *parameters);
