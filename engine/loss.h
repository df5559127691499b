// Losses per pixel: BCE, MSE, MAE. A model's loss is their mean over the pixels, then over the batch, as Keras and
// PyTorch report it.
//
// To add one: its functions in loss_functions.h and a row in loss.c; trainer, heatmaps, buttons, command line and tests
// follow the table. Thread: constant tables; any thread.
#pragma once
#include <stddef.h>

// Training's fused form, in kernel.h: internal to the engine.
struct OutputPass;
typedef double TrainOutput(const struct OutputPass *pass);

enum { LOSS_BCE, LOSS_MSE, LOSS_MAE, LOSS_COUNT };

typedef struct Loss {
    const char *key;     // as in a model spec
    const char *label;   // as on a button
    const char *formula; // as in a tooltip
    // For i < n: value[i] = L(p[i], t[i]) and slope[i] = dL/dp. In place (value == p or slope == p) is allowed.
    void (*apply)(const float *p, const float *t, float *value, float *slope, size_t n);
    // The same from the logit of a sigmoid, slope[i] = dL/dz, where a form without overflow and clipping exists; else
    // NULL.
    void (*apply_logit)(const float *z, const float *t, float *value, float *slope, size_t n);
    TrainOutput *const *train; // by output activation
} Loss;

const Loss *loss_get(int index); // index < LOSS_COUNT
int loss_find(const char *key);  // -1 if absent

// H(t) = -(t ln t + (1-t) ln(1-t)), the least BCE that a target t allows; 0 at 0 and 1. In nats.
double loss_bce_floor(double t);
