// Extras: what train and eval measure besides once they are done, some of it where an option asks for it, in the JSON
// that they print.
//
// To add one: a row in extras.c with its functions. Thread: the main thread.
#pragma once
#include "commands/commands.h"

// What is measured, all borrowed.
typedef struct ExtrasInput {
    const Options *options;
    const Dataset *dataset;
    int images; // the first so many of the training images are what the model is of
    const Model *model;
    const float *parameters;
    Pool *pool;
} ExtrasInput;

// Adds it to report, which has "test". False where memory is short.
bool extras_add(json_t *report, const ExtrasInput *input, Error *error);
