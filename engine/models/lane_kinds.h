// What the kinds of stages share: the table's rows are in lane.c, what they compute in lane_*.c.
// Internal to the engine.
#pragma once
#include "models/lane.h"

typedef struct StageForward {
    const float *parameters, *x;
    const Activation *hidden;
    int rows; // images
    const StageArrays *arrays;
    float *scratch;
} StageForward;

typedef void ForwardStage(const Stage *stage, const StageForward *pass);
typedef void BackwardStage(const Stage *stage, const StageBackward *pass);

ForwardStage lane_conv_forward, lane_unconv_forward;
BackwardStage lane_conv_backward, lane_unconv_backward;

// How far a convolution reaches over the edges of what it is given, and backward, of its slopes.
Margin lane_conv_reach(const Layer *layer, bool is_of_slope);
size_t lane_conv_scratch(const Stage *stage);

// Where a row of pixels of a channel stands.
static inline size_t grid_row(const Grid *grid, int channel, int y)
{
    return grid->origin + (size_t)channel * grid->plane + (size_t)y * grid->pitch;
}

static inline size_t grid_line(const Grid *grid) { return (size_t)grid->width * LANE_IMAGES; } // floats of a row
