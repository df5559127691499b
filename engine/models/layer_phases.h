// Phases of a convolution: where its windows lie over a picture that `up` doubles before it (Layer.scale 2), no pixel
// is made twice. At an even row of z the window's rows lie over other rows of the small picture than at an odd one,
// some of them two by two over the same, so that their weights are added first. Even and odd rows and columns are four
// phases, each a convolution of its own: of 3 x 3 weights four are left. Without `up` there is one phase, the
// convolution.
//
// Internal to the engine. Thread: pure.
#pragma once
#include "models/layer.h"

enum { SCALE_MAX = 2, PHASES_MAX = SCALE_MAX * SCALE_MAX };

// Rows, or columns. Of the phase of z's rows scale r + phase the window's row i lies over row step r + axis_tap of x.
typedef struct Axis {
    int scale, step, side;
    int before;                             // zeros before the picture that the window slides over
    int in, out;                            // rows of x and z
    int first[SCALE_MAX], count[SCALE_MAX]; // taps of a phase: first, first + 1, ...
    int size[SCALE_MAX];                    // rows of z in a phase
} Axis;

int axis_tap(const Axis *axis, int phase, int i);

// Weights of phases are (terms, stride), as a layer's are: of a phase (channels of x, rows, columns of its taps).
typedef struct Phases {
    Axis rows, columns;
    int count;
    size_t terms[PHASES_MAX + 1]; // rows of weights before a phase
} Phases;

// small: what the windows make of the other picture: z, or of a convolution that is turned round, x.
Phases phases_of(const Layer *layer, const Shape *large, const Shape *small);

static inline int row_phase(const Phases *phases, int phase) { return phase / phases->rows.scale; }
static inline int column_phase(const Phases *phases, int phase) { return phase % phases->rows.scale; }
static inline size_t phases_terms(const Phases *phases, int phase)
{
    return phases->terms[phase + 1] - phases->terms[phase];
}

size_t phases_scratch(const Phases *phases, const Layer *layer); // floats of weights: 0 where they are the layer's own

// The weights of all phases: own where there is one, else sums of them in `sums`; and on top of own what is in sums.
const float *phases_sum_weights(const Phases *phases, const Layer *layer, const float *own, float *sums);
void phases_add_gradient(const Phases *phases, const Layer *layer, const float *sums, float *own);
