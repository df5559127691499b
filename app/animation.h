// Animation: pictures in a row as an animated WebP (libwebp, lossless: text stays sharp, and what does not change from
// frame to frame costs nothing). Thread: any; no state outside an Animation.
#pragma once
#include <stdint.h>

#include "engine.h"

typedef struct Animation Animation;

Animation *animation_create(int width, int height, Error *error); // NULL on failure
void animation_destroy(Animation *animation);                     // NULL is allowed

// rgba (height, width, 4), top row first, alpha ignored; shown for so long.
bool animation_add(Animation *animation, const uint8_t *rgba, int duration_ms, Error *error);

// Writes what was added so far, one frame or more, with `json` in a chunk "JSON" of its own.
bool animation_write(Animation *animation, const char *path, Naming naming, const char *json, Error *error);
