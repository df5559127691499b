// Animation: pictures in a row as an animated WebP (libwebp, lossless: text stays sharp, and what does not change from
// frame to frame costs nothing). Memory does not depend on how many there are. Thread: any; no state outside an
// Animation.
#pragma once
#include <stdint.h>

#include "engine.h"

typedef struct Animation Animation;

// Begins the file `path`, which is written whole or not at all (new_file.h). NULL on failure.
Animation *animation_create(const char *path, Naming naming, int width, int height, Error *error);

// NULL is allowed. Where animation_finish was not called, or failed, nothing of the file is left.
void animation_destroy(Animation *animation);

// rgba (height, width, 4), top row first, alpha ignored; shown for so long, 1 ms or more.
bool animation_add(Animation *animation, const uint8_t *rgba, int duration_ms, Error *error);

// Ends the file after what was added so far, one frame or more, with `json` in a chunk "JSON" of its own. Only
// animation_destroy may follow.
bool animation_finish(Animation *animation, const char *json, Error *error);
