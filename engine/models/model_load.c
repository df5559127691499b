// Model: reading it from a file (model.h).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "models/model_tensors.h"

enum { SHAPE_TEXT = 96 };

static void format_shape(const Tensor *tensor, char text[SHAPE_TEXT])
{
    int length = snprintf(text, SHAPE_TEXT, "(");
    for (int i = 0; i < tensor->rank; i++)
        length += snprintf(text + length, SHAPE_TEXT - (size_t)length, "%s%zu", i > 0 ? ", " : "", tensor->shape[i]);
    (void)snprintf(text + length, SHAPE_TEXT - (size_t)length, ")");
}

static bool check_tensors(const SafetensorsFile *expected, const SafetensorsFile *found, const char *name, Error *error)
{
    for (int i = 0; i < expected->tensor_count; i++) {
        const Tensor *want = &expected->tensors[i], *have = safetensors_find(found, want->name);
        if (!have)
            return error_set(error, "%s: tensor '%s' is missing, the model needs it", name, want->name);
        if (have->rank != want->rank ||
            memcmp(have->shape, want->shape, sizeof want->shape[0] * (size_t)want->rank) != 0) {
            char had[SHAPE_TEXT], wanted[SHAPE_TEXT];
            format_shape(have, had);
            format_shape(want, wanted);
            return error_set(error, "%s: tensor '%s' has shape %s, the model expects %s", name, want->name, had,
                             wanted);
        }
    }
    for (int i = 0; i < found->tensor_count; i++)
        if (!safetensors_find(expected, found->tensors[i].name))
            return error_set(error, "%s: holds the tensor '%s', which the model lacks: it has %d tensors, the model %d",
                             name, found->tensors[i].name, found->tensor_count, expected->tensor_count);
    return true;
}

static bool parse_step(const char *text, int64_t *step)
{
    if (!*text || strlen(text) > 15 || strspn(text, "0123456789") != strlen(text))
        return false;
    *step = strtoll(text, NULL, 10);
    return true;
}

static bool read_step(const SafetensorsFile *header, int64_t *step, const char *name, Error *error)
{
    const char *text = safetensors_find_metadata(header, "step");
    *step = 0;
    return !text || parse_step(text, step) ||
           error_set(error, "%s: metadata step '%.40s' is not a whole number", name, text);
}

static void copy_in(const Layer *layer, float *parameters, bool is_bias, const float *values)
{
    if (is_bias) {
        memcpy(parameters + layer->bias_offset, values, (size_t)layer->out * sizeof *values);
        return;
    }
    for (size_t out = 0; out < (size_t)layer->out; out++)
        for (size_t in = 0; in < (size_t)layer->in; in++)
            parameters[layer->weight_offset + in * layer->stride + out] = values[out * (size_t)layer->in + in];
}

// One tensor at a time, in the file's order. The header holds what the model expects.
static bool read_parameters(const Model *model, float *parameters, const SafetensorsFile *expected,
                            SafetensorsReader *reader, const char *name, Error *error)
{
    const SafetensorsFile *header = safetensors_header(reader);
    size_t most = 0;
    for (int i = 0; i < model->layer_count; i++) {
        const size_t count = (size_t)model->layers[i].in * (size_t)model->layers[i].out;
        most = count > most ? count : most;
    }
    float *values = malloc(most * sizeof *values);
    if (!values)
        return error_set(error, "%s: out of memory: a tensor of %zu values", name, most);
    memset(parameters, 0, model->parameter_count * sizeof *parameters);
    bool good = true;
    for (int i = 0; good && i < header->tensor_count; i++) {
        const ptrdiff_t index = safetensors_find(expected, header->tensors[i].name) - expected->tensors;
        good = safetensors_read_next(reader, values);
        if (good)
            copy_in(&model->layers[index / 2], parameters, index % 2 == 1, values);
    }
    free(values);
    return good;
}

bool model_load(const Model *model, float *parameters, int64_t *step, const char *path, Error *error)
{
    const char *name = file_shorten_path(path);
    SafetensorsFile expected = {0};
    SafetensorsReader *reader = safetensors_open(path, error);
    if (!reader)
        return false;
    model_list_tensors(model, &expected, NULL);
    const SafetensorsFile *header = safetensors_header(reader);
    const bool good = check_tensors(&expected, header, name, error) && read_step(header, step, name, error) &&
                      read_parameters(model, parameters, &expected, reader, name, error);
    safetensors_close(reader);
    return good;
}

bool model_load_spec(Spec *spec, const char *path, Error *error)
{
    const char *name = file_shorten_path(path);
    Error reason;
    SafetensorsReader *reader = safetensors_open(path, error);
    if (!reader)
        return false;
    const char *text = safetensors_find_metadata(safetensors_header(reader), "spec");
    const bool good =
        text ? spec_parse(spec, text, &reason) || error_set(error, "%s: its spec is not valid: %s", name, reason.text)
             : error_set(error, "%s: its metadata holds no 'spec', so it does not say which activations it has", name);
    safetensors_close(reader);
    return good;
}
