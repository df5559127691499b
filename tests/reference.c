// The naive double-precision trainer. Formulas as the definitions of losses, activations and optimizers state them.
#include "reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/activation.h"
#include "kernels/loss.h"
#include "kernels/optimizer.h"
#include "models/choices.h"

enum { REFERENCE_WIDTH_MAX = 1024, LARGEST_IMAGE = 784 };

// Asked several times for each pixel: a sanitizer makes a call of strcmp, or each of its turns, dearer than what
// follows.
__attribute__((no_sanitize("address", "undefined"))) static bool is(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

// What the engine has and nobody has written down here a second time cannot be held against anything.
static _Noreturn void refuse(const char *kind, const char *name)
{
    (void)fprintf(stderr, "tests/reference.c does not know the %s '%s': write it there\n", kind, name);
    abort();
}

void reference_init(Reference *r, const Spec *spec, int pixels)
{
    *r = (Reference){.loss = loss_get(spec->loss)->key,
                     .output = activation_get(OUTPUT_ACTIVATION, spec->output)->key,
                     .hidden = activation_get(HIDDEN_ACTIVATION, spec->hidden)->key,
                     .optimizer = optimizer_get(spec->optimizer)->key,
                     .settings = spec_loss_settings(spec),
                     .lr = (double)spec->lr,
                     .l1 = (double)spec->l1,
                     .scale = is(choice_get(CHOICE_RANGE, spec->range)->key, "symmetric") ? 2.0 : 1.0,
                     .offset = is(choice_get(CHOICE_RANGE, spec->range)->key, "symmetric") ? -1.0 : 0.0,
                     .factor = is(choice_get(CHOICE_REDUCE, spec->reduce)->key, "sum") ? pixels : 1.0,
                     .layer_count = spec->hidden_count + 1,
                     .pixels = pixels};
    for (int i = 0; i < r->layer_count; i++) {
        r->in[i] = i ? spec->layers[i - 1].count : pixels;
        r->out[i] = i < spec->hidden_count ? spec->layers[i].count : pixels;
        if (i < spec->hidden_count && r->out[i] < r->out[r->code])
            r->code = i;
        r->weight[i] = r->count;
        r->bias[i] = r->count + (size_t)r->in[i] * (size_t)r->out[i];
        r->count = r->bias[i] + (size_t)r->out[i];
    }
    if (is(r->loss, "gauss"))
        r->log_sigma = r->count++;
    r->parameters = calloc(4 * r->count, sizeof *r->parameters);
    r->gradient = r->parameters + r->count;
    r->m = r->gradient + r->count;
    r->v = r->m + r->count;
}

void reference_free(Reference *reference) { free(reference->parameters); }

static double logistic(double z) { return z >= 0.0 ? 1.0 / (1.0 + exp(-z)) : exp(z) / (1.0 + exp(z)); }

static double logistic_slope(double z) { return logistic(z) * (1.0 / (1.0 + exp(z))); }

double reference_activate(const char *name, double z, double *slope)
{
    if (is(name, "sigmoid"))
        return *slope = logistic_slope(z), logistic(z);
    if (is(name, "sigmoid2")) {
        const double p = 1.0 / (1.0 + exp(-logistic(z)));
        return *slope = p * (1.0 - p) * logistic_slope(z), p;
    }
    if (is(name, "softmax")) // of z less ln of the sum of e^z over the picture
        return *slope = exp(fmin(z, 0.0)), exp(fmin(z, 0.0));
    if (is(name, "relu"))
        return *slope = z > 0.0, z > 0.0 ? z : 0.0;
    if (is(name, "clip"))
        return *slope = z > 0.0 && z < 1.0, fmin(1.0, fmax(0.0, z));
    if (is(name, "tanh"))
        return *slope = 1.0 / (cosh(z) * cosh(z)), tanh(z);
    if (is(name, "tanh01")) // (tanh z + 1) / 2, written without its cancellation
        return *slope = 0.5 / (cosh(z) * cosh(z)), 1.0 / (1.0 + exp(-2.0 * z));
    if (is(name, "softplus"))
        return *slope = logistic(z), fmax(z, 0.0) + log1p(exp(-fabs(z)));
    if (is(name, "leaky_relu"))
        return *slope = z > 0.0 ? 1.0 : 0.01, z > 0.0 ? z : 0.01 * z;
    if (is(name, "elu"))
        return *slope = z > 0.0 ? 1.0 : exp(z), z > 0.0 ? z : expm1(z);
    if (is(name, "gelu")) {
        const double phi = 0.5 * erfc(-z / sqrt(2.0));
        return *slope = phi + z * exp(-0.5 * z * z) / sqrt(2.0 * acos(-1.0)), z * phi;
    }
    if (is(name, "linear"))
        return *slope = 1.0, z;
    refuse("activation", name);
}

// ln C of the continuous Bernoulli, C = 2 artanh(x) / x with x = 1 - 2q, and its derivative by q: near 1/2 by the
// series of artanh.
static double log_normaliser(double q, double *slope)
{
    const double x = 1.0 - 2.0 * q;
    if (fabs(x) > 0.2) {
        const double odds = log1p(-q) - log(q);
        return *slope = 2.0 / x - 1.0 / (q * (1.0 - q) * odds), log(odds / x);
    }
    double sum = 1.0, rest = 0.0, power = x; // x^(2 k - 1)
    for (int k = 1; k < 20; k++, power *= x * x) {
        sum += power * x / (2 * k + 1);
        rest += 2.0 * power / ((2 * k - 1) * (2 * k + 1));
    }
    return *slope = -2.0 * rest / (1.0 - rest * x), log(2.0 * sum);
}

// The same by the logit of q: C = z / tanh(z / 2).
static double log_logit_normaliser(double z, double *slope)
{
    const double cube = z * z * z;
    *slope = fabs(z) < 0.05 ? z / 6.0 - 7.0 * cube / 360.0 + 31.0 * cube * z * z / 15120.0 : 1.0 / z - 1.0 / sinh(z);
    return z == 0.0 ? log(2.0) : log(z / tanh(z / 2.0));
}

static const double half_log_2_pi = 0.91893853320467274178;

double reference_lose_output(const char *loss, LossSettings settings, double p, double t, double *slope)
{
    const double delta = (double)settings.delta, weight = is(loss, "wbce") ? (double)settings.weight : 1.0;
    if (is(loss, "bce") || is(loss, "wbce")) {
        // the bounds as they are in float32, where 1 - 1e-7 is 1 - 2^-23
        const double q = fmin((double)(1.0f - 1e-7f), fmax((double)1e-7f, p));
        *slope = q == p ? (1.0 - t) / (1.0 - q) - weight * t / q : 0.0;
        return -(weight * t * log(q) + (1.0 - t) * log1p(-q));
    }
    if (is(loss, "cb")) {
        const double q = fmin((double)(1.0f - 1e-7f), fmax((double)1e-7f, p));
        double normaliser_slope;
        const double normaliser = log_normaliser(q, &normaliser_slope);
        *slope = q == p ? (q - t) / (q * (1.0 - q)) - normaliser_slope : 0.0;
        return -(t * log(q) + (1.0 - t) * log1p(-q)) - normaliser;
    }
    if (is(loss, "gauss")) {
        const double precision = exp(-2.0 * (double)settings.log_sigma);
        *slope = precision * (p - t);
        return 0.5 * precision * (p - t) * (p - t) + (double)settings.log_sigma + half_log_2_pi;
    }
    if (is(loss, "mse"))
        return *slope = 2.0 * (p - t), (p - t) * (p - t);
    if (is(loss, "mae"))
        return *slope = (double)((p > t) - (p < t)), fabs(p - t);
    if (is(loss, "huber")) {
        const double d = p - t;
        return *slope = fmin(delta, fmax(-delta, d)), fabs(d) <= delta ? d * d / 2.0 : delta * (fabs(d) - delta / 2.0);
    }
    refuse("loss", loss);
}

double reference_lose(const char *loss, LossSettings settings, const char *output, double z, double t, double *slope)
{
    double f;
    const double p = reference_activate(output, z, &f), tail = is(output, "sigmoid") ? log1p(exp(-fabs(z))) : 0.0;
    if (is(loss, "bce") && is(output, "sigmoid"))
        return *slope = p - t, fmax(z, 0.0) - z * t + tail;
    if (is(loss, "wbce") && is(output, "sigmoid")) {
        const double weighted = (double)settings.weight * t, rest = 1.0 - t;
        *slope = rest * p - weighted / (1.0 + exp(z));
        return rest * (fmax(z, 0.0) + tail) + weighted * (fmax(-z, 0.0) + tail);
    }
    if (is(loss, "cb") && is(output, "sigmoid")) {
        double normaliser_slope;
        const double normaliser = log_logit_normaliser(z, &normaliser_slope);
        return *slope = p - t - normaliser_slope, fmax(z, 0.0) - z * t + tail - normaliser;
    }
    const double value = reference_lose_output(loss, settings, p, t, slope);
    *slope *= f;
    return value;
}

// z = W x + b of one layer; then values = f(z), slopes = f'(z) where slopes is given.
static void apply_layer(const Reference *r, int i, const double *x, double *values, double *slopes, double *margin)
{
    for (int out = 0; out < r->out[i]; out++) {
        double z = r->parameters[r->bias[i] + (size_t)out];
        for (int in = 0; in < r->in[i]; in++)
            z += r->parameters[r->weight[i] + (size_t)out * (size_t)r->in[i] + (size_t)in] * x[in];
        if (slopes) {
            *margin = fmin(*margin, fabs(z));
            z = reference_activate(r->hidden, z, &slopes[out]);
        }
        values[out] = z;
    }
}

void reference_normalise(const char *output, int pixels, double *z)
{
    double most = -INFINITY, sum = 0.0;
    if (!is(output, "softmax"))
        return;
    for (int i = 0; i < pixels; i++)
        most = fmax(most, z[i]);
    for (int i = 0; i < pixels; i++)
        sum += exp(z[i] - most);
    for (int i = 0; i < pixels; i++)
        z[i] -= most + log(sum);
}

// From slopes at normalised z to those at what it was before.
static void share_slopes(const Reference *r, const double *z, double *slopes)
{
    double sum = 0.0;
    if (!is(r->output, "softmax"))
        return;
    for (int i = 0; i < r->pixels; i++)
        sum += slopes[i];
    for (int i = 0; i < r->pixels; i++)
        slopes[i] -= exp(z[i]) * sum;
}

void reference_forward(const Reference *r, const double *x, double *z)
{
    double values[2][REFERENCE_WIDTH_MAX], slopes[REFERENCE_WIDTH_MAX], margin = INFINITY;
    for (int i = 0; i < r->layer_count - 1; i++) {
        apply_layer(r, i, x, values[i % 2], slopes, &margin);
        x = values[i % 2];
    }
    apply_layer(r, r->layer_count - 1, x, z, NULL, NULL);
    reference_normalise(r->output, r->pixels, z);
}

// How near an output is to a place where the loss has no derivative, or one too steep for single precision. Where the
// activation is flat the loss is so, too.
static double measure_output_margin(const Reference *r, double z, double t)
{
    double slope;
    const double p = reference_activate(r->output, z, &slope);
    double margin = INFINITY;
    if (is(r->output, "relu") || is(r->output, "clip"))
        margin = fmin(fabs(z), is(r->output, "clip") ? fabs(z - 1.0) : INFINITY);
    if (slope == 0.0)
        return margin;
    if (is(r->loss, "mae"))
        margin = fmin(margin, fabs(p - t));
    if ((is(r->loss, "bce") || is(r->loss, "wbce") || is(r->loss, "cb")) && !is(r->output, "sigmoid"))
        margin = fmin(margin, fmin(fabs(z), fabs(p - 1.0)) * 0.1);
    return margin;
}

// dL/dz of layer i, in slope: adds its weights' and biases' gradient, writes dL/dx where wanted.
static void learn_layer(Reference *r, int i, const double *x, const double *slope, double *x_slope)
{
    if (x_slope)
        memset(x_slope, 0, (size_t)r->in[i] * sizeof *x_slope);
    for (int out = 0; out < r->out[i]; out++) {
        const size_t row = r->weight[i] + (size_t)out * (size_t)r->in[i];
        r->gradient[r->bias[i] + (size_t)out] += slope[out];
        for (int in = 0; in < r->in[i]; in++) {
            r->gradient[row + (size_t)in] += slope[out] * x[in];
            if (x_slope)
                x_slope[in] += slope[out] * r->parameters[row + (size_t)in];
        }
    }
}

// One pixel's loss and dL/dz, with the spread of gauss as it has been learnt: from what it is with a spread of 1. Adds
// the gradient of its logarithm.
static double lose_pixel(Reference *r, double z, double t, double weight, double *slope)
{
    double value = reference_lose(r->loss, r->settings, r->output, z, t, slope);
    if (r->log_sigma > 0) {
        const double log_sigma = r->parameters[r->log_sigma], precision = exp(-2.0 * log_sigma);
        const double square = 2.0 * precision * (value - half_log_2_pi);
        value = square / 2.0 + log_sigma + half_log_2_pi;
        *slope *= precision;
        r->gradient[r->log_sigma] += weight * (1.0 - square);
    }
    return value;
}

// One image; weight: 1 / rows. Returns its mean loss, adds its penalty and its gradient.
static double learn_image(Reference *r, const double *x, const double *t, double weight, double *penalty)
{
    static _Thread_local double values[MODEL_LAYERS_MAX][REFERENCE_WIDTH_MAX],
        slopes[MODEL_LAYERS_MAX][REFERENCE_WIDTH_MAX];
    double above[REFERENCE_WIDTH_MAX], loss = 0.0;
    const int last = r->layer_count - 1;
    for (int i = 0; i < last; i++)
        apply_layer(r, i, i ? values[i - 1] : x, values[i], slopes[i], &r->smallest_margin);
    apply_layer(r, last, values[last - 1], values[last], NULL, NULL);
    reference_normalise(r->output, r->pixels, values[last]);
    for (int pixel = 0; pixel < r->pixels; pixel++) {
        loss += lose_pixel(r, values[last][pixel], t[pixel], weight / r->pixels, &slopes[last][pixel]);
        slopes[last][pixel] *= weight / r->pixels;
        r->smallest_margin = fmin(r->smallest_margin, measure_output_margin(r, values[last][pixel], t[pixel]));
    }
    share_slopes(r, values[last], slopes[last]);
    for (int i = last; i >= 0; i--) {
        learn_layer(r, i, i ? values[i - 1] : x, slopes[i], i ? above : NULL);
        for (int unit = 0; i > 0 && unit < r->out[i - 1]; unit++) {
            const double value = values[i - 1][unit];
            if (i - 1 == r->code) {
                above[unit] += r->l1 * weight * ((value > 0.0) - (value < 0.0));
                *penalty += r->l1 * weight * fabs(value);
            }
            slopes[i - 1][unit] *= above[unit];
        }
    }
    return loss / r->pixels;
}

static void map_image(const Reference *r, const double *pixels, double *mapped)
{
    for (int i = 0; i < r->pixels; i++)
        mapped[i] = r->scale * pixels[i] + r->offset;
}

double reference_learn(Reference *r, const double *inputs, const double *targets, int rows, double *penalty)
{
    double loss = 0.0, dropped = 0.0;
    penalty = penalty ? penalty : &dropped;
    *penalty = 0.0;
    r->smallest_margin = INFINITY;
    memset(r->gradient, 0, r->count * sizeof *r->gradient);
    for (size_t row = 0; row < (size_t)rows; row++) {
        const size_t at = row * (size_t)r->pixels;
        double x[LARGEST_IMAGE], t[LARGEST_IMAGE];
        map_image(r, inputs + at, x);
        map_image(r, targets + at, t);
        loss += learn_image(r, x, t, 1.0 / rows, penalty);
    }
    for (size_t i = 0; i < r->count; i++)
        r->gradient[i] *= r->factor;
    return loss / rows;
}

void reference_update(Reference *r)
{
    r->step++;
    const double t = (double)r->step, rate = r->lr * sqrt(1.0 - pow(0.999, t)) / (1.0 - pow(0.9, t));
    for (size_t i = 0; i < r->count; i++) {
        const double g = r->gradient[i];
        double *w = &r->parameters[i], *m = &r->m[i], *v = &r->v[i];
        if (is(r->optimizer, "adam")) {
            *m = 0.9 * *m + 0.1 * g;
            *v = 0.999 * *v + 0.001 * g * g;
            *w -= rate * *m / (sqrt(*v) + 1e-7);
        } else if (is(r->optimizer, "adadelta")) {
            *v = 0.95 * *v + 0.05 * g * g;
            const double update = sqrt(*m + 1e-7) / sqrt(*v + 1e-7) * g;
            *m = 0.95 * *m + 0.05 * update * update;
            *w -= r->lr * update;
        } else {
            *m = 0.9 * *m - r->lr * g;
            *w += *m;
        }
    }
}

void reference_import(const Model *model, const float *padded, double *values)
{
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        for (size_t out = 0; out < (size_t)layer->out; out++)
            for (size_t in = 0; in < (size_t)layer->in; in++)
                *values++ = (double)padded[layer->weight_offset + in * layer->stride + out];
        for (size_t out = 0; out < (size_t)layer->out; out++)
            *values++ = (double)padded[layer->bias_offset + out];
    }
    if (model->log_sigma_offset > 0)
        *values = (double)padded[model->log_sigma_offset];
}

void reference_export(const Model *model, const double *values, float *padded)
{
    memset(padded, 0, model->parameter_count * sizeof *padded);
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        for (size_t out = 0; out < (size_t)layer->out; out++)
            for (size_t in = 0; in < (size_t)layer->in; in++)
                padded[layer->weight_offset + in * layer->stride + out] = (float)*values++;
        for (size_t out = 0; out < (size_t)layer->out; out++)
            padded[layer->bias_offset + out] = (float)*values++;
    }
    if (model->log_sigma_offset > 0)
        padded[model->log_sigma_offset] = (float)*values;
}
