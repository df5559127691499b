// Where things are among the claims: the pages' tabs; cards of one height, each with its picture, its words and what
// can be done. Pure arithmetic.
#include <math.h>

#include "panels/layout_parts.h"

enum { DIGITS = 8 }; // among which the one is found on which a claim can be seen

// The pages' tabs are at the right of the heading; under a lesson's card, which is in its place, they have a line.
static void place_tabs(Layout *layout, Rect *area, float scale, const Look *look)
{
    const bool small = layout->stage.is_small;
    const float height = layout_px(small ? 24 : 28, scale), width = layout_px(small ? 300 : 360, scale);
    const Rect line = layout->narrator;
    layout->claim_tabs = (Rect){line.x + line.w - width, line.y + floorf((line.h - height) / 2), width, height};
    if (look->lesson < 0) {
        layout->narrator.w -= width + layout_px(GAP, scale);
        return;
    }
    layout->claim_tabs.y = area->y;
    area->y += height + layout_px(4, scale);
    area->h -= height + layout_px(4, scale);
}

void layout_place_claims(Layout *layout, Rect area, float scale, const Look *look)
{
    const int count = claim_page_get(look->claim_page)->count;
    const bool small = layout->stage.is_small;
    const float gap = layout_px(small ? 5 : 8, scale), pad = layout_px(small ? 6 : 12, scale);
    place_tabs(layout, &area, scale, look);
    const float height = floorf((area.h - (float)(count - 1) * gap) / (float)count), inner = height - 2 * pad;
    const float side = layout_px(small ? 128 : 176, scale), space = layout_px(small ? 12 : 24, scale);
    // as wide as four pictures of that height, under each its caption
    const float tile = inner - layout_px(small ? 15 : 20, scale), between = layout_px(small ? 6 : 10, scale);
    const float picture = floorf(fminf(4 * tile + 3 * between, 0.36f * area.w));
    for (int i = 0; i < count; i++) {
        ClaimLayout *claim = &layout->claims[i];
        claim->card = (Rect){area.x, area.y + (float)i * (height + gap), area.w, height};
        const float x = claim->card.x + pad, y = claim->card.y + pad, end = claim->card.x + area.w - pad;
        const float words = x + picture + space;
        claim->picture = (Rect){x, y, picture, inner};
        claim->side = (Rect){end - side, y, side, inner};
        claim->words = (Rect){words, y, claim->side.x - space - words, inner};
    }
    layout->page_count = DIGITS;
}
