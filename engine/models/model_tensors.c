// A model's parameters as tensors: saving, and the digest of them.
#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "models/model_layers.h"
#include "models/range.h"
#include "models/safetensors.h"

static_assert((int)SPEC_TEXT_SIZE <= sizeof(((Metadata *)0)->value), "a file holds any spec: raise Metadata's value");

// ---- which there are ----------------------------------------------------------------------------------------------

// PyTorch's shape of a weight: (out, in), and the window behind it where there is one; turned round it is (in, out).
static void set_shape(const Layer *layer, size_t columns, ModelTensor *tensor)
{
    const size_t side = (size_t)layer->side;
    tensor->rank = side > 0 ? 4 : 2;
    tensor->shape[0] = columns;
    tensor->shape[1] = side > 0 ? layer->weight_rows / (side * side) : layer->weight_rows;
    tensor->shape[2] = tensor->shape[3] = side;
}

// Weight and bias of columns [first, first + columns) of a layer.
static int list_pair(const Layer *layer, const char *name, size_t first, size_t columns, ModelTensor tensors[2])
{
    tensors[0] = (ModelTensor){.layer = layer, .offset = layer->weight_offset + first, .columns = columns};
    tensors[0].rows = layer->weight_rows;
    set_shape(layer, columns, &tensors[0]);
    (void)snprintf(tensors[0].name, sizeof tensors[0].name, "%s.weight", name);
    const size_t biases = layer->kind == LAYER_UNCONV ? (size_t)layer->to.channels : columns;
    tensors[1] = (ModelTensor){.layer = layer, .offset = layer->bias_offset + first, .columns = biases, .rows = 1};
    tensors[1].rank = 1;
    tensors[1].shape[0] = biases;
    (void)snprintf(tensors[1].name, sizeof tensors[1].name, "%s.bias", name);
    return 2;
}

int model_list_tensors(const Model *model, ModelTensor tensors[MODEL_TENSORS_MAX])
{
    int count = 0;
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        const size_t columns = (size_t)layer_columns(layer);
        char name[32];
        if (layer->weight_rows == 0)
            continue;
        model_layer_name(model, i, name);
        if (model_gives_statistics(model, i)) {
            count += list_pair(layer, MODEL_MEAN, 0, columns / 2, tensors + count);
            count += list_pair(layer, MODEL_LOG_VARIANCE, columns / 2, columns / 2, tensors + count);
        } else {
            count += list_pair(layer, name, 0, columns, tensors + count);
        }
    }
    if (model->log_sigma_offset > 0) {
        tensors[count] = (ModelTensor){.offset = model->log_sigma_offset, .rows = 1, .columns = 1, .rank = 1};
        tensors[count].shape[0] = 1;
        (void)snprintf(tensors[count++].name, sizeof tensors->name, "%s", MODEL_LOG_SIGMA);
    }
    return count;
}

size_t model_tensor_size(const ModelTensor *tensor) { return tensor->rows * tensor->columns; }

// From row to row among the parameters.
static size_t stride_of(const ModelTensor *tensor) { return tensor->layer ? tensor->layer->stride : 0; }

static void read_tensor(const ModelTensor *tensor, const float *parameters, float *values)
{
    for (size_t column = 0; column < tensor->columns; column++)
        for (size_t row = 0; row < tensor->rows; row++)
            values[column * tensor->rows + row] = parameters[tensor->offset + row * stride_of(tensor) + column];
}

void model_tensor_set(const ModelTensor *tensor, const float *values, float *parameters)
{
    for (size_t column = 0; column < tensor->columns; column++)
        for (size_t row = 0; row < tensor->rows; row++)
            parameters[tensor->offset + row * stride_of(tensor) + column] = values[column * tensor->rows + row];
}

// ---- saving -------------------------------------------------------------------------------------------------------

// All tensors' values one behind the other in memory; returns how many tensors there are.
static int read_all(const Model *model, const float *parameters, ModelTensor tensors[MODEL_TENSORS_MAX], float *memory)
{
    const int count = model_list_tensors(model, tensors);
    for (int i = 0; i < count; i++) {
        read_tensor(&tensors[i], parameters, memory);
        memory += model_tensor_size(&tensors[i]);
    }
    return count;
}

static int fill_tensors(const Model *model, const float *parameters, Tensor out[MODEL_TENSORS_MAX], float *memory)
{
    ModelTensor tensors[MODEL_TENSORS_MAX];
    const int count = read_all(model, parameters, tensors, memory);
    for (int i = 0; i < count; i++) {
        out[i] = (Tensor){.rank = tensors[i].rank, .values = memory};
        memcpy(out[i].shape, tensors[i].shape, sizeof tensors[i].shape);
        (void)snprintf(out[i].name, sizeof out[i].name, "%.47s", tensors[i].name);
        memory += model_tensor_size(&tensors[i]);
    }
    return count;
}

bool model_write(const Model *model, const float *parameters, int64_t step, NewFile *out, Error *error)
{
    Tensor tensors[MODEL_TENSORS_MAX];
    Metadata metadata[] = {{"format", "losslens"}, {"spec", ""}, {"step", ""}, {"mean", ""}, {"deviation", ""}};
    const PixelMoments moments = range_moments(model, parameters);
    SafetensorsFile file = {
        .tensors = tensors, .metadata_count = moments.deviation > 0.0f ? 5 : 3, .metadata = metadata};
    float *memory = malloc(model->parameter_count * sizeof *memory);
    if (!memory)
        return error_set(error, "%s: out of memory", file_shorten_path(out->path));
    file.tensor_count = fill_tensors(model, parameters, tensors, memory);
    spec_format(&model->spec, metadata[1].value, sizeof metadata[1].value);
    (void)snprintf(metadata[2].value, sizeof metadata[2].value, "%lld", (long long)step);
    (void)snprintf(metadata[3].value, sizeof metadata[3].value, "%.9g", (double)moments.mean);
    (void)snprintf(metadata[4].value, sizeof metadata[4].value, "%.9g", (double)moments.deviation);
    const bool good = safetensors_write(&file, out, error);
    free(memory);
    return good;
}

bool model_digest(const Model *model, const float *parameters, char text[65])
{
    ModelTensor tensors[MODEL_TENSORS_MAX];
    float *memory = malloc(model->parameter_count * sizeof *memory);
    if (!memory)
        return false;
    const int tensor_count = read_all(model, parameters, tensors, memory);
    size_t count = 0;
    for (int i = 0; i < tensor_count; i++)
        count += model_tensor_size(&tensors[i]);
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)memory, count * sizeof *memory);
    sodium_bin2hex(text, 65, digest, sizeof digest);
    free(memory);
    return true;
}
