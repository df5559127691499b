// A model's tensors as its files have them, which saving and reading share. Part of model.h's implementation.
//
// Thread: no state; any thread.
#pragma once
#include "models/model.h"
#include "models/safetensors.h"

// Fills file's tensors, a weight and a bias for each layer in order: names and shapes, values (NULL where memory is)
// carved from memory.
void model_list_tensors(const Model *model, SafetensorsFile *file, float *memory);
