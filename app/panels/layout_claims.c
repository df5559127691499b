// Where things are among the claims: cards of one height, each with its picture, its words and what can be done. Pure
// arithmetic.
#include <math.h>

#include "panels/layout_parts.h"

enum { DIGITS = 8 }; // among which the one is found on which a claim can be seen

void layout_place_claims(Layout *layout, Rect area, float scale, const Look *look)
{
    (void)look;
    const bool small = layout->stage.is_small;
    const float gap = layout_px(small ? 5 : 8, scale), pad = layout_px(small ? 6 : 12, scale);
    const float height = floorf((area.h - (CLAIM_COUNT - 1) * gap) / CLAIM_COUNT), inner = height - 2 * pad;
    const float side = layout_px(small ? 128 : 176, scale), space = layout_px(small ? 12 : 24, scale);
    // as wide as four pictures of that height, under each its caption
    const float tile = inner - layout_px(small ? 15 : 20, scale), between = layout_px(small ? 6 : 10, scale);
    const float picture = floorf(fminf(4 * tile + 3 * between, 0.36f * area.w));
    for (int i = 0; i < CLAIM_COUNT; i++) {
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
