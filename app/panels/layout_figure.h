// Where things are on a figure: a slide of what is on the stage. Pure arithmetic, like layout.h, in pixels.
//
// Lengths are those of a slide of 1920x1080; another size scales them by its narrower side, and what is left over goes
// into the gaps between the groups of pictures and below these.
#pragma once
#include "panels/layout.h"

enum {
    FIGURE_WIDTH = 1920,
    FIGURE_HEIGHT = 1080,
    FIGURE_ROWS = 3,                                      // digits at most
    FIGURE_COLUMNS = 1 + SIDE_COUNT * (1 + HEATMAP_COUNT) // target, outputs, heatmaps of each side
};

// Sizes of text.
enum { FIGURE_TEXT = 22, FIGURE_HEAD = 26, FIGURE_SAY = 28, FIGURE_SAY_MOST = 40, FIGURE_TITLE = 46 };

typedef struct FigureLayout {
    float scale; // of lengths and text
    float side;  // of a picture
    int rows, sides;
    Rect title;
    Rect labels[FIGURE_ROWS];                    // before each row
    Rect heads[1 + SIDE_COUNT + HEATMAP_COUNT];  // over the target, each output, each heatmap's group
    Rect notes[FIGURE_COLUMNS];                  // under the heads, over each column
    Point pictures[FIGURE_ROWS][FIGURE_COLUMNS]; // top left corners; layout_figure_column
    Rect bars[HEATMAP_COUNT], bar_labels[HEATMAP_COUNT];
    Rect words, plot; // below the pictures: left, right
    Rect foot;        // below a rule at its top
} FigureLayout;

// sides: of models, 1 or 2. rows: of digits, at most FIGURE_ROWS. foot_lines: of text in the foot.
FigureLayout layout_figure(float width, float height, int sides, int rows, int foot_lines);

float layout_figure_scale(float width, float height);
int layout_figure_output(int side);                       // the column of the side-th output on show
int layout_figure_heat(int sides, int heatmap, int side); // and of its heatmap
