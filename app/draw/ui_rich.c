// Markup into runs, runs into lines.
#include "draw/ui_rich.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/theme.h"

// A piece of a line in one face and colour; color 0: the caller's.
typedef struct Run {
    char text[256];
    FontFace face;
    Color color;
} Run;

enum { RUNS_MAX = 48, LINE_SIZE = 768 }; // of a line: runs; bytes of its text

typedef struct Line {
    Run runs[RUNS_MAX];
    int count;
} Line;

// How far a character of the text is in its markup.
typedef struct Reader {
    const char *at;
    bool is_bold;
} Reader;

// Takes the next character: its bytes go to glyph, how it is set to run. False at the end.
static bool take(const Ui *ui, Reader *reader, char glyph[5], Run *run)
{
    while (*reader->at == '*') {
        reader->is_bold = !reader->is_bold;
        reader->at++;
    }
    if (!*reader->at)
        return false;
    const bool is_a = strncmp(reader->at, "<A>", 3) == 0, is_letter = is_a || strncmp(reader->at, "<B>", 3) == 0;
    run->face = is_letter || reader->is_bold ? FONT_UI_BOLD : FONT_UI;
    run->color = !is_letter ? 0 : is_a ? ui->theme->a : ui->theme->b;
    if (is_letter) {
        strcpy(glyph, is_a ? "A" : "B");
        reader->at += 3;
        return true;
    }
    const char *next = reader->at;
    (void)font_next_codepoint(&next);
    const size_t length = (size_t)(next - reader->at);
    memcpy(glyph, reader->at, length);
    glyph[length] = 0;
    reader->at = next;
    return true;
}

static void add(Line *line, const char *glyph, const Run *style)
{
    Run *last = line->count > 0 ? &line->runs[line->count - 1] : NULL;
    if (!last || last->face != style->face || last->color != style->color ||
        strlen(last->text) + 5 > sizeof last->text) {
        if (line->count == RUNS_MAX)
            return;
        last = &line->runs[line->count++];
        *last = (Run){.face = style->face, .color = style->color};
    }
    strcat(last->text, glyph);
}

static float measure(Ui *ui, const Line *line, float size_px)
{
    float width = 0;
    for (int i = 0; i < line->count; i++)
        width += font_text_width(ui->draw->font, line->runs[i].face, size_px, line->runs[i].text);
    return width;
}

static void line_text(const Line *line, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (int i = 0; i < line->count && used + 1 < size; i++) {
        (void)snprintf(text + used, size - used, "%s", line->runs[i].text);
        used = strlen(text);
    }
}

// The words that fit into width, at least one; more: whether some are left. A figure's unit stays beside it.
static Reader take_line(Ui *ui, Reader from, float size_px, float width, Line *line, bool *more)
{
    Line so_far = {.count = 0};
    Reader at = from, best = from;
    char glyph[5];
    Run style;
    bool has_word = false;
    line->count = 0;
    *more = false;
    for (Reader next = at; take(ui, &next, glyph, &style); at = next) {
        const bool is_break = strcmp(glyph, " ") == 0 && *next.at != '%';
        if (is_break) {
            *line = so_far;
            best = next;
            has_word = true;
        }
        add(&so_far, glyph, &style);
        if (!is_break && has_word && measure(ui, &so_far, size_px) > width) {
            *more = true;
            return best;
        }
    }
    *line = so_far;
    return at;
}

static void drop_last(Line *line)
{
    Run *last = &line->runs[line->count - 1];
    size_t length = strlen(last->text);
    do
        length--;
    while (length > 0 && ((unsigned char)last->text[length] & 0xc0) == 0x80);
    last->text[length] = 0;
    if (length == 0)
        line->count--;
}

// Takes characters from the end until an ellipsis fits behind it, and no part of a figure is left.
static void end_with_ellipsis(Ui *ui, Line *line, const char *whole, float size_px, float width)
{
    const float room = width - font_text_width(ui->draw->font, FONT_UI, size_px, "\u2026");
    char text[LINE_SIZE];
    line_text(line, text, sizeof text);
    while (line->count > 0 && (measure(ui, line, size_px) > room || ui_splits_figure(whole, strlen(text)))) {
        drop_last(line);
        line_text(line, text, sizeof text);
    }
    add(line, "\u2026", &(Run){.face = FONT_UI});
}

static Color color_of(const Run *run, Color color, Color bold)
{
    return run->color ? run->color : bold && run->face == FONT_UI_BOLD ? bold : color;
}

static void draw_line_of(Ui *ui, const Line *line, Rect box, float size_px, Color color, Color bold, bool is_cut)
{
    char text[LINE_SIZE];
    line_text(line, text, sizeof text);
    const float ascent = font_ascent(ui->draw->font, FONT_UI, size_px), baseline = box.y + (box.h + ascent) / 2;
    float x = box.x;
    if (*text)
        ui_note_text(ui,
                     (UiText){.rect = {x, baseline - ascent, measure(ui, line, size_px), 1.25f * ascent},
                              .box = box,
                              .size = size_px / ui->scale,
                              .color = color,
                              .is_cut = is_cut,
                              .command = ui->draw->command_count},
                     text);
    for (int i = 0; i < line->count; i++)
        x += draw_text(ui->draw, line->runs[i].face, size_px, x, baseline, color_of(&line->runs[i], color, bold),
                       line->runs[i].text);
}

float ui_rich(Ui *ui, Rect rect, float size, Color color, const char *markup)
{
    return ui_rich_marked(ui, rect, size, color, 0, markup);
}

float ui_rich_marked(Ui *ui, Rect rect, float size, Color color, Color bold, const char *markup)
{
    const float size_px = ui_px(ui, size), height = roundf(size_px * 1.4f);
    Reader at = {.at = markup};
    bool more = *markup != 0;
    float y = rect.y;
    while (more && (y == rect.y || y + height <= rect.y + rect.h + 0.5f)) {
        Line line;
        const Reader from = at;
        at = take_line(ui, at, size_px, rect.w, &line, &more);
        const bool is_last = y + 2 * height > rect.y + rect.h + 0.5f;
        const bool is_cut = (more && is_last) || measure(ui, &line, size_px) > rect.w + 0.5f;
        if (color && is_cut) {
            bool rest;
            char whole[LINE_SIZE];
            (void)take_line(ui, from, size_px, INFINITY, &line, &rest);
            line_text(&line, whole, sizeof whole);
            end_with_ellipsis(ui, &line, whole, size_px, rect.w);
        }
        if (color)
            draw_line_of(ui, &line, (Rect){rect.x, y, rect.w, height}, size_px, color, bold, is_cut);
        y += height;
    }
    return y - rect.y;
}

float ui_rich_width(Ui *ui, float size, const char *markup)
{
    Line line;
    bool more;
    (void)take_line(ui, (Reader){.at = markup}, ui_px(ui, size), INFINITY, &line, &more);
    return measure(ui, &line, ui_px(ui, size));
}
