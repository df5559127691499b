// Foreign: a model in a .safetensors file, whoever wrote it: losslens, PyTorch, Keras.
//
// Dense layers are found by the shapes of its tensors and by the order of their names; what is not needed is left in
// the file. A file may be readable in several ways, as PyTorch has weights, (out, in), and as Keras has them, (in,
// out), or as one of several models that it holds: then who knows what the model is for decides
// (measuring/model_file.h). Thread: one at a time for each Foreign.
#pragma once
#include <stdint.h>

#include "models/model.h"
#include "notices.h"

enum { FOREIGN_READINGS_MAX = 6 };

typedef struct Foreign Foreign;

// Reads the tensors that make a chain of fully connected layers from `pixels` to `pixels`. Strict about the format
// (safetensors.h), in memory that depends on those layers alone. NULL after a sentence that names the tensors that are
// there. name stands for the file in sentences. Layers of other kinds leave no trace of what stands between them: they
// are read where the file has losslens' own metadata, or where said (NULL: nobody says anything) has them, then by the
// shapes of its tensors, PyTorch's, and the order of their names among those of one shape.
Foreign *foreign_open(const char *path, int pixels, const Spec *said, Error *error);
Foreign *foreign_open_bytes(const uint8_t *bytes, size_t size, const char *name, int pixels, Error *error);
void foreign_close(Foreign *foreign); // NULL is allowed

const char *foreign_name(const Foreign *foreign); // as sentences show it

// What its metadata say. The spec is that of a model of these tensors: its layers are theirs. False where they say
// none.
bool foreign_find_spec(const Foreign *foreign, Spec *spec);
int64_t foreign_step(const Foreign *foreign); // 0 where they do not say

// In how many ways its tensors can be read, 1 to FOREIGN_READINGS_MAX, what the names say first.
int foreign_reading_count(const Foreign *foreign);
void foreign_set_layers(const Foreign *foreign, int reading, Spec *spec); // those that the tensors have
// model: of those layers. parameters: model->parameter_count, written whole.
void foreign_fill(const Foreign *foreign, int reading, const Model *model, float *parameters);
// Whether a tensor is the logarithm of a learnt spread: nothing but loss=gauss has one.
bool foreign_has_spread(const Foreign *foreign);
// Whether its weights are taken as (in, out).
bool foreign_is_turned(const Foreign *foreign, int reading);
// What was done, and left out, in reading it so.
void foreign_describe(const Foreign *foreign, int reading, Notices *notices);
