// What was done to, or noticed about, what the person brought: its sentences, in a list.
#include <math.h>

#include "panels/panel.h"

void panel_notices(Panel *panel)
{
    Ui *ui = panel->ui;
    const Notices *notices = panel->frame->notices;
    const Rect window = panel->layout->window;
    const float pad = ui_px(ui, 20), gap = ui_px(ui, 8), line = ui_px(ui, 26), row = ui_px(ui, BUTTON_HEIGHT);
    const float width = fminf(ui_px(ui, 640), window.w - pad), inner = width - 2 * pad;
    float words = 0;
    for (int i = 0; i < notices->count; i++)
        words += ui_paragraph(ui, (Rect){0, 0, inner, window.h}, FONT_UI, TEXT_NORMAL, 0, notices->text[i]) + gap;
    words = fminf(words, window.h - 3 * pad - line - row - 2 * gap);
    const float height = 2 * pad + line + gap + words + gap + row;
    const Rect box = {roundf((window.w - width) / 2), roundf(fmaxf(0, (window.h - height) / 2)), width, height};
    panel_dialog(panel, box);
    Rect at = {box.x + pad, box.y + pad, inner, line};
    ui_text(ui, at, FONT_UI_BOLD, TEXT_TITLE, ui->theme->text, ALIGN_LEFT, "What was noticed");
    at.y += line + gap;
    const float end = at.y + words;
    for (int i = 0; i < notices->count && at.y < end; i++)
        at.y += gap + ui_paragraph(ui, (Rect){at.x, at.y, inner, end - at.y}, FONT_UI, TEXT_NORMAL, ui->theme->soft,
                                   notices->text[i]);
    const float button = ui_px(ui, 90);
    if (panel_button(panel, "close", (Rect){box.x + pad, box.y + box.h - pad - row, button, row}, "Close", "Esc", false,
                     "close"))
        panel_request(panel, REQUEST_POPUP, POPUP_NONE);
}
