// The help overlay: every key, what the colours mean.
#include <math.h>

#include "palette.h"
#include "panel.h"
#include "theme.h"

typedef struct HelpRow {
    const char *keys, *meaning;
} HelpRow;

static const HelpRow rows[] = {
    {"Tab, Shift+Tab", "move between buttons; Enter or Space presses"},
    {"\u2190 \u2192", "choose within a row of options that has the focus"},
    {"1  2  3", "compare A and B; A alone; B alone"},
    {"Space", "play or pause training"},
    {".", "train one batch"},
    {"R", "restart from the same initial weights"},
    {"[  ]", "previous, next page of digits"},
    {"X", "another random page"},
    {"left / right button", "draw / erase on the pad"},
    {"Z  Y", "undo, redo a stroke (Ctrl too)"},
    {"C", "clear the pad"},
    {"N", "put the next test digit on the pad"},
    {"M", "centre the drawing like MNIST's digits"},
    {"V  B, wheel", "thinner, thicker brush"},
    {"S", "screenshot with all settings inside"},
    {"Ctrl +  \u2212  0", "larger, smaller, normal size"},
    {"?  Esc", "this help"},
    {"Ctrl Q", "quit"},
};
enum { ROWS = sizeof rows / sizeof *rows };

static void draw_legend(Panel *panel, Rect row)
{
    Ui *ui = panel->ui;
    static const float values[] = {-1.0f, 2.0f, NAN};
    static const char *const names[] = {"below 0", "above 1", "not a number"};
    float x = row.x;
    const float size = ui_px(ui, 12);
    for (int i = 0; i < 3; i++) {
        draw_box(ui->draw, (Rect){x, row.y + (row.h - size) / 2, size, size}, draw_map_color(MAP_GREY, values[i], 1.0f),
                 ui_px(ui, 2));
        x += size + ui_px(ui, 6);
        const float width = ui_text_width(ui, FONT_UI, TEXT_NORMAL, names[i]);
        ui_text(ui, (Rect){x, row.y, width + 1, row.h}, FONT_UI, TEXT_NORMAL, COLOR_TEXT, ALIGN_LEFT, names[i]);
        x += width + ui_px(ui, 18);
    }
}

void panel_help(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    if (!frame->is_help_shown)
        return;
    const float height = frame->layout.bottom.y + frame->layout.bottom.h, width = frame->layout.bottom.w;
    draw_box(ui->draw, (Rect){0, 0, width, height}, COLOR_SHADE, 0);
    const float pad = ui_px(ui, 24), line = fminf(ui_px(ui, 24), floorf((height - 3 * pad) / (ROWS + 3)));
    const Rect box = {roundf(width / 2 - ui_px(ui, 270)), roundf((height - line * (ROWS + 3) - 2 * pad) / 2),
                      ui_px(ui, 540), line * (ROWS + 3) + 2 * pad};
    draw_box(ui->draw, box, COLOR_PANEL, ui_px(ui, 10));
    draw_frame(ui->draw, box, 0x4a5160ff, ui_px(ui, 10), ui_px(ui, 1));
    Rect row = {box.x + pad, box.y + pad, box.w - 2 * pad, line};
    ui_text(ui, row, FONT_UI_BOLD, TEXT_TITLE, COLOR_TEXT, ALIGN_LEFT, "Keys");
    ui_text(ui, row, FONT_UI, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_RIGHT, "Esc closes");
    row.y += line * 1.2f;
    const float keys = ui_px(ui, 150);
    for (int i = 0; i < ROWS; i++) {
        ui_text(ui, (Rect){row.x, row.y, keys, row.h}, FONT_FIGURES, TEXT_NORMAL, COLOR_A, ALIGN_LEFT, rows[i].keys);
        ui_text(ui, (Rect){row.x + keys, row.y, row.w - keys, row.h}, FONT_UI, TEXT_NORMAL, COLOR_TEXT, ALIGN_LEFT,
                rows[i].meaning);
        row.y += line;
    }
    row.y += line * 0.4f;
    draw_legend(panel, row);
}
