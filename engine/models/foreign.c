// A foreign model: which tensors it reads, and how they become parameters.
#include "models/foreign.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "models/foreign_parts.h"
#include "models/model_layers.h"

const char *foreign_name(const Foreign *foreign) { return foreign->name; }
int64_t foreign_step(const Foreign *foreign) { return foreign->step; }
int foreign_reading_count(const Foreign *foreign) { return foreign->readings.count; }

bool foreign_find_spec(const Foreign *foreign, Spec *spec)
{
    if (foreign->has_spec)
        *spec = foreign->spec;
    return foreign->has_spec;
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

// Of a model of range=standard; a deviation of 0 where they are not said.
static void read_moments(Foreign *foreign)
{
    const char *const keys[] = {"mean", "deviation"};
    float values[2] = {0.0f, 0.0f};
    for (int i = 0; i < 2; i++) {
        const char *text = safetensors_find_metadata(foreign->file, keys[i]);
        char *end = NULL;
        const bool is_number = text && *text && strlen(text) <= 20 && strspn(text, "0123456789.eE+-") == strlen(text);
        values[i] = is_number ? strtof(text, &end) : -1.0f;
        if (!is_number || *end || !(values[i] >= 0.0f && values[i] <= 1.0f))
            return;
    }
    foreign->moments = (PixelMoments){values[0], values[1]};
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
    for (int i = 0; i < foreign->readings.count; i++)
        if (has_layers(foreign, i, &foreign->spec)) {
            if (foreign->is_ours) { // there is no other
                foreign->readings.items[0] = foreign->readings.items[i];
                foreign->readings.count = 1;
            }
            return;
        }
    char said[SPEC_TEXT_SIZE], found[SPEC_TEXT_SIZE];
    spec_format_layers(&foreign->spec, foreign->pixels, "-", said, sizeof said);
    foreign_set_layers(foreign, 0, &foreign->spec);
    spec_format_layers(&foreign->spec, foreign->pixels, "-", found, sizeof found);
    notices_add(&foreign->notices, "%s: its metadata says %s, its tensors are %s: those count", foreign->name, said,
                found);
}

// ---- reading ------------------------------------------------------------------------------------------------------

static int find_log_sigma(const SafetensorsFile *file)
{
    for (int i = 0; i < file->tensor_count; i++)
        if (foreign_is_log_sigma(file->tensors[i].name) && safetensors_is_float(file->tensors[i].type) &&
            safetensors_count_values(&file->tensors[i]) == 1)
            return i;
    return -1;
}

static bool is_needed(const Foreign *foreign, int index)
{
    if (index == foreign->log_sigma)
        return true;
    if (foreign->is_named)
        return foreign_is_named(foreign, index);
    for (int i = 0; i < foreign->readings.count; i++)
        for (int layer = 0; layer < foreign->readings.items[i].count; layer++)
            if (foreign->readings.items[i].weights[layer] == index || foreign->readings.items[i].biases[layer] == index)
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

static void add_readings(Foreign *foreign, const Chains *chains)
{
    for (int i = 0; i < chains->count && foreign->readings.count < FOREIGN_READINGS_MAX; i++)
        foreign->readings.items[foreign->readings.count++] = chains->items[i];
}

// Each way to read it that makes a chain; one orientation alone where shapes and names leave no doubt.
static void find_readings(Foreign *foreign)
{
    Chains chains[ORIENTATION_COUNT];
    for (Orientation i = 0; i < ORIENTATION_COUNT; i++)
        chains[i] = foreign_list_chains(foreign->file, (size_t)foreign->pixels, i);
    const Chain *torch = &chains[ORIENTATION_TORCH].items[0], *keras = &chains[ORIENTATION_KERAS].items[0];
    if (chains[ORIENTATION_TORCH].is_too_deep || chains[ORIENTATION_KERAS].is_too_deep)
        return; // a part of it is another model
    const char *format = safetensors_find_metadata(foreign->file, "format");
    foreign->is_ours = format && strcmp(format, "losslens") == 0 && count_voices(foreign, torch) > 0;
    const bool is_keras_first = count_voices(foreign, keras) > 0 || (keras->is_as_named && !torch->is_as_named);
    for (int i = 0; i < ORIENTATION_COUNT; i++) {
        const Chains *these = &chains[is_keras_first ? ORIENTATION_COUNT - 1 - i : i],
                     *others = &chains[is_keras_first ? i : ORIENTATION_COUNT - 1 - i];
        const Chain *chain = &these->items[0];
        if (these->count == 0)
            continue;
        add_readings(foreign, these);
        const bool is_sure = chain->is_as_named && !others->items[0].is_as_named && count_voices(foreign, chain) >= 0;
        if (is_sure || (foreign->is_ours && chain->orientation == ORIENTATION_TORCH))
            break;
    }
    if (foreign->readings.count == 0) {
        chains[0] = foreign_list_tied(foreign->file, (size_t)foreign->pixels);
        add_readings(foreign, &chains[0]);
    }
}

static bool read_all(Foreign *foreign, const Spec *said)
{
    foreign->file = safetensors_header(foreign->reader);
    foreign->log_sigma = find_log_sigma(foreign->file);
    if (!foreign_find_named(foreign, said))
        return false;
    if (!foreign->is_named)
        find_readings(foreign);
    if (foreign->readings.count == 0)
        return foreign_refuse_tensors(foreign, &foreign->problem);
    if (foreign->file->skipped_metadata > 0)
        notices_add(&foreign->notices, "%s: metadata that is too long to be a spec was skipped", foreign->name);
    read_step(foreign);
    if (!foreign->is_named)
        read_spec(foreign);
    read_moments(foreign);
    return read_values(foreign);
}

// bytes: NULL where it is a file.
static Foreign *open_any(const char *path, const uint8_t *bytes, size_t size, int pixels, const Spec *said,
                         Error *error)
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
    if (foreign->reader && read_all(foreign, said))
        return foreign;
    if (error)
        *error = foreign->problem;
    foreign_close(foreign);
    return NULL;
}

Foreign *foreign_open(const char *path, int pixels, const Spec *said, Error *error)
{
    return open_any(path, NULL, 0, pixels, said, error);
}

Foreign *foreign_open_bytes(const uint8_t *bytes, size_t size, const char *name, int pixels, Error *error)
{
    assert(bytes);
    return open_any(name, bytes, size, pixels, NULL, error);
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
    const Chain *chain = &foreign->readings.items[reading];
    int widths[SPEC_HIDDEN_MAX];
    if (foreign->is_named) {
        spec_set_layers(spec, &foreign->spec);
        return;
    }
    for (int i = 0; i < chain->count - 1; i++)
        widths[i] = (int)chain_out(foreign->file, chain, i);
    spec_set_widths(spec, widths, chain->count - 1);
}

bool foreign_has_spread(const Foreign *foreign) { return foreign->log_sigma >= 0; }

bool foreign_is_turned(const Foreign *foreign, int reading)
{
    return foreign->readings.items[reading].orientation == ORIENTATION_KERAS;
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
    const Chain *chain = &foreign->readings.items[reading];
    if (foreign->is_named) {
        foreign_fill_named(foreign, model, parameters);
        return;
    }
    assert(model->layer_count == chain->count && model->pixels == foreign->pixels);
    memset(parameters, 0, model->parameter_count * sizeof *parameters);
    for (int i = 0; i < chain->count; i++)
        fill_layer(&model->layers[i], chain_orientation(chain, i), foreign->values[chain->weights[i]],
                   chain->biases[i] >= 0 ? foreign->values[chain->biases[i]] : NULL, parameters);
    if (foreign->moments.deviation > 0.0f)
        range_set_moments(model, parameters, foreign->moments);
    if (foreign->log_sigma >= 0 && model->log_sigma_offset > 0)
        parameters[model->log_sigma_offset] = foreign->values[foreign->log_sigma][0];
}
