// A model as a script of another framework: to read, and to take along.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"

static const char *const frameworks[] = {"PyTorch", "Keras"}; // in the order of files/code.h
enum { FRAMEWORKS = sizeof frameworks / sizeof *frameworks };

static int count_lines(const char *text)
{
    int count = 0;
    for (const char *at = text; *at; at++)
        count += *at == '\n';
    return count;
}

static void ask(Panel *panel, RequestKind kind, int value)
{
    requests_add(panel->requests, (Request){.kind = kind, .value = value, .side = panel->frame->script->side});
}

// The lines from the first on that there is room for; a line that is too long ends at the edge.
static void draw_lines(Panel *panel, Rect area, float line, int first)
{
    Ui *ui = panel->ui;
    const char *at = panel->frame->script->text;
    for (int i = 0; *at && i < first; at++)
        i += *at == '\n';
    for (float y = area.y; *at && y + line <= area.y + area.h + 0.5f; y += line) {
        char text[256];
        const size_t length = strcspn(at, "\n");
        (void)snprintf(text, sizeof text, "%.*s", (int)length, at);
        ui_text(ui, (Rect){area.x, y, area.w, line}, FONT_FIGURES, TEXT_SMALL, ui->theme->text, ALIGN_LEFT, text);
        at += length + (at[length] == '\n');
    }
}

// By the wheel, the arrows and by pages.
static int scroll(Ui *ui, int first, int page, int last)
{
    first -= (int)lroundf(3 * ui->input.wheel);
    first += ui_take_key(ui, KEY_DOWN, false) - ui_take_key(ui, KEY_UP, false);
    first += (page - 1) * (ui_take_key(ui, KEY_PAGE_DOWN, false) - ui_take_key(ui, KEY_PAGE_UP, false));
    first = ui_take_key(ui, KEY_HOME, false) ? 0 : ui_take_key(ui, KEY_END, false) ? last : first;
    return first > last ? last : first < 0 ? 0 : first;
}

static void draw_head(Panel *panel, Rect line)
{
    Ui *ui = panel->ui;
    const Script *script = panel->frame->script;
    const float gap = ui_px(ui, 8), close = ui_px(ui, 90), copy = ui_px(ui, 74), width = ui_px(ui, 170);
    char title[32];
    (void)snprintf(title, sizeof title, "Model %c as code", script->side == SIDE_A ? 'A' : 'B');
    ui_text(ui, line, FONT_UI_BOLD, TEXT_TITLE, ui->theme->text, ALIGN_LEFT, title);
    const Rect last = {line.x + line.w - close, line.y, close, line.h},
               middle = {last.x - gap - copy, line.y, copy, line.h},
               choice = {middle.x - 2 * gap - width, line.y, width, line.h};
    WidgetState states[FRAMEWORKS];
    const int chosen = ui_choice_states(ui, "code.framework", choice, frameworks, FRAMEWORKS, script->framework,
                                        ui->theme->text, states);
    for (int i = 0; i < FRAMEWORKS; i++)
        panel_hint(panel, states[i], "code.framework");
    if (chosen >= 0)
        ask(panel, REQUEST_CODE, chosen);
    if (panel_button(panel, "code.copy", middle, "Copy", NULL, false, "code.copy"))
        ask(panel, REQUEST_CODE_COPY, 0);
    if (panel_button(panel, "close", last, "Close", "Esc", false, "close"))
        panel_request(panel, REQUEST_POPUP, POPUP_NONE);
}

void panel_script(Panel *panel)
{
    Ui *ui = panel->ui;
    const Script *script = panel->frame->script;
    const Rect window = panel->layout->window;
    const float pad = ui_px(ui, 20), head = ui_px(ui, BUTTON_HEIGHT), line = ui_px(ui, 17);
    const float width = fminf(ui_px(ui, 900), window.w - pad), height = window.h - 2 * pad;
    const Rect box = {roundf((window.w - width) / 2), pad, width, height};
    panel_dialog(panel, box);
    draw_head(panel, (Rect){box.x + pad, box.y + pad, width - 2 * pad, head});
    if (!script->text)
        return;
    const Rect area = {box.x + pad, box.y + 2 * pad + head, width - 2 * pad, height - 3 * pad - head};
    const int page = (int)(area.h / line), last = (int)fmax(0, count_lines(script->text) - page);
    const int first = scroll(ui, script->first, page, last);
    draw_lines(panel, area, line, first);
    if (last > 0) {
        const float size = area.h * (float)page / (float)(page + last);
        draw_box(ui->draw,
                 (Rect){area.x + area.w, area.y + (area.h - size) * (float)first / (float)last, ui_px(ui, 4), size},
                 ui->theme->faint, ui_px(ui, 2));
    }
    if (first != script->first)
        ask(panel, REQUEST_CODE_SCROLL, first);
}
