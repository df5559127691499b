// A foreign model: which tensors it reads, how they become parameters, what it says of it.
#include "models/foreign.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "models/foreign_parts.h"
#include "models/model_layers.h"

struct Foreign {
    char name[256];
    int pixels;
    SafetensorsReader *reader;
    Error problem;  // what the reader refuses with
    float **values; // (tensor_count): of those that a reading needs, else NULL
    const SafetensorsFile *file;
    int reading_count;
    Chain readings[FOREIGN_READINGS_MAX];
    bool is_ours, has_spec;
    Spec spec;
    int64_t step;
    Notices notices; // of what holds for every reading
};

const char *foreign_name(const Foreign *foreign) { return foreign->name; }
int64_t foreign_step(const Foreign *foreign) { return foreign->step; }
int foreign_reading_count(const Foreign *foreign) { return foreign->reading_count; }

bool foreign_find_spec(const Foreign *foreign, Spec *spec)
{
    if (foreign->has_spec)
        *spec = foreign->spec;
    return foreign->has_spec;
}

// ---- sentences ----------------------------------------------------------------------------------------------------

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

static bool refuse_tensors(const Foreign *foreign, Error *error)
{
    char list[LIST_TEXT] = "", item[400], shape[SHAPE_TEXT];
    int missing = 0;
    for (int i = 0; i < foreign->file->tensor_count; i++) {
        const Tensor *tensor = &foreign->file->tensors[i];
        format_shape(tensor, shape);
        (void)snprintf(item, sizeof item, "%.100s %s", tensor->name, shape);
        add_to_list(list, item, &missing);
    }
    end_list(list, missing);
    return error_set(error,
                     "%s: no fully connected layers lead from %d to %d values, such as weights (32, %d) and (%d, 32) "
                     "would, at most %d of at most %d units; %s%s",
                     foreign->name, foreign->pixels, foreign->pixels, foreign->pixels, foreign->pixels,
                     MODEL_LAYERS_MAX, SPEC_WIDTH_MAX, *list ? "it holds " : "it holds no tensors", list);
}

// ---- metadata -----------------------------------------------------------------------------------------------------

static void read_step(Foreign *foreign)
{
    const char *text = safetensors_find_metadata(foreign->file, "step");
    if (!text)
        return;
    if (*text && strlen(text) <= 15 && strspn(text, "0123456789") == strlen(text))
        foreign->step = strtoll(text, NULL, 10);
    else
        notices_add(&foreign->notices, "%s: its metadata step '%.40s' is no whole number, so it counts from 0",
                    foreign->name, text);
}

static bool has_layers(const Foreign *foreign, int reading, const Spec *spec)
{
    Spec own = *spec;
    foreign_set_layers(foreign, reading, &own);
    return spec_equal(&own, spec);
}

static void read_spec(Foreign *foreign)
{
    Error reason;
    const char *text = safetensors_find_metadata(foreign->file, "spec");
    if (!text)
        return;
    foreign->has_spec = spec_parse(&foreign->spec, text, &reason);
    if (!foreign->has_spec) {
        notices_add(&foreign->notices, "%s: its metadata's spec says nothing here: %.200s", foreign->name, reason.text);
        return;
    }
    if (has_layers(foreign, 0, &foreign->spec))
        return;
    char said[96], found[96];
    spec_format_layers(&foreign->spec, foreign->pixels, "-", said, sizeof said);
    foreign_set_layers(foreign, 0, &foreign->spec);
    spec_format_layers(&foreign->spec, foreign->pixels, "-", found, sizeof found);
    notices_add(&foreign->notices, "%s: its metadata says %s, its tensors are %s: those count", foreign->name, said,
                found);
}

// ---- reading ------------------------------------------------------------------------------------------------------

static bool is_needed(const Foreign *foreign, int index)
{
    for (int i = 0; i < foreign->reading_count; i++)
        for (int layer = 0; layer < foreign->readings[i].count; layer++)
            if (foreign->readings[i].weights[layer] == index || foreign->readings[i].biases[layer] == index)
                return true;
    return false;
}

static bool read_values(Foreign *foreign)
{
    foreign->values = calloc((size_t)foreign->file->tensor_count, sizeof *foreign->values);
    bool good = foreign->values != NULL;
    for (int i = 0; good && i < foreign->file->tensor_count; i++) {
        if (!is_needed(foreign, i)) {
            if (!safetensors_skip_next(foreign->reader))
                return false;
            continue;
        }
        const size_t count = safetensors_count_values(&foreign->file->tensors[i]);
        foreign->values[i] = malloc(count * sizeof **foreign->values);
        good = foreign->values[i] != NULL;
        if (good && !safetensors_read_next(foreign->reader, foreign->values[i]))
            return false;
    }
    return good || error_set(&foreign->problem, "%s: out of memory: its tensors", foreign->name);
}

// How many of the tensors' names speak for the chain's way to read its weights, less those that speak against it.
static int count_voices(const Foreign *foreign, const Chain *chain)
{
    int voices = 0;
    for (int i = 0; i < chain->count; i++) {
        const int said = foreign_name_orientation(foreign->file->tensors[chain->weights[i]].name);
        voices += said < 0 ? 0 : said == (int)chain->orientation ? 1 : -1;
    }
    return voices;
}

// Each way to read it that makes a chain; one alone where shapes and names leave no doubt.
static void find_readings(Foreign *foreign)
{
    Chain chains[ORIENTATION_COUNT];
    for (Orientation i = 0; i < ORIENTATION_COUNT; i++)
        chains[i] = foreign_find_chain(foreign->file, (size_t)foreign->pixels, i);
    if (chains[ORIENTATION_TORCH].is_too_deep || chains[ORIENTATION_KERAS].is_too_deep)
        return; // a part of it is another model
    const char *format = safetensors_find_metadata(foreign->file, "format");
    foreign->is_ours =
        format && strcmp(format, "losslens") == 0 && count_voices(foreign, &chains[ORIENTATION_TORCH]) > 0;
    const bool is_keras_first = count_voices(foreign, &chains[ORIENTATION_KERAS]) > 0 ||
                                (chains[ORIENTATION_KERAS].is_as_named && !chains[ORIENTATION_TORCH].is_as_named);
    for (int i = 0; i < ORIENTATION_COUNT; i++) {
        const Chain *chain = &chains[is_keras_first ? ORIENTATION_COUNT - 1 - i : i];
        const Chain *other = &chains[is_keras_first ? i : ORIENTATION_COUNT - 1 - i];
        if (chain->count == 0)
            continue;
        foreign->readings[foreign->reading_count++] = *chain;
        const bool is_sure = chain->is_as_named && !other->is_as_named && count_voices(foreign, chain) >= 0;
        if (is_sure || (foreign->is_ours && chain->orientation == ORIENTATION_TORCH))
            return;
    }
}

static bool read_all(Foreign *foreign)
{
    foreign->file = safetensors_header(foreign->reader);
    find_readings(foreign);
    if (foreign->reading_count == 0)
        return refuse_tensors(foreign, &foreign->problem);
    if (foreign->file->skipped_metadata > 0)
        notices_add(&foreign->notices, "%s: metadata that is too long to be a spec was skipped", foreign->name);
    read_step(foreign);
    read_spec(foreign);
    return read_values(foreign);
}

// bytes: NULL where it is a file.
static Foreign *open_any(const char *path, const uint8_t *bytes, size_t size, int pixels, Error *error)
{
    Foreign *foreign = calloc(1, sizeof *foreign);
    if (!foreign) {
        error_set(error, "out of memory: a model's file");
        return NULL;
    }
    (void)snprintf(foreign->name, sizeof foreign->name, "%s", file_shorten_path(path));
    foreign->pixels = pixels;
    foreign->reader = bytes ? safetensors_open_bytes(bytes, size, path, &foreign->problem)
                            : safetensors_open(path, &foreign->problem);
    if (foreign->reader && read_all(foreign))
        return foreign;
    if (error)
        *error = foreign->problem;
    foreign_close(foreign);
    return NULL;
}

Foreign *foreign_open(const char *path, int pixels, Error *error) { return open_any(path, NULL, 0, pixels, error); }

Foreign *foreign_open_bytes(const uint8_t *bytes, size_t size, const char *name, int pixels, Error *error)
{
    assert(bytes);
    return open_any(name, bytes, size, pixels, error);
}

void foreign_close(Foreign *foreign)
{
    if (!foreign)
        return;
    for (int i = 0; foreign->values && i < foreign->file->tensor_count; i++)
        free(foreign->values[i]);
    free(foreign->values);
    safetensors_close(foreign->reader);
    free(foreign);
}

// ---- what it is ---------------------------------------------------------------------------------------------------

void foreign_set_layers(const Foreign *foreign, int reading, Spec *spec)
{
    const Chain *chain = &foreign->readings[reading];
    memset(spec->widths, 0, sizeof spec->widths);
    spec->hidden_count = chain->count - 1;
    for (int i = 0; i < spec->hidden_count; i++)
        spec->widths[i] = (int)foreign_out(&foreign->file->tensors[chain->weights[i]], chain->orientation);
}

static void fill_layer(const Layer *layer, Orientation orientation, const float *weight, const float *bias,
                       float *parameters)
{
    const size_t in_count = (size_t)layer->in, out_count = (size_t)layer->out;
    for (size_t in = 0; in < in_count; in++)
        for (size_t out = 0; out < out_count; out++)
            parameters[layer->weight_offset + in * layer->stride + out] =
                weight[orientation == ORIENTATION_TORCH ? out * in_count + in : in * out_count + out];
    if (bias)
        memcpy(parameters + layer->bias_offset, bias, out_count * sizeof *bias);
}

void foreign_fill(const Foreign *foreign, int reading, const Model *model, float *parameters)
{
    const Chain *chain = &foreign->readings[reading];
    assert(model->layer_count == chain->count && model->pixels == foreign->pixels);
    memset(parameters, 0, model->parameter_count * sizeof *parameters);
    for (int i = 0; i < chain->count; i++)
        fill_layer(&model->layers[i], chain->orientation, foreign->values[chain->weights[i]],
                   chain->biases[i] >= 0 ? foreign->values[chain->biases[i]] : NULL, parameters);
}

// ---- what was done ------------------------------------------------------------------------------------------------

static bool uses(const Chain *chain, int index)
{
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
}

static void describe_types(const Foreign *foreign, const Chain *chain, Notices *notices)
{
    for (TensorType type = TENSOR_F32 + 1; type < TENSOR_TYPE_COUNT; type++) {
        int count = 0;
        for (int i = 0; i < foreign->file->tensor_count; i++)
            count += foreign->file->tensors[i].type == type && uses(chain, i);
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
        if (uses(chain, i))
            continue;
        const Tensor *tensor = &foreign->file->tensors[i];
        add_to_list(list, tensor->name, &missing);
        has_norm |= tensor->rank == 1 && foreign_is_norm(tensor->name);
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

void foreign_describe(const Foreign *foreign, int reading, Notices *notices)
{
    const Chain *chain = &foreign->readings[reading];
    notices_append(notices, &foreign->notices);
    describe_order(foreign, chain, notices);
    describe_types(foreign, chain, notices);
    describe_missing(foreign, chain, notices);
    describe_rest(foreign, chain, notices);
}
