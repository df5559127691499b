// The table of panels, and the window as a whole.

#include "panels/panel.h"

void panel_inspect_pixel(Panel *panel)
{
    const PixelHover hover = panel->hover;
    Look *next = panel_look(panel);
    next->is_pinned = true;
    next->pixel = hover.pixel;
    next->t = -1.0f;
    next->scene = SCENE_INSPECT;
    next->digit = hover.is_pad ? -1 : panel->frame->indices[hover.cell];
}

// The same gesture means the same in every view: a click on a test digit puts it on the pad, a double click on a pixel
// inspects it. In the inspect view a click pins the pixel.
static void pick_pixel(Panel *panel)
{
    const PixelHover hover = panel->hover;
    const Look *look = &panel->frame->look;
    if (!hover.is_set || panel->ui->active != 0 || panel->ui->is_modal)
        return;
    if (look->scene == SCENE_INSPECT || (!hover.is_pad && panel_is_stage(panel->frame)))
        panel->ui->cursor = CURSOR_HAND;
    if (!panel->ui->input.left_pressed)
        return;
    if (look->scene == SCENE_INSPECT) {
        Look *next = panel_look(panel);
        next->is_pinned = !(look->is_pinned && look->pixel == hover.pixel);
        next->seeks_pixel = false;
        next->pixel = hover.pixel;
        next->t = -1.0f;
    } else if (panel->ui->input.left_double) {
        panel_inspect_pixel(panel);
    } else if (!hover.is_pad && (panel_is_stage(panel->frame) || look->scene == SCENE_MATRIX)) {
        panel_request(panel, REQUEST_PAD_TAKE, panel->frame->indices[hover.cell]);
    }
}

#define SCENE_PANEL(NAME, name, key, label, help, shows, cast, flags, note) [SCENE_##NAME] = panel_##name,
static DrawPanel *const scene_panels[SCENE_COUNT] = {SCENES(SCENE_PANEL)};

static void draw_scene(Panel *panel) { scene_panels[panel->frame->look.scene](panel); }

static DrawPanel *const popups[POPUP_COUNT] = {
    [POPUP_HELP] = panel_help,          [POPUP_VIEW] = panel_view_menu,  [POPUP_MORE_A] = panel_more,
    [POPUP_MORE_B] = panel_more,        [POPUP_MAP_0] = panel_maps,      [POPUP_MAP_1] = panel_maps,
    [POPUP_GLOSSARY] = panel_glossary,  [POPUP_SETUPS] = panel_setups,   [POPUP_CLAIM] = panel_claim_figures,
    [POPUP_MATRIX] = panel_matrix_menu, [POPUP_DATA] = panel_data,       [POPUP_IMPORT] = panel_import,
    [POPUP_OFFER] = panel_offer,        [POPUP_NOTICES] = panel_notices, [POPUP_CODE] = panel_script,
};

// What is open over the window alone reacts; the rest is only to be seen.
static void draw_popup(Panel *panel)
{
    const Popup popup = panel->frame->popup;
    if (popup == POPUP_NONE)
        return;
    panel->hover = (PixelHover){0};
    panel->ui->is_modal = panel->layout->is_too_small;
    popups[popup](panel);
}

// In the order in which they are drawn, which is the order of the Tab key too.
static DrawPanel *const panels[] = {
    panel_glossary_keys, panel_top,       panel_narrator, panel_lesson, panel_pad,      panel_heads,
    draw_scene,          panel_histogram, panel_curves,   panel_table,  panel_playback, panel_lesson_answer,
    panel_lesson_marks,  panel_status,    pick_pixel,     draw_popup,   panel_message,  panel_arrival,
    panel_toast,         panel_look_keys, panel_tooltip,  panel_keys,   panel_small,
};

// Esc lets go of what the mouse holds, as if it had left the window.
static void end_drag(Ui *ui, const Frame *frame)
{
    if ((ui->active == 0 && !frame->pad->is_drawing) || !ui_take_key(ui, KEY_ESCAPE, false))
        return;
    ui->input.left = ui->input.right = false;
    ui->input.left_released = ui->input.right_released = false;
}

// What lies under the toast, or under what is being read, does not react. Returns whether the mouse is over the window.
static bool hide_mouse(Ui *ui, const Frame *frame, const Layout *layout)
{
    const bool was_inside = ui->input.is_inside;
    const Rect *const over[] = {frame->toast->is_shown ? &layout->toast : NULL,
                                frame->arrival->is_on ? &layout->arrival : NULL};
    for (int i = 0; i < 2 && ui->active == 0; i++)
        if (over[i] && ui_is_inside(*over[i], ui->input.mouse_x, ui->input.mouse_y))
            ui->input.is_inside = false;
    return was_inside;
}

void panels_draw(Ui *ui, const Frame *frame, const Layout *layout, Requests *requests)
{
    Panel panel = {.ui = ui, .frame = frame, .layout = layout, .requests = requests, .look = frame->look};
    draw_box(ui->draw, layout->window, ui->theme->back, 0);
    ui->is_modal = frame->popup != POPUP_NONE || layout->is_too_small;
    end_drag(ui, frame);
    const bool was_inside = hide_mouse(ui, frame, layout);
    for (size_t i = 0; i < sizeof panels / sizeof *panels; i++) {
        if (panels[i] == panel_arrival)
            ui->input.is_inside = was_inside;
        panels[i](&panel);
    }
    if (panel.is_look_changed)
        requests_add(requests, (Request){.kind = REQUEST_LOOK, .look = panel.look});
    controls_filter(&frame->look, requests);
}
