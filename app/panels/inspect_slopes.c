// A plot of the inspect view: how hard each loss pulls at the logit. A loss is told by its line, a side by its colour.
#include <math.h>
#include <stdio.h>

#include "panels/inspect_plots.h"
#include "panels/plot.h"

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
    const double best = loss_best_output(m->spec.loss, m->settings, (double)t);
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
    else if (!range_is_unit(m->range) || fabs(best - (double)t) < 5e-4)
        (void)snprintf(text, size, "0 only at p = t");
    else // weighted BCE's and the continuous Bernoulli's least is elsewhere
        (void)snprintf(text, size, "0 only at p = %.3f", best);
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
                       inspect_dash(losses[i]));
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
