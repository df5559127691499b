// The inspect view: one digit large, and one of its pixels explained: what each loss charges there, how hard it pulls
// at the logit, and what the same pixel does over the whole test set.
#include <math.h>
#include <stdio.h>

#include "inspect.h"
#include "panel.h"
#include "plot.h"
#include "theme.h"

static const Color loss_colors[INSPECT_LOSSES] = {COLOR_BCE, COLOR_MSE};

// ---- the digit ----------------------------------------------------------------------------------------------------

static void draw_grey(Panel *panel, const GridLayout *grid, const float *values)
{
    panel_images(panel, &(ImageGrid){.grid = grid,
                                     .values = values,
                                     .intensities = values,
                                     .count = 1,
                                     .map = MAP_GREY,
                                     .scale = 1.0f,
                                     .model = -1});
}

static void draw_input(Panel *panel)
{
    const Frame *frame = panel->frame;
    const GridLayout *grid = &frame->layout.inspect.input;
    char title[48];
    const bool is_drawing = frame->indices[0] < 0;
    if (is_drawing)
        (void)snprintf(title, sizeof title, "Your digit");
    else if (frame->labels[0] >= 0)
        (void)snprintf(title, sizeof title, "Test %d, a %d", frame->indices[0], frame->labels[0]);
    else
        (void)snprintf(title, sizeof title, "Test %d", frame->indices[0]);
    panel_header(panel, grid->header, -1, title, "");
    draw_grey(panel, grid, frame->targets);
}

static void draw_side_images(Panel *panel, int side)
{
    const Frame *frame = panel->frame;
    const InspectLayout *inspect = &frame->layout.inspect;
    const ModelFrame *m = &frame->models[side];
    char title[96], id[24];
    (void)snprintf(title, sizeof title, "%s", m->caption);
    panel_header(panel, inspect->output[side].header, side, title, "");
    draw_grey(panel, &inspect->output[side], m->p);
    const int mode = frame->look.heatmaps[0];
    Rect header = inspect->heatmap[side].header;
    (void)snprintf(id, sizeof id, "scale.%c.0", side == SIDE_A ? 'a' : 'b');
    const float label = ui_text_width(panel->ui, FONT_UI, TEXT_NORMAL, heatmap_get(mode)->label) + ui_px(panel->ui, 22);
    header.w -= panel_color_bar(panel, id, (Rect){header.x + label, header.y, header.w - label, header.h}, mode);
    panel_header(panel, header, side, heatmap_get(mode)->label, "");
    panel_heatmap(panel, &inspect->heatmap[side], side, 0, false, false);
}

// The pixel follows the mouse unless it is pinned; the arrows move and pin it.
static void choose_pixel(Panel *panel)
{
    Ui *ui = panel->ui;
    const Look *look = &panel->frame->look;
    if (panel->hover.is_set && !look->is_pinned && panel->hover.pixel != look->pixel) {
        panel_look(panel)->pixel = panel->hover.pixel;
        panel_look(panel)->t = -1.0f;
    }
    static const struct {
        int key, row, column;
    } moves[] = {{KEY_LEFT, 0, -1}, {KEY_RIGHT, 0, 1}, {KEY_UP, -1, 0}, {KEY_DOWN, 1, 0}};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        const int row = look->pixel / DIGIT_SIDE + moves[i].row, column = look->pixel % DIGIT_SIDE + moves[i].column;
        const bool is_inside = row >= 0 && row < DIGIT_SIDE && column >= 0 && column < DIGIT_SIDE;
        if (ui->show_focus || !ui_take_key(ui, moves[i].key, false) || !is_inside)
            continue;
        Look *next = panel_look(panel);
        next->pixel = row * DIGIT_SIDE + column;
        next->is_pinned = true;
        next->t = -1.0f;
    }
    if (ui_take_key(ui, 'p', false))
        panel_look(panel)->is_pinned = !look->is_pinned;
}

static void mark_pixel(Panel *panel, const GridLayout *grid)
{
    const Look *look = &panel->frame->look;
    const float line = ui_px(panel->ui, 2), side = (float)grid->pixel_px;
    const Rect rect = {grid->origin.x + (float)(look->pixel % DIGIT_SIDE) * side - line,
                       grid->origin.y + (float)(look->pixel / DIGIT_SIDE) * side - line, side + 2 * line,
                       side + 2 * line};
    const Rect outer = {rect.x - line, rect.y - line, rect.w + 2 * line, rect.h + 2 * line};
    draw_frame(panel->ui->draw, outer, 0x000000a0, 0, line);
    draw_frame(panel->ui->draw, rect, look->is_pinned ? COLOR_GOOD : COLOR_TEXT, 0, line);
}

static void draw_images_of_digit(Panel *panel)
{
    const InspectLayout *inspect = &panel->frame->layout.inspect;
    draw_input(panel);
    for (int side = 0; side < SIDE_COUNT; side++)
        draw_side_images(panel, side);
    choose_pixel(panel);
    mark_pixel(panel, &inspect->input);
    for (int side = 0; side < SIDE_COUNT; side++) {
        mark_pixel(panel, &inspect->output[side]);
        if (!heatmap_get(panel->frame->look.heatmaps[0])->is_of_set)
            mark_pixel(panel, &inspect->heatmap[side]);
    }
}

// ---- what each loss charges ---------------------------------------------------------------------------------------

typedef struct LossCurve {
    int loss;
    float t;
} LossCurve;

static float loss_at(const void *context, float p)
{
    const LossCurve *curve = context;
    return inspect_loss(curve->loss, p, curve->t);
}

// The names of the two losses at the right of a plot's title, in their colours.
static void draw_legend(Panel *panel, Rect rect, const char *const names[INSPECT_LOSSES])
{
    Ui *ui = panel->ui;
    Rect line = {rect.x, rect.y, rect.w - ui_px(ui, 12), ui_px(ui, 26)};
    for (int loss = INSPECT_LOSSES - 1; loss >= 0; loss--) {
        ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, loss_colors[loss], ALIGN_RIGHT, names[loss]);
        line.w -= ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, names[loss]) + ui_px(ui, 14);
    }
}

// How much more than the floor an output costs that misses t by 0.1 to one side.
static void mark_excess(const Plot *plot, float p, float t, double excess, bool is_right)
{
    if (isnan(excess))
        return;
    const float floor_at = (float)loss_bce_floor((double)t);
    const float x = roundf(plot_x(plot, p)), y = plot_y(plot, floor_at + (float)excess);
    const float width = ui_px(plot->ui, 3);
    plot_vertical(plot, p, COLOR_GOOD & 0xffffff50u);
    draw_box(plot->ui->draw, (Rect){x - 1, y, width, plot_y(plot, floor_at) - y}, COLOR_GOOD, 0);
    char text[32];
    (void)snprintf(text, sizeof text, "%s: +%.4f", is_right ? "+0.1" : "\u22120.1", excess);
    plot_label(plot, p, plot->y_high, is_right ? 5 : -5, 24, is_right ? ALIGN_LEFT : ALIGN_RIGHT, COLOR_GOOD, text);
}

// Anywhere in the plot: the target follows the mouse; a double click gives the pixel its own back.
static void drag_target(Panel *panel, const Plot *plot)
{
    Ui *ui = panel->ui;
    const Look *look = &panel->frame->look;
    const float t = look->t >= 0.0f ? look->t : panel->frame->targets[look->pixel];
    const WidgetState state = ui_widget(ui, "inspect.t", plot->area, "Target t");
    if (state.is_hot && ui->input.left_double)
        panel_look(panel)->t = -1.0f;
    else if (state.is_active && ui->input.left && !ui->input.left_pressed && ui->input.path_count > 0) {
        const float x = plot->x_low + (plot->x_high - plot->x_low) * (ui->input.mouse_x - plot->area.x) / plot->area.w;
        panel_look(panel)->t = fminf(1.0f, fmaxf(0.0f, x));
    }
    if (ui_take_shift_key(ui, 't') || (state.is_focused && ui_take_key(ui, KEY_LEFT, false)))
        panel_look(panel)->t = fmaxf(0.0f, t - 0.05f);
    if (ui_take_key(ui, 't', false) || (state.is_focused && ui_take_key(ui, KEY_RIGHT, false)))
        panel_look(panel)->t = fminf(1.0f, t + 0.05f);
    ui_set_hint(ui, state,
                "Drag: what the curves would be at another target t (T, Shift+T); double click: the pixel's own");
    ui_focus_ring(ui, state, plot->area);
}

static void draw_loss_plot(Panel *panel, const InspectFigures *figures)
{
    Ui *ui = panel->ui;
    const Rect rect = panel->frame->layout.inspect.loss_plot;
    char subtitle[64], text[64];
    (void)snprintf(subtitle, sizeof subtitle, "against the output p, at t = %.3f%s", (double)figures->t,
                   figures->is_dragged ? " (dragged)" : "");
    const Rect area = plot_frame(ui, rect, "Loss", subtitle);
    static const char *const names[] = {"BCE", "MSE"};
    draw_legend(panel, rect, names);
    const float axis = ui_px(ui, 28);
    const Plot plot = {ui, {area.x + axis, area.y, area.w - axis, area.h}, -0.1f, 1.1f, 0.0f, 2.0f};
    static const float ys[] = {0, 0.5f, 1, 1.5f, 2}, xs[] = {0, 0.25f, 0.5f, 0.75f, 1};
    plot_y_axis(&plot, ys, 5);
    plot_x_axis(&plot, xs, 5, "p");
    drag_target(panel, &plot);
    plot_vertical(&plot, figures->t, 0xffffff60);
    plot_horizontal(&plot, (float)figures->floor, COLOR_BCE & 0xffffff80u);
    for (int loss = 0; loss < INSPECT_LOSSES; loss++) {
        const LossCurve curve = {loss, figures->t};
        plot_curve(&plot, loss_at, &curve, ui_px(ui, 2), loss_colors[loss], false);
    }
    mark_excess(&plot, figures->below, figures->t, figures->excess_below, false);
    mark_excess(&plot, figures->above, figures->t, figures->excess_above, true);
    (void)snprintf(text, sizeof text, "floor H(t) %.4f", figures->floor);
    plot_label(&plot, figures->t > 0.5f ? -0.1f : 1.1f, (float)figures->floor, figures->t > 0.5f ? 4 : -4, 9,
               figures->t > 0.5f ? ALIGN_LEFT : ALIGN_RIGHT, COLOR_BCE, text);
    plot_label(&plot, figures->t, 2.0f, figures->t > 0.5f ? -4 : 4, 8, figures->t > 0.5f ? ALIGN_RIGHT : ALIGN_LEFT,
               COLOR_TEXT_SOFT, "minimum: p = t");
    for (int side = SIDE_COUNT - 1; side >= 0; side--)
        for (int loss = 0; loss < INSPECT_LOSSES; loss++)
            plot_point(&plot, figures->sides[side].p, figures->sides[side].loss[loss], panel_side_color(side),
                       panel->frame->models[side].spec.loss != loss);
}

// ---- how hard it pulls --------------------------------------------------------------------------------------------

typedef struct SlopeCurve {
    const Model *model; // NULL: a sigmoid
    int loss;
    float t;
} SlopeCurve;

// p - t and 2 (p - t) p (1 - p)
static float sigmoid_slope_at(const void *context, float z)
{
    const SlopeCurve *curve = context;
    const float p = 1.0f / (1.0f + expf(-z));
    return curve->loss == LOSS_BCE ? p - curve->t : 2.0f * (p - curve->t) * p * (1.0f - p);
}

static float model_slope_at(const void *context, float z)
{
    const SlopeCurve *curve = context;
    float slope;
    model_loss_slopes(curve->model, curve->loss, &z, &curve->t, &slope, 1);
    return slope;
}

static bool is_sigmoid(const ModelFrame *m) { return m->spec.output == activation_find(OUTPUT_ACTIVATION, "sigmoid"); }

static void draw_slope_plot(Panel *panel, const InspectFigures *figures)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect rect = frame->layout.inspect.slope_plot;
    const bool is_wide = rect.w > ui_px(ui, 470);
    const Rect area =
        plot_frame(ui, rect, is_wide ? "Gradient at the logit" : "Gradient", is_wide ? "on a sigmoid" : NULL);
    static const char *const names[] = {"BCE p\u2212t", "MSE 2(p\u2212t)p(1\u2212p)"};
    draw_legend(panel, rect, names);
    const float axis = ui_px(ui, 28);
    const Plot plot = {ui, {area.x + axis, area.y, area.w - axis, area.h}, -8.0f, 8.0f, -1.0f, 1.0f};
    static const float ys[] = {-1, -0.5f, 0, 0.5f, 1}, xs[] = {-8, -4, 0, 4, 8};
    plot_y_axis(&plot, ys, 5);
    plot_x_axis(&plot, xs, 5, "z");
    for (int loss = 0; loss < INSPECT_LOSSES; loss++) {
        const SlopeCurve curve = {NULL, loss, figures->t};
        plot_curve(&plot, sigmoid_slope_at, &curve, ui_px(ui, 2), loss_colors[loss], false);
    }
    // another output has slopes of its own: those of the model's own loss, dashed
    for (int side = SIDE_COUNT - 1; side >= 0; side--) {
        const ModelFrame *m = &frame->models[side];
        const SlopeCurve curve = {m->model, m->spec.loss, figures->t};
        if (!is_sigmoid(m) || m->spec.loss >= INSPECT_LOSSES)
            plot_curve(&plot, model_slope_at, &curve, ui_px(ui, 1.5f), panel_side_color(side), true);
    }
    for (int side = SIDE_COUNT - 1; side >= 0; side--)
        for (int loss = 0; loss < INSPECT_LOSSES; loss++)
            plot_point(&plot, figures->sides[side].z, figures->sides[side].slope[loss], panel_side_color(side),
                       frame->models[side].spec.loss != loss);
}

// ---- tables -------------------------------------------------------------------------------------------------------

typedef struct TableRow {
    const char *label;
    float values[SIDE_COUNT];
} TableRow;

// Returns where the table ends.
static float draw_table(Panel *panel, Rect rect, const char *title, const char *right, const TableRow *rows, int count)
{
    Ui *ui = panel->ui;
    const float pad = ui_px(ui, 12), line = ui_px(ui, 17), column = ui_px(ui, rect.w < 400 * ui->scale ? 70 : 84);
    panel_card(panel, rect);
    Rect row = {rect.x + pad, rect.y + ui_px(ui, 4), rect.w - 2 * pad, line};
    for (int side = 0; side < SIDE_COUNT; side++)
        ui_text(ui, (Rect){row.x + row.w - (float)(SIDE_COUNT - side) * column, row.y, column, line}, FONT_UI_BOLD,
                TEXT_SMALL, panel_side_color(side), ALIGN_RIGHT, side == SIDE_A ? "A" : "B");
    const float room = row.w - 1.6f * column;
    const float used = ui_text_width(ui, FONT_UI, TEXT_NORMAL, title) + ui_px(ui, 8);
    ui_text(ui, (Rect){row.x, row.y, room, line}, FONT_UI, TEXT_NORMAL, COLOR_TEXT, ALIGN_LEFT, title);
    if (used + ui_text_width(ui, FONT_UI, TEXT_SMALL, right) <= room)
        ui_text(ui, (Rect){row.x + used, row.y, room - used, line}, FONT_UI, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_LEFT,
                right);
    for (int i = 0; i < count; i++) {
        row.y += line;
        ui_text(ui, (Rect){row.x, row.y, row.w - 2 * column, line}, FONT_UI, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_LEFT,
                rows[i].label);
        for (int side = 0; side < SIDE_COUNT; side++) {
            char text[24] = "\u2013";
            if (!isnan(rows[i].values[side]))
                panel_format_figure((double)rows[i].values[side], text);
            ui_text(ui, (Rect){row.x + row.w - (float)(SIDE_COUNT - side) * column, row.y, column, line}, FONT_FIGURES,
                    TEXT_SMALL, COLOR_TEXT, ALIGN_RIGHT, text);
        }
    }
    return row.y + line;
}

static void draw_pixel_table(Panel *panel, const InspectFigures *f)
{
    const InspectSide *a = &f->sides[SIDE_A], *b = &f->sides[SIDE_B];
    char title[64], excess[48];
    (void)snprintf(title, sizeof title, "Row %d, column %d", f->row, f->column);
    (void)snprintf(excess, sizeof excess, "excess (H(t) %.4f)", f->floor);
    const TableRow rows[] = {
        {"target t", {f->t, f->t}},
        {"output p", {a->p, b->p}},
        {"logit z", {a->z, b->z}},
        {"BCE", {a->loss[LOSS_BCE], b->loss[LOSS_BCE]}},
        {excess, {a->loss[LOSS_BCE] - (float)f->floor, b->loss[LOSS_BCE] - (float)f->floor}},
        {"MSE", {a->loss[LOSS_MSE], b->loss[LOSS_MSE]}},
        {"\u2202BCE/\u2202z", {a->slope[LOSS_BCE], b->slope[LOSS_BCE]}},
        {"\u2202MSE/\u2202z", {a->slope[LOSS_MSE], b->slope[LOSS_MSE]}},
    };
    const bool is_pinned = panel->frame->look.is_pinned;
    (void)draw_table(panel, panel->frame->layout.inspect.pixel_table, title,
                     is_pinned ? "pinned; click it to let go" : "follows the mouse; click pins it", rows,
                     sizeof rows / sizeof *rows);
}

static void format_lesson(const InspectFigures *f, char *text, size_t size)
{
    if (isnan(f->excess_below) || isnan(f->excess_above))
        (void)snprintf(
            text, size,
            "At t = %.2f there is no room for 0.1 to both sides: BCE charges every miss in the one direction that "
            "is left. Drag t in the plot to see the curves move.",
            (double)f->t);
    else if (fabs(f->excess_below - f->excess_above) < 5e-4)
        (void)snprintf(
            text, size,
            "At t = %.2f missing by 0.1 costs about the same to both sides: %.4f and %.4f nats above the floor; MSE "
            "charges 0.0100 each.",
            (double)f->t, f->excess_below, f->excess_above);
    else
        (void)snprintf(
            text, size,
            "Missing t = %.2f by 0.1 %s costs %.4f nats above the floor, %s %.4f: the pull is towards 0.5, not "
            "downwards. MSE charges 0.0100 for either.",
            (double)f->t, f->t > 0.5f ? "downwards" : "upwards", f->t > 0.5f ? f->excess_below : f->excess_above,
            f->t > 0.5f ? "upwards" : "downwards", f->t > 0.5f ? f->excess_above : f->excess_below);
}

static void draw_set_table(Panel *panel, const InspectFigures *f)
{
    Ui *ui = panel->ui;
    const InspectSide *a = &f->sides[SIDE_A], *b = &f->sides[SIDE_B];
    const Rect rect = panel->frame->layout.inspect.set_table;
    char lesson[320];
    const float mean_a = a->has_set ? a->mean_p : NAN, mean_b = b->has_set ? b->mean_p : NAN;
    const TableRow rows[] = {
        {"mean t", {f->mean_t, f->mean_t}},
        {"mean p", {mean_a, mean_b}},
        {"mean p \u2212 mean t", {mean_a - f->mean_t, mean_b - f->mean_t}},
        {"share with p = 0", {a->has_set ? a->dead_share : NAN, b->has_set ? b->dead_share : NAN}},
    };
    const float end =
        draw_table(panel, rect, "The same pixel", "over the whole test set", rows, sizeof rows / sizeof *rows);
    format_lesson(f, lesson, sizeof lesson);
    const float pad = ui_px(ui, 12), top = end + ui_px(ui, 6);
    (void)ui_paragraph(ui, (Rect){rect.x + pad, top, rect.w - 2 * pad, rect.y + rect.h - top - ui_px(ui, 4)}, FONT_UI,
                       TEXT_SMALL, COLOR_TEXT, lesson);
}

void panel_inspect(Panel *panel)
{
    if (panel->frame->look.scene != SCENE_INSPECT)
        return;
    draw_images_of_digit(panel);
    const InspectFigures figures = inspect_figures(panel->frame);
    draw_loss_plot(panel, &figures);
    draw_slope_plot(panel, &figures);
    draw_pixel_table(panel, &figures);
    draw_set_table(panel, &figures);
}
