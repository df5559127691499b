// The narrator's sentence, and a button for what it proposes.
#include <math.h>

#include "draw/theme.h"
#include "draw/ui_rich.h"
#include "panels/panel.h"

// The largest size at which the sentence is whole in rect; the least where it never is.
static float fit_size(Ui *ui, Rect rect, const char *markup)
{
    float size = TEXT_SAY;
    while (size > TEXT_NORMAL && ui_rich(ui, (Rect){0, 0, rect.w, INFINITY}, size, 0, markup) > rect.h)
        size -= 1;
    return size;
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
    if (rect.w <= 0 || !*sentence->text || panel->frame->look.lesson >= 0) // whose card is in its place
        return;
    Rect text = rect;
    const SentenceAction *action = &sentence->action;
    const float button = *action->label ? place_button(ui, rect, 0, rect.h, action).w + ui_px(ui, 12) : 0;
    text.w -= fminf(button, rect.w / 2);
    const float size = fit_size(ui, text, sentence->text);
    const float height = fminf(ui_rich(ui, text, size, 0, sentence->text), rect.h);
    text.y += roundf((rect.h - height) / 2);
    text.h = height;
    (void)ui_rich(ui, text, size, ui->theme->text, sentence->text);
    if (button <= 0)
        return;
    const Rect place = place_button(ui, rect, fminf(ui_rich_width(ui, size, sentence->text), text.w), rect.h, action);
    if (panel_button(panel, "narrate", place, action->label, NULL, false, "narrate"))
        requests_add(panel->requests, (Request){.kind = REQUEST_SPEC, .side = action->side, .spec = action->spec});
}
