// What is being read for the window: its name, how far it is, and a button that gives it up.
#include <math.h>
#include <stdio.h>

#include "panels/panel.h"

void panel_arrival(Panel *panel)
{
    Ui *ui = panel->ui;
    const Arrival *arrival = panel->frame->arrival;
    if (!arrival->is_on || panel->frame->is_capture)
        return;
    const Rect box = panel->layout->arrival;
    const float pad = ui_px(ui, 10), height = ui_px(ui, BUTTON_HEIGHT), bar = ui_px(ui, 3);
    ui->is_modal = panel->layout->is_too_small;
    draw_box(ui->draw, box, ui->theme->float_back | 0xff, ui_px(ui, RADIUS));
    draw_frame(ui->draw, box, ui->theme->faint, ui_px(ui, RADIUS), fmaxf(1, ui_px(ui, 1)));
    char text[sizeof arrival->name + 32];
    const double share = arrival->total > 0 ? fmin(1.0, (double)arrival->done / (double)arrival->total) : 0.0;
    if (arrival->total > 0)
        (void)snprintf(text, sizeof text, "%.0f %%  %s", 100.0 * share, arrival->name);
    else
        (void)snprintf(text, sizeof text, "Reading %s", arrival->name);
    const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, "Cancel") + ui_px(ui, 18);
    const Rect button = {box.x + box.w - pad - width, box.y + floorf((box.h - bar - height) / 2), width, height};
    ui_text(ui, (Rect){box.x + pad, box.y, button.x - box.x - 2 * pad, box.h - bar}, FONT_UI, TEXT_NORMAL,
            ui->theme->text, ALIGN_LEFT, text);
    draw_box(ui->draw, (Rect){box.x, box.y + box.h - bar, box.w * (float)share, bar}, ui->theme->text, 0);
    if (panel_button(panel, "arrival.cancel", button, "Cancel", NULL, false, "arrival.cancel") ||
        (panel->frame->popup == POPUP_NONE && ui_take_key(ui, KEY_ESCAPE, false)))
        panel_request(panel, REQUEST_GIVE_UP, 0);
}
