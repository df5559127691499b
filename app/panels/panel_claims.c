// The claims: what people say, on pages of cards: a picture that shows why, the verdict, because of what, what to do
// then, and a button that sets the stage to the very comparison. What takes models that are not on show is measured
// when that is asked for. Figures and rule open over the cards (panel_claim_figures.c).
#include <math.h>
#include <stdio.h>

#include "draw/ui_rich.h"
#include "panels/claim_parts.h"
#include "state/presets.h"
#include "state/saying_cards.h"

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

static int saying_of(const Panel *panel, int card)
{
    return claim_page_get(panel->frame->look.claim_page)->sayings[card];
}

static int count_cards(const Panel *panel) { return claim_page_get(panel->frame->look.claim_page)->count; }

static Rect words_place(const Panel *panel, const Plan *plan, int card)
{
    const ClaimLayout *place = &panel->layout->claims[card];
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

// Of which models the verdict is, in a line. Returns its height.
static float draw_setup(Panel *panel, Rect rect, const Plan *plan, int saying, bool is_drawn)
{
    Ui *ui = panel->ui;
    const float size = fminf(plan->size, TEXT_SMALL), line = roundf(ui_px(ui, size) * 1.4f);
    const SayingSetup setup = saying_setup(panel->frame, saying);
    const char *const forms[] = {setup.forms[0], setup.forms[1], setup.forms[2], ""};
    if (is_drawn)
        ui_text(ui, (Rect){rect.x, rect.y, rect.w, line}, FONT_UI, size, ui->theme->soft, ALIGN_LEFT,
                ui_choose(ui, FONT_UI, size, rect.w, forms, 4));
    return line;
}

// Returns the height that the words need; is_drawn false only measures.
static float draw_words(Panel *panel, const Plan *plan, int card, bool is_drawn)
{
    Ui *ui = panel->ui;
    const int saying = saying_of(panel, card);
    const ClaimResult known = saying_result(panel->frame, saying), *const result = &known;
    Rect rect = words_place(panel, plan, card);
    const float top = rect.y, line = title_height(ui, plan), bottom = rect.y + rect.h;
    if (is_drawn) {
        char title[96];
        (void)snprintf(title, sizeof title, "\u201c%s\u201d", saying_get(saying).claim);
        const float pill = claim_draw_verdict(panel, (Rect){rect.x, rect.y, rect.w, line}, saying) + ui_px(ui, 10);
        const float room = rect.w - pill;
        ui_text(ui, (Rect){rect.x + pill, rect.y, room, line}, FONT_UI_BOLD,
                ui_fit_size(ui, FONT_UI_BOLD, plan->size + 2, room, title), ui->theme->text, ALIGN_LEFT, title);
    }
    rect.y += line + ui_px(ui, plan->has_names ? 2 : 0);
    rect.y += draw_setup(panel, rect, plan, saying, is_drawn) + ui_px(ui, plan->has_names ? 4 : 1);
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
    for (int card = 0; card < count_cards(panel) && is_good; card++)
        is_good = draw_words(panel, plan, card, false) <= panel->layout->claims[card].words.h;
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

static void draw_figures(Panel *panel, Rect rect, int saying)
{
    Ui *ui = panel->ui;
    ClaimFigure figures[CLAIM_FIGURES];
    claim_figures(saying, panel->frame, figures);
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

// "claim.KEY.what": the id of a card's button.
typedef struct CardId {
    char text[48];
} CardId;

static CardId card_id(int saying, const char *what)
{
    CardId id;
    (void)snprintf(id.text, sizeof id.text, "claim.%s.%s", saying_get(saying).key, what);
    return id;
}

void claim_measure_button(Panel *panel, int saying, Rect rect, const char *label)
{
    const SayingProgress progress = saying_progress(panel->frame, saying);
    char text[40];
    (void)snprintf(text, sizeof text, "Stop: %s", progress.text);
    if (panel_button(panel, card_id(saying, "measure").text, rect, progress.is_wanted ? text : label, NULL,
                     progress.is_wanted, "claim.measure"))
        panel_request(panel, REQUEST_MEASURE, saying);
}

static void draw_side(Panel *panel, int card)
{
    Ui *ui = panel->ui;
    const bool small = panel->layout->stage.is_small;
    const int saying = saying_of(panel, card);
    const Rect side = panel->layout->claims[card].side;
    const float height = ui_px(ui, small ? 22 : 28), gap = ui_px(ui, small ? 4 : 8);
    if (panel_button(panel, card_id(saying, "show").text, (Rect){side.x, side.y, side.w, height}, "Show me", NULL,
                     false, "claim.show"))
        panel_request(panel, REQUEST_PRESET, preset_find_claim(saying_get(saying).key));
    const Rect more = {side.x, side.y + height + gap, side.w, height};
    if (panel_button(panel, card_id(saying, "more").text, more, "Figures and rule", NULL, false, "claim.more"))
        panel_request(panel, REQUEST_CLAIM, saying);
    const float top = more.y + height + gap / 2;
    if (saying_trial(saying) && !panel->frame->sayings->outcomes[saying].is_measured)
        claim_measure_button(panel, saying, (Rect){side.x, more.y + height + gap, side.w, height}, "Measure");
    else
        draw_figures(panel, (Rect){side.x, top, side.w, side.y + side.h - top}, saying);
}

// The pages, and which is on show.
static void draw_tabs(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect tabs = panel->layout->claim_tabs;
    const float gap = ui_px(ui, 4);
    float rest = tabs.w - gap * (CLAIM_PAGES - 1), x = tabs.x; // what the labels leave, which they share
    for (int page = 0; page < CLAIM_PAGES; page++)
        rest -= ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, claim_page_get(page)->label);
    for (int page = 0; page < CLAIM_PAGES; page++) {
        char id[24];
        (void)snprintf(id, sizeof id, "claims.page.%d", page);
        const float label = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, claim_page_get(page)->label);
        const Rect place = {roundf(x), tabs.y, floorf(label + rest / CLAIM_PAGES), tabs.h};
        x += label + rest / CLAIM_PAGES + gap;
        if (panel_button(panel, id, place, claim_page_get(page)->label, NULL, panel->frame->look.claim_page == page,
                         "claims.page"))
            panel_look(panel)->claim_page = page;
    }
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
    draw_tabs(panel);
    for (int card = 0; card < count_cards(panel); card++) {
        const ClaimLayout *place = &panel->layout->claims[card];
        panel_card(panel, place->card);
        Rect picture = place->picture;
        picture.w = floorf(picture.w * plan->picture);
        if (picture.w > 0)
            claim_picture(panel, card, picture);
        (void)draw_words(panel, plan, card, true);
        draw_side(panel, card);
    }
}
