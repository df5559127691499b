// Ink's marks: what of a photograph's dark or light places is no ink: dust, the edge of the page, ruled lines.
//
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// mask: (height, width), 1 where there may be ink; becomes 0 where there is none. False where memory is short.
bool ink_keep_marks(uint8_t *mask, int width, int height);
