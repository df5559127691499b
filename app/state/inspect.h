// Inspect: the figures of one pixel, for its panel and for JSON. Thread: pure functions.
#pragma once
#include "state/frame.h"

// What one model does at the inspected pixel.
typedef struct InspectSide {
    float z, p;
    float loss[LOSS_COUNT], slope[LOSS_COUNT]; // slope: dL/dz through the model's own output activation
    float excess[LOSS_COUNT];                  // loss minus its floor
    bool has_set;                              // the rest is known, else NaN: over the whole test set
    float mean_p, mean_error, dead_share;      // mean_error: mean_p minus the mean target
} InspectSide;

typedef struct InspectFigures {
    int digit; // the test digit that it is of; -1: the drawing
    int row, column;
    float t; // as it is shown, or as it was dragged
    bool is_dragged;
    double floor;                      // H(t)
    float below, above;                // t - 0.1 and t + 0.1
    double excess_below, excess_above; // BCE there minus H(t); NaN outside [0, 1]
    float mean_t;
    InspectSide sides[SIDE_COUNT];
} InspectFigures;

// Of the digit on the pad where the scene is a stage, else of the page's first.
InspectFigures inspect_figures(const Frame *frame);

// The losses that are shown there, in the table's order: the first LOSSES_SHOWN, and what A and B train with. Returns
// how many.
int inspect_list_losses(const Frame *frame, int losses[LOSS_COUNT]);

// The pixel of the page's first digit at which B's own loss is largest, or A's where B has none; the brightest of the
// target where neither has. now: a pixel that stays while its loss is nearly as large; -1: none.
int inspect_find_pixel(const Frame *frame, int now);

// Why nothing pulls at a pixel although it misses its target: the output is cut there, or the loss does not see it.
static inline bool inspect_is_cut(float slope, float p, float t) { return slope == 0.0f && p != t; }

// The settings that a loss is shown with: those of who trains with it, A before B.
LossSettings inspect_settings(const Frame *frame, int loss);

// Of an output p, clipped where the loss's table says so.
float inspect_loss(LossSettings settings, int loss, float p, float t);
