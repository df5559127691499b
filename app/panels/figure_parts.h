// What the files of a figure share; internal to them.
#pragma once
#include "panels/figure.h"

// What is drawn of one digit.
typedef struct Row {
    int cell; // of the page, -1: the pad
    char label[24];
} Row;

typedef struct Figure {
    Ui *ui;
    const Frame *frame;
    FigureLayout layout;
    int sides[SIDE_COUNT], side_count; // on show
    Row rows[FIGURE_ROWS];
    int row_count;
    bool has_choice; // not all digits of the page are there
} Figure;

// figure_heads.c: over the pictures.
void figure_draw_title(const Figure *figure, const char *title);
void figure_draw_heads(const Figure *figure);
bool figure_has_one_map(const Figure *figure, int heatmap);

// figure_keys.c: what colours mean. The lines below the outputs return the height that they take.
void figure_draw_bar(const Figure *figure, int heatmap);
float figure_draw_key(const Figure *figure, Rect line);
float figure_draw_epochs(const Figure *figure, Rect line);

const float *figure_output(const Figure *figure, int row, int i); // of the i-th side on show
