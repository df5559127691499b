// The bar at the bottom: play, step, restart, how fast, and the timeline. Dragging along it takes the whole window back
// to a moment; letting go returns to the newest. The keys stay in the past until they are told otherwise. The film
// plays all moments.
#include <math.h>
#include <stdio.h>

#include "panels/panel.h"
#include "panels/time_axis.h"

// The moment nearest to the mouse, -1 behind the last: the newest.
static int64_t find_moment(const Frame *frame, const TimeAxis *axis, float x)
{
    int64_t best = -1;
    float least = INFINITY;
    for (int i = 0; i < frame->moment_count; i++) {
        const float distance = fabsf(time_axis_x(axis, (double)frame->moments[i]) - x);
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
    if (ui_take_key(ui, KEY_END, false) || ((frame->is_past || frame->is_film) && frame->popup == POPUP_NONE &&
                                            !frame->toast->is_shown && ui_take_key(ui, KEY_ESCAPE, false)))
        panel_request(panel, REQUEST_MOMENT, 0);
    if (ui_take_key(ui, 'f', false))
        panel_request(panel, REQUEST_FILM, !frame->is_film);
}

// ---- buttons ------------------------------------------------------------------------------------------------------

static bool place_button(Panel *panel, Rect *line, const char *id, const char *label, const char *shortcut, bool is_on,
                         const char *words)
{
    Ui *ui = panel->ui;
    if (panel->layout->stage.is_small)
        shortcut = NULL;
    const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, label) + ui_px(ui, 20) +
                        (shortcut ? ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, shortcut) + ui_px(ui, 6) : 0);
    const Rect rect = {line->x, line->y, width, line->h};
    line->x += width + ui_px(ui, 6);
    line->w -= width + ui_px(ui, 6);
    return panel_button(panel, id, rect, label, shortcut, is_on, words);
}

static void draw_transport(Panel *panel, Rect *line)
{
    const Frame *frame = panel->frame;
    const bool runs = frame->is_playing && frame->is_busy;
    if (place_button(panel, line, "play", runs ? "Pause" : "Play", "Space", false, "play"))
        panel_request(panel, REQUEST_PLAY, !runs);
    if (place_button(panel, line, "step", "Step", ".", false, "step"))
        panel_request(panel, REQUEST_STEP, 0);
    if (place_button(panel, line, "restart", "Restart", "R", false, "restart"))
        panel_request(panel, REQUEST_RESTART, 0);
}

static void draw_pace(Panel *panel, Rect *line)
{
    Ui *ui = panel->ui;
    const char *labels[PACE_COUNT];
    for (int i = 0; i < PACE_COUNT; i++)
        labels[i] = pace_label((Pace)i);
    if (!panel->layout->stage.is_small) {
        labels[0] = "1 batch/s";
        const float word = ui_text_width(ui, FONT_UI, TEXT_NORMAL, "Speed");
        line->x += ui_px(ui, 10);
        ui_text(ui, (Rect){line->x, line->y, word + 1, line->h}, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_LEFT,
                "Speed");
        line->x += word + ui_px(ui, 8);
        line->w -= word + ui_px(ui, 18);
    }
    const float width = ui_choice_width(ui, labels, PACE_COUNT);
    WidgetState states[CHOICES_MAX];
    const int chosen = ui_choice_states(ui, "pace", (Rect){line->x, line->y, width, line->h}, labels, PACE_COUNT,
                                        (int)panel->frame->pace, ui->theme->text, states);
    for (int i = 0; i < PACE_COUNT; i++)
        panel_hint(panel, states[i], "speed");
    if (chosen >= 0)
        panel_request(panel, REQUEST_PACE, chosen);
    line->x += width + ui_px(ui, 12);
    line->w -= width + ui_px(ui, 12);
}

// ---- the timeline -------------------------------------------------------------------------------------------------

static int first_side(const Frame *frame) { return panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B; }

// "epoch 12 of 50", or the moment that is looked at.
static void format_time(const Frame *frame, char *text, size_t size)
{
    const Progress how_far = panel_progress(frame, first_side(frame));
    if (frame->is_past)
        (void)snprintf(text, size, "step %lld of %lld", (long long)frame->models[first_side(frame)].snapshot->step,
                       (long long)frame->newest_step);
    else
        (void)snprintf(text, size, "%s", how_far.text);
}

static void drag_track(Panel *panel, const TimeAxis *axis, Rect touch)
{
    Ui *ui = panel->ui;
    const WidgetState state = ui_widget(ui, "timeline", touch, "Timeline");
    panel_hint(panel, state, "timeline");
    ui_set_cursor(ui, state, CURSOR_ARROWS);
    if (state.is_active && ui->input.left)
        panel_look(panel)->past_step = find_moment(panel->frame, axis, ui->input.mouse_x);
    else if (state.is_active) // let go, by the mouse, by Esc or by a lost focus
        panel_request(panel, REQUEST_MOMENT, 0);
    if (state.is_focused && ui_take_key(ui, KEY_LEFT, false))
        panel_request(panel, REQUEST_MOMENT, -1);
    if (state.is_focused && ui_take_key(ui, KEY_RIGHT, false))
        panel_request(panel, REQUEST_MOMENT, 1);
    ui_focus_ring(ui, state, touch);
}

static void draw_track(Panel *panel, Rect touch)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const float inset = ui_px(ui, 8), middle = roundf(touch.y + touch.h / 2), thick = ui_px(ui, 4),
                tick = ui_px(ui, 10), size = ui_px(ui, 12);
    const Rect track = {touch.x + inset, touch.y, touch.w - 2 * inset, touch.h};
    const TimeAxis axis = time_axis_make(frame, track.x, track.w);
    draw_box(ui->draw, (Rect){track.x, middle - thick / 2, track.w, thick}, ui->theme->raised, thick / 2);
    const float now = time_axis_x(&axis, (double)frame->newest_step);
    draw_box(ui->draw, (Rect){track.x, middle - thick / 2, now - track.x, thick}, ui->theme->soft, thick / 2);
    float last = -INFINITY;
    for (int i = 0; i < frame->moment_count; i++) {
        const float x = roundf(time_axis_x(&axis, (double)frame->moments[i]));
        if (x - last < ui_px(ui, 3))
            continue;
        last = x;
        draw_box(ui->draw, (Rect){x, middle - tick / 2, ui_px(ui, 1), tick}, ui->theme->soft, 0);
    }
    drag_track(panel, &axis, touch);
    const int64_t shown = frame->is_past ? frame->models[first_side(frame)].snapshot->step : frame->newest_step;
    draw_box(ui->draw, (Rect){roundf(time_axis_x(&axis, (double)shown) - size / 2), middle - size / 2, size, size},
             ui->theme->text, size / 2);
    if (frame->is_past)
        draw_frame(ui->draw, (Rect){roundf(now - size / 2), middle - size / 2, size, size}, ui->theme->soft, size / 2,
                   ui_px(ui, 1));
}

void panel_playback(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect bar = panel->layout->playback;
    take_keys(panel);
    if (bar.h <= 0)
        return;
    const float height = fminf(ui_px(ui, BUTTON_HEIGHT), bar.h - ui_px(ui, 2));
    Rect line = {bar.x, bar.y + floorf((bar.h - height) / 2), bar.w, height};
    if (!panel_hides(panel, HIDE_PLAY))
        draw_transport(panel, &line);
    if (!panel_hides(panel, HIDE_SPEED))
        draw_pace(panel, &line);
    if (!panel_hides(panel, HIDE_FILM) && place_button(panel, &line, "film", "Film", "F", frame->is_film, "film"))
        panel_request(panel, REQUEST_FILM, !frame->is_film);
    char text[96];
    format_time(frame, text, sizeof text);
    const float needed = fmaxf(ui_px(ui, 110), ui_text_width(ui, FONT_FIGURES, TEXT_NORMAL, text)) + ui_px(ui, 10);
    if (!panel_hides(panel, HIDE_TIMELINE))
        draw_track(panel, (Rect){line.x, line.y, line.w - needed, line.h});
    ui_text(ui, (Rect){line.x + line.w - needed, line.y, needed, line.h}, FONT_FIGURES, TEXT_NORMAL,
            frame->is_past ? ui->theme->text : ui->theme->soft, ALIGN_RIGHT, text);
}
