// Images: digits and heatmaps in grids, with what lies over them, and the colour bars that say what their colours mean.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"
#include "state/words.h"

static bool find_pixel(const Panel *panel, const GridLayout *grid, int count, int *cell, int *pixel)
{
    const Input *input = &panel->ui->input;
    const float x = input->mouse_x - grid->origin.x, y = input->mouse_y - grid->origin.y;
    if (!input->is_inside || panel->ui->is_modal || x < 0 || y < 0)
        return false;
    const int column = (int)(x / grid->pitch), row = (int)(y / grid->pitch);
    const int px = (int)((x - (float)column * grid->pitch) * DIGIT_SIDE / grid->side);
    const int py = (int)((y - (float)row * grid->pitch) * DIGIT_SIDE / grid->side);
    *cell = row * grid->columns + column;
    *pixel = py * DIGIT_SIDE + px;
    return column < grid->columns && *cell < count && px < DIGIT_SIDE && py < DIGIT_SIDE;
}

static void draw_overlay(Panel *panel, const ImageGrid *images, const float *values, ImageMap map)
{
    const GridLayout *grid = images->grid;
    draw_images(panel->ui->draw, grid->origin, grid->columns, images->count, grid->pitch, grid->pitch, grid->side,
                values, map, 1.0f);
}

void panel_images(Panel *panel, const ImageGrid *images)
{
    static float overlay[PAGE_MAX * DIGIT_PIXELS]; // the UI thread's
    const GridLayout *grid = images->grid;
    const Look *look = &panel->frame->look;
    int cell, pixel;
    if (find_pixel(panel, grid, images->count, &cell, &pixel))
        panel->hover = (PixelHover){true, images->is_pad, images->model, cell, pixel};
    draw_images(panel->ui->draw, grid->origin, grid->columns, images->count, grid->pitch, grid->pitch, grid->side,
                images->values, images->map, images->scale);
    const size_t n = (size_t)images->count * DIGIT_PIXELS;
    if (images->marks) {
        draw_find_edges(images->marks, images->count, overlay);
        draw_overlay(panel, images, overlay, MAP_EDGES);
    }
    if (images->intensities && look->brush_first <= look->brush_last) {
        for (size_t i = 0; i < n; i++) {
            const int bin = metrics_find_bin(images->intensities[i]);
            overlay[i] = bin >= look->brush_first && bin <= look->brush_last ? 1.0f : 0.0f;
        }
        draw_overlay(panel, images, overlay, MAP_VEIL);
    }
}

void panel_digits(Panel *panel, const GridLayout *grid, const float *values, int count, bool is_pad, int model)
{
    panel_images(panel, &(ImageGrid){.grid = grid,
                                     .values = values,
                                     .intensities = values,
                                     .count = count,
                                     .map = panel->frame->look.is_clipped ? MAP_CLIPPED : MAP_GREY,
                                     .scale = 1.0f,
                                     .is_pad = is_pad,
                                     .model = model});
}

void panel_outputs(Panel *panel, const GridLayout *grid, int model, bool is_pad, bool has_hover)
{
    const ModelFrame *m = &panel->frame->models[model];
    panel_images(panel, &(ImageGrid){.grid = grid,
                                     .values = is_pad ? m->pad_shown : m->shown,
                                     .intensities = is_pad ? m->pad_p : m->p,
                                     .count = is_pad ? 1 : panel->frame->page_count,
                                     .map = panel->frame->look.is_clipped ? MAP_CLIPPED : MAP_GREY,
                                     .scale = 1.0f,
                                     .is_pad = is_pad,
                                     .model = has_hover ? model : -1});
}

void panel_noisy(Panel *panel, const GridLayout *grid, int model, bool is_output)
{
    const ModelFrame *m = &panel->frame->models[model];
    const PixelHover before = panel->hover;
    panel_images(panel, &(ImageGrid){.grid = grid,
                                     .values = is_output ? m->noisy_shown : m->noisy,
                                     .count = panel->frame->page_count,
                                     .map = panel->frame->look.is_clipped ? MAP_CLIPPED : MAP_GREY,
                                     .scale = 1.0f,
                                     .model = -1});
    panel->hover = before; // whose figures are of clean inputs
    int cell, pixel;
    if (!find_pixel(panel, grid, panel->frame->page_count, &cell, &pixel))
        return;
    const size_t at = (size_t)cell * DIGIT_PIXELS + (size_t)pixel;
    char what[160];
    (void)snprintf(what, sizeof what, "row %d, column %d: target %.3f, noisy input %.3f, output from it %.3f",
                   pixel / DIGIT_SIDE, pixel % DIGIT_SIDE, (double)panel->frame->targets[at], (double)m->noisy[at],
                   (double)m->noisy_shown[at]);
    ui_say_hint(panel->ui, what, words_find("noise")->look);
}

static void say_set_pixel(Panel *panel, const Heatmap *mode, int pixel, float value, const char *figures_of)
{
    char what[256];
    const TargetFacts *facts = panel->frame->facts;
    if (mode->mark && facts && !metrics_has_ink(facts, pixel)) // a map that marks what is lost says nothing of it
        (void)snprintf(what, sizeof what, "row %d, column %d: no test digit has ink here; black is right",
                       pixel / DIGIT_SIDE, pixel % DIGIT_SIDE);
    else
        (void)snprintf(what, sizeof what, "row %d, column %d: %s %.4f over the whole test set%s%s", pixel / DIGIT_SIDE,
                       pixel % DIGIT_SIDE, mode->label, (double)value, *figures_of ? ", " : "", figures_of);
    ui_say_hint(panel->ui, what, mode->look);
}

// A map of the whole set is one image, in the place of the grid's first; the pixel under the mouse is told by the hint.
static void draw_set_map(Panel *panel, const GridLayout *grid, const Heatmap *mode, const ImageGrid *images,
                         const char *figures_of)
{
    const GridLayout whole = layout_single_cell(grid->origin.x, grid->origin.y, grid->side);
    ImageGrid one = *images;
    one.grid = &whole;
    const PixelHover before = panel->hover;
    panel_images(panel, &one);
    panel->hover = before;
    int cell, pixel;
    if (find_pixel(panel, &whole, 1, &cell, &pixel))
        say_set_pixel(panel, mode, pixel, images->values[pixel], figures_of);
}

void panel_heatmap(Panel *panel, const GridLayout *grid, int model, int column, bool is_pad, bool has_hover)
{
    const Frame *frame = panel->frame;
    const ModelFrame *m = &frame->models[model];
    const int index = frame->look.heatmaps[column];
    const Heatmap *mode = heatmap_get(index);
    const ImageGrid images = {
        .grid = grid,
        .values = is_pad ? m->pad_heat[column] : m->heat[column],
        .intensities = mode->is_of_set ? NULL
                       : is_pad        ? m->pad_p
                                       : m->p,
        .marks = !mode->mark ? NULL
                 : is_pad    ? m->pad_marks[column]
                             : m->marks[column],
        .count = is_pad || mode->is_of_set ? 1 : frame->page_count,
        .map = mode->map,
        .scale = frame->look.heat_scales[index],
        .is_pad = is_pad,
        .model = has_hover ? model : -1,
    };
    if (mode->is_of_set)
        draw_set_map(panel, grid, mode, &images, m->figures_of);
    else
        panel_images(panel, &images);
}

// ---- colour bars --------------------------------------------------------------------------------------------------

const char *panel_heatmap_label(Panel *panel, int mode, float width)
{
    const char *const forms[] = {heatmap_get(mode)->label, heatmap_get(mode)->short_label};
    return ui_choose(panel->ui, FONT_UI, TEXT_NORMAL, width, forms, 2);
}

void panel_scale_heatmap(Panel *panel, int mode, float factor)
{
    const float scale = factor > 0 ? panel->look.heat_scales[mode] * factor : heatmap_get(mode)->scale;
    panel_look(panel)->heat_scales[mode] = fminf(20.0f, fmaxf(0.001f, scale));
}

static void drag_bar(Panel *panel, const char *id, Rect bar, int mode)
{
    Ui *ui = panel->ui;
    const WidgetState state = ui_widget(ui, id, bar, "Scale");
    ui_set_cursor(ui, state, CURSOR_ARROWS);
    const Words *words = words_find("scale");
    char what[384];
    (void)snprintf(what, sizeof what, "%s: %s %s", heatmap_get(mode)->label, heatmap_get(mode)->what, words->what);
    ui_set_hint(ui, state, what, words->look);
    if (state.is_hot && ui->input.left_double)
        panel_scale_heatmap(panel, mode, 0);
    else if (state.is_active && ui->input.path_count > 0 && !ui->input.left_pressed)
        panel_scale_heatmap(panel, mode, exp2f((ui->input.mouse_x - ui->drag_x) / ui_px(ui, 60)));
    if (state.is_active)
        ui->drag_x = ui->input.mouse_x;
    if (state.is_focused && ui_take_key(ui, KEY_RIGHT, false))
        panel_scale_heatmap(panel, mode, 1.25f);
    if (state.is_focused && ui_take_key(ui, KEY_LEFT, false))
        panel_scale_heatmap(panel, mode, 0.8f);
    ui_focus_ring(ui, state, bar);
}

// The colours from one end of the scale to the other.
static void draw_steps(Panel *panel, Rect bar, ImageMap map, float scale)
{
    enum { STEPS = 24 };
    const float height = ui_px(panel->ui, 9);
    for (int i = 0; i < STEPS; i++) {
        const float left = roundf(bar.w * (float)i / STEPS), right = roundf(bar.w * (float)(i + 1) / STEPS);
        const float share = ((float)i + 0.5f) / STEPS;
        draw_box(
            panel->ui->draw, (Rect){bar.x + left, roundf(bar.y + (bar.h - height) / 2), right - left, height},
            draw_map_color(panel->ui->draw->palette, map, scale * (map == MAP_SIGNED ? 2 * share - 1 : share), scale),
            0);
    }
}

// The two ends of a bar, in words.
typedef struct BarEnds {
    char start[32], end[40];
    float start_width, end_width;
} BarEnds;

static BarEnds find_ends(Panel *panel, int mode_index)
{
    const Heatmap *mode = heatmap_get(mode_index);
    const float scale = panel->frame->look.heat_scales[mode_index];
    const bool is_signed = mode->map == MAP_SIGNED;
    BarEnds out = {.start = "0"};
    if (is_signed)
        (void)snprintf(out.start, sizeof out.start, "\u2212%.3g", (double)scale);
    (void)snprintf(out.end, sizeof out.end, "%s%.3g", is_signed ? "+" : mode->is_of_set ? "" : "\u2265", (double)scale);
    out.start_width = ui_text_width(panel->ui, FONT_FIGURES, TEXT_SMALL, out.start);
    out.end_width = ui_text_width(panel->ui, FONT_FIGURES, TEXT_SMALL, out.end);
    return out;
}

static float whole_bar(const Ui *ui, float width) { return ui_px(ui, width < 190 * ui->scale ? 26 : 42); }
static float bar_total(const Ui *ui, const BarEnds *ends, float bar)
{
    return ends->start_width + ends->end_width + bar + 2 * ui_px(ui, 4);
}

float panel_color_bar_width(Panel *panel, float width, int mode_index)
{
    const BarEnds ends = find_ends(panel, mode_index);
    return bar_total(panel->ui, &ends, whole_bar(panel->ui, width));
}

float panel_color_bar(Panel *panel, const char *id, Rect rect, float taken, int mode_index)
{
    Ui *ui = panel->ui;
    const Heatmap *mode = heatmap_get(mode_index);
    const float scale = panel->frame->look.heat_scales[mode_index], room = rect.w - taken, gap = ui_px(ui, 4);
    const BarEnds ends = find_ends(panel, mode_index);
    const Color color = scale != mode->scale ? ui->theme->text : ui->theme->soft; // it was moved
    float bar = whole_bar(ui, rect.w);
    if (bar_total(ui, &ends, bar) > room)
        bar = ui_px(ui, 14);
    if (bar_total(ui, &ends, bar) > room) { // what the brightest is worth comes last
        if (ends.end_width > room || mode->map == MAP_SIGNED)
            return 0;
        ui_text(ui, rect, FONT_FIGURES, TEXT_SMALL, color, ALIGN_RIGHT, ends.end);
        return ends.end_width;
    }
    const float total = bar_total(ui, &ends, bar);
    const char *start = ends.start, *end = ends.end;
    const float start_width = ends.start_width, end_width = ends.end_width;
    float x = rect.x + rect.w - total;
    ui_text(ui, (Rect){x, rect.y, start_width + 1, rect.h}, FONT_FIGURES, TEXT_SMALL, color, ALIGN_LEFT, start);
    x += start_width + gap;
    draw_steps(panel, (Rect){x, rect.y, bar, rect.h}, mode->map, scale);
    drag_bar(panel, id, (Rect){x, rect.y + ui_px(ui, 2), bar, rect.h - ui_px(ui, 4)}, mode_index);
    ui_text(ui, (Rect){x + bar + gap, rect.y, end_width + 1, rect.h}, FONT_FIGURES, TEXT_SMALL, color, ALIGN_LEFT, end);
    return total;
}

void panel_draw_bar(Panel *panel, Rect rect, ImageMap map, float scale, const char *low, const char *high)
{
    Ui *ui = panel->ui;
    const float gap = ui_px(ui, 4), bar = ui_px(ui, 36), low_width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, low),
                high_width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, high);
    const float x = rect.x + rect.w - high_width - gap - bar;
    ui_text(ui, rect, FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, high);
    ui_text(ui, (Rect){x - gap - low_width, rect.y, low_width + 1, rect.h}, FONT_FIGURES, TEXT_SMALL, ui->theme->soft,
            ALIGN_LEFT, low);
    draw_steps(panel, (Rect){x, rect.y, bar, rect.h}, map, scale);
}
