// Where things are in the view of the code: the stage's grid, in which bars stand in the place of the pictures between
// the digit and what the decoder makes of it. Pure arithmetic.
#include <math.h>

#include "panels/layout_parts.h"

static const GridLayout nothing = {.columns = 0};

static void replace_row(StageRow *row, Rect *bars, Rect *caption)
{
    const GridLayout *first = &row->pictures[1], *last = &row->pictures[STAGE_COLUMNS - 2];
    *bars = (Rect){first->origin.x, first->origin.y, last->origin.x + last->side - first->origin.x, first->side};
    *caption = (Rect){bars->x, row->captions[1].y, bars->w, row->captions[1].h};
    for (int i = 1; i < STAGE_COLUMNS - 1; i++) {
        row->pictures[i] = nothing;
        row->captions[i] = (Rect){0};
    }
    for (int i = 0; i < SET_ROWS; i++) {
        row->set[i] = nothing;
        row->set_labels[i] = (Rect){0};
    }
}

void layout_place_code(Layout *layout, Rect area, float scale, const Look *look)
{
    (void)look;
    CodeLayout *code = &layout->code;
    layout_place_pair(layout, area, scale);
    for (int side = 0; side < SIDE_COUNT; side++)
        replace_row(&layout->stage.rows[side], &code->bars[side], &code->bars_captions[side]);
    code->strip = (Rect){layout->histogram.x, layout->histogram.y,
                         layout->curves.x + layout->curves.w - layout->histogram.x, layout->histogram.h};
    code->table = layout->stage.table;
    layout->histogram = layout->curves = layout->stage.table = (Rect){0};
}

GridLayout layout_fill(Rect rect, int count)
{
    GridLayout best = {.origin = {rect.x, rect.y}};
    for (int columns = 1; columns <= count; columns++) {
        const int rows = (count + columns - 1) / columns;
        const float side = floorf(fminf(rect.w / (float)columns, rect.h / (float)rows));
        if (side > best.side)
            best = (GridLayout){.origin = best.origin, .columns = columns, .rows = rows, .side = side, .pitch = side};
    }
    return best;
}
