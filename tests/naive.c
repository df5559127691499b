// Layers by their definitions.
#include "naive.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/activation.h"
#include "kernels/loss.h"
#include "models/choices.h"
#include "reference.h"

static size_t place(const Shape *shape, int channel, int y, int x)
{
    return (size_t)channel * shape->plane + (size_t)y * (size_t)shape->width + (size_t)x;
}

static double weight(const Layer *layer, const double *parameters, int row, int column)
{
    return parameters[layer->weight_offset + (size_t)row * layer->stride + (size_t)column];
}

static double bias(const Layer *layer, const double *parameters, int channel)
{
    return parameters[layer->bias_offset + (size_t)channel];
}

static bool is_within(const Shape *shape, int y, int x)
{
    return y >= 0 && y < shape->height && x >= 0 && x < shape->width;
}

// The sum over what a window at (y, x) of the smaller picture shows, for one channel of that.
static double find_conv(const Layer *layer, const double *parameters, const double *x, int channel, int row, int column)
{
    double sum = bias(layer, parameters, channel);
    for (int c = 0; c < layer->from.channels; c++)
        for (int i = 0; i < layer->side; i++)
            for (int j = 0; j < layer->side; j++) {
                const int y = row * layer->step + i - layer->above, at = column * layer->step + j - layer->left;
                if (is_within(&layer->from, y, at))
                    sum += x[place(&layer->from, c, y, at)] *
                           weight(layer, parameters, (c * layer->side + i) * layer->side + j, channel);
            }
    return sum;
}

// Each pixel of the smaller picture adds its window times itself.
static void spread_unconv(const Layer *layer, const double *parameters, const double *x, double *z)
{
    for (int o = 0; o < layer->to.channels; o++)
        for (int i = 0; i < layer->to.height * layer->to.width; i++)
            z[place(&layer->to, o, 0, i)] = bias(layer, parameters, o);
    for (int c = 0; c < layer->from.channels; c++)
        for (int row = 0; row < layer->from.height; row++)
            for (int column = 0; column < layer->from.width; column++)
                for (int o = 0; o < layer->to.channels; o++)
                    for (int i = 0; i < layer->side; i++)
                        for (int j = 0; j < layer->side; j++) {
                            const int y = row * layer->step + i - layer->above,
                                      at = column * layer->step + j - layer->left;
                            if (is_within(&layer->to, y, at))
                                z[place(&layer->to, o, y, at)] +=
                                    x[place(&layer->from, c, row, column)] *
                                    weight(layer, parameters, (o * layer->side + i) * layer->side + j, c);
                        }
}

static double find_greatest(const Shape *in, const double *x, int channel, int row, int column)
{
    double most = x[place(in, channel, 2 * row, 2 * column)];
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            if (is_within(in, 2 * row + i, 2 * column + j) && x[place(in, channel, 2 * row + i, 2 * column + j)] > most)
                most = x[place(in, channel, 2 * row + i, 2 * column + j)];
    return most;
}

size_t naive_place(const Shape *shape, int n)
{
    const int pixels = shape->height * shape->width;
    return place(shape, n / pixels, 0, n % pixels);
}

void naive_forward(const Layer *layer, const double *parameters, const double *x, double *z)
{
    const Shape *in = &layer->from, *out = &layer->to;
    if (layer->kind == LAYER_UNCONV)
        spread_unconv(layer, parameters, x, z);
    for (int n = 0; n < shape_count(out); n++) {
        const int channel = n / (out->height * out->width), row = n / out->width % out->height, column = n % out->width;
        double *const at = &z[naive_place(out, n)];
        switch (layer->kind) {
        case LAYER_DENSE:
            *at = bias(layer, parameters, n);
            for (int i = 0; i < in->channels; i++)
                *at += x[i] * weight(layer, parameters, i, n);
            break;
        case LAYER_CONV: *at = find_conv(layer, parameters, x, channel, row, column); break;
        case LAYER_POOL: *at = find_greatest(in, x, channel, row, column); break;
        case LAYER_UP: *at = x[place(in, channel, row / 2, column / 2)]; break;
        case LAYER_FLATTEN:
        case LAYER_RESHAPE:
        case LAYER_SAMPLE: *at = x[naive_place(in, n)]; break; // of a sample the means come first
        case LAYER_UNCONV:
        case LAYER_KIND_COUNT: break;
        }
    }
}

// ---- a whole model ------------------------------------------------------------------------------------------------

// Of an image: what its code costs, and what it diverges; eps: what is drawn from N(0, 1).
typedef struct Extra {
    const double *eps;
    double price, kl;
} Extra;

static void draw(const Layer *layer, const double *x, Extra *extra, double *z)
{
    const int units = layer->to.channels;
    for (int i = 0; i < units; i++) {
        const double mean = x[i], log_variance = x[units + i];
        z[i] = mean + exp(log_variance / 2.0) * extra->eps[i];
        extra->kl += (exp(log_variance) + mean * mean - 1.0 - log_variance) / 2.0;
    }
}

static void apply(const Model *model, int index, const double *parameters, const double *x, Extra *extra, double *z)
{
    Layer layer = model->layers[index];
    if (index > 0)
        layer.from = model->layers[index - 1].to;
    if (layer.kind == LAYER_SAMPLE)
        draw(&layer, x, extra, z);
    else
        naive_forward(&layer, parameters, x, z);
    for (int n = 0; n < shape_count(&layer.to); n++) {
        double *const value = &z[naive_place(&layer.to, n)], slope;
        if (layer.is_bent)
            *value = reference_activate(activation_get(HIDDEN_ACTIVATION, model->spec.hidden)->key, *value, &slope);
        if (index == model->code_index)
            extra->price += (double)model->spec.l1 * fabs(*value);
    }
}

static double lose_pixel(const Model *model, const double *parameters, double z, double t)
{
    const char *output = activation_get(OUTPUT_ACTIVATION, model->spec.output)->key;
    const double half_log_2_pi = log(2.0 * acos(-1.0)) / 2.0;
    double slope;
    const double value =
        reference_lose(loss_get(model->spec.loss)->key, spec_loss_settings(&model->spec), output, z, t, &slope);
    if (model->log_sigma_offset == 0)
        return value;
    const double log_sigma = parameters[model->log_sigma_offset]; // value is that of a spread of 1
    return exp(-2.0 * log_sigma) * (value - half_log_2_pi) + log_sigma + half_log_2_pi;
}

double naive_objective(const Model *model, const double *parameters, PixelRange range, const uint8_t *pixels,
                       const double *eps)
{
    const Spec *spec = &model->spec;
    const double count = model->pixels, factor = spec->reduce == REDUCE_SUM ? count : 1.0;
    double *values = malloc((size_t)(model->layer_count + 1) * NAIVE_FLOATS_MAX * sizeof *values), *x = values,
           loss = 0.0;
    Extra extra = {.eps = eps};
    assert(values);
    for (int i = 0; i < model->pixels; i++)
        x[i] = (double)range.scale * pixels[i] / 255.0 + (double)range.offset;
    for (int i = 0; i < model->layer_count; i++, x += NAIVE_FLOATS_MAX) {
        assert(model->layers[i].to.stride <= NAIVE_FLOATS_MAX);
        apply(model, i, parameters, x, &extra, x + NAIVE_FLOATS_MAX);
    }
    reference_normalise(activation_get(OUTPUT_ACTIVATION, spec->output)->key, model->pixels, x);
    for (int i = 0; i < model->pixels; i++)
        loss += lose_pixel(model, parameters, x[i], values[i]);
    free(values);
    return factor * (loss / count + extra.price) + (double)spec->beta * extra.kl;
}
