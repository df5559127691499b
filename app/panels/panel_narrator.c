// The narrator's sentence, and a button for what it proposes.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/theme.h"
#include "draw/ui_rich.h"
#include "panels/panel.h"

static bool is_whole(Ui *ui, Rect rect, float size, const char *markup)
{
    return ui_rich(ui, (Rect){0, 0, rect.w, INFINITY}, size, 0, markup) <= rect.h;
}

// The largest size at which the sentence is whole in rect; the least where it never is.
static float fit_size(Ui *ui, Rect rect, const char *markup)
{
    float size = TEXT_SAY;
    while (size > TEXT_NORMAL && !is_whole(ui, rect, size, markup))
        size -= 1;
    return size;
}

// Where what is said goes on behind its last but one full stop; NULL: it has one sentence.
static char *find_last_sentence(char *markup)
{
    char *last = NULL;
    for (char *at = strchr(markup, '.'); at; at = strchr(at + 1, '.')) {
        char *end = at[1] == '*' ? at + 2 : at + 1;
        if (*end == ' ')
            last = end;
    }
    return last;
}

// What does not fit even in small letters goes sentence by sentence: none ends in the middle.
static void drop_sentences(Ui *ui, Rect rect, char *markup)
{
    for (char *last; !is_whole(ui, rect, TEXT_NORMAL, markup) && (last = find_last_sentence(markup));)
        *last = 0;
}

// The place of the button: behind the sentence, or at the right where the sentence goes on below it.
static Rect place_button(Ui *ui, Rect rect, float sentence, float text_height, const SentenceAction *action)
{
    const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, action->label) + ui_px(ui, 20);
    const float height = fminf(ui_px(ui, BUTTON_HEIGHT), rect.h), gap = ui_px(ui, 12);
    const float behind = rect.x + sentence + gap, right = rect.x + rect.w - width;
    return (Rect){fminf(behind, right), rect.y + roundf((fminf(text_height, rect.h) - height) / 2), width, height};
}

void panel_narrator(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect rect = panel->layout->narrator;
    const Sentence *sentence = &panel->frame->sentence;
    if (rect.w <= 0 || !*sentence->text || panel_hides(panel, HIDE_NARRATOR) ||
        panel->frame->look.lesson >= 0) // whose card is in its place
        return;
    Rect text = rect;
    const SentenceAction *action = &sentence->action;
    const float button = *action->label && !panel_hides(panel, HIDE_MODELS)
                             ? place_button(ui, rect, 0, rect.h, action).w + ui_px(ui, 12)
                             : 0;
    text.w -= fminf(button, rect.w / 2);
    char markup[SENTENCE_SIZE];
    (void)snprintf(markup, sizeof markup, "%s", sentence->text);
    drop_sentences(ui, text, markup);
    const float size = fit_size(ui, text, markup);
    const float height = fminf(ui_rich(ui, text, size, 0, markup), rect.h);
    text.y += roundf((rect.h - height) / 2);
    text.h = height;
    (void)ui_rich(ui, text, size, ui->theme->text, markup);
    if (button <= 0)
        return;
    const Rect place = place_button(ui, rect, fminf(ui_rich_width(ui, size, markup), text.w), rect.h, action);
    if (panel_button(panel, "narrate", place, action->label, NULL, false, "narrate"))
        requests_add(panel->requests, (Request){.kind = REQUEST_SPEC, .side = action->side, .spec = action->spec});
}
