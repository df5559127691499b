// The help overlay: every key, what the colours mean.
#include <math.h>
#include <stdio.h>

#include "draw/palette.h"
#include "panels/panel.h"

typedef struct HelpRow {
    const char *keys, *meaning;
} HelpRow;

enum { SCENE_ROWS = 3 }; // the scenes share so many rows

static const HelpRow rows[] = {
    {"H  J", "left, right heatmap: next (Shift: previous)"},
    {"\u2212 = 0", "heatmap's scale: shorter, longer, its own"},
    {"I", "targets as is or binary"},
    {"W", "wipe: A and B in the same place"},
    {"L  G", "histogram's axis; light a range"},
    {"click", "on a pixel: inspect it"},
    {"D  P", "inspect: the drawing; pin the pixel"},
    {"arrows  T", "inspect: move the pixel; target up (Shift: down)"},
    {",  .  Home  End", "one moment back, on; first; newest"},
    {"F", "play the history as a film"},
    {"Space  .  R", "play or pause; one batch; restart"},
    {"[  ]  X", "previous, next, random digits"},
    {"left / right", "draw / erase on the pad"},
    {"Z  Y  C", "undo, redo: strokes, models; clear"},
    {"N  M", "next test digit; centre the drawing"},
    {"V  B  wheel", "thinner, thicker brush"},
    {"Tab  Enter  \u2190 \u2192", "move between buttons, press, choose"},
    {"S", "screenshot with all settings inside"},
    {"Ctrl +  \u2212  0", "larger, smaller, normal size"},
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
    static const float values[] = {-1.0f, 2.0f, NAN};
    static const char *const names[] = {"below 0", "above 1", "not a number"};
    float x = row.x;
    const float size = ui_px(ui, 12);
    for (int i = 0; i < 3; i++) {
        draw_box(ui->draw, (Rect){x, row.y + (row.h - size) / 2, size, size},
                 draw_map_color(ui->draw->palette, MAP_GREY, values[i], 1.0f), ui_px(ui, 2));
        x += size + ui_px(ui, 6);
        const float width = ui_text_width(ui, FONT_UI, TEXT_NORMAL, names[i]);
        ui_text(ui, (Rect){x, row.y, width + 1, row.h}, FONT_UI, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, names[i]);
        x += width + ui_px(ui, 18);
    }
}

void panel_help(Panel *panel)
{
    Ui *ui = panel->ui;
    const float height = panel->layout->window.h, width = panel->layout->window.w;
    draw_box(ui->draw, (Rect){0, 0, width, height}, ui->theme->shade, 0);
    const float pad = ui_px(ui, 24), line = fminf(ui_px(ui, 26), floorf((height - 3 * pad) / (LINES + 3)));
    const float box_width = fminf(ui_px(ui, 900), width - pad);
    const Rect box = {roundf((width - box_width) / 2), roundf((height - line * (LINES + 3) - 2 * pad) / 2), box_width,
                      line * (LINES + 3) + 2 * pad};
    draw_box(ui->draw, box, ui->theme->panel, ui_px(ui, 10));
    draw_frame(ui->draw, box, ui->theme->faint, ui_px(ui, 10), ui_px(ui, 1));
    Rect row = {box.x + pad, box.y + pad, box.w - 2 * pad, line};
    ui_text(ui, row, FONT_UI_BOLD, TEXT_TITLE, ui->theme->text, ALIGN_LEFT, "Keys");
    ui_text(ui, row, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, "Esc closes");
    row.y += line * 1.3f;
    const float keys = ui_px(ui, 124), gap = ui_px(ui, 16), column = floorf((row.w - gap) / 2);
    for (int i = 0; i < ROWS; i++) {
        const float x = row.x + (i < LINES ? 0 : column + gap), y = row.y + line * (float)(i % LINES);
        char scene_keys[48], scenes[160];
        HelpRow help = {scene_keys, scenes};
        if (i < SCENE_ROWS)
            format_scenes(i, scene_keys, scenes);
        else
            help = rows[i - SCENE_ROWS];
        ui_text(ui, (Rect){x, y, keys, line}, FONT_FIGURES, TEXT_NORMAL, ui->theme->a, ALIGN_LEFT, help.keys);
        ui_text(ui, (Rect){x + keys, y, column - keys, line}, FONT_UI, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT,
                help.meaning);
    }
    row.y += line * (LINES + 0.4f);
    draw_legend(panel, row);
}
