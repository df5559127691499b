// How much each number of a code says: of a code that is drawn its divergence, else from where to where it goes over
// the test digits.
#include <math.h>
#include <stdio.h>

#include "panels/latent_parts.h"

// Where the bars of a side stand, and what their height is.
typedef struct Bars {
    const CodeSide *code;
    const LatentSide *side;
    Rect area;
    float pitch, low, high; // pitch: from number to number, below 1 where there are more than pixels
} Bars;

// Beside the bars: as wide as what is written there.
static float find_axis_width(Ui *ui, const Bars *bars)
{
    const float ends[] = {bars->low, bars->high};
    float width = ui_px(ui, 42);
    for (int i = 0; i < 2; i++) {
        char text[16];
        code_format_number(ends[i], text);
        width = fmaxf(width, ceilf(ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text)) + ui_px(ui, 8));
    }
    return width;
}

static Bars place_bars(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const Rect rect = panel->layout->latent.bars[side];
    const CodeSide *code = code_side(panel, side);
    const float pad = ui_px(ui, 8), foot = ui_px(ui, 8);
    Bars out = {.code = code, .side = latent_side(panel, side)};
    for (int i = 0; i < SIDE_COUNT; i++) { // one scale for both, where they are of the same kind
        const CodeSide *other = code_side(panel, i);
        if (other->facts.images == 0 || latent_side(panel, i)->has_prior != out.side->has_prior)
            continue;
        for (int unit = 0; unit < other->units; unit++) {
            out.low = fminf(out.low, out.side->has_prior ? 0 : other->facts.least[unit]);
            out.high = fmaxf(out.high, out.side->has_prior ? other->facts.kl[unit] : other->facts.most[unit]);
        }
    }
    if (!(out.high - out.low > 1e-6f && out.high - out.low < 1e30f))
        out.high = out.low + 1;
    const float axis = find_axis_width(ui, &out);
    out.area = (Rect){rect.x + axis, rect.y + pad, rect.w - axis - pad, rect.h - pad - foot};
    out.pitch = out.area.w / (float)code->units;
    return out;
}

static float bar_y(const Bars *bars, float value)
{
    const float share = (value - bars->low) / (bars->high - bars->low);
    return roundf(bars->area.y + bars->area.h * (1.0f - fminf(1.0f, fmaxf(0.0f, share)))); // NaN: at the bottom
}

static Rect bar_rect(const Bars *bars, int number)
{
    const CodeFacts *facts = &bars->code->facts;
    const bool has_prior = bars->side->has_prior;
    const float gap = bars->pitch >= 5 ? 1 : 0, at = bars->area.x + (float)number * bars->pitch;
    const float width = fminf(bars->pitch, bars->area.w / 8), start = at + (bars->pitch - width) / 2; // no walls
    const float left = roundf(start) + gap, right = roundf(start + width) - gap;
    const float top = bar_y(bars, has_prior ? facts->kl[number] : facts->most[number]),
                bottom = bar_y(bars, has_prior ? 0 : facts->least[number]);
    return (Rect){left, top, fmaxf(1, right - left), fmaxf(1, bottom - top)};
}

static void draw_ticks(Panel *panel, const Bars *bars, float left)
{
    Ui *ui = panel->ui;
    const float height = ui_px(ui, 14), ends[] = {bars->low, bars->high};
    for (int i = 0; i < 2; i++) {
        const float y = bar_y(bars, ends[i]);
        char text[16];
        code_format_number(ends[i], text);
        draw_box(ui->draw, (Rect){bars->area.x, y, bars->area.w, ui_px(ui, 1)}, ui->theme->grid, 0);
        ui_text(ui,
                (Rect){left, fminf(y - height / 3, bars->area.y + bars->area.h - height / 2),
                       bars->area.x - left - ui_px(ui, 4), height},
                FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, text);
    }
}

// The two of the plane come last: where several numbers stand in a pixel's width, they are seen.
static void draw_bars(Panel *panel, const Bars *bars, int side)
{
    Ui *ui = panel->ui;
    const float line = ui_px(ui, 1), foot = ui_px(ui, 3);
    for (int i = 0; i < bars->code->units; i++) {
        const Rect rect = bar_rect(bars, i);
        const bool is_used = latent_is_used(&bars->code->facts, bars->side->has_prior, i);
        draw_box(ui->draw, rect, is_used ? ui->theme->soft : ui->theme->broken, 0);
        if (!is_used)
            draw_box(ui->draw, (Rect){rect.x, bars->area.y + bars->area.h + line, rect.w, foot}, ui->theme->broken, 0);
    }
    for (int axis = 0; axis < LATENT_AXES; axis++)
        draw_box(ui->draw, bar_rect(bars, bars->side->numbers[axis]), panel_side_color(ui, side), 0);
}

static void draw_caption(Panel *panel, int side, const Bars *bars)
{
    Ui *ui = panel->ui;
    const CodeFacts *facts = &bars->code->facts;
    const bool has_prior = bars->side->has_prior;
    char title[48], whole[96] = "", brief[64] = "", least[40] = "";
    (void)snprintf(title, sizeof title, "%s", has_prior ? "KL of each number" : "Range of each number");
    if (facts->images > 0 && has_prior) {
        double sum = 0;
        for (int i = 0; i < facts->units; i++)
            sum += (double)facts->kl[i];
        (void)snprintf(least, sizeof least, "%d of %d used", bars->side->used_count, facts->units);
        (void)snprintf(brief, sizeof brief, "%s (%g nats or more)", least, IDLE_KL);
        (void)snprintf(whole, sizeof whole, "%.4g nats; %s", sum, brief);
    } else if (facts->images > 0) {
        (void)snprintf(least, sizeof least, "%d of %d used", bars->side->used_count, facts->units);
        (void)snprintf(brief, sizeof brief, "%s (not the same everywhere)", least);
        (void)snprintf(whole, sizeof whole, "over all test digits; %s", brief);
    }
    const char *const notes[] = {whole, brief, least, ""};
    panel_draw_caption(panel, panel->layout->latent.bars_captions[side], title,
                       bars->code->are_current ? ui->theme->soft : ui->theme->faint, notes, 4);
}

static void take_mouse(Panel *panel, WidgetState state, const Bars *bars, int side)
{
    Ui *ui = panel->ui;
    const int number = (int)floorf((ui->input.mouse_x - bars->area.x) / bars->pitch);
    const CodeFacts *facts = &bars->code->facts;
    ui_set_cursor(ui, state, CURSOR_HAND);
    panel_hint(panel, state, bars->side->has_prior ? "latent_kl" : "latent_range");
    if (!state.is_hot || number < 0 || number >= bars->code->units || facts->images == 0)
        return;
    char what[200], one[16], other[16];
    code_format_number(bars->side->has_prior ? facts->kl[number] : facts->least[number], one);
    code_format_number(facts->most[number], other);
    if (bars->side->has_prior)
        (void)snprintf(what, sizeof what, "Number %d: %s nats.%s", number + 1, one,
                       latent_is_used(facts, true, number) ? "" : " It says nothing of the digits.");
    else
        (void)snprintf(what, sizeof what, "Number %d goes from %s to %s.%s", number + 1, one, other,
                       latent_is_used(facts, false, number) ? "" : " It is dead: the same for every digit.");
    ui_set_hint(ui, state, what, "A click takes it across, with Shift up.");
    if (state.is_clicked)
        latent_take_number(panel, side, state.is_shifted ? LATENT_UP : LATENT_ACROSS, number);
}

void latent_draw_bars(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const Rect rect = panel->layout->latent.bars[side];
    const Bars bars = place_bars(panel, side);
    draw_caption(panel, side, &bars);
    panel_card(panel, rect);
    char id[24];
    (void)snprintf(id, sizeof id, "%c.latent_bars", side == SIDE_A ? 'a' : 'b');
    const WidgetState state = ui_widget(ui, id, rect, "What each number says");
    if (bars.code->facts.images > 0) {
        draw_ticks(panel, &bars, rect.x + ui_px(ui, 2));
        draw_bars(panel, &bars, side);
    }
    ui_focus_ring(ui, state, rect);
    take_mouse(panel, state, &bars, side);
}
