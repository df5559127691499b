// Histogram of output intensities over the whole test set: both models, the input filled behind them, log count.
#include <math.h>
#include <stdio.h>

#include "panel.h"
#include "theme.h"

// Which bins are shown: those below 0 and above 1 only when somebody's outputs lie there.
typedef struct Bins {
    int first, count;
} Bins;

static Bins choose_bins(const Frame *frame)
{
    bool below = false, above = false;
    for (int side = 0; side < SIDE_COUNT; side++) {
        const Metrics *m = &frame->models[side].snapshot->test;
        if (!panel_is_shown(frame, side) || m->images == 0)
            continue;
        below |= m->histogram_output[0] > 0;
        above |= m->histogram_output[HISTOGRAM_BINS - 1] > 0;
    }
    return (Bins){below ? 0 : 1, HISTOGRAM_INNER + (below ? 1 : 0) + (above ? 1 : 0)};
}

typedef struct Scale {
    Rect area;
    Bins bins;
    float log_top;
} Scale;

static float bin_x(const Scale *s, int i) { return s->area.x + roundf(s->area.w * (float)i / (float)s->bins.count); }

// log10(count + 1), so that an empty bin stands on the floor.
static float count_y(const Scale *s, int64_t count)
{
    return s->area.y + s->area.h * (1.0f - log10f((float)count + 1.0f) / s->log_top);
}

static void draw_input(Panel *panel, const Scale *s, const int64_t *histogram)
{
    DrawList *draw = panel->ui->draw;
    Point outline[2 * HISTOGRAM_BINS];
    int n = 0;
    for (int i = 0; i < s->bins.count; i++) {
        const float x0 = bin_x(s, i), x1 = bin_x(s, i + 1), y = roundf(count_y(s, histogram[s->bins.first + i]));
        draw_box(draw, (Rect){x0, y, x1 - x0, s->area.y + s->area.h - y}, 0xffffff12, 0);
        outline[n++] = (Point){x0, y};
        outline[n++] = (Point){x1, y};
    }
    draw_line(draw, outline, n, ui_px(panel->ui, 1), 0xffffff70);
}

static void draw_output(Panel *panel, const Scale *s, int side)
{
    const Metrics *m = &panel->frame->models[side].snapshot->test;
    Point steps[2 * HISTOGRAM_BINS];
    int n = 0;
    for (int i = 0; i < s->bins.count; i++) {
        const float y = count_y(s, m->histogram_output[s->bins.first + i]);
        steps[n++] = (Point){bin_x(s, i), y};
        steps[n++] = (Point){bin_x(s, i + 1), y};
    }
    draw_line(panel->ui->draw, steps, n, ui_px(panel->ui, 1.5f), panel_side_color(side));
}

static void draw_axes(Panel *panel, const Scale *s)
{
    Ui *ui = panel->ui;
    const float height = ui_px(ui, 18), width = ui_px(ui, 60), bottom = s->area.y + s->area.h;
    char text[16];
    for (int power = 1; (float)power < s->log_top; power++) {
        const float y = roundf(s->area.y + s->area.h * (1.0f - (float)power / s->log_top));
        draw_box(ui->draw, (Rect){s->area.x, y, s->area.w, ui_px(ui, 1)}, COLOR_GRID, 0);
    }
    for (int quarter = 0; quarter <= 4; quarter++) {
        const int bin = quarter * HISTOGRAM_INNER / 4 + 1 - s->bins.first;
        const float x = bin_x(s, bin);
        (void)snprintf(text, sizeof text, "%g", quarter / 4.0);
        if ((quarter == 0 && bin > 0) || (quarter == 4 && bin < s->bins.count))
            text[0] = 0; // "<0" and ">1" stand there
        const bool is_last = bin == s->bins.count, is_first = bin == 0;
        const Rect label = {is_first ? x : is_last ? x - width : x - width / 2, bottom, width, height};
        ui_text(ui, label, FONT_FIGURES, TEXT_SMALL, COLOR_TEXT_SOFT,
                is_first  ? ALIGN_LEFT
                : is_last ? ALIGN_RIGHT
                          : ALIGN_CENTER,
                text);
        if (!is_first && !is_last)
            draw_box(ui->draw, (Rect){x, s->area.y, ui_px(ui, 1), s->area.h}, COLOR_GRID, 0);
    }
    if (s->bins.first == 0)
        ui_text(ui, (Rect){s->area.x - ui_px(ui, 6), bottom, width, height}, FONT_FIGURES, TEXT_SMALL, 0x6f9effffu,
                ALIGN_LEFT, "<0");
    if (s->bins.first + s->bins.count == HISTOGRAM_BINS)
        ui_text(ui, (Rect){s->area.x + s->area.w - width + ui_px(ui, 9), bottom, width, height}, FONT_FIGURES,
                TEXT_SMALL, 0xffd24dff, ALIGN_RIGHT, ">1");
}

// "mean in .1307  A .1306  B .1262", right-aligned in the title's line, from the right.
static void draw_means(Panel *panel, Rect rect)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    Rect line = {rect.x + ui_px(ui, 12), rect.y, rect.w - ui_px(ui, 24), ui_px(ui, 26)};
    char text[48];
    for (int side = SIDE_COUNT - 1; side >= 0; side--) {
        const Metrics *m = &frame->models[side].snapshot->test;
        if (!panel_is_shown(frame, side) || m->images == 0)
            continue;
        (void)snprintf(text, sizeof text, "%c %.4f", side == SIDE_A ? 'A' : 'B', m->mean_output);
        ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, panel_side_color(side), ALIGN_RIGHT, text);
        line.w -= ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + ui_px(ui, 10);
    }
    const float title = ui_text_width(ui, FONT_UI, TEXT_NORMAL, "Intensities") + ui_px(ui, 120);
    if (frame->facts && line.w > title) {
        (void)snprintf(text, sizeof text, "mean in %.4f", frame->facts->mean);
        ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_RIGHT, text);
    }
}

void panel_histogram(Panel *panel)
{
    const Frame *frame = panel->frame;
    Ui *ui = panel->ui;
    char subtitle[64];
    (void)snprintf(subtitle, sizeof subtitle, "%s",
                   frame->layout.histogram.w > ui_px(ui, 530) ? "log count, 64 bins, whole test set" : "");
    const Rect area = panel_plot_frame(panel, frame->layout.histogram, "Intensities", subtitle);
    draw_means(panel, frame->layout.histogram);
    if (!frame->facts) {
        ui_text(ui, area, FONT_UI, TEXT_NORMAL, COLOR_TEXT_SOFT, ALIGN_CENTER, "drawing the digits\u2026");
        return;
    }
    Scale scale = {.area = area,
                   .bins = choose_bins(frame),
                   .log_top = log10f((float)frame->facts->images * DIGIT_PIXELS) * 1.02f};
    draw_axes(panel, &scale);
    draw_input(panel, &scale, frame->facts->histogram);
    for (int side = SIDE_COUNT - 1; side >= 0; side--)
        if (panel_is_shown(frame, side) && frame->models[side].snapshot->test.images > 0)
            draw_output(panel, &scale, side);
}
