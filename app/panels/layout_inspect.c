// Where things are in the inspect view. Pure arithmetic.
#include <math.h>

#include "panels/layout_parts.h"

void layout_place_inspect(Layout *layout, Rect area, float scale, const Look *look)
{
    (void)look;
    enum { IMAGES = 1 + 2 * SIDE_COUNT, TABLE_ROWS = 9 };
    InspectLayout *inspect = &layout->inspect;
    const float gap = layout_px(GAP, scale), header = layout_px(layout->stage.is_small ? 26 : HEAD_HEIGHT, scale),
                line = layout_px(17, scale);
    const float table = TABLE_ROWS * line + layout_px(10, scale), least_plot = layout_px(130, scale);
    const float room = fminf((area.w - (IMAGES - 1) * gap) / IMAGES, area.h - table - least_plot - 2 * gap - header);
    int pixel_px = (int)(room / DIGIT_SIDE);
    pixel_px = pixel_px < 1 ? 1 : pixel_px;
    const float side = (float)(pixel_px * DIGIT_SIDE), step = floorf((area.w - side) / (IMAGES - 1));
    GridLayout *const grids[IMAGES] = {&inspect->input, &inspect->output[SIDE_A], &inspect->heatmap[SIDE_A],
                                       &inspect->output[SIDE_B], &inspect->heatmap[SIDE_B]};
    for (int i = 0; i < IMAGES; i++) {
        const float x = area.x + (float)i * step;
        *grids[i] = layout_single_cell(x, area.y + header, side);
        grids[i]->header = (Rect){x, area.y, side, header};
    }
    const float plots = area.y + header + side + gap, bottom = area.y + area.h;
    const float half = floorf((area.w - gap) / 2), plot_height = bottom - table - gap - plots;
    inspect->loss_plot = (Rect){area.x, plots, half, plot_height};
    inspect->slope_plot = (Rect){area.x + half + gap, plots, area.w - half - gap, plot_height};
    inspect->pixel_table = (Rect){area.x, bottom - table, half, table};
    inspect->set_table = (Rect){area.x + half + gap, bottom - table, area.w - half - gap, table};
    layout->page_count = 1;
}
