// Activation functions: p = f(z), of the hidden layers and of the output.
//
// To add one: a row and a small function in activation_functions.h; everything else follows that list. Thread: constant
// tables; any thread.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "kernels/activation_functions.h"

struct LanePool;

typedef struct Activation {
    const char *key;     // as in a model spec
    const char *label;   // as on a button
    const char *formula; // the term of art's
    const char *what;    // what it is, one line for a beginner; no figure that holds for one data set alone
    const char *look;    // what to look for, one line
    bool is_of_picture;  // p depends on the whole picture: apply wants z less ln of the sum of e^z over it
    // value[i] = f(z[i]), slope[i] = f'(z[i]) for i < n; the arrays are the same or do not overlap. slope may not be
    // NULL.
    void (*apply)(const float *z, float *value, float *slope, size_t n);
    void (*pool)(const struct LanePool *rows); // of hidden layers: f of two rows of pixels, pooled (kernel.h)
} Activation;

typedef enum ActivationRole { OUTPUT_ACTIVATION, HIDDEN_ACTIVATION } ActivationRole;

int activation_count(ActivationRole role);
const Activation *activation_get(ActivationRole role, int index); // index < activation_count(role)
int activation_find(ActivationRole role, const char *key);        // -1 if absent
