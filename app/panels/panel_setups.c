// The menu of set-ups: one click sets both models and the view.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"
#include "state/presets.h"

static bool begins_group(int preset)
{
    return preset == 0 || strcmp(preset_get(preset)->group, preset_get(preset - 1)->group) != 0;
}

void panel_setups(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect top = panel->layout->top;
    const float pad = ui_px(ui, 8), heading = ui_px(ui, 20);
    float width = 0, height = 2 * pad;
    int headings = 0;
    for (int i = 0; i < preset_count(); i++) {
        width = fmaxf(width, ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, preset_get(i)->title) + ui_px(ui, 34));
        headings += begins_group(i);
    }
    const float room = panel->layout->window.h - top.h - 3 * pad - (float)headings * heading;
    const float line = fminf(ui_px(ui, BUTTON_HEIGHT), floorf(room / (float)preset_count()));
    height += line * (float)preset_count() + (float)headings * heading;
    const Rect box = {top.x + top.w - width - 2 * pad - ui_px(ui, MARGIN), top.y + top.h, width + 2 * pad, height};
    panel_popup(panel, box);
    Rect row = {box.x + pad, box.y + pad, width, line};
    for (int i = 0; i < preset_count(); i++) {
        const Preset *preset = preset_get(i);
        if (begins_group(i)) {
            ui_text(ui, (Rect){row.x, row.y, width, heading}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
                    preset->group);
            row.y += heading;
        }
        char id[32];
        (void)snprintf(id, sizeof id, "setup.%s", preset->key);
        const WidgetState state = panel_menu_row(panel, id, row, preset->title, NULL, panel->frame->preset == i);
        panel_hint(panel, state, "setups");
        if (state.is_clicked)
            panel_request(panel, REQUEST_PRESET, i);
        row.y += line;
    }
}
