// The claims: what people say, each on a card with a picture that shows why, the verdict, because of what, what to do
// then, and a button that sets the stage to the very comparison. Figures and rule open over the cards.
#include <math.h>
#include <stdio.h>

#include "draw/ui_rich.h"
#include "panels/claim_pictures.h"
#include "state/claim_table.h"
#include "state/presets.h"

// ---- verdicts -----------------------------------------------------------------------------------------------------

static Color verdict_color(const Theme *theme, Verdict verdict)
{
    const Color colors[VERDICT_COUNT] = {[VERDICT_OPEN] = theme->soft,
                                         [VERDICT_TRUE] = theme->right,
                                         [VERDICT_PARTLY] = theme->partly,
                                         [VERDICT_FALSE] = theme->wrong,
                                         [VERDICT_CHANCE] = theme->soft};
    return colors[verdict];
}

// A tick, a half disc, a cross; an open verdict has a ring.
static void draw_sign(Ui *ui, Rect box, Verdict verdict, Color color)
{
    const float line = fmaxf(1.5f, box.h * 0.16f), x = box.x, y = box.y, w = box.w, h = box.h;
    const Point tick[] = {
        {x + 0.08f * w, y + 0.55f * h}, {x + 0.4f * w, y + 0.86f * h}, {x + 0.95f * w, y + 0.16f * h}};
    const Point down[] = {{x + 0.14f * w, y + 0.14f * h}, {x + 0.86f * w, y + 0.86f * h}},
                up[] = {{x + 0.14f * w, y + 0.86f * h}, {x + 0.86f * w, y + 0.14f * h}};
    if (verdict == VERDICT_TRUE)
        draw_line(ui->draw, tick, 3, line, color);
    if (verdict == VERDICT_FALSE) {
        draw_line(ui->draw, down, 2, line, color);
        draw_line(ui->draw, up, 2, line, color);
    }
    if (verdict == VERDICT_OPEN || verdict == VERDICT_PARTLY)
        draw_frame(ui->draw, box, color, h / 2, line);
    if (verdict == VERDICT_PARTLY) {
        draw_clip_push(ui->draw, (Rect){x, y, w / 2, h});
        draw_box(ui->draw, box, color, h / 2);
        draw_clip_pop(ui->draw);
    }
}

// At the left of rect. Returns its width.
static float draw_verdict(Panel *panel, Rect rect, Verdict verdict)
{
    Ui *ui = panel->ui;
    const Color color = verdict_color(ui->theme, verdict);
    const char *word = claim_verdict_name(verdict);
    const float pad = ui_px(ui, 9), gap = ui_px(ui, 5), sign = roundf(rect.h * 0.48f),
                text = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, word), width = 2 * pad + sign + gap + text;
    draw_frame(ui->draw, (Rect){rect.x, rect.y, width, rect.h}, color, rect.h / 2, ui_px(ui, 1.5f));
    draw_sign(ui, (Rect){rect.x + pad, rect.y + roundf((rect.h - sign) / 2), sign, sign}, verdict, color);
    ui_text(ui, (Rect){rect.x + pad + sign + gap, rect.y, text + 1, rect.h}, FONT_UI_BOLD, TEXT_NORMAL, color,
            ALIGN_LEFT, word);
    return width;
}

// ---- words --------------------------------------------------------------------------------------------------------

// How the cards share their room; all cards alike.
typedef struct Plan {
    float picture;  // the share of its room that the picture has
    float size;     // of the sentences
    bool has_names; // "because" and "so" in a column of their own
} Plan;

// From the best on: the pictures give way before the sentences.
static const Plan plans[] = {{1, 20, true},     {1, 18, true},  {1, 16, true},     {1, 15, true},     {1, 14, true},
                             {1, 13, true},     {1, 13, false}, {0.8f, 13, false}, {0.8f, 12, false}, {0.6f, 12, false},
                             {0.4f, 12, false}, {0, 12, false}, {0, 11, false},    {0, 10, false},    {0, 9, false}};
enum { PLANS = sizeof plans / sizeof *plans };

static float title_height(const Ui *ui, const Plan *plan) { return ui_px(ui, roundf(plan->size * 1.6f)); }

static float names_width(Ui *ui, const Plan *plan)
{
    return plan->has_names ? ui_text_width(ui, FONT_UI, TEXT_NORMAL, "because") + ui_px(ui, 14) : 0;
}

static Rect words_place(const Panel *panel, const Plan *plan, int claim)
{
    const ClaimLayout *place = &panel->layout->claims[claim];
    Rect words = place->words;
    const float given = floorf((1.0f - plan->picture) * place->picture.w);
    words.x -= given + (plan->picture > 0 ? 0 : words.x - place->picture.x - place->picture.w);
    words.w = place->words.x + place->words.w - words.x;
    return words;
}

// A name in its column, and the text beside it. Returns the height; a colour of 0 only measures.
static float draw_part(Panel *panel, Rect rect, const Plan *plan, const char *name, FontFace face, Color color,
                       const char *text)
{
    Ui *ui = panel->ui;
    const float names = names_width(ui, plan);
    char whole[480];
    const bool is_advice = face == FONT_UI_BOLD && !plan->has_names;
    (void)snprintf(whole, sizeof whole, "%s%s", is_advice ? "So " : "", text);
    if (color && plan->has_names)
        ui_text(ui, (Rect){rect.x, rect.y, names, roundf(ui_px(ui, plan->size) * 1.4f)}, FONT_UI, TEXT_NORMAL,
                ui->theme->soft, ALIGN_LEFT, name);
    return ui_paragraph(ui, (Rect){rect.x + names, rect.y, rect.w - names, rect.h}, face, plan->size, color, whole);
}

// Returns the height that the words need; is_drawn false only measures.
static float draw_words(Panel *panel, const Plan *plan, int claim, bool is_drawn)
{
    Ui *ui = panel->ui;
    const ClaimResult *result = &panel->frame->claims.results[claim];
    Rect rect = words_place(panel, plan, claim);
    const float top = rect.y, line = title_height(ui, plan), bottom = rect.y + rect.h;
    if (is_drawn) {
        char title[96];
        (void)snprintf(title, sizeof title, "\u201c%s\u201d", claim_get(claim)->claim);
        const float pill = draw_verdict(panel, (Rect){rect.x, rect.y, rect.w, line}, result->verdict) + ui_px(ui, 10);
        const float room = rect.w - pill;
        ui_text(ui, (Rect){rect.x + pill, rect.y, room, line}, FONT_UI_BOLD,
                ui_fit_size(ui, FONT_UI_BOLD, plan->size + 2, room, title), ui->theme->text, ALIGN_LEFT, title);
    }
    rect.y += line + ui_px(ui, plan->has_names ? 6 : 2);
    rect.h = is_drawn ? bottom - rect.y : 10000;
    rect.y += draw_part(panel, rect, plan, result->verdict == VERDICT_OPEN ? "so far" : "because", FONT_UI,
                        is_drawn ? ui->theme->text : 0, result->sentence);
    if (*result->so) {
        rect.y += ui_px(ui, plan->has_names ? 6 : 1);
        rect.h = is_drawn ? bottom - rect.y : 10000;
        rect.y += draw_part(panel, rect, plan, "so", FONT_UI_BOLD, is_drawn ? ui->theme->text : 0, result->so);
    }
    return rect.y - top;
}

static bool fits(Panel *panel, const Plan *plan)
{
    bool is_good = true;
    for (int claim = 0; claim < CLAIM_COUNT && is_good; claim++)
        is_good = draw_words(panel, plan, claim, false) <= panel->layout->claims[claim].words.h;
    return is_good;
}

static const Plan *choose_plan(Panel *panel)
{
    int plan = 0;
    while (plan < PLANS - 1 && !fits(panel, &plans[plan]))
        plan++;
    return &plans[plan];
}

// ---- the cards ----------------------------------------------------------------------------------------------------

// Whether the figures' names in this form fit beside them.
static bool have_room(Ui *ui, const ClaimFigure figures[CLAIM_FIGURES], int form, float width)
{
    bool have = true;
    for (int i = 0; i < CLAIM_FIGURES; i++)
        have &= ui_text_width(ui, FONT_UI, TEXT_SMALL, form == 0 ? figures[i].label : figures[i].brief) +
                    ui_px(ui, 12) + ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, figures[i].text) <=
                width;
    return have;
}

static void draw_figures(Panel *panel, Rect rect, int claim)
{
    Ui *ui = panel->ui;
    ClaimFigure figures[CLAIM_FIGURES];
    claim_figures(claim, panel->frame, figures);
    const float line = fminf(ui_px(ui, 18), floorf(rect.h / CLAIM_FIGURES));
    if (line < ui_px(ui, TEXT_SMALL))
        return;
    int form = 0; // of the names: the same in both rows
    while (form < 2 && !have_room(ui, figures, form, rect.w))
        form++;
    for (int i = 0; i < CLAIM_FIGURES; i++) {
        const Rect row = {rect.x, rect.y + (float)i * line, rect.w, line};
        const char *const names[] = {figures[i].label, figures[i].brief, ""};
        ui_text(ui, row, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, names[form]);
        ui_text(ui, row, FONT_FIGURES, TEXT_SMALL, ui->theme->text, ALIGN_RIGHT, figures[i].text);
    }
}

static void draw_side(Panel *panel, int claim)
{
    Ui *ui = panel->ui;
    const bool small = panel->layout->stage.is_small;
    const Rect side = panel->layout->claims[claim].side;
    const float height = ui_px(ui, small ? 22 : 28), gap = ui_px(ui, small ? 4 : 8);
    char id[24];
    (void)snprintf(id, sizeof id, "claim.%s.show", claim_get(claim)->key);
    if (panel_button(panel, id, (Rect){side.x, side.y, side.w, height}, "Show me", NULL, false, "claim.show"))
        panel_request(panel, REQUEST_PRESET, preset_find_claim(claim_get(claim)->key));
    (void)snprintf(id, sizeof id, "claim.%s.more", claim_get(claim)->key);
    const Rect more = {side.x, side.y + height + gap, side.w, height};
    if (panel_button(panel, id, more, "Figures and rule", NULL, false, "claim.more"))
        panel_request(panel, REQUEST_CLAIM, claim);
    const float top = more.y + height + gap / 2;
    draw_figures(panel, (Rect){side.x, top, side.w, side.y + side.h - top}, claim);
}

// In the narrator's place, who is silent here.
static void draw_heading(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect rect = panel->layout->narrator;
    if (frame->look.lesson >= 0)
        return;
    char count[16], forms[3][440];
    panel_format_count(frame->test_count, count);
    static const char start[] = "*What people say, and what was measured.*";
    (void)snprintf(forms[0], sizeof forms[0], "%s On all %s test digits of %s. \u201cShow me\u201d sets the stage.",
                   start, count, frame->dataset_title);
    (void)snprintf(forms[1], sizeof forms[1], "%s On all %s test digits. \u201cShow me\u201d sets the stage.", start,
                   count);
    (void)snprintf(forms[2], sizeof forms[2], "%s", start);
    const float size = panel->layout->stage.is_small ? TEXT_FIGURE : TEXT_SAY;
    int form = 0;
    while (form < 2 && ui_rich_width(ui, size, forms[form]) > rect.w)
        form++;
    const float height = fminf(rect.h, roundf(ui_px(ui, size) * 1.4f));
    (void)ui_rich(ui, (Rect){rect.x, rect.y + floorf((rect.h - height) / 2), rect.w, height}, size, ui->theme->text,
                  forms[form]);
}

void panel_claims(Panel *panel)
{
    const Plan *plan = choose_plan(panel);
    draw_heading(panel);
    for (int claim = 0; claim < CLAIM_COUNT; claim++) {
        const ClaimLayout *place = &panel->layout->claims[claim];
        panel_card(panel, place->card);
        Rect picture = place->picture;
        picture.w = floorf(picture.w * plan->picture);
        if (picture.w > 0)
            claim_picture(panel, claim, picture);
        (void)draw_words(panel, plan, claim, true);
        draw_side(panel, claim);
    }
}

// ---- figures and rule ---------------------------------------------------------------------------------------------

static void draw_table(Panel *panel, Rect rect, const ClaimTable *table)
{
    Ui *ui = panel->ui;
    const float line = floorf(fminf(ui_px(ui, 22), rect.h / (float)(table->row_count + 1)));
    const float names = floorf(rect.w * 0.27f), column = floorf((rect.w - names) / (float)table->column_count);
    for (int i = 0; i < table->column_count; i++) {
        const Rect cell = {rect.x + names + (float)i * column, rect.y, column, line};
        const Color color = i < SIDE_COUNT ? panel_side_color(ui, i) : ui->theme->soft;
        ui_text(ui, cell, i < SIDE_COUNT ? FONT_UI_BOLD : FONT_UI, TEXT_SMALL, color, ALIGN_RIGHT, table->columns[i]);
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

void panel_claim_figures(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const int claim = frame->claim;
    const ClaimTable table = claim_table(claim, frame);
    const Rect window = panel->layout->window;
    const float pad = ui_px(ui, 20), title = ui_px(ui, 26), width = fminf(ui_px(ui, 820), window.w - 2 * pad),
                inner = width - 2 * pad, gap = ui_px(ui, 10);
    char rule[512];
    (void)snprintf(rule, sizeof rule, "Rule: %s", claim_get(claim)->rule);
    const float words = ui_paragraph(ui, (Rect){0, 0, inner, 10000}, FONT_UI, TEXT_NORMAL, 0, rule);
    const float rows = ui_px(ui, 22) * (float)(table.row_count + 1);
    const float height = fminf(2 * pad + title + words + rows + 2 * gap, window.h - 2 * pad);
    const Rect box = {roundf((window.w - width) / 2), roundf((window.h - height) / 2), width, height};
    draw_box(ui->draw, window, ui->theme->shade, 0);
    panel_popup(panel, box);
    Rect rest = {box.x + pad, box.y + pad, inner, title};
    const float pill = draw_verdict(panel, rest, frame->claims.results[claim].verdict), button = ui_px(ui, 90);
    char name[96];
    (void)snprintf(name, sizeof name, "\u201c%s\u201d", claim_get(claim)->claim);
    const Rect heading = {rest.x + pill + gap, rest.y, inner - pill - button - 2 * gap, title};
    ui_text(ui, heading, FONT_UI_BOLD, ui_fit_size(ui, FONT_UI_BOLD, TEXT_SAY, heading.w, name), ui->theme->text,
            ALIGN_LEFT, name);
    if (panel_button(panel, "close", (Rect){rest.x + inner - button, rest.y, button, title}, "Close", "Esc", false,
                     "close"))
        panel_request(panel, REQUEST_POPUP, POPUP_NONE);
    rest.y += title + gap;
    rest.h = words;
    (void)ui_paragraph(ui, rest, FONT_UI, TEXT_NORMAL, ui->theme->text, rule);
    rest.y += words + gap;
    draw_table(panel, (Rect){rest.x, rest.y, inner, box.y + box.h - pad - rest.y}, &table);
}
