// The rules, and the sentences on what breaks them.
#include "text_rules.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FAULT(...)                                                                                                     \
    do {                                                                                                               \
        char sentence[640];                                                                                            \
        (void)snprintf(sentence, sizeof sentence, __VA_ARGS__);                                                        \
        note_fault(rules, sentence);                                                                                   \
    } while (0)

static void note_fault(TextRules *rules, const char *sentence)
{
    enum { SHOWN = 4000 };
    const Stage *stage = rules->stage;
    if (rules->fault_count++ < SHOWN)
        (void)fprintf(stderr, "%gx%g scale %.2f, %s, %s: %s\n", (double)stage->width, (double)stage->height,
                      (double)stage->scale, scene_get(stage->app->look.scene)->key, rules->state, sentence);
}

static Rect intersect(Rect a, Rect b)
{
    const float x = fmaxf(a.x, b.x), y = fmaxf(a.y, b.y);
    return (Rect){x, y, fminf(a.x + a.w, b.x + b.w) - x, fminf(a.y + a.h, b.y + b.h) - y};
}

static bool overlap(Rect a, Rect b) { return intersect(a, b).w > 1 && intersect(a, b).h > 1; }

static bool contains(Rect outer, Rect inner)
{
    return inner.x >= outer.x - 1 && inner.y >= outer.y - 1 && inner.x + inner.w <= outer.x + outer.w + 1 &&
           inner.y + inner.h <= outer.y + outer.h + 1;
}

// What a command hides for good: a box that lets next to nothing through, or images.
bool text_rules_find_cover(const DrawCommand *command, Rect *cover)
{
    if (command->kind == DRAW_IMAGES && command->images.map < OPAQUE_MAP_COUNT) {
        const int columns = command->images.columns, rows = (command->images.count - 1) / columns + 1;
        *cover = (Rect){command->images.origin.x, command->images.origin.y, command->images.pitch_x * (float)columns,
                        command->images.pitch_y * (float)rows};
        return true;
    }
    *cover = command->box.rect;
    return command->kind == DRAW_BOX && (command->color & 0xff) >= 0xf0;
}

// Whether something drawn between two texts hides the one from the other.
static bool is_hidden(const Stage *stage, Rect place, const UiText *below, const UiText *above)
{
    for (size_t i = below->command; i < above->command; i++) {
        Rect cover;
        if (text_rules_find_cover(&stage->list.commands[i], &cover) && contains(cover, place))
            return true;
    }
    return false;
}

static void check_pairs(TextRules *rules, int first)
{
    const Ui *ui = &rules->stage->ui;
    for (int i = first; i < ui->text_count; i++)
        for (int j = i + 1; j < ui->text_count; j++) {
            const UiText *a = &ui->texts[i], *b = &ui->texts[j];
            const Rect common = intersect(a->rect, b->rect);
            if (overlap(a->rect, b->rect) && !is_hidden(rules->stage, common, a, b))
                FAULT("'%s' and '%s' overlap by %.1f x %.1f", a->text, b->text, (double)common.w, (double)common.h);
        }
}

// Nothing is drawn over a text.
static void check_covers(TextRules *rules)
{
    const Ui *ui = &rules->stage->ui;
    int below = 0; // the texts below a command
    for (size_t i = 0; i < rules->stage->list.command_count; i++) {
        Rect cover;
        while (below < ui->text_count && ui->texts[below].command <= i)
            below++;
        if (!text_rules_find_cover(&rules->stage->list.commands[i], &cover))
            continue;
        for (int j = 0; j < below; j++)
            if (overlap(cover, ui->texts[j].rect))
                FAULT("'%s' is covered by (%g %g %g %g)", ui->texts[j].text, (double)cover.x, (double)cover.y,
                      (double)cover.w, (double)cover.h);
    }
}

// What a user wrote may be longer than any window is wide: the model's spec, whose layers fill a line, a message, and
// in their menu the names of data sets.
static bool may_be_cut(const TextRules *rules, const UiText *text)
{
    return strncmp(text->text, "A  loss=", 8) == 0 || strncmp(text->text, "B  loss=", 8) == 0 ||
           (strncmp(text->text, "wwww", 4) == 0 && strcmp(rules->state, "menu.data") == 0);
}

static void check_place(TextRules *rules, const UiText *text)
{
    const Rect window = {0, 0, rules->stage->width, rules->stage->height};
    if (!contains(window, text->rect))
        FAULT("'%s' leaves the window", text->text);
    if (!contains(text->box, text->rect))
        FAULT("'%s' leaves its box by %.1f %.1f %.1f %.1f", text->text, (double)(text->box.x - text->rect.x),
              (double)(text->box.y - text->rect.y), (double)(text->rect.x + text->rect.w - text->box.x - text->box.w),
              (double)(text->rect.y + text->rect.h - text->box.y - text->box.h));
    if (text->size < (float)TEXT_SMALL - 0.1f)
        FAULT("'%s' is written in %.1f", text->text, (double)text->size);
    if (text->is_cut && !may_be_cut(rules, text))
        FAULT("'%s' is cut in (%g %g %g %g)", text->text, (double)text->box.x, (double)text->box.y, (double)text->box.w,
              (double)text->box.h);
}

// A text is inside a widget or beside it, never across its edge.
static void check_widgets(TextRules *rules, const UiText *text)
{
    for (int i = 0; i < rules->stage->ui.widget_count; i++) {
        const Widget *widget = &rules->stage->ui.widgets[i];
        if (overlap(widget->rect, text->rect) && !contains(widget->rect, text->rect))
            FAULT("'%s' crosses the edge of %s", text->text, widget->id);
    }
}

void text_rules_check(TextRules *rules)
{
    for (int i = 0; i < rules->stage->ui.text_count; i++) {
        check_place(rules, &rules->stage->ui.texts[i]);
        check_widgets(rules, &rules->stage->ui.texts[i]);
    }
    check_pairs(rules, 0);
    check_covers(rules);
}

// Of what lies over the rest: behind the first so many texts.
void text_rules_check_overlay(TextRules *rules, int first)
{
    for (int i = first; i < rules->stage->ui.text_count; i++)
        check_place(rules, &rules->stage->ui.texts[i]);
    check_pairs(rules, first);
}
