// What is drawn of a mean and a variance, and what that costs.
#include "models/sample.h"

#include <math.h>
#include <string.h>

#include "models/layer_kinds.h"
#include "random.h"

static size_t units_of(const Layer *layer) { return (size_t)layer->to.channels; }

void sample_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    (void)parameters, (void)scratch;
    memset(z, 0, (size_t)rows * layer->to.stride * sizeof *z);
    for (int row = 0; row < rows; row++, x += layer->from.stride, z += layer->to.stride)
        memcpy(z, x, units_of(layer) * sizeof *z);
}

// Two independent numbers of N(0, 1) (Box and Muller, 1958).
static void draw_pair(Random *random, float pair[2])
{
    const double radius = sqrt(-2.0 * log1p(-random_uniform(random)));
    const double angle = 2.0 * 3.14159265358979323846 * random_uniform(random);
    pair[0] = (float)(radius * cos(angle));
    pair[1] = (float)(radius * sin(angle));
}

void sample_draw(const Layer *layer, const float *x, int rows, const uint64_t *keys, float *z)
{
    const size_t units = units_of(layer);
    memset(z, 0, (size_t)rows * layer->to.stride * sizeof *z);
    for (int row = 0; row < rows; row++, x += layer->from.stride, z += layer->to.stride) {
        Random random = {keys[row]};
        float pair[2];
        for (size_t i = 0; i < units; i++) {
            if (i % 2 == 0)
                draw_pair(&random, pair);
            z[i] = x[i] + expf(0.5f * x[units + i]) * pair[i % 2];
        }
    }
}

// z - mean is e^(logvar / 2) eps, of which the slope along logvar is a half.
void sample_backward(const Layer *layer, const LayerBackward *pass)
{
    const size_t units = units_of(layer);
    if (!pass->upstream)
        return;
    memset(pass->upstream, 0, (size_t)pass->rows * layer->from.stride * sizeof *pass->upstream);
    for (size_t row = 0; row < (size_t)pass->rows; row++) {
        const float *x = pass->x + row * layer->from.stride, *z = pass->z + row * layer->to.stride;
        const float *slope = pass->slope + row * layer->to.stride;
        float *upstream = pass->upstream + row * layer->from.stride;
        for (size_t i = 0; i < units; i++) {
            upstream[i] = slope[i];
            upstream[units + i] = slope[i] * 0.5f * (z[i] - x[i]);
        }
    }
}

void sample_add_kl(const Layer *layer, const float *x, int rows, double *kl)
{
    const size_t units = units_of(layer);
    for (int row = 0; row < rows; row++, x += layer->from.stride)
        for (size_t i = 0; i < units; i++) {
            const double mean = (double)x[i], logvar = (double)x[units + i];
            kl[i] += 0.5 * (mean * mean + expm1(logvar) - logvar);
        }
}

double sample_sum_kl(const Layer *layer, const float *x, int rows)
{
    double kl[LAYER_COUNT_MAX] = {0}, sum = 0.0;
    sample_add_kl(layer, x, rows, kl);
    for (size_t i = 0; i < units_of(layer); i++)
        sum += kl[i];
    return sum;
}

void sample_add_kl_slope(const Layer *layer, const float *x, int rows, float weight, float *upstream)
{
    const size_t units = units_of(layer);
    for (int row = 0; row < rows; row++, x += layer->from.stride, upstream += layer->from.stride)
        for (size_t i = 0; i < units; i++) {
            upstream[i] += weight * x[i];
            upstream[units + i] += weight * 0.5f * expm1f(x[units + i]);
        }
}
