// Ink's fitting: the box around it is brought to 20x20 of the 28x28 pixels, its centre of mass to their middle, as
// MNIST's digits are. Lines too thin to be seen there are made thicker.
//
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include "data/ink.h"

// ink: (height, width), 0 none .. 1. Fills out->raster and adds to the notices; out->threshold is for the sentence.
// False where no ink is left, or no memory.
bool ink_fit(const float *ink, int width, int height, const char *name, InkResult *out, Error *error);
