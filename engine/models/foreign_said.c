// What is said of a foreign model: why it is refused, what was done to read it.
#include <stdio.h>
#include <string.h>

#include "models/foreign_parts.h"

// ---- lists --------------------------------------------------------------------------------------------------------

enum { SHAPE_TEXT = 160, LIST_TEXT = 300 };

static void format_shape(const Tensor *tensor, char text[SHAPE_TEXT])
{
    int length = snprintf(text, SHAPE_TEXT, "(");
    for (int i = 0; i < tensor->rank; i++)
        length += snprintf(text + length, SHAPE_TEXT - (size_t)length, "%s%zu", i > 0 ? ", " : "", tensor->shape[i]);
    (void)snprintf(text + length, SHAPE_TEXT - (size_t)length, ")");
}

// Adds an item to a list, as long as there is room for it and for how many are missing; counts those.
static void add_to_list(char text[LIST_TEXT], const char *item, int *missing)
{
    enum { ROOM_FOR_COUNT = 24 };
    const size_t used = strlen(text);
    if (*missing == 0 && used + strlen(item) + 2 + ROOM_FOR_COUNT < LIST_TEXT)
        (void)snprintf(text + used, LIST_TEXT - used, "%s%s", used ? ", " : "", item);
    else
        ++*missing;
}

static void end_list(char text[LIST_TEXT], int missing)
{
    const size_t used = strlen(text);
    if (missing > 0)
        (void)snprintf(text + used, LIST_TEXT - used, "%s%d more", used ? " and " : "", missing);
}

// All that the file holds.
static void list_tensors(const Foreign *foreign, char list[LIST_TEXT])
{
    char item[400], shape[SHAPE_TEXT];
    int missing = 0;
    list[0] = 0;
    for (int i = 0; i < foreign->file->tensor_count; i++) {
        const Tensor *tensor = &foreign->file->tensors[i];
        format_shape(tensor, shape);
        (void)snprintf(item, sizeof item, "%.100s %s%s%s", tensor->name, shape,
                       safetensors_is_float(tensor->type) ? "" : " of ",
                       safetensors_is_float(tensor->type) ? "" : safetensors_type_name(tensor->type));
        add_to_list(list, item, &missing);
    }
    end_list(list, missing);
}

static bool has_convolution(const SafetensorsFile *file)
{
    for (int i = 0; i < file->tensor_count; i++)
        if (file->tensors[i].rank == 4 && file->tensors[i].shape[2] > 1 && file->tensors[i].shape[3] > 1)
            return true;
    return false;
}

bool foreign_refuse_layers(Foreign *foreign, const char *layers, const char *tensor, const char *shape)
{
    char list[LIST_TEXT];
    list_tensors(foreign, list);
    return error_set(&foreign->problem, "%s: %s takes a tensor (%s) as its %s, and there is none; %s%s", foreign->name,
                     layers, shape, tensor, *list ? "it holds " : "it holds no tensors", list);
}

bool foreign_refuse_tensors(const Foreign *foreign, Error *error)
{
    char list[LIST_TEXT];
    list_tensors(foreign, list);
    if (has_convolution(foreign->file))
        return error_set(error,
                         "%s: it has convolutions, and pooling, steps and enlarging between them leave no tensors: say "
                         "them with --model layers=..., as in layers=conv16-pool-conv8-pool-conv8-up-conv16-up; it "
                         "holds %s",
                         foreign->name, list);
    return error_set(error,
                     "%s: no fully connected layers lead from %d to %d values, such as weights (32, %d) and (%d, 32) "
                     "would, at most %d of at most %d units; %s%s",
                     foreign->name, foreign->pixels, foreign->pixels, foreign->pixels, foreign->pixels, CHAIN_MAX,
                     SPEC_WIDTH_MAX, *list ? "it holds " : "it holds no tensors", list);
}

// ---- what was done ------------------------------------------------------------------------------------------------

static bool uses(const Foreign *foreign, const Chain *chain, int index)
{
    if (foreign->is_named)
        return foreign_is_named(foreign, index);
    for (int i = 0; i < chain->count; i++)
        if (chain->weights[i] == index || chain->biases[i] == index)
            return true;
    return false;
}

static void describe_order(const Foreign *foreign, const Chain *chain, Notices *notices)
{
    char list[LIST_TEXT] = "";
    int missing = 0;
    for (int i = 0; i < chain->count; i++)
        add_to_list(list, foreign->file->tensors[chain->weights[i]].name, &missing);
    end_list(list, missing);
    if (!foreign->is_ours || !chain->is_as_named)
        notices_add(notices, "%s: its layers, in the order of their %s: %s", foreign->name,
                    chain->is_as_named ? "names" : "shapes", list);
    if (chain->orientation == ORIENTATION_KERAS)
        notices_add(notices, "%s: its weights are taken as (in, out), as Keras has them, and turned", foreign->name);
    if (chain->is_tied)
        notices_add(notices, "%s: its weights are used a second time, turned, on the way back: those are not there",
                    foreign->name);
}

// Layers that were said: what was taken for them.
static void describe_places(const Foreign *foreign, Notices *notices)
{
    char list[LIST_TEXT] = "", bare[LIST_TEXT] = "";
    int missing = 0, missing_bare = 0;
    for (int i = 0; i < foreign->place_count; i += 2) {
        const char *name = foreign->file->tensors[foreign->places[i]].name;
        add_to_list(list, name, &missing);
        if (foreign->places[i + 1] < 0)
            add_to_list(bare, name, &missing_bare);
    }
    end_list(list, missing);
    end_list(bare, missing_bare);
    notices_add(notices, "%s: its layers, told by their shapes and, among equal ones, by their names: %s",
                foreign->name, list);
    if (*bare)
        notices_add(notices, "%s: no bias belongs to %s: zeros are taken", foreign->name, bare);
}

static void describe_shapes(const Foreign *foreign, const Chain *chain, Notices *notices)
{
    char list[LIST_TEXT] = "", item[400], shape[SHAPE_TEXT];
    int missing = 0;
    for (int i = 0; i < foreign->file->tensor_count; i++) {
        const Tensor *tensor = &foreign->file->tensors[i];
        if (tensor->rank <= 2 || !uses(foreign, chain, i))
            continue;
        format_shape(tensor, shape);
        (void)snprintf(item, sizeof item, "%.100s %s", tensor->name, shape);
        add_to_list(list, item, &missing);
    }
    end_list(list, missing);
    if (*list)
        notices_add(notices, "%s: what has one place alone along an axis is taken without that axis: %s", foreign->name,
                    list);
}

static void describe_types(const Foreign *foreign, const Chain *chain, Notices *notices)
{
    for (TensorType type = TENSOR_F32 + 1; type < TENSOR_TYPE_COUNT; type++) {
        int count = 0;
        for (int i = 0; i < foreign->file->tensor_count; i++)
            count += foreign->file->tensors[i].type == type && uses(foreign, chain, i);
        if (count > 0)
            notices_add(notices, "%s: converted from %s to float32: %d of %d tensors", foreign->name,
                        safetensors_type_name(type), count, foreign->file->tensor_count);
    }
}

static void describe_missing(const Foreign *foreign, const Chain *chain, Notices *notices)
{
    char list[LIST_TEXT] = "";
    int missing = 0;
    for (int i = 0; i < chain->count; i++)
        if (chain->biases[i] < 0)
            add_to_list(list, foreign->file->tensors[chain->weights[i]].name, &missing);
    end_list(list, missing);
    if (*list)
        notices_add(notices, "%s: no bias belongs to %s: zeros are taken", foreign->name, list);
}

static void describe_rest(const Foreign *foreign, const Chain *chain, Notices *notices)
{
    char list[LIST_TEXT] = "";
    int missing = 0;
    bool has_norm = false;
    for (int i = 0; i < foreign->file->tensor_count; i++) {
        if (uses(foreign, chain, i) || i == foreign->log_sigma)
            continue;
        const Tensor *tensor = &foreign->file->tensors[i];
        add_to_list(list, tensor->name, &missing);
        // a list that is called a weight scales the values of a layer
        has_norm |= tensor->rank == 1 &&
                    (foreign_is_norm(tensor->name) || foreign_name_orientation(tensor->name) == ORIENTATION_TORCH);
    }
    end_list(list, missing);
    if (*list)
        notices_add(notices, "%s: not needed and left out: %s", foreign->name, list);
    if (has_norm)
        notices_add(notices,
                    "%s: it was trained with a normalisation, which models here lack: it computes something else "
                    "without it",
                    foreign->name);
}

// The layer whose weights the one matrix that is left out could stand beside; -1: there is no such matrix, or several.
static int find_twin(const Foreign *foreign, const Chain *chain, int *twin)
{
    int layer = -1, matrices = 0;
    for (int i = 0; i < foreign->file->tensor_count; i++) {
        const Tensor *tensor = &foreign->file->tensors[i];
        if (tensor->rank != 2 || uses(foreign, chain, i) || foreign_is_state(tensor->name))
            continue;
        matrices++;
        for (int j = 0; j + 1 < chain->count; j++) {
            const Tensor *taken = &foreign->file->tensors[chain->weights[j]];
            if (taken->rank == 2 && taken->shape[0] == tensor->shape[0] && taken->shape[1] == tensor->shape[1])
                layer = j, *twin = i;
        }
    }
    return matrices == 1 ? layer : -1;
}

// A code that is drawn has two heads of one shape, of which a chain of dense layers has a place for one.
static void describe_twin(const Foreign *foreign, const Chain *chain, Notices *notices)
{
    int twin = 0;
    const int layer = find_twin(foreign, chain, &twin);
    char layers[LIST_TEXT] = "";
    if (layer < 0)
        return;
    for (int i = 0; i + 1 < chain->count; i++) {
        const size_t used = strlen(layers);
        (void)snprintf(layers + used, sizeof layers - used, "%s%s%zu", i > 0 ? "-" : "", i == layer ? "sample" : "",
                       chain_out(foreign->file, chain, i));
    }
    notices_add(notices,
                "%s: %.60s has the shape of %.60s, which is taken: if it is the spread of a variational model, --model "
                "layers=%s reads both",
                foreign->name, foreign->file->tensors[twin].name, foreign->file->tensors[chain->weights[layer]].name,
                layers);
}

void foreign_describe(const Foreign *foreign, int reading, Notices *notices)
{
    const Chain *chain = &foreign->readings.items[reading];
    notices_append(notices, &foreign->notices);
    if (foreign->is_named && !foreign->has_spec)
        describe_places(foreign, notices);
    if (!foreign->is_named) {
        describe_order(foreign, chain, notices);
        describe_shapes(foreign, chain, notices);
    }
    describe_types(foreign, chain, notices);
    if (!foreign->is_named) {
        describe_missing(foreign, chain, notices);
        describe_twin(foreign, chain, notices);
    }
    describe_rest(foreign, chain, notices);
}
