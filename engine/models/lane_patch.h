// Patches: convolutions of 3 x 3 between many channels, with fewer multiplications (PatchKind in kernel.h), over lanes.
// What is made of pictures and weights on the way costs the more the fewer channels there are.
//
// Internal to the engine. Thread: pure.
#pragma once
#include "models/lane.h"

bool patch_fits(const Layer *layer);      // else lane_window.h
size_t patch_scratch(const Layer *layer); // floats

// How far patches reach over the edges of x, or of dL/dz.
Margin patch_reach(const Layer *layer, bool is_of_slope);

// Some rows, an even number, of some channels of what is made: (channels, rows, pitch), row 0 is row y of the picture
// and may lie above it, as the last ones may lie below; in each row the picture's pixels begin at `left`.
typedef struct PatchStrip {
    int channel, channels, y, rows;
    size_t pitch, left; // floats
    float *values;
} PatchStrip;

typedef void TakeStrip(void *context, const PatchStrip *strip);

void patch_forward(const Layer *layer, const float *parameters, const Grid *x, const float *values, float *scratch,
                   TakeStrip *take, void *context);

// dL/dx, into `upstream`, whose grid is `to`.
void patch_upstream(const Layer *layer, const float *parameters, const Grid *slope, const float *slopes, float *scratch,
                    const Grid *to, float *upstream);

void patch_add_gradient(const Layer *layer, const Grid *x, const float *values, const Grid *slope, const float *slopes,
                        float *gradient, float *scratch);
