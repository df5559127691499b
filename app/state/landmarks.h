// Landmarks: what a loss is compared with: figures that tell what a curve's height means. Thread: pure functions.
#pragma once
#include "state/frame.h"

typedef struct Landmark {
    const char *key, *name, *brief; // in JSON and of its words; on screen, and where there is little room
    bool is_right;                  // its label stands at the right, where the curves have left that height
    bool is_above;                  // and above its line, which is where curves end
    double loss;
} Landmark;

enum { LANDMARKS_MAX = 3 };

// Those of the loss whose curves are shown, from the highest; none before the data is there. Returns how many.
int landmarks_list(const Frame *frame, Landmark landmarks[LANDMARKS_MAX]);
