// The matrix: a cell for each output activation (rows) and loss (columns), the digits that they were to redraw above.
// A click makes a cell model A, with Shift B; a double click on a pixel inspects it.
// Thread: the UI thread.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/ui_rich.h"
#include "panels/panel.h"

static bool is_under_mouse(const Ui *ui, Rect rect)
{
    return ui->input.is_inside && !ui->is_modal && ui_is_inside(rect, ui->input.mouse_x, ui->input.mouse_y);
}

// ---- names of rows and columns ------------------------------------------------------------------------------------

// A name and, where it fits below it, the first of the forms of a note; both centred in the height.
static void draw_name(Panel *panel, Rect rect, const char *name, const char *const *notes, int count)
{
    Ui *ui = panel->ui;
    const float size =
        ui_fit_size(ui, FONT_UI_BOLD, panel->layout->stage.is_small ? TEXT_NORMAL : TEXT_FIGURE, rect.w, name);
    const float line = roundf(ui_px(ui, size) * 1.35f);
    Rect note = {rect.x, 0, rect.w, INFINITY};
    const char *text = "";
    float height = 0;
    for (int i = 0; i < count && !*text; i++) {
        height = ui_paragraph(ui, note, FONT_UI, TEXT_SMALL, 0, notes[i]);
        text = line + height <= rect.h ? notes[i] : "";
    }
    height = *text ? height : 0;
    const float y = rect.y + floorf((rect.h - line - height) / 2);
    ui_text(ui, (Rect){rect.x, y, rect.w, line}, FONT_UI_BOLD, size, ui->theme->text, ALIGN_LEFT, name);
    note.y = y + line;
    note.h = height + 1;
    if (*text)
        (void)ui_paragraph(ui, note, FONT_UI, TEXT_SMALL, ui->theme->soft, text);
}

static void draw_output_name(Panel *panel, Rect rect, int output)
{
    const Activation *row = activation_get(OUTPUT_ACTIVATION, output);
    char first[64]; // what stands before the first colon
    (void)snprintf(first, sizeof first, "%.*s", (int)strcspn(row->what, ";:"), row->what);
    const char *const notes[] = {row->what, first};
    draw_name(panel, rect, row->label, notes, 2);
    if (is_under_mouse(panel->ui, rect))
        ui_say_hint(panel->ui, row->what, row->look);
}

// "yours, test 1, 4, 7"
static void draw_target_name(Panel *panel)
{
    const Frame *frame = panel->frame;
    char list[128], range[64], own[32] = "yours"; // what is on the pad
    if (frame->pad->now.source >= 0)
        (void)snprintf(own, sizeof own, "yours (test\u00a0%d)", frame->pad->now.source);
    size_t used = (size_t)snprintf(list, sizeof list, "%s, test ", own);
    for (int i = 0; i < frame->page_count && used < sizeof list - 12; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%d", i ? ", " : "", frame->indices[i]);
    if (frame->is_shuffled)
        (void)snprintf(range, sizeof range, "%s, %d random", own, frame->page_count);
    else
        (void)snprintf(range, sizeof range, "%s, test %d\u2013%d", own, frame->first,
                       (frame->first + frame->page_count - 1) % frame->test_count);
    const char *const notes[] = {frame->page_count <= 4 ? list : range, range, own};
    draw_name(panel, panel->layout->matrix.target_name, "target", notes, 3);
}

// The size at which a sentence is whole in a place, 0 where it never is.
static float find_size(Ui *ui, Rect rect, const char *sentence)
{
    float size = TEXT_NORMAL;
    while (size >= TEXT_SMALL && ui_rich(ui, (Rect){0, 0, rect.w, INFINITY}, size, 0, sentence) > rect.h)
        size -= 1;
    return size < TEXT_SMALL ? 0 : size;
}

// That of all sentences beside each other: the least that one of them needs.
static float find_common_size(Panel *panel)
{
    const MatrixLayout *matrix = &panel->layout->matrix;
    float size = TEXT_NORMAL;
    for (int column = 0; column < matrix->columns; column++) {
        const float own =
            find_size(panel->ui, matrix->column_sentences[column], panel->frame->column_sentences[column].text);
        size = fminf(size, own > 0 ? own : TEXT_SMALL);
    }
    return size;
}

// The sentence, or where it is too long the part of it that is bold.
static void draw_sentence(Panel *panel, Rect rect, const Sentence *sentence, float size)
{
    Ui *ui = panel->ui;
    char brief[SENTENCE_SIZE];
    const char *end = *sentence->text == '*' ? strchr(sentence->text + 1, '*') : NULL;
    (void)snprintf(brief, sizeof brief, "%.*s", end ? (int)(end + 1 - sentence->text) : 0, sentence->text);
    const char *const forms[] = {sentence->text, brief};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (find_size(ui, rect, forms[i]) > 0) {
            (void)ui_rich(ui, rect, size, ui->theme->text, forms[i]);
            return;
        }
}

static void draw_head(Panel *panel, int column, float size)
{
    Ui *ui = panel->ui;
    const MatrixLayout *matrix = &panel->layout->matrix;
    const Loss *loss = loss_get(panel->frame->matrix_losses[column]);
    const Sentence *sentence = &panel->frame->column_sentences[column];
    const Rect name = matrix->column_names[column], below = matrix->column_sentences[column];
    char whole[64], brief[48], said[SENTENCE_SIZE];
    (void)snprintf(whole, sizeof whole, "trained with %s", loss->label);
    (void)snprintf(brief, sizeof brief, "with %s", loss->label);
    const char *const forms[] = {whole, brief, loss->label};
    ui_text(ui, name, FONT_UI_BOLD, TEXT_FIGURE, ui->theme->text, ALIGN_LEFT,
            ui_choose(ui, FONT_UI_BOLD, TEXT_FIGURE, name.w, forms, 3));
    if (panel_hides(panel, HIDE_NARRATOR))
        return;
    draw_sentence(panel, below, sentence, size);
    sentence_plain(sentence, said, sizeof said);
    if (is_under_mouse(ui, name))
        ui_say_hint(ui, loss->what, loss->look);
    else if (*said && is_under_mouse(ui, below))
        ui_say_hint(ui, said, loss->look);
}

// ---- a cell -------------------------------------------------------------------------------------------------------

static void draw_pictures(Panel *panel, const MatrixCell *place, int model)
{
    const Frame *frame = panel->frame;
    if (frame->look.matrix_shows_map) {
        panel_heatmap(panel, &place->drawn_output, model, 0, true, true);
        if (!heatmap_get(frame->look.heatmaps[0])->is_of_set)
            panel_heatmap(panel, &place->output, model, 0, false, true);
        return;
    }
    panel_outputs(panel, &place->drawn_output, model, true, true);
    if (frame->look.matrix_has_noise && frame->look.matrix_shows_noisy)
        panel_noisy(panel, &place->output, model, true);
    else
        panel_outputs(panel, &place->output, model, false, true);
}

static bool is_side(const Frame *frame, int side, int model)
{
    return spec_equal(&frame->models[side].spec, &frame->models[model].spec);
}

// Of A and of B: a frame in its colour round the pictures, and its letter in the corner.
static void draw_badges(Panel *panel, const MatrixCell *place, int model)
{
    Ui *ui = panel->ui;
    // a third of a picture, but the letter must fit; in the smallest cells a box without it, so that there is room for
    // two
    const float line = ui_px(ui, 2), third = floorf(place->drawn_output.side / 3),
                half = floorf((place->pictures.w + 2 * line) / 2),
                size = fminf(half, fmaxf(ui_px(ui, 14), fminf(ui_px(ui, 18), third)));
    Rect frame = {place->pictures.x - line, place->pictures.y - line, place->pictures.w + 2 * line,
                  place->pictures.h + 2 * line};
    Rect badge = {frame.x, frame.y, size, size};
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!is_side(panel->frame, side, model))
            continue;
        draw_frame(ui->draw, frame, panel_side_color(ui, side), 0, line);
        draw_box(ui->draw, badge, panel_side_color(ui, side), 0);
        if (size >= ui_px(ui, 12))
            ui_text(ui, badge, FONT_UI_BOLD, ui_fit_size(ui, FONT_UI_BOLD, TEXT_NORMAL, size - line, "A"),
                    ui->theme->inverse, ALIGN_CENTER, side == SIDE_A ? "A" : "B");
        badge.x += size;
    }
}

// "At epoch 3: test MSE 0.0099, ..., never lit 0."
static void format_test(const ModelFrame *m, char *text, size_t size)
{
    const Metrics *test = &m->snapshot->test;
    int losses[LOSS_COUNT];
    const int count = loss_list_shown(m->spec.loss, losses);
    size_t used = *m->figures_of ? (size_t)snprintf(text, size, "At %s: ", m->figures_of) : 0;
    char figure[24];
    for (int i = 0; i < count; i++) {
        panel_format_figure(test->mean[losses[i]], figure);
        used += (size_t)snprintf(text + used, size - used, "%s%s %s, ", i ? "" : "Test ", loss_get(losses[i])->label,
                                 figure);
    }
    panel_format_signed(test->bias, figure);
    (void)snprintf(text + used, size - used,
                   "mean error %s, outside 0\u20261 %.1f %%, never lit %d, dead code units %d.", figure,
                   100.0 * metrics_outside(test), test->never_lit, test->dead_code_units);
}

static void say_cell(Panel *panel, WidgetState state, int model)
{
    const ModelFrame *m = &panel->frame->models[model];
    char hint[400];
    size_t used = (size_t)snprintf(hint, sizeof hint, "%s, %s. ", m->caption, panel_progress(panel->frame, model).text);
    if (m->snapshot->broken_step >= 0)
        used += (size_t)snprintf(hint + used, sizeof hint - used, "Broke at step %lld: %s. ",
                                 (long long)m->snapshot->broken_step, m->snapshot->broken_why);
    if (m->snapshot->test.images > 0)
        format_test(m, hint + used, sizeof hint - used);
    const bool is_fixed = panel_hides(panel, HIDE_MODELS);
    ui_set_hint(panel->ui, state, hint,
                is_fixed
                    ? NULL
                    : "Click: it becomes model A; with Shift: model B; Z undoes. Double click: one pixel explained.");
}

// The cell becomes this side's model. Where it is the other side's, the two change places: A and B are never the same.
static void take_side(Panel *panel, int side, int model)
{
    const Frame *frame = panel->frame;
    const int other = side == SIDE_A ? SIDE_B : SIDE_A;
    const Spec old = frame->models[side].spec;
    if (is_side(frame, side, model))
        return;
    if (is_side(frame, other, model))
        requests_add(panel->requests, (Request){.kind = REQUEST_SPEC, .side = other, .spec = old});
    requests_add(panel->requests, (Request){.kind = REQUEST_SPEC, .side = side, .spec = frame->models[model].spec});
}

static void draw_cell(Panel *panel, int row, int column)
{
    Ui *ui = panel->ui;
    const MatrixCell *place = &panel->layout->matrix.cells[row][column];
    const int model = panel->frame->matrix[row][column];
    const ModelFrame *m = &panel->frame->models[model];
    char id[40];
    (void)snprintf(id, sizeof id, "cell.%s.%s", loss_get(m->spec.loss)->key,
                   activation_get(OUTPUT_ACTIVATION, m->spec.output)->key);
    const WidgetState state = ui_widget(ui, id, place->rect, m->caption);
    say_cell(panel, state, model);
    if (!panel_hides(panel, HIDE_MODELS))
        ui_set_cursor(ui, state, CURSOR_HAND);
    if (state.is_hot)
        draw_box(ui->draw, place->rect, ui->theme->panel, ui_px(ui, RADIUS));
    draw_pictures(panel, place, model);
    draw_badges(panel, place, model);
    panel_matrix_figures(panel, place, row, column);
    ui_focus_ring(ui, state, place->rect);
    const PixelHover hover = panel->hover;
    if (state.is_active && ui->input.left_double && hover.is_set && hover.model == model)
        panel_inspect_pixel(panel); // the first click has made it A
    else if (state.is_clicked)
        take_side(panel, state.is_shifted ? SIDE_B : SIDE_A, model);
}

static void draw_targets(Panel *panel, int column)
{
    const Frame *frame = panel->frame;
    const MatrixCell *place = &panel->layout->matrix.targets[column];
    panel_digits(panel, &place->drawn_output, frame->pad_input, 1, true, -1);
    panel_digits(panel, &place->output, frame->targets, frame->page_count, false, -1);
}

// What all models read of the test digits while they train; the drawing is read as it is.
static void draw_noisy(Panel *panel)
{
    const Frame *frame = panel->frame;
    const MatrixLayout *matrix = &panel->layout->matrix;
    static const char *const notes[] = {"what the models read while they train; your digit has none", "in training"};
    draw_box(panel->ui->draw,
             (Rect){matrix->noisy_name.x, roundf(matrix->noisy_name.y), matrix->tools.w, ui_px(panel->ui, 1)},
             panel->ui->theme->edge, 0);
    draw_name(panel, matrix->noisy_name, "noisy", notes, 2);
    for (int column = 0; column < matrix->columns; column++)
        panel_noisy(panel, &matrix->noisy[column].output, frame->matrix[0][column], false);
}

// In the narrator's place, as long as there is nothing to be said of the whole.
static void draw_heading(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    Rect rect = panel->layout->narrator;
    if (*frame->sentence.text || frame->look.lesson >= 0 || panel_hides(panel, HIDE_NARRATOR))
        return;
    const char *const heading = panel_hides(panel, HIDE_MODELS)
                                    ? "*Each cell is <A> with its column's loss and its row's output.*"
                                    : "*Each cell is <A> with its column's loss and its row's output.* Click one and "
                                      "it becomes <A>, with Shift <B>.";
    float size = panel->layout->stage.is_small ? TEXT_FIGURE : TEXT_SAY;
    while (size > TEXT_SMALL && ui_rich_width(ui, size, heading) > rect.w)
        size -= 1;
    const float height = fminf(rect.h, ui_rich(ui, (Rect){0, 0, rect.w, INFINITY}, size, 0, heading));
    rect.y += floorf((rect.h - height) / 2);
    rect.h = height;
    (void)ui_rich(ui, rect, size, ui->theme->text, heading);
}

void panel_matrix(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const MatrixLayout *matrix = &panel->layout->matrix;
    draw_heading(panel);
    panel_matrix_tools(panel);
    draw_target_name(panel);
    const float size = find_common_size(panel);
    for (int column = 0; column < matrix->columns; column++) {
        draw_head(panel, column, size);
        draw_targets(panel, column);
    }
    if (matrix->has_noisy)
        draw_noisy(panel);
    for (int row = 0; row < matrix->rows; row++) {
        const Rect name = matrix->row_names[row];
        draw_box(ui->draw, (Rect){name.x, roundf(name.y), matrix->tools.w, ui_px(ui, 1)}, ui->theme->edge, 0);
        draw_output_name(panel, name, frame->matrix_outputs[row]);
        for (int column = 0; column < matrix->columns; column++)
            draw_cell(panel, row, column);
    }
}
