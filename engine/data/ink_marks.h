// Ink's marks: what of a photograph's dark or light places is no ink: dust, the edge of the page, ruled lines.
//
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct InkPiece {
    int area;
    bool is_at_rim; // of the picture
} InkPiece;

// The piece of a mask (height, width) around the pixel `start`, by sides and corners, whose values change from one to
// another. stack: as many as the mask; its pixels stand there afterwards.
InkPiece ink_flood(uint8_t *mask, int width, int height, int start, uint8_t from, uint8_t to, int *stack);

// mask: (height, width), 1 where there may be ink; becomes 0 where there is none. False where memory is short.
bool ink_keep_marks(uint8_t *mask, int width, int height);
