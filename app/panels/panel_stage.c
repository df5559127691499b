// The stage: the digit that one draws or picks, what each model makes of it, and the error maps, all of one size. What
// stands over a picture is of that picture.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"

static const float difference_scale = 0.5f; // of A - B: fixed

static Rect picture_rect(const GridLayout *cell)
{
    return (Rect){cell->origin.x, cell->origin.y, cell->side, cell->side};
}

void panel_frame_picture(Panel *panel, const GridLayout *cell)
{
    const Rect rect = picture_rect(cell);
    const float line = ui_px(panel->ui, 1);
    draw_frame(panel->ui->draw, (Rect){rect.x - line, rect.y - line, rect.w + 2 * line, rect.h + 2 * line},
               panel->ui->theme->edge, 0, line);
}

// ---- captions -----------------------------------------------------------------------------------------------------

void panel_draw_caption(Panel *panel, Rect rect, const char *title, Color note_color, const char *const *notes,
                        int note_count)
{
    Ui *ui = panel->ui;
    ui_text(ui, rect, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, title);
    const float room = rect.w - ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, title) - ui_px(ui, 8);
    const char *note = note_count > 0 ? ui_choose(ui, FONT_UI, TEXT_SMALL, room, notes, note_count) : "";
    if (ui_text_width(ui, FONT_UI, TEXT_SMALL, note) <= room) // and clear of the next caption
        ui_text(ui, (Rect){rect.x, rect.y, rect.w - ui_px(ui, 2), rect.h}, FONT_UI, TEXT_SMALL, note_color, ALIGN_RIGHT,
                note);
}

void panel_draw_target_caption(Panel *panel, Rect rect)
{
    const Frame *frame = panel->frame;
    const Pad *pad = frame->pad;
    char title[32] = "Your digit", note[64] = "", brief[32] = "";
    if (pad->now.source >= 0)
        (void)snprintf(title, sizeof title, "Test digit %d", pad->now.source);
    else if (!frame->is_pad_empty && panel_shows_strokes(panel))
        (void)snprintf(note, sizeof note, "as you draw");
    else if (!frame->is_pad_empty && pad->is_centred && !pad->now.is_exact)
        (void)snprintf(note, sizeof note, "centred as in MNIST");
    (void)snprintf(brief, sizeof brief, "%s", strncmp(note, "centred", 7) == 0 ? "centred" : note);
    if (frame->look.binarise > 0.0f) {
        (void)snprintf(note, sizeof note, "%.0f %% black-white", 100.0 * (double)frame->look.binarise);
        (void)snprintf(brief, sizeof brief, "%.0f %% b/w", 100.0 * (double)frame->look.binarise);
    }
    const char *const notes[] = {note, brief};
    panel_draw_caption(panel, rect, title, panel->ui->theme->soft, notes, 2);
}

// What of a picture lies beyond the scale, and whether any of it far enough for a mark.
typedef struct Beyond {
    bool has_below, has_above, is_marked;
} Beyond;

static Beyond find_beyond(const float *values)
{
    Beyond out = {0};
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        out.has_below |= values[i] < 0.0f;
        out.has_above |= values[i] > 1.0f;
        out.is_marked |= values[i] < -1.0f / 255.0f || values[i] > 1.0f + 1.0f / 255.0f;
    }
    return out;
}

void panel_draw_mark(Ui *ui, Point at, float size, float value)
{
    float values[DIGIT_PIXELS];
    for (int i = 0; i < DIGIT_PIXELS; i++)
        values[i] = value;
    draw_images(ui->draw, at, 1, 1, size, size, size, values, MAP_GREY, 1.0f);
}

float panel_key_width(Ui *ui, const char *name)
{
    return ui_px(ui, 10) + ui_px(ui, 4) + ui_text_width(ui, FONT_UI, TEXT_SMALL, name);
}

void panel_draw_key(Panel *panel, Rect *line, float value, const char *name)
{
    Ui *ui = panel->ui;
    const float size = ui_px(ui, 10), width = panel_key_width(ui, name);
    if (width > line->w)
        return;
    ui_text(ui, *line, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, name);
    panel_draw_mark(ui, (Point){line->x + line->w - width, line->y + roundf((line->h - size) / 2)}, size, value);
    line->w -= width + ui_px(ui, KEY_GAP);
}

// A click on the key shows the output as one would see it.
static void draw_output_caption(Panel *panel, int side, Rect rect)
{
    Ui *ui = panel->ui;
    const Look *look = &panel->frame->look;
    const ModelFrame *m = &panel->frame->models[side];
    const bool is_pca = panel_is_pca(panel->frame, side);
    char title[64], id[24];
    if (is_pca)
        (void)snprintf(title, sizeof title, "%s", m->caption);
    else
        (void)snprintf(title, sizeof title, "Output of %c", side == SIDE_A ? 'A' : 'B');
    if (look->fed_back > 0)
        (void)snprintf(title, sizeof title, "%c fed back %d\u00d7", side == SIDE_A ? 'A' : 'B', look->fed_back);
    const ShowAsRow *as = show_as_get(look->show_as);
    const char *const notes[] = {as->note, as->short_note, ""};
    const Beyond beyond = find_beyond(m->pad_shown);
    const char *const within[] = {"all within 0\u20261", "within 0\u20261", ""}, *const clipped[] = {
                                                                                     "clipped to 0\u20261", "clipped"};
    const char *const names[] = {title, "Output"};
    char moment[128], bare[64];
    const Progress how_far = panel_progress(panel->frame, side);
    (void)snprintf(moment, sizeof moment, "%s, %s", title, how_far.short_text);
    (void)snprintf(bare, sizeof bare, "%c, %s", side == SIDE_A ? 'A' : 'B', how_far.short_text);
    const char *const moments[] = {moment, bare, title, "Output"};
    // a model that broke says so in its head
    const bool has_moment = panel_is_apart(panel->frame) && m->snapshot->broken_step < 0 && !is_pca;
    const char *name = has_moment ? ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, rect.w * 0.62f, moments, 4)
                                  : ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, rect.w * 0.62f, names, 2);
    const float used = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, name) + ui_px(ui, 8);
    (void)snprintf(id, sizeof id, "%c.clip", side == SIDE_A ? 'a' : 'b');
    Rect rest = {rect.x + used, rect.y, rect.w - used, rect.h};
    if (!beyond.is_marked) {
        panel_draw_caption(panel, rect, name, *as->note ? ui->theme->soft : ui->theme->faint,
                           *as->note ? notes : within, 3);
        return;
    }
    const WidgetState state = ui_widget(ui, id, rest, "Clipped");
    panel_hint(panel, state, "clipped");
    ui_set_cursor(ui, state, CURSOR_HAND);
    if (state.is_clicked)
        panel_look(panel)->is_clipped = !look->is_clipped;
    ui_focus_ring(ui, state, rest);
    panel_draw_caption(panel, rect, name, ui->theme->soft, clipped, look->is_clipped ? 2 : 0);
    if (look->is_clipped)
        return;
    if (beyond.has_above)
        panel_draw_key(panel, &rest, 2.0f, "above 1");
    if (beyond.has_below)
        panel_draw_key(panel, &rest, -1.0f, "below 0");
}

static void format_heat_title(const Heatmap *mode, bool has_word, char *text, size_t size)
{
    (void)snprintf(text, size, "%s%s", mode->label, has_word && mode->loss >= 0 ? " error" : "");
}

// Whether "error" has room behind the names of all errors, beside their figures and scales: all have it or none.
static bool has_error_word(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    for (int side = 0; side < SIDE_COUNT; side++)
        for (int column = 0; panel_is_shown(frame, side) && column < HEATMAP_COUNT; column++) {
            const int index = frame->look.heatmaps[column];
            const Heatmap *mode = heatmap_get(index);
            if (mode->loss < 0)
                continue;
            const float width = panel->layout->stage.rows[side].captions[2 + column].w;
            char title[64], figure[24];
            format_heat_title(mode, true, title, sizeof title);
            panel_format_figure(frame->models[side].pad_loss[mode->loss], figure);
            if (ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, title) + 2 * ui_px(ui, 6) +
                    ui_text_width(ui, FONT_FIGURES, TEXT_NORMAL, figure) + panel_color_bar_width(panel, width, index) >
                width)
                return false;
        }
    return true;
}

// The error's name is a button: other maps instead. The figure is the drawing's.
static void draw_heat_caption(Panel *panel, int side, int column, Rect rect)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Heatmap *mode = heatmap_get(frame->look.heatmaps[column]);
    char id[24], name[64], figure[24] = "";
    (void)snprintf(id, sizeof id, "scale.%c.%d", side == SIDE_A ? 'a' : 'b', column);
    if (mode->loss >= 0)
        panel_format_figure(frame->models[side].pad_loss[mode->loss], figure);
    format_heat_title(mode, has_error_word(panel), name, sizeof name);
    const float figure_width = ui_text_width(ui, FONT_FIGURES, TEXT_NORMAL, figure), gap = ui_px(ui, 6);
    const float whole = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, name) + gap + figure_width + gap;
    const float bar = panel_color_bar(panel, id, rect, whole, frame->look.heatmaps[column]);
    const float width = fminf(ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, name), rect.w - bar);
    (void)snprintf(id, sizeof id, "map.%c.%d", side == SIDE_A ? 'a' : 'b', column);
    const Rect word = {rect.x, rect.y, width, rect.h};
    const WidgetState state = ui_widget(ui, id, word, mode->label);
    panel_heat_hint(panel, state, frame->look.heatmaps[column]);
    ui_set_cursor(ui, state, CURSOR_HAND);
    if (state.is_clicked)
        panel_request(panel, REQUEST_POPUP, column == 0 ? POPUP_MAP_0 : POPUP_MAP_1);
    draw_box(ui->draw, (Rect){word.x, word.y + word.h - ui_px(ui, 3), word.w, ui_px(ui, 1)},
             state.is_hot ? ui->theme->text : ui->theme->edge, 0);
    ui_text(ui, word, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, name);
    ui_focus_ring(ui, state, word);
    if (whole - gap <= rect.w || width + gap + figure_width <= rect.w - bar)
        ui_text(ui, (Rect){rect.x + width + gap, rect.y, figure_width + 1, rect.h}, FONT_FIGURES, TEXT_NORMAL,
                ui->theme->text, ALIGN_LEFT, figure);
}

// ---- pictures -----------------------------------------------------------------------------------------------------

static void draw_output(Panel *panel, int side, const GridLayout *cell)
{
    panel_outputs(panel, cell, side, true, false);
}

// A - B is drawn once: in the list of heatmaps it is A's.
static bool is_drawn_once(const Frame *frame, int side, int column)
{
    return side == SIDE_B && heatmap_get(frame->look.heatmaps[column])->is_of_pair && panel_is_shown(frame, SIDE_A);
}

static void draw_model(Panel *panel, int side)
{
    const StageRow *row = &panel->layout->stage.rows[side];
    draw_output_caption(panel, side, row->captions[1]);
    draw_output(panel, side, &row->pictures[1]);
    for (int column = 0; column < HEATMAP_COUNT; column++) {
        if (is_drawn_once(panel->frame, side, column))
            continue;
        draw_heat_caption(panel, side, column, row->captions[2 + column]);
        panel_heatmap(panel, &row->pictures[2 + column], side, column, true, false);
    }
    for (int i = 1; i < STAGE_COLUMNS; i++)
        panel_frame_picture(panel, &row->pictures[i]);
}

static void draw_difference(Panel *panel)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const StageRow *row = &panel->layout->stage.rows[SIDE_B];
    const GridLayout *cell = &row->pictures[0];
    const Rect rect = picture_rect(cell);
    panel_draw_caption(panel, row->captions[0], "A \u2212 B", ui->theme->soft, NULL, 0);
    panel_draw_bar(panel, row->captions[0], MAP_SIGNED, difference_scale, "\u22120.5", "+0.5");
    panel_images(panel, &(ImageGrid){.grid = cell,
                                     .values = frame->pad_difference,
                                     .count = 1,
                                     .map = MAP_SIGNED,
                                     .scale = difference_scale,
                                     .is_pad = true,
                                     .model = -1});
    panel_frame_picture(panel, cell);
    char mean[32];
    (void)snprintf(mean, sizeof mean, "mean %.3f", frame->pad_distance);
    const float height = ui_px(ui, 20), pad = ui_px(ui, 6);
    const Rect foot = {rect.x + pad, rect.y + rect.h - height, rect.w - 2 * pad, height};
    draw_box(ui->draw, (Rect){rect.x, foot.y, rect.w, height}, theme_fade(ui->theme->back, 0xb0), 0);
    ui_text(ui, foot, FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, mean);
    const float room = foot.w - ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, mean) - ui_px(ui, 6);
    const char *const words[] = {"purple: A brighter", "purple: A more", "purple: A", ""};
    ui_text(ui, foot, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT,
            ui_choose(ui, FONT_UI, TEXT_SMALL, room, words, 4));
}

// ---- the wipe -----------------------------------------------------------------------------------------------------

// A left of the divider and B right of it, at the same place of the digit in each picture.
static void draw_wiped_picture(Panel *panel, int column)
{
    const Frame *frame = panel->frame;
    const GridLayout *cell = &panel->layout->stage.rows[SIDE_A].pictures[column];
    const Rect rect = picture_rect(cell);
    const float x = roundf(rect.x + frame->look.wipe * rect.w);
    for (int side = 0; side < SIDE_COUNT; side++) {
        draw_clip_push(panel->ui->draw, side == SIDE_A ? (Rect){rect.x, rect.y, x - rect.x, rect.h}
                                                       : (Rect){x, rect.y, rect.x + rect.w - x, rect.h});
        if (column == 1)
            draw_output(panel, side, cell);
        else
            panel_heatmap(panel, cell, side, column - 2, true, false);
        draw_clip_pop(panel->ui->draw);
    }
    panel_frame_picture(panel, cell);
    panel_divider(panel, (const char *const[]){"", "wipe.output", "wipe.heat.0", "wipe.heat.1"}[column], rect);
}

static void draw_wiped(Panel *panel)
{
    const StageRow *row = &panel->layout->stage.rows[SIDE_A];
    Ui *ui = panel->ui;
    const char *const notes[] = {"A left, B right of the line", "A | B"};
    panel_draw_caption(panel, row->captions[1], "Outputs", ui->theme->soft, notes, 2);
    draw_wiped_picture(panel, 1);
    for (int column = 0; column < HEATMAP_COUNT; column++) {
        const int mode = panel->frame->look.heatmaps[column];
        const Rect caption = row->captions[2 + column];
        panel_draw_caption(panel, caption, heatmap_get(mode)->label, ui->theme->soft, NULL, 0);
        char id[24];
        (void)snprintf(id, sizeof id, "scale.a.%d", column);
        (void)panel_color_bar(panel, id, caption,
                              ui_text_width(panel->ui, FONT_UI_BOLD, TEXT_NORMAL, heatmap_get(mode)->label), mode);
        draw_wiped_picture(panel, 2 + column);
    }
}

Rect panel_map_place(const Panel *panel, int column)
{
    if (panel->frame->look.scene == SCENE_MATRIX)
        return panel_matrix_map_place(panel);
    const StageRow *rows = panel->layout->stage.rows;
    const Rect caption = rows[panel_is_shown(panel->frame, SIDE_A) ? SIDE_A : SIDE_B].captions[2 + column];
    return caption.w > 0 ? caption : panel->layout->narrator;
}

// ---- the scenes ---------------------------------------------------------------------------------------------------

static void draw_stage(Panel *panel)
{
    const Frame *frame = panel->frame;
    const int first = panel_is_shown(frame, SIDE_A) ? SIDE_A : SIDE_B;
    const bool is_wiped = panel_is_wiped(frame);
    panel_draw_target_caption(panel, panel->layout->stage.rows[first].captions[0]);
    panel_draw_pad(panel, panel->layout->stage.rows[first].pictures[0]);
    if (is_wiped) {
        draw_wiped(panel);
    } else {
        for (int side = 0; side < SIDE_COUNT; side++)
            if (panel_is_shown(frame, side))
                draw_model(panel, side);
        if (panel_is_shown(frame, SIDE_A) && panel_is_shown(frame, SIDE_B))
            draw_difference(panel);
    }
    panel_draw_set(panel);
}

void panel_compare(Panel *panel) { draw_stage(panel); }
void panel_solo_a(Panel *panel) { draw_stage(panel); }
void panel_solo_b(Panel *panel) { draw_stage(panel); }
