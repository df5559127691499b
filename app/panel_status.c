// The bar at the bottom: headline figures, the data set, speed and messages; in a screenshot the caption with everything that the
// picture depends on.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panel.h"
#include "theme.h"

// 60000 -> "60 000"
static void format_count(int count, char text[16])
{
    if (count >= 1000)
        (void)snprintf(text, 16, "%d\u2009%03d", count / 1000, count % 1000);
    else
        (void)snprintf(text, 16, "%d", count);
}

static void format_dataset(const Frame *frame, char *text, size_t size)
{
    char train[16], test[16];
    format_count(frame->train_count, train);
    format_count(frame->test_count, test);
    (void)snprintf(text, size, "%s data: %s train \u00b7 %s test", frame->dataset_name, train, test);
}

// "test BCE 0.0937 MSE 0.0097 bias -0.0001 outside 0.0 % dead 0 (whole test set, epoch 12)"
static void format_figures(const Frame *frame, int side, char *text, size_t size)
{
    const Snapshot *s = frame->models[side].snapshot;
    const Metrics *m = &s->test;
    if (m->images == 0)
        (void)snprintf(text, size, "not measured yet");
    else
        (void)snprintf(text, size, "test BCE %.4f  MSE %.4f  bias %+.4f  outside [0,1] %.1f %%  dead %d", m->bce, m->mse, m->bias,
                       100.0 * (m->below_0 + m->above_1), m->dead_outputs);
}

static void draw_caption(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect bar = frame->layout.bottom;
    const float margin = ui_px(ui, MARGIN), height = ui_px(ui, CAPTION_LINE);
    Rect line = {bar.x + margin, bar.y + ui_px(ui, 5), bar.w - 2 * margin, height};
    char spec[SPEC_TEXT_SIZE], figures[160], progress[64], text[640];
    // the specs are long: what does not fit in a narrow window goes from the end, figures come first
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!panel_is_shown(frame, side))
            continue;
        spec_format(&frame->models[side].spec, spec, sizeof spec);
        format_figures(frame, side, figures, sizeof figures);
        panel_format_progress(frame, side, progress, sizeof progress);
        (void)snprintf(text, sizeof text, "%c  %s   %s   %s", side == SIDE_A ? 'A' : 'B', spec, progress, figures);
        float size = TEXT_SMALL;
        while (size > 6 && ui_text_width(ui, FONT_FIGURES, size, text) > line.w)
            size -= 0.5f;
        ui_text(ui, line, FONT_FIGURES, size, panel_side_color(side), ALIGN_LEFT, text);
        line.y += height;
    }
    char data[128];
    format_dataset(frame, data, sizeof data);
    (void)snprintf(text, sizeof text, "%s   figures over the whole test set   heat scales: BCE 0\u2013%g nat, MSE 0\u2013%g", data,
                   (double)heat_scales[LOSS_BCE], (double)heat_scales[LOSS_MSE]);
    ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_LEFT, text);
    ui_text(ui, line, FONT_UI_BOLD, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_RIGHT, "losslens " LOSSLENS_VERSION);
}

static void draw_status(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect bar = frame->layout.bottom;
    const float margin = ui_px(ui, MARGIN);
    Rect line = {bar.x + margin, bar.y, bar.w - 2 * margin, bar.h};
    char text[160];
    if (!frame->facts)
        (void)snprintf(text, sizeof text, "drawing the digits\u2026");
    else if (frame->samples_per_second > 0)
        (void)snprintf(text, sizeof text, "%.0f k samples/s", frame->samples_per_second / 1000.0);
    else
        (void)snprintf(text, sizeof text, "%s", frame->is_playing && frame->is_busy ? "" : frame->is_playing ? "done" : "paused");
    ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_RIGHT, text);
    line.w -= ui_px(ui, 110);
    if (frame->message[0]) {
        ui_text(ui, line, FONT_UI, TEXT_NORMAL, frame->is_error ? COLOR_ERROR : COLOR_TEXT, ALIGN_LEFT, frame->message);
        return;
    }
    format_dataset(frame, text, sizeof text);
    ui_text(ui, line, FONT_UI, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_LEFT, text);
    const float used = ui_text_width(ui, FONT_UI, TEXT_SMALL, text) + ui_px(ui, 22);
    line.x += used;
    line.w -= used;
    const bool is_wide = line.w > ui_px(ui, 900) || (line.w > ui_px(ui, 460) && frame->scene != SCENE_COMPARE);
    for (int side = 0; side < SIDE_COUNT; side++) {
        const Metrics *m = &frame->models[side].snapshot->test;
        if (!panel_is_shown(frame, side) || m->images == 0)
            continue;
        char figures[160];
        if (is_wide)
            format_figures(frame, side, figures, sizeof figures);
        else
            (void)snprintf(figures, sizeof figures, "test BCE %.4f  MSE %.4f", m->bce, m->mse);
        (void)snprintf(text, sizeof text, "%c  %.150s", side == SIDE_A ? 'A' : 'B', figures);
        ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, panel_side_color(side), ALIGN_LEFT, text);
        const float width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + ui_px(ui, 20);
        line.x += width;
        line.w -= width;
    }
}

void panel_status(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect bar = panel->frame->layout.bottom;
    draw_box(ui->draw, bar, COLOR_PANEL, 0);
    draw_box(ui->draw, (Rect){bar.x, bar.y, bar.w, ui_px(ui, 1)}, COLOR_EDGE, 0);
    if (panel->frame->is_capture)
        draw_caption(panel);
    else
        draw_status(panel);
}
