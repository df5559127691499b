// The histogram of a figure: targets filled, outputs of the models as lines; a slot of its own for what lies below 0
// and one for what lies above 1.
#include <math.h>

#include "panels/histogram.h"
#include "panels/layout_figure.h"
#include "panels/panel.h"

typedef struct Bins {
    Ui *ui;
    Rect inner;        // 0 to 1
    Rect below, above; // the slots
    double pixels;
} Bins;

static Rect bin_rect(const Bins *bins, int bin)
{
    if (bin == 0)
        return bins->below;
    if (bin == HISTOGRAM_BINS - 1)
        return bins->above;
    const float left = roundf(bins->inner.w * (float)(bin - 1) / HISTOGRAM_INNER),
                right = roundf(bins->inner.w * (float)bin / HISTOGRAM_INNER);
    return (Rect){bins->inner.x + left, bins->inner.y, right - left, bins->inner.h};
}

static float bin_y(const Bins *bins, int64_t count)
{
    return bins->inner.y + bins->inner.h * (1 - histogram_log_height((double)count, bins->pixels));
}

static void fill_bins(const Bins *bins, const int64_t *histogram, Color color)
{
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++) {
        const Rect rect = bin_rect(bins, bin);
        const float y = roundf(bin_y(bins, histogram[bin]));
        draw_box(bins->ui->draw, (Rect){rect.x, y, rect.w, rect.y + rect.h - y}, color, 0);
    }
}

static void outline_bins(const Bins *bins, const int64_t *histogram, float width, Color color)
{
    Point points[2 * HISTOGRAM_BINS];
    int count = 0;
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++) {
        const Rect rect = bin_rect(bins, bin);
        const float y = bin_y(bins, histogram[bin]);
        const Point step[2] = {{rect.x, y}, {rect.x + rect.w, y}};
        if (bin == 0 || bin == HISTOGRAM_BINS - 1) {
            if (histogram[bin] > 0)
                draw_line(bins->ui->draw, step, 2, width, color);
            continue;
        }
        points[count++] = step[0];
        points[count++] = step[1];
    }
    draw_line(bins->ui->draw, points, count, width, color);
}

static void draw_axes(const Bins *bins, Rect rect)
{
    Ui *ui = bins->ui;
    const Color soft = ui->theme->soft;
    const Rect inner = bins->inner;
    const float thin = fmaxf(1, ui_px(ui, 1)), height = ui_px(ui, 30), width = ui_px(ui, 80), end = inner.y + inner.h;
    for (int decade = 0; decade < HISTOGRAM_DECADES; decade += 2) {
        const float y = roundf(inner.y + inner.h * (float)decade / HISTOGRAM_DECADES);
        draw_box(ui->draw, (Rect){bins->below.x, y, rect.x + rect.w - bins->below.x, thin}, ui->theme->grid, 0);
        ui_text(ui, (Rect){rect.x, y - height / 2, bins->below.x - ui_px(ui, 8) - rect.x, height}, FONT_FIGURES,
                FIGURE_TEXT, soft, ALIGN_RIGHT, decade == 0 ? "100 %" : "1 %");
    }
    const Rect feet[] = {bins->below, inner, bins->above};
    for (int i = 0; i < 3; i++)
        draw_box(ui->draw, (Rect){feet[i].x, end, feet[i].w, thin}, soft, 0);
    const float top = end + ui_px(ui, 4);
    ui_text(ui, (Rect){bins->below.x, top, bins->below.w, height}, FONT_FIGURES, FIGURE_TEXT, ui->theme->below,
            ALIGN_CENTER, "<0");
    ui_text(ui, (Rect){inner.x, top, width, height}, FONT_FIGURES, FIGURE_TEXT, soft, ALIGN_LEFT, "0");
    ui_text(ui, (Rect){inner.x + inner.w / 2 - width / 2, top, width, height}, FONT_FIGURES, FIGURE_TEXT, soft,
            ALIGN_CENTER, "0.5");
    ui_text(ui, (Rect){inner.x + inner.w - width, top, width, height}, FONT_FIGURES, FIGURE_TEXT, soft, ALIGN_RIGHT,
            "1");
    ui_text(ui, (Rect){bins->above.x, top, bins->above.w, height}, FONT_FIGURES, FIGURE_TEXT, ui->theme->above,
            ALIGN_CENTER, ">1");
}

// From the right: B, A, target.
static void draw_legend(Ui *ui, const Frame *frame, Rect line, Color fill)
{
    const float gap = ui_px(ui, 8), swatch = ui_px(ui, 26), space = ui_px(ui, 26);
    for (int i = SIDE_COUNT; i >= 0; i--) {
        const bool is_target = i == 0;
        const int side = i - 1;
        if (!is_target && !panel_is_shown(frame, side))
            continue;
        const char *name = is_target ? "target" : side == SIDE_A ? "A" : "B";
        const FontFace face = is_target ? FONT_UI : FONT_UI_BOLD;
        const Color color = is_target ? ui->theme->soft : panel_side_color(ui, side);
        const float width = ui_text_width(ui, face, FIGURE_TEXT, name),
                    thick = ui_px(ui, is_target        ? 20
                                      : side == SIDE_A ? 5
                                                       : 3),
                    length = is_target ? thick : swatch;
        ui_text(ui, line, face, FIGURE_TEXT, color, ALIGN_RIGHT, name);
        draw_box(ui->draw,
                 (Rect){line.x + line.w - width - gap - length, line.y + roundf((line.h - thick) / 2), length, thick},
                 is_target ? fill : color, 0);
        line.w -= width + gap + length + space;
    }
}

void histogram_draw_small(Ui *ui, const Frame *frame, Rect rect)
{
    const float slot = ui_px(ui, 34), gap = ui_px(ui, 8), axis = ui_px(ui, 80);
    const Rect title = {rect.x, rect.y + ui_px(ui, 14), rect.w, ui_px(ui, 34)};
    const float top = rect.y + ui_px(ui, 62), height = rect.y + rect.h - ui_px(ui, 40) - top;
    const Bins bins = {.ui = ui,
                       .inner = {rect.x + axis + slot + gap, top, rect.w - axis - 2 * (slot + gap), height},
                       .below = {rect.x + axis, top, slot, height},
                       .above = {rect.x + rect.w - slot, top, slot, height},
                       .pixels = frame->facts ? (double)frame->facts->images * DIGIT_PIXELS : 1};
    const Color fill = theme_fade(ui->theme->soft, 0x60);
    ui_text(ui, title, FONT_UI_BOLD, FIGURE_TEXT, ui->theme->text, ALIGN_LEFT,
            frame->look.show_as == SHOW_MEAN ? "how bright the outputs are" : "how bright the mean outputs are");
    draw_legend(ui, frame, title, fill);
    draw_axes(&bins, rect);
    if (frame->facts)
        fill_bins(&bins, frame->target_histogram, fill);
    for (int side = 0; side < SIDE_COUNT; side++) {
        const Metrics *test = &frame->models[side].snapshot->test;
        if (panel_is_shown(frame, side) && test->images > 0) // the foot says of which moment
            outline_bins(&bins, test->histogram_output, fmaxf(1, ui_px(ui, side == SIDE_A ? 5 : 2.5f)),
                         panel_side_color(ui, side));
    }
}
