// The plane of two numbers of a code: where the digit on the pad lies among the test digits (latent_points.c), where it
// was moved to, the way to the walk's end, and what the mouse and the keys do there.
#include <math.h>
#include <stdio.h>

#include "panels/latent_parts.h"

// ---- lines and marks ----------------------------------------------------------------------------------------------

static void draw_axes(Panel *panel, const LatentSide *s, Rect area, float left)
{
    Ui *ui = panel->ui;
    const float height = ui_px(ui, 14), line = ui_px(ui, 1), gap = ui_px(ui, 8);
    const float under = area.y + area.h + ui_px(ui, 2), right = area.x - ui_px(ui, 5); // where both axes' labels stand
    float end = area.x - ui_px(ui, 40);                                                // of the last label
    float lowest = area.y + area.h; // of a label on the left: clear of one below that reaches under it
    for (int i = 0; i < s->axes[LATENT_ACROSS].tick_count; i++) {
        const float tick = s->axes[LATENT_ACROSS].ticks[i];
        const float x = roundf(latent_find_point(s, area, (const float[LATENT_AXES]){tick, 0}).x);
        char text[16];
        code_format_number(tick, text);
        const float own = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + 1;
        draw_box(ui->draw, (Rect){x, area.y, line, area.h}, tick == 0.0f ? ui->theme->line : ui->theme->grid, 0);
        const float left_edge = fminf(x - own / 2, area.x + area.w - own);
        if (left_edge < end + gap)
            continue; // no room beside the one before
        end = left_edge + own;
        if (left_edge < right)
            lowest = under - height;
        ui_text(ui, (Rect){left_edge, under, own, height}, FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, text);
    }
    for (int i = 0; i < s->axes[LATENT_UP].tick_count; i++) {
        const float tick = s->axes[LATENT_UP].ticks[i];
        const float y = roundf(latent_find_point(s, area, (const float[LATENT_AXES]){0, tick}).y);
        char text[16];
        code_format_number(tick, text);
        draw_box(ui->draw, (Rect){area.x, y, area.w, line}, tick == 0.0f ? ui->theme->line : ui->theme->grid, 0);
        const float top = fminf(fmaxf(y - roundf(height / 2), area.y - ui_px(ui, 4)), lowest);
        ui_text(ui, (Rect){left, top, right - left, height}, FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT,
                text);
    }
}

// Of the prior: most of what chance gives lies within the outer one.
static void draw_circles(Panel *panel, const LatentSide *s, Rect area)
{
    enum { POINTS = 65 };
    Point points[POINTS];
    for (int radius = 1; radius <= 2; radius++) {
        for (int i = 0; i < POINTS; i++) {
            const float angle = 6.2831853f * (float)i / (POINTS - 1);
            const float place[LATENT_AXES] = {(float)radius * cosf(angle), (float)radius * sinf(angle)};
            points[i] = latent_find_point(s, area, place);
        }
        draw_line(panel->ui->draw, points, POINTS, ui_px(panel->ui, 1), panel->ui->theme->line);
    }
}

// What the digits beside the plane cover.
static void draw_extent(Panel *panel, const LatentSide *s, Rect area)
{
    const Point low = latent_find_point(s, area, (const float[]){s->steps[0][0], s->steps[1][0]}),
                high = latent_find_point(s, area,
                                         (const float[]){s->steps[0][LATENT_CELLS - 1], s->steps[1][LATENT_CELLS - 1]});
    draw_frame(panel->ui->draw, (Rect){roundf(low.x), roundf(high.y), roundf(high.x - low.x), roundf(low.y - high.y)},
               panel->ui->theme->line, 0, ui_px(panel->ui, 1));
}

static void draw_disc(Panel *panel, Point at, float radius, Color fill, Color edge)
{
    Ui *ui = panel->ui;
    const float rim = ui_px(ui, 2), side = 2 * radius;
    const Rect rect = {roundf(at.x - radius), roundf(at.y - radius), side, side};
    draw_box(ui->draw, (Rect){rect.x - rim, rect.y - rim, side + 2 * rim, side + 2 * rim}, ui->theme->back,
             radius + rim);
    draw_box(ui->draw, rect, fill, radius);
    draw_frame(ui->draw, rect, edge, radius, rim);
}

static void draw_marks(Panel *panel, int side, Rect area)
{
    Ui *ui = panel->ui;
    const LatentSide *s = latent_side(panel, side);
    const Color color = panel_side_color(ui, side);
    const Point from = latent_find_point(s, area, s->encoded), to = latent_find_point(s, area, s->end),
                at = latent_find_point(s, area, s->shown);
    draw_line(ui->draw, (const Point[]){from, to}, 2, ui_px(ui, 4), ui->theme->back);
    draw_line(ui->draw, (const Point[]){from, to}, 2, ui_px(ui, 2), ui->theme->text);
    draw_disc(panel, to, ui_px(ui, 4), ui->theme->back, ui->theme->text);
    draw_disc(panel, from, ui_px(ui, 5), ui->theme->back, color);
    draw_disc(panel, at, ui_px(ui, 6), color, ui->theme->text);
}

// ---- what is said and done ----------------------------------------------------------------------------------------

enum { ON_POINT = 4, NEAR_POINT = 8 }; // how far from a point the mouse is over it, and near it

static void find_in_plane(const Panel *panel, int side, Rect area, float x, float y, float place[LATENT_AXES])
{
    latent_find_place(latent_side(panel, side), area, x, y, place);
}

// The test digit whose point is nearest to the mouse; -1: none is so near. reach: at scale 1.
static int find_nearest(const Panel *panel, const LatentSide *s, Rect area, float reach)
{
    const Ui *ui = panel->ui;
    float best = ui_px(ui, reach) * ui_px(ui, reach);
    int found = -1;
    for (int i = 0; s->points && i < s->points->images; i++) {
        const Point at = latent_find_point(s, area, (const float[LATENT_AXES]){s->xs[i], s->ys[i]});
        const float dx = at.x - ui->input.mouse_x, dy = at.y - ui->input.mouse_y;
        if (dx * dx + dy * dy < best) {
            best = dx * dx + dy * dy;
            found = i;
        }
    }
    return found;
}

static void say_place(Panel *panel, WidgetState state, int side, Rect area)
{
    Ui *ui = panel->ui;
    const LatentSide *s = latent_side(panel, side);
    if (!state.is_hot)
        return;
    float place[LATENT_AXES];
    char what[200], across[16], up[16], digit[64] = "";
    latent_find_place(s, area, ui->input.mouse_x, ui->input.mouse_y, place);
    code_format_number(place[LATENT_ACROSS], across);
    code_format_number(place[LATENT_UP], up);
    const int nearest = find_nearest(panel, s, area, ON_POINT);
    const int label = nearest >= 0 && panel->frame->latent->labels ? panel->frame->latent->labels[nearest] : -1;
    if (label >= 0)
        (void)snprintf(digit, sizeof digit, " Here lies test digit %d, a %d.", nearest, label);
    else if (nearest >= 0)
        (void)snprintf(digit, sizeof digit, " Here lies test digit %d.", nearest);
    (void)snprintf(what, sizeof what, "Number %d is %s, number %d is %s.%s", s->numbers[LATENT_ACROSS] + 1, across,
                   s->numbers[LATENT_UP] + 1, up, digit);
    ui_set_hint(ui, state, what,
                nearest >= 0 ? "Drag: the decoder follows. A click: this digit on the pad; with Shift: walk to it."
                             : "Press and drag: the decoder follows. A double click: as encoded.");
}

// With shift the walk leads to the digit under the mouse. True when it was taken.
static bool take_end(Panel *panel, WidgetState state, const LatentSide *s, Rect area)
{
    Ui *ui = panel->ui;
    if (!state.is_hot || !ui->input.left_pressed || !ui->input.shift)
        return false;
    const int nearest = find_nearest(panel, s, area, NEAR_POINT);
    if (nearest >= 0)
        panel_look(panel)->code.digit = nearest;
    ui->drag_x = INFINITY; // what is held on does not drag
    return true;
}

static void take_keys(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const LatentSide *s = latent_side(panel, side);
    const int steps[LATENT_AXES] = {ui_take_key(ui, KEY_RIGHT, false) - ui_take_key(ui, KEY_LEFT, false),
                                    ui_take_key(ui, KEY_UP, false) - ui_take_key(ui, KEY_DOWN, false)};
    float place[LATENT_AXES];
    for (int i = 0; i < LATENT_AXES; i++) {
        const LatentAxis *axis = &s->axes[i];
        const float moved = s->shown[i] + (float)steps[i] * (axis->high - axis->low) / 40.0f;
        place[i] = fminf(axis->high, fmaxf(axis->low, moved));
    }
    if (steps[0] != 0 || steps[1] != 0)
        latent_move(panel, side, place, false);
}

// ---- the whole ----------------------------------------------------------------------------------------------------

void latent_take_number(Panel *panel, int side, int axis, int number)
{
    int *const numbers = panel_look(panel)->latent.numbers[side];
    for (int i = 0; i < LATENT_AXES; i++)
        numbers[i] = i == axis ? number : latent_side(panel, side)->numbers[i];
}

// A stepper for each axis, right-aligned; takes their width off the line.
static void draw_steppers(Panel *panel, int side, Rect *line)
{
    Ui *ui = panel->ui;
    const LatentSide *s = latent_side(panel, side);
    const int units = code_side(panel, side)->units;
    static const char *const names[LATENT_AXES] = {"across", "up"};
    const float gap = ui_px(ui, 6), height = fminf(line->h - ui_px(ui, 2), ui_px(ui, 20)),
                value = ui_text_width(ui, FONT_FIGURES, TEXT_NORMAL, "0000"), width = value + ui_px(ui, 46);
    const bool has_words = line->w > 2 * width + ui_px(ui, 150);
    for (int axis = LATENT_UP; axis >= 0; axis--) {
        char id[32], text[16];
        WidgetState states[STEPPER_PARTS];
        (void)snprintf(id, sizeof id, "%c.latent_%s", side == SIDE_A ? 'a' : 'b', names[axis]);
        (void)snprintf(text, sizeof text, "%d", s->numbers[axis] + 1);
        const Rect rect = {line->x + line->w - width, line->y + floorf((line->h - height) / 2), width, height};
        const int step = ui_stepper(ui, id, rect, text, states);
        for (int i = 0; i < STEPPER_PARTS; i++)
            panel_hint(panel, states[i], axis == LATENT_ACROSS ? "latent_across" : "latent_up");
        if (step != 0)
            latent_take_number(panel, side, axis, (s->numbers[axis] + step + units) % units);
        if (states[STEPPER_VALUE].is_clicked)
            panel_look(panel)->latent.numbers[side][axis] = -1;
        line->w -= width + gap;
        if (!has_words)
            continue;
        const float word = ui_text_width(ui, FONT_UI, TEXT_SMALL, names[axis]) + 1;
        ui_text(ui, (Rect){line->x + line->w - word, line->y, word, line->h}, FONT_UI, TEXT_SMALL, ui->theme->soft,
                ALIGN_LEFT, names[axis]);
        line->w -= word + gap;
    }
}

static void draw_caption(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const LatentSide *s = latent_side(panel, side);
    Rect line = panel->layout->latent.plane_captions[side];
    draw_steppers(panel, side, &line);
    char whole[96] = "Test digits", count[16], brief[48] = "Test digits";
    if (s->points) {
        panel_format_count(s->points->images, count);
        const char *of = panel->frame->models[side].figures_of;
        (void)snprintf(whole, sizeof whole, "%s test digits%s%s", count, s->are_current ? "" : ", ",
                       s->are_current ? "" : of);
        (void)snprintf(brief, sizeof brief, "%s digits", count);
    }
    const char *const titles[] = {whole, brief, count, ""};
    ui_text(ui, line, FONT_UI_BOLD, TEXT_NORMAL, s->are_current ? ui->theme->text : ui->theme->soft, ALIGN_LEFT,
            ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, line.w, titles, s->points ? 3 : 1));
}

void latent_draw_plane(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const LatentSide *s = latent_side(panel, side);
    const Rect rect = panel->layout->latent.planes[side];
    float widest = 0;
    for (int i = 0; i < s->axes[LATENT_UP].tick_count; i++) {
        char text[16];
        code_format_number(s->axes[LATENT_UP].ticks[i], text);
        widest = fmaxf(widest, ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + 1);
    }
    const float pad = ui_px(ui, 8), left = ceilf(widest) + pad + ui_px(ui, 5), foot = ui_px(ui, 18);
    const Rect area = {rect.x + left, rect.y + pad, rect.w - left - pad, rect.h - pad - foot};
    draw_caption(panel, side);
    panel_card(panel, rect);
    char id[24];
    (void)snprintf(id, sizeof id, "%c.latent_plane", side == SIDE_A ? 'a' : 'b');
    const WidgetState state = ui_widget(ui, id, area, "Plane of two numbers");
    latent_draw_points(panel, s, area);
    draw_axes(panel, s, area, rect.x + pad);
    draw_clip_push(ui->draw, area);
    if (s->has_prior)
        draw_circles(panel, s, area);
    draw_extent(panel, s, area);
    latent_draw_numerals(panel, s, area);
    draw_marks(panel, side, area);
    draw_clip_pop(ui->draw);
    ui_focus_ring(ui, state, area);
    if (!take_end(panel, state, s, area))
        latent_take_mouse(panel, state, side, area, find_in_plane, find_nearest(panel, s, area, ON_POINT));
    if (state.is_focused)
        take_keys(panel, side);
    say_place(panel, state, side, area);
}
