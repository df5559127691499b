// The drawing as the models see it, its reconstructions and heatmaps, following the stroke.
#include <stdio.h>

#include "panel.h"
#include "theme.h"

enum { OUTLINE_LEVEL = 50 }; // percent of full ink

// The edge of the original drawing, where ink begins, as thin lines over the centred one.
static void draw_outline(Panel *panel, const GridLayout *grid)
{
    const float *ink = panel->frame->pad_drawn;
    const float level = OUTLINE_LEVEL / 100.0f, side = (float)grid->pixel_px, line = ui_px(panel->ui, 1);
    for (int row = 0; row < DIGIT_SIDE; row++)
        for (int column = 0; column < DIGIT_SIDE; column++) {
            const bool inside = ink[row * DIGIT_SIDE + column] >= level;
            const bool right = column + 1 < DIGIT_SIDE && ink[row * DIGIT_SIDE + column + 1] >= level;
            const bool below = row + 1 < DIGIT_SIDE && ink[(row + 1) * DIGIT_SIDE + column] >= level;
            const float x = grid->origin.x + (float)(column + 1) * side, y = grid->origin.y + (float)(row + 1) * side;
            if (inside != right)
                draw_box(panel->ui->draw, (Rect){x, y - side, line, side}, 0x5ad1a0c0, 0);
            if (inside != below)
                draw_box(panel->ui->draw, (Rect){x - side, y, side, line}, 0x5ad1a0c0, 0);
        }
}

static void draw_model(Panel *panel, int side)
{
    const ModelFrame *m = &panel->frame->models[side];
    const GridLayout *cells = panel->frame->layout.drawn[side];
    panel_images(panel, &cells[0], m->pad_p, 1, MAP_GREY, 1.0f, true);
    for (int loss = 0; loss < HEATMAP_COUNT; loss++)
        panel_images(panel, &cells[1 + loss], m->pad_loss[loss], 1, MAP_HEAT, heat_scales[loss], true);
    const float width = ui_px(panel->ui, 2);
    draw_box(panel->ui->draw, (Rect){cells[0].origin.x - 2 * width, cells[0].origin.y, width, cells[0].pitch},
             panel_side_color(side), 0);
}

static double mean(const float *values)
{
    double sum = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++)
        sum += (double)values[i];
    return sum / DIGIT_PIXELS;
}

// The drawing's own losses beside the input cell.
static void draw_figures(Panel *panel, Rect area)
{
    Ui *ui = panel->ui;
    const float line = ui_px(ui, 16);
    Rect row = {area.x, area.y, area.w, line};
    char text[64];
    for (int side = 0; side < SIDE_COUNT; side++) {
        if (!panel_is_shown(panel->frame, side))
            continue;
        const ModelFrame *m = &panel->frame->models[side];
        (void)snprintf(text, sizeof text, "BCE %.4f  MSE %.4f", mean(m->pad_loss[LOSS_BCE]),
                       mean(m->pad_loss[LOSS_MSE]));
        if (ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) > row.w)
            (void)snprintf(text, sizeof text, "%s %.4f", loss_get(LOSS_BCE)->label, mean(m->pad_loss[LOSS_BCE]));
        ui_text(ui, row, FONT_FIGURES, TEXT_SMALL, panel_side_color(side), ALIGN_LEFT, text);
        row.y += line;
    }
}

void panel_drawn(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const GridLayout *input = &frame->layout.drawn_input;
    ui_text(ui, frame->layout.drawn_header, FONT_UI, TEXT_NORMAL, COLOR_TEXT, ALIGN_LEFT, "Your digit");
    char from_set[32];
    const bool is_narrow = frame->layout.drawn_header.w < ui_px(ui, 190);
    (void)snprintf(from_set, sizeof from_set, "test %d", frame->pad->now.source);
    const bool is_moved = frame->pad->is_centred && !frame->pad->now.is_exact && !frame->is_pad_empty;
    ui_text(ui, frame->layout.drawn_header, FONT_UI, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_RIGHT,
            is_moved && is_narrow         ? "centred"
            : is_moved                    ? "centred like MNIST"
            : frame->pad->now.source >= 0 ? from_set
                                          : "");
    panel_images(panel, input, frame->pad_input, 1, MAP_GREY, 1.0f, true);
    if (is_moved)
        draw_outline(panel, input);
    const float gap = ui_px(ui, 8), x = input->origin.x + input->pitch + gap;
    const float room = frame->layout.drawn_header.x + frame->layout.drawn_header.w - x;
    if (frame->scene == SCENE_COMPARE)
        draw_figures(panel, (Rect){x, input->origin.y, room, input->pitch});
    const int first = panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B;
    for (int column = 0; column < 1 + HEATMAP_COUNT; column++) {
        const GridLayout *cell = &frame->layout.drawn[first][column];
        const float height = ui_px(ui, 15);
        char title[48];
        (void)snprintf(title, sizeof title, "%s",
                       column == 0 ? is_narrow && frame->scene == SCENE_COMPARE ? "Out" : "Output"
                                   : loss_get(column - 1)->label);
        if (column > 0 && frame->scene != SCENE_COMPARE)
            (void)snprintf(title, sizeof title, "%s %.4f", loss_get(column - 1)->label,
                           mean(frame->models[first].pad_loss[column - 1]));
        const float width = frame->scene == SCENE_COMPARE ? cell->pitch + ui_px(ui, 5) : frame->layout.drawn_header.w;
        ui_text(ui, (Rect){cell->origin.x, cell->origin.y - height, width, height}, FONT_UI, TEXT_SMALL,
                COLOR_TEXT_SOFT, ALIGN_LEFT, title);
    }
    for (int side = 0; side < SIDE_COUNT; side++)
        if (panel_is_shown(frame, side))
            draw_model(panel, side);
}
