// What a lesson's card points at: frames round the parts that it speaks of, its pixel with call-outs, a veil over what
// is not spoken of yet. Drawn over everything but menus; nothing of it reacts.
//
// To add a part: a row of LessonPart, a case in find_part.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"
#include "state/narrator_format.h"

static const Color mark_color = 0xf4f07aff; // over pictures, which are dark in every theme

static Rect unite(Rect a, Rect b)
{
    const float x = fminf(a.x, b.x), y = fminf(a.y, b.y);
    return (Rect){x, y, fmaxf(a.x + a.w, b.x + b.w) - x, fmaxf(a.y + a.h, b.y + b.h) - y};
}

static Rect picture(const Panel *panel, int side, int column)
{
    const StageRow *row = &panel->layout->stage.rows[side];
    const GridLayout *cell = &row->pictures[column];
    if (cell->columns == 0)
        return (Rect){0};
    return unite(row->captions[column], (Rect){cell->origin.x, cell->origin.y, cell->side, cell->side});
}

static Rect widget(const Panel *panel, const char *id)
{
    for (int i = 0; i < panel->ui->widget_count; i++)
        if (strcmp(panel->ui->widgets[i].id, id) == 0)
            return panel->ui->widgets[i].rect;
    return (Rect){0};
}

static Rect cell(const Panel *panel, const char *output)
{
    const Frame *frame = panel->frame;
    const int wanted = activation_find(OUTPUT_ACTIVATION, output);
    for (int row = 0; row < panel->layout->matrix.rows; row++)
        for (int column = 0; column < panel->layout->matrix.columns; column++)
            if (frame->matrix_outputs[row] == wanted && frame->matrix_losses[column] == LOSS_BCE)
                return panel->layout->matrix.cells[row][column].rect;
    return (Rect){0};
}

// w 0: it is not on screen.
static Rect find_part(const Panel *panel, LessonPart part)
{
    const InspectLayout *inspect = &panel->layout->inspect;
    switch (part) {
    case PART_PAD: return picture(panel, SIDE_A, 0);
    case PART_OUTPUT_A: return picture(panel, SIDE_A, 1);
    case PART_OUTPUT_B: return picture(panel, SIDE_B, 1);
    case PART_OUTPUT_AND_BCE_B: return unite(picture(panel, SIDE_B, 1), picture(panel, SIDE_B, 2));
    case PART_DIFFERENCE: return picture(panel, SIDE_B, 0);
    case PART_ABOVE_1: return panel_histogram_slot(panel, HISTOGRAM_BINS - 1);
    case PART_B_CLIP: return widget(panel, "b.output.clip");
    case PART_B_SIGMOID: return widget(panel, "b.output.sigmoid");
    case PART_CELL_RELU: return cell(panel, "relu");
    case PART_CELL_LINEAR: return cell(panel, "linear");
    case PART_CELL_CLIP: return cell(panel, "clip");
    case PART_LOSS_PLOT: return inspect->loss_plot;
    case PART_SLOPE_PLOT: return inspect->slope_plot;
    case PART_NONE:
    case PART_COUNT: break;
    }
    return (Rect){0};
}

static void draw_outlines(Panel *panel, const LessonStep *step)
{
    Ui *ui = panel->ui;
    for (int i = 0; i < LESSON_PARTS; i++) {
        const Rect part = find_part(panel, step->parts[i]);
        // clear of captions and of each other, and of the chips beside a button
        const bool is_button = step->parts[i] == PART_B_CLIP || step->parts[i] == PART_B_SIGMOID;
        const float gap = ui_px(ui, panel->layout->stage.is_small || is_button ? 3 : 5);
        if (part.w > 0)
            draw_frame(ui->draw, (Rect){part.x - gap, part.y - gap, part.w + 2 * gap, part.h + 2 * gap},
                       ui->theme->lesson, ui_px(ui, RADIUS), ui_px(ui, 2));
    }
}

static void draw_veil(Panel *panel)
{
    const StageRow *row = &panel->layout->stage.rows[SIDE_B];
    const GridLayout *first = &row->pictures[0];
    if (row->head.w <= 0 || first->columns == 0)
        return;
    const float x = first->origin.x - ui_px(panel->ui, 2);
    draw_box(panel->ui->draw,
             (Rect){x, row->captions[0].y, row->head.x - x, first->origin.y + first->side - row->captions[0].y + 2},
             theme_fade(panel->ui->theme->back, 0xd0), 0);
    draw_box(panel->ui->draw,
             (Rect){row->head.x - 1, row->head.y, panel->layout->window.w - row->head.x,
                    first->origin.y + first->side - row->head.y + 2},
             theme_fade(panel->ui->theme->back, 0xd0), 0);
}

// The label's place in the picture: below the pixel, else beside it, else at the top.
static Rect place_label(const GridLayout *cell, Rect pixel, float width, float height, float pad)
{
    const float left = cell->origin.x + pad, right = cell->origin.x + cell->side - pad - width;
    const float bottom = cell->origin.y + cell->side - height - pad, middle = pixel.x + pixel.w / 2;
    const float x = fminf(right, fmaxf(left, middle - width / 2));
    if (pixel.y + pixel.h + 2 * pad <= bottom)
        return (Rect){x, bottom, width, height};
    const float y = fminf(bottom, pixel.y + pixel.h / 2 - height / 2), gap = 4 * pad;
    if (pixel.x + pixel.w + gap <= right)
        return (Rect){pixel.x + pixel.w + gap, y, width, height};
    if (pixel.x - gap - width >= left)
        return (Rect){pixel.x - gap - width, y, width, height};
    return (Rect){x, cell->origin.y + pad, width, height};
}

// The pixel in a picture, and what is to be said of it.
static void draw_call_out(Panel *panel, const GridLayout *picture_cell, int pixel, const char *text)
{
    Ui *ui = panel->ui;
    const float unit = picture_cell->side / DIGIT_SIDE, line = ui_px(ui, 2), pad = ui_px(ui, 4);
    const Rect box = {picture_cell->origin.x + unit * (float)(pixel % DIGIT_SIDE) - line,
                      picture_cell->origin.y + unit * (float)(pixel / DIGIT_SIDE) - line, unit + 2 * line,
                      unit + 2 * line};
    const float room = picture_cell->side - 2 * pad,
                size = ui_fit_size(ui, FONT_UI_BOLD, TEXT_SMALL, room - 2 * pad, text),
                width = fminf(room, ui_text_width(ui, FONT_UI_BOLD, size, text) + 3 * pad);
    const Rect label = place_label(picture_cell, box, width, ui_px(ui, 20), pad);
    const bool is_beside = label.x >= box.x + box.w || label.x + label.w <= box.x;
    const float x = box.x + box.w / 2, y = box.y + box.h / 2;
    Point way[2];
    if (is_beside) {
        const bool is_right = label.x > box.x;
        way[0] = (Point){is_right ? box.x + box.w : box.x, y};
        way[1] = (Point){is_right ? label.x : label.x + label.w, y};
    } else {
        const bool is_below = label.y > box.y;
        way[0] = (Point){x, is_below ? box.y + box.h : box.y};
        way[1] = (Point){x, is_below ? label.y : label.y + label.h};
    }
    draw_frame(ui->draw, box, mark_color, 0, line);
    draw_line(ui->draw, way, 2, line, mark_color);
    draw_box(ui->draw, label, 0x0b0d10f0, ui_px(ui, RADIUS));
    draw_frame(ui->draw, label, mark_color, ui_px(ui, RADIUS), ui_px(ui, 1));
    ui_text(ui, label, FONT_UI_BOLD, size, mark_color, ALIGN_CENTER, text);
}

static Figure write_slope(float slope) { return narrator_format_difference(fabs((double)slope)); }

// In B's output and its left heatmap.
static void draw_pixel(Panel *panel, const LessonCard *card)
{
    const StageRow *row = &panel->layout->stage.rows[SIDE_B];
    const LessonPixel *x = &card->pixel;
    char output[64], price[64];
    const Figure p = x->p[SIDE_B] == 0.0f ? (Figure){"0"} : narrator_format_pixel((double)x->p[SIDE_B]);
    (void)snprintf(output, sizeof output, "target %.10s, output %.10s", narrator_format_pixel((double)x->t).text,
                   p.text);
    (void)snprintf(price, sizeof price, "BCE %.12s, slope %.12s",
                   narrator_format_price((double)x->loss[SIDE_B][LOSS_BCE]).text,
                   write_slope(x->slope[SIDE_B][LOSS_BCE]).text);
    draw_call_out(panel, &row->pictures[1], x->pixel, output);
    if (heatmap_get(panel->frame->look.heatmaps[0])->loss == LOSS_BCE)
        draw_call_out(panel, &row->pictures[2], x->pixel, price);
}

void panel_lesson_marks(Panel *panel)
{
    const Frame *frame = panel->frame;
    const LessonCard *card = &frame->lesson;
    if (!card->step || frame->look.lesson < 0)
        return;
    const bool has_rows = panel->layout->stage.rows[SIDE_B].pictures[1].columns > 0 && !panel_is_wiped(frame);
    if (card->step->veils_b && frame->look.scene == SCENE_COMPARE && has_rows)
        draw_veil(panel);
    draw_outlines(panel, card->step);
    if (card->has_pixel && has_rows && panel_is_shown(frame, SIDE_B))
        draw_pixel(panel, card);
}
