// A file that says its layers, where they are not all dense: the tensors that model_write gives such a model, by name.
#include <stdio.h>
#include <string.h>

#include "models/foreign_parts.h"
#include "models/model_layers.h"

static int find_tensor(const SafetensorsFile *file, const ModelTensor *wanted)
{
    for (int i = 0; i < file->tensor_count; i++) {
        const Tensor *tensor = &file->tensors[i];
        bool is_it = strcmp(tensor->name, wanted->name) == 0 && tensor->rank == wanted->rank &&
                     safetensors_is_float(tensor->type);
        for (int j = 0; is_it && j < wanted->rank; j++)
            is_it = tensor->shape[j] == wanted->shape[j];
        if (is_it)
            return i;
    }
    return -1;
}

bool foreign_find_named(Foreign *foreign)
{
    const char *text = safetensors_find_metadata(foreign->file, "spec");
    ModelTensor tensors[MODEL_TENSORS_MAX];
    if (!text || !spec_parse(&foreign->spec, text, NULL) || spec_is_dense(&foreign->spec))
        return true;
    const Model model = model_create(&foreign->spec, foreign->pixels);
    const int count = model_list_tensors(&model, tensors);
    for (int i = 0; i < count; i++)
        if (find_tensor(foreign->file, &tensors[i]) < 0) {
            char layers[SPEC_TEXT_SIZE], shape[64] = "";
            spec_format_layers(&foreign->spec, foreign->pixels, "-", layers, sizeof layers);
            for (int j = 0; j < tensors[i].rank; j++) {
                const size_t used = strlen(shape);
                (void)snprintf(shape + used, sizeof shape - used, "%s%zu", j ? ", " : "", tensors[i].shape[j]);
            }
            return error_set(&foreign->problem, "%s: its metadata says %s, and there is no tensor %s (%s)",
                             foreign->name, layers, tensors[i].name, shape);
        }
    foreign->is_named = foreign->has_spec = foreign->is_ours = true;
    foreign->readings.count = 1;
    return true;
}

bool foreign_is_named(const Foreign *foreign, int index)
{
    ModelTensor tensors[MODEL_TENSORS_MAX];
    const Model model = model_create(&foreign->spec, foreign->pixels);
    const int count = model_list_tensors(&model, tensors);
    for (int i = 0; i < count; i++)
        if (find_tensor(foreign->file, &tensors[i]) == index)
            return true;
    return false;
}

void foreign_fill_named(const Foreign *foreign, const Model *model, float *parameters)
{
    ModelTensor tensors[MODEL_TENSORS_MAX];
    const int count = model_list_tensors(model, tensors);
    memset(parameters, 0, model->parameter_count * sizeof *parameters);
    for (int i = 0; i < count; i++) {
        const int index = find_tensor(foreign->file, &tensors[i]);
        if (index >= 0) // log_sigma may be absent where another loss was asked for
            model_tensor_set(&tensors[i], foreign->values[index], parameters);
    }
    if (foreign->moments.deviation > 0.0f)
        range_set_moments(model, parameters, foreign->moments);
}
