// Code workers: what each thread of a pool needs to itself to encode the images of a set, a tile at a time.
//
// Internal to the engine. Thread: each worker belongs to one thread of a run; creating and freeing to the caller's.
#pragma once
#include "data/dataset.h"
#include "kernels/kernel.h"
#include "models/model_layers.h"

typedef struct CodeWorker {
    Workspace workspace;
    float *codes; // (TILE_ROWS, code_units(model))
    uint64_t lit[DIGIT_PIXELS / QUAD];
} CodeWorker;

// NULL where memory is short. Owned by the caller: code_workers_destroy.
CodeWorker *code_workers_create(const Model *model, int count);
void code_workers_destroy(CodeWorker *workers, int count); // NULL is allowed

// The codes of `rows` images from `first` on, at most TILE_ROWS, into worker->codes; of a code that is drawn its means.
void code_worker_encode(CodeWorker *worker, const Model *model, const float *parameters, const ImageSet *set, int first,
                        int rows);
