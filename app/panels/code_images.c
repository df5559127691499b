// A small picture for each number of the code: what it draws here, what it reads, what it draws by itself; signed, on
// one scale for all of both models.
#include <math.h>
#include <stdio.h>

#include "panels/code_parts.h"

typedef struct ImagesRow {
    const char *title, *brief, *label, *short_label, *what, *brief_what;
} ImagesRow;

static const ImagesRow rows[CODE_IMAGES_COUNT] = {
    [CODE_DRAWS] = {"What each number draws here", "Draws here", "Draws here", "Here",
                    "output minus output with that number at 0", "with it minus without it"},
    [CODE_ENCODER] = {"What each number reads", "Reads", "Reads", "Reads", "encoder: its weight for each pixel",
                      "encoder's weights"},
    [CODE_DECODER] = {"What each number draws by itself", "By itself", "By itself", "Alone",
                      "decoder: its weight for each pixel", "decoder's weights"},
};

// Why a number has no single weight for each pixel.
static const char *tell_unread(const Model *model)
{
    for (int i = 0; i <= model->code_index; i++)
        if (shape_is_picture(&model->layers[i].to))
            return "Windows slide over the picture on the way to this code: a weight is for every place that its "
                   "window "
                   "comes to, and none says what one pixel adds to a number.";
    if (code_is_drawn(model) && model->code_index == 1)
        return "This code is drawn around means: pixels have a weight for each mean and one for each variance, and no "
               "single one for a number.";
    return "More than one layer leads to this code: they bend what they read, so that no single weight says what a "
           "pixel adds to a number.";
}

// ---- head and caption ---------------------------------------------------------------------------------------------

// The choice has its place at the right of the first head, shorter where a title of that width has no room else;
// returns the width that it takes.
static float draw_choice(Panel *panel, Rect line, float title)
{
    Ui *ui = panel->ui;
    const char *labels[CODE_IMAGES_COUNT], *short_labels[CODE_IMAGES_COUNT];
    for (int i = 0; i < CODE_IMAGES_COUNT; i++) {
        labels[i] = rows[i].label;
        short_labels[i] = rows[i].short_label;
    }
    const float whole = ui_choice_width(ui, labels, CODE_IMAGES_COUNT);
    const bool is_whole = whole + title <= line.w;
    const float width = fminf(line.w, is_whole ? whole : ui_choice_width(ui, short_labels, CODE_IMAGES_COUNT)),
                height = fminf(ui_px(ui, BUTTON_HEIGHT), line.h - ui_px(ui, 4));
    WidgetState states[CHOICES_MAX];
    const Rect place = {line.x + line.w - width, line.y + floorf((line.h - height) / 2), width, height};
    const int chosen = ui_choice_states(ui, "code_shows", place, is_whole ? labels : short_labels, CODE_IMAGES_COUNT,
                                        (int)panel->frame->look.code.images, ui->theme->text, states);
    for (int i = 0; i < CODE_IMAGES_COUNT; i++) {
        char words[32];
        (void)snprintf(words, sizeof words, "code_shows.%s", code_images_key(i));
        panel_hint(panel, states[i], words);
    }
    if (chosen >= 0)
        panel_look(panel)->code.images = (CodeImages)chosen;
    return width;
}

static void draw_head(Panel *panel, int side, const ImagesRow *row)
{
    Ui *ui = panel->ui;
    const Rect head = panel->layout->stage.rows[side].set_head;
    const float thick = ui_px(ui, 2);
    draw_box(ui->draw, (Rect){head.x, head.y + head.h - thick, head.w, thick}, panel_side_color(ui, side), 0);
    Rect line = {head.x, head.y, head.w, head.h - thick};
    const bool is_first = side == SIDE_A || !code_is_shown(panel, SIDE_A);
    static const char first[] = "Each number"; // the choice goes on with it
    const float gap = ui_px(ui, 8), least = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, first) + gap;
    if (is_first)
        line.w -= draw_choice(panel, line, least) + gap;
    const char *const titles[] = {row->title, is_first ? first : row->brief, ""};
    ui_text(ui, line, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT,
            ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, line.w, titles, 3));
}

static void draw_caption(Panel *panel, int side, const ImagesRow *row)
{
    Ui *ui = panel->ui;
    const CodeFrame *code = panel->frame->code;
    const Rect caption = panel->layout->stage.rows[side].set_caption;
    char end[16], low[24], high[24];
    code_format_number(code->scale, end);
    (void)snprintf(low, sizeof low, "\u2212%s", end);
    (void)snprintf(high, sizeof high, "+%s", end);
    const float bar = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, low) +
                      ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, high) + ui_px(ui, 36 + 8),
                room = caption.w - bar - ui_px(ui, 8);
    panel_draw_bar(panel, caption, MAP_SIGNED, code->scale, low, high);
    const bool is_deep =
        panel->frame->look.code.images == CODE_DECODER && !code_is_last(panel->frame->models[side].model);
    const char *const forms[] = {is_deep ? "output for 1 minus output for 0, all others at 0" : row->what,
                                 is_deep ? "output for 1 minus for 0" : row->brief_what, ""};
    ui_text(ui, (Rect){caption.x, caption.y, room, caption.h}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
            ui_choose(ui, FONT_UI, TEXT_SMALL, room, forms, 3));
}

// ---- pictures -----------------------------------------------------------------------------------------------------

// Spread over the whole place.
typedef struct Cells {
    GridLayout grid;
    float pitch_x, pitch_y;
} Cells;

static Cells place_cells(Rect area, int count)
{
    Cells out = {.grid = layout_fill(area, count)};
    if (out.grid.columns > 0) {
        out.pitch_x = floorf(area.w / (float)out.grid.columns);
        out.pitch_y = fminf(floorf(area.h / (float)out.grid.rows), out.pitch_x);
    }
    return out;
}

static Rect cell_rect(const Cells *cells, int cell)
{
    return (Rect){cells->grid.origin.x + (float)(cell % cells->grid.columns) * cells->pitch_x,
                  cells->grid.origin.y + (float)(cell / cells->grid.columns) * cells->pitch_y, cells->grid.side,
                  cells->grid.side};
}

static void draw_numbers(Panel *panel, const CodeSide *s, const Cells *cells)
{
    Ui *ui = panel->ui;
    if (cells->grid.side < ui_px(ui, 38))
        return;
    for (int i = 0; i < s->count; i++) {
        const Rect cell = cell_rect(cells, i);
        char text[16];
        (void)snprintf(text, sizeof text, "%d", s->first + i + 1);
        ui_text(ui, (Rect){cell.x + ui_px(ui, 3), cell.y + ui_px(ui, 1), cell.w - ui_px(ui, 4), ui_px(ui, 14)},
                FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, text);
    }
}

static void take_mouse(Panel *panel, WidgetState state, const CodeSide *s, const Cells *cells)
{
    Ui *ui = panel->ui;
    const int column = (int)floorf((ui->input.mouse_x - cells->grid.origin.x) / cells->pitch_x),
              row = (int)floorf((ui->input.mouse_y - cells->grid.origin.y) / cells->pitch_y),
              cell = row * cells->grid.columns + column;
    panel_hint(panel, state, "code_images");
    if (!state.is_hot || column < 0 || row < 0 || column >= cells->grid.columns || cell >= s->count)
        return;
    ui_set_cursor(ui, state, CURSOR_HAND);
    char what[96];
    (void)snprintf(what, sizeof what, "Number %d: purple is brighter, green darker.", s->first + cell + 1);
    ui_set_hint(ui, state, what, "A click chooses it, for its bar and for the strip below.");
    if (state.is_clicked)
        code_choose(panel, s->first + cell);
}

static void draw_cells(Panel *panel, int side, const Cells *cells)
{
    Ui *ui = panel->ui;
    const CodeSide *s = code_side(panel, side);
    const GridLayout *grid = &cells->grid;
    const float line = fmaxf(1, ui_px(ui, 1));
    const Rect all = {grid->origin.x, grid->origin.y, (float)(grid->columns - 1) * cells->pitch_x + grid->side,
                      (float)(grid->rows - 1) * cells->pitch_y + grid->side};
    char id[24];
    (void)snprintf(id, sizeof id, "%c.code_images", side == SIDE_A ? 'a' : 'b');
    const WidgetState state = ui_widget(ui, id, all, "What each number draws");
    draw_images(ui->draw, grid->origin, grid->columns, s->count, cells->pitch_x, cells->pitch_y, grid->side - line,
                s->images, MAP_SIGNED, panel->frame->code->scale);
    draw_numbers(panel, s, cells);
    const int chosen = panel->frame->code->number - s->first;
    if (chosen >= 0 && chosen < s->count)
        draw_frame(ui->draw, cell_rect(cells, chosen), ui->theme->text, 0, line);
    ui_focus_ring(ui, state, all);
    take_mouse(panel, state, s, cells);
}

void code_draw_images(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const CodeSide *s = code_side(panel, side);
    const ImagesRow *row = &rows[panel->frame->look.code.images];
    const Rect area = panel->layout->stage.rows[side].set_area;
    draw_head(panel, side, row);
    draw_caption(panel, side, row);
    if (!s->has_images) {
        (void)ui_paragraph(ui, (Rect){area.x, area.y + ui_px(ui, 4), area.w, area.h}, FONT_UI, TEXT_NORMAL,
                           ui->theme->soft, tell_unread(panel->frame->models[side].model));
        return;
    }
    const Cells cells = place_cells(area, s->count);
    if (cells.grid.columns > 0)
        draw_cells(panel, side, &cells);
}
