// The optimizers. Compiled once per instruction set (vector.h).
// To add one: its step on a Vec, APPLY, and a row in the table at the end.
#include "kernels/optimizer.h"

#include <math.h>

#include "kernels/kernel_parts.h"
#include "kernels/vector.h"

typedef struct State {
    Vec w, m, v; // a parameter and what the optimizer remembers of it
} State;

// Kingma and Ba, 2015, as Keras writes it: epsilon outside the bias correction, which is part of the rate.
INLINE State adam(State s, Vec g, float rate)
{
    s.m += 0.1f * (g - s.m); // 1.0f - 0.999f would be off by 1e-5 of itself
    s.v += 0.001f * (g * g - s.v);
    s.w -= rate * s.m * vec_reciprocal(vec_sqrt(s.v) + 1e-7f);
    return s;
}

static float correct_bias(float lr, int64_t step)
{
    return (float)(lr * sqrt(1.0 - pow(0.999, (double)step)) / (1.0 - pow(0.9, (double)step)));
}

// Zeiler, 2012: rho 0.95, epsilon 1e-7. m holds the mean of squared updates, v that of squared gradients.
INLINE State adadelta(State s, Vec g, float rate)
{
    s.v = 0.95f * s.v + 0.05f * g * g;
    const Vec update = g * vec_sqrt(s.m + 1e-7f) * vec_reciprocal(vec_sqrt(s.v + 1e-7f));
    s.m = 0.95f * s.m + 0.05f * update * update;
    s.w -= rate * update;
    return s;
}

// Momentum 0.9 as Keras writes it (the velocity carries the learning rate).
INLINE State sgd(State s, Vec g, float rate)
{
    s.m = 0.9f * s.m - rate * g;
    s.w += s.m;
    return s;
}

static float keep_rate(float lr, int64_t step)
{
    (void)step;
    return lr;
}

// x - x is 0 for every finite x and NaN for all others, and a sum keeps a NaN.
#define APPLY(step)                                                                                                    \
    static bool apply_##step(float *w, float *m, float *v, const float *g, size_t n, float scale, float rate)          \
    {                                                                                                                  \
        Vec bad = {0};                                                                                                 \
        size_t i = 0;                                                                                                  \
        for (; i + LANES <= n; i += LANES) {                                                                           \
            const State s =                                                                                            \
                step((State){vec_load(w + i), vec_load(m + i), vec_load(v + i)}, vec_load(g + i) * scale, rate);       \
            vec_store(w + i, s.w);                                                                                     \
            vec_store(m + i, s.m);                                                                                     \
            vec_store(v + i, s.v);                                                                                     \
            bad += (s.w - s.w) + (s.v - s.v);                                                                          \
        }                                                                                                              \
        if (i < n) {                                                                                                   \
            const size_t rest = n - i;                                                                                 \
            const State s =                                                                                            \
                step((State){vec_load_part(w + i, rest), vec_load_part(m + i, rest), vec_load_part(v + i, rest)},      \
                     vec_load_part(g + i, rest) * scale, rate);                                                        \
            vec_store_part(w + i, s.w, rest);                                                                          \
            vec_store_part(m + i, s.m, rest);                                                                          \
            vec_store_part(v + i, s.v, rest);                                                                          \
            bad += (s.w - s.w) + (s.v - s.v);                                                                          \
        }                                                                                                              \
        return vec_sum(bad) == 0.0f;                                                                                   \
    }

APPLY(adam)
APPLY(adadelta)
APPLY(sgd)

// SGD's default rate is high because the loss is a mean over 784 pixels: each weight's gradient is small.
static const Optimizer rows[] = {
    {"adam", "Adam", "beta1 0.9, beta2 0.999, epsilon 1e-7",
     "Each weight gets a step of its own length, from the slopes that it had before.",
     "Gets there first; watch the curve.", 1e-3f, true, correct_bias, apply_adam},
    {"adadelta", "Adadelta", "rho 0.95, epsilon 1e-7",
     "Finds the length of each step by itself, from the steps before.",
     "Compare its curve with Adam's at the same epoch.", 1.0f, true, keep_rate, apply_adadelta},
    {"sgd", "SGD", "momentum 0.9", "Every weight goes down its slope by the same rule, with some swing.",
     "It wants a large learning rate: the slope of a single pixel is small.", 1.0f, false, keep_rate, apply_sgd},
};

const OptimizerTable PER_ISA(optimizer_table) = {rows, sizeof rows / sizeof *rows};
