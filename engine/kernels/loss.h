// Losses per pixel. A model's loss is their mean over the pixels, then over the batch, as Keras and PyTorch report it.
//
// To add one: a row and a small function in loss_functions.h, which also has the enum (LOSS_BCE, ...); everything else
// follows that list. Thread: constant tables; any thread.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "kernels/loss_functions.h"

typedef void ApplyLoss(const float *x, const float *t, LossSettings settings, float *value, float *slope, size_t n);

typedef struct Loss {
    const char *key;     // as in a model spec
    const char *label;   // as on a button
    const char *formula; // the term of art's
    const char *what;    // what it is, one line for a beginner; no figure that holds for one data set alone
    const char *look;    // what to look for, one line
    const char *unit;    // behind the end of its heatmap's scale
    float heat_scale;    // where that scale ends before anybody drags it
    bool has_floor;      // a grey target costs something however it is answered: loss_floor
    bool is_signed;      // it can be below 0, and has no floor
    // For i < n: value[i] = L(p[i], t[i]) and slope[i] = dL/dp. In place (value == p or slope == p) is allowed.
    ApplyLoss *apply;
    // The same from the logit of a sigmoid, slope[i] = dL/dz, where a form without overflow and clipping exists; else
    // NULL.
    ApplyLoss *apply_logit;
} Loss;

const Loss *loss_get(int index); // index < LOSS_COUNT

// The losses to show of a model that trains with `own`, in the table's order: the first LOSSES_SHOWN, and its own.
// Returns how many.
int loss_list_shown(int own, int losses[LOSS_COUNT]);

// H(t) = -(t ln t + (1-t) ln(1-t)), the least BCE that a target t allows; 0 at 0 and 1. In nats.
double loss_bce_floor(double t);

// The same settings with gauss's spread s, by its logarithm.
LossSettings loss_set_sigma(LossSettings settings, double log_sigma);

// ln s of the spread that makes the mean gauss of outputs least, s^2 = MSE, and that mean.
double loss_best_log_sigma(double mse);
double loss_gauss(double mse, double log_sigma); // the mean gauss of outputs of this MSE

// The output from 0 to 1 at which a loss is least for a target t: t itself but for wbce's, weight t / (weight t + 1 -
// t), and that of cb, whose mean is t.
double loss_best_output(int loss, LossSettings settings, double t);

// The least that a target t allows of a loss, whatever the output; 0 where it has no floor.
double loss_floor(int loss, LossSettings settings, double t);
