// Model file: a model from a .safetensors file of anybody's (models/foreign.h), ready to be used: what the file does
// not say comes from who asks for it, or is guessed.
//
// Thread: no state; any thread.
#pragma once
#include "measuring/guess.h"

typedef struct ModelFile {
    char path[4096]; // where it is, from the root on; empty where that has too long a name
    Model model;
    float *parameters; // (model.parameter_count), owned
    int64_t step;      // as the file says; 0 where it does not
    Notices notices;   // what was done to it
} ModelFile;

// wish: what is known of the model, NULL: nothing. Where the file holds a spec, that of the wish takes its place whole,
// but for layers that it does not name; where it holds none, the keys that the wish names, and the others are guessed
// on the first images of set. Owned by the caller: model_file_free. False after a sentence; out is then zeroed.
bool model_file_load(ModelFile *out, const char *path, const SpecWish *wish, const ImageSet *set,
                     const LoadProgress *progress, Error *error);

// The model of one guess, for who chooses among guess_list's himself.
bool model_file_take(ModelFile *out, const Foreign *foreign, const Spec *spec, int reading, Error *error);

void model_file_free(ModelFile *file); // also fine on a zeroed one
