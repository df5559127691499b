// The menu of set-ups: one click sets both models and the view.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"
#include "state/presets.h"

// Those of a view that is left out are not listed.
static bool is_listed(const Panel *panel, int preset)
{
    return !controls_hide_scene(&panel->frame->look, preset_get(preset)->scene);
}

static bool begins_group(const Panel *panel, int preset)
{
    int before = preset - 1;
    while (before >= 0 && !is_listed(panel, before))
        before--;
    return before < 0 || strcmp(preset_get(preset)->group, preset_get(before)->group) != 0;
}

void panel_setups(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect top = panel->layout->top;
    const float pad = ui_px(ui, 8), heading = ui_px(ui, 20);
    float width = 0, height = 2 * pad;
    int headings = 0, count = 0;
    for (int i = 0; i < preset_count(); i++) {
        if (!is_listed(panel, i))
            continue;
        count++;
        width = fmaxf(width, panel_menu_width(panel, preset_get(i)->title));
        headings += begins_group(panel, i);
    }
    const float room = panel->layout->window.h - top.h - 3 * pad - (float)headings * heading;
    const float line = fminf(ui_px(ui, BUTTON_HEIGHT), floorf(room / (float)count));
    height += line * (float)count + (float)headings * heading;
    const Rect box = {top.x + top.w - width - 2 * pad - ui_px(ui, MARGIN), top.y + top.h, width + 2 * pad, height};
    panel_popup(panel, box);
    Rect row = {box.x + pad, box.y + pad, width, line};
    for (int i = 0; i < preset_count(); i++) {
        const Preset *preset = preset_get(i);
        if (!is_listed(panel, i))
            continue;
        if (begins_group(panel, i)) {
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
