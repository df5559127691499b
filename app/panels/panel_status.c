// The caption at the bottom, the same in the window and in a screenshot: everything that the picture depends on.
// Messages take its last line.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/theme.h"
#include "panels/panel.h"

// 60000 -> "60 000"
static void format_count(int count, char text[16])
{
    if (count >= 1000)
        (void)snprintf(text, 16, "%d\u2009%03d", count / 1000, count % 1000);
    else
        (void)snprintf(text, 16, "%d", count);
}

// name_bytes: so much of the data set's name, where it is too long.
static void format_dataset(const Frame *frame, int name_bytes, char *text, size_t size)
{
    char train[16], test[16];
    format_count(frame->train_count, train);
    format_count(frame->test_count, test);
    const char *name = frame->dataset_name;
    (void)snprintf(text, size, "%.*s%s%s data: %s train \u00b7 %s test", name_bytes, name,
                   (size_t)name_bytes < strlen(name) ? "\u2026" : "", frame->is_builtin ? " (seed 1)" : "", train,
                   test);
    _Static_assert(BUILTIN_SEED == 1, "the caption names the seed");
}

// The headline figures, over the whole test set; the short form where room is scarce.
static void format_figures(const Frame *frame, int side, bool is_short, char *text, size_t size)
{
    const Metrics *m = &frame->models[side].snapshot->test;
    const char *of = frame->models[side].figures_of, *gap = *of ? ": " : "";
    text[0] = 0;
    if (m->images == 0)
        return;
    int losses[LOSS_COUNT];
    const int count = loss_list_shown(frame->models[side].spec.loss, losses);
    size_t used = (size_t)snprintf(text, size, "%s%s%s%s", is_short ? "  " : "   ", of, gap, is_short ? "" : "test ");
    char figure[24];
    for (int i = 0; i < count; i++) {
        panel_format_figure(m->mean[losses[i]], figure);
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s %s", i ? "  " : "", loss_get(losses[i])->label, figure);
    }
    panel_format_signed(m->bias, figure);
    if (!is_short)
        (void)snprintf(text + used, size - used, "  bias %s  outside [0,1] %.1f %%  dead %d", figure,
                       100.0 * metrics_outside(m), m->dead_outputs);
}

// What the model is on the left, what it reached on the right.
static void draw_model(Panel *panel, int side, Rect line)
{
    Ui *ui = panel->ui;
    const ModelFrame *m = &panel->frame->models[side];
    const Color color = m->snapshot->broken_step >= 0 ? ui->theme->broken : panel_side_color(side);
    char spec[SPEC_TEXT_SIZE], text[SPEC_TEXT_SIZE + 8], figures[256];
    spec_format(&m->spec, spec, sizeof spec);
    (void)snprintf(text, sizeof text, "%c  %s", side == SIDE_A ? 'A' : 'B', spec);
    const Progress progress = panel_progress(panel->frame, side);
    const float own = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, progress.text), gap = ui_px(ui, 16) + own;
    float used = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text);
    format_figures(panel->frame, side, false, figures, sizeof figures);
    if (used + gap + ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, figures) > line.w)
        format_figures(panel->frame, side, true, figures, sizeof figures);
    if (0.8f * used + gap + ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, figures) > line.w)
        figures[0] = 0;
    const float width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, figures);
    float size = TEXT_SMALL; // a long list of layers is set smaller, down to what can still be read
    for (; size > 8 && used + gap + width > line.w; size -= 1)
        used = ui_text_width(ui, FONT_FIGURES, size - 1, text);
    ui_text(ui, (Rect){line.x, line.y, line.w - gap - width, line.h}, FONT_FIGURES, size, panel_side_color(side),
            ALIGN_LEFT, text);
    ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, panel_figure_color(m, color), ALIGN_RIGHT, figures);
    line.w -= width;
    ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, color, ALIGN_RIGHT, progress.text);
}

// What the colours outside the grey scale mean.
static void draw_marks(Panel *panel, Rect line)
{
    Ui *ui = panel->ui;
    static const float values[] = {-1.0f, 2.0f, NAN};
    static const char *const names[] = {"<0", ">1", "NaN"};
    const float size = ui_px(ui, 8), gap = ui_px(ui, 4);
    for (int i = 0; i < 3; i++) {
        const float width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, names[i]),
                    total = size + gap + width + ui_px(ui, 12);
        if (total > line.w)
            return;
        draw_box(ui->draw, (Rect){line.x, line.y + roundf((line.h - size) / 2), size, size},
                 draw_map_color(MAP_GREY, values[i], 1.0f), 0);
        ui_text(ui, (Rect){line.x + size + gap, line.y, width, line.h}, FONT_FIGURES, TEXT_SMALL, ui->theme->soft,
                ALIGN_LEFT, names[i]);
        line.x += total;
        line.w -= total;
    }
}

static void format_speed(double samples_per_second, char *text, size_t size)
{
    char count[16];
    format_count((int)samples_per_second, count);
    (void)snprintf(text, size, "%s samples/s", count);
}

static bool is_any_broken(const Frame *frame)
{
    bool broken = false;
    for (int side = 0; side < SIDE_COUNT; side++)
        broken |= panel_is_shown(frame, side) && frame->models[side].snapshot->broken_step >= 0;
    return broken;
}

// Cut in its middle where it is too long: a path says most at its end.
static void draw_message(Panel *panel, Rect line)
{
    Ui *ui = panel->ui;
    const char *text = panel->frame->message;
    const Color color = panel->frame->is_error ? ui->theme->broken : ui->theme->text;
    char cut[sizeof panel->frame->message + 16];
    (void)snprintf(cut, sizeof cut, "%s", text);
    const size_t head = 12, length = strlen(text);
    for (size_t skip = 1; head + skip < length && ui_text_width(ui, FONT_UI_BOLD, TEXT_SMALL, cut) > line.w; skip++) {
        if (((unsigned char)text[head + skip] & 0xc0) != 0x80) // not within a character
            (void)snprintf(cut, sizeof cut, "%.*s\u2026%s", (int)head, text, text + head + skip);
    }
    ui_text(ui, line, FONT_UI_BOLD, TEXT_SMALL, color, ALIGN_LEFT, cut);
}

// What this view is of, where the models' lines do not say it.
static void format_view(const Frame *frame, char *text, size_t size)
{
    const Look *look = &frame->look;
    text[0] = 0;
    size_t used = 0;
    if (frame->is_past)
        used = (size_t)snprintf(
            text, size, "   as it was at step %lld of %lld",
            (long long)frame->models[scene_shows(look->scene, SIDE_A) ? SIDE_A : SIDE_B].snapshot->step,
            (long long)frame->newest_step);
    const char *note = scene_get(look->scene)->note;
    if (*note)
        (void)snprintf(text + used, size - used, "   %s", note);
    else if (look->scene == SCENE_INSPECT && look->digit >= 0)
        (void)snprintf(text + used, size - used, "   test %d, row %d, column %d", look->digit, look->pixel / DIGIT_SIDE,
                       look->pixel % DIGIT_SIDE);
    else if (look->scene == SCENE_INSPECT)
        (void)snprintf(text + used, size - used, "   the drawing, row %d, column %d", look->pixel / DIGIT_SIDE,
                       look->pixel % DIGIT_SIDE);
}

// The scales of the heatmaps on show, and targets that are not as they come.
static void format_scales(const Frame *frame, char *text, size_t size)
{
    text[0] = 0;
    if (!scene_has(frame->look.scene, SCENE_HAS_MODES))
        return;
    const int count = panel_has_grids(frame) ? HEATMAP_COUNT : 1;
    size_t used = (size_t)snprintf(text, size, "   heat:");
    for (int i = 0; i < count; i++) {
        const Heatmap *mode = heatmap_get(frame->look.heatmaps[i]);
        const double scale = (double)frame->look.heat_scales[frame->look.heatmaps[i]];
        if (i == 0 || frame->look.heatmaps[i] != frame->look.heatmaps[0])
            used += (size_t)snprintf(text + used, size - used, "%s %s %s%.3g%s", i ? "," : "", mode->label,
                                     mode->map == MAP_SIGNED ? "\u00b1" : "0\u2013", scale, mode->unit);
    }
    if (frame->look.binarise > 0.0f)
        (void)snprintf(text + used, size - used, "   targets shown: %.0f %% binary",
                       100.0 * (double)frame->look.binarise);
}

static void draw_foot(Panel *panel, Rect line)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    char data[128], text[420], state[64];
    if (!frame->facts)
        (void)snprintf(state, sizeof state, "preparing the digits\u2026");
    else if (frame->is_playing && frame->is_busy && frame->samples_per_second < 1)
        (void)snprintf(state, sizeof state, "training\u2026");
    else if (frame->is_playing && frame->is_busy)
        format_speed(frame->samples_per_second, state, sizeof state);
    else
        (void)snprintf(state, sizeof state, "%s",
                       !frame->is_playing     ? "paused"
                       : is_any_broken(frame) ? "stopped"
                                              : "done");
    if (frame->is_capture) // how fast this machine is does not belong into a picture
        (void)snprintf(state, sizeof state, "losslens " LOSSLENS_VERSION);
    ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, state);
    line.w -= ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, state) + ui_px(ui, 16);
    if (frame->message[0] && !frame->is_capture) {
        draw_message(panel, line);
        return;
    }
    int name_bytes = (int)strlen(frame->dataset_name);
    format_dataset(frame, name_bytes, data, sizeof data);
    char scales[128], view[128];
    format_scales(frame, scales, sizeof scales);
    format_view(frame, view, sizeof view);
    const float marks = ui_px(ui, 140);
    // the longest that fits: the view's own words stand elsewhere, too
    const char *const parts[][3] = {
        {"   figures: whole test set", view, scales}, {"", view, scales}, {"", "", scales}, {"", "", ""}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        (void)snprintf(text, sizeof text, "%s%s%s%s", data, parts[i][0], parts[i][1], parts[i][2]);
        if (ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + marks <= line.w)
            break;
    }
    while (name_bytes > 0 && ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + marks > line.w) {
        do // not within a character
            name_bytes--;
        while (((unsigned char)frame->dataset_name[name_bytes] & 0xc0) == 0x80);
        format_dataset(frame, name_bytes, text, sizeof text);
    }
    ui_text(ui, (Rect){line.x, line.y, line.w - marks, line.h}, FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
            text);
    const float used = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + ui_px(ui, 16);
    draw_marks(panel, (Rect){line.x + used, line.y, line.w - used, line.h});
}

void panel_status(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect bar = panel->layout->bottom;
    const float margin = ui_px(ui, MARGIN);
    draw_box(ui->draw, bar, ui->theme->panel, 0);
    draw_box(ui->draw, (Rect){bar.x, bar.y, bar.w, ui_px(ui, 1)}, ui->theme->edge, 0);
    Rect line = {bar.x + margin, bar.y + ui_px(ui, 4), bar.w - 2 * margin, ui_px(ui, CAPTION_LINE)};
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!panel_is_shown(panel->frame, side))
            continue;
        draw_model(panel, side, line);
        line.y += line.h;
    }
    draw_foot(panel, line);
}
