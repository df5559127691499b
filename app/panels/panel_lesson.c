// A lesson's card, in the narrator's place: the question and how far it is, one thing that is said, one that is asked
// for; and its answer, in the place of the plots.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/ui_rich.h"
#include "panels/panel.h"

// The largest size at which the text is whole in rect; the least where it never is.
static float fit_size(Ui *ui, Rect rect, float size, const char *markup)
{
    while (size > TEXT_SMALL && ui_rich(ui, (Rect){0, 0, rect.w, INFINITY}, size, 0, markup) > rect.h + 0.5f)
        size -= 0.5f;
    return size;
}

// ---- the left part ------------------------------------------------------------------------------------------------

// One for each card: done, the one on show, to come. Returns where they end.
static float draw_dots(Panel *panel, float x, Rect line)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const float size = ui_px(ui, 8), gap = ui_px(ui, 6);
    const int count = lesson_get(frame->look.lesson)->step_count;
    for (int i = 0; i < count; i++) {
        const Rect dot = {x, line.y + roundf((line.h - size) / 2), size, size};
        const bool is_now = i == frame->look.lesson_step;
        if (i < frame->look.lesson_step || is_now)
            draw_box(ui->draw, dot, is_now ? ui->theme->lesson : ui->theme->soft, size / 2);
        else
            draw_frame(ui->draw, dot, ui->theme->soft, size / 2, ui_px(ui, 1.5f));
        x += size + gap;
    }
    char text[32];
    (void)snprintf(text, sizeof text, "%d of %d", frame->look.lesson_step + 1, count);
    const float width = ui_text_width(ui, FONT_UI, TEXT_SMALL, text);
    ui_text(ui, (Rect){x + gap, line.y, width + 1, line.h}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, text);
    return x + gap + width + ui_px(ui, 14);
}

// Figures that are not what the models come to say so.
static void draw_epoch(Panel *panel, float x, Rect line)
{
    Ui *ui = panel->ui;
    const LessonCard *card = &panel->frame->lesson;
    char text[48], brief[24];
    if (!card->is_grey || card->epoch >= LESSON_EPOCHS)
        return;
    (void)snprintf(text, sizeof text, "figures so far: epoch %d of %d", card->epoch < 0 ? 0 : card->epoch,
                   LESSON_EPOCHS);
    (void)snprintf(brief, sizeof brief, "epoch %d of %d", card->epoch < 0 ? 0 : card->epoch, LESSON_EPOCHS);
    const char *const forms[] = {text, brief};
    const Rect rest = {x, line.y, line.x + line.w - x, line.h};
    const char *form = ui_choose(ui, FONT_UI, TEXT_SMALL, rest.w, forms, 2);
    if (ui_text_width(ui, FONT_UI, TEXT_SMALL, form) <= rest.w)
        ui_text(ui, rest, FONT_UI, TEXT_SMALL, ui->theme->lesson, ALIGN_LEFT, form);
}

// Figures are bold. Those that are not what the models come to are grey; the words hold in any case.
static Color figure_color(const Panel *panel) { return panel->frame->lesson.is_grey ? panel->ui->theme->faint : 0; }

static void draw_saying(Panel *panel, Rect left)
{
    Ui *ui = panel->ui;
    const LessonCard *card = &panel->frame->lesson;
    const bool is_small = panel->layout->stage.is_small;
    const char *question = lesson_get(panel->frame->look.lesson)->title;
    const float pad = ui_px(ui, is_small ? 3 : 5);
    Rect line = {left.x, left.y + pad, left.w, ui_px(ui, 17)};
    Rect title = {left.x, line.y + (is_small ? 0 : line.h), left.w, ui_px(ui, 25)};
    const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_TITLE, card->title) + ui_px(ui, 14);
    float x = line.x;
    if (is_small) { // in one line, without the question
        line = title;
        x += width;
    } else {
        const float asked = ui_text_width(ui, FONT_UI, TEXT_SMALL, question);
        ui_text(ui, (Rect){x, line.y, asked + 1, line.h}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, question);
        x += asked + ui_px(ui, 16);
    }
    draw_epoch(panel, draw_dots(panel, x, line), line);
    ui_text(ui, title, FONT_UI_BOLD, TEXT_TITLE, ui->theme->text, ALIGN_LEFT, card->title);
    const float y = title.y + title.h;
    const Rect text = {left.x, y, left.w, left.y + left.h - y - ui_px(ui, 2)};
    (void)ui_rich_marked(ui, text, fit_size(ui, text, TEXT_FIGURE, card->text), ui->theme->text, figure_color(panel),
                         card->text);
}

// ---- the right part -----------------------------------------------------------------------------------------------

static void move(Panel *panel, int cards)
{
    const Look *look = &panel->frame->look;
    const int step = look->lesson_step + cards;
    if (step >= 0 && step < lesson_get(look->lesson)->step_count)
        requests_add(panel->requests, (Request){.kind = REQUEST_LESSON, .value = look->lesson, .step = step});
}

static void end(Panel *panel) { panel_request(panel, REQUEST_LESSON_END, 0); }
static void save(Panel *panel) { panel_request(panel, REQUEST_SCREENSHOT, 0); }
static void go_on(Panel *panel) { move(panel, 1); }
static void go_back(Panel *panel) { move(panel, -1); }

typedef struct CardButton {
    const char *id, *label;
    void (*press)(Panel *panel);
    bool is_wanted, is_on;
} CardButton;

// From the right; returns what is left of the row.
static float draw_buttons(Panel *panel, Rect row)
{
    Ui *ui = panel->ui;
    const Look *look = &panel->frame->look;
    const bool is_last = look->lesson_step + 1 == lesson_get(look->lesson)->step_count;
    const CardButton buttons[] = {
        {"lesson.next", "Next", go_on, !is_last, panel->frame->lesson.is_done},
        {"lesson.free", "Play freely", end, is_last, false},
        {"lesson.save", "Save as a slide", save, is_last, false},
        {"lesson.back", "Back", go_back, look->lesson_step > 0, false},
    };
    enum { COUNT = sizeof buttons / sizeof *buttons };
    Rect places[COUNT];
    for (int i = 0; i < COUNT; i++) {
        const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, buttons[i].label) + ui_px(ui, 24);
        places[i] = (Rect){row.x + row.w - width, row.y, width, row.h};
        row.w -= buttons[i].is_wanted ? width + ui_px(ui, 6) : 0;
    }
    for (int i = COUNT - 1; i >= 0; i--) // Tab goes from left to right
        if (buttons[i].is_wanted) {
            const WidgetState state = ui_button_state(ui, buttons[i].id, places[i], buttons[i].label, NULL,
                                                      buttons[i].is_on, ui->theme->lesson);
            panel_hint(panel, state, buttons[i].id);
            if (state.is_clicked)
                buttons[i].press(panel);
        }
    return row.w;
}

static void draw_task(Panel *panel, Rect box)
{
    Ui *ui = panel->ui;
    const float pad = ui_px(ui, 10), top = ui_px(ui, 5), height = ui_px(ui, BUTTON_HEIGHT - 2);
    panel_card(panel, box);
    const Rect row = {box.x + pad, box.y + box.h - height - top, box.w - 2 * pad, height};
    Rect text = {row.x, box.y + top, row.w, row.y - box.y - top};
    const char *const asks = "Do this:";
    const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, asks) + ui_px(ui, 6);
    ui_text(ui, (Rect){text.x, text.y, width, ui_px(ui, TEXT_NORMAL) * 1.4f}, FONT_UI_BOLD, TEXT_NORMAL,
            ui->theme->lesson, ALIGN_LEFT, asks);
    text.x += width;
    text.w -= width;
    const char *task = panel->frame->lesson.task;
    (void)ui_rich(ui, text, fit_size(ui, text, TEXT_NORMAL, task), ui->theme->text, task);
    const float room = draw_buttons(panel, row);
    const char *const ways[] = {"Esc ends the lesson", "Esc ends it", ""};
    ui_text(ui, (Rect){row.x, row.y, room, row.h}, FONT_UI, TEXT_SMALL, ui->theme->faint, ALIGN_LEFT,
            ui_choose(ui, FONT_UI, TEXT_SMALL, room, ways, 3));
}

// Over the test digits where these leave enough room.
static float find_task_x(const Panel *panel)
{
    const Rect card = panel->layout->narrator, set = panel->layout->stage.rows[SIDE_A].set_area;
    const float least = ui_px(panel->ui, 350), most = card.w * 0.42f;
    const float width = set.w >= least && set.w <= most ? set.w : fminf(least, most);
    return card.x + card.w - width;
}

void panel_lesson(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect card = panel->layout->narrator;
    if (!frame->lesson.step || frame->look.lesson < 0)
        return;
    const float line = ui_px(ui, 1), width = panel->layout->window.w, x = find_task_x(panel), pad = ui_px(ui, 5);
    draw_box(ui->draw, (Rect){0, card.y, width, card.h}, ui->theme->panel, 0);
    draw_box(ui->draw, (Rect){0, card.y, ui_px(ui, 4), card.h}, ui->theme->lesson, 0);
    draw_box(ui->draw, (Rect){0, card.y + card.h - line, width, line}, ui->theme->edge, 0);
    draw_saying(panel, (Rect){card.x, card.y, x - card.x - ui_px(ui, MARGIN), card.h});
    draw_task(panel, (Rect){x, card.y + pad, card.x + card.w - x, card.h - 2 * pad});
    if (frame->popup != POPUP_NONE)
        return;
    if (ui_take_key(ui, KEY_PAGE_DOWN, false))
        go_on(panel);
    if (ui_take_key(ui, KEY_PAGE_UP, false))
        go_back(panel);
}

// ---- the answer ---------------------------------------------------------------------------------------------------

static float measure(Ui *ui, float width, float gap, float size, const LessonCard *card)
{
    float height = -gap;
    for (int i = 0; i < LESSON_BODY && *card->body[i]; i++)
        height += gap + ui_rich(ui, (Rect){0, 0, width, INFINITY}, size, 0, card->body[i]);
    return height;
}

// All paragraphs as one, for where there is no room for a line each.
static void draw_joined(Panel *panel, Rect rect, const LessonCard *card)
{
    char text[LESSON_BODY * SENTENCE_SIZE] = "";
    for (int i = 0; i < LESSON_BODY && *card->body[i]; i++) {
        const size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? " " : "", card->body[i]);
    }
    (void)ui_rich(panel->ui, rect, TEXT_SMALL, card->is_grey ? panel->ui->theme->faint : panel->ui->theme->text, text);
}

void panel_lesson_answer(Panel *panel)
{
    Ui *ui = panel->ui;
    const LessonCard *card = &panel->frame->lesson;
    const Rect rect = panel->layout->answer;
    if (rect.w <= 0 || !card->step)
        return;
    const float pad = ui_px(ui, 12);
    panel_card(panel, rect);
    draw_frame(ui->draw, rect, ui->theme->lesson, ui_px(ui, RADIUS), ui_px(ui, 2));
    Rect text = {rect.x + pad, rect.y + pad / 2, rect.w - 2 * pad, rect.h - pad};
    float size = TEXT_SAY, gap = ui_px(ui, 5);
    while (size > TEXT_SMALL && measure(ui, text.w, gap, size, card) > text.h) {
        size -= 0.5f;
        gap = size < TEXT_FIGURE ? ui_px(ui, 1) : gap;
    }
    if (measure(ui, text.w, gap, size, card) > text.h) {
        draw_joined(panel, text, card);
        return;
    }
    text.y += roundf(fmaxf(0, text.h - measure(ui, text.w, gap, size, card)) / 2);
    const float bottom = rect.y + rect.h - pad / 2;
    for (int i = 0; i < LESSON_BODY && *card->body[i]; i++) {
        text.h = bottom - text.y;
        text.y += gap + ui_rich(ui, text, size,
                                card->is_grey                               ? ui->theme->faint
                                : i + 1 < LESSON_BODY && *card->body[i + 1] ? ui->theme->text
                                                                            : ui->theme->soft,
                                card->body[i]);
    }
}
