// The view of the code: the digit on the pad, the numbers that it becomes, and what the decoder makes of them, for A
// and B; what each number draws; one number from end to end, or the way to another digit.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/code_parts.h"

void code_format_number(float value, char text[16])
{
    const double size = fabs((double)value);
    if (!isfinite(value))
        (void)snprintf(text, 16, "%s", isnan(value) ? "NaN" : value > 0 ? "+Inf" : "\u2212Inf");
    else if (value == 0.0f)
        (void)snprintf(text, 16, "0");
    else if (size < 0.001 || size >= 1e5)
        (void)snprintf(text, 16, "%s%.1e", value < 0 ? "\u2212" : "", size);
    else if (size >= 1000)
        (void)snprintf(text, 16, "%s%.0f", value < 0 ? "\u2212" : "", size);
    else
        (void)snprintf(text, 16, "%s%.3g", value < 0 ? "\u2212" : "", size);
}

void code_choose(Panel *panel, int number)
{
    Look *look = panel_look(panel);
    look->code.number = number;
    look->code.is_walk = false;
}

// ---- pictures -----------------------------------------------------------------------------------------------------

static void draw_map(Panel *panel, int side, const GridLayout *cell, const float *values, ImageMap map, float scale,
                     const char *words)
{
    Ui *ui = panel->ui;
    char id[24];
    (void)snprintf(id, sizeof id, "%c.%s", side == SIDE_A ? 'a' : 'b', words);
    const Rect rect = {cell->origin.x, cell->origin.y, cell->side, cell->side};
    const WidgetState state = ui_widget(ui, id, rect, "Decoded");
    panel_hint(panel, state, words);
    draw_images(ui->draw, cell->origin, 1, 1, cell->side, cell->side, cell->side, values, map, scale);
    panel_frame_picture(panel, cell);
    ui_focus_ring(ui, state, rect);
}

static void draw_picture(Panel *panel, int side, const GridLayout *cell, const float *values, const char *words)
{
    draw_map(panel, side, cell, values, panel->frame->look.is_clipped ? MAP_CLIPPED : MAP_GREY, 1.0f, words);
}

static void draw_decoded(Panel *panel, int side)
{
    const StageRow *row = &panel->layout->stage.rows[side];
    const CodeSide *s = code_side(panel, side);
    char title[32], figure[24], mse[40];
    (void)snprintf(title, sizeof title, "Decoder of %c", side == SIDE_A ? 'A' : 'B');
    panel_format_figure(s->mse, figure);
    (void)snprintf(mse, sizeof mse, "MSE %s", figure);
    const char *const notes[] = {mse, figure, ""};
    panel_draw_caption(panel, row->captions[STAGE_COLUMNS - 1], title, panel->ui->theme->text, notes, 3);
    draw_picture(panel, side, &row->pictures[STAGE_COLUMNS - 1], s->decoded, "code_decoded");
}

// Below the pad: what B, or the one model that is on show, makes of it while nobody pulls.
static void draw_output(Panel *panel)
{
    const CodeLayout *code = &panel->layout->code;
    const int side = code_is_shown(panel, SIDE_B) ? SIDE_B : SIDE_A;
    panel_draw_caption(panel, code->output_caption, side == SIDE_A ? "A, as encoded" : "B, as encoded",
                       panel->ui->theme->soft, NULL, 0);
    draw_picture(panel, side, &code->output, panel->frame->models[side].pad_p, "code_output");
    if (code->change.columns == 0)
        return;
    panel_draw_caption(panel, code->change_caption, "Changed", panel->ui->theme->soft, NULL, 0);
    panel_draw_bar(panel, code->change_caption, MAP_SIGNED, 0.5f, "\u22120.5", "+0.5");
    draw_map(panel, side, &code->change, code_side(panel, side)->difference, MAP_SIGNED, 0.5f, "code_change");
}

static void draw_tools(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect place = panel->layout->code.tools;
    const float height = fminf(ui_px(ui, BUTTON_HEIGHT), place.h - ui_px(ui, 4)), line = ui_px(ui, 2),
                gap = ui_px(ui, 6), word = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, "As encoded") + ui_px(ui, 10),
                first = place.w - gap - fmaxf(word, floorf((place.w - gap) / 2)),
                y = place.y + floorf((place.h - line - height) / 2);
    const bool is_small = panel->layout->stage.is_small;
    if (panel_button(panel, "pad.next", (Rect){place.x, y, first, height}, "Test digit", is_small ? NULL : "N", false,
                     "test_digit"))
        panel_request(panel, REQUEST_PAD_NEXT, 0);
    if (panel_button(panel, "as_encoded", (Rect){place.x + first + gap, y, place.w - gap - first, height}, "As encoded",
                     NULL, false, "as_encoded"))
        requests_add(panel->requests, (Request){.kind = REQUEST_AS_ENCODED, .side = -1, .value = -1});
}

// ---- the table ----------------------------------------------------------------------------------------------------

enum { TABLE_LINES = 4 };

typedef struct Line {
    const char *label, *brief;
    char values[SIDE_COUNT][24];
} Line;

static void fill_side(const CodeSide *s, int side, Line lines[TABLE_LINES])
{
    int above = 0, never = 0;
    for (int i = 0; i < s->units; i++) {
        above += s->values[i] > 0.0f;
        never += s->facts.images > 0 && s->facts.most[i] <= 0.0f;
    }
    (void)snprintf(lines[0].values[side], 24, "%d", above);
    if (s->facts.images == 0)
        return;
    (void)snprintf(lines[1].values[side], 24, "%d", never);
    (void)snprintf(lines[2].values[side], 24, "%d", s->facts.dead_count);
    panel_format_figure(s->facts.mean_all, lines[3].values[side]);
}

// Where numbers can be below 0, as those that are drawn, one that never is above it may say much.
static bool can_be_below_0(Panel *panel)
{
    for (int side = 0; side < SIDE_COUNT; side++) {
        const CodeFacts *facts = &code_side(panel, side)->facts;
        for (int i = 0; code_is_shown(panel, side) && facts->images > 0 && i < facts->units; i++)
            if (facts->least[i] < 0.0f)
                return true;
    }
    return false;
}

void code_draw_table(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect rect = panel->layout->code.table;
    if (rect.w <= 0)
        return;
    panel_card(panel, rect);
    Line lines[TABLE_LINES] = {{.label = "Numbers above 0 for your digit", .brief = "Above 0 here"},
                               {.brief = "Never above 0"},
                               {.label = "Dead: the same for every digit", .brief = "Dead"},
                               {.label = "Mean of the code, all test digits", .brief = "Mean of the code"}};
    lines[1].label = can_be_below_0(panel) ? "Never above 0" : "Never above 0 (unused)";
    for (int side = 0; side < SIDE_COUNT; side++)
        fill_side(code_side(panel, side), side, lines);
    const float pad = ui_px(ui, 12), column = ui_px(ui, 70), room = rect.h - ui_px(ui, 8);
    const float line = floorf(fminf(ui_px(ui, 28), room / (TABLE_LINES + 2)));
    Rect row = {rect.x + pad, rect.y + ui_px(ui, 4), rect.w - 2 * pad, line};
    ui_text(ui, row, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, "The code");
    for (int side = 0; side < SIDE_COUNT; side++)
        if (code_is_shown(panel, side))
            ui_text(ui, (Rect){row.x + row.w - (float)(SIDE_COUNT - side) * column, row.y, column, line}, FONT_UI_BOLD,
                    TEXT_NORMAL, panel_side_color(ui, side), ALIGN_RIGHT, side == SIDE_A ? "A" : "B");
    for (int i = 0; i < TABLE_LINES; i++) {
        row.y += line;
        draw_box(ui->draw, (Rect){row.x, row.y, row.w, ui_px(ui, 1)}, ui->theme->grid, 0);
        const float width = row.w - 2 * column;
        const char *const forms[] = {lines[i].label, lines[i].brief};
        ui_text(ui, (Rect){row.x, row.y, width, line}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
                ui_choose(ui, FONT_UI, TEXT_SMALL, width, forms, 2));
        for (int side = 0; side < SIDE_COUNT; side++)
            if (code_is_shown(panel, side))
                ui_text(ui, (Rect){row.x + row.w - (float)(SIDE_COUNT - side) * column, row.y, column, line},
                        FONT_FIGURES, TEXT_NORMAL,
                        i == 0 || code_side(panel, side)->are_current ? panel_side_color(ui, side) : ui->theme->faint,
                        ALIGN_RIGHT, lines[i].values[side]);
    }
    row.y += line;
    draw_box(ui->draw, (Rect){row.x, row.y, row.w, ui_px(ui, 1)}, ui->theme->grid, 0);
    const char *const keys[] = {"Coloured line: mean of all test digits. Red foot: dead.",
                                "Coloured line: mean. Red foot: dead.", ""};
    ui_text(ui, row, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
            ui_choose(ui, FONT_UI, TEXT_SMALL, row.w, keys, 3));
}

void panel_code(Panel *panel)
{
    const StageRow *rows = panel->layout->stage.rows;
    panel_draw_target_caption(panel, rows[SIDE_A].captions[0]);
    panel_draw_pad(panel, rows[SIDE_A].pictures[0]);
    draw_tools(panel);
    draw_output(panel);
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!code_is_shown(panel, side))
            continue;
        code_draw_bars(panel, side);
        draw_decoded(panel, side);
        code_draw_images(panel, side);
    }
    code_draw_strip(panel);
    code_draw_table(panel);
}
