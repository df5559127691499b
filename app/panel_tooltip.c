// The tooltip: everything about the pixel under the mouse, for every model on show.
#include <math.h>
#include <stdio.h>

#include "panel.h"
#include "theme.h"

enum { ROWS = 7 };

typedef struct Table {
    char title[64];
    char labels[ROWS][32];
    char values[ROWS][SIDE_COUNT][24]; // "" : no such column
} Table;

static void format_figure(double value, char text[24])
{
    if (!isfinite(value))
        (void)snprintf(text, 24, "%s", isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
    else if (value != 0 && (fabs(value) < 1e-4 || fabs(value) >= 1e4))
        (void)snprintf(text, 24, "%.1e", value);
    else
        (void)snprintf(text, 24, "%.4f", value);
}

static void fill_model(Table *table, const Frame *frame, PixelHover hover, int side, float t)
{
    const ModelFrame *m = &frame->models[side];
    const size_t at = (size_t)(hover.is_pad ? 0 : hover.cell) * DIGIT_PIXELS + (size_t)hover.pixel;
    const float z = hover.is_pad ? m->pad_z[at] : m->z[at], p = hover.is_pad ? m->pad_p[at] : m->p[at];
    format_figure((double)p, table->values[1][side]);
    for (int loss = 0; loss < HEATMAP_COUNT; loss++) {
        const float value = hover.is_pad ? m->pad_loss[loss][at] : m->loss[loss][at];
        float slope;
        model_loss_slopes(m->model, loss, &z, &t, &slope, 1);
        format_figure((double)value, table->values[2 + loss][side]);
        format_figure((double)slope, table->values[5 + loss][side]);
        if (loss == LOSS_BCE && slope == 0.0f &&
            (p <= 0.0f || p >= 1.0f)) // not a rounded figure: nothing is learnt here
            (void)snprintf(table->values[5 + loss][side], sizeof table->values[5 + loss][side], "0 clipped");
    }
    format_figure((double)z, table->values[4][side]);
}

static Table fill_table(const Frame *frame, PixelHover hover)
{
    Table table = {0};
    const int row = hover.pixel / DIGIT_SIDE, column = hover.pixel % DIGIT_SIDE;
    const float t =
        hover.is_pad ? frame->pad_input[hover.pixel] : frame->targets[hover.cell * DIGIT_PIXELS + hover.pixel];
    if (hover.is_pad)
        (void)snprintf(table.title, sizeof table.title, "your digit, row %d, column %d", row, column);
    else if (frame->labels[hover.cell] >= 0)
        (void)snprintf(table.title, sizeof table.title, "test %d (a %d), row %d, column %d", frame->indices[hover.cell],
                       frame->labels[hover.cell], row, column);
    else
        (void)snprintf(table.title, sizeof table.title, "test %d, row %d, column %d", frame->indices[hover.cell], row,
                       column);
    (void)snprintf(table.labels[0], sizeof table.labels[0], "target t");
    (void)snprintf(table.labels[1], sizeof table.labels[1], "output p");
    (void)snprintf(table.labels[2], sizeof table.labels[2], "BCE (floor %.3f)", loss_bce_floor((double)t));
    (void)snprintf(table.labels[3], sizeof table.labels[3], "%s", loss_get(LOSS_MSE)->label);
    (void)snprintf(table.labels[4], sizeof table.labels[4], "logit z");
    (void)snprintf(table.labels[5], sizeof table.labels[5], "\u2202BCE/\u2202z");
    (void)snprintf(table.labels[6], sizeof table.labels[6], "\u2202MSE/\u2202z");
    format_figure((double)t, table.values[0][panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B]);
    for (int side = 0; side < SIDE_COUNT; side++)
        if (panel_is_shown(frame, side))
            fill_model(&table, frame, hover, side, t);
    return table;
}

static Rect place_box(Panel *panel, float width, float height)
{
    const Ui *ui = panel->ui;
    const Rect bottom = panel->frame->layout.bottom;
    const float offset = ui_px(ui, 16), margin = ui_px(ui, 6);
    Rect box = {ui->input.mouse_x + offset, ui->input.mouse_y + offset, width, height};
    if (box.x + width + margin > bottom.w)
        box.x = ui->input.mouse_x - offset - width;
    if (box.y + height + margin > bottom.y)
        box.y = ui->input.mouse_y - offset - height;
    const Rect sidebar = panel->frame->layout.sidebar;
    if (panel->hover.is_set && ui->input.mouse_x < sidebar.x + sidebar.w) // never over the pad that one draws on
        box.x = sidebar.x + sidebar.w + margin;
    box.x = fmaxf(margin, box.x);
    box.y = fmaxf(margin, box.y);
    return box;
}

// A line round the pixel itself wherever it is shown, so that the same place is found in every grid.
static void mark_pixel(Panel *panel, const GridLayout *grid, int cell)
{
    if (grid->columns == 0)
        return;
    const PixelHover hover = panel->hover;
    const float line = ui_px(panel->ui, 1), side = (float)grid->pixel_px;
    const Rect rect = {
        grid->origin.x + (float)(cell % grid->columns) * grid->pitch + (float)(hover.pixel % DIGIT_SIDE) * side - line,
        grid->origin.y + (float)(cell / grid->columns) * grid->pitch + (float)(hover.pixel / DIGIT_SIDE) * side - line,
        side + 2 * line, side + 2 * line};
    draw_frame(panel->ui->draw, rect, 0xffffffd0, 0, line);
}

static void mark_everywhere(Panel *panel)
{
    const Layout *layout = &panel->frame->layout;
    const int cell = panel->hover.is_pad ? 0 : panel->hover.cell;
    mark_pixel(panel, panel->hover.is_pad ? &layout->drawn_input : &layout->input, cell);
    for (int side = 0; side < SIDE_COUNT; side++)
        for (int i = 0; i < 1 + HEATMAP_COUNT; i++)
            mark_pixel(panel,
                       panel->hover.is_pad ? &layout->drawn[side][i]
                       : i == 0            ? &layout->reconstruction[side]
                                           : &layout->heatmap[side][i - 1],
                       cell);
}

static void draw_hint(Panel *panel)
{
    Ui *ui = panel->ui;
    if (!ui->hint[0])
        return;
    const float pad = ui_px(ui, 8), height = ui_px(ui, 24);
    const Rect box = place_box(panel, ui_text_width(ui, FONT_UI, TEXT_SMALL, ui->hint) + 2 * pad, height);
    draw_box(ui->draw, box, COLOR_RAISED, ui_px(ui, RADIUS));
    draw_frame(ui->draw, box, COLOR_EDGE, ui_px(ui, RADIUS), ui_px(ui, 1));
    ui_text(ui, (Rect){box.x + pad, box.y, box.w - 2 * pad, box.h}, FONT_UI, TEXT_SMALL, COLOR_TEXT, ALIGN_LEFT,
            ui->hint);
}

void panel_tooltip(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    if (!panel->hover.is_set) {
        draw_hint(panel);
        return;
    }
    mark_everywhere(panel);
    const Table table = fill_table(frame, panel->hover);
    const float line = ui_px(ui, 18), pad = ui_px(ui, 10), column = ui_px(ui, 72);
    const int columns = frame->scene == SCENE_COMPARE ? 2 : 1;
    const Rect box = place_box(panel, ui_px(ui, 128) + (float)columns * column + 2 * pad, line * (ROWS + 2) + pad);
    draw_box(ui->draw, box, 0x12151bf5, ui_px(ui, RADIUS));
    draw_frame(ui->draw, box, 0x4a5160ff, ui_px(ui, RADIUS), ui_px(ui, 1));
    Rect row = {box.x + pad, box.y + pad / 2, box.w - 2 * pad, line};
    ui_text(ui, row, FONT_UI_BOLD, TEXT_NORMAL, COLOR_TEXT, ALIGN_LEFT, table.title);
    row.y += line;
    int place = columns;
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!panel_is_shown(frame, side))
            continue;
        place--;
        const float right = row.x + row.w - (float)place * column;
        Rect cell = {right - column, row.y, column, line};
        ui_text(ui, cell, FONT_UI_BOLD, TEXT_SMALL, panel_side_color(side), ALIGN_RIGHT, side == SIDE_A ? "A" : "B");
        for (int i = 0; i < ROWS; i++) {
            cell.y += line;
            ui_text(ui, cell, FONT_FIGURES, TEXT_SMALL, COLOR_TEXT, ALIGN_RIGHT, table.values[i][side]);
        }
    }
    for (int i = 0; i < ROWS; i++) {
        row.y += line;
        ui_text(ui, row, FONT_UI, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_LEFT, table.labels[i]);
    }
}
