// Names in the plot of the training curves: of landmarks, and of the curves of noisy digits.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/curves_parts.h"
#include "state/curve.h"

static bool is_free(Rect place, const Rect *used, int used_count)
{
    for (int i = 0; i < used_count; i++)
        if (place.x < used[i].x + used[i].w && used[i].x < place.x + place.w && place.y < used[i].y + used[i].h &&
            used[i].y < place.y + place.h)
            return false;
    return true;
}

// Whether a test curve goes through a place.
static bool is_crossed(const Frame *frame, const CurveScale *s, Rect place)
{
    static Point points[CURVE_POINTS_MAX]; // the UI thread's
    const float right = place.x + place.w, low = place.y + place.h;
    for (int side = 0; side < SIDE_COUNT; side++) {
        const int count = curves_are_shown(frame, side)
                              ? curves_list_points(&frame->models[side], s, frame->look.curve_loss, points)
                              : 0;
        for (int i = 0; i + 1 < count; i++) {
            const Point from = points[i], to = points[i + 1];
            if (to.x < place.x || from.x > right)
                continue;
            const float slope = to.x > from.x ? (to.y - from.y) / (to.x - from.x) : 0,
                        first = from.y + slope * (fmaxf(from.x, place.x) - from.x),
                        last = to.x > right ? from.y + slope * (right - from.x) : to.y;
            if (fminf(first, last) <= low && fmaxf(first, last) >= place.y)
                return true;
        }
    }
    return false;
}

// For a name's place among those that are free: the first that no test curve goes through, else the first of all.
typedef struct Search {
    const Frame *frame;
    const CurveScale *scale;
    const Rect *used; // of other names
    int used_count;
    bool has_place;
    Rect place;
} Search;

// Whether the search has come to its end.
static bool try_place(Search *search, Rect place)
{
    if (!is_free(place, search->used, search->used_count))
        return false;
    const bool is_best = !is_crossed(search->frame, search->scale, place);
    if (!search->has_place || is_best)
        search->place = place;
    search->has_place = true;
    return is_best;
}

// At its own end of the line, or where a curve goes there and leaves the other end, the middle, or the room below or
// above the line free, there. False where names stand everywhere.
static bool place_name(const Panel *panel, const CurveScale *s, const Landmark *mark, const Rect *used, int used_count,
                       Rect *box)
{
    const float y = roundf(curves_y(s, (float)mark->loss)), lowest = s->area.y + s->area.h - box->h,
                rest = s->area.w - box->w, gap = ui_px(panel->ui, 3),
                shares[] = {mark->is_right, !mark->is_right, 0.5f},
                tops[] = {y - roundf(mark->is_above ? box->h : box->h / 2), y + gap, y - box->h - gap};
    Search search = {.frame = panel->frame, .scale = s, .used = used, .used_count = used_count, .place = *box};
    Rect place = *box;
    for (int i = 0; i < 9; i++) {
        place.x = roundf(s->area.x + shares[i % 3] * rest);
        place.y = fmaxf(s->area.y, fminf(lowest, tops[i / 3]));
        if (try_place(&search, place))
            break;
    }
    *box = search.place;
    return search.has_place;
}

// A dashed line with its name in it, so that it is plain whose name that is; without one where that would meet
// another. used: the places of the names so far.
static void draw_landmark(Panel *panel, const CurveScale *s, const Landmark *mark, Rect *used, int *used_count)
{
    Ui *ui = panel->ui;
    const float y = roundf(curves_y(s, (float)mark->loss)), dash = ui_px(ui, 4), pad = ui_px(ui, 3),
                height = ui_px(ui, 14);
    for (float x = s->area.x; x < s->area.x + s->area.w; x += 2 * dash)
        draw_box(ui->draw, (Rect){x, y, fminf(dash, s->area.x + s->area.w - x), ui_px(ui, 1)}, ui->theme->line, 0);
    char text[64], brief[48];
    (void)snprintf(text, sizeof text, strchr(mark->name, ':') ? "%s %.3f" : "%s: %.3f", mark->name, mark->loss);
    (void)snprintf(brief, sizeof brief, "%s: %.3f", mark->brief, mark->loss);
    const char *const forms[] = {text, brief};
    const char *name = ui_choose(ui, FONT_UI, TEXT_SMALL, s->area.w * 0.5f, forms, 2);
    const float width = ui_text_width(ui, FONT_UI, TEXT_SMALL, name) + 2 * pad;
    Rect box = {.w = width, .h = height};
    if (!place_name(panel, s, mark, used, *used_count, &box))
        return;
    draw_box(ui->draw, box, ui->theme->panel, 0);
    (void)panel_dotted(panel, mark->key, (Rect){box.x + pad, box.y, width - pad, height}, FONT_UI, TEXT_SMALL,
                       ui->theme->soft, name);
    used[(*used_count)++] = box;
}

// Returns how many names there are; used receives their places.
int curves_draw_landmarks(Panel *panel, const CurveScale *s, Rect used[CURVE_NAMES_MAX])
{
    Landmark landmarks[LANDMARKS_MAX];
    const int count = landmarks_list(panel->frame, landmarks);
    int used_count = 0;
    for (int i = 0; i < count; i++)
        draw_landmark(panel, s, &landmarks[i], used, &used_count);
    return used_count;
}

// Between which heights the line of the noisy figures lies from left to right: above or below that stands its name.
// False where it does not go there.
static bool find_noisy_reach(const CurveScale *s, const Snapshot *snapshot, int loss, float left, float right,
                             float *top, float *bottom)
{
    float y = 0;
    bool has_line = false;
    *top = s->area.y + s->area.h;
    *bottom = s->area.y;
    for (int i = 0; i < snapshot->history_count; i++) {
        const EpochRecord *record = &snapshot->history[i];
        const float x = curves_x(s, (double)record->epoch * snapshot->steps_per_epoch), before = y;
        y = curves_y(s, curve_of_noisy(record, loss));
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

// "A, noisy input" over its line or below it, at the right or further left where names of landmarks stand there or a
// test curve goes through.
void curves_name_noisy(Panel *panel, const CurveScale *s, int side, Rect *used, int *used_count)
{
    Ui *ui = panel->ui;
    const Snapshot *snapshot = panel->frame->models[side].snapshot;
    const char *name = side == SIDE_A ? "A, noisy input" : "B, noisy input";
    const float width = ui_text_width(ui, FONT_UI, TEXT_SMALL, name) + 1, height = ui_px(ui, 14);
    Search search = {.frame = panel->frame, .scale = s, .used = used, .used_count = *used_count};
    if (!curves_have_noisy(panel->frame, side) || snapshot->history_count == 0)
        return;
    for (int try = 0; try < 8; try++) {
        const float x = s->area.x + s->area.w - width - (float)(try / 2) * 0.2f * s->area.w;
        float top, bottom;
        if (!find_noisy_reach(s, snapshot, panel->frame->look.curve_loss, x, x + width, &top, &bottom))
            continue;
        const Rect box = {x, try % 2 == 0 ? top - height - ui_px(ui, 1) : bottom + ui_px(ui, 2), width, height};
        if (x < s->area.x || box.y < s->area.y || box.y + height > s->area.y + s->area.h)
            continue;
        if (try_place(&search, box))
            break;
    }
    if (!search.has_place)
        return;
    (void)panel_dotted(panel, "noise", search.place, FONT_UI, TEXT_SMALL, panel_side_color(ui, side), name);
    used[(*used_count)++] = search.place;
}
