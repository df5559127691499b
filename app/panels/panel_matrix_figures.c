// The figures of a cell of the matrix: whether it is the best of its column, of which moment it is, its losses over all
// test digits.
//
// To add a line: in list_lines, and room for it in LINES_MAX. Thread: the UI thread.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"

typedef enum LineKind { LINE_PILL, LINE_NOTE, LINE_FIGURE } LineKind;

typedef struct FigureLine {
    LineKind kind;
    char name[48], brief[24], value[24]; // brief: of a note, where there is no room for its name
    Color color;
} FigureLine;

enum { LINES_MAX = LOSS_COUNT + 3 }; // pill, moment, outside

typedef struct FigureLines {
    FigureLine lines[LINES_MAX];
    int count;
} FigureLines;

static FigureLine *add_line(FigureLines *lines, LineKind kind, Color color)
{
    FigureLine *line = &lines->lines[lines->count++];
    *line = (FigureLine){.kind = kind, .color = color};
    return line;
}

// What a column's verdict, which is by MSE whatever the loss, says of this row; empty: nothing.
static const char *rank_words(const ColumnRank *rank, int row)
{
    const bool is_first = row == rank->best, is_tie = rank->tie >> row & 1;
    if (rank->is_early)
        return is_tie ? "MSE tie so far" : is_first ? "least MSE so far" : "";
    return is_tie ? "MSE tie" : is_first ? "least MSE" : "";
}

// Cells at different epochs are not comparable: then all say how far they are. Those that broke do so in any case.
static bool is_apart(const Frame *frame)
{
    int64_t step = -1;
    for (int row = 0; row < frame->matrix_rows; row++)
        for (int column = 0; column < frame->matrix_columns; column++) {
            const Snapshot *s = frame->models[frame->matrix[row][column]].snapshot;
            if (s->broken_step >= 0)
                continue;
            if (step >= 0 && s->step != step)
                return true;
            step = s->step;
        }
    return false;
}

static void add_moment(Panel *panel, int model, FigureLines *lines)
{
    const Theme *theme = panel->ui->theme;
    const ModelFrame *m = &panel->frame->models[model];
    const bool is_broken = m->snapshot->broken_step >= 0;
    if (is_broken || (!*m->figures_of && is_apart(panel->frame)))
        (void)snprintf(add_line(lines, LINE_NOTE, is_broken ? theme->broken : theme->soft)->name,
                       sizeof lines->lines->name, "%s", panel_progress(panel->frame, model).short_text);
    else if (*m->figures_of)
        (void)snprintf(add_line(lines, LINE_NOTE, theme->faint)->name, sizeof lines->lines->name, "%s", m->figures_of);
}

// MSE and BCE, and the column's loss where that is another.
static void add_losses(const ModelFrame *m, Color color, FigureLines *lines)
{
    static const int always[] = {LOSS_MSE, LOSS_BCE};
    const Metrics *test = &m->snapshot->test;
    for (int i = 0; i < 3; i++) {
        const int loss = i < 2 ? always[i] : m->spec.loss;
        if (i == 2 && (loss == LOSS_MSE || loss == LOSS_BCE))
            break;
        FigureLine *line = add_line(lines, LINE_FIGURE, color);
        (void)snprintf(line->name, sizeof line->name, "%s", loss_get(loss)->label);
        if (test->images > 0)
            panel_format_figure(test->mean[loss], line->value);
        else
            (void)snprintf(line->value, sizeof line->value, "\u2013");
    }
}

// "73 % outside", from 10 % on without a decimal; nothing where no pixel is. Where most of them are so near that they
// cannot be told from black, and their hatching is not seen, that is said.
static void add_outside(const ModelFrame *m, Color color, FigureLines *lines)
{
    const double share = 100 * metrics_outside(&m->snapshot->test);
    if (m->snapshot->test.images == 0 || share == 0)
        return;
    FigureLine *line = add_line(lines, LINE_NOTE, color);
    const Metrics *test = &m->snapshot->test;
    const bool is_hardly = test->above_1 + test->far_below_0 < 0.5 * metrics_outside(test);
    char text[16];
    (void)snprintf(text, sizeof text, share < 0.05 ? "<0.1 %%" : "%.*f %%", share < 9.95 ? 1 : 0, share);
    (void)snprintf(line->name, sizeof line->name, is_hardly ? "%s hardly outside" : "%s outside", text);
    (void)snprintf(line->brief, sizeof line->brief, "%s", is_hardly ? "hardly outside" : text);
}

static FigureLines list_lines(Panel *panel, int row, int column, bool has_pill, bool has_outside)
{
    const Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const int model = frame->matrix[row][column];
    const ModelFrame *m = &frame->models[model];
    FigureLines out = {.count = 0};
    const ColumnRank *rank = &frame->matrix_ranks[column];
    if (has_pill && *rank_words(rank, row)) {
        FigureLine *line = add_line(&out, rank->is_early ? LINE_NOTE : LINE_PILL, ui->theme->text);
        (void)snprintf(line->name, sizeof line->name, "%s", rank_words(rank, row));
        if (rank->is_early)
            (void)snprintf(line->brief, sizeof line->brief, rank->tie >> row & 1 ? "tie so far" : "least so far");
    }
    add_moment(panel, model, &out);
    add_losses(m, panel_figure_color(ui, m, ui->theme->text), &out);
    if (has_outside)
        add_outside(m, panel_figure_color(ui, m, ui->theme->soft), &out);
    return out;
}

static float pill_width(Ui *ui, const char *text)
{
    return ui_text_width(ui, FONT_UI_BOLD, TEXT_SMALL, text) + ui_px(ui, 12);
}

static void draw_pill(Ui *ui, Rect line, const char *text)
{
    const float height = fminf(line.h - 1, ui_px(ui, 17));
    const Rect pill = {line.x, line.y + floorf((line.h - height) / 2), pill_width(ui, text), height};
    draw_box(ui->draw, pill, ui->theme->back, height / 2);
    draw_frame(ui->draw, pill, ui->theme->text, height / 2, ui_px(ui, 1));
    ui_text(ui, pill, FONT_UI_BOLD, TEXT_SMALL, ui->theme->text, ALIGN_CENTER, text);
}

static void draw_note(Ui *ui, Rect rect, const FigureLine *line)
{
    char word[sizeof line->name]; // its first
    (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(line->name, " "), line->name);
    const char *const forms[] = {line->name, *line->brief ? line->brief : word, ""};
    ui_text(ui, rect, FONT_UI, TEXT_SMALL, line->color, ALIGN_LEFT,
            ui_choose(ui, FONT_UI, TEXT_SMALL, rect.w, forms, 3));
}

// Names beside figures; these alone where there is no room for both.
static void draw_figure(Ui *ui, Rect rect, const FigureLine *line, float name, float size)
{
    const float gap = ui_px(ui, 4), width = ui_text_width(ui, FONT_FIGURES, size, line->value);
    Rect value = rect;
    if (name + gap + width <= rect.w) {
        ui_text(ui, rect, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, line->name);
        value.x += name + gap;
        value.w -= name + gap;
    }
    ui_text(ui, value, FONT_FIGURES, size, line->color, ALIGN_LEFT, line->value);
}

// Where not all lines fit the verdict stands over the pictures, then the share outside goes, which these show, then
// losses from the last on.
void panel_matrix_figures(Panel *panel, const MatrixCell *place, int row, int column)
{
    Ui *ui = panel->ui;
    const Rect area = place->figures;
    const float least = roundf(ui_px(ui, TEXT_SMALL) * 1.2f);
    const int most = area.h < 2 * least - 1 ? 1 : (int)((area.h + 1) / least);
    FigureLines lines = list_lines(panel, row, column, true, true);
    const bool has_pill = lines.count <= most;
    if (!has_pill)
        lines = list_lines(panel, row, column, false, true);
    if (lines.count > most)
        lines = list_lines(panel, row, column, false, false);
    if (lines.count > most)
        lines.count = most;
    // as if there were four where these fit, so that few do not look more important than many
    const int shared = most < 4 ? most : 4;
    const float line = fminf(ui_px(ui, 19), floorf(area.h / (float)(lines.count < shared ? shared : lines.count)));
    const float size = area.h >= 5 * ui_px(ui, 16) ? TEXT_NORMAL : TEXT_SMALL;
    float name = 0;
    for (int i = 0; i < lines.count; i++)
        if (lines.lines[i].kind == LINE_FIGURE)
            name = fmaxf(name, ui_text_width(ui, FONT_UI, TEXT_SMALL, lines.lines[i].name));
    Rect rect = {area.x, area.y + floorf((area.h - line * (float)lines.count) / 2), area.w, line};
    for (int i = 0; i < lines.count; i++, rect.y += line)
        switch (lines.lines[i].kind) {
        case LINE_PILL: draw_pill(ui, rect, lines.lines[i].name); break;
        case LINE_NOTE: draw_note(ui, rect, &lines.lines[i]); break;
        case LINE_FIGURE: draw_figure(ui, rect, &lines.lines[i], name, size); break;
        }
    const ColumnRank *rank = &panel->frame->matrix_ranks[column];
    const char *words = rank_words(rank, row);
    if (has_pill || !*words)
        return;
    const Rect over = place->pictures;
    const float width = pill_width(ui, words), gap = ui_px(ui, 2);
    draw_pill(ui, (Rect){over.x + over.w - width - gap, over.y + gap, width, ui_px(ui, 17)}, words);
}
