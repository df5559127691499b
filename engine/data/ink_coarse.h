// Ink's coarse picture: a photograph of at most some hundred pixels a side, on which its ground is looked for.
//
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include "data/ink_ground.h"

typedef struct InkCoarse {
    int width, height, margin; // the margin, which is also the widest window's radius, included
    int inner_width, inner_height;
    float *grey, *low, *high, *ground, *spare; // (height, width)
    int *queue;                                // what working on it takes
} InkCoarse;

// grey: (height, width) of the whole picture. False where memory is short; ink_coarse_free also then, and on a zeroed
// one.
bool ink_coarse_init(InkCoarse *c, const float *grey, int width, int height);
void ink_coarse_free(InkCoarse *c);

// Whether the ink is darker than its ground, as it looks within radius.
bool ink_coarse_is_dark(const InkCoarse *c, int radius);

// The ground without what is narrower than the window of that radius.
void ink_coarse_wipe(const InkCoarse *c, int radius, bool is_dark);

// The same without what is narrow on either side: high, without ink; ground, of that without what is narrow and not
// ink.
void ink_coarse_level(const InkCoarse *c, int radius, bool is_dark);

// Of the last ground: the sum of strengths that are at least `from`, and the strongest.
double ink_coarse_sum(const InkCoarse *c, bool is_dark, float from, float *strongest);

// The last ground on the picture's own pixels, (height, width).
void ink_coarse_enlarge(const InkCoarse *c, float *ground, int width, int height);
