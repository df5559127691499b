// The matrix: a cell for each output activation (rows) and loss (columns). A click makes a cell model A, with Shift B.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"

// ---- choosing rows and columns ------------------------------------------------------------------------------------

// A row of buttons of which several are on, but at least one.
static void draw_toggles(Panel *panel, Rect *line, const char *name, int count, const char *(*label)(int),
                         unsigned *bits)
{
    Ui *ui = panel->ui;
    const bool is_narrow = line->w < ui_px(ui, 760);
    const float gap = ui_px(ui, 3), pad = ui_px(ui, is_narrow ? 5 : 7);
    if (!is_narrow) {
        const float width = ui_text_width(ui, FONT_UI, TEXT_SMALL, name) + ui_px(ui, 6);
        ui_text(ui, (Rect){line->x, line->y, width, line->h}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, name);
        line->x += width;
    }
    for (int i = 0; i < count; i++) {
        char id[24];
        (void)snprintf(id, sizeof id, "%s.%s", name, label(i));
        const bool is_on = *bits >> i & 1;
        const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, label(i)) + 2 * pad;
        const Rect rect = {line->x, line->y, width, line->h};
        if (ui_button(ui, id, rect, label(i), NULL, is_on, ui->theme->soft) && (*bits ^ 1u << i) != 0)
            *bits ^= 1u << i;
        line->x += width + gap;
    }
    line->x += ui_px(ui, is_narrow ? 8 : 12);
}

static const char *output_label(int i) { return activation_get(OUTPUT_ACTIVATION, i)->label; }
static const char *loss_label(int i) { return loss_get(i)->label; }

static void draw_choices(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    Rect line = panel->layout->matrix.choices;
    const float right = line.x + line.w;
    line.h -= ui_px(ui, 4);
    unsigned outputs = frame->look.matrix_outputs, losses = frame->look.matrix_losses;
    draw_toggles(panel, &line, "Outputs", activation_count(OUTPUT_ACTIVATION), output_label, &outputs);
    draw_toggles(panel, &line, "Losses", LOSS_COUNT, loss_label, &losses);
    if (outputs != frame->look.matrix_outputs)
        panel_look(panel)->matrix_outputs = outputs;
    if (losses != frame->look.matrix_losses)
        panel_look(panel)->matrix_losses = losses;
    (void)panel_color_bar(panel, "scale.matrix", (Rect){line.x, line.y, right - line.x, line.h}, 0,
                          frame->look.heatmaps[0]);
}

// ---- a cell -------------------------------------------------------------------------------------------------------

static void draw_images_of(Panel *panel, const MatrixCell *place, int model)
{
    const Frame *frame = panel->frame;
    const ModelFrame *m = &frame->models[model];
    panel_digits(panel, &place->output, m->p, frame->page_count, false, model);
    panel_digits(panel, &place->drawn_output, m->pad_p, 1, true, model);
    panel_heatmap(panel, &place->heatmap, model, 0, false, true);
    if (!heatmap_get(frame->look.heatmaps[0])->is_of_set)
        panel_heatmap(panel, &place->drawn_heatmap, model, 0, true, true);
}

// The outputs of the test set in 66 bins, log count, over the inputs' outline.
static void draw_small_histogram(Panel *panel, Rect area, const ModelFrame *model)
{
    DrawList *draw = panel->ui->draw;
    const Metrics *test = &model->snapshot->test;
    const bool is_current = !*model->figures_of;
    draw_box(draw, area, panel->ui->theme->back, 0);
    if (test->images == 0)
        return;
    const float top = log10f((float)test->images * DIGIT_PIXELS);
    Point line[2 * HISTOGRAM_BINS];
    int n = 0;
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++) {
        const float x0 = roundf(area.x + area.w * (float)bin / HISTOGRAM_BINS),
                    x1 = roundf(area.x + area.w * (float)(bin + 1) / HISTOGRAM_BINS);
        const float height = roundf(area.h * log10f((float)test->histogram_output[bin] + 1.0f) / top);
        const Color color = !is_current                 ? panel->ui->theme->edge
                            : bin == 0                  ? draw_map_color(draw->palette, MAP_GREY, -1.0f, 1.0f)
                            : bin == HISTOGRAM_BINS - 1 ? draw_map_color(draw->palette, MAP_GREY, 2.0f, 1.0f)
                                                        : 0x7c8494ff;
        draw_box(draw, (Rect){x0, area.y + area.h - height, x1 - x0, height}, color, 0);
        const float y = area.y + area.h * (1.0f - log10f((float)test->histogram_input[bin] + 1.0f) / top);
        line[n++] = (Point){x0, y};
        line[n++] = (Point){x1, y};
    }
    draw_line(draw, line, n, ui_px(panel->ui, 1), 0xffffff60);
}

// "0.0918" as ".092" where there is hardly any room.
static void shorten(double value, bool is_signed, char text[24])
{
    if (fabs(value) >= 1e3 || !isfinite(value)) {
        (void)snprintf(text, 24, "%.0e", value);
        return;
    }
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%.*f", fabs(value) < 10 ? 3 : fabs(value) < 100 ? 1 : 0, fabs(value));
    (void)snprintf(text, 24, "%s%s", !is_signed ? "" : value < 0 ? "-" : "+", digits + (digits[0] == '0'));
}

// A row of a cell's figures: a long and a short name, and the value.
typedef struct FigureRow {
    const char *name, *short_name;
    char value[24];
} FigureRow;

enum { FIGURES_MAX = LOSS_COUNT + 3 };

static void format_row(FigureRow *row, double value, bool is_signed, bool is_tiny)
{
    if (is_tiny)
        shorten(value, is_signed, row->value);
    else if (is_signed)
        panel_format_signed(value, row->value);
    else
        panel_format_figure(value, row->value);
}

// The losses that are shown of this model, and what else stands behind them.
static int fill_rows(FigureRow rows[FIGURES_MAX], const ModelFrame *model, bool is_tiny)
{
    const Metrics *test = &model->snapshot->test;
    int losses[LOSS_COUNT];
    int count = loss_list_shown(model->spec.loss, losses);
    for (int i = 0; i < count; i++)
        rows[i].name = rows[i].short_name = loss_get(losses[i])->label;
    FigureRow *const bias = &rows[count++], *const outside = &rows[count++], *const unlit = &rows[count++];
    *bias = (FigureRow){.name = "mean error", .short_name = "error"};
    *outside = (FigureRow){.name = "outside", .short_name = "out"};
    *unlit = (FigureRow){.name = "never lit", .short_name = "unlit"};
    for (int i = 0; i < count; i++)
        (void)snprintf(rows[i].value, sizeof rows[i].value, "\u2013");
    if (test->images == 0)
        return count;
    for (FigureRow *row = rows; row < bias; row++)
        format_row(row, test->mean[losses[row - rows]], false, is_tiny);
    format_row(bias, test->bias, true, is_tiny);
    (void)snprintf(outside->value, sizeof outside->value, "%.1f %%", 100.0 * metrics_outside(test));
    (void)snprintf(unlit->value, sizeof unlit->value, "%d", test->never_lit);
    return count;
}

static const char *row_name(const FigureRow *row, bool is_small) { return is_small ? row->short_name : row->name; }

static bool has_room(Ui *ui, float width, float size, const FigureRow *rows, int count, bool is_small)
{
    for (int i = 0; i < count; i++)
        if (ui_text_width(ui, FONT_UI, size, row_name(&rows[i], is_small)) +
                ui_text_width(ui, FONT_FIGURES, size, rows[i].value) >
            width)
            return false;
    return true;
}

static void draw_figures_of(Panel *panel, Rect area, const ModelFrame *model)
{
    Ui *ui = panel->ui;
    FigureRow rows[FIGURES_MAX];
    const bool is_small = area.w < ui_px(ui, 92), is_tiny = area.w < ui_px(ui, 62);
    int count = fill_rows(rows, model, is_tiny);
    const float line = fmaxf(ui_px(ui, 11), fminf(ui_px(ui, 15), floorf(area.h / (float)count)));
    const float size = is_tiny ? 9 : is_small || line < ui_px(ui, 13) ? 9.5f : TEXT_SMALL;
    if (!has_room(ui, area.w, size, rows, count, is_small))
        count = fill_rows(rows, model, true);
    if (!has_room(ui, area.w, size, rows, count, is_small))
        return; // they are in the cell's hint, too
    for (int i = 0; i < count && (float)(i + 1) * line <= area.h + 1; i++) {
        const Rect row = {area.x, area.y + (float)i * line, area.w, line};
        ui_text(ui, row, FONT_UI, size, ui->theme->soft, ALIGN_LEFT, row_name(&rows[i], is_small));
        ui_text(ui, row, FONT_FIGURES, size, panel_figure_color(ui, model, ui->theme->text), ALIGN_RIGHT,
                rows[i].value);
    }
}

// How far a model is and, where its figures are of another moment, of which; what went wrong of a broken one. In the
// longest form that there is room for.
static void format_progress(Panel *panel, int model, float width, char text[128])
{
    const ModelFrame *m = &panel->frame->models[model];
    const Progress progress = panel_progress(panel->frame, model);
    const bool is_broken = m->snapshot->broken_step >= 0;
    char whole[128], moment[64] = "";
    if (*m->figures_of && !is_broken)
        (void)snprintf(moment, sizeof moment, "figures: %s", m->figures_of);
    if (is_broken)
        (void)snprintf(whole, sizeof whole, "%s: %s", progress.short_text, m->snapshot->broken_why);
    else
        (void)snprintf(whole, sizeof whole, "%s%s%s", progress.text, *moment ? "; " : "", moment);
    const char *const forms[] = {whole, *moment ? moment : progress.short_text, progress.short_text,
                                 is_broken ? "broke" : ""};
    (void)snprintf(text, 128, "%s", ui_choose(panel->ui, FONT_FIGURES, TEXT_SMALL - 1, width, forms, 4));
}

// A badge for A and B, what went wrong, or that it is the best.
static void draw_title(Panel *panel, const MatrixCell *place, int model, const char *best)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Snapshot *s = frame->models[model].snapshot;
    Rect line = place->title;
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!spec_equal(&frame->models[side].spec, &frame->models[model].spec))
            continue;
        const float size = fminf(line.h - ui_px(ui, 1), ui_px(ui, 14));
        const Rect badge = {line.x, line.y + roundf((line.h - size) / 2), size, size};
        draw_box(ui->draw, badge, panel_side_color(ui, side), ui_px(ui, 3));
        ui_text(ui, badge, FONT_UI_BOLD, TEXT_SMALL, ui->theme->inverse, ALIGN_CENTER, side == SIDE_A ? "A" : "B");
        line.x += size + ui_px(ui, 4);
        line.w -= size + ui_px(ui, 4);
    }
    const float best_width = best ? ui_text_width(ui, FONT_UI_BOLD, TEXT_SMALL, best) + ui_px(ui, 6) : 0;
    if (best)
        ui_text(ui, line, FONT_UI_BOLD, TEXT_SMALL, ui->theme->right, ALIGN_RIGHT, best);
    line.w -= best_width;
    char text[128];
    format_progress(panel, model, line.w, text);
    ui_text(ui, line, FONT_FIGURES, TEXT_SMALL - 1, s->broken_step >= 0 ? ui->theme->broken : ui->theme->soft,
            ALIGN_LEFT, text);
}

// "At epoch 3: Test BCE 0.0918, ..., never lit 0."
static void format_test(const ModelFrame *m, char *text, size_t size)
{
    const Metrics *test = &m->snapshot->test;
    int losses[LOSS_COUNT];
    const int count = loss_list_shown(m->spec.loss, losses);
    size_t used = *m->figures_of ? (size_t)snprintf(text, size, "At %s: ", m->figures_of) : 0;
    char figure[24];
    for (int i = 0; i < count; i++) {
        panel_format_figure(test->mean[losses[i]], figure);
        used += (size_t)snprintf(text + used, size - used, "%s%s %s, ", i ? "" : "Test ", loss_get(losses[i])->label,
                                 figure);
    }
    panel_format_signed(test->bias, figure);
    (void)snprintf(text + used, size - used, "mean error %s, outside 0\u20261 %.1f %%, never lit %d.", figure,
                   100.0 * metrics_outside(test), test->never_lit);
}

static void take_click(Panel *panel, Rect rect, int model)
{
    Ui *ui = panel->ui;
    const ModelFrame *m = &panel->frame->models[model];
    char id[40], hint[320];
    (void)snprintf(id, sizeof id, "cell.%s.%s", loss_get(m->spec.loss)->key,
                   activation_get(OUTPUT_ACTIVATION, m->spec.output)->key);
    const WidgetState state = ui_widget(ui, id, rect, m->caption);
    size_t used = (size_t)snprintf(hint, sizeof hint, "%s. ", m->caption);
    if (m->snapshot->broken_step >= 0)
        used += (size_t)snprintf(hint + used, sizeof hint - used, "Broke at step %lld: %s. ",
                                 (long long)m->snapshot->broken_step, m->snapshot->broken_why);
    if (m->snapshot->test.images > 0)
        format_test(m, hint + used, sizeof hint - used);
    ui_set_hint(ui, state, hint, "Click or Enter: it becomes model A; with Shift: model B.");
    ui_set_cursor(ui, state, CURSOR_HAND);
    if (state.is_hot)
        draw_frame(ui->draw, rect, ui->theme->soft, ui_px(ui, RADIUS), ui_px(ui, 1));
    if (state.is_clicked)
        requests_add(panel->requests,
                     (Request){.kind = REQUEST_SPEC, .side = state.is_shifted ? SIDE_B : SIDE_A, .spec = m->spec});
    ui_focus_ring(ui, state, rect);
}

static void draw_cell(Panel *panel, int row, int column, bool is_best)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const MatrixCell *place = &panel->layout->matrix.cells[row][column];
    const int model = frame->matrix[row][column];
    const ModelFrame *m = &frame->models[model];
    char best[32];
    (void)snprintf(best, sizeof best, "best %s", loss_label(frame->matrix_losses[column]));
    panel_card(panel, place->rect);
    if (is_best)
        draw_frame(ui->draw, place->rect, ui->theme->right, ui_px(ui, RADIUS), ui_px(ui, 1.5f));
    take_click(panel, place->rect, model);
    draw_title(panel, place, model, is_best ? best : NULL);
    draw_images_of(panel, place, model);
    if (place->histogram.w > 0 && place->histogram.h > ui_px(ui, 12))
        draw_small_histogram(panel, place->histogram, m);
    draw_figures_of(panel, place->figures, m);
}

void panel_matrix(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const MatrixLayout *matrix = &panel->layout->matrix;
    draw_choices(panel);
    for (int column = 0; column < matrix->columns; column++) {
        ui_text(ui, matrix->column_names[column], FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_CENTER,
                loss_label(frame->matrix_losses[column]));
    }
    for (int row = 0; row < matrix->rows; row++) {
        const char *name = output_label(frame->matrix_outputs[row]);
        const Rect place = matrix->row_names[row];
        ui_text(ui, place, FONT_UI_BOLD, ui_fit_size(ui, FONT_UI_BOLD, TEXT_NORMAL, place.w, name), ui->theme->text,
                ALIGN_LEFT, name);
        for (int column = 0; column < matrix->columns; column++)
            draw_cell(panel, row, column, row == frame->matrix_ranks[column].best);
    }
}
