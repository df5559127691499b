// What the layouts of all views are made of; internal to layout*.c.
#pragma once
#include "panels/layout.h"

float layout_px(float distance, float scale); // a theme distance in whole pixels

GridLayout layout_row(float x, float y, int columns, float side, float pitch); // images beside each other

// A stage of two rows: pictures, test digits, plots.
void layout_place_pair(Layout *layout, Rect area, float scale);

// One scene each: layout_place_NAME puts its parts into area, and says how many test digits it has room for.
typedef void PlaceScene(Layout *layout, Rect area, float scale, const Look *look);
#define DECLARE_PLACE(NAME, name, key, label, help, shows, cast, flags, note) PlaceScene layout_place_##name;
SCENES(DECLARE_PLACE)
#undef DECLARE_PLACE
