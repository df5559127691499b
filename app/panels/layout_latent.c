// Where things are in the view Latent. Pure arithmetic.
#include <math.h>

#include "panels/layout_parts.h"

// The lengths of the view, in pixels.
typedef struct Plan {
    float head, caption, gap, block; // block: between the models
    float square;                    // of the digits over the plane, and how high that is
    float plane;                     // how wide it is
    float row;                       // pictures below these
    float band, least_row;           // height of the strips; the least that the row above them needs
} Plan;

static Plan start_plan(const Layout *layout, float scale)
{
    const bool small = layout->stage.is_small;
    return (Plan){.head = layout_px(small ? 28 : HEAD_HEIGHT, scale),
                  .caption = layout_px(small ? 19 : CAPTION_HEIGHT, scale),
                  .gap = layout_px(small ? 8 : GAP, scale),
                  .block = layout_px(small ? 14 : MARGIN, scale),
                  .least_row = layout_px(small ? 78 : 96, scale)};
}

// A strip of `rows` rows of pictures in a card of this width: its head, its foot, what panels put around them.
static float strip_height(float width, int rows, float scale)
{
    const float picture = floorf((width - layout_px(44, scale)) / CODE_STEPS) - layout_px(2, scale);
    return layout_px(48, scale) + (float)rows * (fminf(picture, layout_px(56, scale)) + layout_px(2, scale));
}

static GridLayout place_picture(Rect column, float x, float side, const Plan *plan, Rect *caption)
{
    *caption = (Rect){x, column.y, side, plan->caption};
    return layout_single_cell(x, column.y + plan->caption, side);
}

// The head, the plane and the digits over it.
static void place_squares(Layout *layout, int side, Rect column, const Plan *plan)
{
    LatentLayout *latent = &layout->latent;
    StageRow *row = &layout->stage.rows[side];
    const float second = column.x + plan->plane + plan->gap, top = column.y + plan->head,
                width = plan->plane + plan->gap + plan->square;
    row->head = (Rect){column.x, column.y, width, plan->head};
    latent->plane_captions[side] = (Rect){column.x, top, plan->plane, plan->caption};
    latent->grid_captions[side] = (Rect){second, top, plan->square, plan->caption};
    latent->planes[side] = (Rect){column.x, top + plan->caption, plan->plane, plan->square};
    latent->grids[side] = (Rect){second, top + plan->caption, plan->square, plan->square};
    row->set_caption = latent->grid_captions[side]; // "More" opens there
    row->set_area = latent->grids[side];
}

// Left to right: the drawing, or buttons; the decoder's digit; how much each number says.
static void place_row(Layout *layout, int side, Rect row, const Plan *plan, float scale)
{
    LatentLayout *latent = &layout->latent;
    const float picture = row.h - plan->caption, first = fmaxf(picture, layout_px(side == SIDE_A ? 0 : 156, scale));
    if (side == SIDE_A)
        layout->stage.rows[SIDE_A].pictures[0] =
            place_picture(row, row.x, picture, plan, &layout->stage.rows[SIDE_A].captions[0]);
    else {
        layout->stage.rows[SIDE_A].tools = (Rect){row.x, row.y, first, plan->head};
        latent->tools = (Rect){row.x, row.y + plan->head, first, row.h - plan->head};
    }
    const float x = row.x + first + plan->gap, bars = x + picture + plan->gap;
    latent->decoded[side] = place_picture(row, x, picture, plan, &latent->decoded_captions[side]);
    latent->bars_captions[side] = (Rect){bars, row.y, row.x + row.w - bars, plan->caption};
    latent->bars[side] = (Rect){bars, row.y + plan->caption, row.x + row.w - bars, picture};
}

static void place_strips(Layout *layout, Rect band, const Plan *plan)
{
    const float half = floorf((band.w - plan->block) / 2);
    layout->code.strip = (Rect){band.x, band.y, half, band.h};
    layout->latent.chances = (Rect){band.x + band.w - half, band.y, half, band.h};
}

static void place_both(Layout *layout, Rect area, float scale)
{
    Plan plan = start_plan(layout, scale);
    const float width = floorf((area.w - plan.block) / 2);
    plan.band = strip_height(width, SIDE_COUNT, scale);
    const float fixed = plan.head + plan.caption + plan.gap + plan.caption + plan.gap + plan.band;
    plan.square = floorf(fminf((width - plan.gap) / 2, area.h - fixed - plan.least_row));
    const float row = floorf(fminf(area.h - fixed - plan.square, layout_px(168, scale))) + plan.caption,
                y = area.y + plan.head + plan.caption + plan.square + plan.gap;
    plan.plane = width - plan.gap - plan.square; // what a low window leaves: points have more room
    for (int side = 0; side < SIDE_COUNT; side++) {
        const float x = side == SIDE_A ? area.x : area.x + area.w - width;
        place_squares(layout, side, (Rect){x, area.y, width, 0}, &plan);
        const Plan below = start_plan(layout, scale);
        place_row(layout, side, (Rect){x, y, width, row}, &below, scale);
    }
    const float top = y + row + start_plan(layout, scale).gap;
    place_strips(layout, (Rect){area.x, top, area.w, area.y + area.h - top}, &plan);
}

// One model has the room of both: its squares are larger, what stands below them is at their right.
static void place_alone(Layout *layout, int side, Rect area, float scale)
{
    LatentLayout *latent = &layout->latent;
    Plan plan = start_plan(layout, scale);
    const float half = floorf((area.w - plan.block) / 2), least = layout_px(280, scale);
    plan.band = strip_height(half, 1, scale);
    plan.square = floorf(
        fminf((area.w - least - plan.gap - plan.block) / 2, area.h - plan.head - plan.caption - plan.gap - plan.band));
    const float most = layout_px(224, scale); // of a picture; what they leave of a low window's width is the plane's
    plan.plane = fmaxf(plan.square, area.w - plan.square - plan.gap - plan.block - fmaxf(least, 2 * most + plan.gap));
    place_squares(layout, side, area, &plan);
    const float x = area.x + plan.plane + plan.gap + plan.square + plan.block, width = area.x + area.w - x,
                picture = floorf(fminf(most, (width - plan.gap) / 2)),
                bottom = area.y + plan.head + plan.caption + plan.square;
    const Rect column = {x, area.y + plan.head, width, 0};
    StageRow *first = &layout->stage.rows[SIDE_A];
    first->pictures[0] = place_picture(column, x, picture, &plan, &first->captions[0]);
    first->tools = (Rect){x, area.y, width, plan.head};
    latent->decoded[side] =
        place_picture(column, x + picture + plan.gap, picture, &plan, &latent->decoded_captions[side]);
    const float tools = column.y + plan.caption + first->pictures[0].side + plan.gap;
    latent->tools = (Rect){x, tools, width, layout_px(BUTTON_HEIGHT + 4, scale)};
    const float bars = latent->tools.y + latent->tools.h;
    latent->bars_captions[side] = (Rect){x, bars, width, plan.caption};
    latent->bars[side] = (Rect){x, bars + plan.caption, width, bottom - bars - plan.caption};
    place_strips(layout, (Rect){area.x, bottom + plan.gap, area.w, area.y + area.h - bottom - plan.gap}, &plan);
}

void layout_place_latent(Layout *layout, Rect area, float scale, const Look *look)
{
    if (look->code.shows == SHOWS_BOTH)
        place_both(layout, area, scale);
    else
        place_alone(layout, look->code.shows == SHOWS_B ? SIDE_B : SIDE_A, area, scale);
    layout->page_count = 1;
}
