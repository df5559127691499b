// The glossary: an overlay with every term of words.h and what it means. The term that it is open at is marked and
// stands at the top, as far as the list's end allows.
#include <math.h>
#include <stdio.h>

#include "panels/panel.h"
#include "state/words.h"

static void go_to(Panel *panel, int term)
{
    const int last = words_term_count() - 1;
    panel_request(panel, REQUEST_GLOSSARY, term < 0 ? 0 : term > last ? last : term);
}

// Before all other panels: what these keys do elsewhere waits until it is closed.
void panel_glossary_keys(Panel *panel)
{
    Ui *ui = panel->ui;
    const int at = panel->frame->glossary;
    if (ui_take_key(ui, 'e', false))
        panel_request(panel, REQUEST_POPUP, POPUP_GLOSSARY);
    if (panel->frame->popup != POPUP_GLOSSARY)
        return;
    enum { PAGE = 6, WHEEL = 2 };
    const struct {
        int key, to;
    } moves[] = {{KEY_UP, at - 1},           {KEY_DOWN, at + 1}, {KEY_PAGE_UP, at - PAGE},
                 {KEY_PAGE_DOWN, at + PAGE}, {KEY_HOME, 0},      {KEY_END, words_term_count() - 1}};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (ui_take_key(ui, moves[i].key, false))
            go_to(panel, moves[i].to);
    if (ui->input.wheel != 0.0f)
        go_to(panel, at + (ui->input.wheel > 0.0f ? -WHEEL : WHEEL));
    ui->input.wheel = 0;
}

// The term, in the first column with its term of art below, and its meaning. Returns the height; a colour of 0 only
// measures.
static float draw_term(Panel *panel, Rect rect, const Words *words, Color color)
{
    Ui *ui = panel->ui;
    char meaning[768];
    (void)snprintf(meaning, sizeof meaning, "%s %s", words->text ? words->text : words->what,
                   words->text ? "" : words->look);
    const float names = floorf(rect.w * 0.3f), gap = ui_px(ui, 12), pad = ui_px(ui, 4);
    Rect name = {rect.x + gap, rect.y + pad, names - gap, rect.h};
    const Rect text = {rect.x + names + gap, rect.y + pad, rect.w - names - 2 * gap, rect.h};
    float height = ui_paragraph(ui, name, FONT_UI_BOLD, TEXT_NORMAL, color, words->label);
    name.y += height;
    if (words->term)
        height += ui_paragraph(ui, name, FONT_FIGURES, TEXT_SMALL, color ? ui->theme->soft : 0, words->term);
    return fmaxf(height, ui_paragraph(ui, text, FONT_UI, TEXT_NORMAL, color, meaning)) + 2 * pad;
}

static float measure_term(Panel *panel, Rect list, int term)
{
    return draw_term(panel, (Rect){list.x, 0, list.w, list.h}, words_get(term), 0);
}

// The first that is shown: that one which is asked for, or an earlier one where the list would end before its place.
static int find_first(Panel *panel, Rect list)
{
    int first = words_term_count();
    float room = list.h;
    while (first > 0) {
        room -= measure_term(panel, list, first - 1);
        if (room < 0)
            break;
        first--;
    }
    return panel->frame->glossary < first ? panel->frame->glossary : first;
}

static void draw_list(Panel *panel, Rect list)
{
    Ui *ui = panel->ui;
    const float end = list.y + list.h;
    for (int term = find_first(panel, list); term < words_term_count(); term++) {
        const float height = measure_term(panel, list, term);
        if (list.y + height > end + 0.5f)
            return;
        if (term == panel->frame->glossary)
            draw_box(ui->draw, (Rect){list.x, list.y, list.w, height}, ui->theme->raised, ui_px(ui, RADIUS));
        (void)draw_term(panel, (Rect){list.x, list.y, list.w, end - list.y}, words_get(term), ui->theme->text);
        list.y += height;
        draw_box(ui->draw, (Rect){list.x, list.y, list.w, ui_px(ui, 1)}, ui->theme->grid, 0);
    }
}

void panel_glossary(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect window = panel->layout->window;
    const float pad = ui_px(ui, 20), line = ui_px(ui, 26), width = fminf(ui_px(ui, 860), window.w - pad);
    const float height = fminf(ui_px(ui, 760), window.h - pad);
    const Rect box = {roundf((window.w - width) / 2), roundf((window.h - height) / 2), width, height};
    panel_dialog(panel, box);
    const Rect title = {box.x + pad, box.y + pad / 2, box.w - 2 * pad, line};
    const float button = ui_px(ui, 90);
    ui_text(ui, title, FONT_UI_BOLD, TEXT_TITLE, ui->theme->text, ALIGN_LEFT, "Words");
    if (panel_button(panel, "close", (Rect){title.x + title.w - button, title.y, button, line}, "Close", "Esc", false,
                     "close"))
        panel_request(panel, REQUEST_POPUP, POPUP_NONE);
    const float top = title.y + line + pad / 2;
    draw_list(panel, (Rect){title.x, top, title.w, box.y + box.h - pad / 2 - top});
}
