// The grids of test digits in compare and solo: input, outputs, heatmaps. With the wipe A and B are in the same place,
// left and right of a divider.
#include <math.h>
#include <stdio.h>

#include "draw/theme.h"
#include "panels/panel.h"

static Rect grid_header(const GridLayout *grid)
{
    Rect header = grid->header;
    header.w = grid->pitch * (float)grid->columns;
    return header;
}

static Rect grid_area(const GridLayout *grid)
{
    return (Rect){grid->origin.x, grid->origin.y, grid->pitch * (float)grid->columns - 1,
                  grid->pitch * (float)grid->rows - 1};
}

static void draw_input(Panel *panel)
{
    const Frame *frame = panel->frame;
    char range[48], start[24];
    if (frame->is_shuffled)
        (void)snprintf(range, sizeof range, "%d random of %d", frame->page_count, frame->test_count);
    else
        (void)snprintf(range, sizeof range, "test %d\u2013%d", frame->first,
                       (frame->first + frame->page_count - 1) % frame->test_count);
    (void)snprintf(start, sizeof start, frame->is_shuffled ? "random" : "from %d", frame->first);
    const char *const title = frame->look.binarise > 0.0f ? "Input, mixed" : "Input", *const forms[] = {range, start};
    const Rect header = grid_header(&panel->layout->input);
    const float room = header.w - ui_text_width(panel->ui, FONT_UI, TEXT_NORMAL, title) - ui_px(panel->ui, 4);
    panel_header(panel, header, -1, title, ui_choose(panel->ui, FONT_FIGURES, TEXT_SMALL, room, forms, 2));
    panel_digits(panel, &panel->layout->input, frame->targets, frame->page_count, false, -1);
}

static void draw_outputs(Panel *panel, int side)
{
    const Frame *frame = panel->frame;
    const float *p = frame->models[side].p;
    panel_digits(panel, &panel->layout->reconstruction[side], p, frame->page_count, false, -1);
}

static void draw_output_header(Panel *panel, int side)
{
    const Frame *frame = panel->frame;
    const Rect header = grid_header(&panel->layout->reconstruction[side]);
    if (panel_is_wiped(frame)) {
        char pair[140];
        (void)snprintf(pair, sizeof pair, "%s | %s", frame->models[SIDE_A].caption, frame->models[SIDE_B].caption);
        const float title = ui_text_width(panel->ui, FONT_UI, TEXT_NORMAL, "Output A | B") + ui_px(panel->ui, 8);
        const bool has_room = title + ui_text_width(panel->ui, FONT_FIGURES, TEXT_SMALL, pair) <= header.w;
        panel_header(panel, header, -1, "Output A | B", has_room ? pair : "");
        return;
    }
    // the caption goes for both models or for none; their cards say the same
    float widest = 0;
    for (int i = 0; i < SIDE_COUNT; i++)
        widest = fmaxf(widest, ui_text_width(panel->ui, FONT_FIGURES, TEXT_SMALL, frame->models[i].caption));
    const float needed = widest + ui_text_width(panel->ui, FONT_UI, TEXT_NORMAL, "Output") + ui_px(panel->ui, 24);
    panel_header(panel, header, side, "Output", needed <= header.w ? frame->models[side].caption : "");
}

// The mode's figure over the test set where it has one, else "".
static void format_mean(const Frame *frame, int side, int mode, char text[24])
{
    const Metrics *test = &frame->models[side].snapshot->test;
    const Heatmap *row = heatmap_get(mode);
    text[0] = 0;
    if (test->images == 0 || !row->figure)
        return;
    const double figure = row->figure(test);
    if (fabs(figure) < 1e3)
        (void)snprintf(text, 24, row->figure_format, figure);
    else
        panel_format_figure(figure, text);
}

// A mode's mean over the test set and, where it is of another moment than the picture, which; in the longest form that
// there is room for. Takes its width off the line.
static void draw_mean(Panel *panel, Rect *line, int side, int mode)
{
    Ui *ui = panel->ui;
    const ModelFrame *m = &panel->frame->models[side];
    char mean[24], text[80];
    format_mean(panel->frame, side, mode, mean);
    (void)snprintf(text, sizeof text, "%s%s%s", mean, *m->figures_of ? " " : "", m->figures_of);
    if (ui_text_width(ui, FONT_UI, TEXT_NORMAL, text) > line->w) // the caption says the moment, too
        (void)snprintf(text, sizeof text, "%s", mean);
    const float width = ui_text_width(ui, FONT_UI, TEXT_NORMAL, text) + ui_px(ui, 6);
    if (width > line->w + ui_px(ui, 6))
        return;
    ui_text(ui, *line, FONT_UI, TEXT_NORMAL, panel_figure_color(m, COLOR_TEXT), ALIGN_LEFT, text);
    line->x += width;
    line->w -= width;
}

static void draw_heatmap_header(Panel *panel, int side, int column)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const int mode = frame->look.heatmaps[column];
    const Rect header = grid_header(&panel->layout->heatmap[side][column]);
    const bool is_wiped = panel_is_wiped(frame);
    const char *label = heatmap_get(mode)->label;
    char id[24];
    (void)snprintf(id, sizeof id, "scale.%c.%d", side == SIDE_A ? 'a' : 'b', column);
    const float used = ui_text_width(ui, FONT_UI, TEXT_NORMAL, label) + ui_px(ui, is_wiped ? 4 : 18);
    const float bar = panel_color_bar(panel, id, header, used + ui_px(ui, 6), mode);
    Rect rest = header;
    rest.w -= bar + ui_px(ui, 6);
    panel_header(panel, rest, is_wiped ? -1 : side, label, "");
    rest.x += used;
    rest.w -= used;
    draw_mean(panel, &rest, side, mode);
    if (is_wiped)
        draw_mean(panel, &rest, SIDE_B, mode);
}

static void draw_side(Panel *panel, int side)
{
    draw_outputs(panel, side);
    for (int column = 0; column < HEATMAP_COUNT; column++)
        panel_heatmap(panel, &panel->layout->heatmap[side][column], side, column, false, false);
}

static void draw_headers(Panel *panel, int side)
{
    draw_output_header(panel, side);
    for (int column = 0; column < HEATMAP_COUNT; column++)
        draw_heatmap_header(panel, side, column);
}

// ---- the wipe -----------------------------------------------------------------------------------------------------

static void drag_divider(Panel *panel, const char *id, Rect area)
{
    Ui *ui = panel->ui;
    const float wipe = panel->frame->look.wipe, width = ui_px(ui, 2), grip = ui_px(ui, 12);
    const WidgetState state = ui_widget(ui, id, area, "Divider");
    if (state.is_active && ui->input.left)
        panel_look(panel)->wipe = fminf(1.0f, fmaxf(0.0f, (ui->input.mouse_x - area.x) / area.w));
    if (state.is_focused && ui_take_key(ui, KEY_LEFT, false))
        panel_look(panel)->wipe = fmaxf(0.0f, wipe - 0.05f);
    if (state.is_focused && ui_take_key(ui, KEY_RIGHT, false))
        panel_look(panel)->wipe = fminf(1.0f, wipe + 0.05f);
    const float x = roundf(area.x + wipe * area.w);
    draw_box(ui->draw, (Rect){x - width, area.y, width, area.h}, COLOR_A, 0);
    draw_box(ui->draw, (Rect){x, area.y, width, area.h}, COLOR_B, 0);
    draw_box(ui->draw, (Rect){x - grip / 2, area.y + roundf((area.h - 2 * grip) / 2), grip, 2 * grip},
             state.is_hot ? COLOR_TEXT : COLOR_TEXT_SOFT, grip / 2);
    ui_focus_ring(ui, state, area);
}

static void draw_wiped(Panel *panel)
{
    const Frame *frame = panel->frame;
    const GridLayout *grids[] = {&panel->layout->reconstruction[SIDE_A], &panel->layout->heatmap[SIDE_A][0],
                                 &panel->layout->heatmap[SIDE_A][1]};
    const float share = frame->look.wipe;
    // the same share of each grid; one clip a side, since grids stand below each other, too
    for (size_t i = 0; i < sizeof grids / sizeof *grids; i++) {
        const Rect area = grid_area(grids[i]);
        const float x = roundf(area.x + share * area.w);
        for (int side = 0; side < SIDE_COUNT; side++) {
            draw_clip_push(panel->ui->draw, side == SIDE_A ? (Rect){area.x, area.y, x - area.x, area.h}
                                                           : (Rect){x, area.y, area.x + area.w - x, area.h});
            if (i == 0)
                draw_outputs(panel, side);
            else
                panel_heatmap(panel, grids[i], side, (int)i - 1, false, false);
            draw_clip_pop(panel->ui->draw);
        }
    }
    draw_headers(panel, SIDE_A);
    static const char *const ids[] = {"wipe.output", "wipe.heat.0", "wipe.heat.1"};
    for (size_t i = 0; i < sizeof grids / sizeof *grids; i++)
        drag_divider(panel, ids[i], grid_area(grids[i]));
}

static void draw_grids(Panel *panel)
{
    draw_input(panel);
    if (panel_is_wiped(panel->frame)) {
        draw_wiped(panel);
        return;
    }
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!panel_is_shown(panel->frame, side))
            continue;
        draw_headers(panel, side);
        draw_side(panel, side);
    }
}

void panel_compare(Panel *panel)
{
    draw_grids(panel);
    panel_drawn(panel);
}

void panel_solo_a(Panel *panel) { panel_compare(panel); }
void panel_solo_b(Panel *panel) { panel_compare(panel); }
