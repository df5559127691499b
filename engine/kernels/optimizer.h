// Optimizers: how a gradient changes the parameters.
//
// To add one: a small function and a row in optimizer_isa.c; trainer, buttons, command line and tests follow the table.
// Thread: constant tables; any thread.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Optimizer {
    const char *key;     // as in a model spec
    const char *label;   // as on a button
    const char *formula; // the term of art's
    const char *what;    // what it is, one line for a beginner; no figure that holds for one data set alone
    const char *look;    // what to look for, one line
    float default_lr;    // where a spec names no lr; right for a mean over the pixels
    bool hides_scale;    // a factor before the loss changes no step, but for epsilon's part
    // The rate of one step from the spec's lr; step counts from 1.
    float (*find_rate)(float lr, int64_t step);
    // One update of n parameters w from their gradient, g times scale. m and v are the optimizer's two state arrays,
    // zeros before the first step. False where a parameter is no longer finite.
    bool (*update)(float *w, float *m, float *v, const float *g, size_t n, float scale, float rate);
} Optimizer;

int optimizer_count(void);
const Optimizer *optimizer_get(int index);
int optimizer_find(const char *key); // -1 if absent
