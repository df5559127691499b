// Time axis: batches from left to right, logarithmic: the first epoch is most of the story, and has room. The curves
// and the timeline share it. Thread: pure functions.
#pragma once
#include "state/frame.h"

typedef struct TimeAxis {
    float x, w;      // pixels
    double last;     // step at its right end, 1 or more
    double an_epoch; // in steps
} TimeAxis;

TimeAxis time_axis_make(const Frame *frame, float x, float w); // up to the goal's epochs, or the newest step
float time_axis_x(const TimeAxis *axis, double step);
