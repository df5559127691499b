// The drawing pad and its tools.
#include <math.h>
#include <stdio.h>

#include "draw/theme.h"
#include "panels/panel.h"

static Request place(const Panel *panel, RequestKind kind, Point at)
{
    const Rect pad = panel->layout->pad;
    const float unit = DIGIT_SIDE / pad.w;
    return (Request){.kind = kind, .x = (at.x - pad.x) * unit, .y = (at.y - pad.y) * unit};
}

static void take_strokes(Panel *panel, WidgetState state)
{
    const Input *input = &panel->ui->input;
    const bool is_drawing = panel->frame->pad->is_drawing, is_pressed = input->left_pressed || input->right_pressed;
    if (!is_drawing && state.is_hot && is_pressed) {
        Request begin = place(panel, REQUEST_PAD_BEGIN, (Point){input->mouse_x, input->mouse_y});
        begin.value = input->right_pressed;
        requests_add(panel->requests, begin);
    }
    for (int i = 0; is_drawing && i < input->path_count; i++)
        requests_add(panel->requests, place(panel, REQUEST_PAD_CONTINUE, input->path[i]));
    if (is_drawing && !input->left && !input->right)
        panel_request(panel, REQUEST_PAD_END, 0);
}

// The pad's own pixels are what the models see only while nothing is centred.
static void find_hover(Panel *panel, WidgetState state)
{
    const Input *input = &panel->ui->input;
    const Pad *pad = panel->frame->pad;
    if (!state.is_hot || input->left || input->right || panel->frame->is_pad_empty ||
        (pad->is_centred && !pad->now.is_exact))
        return;
    const Request at = place(panel, REQUEST_PAD_BEGIN, (Point){input->mouse_x, input->mouse_y});
    const int row = (int)at.y, column = (int)at.x;
    if (row >= 0 && row < DIGIT_SIDE && column >= 0 && column < DIGIT_SIDE)
        panel->hover = (PixelHover){.is_set = true, .is_pad = true, .model = -1, .pixel = row * DIGIT_SIDE + column};
}

static void draw_brush(Panel *panel, WidgetState state, Rect pad)
{
    const Input *input = &panel->ui->input;
    if (!state.is_hot)
        return;
    const float radius = panel->frame->pad->brush * pad.w / DIGIT_SIDE;
    draw_clip_push(panel->ui->draw, pad);
    draw_frame(panel->ui->draw, (Rect){input->mouse_x - radius, input->mouse_y - radius, 2 * radius, 2 * radius},
               0xffffff90, radius, ui_px(panel->ui, 1));
    draw_clip_pop(panel->ui->draw);
}

// The next button's place, row by row.
static void move_on(Rect *row, Rect tools, int columns, int *place, float gap)
{
    ++*place;
    row->x = tools.x + (float)(*place % columns) * (row->w + gap);
    row->y = tools.y + (float)(*place / columns) * (row->h + gap);
}

static void draw_tools(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect tools = panel->layout->tools;
    // three columns below a wide pad, one column beside a large one, two beside a small one
    const int columns = tools.w > ui_px(ui, 250) ? 3 : tools.w > ui_px(ui, 150) ? 2 : 1, rows = 6 / columns;
    const float gap = ui_px(ui, 4),
                height = fminf(ui_px(ui, BUTTON_HEIGHT + 4), floorf((tools.h - (float)(rows - 1) * gap) / (float)rows));
    const float width = floorf((tools.w - (float)(columns - 1) * gap) / (float)columns);
    Rect row = {tools.x, tools.y, width, height};
    int place = 0;
    if (ui_button(ui, "pad.clear", row, "Clear", "C", false, 0) || ui_take_key(ui, 'c', false) ||
        ui_take_key(ui, KEY_DELETE, false))
        panel_request(panel, REQUEST_PAD_CLEAR, 0);
    move_on(&row, tools, columns, &place, gap);
    if (ui_button(ui, "pad.undo", row, "Undo", "Z", false, 0) || ui_take_key(ui, 'z', false) ||
        ui_take_key(ui, 'z', true))
        panel_request(panel, REQUEST_UNDO, 0);
    move_on(&row, tools, columns, &place, gap);
    if (ui_button(ui, "pad.redo", row, "Redo", "Y", false, 0) || ui_take_key(ui, 'y', false) ||
        ui_take_key(ui, 'y', true))
        panel_request(panel, REQUEST_REDO, 0);
    move_on(&row, tools, columns, &place, gap);
    if (ui_button(ui, "pad.next", row, "Next digit", "N", false, 0) || ui_take_key(ui, 'n', false))
        panel_request(panel, REQUEST_PAD_NEXT, 0);
    move_on(&row, tools, columns, &place, gap);
    if (ui_button(ui, "pad.centre", row, "Centre", "M", frame->pad->is_centred, COLOR_TEXT) ||
        ui_take_key(ui, 'm', false))
        panel_request(panel, REQUEST_PAD_CENTRE, !frame->pad->is_centred);
    move_on(&row, tools, columns, &place, gap);
    char size[16];
    (void)snprintf(size, sizeof size, "%.1f", (double)(2 * frame->pad->brush));
    int change = ui_stepper(ui, "pad.brush", row, NULL, size);
    if (ui_take_key(ui, 'b', false))
        change = 1;
    if (ui_take_key(ui, 'v', false))
        change = -1;
    if (change)
        panel_request(panel, REQUEST_PAD_BRUSH, change);
}

void panel_pad(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect bar = panel->layout->sidebar, pad = panel->layout->pad;
    draw_box(ui->draw, (Rect){bar.x + bar.w - ui_px(ui, 1), bar.y, ui_px(ui, 1), bar.h}, COLOR_EDGE, 0);
    const WidgetState state = ui_widget(ui, "pad", pad, "Draw a digit");
    const GridLayout grid = {.origin = {pad.x, pad.y}, .columns = 1, .rows = 1, .side = pad.w, .pitch = pad.w};
    draw_images(ui->draw, grid.origin, 1, 1, grid.pitch, grid.pitch, grid.side, frame->pad_drawn, MAP_GREY, 1.0f);
    const float edge = ui_px(ui, 1);
    draw_frame(ui->draw, (Rect){pad.x - edge, pad.y - edge, pad.w + 2 * edge, pad.h + 2 * edge}, COLOR_EDGE, 0, edge);
    if (frame->is_pad_empty)
        ui_text(ui, pad, FONT_UI, TEXT_NORMAL, COLOR_TEXT_SOFT, ALIGN_CENTER,
                pad.w > ui_px(ui, 170) ? "draw: left \u00b7 erase: right" : "draw here");
    if (!frame->is_capture)
        draw_brush(panel, state, pad);
    ui_focus_ring(ui, state, pad);
    take_strokes(panel, state);
    if (state.is_hot && ui->input.wheel != 0.0f)
        panel_request(panel, REQUEST_PAD_BRUSH, ui->input.wheel > 0.0f ? 1 : -1);
    find_hover(panel, state);
    draw_tools(panel);
}
