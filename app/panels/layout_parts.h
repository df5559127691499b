// What the layouts of all views are made of; internal to layout*.c.
#pragma once
#include "panels/layout.h"

float layout_px(float distance, float scale); // a theme distance in whole pixels

// Of the pixel sizes at which `wanted` digits fit, the one that covers the area best, larger digits counting for more;
// the smallest where none do.
GridLayout layout_fit_grid(Rect area, float header_height, float gap, int wanted);
GridLayout layout_move_grid(GridLayout grid, float x, float y); // the same grid elsewhere

// One scene each: layout_place_NAME puts its parts into area, and says how many test digits it has room for.
typedef void PlaceScene(Layout *layout, Rect area, float scale, const Look *look);
#define DECLARE_PLACE(NAME, name, key, label, help, shows, cast, flags, note) PlaceScene layout_place_##name;
SCENES(DECLARE_PLACE)
#undef DECLARE_PLACE
