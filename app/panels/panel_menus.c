// The menus: which map a column shows, and how things are shown.
#include <math.h>
#include <stdio.h>

#include "panels/panel.h"

// ---- the list of heatmaps -----------------------------------------------------------------------------------------

static void show_map(Panel *panel, int column, int mode)
{
    Look *look = panel_look(panel);
    look->heatmaps[column] = mode;
    look->matrix_shows_map |= look->scene == SCENE_MATRIX && column == 0;
}

void panel_maps(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const int column = frame->popup == POPUP_MAP_0 ? 0 : 1;
    const Rect below = panel_map_place(panel, column);
    const float pad = ui_px(ui, 6), line = ui_px(ui, BUTTON_HEIGHT);
    float width = ui_px(ui, 160);
    for (int mode = 0; mode < heatmap_count(); mode++)
        width = fmaxf(width, panel_menu_width(panel, heatmap_get(mode)->label));
    Rect box = {below.x, below.y + below.h, width + 2 * pad, line * (float)heatmap_count() + 2 * pad};
    box.x = fminf(box.x, panel->layout->window.w - box.w - pad);
    box.y = fminf(box.y, panel->layout->window.h - box.h - pad);
    panel_popup(panel, box);
    for (int mode = 0; mode < heatmap_count(); mode++) {
        char id[32];
        (void)snprintf(id, sizeof id, "heat.%s", heatmap_get(mode)->key);
        const Rect row = {box.x + pad, box.y + pad + line * (float)mode, width, line - ui_px(ui, 2)};
        const WidgetState state =
            panel_menu_row(panel, id, row, heatmap_get(mode)->label, NULL, frame->look.heatmaps[column] == mode);
        panel_heat_hint(panel, state, mode);
        if (state.is_clicked) {
            show_map(panel, column, mode);
            panel_request(panel, REQUEST_POPUP, POPUP_NONE);
        }
    }
}

// ---- how things are shown -----------------------------------------------------------------------------------------

static void set_wipe(Look *look, int on)
{
    look->is_wiped = on;
    look->scene = SCENE_COMPARE;
}
static int get_wipe(const Frame *frame) { return panel_is_wiped(frame); }
static void set_clipped(Look *look, int on) { look->is_clipped = on; }
static int get_clipped(const Frame *frame) { return frame->look.is_clipped; }
static void set_binary(Look *look, int on) { look->binarise = (float)on; }
static int get_binary(const Frame *frame) { return frame->look.binarise >= 1.0f; }

// To add a switch: a row here, with its help in words.c.
typedef struct Switch {
    const char *id, *label, *shortcut, *words;
    int (*get)(const Frame *frame);
    void (*set)(Look *look, int on);
} Switch;

static const Switch switches[] = {
    {"wipe", "Wipe A over B", "W", "wipe", get_wipe, set_wipe},
    {"clipped", "Clipped, as one would see it", "K", "clipped", get_clipped, set_clipped},
    {"binary", "Black-white targets", "I", "targets", get_binary, set_binary},
};
enum { SWITCH_COUNT = sizeof switches / sizeof *switches };

static void list_show_as(const char *labels[SHOW_AS_COUNT])
{
    for (int i = 0; i < SHOW_AS_COUNT; i++)
        labels[i] = show_as_get((ShowAs)i)->label;
}

static void choose_show_as(Panel *panel, Rect row, float label)
{
    Ui *ui = panel->ui;
    const char *labels[SHOW_AS_COUNT];
    WidgetState states[CHOICES_MAX];
    list_show_as(labels);
    ui_text(ui, row, FONT_UI, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, "Outputs shown as");
    const int chosen = ui_choice_states(ui, "show_as", (Rect){row.x + label, row.y, row.w - label, row.h}, labels,
                                        SHOW_AS_COUNT, (int)panel->frame->look.show_as, ui->theme->text, states);
    for (int i = 0; i < SHOW_AS_COUNT; i++)
        ui_set_hint(ui, states[i], show_as_get((ShowAs)i)->what, show_as_get((ShowAs)i)->look);
    if (chosen >= 0)
        panel_look(panel)->show_as = (ShowAs)chosen;
}

static void choose_feed(Panel *panel, Rect row, float label)
{
    static const char *const labels[FEED_COUNT] = {"off", "play", "pause"};
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    WidgetState states[CHOICES_MAX];
    char text[32];
    (void)snprintf(text, sizeof text, "Fed back %d\u00d7", frame->look.fed_back);
    ui_text(ui, row, FONT_UI, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT,
            frame->look.fed_back ? text : "Outputs fed back");
    const Feed now = frame->is_feeding ? FEED_PLAY : frame->look.fed_back > 0 ? FEED_PAUSE : FEED_OFF;
    const int chosen = ui_choice_states(ui, "feed", (Rect){row.x + label, row.y, row.w - label, row.h}, labels,
                                        FEED_COUNT, (int)now, ui->theme->text, states);
    for (int i = 0; i < FEED_COUNT; i++)
        panel_hint(panel, states[i], "feed");
    if (chosen >= 0)
        panel_request(panel, REQUEST_FEED, chosen);
}

void panel_view_menu(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const char *longest[SHOW_AS_COUNT]; // the widest row's
    list_show_as(longest);
    const float pad = ui_px(ui, 8), line = ui_px(ui, BUTTON_HEIGHT + 2), label = ui_px(ui, 130),
                width = label + ui_choice_width(ui, longest, SHOW_AS_COUNT);
    const Rect top = panel->layout->top;
    const Rect box = {top.x + top.w - width - 2 * pad - ui_px(ui, MARGIN), top.y + top.h, width + 2 * pad,
                      line * (SWITCH_COUNT + 8) + 2 * pad};
    panel_popup(panel, box);
    Rect row = {box.x + pad, box.y + pad, width, line - ui_px(ui, 2)};
    for (int i = 0; i < SWITCH_COUNT; i++) {
        const WidgetState state =
            panel_menu_row(panel, switches[i].id, row, switches[i].label, switches[i].shortcut, switches[i].get(frame));
        panel_hint(panel, state, switches[i].words);
        if (state.is_clicked)
            switches[i].set(panel_look(panel), !switches[i].get(frame));
        row.y += line;
    }
    ui_text(ui, row, FONT_UI, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, "grey \u2026 black-white");
    float mix = frame->look.binarise;
    WidgetState slider;
    if (ui_slider(ui, "input.mix", (Rect){row.x + label, row.y, row.w - label, row.h}, "grey to black-white", &mix,
                  &slider))
        panel_look(panel)->binarise = mix;
    panel_hint(panel, slider, "targets");
    row.y += line;
    choose_show_as(panel, row, label);
    row.y += line;
    choose_feed(panel, row, label);
    row.y += line;
    const WidgetState noise = panel_menu_row(panel, "pad.noise", row, "Noise instead of the drawing", NULL, false);
    panel_hint(panel, noise, "pad.noise");
    if (noise.is_clicked)
        panel_request(panel, REQUEST_PAD_NOISE, 0);
    row.y += line;
    const WidgetState centred =
        panel_menu_row(panel, "pad.centre", row, "Centre the drawing as in MNIST", "M", frame->pad->is_centred);
    panel_hint(panel, centred, "centre");
    if (centred.is_clicked)
        panel_request(panel, REQUEST_PAD_CENTRE, !frame->pad->is_centred);
    row.y += line;
    const WidgetState link = panel_menu_row(panel, "link", row, "Copy a link to all this", "Ctrl L", false);
    panel_hint(panel, link, "link");
    if (link.is_clicked) {
        panel_request(panel, REQUEST_LINK, 0);
        panel_request(panel, REQUEST_POPUP, POPUP_NONE);
    }
    row.y += line;
    const WidgetState full = panel_menu_row(panel, "fullscreen", row, "Full screen", "F11", frame->is_fullscreen);
    panel_hint(panel, full, "fullscreen");
    if (full.is_clicked)
        panel_request(panel, REQUEST_FULLSCREEN, !frame->is_fullscreen);
    row.y += line;
    static const char *const themes[] = {"dark", "light"};
    WidgetState states[CHOICES_MAX];
    ui_text(ui, row, FONT_UI, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, "Theme");
    const int chosen = ui_choice_states(ui, "theme", (Rect){row.x + label, row.y, row.w - label, row.h}, themes,
                                        THEME_COUNT, (int)frame->theme, ui->theme->text, states);
    for (int i = 0; i < THEME_COUNT; i++)
        panel_hint(panel, states[i], "theme");
    if (chosen >= 0)
        panel_request(panel, REQUEST_THEME, chosen);
}

// ---- keys ---------------------------------------------------------------------------------------------------------

// The next of the list, or the one before. In the matrix the outputs stand before the first map.
static void move_map(Panel *panel, int column, int step)
{
    const Look *look = &panel->frame->look;
    const int before = look->scene == SCENE_MATRIX && column == 0 ? 1 : 0, count = heatmap_count() + before;
    const int now = before && !look->matrix_shows_map ? 0 : look->heatmaps[column] + before;
    const int next = (now + step + count) % count - before;
    if (next >= 0)
        show_map(panel, column, next);
    else
        panel_look(panel)->matrix_shows_map = false;
}

void panel_look_keys(Panel *panel)
{
    Ui *ui = panel->ui;
    const Look *look = &panel->frame->look;
    for (int column = 0; column < HEATMAP_COUNT; column++) {
        const int key = column == 0 ? 'h' : 'j';
        if (ui_take_shift_key(ui, key))
            move_map(panel, column, -1);
        if (ui_take_key(ui, key, false))
            move_map(panel, column, 1);
    }
    for (int i = 0; i < SWITCH_COUNT; i++)
        if (ui_take_key(ui, switches[i].shortcut[0] | 0x20, false))
            switches[i].set(panel_look(panel), !switches[i].get(panel->frame));
    if (ui_take_key(ui, '=', false) || ui_take_key(ui, '+', false))
        panel_scale_heatmap(panel, look->heatmaps[0], 1.25f);
    if (ui_take_key(ui, '-', false))
        panel_scale_heatmap(panel, look->heatmaps[0], 0.8f);
    if (ui_take_key(ui, '0', false))
        panel_scale_heatmap(panel, look->heatmaps[0], 0);
}
