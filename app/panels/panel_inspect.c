// The inspect view: one digit large, and one of its pixels explained: what each loss charges there, how hard it pulls
// at the logit, and what the same pixel does over the whole test set.
#include <math.h>
#include <stdio.h>

#include "panels/inspect_plots.h"
#include "state/inspect.h"

// ---- the digit ----------------------------------------------------------------------------------------------------

// From the drawing back to the test digit that lies on the pad, else to the first.
static void toggle_drawing(Panel *panel)
{
    const Frame *frame = panel->frame;
    Look *next = panel_look(panel);
    next->digit = frame->look.digit >= 0 ? -1 : frame->pad->now.source >= 0 ? frame->pad->now.source : 0;
    next->seeks_pixel = true;
    next->t = -1.0f;
}

static void draw_input(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const GridLayout *grid = &panel->layout->inspect.input;
    const Rect head = grid->header;
    char title[48] = "Your digit", whole[64];
    if (frame->indices[0] >= 0)
        (void)snprintf(title, sizeof title, "Test %d", frame->indices[0]);
    (void)snprintf(whole, sizeof whole, "%s", title);
    if (frame->labels[0] >= 0)
        (void)snprintf(whole, sizeof whole, "%s, a %d", title, frame->labels[0]);
    static const char *const names[] = {"Drawn", "D"};
    const char *name = ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, 0.38f * head.w, names, 2);
    const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, name) + ui_px(ui, 16),
                height = fminf(ui_px(ui, BUTTON_HEIGHT - 4), head.h - ui_px(ui, 6));
    const Rect button = {head.x + head.w - width, head.y + floorf((head.h - ui_px(ui, 2) - height) / 2), width, height};
    const float arrow = fminf(ui_px(ui, 22), 0.11f * head.w), gap = ui_px(ui, 4);
    const Rect next = {button.x - gap - arrow, button.y, arrow, height},
               previous = {next.x - gap - arrow, button.y, arrow, height};
    const bool has_pages = !panel_hides(panel, HIDE_PAGES);
    if (has_pages && panel_button(panel, "page.previous", previous, "\u2039", NULL, false, "page"))
        panel_request(panel, REQUEST_PAGE, -1);
    if (has_pages && panel_button(panel, "page.next", next, "\u203a", NULL, false, "page"))
        panel_request(panel, REQUEST_PAGE, 1);
    if (panel_button(panel, "inspect.drawing", button, name, NULL, frame->look.digit < 0, "inspect.drawing") ||
        ui_take_key(ui, 'd', false))
        toggle_drawing(panel);
    const char *const forms[] = {whole, title, frame->indices[0] < 0 ? "" : title + 5};
    const float room = (has_pages ? previous.x : button.x) - head.x - ui_px(ui, 6);
    ui_text(ui, (Rect){head.x, head.y, room, head.h - ui_px(ui, 2)}, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text,
            ALIGN_LEFT, ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, room, forms, 3));
    panel_digits(panel, grid, frame->targets, 1, false, -1);
}

// As on the stage: the letter in its colour, then what the model is made of; a line in its colour below both pictures.
static void draw_side_head(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const InspectLayout *inspect = &panel->layout->inspect;
    const ModelFrame *m = &panel->frame->models[side];
    const Rect head = inspect->output[side].header, heat = inspect->heatmap[side].header;
    const float line = ui_px(ui, 2), size = fminf(ui_px(ui, BUTTON_HEIGHT - 4), head.h - ui_px(ui, 6));
    draw_box(ui->draw, (Rect){head.x, head.y + head.h - line, heat.x + heat.w - head.x, line},
             panel_side_color(ui, side), 0);
    const Rect badge = {head.x, head.y + floorf((head.h - line - size) / 2), size, size};
    const char *letter = side == SIDE_A ? "A" : "B";
    draw_box(ui->draw, badge, panel_side_color(ui, side), ui_px(ui, RADIUS));
    ui_text(ui, badge, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->inverse, ALIGN_CENTER, letter);
    const Rect words = {badge.x + size + ui_px(ui, 8), head.y, head.w - size - ui_px(ui, 8), head.h - line};
    const char *const forms[] = {m->caption, activation_get(OUTPUT_ACTIVATION, m->spec.output)->label, ""};
    ui_text(ui, words, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT,
            ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, words.w, forms, 3));
}

static void frame_picture(Panel *panel, const GridLayout *grid)
{
    const float line = ui_px(panel->ui, 1), side = grid->side + 2 * line;
    draw_frame(panel->ui->draw, (Rect){grid->origin.x - line, grid->origin.y - line, side, side},
               panel->ui->theme->edge, 0, line);
}

static void draw_side_images(Panel *panel, int side)
{
    const Frame *frame = panel->frame;
    const InspectLayout *inspect = &panel->layout->inspect;
    char id[24];
    panel_outputs(panel, &inspect->output[side], side, false, false);
    const int mode = frame->look.heatmaps[0];
    Rect header = inspect->heatmap[side].header;
    header.h -= ui_px(panel->ui, 2);
    (void)snprintf(id, sizeof id, "scale.%c.0", side == SIDE_A ? 'a' : 'b');
    const char *name = panel_heatmap_label(panel, mode, header.w);
    const float label = ui_text_width(panel->ui, FONT_UI, TEXT_NORMAL, name) + ui_px(panel->ui, 10);
    const Rect bar = {header.x + label, header.y, header.w - label, header.h};
    header.w -= panel_color_bar(panel, id, bar, 0, mode);
    panel_header(panel, header, -1, name, "");
    panel_heatmap(panel, &inspect->heatmap[side], side, 0, false, false);
    frame_picture(panel, &inspect->heatmap[side]);
    draw_side_head(panel, side); // whose line runs over the frame
}

// The pixel follows the mouse unless it is pinned; the arrows move and pin it.
static void choose_pixel(Panel *panel)
{
    Ui *ui = panel->ui;
    const Look *look = &panel->frame->look;
    if (panel->hover.is_set && !look->is_pinned && panel->hover.pixel != look->pixel) {
        panel_look(panel)->pixel = panel->hover.pixel;
        panel_look(panel)->seeks_pixel = false;
        panel_look(panel)->t = -1.0f;
    }
    static const struct {
        int key, row, column;
    } moves[] = {{KEY_LEFT, 0, -1}, {KEY_RIGHT, 0, 1}, {KEY_UP, -1, 0}, {KEY_DOWN, 1, 0}};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        const int row = look->pixel / DIGIT_SIDE + moves[i].row, column = look->pixel % DIGIT_SIDE + moves[i].column;
        const bool is_inside = row >= 0 && row < DIGIT_SIDE && column >= 0 && column < DIGIT_SIDE;
        if (ui->show_focus || !ui_take_key(ui, moves[i].key, false) || !is_inside)
            continue;
        Look *next = panel_look(panel);
        next->pixel = row * DIGIT_SIDE + column;
        next->is_pinned = true;
        next->seeks_pixel = false;
        next->t = -1.0f;
    }
    if (ui_take_key(ui, 'p', false)) {
        panel_look(panel)->is_pinned = !look->is_pinned;
        panel_look(panel)->seeks_pixel = false;
    }
}

static void mark_pixel(Panel *panel, const GridLayout *grid)
{
    const Look *look = &panel->frame->look;
    const float line = ui_px(panel->ui, 2), side = grid->side / DIGIT_SIDE;
    const Rect rect = {grid->origin.x + (float)(look->pixel % DIGIT_SIDE) * side - line,
                       grid->origin.y + (float)(look->pixel / DIGIT_SIDE) * side - line, side + 2 * line,
                       side + 2 * line};
    const Rect outer = {rect.x - line, rect.y - line, rect.w + 2 * line, rect.h + 2 * line};
    draw_frame(panel->ui->draw, outer, 0x000000a0, 0, line);
    draw_frame(panel->ui->draw, rect, look->is_pinned ? panel->ui->theme->lesson : 0xffffffff, 0, line);
}

static void draw_images_of_digit(Panel *panel)
{
    const InspectLayout *inspect = &panel->layout->inspect;
    draw_input(panel);
    for (int side = 0; side < SIDE_COUNT; side++)
        draw_side_images(panel, side);
    choose_pixel(panel);
    mark_pixel(panel, &inspect->input);
    for (int side = 0; side < SIDE_COUNT; side++) {
        mark_pixel(panel, &inspect->output[side]);
        if (!heatmap_get(panel->frame->look.heatmaps[0])->is_of_set)
            mark_pixel(panel, &inspect->heatmap[side]);
    }
}

// ---- tables -------------------------------------------------------------------------------------------------------

typedef struct TableRow {
    char label[48];
    char word[24]; // its key in words.h
    float values[SIDE_COUNT];
    bool is_of_set;         // the values are figures over the test set
    bool is_slope;          // they are slopes; of
    float p[SIDE_COUNT], t; // outputs that miss or meet t
} TableRow;

// Returns where the table ends.
static float draw_table(Panel *panel, Rect rect, const char *title, const char *right, const TableRow *rows, int count)
{
    Ui *ui = panel->ui;
    const float pad = ui_px(ui, 12), least = floorf((rect.h - ui_px(ui, 8)) / (float)(count + 1));
    const float line = fminf(ui_px(ui, 17), least), column = ui_px(ui, rect.w < 400 * ui->scale ? 70 : 84);
    panel_card(panel, rect);
    Rect row = {rect.x + pad, rect.y + ui_px(ui, 4), rect.w - 2 * pad, line};
    for (int side = 0; side < SIDE_COUNT; side++)
        ui_text(ui, (Rect){row.x + row.w - (float)(SIDE_COUNT - side) * column, row.y, column, line}, FONT_UI_BOLD,
                TEXT_SMALL, panel_side_color(ui, side), ALIGN_RIGHT, side == SIDE_A ? "A" : "B");
    const float room = row.w - 1.6f * column;
    const float size = line < ui_px(ui, 16) ? TEXT_SMALL : TEXT_NORMAL; // where a third loss has made the rows lower
    const float used = ui_text_width(ui, FONT_UI_BOLD, size, title) + ui_px(ui, 8);
    ui_text(ui, (Rect){row.x, row.y, room, line}, FONT_UI_BOLD, size, ui->theme->text, ALIGN_LEFT, title);
    if (used + ui_text_width(ui, FONT_UI, TEXT_SMALL, right) <= room)
        ui_text(ui, (Rect){row.x + used, row.y, room - used, line}, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
                right);
    for (int i = 0; i < count; i++) {
        row.y += line;
        draw_box(ui->draw, (Rect){row.x, row.y, row.w, ui_px(ui, 1)}, ui->theme->grid, 0);
        (void)panel_dotted(panel, rows[i].word, (Rect){row.x, row.y, row.w - 2 * column, line}, FONT_UI, TEXT_SMALL,
                           ui->theme->soft, rows[i].label);
        for (int side = 0; side < SIDE_COUNT; side++) {
            char text[24] = "\u2013";
            if (rows[i].is_slope)
                panel_format_slope(rows[i].values[side], rows[i].p[side], rows[i].t, text);
            else if (!isnan(rows[i].values[side]))
                panel_format_figure((double)rows[i].values[side], text);
            const ModelFrame *m = &panel->frame->models[side];
            const Color color = panel_side_color(ui, side);
            ui_text(ui, (Rect){row.x + row.w - (float)(SIDE_COUNT - side) * column, row.y, column, line}, FONT_FIGURES,
                    TEXT_SMALL, rows[i].is_of_set ? panel_figure_color(ui, m, color) : color, ALIGN_RIGHT, text);
        }
    }
    return row.y + line;
}

enum { PIXEL_ROWS_MAX = 4 + 2 * (LOSSES_SHOWN + SIDE_COUNT) };

static TableRow make_row(const char *label, const char *word, float a, float b)
{
    TableRow row = {.values = {a, b}};
    (void)snprintf(row.word, sizeof row.word, "%s", word);
    (void)snprintf(row.label, sizeof row.label, "%s", label);
    return row;
}

// What a loss charges; of one with a floor also what that leaves: of BCE in a row of its own.
static void add_loss_rows(const Frame *frame, const InspectFigures *f, int loss, TableRow *rows, int *count)
{
    const Loss *row = loss_get(loss);
    const InspectSide *a = &f->sides[SIDE_A], *b = &f->sides[SIDE_B];
    const double floor_value = loss_floor(loss, inspect_settings(frame, loss), (double)f->t);
    TableRow *now = &rows[(*count)++];
    *now = make_row(row->label, "", a->loss[loss], b->loss[loss]);
    (void)snprintf(now->word, sizeof now->word, "loss.%s", row->key);
    if (loss == LOSS_BCE) {
        now = &rows[(*count)++];
        *now = make_row("", "heatmap.excess", a->excess[loss], b->excess[loss]);
        (void)snprintf(now->label, sizeof now->label, "avoidable (floor %.4f)", floor_value);
    } else if (row->has_floor)
        (void)snprintf(now->label, sizeof now->label, "%s (floor %.4f)", row->label, floor_value);
}

static void add_slope_row(const InspectFigures *f, int loss, TableRow *rows, int *count)
{
    const InspectSide *a = &f->sides[SIDE_A], *b = &f->sides[SIDE_B];
    TableRow *now = &rows[(*count)++];
    *now = make_row("", "slope", a->slope[loss], b->slope[loss]);
    now->is_slope = true;
    now->p[SIDE_A] = a->p;
    now->p[SIDE_B] = b->p;
    now->t = f->t;
    (void)snprintf(now->label, sizeof now->label, "\u2202%s/\u2202z", loss_get(loss)->label);
}

static bool is_own(const Frame *frame, int loss)
{
    return frame->models[SIDE_A].spec.loss == loss || frame->models[SIDE_B].spec.loss == loss;
}

static void draw_pixel_table(Panel *panel, const InspectFigures *f)
{
    const Frame *frame = panel->frame;
    const InspectSide *a = &f->sides[SIDE_A], *b = &f->sides[SIDE_B];
    char title[64];
    (void)snprintf(title, sizeof title, "Row %d, column %d", f->row, f->column);
    TableRow rows[PIXEL_ROWS_MAX];
    int count = 0, losses[LOSS_COUNT];
    const int loss_count = inspect_list_losses(frame, losses);
    rows[count++] = make_row("target t", "target", f->t, f->t);
    rows[count++] = make_row("output p", "output", a->p, b->p);
    rows[count++] = make_row("logit z", "logit", a->z, b->z);
    for (int i = 0; i < loss_count; i++)
        add_loss_rows(frame, f, losses[i], rows, &count);
    for (int i = 0; i < loss_count; i++)
        if (loss_count <= LOSSES_SHOWN + 1 || is_own(frame, losses[i])) // the table has no room for more
            add_slope_row(f, losses[i], rows, &count);
    (void)draw_table(panel, panel->layout->inspect.pixel_table, title,
                     frame->look.is_pinned ? "pinned; click it to let go" : "follows the mouse; click pins it", rows,
                     count);
}

static void format_lesson(const InspectFigures *f, char *text, size_t size)
{
    if (isnan(f->excess_below) || isnan(f->excess_above))
        (void)snprintf(
            text, size,
            "At t = %.3f there is no room for 0.1 to both sides: BCE charges every miss in the one direction that "
            "is left. Drag t in the plot to see the curves move.",
            (double)f->t);
    else if (fabs(f->excess_below - f->excess_above) < 5e-4)
        (void)snprintf(
            text, size,
            "At t = %.3f missing by 0.1 costs about the same to both sides: %.4f and %.4f above the floor; MSE "
            "charges 0.0100 each.",
            (double)f->t, f->excess_below, f->excess_above);
    else
        (void)snprintf(text, size,
                       "Missing t = %.3f by 0.1 %s costs %.4f above the floor, %s %.4f: the pull is towards 0.5, not "
                       "downwards. MSE charges 0.0100 for either.",
                       (double)f->t, f->t > 0.5f ? "downwards" : "upwards",
                       f->t > 0.5f ? f->excess_below : f->excess_above, f->t > 0.5f ? "upwards" : "downwards",
                       f->t > 0.5f ? f->excess_above : f->excess_below);
}

// What the figures over the test set are of, where that is another moment than the pictures.
static void format_set(const Frame *frame, char *text, size_t size)
{
    const char *a = frame->models[SIDE_A].figures_of, *b = frame->models[SIDE_B].figures_of;
    size_t used = (size_t)snprintf(text, size, "over the whole test set");
    if (*a)
        used += (size_t)snprintf(text + used, size - used, ", A at %s", a);
    if (*b)
        (void)snprintf(text + used, size - used, ", B at %s", b);
}

static void draw_set_table(Panel *panel, const InspectFigures *f)
{
    Ui *ui = panel->ui;
    const InspectSide *a = &f->sides[SIDE_A], *b = &f->sides[SIDE_B];
    const Rect rect = panel->layout->inspect.set_table;
    char lesson[320];
    const TableRow rows[] = {
        {"mean t", "mean_output", .values = {f->mean_t, f->mean_t}},
        {"mean p", "mean_output", .values = {a->mean_p, b->mean_p}, .is_of_set = true},
        {"mean p \u2212 mean t", "heatmap.bias", .values = {a->mean_error, b->mean_error}, .is_of_set = true},
        {"share with p = 0", "heatmap.dead", .values = {a->dead_share, b->dead_share}, .is_of_set = true},
    };
    char set[96];
    format_set(panel->frame, set, sizeof set);
    const float end = draw_table(panel, rect, "The same pixel", set, rows, sizeof rows / sizeof *rows);
    format_lesson(f, lesson, sizeof lesson);
    const float pad = ui_px(ui, 12), top = end + ui_px(ui, 6);
    (void)ui_paragraph(ui, (Rect){rect.x + pad, top, rect.w - 2 * pad, rect.y + rect.h - top - ui_px(ui, 4)}, FONT_UI,
                       TEXT_SMALL, ui->theme->text, lesson);
}

void panel_inspect(Panel *panel)
{
    draw_images_of_digit(panel);
    const InspectFigures figures = inspect_figures(panel->frame);
    inspect_draw_losses(panel, &figures);
    inspect_draw_slopes(panel, &figures);
    draw_pixel_table(panel, &figures);
    draw_set_table(panel, &figures);
}
