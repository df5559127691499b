// The line over the matrix: what its cells show, which test digits, which rows and columns. What there is no room for
// in the line is in a menu.
#include <math.h>
#include <stdio.h>

#include "panels/panel.h"

static const char *output_label(int row) { return activation_get(OUTPUT_ACTIVATION, row)->label; }
static const char *loss_label(int row) { return loss_get(row)->label; }

// ---- rows and columns ---------------------------------------------------------------------------------------------

// Buttons of which several are on, but at least one.
typedef struct Toggles {
    const char *name; // of their words, too
    int count;
    const char *(*label)(int row);
} Toggles;

enum { TOGGLES = 2 };
static const struct Toggles toggles[TOGGLES] = {{"Outputs", OUTPUT_COUNT, output_label},
                                                {"Losses", LOSS_COUNT, loss_label}};

static unsigned get_bits(const Look *look, int kind) { return kind == 0 ? look->matrix_outputs : look->matrix_losses; }

static void flip(Panel *panel, int kind, int row)
{
    const unsigned bits = get_bits(&panel->frame->look, kind) ^ 1u << row;
    if (bits == 0)
        return;
    if (kind == 0)
        panel_look(panel)->matrix_outputs = bits;
    else
        panel_look(panel)->matrix_losses = bits;
}

static float toggle_width(Ui *ui, const char *label)
{
    return ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, label) + ui_px(ui, 14);
}

static float toggles_width(Ui *ui)
{
    float width = 0;
    for (int kind = 0; kind < TOGGLES; kind++) {
        for (int row = 0; row < toggles[kind].count; row++)
            width += toggle_width(ui, toggles[kind].label(row)) + ui_px(ui, 3);
        width += ui_px(ui, 9);
    }
    return width - ui_px(ui, 12); // behind the last there is no gap
}

static void draw_toggles(Panel *panel, Rect line)
{
    Ui *ui = panel->ui;
    for (int kind = 0; kind < TOGGLES; kind++) {
        for (int row = 0; row < toggles[kind].count; row++) {
            char id[24];
            const char *label = toggles[kind].label(row);
            (void)snprintf(id, sizeof id, "%s.%s", toggles[kind].name, label);
            const Rect rect = {line.x, line.y, toggle_width(ui, label), line.h};
            const bool is_on = get_bits(&panel->frame->look, kind) >> row & 1;
            const WidgetState state = ui_button_state(ui, id, rect, label, NULL, is_on, ui->theme->soft);
            panel_hint(panel, state, toggles[kind].name);
            if (state.is_clicked)
                flip(panel, kind, row);
            line.x += rect.w + ui_px(ui, 3);
        }
        line.x += ui_px(ui, 9);
    }
}

void panel_matrix_menu(Panel *panel)
{
    Ui *ui = panel->ui;
    const Rect tools = panel->layout->matrix.tools;
    const float pad = ui_px(ui, 6), line = ui_px(ui, BUTTON_HEIGHT), width = ui_px(ui, 160);
    const Rect box = {tools.x + tools.w - width - 2 * pad, tools.y + tools.h, width + 2 * pad,
                      line * (float)(OUTPUT_COUNT + LOSS_COUNT + TOGGLES) + 2 * pad};
    panel_popup(panel, box);
    Rect place = {box.x + pad, box.y + pad, width, line - ui_px(ui, 2)};
    for (int kind = 0; kind < TOGGLES; kind++) {
        ui_text(ui, place, FONT_UI, TEXT_SMALL, ui->theme->soft, ALIGN_LEFT, toggles[kind].name);
        place.y += line;
        for (int row = 0; row < toggles[kind].count; row++, place.y += line) {
            char id[24];
            (void)snprintf(id, sizeof id, "%s.%s", toggles[kind].name, toggles[kind].label(row));
            const WidgetState state = panel_menu_row(panel, id, place, toggles[kind].label(row), NULL,
                                                     get_bits(&panel->frame->look, kind) >> row & 1);
            panel_hint(panel, state, toggles[kind].name);
            if (state.is_clicked)
                flip(panel, kind, row);
        }
    }
}

// ---- what the cells show ------------------------------------------------------------------------------------------

// The outputs, those from noisy inputs, a map of each loss that is always shown, the one that is on.
enum { SHOWN_MAX = LOSSES_SHOWN + 3 };
enum { SHOWN_OUTPUTS = -1, SHOWN_NOISY = -2 }; // else a heatmap's mode

typedef struct Shown {
    const char *labels[SHOWN_MAX];
    int modes[SHOWN_MAX];
    int count, chosen;
} Shown;

static Shown list_shown(const Look *look)
{
    Shown out = {.labels = {"output"}, .modes = {SHOWN_OUTPUTS}, .count = 1};
    if (look->matrix_has_noise) {
        out.labels[out.count] = "of noisy";
        out.modes[out.count++] = SHOWN_NOISY;
        out.chosen = look->matrix_shows_noisy;
    }
    for (int loss = 0; loss < LOSSES_SHOWN; loss++)
        out.modes[out.count++] = heatmap_find(loss_get(loss)->key);
    bool is_listed = false;
    for (int i = 0; i < out.count; i++)
        is_listed |= out.modes[i] == look->heatmaps[0];
    if (look->matrix_shows_map && !is_listed)
        out.modes[out.count++] = look->heatmaps[0];
    for (int i = 0; i < out.count; i++) {
        if (out.modes[i] < 0)
            continue;
        out.labels[i] = heatmap_get(out.modes[i])->short_label;
        out.chosen = look->matrix_shows_map && out.modes[i] == look->heatmaps[0] ? i : out.chosen;
    }
    return out;
}

static void draw_shown(Panel *panel, const Shown *shown, Rect rect)
{
    WidgetState states[CHOICES_MAX];
    const int chosen = ui_choice_states(panel->ui, "show", rect, shown->labels, shown->count, shown->chosen,
                                        panel->ui->theme->text, states);
    for (int i = 0; i < shown->count; i++) {
        if (shown->modes[i] < 0)
            panel_hint(panel, states[i], shown->modes[i] == SHOWN_OUTPUTS ? "show" : "show.noisy");
        else
            panel_heat_hint(panel, states[i], shown->modes[i]);
    }
    if (chosen < 0)
        return;
    Look *look = panel_look(panel);
    look->matrix_shows_map = shown->modes[chosen] >= 0;
    look->matrix_shows_noisy = shown->modes[chosen] == SHOWN_NOISY;
    if (look->matrix_shows_map)
        look->heatmaps[0] = shown->modes[chosen];
}

Rect panel_matrix_map_place(const Panel *panel) { return panel->layout->matrix.tools; }

// ---- the line -----------------------------------------------------------------------------------------------------

static Rect take_left(Rect *line, float width, float gap)
{
    const Rect out = {line->x, line->y, width, line->h};
    line->x += width + gap;
    line->w -= width + gap;
    return out;
}

static Rect take_right(Rect *line, float width, float gap)
{
    line->w -= width + gap;
    return (Rect){line->x + line->w + gap, line->y, width, line->h};
}

static void draw_choices(Panel *panel, Rect *line, float needed)
{
    Ui *ui = panel->ui;
    const float gap = ui_px(ui, 14), all = toggles_width(ui);
    if (all + gap + needed <= line->w) {
        draw_toggles(panel, take_right(line, all, gap));
        return;
    }
    static const char menu[] = "Rows, columns";
    const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, menu) + ui_px(ui, 16);
    if (panel_button(panel, "matrix.rows", take_right(line, width, gap), menu, NULL,
                     panel->frame->popup == POPUP_MATRIX, "matrix.rows"))
        panel_request(panel, REQUEST_POPUP, POPUP_MATRIX);
}

static const struct {
    const char *above, *below;
} keys[] = {{"above 1", "below 0"}, {">1", "<0"}};
enum { KEYS = sizeof keys / sizeof *keys };

static float keys_width(Ui *ui, int form)
{
    return panel_key_width(ui, keys[form].above) + ui_px(ui, KEY_GAP) + panel_key_width(ui, keys[form].below);
}

// What the hatching means, at the left; both or none.
static void draw_keys(Panel *panel, Rect line)
{
    int form = 0;
    while (form < KEYS && keys_width(panel->ui, form) > line.w)
        form++;
    if (form == KEYS)
        return;
    line.w = keys_width(panel->ui, form);
    panel_draw_key(panel, &line, 2.0f, keys[form].above);
    panel_draw_key(panel, &line, -1.0f, keys[form].below);
}

void panel_matrix_tools(Panel *panel)
{
    Ui *ui = panel->ui;
    const Look *look = &panel->frame->look;
    const float gap = ui_px(ui, 8), height = ui_px(ui, panel->layout->stage.is_small ? 22 : 24);
    Rect line = panel->layout->matrix.tools;
    line.h = height;
    static const char word[] = "Show", maps[] = "All maps";
    const Shown shown = list_shown(look);
    const float chips = ui_choice_width(ui, shown.labels, shown.count), bar = ui_px(ui, 116),
                pages = panel_pages_width(panel, 0),
                more = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, maps) + ui_px(ui, 16),
                label = ui_text_width(ui, FONT_UI, TEXT_NORMAL, word);
    const float beside = look->matrix_shows_map ? bar : keys_width(ui, KEYS - 1);
    const float needed = label + chips + more + pages + 5 * gap + beside;
    draw_choices(panel, &line, needed);
    ui_text(ui, take_left(&line, label + 1, gap), FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_LEFT, word);
    draw_shown(panel, &shown, take_left(&line, chips, gap));
    if (panel_button(panel, "map.matrix", take_left(&line, more, gap), maps, NULL, panel->frame->popup == POPUP_MAP_0,
                     "map.matrix"))
        panel_request(panel, REQUEST_POPUP, POPUP_MAP_0);
    panel_draw_pages(panel, take_right(&line, panel_pages_width(panel, line.w - beside - gap), gap));
    if (look->matrix_shows_map) {
        (void)panel_color_bar(panel, "scale.matrix", (Rect){line.x, line.y, fminf(line.w, bar), line.h}, 0,
                              look->heatmaps[0]);
        return;
    }
    draw_keys(panel, line);
}
