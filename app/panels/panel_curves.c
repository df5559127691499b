// Training curves: a loss at choice after each epoch, over the whole test set (solid) and a part of the training set
// (dashed), and of a model that trains with noise over noisy test digits (long dashes, by name); with the landmarks
// that tell what a figure means.
#include <math.h>
#include <stdio.h>

#include "panels/curves_head.h"
#include "panels/curves_parts.h"
#include "panels/plot.h"
#include "panels/time_axis.h"
#include "state/curve.h"
#include "state/landmarks.h"

float curves_x(const CurveScale *s, double step) { return time_axis_x(&s->time, step); }

static float find_level(bool is_linear, float loss) { return is_linear ? loss : logf(loss); }

float curves_y(const CurveScale *s, float loss)
{
    const float share = (find_level(s->is_linear, loss) - s->low) / (s->high - s->low);
    return s->area.y + s->area.h * (1.0f - fminf(1.0f, fmaxf(0.0f, share)));
}

bool curves_are_shown(const Frame *frame, int side)
{
    return panel_is_shown(frame, side) && curve_has(&frame->models[side], frame->look.curve_loss);
}

bool curves_have_noisy(const Frame *frame, int side)
{
    return curves_are_shown(frame, side) && !curve_is_penalty(frame->look.curve_loss) &&
           pixels_are_damaged(&frame->models[side].spec);
}

static void widen(CurveScale *s, float loss)
{
    if (!isfinite(loss) || (!s->is_linear && !(loss > 0.0f)))
        return;
    s->low = fminf(s->low, find_level(s->is_linear, loss));
    s->high = fmaxf(s->high, find_level(s->is_linear, loss));
}

// Lowest and highest finite loss on show, the landmarks among them.
static CurveScale choose_scale(const Frame *frame, Rect area)
{
    const int loss = frame->look.curve_loss;
    CurveScale scale = {area, time_axis_make(frame, area.x, area.w), INFINITY, -INFINITY, curve_is_linear(loss)};
    for (int side = 0; side < SIDE_COUNT; side++) {
        const ModelFrame *m = &frame->models[side];
        if (!curves_are_shown(frame, side))
            continue;
        for (int i = 0; i < m->snapshot->history_count; i++) {
            widen(&scale, curve_of_test(&m->snapshot->history[i], loss));
            widen(&scale, curve_of_train(&m->snapshot->history[i], loss));
            widen(&scale, curve_of_noisy(&m->snapshot->history[i], loss));
        }
        for (int i = 0; i < m->early_count; i++)
            widen(&scale, curve_of_early(&m->early[i], loss));
    }
    Landmark landmarks[LANDMARKS_MAX];
    const int count = landmarks_list(frame, landmarks);
    for (int i = 0; i < count; i++)
        widen(&scale, (float)landmarks[i].loss);
    if (!(scale.low < scale.high)) {
        scale.low = scale.is_linear ? -1.0f : logf(0.01f);
        scale.high = scale.is_linear ? 1.0f : logf(1.0f);
    }
    const float below = scale.is_linear ? 0.05f * (scale.high - scale.low) : -logf(0.9f),
                above = scale.is_linear ? below : logf(1.1f);
    scale.low -= below;
    scale.high += above;
    return scale;
}

static void draw_tick(Panel *panel, const CurveScale *s, float y, Color color, float value)
{
    Ui *ui = panel->ui;
    const float height = ui_px(ui, 14);
    char text[16];
    draw_box(ui->draw, (Rect){s->area.x, y, s->area.w, ui_px(ui, 1)}, color, 0);
    (void)snprintf(text, sizeof text, "%g", (double)value);
    const float width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + 1;
    ui_text(ui, (Rect){s->area.x - ui_px(ui, 4) - width, y - height / 2, width, height}, FONT_FIGURES, TEXT_SMALL,
            ui->theme->soft, ALIGN_RIGHT, text);
}

// A multiple of 1, 2, 5, 10, ... as close as figures leave room.
static float find_linear_step(const Ui *ui, const CurveScale *s)
{
    const float least = 1.3f * ui_px(ui, 14) * (s->high - s->low) / fmaxf(1.0f, s->area.h);
    const float power = powf(10.0f, floorf(log10f(least))), rest = least / power;
    return power * (rest <= 1.0f ? 1.0f : rest <= 2.0f ? 2.0f : rest <= 5.0f ? 5.0f : 10.0f);
}

// 0 is told from the others.
static void draw_linear_axis(Panel *panel, const CurveScale *s)
{
    const Theme *theme = panel->ui->theme;
    const float step = find_linear_step(panel->ui, s);
    for (float i = ceilf(s->low / step); i * step <= s->high; i++) {
        const float value = i == 0.0f ? 0.0f : i * step, y = roundf(curves_y(s, value)); // never -0
        if (y - ui_px(panel->ui, 7) >= s->area.y)
            draw_tick(panel, s, y, i == 0.0f ? theme->line : theme->grid, value);
    }
}

// 1, 2, 5, 10, ... on the log axis, those that fall inside.
static void draw_axis(Panel *panel, const CurveScale *s)
{
    Ui *ui = panel->ui;
    static const float digits[] = {1, 2, 5};
    const float height = ui_px(ui, 14);
    float last_y = s->area.y + s->area.h + height;
    if (s->is_linear) {
        draw_linear_axis(panel, s);
        return;
    }
    for (int power = -6; power < 30; power++)
        for (int i = 0; i < 3; i++) {
            const float value = digits[i] * powf(10.0f, (float)power);
            if (logf(value) < s->low || logf(value) > s->high)
                continue;
            const float y = roundf(curves_y(s, value));
            if (last_y - y < 1.3f * height || y - height / 2 < s->area.y)
                continue;
            last_y = y;
            draw_tick(panel, s, y, ui->theme->grid, value);
        }
}

// What the figures at the left need; on the log axis they are all short.
static float find_axis_width(Ui *ui, const CurveScale *s)
{
    float width = ui_px(ui, 30);
    const float step = s->is_linear ? find_linear_step(ui, s) : 0.0f;
    for (float i = ceilf(s->low / step); s->is_linear && i * step <= s->high; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "%g", (double)(i * step));
        width = fmaxf(width, ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + ui_px(ui, 5));
    }
    return width;
}

// The points of the test curve: before training, within the first epoch, behind each that was measured.
int curves_list_points(const ModelFrame *m, const CurveScale *s, int loss, Point points[CURVE_POINTS_MAX])
{
    const Snapshot *snapshot = m->snapshot;
    int n = 0, early = 0;
    for (int i = 0; i < snapshot->history_count; i++) {
        const EpochRecord *record = &snapshot->history[i];
        const double step = (double)record->epoch * snapshot->steps_per_epoch;
        for (; early < m->early_count && (double)m->early[early].step < step; early++)
            if (isfinite(curve_of_early(&m->early[early], loss)))
                points[n++] = (Point){curves_x(s, (double)m->early[early].step),
                                      curves_y(s, curve_of_early(&m->early[early], loss))};
        if (isfinite(curve_of_test(record, loss)))
            points[n++] = (Point){curves_x(s, step), curves_y(s, curve_of_test(record, loss))};
    }
    for (; early < m->early_count; early++)
        if (isfinite(curve_of_early(&m->early[early], loss)))
            points[n++] =
                (Point){curves_x(s, (double)m->early[early].step), curves_y(s, curve_of_early(&m->early[early], loss))};
    return n;
}

// The other figures of an epoch's end, over a part of the training set and over noisy test digits.
// dash: at scale 1.
static void draw_dashed(Panel *panel, const CurveScale *s, const Snapshot *snapshot,
                        float (*value_of)(const EpochRecord *record, int curve), float dash, Color color)
{
    Ui *ui = panel->ui;
    const int loss = panel->frame->look.curve_loss;
    float phase = 0;
    Point last = {0};
    bool has_last = false;
    for (int i = 0; i < snapshot->history_count; i++) {
        const EpochRecord *record = &snapshot->history[i];
        const float value = value_of(record, loss);
        const Point point = {curves_x(s, (double)record->epoch * snapshot->steps_per_epoch), curves_y(s, value)};
        if (has_last && record->epoch > 1 && isfinite(value))
            plot_dash(ui->draw, last, point, ui_px(ui, 1), color, &phase, ui_px(ui, dash));
        last = point;
        has_last = isfinite(value);
    }
}

// A's line is the wider one and lies below B's, so that both are seen where they agree.
static void draw_curves(Panel *panel, const CurveScale *s, int side, Color color)
{
    const ModelFrame *m = &panel->frame->models[side];
    const int loss = panel->frame->look.curve_loss;
    static Point points[CURVE_POINTS_MAX]; // the UI thread's
    draw_dashed(panel, s, m->snapshot, curve_of_train, 3, theme_fade(color, 0xa0));
    if (curves_have_noisy(panel->frame, side))
        draw_dashed(panel, s, m->snapshot, curve_of_noisy, 9, color);
    draw_line(panel->ui->draw, points, curves_list_points(m, s, loss, points),
              ui_px(panel->ui, 1) * (side == SIDE_A ? 2.6f : 1.4f), color);
}

// Of the moment whose pictures are shown; the right edge where that is the newest.
static float moment_x(const Frame *frame, const CurveScale *s)
{
    const Snapshot *shown = frame->models[panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B].snapshot;
    return frame->is_past ? roundf(curves_x(s, (double)shown->step)) : s->area.x + s->area.w;
}

static void draw_moment(Panel *panel, const CurveScale *s)
{
    Ui *ui = panel->ui;
    if (panel->frame->is_past)
        draw_box(ui->draw, (Rect){moment_x(panel->frame, s), s->area.y, ui_px(ui, 1), s->area.h}, ui->theme->text, 0);
}

// In the models' colours up to the moment whose pictures are shown, grey behind it.
static void draw_all_curves(Panel *panel, const CurveScale *s)
{
    const Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    DrawList *draw = panel->ui->draw;
    const float right = s->area.x + s->area.w, x = moment_x(frame, s);
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!curves_are_shown(frame, side))
            continue;
        draw_clip_push(draw, (Rect){x, s->area.y, right - x, s->area.h});
        draw_curves(panel, s, side, ui->theme->faint);
        draw_clip_pop(draw);
        draw_clip_push(draw, (Rect){s->area.x, s->area.y, x - s->area.x, s->area.h});
        draw_curves(panel, s, side, panel_side_color(ui, side));
        draw_clip_pop(draw);
    }
}

// Whether an epoch is as many batches for both; else there are none on an axis of batches that both share.
static bool share_epochs(const Frame *frame)
{
    return !panel_is_shown(frame, SIDE_A) || !panel_is_shown(frame, SIDE_B) ||
           frame->models[SIDE_A].snapshot->steps_per_epoch == frame->models[SIDE_B].snapshot->steps_per_epoch;
}

// "1 batch", "16", "epoch 1", "5", "20", as many as have room between each other.
static void draw_time(Panel *panel, const CurveScale *s)
{
    Ui *ui = panel->ui;
    const TimeAxis *time = &s->time;
    const bool has_epochs = share_epochs(panel->frame);
    const double epochs = has_epochs ? floor(time->last / time->an_epoch) : 0; // whole ones; 0: the end is a batch
    const struct {
        double step;
        char text[24];
        bool is_batch;
    } candidates[] = {{1, "1 batch", true},
                      {epochs > 0 ? epochs * time->an_epoch : time->last, "", epochs == 0},
                      {time->an_epoch, "epoch 1", false},
                      {16, "16", true},
                      {5 * time->an_epoch, "5", false},
                      {4, "4", true},
                      {64, "64", true},
                      {256, "256", true},
                      {1024, "1024", true},
                      {4096, "4096", true},
                      {16384, "16384", true},
                      {20 * time->an_epoch, "20", false},
                      {2 * time->an_epoch, "2", false},
                      {10 * time->an_epoch, "10", false}};
    enum { COUNT = sizeof candidates / sizeof *candidates };
    Rect used[COUNT];
    int count = 0;
    for (int i = 0; i < COUNT; i++) {
        char text[24];
        (void)snprintf(text, sizeof text, "%s", candidates[i].text);
        if (!*text)
            (void)snprintf(text, sizeof text, "%s%.0f", epochs == 1 ? "epoch " : "", epochs > 0 ? epochs : time->last);
        const float width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + 1, x = curves_x(s, candidates[i].step);
        const float left = fminf(s->area.x + s->area.w - width, fmaxf(s->area.x, x - width / 2));
        const Rect place = {left, s->area.y + s->area.h, width, ui_px(ui, 18)};
        bool is_free =
            candidates[i].step <= time->last &&
            (has_epochs ? !candidates[i].is_batch || candidates[i].step < time->an_epoch : candidates[i].is_batch);
        for (int j = 0; j < count; j++)
            is_free &= place.x > used[j].x + used[j].w + ui_px(ui, 10) || place.x + place.w + ui_px(ui, 10) < used[j].x;
        if (!is_free)
            continue;
        used[count++] = place;
        draw_box(ui->draw, (Rect){roundf(x), s->area.y + s->area.h - ui_px(ui, 3), ui_px(ui, 1), ui_px(ui, 3)},
                 ui->theme->soft, 0);
        ui_text(ui, place, FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, text);
    }
}

void panel_curves(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect rect = panel->layout->curves;
    if (rect.w <= 0)
        return;
    const Rect area = curves_head(panel, rect);
    const CurveScale whole = choose_scale(frame, area);
    const float axis = find_axis_width(ui, &whole);
    const CurveScale scale = choose_scale(frame, (Rect){area.x + axis, area.y, area.w - axis, area.h});
    draw_axis(panel, &scale);
    draw_time(panel, &scale);
    draw_moment(panel, &scale);
    Rect used[CURVE_NAMES_MAX];
    int used_count = curves_draw_landmarks(panel, &scale, used); // below the curves: a name hides none of them
    draw_all_curves(panel, &scale);
    for (int side = 0; side < SIDE_COUNT; side++)
        curves_name_noisy(panel, &scale, side, used, &used_count);
}
