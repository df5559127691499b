// The optimizers. Compiled once per instruction set: the loops are plain and the compiler makes vectors of them.
// To add one: a function here and a row in the table at the end.
#include "optimizer.h"

#include <math.h>

#include "kernel.h"
#include "vector.h"

static float keep_rate(float lr, int64_t step)
{
    (void)step;
    return lr;
}

// Kingma and Ba, 2015, as Keras writes it: epsilon outside the bias correction.
static float correct_bias(float lr, int64_t step)
{
    return (float)(lr * sqrt(1.0 - pow(0.999, (double)step)) / (1.0 - pow(0.9, (double)step)));
}

static void update_adam(float *restrict w, float *restrict m, float *restrict v, const float *restrict g, size_t n,
                        float scale, float rate)
{
    for (size_t i = 0; i < n; i++) {
        const float slope = g[i] * scale;
        m[i] += 0.1f * (slope - m[i]); // 1.0f - 0.999f would be off by 1e-5 of itself
        v[i] += 0.001f * (slope * slope - v[i]);
        w[i] -= rate * m[i] / (sqrtf(v[i]) + 1e-7f);
    }
}

// Zeiler, 2012: rho 0.95, epsilon 1e-7. m holds the mean of squared updates, v that of squared gradients.
static void update_adadelta(float *restrict w, float *restrict m, float *restrict v, const float *restrict g, size_t n,
                            float scale, float rate)
{
    for (size_t i = 0; i < n; i++) {
        const float slope = g[i] * scale;
        v[i] = 0.95f * v[i] + 0.05f * slope * slope;
        const float update = slope * sqrtf(m[i] + 1e-7f) / sqrtf(v[i] + 1e-7f);
        m[i] = 0.95f * m[i] + 0.05f * update * update;
        w[i] -= rate * update;
    }
}

// Momentum 0.9 as Keras writes it (the velocity carries the learning rate).
static void update_sgd(float *restrict w, float *restrict m, float *restrict v, const float *restrict g, size_t n,
                       float scale, float rate)
{
    (void)v;
    for (size_t i = 0; i < n; i++) {
        m[i] = 0.9f * m[i] - rate * (g[i] * scale);
        w[i] += m[i];
    }
}

// SGD's default rate is high because the loss is a mean over 784 pixels: each weight's gradient is small.
static const Optimizer rows[] = {
    {"adam", "Adam", "beta1 0.9, beta2 0.999, epsilon 1e-7", 1e-3f, correct_bias, update_adam},
    {"adadelta", "Adadelta", "rho 0.95, epsilon 1e-7", 1.0f, keep_rate, update_adadelta},
    {"sgd", "SGD", "momentum 0.9", 1.0f, keep_rate, update_sgd},
};

const OptimizerTable PER_ISA(optimizer_table) = {rows, sizeof rows / sizeof *rows};
