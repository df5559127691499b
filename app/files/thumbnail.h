// Thumbnail: a picture made small for the window. Thread: pure functions.
#pragma once
#include "state/toast.h"

// rgba (height, width, 4), top row first, becomes texels (THUMB_TILES, 28, 28): each the mean of what it covers; where
// the picture is not 16:9 the rest is `ground`.
void thumbnail_make(const uint8_t *rgba, int width, int height, Color ground, Texel texels[THUMB_TILES * DIGIT_PIXELS]);
