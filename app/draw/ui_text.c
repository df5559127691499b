// Text of the interface: in a box, shortened where it must be; chosen or sized to fit; in paragraphs. Each text that is
// drawn is noted, for whoever asks what a picture says.
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/ui.h"

float ui_text_width(Ui *ui, FontFace face, float size, const char *text)
{
    return font_text_width(ui->draw->font, face, ui_px(ui, size), text);
}

// Which is another figure.
bool ui_splits_figure(const char *text, size_t at)
{
    return at > 0 && text[at] && strchr("0123456789.+-", text[at - 1]) && strchr("0123456789.e", text[at]);
}

// The longest beginning of text that leaves room for an ellipsis and ends with no part of a figure.
static void shorten(Ui *ui, FontFace face, float size_px, float width, const char *text, char *out, size_t out_size)
{
    const float room = width - font_text_width(ui->draw->font, face, size_px, "\u2026");
    const char *end = text;
    size_t used = 0;
    out[0] = 0;
    while (*end) {
        const char *next = end;
        (void)font_next_codepoint(&next);
        const size_t length = (size_t)(next - text);
        if (length + 4 >= out_size)
            break;
        char piece[256];
        if (length >= sizeof piece)
            break;
        memcpy(piece, text, length);
        piece[length] = 0;
        if (font_text_width(ui->draw->font, face, size_px, piece) > room)
            break;
        used = length;
        end = next;
    }
    while (ui_splits_figure(text, used))
        used--;
    memcpy(out, text, used);
    strcpy(out + used, "\u2026");
}

void ui_note_text(Ui *ui, UiText entry, const char *text)
{
    assert(ui->text_count < TEXTS_MAX && "a frame has more texts than TEXTS_MAX: raise it");
    (void)snprintf(entry.text, sizeof entry.text, "%s", text);
    ui->texts[ui->text_count++] = entry;
}

void ui_text(Ui *ui, Rect rect, FontFace face, float size, Color color, Align align, const char *text)
{
    char shortened[256];
    const float size_px = ui_px(ui, size);
    float width = font_text_width(ui->draw->font, face, size_px, text);
    const bool is_cut = width > rect.w + 0.5f;
    if (is_cut) {
        shorten(ui, face, size_px, rect.w, text, shortened, sizeof shortened);
        text = shortened;
        width = font_text_width(ui->draw->font, face, size_px, text);
    }
    const float x = align == ALIGN_LEFT    ? rect.x
                    : align == ALIGN_RIGHT ? rect.x + rect.w - width
                                           : rect.x + (rect.w - width) / 2;
    const float ascent = font_ascent(ui->draw->font, face, size_px), baseline = rect.y + (rect.h + ascent) / 2;
    if (*text)
        ui_note_text(ui,
                     (UiText){.rect = {x, baseline - ascent, width, 1.25f * ascent},
                              .box = rect,
                              .size = size,
                              .color = color,
                              .is_cut = is_cut,
                              .command = ui->draw->command_count},
                     text);
    (void)draw_text(ui->draw, face, size_px, x, baseline, color, text);
}

float ui_fit_size(Ui *ui, FontFace face, float size, float width, const char *text)
{
    while (size > 8 && ui_text_width(ui, face, size, text) > width)
        size -= 1;
    return size;
}

const char *ui_choose(Ui *ui, FontFace face, float size, float width, const char *const *texts, int count)
{
    int i = 0;
    while (i < count - 1 && ui_text_width(ui, face, size, texts[i]) > width)
        i++;
    return texts[i];
}

// How many bytes of text fit into width, cut between words where that is possible; at least one character.
static size_t fit_line(Ui *ui, FontFace face, float size_px, float width, const char *text)
{
    size_t best = 0, used = 0;
    char piece[256];
    while (text[used]) {
        size_t next = used + strcspn(text + used, " ");
        if (next >= sizeof piece)
            break;
        memcpy(piece, text, next);
        piece[next] = 0;
        if (font_text_width(ui->draw->font, face, size_px, piece) > width)
            break;
        best = next;
        used = next + strspn(text + next, " ");
    }
    if (best == 0 && *text) { // a word wider than the line: the line's ellipsis shortens it
        best = strcspn(text, " ");
        best = best < sizeof piece ? best : sizeof piece - 1;
    }
    return best;
}

float ui_paragraph(Ui *ui, Rect rect, FontFace face, float size, Color color, const char *text)
{
    const float size_px = ui_px(ui, size), line = roundf(size_px * 1.4f);
    float y = rect.y;
    while (*text && (y == rect.y || y + line <= rect.y + rect.h + 0.5f)) {
        const bool is_last = y + 2 * line > rect.y + rect.h + 0.5f;
        size_t length = fit_line(ui, face, size_px, rect.w, text);
        if (is_last)
            length = strlen(text);
        char piece[512];
        (void)snprintf(piece, sizeof piece, "%.*s", (int)length, text);
        if (color)
            ui_text(ui, (Rect){rect.x, y, rect.w, line}, face, size, color, ALIGN_LEFT, piece);
        text += length;
        text += strspn(text, " ");
        y += line;
    }
    return y - rect.y;
}
