// What the decoder makes of places all over the plane, and of codes that chance gives.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/latent_parts.h"

// Where a value lies along the steps, counted in cells from the middle of the first one.
static float find_step(const float steps[LATENT_CELLS], float value)
{
    int i = 0;
    while (i < LATENT_CELLS - 2 && value > steps[i + 1])
        i++;
    const float share = (value - steps[i]) / (steps[i + 1] - steps[i]);
    return (float)i + (isfinite(share) ? fminf(2.0f, fmaxf(-1.0f, share)) : 0.0f);
}

static float find_value(const float steps[LATENT_CELLS], float step)
{
    const float at = fminf(LATENT_CELLS - 1, fmaxf(0.0f, step));
    const int i = at < LATENT_CELLS - 2 ? (int)at : LATENT_CELLS - 2;
    return steps[i] + (at - (float)i) * (steps[i + 1] - steps[i]);
}

static void find_in_grid(const Panel *panel, int side, Rect area, float x, float y, float place[LATENT_AXES])
{
    const LatentSide *s = latent_side(panel, side);
    const float cell = area.w / LATENT_CELLS;
    place[LATENT_ACROSS] = find_value(s->steps[LATENT_ACROSS], (x - area.x) / cell - 0.5f);
    place[LATENT_UP] = find_value(s->steps[LATENT_UP], (area.y + area.h - y) / cell - 0.5f);
}

// Where what is shown would lie, where it lies within.
static void draw_mark(Panel *panel, int side, Rect area)
{
    Ui *ui = panel->ui;
    const LatentSide *s = latent_side(panel, side);
    const float cell = area.w / LATENT_CELLS, across = find_step(s->steps[LATENT_ACROSS], s->shown[LATENT_ACROSS]),
                up = find_step(s->steps[LATENT_UP], s->shown[LATENT_UP]), line = ui_px(ui, 2);
    if (across < -0.5f || across > LATENT_CELLS - 0.5f || up < -0.5f || up > LATENT_CELLS - 0.5f)
        return;
    const Rect rect = {roundf(area.x + across * cell), roundf(area.y + area.h - (up + 1) * cell), ceilf(cell),
                       ceilf(cell)};
    draw_frame(ui->draw, (Rect){rect.x - line, rect.y - line, rect.w + 2 * line, rect.h + 2 * line}, ui->theme->back, 0,
               line);
    draw_frame(ui->draw, rect, panel_side_color(ui, side), 0, line);
}

static void format_reach(const float steps[LATENT_CELLS], char text[48])
{
    char low[16], high[16];
    code_format_number(steps[0], low);
    code_format_number(steps[LATENT_CELLS - 1], high);
    (void)snprintf(text, 48, "%s to %s", low, high);
}

// From where to where it goes, once where that is the same both ways. Longer notes first.
typedef struct Reach {
    char whole[160], brief[128], least[112];
    char least_of_prior[144]; // empty where there is none
} Reach;

static void describe_reach(const LatentSide *s, Reach *reach)
{
    char across[48], up[48];
    format_reach(s->steps[LATENT_ACROSS], across);
    format_reach(s->steps[LATENT_UP], up);
    if (strcmp(across, up) == 0) {
        (void)snprintf(reach->brief, sizeof reach->brief, "%s both ways", across);
        (void)snprintf(reach->least, sizeof reach->least, "%s", across);
    } else {
        (void)snprintf(reach->brief, sizeof reach->brief, "across %s, up %s", across, up);
        (void)snprintf(reach->least, sizeof reach->least, "%s, %s", across, up);
    }
    (void)snprintf(reach->whole, sizeof reach->whole, "%s%s", s->has_prior ? "90 % of the prior: " : "", reach->brief);
    (void)snprintf(reach->least_of_prior, sizeof reach->least_of_prior, "90 %% of the prior: %s", reach->least);
    if (!s->has_prior)
        *reach->least_of_prior = 0;
}

// The title gives way to the figures, and as much on both sides.
static const char *choose_title(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    static const char *const titles[SIDE_COUNT][3] = {{"Decoder of A all over it", "Decoder of A", "Decoder"},
                                                      {"Decoder of B all over it", "Decoder of B", "Decoder"}};
    float least = 0.0f;
    for (int i = 0; i < SIDE_COUNT; i++) {
        Reach reach;
        describe_reach(latent_side(panel, i), &reach);
        const char *text = *reach.least_of_prior ? reach.least_of_prior : reach.least;
        least = fmaxf(least, ui_text_width(ui, FONT_UI, TEXT_SMALL, text));
    }
    const float room = panel->layout->latent.grid_captions[side].w - least - ui_px(ui, 12);
    return ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, room, titles[side], 3);
}

static void draw_caption(Panel *panel, int side)
{
    Reach reach;
    describe_reach(latent_side(panel, side), &reach);
    const char *const of_prior = *reach.least_of_prior ? reach.least_of_prior : reach.brief;
    const char *const notes[] = {reach.whole, of_prior, reach.brief, reach.least, ""};
    panel_draw_caption(panel, panel->layout->latent.grid_captions[side], choose_title(panel, side),
                       panel->ui->theme->soft, notes, 5);
}

void latent_draw_grid(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const LatentSide *s = latent_side(panel, side);
    const Rect rect = panel->layout->latent.grids[side];
    char id[24];
    draw_caption(panel, side);
    (void)snprintf(id, sizeof id, "%c.latent_grid", side == SIDE_A ? 'a' : 'b');
    const WidgetState state = ui_widget(ui, id, rect, "Decoded all over");
    const float cell = rect.w / LATENT_CELLS;
    draw_images(ui->draw, (Point){rect.x, rect.y}, LATENT_CELLS, LATENT_CELLS * LATENT_CELLS, cell, cell, cell,
                s->cells, panel->frame->look.is_clipped ? MAP_CLIPPED : MAP_GREY, 1.0f);
    draw_frame(ui->draw, rect, ui->theme->edge, 0, ui_px(ui, 1));
    draw_mark(panel, side, rect);
    ui_focus_ring(ui, state, rect);
    latent_take_mouse(panel, state, side, rect, find_in_grid, -1);
    panel_hint(panel, state, "latent_grid");
}

// ---- codes by chance ----------------------------------------------------------------------------------------------

static void draw_row(Panel *panel, int side, Rect row)
{
    Ui *ui = panel->ui;
    const LatentSide *s = latent_side(panel, side);
    const float letter = ui_px(ui, 20), pitch = floorf((row.w - letter - row.h) / (LATENT_SAMPLES - 1));
    ui_text(ui, (Rect){row.x, row.y, letter, row.h}, FONT_UI_BOLD, TEXT_NORMAL, panel_side_color(ui, side), ALIGN_LEFT,
            side == SIDE_A ? "A" : "B");
    if (s->has_samples)
        draw_images(ui->draw, (Point){row.x + letter, row.y}, LATENT_SAMPLES, LATENT_SAMPLES, pitch, row.h, row.h,
                    s->samples, panel->frame->look.is_clipped ? MAP_CLIPPED : MAP_GREY, 1.0f);
    char id[24];
    (void)snprintf(id, sizeof id, "%c.latent_samples", side == SIDE_A ? 'a' : 'b');
    const WidgetState state = ui_widget(ui, id, row, "Codes by chance");
    panel_hint(panel, state, s->has_prior ? "latent_prior" : "latent_chance");
    ui_focus_ring(ui, state, row);
}

void latent_draw_chances(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect rect = panel->layout->latent.chances;
    panel_card(panel, rect);
    const float pad = ui_px(ui, 12), head = ui_px(ui, 28), foot = ui_px(ui, 20), gap = ui_px(ui, 2);
    const bool has_both = panel->frame->look.code.shows == SHOWS_BOTH;
    const bool has_prior = latent_side(panel, code_is_shown(panel, SIDE_A) ? SIDE_A : SIDE_B)->has_prior,
               is_mixed = has_both && has_prior != latent_side(panel, SIDE_B)->has_prior;
    Rect line = {rect.x + pad, rect.y, rect.w - 2 * pad, head};
    const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, "Others") + ui_px(ui, 14);
    if (panel_button(panel, "latent_others",
                     (Rect){line.x + line.w - width, line.y + ui_px(ui, 3), width, ui_px(ui, 22)}, "Others", NULL,
                     false, "latent_others"))
        panel_look(panel)->latent.draw = (panel->frame->look.latent.draw + 1) % LATENT_DRAWS;
    line.w -= width + ui_px(ui, 12);
    const char *const titles[] = {is_mixed    ? "Codes by chance: the prior's, or of mixed test digits"
                                  : has_prior ? "Codes by chance, drawn from the prior"
                                              : "Codes by chance, each number some test digit's",
                                  "Codes by chance", ""};
    ui_text(ui, line, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT,
            ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, line.w, titles, 3));
    const float room = rect.h - head - foot, letter = ui_px(ui, 20), inner = rect.w - 2 * pad;
    const float side = floorf(fminf((inner - letter) / LATENT_SAMPLES, room / (has_both ? 2.0f : 1.0f)) - gap);
    float y = rect.y + head + floorf(fmaxf(0, room - (has_both ? 2.0f : 1.0f) * (side + gap)) / 2);
    for (int i = 0; i < SIDE_COUNT; i++) {
        if (!code_is_shown(panel, i))
            continue;
        draw_row(panel, i, (Rect){rect.x + pad, y, inner, side});
        y += side + gap;
    }
}
