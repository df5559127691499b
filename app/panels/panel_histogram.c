// Histogram of intensities over the whole test set: inputs filled, outputs of A and B as lines, 64 bins over [0,1], one
// below and one above. Dragging over it lights the pixels of those bins in all grids.
#include <math.h>
#include <stdio.h>

#include "panels/histogram.h"
#include "panels/panel.h"
#include "panels/plot.h"
#include "state/words.h"

// Counts as they are drawn: 0 at the bottom, 1 at the top.
typedef struct Scale {
    Rect area;
    HistogramMode mode;
    double pixels; // of the whole set
    double most;   // count at the top of a linear axis
} Scale;

static float bin_x(const Scale *s, int bin) { return s->area.x + roundf(s->area.w * (float)bin / HISTOGRAM_BINS); }

float histogram_log_height(double count, double pixels)
{
    return (float)fmax(0.0, 1.0 + log10(fmax(count, 1.0) / pixels) / HISTOGRAM_DECADES);
}

// Logarithm of the share of all pixels; or the count; or the share up to the bin.
static float find_height(const Scale *s, double count)
{
    if (s->mode == HISTOGRAM_LOG)
        return histogram_log_height(count, s->pixels);
    return (float)fmin(1.0, count / s->most);
}

static void fill_heights(const Scale *s, const int64_t *histogram, float heights[HISTOGRAM_BINS])
{
    double sum = 0.0;
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++) {
        sum += (double)histogram[bin];
        heights[bin] = find_height(s, s->mode == HISTOGRAM_CUMULATIVE ? sum : (double)histogram[bin]);
    }
}

static void draw_steps(Panel *panel, const Scale *s, const int64_t *histogram, bool is_filled, float width, Color color)
{
    Ui *ui = panel->ui;
    DrawList *draw = ui->draw;
    Point steps[2 * HISTOGRAM_BINS];
    float heights[HISTOGRAM_BINS];
    int n = 0;
    fill_heights(s, histogram, heights);
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++) {
        const float x0 = bin_x(s, bin), x1 = bin_x(s, bin + 1), y = s->area.y + s->area.h * (1.0f - heights[bin]);
        if (is_filled)
            draw_box(draw, (Rect){x0, roundf(y), x1 - x0, s->area.y + s->area.h - roundf(y)}, ui->theme->fill, 0);
        steps[n++] = (Point){x0, y};
        steps[n++] = (Point){x1, y};
    }
    draw_line(draw, steps, n, ui_px(panel->ui, width), color);
}

// Where a linear axis says what its top is.
static Rect top_label(const Ui *ui, const Scale *s)
{
    return (Rect){bin_x(s, HISTOGRAM_BINS - 4) - ui_px(ui, 60), s->area.y, ui_px(ui, 60), ui_px(ui, 14)};
}

static void draw_count_axis(Panel *panel, const Scale *s)
{
    Ui *ui = panel->ui;
    if (s->mode != HISTOGRAM_LOG) {
        for (int quarter = 1; quarter < 4; quarter++)
            draw_box(ui->draw,
                     (Rect){s->area.x, roundf(s->area.y + s->area.h * (float)quarter / 4), s->area.w, ui_px(ui, 1)},
                     ui->theme->grid, 0);
        char top[32];
        if (s->mode == HISTOGRAM_CUMULATIVE)
            (void)snprintf(top, sizeof top, "100 %%");
        else
            (void)snprintf(top, sizeof top, "%.1f %%", 100.0 * s->most / s->pixels);
        ui_text(ui, top_label(ui, s), FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, top);
        return;
    }
    const float height = ui_px(ui, 14), width = ui_px(ui, 40);
    float last = -INFINITY;
    for (int decade = 0; decade < HISTOGRAM_DECADES; decade++) {
        const float y = roundf(s->area.y + s->area.h * (float)decade / (float)HISTOGRAM_DECADES);
        draw_box(ui->draw, (Rect){s->area.x, y, s->area.w, ui_px(ui, 1)}, ui->theme->grid, 0);
        if (y - last < 1.1f * height) // decades without room have a line alone
            continue;
        last = fmaxf(s->area.y + height / 4, y); // where the label is
        char text[16];
        (void)snprintf(text, sizeof text, "%g %%", 100.0 * pow(10.0, -decade));
        ui_text(ui,
                (Rect){s->area.x - width - ui_px(ui, 4), fmaxf(s->area.y - height / 4, y - height / 2), width, height},
                FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, text);
    }
}

static void draw_intensity_axis(Panel *panel, const Scale *s)
{
    Ui *ui = panel->ui;
    const float height = ui_px(ui, 18), width = ui_px(ui, 60), bottom = s->area.y + s->area.h;
    char text[16];
    for (int quarter = 0; quarter <= 4; quarter++) {
        const float x = bin_x(s, 1 + quarter * HISTOGRAM_INNER / 4);
        draw_box(ui->draw, (Rect){x, s->area.y, ui_px(ui, 1), s->area.h}, ui->theme->grid, 0);
        if (quarter == 0 || quarter == 4)
            continue; // "<0" and ">1" stand there
        (void)snprintf(text, sizeof text, "%g", quarter / 4.0);
        ui_text(ui, (Rect){x - width / 2, bottom, width, height}, FONT_FIGURES, TEXT_SMALL, ui->theme->soft,
                ALIGN_CENTER, text);
    }
    ui_text(ui, (Rect){s->area.x - ui_px(ui, 6), bottom, width, height}, FONT_FIGURES, TEXT_SMALL, ui->theme->below,
            ALIGN_LEFT, "<0");
    ui_text(ui, (Rect){s->area.x + s->area.w - width, bottom, width, height}, FONT_FIGURES, TEXT_SMALL,
            ui->theme->above, ALIGN_RIGHT, ">1");
}

// "■ target — A — B" at the right of the title's line. Returns the width that it needs; is_drawn false only measures.
static float draw_legend(Panel *panel, Rect line, bool is_drawn)
{
    Ui *ui = panel->ui;
    const float start = line.w, gap = ui_px(ui, 5), swatch = ui_px(ui, 14), space = ui_px(ui, 12);
    const char *const names[] = {"B", "A", "target"};
    const Color colors[] = {ui->theme->b, ui->theme->a, theme_fade(ui->theme->soft, 0x90)};
    for (int i = 0; i < 3; i++) {
        if (i < SIDE_COUNT && !panel_is_shown(panel->frame, i == 0 ? SIDE_B : SIDE_A))
            continue;
        const float width = ui_text_width(ui, i < 2 ? FONT_UI_BOLD : FONT_UI, TEXT_SMALL, names[i]),
                    thick = i == 2 ? ui_px(ui, 10) : ui_px(ui, i == 1 ? 3 : 2);
        if (is_drawn && width + gap + swatch > line.w)
            break;
        if (is_drawn) {
            ui_text(ui, line, i < 2 ? FONT_UI_BOLD : FONT_UI, TEXT_SMALL, i < 2 ? colors[i] : ui->theme->soft,
                    ALIGN_RIGHT, names[i]);
            draw_box(
                ui->draw,
                (Rect){line.x + line.w - width - gap - swatch, line.y + roundf((line.h - thick) / 2), swatch, thick},
                colors[i], 0);
        }
        line.w -= width + gap + swatch + space;
    }
    return start - line.w;
}

// ---- the brush ----------------------------------------------------------------------------------------------------

static bool has_brush(const Look *look) { return look->brush_first <= look->brush_last; }

static int find_bin_at(const Scale *s, float x)
{
    const int bin = (int)((x - s->area.x) / s->area.w * HISTOGRAM_BINS);
    return bin < 0 ? 0 : bin >= HISTOGRAM_BINS ? HISTOGRAM_BINS - 1 : bin;
}

static void set_brush(Panel *panel, int first, int last)
{
    Look *look = panel_look(panel);
    look->brush_first = first;
    look->brush_last = last;
}

// Below 0, the eighths of [0,1], above 1, nothing: in turn.
static void step_brush(Panel *panel)
{
    const Look *look = &panel->frame->look;
    enum { EIGHTH = HISTOGRAM_INNER / 8 };
    if (!has_brush(look))
        set_brush(panel, 0, 0);
    else if (look->brush_last + 1 < HISTOGRAM_BINS - 1)
        set_brush(panel, look->brush_last + 1, look->brush_last + EIGHTH);
    else if (look->brush_last + 1 == HISTOGRAM_BINS - 1)
        set_brush(panel, HISTOGRAM_BINS - 1, HISTOGRAM_BINS - 1);
    else
        set_brush(panel, 1, 0);
}

static void drag_brush(Panel *panel, const Scale *s)
{
    Ui *ui = panel->ui;
    const WidgetState state = ui_widget(ui, "brush", s->area, "Brush");
    panel_hint(panel, state, "range");
    ui_set_cursor(ui, state, CURSOR_ARROWS);
    if (state.is_active && ui->input.left_pressed)
        ui->drag_x = ui->input.mouse_x;
    const float distance = fabsf(ui->input.mouse_x - ui->drag_x);
    if (state.is_active && ui->input.left && distance >= ui_px(ui, 3)) {
        const int a = find_bin_at(s, ui->drag_x), b = find_bin_at(s, ui->input.mouse_x);
        set_brush(panel, a < b ? a : b, a < b ? b : a);
    } else if (state.is_clicked && distance < ui_px(ui, 3)) {
        set_brush(panel, 1, 0);
    }
    if (ui_take_key(ui, 'g', false))
        step_brush(panel);
    ui_focus_ring(ui, state, s->area);
}

// "lit: target 12.3 %  A 12.4 %", each with the moment that it is of where has_moments; whether all are of the
// pictures'.
static bool format_lit(const Frame *frame, bool has_moments, char *text, size_t size)
{
    const Look *look = &frame->look;
    bool is_current = true;
    size_t used = (size_t)snprintf(text, size, "lit: target %.1f %%", 100.0 * look_lit(look, frame->target_histogram));
    for (int side = 0; side < SIDE_COUNT; side++) {
        const ModelFrame *model = &frame->models[side];
        const Metrics *m = &model->snapshot->test;
        if (!panel_is_shown(frame, side) || m->images == 0)
            continue;
        const bool has_moment = has_moments && *model->figures_of;
        used += (size_t)snprintf(text + used, size - used, "  %c %.1f %%%s%s", side == SIDE_A ? 'A' : 'B',
                                 100.0 * look_lit(look, m->histogram_output), has_moment ? " " : "",
                                 has_moment ? model->figures_of : "");
        is_current &= !*model->figures_of;
    }
    return is_current;
}

static void draw_brush(Panel *panel, const Scale *s)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Look *look = &frame->look;
    if (!has_brush(look))
        return;
    const float x0 = bin_x(s, look->brush_first), x1 = bin_x(s, look->brush_last + 1);
    draw_box(ui->draw, (Rect){x0, s->area.y, x1 - x0, s->area.h}, theme_fade(ui->theme->text, 0x18), 0);
    draw_frame(ui->draw, (Rect){x0, s->area.y, x1 - x0, s->area.h}, ui->theme->text, 0, ui_px(ui, 1));
    char whole[192], bare[96];
    const bool is_current = format_lit(frame, true, whole, sizeof whole);
    (void)format_lit(frame, false, bare, sizeof bare);
    const char *const forms[] = {whole, bare};
    const float pad = ui_px(ui, 8);
    const char *text = ui_choose(ui, FONT_FIGURES, TEXT_SMALL, s->area.w - pad, forms, 2);
    const float width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + pad;
    const float left = fminf(fmaxf(s->area.x, (x0 + x1 - width) / 2), s->area.x + s->area.w - width);
    const bool meets_top = s->mode != HISTOGRAM_LOG && left + width > top_label(ui, s).x;
    const Rect box = {left, s->area.y + ui_px(ui, meets_top ? 16 : 2), width, ui_px(ui, 16)};
    draw_box(ui->draw, box, ui->theme->panel, ui_px(ui, 3)); // the range's edges end at it
    ui_text(ui, box, FONT_FIGURES, TEXT_SMALL, is_current ? ui->theme->text : ui->theme->faint, ALIGN_CENTER, text);
}

// What the bin under the mouse holds.
static void show_value(Panel *panel, const Scale *s)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Input *input = &ui->input;
    if (!input->is_inside || ui->is_modal || ui->input.left || !ui_is_inside(s->area, input->mouse_x, input->mouse_y))
        return;
    const int bin = find_bin_at(s, input->mouse_x);
    const double low = (bin - 1.0) / HISTOGRAM_INNER, high = (double)bin / HISTOGRAM_INNER;
    size_t used;
    char text[256];
    const size_t size = sizeof text;
    if (bin == 0)
        used = (size_t)snprintf(text, size, "below 0: target %.2f %%",
                                100.0 * (double)frame->target_histogram[bin] / s->pixels);
    else if (bin == HISTOGRAM_BINS - 1)
        used = (size_t)snprintf(text, size, "above 1: target %.2f %%",
                                100.0 * (double)frame->target_histogram[bin] / s->pixels);
    else
        used = (size_t)snprintf(text, size, "%.3f to %.3f: target %.2f %%", low, high,
                                100.0 * (double)frame->target_histogram[bin] / s->pixels);
    for (int side = 0; side < SIDE_COUNT; side++) {
        const Metrics *m = &frame->models[side].snapshot->test;
        if (panel_is_shown(frame, side) && m->images > 0)
            used += (size_t)snprintf(text + used, size - used, ", %c %.2f %%", side == SIDE_A ? 'A' : 'B',
                                     100.0 * (double)m->histogram_output[bin] / s->pixels);
    }
    (void)snprintf(text + used, size - used, " of all pixels. Drag: light the pixels of a range.");
    ui_say_hint(ui, text, words_find("range")->look);
}

// ---- the panel ----------------------------------------------------------------------------------------------------

static void choose_mode(Panel *panel, Rect rect)
{
    Ui *ui = panel->ui;
    static const char *const labels[] = {"log", "lin", "sum"};
    const HistogramMode mode = panel->frame->look.histogram;
    WidgetState states[CHOICES_MAX];
    const int chosen =
        ui_choice_states(ui, "histogram", rect, labels, HISTOGRAM_MODE_COUNT, (int)mode, ui->theme->soft, states);
    if (chosen >= 0)
        panel_look(panel)->histogram = (HistogramMode)chosen;
    if (ui_take_key(ui, 'l', false))
        panel_look(panel)->histogram = (mode + 1) % HISTOGRAM_MODE_COUNT;
}

// The first and the last inner bin hold nearly everything: a linear axis ends at the largest between them.
static double find_most(const Frame *frame)
{
    int64_t most = 1;
    for (int bin = 2; bin < HISTOGRAM_INNER; bin++) {
        most = frame->target_histogram[bin] > most ? frame->target_histogram[bin] : most;
        for (int side = 0; side < SIDE_COUNT; side++) {
            const Metrics *m = &frame->models[side].snapshot->test;
            if (panel_is_shown(frame, side) && m->images > 0 && m->histogram_output[bin] > most)
                most = m->histogram_output[bin];
        }
    }
    return 1.1 * (double)most;
}

// Of the steps, in the histogram's rectangle: right of the count axis.
static Rect find_area(Ui *ui, Rect rect)
{
    const float axis = ui_px(ui, 40);
    const Rect area = plot_area(ui, rect);
    return (Rect){area.x + axis, area.y, area.w - axis, area.h};
}

Rect panel_histogram_slot(const Panel *panel, int bin)
{
    const Rect rect = panel->layout->histogram;
    if (rect.w <= 0)
        return (Rect){0};
    const Scale scale = {.area = find_area(panel->ui, rect)};
    const float x = bin_x(&scale, bin), foot = rect.y + rect.h - scale.area.y - ui_px(panel->ui, 3);
    return (Rect){x, scale.area.y, bin_x(&scale, bin + 1) - x, foot};
}

void panel_histogram(Panel *panel)
{
    const Frame *frame = panel->frame;
    Ui *ui = panel->ui;
    const Rect rect = panel->layout->histogram;
    if (rect.w <= 0)
        return;
    const float pad = ui_px(ui, 12), modes = ui_px(ui, 112), legend = draw_legend(panel, rect, false);
    static const char *const plain[] = {"Brightness of the output pixels", "Brightness of outputs", "Brightness"};
    static const char *const means[] = {"Brightness of the mean outputs", "Of the mean outputs", "Of the mean"};
    const char *const *const titles = frame->look.show_as == SHOW_MEAN ? plain : means;
    const char *title = ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, rect.w - modes - 4 * pad - legend, titles, 3);
    (void)plot_frame(ui, rect, "");
    const Rect area = find_area(ui, rect);
    (void)panel_dotted(panel, "histogram", (Rect){rect.x + pad, rect.y + ui_px(ui, 2), rect.w, ui_px(ui, 22)},
                       FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, title);
    const float start = rect.x + 2 * pad + ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, title);
    choose_mode(panel, (Rect){start, rect.y + ui_px(ui, 3), modes, ui_px(ui, 22)});
    const float from = start + modes + pad;
    (void)draw_legend(panel, (Rect){from, rect.y, rect.x + rect.w - from - pad, ui_px(ui, 26)}, true);
    if (!frame->facts) {
        ui_text(ui, area, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_CENTER, "drawing the digits\u2026");
        return;
    }
    Scale scale = {.area = area, .mode = frame->look.histogram, .pixels = (double)frame->facts->images * DIGIT_PIXELS};
    scale.most = scale.mode == HISTOGRAM_LINEAR ? find_most(frame) : scale.pixels;
    draw_count_axis(panel, &scale);
    draw_intensity_axis(panel, &scale);
    drag_brush(panel, &scale);
    draw_steps(panel, &scale, frame->target_histogram, true, 1, theme_fade(ui->theme->soft, 0x90));
    for (int side = 0; side < SIDE_COUNT; side++) {
        const Metrics *m = &frame->models[side].snapshot->test;
        if (panel_is_shown(frame, side) && m->images > 0) // of which moment say the heads of the figures
            draw_steps(panel, &scale, m->histogram_output, false, side == SIDE_A ? 2.6f : 1.4f,
                       panel_side_color(ui, side));
    }
    draw_brush(panel, &scale);
    show_value(panel, &scale);
}
