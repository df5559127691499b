// The bar above the views: which heatmaps are shown, how the targets are, and the wipe.
#include <assert.h>
#include <math.h>
#include <stdio.h>

#include "draw/theme.h"
#include "panels/panel.h"

static bool has_two_heatmaps(const Frame *frame) { return panel_has_grids(frame); }

static void choose_heatmap(Panel *panel, int column, int mode)
{
    panel_look(panel)->heatmaps[column] = (mode + heatmap_count()) % heatmap_count();
}

static void draw_heatmap_choice(Panel *panel, Rect rect)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const char *labels[CHOICES_MAX], *hints[CHOICES_MAX];
    static char texts[CHOICES_MAX][256];
    assert(heatmap_count() <= CHOICES_MAX && "raise CHOICES_MAX");
    for (int i = 0; i < heatmap_count(); i++) {
        labels[i] = heatmap_get(i)->label;
        (void)snprintf(texts[i], sizeof texts[i], "%s: %s%s", heatmap_get(i)->label, heatmap_get(i)->formula,
                       has_two_heatmaps(frame) ? ". Click: the left heatmap (H); Shift and click: the right one (J)"
                                               : " (H)");
        hints[i] = texts[i];
    }
    Rect parts[CHOICES_MAX];
    ui_divide(ui, rect, labels, heatmap_count(), parts);
    const int *shown = frame->look.heatmaps;
    const int chosen = ui_choice(ui, "heat", rect, labels, hints, heatmap_count(), shown[0], COLOR_TEXT_SOFT);
    const bool is_right = ui->input.shift && ui->input.left_released && has_two_heatmaps(frame) && !ui->is_modal;
    if (chosen >= 0)
        choose_heatmap(panel, is_right ? 1 : 0, chosen);
    else if (is_right && ui_is_inside(parts[shown[0]], ui->input.mouse_x, ui->input.mouse_y))
        choose_heatmap(panel, 1, shown[0]); // the one that the left heatmap has is a choice for the right one
    if (!has_two_heatmaps(frame) || ui->is_modal)
        return;
    const Rect right = parts[shown[1]];
    const float inset = ui_px(ui, 2);
    draw_frame(ui->draw, (Rect){right.x + inset, right.y + inset, right.w - 2 * inset, right.h - 2 * inset},
               COLOR_TEXT_SOFT, ui_px(ui, RADIUS) - 1, ui_px(ui, 1));
}

static void draw_input_choice(Panel *panel, Rect rect)
{
    Ui *ui = panel->ui;
    static const char *const labels[] = {"as is", "binary"};
    static const char *const hints[] = {"targets as they are (I)",
                                        "targets binary at 0.5 (I). The slider: between both. "
                                        "For what is shown; figures stay on the set as it is"};
    const float binarise = panel->frame->look.binarise;
    const float slider = ui_px(ui, 56), gap = ui_px(ui, 8);
    const Rect choice = {rect.x, rect.y, rect.w - slider - gap, rect.h};
    const int chosen = ui_choice(ui, "input", choice, labels, hints, 2,
                                 binarise == 0.0f   ? 0
                                 : binarise == 1.0f ? 1
                                                    : -1,
                                 COLOR_TEXT_SOFT);
    float value = binarise;
    if (chosen >= 0)
        panel_look(panel)->binarise = (float)chosen;
    if (ui_slider(ui, "input.mix", (Rect){rect.x + rect.w - slider, rect.y, slider, rect.h}, "grey to binary", &value))
        panel_look(panel)->binarise = value;
}

static void take_keys(Panel *panel)
{
    Ui *ui = panel->ui;
    const Look *look = &panel->frame->look;
    for (int column = 0; column < HEATMAP_COUNT; column++) {
        const int key = column == 0 ? 'h' : 'j';
        if (ui_take_shift_key(ui, key))
            choose_heatmap(panel, column, look->heatmaps[column] - 1);
        if (ui_take_key(ui, key, false))
            choose_heatmap(panel, column, look->heatmaps[column] + 1);
    }
    if (ui_take_key(ui, 'i', false))
        panel_look(panel)->binarise = look->binarise < 1.0f ? 1.0f : 0.0f;
    if (ui_take_key(ui, '=', false) || ui_take_key(ui, '+', false))
        panel_scale_heatmap(panel, look->heatmaps[0], 1.25f);
    if (ui_take_key(ui, '-', false))
        panel_scale_heatmap(panel, look->heatmaps[0], 0.8f);
    if (ui_take_key(ui, '0', false))
        panel_scale_heatmap(panel, look->heatmaps[0], 0);
    if (ui_take_key(ui, 'w', false)) {
        Look *next = panel_look(panel);
        next->is_wiped = !panel_is_wiped(panel->frame);
        next->scene = SCENE_COMPARE;
    }
}

// The digit that is inspected: the drawing, or a test digit, at first the one that lies on the pad.
static void choose_drawing(Panel *panel, Rect button)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const bool is_drawing = frame->look.digit < 0;
    if (ui_button(ui, "inspect.drawing", button, "Drawn", "D", is_drawing, COLOR_TEXT) || ui_take_key(ui, 'd', false))
        panel_look(panel)->digit = is_drawing ? (frame->pad->now.source >= 0 ? frame->pad->now.source : 0) : -1;
}

void panel_modes(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    Rect bar = panel->layout->modes;
    take_keys(panel);
    if (bar.w <= 0)
        return;
    bar.h -= ui_px(ui, 2);
    const bool is_wide = bar.w > ui_px(ui, 760);
    const bool has_wipe = scene_has(frame->look.scene, SCENE_HAS_WIPE),
               has_button = has_wipe || frame->look.scene == SCENE_INSPECT;
    const float gap = ui_px(ui, is_wide ? 14 : 8), width = has_button ? ui_px(ui, is_wide ? 74 : 48) : 0;
    const float input = ui_px(ui, is_wide ? 190 : 148), label_width = is_wide ? ui_px(ui, 58) : 0;
    const float choice = fminf(ui_px(ui, 560), bar.w - 2 * label_width - input - width - 2 * gap);
    float x = bar.x;
    if (is_wide)
        ui_text(ui, (Rect){x, bar.y, label_width, bar.h}, FONT_UI, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_LEFT, "Heatmap");
    draw_heatmap_choice(panel, (Rect){x + label_width, bar.y, choice, bar.h});
    x += label_width + choice + gap;
    if (is_wide)
        ui_text(ui, (Rect){x, bar.y, label_width, bar.h}, FONT_UI, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_LEFT, "Targets");
    draw_input_choice(panel, (Rect){x + (is_wide ? ui_px(ui, 50) : 0), bar.y, input, bar.h});
    const Rect button = {bar.x + bar.w - width, bar.y, width, bar.h};
    if (has_wipe && ui_button(ui, "wipe", button, "Wipe", "W", frame->look.is_wiped, COLOR_TEXT))
        panel_look(panel)->is_wiped = !frame->look.is_wiped;
    if (frame->look.scene == SCENE_INSPECT)
        choose_drawing(panel, button);
}
