// The numbers of the code as bars that can be dragged; a line in the model's colour at each number's mean over the test
// digits.
#include <math.h>
#include <stdio.h>

#include "panels/code_parts.h"

// Where the bars of a side stand.
typedef struct Bars {
    const CodeFrame *code;
    const CodeSide *side;
    Rect area;   // within the axes
    float pitch; // from bar to bar
} Bars;

static float bar_y(const Bars *bars, float value)
{
    const CodeAxis *axis = &bars->side->axis;
    const float share = (value - axis->low) / (axis->high - axis->low);
    return roundf(bars->area.y + bars->area.h * (1.0f - fminf(1.0f, fmaxf(0.0f, share)))); // NaN: at the bottom
}

static float bar_value(const Bars *bars, float y)
{
    const CodeAxis *axis = &bars->side->axis;
    const float share = 1.0f - (y - bars->area.y) / bars->area.h;
    return axis->low + (axis->high - axis->low) * fminf(1.0f, fmaxf(0.0f, share));
}

static Bars place_bars(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const CodeFrame *code = panel->frame->code;
    const Rect rect = panel->layout->code.bars[side];
    const CodeSide *s = code_side(panel, side);
    float widest = 0;
    for (int i = 0; i < s->axis.tick_count; i++) {
        char text[16];
        code_format_number(s->axis.ticks[i], text);
        widest = fmaxf(widest, ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + 1);
    }
    const float pad = ui_px(ui, 10), axis = widest + ui_px(ui, 6), foot = ui_px(ui, 22);
    const Rect area = {rect.x + pad + axis, rect.y + pad, rect.w - 2 * pad - axis, rect.h - pad - foot};
    return (Bars){code, s, area, area.w / (float)s->count};
}

static Rect bar_rect(const Bars *bars, int number, float from, float to)
{
    const float at = bars->area.x + (float)(number - bars->side->first) * bars->pitch,
                gap = bars->pitch >= 5   ? fmaxf(1, floorf(bars->pitch * 0.08f))
                      : bars->pitch >= 3 ? 0.5f
                                         : 0,
                width = fminf(bars->pitch, bars->area.w / 8), // a single one is no wall
        left = roundf(at + (bars->pitch - width) / 2), right = roundf(at + (bars->pitch + width) / 2);
    const float a = bar_y(bars, from), b = bar_y(bars, to), least = 1;
    return (Rect){left + gap, fminf(a, b), right - left - 2 * gap, fmaxf(least, fabsf(b - a))};
}

// ---- drawing ------------------------------------------------------------------------------------------------------

static void draw_axis(Panel *panel, const Bars *bars, int side)
{
    Ui *ui = panel->ui;
    const CodeAxis *axis = &bars->side->axis;
    const float height = ui_px(ui, 14), left = panel->layout->code.bars[side].x;
    const int every = bars->area.h < 1.6f * height * (float)axis->tick_count ? 2 : 1;
    int zero = 0; // which has a figure in any case
    while (zero < axis->tick_count && axis->ticks[zero] != 0.0f)
        zero++;
    for (int i = 0; i < axis->tick_count; i++) {
        const float y = bar_y(bars, axis->ticks[i]);
        draw_box(ui->draw, (Rect){bars->area.x, y, bars->area.w, ui_px(ui, 1)},
                 axis->ticks[i] == 0.0f ? ui->theme->line : ui->theme->grid, 0);
        char text[16];
        code_format_number(axis->ticks[i], text);
        if ((i + zero) % every == 0)
            ui_text(ui, (Rect){left, y - roundf(height / 2), bars->area.x - ui_px(ui, 6) - left, height}, FONT_FIGURES,
                    TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, text);
    }
}

static void draw_bar(Panel *panel, const Bars *bars, int side, int number)
{
    Ui *ui = panel->ui;
    const CodeSide *s = bars->side;
    const float encoded = s->values[number], shown = s->shown[number], line = ui_px(ui, 2);
    const bool is_moved = shown != encoded;
    draw_box(ui->draw, bar_rect(bars, number, 0, encoded), is_moved ? ui->theme->raised : ui->theme->soft, 0);
    if (is_moved)
        draw_box(ui->draw, bar_rect(bars, number, 0, shown), ui->theme->text, 0);
    if (s->facts.images > 0) {
        Rect mean = bar_rect(bars, number, s->facts.mean[number], s->facts.mean[number]);
        mean.y -= roundf(line / 2);
        mean.h = line;
        draw_box(ui->draw, mean, s->are_current ? panel_side_color(ui, side) : ui->theme->faint, 0);
    }
    if (s->facts.images > 0 && s->facts.is_dead[number]) {
        Rect mark = bar_rect(bars, number, 0, 0);
        mark.y = bars->area.y + bars->area.h + ui_px(ui, 2);
        mark.h = line;
        draw_box(ui->draw, mark, ui->theme->broken, 0);
    }
}

// Below its bar, but within the axis.
static Rect number_place(Panel *panel, const Bars *bars, int number)
{
    Ui *ui = panel->ui;
    char text[16];
    (void)snprintf(text, sizeof text, "%d", number + 1);
    const float middle = bars->area.x + ((float)(number - bars->side->first) + 0.5f) * bars->pitch,
                own = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + 1, most = bars->area.x + bars->area.w - own;
    return (Rect){fmaxf(bars->area.x, fminf(most, middle - own / 2)), bars->area.y + bars->area.h + ui_px(ui, 4), own,
                  ui_px(ui, 17)};
}

// 1, 5, 9 ... as many as there is room for, and the one that is chosen.
static void draw_numbers(Panel *panel, const Bars *bars)
{
    Ui *ui = panel->ui;
    const CodeSide *s = bars->side;
    const int chosen = bars->code->number;
    const bool has_chosen = chosen >= s->first && chosen < s->first + s->count;
    const Rect own = has_chosen ? number_place(panel, bars, chosen) : (Rect){-1, 0, 0, 0};
    const float gap = ui_px(ui, 8), width = number_place(panel, bars, s->first + s->count - 1).w + gap;
    float end = bars->area.x - gap; // of the last that was drawn
    int every = 1;
    while ((float)every * bars->pitch < width)
        every *= 2;
    for (int i = s->first; i < s->first + s->count; i++) {
        const Rect place = number_place(panel, bars, i);
        const bool is_near = has_chosen && place.x < own.x + own.w + gap && own.x < place.x + place.w + gap;
        if (i != chosen && ((i - s->first) % every != 0 || is_near || place.x < end + gap))
            continue;
        char text[16];
        (void)snprintf(text, sizeof text, "%d", i + 1);
        ui_text(ui, place, FONT_FIGURES, TEXT_SMALL, i == chosen ? ui->theme->text : ui->theme->soft, ALIGN_LEFT, text);
        end = place.x + place.w;
    }
}

static void draw_chosen(Panel *panel, const Bars *bars)
{
    Ui *ui = panel->ui;
    const int chosen = bars->code->number;
    if (chosen < bars->side->first || chosen >= bars->side->first + bars->side->count)
        return;
    Rect rect = bar_rect(bars, chosen, bars->side->shown[chosen], bars->side->axis.low);
    const float line = ui_px(ui, 1), grow = 2 * line;
    draw_frame(ui->draw, (Rect){rect.x - grow, rect.y - grow, rect.w + 2 * grow, rect.h + 2 * grow}, ui->theme->text, 0,
               line);
}

// ---- what is done with them ---------------------------------------------------------------------------------------

static void pull(Panel *panel, int side, int number, float value, bool goes_on)
{
    requests_add(panel->requests,
                 (Request){.kind = REQUEST_PULL, .side = side, .value = number, .x = value, .step = goes_on});
}

static void let_go(Panel *panel, int side, int number)
{
    requests_add(panel->requests, (Request){.kind = REQUEST_AS_ENCODED, .side = side, .value = number});
}

static int find_number(const Panel *panel, const Bars *bars)
{
    const int at = (int)floorf((panel->ui->input.mouse_x - bars->area.x) / bars->pitch);
    return bars->side->first + (at < 0 ? 0 : at >= bars->side->count ? bars->side->count - 1 : at);
}

// A press chooses a number; what is dragged from there on is that one, wherever the mouse goes to the sides.
static void take_mouse(Panel *panel, WidgetState state, const Bars *bars, int side)
{
    Ui *ui = panel->ui;
    const int number = panel->frame->code->number;
    if (state.is_hot && ui->input.left_pressed) {
        const int found = find_number(panel, bars);
        if (ui->input.left_double)
            let_go(panel, side, found);
        code_choose(panel, found);
        ui->drag_x = ui->input.left_double ? INFINITY : ui->input.mouse_y;
        return;
    }
    if (!state.is_active || !ui->input.left || ui->input.path_count == 0 || number >= bars->side->units)
        return;
    if (fabsf(ui->input.mouse_y - ui->drag_x) < ui_px(ui, 3) || ui->drag_x == INFINITY)
        return; // a click chooses alone
    pull(panel, side, number, bar_value(bars, ui->input.mouse_y), ui->drag_x == -INFINITY);
    ui->drag_x = -INFINITY;
}

static void take_keys(Panel *panel, const Bars *bars, int side)
{
    Ui *ui = panel->ui;
    const CodeAxis *axis = &bars->side->axis;
    const int number = bars->code->number, step = ui_take_key(ui, KEY_RIGHT, false) - ui_take_key(ui, KEY_LEFT, false);
    const int next = number + step;
    if (step != 0 && next >= bars->side->first && next < bars->side->first + bars->side->count)
        code_choose(panel, next);
    const int up = ui_take_key(ui, KEY_UP, false) - ui_take_key(ui, KEY_DOWN, false);
    if (number >= bars->side->units)
        return;
    const float value = bars->side->shown[number] + (float)up * (axis->high - axis->low) / 40.0f;
    if (up != 0)
        pull(panel, side, number, fminf(axis->high, fmaxf(axis->low, value)), false);
    if (ui_take_key(ui, KEY_BACKSPACE, false))
        let_go(panel, side, number);
}

static void say_number(Panel *panel, WidgetState state, const Bars *bars)
{
    const CodeSide *s = bars->side;
    const int number = find_number(panel, bars);
    char what[256], value[16], encoded[16], mean[16];
    code_format_number(s->shown[number], value);
    code_format_number(s->values[number], encoded);
    size_t used = (size_t)snprintf(what, sizeof what, "Number %d", number + 1);
    if (s->pictures > 0)
        used += (size_t)snprintf(what + used, sizeof what - used, " (picture %d, row %d, column %d)",
                                 number / (s->height * s->width) + 1, number / s->width % s->height + 1,
                                 number % s->width + 1);
    used += (size_t)snprintf(what + used, sizeof what - used, " is %s", value);
    if (s->shown[number] != s->values[number])
        used += (size_t)snprintf(what + used, sizeof what - used, ", as encoded %s", encoded);
    if (s->facts.images > 0) {
        code_format_number(s->facts.mean[number], mean);
        used += (size_t)snprintf(what + used, sizeof what - used,
                                 "; over all test digits its mean is %s, and it is 0 for %.1f %%", mean,
                                 100.0 * (double)s->facts.zero_share[number]);
    }
    (void)snprintf(what + used, sizeof what - used, ".%s",
                   s->facts.images > 0 && s->facts.is_dead[number] ? " It is dead: the same for every digit." : "");
    ui_set_hint(panel->ui, state, what, "Drag it up and down (or its arrow keys); a double click: as encoded.");
}

// ---- the whole ----------------------------------------------------------------------------------------------------

static void draw_pages(Panel *panel, int side, Rect *line)
{
    Ui *ui = panel->ui;
    const CodeSide *s = code_side(panel, side);
    if (s->units <= s->page_size)
        return;
    const float arrow = ui_px(ui, 22), height = fminf(line->h - ui_px(ui, 2), ui_px(ui, 20)), gap = ui_px(ui, 4);
    const int pages = panel->frame->code->pages, page = panel->frame->look.code.page;
    for (int i = 0; i < 2; i++) {
        char id[24];
        (void)snprintf(id, sizeof id, "%c.code_page.%d", side == SIDE_A ? 'a' : 'b', i);
        const Rect rect = {line->x + line->w - (float)(2 - i) * (arrow + gap) + gap,
                           line->y + floorf((line->h - height) / 2), arrow, height};
        if (panel_button(panel, id, rect, i == 0 ? "\u2039" : "\u203a", NULL, false, "code_page"))
            panel_look(panel)->code.page = (page + (i == 0 ? pages - 1 : 1)) % pages;
    }
    line->w -= 2 * (arrow + gap) + gap;
}

// What is on the page: numbers, or whole pictures.
static void format_part(const CodeSide *s, char *text, size_t size)
{
    const int of = s->pictures > 0 && s->page_size < s->units && s->page_size % (s->height * s->width) == 0
                       ? s->height * s->width
                       : 1,
              first = s->first / of + 1, last = (s->first + s->count) / of;
    if (last > first)
        (void)snprintf(text, size, "%d\u2013%d", first, last);
    else
        (void)snprintf(text, size, "%s%d", of > 1 ? "picture " : "", first);
}

static void draw_caption(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const CodeSide *s = code_side(panel, side);
    Rect line = panel->layout->code.bars_captions[side];
    draw_pages(panel, side, &line);
    char title[64], part[48] = "", dead[32] = "";
    const char letter = side == SIDE_A ? 'A' : 'B';
    if (s->pictures > 0)
        (void)snprintf(title, sizeof title, "Code of %c: %d pictures of %d \u00d7 %d", letter, s->pictures, s->height,
                       s->width);
    else
        (void)snprintf(title, sizeof title, "Code of %c: %d number%s", letter, s->units, s->units == 1 ? "" : "s");
    if (s->units > s->page_size)
        format_part(s, part, sizeof part);
    if (s->facts.images > 0 && s->facts.dead_count > 0)
        (void)snprintf(dead, sizeof dead, "%d dead", s->facts.dead_count);
    const bool is_own = panel->frame->code->has_own_axes && panel->frame->look.code.shows == SHOWS_BOTH;
    char whole[192], brief[96], marked[128];
    const char *gap = *part && *dead ? ", " : "";
    (void)snprintf(brief, sizeof brief, "%s%s%s", part, gap, dead);
    (void)snprintf(marked, sizeof marked, "%s%s%s", brief, is_own && *brief ? "; " : "", is_own ? "own axis" : "");
    (void)snprintf(whole, sizeof whole, "%s%sdrag a bar; double click: as encoded", marked, *marked ? "; " : "");
    const char *const notes[] = {whole, marked, is_own ? "own axis" : brief, is_own ? "" : *part ? part : dead, ""};
    panel_draw_caption(panel, line, title, ui->theme->soft, notes, 5);
}

void code_draw_bars(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const Rect rect = panel->layout->code.bars[side];
    const Bars bars = place_bars(panel, side);
    char id[24];
    draw_caption(panel, side);
    panel_card(panel, rect);
    (void)snprintf(id, sizeof id, "%c.code_bars", side == SIDE_A ? 'a' : 'b');
    const WidgetState state = ui_widget(ui, id, rect, "Numbers of the code");
    ui_set_cursor(ui, state, CURSOR_ARROWS);
    draw_axis(panel, &bars, side);
    for (int i = bars.side->first; i < bars.side->first + bars.side->count; i++)
        draw_bar(panel, &bars, side, i);
    draw_chosen(panel, &bars);
    draw_numbers(panel, &bars);
    ui_focus_ring(ui, state, rect);
    take_mouse(panel, state, &bars, side);
    if (state.is_focused)
        take_keys(panel, &bars, side);
    say_number(panel, state, &bars);
}
