// Palette: the colours of values. The one definition: draw_map_color reads these tables, and through it pictures,
// legends and the tooltip's swatch.
//
// Digits are white on black in either palette, and so are the marks in them; what differs are the heatmaps, whose zero
// is the ground that they stand on. Constants; the addresses name the palettes.
//
// To change a colour: edit palette.c; tests/test_colors.c says whether a colour-blind eye still tells it apart.
#pragma once
#include "draw/draw.h"

enum { RAMP_STOPS = 8 };

// Colours along a line, interpolated in sRGB between neighbours; `at` rises.
typedef struct Ramp {
    int count;
    struct {
        float at;
        Color color;
    } stops[RAMP_STOPS];
} Ramp;

struct Palette {
    Ramp heat;          // 0 .. 1: none .. much of an error
    Ramp plus_minus;    // -1 .. 1: darker, the ground, brighter
    Color below, above; // 0 and 1, at full strength; see draw_mark_color
    Color nan;          // not a number, in every map
    Color veil, lit;    // over what a brush leaves out, over what it lights
    Color edge;         // outlines over images
    Color labels[10];   // of points: the digits 0 to 9
};

extern const Palette PALETTE_DARK, PALETTE_LIGHT;
