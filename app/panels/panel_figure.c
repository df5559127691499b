// A figure: title; target, outputs and error maps of a few digits; colour bars as high as these; histogram, sentence
// and small print below. figure_heads.c, figure_keys.c, figure_histogram.c and figure_words.c have its parts.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/ui_rich.h"
#include "panels/figure_parts.h"
#include "panels/histogram.h"
#include "panels/panel.h"

// ---- which digits -------------------------------------------------------------------------------------------------

// How much a digit of the page says: how far A and B are apart there, or how wrong the only model is.
static double weigh_cell(const Figure *figure, int cell)
{
    const Frame *frame = figure->frame;
    const float *a = frame->models[figure->sides[0]].p + cell * DIGIT_PIXELS;
    const float *b = figure->side_count == 2 ? frame->models[figure->sides[1]].p + cell * DIGIT_PIXELS
                                             : frame->targets + cell * DIGIT_PIXELS;
    double sum = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        const double distance = fabs((double)a[i] - (double)b[i]);
        sum += figure->side_count == 2 ? distance : distance * distance;
    }
    return sum;
}

// Whether a row shows this cell, or the same digit.
static bool has_cell(const Figure *figure, int cell)
{
    const Frame *frame = figure->frame;
    bool found = frame->indices[cell] < 0 || (!frame->is_pad_empty && frame->indices[cell] == frame->pad->now.source);
    for (int i = 0; i < figure->row_count; i++)
        found |= figure->rows[i].cell >= 0 && frame->indices[figure->rows[i].cell] == frame->indices[cell];
    return found;
}

static int find_heaviest(const Figure *figure)
{
    int best = -1;
    for (int cell = 0; cell < figure->frame->page_count; cell++)
        if (!has_cell(figure, cell) && (best < 0 || weigh_cell(figure, cell) > weigh_cell(figure, best)))
            best = cell;
    return best;
}

// One's own digit, then those of the page that say most.
static void choose_rows(Figure *figure)
{
    const Frame *frame = figure->frame;
    const int most = figure->side_count == 2 ? FIGURE_ROWS : FIGURE_ROWS - 1;
    if (!frame->is_pad_empty) {
        Row *row = &figure->rows[figure->row_count++];
        row->cell = -1;
        if (frame->pad->now.source >= 0)
            (void)snprintf(row->label, sizeof row->label, "test %d", frame->pad->now.source);
        else
            (void)snprintf(row->label, sizeof row->label, "drawn");
    }
    for (int cell; figure->row_count < most && (cell = find_heaviest(figure)) >= 0;) {
        Row *row = &figure->rows[figure->row_count++];
        row->cell = cell;
        (void)snprintf(row->label, sizeof row->label, "test %d", frame->indices[cell]);
        figure->has_choice = true;
    }
    figure->has_choice &= find_heaviest(figure) >= 0;
    if (figure->row_count == 0) // an empty pad, and a page of nothing else
        figure->rows[figure->row_count++] = (Row){-1, "drawn"};
}

// ---- words --------------------------------------------------------------------------------------------------------

static void draw_label(const Figure *figure, int row)
{
    Ui *ui = figure->ui;
    Rect rect = figure->layout.labels[row];
    const char *label = figure->rows[row].label;
    const float line = ui_px(ui, 30);
    if (ui_text_width(ui, FONT_UI, FIGURE_TEXT, label) > rect.w - ui_px(ui, 8)) { // "test", and its number below
        rect.y += roundf((rect.h - 2 * line) / 2);
        rect.h = 2 * line;
        (void)ui_paragraph(ui, (Rect){rect.x, rect.y, ui_px(ui, 60), rect.h}, FONT_UI, FIGURE_TEXT, ui->theme->soft,
                           "test");
        rect.y += line;
        rect.h = line;
        label += strcspn(label, " ") + 1;
    }
    ui_text(ui, rect, FONT_UI, FIGURE_TEXT, ui->theme->soft, ALIGN_LEFT, label);
}

// The sentence, as large as its place lets it be.
static void draw_sentence(const Figure *figure, Rect rect, bool has_own_title)
{
    Ui *ui = figure->ui;
    char text[FIGURE_WORDS];
    figure_sentence(figure->frame, has_own_title, text);
    const float usual = ui_px(ui, 216); // what is below the pictures on a slide of 16:9
    float size = fminf(FIGURE_SAY_MOST, fmaxf(FIGURE_SAY, FIGURE_SAY * rect.h / usual));
    while (size > FIGURE_TEXT && ui_rich(ui, (Rect){0, 0, rect.w, 1e6f}, size, 0, text) > rect.h)
        size -= 1;
    (void)ui_rich(ui, rect, size, ui->theme->text, text);
}

// Without the way in which the digits were chosen where it does not fit into two lines. Returns the lines.
static int format_foot(const Figure *figure, float width, char text[FIGURE_WORDS])
{
    Ui *ui = figure->ui;
    const float line = roundf(ui_px(ui, FIGURE_TEXT) * 1.4f);
    int lines = 3;
    for (int form = figure->has_choice ? 0 : 1; form < 2 && lines > 2; form++) {
        figure_foot(figure->frame, form == 0, text);
        const float height = ui_paragraph(ui, (Rect){0, 0, width, 1e6f}, FONT_UI, FIGURE_TEXT, 0, text);
        lines = (int)lroundf(height / line);
    }
    return lines > 2 ? 2 : lines;
}

static float name_width(Ui *ui) { return ui_text_width(ui, FONT_UI_BOLD, FIGURE_TEXT, "losslens"); }

static void draw_foot(const Figure *figure, const char *text)
{
    Ui *ui = figure->ui;
    const Rect foot = figure->layout.foot;
    draw_box(ui->draw, (Rect){foot.x, foot.y, foot.w, fmaxf(1, ui_px(ui, 2))}, ui->theme->edge, 0);
    const float top = foot.y + ui_px(ui, 12), line = roundf(ui_px(ui, FIGURE_TEXT) * 1.4f);
    (void)ui_paragraph(ui, (Rect){foot.x, top, foot.w - name_width(ui) - ui_px(ui, 30), foot.h - ui_px(ui, 14)},
                       FONT_UI, FIGURE_TEXT, ui->theme->soft, text);
    ui_text(ui, (Rect){foot.x, top, foot.w, line}, FONT_UI_BOLD, FIGURE_TEXT, ui->theme->soft, ALIGN_RIGHT, "losslens");
}

static void draw_words(const Figure *figure, bool has_own_title)
{
    Ui *ui = figure->ui;
    Rect rect = figure->layout.words;
    const float line = ui_px(ui, 34), gap = ui_px(ui, 8);
    rect.h -= gap;
    float used = figure_draw_epochs(figure, (Rect){rect.x, rect.y, rect.w, line});
    used += figure_draw_key(figure, (Rect){rect.x, rect.y + used, rect.w, line});
    used += used > 0 ? gap : 2 * gap;
    draw_sentence(figure, (Rect){rect.x, rect.y + used, rect.w, rect.h - used}, has_own_title);
}

// ---- pictures -----------------------------------------------------------------------------------------------------

static void draw_image(const Figure *figure, Point at, const float *values, ImageMap map, float scale)
{
    const float side = figure->layout.side;
    draw_images(figure->ui->draw, at, 1, 1, side, side, side, values, map, scale);
}

static ImageMap grey_map(const Figure *figure) { return figure->frame->look.is_clipped ? MAP_CLIPPED : MAP_GREY; }

const float *figure_output(const Figure *figure, int row, int i)
{
    const ModelFrame *model = &figure->frame->models[figure->sides[i]];
    const int cell = figure->rows[row].cell;
    return cell < 0 ? model->pad_shown : model->shown + cell * DIGIT_PIXELS;
}

static void draw_heat(const Figure *figure, int row, int heatmap, int i)
{
    const ModelFrame *model = &figure->frame->models[figure->sides[i]];
    const int cell = figure->rows[row].cell, index = figure->frame->look.heatmaps[heatmap];
    const Heatmap *mode = heatmap_get(index);
    const Point at = figure->layout.pictures[row][layout_figure_heat(figure->layout.sides, heatmap, i)];
    if ((mode->is_of_set && row > 0) || (figure_has_one_map(figure, heatmap) && i > 0))
        return; // there is one such map
    const bool is_first = cell < 0 || mode->is_of_set;
    const float *values = is_first ? model->pad_heat[heatmap] : model->heat[heatmap] + cell * DIGIT_PIXELS;
    const float *marks = is_first ? model->pad_marks[heatmap] : model->marks[heatmap] + cell * DIGIT_PIXELS;
    draw_image(figure, at, values, mode->map, figure->frame->look.heat_scales[index]);
    if (mode->mark) {
        float edges[DIGIT_PIXELS];
        draw_find_edges(marks, 1, edges);
        draw_image(figure, at, edges, MAP_EDGES, 1.0f);
    }
    const float side = figure->layout.side;
    draw_frame(figure->ui->draw, (Rect){at.x, at.y, side, side}, figure->ui->theme->edge, 0,
               fmaxf(1, ui_px(figure->ui, 1)));
}

static void draw_row(const Figure *figure, int row)
{
    const Frame *frame = figure->frame;
    const int cell = figure->rows[row].cell;
    const Point *at = figure->layout.pictures[row];
    draw_label(figure, row);
    draw_image(figure, at[0], cell < 0 ? frame->pad_input : frame->targets + cell * DIGIT_PIXELS, MAP_GREY, 1.0f);
    for (int i = 0; i < figure->side_count; i++) {
        draw_image(figure, at[layout_figure_output(i)], figure_output(figure, row, i), grey_map(figure), 1.0f);
        for (int heatmap = 0; heatmap < HEATMAP_COUNT; heatmap++)
            draw_heat(figure, row, heatmap, i);
    }
}

// ---- the figure ---------------------------------------------------------------------------------------------------

void figure_draw(Ui *ui, const Frame *frame, float width, float height, const char *title)
{
    Figure figure = {.ui = ui, .frame = frame};
    char foot[FIGURE_WORDS], own_title[FIGURE_WORDS];
    for (int side = 0; side < SIDE_COUNT; side++)
        if (panel_is_shown(frame, side))
            figure.sides[figure.side_count++] = side;
    choose_rows(&figure);
    const FigureLayout plain = layout_figure(width, height, figure.side_count, figure.row_count, 1);
    const int lines = format_foot(&figure, plain.foot.w - name_width(ui) - ui_px(ui, 30), foot);
    figure.layout = layout_figure(width, height, figure.side_count, figure.row_count, lines);
    figure_title(frame, own_title);
    draw_box(ui->draw, (Rect){0, 0, width, height}, ui->theme->back, 0);
    figure_draw_title(&figure, title ? title : own_title);
    figure_draw_heads(&figure);
    for (int row = 0; row < figure.row_count; row++)
        draw_row(&figure, row);
    for (int heatmap = 0; heatmap < HEATMAP_COUNT; heatmap++)
        figure_draw_bar(&figure, heatmap);
    draw_words(&figure, !title);
    histogram_draw_small(ui, frame, figure.layout.plot);
    draw_foot(&figure, foot);
}
