// Axes and curves.
#include "panels/plot.h"

#include <math.h>
#include <stdio.h>

Rect plot_area(Ui *ui, Rect rect)
{
    const float pad = ui_px(ui, 12), header = ui_px(ui, 26), foot = ui_px(ui, 20);
    return (Rect){rect.x + pad, rect.y + header, rect.w - 2 * pad, rect.h - header - foot};
}

Rect plot_frame(Ui *ui, Rect rect, const char *title)
{
    const float pad = ui_px(ui, 12), header = ui_px(ui, 26);
    draw_box(ui->draw, rect, ui->theme->panel, ui_px(ui, RADIUS));
    draw_frame(ui->draw, rect, ui->theme->edge, ui_px(ui, RADIUS), ui_px(ui, 1));
    const Rect line = {rect.x + pad, rect.y, rect.w - 2 * pad, header};
    ui_text(ui, line, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, title);
    return plot_area(ui, rect);
}

void plot_subtitle(Ui *ui, Rect rect, const char *title, float taken, const char *const *forms, int count)
{
    const float pad = ui_px(ui, 12), used = pad + ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, title) + ui_px(ui, 8);
    const Rect place = {rect.x + used, rect.y, rect.w - used - pad - taken, ui_px(ui, 26)};
    const char *text = ui_choose(ui, FONT_UI, TEXT_SMALL, place.w, forms, count);
    if (ui_text_width(ui, FONT_UI, TEXT_SMALL, text) <= place.w)
        ui_text(ui, place, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, text);
}

float plot_x(const Plot *plot, float x)
{
    return plot->area.x + plot->area.w * (x - plot->x_low) / (plot->x_high - plot->x_low);
}

float plot_y(const Plot *plot, float y)
{
    const float share = (y - plot->y_low) / (plot->y_high - plot->y_low);
    return plot->area.y + plot->area.h * (1.0f - fminf(1.0f, fmaxf(0.0f, share)));
}

void plot_x_axis(const Plot *plot, const float *ticks, int count, const char *name)
{
    Ui *ui = plot->ui;
    const float height = ui_px(ui, 18), width = ui_px(ui, 60), bottom = plot->area.y + plot->area.h;
    for (int i = 0; i < count; i++) {
        const float x = roundf(plot_x(plot, ticks[i]));
        char text[16];
        (void)snprintf(text, sizeof text, "%.3g", (double)ticks[i]);
        draw_box(ui->draw, (Rect){x, plot->area.y, ui_px(ui, 1), plot->area.h}, ui->theme->grid, 0);
        const bool is_first = x - width / 2 < plot->area.x - ui_px(ui, 12),
                   is_last = x + ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) / 2 > plot->area.x + plot->area.w;
        ui_text(ui,
                (Rect){is_first  ? plot->area.x
                       : is_last ? plot->area.x + plot->area.w - width
                                 : x - width / 2,
                       bottom, width, height},
                FONT_FIGURES, TEXT_SMALL, ui->theme->soft,
                is_first  ? ALIGN_LEFT
                : is_last ? ALIGN_RIGHT
                          : ALIGN_CENTER,
                text);
    }
    if (name) { // between the last two ticks
        const float from = plot_x(plot, ticks[count - 2]), to = plot_x(plot, ticks[count - 1]);
        ui_text(ui, (Rect){from, bottom, to - from, height}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_CENTER, name);
    }
}

void plot_y_axis(const Plot *plot, const float *ticks, int count)
{
    Ui *ui = plot->ui;
    const float height = ui_px(ui, 14);
    for (int i = 0; i < count; i++) {
        const float y = roundf(plot_y(plot, ticks[i]));
        char text[16];
        (void)snprintf(text, sizeof text, "%.3g", (double)ticks[i]);
        draw_box(ui->draw, (Rect){plot->area.x, y, plot->area.w, ui_px(ui, 1)}, ui->theme->grid, 0);
        // the uppermost stays clear of the title
        ui_text(ui,
                (Rect){plot->area.x - ui_px(ui, 34), fmaxf(plot->area.y - height / 4, y - height / 2), ui_px(ui, 30),
                       height},
                FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, text);
    }
}

void plot_dash(DrawList *draw, Point a, Point b, float width, Color color, float *phase, float dash)
{
    const float length = hypotf(b.x - a.x, b.y - a.y);
    for (float at = 0; at < length;) {
        const float rest = dash - fmodf(*phase, dash), step = fmaxf(0.01f, fminf(rest, length - at));
        if (fmodf(*phase, 2 * dash) < dash) {
            const Point ends[2] = {
                {a.x + (b.x - a.x) * at / length, a.y + (b.y - a.y) * at / length},
                {a.x + (b.x - a.x) * (at + step) / length, a.y + (b.y - a.y) * (at + step) / length}};
            draw_line(draw, ends, 2, width, color);
        }
        at += step;
        *phase += step;
    }
}

void plot_curve(const Plot *plot, float (*curve)(const void *context, float x), const void *context, float width,
                Color color, float dash)
{
    enum { POINTS_MAX = 2048 };
    Point points[POINTS_MAX];
    const int count = (int)fminf(POINTS_MAX, fmaxf(2.0f, plot->area.w / 2));
    int n = 0;
    float phase = 0;
    for (int i = 0; i < count; i++) {
        const float x = plot->x_low + (plot->x_high - plot->x_low) * (float)i / (float)(count - 1);
        const float y = curve(context, x);
        const bool is_inside = y >= plot->y_low && y <= plot->y_high;
        if (is_inside)
            points[n++] = (Point){plot_x(plot, x), plot_y(plot, y)};
        if (is_inside && dash > 0 && n > 1)
            plot_dash(plot->ui->draw, points[n - 2], points[n - 1], width, color, &phase, ui_px(plot->ui, dash));
        if (is_inside && i < count - 1)
            continue;
        if (dash <= 0)
            draw_line(plot->ui->draw, points, n, width, color);
        n = 0;
    }
}

void plot_vertical(const Plot *plot, float x, Color color)
{
    float phase = 0;
    const float at = roundf(plot_x(plot, x)) + 0.5f;
    plot_dash(plot->ui->draw, (Point){at, plot->area.y}, (Point){at, plot->area.y + plot->area.h}, ui_px(plot->ui, 1),
              color, &phase, ui_px(plot->ui, 4));
}

void plot_horizontal(const Plot *plot, float y, Color color)
{
    float phase = 0;
    const float at = roundf(plot_y(plot, y)) + 0.5f;
    plot_dash(plot->ui->draw, (Point){plot->area.x, at}, (Point){plot->area.x + plot->area.w, at}, ui_px(plot->ui, 1),
              color, &phase, ui_px(plot->ui, 4));
}

void plot_point(const Plot *plot, float x, float y, Color color, bool is_hollow)
{
    const float size = ui_px(plot->ui, 9), edge = ui_px(plot->ui, 1);
    const float inset = ui_px(plot->ui, 2); // one at the edge stays clear of the axis' labels
    const float left = fminf(plot->area.x + plot->area.w - inset, fmaxf(plot->area.x + inset, plot_x(plot, x)));
    const float top = fminf(plot->area.y + plot->area.h - inset, plot_y(plot, y));
    const Rect rect = {roundf(left - size / 2), roundf(top - size / 2), size, size};
    if (x < plot->x_low || x > plot->x_high || y < plot->y_low || y > plot->y_high)
        color = (color & 0xffffff00u) | 0x80; // it lies beyond the edge
    draw_box(plot->ui->draw, (Rect){rect.x - edge, rect.y - edge, size + 2 * edge, size + 2 * edge},
             plot->ui->theme->panel, size / 2 + edge);
    if (is_hollow)
        draw_frame(plot->ui->draw, rect, color, size / 2, ui_px(plot->ui, 2));
    else
        draw_box(plot->ui->draw, rect, color, size / 2);
}

void plot_label(const Plot *plot, float x, float y, float dx, float dy, Align align, Color color, const char *text)
{
    Ui *ui = plot->ui;
    const float width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text), height = ui_px(ui, 14), pad = ui_px(ui, 2);
    float left = plot_x(plot, x) + ui_px(ui, dx);
    left -= align == ALIGN_RIGHT ? width : align == ALIGN_CENTER ? width / 2 : 0;
    left = fminf(plot->area.x + plot->area.w - width, fmaxf(plot->area.x, left));
    const float top =
        fminf(plot->area.y + plot->area.h - height, fmaxf(plot->area.y, plot_y(plot, y) + ui_px(ui, dy) - height / 2));
    draw_box(ui->draw, (Rect){left - pad, top, width + 2 * pad, height}, theme_fade(ui->theme->panel, 0xd0), 0);
    ui_text(ui, (Rect){left, top, width + 1, height}, FONT_FIGURES, TEXT_SMALL, color, ALIGN_LEFT, text);
}
