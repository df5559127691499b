// A model of layers that are not all dense: the tensors that model_write gives such a model, by name where the file
// says its layers, or by shape where whoever opens it does.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/foreign_parts.h"
#include "models/model_layers.h"

// ---- by name ------------------------------------------------------------------------------------------------------

static bool has_shape(const Tensor *tensor, const ModelTensor *wanted)
{
    bool is_it = tensor->rank == wanted->rank && safetensors_is_float(tensor->type);
    for (int i = 0; is_it && i < wanted->rank; i++)
        is_it = tensor->shape[i] == wanted->shape[i];
    return is_it;
}

static int find_by_name(const SafetensorsFile *file, const ModelTensor *wanted)
{
    for (int i = 0; i < file->tensor_count; i++)
        if (strcmp(file->tensors[i].name, wanted->name) == 0 && has_shape(&file->tensors[i], wanted))
            return i;
    return -1;
}

static void format_shape(const ModelTensor *tensor, char text[64])
{
    int used = 0;
    for (int i = 0; i < tensor->rank; i++)
        used += snprintf(text + used, 64 - (size_t)used, "%s%zu", i ? ", " : "", tensor->shape[i]);
}

static bool find_all_by_name(Foreign *foreign)
{
    ModelTensor tensors[MODEL_TENSORS_MAX];
    const Model model = model_create(&foreign->spec, foreign->pixels);
    foreign->place_count = model_list_tensors(&model, tensors);
    for (int i = 0; i < foreign->place_count; i++) {
        char layers[SPEC_TEXT_SIZE], shape[64] = "";
        foreign->places[i] = find_by_name(foreign->file, &tensors[i]);
        if (foreign->places[i] >= 0)
            continue;
        spec_format_layers(&foreign->spec, foreign->pixels, "-", layers, sizeof layers);
        format_shape(&tensors[i], shape);
        return error_set(&foreign->problem, "%s: its metadata says %s, and there is no tensor %s (%s)", foreign->name,
                         layers, tensors[i].name, shape);
    }
    foreign->has_spec = foreign->is_ours = true;
    return true;
}

// ---- by shape -----------------------------------------------------------------------------------------------------

static int compare_indices(const void *a, const void *b, void *file)
{
    const Tensor *tensors = ((const SafetensorsFile *)file)->tensors;
    return foreign_compare_names(tensors[*(const int *)a].name, tensors[*(const int *)b].name);
}

static bool is_taken(const Foreign *foreign, int count, int index)
{
    for (int i = 0; i < count; i++)
        if (foreign->places[i] == index)
            return true;
    return false;
}

// The first by name that has the shape and is not taken yet; -1: none.
static int find_weight(const Foreign *foreign, const int *order, int count, const ModelTensor *wanted)
{
    for (int i = 0; i < foreign->file->tensor_count; i++) {
        const Tensor *tensor = &foreign->file->tensors[order[i]];
        if (has_shape(tensor, wanted) && !is_taken(foreign, count, order[i]) && !foreign_is_state(tensor->name))
            return order[i];
    }
    return -1;
}

// Its name is the weight's but for the last part; -1: none.
static int find_own_bias(const Foreign *foreign, const char *weight, const ModelTensor *wanted)
{
    const size_t stem = foreign_stem_length(weight);
    for (int i = 0; i < foreign->file->tensor_count; i++) {
        const Tensor *tensor = &foreign->file->tensors[i];
        if (has_shape(tensor, wanted) && foreign_stem_length(tensor->name) == stem &&
            strncmp(tensor->name, weight, stem) == 0)
            return i;
    }
    return -1;
}

// The layers of means and of variances have one shape: which is which their names say, if they do.
static void sort_statistics(Foreign *foreign, int mean)
{
    const Tensor *tensors = foreign->file->tensors;
    int *const places = foreign->places + mean; // weight, bias, weight, bias
    if (!foreign_is_variance(tensors[places[0]].name) || foreign_is_variance(tensors[places[2]].name))
        return;
    for (int i = 0; i < 2; i++) {
        const int held = places[i];
        places[i] = places[i + 2];
        places[i + 2] = held;
    }
}

static bool refuse_shape(Foreign *foreign, const ModelTensor *wanted)
{
    char layers[SPEC_TEXT_SIZE], shape[64] = "";
    spec_format_layers(&foreign->spec, foreign->pixels, "-", layers, sizeof layers);
    format_shape(wanted, shape);
    return foreign_refuse_layers(foreign, layers, wanted->name, shape);
}

static bool find_all_by_shape(Foreign *foreign, const int *order)
{
    ModelTensor tensors[MODEL_TENSORS_MAX];
    const Model model = model_create(&foreign->spec, foreign->pixels);
    const int count = model_list_tensors(&model, tensors);
    for (int i = 0; i < count && tensors[i].layer; i += 2) { // weight and bias in turn
        foreign->places[i] = find_weight(foreign, order, i, &tensors[i]);
        if (foreign->places[i] < 0)
            return refuse_shape(foreign, &tensors[i]);
        foreign->places[i + 1] =
            find_own_bias(foreign, foreign->file->tensors[foreign->places[i]].name, &tensors[i + 1]);
        foreign->place_count = i + 2;
        if (strcmp(tensors[i].name, MODEL_LOG_VARIANCE ".weight") == 0)
            sort_statistics(foreign, i - 2);
    }
    return true;
}

static bool sort_and_find(Foreign *foreign)
{
    const int count = foreign->file->tensor_count;
    int *order = calloc((size_t)count + 1, sizeof *order);
    if (!order)
        return error_set(&foreign->problem, "%s: out of memory: its tensors", foreign->name);
    for (int i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, (size_t)count, sizeof *order, compare_indices, (void *)foreign->file);
    const bool good = find_all_by_shape(foreign, order);
    free(order);
    return good;
}

// ---- either -------------------------------------------------------------------------------------------------------

bool foreign_find_named(Foreign *foreign, const Spec *said)
{
    const char *text = safetensors_find_metadata(foreign->file, "spec");
    const bool says_itself = text && spec_parse(&foreign->spec, text, NULL) && !spec_is_dense(&foreign->spec);
    LayerList list;
    if (!says_itself && (!said || spec_is_dense(said)))
        return true;
    if (!says_itself)
        foreign->spec = *said;
    if (!layer_list_plan(foreign->spec.layers, foreign->spec.hidden_count, foreign->pixels, &list, NULL))
        return true; // of other pictures
    if (!(says_itself ? find_all_by_name(foreign) : sort_and_find(foreign)))
        return false;
    foreign->is_named = true;
    foreign->readings.count = 1;
    return true;
}

bool foreign_is_named(const Foreign *foreign, int index) { return is_taken(foreign, foreign->place_count, index); }

void foreign_fill_named(const Foreign *foreign, const Model *model, float *parameters)
{
    ModelTensor tensors[MODEL_TENSORS_MAX];
    const int count = model_list_tensors(model, tensors);
    memset(parameters, 0, model->parameter_count * sizeof *parameters);
    for (int i = 0; i < count; i++) {
        // of gauss there may be none where another loss was trained
        const int index = !tensors[i].layer ? foreign->log_sigma : foreign->places[i];
        if (index >= 0)
            model_tensor_set(&tensors[i], foreign->values[index], parameters);
    }
    if (foreign->moments.deviation > 0.0f)
        range_set_moments(model, parameters, foreign->moments);
}
