// Ink's ground: what the picture would be without its ink, and how strongly each pixel stands out from it.
//
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include <math.h>

#include "data/ink.h"
#include "job.h"

// Strengths: how far a pixel is from its ground towards black (dark ink) or white (light ink), as a share of the way.
typedef struct InkStrengths {
    int width, height;
    float *values; // (height, width) in [0, 1]; owned: free
    bool is_dark;  // the ink is darker than its ground
    bool is_even;  // the ground is one level of grey, exactly
    bool is_sheet; // what lies around a sheet was left out (ink_sheet.h)
    float peak;    // of the strongest ink
    float noise;   // standard deviation of the ground
} InkStrengths;

#define INK_LEAST_WAY 0.04f // in the dark nothing can be told

static inline float ink_strength(float grey, float ground, bool is_dark)
{
    const float away = is_dark ? ground - grey : grey - ground, way = is_dark ? ground : 1.0f - ground;
    return away <= 0.0f ? 0.0f : fminf(1.0f, away / fmaxf(way, INK_LEAST_WAY));
}

// grey: (height, width), borrowed until it is freed. NULL where memory is short. Owned by the caller.
typedef struct InkMeasuring InkMeasuring;
InkMeasuring *ink_measuring_create(const float *grey, int width, int height, InkInvert invert);
void ink_measuring_free(InkMeasuring *measuring); // also fine on NULL

// A step, some ms for the largest picture. DONE: *out is there; FAILED: memory is short; it ends with either.
JobTurn ink_measuring_advance(InkMeasuring *measuring, InkStrengths *out);

// Whether the picture stands on one level of grey: one that most of its rim and a quarter of it have, as only what was
// made on a screen does; or one of the only two that it has.
bool ink_find_level(const float *grey, int width, int height, float *level);

// Whether a small clean picture, such as one of MNIST's, has a light ground: by its rim.
bool ink_is_rim_light(const float *grey, int width, int height);
