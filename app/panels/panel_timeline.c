// The scrubber: a track over the steps of training. Dragging it takes the whole window back to a moment; letting go
// returns to the newest. The keys stay in the past until they are told otherwise. The film plays all moments.
#include <math.h>
#include <stdio.h>

#include "draw/theme.h"
#include "panels/panel.h"

// The steps at the ends of the track: under the curves those of their axis, whole epochs.
static float last_step(const Frame *frame)
{
    const int side = panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B;
    const float steps = (float)frame->models[side].live->steps_per_epoch * (float)frame->epochs;
    return fmaxf(1.0f, fmaxf(steps, (float)frame->newest_step));
}

static float step_x(const Frame *frame, Rect track, int64_t step)
{
    return track.x + track.w * (float)step / last_step(frame);
}

// The moment nearest to the mouse, -1 behind the last: the newest.
static int64_t find_step(const Frame *frame, Rect track, float x)
{
    const float wanted = (x - track.x) / track.w * last_step(frame);
    int64_t best = -1;
    float least = INFINITY;
    for (int i = 0; i < frame->moment_count; i++) {
        const float distance = fabsf((float)frame->moments[i] - wanted);
        if (distance < least) {
            least = distance;
            best = frame->moments[i];
        }
    }
    return best;
}

static void take_keys(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    if (ui_take_key(ui, ',', false))
        panel_request(panel, REQUEST_MOMENT, -1);
    if (frame->is_past && ui_take_key(ui, '.', false))
        panel_request(panel, REQUEST_MOMENT, 1);
    if (ui_take_key(ui, KEY_HOME, false))
        panel_look(panel)->past_step = frame->moment_count > 0 ? frame->moments[0] : -1;
    if (ui_take_key(ui, KEY_END, false) ||
        ((frame->is_past || frame->is_film) && !frame->is_help_shown && ui_take_key(ui, KEY_ESCAPE, false)))
        panel_request(panel, REQUEST_MOMENT, 0);
    if (ui_take_key(ui, 'f', false))
        panel_request(panel, REQUEST_FILM, !frame->is_film);
}

static void drag_track(Panel *panel, Rect track, Rect touch)
{
    Ui *ui = panel->ui;
    const WidgetState state = ui_widget(ui, "timeline", touch, "Timeline");
    ui_set_hint(ui, state,
                "Drag: the whole window as it was at that step, until you let go. Keys: , and . one moment back and "
                "on, Home the first, End the newest, F plays all of them");
    if (state.is_active && ui->input.left)
        panel_look(panel)->past_step = find_step(panel->frame, track, ui->input.mouse_x);
    else if (state.is_active) // let go, by the mouse, by Esc or by a lost focus
        panel_request(panel, REQUEST_MOMENT, 0);
    if (state.is_focused && ui_take_key(ui, KEY_LEFT, false))
        panel_request(panel, REQUEST_MOMENT, -1);
    if (state.is_focused && ui_take_key(ui, KEY_RIGHT, false))
        panel_request(panel, REQUEST_MOMENT, 1);
    ui_focus_ring(ui, state, touch);
}

static void format_time(const Frame *frame, char *text, size_t size)
{
    const int side = panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B;
    const Snapshot *s = frame->models[side].snapshot;
    if (frame->is_past)
        (void)snprintf(text, size, "step %lld of %lld", (long long)s->step, (long long)frame->newest_step);
    else
        (void)snprintf(text, size, "step %lld", (long long)frame->newest_step);
}

void panel_timeline(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect strip = panel->layout->timeline;
    take_keys(panel);
    const bool is_below_curves = panel_has_grids(frame);
    const float button = ui_px(ui, is_below_curves ? 30 : 62), gap = ui_px(ui, 6);
    if (ui_button(ui, "film", (Rect){strip.x, strip.y, button, strip.h}, is_below_curves ? "\u25b6" : "Film",
                  is_below_curves ? NULL : "F", frame->is_film, COLOR_TEXT))
        panel_request(panel, REQUEST_FILM, !frame->is_film);
    char text[64];
    format_time(frame, text, sizeof text);
    const float needed = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + ui_px(ui, 8);
    const float right = is_below_curves ? ui_px(ui, 6) : fmaxf(ui_px(ui, 150), needed);
    const Rect touch = {strip.x + button + gap, strip.y, strip.w - button - gap - right, strip.h};
    const float inset = is_below_curves ? 0 : ui_px(ui, 6);
    const Rect track = {touch.x + inset, touch.y, touch.w - 2 * inset, touch.h};
    const float middle = roundf(strip.y + strip.h / 2), thick = ui_px(ui, 4), tick = ui_px(ui, 10);
    draw_box(ui->draw, (Rect){track.x, middle - thick / 2, track.w, thick}, COLOR_RAISED, thick / 2);
    const float now = step_x(frame, track, frame->newest_step);
    draw_box(ui->draw, (Rect){track.x, middle - thick / 2, now - track.x, thick}, COLOR_EDGE, thick / 2);
    for (int i = 0; i < frame->moment_count; i++)
        draw_box(ui->draw,
                 (Rect){roundf(step_x(frame, track, frame->moments[i])), middle - tick / 2, ui_px(ui, 1), tick},
                 COLOR_TEXT_SOFT & 0xffffff90u, 0);
    const int side = panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B;
    const int64_t shown = frame->is_past ? frame->models[side].snapshot->step : frame->newest_step;
    const float size = ui_px(ui, 12);
    drag_track(panel, track, touch);
    draw_box(ui->draw, (Rect){roundf(step_x(frame, track, shown) - size / 2), middle - size / 2, size, size},
             frame->is_past ? COLOR_GOOD : COLOR_TEXT, size / 2);
    if (!is_below_curves)
        ui_text(ui, (Rect){strip.x + strip.w - right, strip.y, right, strip.h}, FONT_FIGURES, TEXT_SMALL,
                frame->is_past ? COLOR_GOOD : COLOR_TEXT_SOFT, ALIGN_RIGHT, text);
}
