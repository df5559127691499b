// The two plots of the inspect view: what each loss charges for an output, and how hard it pulls at the logit.
#include "panels/inspect_plots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/plot.h"

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

// The names of the losses at the right of a plot's title, in their colours. notes: what stands behind the names of the
// first LOSSES_SHOWN. Returns the width that they take.
static float draw_legend(Panel *panel, Rect rect, const char *const notes[LOSSES_SHOWN])
{
    Ui *ui = panel->ui;
    Rect line = {rect.x, rect.y, rect.w - ui_px(ui, 12), ui_px(ui, 26)};
    int losses[LOSS_COUNT];
    for (int i = inspect_list_losses(panel->frame, losses) - 1; i >= 0; i--) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s%s", loss_get(losses[i])->label,
                       losses[i] < LOSSES_SHOWN ? notes[losses[i]] : "");
        ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, ui->theme->text, ALIGN_RIGHT, name);
        line.w -= ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, name) + ui_px(ui, 14);
    }
    return rect.w - ui_px(ui, 22) - line.w; // the gap behind the last but for a little
}

// How much more than the floor an output costs that misses t by 0.1 to one side.
static void mark_excess(const Plot *plot, float p, float t, double excess, bool is_right)
{
    if (isnan(excess))
        return;
    const float floor_at = (float)loss_bce_floor((double)t);
    const float x = roundf(plot_x(plot, p)), y = plot_y(plot, floor_at + (float)excess);
    const float width = ui_px(plot->ui, 3);
    plot_vertical(plot, p, theme_fade(plot->ui->theme->right, 0x50));
    draw_box(plot->ui->draw, (Rect){x - 1, y, width, plot_y(plot, floor_at) - y}, plot->ui->theme->right, 0);
    char text[32];
    (void)snprintf(text, sizeof text, "%s: +%.4f", is_right ? "+0.1" : "\u22120.1", excess);
    // at the plot's edge it has no room on its own side and stands below the other one
    const float room = is_right ? plot->area.x + plot->area.w - x : x - plot->area.x;
    const bool is_at_edge = ui_text_width(plot->ui, FONT_FIGURES, TEXT_SMALL, text) + ui_px(plot->ui, 5) > room;
    plot_label(plot, p, plot->y_high, is_right ? 5 : -5, is_at_edge ? 40 : 24, is_right ? ALIGN_LEFT : ALIGN_RIGHT,
               plot->ui->theme->right, text);
}

// Anywhere in the plot: the target follows the mouse; a double click gives the pixel its own back.
static void drag_target(Panel *panel, const Plot *plot)
{
    Ui *ui = panel->ui;
    const Look *look = &panel->frame->look;
    const float t = look->t >= 0.0f ? look->t : panel->frame->targets[look->pixel];
    const WidgetState state = ui_widget(ui, "inspect.t", plot->area, "Target t");
    ui_set_cursor(ui, state, CURSOR_ARROWS);
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
    ui_focus_ring(ui, state, plot->area);
}

void inspect_draw_losses(Panel *panel, const InspectFigures *figures)
{
    Ui *ui = panel->ui;
    const Rect rect = panel->layout->inspect.loss_plot;
    char subtitle[64], text[64];
    (void)snprintf(subtitle, sizeof subtitle, "against the output p, at t = %.3f%s", (double)figures->t,
                   figures->is_dragged ? " (dragged)" : "");
    const Rect area = plot_frame(ui, rect, "Loss");
    static const char *const notes[LOSSES_SHOWN] = {"", ""};
    int losses[LOSS_COUNT];
    const int count = inspect_list_losses(panel->frame, losses);
    const char *const forms[] = {subtitle, strstr(subtitle, "at t")};
    plot_subtitle(ui, rect, "Loss", draw_legend(panel, rect, notes), forms, 2);
    const float axis = ui_px(ui, 28);
    const Plot plot = {ui, {area.x + axis, area.y, area.w - axis, area.h}, -0.1f, 1.1f, 0.0f, 2.0f};
    static const float ys[] = {0, 0.5f, 1, 1.5f, 2}, xs[] = {0, 0.25f, 0.5f, 0.75f, 1};
    plot_y_axis(&plot, ys, 5);
    plot_x_axis(&plot, xs, 5, "p");
    drag_target(panel, &plot);
    plot_vertical(&plot, figures->t, 0xffffff60);
    plot_horizontal(&plot, (float)figures->floor, theme_fade(ui->theme->text, 0x80));
    for (int i = 0; i < count; i++) {
        const LossCurve curve = {losses[i], figures->t};
        plot_curve(&plot, loss_at, &curve, ui_px(ui, 2), ui->theme->text, false);
    }
    for (int side = SIDE_COUNT - 1; side >= 0; side--)
        for (int i = 0; i < count; i++)
            plot_point(&plot, figures->sides[side].p, figures->sides[side].loss[losses[i]], panel_side_color(ui, side),
                       panel->frame->models[side].spec.loss != losses[i]);
    mark_excess(&plot, figures->below, figures->t, figures->excess_below, false);
    mark_excess(&plot, figures->above, figures->t, figures->excess_above, true);
    (void)snprintf(text, sizeof text, "floor H(t) %.4f", figures->floor);
    plot_label(&plot, figures->t > 0.5f ? -0.1f : 1.1f, (float)figures->floor, figures->t > 0.5f ? 4 : -4, 9,
               figures->t > 0.5f ? ALIGN_LEFT : ALIGN_RIGHT, ui->theme->text, text);
    plot_label(&plot, figures->t, 2.0f, figures->t > 0.5f ? -4 : 4, 8, figures->t > 0.5f ? ALIGN_RIGHT : ALIGN_LEFT,
               ui->theme->soft, "minimum: p = t");
}

// ---- how hard it pulls --------------------------------------------------------------------------------------------

typedef struct SlopeCurve {
    const Model *model; // NULL: a sigmoid
    int loss;
    float t;
} SlopeCurve;

// On a sigmoid: from the logit where the loss has such a form, else through p: dL/dp p (1 - p).
static float sigmoid_slope_at(const void *context, float z)
{
    const SlopeCurve *curve = context;
    const Loss *loss = loss_get(curve->loss);
    const float p = 1.0f / (1.0f + expf(-z));
    float value, slope;
    if (loss->apply_logit) {
        loss->apply_logit(&z, &curve->t, &value, &slope, 1);
        return slope;
    }
    loss->apply(&p, &curve->t, &value, &slope, 1);
    return slope * p * (1.0f - p);
}

static float model_slope_at(const void *context, float z)
{
    const SlopeCurve *curve = context;
    float slope;
    model_loss_slopes(curve->model, curve->loss, &z, &curve->t, &slope, 1);
    return slope;
}

static bool is_sigmoid(const ModelFrame *m) { return m->spec.output == activation_find(OUTPUT_ACTIVATION, "sigmoid"); }

void inspect_draw_slopes(Panel *panel, const InspectFigures *figures)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect rect = panel->layout->inspect.slope_plot;
    const bool is_wide = rect.w > ui_px(ui, 470);
    const char *const title = is_wide ? "Gradient at the logit" : "Gradient";
    static const char *const subtitle[] = {"filled: own loss; dashed: another output"};
    const Rect area = plot_frame(ui, rect, title);
    static const char *const notes[LOSSES_SHOWN] = {[LOSS_BCE] = " p\u2212t", [LOSS_MSE] = " 2(p\u2212t)p(1\u2212p)"};
    int losses[LOSS_COUNT];
    const int count = inspect_list_losses(frame, losses);
    const float legend = draw_legend(panel, rect, notes);
    if (is_wide)
        plot_subtitle(ui, rect, title, legend, subtitle, 1);
    const float axis = ui_px(ui, 28);
    const Plot plot = {ui, {area.x + axis, area.y, area.w - axis, area.h}, -8.0f, 8.0f, -1.0f, 1.0f};
    static const float ys[] = {-1, -0.5f, 0, 0.5f, 1}, xs[] = {-8, -4, 0, 4, 8};
    plot_y_axis(&plot, ys, 5);
    plot_x_axis(&plot, xs, 5, "z");
    for (int i = 0; i < count; i++) {
        const SlopeCurve curve = {NULL, losses[i], figures->t};
        plot_curve(&plot, sigmoid_slope_at, &curve, ui_px(ui, 2), ui->theme->text, false);
    }
    // another output has slopes of its own: those of the model's own loss, dashed
    for (int side = SIDE_COUNT - 1; side >= 0; side--) {
        const ModelFrame *m = &frame->models[side];
        const SlopeCurve curve = {m->model, m->spec.loss, figures->t};
        if (!is_sigmoid(m))
            plot_curve(&plot, model_slope_at, &curve, ui_px(ui, 1.5f), panel_side_color(ui, side), true);
    }
    for (int side = SIDE_COUNT - 1; side >= 0; side--)
        for (int i = 0; i < count; i++)
            plot_point(&plot, figures->sides[side].z, figures->sides[side].slope[losses[i]], panel_side_color(ui, side),
                       frame->models[side].spec.loss != losses[i]);
}
