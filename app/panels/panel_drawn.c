// The drawing as the models see it, its reconstructions and heatmaps, following the stroke.
#include <math.h>
#include <stdio.h>

#include "draw/theme.h"
#include "panels/panel.h"

enum { OUTLINE_LEVEL = 50 }; // percent of full ink
enum { TITLE_HEIGHT = 15 };  // above each image

// The edge of the original drawing, where ink begins, as thin lines over the centred one.
static void draw_outline(Panel *panel, const GridLayout *grid)
{
    const float *ink = panel->frame->pad_drawn;
    const float level = OUTLINE_LEVEL / 100.0f, side = grid->side / DIGIT_SIDE, line = ui_px(panel->ui, 1);
    for (int row = 0; row < DIGIT_SIDE; row++)
        for (int column = 0; column < DIGIT_SIDE; column++) {
            const bool inside = ink[row * DIGIT_SIDE + column] >= level;
            const bool right = column + 1 < DIGIT_SIDE && ink[row * DIGIT_SIDE + column + 1] >= level;
            const bool below = row + 1 < DIGIT_SIDE && ink[(row + 1) * DIGIT_SIDE + column] >= level;
            const float x = grid->origin.x + (float)(column + 1) * side, y = grid->origin.y + (float)(row + 1) * side;
            if (inside != right)
                draw_box(panel->ui->draw, (Rect){x, y - side, line, side}, 0x5ad1a0c0, 0);
            if (inside != below)
                draw_box(panel->ui->draw, (Rect){x - side, y, side, line}, 0x5ad1a0c0, 0);
        }
}

// Whether the drawing has one column of large images, as in solo, or a row for each model.
static bool is_column(const Frame *frame)
{
    return !scene_has(frame->look.scene, SCENE_HAS_WIPE) || frame->look.is_wiped;
}

static void draw_model(Panel *panel, int side)
{
    const Frame *frame = panel->frame;
    const ModelFrame *m = &frame->models[side];
    const GridLayout *cells = panel->layout->drawn[side];
    panel_digits(panel, &cells[0], m->pad_p, 1, true, -1);
    for (int column = 0; column < HEATMAP_COUNT; column++)
        panel_heatmap(panel, &cells[1 + column], side, column, true, false);
    if (panel_is_wiped(frame))
        return;
    const float width = ui_px(panel->ui, 2);
    draw_box(panel->ui->draw, (Rect){cells[0].origin.x - 2 * width, cells[0].origin.y, width, cells[0].pitch},
             panel_side_color(side), 0);
}

// A left of the divider, B right of it, as in the grids.
static void draw_wiped(Panel *panel)
{
    const Frame *frame = panel->frame;
    const GridLayout *first = &panel->layout->drawn[SIDE_A][0], *last = &panel->layout->drawn[SIDE_A][HEATMAP_COUNT];
    const Rect area = {first->origin.x, first->origin.y, first->pitch, last->origin.y + last->pitch - first->origin.y};
    const float x = roundf(area.x + frame->look.wipe * area.w);
    for (int side = 0; side < SIDE_COUNT; side++) {
        draw_clip_push(panel->ui->draw, side == SIDE_A ? (Rect){area.x, area.y, x - area.x, area.h}
                                                       : (Rect){x, area.y, area.x + area.w - x, area.h});
        draw_model(panel, side);
        draw_clip_pop(panel->ui->draw);
    }
}

// The drawing's own losses beside the input cell, a line for each model.
static void draw_figures(Panel *panel, Rect area)
{
    Ui *ui = panel->ui;
    const float line = fminf(ui_px(ui, 16), floorf(area.h / SIDE_COUNT));
    Rect row = {area.x, area.y, area.w, line};
    char text[32 * LOSS_COUNT];
    for (int side = 0; side < SIDE_COUNT; side++) {
        const ModelFrame *m = &panel->frame->models[side];
        int losses[LOSS_COUNT];
        const int count = loss_list_shown(m->spec.loss, losses);
        size_t used = 0;
        for (int i = 0; i < count; i++) { // as many as there is room for
            char figure[24];
            panel_format_figure(m->pad_loss[losses[i]], figure);
            const size_t length = (size_t)snprintf(text + used, sizeof text - used, "%s%s %s", i ? "  " : "",
                                                   loss_get(losses[i])->label, figure);
            if (i > 0 && ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) > row.w) {
                text[used] = 0;
                break;
            }
            used += length;
        }
        ui_text(ui, row, FONT_FIGURES, TEXT_SMALL, panel_side_color(side), ALIGN_LEFT, text);
        row.y += line;
    }
}

static void draw_titles(Panel *panel, bool is_narrow)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const int first = panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B;
    for (int column = 0; column < 1 + HEATMAP_COUNT; column++) {
        const GridLayout *cell = &panel->layout->drawn[first][column];
        const float height = ui_px(ui, TITLE_HEIGHT);
        const int mode = column > 0 ? frame->look.heatmaps[column - 1] : 0;
        char title[64];
        (void)snprintf(title, sizeof title, "%s",
                       column > 0                       ? heatmap_get(mode)->label
                       : is_narrow && !is_column(frame) ? "Out"
                                                        : "Output");
        const int loss = heatmap_get(mode)->loss;
        char figure[24];
        if (column > 0 && is_column(frame) && !panel_is_wiped(frame) && loss >= 0) {
            panel_format_figure(frame->models[first].pad_loss[loss], figure);
            (void)snprintf(title, sizeof title, "%s %s", heatmap_get(mode)->label, figure);
        }
        const float width = is_column(frame) ? panel->layout->drawn_header.w : cell->pitch + ui_px(ui, 5);
        const float size = ui_fit_size(ui, FONT_UI, TEXT_SMALL, width, title); // over a tiny image; or it is left out
        if (ui_text_width(ui, FONT_UI, size, title) <= width)
            ui_text(ui, (Rect){cell->origin.x, cell->origin.y - height, width, height}, FONT_UI, size, COLOR_TEXT_SOFT,
                    ALIGN_LEFT, title);
    }
}

void panel_drawn(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const GridLayout *input = &panel->layout->drawn_input;
    ui_text(ui, panel->layout->drawn_header, FONT_UI, TEXT_NORMAL, COLOR_TEXT, ALIGN_LEFT, "Your digit");
    char from_set[32];
    const bool is_narrow = panel->layout->drawn_header.w < ui_px(ui, 190);
    (void)snprintf(from_set, sizeof from_set, "test %d", frame->pad->now.source);
    const bool is_moved = frame->pad->is_centred && !frame->pad->now.is_exact && !frame->is_pad_empty;
    ui_text(ui, panel->layout->drawn_header, FONT_UI, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_RIGHT,
            is_moved && is_narrow         ? "centred"
            : is_moved                    ? "centred like MNIST"
            : frame->pad->now.source >= 0 ? from_set
                                          : "");
    panel_digits(panel, input, frame->pad_input, 1, true, -1);
    if (is_moved)
        draw_outline(panel, input);
    const float gap = ui_px(ui, 8), x = input->origin.x + input->pitch + gap;
    const float room = panel->layout->drawn_header.x + panel->layout->drawn_header.w - x;
    const float titles = panel->layout->drawn[SIDE_A][0].origin.y - ui_px(ui, TITLE_HEIGHT);
    if (!is_column(frame))
        draw_figures(panel, (Rect){x, input->origin.y, room, titles - input->origin.y});
    draw_titles(panel, is_narrow);
    if (panel_is_wiped(frame)) {
        draw_wiped(panel);
        return;
    }
    for (int side = 0; side < SIDE_COUNT; side++)
        if (panel_is_shown(frame, side))
            draw_model(panel, side);
}
