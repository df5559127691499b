// Layout: where everything is, for a window's size. One place, so that panels and hit tests agree.
//
// Units: framebuffer pixels. Every image pixel is an exact square of whole screen pixels.
#pragma once
#include "draw.h"
#include "ui.h"

typedef enum Scene { SCENE_COMPARE, SCENE_SOLO_A, SCENE_SOLO_B, SCENE_COUNT } Scene;
typedef enum Side { SIDE_A, SIDE_B, SIDE_COUNT } Side;
enum { HEATMAP_COUNT = 2 }; // BCE and MSE: the first rows of the table of losses

enum { PAGE_MAX = 144 }; // digits on screen

typedef struct GridLayout {
    Rect header;
    Point origin;
    int columns, rows;
    int pixel_px; // screen pixels per image pixel
    float pitch;  // from cell to cell
} GridLayout;

typedef struct Layout {
    Rect top, bottom, sidebar;
    Rect pad, tools;
    Rect cards[SIDE_COUNT];                                                           // zero width: not shown
    GridLayout input, reconstruction[SIDE_COUNT], heatmap[SIDE_COUNT][HEATMAP_COUNT]; // columns 0: not shown
    Rect drawn_header;
    GridLayout drawn_input, drawn[SIDE_COUNT][1 + HEATMAP_COUNT]; // one cell each: reconstruction, heatmaps
    Rect histogram, curves;
    int page_count;   // cells of each grid
    float row_height; // of a row of settings
} Layout;

Layout layout_create(float width, float height, float scale, Scene scene);
