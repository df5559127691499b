// What the layouts of all views are made of. Pure arithmetic.
#include "panels/layout_parts.h"

#include <math.h>

float layout_px(float distance, float scale) { return roundf(distance * scale); }

// Whole cells of one pixel size, as many as fit.
static GridLayout fill_area(Rect area, float header_height, float gap, int pixel_px)
{
    const float cell = (float)(pixel_px * DIGIT_SIDE) + gap;
    GridLayout grid = {.header = {area.x, area.y, area.w, header_height},
                       .origin = {area.x, area.y + header_height},
                       .columns = (int)((area.w + gap) / cell),
                       .rows = (int)((area.h - header_height + gap) / cell),
                       .side = (float)(pixel_px * DIGIT_SIDE),
                       .pitch = cell};
    grid.columns = grid.columns < 1 ? 1 : grid.columns;
    grid.rows = grid.rows < 1 ? 1 : grid.rows;
    while (grid.columns * grid.rows > PAGE_MAX)
        grid.rows--;
    return grid;
}

GridLayout layout_fit_grid(Rect area, float header_height, float gap, int wanted)
{
    GridLayout best = fill_area(area, header_height, gap, 1);
    float best_score = 0.0f;
    for (int pixel_px = 1; pixel_px <= 12; pixel_px++) {
        const GridLayout grid = fill_area(area, header_height, gap, pixel_px);
        const float covered = (float)(grid.columns * grid.rows) * grid.pitch * grid.pitch;
        const float score = covered * powf((float)pixel_px, 0.3f);
        if (grid.columns * grid.rows >= wanted && score > best_score) {
            best = grid;
            best_score = score;
        }
    }
    return best;
}

GridLayout layout_move_grid(GridLayout grid, float x, float y)
{
    const float dx = x - grid.header.x, dy = y - grid.header.y;
    grid.header.x += dx;
    grid.header.y += dy;
    grid.origin.x += dx;
    grid.origin.y += dy;
    return grid;
}

GridLayout layout_single_cell(float x, float y, float side)
{
    return (GridLayout){.origin = {x, y}, .columns = 1, .rows = 1, .side = side, .pitch = side};
}
