// Where things are among the claims. Pure arithmetic.
#include <math.h>

#include "panels/layout_parts.h"

void layout_place_claims(Layout *layout, Rect area, float scale, const Look *look)
{
    (void)look;
    // in proportion to the rows of their tables, the words' least included
    static const float weights[CLAIM_COUNT] = {10, 7, 5.5f, 5, 7};
    const float gap = layout_px(6, scale), room = area.h - (CLAIM_COUNT - 1) * gap;
    float y = area.y, sum = 0;
    for (int i = 0; i < CLAIM_COUNT; i++)
        sum += weights[i];
    for (int i = 0; i < CLAIM_COUNT; i++) {
        const float height = floorf(room * weights[i] / sum);
        layout->claims[i] = (Rect){area.x, y, area.w, height};
        y += height + gap;
    }
    layout->page_count = 1;
}
