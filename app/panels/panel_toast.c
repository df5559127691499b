// What was saved, small, and what can be done with it: open its folder, give the figure another title, save it
// elsewhere.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/ui_field.h"
#include "panels/panel.h"

static const char title_field[] = "toast.title.text", path_field[] = "toast.save_as.text";

// The end of the text that fits, behind an ellipsis: a path says most at its end.
static void draw_end(Ui *ui, Rect rect, const char *text)
{
    char line[4096 + 4];
    (void)snprintf(line, sizeof line, "%s", text);
    for (const char *at = text; *at && ui_text_width(ui, FONT_UI, TEXT_SMALL, line) > rect.w;) {
        (void)font_next_codepoint(&at);
        (void)snprintf(line, sizeof line, "\u2026%s", at);
    }
    ui_text(ui, rect, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, line);
}

static void draw_thumbnail(Panel *panel, Rect rect)
{
    Ui *ui = panel->ui;
    const float side = rect.w / THUMB_COLUMNS;
    draw_texels(ui->draw, (Point){rect.x, rect.y}, THUMB_COLUMNS, THUMB_TILES, side, panel->frame->toast->thumbnail);
    draw_frame(ui->draw, rect, ui->theme->edge, 0, fmaxf(1, ui_px(ui, 1)));
}

// The field in the place of the buttons, and what ends it.
static void draw_field(Panel *panel, Rect row, const char *id, RequestKind kind)
{
    Ui *ui = panel->ui;
    const bool is_title = kind == REQUEST_TITLE;
    const Rect hint = {row.x, row.y - row.h, row.w, row.h};
    ui_text(ui, hint, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
            is_title ? "Its title. Enter saves again, Esc leaves" : "Where to. Enter saves, Esc leaves");
    const FieldEvent event = ui_text_field(ui, id, row, is_title ? "Title" : "Path");
    if (event != FIELD_ENTERED)
        return;
    (void)snprintf(panel->requests->text, sizeof panel->requests->text, "%s", ui->field.text);
    panel_request(panel, kind, 0);
}

static void draw_buttons(Panel *panel, Rect row)
{
    Ui *ui = panel->ui;
    const Toast *toast = panel->frame->toast;
    static const struct {
        const char *id, *label;
    } buttons[] = {{"toast.folder", "Open folder"}, {"toast.title", "Another title"}, {"toast.save_as", "Save as"}};
    float x = row.x;
    for (int i = 0; i < 3; i++) {
        if (i == 1 && !toast->is_figure)
            continue;
        const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, buttons[i].label) + ui_px(ui, 18);
        const Rect rect = {x, row.y, width, row.h};
        x += width + ui_px(ui, 6);
        if (!panel_button(panel, buttons[i].id, rect, buttons[i].label, NULL, false, buttons[i].id))
            continue;
        if (i == 0)
            panel_request(panel, REQUEST_FOLDER, 0);
        else
            ui_field_open(ui, i == 1 ? title_field : path_field, i == 1 ? toast->title : toast->path);
    }
}

void panel_toast(Panel *panel)
{
    Ui *ui = panel->ui;
    const Toast *toast = panel->frame->toast;
    if (!toast->is_shown || panel->frame->is_capture)
        return;
    ui->is_modal = panel->layout->is_too_small;
    const Rect box = panel->layout->toast;
    const float pad = ui_px(ui, 12), line = ui_px(ui, 22), height = ui_px(ui, BUTTON_HEIGHT);
    draw_box(ui->draw, box, ui->theme->float_back | 0xff, ui_px(ui, RADIUS));
    draw_frame(ui->draw, box, ui->theme->faint, ui_px(ui, RADIUS), fmaxf(1, ui_px(ui, 1)));
    const Rect thumbnail = panel->layout->thumbnail;
    draw_thumbnail(panel, thumbnail);
    const float x = thumbnail.x + thumbnail.w + pad, width = box.x + box.w - pad - x;
    ui_text(ui, (Rect){x, box.y + pad, width - line, line}, FONT_UI_BOLD, TEXT_FIGURE, ui->theme->text, ALIGN_LEFT,
            toast->is_figure ? "Figure saved" : "Picture of the window saved");
    draw_end(ui, (Rect){x, box.y + pad + line, width, line}, toast->path);
    const Rect row = {x, box.y + box.h - pad - height, width, height};
    if (ui_field_is_open(ui, title_field))
        draw_field(panel, row, title_field, REQUEST_TITLE);
    else if (ui_field_is_open(ui, path_field))
        draw_field(panel, row, path_field, REQUEST_SAVE_AS);
    else
        draw_buttons(panel, row);
    const Rect close = {box.x + box.w - pad - line, box.y + pad, line, line};
    if (panel_button(panel, "toast.close", close, "\u00d7", NULL, false, "toast.close") ||
        (!ui_has_field(ui) && panel->frame->popup == POPUP_NONE && ui_take_key(ui, KEY_ESCAPE, false)))
        panel_request(panel, REQUEST_TOAST, 0);
}
