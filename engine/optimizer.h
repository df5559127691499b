// Optimizers: how a gradient changes the parameters.
//
// To add one: a small function and a row in optimizer.c; trainer, buttons, command line and tests follow the table.
// Thread: constant tables; any thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct Optimizer {
    const char *key;     // as in a model spec
    const char *label;   // as on a button
    const char *formula; // as in a tooltip
    float default_lr;    // where a spec names no lr
    // One update of n parameters w from their gradient g. m and v are the optimizer's two state arrays, zeros before
    // the first step; step counts from 1.
    void (*update)(float *w, float *m, float *v, const float *g, size_t n, float lr, int64_t step);
} Optimizer;

int optimizer_count(void);
const Optimizer *optimizer_get(int index);
int optimizer_find(const char *key); // -1 if absent
