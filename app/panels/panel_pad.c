// The pad: the stage's first picture, on which one draws; its tools and keys. While the mouse is on it, it shows the
// stroke as drawn, else the target that the models were given.
#include <math.h>
#include <stdio.h>

#include "panels/panel.h"

static Request place(const GridLayout *cell, RequestKind kind, Point at)
{
    const float unit = DIGIT_SIDE / cell->side;
    return (Request){.kind = kind, .x = (at.x - cell->origin.x) * unit, .y = (at.y - cell->origin.y) * unit};
}

static void take_strokes(Panel *panel, WidgetState state, const GridLayout *cell)
{
    const Input *input = &panel->ui->input;
    const bool is_drawing = panel->frame->pad->is_drawing, is_pressed = input->left_pressed || input->right_pressed;
    if (!is_drawing && state.is_hot && is_pressed) {
        Request begin = place(cell, REQUEST_PAD_BEGIN, (Point){input->mouse_x, input->mouse_y});
        begin.value = input->right_pressed;
        requests_add(panel->requests, begin);
    }
    for (int i = 0; is_drawing && i < input->path_count; i++)
        requests_add(panel->requests, place(cell, REQUEST_PAD_CONTINUE, input->path[i]));
    if (is_drawing && !input->left && !input->right)
        panel_request(panel, REQUEST_PAD_END, 0);
}

static const GridLayout *pad_cell(const Panel *panel)
{
    const StageRow *rows = panel->layout->stage.rows;
    return &rows[panel_is_shown(panel->frame, SIDE_A) ? SIDE_A : SIDE_B].pictures[0];
}

bool panel_shows_strokes(const Panel *panel)
{
    const Input *input = &panel->ui->input;
    const GridLayout *cell = pad_cell(panel);
    const bool is_over =
        input->is_inside && !panel->ui->is_modal &&
        ui_is_inside((Rect){cell->origin.x, cell->origin.y, cell->side, cell->side}, input->mouse_x, input->mouse_y);
    return panel->frame->pad->is_drawing || (is_over && !panel->frame->is_capture);
}

// Its pixels are what the models see only while nothing is centred.
static void find_hover(Panel *panel, WidgetState state, const GridLayout *cell)
{
    const Input *input = &panel->ui->input;
    const Pad *pad = panel->frame->pad;
    if (!state.is_hot || input->left || input->right || panel->frame->is_pad_empty ||
        (pad->is_centred && !pad->now.is_exact))
        return;
    const Request at = place(cell, REQUEST_PAD_BEGIN, (Point){input->mouse_x, input->mouse_y});
    const int row = (int)at.y, column = (int)at.x;
    if (row >= 0 && row < DIGIT_SIDE && column >= 0 && column < DIGIT_SIDE)
        panel->hover = (PixelHover){.is_set = true, .is_pad = true, .model = -1, .pixel = row * DIGIT_SIDE + column};
}

static void draw_brush(Panel *panel, WidgetState state, Rect pad)
{
    const Input *input = &panel->ui->input;
    if (!state.is_hot || panel->frame->is_capture)
        return;
    const float radius = panel->frame->pad->brush * pad.w / DIGIT_SIDE;
    draw_clip_push(panel->ui->draw, pad);
    draw_frame(panel->ui->draw, (Rect){input->mouse_x - radius, input->mouse_y - radius, 2 * radius, 2 * radius},
               0xffffff90, radius, ui_px(panel->ui, 1));
    draw_clip_pop(panel->ui->draw);
}

void panel_draw_pad(Panel *panel, GridLayout cell)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect pad = {cell.origin.x, cell.origin.y, cell.side, cell.side};
    const WidgetState state = ui_widget(ui, "pad", pad, "Draw a digit");
    ui_set_cursor(ui, state, CURSOR_CROSSHAIR);
    panel_digits(panel, &cell, panel_shows_strokes(panel) ? frame->pad_drawn : frame->pad_input, 1, true, -1);
    panel->hover = (PixelHover){0};
    const float edge = ui_px(ui, 1); // half of the frame lies inside: the caption stands close above it
    draw_frame(ui->draw, (Rect){pad.x - edge, pad.y - edge, pad.w + 2 * edge, pad.h + 2 * edge}, ui->theme->text, 0,
               2 * edge);
    if (frame->is_pad_empty)
        ui_text(ui, pad, FONT_UI, TEXT_NORMAL, 0xa9b0bcff, ALIGN_CENTER,
                pad.w > ui_px(ui, 170) ? "draw: left \u00b7 erase: right" : "draw here");
    draw_brush(panel, state, pad);
    ui_focus_ring(ui, state, pad);
    take_strokes(panel, state, &cell);
    if (state.is_hot && ui->input.wheel != 0.0f)
        panel_request(panel, REQUEST_PAD_BRUSH, ui->input.wheel > 0.0f ? 1 : -1);
    find_hover(panel, state, &cell);
}

// ---- tools --------------------------------------------------------------------------------------------------------

typedef struct Tool {
    const char *id, *label, *shortcut, *words;
    RequestKind request;
} Tool;

static const Tool tools[] = {
    {"pad.clear", "Clear", "C", "clear", REQUEST_PAD_CLEAR},
    {"pad.undo", "Undo", "Z", "undo", REQUEST_UNDO},
    {"pad.redo", "Redo", "Y", "redo", REQUEST_REDO},
};
enum { TOOL_COUNT = sizeof tools / sizeof *tools };

static Rect button_row(const Panel *panel, Rect place)
{
    const float height = fminf(ui_px(panel->ui, BUTTON_HEIGHT), place.h - ui_px(panel->ui, 4)),
                line = ui_px(panel->ui, 2); // as in the heads beside it
    return (Rect){place.x, place.y + floorf((place.h - line - height) / 2), place.w, height};
}

static void draw_tools(Panel *panel, Rect place)
{
    Ui *ui = panel->ui;
    const Rect row = button_row(panel, place);
    const float gap = ui_px(ui, 6), width = floorf((row.w - (TOOL_COUNT - 1) * gap) / TOOL_COUNT);
    bool have_keys = !panel->layout->stage.is_small; // all show theirs, or none
    for (int i = 0; i < TOOL_COUNT; i++)
        have_keys &= ui_button_width(ui, tools[i].label, tools[i].shortcut) <= width;
    for (int i = 0; i < TOOL_COUNT; i++) {
        const Rect rect = {row.x + (float)i * (width + gap), row.y, width, row.h};
        if (panel_button(panel, tools[i].id, rect, tools[i].label, have_keys ? tools[i].shortcut : NULL, false,
                         tools[i].words))
            panel_request(panel, tools[i].request, 0);
    }
}

// The sizes of a brush as dots; the one that is nearest is on.
static void draw_brushes(Panel *panel, Rect row)
{
    Ui *ui = panel->ui;
    static const float radii[] = {0.7f, 1.1f, 1.7f};
    enum { COUNT = sizeof radii / sizeof *radii };
    const float gap = ui_px(ui, 4), width = floorf((row.w - (COUNT - 1) * gap) / COUNT),
                brush = panel->frame->pad->brush;
    int nearest = 0;
    for (int i = 1; i < COUNT; i++)
        if (fabsf(radii[i] - brush) < fabsf(radii[nearest] - brush))
            nearest = i;
    for (int i = 0; i < COUNT; i++) {
        char id[24];
        (void)snprintf(id, sizeof id, "pad.brush.%d", i);
        const Rect rect = {row.x + (float)i * (width + gap), row.y, width, row.h};
        if (panel_button(panel, id, rect, "", NULL, i == nearest, "brush"))
            panel_request(panel, REQUEST_PAD_BRUSH, (int)roundf((radii[i] - brush) / PAD_BRUSH_STEP));
        const float size = roundf(ui_px(ui, 4) + radii[i] * ui_px(ui, 4));
        draw_box(ui->draw,
                 (Rect){rect.x + roundf((rect.w - size) / 2), rect.y + roundf((rect.h - size) / 2), size, size},
                 i == nearest ? ui->theme->inverse : ui->theme->text, size / 2);
    }
}

static void draw_more_tools(Panel *panel, Rect place)
{
    Ui *ui = panel->ui;
    const Rect row = button_row(panel, place);
    const float gap = ui_px(ui, 6), brushes = floorf(fminf(ui_px(ui, 100), row.w * 0.44f));
    const float word = ui_text_width(ui, FONT_UI, TEXT_NORMAL, "Brush") + ui_px(ui, 6);
    const float next = ui_text_width(ui, FONT_UI, TEXT_NORMAL, "Test digit") + ui_px(ui, 16);
    const bool has_word = next + gap + word + brushes <= row.w;
    const float width = has_word ? row.w - gap - word - brushes : row.w - gap - brushes;
    if (panel_button(panel, "pad.next", (Rect){row.x, row.y, width, row.h}, "Test digit",
                     panel->layout->stage.is_small ? NULL : "N", false, "test_digit"))
        panel_request(panel, REQUEST_PAD_NEXT, 0);
    if (has_word)
        ui_text(ui, (Rect){row.x + width + gap, row.y, word, row.h}, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_LEFT,
                "Brush");
    draw_brushes(panel, (Rect){row.x + row.w - brushes, row.y, brushes, row.h});
}

static void take_keys(Panel *panel)
{
    Ui *ui = panel->ui;
    static const struct {
        int key;
        bool control;
        RequestKind request;
        int value;
    } keys[] = {{'c', false, REQUEST_PAD_CLEAR, 0}, {KEY_DELETE, false, REQUEST_PAD_CLEAR, 0},
                {'z', false, REQUEST_UNDO, 0},      {'z', true, REQUEST_UNDO, 0},
                {'y', false, REQUEST_REDO, 0},      {'y', true, REQUEST_REDO, 0},
                {'n', false, REQUEST_PAD_NEXT, 0},  {'b', false, REQUEST_PAD_BRUSH, 1},
                {'v', false, REQUEST_PAD_BRUSH, -1}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (ui_take_key(ui, keys[i].key, keys[i].control))
            panel_request(panel, keys[i].request, keys[i].value);
    if (ui_take_key(ui, 'm', false))
        panel_request(panel, REQUEST_PAD_CENTRE, !panel->frame->pad->is_centred);
}

void panel_pad(Panel *panel)
{
    const Frame *frame = panel->frame;
    take_keys(panel);
    if (!scene_has(frame->look.scene, SCENE_HAS_PAD)) { // a view without a pad: what was being drawn ends
        if (frame->pad->is_drawing)
            panel_request(panel, REQUEST_PAD_END, 0);
        return;
    }
    const StageRow *rows = panel->layout->stage.rows;
    if (!panel_is_stage(frame)) { // which has others of its own
        draw_tools(panel, rows[SIDE_A].tools);
        return;
    }
    const bool is_pair = rows[SIDE_A].tools.w > 0 && rows[SIDE_B].tools.w > 0;
    if (is_pair) {
        draw_tools(panel, rows[SIDE_A].tools);
        draw_more_tools(panel, rows[SIDE_B].tools);
        return;
    }
    Rect place = rows[panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B].tools;
    const float half = floorf(place.w / 2);
    draw_tools(panel, (Rect){place.x, place.y, half, place.h});
    draw_more_tools(
        panel, (Rect){place.x + half + ui_px(panel->ui, 6), place.y, place.w - half - ui_px(panel->ui, 6), place.h});
}
