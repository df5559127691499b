// Pad: the drawing, with undo. Ink lies on a fine raster and is averaged down to 28x28.
//
// Units: positions are in digit pixels, x to the right and y down, 0 .. 28; the brush radius too.
// Thread: the UI thread.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "engine.h"

enum { PAD_FINE = INK_FINE, PAD_SIDE = DIGIT_SIDE * PAD_FINE, PAD_UNDO_MAX = 128 };

#define PAD_BRUSH_STEP  0.2f // of the radius
#define PAD_BRUSH_FIRST 1.1f // the radius at first

typedef struct PadState {
    uint8_t ink[PAD_SIDE * PAD_SIDE];
    uint8_t exact[DIGIT_PIXELS]; // a loaded digit as it is, while nobody has drawn on it
    bool is_exact;
    int source; // index of the loaded test digit, -1: drawn by hand
} PadState;

typedef struct Pad {
    PadState now;
    PadState *states;     // (PAD_UNDO_MAX + 1), a ring: what undo and redo return to
    int first, count, at; // states[(first + i) % ...], i < count; `at` is the one shown
    int64_t commits;      // how many states were ever added
    bool is_drawing, is_erasing;
    float last_x, last_y;
    float brush;     // radius
    bool is_centred; // the models see it prepared as MNIST's digits were
} Pad;

bool pad_init(Pad *pad, Error *error);
void pad_free(Pad *pad);

void pad_begin_stroke(Pad *pad, float x, float y, bool is_erasing);
void pad_continue_stroke(Pad *pad, float x, float y); // joined to the last point, however far the mouse jumped
void pad_end_stroke(Pad *pad);

bool pad_undo(Pad *pad); // false: nothing to undo
bool pad_redo(Pad *pad);
void pad_forget_undone(Pad *pad);  // something else was done meanwhile: there is no redo
void pad_forget_done(Pad *pad);    // the drawing is what there was at first: there is no undo either
void pad_forget_sources(Pad *pad); // what was loaded counts as drawn: the set that it is of is gone
void pad_clear(Pad *pad);
// Each pixel any grey, the same for a seed; in the drawing's place.
void pad_draw_noise(uint64_t seed, uint8_t pixels[DIGIT_PIXELS]);
void pad_load_noise(Pad *pad, uint64_t seed);

void pad_load_digit(Pad *pad, const uint8_t pixels[DIGIT_PIXELS], int source);
void pad_load_ink(Pad *pad, const InkResult *ink); // what was found in a picture

void pad_load_state(Pad *pad, const PadState *state); // a drawing, as it was

bool pad_is_empty(const Pad *pad);
void pad_read_drawn(const Pad *pad, float values[DIGIT_PIXELS]); // as drawn, [0, 1]
void pad_read_input(const Pad *pad, float values[DIGIT_PIXELS]); // as the models see it
