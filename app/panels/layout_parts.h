// What the layouts of all views are made of; internal to layout*.c.
#pragma once
#include "panels/layout.h"

float layout_px(float distance, float scale); // a theme distance in whole pixels

// Of the pixel sizes at which `wanted` digits fit, the one that covers the area best, larger digits counting for more;
// the smallest where none do.
GridLayout layout_fit_grid(Rect area, float header_height, float gap, int wanted);
GridLayout layout_move_grid(GridLayout grid, float x, float y); // the same grid elsewhere

// One view each.
void layout_place_grids(Layout *layout, Rect area, float scale, const Look *look); // compare, solo
void layout_place_matrix(Layout *layout, Rect area, float scale, const Look *look);
void layout_place_inspect(Layout *layout, Rect area, float scale);
void layout_place_claims(Layout *layout, Rect area, float scale);
