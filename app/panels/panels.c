// The table of panels, and the parts that several of them share.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/theme.h"
#include "panels/panel.h"

Look *panel_look(Panel *panel)
{
    panel->is_look_changed = true;
    return &panel->look;
}

void panel_request(Panel *panel, RequestKind kind, int value)
{
    requests_add(panel->requests, (Request){.kind = kind, .value = value});
}

Color panel_side_color(const Ui *ui, int side) { return side == SIDE_A ? ui->theme->a : ui->theme->b; }
bool panel_is_shown(const Frame *frame, int side) { return scene_shows(frame->look.scene, side); }
bool panel_has_grids(const Frame *frame) { return scene_has(frame->look.scene, SCENE_HAS_GRIDS); }

bool panel_is_wiped(const Frame *frame) { return scene_has(frame->look.scene, SCENE_HAS_WIPE) && frame->look.is_wiped; }

void panel_card(Panel *panel, Rect rect)
{
    Ui *ui = panel->ui;
    draw_box(ui->draw, rect, ui->theme->panel, ui_px(ui, RADIUS));
    draw_frame(ui->draw, rect, ui->theme->edge, ui_px(ui, RADIUS), ui_px(ui, 1));
}

Progress panel_progress(const Frame *frame, int model)
{
    const Snapshot *s = frame->models[model].snapshot;
    const bool is_past = s != frame->models[model].live;
    const int64_t epoch = s->step / s->steps_per_epoch, rest = s->step % s->steps_per_epoch;
    Progress out;
    char *const text = out.short_text;
    if (s->broken_step >= 0)
        (void)snprintf(text, sizeof out.short_text, "broke at step %" PRId64, s->broken_step);
    else if (is_past && rest != 0)
        (void)snprintf(text, sizeof out.short_text, "step %" PRId64, s->step);
    else if (rest != 0) // never rounded up to an epoch that is not done
        (void)snprintf(text, sizeof out.short_text, "epoch %" PRId64 ".%d", epoch,
                       (int)(10 * rest / s->steps_per_epoch));
    else
        (void)snprintf(text, sizeof out.short_text, "epoch %" PRId64, epoch);
    if (s->broken_step >= 0)
        (void)snprintf(out.text, sizeof out.text, "%s, shown: %" PRId64, text, s->step);
    else if (is_past)
        (void)snprintf(out.text, sizeof out.text, "%s%s", rest == 0 ? "was at " : "", text);
    else
        (void)snprintf(out.text, sizeof out.text, "%s / %d", text, frame->epochs);
    return out;
}

void panel_format_figure(double value, char text[24])
{
    if (!isfinite(value))
        (void)snprintf(text, 24, "%s", isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
    else if (value == 0)
        (void)snprintf(text, 24, "0.0000"); // and never -0.0000
    else if (fabs(value) < 1e-4 || fabs(value) >= 1e3)
        (void)snprintf(text, 24, "%.1e", value);
    else
        (void)snprintf(text, 24, "%.4f", value);
}

void panel_format_signed(double value, char text[24])
{
    if (!isfinite(value))
        panel_format_figure(value, text);
    else
        (void)snprintf(text, 24, fabs(value) < 1e3 ? "%+.4f" : "%+.1e", value);
}

Color panel_figure_color(const ModelFrame *model, Color color) { return *model->figures_of ? ui->theme->faint : color; }

PanelFigure panel_side_figure(const Frame *frame, int side, double value)
{
    const ModelFrame *m = &frame->models[side];
    PanelFigure out = {.color = panel_figure_color(m, panel_side_color(side))};
    char figure[24];
    panel_format_figure(value, figure);
    (void)snprintf(out.text, sizeof out.text, "%c %s", side == SIDE_A ? 'A' : 'B', figure);
    (void)snprintf(out.whole_text, sizeof out.whole_text, "%s%s%s", out.text, *m->figures_of ? " " : "", m->figures_of);
    return out;
}

float panel_draw_figures(Panel *panel, Rect line, const PanelFigure *figures, int count)
{
    Ui *ui = panel->ui;
    const float gap = ui_px(ui, 10);
    float whole = -gap, bare = -gap;
    for (int i = 0; i < count; i++) {
        whole += ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, figures[i].whole_text) + gap;
        bare += ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, figures[i].text) + gap;
    }
    if (bare > line.w)
        return 0;
    for (int i = 0; i < count; i++) {
        const char *text = whole <= line.w ? figures[i].whole_text : figures[i].text;
        ui_text(ui, line, FONT_FIGURES, TEXT_SMALL, figures[i].color, ALIGN_RIGHT, text);
        line.w -= ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) + gap;
    }
    return line.w;
}

void panel_header(Panel *panel, Rect header, int side, const char *title, const char *right)
{
    Ui *ui = panel->ui;
    float x = header.x;
    if (side >= 0) {
        const float size = ui_px(ui, 8);
        draw_box(ui->draw, (Rect){x, header.y + roundf((header.h - size) / 2), size, size}, panel_side_color(side),
                 ui_px(ui, 2));
        x += size + ui_px(ui, 6);
    }
    const float right_width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, right);
    ui_text(ui, (Rect){x, header.y, header.x + header.w - x - right_width - ui_px(ui, 4), header.h}, FONT_UI,
            TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, title);
    ui_text(ui, header, FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, right);
}

// ---- images -------------------------------------------------------------------------------------------------------

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
                                     .map = MAP_GREY,
                                     .scale = 1.0f,
                                     .is_pad = is_pad,
                                     .model = model});
}

// A map of the whole set fills the grid's place with one image; the pixel under the mouse is told by the hint.
static void draw_set_map(Panel *panel, const GridLayout *grid, const Heatmap *mode, const ImageGrid *images,
                         const char *figures_of)
{
    const float width = grid->pitch * (float)grid->columns, height = grid->pitch * (float)grid->rows;
    const int fit = (int)(fminf(width, height) / DIGIT_SIDE);
    const GridLayout whole =
        layout_single_cell(grid->origin.x, grid->origin.y, (float)((fit < 1 ? 1 : fit) * DIGIT_SIDE));
    ImageGrid one = *images;
    one.grid = &whole;
    const PixelHover before = panel->hover;
    panel_images(panel, &one);
    panel->hover = before;
    int cell, pixel;
    if (find_pixel(panel, &whole, 1, &cell, &pixel))
        (void)snprintf(panel->ui->hint, sizeof panel->ui->hint,
                       "row %d, column %d: %s %.4f over the whole test set%s%s", pixel / DIGIT_SIDE, pixel % DIGIT_SIDE,
                       mode->label, (double)images->values[pixel], *figures_of ? ", " : "", figures_of);
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

void panel_scale_heatmap(Panel *panel, int mode, float factor)
{
    const float scale = factor > 0 ? panel->look.heat_scales[mode] * factor : heatmap_get(mode)->scale;
    panel_look(panel)->heat_scales[mode] = fminf(20.0f, fmaxf(0.001f, scale));
}

static void drag_bar(Panel *panel, const char *id, Rect bar, int mode)
{
    Ui *ui = panel->ui;
    const WidgetState state = ui_widget(ui, id, bar, "Scale");
    char hint[256];
    (void)snprintf(hint, sizeof hint,
                   "%s: %s. Drag: another scale for everything that is compared; double click: back to %g",
                   heatmap_get(mode)->label, heatmap_get(mode)->formula, (double)heatmap_get(mode)->scale);
    ui_set_hint(ui, state, hint);
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

float panel_color_bar(Panel *panel, const char *id, Rect rect, float taken, int mode_index)
{
    Ui *ui = panel->ui;
    const Heatmap *mode = heatmap_get(mode_index);
    const float scale = panel->frame->look.heat_scales[mode_index];
    const bool is_signed = mode->map == MAP_SIGNED;
    char start[32] = "0", end[40];
    if (is_signed)
        (void)snprintf(start, sizeof start, "\u2212%.3g", (double)scale);
    (void)snprintf(end, sizeof end, "%s%.3g%s",
                   is_signed         ? "+"
                   : mode->is_of_set ? ""
                                     : "\u2265",
                   (double)scale, mode->unit);
    const float bar = ui_px(ui, rect.w < 190 * ui->scale ? 28 : 48), gap = ui_px(ui, 4), height = ui_px(ui, 8);
    const float start_width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, start);
    const float end_width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, end);
    const float total = start_width + gap + bar + gap + end_width;
    if (total > rect.w - taken)
        return 0;
    float x = rect.x + rect.w - total;
    const bool is_moved = scale != mode->scale;
    const Color color = is_moved ? ui->theme->text : ui->theme->soft;
    ui_text(ui, (Rect){x, rect.y, start_width + 1, rect.h}, FONT_FIGURES, TEXT_SMALL, color, ALIGN_LEFT, start);
    x += start_width + gap;
    enum { STEPS = 24 };
    for (int i = 0; i < STEPS; i++) {
        const float left = roundf(bar * (float)i / STEPS), right = roundf(bar * (float)(i + 1) / STEPS);
        const float share = ((float)i + 0.5f) / STEPS;
        draw_box(ui->draw, (Rect){x + left, roundf(rect.y + (rect.h - height) / 2), right - left, height},
                 draw_map_color(mode->map, scale * (is_signed ? 2 * share - 1 : share), scale), 0);
    }
    drag_bar(panel, id, (Rect){x, rect.y + ui_px(ui, 2), bar, rect.h - ui_px(ui, 4)}, mode_index);
    ui_text(ui, (Rect){x + bar + gap, rect.y, end_width + 1, rect.h}, FONT_FIGURES, TEXT_SMALL, color, ALIGN_LEFT, end);
    return total;
}

// ---- the window ---------------------------------------------------------------------------------------------------

// A click on a pixel leads to it in the inspect view; there it is pinned.
static void pick_pixel(Panel *panel)
{
    const PixelHover hover = panel->hover;
    const Look *look = &panel->frame->look;
    if (!hover.is_set || !panel->ui->input.left_pressed || panel->ui->active != 0 || panel->ui->is_modal)
        return;
    Look *next = panel_look(panel);
    const bool is_inspect = look->scene == SCENE_INSPECT;
    next->is_pinned = !(is_inspect && look->is_pinned && look->pixel == hover.pixel);
    next->pixel = hover.pixel;
    next->t = -1.0f;
    if (!is_inspect) {
        next->scene = SCENE_INSPECT;
        next->digit = hover.is_pad ? -1 : panel->frame->indices[hover.cell];
    }
}

#define SCENE_PANEL(NAME, name, key, label, help, shows, cast, flags, note) [SCENE_##NAME] = panel_##name,
static DrawPanel *const scene_panels[SCENE_COUNT] = {SCENES(SCENE_PANEL)};

static void draw_scene(Panel *panel) { scene_panels[panel->frame->look.scene](panel); }

// In the order in which they are drawn, which is the order of the Tab key too.
static DrawPanel *const panels[] = {
    panel_top,      panel_pad,    panel_models, panel_modes,   draw_scene, panel_histogram, panel_curves,
    panel_timeline, panel_status, pick_pixel,   panel_tooltip, panel_help, panel_keys,      panel_small,
};

// Esc lets go of what the mouse holds, as if it had left the window.
static void end_drag(Ui *ui, const Frame *frame)
{
    if ((ui->active == 0 && !frame->pad->is_drawing) || !ui_take_key(ui, KEY_ESCAPE, false))
        return;
    ui->input.left = ui->input.right = false;
    ui->input.left_released = ui->input.right_released = false;
}

void panels_draw(Ui *ui, const Frame *frame, const Layout *layout, Requests *requests)
{
    Panel panel = {.ui = ui, .frame = frame, .layout = layout, .requests = requests, .look = frame->look};
    draw_box(ui->draw, layout->window, ui->theme->back, 0);
    ui->is_modal = frame->is_help_shown || layout->is_too_small;
    end_drag(ui, frame);
    for (size_t i = 0; i < sizeof panels / sizeof *panels; i++)
        panels[i](&panel);
    if (panel.is_look_changed)
        requests_add(requests, (Request){.kind = REQUEST_LOOK, .look = panel.look});
}
