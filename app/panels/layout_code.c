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

// What stands below the pad belongs to the code alone.
static void take_output(CodeLayout *code, StageRow *row)
{
    code->output = row->pictures[0];
    code->output_caption = row->captions[0];
    code->tools = row->tools;
    row->pictures[0] = nothing;
    row->captions[0] = row->tools = (Rect){0};
}

// From the top of one to the bottom of the other.
static Rect join(Rect upper, Rect lower) { return (Rect){upper.x, upper.y, upper.w, lower.y + lower.h - upper.y}; }

static void place_alone(Layout *layout, int side)
{
    enum { LAST = STAGE_COLUMNS - 1 };
    CodeLayout *code = &layout->code;
    StageRow *rows = layout->stage.rows;
    const StageRow upper = rows[SIDE_A], lower = rows[SIDE_B];
    const Rect bars = join(code->bars[SIDE_A], code->bars[SIDE_B]), caption = code->bars_captions[SIDE_A];
    code->change = lower.pictures[LAST];
    code->change_caption = lower.captions[LAST];
    for (int i = 0; i < SIDE_COUNT; i++) {
        rows[i] = (StageRow){.tools = i == SIDE_A ? upper.tools : (Rect){0}};
        code->bars[i] = code->bars_captions[i] = (Rect){0};
    }
    rows[SIDE_A].pictures[0] = upper.pictures[0];
    rows[SIDE_A].captions[0] = upper.captions[0];
    rows[side].head = upper.head;
    rows[side].pictures[LAST] = upper.pictures[LAST];
    rows[side].captions[LAST] = upper.captions[LAST];
    rows[side].set_head = upper.set_head;
    rows[side].set_caption = upper.set_caption;
    rows[side].set_area = join(upper.set_area, lower.set_area);
    code->bars[side] = bars;
    code->bars_captions[side] = caption;
}

void layout_place_code(Layout *layout, Rect area, float scale, const Look *look)
{
    CodeLayout *code = &layout->code;
    layout_place_pair(layout, area, scale);
    for (int side = 0; side < SIDE_COUNT; side++)
        replace_row(&layout->stage.rows[side], &code->bars[side], &code->bars_captions[side]);
    take_output(code, &layout->stage.rows[SIDE_B]);
    code->strip = (Rect){layout->histogram.x, layout->histogram.y,
                         layout->curves.x + layout->curves.w - layout->histogram.x, layout->histogram.h};
    code->table = layout->stage.table;
    layout->histogram = layout->curves = layout->stage.table = (Rect){0};
    if (look->code.shows != SHOWS_BOTH)
        place_alone(layout, look->code.shows == SHOWS_B ? SIDE_B : SIDE_A);
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
