// The bar at the top: views, menus, screenshot, help; and the keys that belong to no panel.
#include <math.h>
#include <stdio.h>

#include "draw/ui_field.h"
#include "panels/panel.h"
#include "state/words.h"

// A button of the bar; a view where scene is one.
typedef struct BarButton {
    char id[24];
    const char *label, *shortcut, *words;
    bool is_on;
} BarButton;

static float button_width(Ui *ui, const BarButton *button, bool is_small)
{
    const float pad = ui_px(ui, is_small ? 7 : 10);
    return ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, button->label) + 2 * pad +
           (is_small ? 0 : ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, button->shortcut) + ui_px(ui, 8));
}

// Whose spec Ctrl C copies: that of the settings that are open, else A's, where B is not shown alone.
static int copied_side(const Frame *frame)
{
    if (frame->popup == POPUP_MORE_A || frame->popup == POPUP_MORE_B)
        return frame->popup == POPUP_MORE_A ? SIDE_A : SIDE_B;
    return panel_is_shown(frame, SIDE_B) && !panel_is_shown(frame, SIDE_A) ? SIDE_B : SIDE_A;
}

// Behind all widgets, so that the one with the focus has the first claim on Space.
void panel_keys(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    if (ui_take_key(ui, ' ', false))
        panel_request(panel, REQUEST_PLAY, !(frame->is_playing && frame->is_busy));
    if (ui_take_key(ui, '?', false))
        panel_request(panel, REQUEST_POPUP, POPUP_HELP);
    if (ui_take_key(ui, 'o', true) && !panel_hides(panel, HIDE_DATA)) {
        ui_field_open(ui, PANEL_PATH_FIELD, "");
        if (frame->popup != POPUP_DATA)
            panel_request(panel, REQUEST_POPUP, POPUP_DATA);
    }
    if (ui_take_key(ui, 'o', false))
        panel_request(panel, REQUEST_POPUP, POPUP_SETUPS);
    if (ui_take_key(ui, KEY_ESCAPE, false)) // whatever is nearer has taken it before
        panel_request(panel, frame->popup != POPUP_NONE ? REQUEST_POPUP : REQUEST_BACK, POPUP_NONE);
    if (ui_take_shift_key(ui, 's'))
        panel_request(panel, REQUEST_SCREENSHOT, SCREENSHOT_WINDOW);
    if (ui_take_key(ui, 's', false))
        panel_request(panel, REQUEST_SCREENSHOT, SCREENSHOT_FIGURE);
    if (ui_take_key(ui, 'q', true))
        panel_request(panel, REQUEST_QUIT, 0);
    if (ui_take_key(ui, 'c', true))
        requests_add(panel->requests, (Request){.kind = REQUEST_COPY, .side = copied_side(frame)});
    if (ui_take_key(ui, 'l', true))
        panel_request(panel, REQUEST_LINK, 0);
    if (ui_take_key(ui, KEY_F11, false))
        panel_request(panel, REQUEST_FULLSCREEN, !frame->is_fullscreen);
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

static bool draw_button(Panel *panel, const BarButton *button, float *x, float width)
{
    Ui *ui = panel->ui;
    const Rect bar = panel->layout->top;
    const bool is_small = panel->layout->stage.is_small;
    const float height = ui_px(ui, is_small ? 24 : 28);
    const Rect rect = {*x, bar.y + roundf((bar.h - height) / 2), width, height};
    *x += width + ui_px(ui, is_small ? 4 : 6);
    return panel_button(panel, button->id, rect, button->label, is_small ? NULL : button->shortcut, button->is_on,
                        button->words);
}

static void draw_views(Panel *panel, float *x)
{
    Ui *ui = panel->ui;
    const Scene shown = panel->frame->look.scene;
    for (int i = 0; i < SCENE_COUNT; i++) {
        const SceneRow *scene = scene_get((Scene)i);
        if (scene_has((Scene)i, SCENE_IS_SOLO) || controls_hide_scene(&panel->frame->look, (Scene)i))
            continue;
        const bool is_on = (int)shown == i || (i == SCENE_COMPARE && scene_has(shown, SCENE_IS_SOLO));
        const char key[] = {(char)('1' + i), 0};
        char label[48]; // of one model alone: whose, and what a click goes back to
        const bool is_solo = is_on && scene_has(shown, SCENE_IS_SOLO);
        (void)snprintf(label, sizeof label, is_solo ? "%s \u203a %c" : "%s", scene->label,
                       scene_shows(shown, SIDE_A) ? 'A' : 'B');
        BarButton button = {.label = label, .shortcut = key, .is_on = is_on};
        (void)snprintf(button.id, sizeof button.id, "view.%s", scene->name);
        button.words = words_of_widget(button.id)->key; // its own, or those of any view
        if (draw_button(panel, &button, x, button_width(ui, &button, panel->layout->stage.is_small)))
            panel_look(panel)->scene = (Scene)i;
    }
}

// The first lesson, or out of the one that goes on; pointed out until somebody has taken it.
static void draw_offer(Panel *panel, float *x, float end)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const bool is_on = frame->look.lesson >= 0, is_small = panel->layout->stage.is_small;
    const Lesson *lesson = lesson_get(is_on ? frame->look.lesson : 0);
    BarButton button = {"lesson.offer", lesson->button, "", "lesson", is_on};
    *x += ui_px(ui, is_small ? 6 : 14);
    if (*x + button_width(ui, &button, is_small) > end)
        button.label = lesson->brief;
    const float from = *x, width = button_width(ui, &button, is_small), height = ui_px(ui, is_small ? 24 : 28);
    if (draw_button(panel, &button, x, width)) {
        if (is_on)
            panel_request(panel, REQUEST_LESSON_END, 0);
        else
            requests_add(panel->requests, (Request){.kind = REQUEST_LESSON});
    }
    const Rect bar = panel->layout->top;
    if (frame->is_lesson_new && !is_on)
        draw_frame(ui->draw, (Rect){from, bar.y + roundf((bar.h - height) / 2), width, height}, ui->theme->lesson,
                   ui_px(ui, RADIUS), ui_px(ui, 2));
}

void panel_top(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect bar = panel->layout->top;
    const bool is_small = panel->layout->stage.is_small;
    draw_box(ui->draw, bar, ui->theme->panel, 0);
    draw_box(ui->draw, (Rect){bar.x, bar.y + bar.h - ui_px(ui, 1), bar.w, ui_px(ui, 1)}, ui->theme->edge, 0);
    float x = panel->layout->narrator.x;
    const float title = ui_text_width(ui, FONT_UI_BOLD, TEXT_FIGURE, "losslens");
    ui_text(ui, (Rect){x, bar.y, title + 1, bar.h}, FONT_UI_BOLD, TEXT_FIGURE, ui->theme->text, ALIGN_LEFT, "losslens");
    x += title + ui_px(ui, is_small ? 10 : 18);
    draw_views(panel, &x);
    static const Control doors[] = {HIDE_DATA, HIDE_SETUPS, HIDE_SHOWING, HIDE_SAVE, HIDE_HELP};
    const BarButton menus[] = {{"menu.data", "Data", "", "data_menu", frame->popup == POPUP_DATA},
                               {"menu.setups", "Set-ups", "O", "setups", frame->popup == POPUP_SETUPS},
                               {"menu.view", "View", "", "view_menu", frame->popup == POPUP_VIEW},
                               {"screenshot", "Screenshot", "S", "screenshot", false},
                               {"help", "Help", "?", "help", frame->popup == POPUP_HELP}};
    enum { MENUS = sizeof menus / sizeof *menus };
    float widths[MENUS], right = bar.w - panel->layout->narrator.x;
    for (int i = MENUS - 1, shown = 0; i >= 0; i--) {
        widths[i] = button_width(ui, &menus[i], is_small);
        if (!panel_hides(panel, doors[i]))
            right -= widths[i] + (shown++ > 0 ? ui_px(ui, is_small ? 4 : 6) : 0);
    }
    if (!panel_hides(panel, HIDE_LESSON) || frame->look.lesson >= 0)
        draw_offer(panel, &x, right - ui_px(ui, 8));
    right = right < x ? x : right;
    static const struct {
        RequestKind kind;
        int value;
    } asked[MENUS] = {{REQUEST_POPUP, POPUP_DATA},
                      {REQUEST_POPUP, POPUP_SETUPS},
                      {REQUEST_POPUP, POPUP_VIEW},
                      {REQUEST_SCREENSHOT, SCREENSHOT_FIGURE},
                      {REQUEST_POPUP, POPUP_HELP}};
    for (int i = 0; i < MENUS; i++)
        if (!panel_hides(panel, doors[i]) && draw_button(panel, &menus[i], &right, widths[i]))
            panel_request(panel, asked[i].kind, asked[i].value);
}
