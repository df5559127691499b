// The tooltip: everything about the pixel under the mouse, for every model on show.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"
#include "state/words.h"

enum { ROWS_MAX = 3 + 2 * LOSS_COUNT }; // target, output, losses, logit, slopes

typedef struct Table {
    char title[64];
    char labels[ROWS_MAX][32];
    char values[ROWS_MAX][SIDE_COUNT][24]; // "" : no such column
    int losses[LOSS_COUNT], loss_count, row_count;
} Table;

// The models in the table's columns: A and B, or the one whose image is under the mouse.
static int list_models(const Panel *panel, int models[SIDE_COUNT])
{
    int count = 0;
    if (panel->hover.model >= 0) {
        models[count++] = panel->hover.model;
        return count;
    }
    for (int side = 0; side < SIDE_COUNT; side++)
        if (panel_is_shown(panel->frame, side))
            models[count++] = side;
    return count;
}

static void fill_model(Table *table, const Frame *frame, PixelHover hover, int model, int column, float t)
{
    const ModelFrame *m = &frame->models[model];
    t = frame_target(m, t);
    const size_t at = (size_t)(hover.is_pad ? 0 : hover.cell) * DIGIT_PIXELS + (size_t)hover.pixel;
    const float z = hover.is_pad ? m->pad_z[at] : m->z[at], p = hover.is_pad ? m->pad_p[at] : m->p[at];
    const int logit = 2 + table->loss_count;
    panel_format_figure((double)p, table->values[1][column]);
    panel_format_figure((double)z, table->values[logit][column]);
    for (int i = 0; i < table->loss_count; i++) {
        char *const of_slope = table->values[logit + 1 + i][column];
        float value, slope;
        model_loss_values(m->model, m->settings, table->losses[i], &z, &p, &t, &value, 1);
        model_loss_slopes(m->model, m->range, m->settings, table->losses[i], &z, &t, &slope, 1);
        panel_format_figure((double)value, table->values[2 + i][column]);
        panel_format_slope(slope, p, t, of_slope);
    }
}

// Those that are always shown, and what the models in the columns train with.
static void choose_losses(Table *table, const Frame *frame, const int *models, int count)
{
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        bool is_shown = loss < LOSSES_SHOWN;
        for (int i = 0; i < count; i++)
            is_shown |= frame->models[models[i]].spec.loss == loss;
        if (is_shown)
            table->losses[table->loss_count++] = loss;
    }
    table->row_count = 3 + 2 * table->loss_count;
}

// Of the first of the models that trains with the loss.
static LossSettings find_settings(const Frame *frame, const int *models, int count, int loss)
{
    for (int i = 0; i < count; i++)
        if (frame->models[models[i]].spec.loss == loss)
            return frame->models[models[i]].settings;
    return frame->models[models[0]].settings;
}

static Table fill_table(const Panel *panel, const int *models, int count)
{
    const Frame *frame = panel->frame;
    const PixelHover hover = panel->hover;
    Table table = {0};
    const int row = hover.pixel / DIGIT_SIDE, column = hover.pixel % DIGIT_SIDE;
    const float t =
        hover.is_pad ? frame->pad_input[hover.pixel] : frame->targets[hover.cell * DIGIT_PIXELS + hover.pixel];
    if (hover.is_pad && frame->pad->now.source >= 0)
        (void)snprintf(table.title, sizeof table.title, "test %d, row %d, column %d", frame->pad->now.source, row,
                       column);
    else if (hover.is_pad || frame->indices[hover.cell] < 0)
        (void)snprintf(table.title, sizeof table.title, "your digit, row %d, column %d", row, column);
    else if (frame->labels[hover.cell] >= 0)
        (void)snprintf(table.title, sizeof table.title, "test %d (a %d), row %d, column %d", frame->indices[hover.cell],
                       frame->labels[hover.cell], row, column);
    else
        (void)snprintf(table.title, sizeof table.title, "test %d, row %d, column %d", frame->indices[hover.cell], row,
                       column);
    (void)snprintf(table.labels[0], sizeof table.labels[0], "target t");
    (void)snprintf(table.labels[1], sizeof table.labels[1], "output p");
    choose_losses(&table, frame, models, count);
    const int logit = 2 + table.loss_count;
    (void)snprintf(table.labels[logit], sizeof table.labels[0], "logit z");
    for (int i = 0; i < table.loss_count; i++) {
        const Loss *loss = loss_get(table.losses[i]);
        if (loss->has_floor)
            (void)snprintf(
                table.labels[2 + i], sizeof table.labels[0], "%s (floor %.3f)", loss->label,
                loss_floor(table.losses[i], find_settings(frame, models, count, table.losses[i]), (double)t));
        else
            (void)snprintf(table.labels[2 + i], sizeof table.labels[0], "%s", loss->label);
        (void)snprintf(table.labels[logit + 1 + i], sizeof table.labels[0], "\u2202%s/\u2202z", loss->label);
    }
    panel_format_figure((double)t, table.values[0][0]);
    for (int i = 0; i < count; i++)
        fill_model(&table, frame, hover, models[i], i, t);
    return table;
}

static Rect place_box(Panel *panel, float width, float height)
{
    const Ui *ui = panel->ui;
    const Rect window = panel->layout->window;
    const float offset = ui_px(ui, 16), margin = ui_px(ui, 6);
    Rect box = {ui->input.mouse_x + offset, ui->input.mouse_y + offset, width, height};
    if (box.x + width + margin > window.w)
        box.x = ui->input.mouse_x - offset - width;
    if (box.y + height + margin > window.h)
        box.y = ui->input.mouse_y - offset - height;
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
    const float line = ui_px(panel->ui, 1), side = grid->side / DIGIT_SIDE;
    const Rect rect = {
        grid->origin.x + (float)(cell % grid->columns) * grid->pitch + (float)(hover.pixel % DIGIT_SIDE) * side - line,
        grid->origin.y + (float)(cell / grid->columns) * grid->pitch + (float)(hover.pixel / DIGIT_SIDE) * side - line,
        side + 2 * line, side + 2 * line};
    draw_frame(panel->ui->draw, rect, 0xffffffd0, 0, line);
}

static void mark_cell(Panel *panel, const MatrixCell *place, int cell)
{
    mark_pixel(panel, panel->hover.is_pad ? &place->drawn_output : &place->output, cell);
}

static void mark_everywhere(Panel *panel)
{
    const Layout *layout = panel->layout;
    const bool is_pad = panel->hover.is_pad;
    const int cell = is_pad ? 0 : panel->hover.cell;
    for (int column = 0; column < layout->matrix.columns; column++) {
        mark_cell(panel, &layout->matrix.targets[column], cell);
        for (int row = 0; row < layout->matrix.rows; row++)
            mark_cell(panel, &layout->matrix.cells[row][column], cell);
    }
    for (int side = 0; side < SIDE_COUNT; side++)
        for (int i = 0; i < STAGE_COLUMNS; i++) {
            const StageRow *row = &layout->stage.rows[side];
            if (i < 2 || !heatmap_get(panel->frame->look.heatmaps[i - 2])->is_of_set)
                mark_pixel(panel, is_pad ? &row->pictures[i] : &row->set[i], cell);
        }
}

// Of a widget that says nothing of its own, the words of its id.
static void find_hint(Panel *panel)
{
    Ui *ui = panel->ui;
    const Input *input = &ui->input;
    const Words *words = NULL;
    for (int i = 0; i < ui->widget_count && input->is_inside && !input->left && !ui->hint[0]; i++)
        if (ui_is_inside(ui->widgets[i].rect, input->mouse_x, input->mouse_y)) // the last lies above the others
            words = words_of_widget(ui->widgets[i].id);
    if (words)
        ui_say_hint(ui, words->what, words->look);
}

// Two paragraphs: what it is; what to look for.
static void draw_hint(Panel *panel)
{
    Ui *ui = panel->ui;
    const char *look = strchr(ui->hint, '\n');
    if (!look)
        return;
    char what[sizeof ui->hint];
    (void)snprintf(what, sizeof what, "%.*s", (int)(look++ - ui->hint), ui->hint);
    const float pad = ui_px(ui, 8), gap = ui_px(ui, 3), line = roundf(ui_px(ui, TEXT_SMALL) * 1.4f);
    const float widest =
        fmaxf(ui_text_width(ui, FONT_UI, TEXT_SMALL, what), ui_text_width(ui, FONT_UI, TEXT_SMALL, look));
    Rect text = {0, 0, fminf(widest + 2, ui_px(ui, 420)), 100 * line};
    const float first = ui_paragraph(ui, text, FONT_UI, TEXT_SMALL, 0, what),
                second = ui_paragraph(ui, text, FONT_UI, TEXT_SMALL, 0, look);
    const Rect box = place_box(panel, text.w + 2 * pad, first + gap + second + pad);
    draw_box(ui->draw, box, ui->theme->raised, ui_px(ui, RADIUS));
    draw_frame(ui->draw, box, ui->theme->edge, ui_px(ui, RADIUS), ui_px(ui, 1));
    text = (Rect){box.x + pad, box.y + pad / 2, text.w, first};
    (void)ui_paragraph(ui, text, FONT_UI, TEXT_SMALL, ui->theme->text, what);
    text = (Rect){text.x, text.y + first + gap, text.w, second};
    (void)ui_paragraph(ui, text, FONT_UI, TEXT_SMALL, ui->theme->soft, look);
}

// In a picture without a mouse, a pixel that was asked for is explained in the first digit.
static void show_pinned(Panel *panel)
{
    const Frame *frame = panel->frame;
    if (!frame->is_capture || panel->ui->input.is_inside || panel->hover.is_set || !frame->look.is_pinned ||
        !panel_is_stage(frame) || frame->look.lesson >= 0 || panel->ui->hint[0])
        return;
    const GridLayout *grid = &panel->layout->stage.rows[panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B].pictures[0];
    panel->hover = (PixelHover){.is_set = true, .is_pad = true, .model = -1, .pixel = frame->look.pixel};
    const float side = grid->side / DIGIT_SIDE;
    panel->ui->input.mouse_x = grid->origin.x + (float)(frame->look.pixel % DIGIT_SIDE + 1) * side;
    panel->ui->input.mouse_y = grid->origin.y + (float)(frame->look.pixel / DIGIT_SIDE + 1) * side;
}

static const char *column_name(const Panel *panel, int model)
{
    return panel->hover.model >= 0 ? panel->frame->models[model].caption : model == SIDE_A ? "A" : "B";
}

static float column_width(const Panel *panel, const int *models, int count)
{
    Ui *ui = panel->ui;
    if (count > 1)
        return ui_px(ui, 72); // their names are letters
    const float name = ui_text_width(ui, FONT_UI_BOLD, TEXT_SMALL, column_name(panel, models[0]));
    return fmaxf(ui_px(ui, 104), name + ui_px(ui, 10));
}

void panel_tooltip(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    find_hint(panel);
    show_pinned(panel);
    if (!panel->hover.is_set || frame->look.scene == SCENE_INSPECT) { // there the panel itself says all of it
        draw_hint(panel);
        return;
    }
    mark_everywhere(panel);
    int models[SIDE_COUNT];
    const int columns = list_models(panel, models);
    const Table table = fill_table(panel, models, columns);
    const float line = ui_px(ui, 18), pad = ui_px(ui, 10), column = column_width(panel, models, columns);
    const Rect box =
        place_box(panel, ui_px(ui, 128) + (float)columns * column + 2 * pad, line * (float)(table.row_count + 2) + pad);
    draw_box(ui->draw, box, ui->theme->float_back, ui_px(ui, RADIUS));
    draw_frame(ui->draw, box, ui->theme->faint, ui_px(ui, RADIUS), ui_px(ui, 1));
    Rect row = {box.x + pad, box.y + pad / 2, box.w - 2 * pad, line};
    ui_text(ui, row, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, table.title);
    row.y += line;
    for (int i = 0; i < columns; i++) {
        Rect cell = {row.x + row.w - (float)(columns - i) * column, row.y, column, line};
        const Color color = models[i] < SIDE_COUNT ? panel_side_color(ui, models[i]) : ui->theme->text;
        ui_text(ui, cell, FONT_UI_BOLD, TEXT_SMALL, color, ALIGN_RIGHT, column_name(panel, models[i]));
        for (int j = 0; j < table.row_count; j++) {
            cell.y += line;
            ui_text(ui, cell, FONT_FIGURES, TEXT_SMALL, ui->theme->text, ALIGN_RIGHT, table.values[j][i]);
        }
    }
    for (int i = 0; i < table.row_count; i++) {
        row.y += line;
        ui_text(ui, row, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, table.labels[i]);
    }
}
