// The line of text: what keys do to it, and how it looks.
#include "draw/ui_field.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_inner(char byte) { return ((unsigned char)byte & 0xc0) == 0x80; } // not the first of a character

void ui_field_open(Ui *ui, const char *id, const char *text)
{
    UiField *field = &ui->field;
    field->id = ui_hash(id);
    (void)snprintf(field->text, sizeof field->text, "%s", text);
    field->cursor = strlen(field->text);
    field->key_count = 0;
    field->is_whole = false;
    field->is_seen = true;
}

bool ui_field_is_open(const Ui *ui, const char *id) { return ui->field.id == ui_hash(id); }
bool ui_has_field(const Ui *ui) { return ui->field.id != 0; }

static size_t step_left(const UiField *field)
{
    size_t at = field->cursor;
    while (at > 0 && is_inner(field->text[--at]))
        ;
    return at;
}

static size_t step_right(const UiField *field)
{
    size_t at = field->cursor;
    if (field->text[at])
        at++;
    while (is_inner(field->text[at]))
        at++;
    return at;
}

static void cut(UiField *field, size_t from, size_t to)
{
    memmove(field->text + from, field->text + to, strlen(field->text + to) + 1);
    field->cursor = from;
}

// Where all of it is chosen. Returns whether it was.
static bool cut_chosen(UiField *field)
{
    const bool was_chosen = field->is_whole;
    if (was_chosen)
        cut(field, 0, strlen(field->text));
    field->is_whole = false;
    return was_chosen;
}

// What was typed or pasted, as one line; what has no room, whole, is left out.
static void insert(UiField *field, const char *text)
{
    char line[INPUT_TEXT_SIZE];
    (void)snprintf(line, sizeof line, "%s", text);
    for (char *at = line; *at; at++)
        if (*at == '\n' || *at == '\r' || *at == '\t')
            *at = ' ';
    error_clean_text(line);
    (void)cut_chosen(field);
    const size_t length = strlen(line), used = strlen(field->text);
    if (used + length >= sizeof field->text)
        return;
    memmove(field->text + field->cursor + length, field->text + field->cursor, used - field->cursor + 1);
    memcpy(field->text + field->cursor, line, length);
    field->cursor += length;
}

static FieldEvent press(UiField *field, int key)
{
    if ((key == KEY_BACKSPACE || key == KEY_DELETE) && cut_chosen(field))
        return FIELD_IDLE;
    switch (key) {
    case KEY_ENTER: return FIELD_ENTERED;
    case KEY_ESCAPE: return FIELD_LEFT;
    case KEY_LEFT: field->cursor = step_left(field); break;
    case KEY_RIGHT: field->cursor = step_right(field); break;
    case KEY_HOME: field->cursor = 0; break;
    case KEY_END: field->cursor = strlen(field->text); break;
    case KEY_BACKSPACE: cut(field, step_left(field), field->cursor); break;
    case KEY_DELETE: cut(field, field->cursor, step_right(field)); break;
    default: return FIELD_IDLE; // what it types comes as text
    }
    field->is_whole = false;
    return FIELD_IDLE;
}

// The cursor stays in sight: a text that is too long is moved to the left.
static void draw_line_of_text(Ui *ui, Rect rect)
{
    const UiField *field = &ui->field;
    const float pad = ui_px(ui, 6), size = ui_px(ui, TEXT_NORMAL), thick = fmaxf(1, ui_px(ui, 1.5f));
    const Rect inner = {rect.x + pad, rect.y, rect.w - 2 * pad, rect.h};
    char before[sizeof field->text];
    (void)snprintf(before, sizeof before, "%.*s", (int)field->cursor, field->text);
    Font *font = ui->draw->font;
    if (field->is_whole)
        draw_box(ui->draw,
                 (Rect){inner.x, rect.y + ui_px(ui, 3),
                        fminf(inner.w, font_text_width(font, FONT_UI, size, field->text)), rect.h - 2 * ui_px(ui, 3)},
                 theme_fade(ui->theme->soft, 0x60), 0);
    const float at = font_text_width(font, FONT_UI, size, before);
    const float moved = fmaxf(0, at - inner.w + thick);
    if (moved == 0 && font_text_width(font, FONT_UI, size, field->text) <= inner.w) {
        ui_text(ui, inner, FONT_UI, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, field->text);
    } else {
        const float baseline = rect.y + (rect.h + font_ascent(font, FONT_UI, size)) / 2;
        draw_clip_push(ui->draw, inner);
        (void)draw_text(ui->draw, FONT_UI, size, inner.x - moved, baseline, ui->theme->text, field->text);
        draw_clip_pop(ui->draw);
    }
    const float height = ui_px(ui, 18);
    draw_box(ui->draw, (Rect){roundf(inner.x + at - moved), roundf(rect.y + (rect.h - height) / 2), thick, height},
             ui->theme->text, 0);
}

FieldEvent ui_text_field(Ui *ui, const char *id, Rect rect, const char *label)
{
    UiField *field = &ui->field;
    assert(ui_field_is_open(ui, id) && "ui_field_open comes first");
    field->is_seen = true;
    const WidgetState state = ui_widget(ui, id, rect, label);
    FieldEvent event = ui->input.left_pressed && !state.is_hot ? FIELD_LEFT : FIELD_IDLE;
    for (int i = 0; i < field->key_count; i++) // before what is typed in the same frame
        if (field->keys[i].control && field->keys[i].key == 'a')
            field->is_whole = true;
    if (ui->input.text[0])
        insert(field, ui->input.text);
    ui->input.text[0] = 0;
    for (int i = 0; i < field->key_count && event == FIELD_IDLE; i++)
        if (!field->keys[i].control)
            event = press(field, field->keys[i].key);
    field->key_count = 0;
    draw_box(ui->draw, rect, ui->theme->back, ui_px(ui, RADIUS));
    draw_frame(ui->draw, rect, ui->theme->text, ui_px(ui, RADIUS), fmaxf(1, ui_px(ui, 1)));
    draw_line_of_text(ui, rect);
    if (event != FIELD_IDLE)
        field->id = 0;
    return event;
}
