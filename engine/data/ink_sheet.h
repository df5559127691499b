// Ink's sheet: in a photograph of a page on a table, or of a board on a wall, what the ink lies on. It is clearly
// lighter than what lies around it and bears dark ink, or darker and bears light ink.
//
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include "data/ink_coarse.h"

typedef struct InkSheet {
    const InkCoarse *c;
    int width, height; // the coarse picture's without its margin, as all that follows is
    uint8_t *mask;     // 1 where the sheet is
    float *ground;     // of the sheet; around it once it is taken
    bool is_dark;      // its ink
    double ink;        // how strongly that stands out; 0: no sheet is found
    uint8_t *tried;    // what working on it takes
    int *stack;
    int area;
} InkSheet;

// The coarse picture is borrowed until ink_sheet_free; what it works on is overwritten. False where memory is short.
bool ink_sheet_init(InkSheet *sheet, const InkCoarse *coarse);
void ink_sheet_free(InkSheet *sheet); // also fine on a zeroed one

// Looks for one that bears ink of that side; the one with more ink stays.
void ink_sheet_try(InkSheet *sheet, bool is_dark);

// The ground of the one that is found goes on outwards from it. False where there is none.
bool ink_sheet_take(InkSheet *sheet);
