// Layout: where everything is, for a window's size. One place, so that panels and hit tests agree.
//
// Units: framebuffer pixels. A rectangle of zero width and a grid of zero columns are not shown.
#pragma once
#include "draw/draw.h"
#include "draw/ui.h"
#include "state/frame.h"

// The least window in which everything has its place; in a smaller one it lies where it would in this one, out of
// sight, and a sentence is shown.
enum { LEAST_WIDTH = 720, LEAST_HEIGHT = 540 };

typedef struct GridLayout {
    Rect header;
    Point origin;
    int columns, rows;
    float side;  // of an image
    float pitch; // from cell to cell
} GridLayout;

// One model's cell in the matrix: outputs above heatmaps, each with the drawing as its last image, and figures.
typedef struct MatrixCell {
    Rect rect, title, histogram, figures;
    GridLayout output, heatmap, drawn_output, drawn_heatmap;
} MatrixCell;

typedef struct MatrixLayout {
    int rows, columns;
    Rect choices; // of rows and columns
    Rect row_names[OUTPUT_COUNT], column_names[LOSS_COUNT];
    MatrixCell cells[OUTPUT_COUNT][LOSS_COUNT];
} MatrixLayout;

// The inspect view: one digit, large; plots of one pixel; its figures.
typedef struct InspectLayout {
    GridLayout input, output[SIDE_COUNT], heatmap[SIDE_COUNT];
    Rect loss_plot, slope_plot, pixel_table, set_table;
} InspectLayout;

typedef struct Layout {
    Rect window;
    bool is_too_small; // the window: nothing of the rest can be seen
    Rect top, bottom, sidebar;
    Rect main;     // what the bars and the sidebar leave
    Rect area;     // of that, the scene's own: without modes and timeline
    Rect modes;    // heatmap and input modes
    Rect timeline; // the scrubber; under the curves its track has their axis
    Rect pad, tools;
    Rect cards[SIDE_COUNT];
    GridLayout input, reconstruction[SIDE_COUNT], heatmap[SIDE_COUNT][HEATMAP_COUNT]; // compare, solo
    Rect drawn_header;
    GridLayout drawn_input, drawn[SIDE_COUNT][1 + HEATMAP_COUNT]; // one cell each: reconstruction, heatmaps
    Rect histogram, curves;
    MatrixLayout matrix;
    InspectLayout inspect;
    Rect claims[CLAIM_COUNT];
    int page_count;   // test digits that the scene has room for
    float row_height; // of a row of settings
} Layout;

// The scale that is wanted, but never so large that the layout would not fit.
float layout_fit_scale(float wanted, float width, float height);

// scale: from layout_fit_scale.
Layout layout_create(float width, float height, float scale, const Look *look);

GridLayout layout_single_cell(float x, float y, float side); // one image
