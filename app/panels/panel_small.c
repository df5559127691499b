// What a window shows that is too small for everything else: a sentence. Keys still work.
#include <math.h>
#include <stdio.h>

#include "panels/panel.h"

void panel_small(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect window = panel->layout->window;
    if (!panel->layout->is_too_small)
        return;
    draw_box(ui->draw, window, ui->theme->back, 0);
    char text[96];
    (void)snprintf(text, sizeof text, "losslens needs at least %dx%d pixels: make the window larger", LEAST_WIDTH,
                   LEAST_HEIGHT);
    const float margin = fminf(ui_px(ui, MARGIN), window.w / 16);
    Rect lines = {margin, 0, window.w - 2 * margin, window.h};
    const float width = ui_text_width(ui, FONT_UI, TEXT_TITLE, text),
                height = ui_paragraph(ui, lines, FONT_UI, TEXT_TITLE, 0, text);
    lines.x = fmaxf(lines.x, roundf((window.w - width) / 2)); // one line is centred, several begin at the margin
    lines.y = fmaxf(0, roundf((window.h - height) / 2));
    lines.h = window.h - lines.y;
    (void)ui_paragraph(ui, lines, FONT_UI, TEXT_TITLE, ui->theme->text, text);
}
