// Figures and rule of a claim, over its cards.
#include <math.h>
#include <stdio.h>

#include "panels/claim_parts.h"
#include "state/saying_cards.h"

static void draw_table(Panel *panel, Rect rect, const ClaimTable *table)
{
    Ui *ui = panel->ui;
    const float line = floorf(fminf(ui_px(ui, 22), rect.h / (float)(table->row_count + 1)));
    const float names = floorf(rect.w * 0.27f), column = floorf((rect.w - names) / (float)table->column_count);
    for (int i = 0; i < table->column_count; i++) {
        const Rect cell = {rect.x + names + (float)i * column, rect.y, column, line};
        const bool is_side = i < SIDE_COUNT && !table->has_no_sides;
        const Color color = is_side ? panel_side_color(ui, i) : ui->theme->soft;
        ui_text(ui, cell, is_side ? FONT_UI_BOLD : FONT_UI, TEXT_SMALL, color, ALIGN_RIGHT, table->columns[i]);
    }
    for (int row = 0; row < table->row_count; row++) {
        const float y = rect.y + (float)(row + 1) * line;
        draw_box(ui->draw, (Rect){rect.x, y, rect.w, ui_px(ui, 1)}, ui->theme->grid, 0);
        ui_text(ui, (Rect){rect.x, y, names, line}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
                table->rows[row].label);
        for (int i = 0; i < table->column_count; i++) {
            char text[24] = "";
            for (int fewer = 0; fewer == 0 || (fewer < 6 && ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) > column);
                 fewer++)
                claim_format(table->rows[row].unit, table->rows[row].values[i], fewer, text);
            ui_text(ui, (Rect){rect.x + names + (float)i * column, y, column, line}, FONT_FIGURES, TEXT_SMALL,
                    ui->theme->text, ALIGN_RIGHT, text);
        }
    }
}

// What several seeds say: of a claim, whose verdict on its card is that of one; measured when that is asked for. A
// trial is measured from its card.
static void draw_seeds(Panel *panel, Rect line, int saying)
{
    Ui *ui = panel->ui;
    const SayingOutcome *outcome = &panel->frame->sayings->outcomes[saying];
    char said[160];
    saying_say_seeds(outcome, saying, said);
    if (*said) {
        ui_text(ui, line, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, said);
        return;
    }
    static const char *const forms[] = {"These figures are of one random start. Does another one change the verdict?",
                                        "Does another random start change the verdict?", ""};
    const float width = ui_px(ui, 170), gap = ui_px(ui, 12);
    claim_measure_button(panel, saying, (Rect){line.x, line.y, width, line.h}, "With 3 random starts");
    const Rect rest = {line.x + width + gap, line.y, line.w - width - gap, line.h};
    ui_text(ui, rest, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_LEFT,
            ui_choose(ui, FONT_UI, TEXT_NORMAL, rest.w, forms, 3));
}

// The verdict, what is claimed, and the way out.
static void draw_title(Panel *panel, Rect line, int saying)
{
    Ui *ui = panel->ui;
    const float gap = ui_px(ui, 10), button = ui_px(ui, 90);
    const float pill = claim_draw_verdict(panel, line, saying);
    char name[96];
    (void)snprintf(name, sizeof name, "\u201c%s\u201d", saying_get(saying).claim);
    const Rect heading = {line.x + pill + gap, line.y, line.w - pill - button - 2 * gap, line.h};
    ui_text(ui, heading, FONT_UI_BOLD, ui_fit_size(ui, FONT_UI_BOLD, TEXT_SAY, heading.w, name), ui->theme->text,
            ALIGN_LEFT, name);
    if (panel_button(panel, "close", (Rect){line.x + line.w - button, line.y, button, line.h}, "Close", "Esc", false,
                     "close"))
        panel_request(panel, REQUEST_POPUP, POPUP_NONE);
}

void panel_claim_figures(Panel *panel)
{
    Ui *ui = panel->ui;
    const int saying = panel->frame->claim;
    const ClaimTable table = claim_table(saying, panel->frame);
    const Rect window = panel->layout->window;
    const float pad = ui_px(ui, 20), title = ui_px(ui, 26), width = fminf(ui_px(ui, 820), window.w - 2 * pad),
                inner = width - 2 * pad, gap = ui_px(ui, 10), seeds = saying_trial(saying) ? 0 : title + gap;
    char rule[512];
    (void)snprintf(rule, sizeof rule, "Rule: %s", saying_get(saying).rule);
    const float words = ui_paragraph(ui, (Rect){0, 0, inner, 10000}, FONT_UI, TEXT_NORMAL, 0, rule);
    const float rows = ui_px(ui, 22) * (float)(table.row_count + 1);
    const float height = fminf(2 * pad + title + words + rows + seeds + 2 * gap, window.h - 2 * pad);
    const Rect box = {roundf((window.w - width) / 2), roundf((window.h - height) / 2), width, height};
    panel_dialog(panel, box);
    draw_title(panel, (Rect){box.x + pad, box.y + pad, inner, title}, saying);
    Rect rest = {box.x + pad, box.y + pad + title + gap, inner, words};
    (void)ui_paragraph(ui, rest, FONT_UI, TEXT_NORMAL, ui->theme->text, rule);
    rest.y += words + gap;
    const float end = box.y + box.h - pad - seeds;
    draw_table(panel, (Rect){rest.x, rest.y, inner, end - rest.y}, &table);
    if (seeds > 0)
        draw_seeds(panel, (Rect){rest.x, end + gap, inner, title}, saying);
}
