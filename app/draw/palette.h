// Palette: the colours of values. The one definition: draw_map_color interpolates these tables on the CPU, render.c
// hands the same tables to the images shader, and panels draw their legends with them.
//
// Neighbouring anchors are equally far apart and are interpolated linearly in sRGB. Both tables are spaced evenly in
// lightness (CIE L*), so that equal steps of a value look like equal steps, also to a colour-blind eye and in grey.
// To change one: edit the table; its length follows by itself, PALETTE_SIGNED needs an odd one for black in the middle.
#pragma once
#include "draw/draw.h"

// 0 .. 1: black, violet, crimson, orange, pale yellow. L* runs from 0 to 98.
static const Color PALETTE_HEAT[] = {
    0x000000ff, 0x1a013aff, 0x2e024dff, 0x45045cff, 0x5f0667ff, 0x7a096cff, 0x970d6cff, 0xb11c67ff, 0xc9305fff,
    0xdf4553ff, 0xf25b43ff, 0xfc783aff, 0xfc994bff, 0xfdb561ff, 0xfdcf7cff, 0xfee79bff, 0xfffdc9ff,
};

// -1 .. 1: blue, black at zero, orange. L* is 84 at both ends.
static const Color PALETTE_SIGNED[] = {
    0xa5d9fdff, 0x4fb4fbff, 0x198cddff, 0x0f65aeff, 0x064180ff, 0x012052ff, 0x000000ff,
    0x3b1902ff, 0x643406ff, 0x8f520eff, 0xbb7317ff, 0xe89720ff, 0xfdc77eff,
};

enum {
    PALETTE_HEAT_COUNT = sizeof PALETTE_HEAT / sizeof PALETTE_HEAT[0],
    PALETTE_SIGNED_COUNT = sizeof PALETTE_SIGNED / sizeof PALETTE_SIGNED[0],
};

// Marks for values that have no place on a map: below 0 and above 1 (MAP_GREY), not a number (every map).
static const Color PALETTE_MARKS[] = {0x3b82f6ff, 0xffb000ff, 0xff2030ff};
enum { PALETTE_BELOW, PALETTE_ABOVE, PALETTE_NAN, PALETTE_MARK_COUNT };
