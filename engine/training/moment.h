// Moment: what a model was at one step of its training.
//
// Thread: its weights are immutable, and whoever holds it may read it on any thread.
#pragma once
#include <stdatomic.h>

#include "measuring/metrics.h"
#include "models/model.h"

enum { MOMENTS_MAX = 64 }; // that a model keeps, the newest not counted

typedef struct Moment {
    int64_t step;
    int64_t serial;           // of its weights, as a snapshot's (trainer.h)
    Model model;              // its own copy: a moment may outlive the model in the bank
    float *parameters;        // (model.parameter_count)
    _Atomic bool is_measured; // once true, test holds the figures over the whole test set
    Metrics test;
    _Atomic int holders;
} Moment;

void moment_hold(Moment *moment);
void moment_release(Moment *moment); // the last one frees it; NULL is allowed
