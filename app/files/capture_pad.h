// Capture pad: a drawing as text, in a picture's settings and in a link: the bytes of its raster, 28x28 or 112x112, top
// row first, deflated, in base64 for URLs without padding. Thread: no state; any thread.
#pragma once
#include "state/pad.h"

// False where it is longer than size bytes with the 0, or memory is short.
bool capture_pack_drawing(const PadState *pad, char *code, size_t size);

// The other way; out is then a drawing of nobody's digit. False where code is none: out is untouched.
bool capture_unpack_drawing(const char *code, PadState *out);
