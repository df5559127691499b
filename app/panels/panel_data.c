// The menu of data sets: the built-in digits, those that are here, and those that can be got from the network.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/ui_field.h"
#include "panels/panel.h"

enum { OTHERS_MAX = 12 }; // folders of other sets that the menu has room for

static const char note[] = "Get is the only thing in losslens that uses the network.";

// A line: what can be opened, or got.
typedef struct DataRow {
    int index; // of the sets; -1: the built-in digits
    char key[24], label[KNOWN_SET_NAME_MAX];
    bool is_here, is_on;
} DataRow;

static DataRow describe_row(const Frame *frame, int index)
{
    DataRow row = {
        .index = index, .key = "builtin", .label = "Built-in digits", .is_here = true, .is_on = frame->is_builtin};
    if (index < 0)
        return row;
    const FoundSet *set = &frame->sets->rows[index];
    if (set->known)
        (void)snprintf(row.key, sizeof row.key, "%s", set->known->key);
    else
        (void)snprintf(row.key, sizeof row.key, "other.%d", index);
    (void)snprintf(row.label, sizeof row.label, "%s", set->known ? set->known->label : set->name);
    row.is_here = set->is_here;
    row.is_on = !frame->is_builtin && row.is_here && strcmp(frame->dataset_name, set->name) == 0;
    return row;
}

// Whether the set that is open is none of the rows': it was opened by its path.
static bool is_elsewhere(const Frame *frame, int count)
{
    bool is_on = frame->is_builtin;
    for (int i = 0; i < count; i++)
        is_on = is_on || describe_row(frame, i - 1).is_on;
    return !is_on;
}

static void draw_elsewhere(Panel *panel, Rect line)
{
    line.h -= ui_px(panel->ui, 2);
    const WidgetState state = panel_menu_row(panel, "data.open.this", line, panel->frame->dataset_name, NULL, true);
    panel_hint(panel, state, "data.open");
    if (state.is_clicked)
        panel_request(panel, REQUEST_POPUP, POPUP_NONE);
}

// How far the one is that is being got, and the button that stops it.
static void draw_fetching(Panel *panel, Rect rest, Rect button)
{
    Ui *ui = panel->ui;
    const Sets *sets = panel->frame->sets;
    char text[64];
    const double share = sets->total > 0 ? fmin(1.0, (double)sets->done / (double)sets->total) : 0.0;
    (void)snprintf(text, sizeof text, "%.1f of %.1f MB", (double)sets->done / 1e6, (double)sets->total / 1e6);
    const float bar = ui_px(ui, 3);
    ui_text(ui, rest, FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, text);
    draw_box(ui->draw, (Rect){rest.x, rest.y + rest.h - bar, rest.w, bar}, ui->theme->raised, 0);
    draw_box(ui->draw, (Rect){rest.x, rest.y + rest.h - bar, rest.w * (float)share, bar}, ui->theme->text, 0);
    if (panel_button(panel, "data.cancel", button, "Cancel", NULL, false, "data.cancel"))
        panel_request(panel, REQUEST_DATA_CANCEL, 0);
}

static void draw_absent(Panel *panel, Rect line, const DataRow *row)
{
    Ui *ui = panel->ui;
    const Sets *sets = panel->frame->sets;
    const float indent = ui_px(ui, 24), gap = ui_px(ui, 8), width = ui_px(ui, 74);
    const Rect button = {line.x + line.w - width, line.y, width, line.h - ui_px(ui, 2)};
    const float label = ui_text_width(ui, FONT_UI, TEXT_NORMAL, row->label) + 1;
    ui_text(ui, (Rect){line.x + indent, line.y, label, button.h}, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_LEFT,
            row->label);
    const float x = line.x + indent + label + gap;
    const Rect rest = {x, line.y, button.x - gap - x, button.h};
    if (sets->job && sets->fetching == row->index) {
        draw_fetching(panel, rest, button);
        return;
    }
    char id[40], text[32];
    (void)snprintf(id, sizeof id, "data.get.%s", row->key);
    (void)snprintf(text, sizeof text, "%.0f MB", (double)known_set_size(sets->rows[row->index].known) / 1e6);
    ui_text(ui, rest, FONT_FIGURES, TEXT_SMALL, ui->theme->faint, ALIGN_RIGHT, text);
    if (!sets->job && panel_button(panel, id, button, "Get", NULL, false, "data.get"))
        panel_request(panel, REQUEST_DATA_FETCH, row->index);
}

static void draw_row(Panel *panel, Rect line, const DataRow *row)
{
    char id[40];
    if (!row->is_here) {
        draw_absent(panel, line, row);
        return;
    }
    (void)snprintf(id, sizeof id, "data.open.%s", row->key);
    line.h -= ui_px(panel->ui, 2);
    const WidgetState state = panel_menu_row(panel, id, line, row->label, NULL, row->is_on);
    panel_hint(panel, state, "data.open");
    if (state.is_clicked)
        panel_request(panel, REQUEST_DATA_OPEN, row->index);
}

// A path of anything that can be opened: a row, and the field in its place.
static void draw_path(Panel *panel, Rect line)
{
    Ui *ui = panel->ui;
    line.h -= ui_px(ui, 2);
    if (!ui_field_is_open(ui, PANEL_PATH_FIELD)) {
        const WidgetState state = panel_menu_row(panel, "data.path", line, "A file or folder\u2026", "Ctrl O", false);
        panel_hint(panel, state, "data.path");
        if (state.is_clicked)
            ui_field_open(ui, PANEL_PATH_FIELD, "");
        return;
    }
    if (ui_text_field(ui, PANEL_PATH_FIELD, line, "Path") != FIELD_ENTERED)
        return;
    (void)snprintf(panel->requests->text, sizeof panel->requests->text, "%s", ui->field.text);
    panel_request(panel, REQUEST_OPEN, 0);
    panel_request(panel, REQUEST_POPUP, POPUP_NONE);
}

static void draw_export(Panel *panel, Rect line)
{
    line.h -= ui_px(panel->ui, 2);
    const WidgetState state =
        panel_menu_row(panel, "data.export", line, "Export figures and pictures as numbers", NULL, false);
    panel_hint(panel, state, "data.export");
    if (!state.is_clicked)
        return;
    panel_request(panel, REQUEST_EXPORT, 0);
    panel_request(panel, REQUEST_POPUP, POPUP_NONE);
}

static void draw_notices(Panel *panel, Rect line)
{
    char label[48];
    line.h -= ui_px(panel->ui, 2);
    (void)snprintf(label, sizeof label, "What was noticed (%d)", panel->frame->notices->count);
    const WidgetState state = panel_menu_row(panel, "data.notices", line, label, NULL, false);
    panel_hint(panel, state, "data.notices");
    if (state.is_clicked)
        panel_request(panel, REQUEST_POPUP, POPUP_NOTICES);
}

void panel_data(Panel *panel)
{
    Ui *ui = panel->ui;
    const Sets *sets = panel->frame->sets;
    const Rect top = panel->layout->top;
    const float pad = ui_px(ui, 8), width = ui_px(ui, 380), line_of_text = ui_px(ui, 18);
    const bool has_notices = panel->frame->notices->count > 0;
    const int count = (int)fmin(sets->count, known_set_count() + OTHERS_MAX) + 1;
    const bool has_own = is_elsewhere(panel->frame, count);
    const int lines = count + has_own + 2 + has_notices;
    const char *text = sets->message.text[0] ? sets->message.text : note;
    const float room = panel->layout->window.h - top.h - 3 * pad - 5 * line_of_text;
    const float line = fminf(ui_px(ui, BUTTON_HEIGHT + 2), floorf(room / (float)lines));
    const Rect measured = {0, 0, width - ui_px(ui, 12), 5 * line_of_text};
    const float words = ui_paragraph(ui, measured, FONT_UI, TEXT_SMALL, 0, text);
    const Rect box = {top.x + top.w - width - 2 * pad - ui_px(ui, MARGIN), top.y + top.h, width + 2 * pad,
                      line * (float)lines + words + 3 * pad};
    panel_popup(panel, box);
    for (int i = 0; i < count; i++) {
        const DataRow row = describe_row(panel->frame, i - 1);
        draw_row(panel, (Rect){box.x + pad, box.y + pad + line * (float)i, width, line}, &row);
    }
    Rect rest = {box.x + pad, box.y + pad + line * (float)count, width, line};
    if (has_own) {
        draw_elsewhere(panel, rest);
        rest.y += line;
    }
    draw_path(panel, rest);
    draw_export(panel, (Rect){rest.x, rest.y + line, width, line});
    if (has_notices)
        draw_notices(panel, (Rect){rest.x, rest.y + 2 * line, width, line});
    const Rect place = {box.x + pad + ui_px(ui, 6), box.y + 2 * pad + line * (float)lines, measured.w, measured.h};
    (void)ui_paragraph(ui, place, FONT_UI, TEXT_SMALL, ui->theme->soft, text);
}
