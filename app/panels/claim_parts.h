// Claim parts: what the cards of the claims' view share, and the picture of each that shows why its verdict is what it
// is.
//
// To add a picture: a function in claim_pictures.c or trial_pictures.c and its row in the table there. Thread: the UI
// thread.
#pragma once
#include "panels/panel.h"

// Into rect, smaller where there is little room. card: of the page on show. Shows the pad's digit, or one of the page
// on which it is seen.
void claim_picture(Panel *panel, int card, Rect rect);
void trial_picture(Panel *panel, int card, Rect rect); // of a trial

// A saying's, and over how many random starts, at the left of rect. Returns its width.
float claim_draw_verdict(Panel *panel, Rect rect, int saying);

// A button that asks for a saying to be measured over seeds; while that goes on it says how far it is, and stops it.
void claim_measure_button(Panel *panel, int saying, Rect rect, const char *label);

enum { CLAIM_ON_PAD = -1 }; // in the place of a cell of the page

// One image, and what stands below it, shorter where there is little room.
typedef struct ClaimTile {
    const float *values; // NULL: there is none yet
    ImageMap map;
    int model; // of the frame's models; -1: of none
    char caption[40], brief[24];
} ClaimTile;

ClaimTile claim_make_picture(const float *values, ImageMap map, const char *caption, const char *brief);

// Beside each other, of four places. digit: a cell of the page, or CLAIM_ON_PAD. Returns the distance from place to
// place; 0: there is no room.
float claim_draw_tiles(Panel *panel, Rect rect, const ClaimTile *tiles, int count, int digit);
float claim_caption_height(const Panel *panel);
