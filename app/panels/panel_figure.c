// A figure: title; target, outputs and error maps of a few digits; colour bars as high as these; histogram, sentence
// and small print below.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/ui_rich.h"
#include "panels/figure.h"
#include "panels/histogram.h"
#include "panels/panel.h"

// What is drawn of one digit.
typedef struct Row {
    int cell; // of the page, -1: the pad
    char label[24];
} Row;

typedef struct Figure {
    Ui *ui;
    const Frame *frame;
    FigureLayout layout;
    int sides[SIDE_COUNT], side_count; // on show
    Row rows[FIGURE_ROWS];
    int row_count;
    bool has_choice; // not all digits of the page are there
} Figure;

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

// One line, or two smaller ones.
static void draw_title(const Figure *figure, const char *title)
{
    Ui *ui = figure->ui;
    const Rect rect = figure->layout.title;
    float size = FIGURE_TITLE;
    while (size > 36 && ui_text_width(ui, FONT_UI_BOLD, size, title) > rect.w)
        size -= 1;
    if (ui_text_width(ui, FONT_UI_BOLD, size, title) <= rect.w)
        ui_text(ui, rect, FONT_UI_BOLD, size, ui->theme->text, ALIGN_LEFT, title);
    else
        (void)ui_paragraph(ui, rect, FONT_UI_BOLD, 30, ui->theme->text, title);
}

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

// ---- heads --------------------------------------------------------------------------------------------------------

static void draw_output_head(const Figure *figure, int i)
{
    Ui *ui = figure->ui;
    const Spec *spec = &figure->frame->models[figure->sides[i]].spec;
    const Color color = panel_side_color(ui, figure->sides[i]);
    const Rect head = figure->layout.heads[1 + i];
    const float badge = ui_px(ui, 30);
    const Rect box = {head.x, head.y + roundf((head.h - badge) / 2), badge, badge};
    draw_box(ui->draw, box, color, ui_px(ui, 5));
    ui_text(ui, box, FONT_UI_BOLD, FIGURE_TEXT, ui->theme->inverse, ALIGN_CENTER,
            figure->sides[i] == SIDE_A ? "A" : "B");
    const float used = badge + ui_px(ui, 10);
    ui_text(ui, (Rect){head.x + used, head.y, head.w - used, head.h}, FONT_UI_BOLD, FIGURE_HEAD, ui->theme->text,
            ALIGN_LEFT, "output");
    char text[64];
    (void)snprintf(text, sizeof text, "%s + %s", loss_get(spec->loss)->label,
                   activation_get(OUTPUT_ACTIVATION, spec->output)->label);
    ui_text(ui, figure->layout.notes[layout_figure_output(i)], FONT_UI_BOLD, FIGURE_TEXT, color, ALIGN_LEFT, text);
}

// "A 0.0923": the map's figure over all test digits.
static void draw_heat_note(const Figure *figure, int heatmap, int i)
{
    Ui *ui = figure->ui;
    const int side = figure->sides[i];
    const ModelFrame *model = &figure->frame->models[side];
    const Heatmap *mode = heatmap_get(figure->frame->look.heatmaps[heatmap]);
    const Color color = panel_side_color(ui, side);
    Rect note = figure->layout.notes[layout_figure_heat(figure->layout.sides, heatmap, i)];
    const char *letter = side == SIDE_A ? "A" : "B";
    ui_text(ui, note, FONT_UI_BOLD, FIGURE_TEXT, color, ALIGN_LEFT, letter);
    const Metrics *test = &model->snapshot->test;
    if (!mode->figure || test->images == 0)
        return;
    char text[32];
    if (mode->loss >= 0)
        panel_format_figure(mode->figure(test), text);
    else
        (void)snprintf(text, sizeof text, mode->figure_format, mode->figure(test));
    const float used = ui_text_width(ui, FONT_UI_BOLD, FIGURE_TEXT, letter) + ui_px(ui, 12);
    note.x += used;
    note.w -= used;
    ui_text(ui, note, FONT_FIGURES, FIGURE_TEXT, panel_figure_color(ui, model, color), ALIGN_LEFT, text);
}

// Of the difference there is one map, which is A's.
static bool is_difference(const Figure *figure, int heatmap)
{
    return figure->side_count == 2 && figure->frame->look.heatmaps[heatmap] == heatmap_find("difference");
}

static void draw_heads(const Figure *figure)
{
    Ui *ui = figure->ui;
    const FigureLayout *layout = &figure->layout;
    ui_text(ui, layout->heads[0], FONT_UI_BOLD, FIGURE_HEAD, ui->theme->text, ALIGN_LEFT, "target");
    ui_text(ui, layout->notes[0], FONT_UI, FIGURE_TEXT, ui->theme->soft, ALIGN_LEFT, "the input");
    for (int i = 0; i < figure->side_count; i++)
        draw_output_head(figure, i);
    for (int heatmap = 0; heatmap < HEATMAP_COUNT; heatmap++) {
        const Heatmap *mode = heatmap_get(figure->frame->look.heatmaps[heatmap]);
        char text[96];
        (void)snprintf(text, sizeof text, "%s%s%s", mode->label, mode->loss >= 0 ? " error" : "",
                       mode->is_of_set ? ", all test digits" : "");
        ui_text(ui, layout->heads[1 + SIDE_COUNT + heatmap], FONT_UI_BOLD, FIGURE_HEAD, ui->theme->text, ALIGN_LEFT,
                text);
        for (int i = 0; i < figure->side_count && !is_difference(figure, heatmap); i++)
            draw_heat_note(figure, heatmap, i);
        if (is_difference(figure, heatmap)) {
            Rect note = layout->notes[layout_figure_heat(layout->sides, heatmap, 0)];
            note.w = layout->heads[1 + SIDE_COUNT + heatmap].w;
            ui_text(ui, note, FONT_UI, FIGURE_TEXT, ui->theme->soft, ALIGN_LEFT, "purple: A is brighter");
        }
    }
}

// ---- pictures -----------------------------------------------------------------------------------------------------

static void draw_image(const Figure *figure, Point at, const float *values, ImageMap map, float scale)
{
    const float side = figure->layout.side;
    draw_images(figure->ui->draw, at, 1, 1, side, side, side, values, map, scale);
}

static ImageMap grey_map(const Figure *figure) { return figure->frame->look.is_clipped ? MAP_CLIPPED : MAP_GREY; }

static const float *find_output(const Figure *figure, int row, int i)
{
    const ModelFrame *model = &figure->frame->models[figure->sides[i]];
    const int cell = figure->rows[row].cell;
    return cell < 0 ? model->pad_p : model->p + cell * DIGIT_PIXELS;
}

static void draw_heat(const Figure *figure, int row, int heatmap, int i)
{
    const ModelFrame *model = &figure->frame->models[figure->sides[i]];
    const int cell = figure->rows[row].cell, index = figure->frame->look.heatmaps[heatmap];
    const Heatmap *mode = heatmap_get(index);
    const Point at = figure->layout.pictures[row][layout_figure_heat(figure->layout.sides, heatmap, i)];
    if ((mode->is_of_set && row > 0) || (is_difference(figure, heatmap) && i > 0))
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
        draw_image(figure, at[layout_figure_output(i)], find_output(figure, row, i), grey_map(figure), 1.0f);
        for (int heatmap = 0; heatmap < HEATMAP_COUNT; heatmap++)
            draw_heat(figure, row, heatmap, i);
    }
}

// ---- what colours mean --------------------------------------------------------------------------------------------

// A tick of a bar; share: 0 at its bottom, 1 at its top. Quarters have a figure where it is short.
static void draw_tick(const Figure *figure, int heatmap, int quarter, const Heatmap *mode, float scale)
{
    Ui *ui = figure->ui;
    const Rect bar = figure->layout.bars[heatmap], labels = figure->layout.bar_labels[heatmap];
    const bool is_signed = mode->map == MAP_SIGNED, is_end = quarter == 0 || quarter == 4;
    const float share = (float)quarter / 4, y = bar.y + roundf(bar.h * (1 - share)), thick = fmaxf(1, ui_px(ui, 2));
    const double value = (double)scale * (is_signed ? 2.0 * (double)share - 1.0 : (double)share);
    draw_box(ui->draw, (Rect){bar.x + bar.w, fminf(y, bar.y + bar.h - thick), ui_px(ui, 7), thick}, ui->theme->soft, 0);
    char figures[24], text[40];
    (void)snprintf(figures, sizeof figures, "%.3g", fabs(value));
    if (quarter % 2 == 1 && (is_signed || strlen(figures) > 4))
        return;
    (void)snprintf(text, sizeof text, "%s%s",
                   is_signed && value < 0                           ? "\u2212"
                   : is_signed && value > 0                         ? "+"
                   : quarter == 4 && !is_signed && !mode->is_of_set ? "\u2265"
                                                                    : "",
                   figures);
    const float height = ui_px(ui, 30), gap = ui_px(ui, 10);
    const float top = is_end ? fminf(fmaxf(y - height / 2, bar.y - ui_px(ui, 5)), bar.y + bar.h - height + ui_px(ui, 5))
                             : y - height / 2;
    ui_text(ui, (Rect){labels.x + gap, top, labels.w - gap, height}, FONT_FIGURES, FIGURE_TEXT, ui->theme->text,
            ALIGN_LEFT, text);
}

static void draw_bar(const Figure *figure, int heatmap)
{
    enum { STEPS = 128 };
    Ui *ui = figure->ui;
    const Rect bar = figure->layout.bars[heatmap];
    const Heatmap *mode = heatmap_get(figure->frame->look.heatmaps[heatmap]);
    const float scale = figure->frame->look.heat_scales[figure->frame->look.heatmaps[heatmap]];
    for (int i = 0; i < STEPS; i++) {
        const float top = roundf(bar.h * (float)i / STEPS), bottom = roundf(bar.h * (float)(i + 1) / STEPS);
        const float share = 1 - ((float)i + 0.5f) / STEPS;
        const float value = scale * (mode->map == MAP_SIGNED ? 2 * share - 1 : share);
        draw_box(ui->draw, (Rect){bar.x, bar.y + top, bar.w, bottom - top},
                 draw_map_color(ui->draw->palette, mode->map, value, scale), 0);
    }
    draw_frame(ui->draw, bar, ui->theme->soft, 0, fmaxf(1, ui_px(ui, 1)));
    for (int quarter = 0; quarter <= 4; quarter++)
        draw_tick(figure, heatmap, quarter, mode, scale);
}

// Whether an output that is drawn goes so far beyond the scale that it is marked.
static bool is_beyond(const Figure *figure, float sign)
{
    bool found = false;
    for (int row = 0; row < figure->row_count; row++)
        for (int i = 0; i < figure->side_count; i++)
            for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++) {
                const float p = find_output(figure, row, i)[pixel];
                found |= (sign < 0 ? -p : p - 1.0f) > 1.0f / 255.0f;
            }
    return found;
}

// "below 0", "above 1" with their marks, where they occur. Returns the height that the line takes.
static float draw_key(const Figure *figure, Rect line)
{
    Ui *ui = figure->ui;
    const float size = ui_px(ui, 20), start = figure->layout.pictures[0][1].x;
    const struct {
        float sign, value;
        const char *name;
    } marks[] = {{-1, -1.0f, "below 0"}, {1, 2.0f, "above 1"}};
    bool is_found = false;
    line.w -= start - line.x;
    line.x = start;
    for (int i = 0; i < 2; i++) {
        if (!is_beyond(figure, marks[i].sign))
            continue;
        if (figure->frame->look.is_clipped && !is_found)
            ui_text(ui, line, FONT_UI, FIGURE_TEXT, ui->theme->soft, ALIGN_LEFT, "clipped to 0\u20261");
        is_found = true;
        if (figure->frame->look.is_clipped)
            continue;
        float values[DIGIT_PIXELS];
        for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++)
            values[pixel] = marks[i].value;
        draw_images(ui->draw, (Point){line.x, line.y + roundf((line.h - size) / 2)}, 1, 1, size, size, size, values,
                    MAP_GREY, 1.0f);
        const float used = size + ui_px(ui, 8), width = ui_text_width(ui, FONT_UI, FIGURE_TEXT, marks[i].name) + 1;
        ui_text(ui, (Rect){line.x + used, line.y, width, line.h}, FONT_UI, FIGURE_TEXT, ui->theme->soft, ALIGN_LEFT,
                marks[i].name);
        line.x += used + width + ui_px(ui, 28);
    }
    return is_found ? line.h : 0;
}

// Under outputs that have not learnt equally long, how long each has. Returns the height that the line takes.
static float draw_epochs(const Figure *figure, Rect line)
{
    Ui *ui = figure->ui;
    if (!figure_is_uneven(figure->frame))
        return 0;
    for (int i = 0; i < figure->side_count; i++)
        ui_text(ui, (Rect){figure->layout.pictures[0][layout_figure_output(i)].x, line.y, figure->layout.side, line.h},
                FONT_UI_BOLD, FIGURE_TEXT, ui->theme->wrong, ALIGN_LEFT,
                panel_progress(figure->frame, figure->sides[i]).short_text);
    return line.h;
}

static void draw_words(const Figure *figure, bool has_own_title)
{
    Ui *ui = figure->ui;
    Rect rect = figure->layout.words;
    const float line = ui_px(ui, 34), gap = ui_px(ui, 8);
    rect.h -= gap;
    float used = draw_epochs(figure, (Rect){rect.x, rect.y, rect.w, line});
    used += draw_key(figure, (Rect){rect.x, rect.y + used, rect.w, line});
    used += used > 0 ? gap : 2 * gap;
    draw_sentence(figure, (Rect){rect.x, rect.y + used, rect.w, rect.h - used}, has_own_title);
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
    draw_title(&figure, title ? title : own_title);
    draw_heads(&figure);
    for (int row = 0; row < figure.row_count; row++)
        draw_row(&figure, row);
    for (int heatmap = 0; heatmap < HEATMAP_COUNT; heatmap++)
        draw_bar(&figure, heatmap);
    draw_words(&figure, !title);
    histogram_draw_small(ui, frame, figure.layout.plot);
    draw_foot(&figure, foot);
}
