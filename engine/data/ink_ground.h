// Ink's ground: what the picture would be without its ink, and how strongly each pixel stands out from it.
//
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include "data/ink.h"

// Strengths: how far a pixel is from its ground towards black (dark ink) or white (light ink), as a share of the way.
typedef struct InkStrengths {
    int width, height;
    float *values; // (height, width) in [0, 1]; owned: free
    bool is_dark;  // the ink is darker than its ground
    bool is_even;  // the ground is one level of grey, exactly
    float peak;    // of the strongest ink
    float noise;   // standard deviation of the ground
} InkStrengths;

// grey: (height, width). False where memory is short.
bool ink_measure(const float *grey, int width, int height, InkInvert invert, InkStrengths *out, Error *error);

// Whether the picture stands on one level of grey: one that most of its rim and a quarter of it have, as only what was
// made on a screen does; or one of the only two that it has.
bool ink_find_level(const float *grey, int width, int height, float *level);

// Whether a small clean picture, such as one of MNIST's, has a light ground: by its rim.
bool ink_is_rim_light(const float *grey, int width, int height);
