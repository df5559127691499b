// The table of panels, and the parts that several of them share.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panel.h"
#include "theme.h"

Color panel_side_color(int side) { return side == SIDE_A ? COLOR_A : COLOR_B; }

bool panel_is_shown(const Frame *frame, int side)
{
    return frame->scene == SCENE_COMPARE || frame->scene == (side == SIDE_A ? SCENE_SOLO_A : SCENE_SOLO_B);
}

Rect panel_plot_frame(Panel *panel, Rect rect, const char *title, const char *subtitle)
{
    Ui *ui = panel->ui;
    const float pad = ui_px(ui, 12), header = ui_px(ui, 26);
    draw_box(ui->draw, rect, COLOR_PANEL, ui_px(ui, RADIUS));
    draw_frame(ui->draw, rect, COLOR_EDGE, ui_px(ui, RADIUS), ui_px(ui, 1));
    const Rect line = {rect.x + pad, rect.y, rect.w - 2 * pad, header};
    ui_text(ui, line, FONT_UI, TEXT_NORMAL, COLOR_TEXT, ALIGN_LEFT, title);
    const float used = ui_text_width(ui, FONT_UI, TEXT_NORMAL, title) + ui_px(ui, 8);
    if (subtitle)
        ui_text(ui, (Rect){line.x + used, line.y, line.w - used, line.h}, FONT_UI, TEXT_SMALL, COLOR_TEXT_SOFT,
                ALIGN_LEFT, subtitle);
    const float foot = ui_px(ui, 20);
    return (Rect){rect.x + pad, rect.y + header, rect.w - 2 * pad, rect.h - header - foot};
}

void panel_format_progress(const Frame *frame, int side, char *text, size_t size)
{
    const Snapshot *s = frame->models[side].snapshot;
    if (s->broken_step >= 0)
        (void)snprintf(text, size, "broke at step %lld, shown: %lld", (long long)s->broken_step, (long long)s->step);
    else
        (void)snprintf(text, size, "epoch %lld / %d", (long long)(s->step / s->steps_per_epoch), frame->epochs);
}

static void find_hover(Panel *panel, const GridLayout *grid, int count, bool is_pad)
{
    const Input *input = &panel->ui->input;
    if (!input->is_inside || panel->ui->is_modal)
        return;
    const float x = input->mouse_x - grid->origin.x, y = input->mouse_y - grid->origin.y;
    if (x < 0 || y < 0)
        return;
    const int column = (int)(x / grid->pitch), row = (int)(y / grid->pitch), cell = row * grid->columns + column;
    const int px = (int)((x - (float)column * grid->pitch) / (float)grid->pixel_px);
    const int py = (int)((y - (float)row * grid->pitch) / (float)grid->pixel_px);
    if (column < grid->columns && cell < count && px < DIGIT_SIDE && py < DIGIT_SIDE)
        panel->hover = (PixelHover){true, is_pad, cell, py * DIGIT_SIDE + px};
}

void panel_images(Panel *panel, const GridLayout *grid, const float *values, int count, ImageMap map, float scale,
                  bool is_pad)
{
    find_hover(panel, grid, count, is_pad);
    draw_images(panel->ui->draw, grid->origin, grid->columns, count, grid->pitch, grid->pitch, grid->pixel_px, values,
                map, scale);
}

float panel_color_bar(Panel *panel, Rect rect, float scale, const char *unit)
{
    Ui *ui = panel->ui;
    char end[32];
    (void)snprintf(end, sizeof end, "\u2265%g%s", (double)scale, unit);
    const float bar = ui_px(ui, rect.w < 170 * ui->scale ? 28 : 48), gap = ui_px(ui, 4), height = ui_px(ui, 8);
    const float end_width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, end);
    const float zero_width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, "0");
    const float total = zero_width + gap + bar + gap + end_width;
    if (total > rect.w)
        return 0;
    float x = rect.x + rect.w - total;
    ui_text(ui, (Rect){x, rect.y, zero_width, rect.h}, FONT_FIGURES, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_LEFT, "0");
    x += zero_width + gap;
    enum { STEPS = 24 };
    for (int i = 0; i < STEPS; i++) {
        const float left = roundf(bar * (float)i / STEPS), right = roundf(bar * (float)(i + 1) / STEPS);
        draw_box(ui->draw, (Rect){x + left, roundf(rect.y + (rect.h - height) / 2), right - left, height},
                 draw_map_color(MAP_HEAT, scale * ((float)i + 0.5f) / STEPS, scale), 0);
    }
    ui_text(ui, (Rect){x + bar + gap, rect.y, end_width, rect.h}, FONT_FIGURES, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_LEFT,
            end);
    return total;
}

// In the order in which they are drawn, which is the order of the Tab key too.
static void (*const panels[])(Panel *) = {
    panel_top,    panel_pad,    panel_models,  panel_grids, panel_drawn, panel_histogram,
    panel_curves, panel_status, panel_tooltip, panel_help,  panel_keys,
};

void panels_draw(Ui *ui, const Frame *frame, Requests *requests)
{
    Panel panel = {.ui = ui, .frame = frame, .requests = requests};
    draw_box(ui->draw, (Rect){0, 0, frame->layout.top.w, frame->layout.bottom.y + frame->layout.bottom.h}, COLOR_BACK,
             0);
    ui->is_modal = frame->is_help_shown;
    for (size_t i = 0; i < sizeof panels / sizeof *panels; i++)
        panels[i](&panel);
}
