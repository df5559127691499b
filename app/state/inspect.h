// Inspect: the figures of one pixel, for its panel and for JSON. Thread: pure functions.
#pragma once
#include "state/frame.h"

// What one model does at the inspected pixel of the page's only digit.
typedef struct InspectSide {
    float z, p;
    float loss[LOSS_COUNT], slope[LOSS_COUNT]; // slope: dL/dz through the model's own output activation
    bool has_set;                              // the rest is known: over the whole test set
    float mean_p, dead_share;
} InspectSide;

typedef struct InspectFigures {
    int row, column;
    float t; // as it is shown, or as it was dragged
    bool is_dragged;
    double floor;                      // H(t)
    float below, above;                // t - 0.1 and t + 0.1
    double excess_below, excess_above; // BCE there minus H(t); NaN outside [0, 1]
    float mean_t;
    InspectSide sides[SIDE_COUNT];
} InspectFigures;

InspectFigures inspect_figures(const Frame *frame);

// The losses that are shown there, in the table's order: the first LOSSES_SHOWN, and what A and B train with. Returns
// how many.
int inspect_list_losses(const Frame *frame, int losses[LOSS_COUNT]);

float inspect_loss(int loss, float p, float t); // of an output p, clipped where the loss's table says so
