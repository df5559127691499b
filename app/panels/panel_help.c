// The help overlay: what is what, every key, what the colours mean, and the way to the glossary.
#include <math.h>
#include <stdio.h>

#include "draw/palette.h"
#include "draw/title.h"
#include "panels/panel.h"

static const char *const about[] = {
    "A and B are two networks that redraw your digit. They start alike and learn from the same digits in the same "
    "order: "
    "what differs between them is what their buttons say.",
    "A heatmap shows one figure for each pixel, mostly what the loss charges there. A and B always share its scale.",
    "Figures and curves are over all test digits, which no model has learnt from.",
    "Point at anything: it says what it is and what to look for. Words with dots under them lead to the glossary.",
};
enum { ABOUT_COUNT = sizeof about / sizeof *about };

typedef struct HelpRow {
    const char *keys, *meaning;
} HelpRow;

enum { SCENE_ROWS = 3 }; // the scenes share so many rows

static const HelpRow rows[] = {
    {"H  J", "left, right heatmap: next (Shift: previous)"},
    {"\u2212 = 0", "heatmap's scale: shorter, longer, its own"},
    {"I", "targets: grey or black-white"},
    {"W  K", "wipe: A and B in one place; clipped"},
    {"L  G", "histogram's axis; light a range"},
    {"click", "a digit: to the pad; twice, a pixel: inspect"},
    {"D  P", "inspect: the drawing; pin the pixel"},
    {"arrows  T", "inspect: move the pixel; target up (Shift: down)"},
    {"\u2191  \u2193  Backspace", "code: pull the number; as encoded"},
    {"arrows  click", "latent: the point; a digit to the pad (Shift: its walk)"},
    {",  .  Home  End", "one moment back, on; first; newest"},
    {"F", "play the history as a film"},
    {"Space  .  R", "play or pause; one batch; restart"},
    {"[  ]  X", "previous, next, random digits"},
    {"left / right", "draw / erase on the pad"},
    {"Z  Y  C", "undo, redo: strokes, models; clear"},
    {"N  M", "next test digit; centre the drawing"},
    {"V  B  wheel", "thinner, thicker brush"},
    {"Tab  Enter  \u2190 \u2192", "move between buttons, press, choose"},
    {"O", "set-ups: comparisons that show something"},
    {"Page \u2193  \u2191", "in a lesson: next card, the one before"},
    {"S  Shift S", "save a figure; a picture of the window"},
    {"Ctrl +  \u2212  0", "larger, smaller, normal size"},
    {"F11", "full screen"},
    {"Ctrl C  Ctrl L", "copy a model as text; a link to all this"},
    {"Ctrl V", "open the link that was copied"},
    {"E", "the words of this window, explained"},
    {"?  Esc  Ctrl Q", "this help; one step back; quit"},
};
enum { ROWS = SCENE_ROWS + (int)(sizeof rows / sizeof *rows), LINES = (ROWS + 1) / 2 }; // in two columns

// "1 2 3", and what they show: the row's share of the scenes.
static void format_scenes(int row, char keys[48], char meaning[160])
{
    enum { EACH = (SCENE_COUNT + SCENE_ROWS - 1) / SCENE_ROWS };
    size_t key_length = 0, length = 0;
    for (int i = row * EACH; i < SCENE_COUNT && i < (row + 1) * EACH; i++) {
        key_length += (size_t)snprintf(keys + key_length, 48 - key_length, "%s%d", key_length ? " " : "", i + 1);
        length +=
            (size_t)snprintf(meaning + length, 160 - length, "%s%s", length ? "; " : "", scene_get((Scene)i)->help);
    }
}

static void draw_legend(Panel *panel, Rect row)
{
    Ui *ui = panel->ui;
    static const float marks[] = {-1.0f, 2.0f, NAN};
    static const char *const names[] = {"below 0", "above 1", "not a number"};
    float x = row.x;
    const float size = ui_px(ui, 12);
    for (int i = 0; i < 3; i++) {
        panel_draw_mark(ui, (Point){x, roundf(row.y + (row.h - size) / 2)}, size, marks[i]);
        x += size + ui_px(ui, 6);
        const float width = ui_text_width(ui, FONT_UI, TEXT_NORMAL, names[i]);
        ui_text(ui, (Rect){x, row.y, width + 1, row.h}, FONT_UI, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, names[i]);
        x += width + ui_px(ui, 18);
    }
}

// Returns the height; a colour of 0 only measures.
static float draw_about(Panel *panel, Rect rect, Color color)
{
    Ui *ui = panel->ui;
    float height = 0;
    for (int i = 0; i < ABOUT_COUNT; i++)
        height +=
            ui_paragraph(ui, (Rect){rect.x, rect.y + height, rect.w, rect.h}, FONT_UI, TEXT_NORMAL, color, about[i]) +
            ui_px(ui, 3);
    return height;
}

// The ways on: the glossary, the lessons.
static void draw_ways(Panel *panel, Rect row)
{
    Ui *ui = panel->ui;
    const float width = ui_px(ui, 110), height = fminf(row.h, ui_px(ui, BUTTON_HEIGHT));
    Rect place = {row.x + row.w - width, roundf(row.y + (row.h - height) / 2), width, height};
    for (int i = LESSON_COUNT - 1; i >= 0 && !panel_hides(panel, HIDE_LESSON); i--) {
        char id[24];
        (void)snprintf(id, sizeof id, "lesson.%d", i + 1);
        const char *label = lesson_get(i)->button;
        const float own = ui_text_width(ui, FONT_UI, TEXT_NORMAL, label) + ui_px(ui, 18);
        place.x -= own + ui_px(ui, 6);
        if (panel_button(panel, id, (Rect){place.x, place.y, own, height}, label, NULL, false, "lesson"))
            requests_add(panel->requests, (Request){.kind = REQUEST_LESSON, .value = i});
    }
    place.x = row.x + row.w - width;
    if (ui_button(ui, "glossary", place, "All words", "E", false, 0))
        panel_request(panel, REQUEST_GLOSSARY, 0);
}

static void draw_keys(Panel *panel, Rect row, float line)
{
    Ui *ui = panel->ui;
    const float keys = ui_px(ui, 124), gap = ui_px(ui, 16), column = floorf((row.w - gap) / 2);
    for (int i = 0; i < ROWS; i++) {
        const float x = row.x + (i < LINES ? 0 : column + gap), y = row.y + line * (float)(i % LINES);
        char scene_keys[48], scenes[160];
        HelpRow help = {scene_keys, scenes};
        if (i < SCENE_ROWS)
            format_scenes(i, scene_keys, scenes);
        else
            help = rows[i - SCENE_ROWS];
        const float room = column - keys;
        ui_text(ui, (Rect){x, y, keys, line}, FONT_FIGURES,
                ui_fit_size(ui, FONT_FIGURES, TEXT_NORMAL, keys - gap / 2, help.keys), ui->theme->a, ALIGN_LEFT,
                help.keys);
        ui_text(ui, (Rect){x + keys, y, room, line}, FONT_UI, ui_fit_size(ui, FONT_UI, TEXT_NORMAL, room, help.meaning),
                ui->theme->text, ALIGN_LEFT, help.meaning);
    }
}

void panel_help(Panel *panel)
{
    Ui *ui = panel->ui;
    const float height = panel->layout->window.h, width = panel->layout->window.w;
    draw_box(ui->draw, (Rect){0, 0, width, height}, ui->theme->shade, 0);
    const float pad = ui_px(ui, 20), box_width = fminf(ui_px(ui, 900), width - pad);
    Rect row = {roundf((width - box_width) / 2) + pad, 0, box_width - 2 * pad, height};
    const float words = draw_about(panel, row, 0);
    const float line = fminf(ui_px(ui, 26), floorf((height - words - 3 * pad) / (LINES + 3)));
    const float inner = words + line * (LINES + 3);
    const Rect box = {row.x - pad, roundf((height - inner - 2 * pad) / 2), box_width, inner + 2 * pad};
    draw_box(ui->draw, box, ui->theme->panel, ui_px(ui, 10));
    draw_frame(ui->draw, box, ui->theme->faint, ui_px(ui, 10), ui_px(ui, 1));
    row = (Rect){row.x, box.y + pad, row.w, line};
    ui_text(ui, row, FONT_UI_BOLD, TEXT_TITLE, ui->theme->text, ALIGN_LEFT, "losslens: " LOSSLENS_SUBTITLE);
    ui_text(ui, row, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, "Esc closes");
    row.y += line * 1.2f;
    (void)draw_about(panel, (Rect){row.x, row.y, row.w, words}, ui->theme->text);
    row.y += words + line * 0.2f;
    draw_keys(panel, row, line);
    row.y += line * (LINES + 0.3f);
    draw_legend(panel, row);
    draw_ways(panel, row);
}
