// Where everything is. Pure arithmetic.
#include "layout.h"

#include <math.h>
#include <string.h>

#include "theme.h"

float layout_px(float distance, float scale) { return roundf(distance * scale); }

// Whole cells of one pixel size, as many as fit.
static GridLayout fill_area(Rect area, float header_height, float gap, int pixel_px)
{
    const float cell = (float)(pixel_px * DIGIT_SIDE) + gap;
    GridLayout grid = {.header = {area.x, area.y, area.w, header_height},
                       .origin = {area.x, area.y + header_height},
                       .columns = (int)((area.w + gap) / cell),
                       .rows = (int)((area.h - header_height + gap) / cell),
                       .pixel_px = pixel_px,
                       .pitch = cell};
    grid.columns = grid.columns < 1 ? 1 : grid.columns;
    grid.rows = grid.rows < 1 ? 1 : grid.rows;
    while (grid.columns * grid.rows > PAGE_MAX)
        grid.rows--;
    return grid;
}

// Of the pixel sizes at which `wanted` digits fit, the one that covers the area best, larger digits counting for more;
// the smallest where none do.
static GridLayout fit_grid(Rect area, float header_height, float gap, int wanted)
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

GridLayout layout_single_cell(float x, float y, int pixel_px)
{
    return (GridLayout){
        .origin = {x, y}, .columns = 1, .rows = 1, .pixel_px = pixel_px, .pitch = (float)(pixel_px * DIGIT_SIDE)};
}

// One column of four cells, as large as the height allows; returns its width.
static float place_drawn_column(Layout *layout, Rect area, float scale)
{
    const float gap = layout_px(6, scale), header = layout_px(HEADER_HEIGHT, scale), legend = layout_px(15, scale);
    const float cell_height = (area.h - header - 3 * (gap + legend)) / 4;
    int pixel_px = (int)(fminf(area.w, cell_height) / DIGIT_SIDE);
    pixel_px = pixel_px < 1 ? 1 : pixel_px;
    const float cell = (float)(pixel_px * DIGIT_SIDE);
    layout->drawn_header = (Rect){area.x, area.y, fmaxf(cell, layout_px(130, scale)), header};
    layout->drawn_input = layout_single_cell(area.x, area.y + header, pixel_px);
    for (int side = 0; side < SIDE_COUNT; side++)
        for (int i = 0; i < 1 + HEATMAP_COUNT; i++)
            layout->drawn[side][i] =
                layout_single_cell(area.x, area.y + header + (float)(1 + i) * (cell + gap + legend), pixel_px);
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
    layout->drawn_input = layout_single_cell(area.x, top, pixel_px);
    for (int side = 0; side < SIDE_COUNT; side++)
        for (int column = 0; column < 1 + HEATMAP_COUNT; column++)
            layout->drawn[side][column] = layout_single_cell(area.x + (float)column * (cell + gap),
                                                             top + (float)(1 + side) * (cell + gap) + legend, pixel_px);
}

// Returns the height that the grids really take: whole rows of digits.
static float place_compare(Layout *layout, Rect area, float scale)
{
    const float gap = layout_px(14, scale), header = layout_px(HEADER_HEIGHT, scale), cell_gap = layout_px(1, scale);
    const float width = floorf((area.w - 3 * gap) / 4), room = floorf((area.h - layout_px(GAP, scale)) / 2);
    const GridLayout grid = fit_grid((Rect){area.x, area.y, width, room}, header, cell_gap, 12);
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
    const GridLayout grid = fit_grid((Rect){x, area.y, width, room}, header, cell_gap, 12);
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

static void place_sidebar(Layout *layout, float scale, Scene scene)
{
    const Rect bar = layout->sidebar;
    const float margin = layout_px(MARGIN, scale), gap = layout_px(GAP, scale);
    const bool is_small = bar.h < 640 * scale;
    layout->row_height = layout_px(is_small ? ROW_HEIGHT_SMALL : ROW_HEIGHT, scale);
    const float card = 6 * layout->row_height + layout_px(is_small ? 30 : 34, scale);
    const int cards = scene_shows(scene, SIDE_A) + scene_shows(scene, SIDE_B);
    const float inner = bar.w - 2 * margin, tools = layout_px(92, scale);
    const float height = bar.h - 2 * margin - (float)cards * (card + gap);
    const float below = 2 * layout_px(BUTTON_HEIGHT, scale) + layout_px(4, scale); // two rows of tools under a wide pad
    const float wide = floorf(inner / DIGIT_SIDE) * DIGIT_SIDE;
    float y;
    if (wide + gap + below <= height) {
        layout->pad = (Rect){bar.x + margin + floorf((inner - wide) / 2), bar.y + margin, wide, wide};
        layout->tools = (Rect){bar.x + margin, layout->pad.y + wide + gap, inner, below};
        y = layout->tools.y + below + gap;
    } else {
        const float side = floorf(fminf(inner - tools - gap, height) / DIGIT_SIDE) * DIGIT_SIDE;
        layout->pad = (Rect){bar.x + margin, bar.y + margin, side, side};
        layout->tools = (Rect){layout->pad.x + side + gap, layout->pad.y, inner - side - gap, side};
        y = layout->pad.y + side + gap;
    }
    for (int i = 0; i < SIDE_COUNT; i++) {
        if (!scene_shows(scene, i))
            continue;
        layout->cards[i] = (Rect){bar.x + margin, y, inner, card};
        y += card + gap;
    }
}

// Grids of digits above, plots below: the grids take whole rows of digits of the space above the least that the plots
// need, and the plots take the rest. The timeline lies under the curves, along their axis.
static void place_grids(Layout *layout, Rect area, float scale, const Look *look)
{
    const float gap = layout_px(GAP, scale), least = floorf(fmaxf(layout_px(132, scale), area.h * 0.2f));
    const Rect grids = {area.x, area.y, area.w, area.h - least - gap};
    const bool is_pair = look->scene == SCENE_COMPARE && !look->is_wiped;
    const float used = is_pair ? place_compare(layout, grids, scale) : place_solo(layout, grids, scale);
    const float half = floorf((area.w - gap) / 2), plots = area.h - used - gap;
    layout->histogram = (Rect){area.x, area.y + used + gap, half, plots};
    layout->curves = (Rect){area.x + half + gap, layout->histogram.y, area.w - half - gap, plots};
    const float strip = layout_px(TIMELINE_HEIGHT, scale), inset = layout_px(6, scale);
    layout->timeline = (Rect){layout->curves.x + inset, layout->curves.y + plots - strip - layout_px(3, scale),
                              layout->curves.w - 2 * inset, strip};
}

Layout layout_create(float width, float height, float scale, const Look *look)
{
    Layout layout;
    memset(&layout, 0, sizeof layout);
    const float top = layout_px(TOP_HEIGHT, scale), margin = layout_px(MARGIN, scale), gap = layout_px(GAP, scale);
    const float bottom = 3 * layout_px(CAPTION_LINE, scale) + layout_px(8, scale);
    const float sidebar = layout_px(width < 1200 * scale ? SIDEBAR_WIDTH_SMALL : SIDEBAR_WIDTH, scale);
    layout.top = (Rect){0, 0, width, top};
    layout.bottom = (Rect){0, height - bottom, width, bottom};
    layout.sidebar = (Rect){0, top, sidebar, layout.bottom.y - top};
    Rect area = {sidebar + margin, top + layout_px(6, scale), width - sidebar - 2 * margin,
                 layout.sidebar.h - layout_px(6, scale) - margin};
    layout.main = area;
    if (look->scene != SCENE_CLAIMS) {
        layout.modes = (Rect){area.x, area.y, area.w, layout_px(MODES_HEIGHT, scale)};
        area.y += layout.modes.h + layout_px(4, scale);
        area.h -= layout.modes.h + layout_px(4, scale);
    }
    if (look->scene == SCENE_MATRIX || look->scene == SCENE_INSPECT || look->scene == SCENE_CLAIMS) {
        const float strip = layout_px(TIMELINE_HEIGHT, scale);
        area.h -= strip + gap;
        layout.timeline = (Rect){area.x, area.y + area.h + gap, area.w, strip};
    }
    switch (look->scene) {
    case SCENE_MATRIX: layout_place_matrix(&layout, area, scale, look); break;
    case SCENE_INSPECT: layout_place_inspect(&layout, area, scale); break;
    case SCENE_CLAIMS: layout_place_claims(&layout, area, scale); break;
    default: place_grids(&layout, area, scale, look);
    }
    place_sidebar(&layout, scale, look->scene);
    return layout;
}
