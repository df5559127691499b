// The grids of test digits: input, reconstructions, heatmaps of the error per pixel.
#include <math.h>
#include <stdio.h>

#include "palette.h"
#include "panel.h"
#include "theme.h"

static void draw_header(Panel *panel, Rect header, int side, const char *title, const char *right)
{
    Ui *ui = panel->ui;
    float x = header.x;
    if (side >= 0) {
        const float size = ui_px(ui, 8);
        draw_box(ui->draw, (Rect){x, header.y + (header.h - size) / 2, size, size}, panel_side_color(side),
                 ui_px(ui, 2));
        x += size + ui_px(ui, 6);
    }
    const float right_width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, right);
    ui_text(ui, (Rect){x, header.y, header.x + header.w - x - right_width - ui_px(ui, 4), header.h}, FONT_UI,
            TEXT_NORMAL, COLOR_TEXT, ALIGN_LEFT, title);
    ui_text(ui, header, FONT_FIGURES, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_RIGHT, right);
}

static Rect grid_header(const GridLayout *grid)
{
    Rect header = grid->header;
    header.w = grid->pitch * (float)grid->columns;
    return header;
}

static void draw_input(Panel *panel)
{
    const Frame *frame = panel->frame;
    char range[48];
    if (frame->is_shuffled)
        (void)snprintf(range, sizeof range, "%d random of %d", frame->page_count, frame->test_count);
    else
        (void)snprintf(range, sizeof range, "test %d\u2013%d", frame->first,
                       (frame->first + frame->page_count - 1) % frame->test_count);
    draw_header(panel, grid_header(&frame->layout.input), -1, "Input", range);
    panel_images(panel, &frame->layout.input, frame->targets, frame->page_count, MAP_GREY, 1.0f, false);
}

static void draw_reconstruction(Panel *panel, int side)
{
    const Frame *frame = panel->frame;
    const GridLayout *grid = &frame->layout.reconstruction[side];
    const Rect header = grid_header(grid);
    // the caption goes for both models or for none; their cards say the same
    float widest = 0;
    for (int i = 0; i < SIDE_COUNT; i++)
        widest = fmaxf(widest, ui_text_width(panel->ui, FONT_FIGURES, TEXT_SMALL, frame->models[i].caption));
    const float needed = widest + ui_text_width(panel->ui, FONT_UI, TEXT_NORMAL, "Output") + ui_px(panel->ui, 24);
    draw_header(panel, header, side, "Output", needed <= header.w ? frame->models[side].caption : "");
    panel_images(panel, grid, frame->models[side].p, frame->page_count, MAP_GREY, 1.0f, false);
}

static void draw_heatmap(Panel *panel, int side, int loss)
{
    const Frame *frame = panel->frame;
    const GridLayout *grid = &frame->layout.heatmap[side][loss];
    const Rect header = grid_header(grid);
    char title[32];
    const Metrics *test = &frame->models[side].snapshot->test;
    if (test->images > 0)
        (void)snprintf(title, sizeof title, "%s %.4f", loss_get(loss)->label, metrics_loss(test, loss));
    else
        (void)snprintf(title, sizeof title, "%s", loss_get(loss)->label);
    const float bar = panel_color_bar(panel, header, heat_scales[loss], loss == LOSS_BCE ? " nat" : "");
    Rect rest = header;
    rest.w -= bar + ui_px(panel->ui, 6);
    if (ui_text_width(panel->ui, FONT_UI, TEXT_NORMAL, title) + ui_px(panel->ui, 20) > rest.w)
        (void)snprintf(title, sizeof title, "%s", loss_get(loss)->label);
    draw_header(panel, rest, side, title, "");
    panel_images(panel, grid, frame->models[side].loss[loss], frame->page_count, MAP_HEAT, heat_scales[loss], false);
}

void panel_grids(Panel *panel)
{
    draw_input(panel);
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!panel_is_shown(panel->frame, side))
            continue;
        draw_reconstruction(panel, side);
        for (int loss = 0; loss < HEATMAP_COUNT; loss++)
            draw_heatmap(panel, side, loss);
    }
}
