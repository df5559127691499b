// Training curves: a loss at choice after each epoch, over the whole test set (solid) and a part of the training set
// (dashed), and of a model that trains with noise over noisy test digits (long dashes, by name); with the landmarks
// that tell what a figure means.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/curves_head.h"
#include "panels/panel.h"
#include "panels/plot.h"
#include "panels/time_axis.h"
#include "state/curve.h"
#include "state/landmarks.h"

typedef struct Scale {
    Rect area;
    TimeAxis time;
    float low, high; // of the loss's level at the bottom and the top
    bool is_linear;  // of a loss that can be below 0; else logarithmic
} Scale;

static float step_x(const Scale *s, double step) { return time_axis_x(&s->time, step); }

static float find_level(bool is_linear, float loss) { return is_linear ? loss : logf(loss); }

static float loss_y(const Scale *s, float loss)
{
    const float share = (find_level(s->is_linear, loss) - s->low) / (s->high - s->low);
    return s->area.y + s->area.h * (1.0f - fminf(1.0f, fmaxf(0.0f, share)));
}

static bool has_curve(const Frame *frame, int side)
{
    return panel_is_shown(frame, side) && curve_has(&frame->models[side], frame->look.curve_loss);
}

static bool has_noisy(const Frame *frame, int side)
{
    return has_curve(frame, side) && !curve_is_penalty(frame->look.curve_loss) &&
           pixels_are_damaged(&frame->models[side].spec);
}

static void widen(Scale *s, float loss)
{
    if (!isfinite(loss) || (!s->is_linear && !(loss > 0.0f)))
        return;
    s->low = fminf(s->low, find_level(s->is_linear, loss));
    s->high = fmaxf(s->high, find_level(s->is_linear, loss));
}

// Lowest and highest finite loss on show, the landmarks among them.
static Scale choose_scale(const Frame *frame, Rect area)
{
    const int loss = frame->look.curve_loss;
    Scale scale = {area, time_axis_make(frame, area.x, area.w), INFINITY, -INFINITY, curve_is_linear(loss)};
    for (int side = 0; side < SIDE_COUNT; side++) {
        const ModelFrame *m = &frame->models[side];
        if (!has_curve(frame, side))
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

static void draw_tick(Panel *panel, const Scale *s, float y, Color color, float value)
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
static float find_linear_step(const Ui *ui, const Scale *s)
{
    const float least = 1.3f * ui_px(ui, 14) * (s->high - s->low) / fmaxf(1.0f, s->area.h);
    const float power = powf(10.0f, floorf(log10f(least))), rest = least / power;
    return power * (rest <= 1.0f ? 1.0f : rest <= 2.0f ? 2.0f : rest <= 5.0f ? 5.0f : 10.0f);
}

// 0 is told from the others.
static void draw_linear_axis(Panel *panel, const Scale *s)
{
    const Theme *theme = panel->ui->theme;
    const float step = find_linear_step(panel->ui, s);
    for (float i = ceilf(s->low / step); i * step <= s->high; i++) {
        const float value = i == 0.0f ? 0.0f : i * step, y = roundf(loss_y(s, value)); // never -0
        if (y - ui_px(panel->ui, 7) >= s->area.y)
            draw_tick(panel, s, y, i == 0.0f ? theme->line : theme->grid, value);
    }
}

// 1, 2, 5, 10, ... on the log axis, those that fall inside.
static void draw_axis(Panel *panel, const Scale *s)
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
            const float y = roundf(loss_y(s, value));
            if (last_y - y < 1.3f * height || y - height / 2 < s->area.y)
                continue;
            last_y = y;
            draw_tick(panel, s, y, ui->theme->grid, value);
        }
}

// What the figures at the left need; on the log axis they are all short.
static float find_axis_width(Ui *ui, const Scale *s)
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

static bool is_free(Rect place, const Rect *used, int used_count)
{
    for (int i = 0; i < used_count; i++)
        if (place.x < used[i].x + used[i].w && used[i].x < place.x + place.w && place.y < used[i].y + used[i].h &&
            used[i].y < place.y + place.h)
            return false;
    return true;
}

// A dashed line with its name in it, so that it is plain whose name that is; without one where that would meet
// another. used: the places of the names so far.
static void draw_landmark(Panel *panel, const Scale *s, const Landmark *mark, Rect *used, int *used_count)
{
    Ui *ui = panel->ui;
    const float y = roundf(loss_y(s, (float)mark->loss)), dash = ui_px(ui, 4), pad = ui_px(ui, 3),
                height = ui_px(ui, 14), lowest = s->area.y + s->area.h - height;
    for (float x = s->area.x; x < s->area.x + s->area.w; x += 2 * dash)
        draw_box(ui->draw, (Rect){x, y, fminf(dash, s->area.x + s->area.w - x), ui_px(ui, 1)}, ui->theme->line, 0);
    char text[64], brief[48];
    (void)snprintf(text, sizeof text, strchr(mark->name, ':') ? "%s %.3f" : "%s: %.3f", mark->name, mark->loss);
    (void)snprintf(brief, sizeof brief, "%s: %.3f", mark->brief, mark->loss);
    const char *const forms[] = {text, brief};
    const char *name = ui_choose(ui, FONT_UI, TEXT_SMALL, s->area.w * 0.5f, forms, 2);
    const float width = ui_text_width(ui, FONT_UI, TEXT_SMALL, name) + 2 * pad;
    const Rect box = {mark->is_right ? s->area.x + s->area.w - width : s->area.x,
                      fmaxf(s->area.y, fminf(lowest, y - roundf(mark->is_above ? height : height / 2))), width, height};
    if (!is_free(box, used, *used_count))
        return;
    draw_box(ui->draw, box, ui->theme->panel, 0);
    (void)panel_dotted(panel, mark->key, (Rect){box.x + pad, box.y, width - pad, height}, FONT_UI, TEXT_SMALL,
                       ui->theme->soft, name);
    used[(*used_count)++] = box;
}

// Returns how many names there are; used receives their places.
static int draw_landmarks(Panel *panel, const Scale *s, Rect used[LANDMARKS_MAX])
{
    Landmark landmarks[LANDMARKS_MAX];
    const int count = landmarks_list(panel->frame, landmarks);
    int used_count = 0;
    for (int i = 0; i < count; i++)
        draw_landmark(panel, s, &landmarks[i], used, &used_count);
    return used_count;
}

// The points of the test curve: before training, within the first epoch, behind each that was measured.
static int list_points(const ModelFrame *m, const Scale *s, int loss, Point points[HISTORY_MAX + EARLY_MAX])
{
    const Snapshot *snapshot = m->snapshot;
    int n = 0, early = 0;
    for (int i = 0; i < snapshot->history_count; i++) {
        const EpochRecord *record = &snapshot->history[i];
        const double step = (double)record->epoch * snapshot->steps_per_epoch;
        for (; early < m->early_count && (double)m->early[early].step < step; early++)
            if (isfinite(curve_of_early(&m->early[early], loss)))
                points[n++] =
                    (Point){step_x(s, (double)m->early[early].step), loss_y(s, curve_of_early(&m->early[early], loss))};
        if (isfinite(curve_of_test(record, loss)))
            points[n++] = (Point){step_x(s, step), loss_y(s, curve_of_test(record, loss))};
    }
    for (; early < m->early_count; early++)
        if (isfinite(curve_of_early(&m->early[early], loss)))
            points[n++] =
                (Point){step_x(s, (double)m->early[early].step), loss_y(s, curve_of_early(&m->early[early], loss))};
    return n;
}

// The other figures of an epoch's end, over a part of the training set and over noisy test digits.
// dash: at scale 1.
static void draw_dashed(Panel *panel, const Scale *s, const Snapshot *snapshot,
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
        const Point point = {step_x(s, (double)record->epoch * snapshot->steps_per_epoch), loss_y(s, value)};
        if (has_last && record->epoch > 1 && isfinite(value))
            plot_dash(ui->draw, last, point, ui_px(ui, 1), color, &phase, ui_px(ui, dash));
        last = point;
        has_last = isfinite(value);
    }
}

// Between which heights the line of the noisy figures lies from left to right: above or below that stands its name.
// False where it does not go there.
static bool find_noisy_reach(const Scale *s, const Snapshot *snapshot, int loss, float left, float right, float *top,
                             float *bottom)
{
    float y = 0;
    bool has_line = false;
    *top = s->area.y + s->area.h;
    *bottom = s->area.y;
    for (int i = 0; i < snapshot->history_count; i++) {
        const EpochRecord *record = &snapshot->history[i];
        const float x = step_x(s, (double)record->epoch * snapshot->steps_per_epoch), before = y;
        y = loss_y(s, curve_of_noisy(record, loss));
        if (x < left || snapshot->history[i].epoch <= 1) // the line begins at the first epoch's end
            continue;
        has_line = true;
        *top = fminf(*top, i > 0 ? fminf(before, y) : y); // the piece that comes in from the left, too
        *bottom = fmaxf(*bottom, i > 0 ? fmaxf(before, y) : y);
        if (x > right)
            break;
    }
    return has_line;
}

// "A, noisy input" over its line, at the right or further left where names of landmarks stand there.
static void name_noisy(Panel *panel, const Scale *s, int side, Rect *used, int *used_count)
{
    Ui *ui = panel->ui;
    const Snapshot *snapshot = panel->frame->models[side].snapshot;
    const char *name = side == SIDE_A ? "A, noisy input" : "B, noisy input";
    const float width = ui_text_width(ui, FONT_UI, TEXT_SMALL, name) + 1, height = ui_px(ui, 14);
    if (!has_noisy(panel->frame, side) || snapshot->history_count == 0)
        return;
    for (int try = 0; try < 8; try++) {
        const float x = s->area.x + s->area.w - width - (float)(try / 2) * 0.2f * s->area.w;
        float top, bottom;
        if (!find_noisy_reach(s, snapshot, panel->frame->look.curve_loss, x, x + width, &top, &bottom))
            continue;
        const Rect box = {x, try % 2 == 0 ? top - height - ui_px(ui, 1) : bottom + ui_px(ui, 2), width, height};
        if (x < s->area.x || box.y < s->area.y || box.y + height > s->area.y + s->area.h ||
            !is_free(box, used, *used_count))
            continue;
        (void)panel_dotted(panel, "noise", box, FONT_UI, TEXT_SMALL, panel_side_color(ui, side), name);
        used[(*used_count)++] = box;
        return;
    }
}

// A's line is the wider one and lies below B's, so that both are seen where they agree.
static void draw_curves(Panel *panel, const Scale *s, int side, Color color)
{
    const ModelFrame *m = &panel->frame->models[side];
    const int loss = panel->frame->look.curve_loss;
    static Point points[HISTORY_MAX + EARLY_MAX]; // the UI thread's
    draw_dashed(panel, s, m->snapshot, curve_of_train, 3, theme_fade(color, 0xa0));
    if (has_noisy(panel->frame, side))
        draw_dashed(panel, s, m->snapshot, curve_of_noisy, 9, color);
    draw_line(panel->ui->draw, points, list_points(m, s, loss, points),
              ui_px(panel->ui, 1) * (side == SIDE_A ? 2.6f : 1.4f), color);
}

// Of the moment whose pictures are shown; the right edge where that is the newest.
static float moment_x(const Frame *frame, const Scale *s)
{
    const Snapshot *shown = frame->models[panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B].snapshot;
    return frame->is_past ? roundf(step_x(s, (double)shown->step)) : s->area.x + s->area.w;
}

static void draw_moment(Panel *panel, const Scale *s)
{
    Ui *ui = panel->ui;
    if (panel->frame->is_past)
        draw_box(ui->draw, (Rect){moment_x(panel->frame, s), s->area.y, ui_px(ui, 1), s->area.h}, ui->theme->text, 0);
}

// In the models' colours up to the moment whose pictures are shown, grey behind it.
static void draw_all_curves(Panel *panel, const Scale *s)
{
    const Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    DrawList *draw = panel->ui->draw;
    const float right = s->area.x + s->area.w, x = moment_x(frame, s);
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!has_curve(frame, side))
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
static void draw_time(Panel *panel, const Scale *s)
{
    Ui *ui = panel->ui;
    const TimeAxis *time = &s->time;
    const bool has_epochs = share_epochs(panel->frame);
    const struct {
        double step;
        char text[24];
        bool is_batch;
    } candidates[] = {{1, "1 batch", true},
                      {time->last, "", false},
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
            (void)snprintf(text, sizeof text, "%.0f", has_epochs ? time->last / time->an_epoch : time->last);
        const bool is_end = !*candidates[i].text;
        const float width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + 1, x = step_x(s, candidates[i].step);
        const float left = fminf(s->area.x + s->area.w - width, fmaxf(s->area.x, x - width / 2));
        const Rect place = {left, s->area.y + s->area.h, width, ui_px(ui, 18)};
        bool is_free = candidates[i].step <= time->last &&
                       (has_epochs ? !candidates[i].is_batch || candidates[i].step < time->an_epoch
                                   : candidates[i].is_batch || is_end);
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
    const Scale whole = choose_scale(frame, area);
    const float axis = find_axis_width(ui, &whole);
    const Scale scale = choose_scale(frame, (Rect){area.x + axis, area.y, area.w - axis, area.h});
    draw_axis(panel, &scale);
    draw_time(panel, &scale);
    draw_moment(panel, &scale);
    Rect used[LANDMARKS_MAX + SIDE_COUNT];
    int used_count = draw_landmarks(panel, &scale, used); // below the curves: a name hides none of them
    draw_all_curves(panel, &scale);
    for (int side = 0; side < SIDE_COUNT; side++)
        name_noisy(panel, &scale, side, used, &used_count);
}
