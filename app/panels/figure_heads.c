// What stands over the pictures of a figure: its title, what each column is, and the figures of all test digits.
#include <math.h>
#include <stdio.h>

#include "panels/figure_parts.h"
#include "panels/panel.h"

// One line, or two smaller ones.
void figure_draw_title(const Figure *figure, const char *title)
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

static void draw_output_head(const Figure *figure, int i)
{
    Ui *ui = figure->ui;
    const Color color = panel_side_color(ui, figure->sides[i]);
    const Rect head = figure->layout.heads[1 + i];
    const float badge = ui_px(ui, 30);
    const Rect box = {head.x, head.y + roundf((head.h - badge) / 2), badge, badge};
    draw_box(ui->draw, box, color, ui_px(ui, 5));
    ui_text(ui, box, FONT_UI_BOLD, FIGURE_TEXT, ui->theme->inverse, ALIGN_CENTER,
            figure->sides[i] == SIDE_A ? "A" : "B");
    const float used = badge + ui_px(ui, 10);
    char whole[48];
    (void)snprintf(whole, sizeof whole, "output, %s", show_as_get(figure->frame->look.show_as)->short_note);
    const char *const forms[] = {figure->frame->look.show_as == SHOW_MEAN ? "output" : whole, "output"};
    ui_text(ui, (Rect){head.x + used, head.y, head.w - used, head.h}, FONT_UI_BOLD, FIGURE_HEAD, ui->theme->text,
            ALIGN_LEFT, ui_choose(ui, FONT_UI_BOLD, FIGURE_HEAD, head.w - used, forms, 2));
    char text[64];
    figure_choice(figure->frame, figure->sides[i], text);
    const Rect note = figure->layout.notes[layout_figure_output(i)];
    ui_text(ui, note, FONT_UI_BOLD, ui_fit_size(ui, FONT_UI_BOLD, FIGURE_TEXT, note.w, text), color, ALIGN_LEFT, text);
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
bool figure_has_one_map(const Figure *figure, int heatmap)
{
    return figure->side_count == 2 && heatmap_get(figure->frame->look.heatmaps[heatmap])->is_of_pair;
}

void figure_draw_heads(const Figure *figure)
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
        for (int i = 0; i < figure->side_count && !figure_has_one_map(figure, heatmap); i++)
            draw_heat_note(figure, heatmap, i);
        if (figure_has_one_map(figure, heatmap)) {
            Rect note = layout->notes[layout_figure_heat(layout->sides, heatmap, 0)];
            note.w = layout->heads[1 + SIDE_COUNT + heatmap].w;
            ui_text(ui, note, FONT_UI, FIGURE_TEXT, ui->theme->soft, ALIGN_LEFT, "purple: A is brighter");
        }
    }
}
