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

// Some rows and columns, an even number each, of some channels of what is made: (channels, rows, pitch), of which the
// first pixel is the picture's at (y, x). They may lie beyond its edges.
typedef struct PatchStrip {
    int channel, channels, y, rows, x, columns;
    size_t pitch; // floats
    float *values;
} PatchStrip;

// Of a strip's rows, what lies in a picture of that width: columns [x, x + width), of which the first is the strip's
// pixel `left`.
typedef struct PatchSpan {
    int x, width;
    size_t left; // floats
} PatchSpan;

static inline PatchSpan patch_span(const PatchStrip *strip, int width)
{
    const int x = strip->x > 0 ? strip->x : 0, end = strip->x + strip->columns;
    return (PatchSpan){.x = x, .width = (end < width ? end : width) - x, .left = (size_t)(x - strip->x) * LANE_IMAGES};
}

typedef void TakeStrip(void *context, const PatchStrip *strip);

void patch_forward(const Layer *layer, const float *parameters, const Grid *x, const float *values, float *scratch,
                   TakeStrip *take, void *context);

// dL/dx, into `upstream`, whose grid is `to`.
void patch_upstream(const Layer *layer, const float *parameters, const Grid *slope, const float *slopes, float *scratch,
                    const Grid *to, float *upstream);

void patch_add_gradient(const Layer *layer, const Grid *x, const float *values, const Grid *slope, const float *slopes,
                        float *gradient, float *scratch);
