// What the colours of a figure mean: bars as high as the pictures, with ticks; the marks of outputs beyond the scale;
// and how long each model has learnt, where that is not equal.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/figure_parts.h"
#include "panels/panel.h"

// A tick of a bar; share: 0 at its bottom, 1 at its top. Quarters have a figure where it is short.
static void draw_tick(const Figure *figure, int heatmap, int quarter, const Heatmap *mode, float scale)
{
    Ui *ui = figure->ui;
    const Rect bar = figure->layout.bars[heatmap], labels = figure->layout.bar_labels[heatmap];
    const bool is_signed = mode->map == MAP_SIGNED, is_end = quarter == 0 || quarter == 4;
    const float share = (float)quarter / 4, y = bar.y + roundf(bar.h * (1 - share)), thick = fmaxf(1, ui_px(ui, 2));
    const double value = (double)scale * (is_signed ? 2.0 * (double)share - 1.0 : (double)share);
    draw_box(ui->draw, (Rect){bar.x + bar.w, fminf(y, bar.y + bar.h - thick), ui_px(ui, 7), thick}, ui->theme->soft, 0);
    char figures[24], text[40];
    (void)snprintf(figures, sizeof figures, "%.3g", fabs(value));
    if (quarter % 2 == 1 && (is_signed || strlen(figures) > 4))
        return;
    (void)snprintf(text, sizeof text, "%s%s",
                   is_signed && value < 0                           ? "\u2212"
                   : is_signed && value > 0                         ? "+"
                   : quarter == 4 && !is_signed && !mode->is_of_set ? "\u2265"
                                                                    : "",
                   figures);
    const float height = ui_px(ui, 30), gap = ui_px(ui, 10);
    const float top = is_end ? fminf(fmaxf(y - height / 2, bar.y - ui_px(ui, 5)), bar.y + bar.h - height + ui_px(ui, 5))
                             : y - height / 2;
    ui_text(ui, (Rect){labels.x + gap, top, labels.w - gap, height}, FONT_FIGURES, FIGURE_TEXT, ui->theme->text,
            ALIGN_LEFT, text);
}

void figure_draw_bar(const Figure *figure, int heatmap)
{
    enum { STEPS = 128 };
    Ui *ui = figure->ui;
    const Rect bar = figure->layout.bars[heatmap];
    const Heatmap *mode = heatmap_get(figure->frame->look.heatmaps[heatmap]);
    const float scale = figure->frame->look.heat_scales[figure->frame->look.heatmaps[heatmap]];
    for (int i = 0; i < STEPS; i++) {
        const float top = roundf(bar.h * (float)i / STEPS), bottom = roundf(bar.h * (float)(i + 1) / STEPS);
        const float share = 1 - ((float)i + 0.5f) / STEPS;
        const float value = scale * (mode->map == MAP_SIGNED ? 2 * share - 1 : share);
        draw_box(ui->draw, (Rect){bar.x, bar.y + top, bar.w, bottom - top},
                 draw_map_color(ui->draw->palette, mode->map, value, scale), 0);
    }
    draw_frame(ui->draw, bar, ui->theme->soft, 0, fmaxf(1, ui_px(ui, 1)));
    for (int quarter = 0; quarter <= 4; quarter++)
        draw_tick(figure, heatmap, quarter, mode, scale);
}

// Whether an output that is drawn goes so far beyond the scale that it is marked.
static bool is_beyond(const Figure *figure, float sign)
{
    bool found = false;
    for (int row = 0; row < figure->row_count; row++)
        for (int i = 0; i < figure->side_count; i++)
            for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++) {
                const float p = figure_output(figure, row, i)[pixel];
                found |= (sign < 0 ? -p : p - 1.0f) > 1.0f / 255.0f;
            }
    return found;
}

// "below 0", "above 1" with their marks, where they occur. Returns the height that the line takes.
float figure_draw_key(const Figure *figure, Rect line)
{
    Ui *ui = figure->ui;
    const float size = ui_px(ui, 20), start = figure->layout.pictures[0][1].x;
    const struct {
        float sign, value;
        const char *name;
    } marks[] = {{-1, -1.0f, "below 0"}, {1, 2.0f, "above 1"}};
    bool is_found = false;
    line.w -= start - line.x;
    line.x = start;
    for (int i = 0; i < 2; i++) {
        if (!is_beyond(figure, marks[i].sign))
            continue;
        if (figure->frame->look.is_clipped && !is_found)
            ui_text(ui, line, FONT_UI, FIGURE_TEXT, ui->theme->soft, ALIGN_LEFT, "clipped to 0\u20261");
        is_found = true;
        if (figure->frame->look.is_clipped)
            continue;
        panel_draw_mark(ui, (Point){line.x, line.y + roundf((line.h - size) / 2)}, size, marks[i].value);
        const float used = size + ui_px(ui, 8), width = ui_text_width(ui, FONT_UI, FIGURE_TEXT, marks[i].name) + 1;
        ui_text(ui, (Rect){line.x + used, line.y, width, line.h}, FONT_UI, FIGURE_TEXT, ui->theme->soft, ALIGN_LEFT,
                marks[i].name);
        line.x += used + width + ui_px(ui, 28);
    }
    return is_found ? line.h : 0;
}

// Under outputs that have not learnt equally long, how long each has. Returns the height that the line takes.
float figure_draw_epochs(const Figure *figure, Rect line)
{
    Ui *ui = figure->ui;
    if (!panel_is_apart(figure->frame))
        return 0;
    for (int i = 0; i < figure->side_count; i++)
        ui_text(ui, (Rect){figure->layout.pictures[0][layout_figure_output(i)].x, line.y, figure->layout.side, line.h},
                FONT_UI_BOLD, FIGURE_TEXT, ui->theme->wrong, ALIGN_LEFT,
                panel_progress(figure->frame, figure->sides[i]).short_text);
    return line.h;
}
