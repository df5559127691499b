// A plot of the inspect view: what each loss charges for an output. A loss is told by its line, a side by its colour.
#include "panels/inspect_plots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/plot.h"

typedef struct LossCurve {
    LossSettings settings;
    int loss;
    float t; // as p, in the plot's range
} LossCurve;

// The plot is in the range in which both models read and give back pixels, from 0 to 1 where theirs are not the same.
static PixelRange find_plot_range(const Frame *frame)
{
    const PixelRange a = frame->models[SIDE_A].range, b = frame->models[SIDE_B].range;
    return a.scale == b.scale && a.offset == b.offset ? a : (PixelRange){1.0f, 0.0f};
}

static float loss_at(const void *context, float p)
{
    const LossCurve *curve = context;
    return inspect_loss(curve->settings, curve->loss, p, curve->t);
}

float inspect_dash(int loss)
{
    static const float dashes[] = {0, 7, 3.5f, 2, 5, 2.5f, 10};
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
                    dash = inspect_dash(losses[i]), y = line.y + line.h / 2;
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
static void drag_target(Panel *panel, const Plot *plot, PixelRange range)
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
        panel_look(panel)->t = fminf(1.0f, fmaxf(0.0f, range_map_back(range, x)));
    }
    if (ui_take_shift_key(ui, 't') || (state.is_focused && ui_take_key(ui, KEY_LEFT, false)))
        panel_look(panel)->t = fmaxf(0.0f, t - 0.05f);
    if (ui_take_key(ui, 't', false) || (state.is_focused && ui_take_key(ui, KEY_RIGHT, false)))
        panel_look(panel)->t = fminf(1.0f, t + 0.05f);
    ui_focus_ring(ui, state, plot->area);
}

// gauss's spread as the range has it.
static LossSettings map_settings(LossSettings settings, PixelRange range)
{
    return loss_set_sigma(settings, (double)settings.log_sigma + log((double)range.scale));
}

// What a side pays of a loss, as the plot has it.
static float find_price(const Frame *frame, const InspectFigures *figures, PixelRange range, int side, int loss)
{
    const InspectSide *s = &figures->sides[side];
    if (range_is_unit(range))
        return s->loss[loss];
    return inspect_loss(map_settings(frame->models[side].settings, range), loss, range_map(range, s->p),
                        range_map(range, figures->t));
}

// So that what the models pay of their own losses is in the plot, but for what is beyond all measure; below 0, too,
// where BCE has targets below 0.
static void find_prices(const Frame *frame, const InspectFigures *figures, PixelRange range, float *low, float *high)
{
    *low = 0.0f;
    *high = 2.0f;
    for (int side = 0; side < SIDE_COUNT; side++) {
        const float price = find_price(frame, figures, range, side, frame->models[side].spec.loss);
        while (price > *high && *high < 16.0f)
            *high *= 2;
        while (price<*low && * low> - 16.0f)
            *low = *low < 0.0f ? 2 * *low : -2.0f;
    }
}

// 0, and below it what a loss that can be below 0 needs for the least that t allows.
static float find_bottom(const Frame *frame, float t)
{
    int losses[LOSS_COUNT];
    const int count = inspect_list_losses(frame, losses);
    float bottom = 0.0f;
    for (int i = 0; i < count; i++) {
        const LossSettings settings = inspect_settings(frame, losses[i]);
        const float least =
            inspect_loss(settings, losses[i], (float)loss_best_output(losses[i], settings, (double)t), t);
        while (loss_get(losses[i])->is_signed && least < bottom && bottom > -16.0f)
            bottom = bottom < 0.0f ? 2.0f * bottom : -1.0f;
    }
    return bottom;
}

// Where the losses on show are least: those at p = t together, each other one, as wBCE, for itself.
static void mark_minima(Panel *panel, const Plot *plot, float t)
{
    int losses[LOSS_COUNT];
    const int count = inspect_list_losses(panel->frame, losses);
    const Ui *ui = panel->ui;
    const bool is_left = t > 0.5f;
    char names[64] = "";
    int elsewhere = 0;
    for (int i = 0; i < count; i++) {
        const char *label = loss_get(losses[i])->label;
        const LossSettings settings = inspect_settings(panel->frame, losses[i]);
        const float best = (float)loss_best_output(losses[i], settings, (double)t);
        const size_t used = strlen(names);
        if (fabsf(best - t) < 5e-4f) {
            (void)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : " of ", label);
            continue;
        }
        char text[64];
        (void)snprintf(text, sizeof text, "minimum of %s: p = %.3f", label, (double)best);
        plot_vertical(plot, best, ui->theme->line);
        plot_label(plot, best, plot->y_high, is_left ? -4 : 4, 56 + 16 * (float)elsewhere++,
                   is_left ? ALIGN_RIGHT : ALIGN_LEFT, ui->theme->soft, text);
    }
    char text[96];
    (void)snprintf(text, sizeof text, "minimum%s: p = t", elsewhere ? names : "");
    plot_label(plot, t, plot->y_high, is_left ? -4 : 4, 8, is_left ? ALIGN_RIGHT : ALIGN_LEFT, ui->theme->soft, text);
}

// What BCE says between 0 and 1 alone: its floor, what a miss costs, and that the least loss is at the target.
static void draw_floor(Panel *panel, const Plot *plot, const InspectFigures *figures)
{
    Ui *ui = plot->ui;
    char text[64];
    const bool is_right = figures->t > 0.5f;
    plot_horizontal(plot, (float)figures->floor, theme_fade(ui->theme->text, 0x80));
    mark_excess(plot, figures->below, figures->t, figures->excess_below, false);
    mark_excess(plot, figures->above, figures->t, figures->excess_above, true);
    (void)snprintf(text, sizeof text, "floor H(t) %.4f", figures->floor);
    plot_label(plot, is_right ? -0.1f : 1.1f, (float)figures->floor, is_right ? 8 : -8, 9,
               is_right ? ALIGN_LEFT : ALIGN_RIGHT, ui->theme->text, text);
    mark_minima(panel, plot, figures->t);
}

static void draw_prices(Panel *panel, const Plot *plot, const InspectFigures *figures, PixelRange range)
{
    Ui *ui = panel->ui;
    int losses[LOSS_COUNT];
    const int count = inspect_list_losses(panel->frame, losses);
    for (int i = 0; i < count; i++) {
        const LossCurve curve = {map_settings(inspect_settings(panel->frame, losses[i]), range), losses[i],
                                 range_map(range, figures->t)};
        plot_curve(plot, loss_at, &curve, ui_px(ui, 2), ui->theme->text, inspect_dash(losses[i]));
    }
    for (int side = SIDE_COUNT - 1; side >= 0; side--)
        for (int i = 0; i < count; i++)
            plot_point(plot, range_map(range, figures->sides[side].p),
                       find_price(panel->frame, figures, range, side, losses[i]), panel_side_color(ui, side),
                       panel->frame->models[side].spec.loss != losses[i]);
}

void inspect_draw_losses(Panel *panel, const InspectFigures *figures)
{
    Ui *ui = panel->ui;
    const Rect rect = panel->layout->inspect.loss_plot;
    const PixelRange range = find_plot_range(panel->frame);
    char subtitle[96];
    (void)snprintf(subtitle, sizeof subtitle, "against the output p, at t = %.3f%s%s",
                   (double)range_map(range, figures->t), figures->is_dragged ? " (dragged)" : "",
                   range_is_unit(range) ? "" : ", as the models have them");
    const Rect area = plot_frame(ui, rect, "Loss");
    const char *const forms[] = {subtitle, strstr(subtitle, "at t")};
    plot_subtitle(ui, rect, "Loss", draw_legend(panel, rect), forms, 2);
    const float axis = ui_px(ui, 28);
    Plot plot = {.ui = ui,
                 .area = {area.x + axis, area.y, area.w - axis, area.h},
                 .x_low = range_map(range, -0.1f),
                 .x_high = range_map(range, 1.1f)};
    find_prices(panel->frame, figures, range, &plot.y_low, &plot.y_high);
    if (range_is_unit(range))
        plot.y_low = fminf(plot.y_low, find_bottom(panel->frame, figures->t));
    float xs[5], ys[5];
    for (int i = 0; i < 5; i++) {
        xs[i] = range_map(range, 0.25f * (float)i);
        ys[i] = plot.y_low + 0.25f * (float)i * (plot.y_high - plot.y_low);
    }
    plot_y_axis(&plot, ys, 5);
    plot_x_axis(&plot, xs, 5, "p");
    drag_target(panel, &plot, range);
    plot_vertical(&plot, range_map(range, figures->t), ui->theme->line);
    if (plot.y_low < 0)
        plot_horizontal(&plot, 0, ui->theme->line);
    if (range_is_unit(range))
        draw_floor(panel, &plot, figures);
    draw_prices(panel, &plot, figures, range);
}
