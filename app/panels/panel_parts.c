// Parts that several panels share: figures, progress, buttons, menus.
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"
#include "state/inspect.h"
#include "state/words.h"

Look *panel_look(Panel *panel)
{
    panel->is_look_changed = true;
    return &panel->look;
}

void panel_request(Panel *panel, RequestKind kind, int value)
{
    requests_add(panel->requests, (Request){.kind = kind, .value = value});
}

bool panel_hides(const Panel *panel, Control control) { return look_hides(&panel->frame->look, control); }

Color panel_side_color(const Ui *ui, int side) { return side == SIDE_A ? ui->theme->a : ui->theme->b; }
bool panel_is_shown(const Frame *frame, int side) { return scene_shows(frame->look.scene, side); }
bool panel_is_stage(const Frame *frame) { return scene_has(frame->look.scene, SCENE_IS_STAGE); }

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
    const bool is_past = frame->models[model].own != frame->models[model].live;
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

bool panel_is_pca(const Frame *frame, int model)
{
    return frame->models[model].origin && frame->models[model].origin->components;
}

// A PCA does not learn step by step.
bool panel_is_apart(const Frame *frame)
{
    const Snapshot *a = frame->models[SIDE_A].snapshot, *b = frame->models[SIDE_B].snapshot;
    return panel_is_shown(frame, SIDE_A) && panel_is_shown(frame, SIDE_B) && !panel_is_pca(frame, SIDE_A) &&
           !panel_is_pca(frame, SIDE_B) && a->step * b->steps_per_epoch != b->step * a->steps_per_epoch;
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

void panel_format_total(double mean, char text[24])
{
    const double total = mean * DIGIT_PIXELS;
    if (isfinite(total) && fabs(total) < 1e5)
        (void)snprintf(text, 24, fabs(total) < 100 ? "%.3f" : "%.1f", total);
    else
        panel_format_figure(total, text);
}

void panel_format_slope(float slope, float p, float t, char text[24])
{
    if (inspect_is_cut(slope, p, t))
        (void)snprintf(text, 24, "0 (cut)");
    else
        panel_format_figure((double)slope, text);
}

void panel_format_signed(double value, char text[24])
{
    if (!isfinite(value))
        panel_format_figure(value, text);
    else
        (void)snprintf(text, 24, fabs(value) < 1e3 ? "%+.4f" : "%+.1e", value);
}

Color panel_figure_color(const Ui *ui, const ModelFrame *model, Color color)
{
    return *model->figures_of ? ui->theme->faint : color;
}

PanelFigure panel_side_figure(const Ui *ui, const Frame *frame, int side, double value)
{
    const ModelFrame *m = &frame->models[side];
    PanelFigure out = {.color = panel_figure_color(ui, m, panel_side_color(ui, side))};
    char figure[24];
    panel_format_figure(value, figure);
    (void)snprintf(out.text, sizeof out.text, "%c %s", side == SIDE_A ? 'A' : 'B', figure);
    (void)snprintf(out.whole_text, sizeof out.whole_text, "%s%s%s", out.text, *m->figures_of ? " " : "", m->figures_of);
    return out;
}

static const float figure_gap = 10;

float panel_figures_width(Ui *ui, const PanelFigure *figures, int count, bool is_whole)
{
    float width = count > 0 ? -ui_px(ui, figure_gap) : 0;
    for (int i = 0; i < count; i++)
        width += ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, is_whole ? figures[i].whole_text : figures[i].text) +
                 ui_px(ui, figure_gap);
    return width;
}

float panel_draw_figures(Panel *panel, Rect line, const PanelFigure *figures, int count)
{
    Ui *ui = panel->ui;
    const float gap = ui_px(ui, figure_gap), whole = panel_figures_width(ui, figures, count, true);
    if (panel_figures_width(ui, figures, count, false) > line.w)
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
        draw_box(ui->draw, (Rect){x, header.y + roundf((header.h - size) / 2), size, size}, panel_side_color(ui, side),
                 ui_px(ui, 2));
        x += size + ui_px(ui, 6);
    }
    const float right_width = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, right);
    const Rect place = {x, header.y, header.x + header.w - x - right_width - ui_px(ui, 4), header.h};
    ui_text(ui, place, FONT_UI, ui_fit_size(ui, FONT_UI, TEXT_NORMAL, place.w, title), ui->theme->text, ALIGN_LEFT,
            title);
    ui_text(ui, header, FONT_FIGURES, TEXT_SMALL, ui->theme->soft, ALIGN_RIGHT, right);
}

void panel_format_count(int count, char text[16])
{
    if (count >= 1000000)
        (void)snprintf(text, 16, "%d,%03d,%03d", count / 1000000, count / 1000 % 1000, count % 1000);
    else if (count >= 1000)
        (void)snprintf(text, 16, "%d,%03d", count / 1000, count % 1000);
    else
        (void)snprintf(text, 16, "%d", count);
}

void panel_name_digits(const Frame *frame, char whole[64], char brief[32])
{
    char count[16], share[16] = "";
    panel_format_count(frame->test_count, count);
    (void)snprintf(whole, 64, "All %s test digits", count);
    (void)snprintf(brief, 32, "All %s", count);
    if (frame->figures_mix <= 0.0f)
        return;
    if (frame->figures_mix < 1.0f)
        (void)snprintf(share, sizeof share, "%.0f %% ", 100.0 * (double)frame->figures_mix);
    (void)snprintf(whole, 64, "All %s, %sblack-white", count, share);
    (void)snprintf(brief, 32, "All, %sb/w", share);
}

// ---- help ---------------------------------------------------------------------------------------------------------

// With the term of art, where what stands on the screen is a simpler word for it.
static void say_words(Panel *panel, const Words *row)
{
    char what[256];
    const size_t length = strlen(row->what);
    const bool has_end = length > 0 && row->what[length - 1] == '.';
    if (row->term && strcmp(row->term, row->label) != 0)
        (void)snprintf(what, sizeof what, "%.*s (%s)%s", (int)(length - has_end), row->what, row->term,
                       has_end ? "." : "");
    else
        (void)snprintf(what, sizeof what, "%s", row->what);
    ui_say_hint(panel->ui, what, row->look);
}

void panel_hint(Panel *panel, WidgetState state, const char *words)
{
    const Words *row = words_find(words);
    assert(row && "no words of this key: a row in words_rows.h");
    if (state.is_hot && !panel->ui->input.left)
        say_words(panel, row);
}

void panel_label_hint(Panel *panel, Rect label, const char *words)
{
    const Input *input = &panel->ui->input;
    const Words *row = words_find(words);
    if (row && input->is_inside && !input->left && ui_is_inside(label, input->mouse_x, input->mouse_y))
        say_words(panel, row);
}

void panel_loss_hint(Panel *panel, WidgetState state, int loss)
{
    ui_set_hint(panel->ui, state, loss_get(loss)->what, loss_get(loss)->look);
}

void panel_output_hint(Panel *panel, WidgetState state, int output)
{
    const Activation *row = activation_get(OUTPUT_ACTIVATION, output);
    ui_set_hint(panel->ui, state, row->what, row->look);
}

void panel_hidden_hint(Panel *panel, WidgetState state, int hidden)
{
    const Activation *row = activation_get(HIDDEN_ACTIVATION, hidden);
    ui_set_hint(panel->ui, state, row->what, row->look);
}

void panel_optimizer_hint(Panel *panel, WidgetState state, int optimizer)
{
    ui_set_hint(panel->ui, state, optimizer_get(optimizer)->what, optimizer_get(optimizer)->look);
}

void panel_heat_hint(Panel *panel, WidgetState state, int mode)
{
    ui_set_hint(panel->ui, state, heatmap_get(mode)->what, heatmap_get(mode)->look);
}

bool panel_dotted(Panel *panel, const char *words, Rect rect, FontFace face, float size, Color color, const char *text)
{
    char id[32];
    (void)snprintf(id, sizeof id, "word.%s", words);
    const int index = words_find_index(words);
    assert(index >= 0 && index < words_term_count() && "no term of the glossary: a row in words_rows.h");
    const bool is_clicked = ui_dotted(panel->ui, id, rect, face, size, color, text);
    if (is_clicked)
        panel_request(panel, REQUEST_GLOSSARY, index);
    return is_clicked;
}

// ---- buttons and menus --------------------------------------------------------------------------------------------

bool panel_button(Panel *panel, const char *id, Rect rect, const char *label, const char *shortcut, bool is_on,
                  const char *words)
{
    const WidgetState state = ui_button_state(panel->ui, id, rect, label, shortcut && *shortcut ? shortcut : NULL,
                                              is_on, panel->ui->theme->text);
    panel_hint(panel, state, words);
    return state.is_clicked;
}

void panel_popup(Panel *panel, Rect box)
{
    Ui *ui = panel->ui;
    draw_box(ui->draw, box, ui->theme->panel, ui_px(ui, RADIUS));
    draw_frame(ui->draw, box, ui->theme->faint, ui_px(ui, RADIUS), ui_px(ui, 1));
    const Input *input = &ui->input;
    if ((input->left_pressed || input->right_pressed) && ui->active == 0 &&
        !(input->is_inside && ui_is_inside(box, input->mouse_x, input->mouse_y)))
        panel_request(panel, REQUEST_POPUP, POPUP_NONE);
}

void panel_dialog(Panel *panel, Rect box)
{
    draw_box(panel->ui->draw, panel->layout->window, panel->ui->theme->shade, 0);
    panel_popup(panel, box);
}

enum { MENU_TICK = 18, MENU_PAD = 6 };

float panel_menu_width(Panel *panel, const char *label)
{
    Ui *ui = panel->ui;
    const float width = fmaxf(ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, label), // on, or off
                              ui_text_width(ui, FONT_UI, TEXT_NORMAL, label));
    return ceilf(width) + ui_px(ui, MENU_TICK) + 2 * ui_px(ui, MENU_PAD);
}

WidgetState panel_menu_row(Panel *panel, const char *id, Rect rect, const char *label, const char *shortcut, bool is_on)
{
    Ui *ui = panel->ui;
    const WidgetState state = ui_widget(ui, id, rect, label);
    ui_mark_on(ui, is_on);
    const float tick = ui_px(ui, MENU_TICK), pad = ui_px(ui, MENU_PAD);
    if (state.is_hot)
        draw_box(ui->draw, rect, ui->theme->hover, ui_px(ui, RADIUS));
    if (is_on)
        ui_text(ui, (Rect){rect.x + pad, rect.y, tick, rect.h}, FONT_UI, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT,
                "\u2713");
    ui_text(ui, (Rect){rect.x + pad + tick, rect.y, rect.w - tick - 2 * pad, rect.h}, is_on ? FONT_UI_BOLD : FONT_UI,
            TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, label);
    if (shortcut)
        ui_text(ui, (Rect){rect.x, rect.y, rect.w - pad, rect.h}, FONT_FIGURES, TEXT_SMALL, ui->theme->faint,
                ALIGN_RIGHT, shortcut);
    ui_focus_ring(ui, state, rect);
    return state;
}

void panel_divider(Panel *panel, const char *id, Rect area)
{
    Ui *ui = panel->ui;
    const float wipe = panel->frame->look.wipe, width = ui_px(ui, 2), grip = ui_px(ui, 12);
    const WidgetState state = ui_widget(ui, id, area, "Divider");
    panel_hint(panel, state, "wipe");
    ui_set_cursor(ui, state, CURSOR_ARROWS);
    if (state.is_active && ui->input.left)
        panel_look(panel)->wipe = fminf(1.0f, fmaxf(0.0f, (ui->input.mouse_x - area.x) / area.w));
    if (state.is_focused && ui_take_key(ui, KEY_LEFT, false))
        panel_look(panel)->wipe = fmaxf(0.0f, wipe - 0.05f);
    if (state.is_focused && ui_take_key(ui, KEY_RIGHT, false))
        panel_look(panel)->wipe = fminf(1.0f, wipe + 0.05f);
    const float x = roundf(area.x + wipe * area.w);
    draw_box(ui->draw, (Rect){x - width, area.y, width, area.h}, ui->theme->a, 0);
    draw_box(ui->draw, (Rect){x, area.y, width, area.h}, ui->theme->b, 0);
    draw_box(ui->draw, (Rect){x - grip / 2, area.y + roundf((area.h - 2 * grip) / 2), grip, 2 * grip},
             state.is_hot ? 0xffffffff : 0xa9b0bcff, grip / 2);
    ui_focus_ring(ui, state, area);
}
