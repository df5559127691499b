// Patches: where those of a layer lie, and what their rows of terms are made of; shared by lane_patch.c, which does the
// work, and lane_patch_plan.c. Internal to the engine. Thread: any.
#pragma once
#include "models/lane_patch.h"

enum { CHUNK_LEAST = 4, CHUNK_MOST = 64 }; // patches worked on together

// Which rows of a patch, and their factors, make a row of terms; all of it in turn_input and turn_slope (patch_isa.c)
// is the same for columns.
typedef struct Mix {
    int rows[PATCH_ROWS];
    float factors[PATCH_ROWS];
} Mix;

typedef struct PatchMake {
    int terms, inputs, step, outputs; // inputs: pixels of a patch of x; step: from patch to patch; outputs: of z
    Mix input[PATCH_TERMS], slope[PATCH_TERMS];
} PatchMake;

extern const PatchMake patch_makes[]; // by kind; slopes where they make gradients; PATCH_HALVED has no outputs

typedef struct PatchAxis {
    int first;   // x's row where the first patch begins
    int z_first; // z's
    int count;
    int in, out;
} PatchAxis;

typedef struct Patches {
    PatchKind kind;
    PatchAxis rows, columns;
    int chunk;          // rows of patches worked on together
    size_t line, plane; // floats: of a row of patches, of a chunk of them
    int terms, outputs;
    int in, out; // channels
} Patches;

// Of chunks of at least so many patches; plain: of which kind they are where pixels are not doubled.
Patches patches_of(const Layer *layer, PatchKind plain, int least);

// Those of dL/dz that make dL/dx.
Patches turned_patches_of(const Layer *layer);
