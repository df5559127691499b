// Where things are in compare and solo: grids of digits, the drawing, the plots. Pure arithmetic.
#include <math.h>

#include "draw/theme.h"
#include "panels/layout_parts.h"

// One column of four cells, as large as the height allows; returns its width.
static float place_drawn_column(Layout *layout, Rect area, float scale)
{
    const float gap = layout_px(6, scale), header = layout_px(HEADER_HEIGHT, scale), legend = layout_px(15, scale);
    const float cell_height = (area.h - header - 3 * (gap + legend)) / 4;
    int pixel_px = (int)(fminf(area.w, cell_height) / DIGIT_SIDE);
    pixel_px = pixel_px < 1 ? 1 : pixel_px;
    const float cell = (float)(pixel_px * DIGIT_SIDE);
    layout->drawn_header = (Rect){area.x, area.y, fmaxf(cell, layout_px(130, scale)), header};
    layout->drawn_input = layout_single_cell(area.x, area.y + header, cell);
    for (int side = 0; side < SIDE_COUNT; side++)
        for (int i = 0; i < 1 + HEATMAP_COUNT; i++)
            layout->drawn[side][i] =
                layout_single_cell(area.x, area.y + header + (float)(1 + i) * (cell + gap + legend), cell);
    return layout->drawn_header.w;
}

// A row of three cells for each model shown below the input: as large as the area allows.
static void place_drawn(Layout *layout, Rect area, float scale)
{
    const float gap = layout_px(6, scale), header = layout_px(HEADER_HEIGHT, scale), legend = layout_px(15, scale);
    layout->drawn_header = (Rect){area.x, area.y, area.w, header};
    const float width = (area.w - 2 * gap) / 3, height = (area.h - header - 2 * gap - legend) / 3;
    int pixel_px = (int)(fminf(width, height) / DIGIT_SIDE);
    pixel_px = pixel_px < 1 ? 1 : pixel_px;
    const float cell = (float)(pixel_px * DIGIT_SIDE), top = area.y + header;
    layout->drawn_input = layout_single_cell(area.x, top, cell);
    for (int side = 0; side < SIDE_COUNT; side++)
        for (int column = 0; column < 1 + HEATMAP_COUNT; column++)
            layout->drawn[side][column] = layout_single_cell(area.x + (float)column * (cell + gap),
                                                             top + (float)(1 + side) * (cell + gap) + legend, cell);
}

// Returns the height that the grids really take: whole rows of digits.
static float place_compare(Layout *layout, Rect area, float scale)
{
    const float gap = layout_px(14, scale), header = layout_px(HEADER_HEIGHT, scale), cell_gap = layout_px(1, scale);
    const float width = floorf((area.w - 3 * gap) / 4), room = floorf((area.h - layout_px(GAP, scale)) / 2);
    const GridLayout grid = layout_fit_grid((Rect){area.x, area.y, width, room}, header, cell_gap, 12);
    const float height = header + (float)grid.rows * grid.pitch, second = area.y + height + layout_px(GAP, scale);
    layout->input = grid;
    for (int side = 0; side < SIDE_COUNT; side++) {
        const float y = side == SIDE_A ? area.y : second;
        layout->reconstruction[side] = layout_move_grid(grid, area.x + width + gap, y);
        for (int i = 0; i < HEATMAP_COUNT; i++)
            layout->heatmap[side][i] = layout_move_grid(grid, area.x + (float)(2 + i) * (width + gap), y);
    }
    place_drawn(layout, (Rect){area.x, second, width, height}, scale);
    layout->page_count = grid.columns * grid.rows;
    return 2 * height + layout_px(GAP, scale);
}

// Both sides have the same places: one of them is shown, or both with a divider between.
static float place_solo(Layout *layout, Rect area, float scale)
{
    const float gap = layout_px(14, scale), header = layout_px(HEADER_HEIGHT, scale), cell_gap = layout_px(1, scale);
    const float drawn_width = place_drawn_column(layout, area, scale),
                width = floorf((area.w - drawn_width - 2 * gap) / 2);
    const float room = floorf((area.h - layout_px(GAP, scale)) / 2), x = area.x + drawn_width + gap;
    const GridLayout grid = layout_fit_grid((Rect){x, area.y, width, room}, header, cell_gap, 12);
    const float height = header + (float)grid.rows * grid.pitch;
    const float second = area.y + height + layout_px(GAP, scale);
    layout->input = grid;
    for (int side = 0; side < SIDE_COUNT; side++) {
        layout->reconstruction[side] = layout_move_grid(grid, x + width + gap, area.y);
        for (int i = 0; i < HEATMAP_COUNT; i++)
            layout->heatmap[side][i] = layout_move_grid(grid, x + (float)i * (width + gap), second);
    }
    layout->page_count = grid.columns * grid.rows;
    const GridLayout *last = &layout->drawn[SIDE_A][HEATMAP_COUNT];
    return fmaxf(2 * height + layout_px(GAP, scale), last->origin.y + last->pitch - area.y);
}

// Grids of digits above, plots below: the grids take whole rows of digits of the space above the least that the plots
// need, and the plots take the rest. The timeline lies under the curves, along their axis.
static void place_grids(Layout *layout, Rect area, float scale, bool is_pair)
{
    const float gap = layout_px(GAP, scale), least = floorf(fmaxf(layout_px(132, scale), area.h * 0.2f));
    const Rect grids = {area.x, area.y, area.w, area.h - least - gap};
    const float used = is_pair ? place_compare(layout, grids, scale) : place_solo(layout, grids, scale);
    const float half = floorf((area.w - gap) / 2), plots = area.h - used - gap;
    layout->histogram = (Rect){area.x, area.y + used + gap, half, plots};
    layout->curves = (Rect){area.x + half + gap, layout->histogram.y, area.w - half - gap, plots};
    const float strip = layout_px(TIMELINE_HEIGHT, scale), inset = layout_px(6, scale);
    layout->timeline = (Rect){layout->curves.x + inset, layout->curves.y + plots - strip - layout_px(3, scale),
                              layout->curves.w - 2 * inset, strip};
}

void layout_place_compare(Layout *layout, Rect area, float scale, const Look *look)
{
    place_grids(layout, area, scale, !look->is_wiped);
}

void layout_place_solo_a(Layout *layout, Rect area, float scale, const Look *look)
{
    (void)look;
    place_grids(layout, area, scale, false);
}

void layout_place_solo_b(Layout *layout, Rect area, float scale, const Look *look)
{
    (void)look;
    place_grids(layout, area, scale, false);
}
