// Test digits beside each model's row: target, output, heatmaps, in the same columns for both models; and the figures
// of all test digits over them. A click puts a digit on the pad.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"

// ---- heads --------------------------------------------------------------------------------------------------------

// "BCE 0.0923  MSE 0.0099", from the right; the words go before the figures, these only where nothing else fits.
static float draw_set_figures(Panel *panel, int side, Rect line)
{
    Ui *ui = panel->ui;
    const ModelFrame *m = &panel->frame->models[side];
    const Metrics *test = &m->snapshot->test;
    if (test->images == 0)
        return line.w;
    int losses[LOSS_COUNT];
    const Color color = panel_figure_color(ui, m, panel_side_color(ui, side));
    for (int i = loss_list_shown(m->spec.loss, losses) - 1; i >= 0; i--) {
        char figure[24];
        panel_format_figure(test->mean[losses[i]], figure);
        const char *label = loss_get(losses[i])->label;
        const float figure_width = ui_text_width(ui, FONT_FIGURES, TEXT_FIGURE, figure), gap = ui_px(ui, 5),
                    label_width = ui_text_width(ui, FONT_UI, TEXT_NORMAL, label);
        if (figure_width + gap + label_width > line.w)
            break;
        ui_text(ui, line, FONT_FIGURES, TEXT_FIGURE, color, ALIGN_RIGHT, figure);
        line.w -= figure_width + gap;
        ui_text(ui, line, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_RIGHT, label);
        line.w -= label_width + ui_px(ui, 12);
    }
    return line.w;
}

static void draw_head(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const ModelFrame *m = &panel->frame->models[side];
    const Rect head = panel->layout->stage.rows[side].set_head;
    const float thick = ui_px(ui, 2);
    draw_box(ui->draw, (Rect){head.x, head.y + head.h - thick, head.w, thick}, panel_side_color(ui, side), 0);
    const Rect line = {head.x, head.y, head.w, head.h - thick};
    const float room = draw_set_figures(panel, side, line);
    char count[16], all[48], moment[64];
    panel_format_count(panel->frame->test_count, count);
    (void)snprintf(all, sizeof all, "All %s test digits", count);
    (void)snprintf(moment, sizeof moment, "All %s at %s", count, m->figures_of);
    char brief[32];
    (void)snprintf(brief, sizeof brief, "All %s", count);
    const char *const forms[] = {*m->figures_of ? moment : all, *m->figures_of ? m->figures_of : brief, brief, "All",
                                 ""};
    ui_text(ui, line, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT,
            ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, room, forms, 5));
}

void panel_draw_pages(Panel *panel, Rect rect)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const float height = fminf(rect.h - ui_px(ui, 2), ui_px(ui, 20)), gap = ui_px(ui, 4), arrow = ui_px(ui, 22);
    const char *const names[] = {"Shuffle", "X"};
    const char *shuffle = ui_choose(ui, FONT_UI, TEXT_NORMAL, rect.w * 0.25f, names, 2);
    const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, shuffle) + ui_px(ui, 14);
    Rect place = {rect.x + rect.w - width, rect.y + floorf((rect.h - height) / 2), width, height};
    const Rect next = {place.x - gap - arrow, place.y, arrow, height},
               previous = {next.x - gap - arrow, place.y, arrow, height};
    if (panel_button(panel, "page.previous", previous, "\u2039", NULL, false, "page"))
        panel_request(panel, REQUEST_PAGE, -1);
    if (panel_button(panel, "page.next", next, "\u203a", NULL, false, "page"))
        panel_request(panel, REQUEST_PAGE, 1);
    if (panel_button(panel, "page.shuffle", place, shuffle, NULL, frame->is_shuffled, "shuffle"))
        panel_request(panel, REQUEST_SHUFFLE, 0);
    char text[48], brief[24];
    const int last = (frame->first + frame->page_count - 1) % frame->test_count;
    (void)snprintf(text, sizeof text, frame->is_shuffled ? "%d random test digits" : "Test digits %d\u2013%d",
                   frame->is_shuffled ? frame->page_count : frame->first, last);
    (void)snprintf(brief, sizeof brief, frame->is_shuffled ? "random" : "%d\u2013%d", frame->first, last);
    const char *const forms[] = {text, brief, ""};
    ui_text(ui, rect, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
            ui_choose(ui, FONT_UI, TEXT_SMALL, previous.x - rect.x - gap, forms, 3));
}

// ---- digits -------------------------------------------------------------------------------------------------------

static const char *row_label(const Frame *frame, int row)
{
    static const char *const names[] = {"target", "output"};
    return row < 2 ? names[row] : heatmap_get(frame->look.heatmaps[row - 2])->label;
}

// A map of all test digits is no picture of one of them: the stage shows it large.
static bool is_shown(const Frame *frame, int side, int row)
{
    const int mode = row < 2 ? -1 : frame->look.heatmaps[row - 2];
    return mode < 0 || !(heatmap_get(mode)->is_of_set || (side == SIDE_B && heatmap_get(mode)->is_of_pair));
}

static void draw_labels(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const StageRow *row = &panel->layout->stage.rows[side];
    for (int i = 0; i < SET_ROWS; i++)
        if (row->set_labels[i].w > 0 && is_shown(panel->frame, side, i)) {
            const char *const forms[] = {row_label(panel->frame, i), ""};
            ui_text(ui, row->set_labels[i], FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
                    ui_choose(ui, FONT_UI, TEXT_SMALL, row->set_labels[i].w, forms, 2));
        }
}

static void draw_row(Panel *panel, int side, int row)
{
    const Frame *frame = panel->frame;
    const GridLayout *grid = &panel->layout->stage.rows[side].set[row];
    if (!is_shown(frame, side, row))
        return;
    if (row == 0)
        panel_digits(panel, grid, frame->targets, frame->page_count, false, -1);
    else if (row == 1)
        panel_digits(panel, grid, frame->models[side].p, frame->page_count, false, -1);
    else
        panel_heatmap(panel, grid, side, row - 2, false, false);
}

// Each digit is cut at the same place as the large picture.
static void draw_wiped_row(Panel *panel, int row)
{
    const GridLayout *grid = &panel->layout->stage.rows[SIDE_A].set[row];
    const float wipe = panel->frame->look.wipe;
    for (int line = 0; line < grid->rows; line++)
        for (int column = 0; column < grid->columns; column++) {
            const float x = grid->origin.x + (float)column * grid->pitch,
                        y = grid->origin.y + (float)line * grid->pitch, cut = roundf(wipe * grid->side);
            for (int side = 0; side < SIDE_COUNT; side++) {
                draw_clip_push(panel->ui->draw, side == SIDE_A ? (Rect){x, y, cut, grid->side}
                                                               : (Rect){x + cut, y, grid->side - cut, grid->side});
                draw_row(panel, side, row);
                draw_clip_pop(panel->ui->draw);
            }
        }
}

static void draw_side(Panel *panel, int side)
{
    draw_head(panel, side);
    draw_labels(panel, side);
    for (int row = 0; row < SET_ROWS; row++)
        draw_row(panel, side, row);
}

static void caption_second(Panel *panel, Rect rect)
{
    Ui *ui = panel->ui;
    char rows[96];
    (void)snprintf(rows, sizeof rows, "rows: target, output, %s, %s", row_label(panel->frame, 2),
                   row_label(panel->frame, 3));
    const char *const forms[] = {panel->layout->stage.is_small ? rows : "The same digits", "the same digits", ""};
    ui_text(ui, rect, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
            ui_choose(ui, FONT_UI, TEXT_SMALL, rect.w, forms, 3));
}

void panel_draw_set(Panel *panel)
{
    const Frame *frame = panel->frame;
    const StageRow *rows = panel->layout->stage.rows;
    const int first = panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B;
    panel_draw_pages(panel, rows[first].set_caption);
    if (panel_is_wiped(frame)) {
        for (int side = 0; side < SIDE_COUNT; side++)
            draw_head(panel, side);
        draw_labels(panel, SIDE_A);
        draw_row(panel, SIDE_A, 0);
        for (int row = 1; row < SET_ROWS; row++)
            draw_wiped_row(panel, row);
        return;
    }
    for (int side = 0; side < SIDE_COUNT; side++)
        if (panel_is_shown(frame, side))
            draw_side(panel, side);
    if (panel_is_shown(frame, SIDE_A) && panel_is_shown(frame, SIDE_B))
        caption_second(panel, rows[SIDE_B].set_caption);
}
