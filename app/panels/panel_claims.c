// The claims: what people say, a verdict that follows from measured figures, and the figures.
#include <math.h>
#include <stdio.h>

#include "panels/panel.h"
#include "state/claim_table.h"

static Color verdict_color(const Theme *theme, Verdict verdict)
{
    const Color colors[VERDICT_COUNT] = {[VERDICT_OPEN] = theme->soft,
                                         [VERDICT_TRUE] = theme->right,
                                         [VERDICT_PARTLY] = theme->partly,
                                         [VERDICT_FALSE] = theme->wrong};
    return colors[verdict];
}

// All cards alike: what one has room for depends on the window alone.
static bool is_small(const Panel *panel) { return panel->layout->area.h < 600 * panel->ui->scale; }

static void draw_words(Panel *panel, Rect rect, int claim)
{
    Ui *ui = panel->ui;
    const ClaimResult *result = &panel->frame->claims.results[claim];
    const char *verdict = claim_verdict_name(result->verdict);
    char title[96];
    (void)snprintf(title, sizeof title, "\u201c%s\u201d", claim_get(claim)->claim);
    const bool small = is_small(panel);
    const float line = ui_px(ui, small ? 17 : 20), pad = ui_px(ui, small ? 6 : 8);
    const float size = small ? TEXT_SMALL - 1 : TEXT_NORMAL;
    const float badge = ui_text_width(ui, FONT_UI_BOLD, TEXT_SMALL, verdict) + 2 * pad;
    const Rect box = {rect.x + rect.w - badge, rect.y, badge, line - ui_px(ui, 2)};
    draw_box(ui->draw, box, verdict_color(ui->theme, result->verdict), box.h / 2);
    ui_text(ui, box, FONT_UI_BOLD, TEXT_SMALL, ui->theme->inverse, ALIGN_CENTER, verdict);
    ui_text(ui, (Rect){rect.x, rect.y, rect.w - badge - pad, line}, FONT_UI_BOLD, small ? TEXT_SMALL : TEXT_NORMAL,
            ui->theme->text, ALIGN_LEFT, title);
    (void)ui_paragraph(ui, (Rect){rect.x, rect.y + line + ui_px(ui, 2), rect.w, rect.h - line - ui_px(ui, 2)}, FONT_UI,
                       size, ui->theme->text, result->sentence);
}

static void draw_table(Panel *panel, Rect rect, const ClaimTable *table)
{
    Ui *ui = panel->ui;
    const float line = floorf(fminf(ui_px(ui, 18), rect.h / (float)(table->row_count + 1)));
    const float size = line < ui_px(ui, 13) ? 9.5f : line < ui_px(ui, 15) ? 10 : TEXT_SMALL;
    const float names = floorf(rect.w * 0.27f), column = floorf((rect.w - names) / (float)table->column_count);
    for (int i = 0; i < table->column_count; i++) {
        const Rect cell = {rect.x + names + (float)i * column, rect.y, column, line};
        const Color color = i < SIDE_COUNT ? panel_side_color(ui, i) : ui->theme->soft;
        ui_text(ui, cell, i < SIDE_COUNT ? FONT_UI_BOLD : FONT_UI, size, color, ALIGN_RIGHT, table->columns[i]);
    }
    for (int row = 0; row < table->row_count; row++) {
        const float y = rect.y + (float)(row + 1) * line;
        draw_box(ui->draw, (Rect){rect.x, y, rect.w, ui_px(ui, 1)}, ui->theme->grid, 0);
        ui_text(ui, (Rect){rect.x, y, names, line}, FONT_UI, size, ui->theme->soft, ALIGN_LEFT, table->rows[row].label);
        for (int i = 0; i < table->column_count; i++) {
            char text[24] = "";
            for (int fewer = 0; fewer == 0 || (fewer < 6 && ui_text_width(ui, FONT_FIGURES, size, text) > column);
                 fewer++)
                claim_format(table->rows[row].unit, table->rows[row].values[i], fewer, text);
            ui_text(ui, (Rect){rect.x + names + (float)i * column, y, column, line}, FONT_FIGURES, size,
                    ui->theme->text, ALIGN_RIGHT, text);
        }
    }
}

void panel_claims(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    for (int claim = 0; claim < CLAIM_COUNT; claim++) {
        const Rect card = panel->layout->claims[claim];
        const float pad = ui_px(ui, is_small(panel) ? 6 : 10);
        char id[24], rule[512];
        panel_card(panel, card);
        const float words = floorf(card.w * (card.w > ui_px(ui, 800) ? 0.40f : 0.44f));
        draw_words(panel, (Rect){card.x + pad, card.y + pad, words - 2 * pad, card.h - 2 * pad}, claim);
        const ClaimTable table = claim_table(claim, frame);
        draw_table(panel, (Rect){card.x + words + pad, card.y + pad, card.w - words - 2 * pad, card.h - 2 * pad},
                   &table);
        (void)snprintf(id, sizeof id, "claim.%s", claim_get(claim)->key);
        const WidgetState state = ui_widget(ui, id, card, claim_get(claim)->claim);
        const ClaimResult *result = &frame->claims.results[claim];
        const bool is_open = result->verdict == VERDICT_OPEN; // the sentence is on the card: here in full
        (void)snprintf(rule, sizeof rule, "Rule: %s", claim_get(claim)->rule);
        ui_set_hint(ui, state, is_open ? claim_get(claim)->claim : result->sentence, rule);
        ui_focus_ring(ui, state, card);
    }
}
