// Shapes, initial weights, losses. The forward pass is in model_forward.c, the backward pass in training/, saving in
// model_tensors.c, reading in foreign.c.
#include "models/model.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernels/kernel.h"
#include "models/choices.h"
#include "models/model_layers.h"
#include "models/range.h"
#include "random.h"

Model model_create(const Spec *spec, int pixels)
{
    assert(pixels > 0);
    LayerList list;
    Error why;
    const bool fits = layer_list_plan(spec->layers, spec->hidden_count, pixels, &list, &why);
    assert(fits); // whoever makes a spec sees to that
    (void)fits;
    Model model = {.spec = *spec,
                   .pixels = pixels,
                   .layer_count = list.count,
                   .code_index = list.code,
                   .is_dense = spec_is_dense(spec)};
    memcpy(model.layers, list.layers, sizeof model.layers);
    size_t offset = list.parameters;
    model.moments_offset = offset;
    offset += spec->range == RANGE_STANDARD ? KERNEL_PAD : 0;
    if (spec->loss == LOSS_GAUSS) {
        model.log_sigma_offset = offset;
        offset += KERNEL_PAD;
    }
    model.parameter_count = offset;
    return model;
}

bool model_gives_statistics(const Model *model, int layer_index)
{
    return layer_index + 1 < model->layer_count && model->layers[layer_index + 1].kind == LAYER_SAMPLE;
}

// What PyTorch's nn.Sequential counts before it in its half: layers, and the activations between them; the layer that
// gives means and variances is two, side by side, that have names of their own.
void model_layer_name(const Model *model, int layer_index, char name[32])
{
    const bool is_encoder = layer_index <= model->code_index;
    int modules = 0;
    for (int i = is_encoder ? 0 : model->code_index + 1; i < layer_index; i++)
        modules += 1 + model->layers[i].is_bent;
    if (model_gives_statistics(model, layer_index))
        (void)snprintf(name, 32, "%s", MODEL_MEAN);
    else
        (void)snprintf(name, 32, "%s.%d", is_encoder ? "encoder" : "decoder", modules);
}

// How many numbers go into one of a layer's outputs, and how many of its outputs an input goes into.
static void count_fans(const Model *model, int layer_index, int *in, int *out)
{
    const Layer *layer = &model->layers[layer_index];
    const int window = layer->side > 0 ? layer->side * layer->side : 1;
    *in = layer->from.channels * window;
    *out = layer->to.channels * window / (model_gives_statistics(model, layer_index) ? 2 : 1);
}

void model_init(const Model *model, float *parameters)
{
    memset(parameters, 0, model->parameter_count * sizeof *parameters);
    const int encoders = model->code_index + 1;
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        const uint64_t position = i < encoders ? (uint64_t)i : 64u + (uint64_t)(i - encoders);
        Random random =
            random_stream(model->spec.seed, position << 32 | (uint64_t)layer->in << 16 | (uint64_t)layer->out);
        int fan_in, fan_out;
        count_fans(model, i, &fan_in, &fan_out);
        const double limit = sqrt(6.0 / (fan_in + fan_out));
        for (size_t row = 0; row < layer->weight_rows; row++)
            for (int column = 0; column < layer_columns(layer); column++)
                parameters[layer->weight_offset + row * layer->stride + (size_t)column] =
                    (float)(limit * (2.0 * random_uniform(&random) - 1.0));
    }
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
        const size_t end = layer_end(layer);
        char name[32];
        model_layer_name(model, i, name);
        for (size_t j = layer->weight_offset; j < end; j++) {
            if (isfinite(parameters[j]))
                continue;
            (void)snprintf(text, size, "%s.%s became %s", name, j < layer->bias_offset ? "weight" : "bias",
                           isnan(parameters[j]) ? "NaN" : "infinite");
            return;
        }
    }
    if (model->log_sigma_offset > 0 && !isfinite(parameters[model->log_sigma_offset]))
        (void)snprintf(text, size, "%s became %s", MODEL_LOG_SIGMA,
                       isnan(parameters[model->log_sigma_offset]) ? "NaN" : "infinite");
}
