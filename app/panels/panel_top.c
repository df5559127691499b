// The bar at the top: views, transport, pages, screenshot, help; and the keys that belong to no panel.
#include <stdio.h>

#include "draw/theme.h"
#include "panels/panel.h"

// Too narrow for the shortcuts on the buttons; the help has them.
static bool is_crowded(const Panel *panel) { return panel->layout->top.w < 1330 * panel->ui->scale; }

// A button as wide as its words; moves *x behind it.
static bool place_button(Panel *panel, float *x, const char *id, const char *label, const char *shortcut, bool is_on)
{
    Ui *ui = panel->ui;
    const Rect bar = panel->layout->top;
    const bool is_narrow = is_crowded(panel);
    const float height = ui_px(ui, 26), pad = ui_px(ui, is_narrow ? 6 : 8);
    if (is_narrow)
        shortcut = NULL;
    float width = ui_text_width(ui, is_on ? FONT_UI_BOLD : FONT_UI, TEXT_NORMAL, label) + 2 * pad;
    if (shortcut)
        width += ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, shortcut) + ui_px(ui, 6);
    const Rect rect = {*x, bar.y + (bar.h - height) / 2, width, height};
    *x += width + ui_px(ui, is_narrow ? 3 : 5);
    return ui_button(ui, id, rect, label, shortcut, is_on, COLOR_TEXT);
}

// Behind all widgets, so that the one with the focus has the first claim on Space.
void panel_keys(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    if (ui_take_key(ui, ' ', false))
        panel_request(panel, REQUEST_PLAY, !(frame->is_playing && frame->is_busy));
    if (ui_take_key(ui, '?', false))
        panel_request(panel, REQUEST_HELP, !frame->is_help_shown);
    if (ui_take_key(ui, KEY_ESCAPE, false)) // whatever is nearer has taken it before
        panel_request(panel, frame->is_help_shown ? REQUEST_HELP : REQUEST_BACK, 0);
    if (ui_take_key(ui, 's', false))
        panel_request(panel, REQUEST_SCREENSHOT, 0);
    if (ui_take_key(ui, 'q', true))
        panel_request(panel, REQUEST_QUIT, 0);
    if (ui_take_key(ui, '+', true) || ui_take_key(ui, '=', true))
        panel_request(panel, REQUEST_SCALE, 1);
    if (ui_take_key(ui, '-', true))
        panel_request(panel, REQUEST_SCALE, -1);
    if (ui_take_key(ui, '0', true))
        panel_request(panel, REQUEST_SCALE, 0);
    for (int scene = 0; scene < SCENE_COUNT; scene++)
        if (ui_take_key(ui, '1' + scene, false))
            panel_look(panel)->scene = (Scene)scene;
    if (ui_take_key(ui, '.', false))
        panel_request(panel, REQUEST_STEP, 0);
    if (ui_take_key(ui, 'r', false))
        panel_request(panel, REQUEST_RESTART, 0);
    if (ui_take_key(ui, KEY_PAGE_UP, false) || ui_take_key(ui, '[', false))
        panel_request(panel, REQUEST_PAGE, -1);
    if (ui_take_key(ui, KEY_PAGE_DOWN, false) || ui_take_key(ui, ']', false))
        panel_request(panel, REQUEST_PAGE, 1);
    if (ui_take_key(ui, 'x', false))
        panel_request(panel, REQUEST_SHUFFLE, 0);
}

void panel_top(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect bar = panel->layout->top;
    draw_box(ui->draw, bar, COLOR_PANEL, 0);
    draw_box(ui->draw, (Rect){bar.x, bar.y + bar.h - ui_px(ui, 1), bar.w, ui_px(ui, 1)}, COLOR_EDGE, 0);

    float x = ui_px(ui, MARGIN);
    const float title = ui_text_width(ui, FONT_UI_BOLD, TEXT_TITLE, "losslens");
    ui_text(ui, (Rect){x, bar.y, title + 1, bar.h}, FONT_UI_BOLD, TEXT_TITLE, COLOR_TEXT, ALIGN_LEFT, "losslens");
    x += title + ui_px(ui, 14);
    for (int i = 0; i < SCENE_COUNT; i++) {
        const SceneRow *scene = scene_get((Scene)i);
        char id[24];
        (void)snprintf(id, sizeof id, "view.%s", scene->name);
        if (place_button(panel, &x, id, scene->label, (char[]){(char)('1' + i), 0}, (int)frame->look.scene == i))
            panel_look(panel)->scene = (Scene)i;
    }

    x += ui_px(ui, 10);
    const bool runs = frame->is_playing && frame->is_busy;
    if (place_button(panel, &x, "play", runs ? "Pause" : "Play", "Space", false))
        panel_request(panel, REQUEST_PLAY, !runs);
    if (place_button(panel, &x, "step", "Step", ".", false))
        panel_request(panel, REQUEST_STEP, 0);
    if (place_button(panel, &x, "restart", "Restart", "R", false))
        panel_request(panel, REQUEST_RESTART, 0);
    x += ui_px(ui, 10);
    if (place_button(panel, &x, "page.previous", "\u2190", "[", false))
        panel_request(panel, REQUEST_PAGE, -1);
    if (place_button(panel, &x, "page.next", "\u2192", "]", false))
        panel_request(panel, REQUEST_PAGE, 1);
    if (place_button(panel, &x, "page.shuffle", "Shuffle", "X", false))
        panel_request(panel, REQUEST_SHUFFLE, 0);

    // right-aligned: measured first, then placed
    const bool is_narrow = is_crowded(panel);
    float right = bar.w - ui_px(ui, MARGIN) - ui_px(ui, is_narrow ? 4 * 6 + 2 * 3 : 4 * 8 + 2 * 5) -
                  ui_text_width(ui, FONT_UI, TEXT_NORMAL, "ScreenshotHelp");
    right -= is_narrow ? 0 : ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, "S?") + ui_px(ui, 12);
    right = right < x ? x : right;
    if (place_button(panel, &right, "screenshot", "Screenshot", "S", false))
        panel_request(panel, REQUEST_SCREENSHOT, 0);
    if (place_button(panel, &right, "help", "Help", "?", frame->is_help_shown))
        panel_request(panel, REQUEST_HELP, !frame->is_help_shown);
}
