// Shapes, initial weights, the forward pass, saving. Reading is in foreign.c, the backward pass in training/.
#include "models/model.h"

#include <assert.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "io/file.h"
#include "kernels/kernel.h"
#include "models/choices.h"
#include "models/model_layers.h"
#include "models/range.h"
#include "models/safetensors.h"
#include "random.h"

Model model_create(const Spec *spec, int pixels)
{
    assert(pixels > 0);
    Model model = {.spec = *spec, .pixels = pixels, .layer_count = spec->hidden_count + 1};
    size_t offset = 0;
    Shape shape = shape_of_units(pixels);
    for (int i = 0; i < model.layer_count; i++) {
        const LayerPlan plan = {.kind = LAYER_DENSE, .count = i == spec->hidden_count ? pixels : spec->widths[i]};
        (void)layer_plan(&plan, &shape, &offset, &model.layers[i], NULL); // units fit whatever they are
        shape = model.layers[i].to;
    }
    model.moments_offset = offset;
    offset += spec->range == RANGE_STANDARD ? KERNEL_PAD : 0;
    if (spec->loss == LOSS_GAUSS) {
        model.log_sigma_offset = offset;
        offset += KERNEL_PAD;
    }
    model.parameter_count = offset;
    return model;
}

void model_layer_name(const Model *model, int layer_index, char name[32])
{
    const int encoders = spec_code_index(&model->spec) + 1;
    if (layer_index < encoders)
        (void)snprintf(name, 32, "encoder.%d", 2 * layer_index);
    else
        (void)snprintf(name, 32, "decoder.%d", 2 * (layer_index - encoders));
}

void model_init(const Model *model, float *parameters)
{
    memset(parameters, 0, model->parameter_count * sizeof *parameters);
    const int encoders = spec_code_index(&model->spec) + 1;
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        const uint64_t position = i < encoders ? (uint64_t)i : 64u + (uint64_t)(i - encoders);
        Random random =
            random_stream(model->spec.seed, position << 32 | (uint64_t)layer->in << 16 | (uint64_t)layer->out);
        const double limit = sqrt(6.0 / (layer->in + layer->out));
        for (int in = 0; in < layer->in; in++)
            for (int out = 0; out < layer->out; out++)
                parameters[layer->weight_offset + (size_t)in * layer->stride + (size_t)out] =
                    (float)(limit * (2.0 * random_uniform(&random) - 1.0));
    }
}

bool workspace_init(Workspace *workspace, const Model *model, int rows, Error *error)
{
    size_t total = 0;
    for (int i = 0; i < model->layer_count; i++)
        total += 2 * (size_t)rows * model->layers[i].stride;
    float *memory = floats_create(total);
    if (!memory)
        return error_set(error, "out of memory: a model's activations need %zu bytes", total * sizeof *memory);
    *workspace = (Workspace){.rows = rows, .memory = memory};
    for (int i = 0; i < model->layer_count; i++) {
        workspace->values[i] = memory;
        memory += (size_t)rows * model->layers[i].stride;
        workspace->slopes[i] = memory;
        memory += (size_t)rows * model->layers[i].stride;
    }
    return true;
}

void workspace_free(Workspace *workspace)
{
    floats_free(workspace->memory);
    *workspace = (Workspace){0};
}

void model_forward_layer(const Layer *layer, const float *parameters, const float *x, size_t x_stride, int rows,
                         size_t column, size_t columns, float *z, size_t z_stride)
{
    kernel_get()->multiply(&(Product){
        .m = (size_t)rows,
        .n = columns,
        .k = (size_t)layer->in,
        .a = x,
        .a_row = x_stride,
        .a_column = 1,
        .b = parameters + layer->weight_offset + column,
        .b_stride = layer->stride,
        .c = z,
        .c_stride = z_stride,
        .bias = parameters + layer->bias_offset + column,
    });
}

static void forward_whole_layer(const Layer *layer, const float *parameters, const float *x, size_t x_stride, int rows,
                                float *z)
{
    model_forward_layer(layer, parameters, x, x_stride, rows, 0, layer->stride, z, layer->stride);
}

static void activate_hidden(const Model *model, Workspace *workspace, int layer_index, int rows)
{
    float *values = workspace->values[layer_index];
    activation_get(HIDDEN_ACTIVATION, model->spec.hidden)
        ->apply(values, values, workspace->slopes[layer_index], (size_t)rows * model->layers[layer_index].stride);
}

void model_encode_from(const Model *model, const float *parameters, Workspace *workspace, int layer_index, int rows)
{
    for (int i = layer_index + 1; i < model->layer_count - 1; i++) {
        forward_whole_layer(&model->layers[i], parameters, workspace->values[i - 1], model->layers[i - 1].stride, rows,
                            workspace->values[i]);
        activate_hidden(model, workspace, i, rows);
    }
}

// From the first layer's logits, which are in the workspace.
static const float *finish_encoding(const Model *model, const float *parameters, Workspace *workspace, int rows)
{
    activate_hidden(model, workspace, 0, rows);
    model_encode_from(model, parameters, workspace, 0, rows);
    return workspace->values[model->layer_count - 2];
}

// Of the first layer in a range, where its inputs are scale x + offset: its sums are scale (x W) + shifts, offset times
// the sums of W's columns, + bias. (stride).
static void find_shifts(const Model *model, const float *parameters, PixelRange range, float *shifts)
{
    const Layer *layer = &model->layers[0];
    kernel_get()->sum_rows(parameters + layer->weight_offset, layer->stride, (size_t)layer->in, layer->stride, shifts,
                           false);
    for (size_t i = 0; i < layer->stride; i++)
        shifts[i] = range.offset * shifts[i] + parameters[layer->bias_offset + i];
}

// The first layer's logits from its product with pixels of 0 to 1, both (rows, stride).
static void shift_first(const Model *model, const float *parameters, PixelRange range, float *values, int rows)
{
    const Layer *layer = &model->layers[0];
    float shifts[SPEC_WIDTH_MAX];
    find_shifts(model, parameters, range, shifts);
    for (size_t row = 0; row < (size_t)rows; row++)
        for (size_t i = 0; i < layer->stride; i++)
            values[row * layer->stride + i] = range.scale * values[row * layer->stride + i] + shifts[i];
}

const float *model_encode(const Model *model, const float *parameters, Workspace *workspace, const float *x, int rows)
{
    assert(rows <= workspace->rows);
    const Layer *layer = &model->layers[0];
    const PixelRange range = range_of(model, parameters);
    const bool is_unit = range_is_unit(range);
    kernel_get()->multiply(&(Product){
        .m = (size_t)rows,
        .n = layer->stride,
        .k = (size_t)layer->in,
        .a = x,
        .a_row = (size_t)model->pixels,
        .a_column = 1,
        .b = parameters + layer->weight_offset,
        .b_stride = layer->stride,
        .c = workspace->values[0],
        .c_stride = layer->stride,
        .bias = is_unit ? parameters + layer->bias_offset : NULL,
    });
    if (!is_unit)
        shift_first(model, parameters, range, workspace->values[0], rows);
    return finish_encoding(model, parameters, workspace, rows);
}

const float *model_encode_tile(const Model *model, const float *parameters, Workspace *workspace, const Tile *tile)
{
    assert((int)tile->count <= workspace->rows && tile->pixels == (size_t)model->pixels);
    const Layer *layer = &model->layers[0];
    const PixelRange range = range_of(model, parameters);
    const bool is_unit = range_is_unit(range);
    kernel_get()->multiply_tile(&(TileProduct){
        .tile = tile,
        .n = layer->stride,
        .b = parameters + layer->weight_offset,
        .b_stride = layer->stride,
        .c = workspace->values[0],
        .c_stride = layer->stride,
        .bias = is_unit ? parameters + layer->bias_offset : NULL,
    });
    if (!is_unit)
        shift_first(model, parameters, range, workspace->values[0], (int)tile->count);
    return finish_encoding(model, parameters, workspace, (int)tile->count);
}

// All of the last layer into the workspace.
static float *find_logits(const Model *model, const float *parameters, Workspace *workspace, const float *code,
                          int rows)
{
    const int last = model->layer_count - 1;
    float *logits = workspace->values[last];
    forward_whole_layer(&model->layers[last], parameters, code, model->layers[last - 1].stride, rows, logits);
    if (!activation_get(OUTPUT_ACTIVATION, model->spec.output)->is_of_picture)
        return logits;
    assert(model->pixels % KERNEL_PAD == 0);
    kernel_get()->normalise(logits, model->layers[last].stride, (size_t)rows, (size_t)model->pixels, logits, NULL);
    return logits;
}

void model_output_strip(const Model *model, const float *parameters, Workspace *workspace, const float *code, int rows,
                        size_t column, size_t columns, float *z)
{
    const int last = model->layer_count - 1;
    const Layer *output = &model->layers[last];
    if (!activation_get(OUTPUT_ACTIVATION, model->spec.output)->is_of_picture) {
        model_forward_layer(output, parameters, code, model->layers[last - 1].stride, rows, column, columns, z,
                            STRIP_COLUMNS);
        return;
    }
    const float *logits = column > 0 ? workspace->values[last] : find_logits(model, parameters, workspace, code, rows);
    for (size_t row = 0; row < (size_t)rows; row++)
        memcpy(z + row * STRIP_COLUMNS, logits + row * output->stride + column, columns * sizeof *z);
}

void model_decode_last(const Model *model, const float *parameters, Workspace *workspace, int rows, float *z, float *p)
{
    const int last = model->layer_count - 1;
    const Layer *output = &model->layers[last];
    const size_t pixels = (size_t)model->pixels;
    float *logits = find_logits(model, parameters, workspace, workspace->values[last - 1], rows),
          *slopes = workspace->slopes[last];
    const Activation *activation = activation_get(OUTPUT_ACTIVATION, model->spec.output);
    for (size_t row = 0; row < (size_t)rows; row++) {
        float *line = logits + row * output->stride;
        if (z)
            memcpy(z + row * pixels, line, pixels * sizeof *z);
        if (p)
            activation->apply(line, p + row * pixels, slopes, pixels);
    }
    if (p)
        range_map_all_back(range_of(model, parameters), p, (size_t)rows * pixels);
}

void model_forward(const Model *model, const float *parameters, Workspace *workspace, const float *x, int rows,
                   float *z, float *p)
{
    (void)model_encode(model, parameters, workspace, x, rows);
    model_decode_last(model, parameters, workspace, rows, z, p);
}

LossSettings model_loss_settings(const Model *model, const float *parameters)
{
    const LossSettings settings = spec_loss_settings(&model->spec);
    return model->log_sigma_offset > 0 ? loss_set_sigma(settings, (double)parameters[model->log_sigma_offset])
                                       : settings;
}

LossSettings model_unit_settings(const Model *model, const float *parameters)
{
    const LossSettings settings = model_loss_settings(model, parameters);
    return loss_set_sigma(settings, (double)settings.log_sigma - log((double)range_of(model, parameters).scale));
}

// The form of a loss that works on logits, where loss and output activation have one together; else NULL.
static ApplyLoss *find_logit_form(const Model *model, int loss)
{
    const Activation *output = activation_get(OUTPUT_ACTIVATION, model->spec.output);
    return strcmp(output->key, "sigmoid") == 0 ? loss_get(loss)->apply_logit : NULL;
}

enum { PIECE = 256 }; // values worked on at a time, so that scratch stays on the stack

void model_loss_values(const Model *model, LossSettings settings, int loss, const float *z, const float *p,
                       const float *t, float *values, size_t n)
{
    ApplyLoss *const logit_form = model->spec.range == RANGE_UNIT ? find_logit_form(model, loss) : NULL;
    float slopes[PIECE];
    for (size_t i = 0; i < n; i += PIECE) {
        const size_t part = n - i < PIECE ? n - i : PIECE;
        if (logit_form)
            logit_form(z + i, t + i, settings, values + i, slopes, part);
        else
            loss_get(loss)->apply(p + i, t + i, settings, values + i, slopes, part);
    }
}

void model_loss_slopes(const Model *model, PixelRange range, LossSettings settings, int loss, const float *z,
                       const float *t, float *slopes, size_t n)
{
    ApplyLoss *const logit_form = find_logit_form(model, loss);
    const Activation *output = activation_get(OUTPUT_ACTIVATION, model->spec.output);
    settings = loss_set_sigma(settings, (double)settings.log_sigma + log((double)range.scale));
    float values[PIECE], p[PIECE], activation_slopes[PIECE], targets[PIECE];
    for (size_t i = 0; i < n; i += PIECE) {
        const size_t part = n - i < PIECE ? n - i : PIECE;
        for (size_t j = 0; j < part; j++)
            targets[j] = range_map(range, t[i + j]);
        if (logit_form) {
            logit_form(z + i, targets, settings, values, slopes + i, part);
            continue;
        }
        output->apply(z + i, p, activation_slopes, part);
        loss_get(loss)->apply(p, targets, settings, values, slopes + i, part);
        for (size_t j = 0; j < part; j++)
            slopes[i + j] *= output->is_of_picture ? activation_slopes[j] * (1.0f - p[j]) : activation_slopes[j];
    }
}

bool model_is_finite(const Model *model, const float *parameters)
{
    return kernel_get()->is_finite(parameters, model->parameter_count);
}

void model_describe_broken(const Model *model, const float *parameters, char *text, size_t size)
{
    text[0] = 0;
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        const size_t weights = (size_t)layer->in * layer->stride, count = weights + layer->stride;
        char name[32];
        model_layer_name(model, i, name);
        for (size_t j = 0; j < count; j++) {
            const bool is_bias = j >= weights;
            const float value = parameters[is_bias ? layer->bias_offset + j - weights : layer->weight_offset + j];
            if (isfinite(value))
                continue;
            (void)snprintf(text, size, "%s.%s became %s", name, is_bias ? "bias" : "weight",
                           isnan(value) ? "NaN" : "infinite");
            return;
        }
    }
    if (model->log_sigma_offset > 0 && !isfinite(parameters[model->log_sigma_offset]))
        (void)snprintf(text, size, "%s became %s", MODEL_LOG_SIGMA,
                       isnan(parameters[model->log_sigma_offset]) ? "NaN" : "infinite");
}

// The unpadded tensors of one layer: weight transposed to (out, in), bias (out).
static void copy_out(const Layer *layer, const float *parameters, float *weight, float *bias)
{
    for (size_t out = 0; out < (size_t)layer->out; out++)
        for (size_t in = 0; in < (size_t)layer->in; in++)
            weight[out * (size_t)layer->in + in] = parameters[layer->weight_offset + in * layer->stride + out];
    memcpy(bias, parameters + layer->bias_offset, (size_t)layer->out * sizeof *bias);
}

enum { TENSORS = 2 * MODEL_LAYERS_MAX + 1 }; // at most

static int tensor_count(const Model *model) { return 2 * model->layer_count + (model->log_sigma_offset > 0); }

static_assert((int)SPEC_TEXT_SIZE <= sizeof(((Metadata *)0)->value), "a file holds any spec: raise Metadata's value");

// A weight and a bias for each layer in order: names and shapes, values carved from memory.
static void fill_tensors(const Model *model, const float *parameters, Tensor tensors[], float *memory)
{
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        char name[32];
        model_layer_name(model, i, name);
        Tensor *weight = &tensors[2 * i], *bias = &tensors[2 * i + 1];
        *weight = (Tensor){.rank = 2, .shape = {(size_t)layer->out, (size_t)layer->in}, .values = memory};
        (void)snprintf(weight->name, sizeof weight->name, "%s.weight", name);
        memory += (size_t)layer->out * (size_t)layer->in;
        *bias = (Tensor){.rank = 1, .shape = {(size_t)layer->out}, .values = memory};
        (void)snprintf(bias->name, sizeof bias->name, "%s.bias", name);
        memory += layer->out;
        copy_out(layer, parameters, weight->values, bias->values);
    }
    if (model->log_sigma_offset == 0)
        return;
    Tensor *spread = &tensors[2 * model->layer_count];
    *spread = (Tensor){.rank = 1, .shape = {1}, .values = memory};
    (void)snprintf(spread->name, sizeof spread->name, "%s", MODEL_LOG_SIGMA);
    *spread->values = parameters[model->log_sigma_offset];
}

bool model_write(const Model *model, const float *parameters, int64_t step, NewFile *out, Error *error)
{
    Tensor tensors[TENSORS];
    Metadata metadata[] = {{"format", "losslens"}, {"spec", ""}, {"step", ""}, {"mean", ""}, {"deviation", ""}};
    const PixelMoments moments = range_moments(model, parameters);
    const SafetensorsFile file = {.tensor_count = tensor_count(model),
                                  .tensors = tensors,
                                  .metadata_count = moments.deviation > 0.0f ? 5 : 3,
                                  .metadata = metadata};
    float *memory = malloc(model->parameter_count * sizeof *memory);
    if (!memory)
        return error_set(error, "%s: out of memory", file_shorten_path(out->path));
    fill_tensors(model, parameters, tensors, memory);
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
    Tensor tensors[TENSORS];
    float *memory = malloc(model->parameter_count * sizeof *memory);
    if (!memory)
        return false;
    fill_tensors(model, parameters, tensors, memory);
    size_t count = model->log_sigma_offset > 0;
    for (int i = 0; i < model->layer_count; i++)
        count += ((size_t)model->layers[i].in + 1) * (size_t)model->layers[i].out;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, (const unsigned char *)memory, count * sizeof *memory);
    sodium_bin2hex(text, 65, digest, sizeof digest);
    free(memory);
    return true;
}
