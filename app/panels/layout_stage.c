// Where things are on the stage: the digit that one draws, what each model makes of it, the test digits beside it, the
// plots below. Pure arithmetic.
//
// Everything follows from one length, the side of a picture: a whole multiple of 28 pixels where there is room for it.
// A test digit is a quarter of it, so that target, output and two heatmaps stand beside one picture. What is left over
// of the width goes into the gaps.
#include <math.h>
#include <string.h>

#include "panels/layout_parts.h"
#include "state/controls.h"

enum { PLOTS = 1 << HIDE_HISTOGRAM | 1 << HIDE_CURVES | 1 << HIDE_TABLE };
enum { LEAST_SIDE = 112, LEAST_SET = 5 }; // columns of test digits, their labels among them

// The lengths of a stage, in pixels.
typedef struct Plan {
    float side, digit;       // of a picture, of a test digit
    float gap, block;        // between pictures; between these and the test digits
    float head, caption;     // heights above a picture
    float row_gap, plot_gap; // between the models' rows, above the plots
    float plots;             // the least that these need
    float table;             // the least width of the table of figures
    bool is_small;
} Plan;

// The table stands beside the test digits of a large window alone.
static bool has_plots(const Layout *layout)
{
    const unsigned hidden = layout->stage.hidden | (layout->stage.is_small ? 1u << HIDE_TABLE : 0);
    return (hidden & PLOTS) != PLOTS;
}

static Plan start_plan(const Layout *layout, float scale)
{
    const bool small = layout->stage.is_small, has_card = layout->narrator.h > layout_px(NARRATOR_HEIGHT, scale);
    return (Plan){.gap = layout_px(small ? 8 : GAP, scale),
                  .block = layout_px(small ? 14 : MARGIN, scale),
                  .head = layout_px(small ? 28 : HEAD_HEIGHT, scale),
                  .caption = layout_px(small ? 19 : CAPTION_HEIGHT, scale),
                  .row_gap = layout_px(small ? 3 : 8, scale),
                  .plot_gap = layout_px(small ? 6 : GAP, scale),
                  .plots = layout_px(!has_plots(layout)     ? 0
                                     : small && has_card    ? 84
                                     : small                ? 92
                                     : layout->status.h > 0 ? 138
                                                            : 118,
                                     scale),
                  .table = layout_px(300, scale),
                  .is_small = small};
}

// Of the multiples of 28 pixels, or of 14 in a small window, the largest for which `fits` holds.
static float choose_side(const Plan *plan, Rect area, bool (*fits)(const Plan *plan, Rect area, float side))
{
    float best = 0;
    const float step = plan->is_small ? DIGIT_SIDE / 2.0f : DIGIT_SIDE;
    for (float side = step; side < area.h; side += step)
        if (fits(plan, area, side))
            best = side;
    return best;
}

static bool fits_pair(const Plan *plan, Rect area, float side)
{
    const float width = STAGE_COLUMNS * side + (STAGE_COLUMNS - 1) * plan->gap + plan->block,
                set = (plan->is_small || plan->plots <= 0 ? LEAST_SET : 8) * side / SET_ROWS,
                height = 2 * (plan->head + plan->caption + side) + plan->row_gap + plan->plot_gap + plan->plots;
    return width + set <= area.w && height <= area.h;
}

// ---- the test digits ----------------------------------------------------------------------------------------------

// In rows of `lines` lines each: target, output, heatmaps; as many columns as the rectangle has, the first for labels.
static void place_set(StageRow *row, Rect rect, float digit, int lines, bool has_labels)
{
    const int room = (int)floorf((rect.w + 0.5f) / digit) - has_labels,
              columns = room * lines > PAGE_MAX ? PAGE_MAX / lines : room;
    row->set_area = rect;
    for (int i = 0; i < SET_ROWS; i++) {
        const float y = rect.y + (float)(i * lines) * digit;
        row->set_labels[i] = (Rect){rect.x, y, has_labels ? digit : 0, digit};
        row->set[i] = layout_row(rect.x + (has_labels ? digit : 0), y, columns > 0 ? columns : 0, digit, digit);
        row->set[i].rows = lines;
    }
}

static void place_set_heads(StageRow *row, const Plan *plan, float x, float width, float y)
{
    row->set_head = (Rect){x, y, width, plan->head};
    row->set_caption = (Rect){x, y + plan->head, width, plan->caption};
}

// ---- plots --------------------------------------------------------------------------------------------------------

// What is left out leaves its room to the others.
static void place_plots(Layout *layout, Rect area, const Plan *plan, float y, float set_x)
{
    const unsigned hidden = layout->stage.hidden;
    const bool has_table = !plan->is_small && area.x + area.w - set_x >= plan->table && !(hidden >> HIDE_TABLE & 1),
               has_histogram = !(hidden >> HIDE_HISTOGRAM & 1), has_curves = !(hidden >> HIDE_CURVES & 1);
    const float height = area.y + area.h - y, end = has_table ? set_x - plan->block : area.x + area.w;
    const float half = floorf((end - area.x - plan->gap) / 2), curves = area.x + (has_histogram ? half + plan->gap : 0);
    if (has_histogram)
        layout->histogram = (Rect){area.x, y, has_curves ? half : end - area.x, height};
    if (has_curves)
        layout->curves = (Rect){curves, y, end - curves, height};
    if (has_table)
        layout->stage.table = (Rect){set_x, y, area.x + area.w - set_x, height};
}

// Without plots the height that is left over stands above, between and below the rows.
static float spread_rows(const Plan *plan, Rect area, float used, int rows)
{
    return plan->plots > 0 ? 0 : floorf(fmaxf(0, area.h - used) / (float)(rows + 1));
}

// ---- two models ---------------------------------------------------------------------------------------------------

static void place_row(StageRow *row, Rect area, const Plan *plan, float y, float set_x)
{
    const float step = plan->side + plan->gap, top = y + plan->head + plan->caption;
    row->tools = (Rect){area.x, y, plan->side, plan->head};
    row->head = (Rect){area.x + step, y, 3 * plan->side + 2 * plan->gap, plan->head};
    for (int i = 0; i < STAGE_COLUMNS; i++) {
        const float x = area.x + (float)i * step;
        row->captions[i] = (Rect){x, y + plan->head, plan->side, plan->caption};
        row->pictures[i] = layout_single_cell(x, top, plan->side);
    }
    place_set_heads(row, plan, set_x, area.x + area.w - set_x, y);
    place_set(row, (Rect){set_x, top, area.x + area.w - set_x, plan->side}, plan->digit, 1, !plan->is_small);
}

void layout_place_pair(Layout *layout, Rect area, float scale)
{
    Plan plan = start_plan(layout, scale);
    plan.side = fmaxf(LEAST_SIDE, choose_side(&plan, area, fits_pair));
    plan.digit = plan.side / SET_ROWS;
    const float used = STAGE_COLUMNS * plan.side + (STAGE_COLUMNS - 1) * plan.gap + plan.block,
                spare = fmaxf(0, fmodf(area.w - used, plan.digit));
    // a share for each gap between pictures, two for the one before the test digits
    plan.gap = floorf(plan.gap + spare / (STAGE_COLUMNS + 1));
    const float set = floorf((area.w - used + 0.5f) / plan.digit) * plan.digit, set_x = area.x + area.w - set;
    plan.block = set_x - area.x - STAGE_COLUMNS * plan.side - (STAGE_COLUMNS - 1) * plan.gap;
    const float height = plan.head + plan.caption + plan.side,
                free = spread_rows(&plan, area, 2 * height + plan.row_gap, SIDE_COUNT), top = area.y + free;
    plan.row_gap += free;
    place_row(&layout->stage.rows[SIDE_A], area, &plan, top, set_x);
    place_row(&layout->stage.rows[SIDE_B], area, &plan, top + height + plan.row_gap, set_x);
    layout->page_count = layout->stage.rows[SIDE_A].set[0].columns;
    place_plots(layout, area, &plan, top + 2 * height + plan.row_gap + plan.plot_gap, set_x);
}

// ---- one model, or both in the same place -------------------------------------------------------------------------

// The heatmaps stand one above the other beside the output, each under its caption.
static float heat_side(const Plan *plan, float side)
{
    const float half = (side - plan->caption - plan->row_gap) / 2, step = plan->is_small ? DIGIT_SIDE / 2 : DIGIT_SIDE;
    return floorf(half / step) * step;
}

static bool fits_solo(const Plan *plan, Rect area, float side)
{
    const float heat = heat_side(plan, side), digit = floorf(side / (2 * SET_ROWS)),
                width = 2 * side + heat + 2 * plan->gap + plan->block + 4 * digit,
                height = plan->head + plan->caption + side + plan->plot_gap + plan->plots;
    return heat > 0 && width <= area.w && height <= area.h;
}

// first: the side whose row takes the place; with the wipe B's head stands under A's.
static void place_solo(Layout *layout, Rect area, float scale, int first, bool is_wiped)
{
    Plan plan = start_plan(layout, scale);
    const float heads = is_wiped ? plan.head : 0;
    Rect pictures = {area.x, area.y + heads, area.w, area.h - heads};
    plan.side = fmaxf(LEAST_SIDE, choose_side(&plan, pictures, fits_solo));
    const float free = spread_rows(&plan, pictures, plan.head + plan.caption + plan.side, 1);
    area.y += free;
    area.h -= free;
    pictures.y += free;
    plan.digit = floorf(plan.side / (2 * SET_ROWS));
    const float heat = heat_side(&plan, plan.side), top = pictures.y + plan.head + plan.caption;
    const float spare = fmodf(area.w - 2 * plan.side - heat - 2 * plan.gap - plan.block, plan.digit);
    plan.gap += floorf(spare / 4); // a share for each gap between pictures, two for the one before the test digits
    plan.block += spare - 2 * floorf(spare / 4);
    const float x[STAGE_COLUMNS] = {area.x, area.x + plan.side + plan.gap, area.x + 2 * (plan.side + plan.gap),
                                    area.x + 2 * (plan.side + plan.gap)};
    StageRow *row = &layout->stage.rows[first];
    row->tools = (Rect){area.x, area.y, plan.side, plan.head};
    row->head = (Rect){x[1], area.y, plan.side + plan.gap + heat, plan.head};
    const float second = top + plan.side - heat;
    const float tops[STAGE_COLUMNS] = {top, top, top, second};
    for (int i = 0; i < STAGE_COLUMNS; i++) {
        const float side = i < 2 ? plan.side : heat;
        row->captions[i] = (Rect){x[i], tops[i] - plan.caption, side, plan.caption};
        row->pictures[i] = layout_single_cell(x[i], tops[i], side);
    }
    const float set_x = x[2] + heat + plan.block, set = area.x + area.w - set_x;
    place_set_heads(row, &plan, set_x, set, pictures.y);
    const float wider = plan.block - start_plan(layout, scale).block; // what is left over is the head's
    row->set_head = (Rect){set_x - wider, area.y, set + wider, plan.head};
    const bool has_labels = !plan.is_small && set >= 5 * plan.digit;
    place_set(row, (Rect){set_x, top, set, plan.side}, plan.digit, 2, has_labels);
    layout->page_count = row->set[0].columns * row->set[0].rows;
    if (is_wiped) {
        StageRow *other = &layout->stage.rows[1 - first];
        *other = *row;
        other->tools.y += plan.head;
        other->head.y += plan.head;
        other->set_head.y += plan.head;
    }
    place_plots(layout, area, &plan, top + plan.side + plan.plot_gap, set_x);
}

void layout_place_compare(Layout *layout, Rect area, float scale, const Look *look)
{
    if (look->is_wiped)
        place_solo(layout, area, scale, SIDE_A, true);
    else
        layout_place_pair(layout, area, scale);
}

void layout_place_solo_a(Layout *layout, Rect area, float scale, const Look *look)
{
    (void)look;
    place_solo(layout, area, scale, SIDE_A, false);
}

void layout_place_solo_b(Layout *layout, Rect area, float scale, const Look *look)
{
    (void)look;
    place_solo(layout, area, scale, SIDE_B, false);
}
