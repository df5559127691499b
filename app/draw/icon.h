// Icon: a digit as two models draw it, the left half in the blue of model A, the right half in the orange of model B.
// The window shows it as pixels; when the program is built, the desktop's SVG is written from the same rows.
//
// A unit is a sixteenth of the side; the digit's pixels are two units wide, so that an icon of 16, 32, 48 or 128 pixels
// cuts none of them. To change the digit: its rows in icon.c.
// Thread: pure functions.
#pragma once
#include "draw/theme.h"

enum { ICON_UNITS = 16, ICON_RADIUS = 3, ICON_ROWS = 7, ICON_COLUMNS = 6, ICON_PIXEL = 2, ICON_LEFT = 2, ICON_TOP = 1 };

// The colour of the digit's pixel, opaque; the ground's where there is none.
Color icon_color(int row, int column);
Color icon_ground(void);

// Draws it: rgba (side, side, 4), bytes, not premultiplied; the corners outside the ground are clear. side: a multiple
// of ICON_UNITS.
void icon_draw(unsigned char *rgba, int side);
