// The two plots of the inspect view: what each loss charges for an output, and how hard it pulls at the logit. A loss
// is told by its line, a side by its colour.
#include "panels/inspect_plots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/plot.h"

// ---- what each loss charges ---------------------------------------------------------------------------------------

typedef struct LossCurve {
    LossSettings settings;
    int loss;
    float t;
} LossCurve;

static float loss_at(const void *context, float p)
{
    const LossCurve *curve = context;
    return inspect_loss(curve->settings, curve->loss, p, curve->t);
}

// Solid, dashed, dotted; the last again for any further loss: of LOSS_BCE, LOSS_MSE and what a model trains with
// besides.
static float loss_dash(int loss)
{
    static const float dashes[] = {0, 7, 3.5f};
    enum { LAST = sizeof dashes / sizeof *dashes - 1 };
    return dashes[loss < LAST ? loss : LAST];
}

// The names of the losses at the right of a plot's title, each behind a piece of its line. Returns the width that they
// take.
static float draw_legend(Panel *panel, Rect rect)
{
    Ui *ui = panel->ui;
    const float piece = ui_px(ui, 26), gap = ui_px(ui, 5);
    Rect line = {rect.x, rect.y, rect.w - ui_px(ui, 12), ui_px(ui, 26)};
    int losses[LOSS_COUNT];
    for (int i = inspect_list_losses(panel->frame, losses) - 1; i >= 0; i--) {
        const char *name = loss_get(losses[i])->label;
        const float width = ui_text_width(ui, FONT_UI, TEXT_SMALL, name), end = line.x + line.w - width - gap,
                    dash = loss_dash(losses[i]), y = line.y + line.h / 2;
        const Point ends[2] = {{end - piece, y}, {end, y}};
        float phase = 0;
        ui_text(ui, line, FONT_UI, TEXT_SMALL, ui->theme->text, ALIGN_RIGHT, name);
        if (dash > 0)
            plot_dash(ui->draw, ends[0], ends[1], ui_px(ui, 2), ui->theme->text, &phase, ui_px(ui, dash));
        else
            draw_line(ui->draw, ends, 2, ui_px(ui, 2), ui->theme->text);
        line.w -= width + gap + piece + ui_px(ui, 14);
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
    plot_vertical(plot, p, theme_fade(plot->ui->theme->soft, 0x60));
    draw_box(plot->ui->draw, (Rect){x - 1, y, width, plot_y(plot, floor_at) - y}, plot->ui->theme->lesson, 0);
    char text[32];
    (void)snprintf(text, sizeof text, "%s: +%.4f", is_right ? "+0.1" : "\u22120.1", excess);
    // at the plot's edge it has no room on its own side and stands below the other one
    const float room = is_right ? plot->area.x + plot->area.w - x : x - plot->area.x;
    const bool is_at_edge = ui_text_width(plot->ui, FONT_FIGURES, TEXT_SMALL, text) + ui_px(plot->ui, 5) > room;
    plot_label(plot, p, plot->y_high, is_right ? 5 : -5, is_at_edge ? 40 : 24, is_right ? ALIGN_LEFT : ALIGN_RIGHT,
               plot->ui->theme->lesson, text);
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

// So that what the models pay of their own losses is in the plot, but for what is beyond all measure.
static float find_top(const Frame *frame, const InspectFigures *figures)
{
    float top = 2.0f;
    for (int side = 0; side < SIDE_COUNT; side++)
        while (figures->sides[side].loss[frame->models[side].spec.loss] > top && top < 16.0f)
            top *= 2;
    return top;
}

void inspect_draw_losses(Panel *panel, const InspectFigures *figures)
{
    Ui *ui = panel->ui;
    const Rect rect = panel->layout->inspect.loss_plot;
    char subtitle[64], text[64];
    (void)snprintf(subtitle, sizeof subtitle, "against the output p, at t = %.3f%s", (double)figures->t,
                   figures->is_dragged ? " (dragged)" : "");
    const Rect area = plot_frame(ui, rect, "Loss");
    int losses[LOSS_COUNT];
    const int count = inspect_list_losses(panel->frame, losses);
    const char *const forms[] = {subtitle, strstr(subtitle, "at t")};
    plot_subtitle(ui, rect, "Loss", draw_legend(panel, rect), forms, 2);
    const float axis = ui_px(ui, 28);
    const Plot plot = {
        ui, {area.x + axis, area.y, area.w - axis, area.h}, -0.1f, 1.1f, 0.0f, find_top(panel->frame, figures)};
    const float ys[] = {0, plot.y_high / 4, plot.y_high / 2, 0.75f * plot.y_high, plot.y_high};
    static const float xs[] = {0, 0.25f, 0.5f, 0.75f, 1};
    plot_y_axis(&plot, ys, 5);
    plot_x_axis(&plot, xs, 5, "p");
    drag_target(panel, &plot);
    plot_vertical(&plot, figures->t, ui->theme->line);
    plot_horizontal(&plot, (float)figures->floor, theme_fade(ui->theme->text, 0x80));
    for (int i = 0; i < count; i++) {
        const LossCurve curve = {inspect_settings(panel->frame, losses[i]), losses[i], figures->t};
        plot_curve(&plot, loss_at, &curve, ui_px(ui, 2), ui->theme->text, loss_dash(losses[i]));
    }
    for (int side = SIDE_COUNT - 1; side >= 0; side--)
        for (int i = 0; i < count; i++)
            plot_point(&plot, figures->sides[side].p, figures->sides[side].loss[losses[i]], panel_side_color(ui, side),
                       panel->frame->models[side].spec.loss != losses[i]);
    mark_excess(&plot, figures->below, figures->t, figures->excess_below, false);
    mark_excess(&plot, figures->above, figures->t, figures->excess_above, true);
    (void)snprintf(text, sizeof text, "floor H(t) %.4f", figures->floor);
    plot_label(&plot, figures->t > 0.5f ? -0.1f : 1.1f, (float)figures->floor, figures->t > 0.5f ? 8 : -8, 9,
               figures->t > 0.5f ? ALIGN_LEFT : ALIGN_RIGHT, ui->theme->text, text);
    plot_label(&plot, figures->t, plot.y_high, figures->t > 0.5f ? -4 : 4, 8,
               figures->t > 0.5f ? ALIGN_RIGHT : ALIGN_LEFT, ui->theme->soft, "minimum: p = t");
}

// ---- how hard it pulls --------------------------------------------------------------------------------------------

static const float z_low = -8.0f, z_high = 8.0f;

typedef struct SlopeCurve {
    const Model *model;
    PixelRange range;
    LossSettings settings;
    int loss;
    float t;
} SlopeCurve;

static float slope_at(const void *context, float z)
{
    const SlopeCurve *curve = context;
    float slope;
    model_loss_slopes(curve->model, curve->range, curve->settings, curve->loss, &z, &curve->t, &slope, 1);
    return slope;
}

// Where a slope is exactly 0 from an end of the axis on: the output is cut there, or the loss does not see what lies
// beyond. is_below, is_above: whether there is such an end; low, high: where it begins.
typedef struct Cut {
    bool is_below, is_above;
    float low, high;
} Cut;

static Cut find_cut(const SlopeCurve *curve)
{
    enum { STEPS = 256 };
    const float step = (z_high - z_low) / STEPS;
    int below = 0, above = STEPS;
    while (below <= STEPS && slope_at(curve, z_low + step * (float)below) == 0.0f)
        below++;
    while (above >= 0 && slope_at(curve, z_low + step * (float)above) == 0.0f)
        above--;
    return (Cut){.is_below = below > 1,
                 .is_above = above < STEPS - 1,
                 .low = z_low + step * (float)(below - 1),
                 .high = z_low + step * (float)(above + 1)};
}

// "p - t", "0 below 0": what is to be said of the slope of a model's own loss.
static void describe_slope(const ModelFrame *m, float t, char *text, size_t size)
{
    const bool is_sigmoid = m->spec.output == activation_find(OUTPUT_ACTIVATION, "sigmoid");
    const Cut cut = find_cut(&(SlopeCurve){m->model, m->range, m->settings, m->spec.loss, t});
    if (activation_get(OUTPUT_ACTIVATION, m->spec.output)->is_of_picture)
        (void)snprintf(text, size, "by its own output alone");
    else if (is_sigmoid && m->spec.loss == LOSS_BCE)
        (void)snprintf(text, size, "p \u2212 t");
    else if (is_sigmoid && m->spec.loss == LOSS_MSE)
        (void)snprintf(text, size, "2(p \u2212 t) p (1 \u2212 p)");
    else if (cut.is_below && cut.is_above)
        (void)snprintf(text, size, "0 outside %.0f\u2026%.0f", fabs((double)cut.low), (double)cut.high);
    else if (cut.is_below)
        (void)snprintf(text, size, "0 below %.0f", fabs((double)cut.low));
    else if (cut.is_above)
        (void)snprintf(text, size, "0 above %.0f", (double)cut.high);
    else
        (void)snprintf(text, size, "0 only at p = t");
}

// "A sigmoid, BCE: p - t", for both, right-aligned in the title's line; shorter where there is no room.
static float draw_slope_names(Panel *panel, Rect rect, float t, float room)
{
    Ui *ui = panel->ui;
    char forms[3][SIDE_COUNT][64];
    for (int side = 0; side < SIDE_COUNT; side++) {
        const ModelFrame *m = &panel->frame->models[side];
        const char *output = activation_get(OUTPUT_ACTIVATION, m->spec.output)->label;
        const char letter = side == SIDE_A ? 'A' : 'B';
        char slope[32];
        describe_slope(m, t, slope, sizeof slope);
        (void)snprintf(forms[0][side], sizeof forms[0][0], "%c %s, %s: %s", letter, output,
                       loss_get(m->spec.loss)->label, slope);
        (void)snprintf(forms[1][side], sizeof forms[0][0], "%c: %s", letter, slope);
        (void)snprintf(forms[2][side], sizeof forms[0][0], "%c", letter);
    }
    const float gap = ui_px(ui, 16);
    int form = -1;
    float used;
    do {
        form++;
        used = ui_text_width(ui, FONT_UI, TEXT_SMALL, forms[form][SIDE_A]) + gap +
               ui_text_width(ui, FONT_UI, TEXT_SMALL, forms[form][SIDE_B]);
    } while (form < 2 && used > room);
    Rect line = {rect.x, rect.y, rect.w - ui_px(ui, 12), ui_px(ui, 26)};
    for (int side = SIDE_COUNT - 1; side >= 0; side--) {
        ui_text(ui, line, FONT_UI, TEXT_SMALL, panel_side_color(ui, side), ALIGN_RIGHT, forms[form][side]);
        line.w -= ui_text_width(ui, FONT_UI, TEXT_SMALL, forms[form][side]) + gap;
    }
    return used;
}

// Below the axis for A, above it for B: why nothing is learnt where the slope is 0.
static void explain_cut(Panel *panel, const Plot *plot, int side, float t)
{
    Ui *ui = panel->ui;
    const ModelFrame *m = &panel->frame->models[side];
    const Cut cut = find_cut(&(SlopeCurve){m->model, m->range, m->settings, m->spec.loss, t});
    const float below = cut.is_below ? plot_x(plot, cut.low) - plot->area.x : 0,
                above = cut.is_above ? plot->area.x + plot->area.w - plot_x(plot, cut.high) : 0;
    const float width = fmaxf(below, above) - ui_px(ui, 12), height = ui_px(ui, 18), zero = plot_y(plot, 0);
    static const char *const forms[] = {"slope 0: the output is cut here, nothing is learnt",
                                        "slope 0: cut here, nothing is learnt", "slope 0: nothing is learnt", "slope 0",
                                        ""};
    const Rect place = {below >= above ? plot->area.x + ui_px(ui, 6) : plot_x(plot, cut.high) + ui_px(ui, 6),
                        side == SIDE_A ? zero + ui_px(ui, 3) : zero - ui_px(ui, 3) - height, width, height};
    if (width > 0)
        ui_text(ui, place, FONT_UI, TEXT_SMALL, panel_side_color(ui, side), ALIGN_LEFT,
                ui_choose(ui, FONT_UI, TEXT_SMALL, width, forms, 5));
}

// Curves on other outputs are steeper than a sigmoid's, which stay within 1.
static float find_range(const Frame *frame)
{
    const int sigmoid = activation_find(OUTPUT_ACTIVATION, "sigmoid");
    return frame->models[SIDE_A].spec.output == sigmoid && frame->models[SIDE_B].spec.output == sigmoid ? 1.0f : 2.0f;
}

static void draw_slope_curves(Panel *panel, const Plot *plot, const InspectFigures *figures)
{
    static const float widths[SIDE_COUNT] = {3.4f, 1.6f}; // so that both are seen where they agree
    int losses[LOSS_COUNT];
    const int count = inspect_list_losses(panel->frame, losses);
    for (int side = 0; side < SIDE_COUNT; side++)
        for (int i = 0; i < count; i++) {
            const ModelFrame *m = &panel->frame->models[side];
            const SlopeCurve curve = {m->model, m->range, m->settings, losses[i], figures->t};
            plot_curve(plot, slope_at, &curve, ui_px(panel->ui, widths[side]), panel_side_color(panel->ui, side),
                       loss_dash(losses[i]));
        }
    for (int side = SIDE_COUNT - 1; side >= 0; side--)
        for (int i = 0; i < count; i++)
            plot_point(plot, figures->sides[side].z, figures->sides[side].slope[losses[i]],
                       panel_side_color(panel->ui, side), panel->frame->models[side].spec.loss != losses[i]);
}

void inspect_draw_slopes(Panel *panel, const InspectFigures *figures)
{
    Ui *ui = panel->ui;
    const Rect rect = panel->layout->inspect.slope_plot;
    static const char *const titles[] = {"Slope at the logit z", "Slope"};
    const char *title = ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, 0.3f * rect.w, titles, 2);
    const Rect area = plot_frame(ui, rect, title);
    const float room = rect.w - ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, title) - ui_px(ui, 36),
                used = draw_slope_names(panel, rect, figures->t, room);
    static const char *const subtitle[] = {"how hard it pulls; filled: own loss", "filled: own loss"};
    plot_subtitle(ui, rect, title, used + ui_px(ui, 12), subtitle, 2);
    const float axis = ui_px(ui, 28), range = find_range(panel->frame);
    const Plot plot = {ui, {area.x + axis, area.y, area.w - axis, area.h}, z_low, z_high, -range, range};
    const float ys[] = {-range, -range / 2, 0, range / 2, range};
    static const float xs[] = {-8, -4, 0, 4, 8};
    plot_y_axis(&plot, ys, 5);
    plot_x_axis(&plot, xs, 5, "z");
    draw_slope_curves(panel, &plot, figures);
    for (int side = 0; side < SIDE_COUNT; side++)
        explain_cut(panel, &plot, side, figures->t);
}
