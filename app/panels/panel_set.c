// Test digits beside each model's row: target, output, heatmaps, in the same columns for both models; and the figures
// of all test digits over them. A model that trains with noise has, in the heatmaps' place, the noisy input and what it
// makes of that. A click puts a digit on the pad.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"

// ---- heads --------------------------------------------------------------------------------------------------------

// "BCE 0.0923  MSE 0.0099", from the right, with a gap before each. Returns the width that they take; a colour of 0
// only measures.
static float draw_losses(Panel *panel, int side, Rect line, const int *losses, int count, float size, float gap,
                         Color color)
{
    Ui *ui = panel->ui;
    const float start = line.w;
    for (int i = count - 1; i >= 0; i--) {
        char figure[24];
        panel_format_figure(panel->frame->models[side].snapshot->test.mean[losses[i]], figure);
        const char *name = loss_get(losses[i])->label;
        if (color)
            ui_text(ui, line, FONT_FIGURES, size, color, ALIGN_RIGHT, figure);
        line.w -= ui_text_width(ui, FONT_FIGURES, size, figure) + ui_px(ui, 4);
        if (color)
            ui_text(ui, line, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_RIGHT, name);
        line.w -= ui_text_width(ui, FONT_UI, TEXT_NORMAL, name) + gap;
    }
    return start - line.w;
}

// All losses that are shown beside a word as wide as the first of widths, smaller where there is little room, then
// beside the next, then without a word; in the end from the last on as many as there is room for. Returns the room that
// is left.
static float draw_set_figures(Panel *panel, int side, Rect line, const float widths[2])
{
    static const float sizes[] = {TEXT_FIGURE, TEXT_NORMAL};
    const Ui *ui = panel->ui;
    const float gap = ui_px(ui, 10), close = ui_px(ui, 6);
    const ModelFrame *m = &panel->frame->models[side];
    const Color color = panel_figure_color(ui, m, panel_side_color(ui, side));
    int losses[LOSS_COUNT];
    if (m->snapshot->test.images == 0)
        return line.w;
    const int count = loss_list_shown(m->spec.loss, losses);
    for (int i = 0; i < 4; i++)
        if (draw_losses(panel, side, line, losses, count, sizes[i % 2], gap, 0) + widths[i / 2] <= line.w)
            return line.w - draw_losses(panel, side, line, losses, count, sizes[i % 2], gap, color);
    if (draw_losses(panel, side, line, losses, count, TEXT_NORMAL, close, 0) - close <= line.w)
        return line.w - draw_losses(panel, side, line, losses, count, TEXT_NORMAL, close, color);
    int first = 1;
    while (first < count - 1 &&
           draw_losses(panel, side, line, losses + first, count - first, TEXT_FIGURE, gap, 0) + widths[0] > line.w)
        first++;
    return line.w - draw_losses(panel, side, line, losses + first, count - first, TEXT_FIGURE, gap, color);
}

static void draw_head(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const ModelFrame *m = &panel->frame->models[side];
    const Rect head = panel->layout->stage.rows[side].set_head;
    const float thick = ui_px(ui, 2);
    draw_box(ui->draw, (Rect){head.x, head.y + head.h - thick, head.w, thick}, panel_side_color(ui, side), 0);
    const Rect line = {head.x, head.y, head.w, head.h - thick};
    char all[64], brief[32], moment[64];
    panel_name_digits(panel->frame, all, brief);
    (void)snprintf(moment, sizeof moment, "%s at %.*s", brief, 24, m->figures_of);
    const char *const forms[] = {*m->figures_of ? moment : all, *m->figures_of ? m->figures_of : brief, brief, "All",
                                 ""};
    const float widths[] = {ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, brief),
                            ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, "All")};
    const float room = draw_set_figures(panel, side, line, widths);
    panel_say_totals(panel, line, side);
    ui_text(ui, line, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT,
            ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, room, forms, 5));
}

// The words of a line of pages: which digits, and the button's that shuffles them.
typedef struct PageWords {
    char caption[48];
    const char *shuffle;
} PageWords;

static float arrows_width(const Ui *ui) { return 2 * ui_px(ui, 22) + 4 * ui_px(ui, 4); }
static float shuffle_width(Ui *ui, const char *word)
{
    return ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, word) + ui_px(ui, 14);
}

static float pages_width(Ui *ui, const PageWords *words)
{
    return ui_text_width(ui, FONT_UI, TEXT_SMALL, words->caption) + arrows_width(ui) +
           shuffle_width(ui, words->shuffle);
}

// The caption's words go first, then the button's; the last form has the least of both.
static PageWords choose_words(Panel *panel, float width)
{
    const Frame *frame = panel->frame;
    const int last = (frame->first + frame->page_count - 1) % frame->test_count;
    char whole[48], brief[48];
    (void)snprintf(whole, sizeof whole, frame->is_shuffled ? "%d random test digits" : "Test digits %d\u2013%d",
                   frame->is_shuffled ? frame->page_count : frame->first, last);
    (void)snprintf(brief, sizeof brief, frame->is_shuffled ? "random" : "%d\u2013%d", frame->first, last);
    const struct {
        const char *caption, *shuffle;
    } forms[] = {{whole, "Shuffle"}, {brief, "Shuffle"}, {brief, "Mix"}, {"", "Shuffle"}, {"", "Mix"}};
    PageWords words;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        words.shuffle = forms[i].shuffle;
        (void)snprintf(words.caption, sizeof words.caption, "%s", forms[i].caption);
        if (pages_width(panel->ui, &words) <= width)
            break;
    }
    return words;
}

float panel_pages_width(Panel *panel, float most)
{
    const PageWords words = choose_words(panel, most);
    return ceilf(pages_width(panel->ui, &words));
}

void panel_draw_pages(Panel *panel, Rect rect)
{
    Ui *ui = panel->ui;
    const float height = fminf(rect.h - ui_px(ui, 2), ui_px(ui, 20)), gap = ui_px(ui, 4), arrow = ui_px(ui, 22);
    const PageWords words = choose_words(panel, rect.w);
    ui_text(ui, rect, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, words.caption);
    if (panel_hides(panel, HIDE_PAGES))
        return;
    const float width = shuffle_width(ui, words.shuffle);
    Rect place = {rect.x + rect.w - width, rect.y + floorf((rect.h - height) / 2), width, height};
    const Rect next = {place.x - gap - arrow, place.y, arrow, height},
               previous = {next.x - gap - arrow, place.y, arrow, height};
    if (panel_button(panel, "page.previous", previous, "\u2039", NULL, false, "page"))
        panel_request(panel, REQUEST_PAGE, -1);
    if (panel_button(panel, "page.next", next, "\u203a", NULL, false, "page"))
        panel_request(panel, REQUEST_PAGE, 1);
    if (panel_button(panel, "page.shuffle", place, words.shuffle, NULL, panel->frame->is_shuffled, "shuffle"))
        panel_request(panel, REQUEST_SHUFFLE, 0);
}

// ---- digits -------------------------------------------------------------------------------------------------------

enum { ROW_TARGET, ROW_OUTPUT, ROW_MAPS }; // from ROW_MAPS on: heatmaps, or the noisy input and what comes of it

// Under the divider both models' rows are of one kind.
static bool has_noisy(const Frame *frame, int side)
{
    const int other = panel_is_wiped(frame) ? 1 - side : side;
    return pixels_are_damaged(&frame->models[side].spec) && pixels_are_damaged(&frame->models[other].spec);
}

static const char *row_label(const Frame *frame, int side, int row)
{
    static const char *const names[] = {"target", "output"}, *const noisy[] = {"noisy input", "its output"};
    if (row >= ROW_MAPS && has_noisy(frame, side))
        return noisy[row - ROW_MAPS];
    return row < ROW_MAPS ? names[row] : heatmap_get(frame->look.heatmaps[row - ROW_MAPS])->label;
}

// A map of all test digits is no picture of one of them: the stage shows it large.
static bool is_shown(const Frame *frame, int side, int row)
{
    const int mode = row < ROW_MAPS || has_noisy(frame, side) ? -1 : frame->look.heatmaps[row - ROW_MAPS];
    return mode < 0 || !(heatmap_get(mode)->is_of_set || (side == SIDE_B && heatmap_get(mode)->is_of_pair));
}

// In one line, or with its words below each other; not at all where that has no room.
static void draw_label(Panel *panel, Rect place, const char *label)
{
    Ui *ui = panel->ui;
    if (ui_text_width(ui, FONT_UI, TEXT_SMALL, label) <= place.w) {
        ui_text(ui, place, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, label);
        return;
    }
    char first[32];
    const char *space = strchr(label, ' ');
    (void)snprintf(first, sizeof first, "%.*s", space ? (int)(space - label) : 0, label);
    const float line = roundf(ui_px(ui, TEXT_SMALL) * 1.4f), widest = place.w;
    if (!space || strchr(space + 1, ' ') || ui_text_width(ui, FONT_UI, TEXT_SMALL, first) > widest ||
        ui_text_width(ui, FONT_UI, TEXT_SMALL, space + 1) > widest || 2 * line > place.h)
        return;
    place.y += floorf((place.h - 2 * line) / 2);
    place.h = line;
    ui_text(ui, place, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, first);
    place.y += line;
    ui_text(ui, place, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, space + 1);
}

static void draw_labels(Panel *panel, int side)
{
    const StageRow *row = &panel->layout->stage.rows[side];
    for (int i = 0; i < SET_ROWS; i++)
        if (row->set_labels[i].w > 0 && is_shown(panel->frame, side, i)) {
            draw_label(panel, row->set_labels[i], row_label(panel->frame, side, i));
        }
}

static void draw_row(Panel *panel, int side, int row)
{
    const Frame *frame = panel->frame;
    const GridLayout *grid = &panel->layout->stage.rows[side].set[row];
    if (!is_shown(frame, side, row))
        return;
    if (row == ROW_TARGET)
        panel_digits(panel, grid, frame->targets, frame->page_count, false, -1);
    else if (row == ROW_OUTPUT)
        panel_outputs(panel, grid, side, false, false);
    else if (has_noisy(frame, side))
        panel_noisy(panel, grid, side, row > ROW_MAPS);
    else
        panel_heatmap(panel, grid, side, row - ROW_MAPS, false, false);
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
    (void)snprintf(rows, sizeof rows, "rows: target, output, %s, %s", row_label(panel->frame, SIDE_B, 2),
                   row_label(panel->frame, SIDE_B, 3));
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
