// Mixed figures: where the slider of the targets is not at 0, the figures over all test digits are of those targets,
// too: they are asked for, and take the place of the others in the frame's snapshots once they are known.
//
// Views that decide by rules (claims, lessons) and the code keep those of the targets as they are: Frame.figures_mix
// says which. Thread: the UI thread; the training thread measures.
#pragma once
#include "state/frame.h"

typedef struct App App; // state/app.h, which holds it

// Of one model on show.
typedef struct MixedModel {
    Spec spec;
    int64_t serial; // of the weights that figures are of
    int64_t step;
    MixedFigures figures;
    Snapshot snapshot; // of this frame
} MixedModel;

typedef struct MixedRun {
    MixedModel models[MODELS_MAX];
} MixedRun;

void mixed_compose(App *app, Frame *frame); // behind the moments that are looked at, before what shows figures
