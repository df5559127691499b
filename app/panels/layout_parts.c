// What the layouts of all views are made of. Pure arithmetic.
#include "panels/layout_parts.h"

#include <math.h>

float layout_px(float distance, float scale) { return roundf(distance * scale); }

GridLayout layout_row(float x, float y, int columns, float side, float pitch)
{
    return (GridLayout){.origin = {x, y}, .columns = columns, .rows = 1, .side = side, .pitch = pitch};
}

GridLayout layout_single_cell(float x, float y, float side) { return layout_row(x, y, 1, side, side); }
