// The cards: what each model is, with a button for every row of the engine's tables, and how far it is.
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/theme.h"
#include "panels/panel.h"

// A row of a table as a button: what stands on it, and its formula for the tooltip.
typedef struct Option {
    const char *label, *formula;
} Option;

static Option loss_option(int i) { return (Option){loss_get(i)->label, loss_get(i)->formula}; }
static Option optimizer_option(int i) { return (Option){optimizer_get(i)->label, optimizer_get(i)->formula}; }

static Option output_option(int i)
{
    const Activation *row = activation_get(OUTPUT_ACTIVATION, i);
    return (Option){row->label, row->formula};
}

static Option hidden_option(int i)
{
    const Activation *row = activation_get(HIDDEN_ACTIVATION, i);
    return (Option){row->label, row->formula};
}

_Static_assert((int)LOSS_COUNT <= (int)CHOICES_MAX && (int)OUTPUT_COUNT <= (int)CHOICES_MAX, "raise CHOICES_MAX");

// A row "Loss  [BCE] MSE MAE"; true and *value when another was chosen.
static bool draw_choice(Panel *panel, int side, Rect row, const char *name, int count, Option (*option)(int),
                        int *value)
{
    Ui *ui = panel->ui;
    const char *labels[CHOICES_MAX], *formulas[CHOICES_MAX];
    char id[24];
    assert(count <= CHOICES_MAX && "raise CHOICES_MAX");
    for (int i = 0; i < count; i++) {
        labels[i] = option(i).label;
        formulas[i] = option(i).formula;
    }
    (void)snprintf(id, sizeof id, "%c.%s", side == SIDE_A ? 'a' : 'b', name);
    id[2] = (char)(id[2] | 0x20);
    const float label_width = ui_px(ui, 56);
    ui_text(ui, (Rect){row.x, row.y, label_width, row.h}, FONT_UI, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_LEFT, name);
    const int chosen = ui_choice(ui, id, (Rect){row.x + label_width, row.y, row.w - label_width, row.h}, labels,
                                 formulas, count, *value, panel_side_color(side));
    if (chosen >= 0)
        *value = chosen;
    return chosen >= 0;
}

static int find_code(int width, int direction)
{
    static const int sizes[] = {2, 4, 8, 16, 32, 64, 128, 256};
    enum { COUNT = sizeof sizes / sizeof *sizes };
    if (direction > 0) {
        for (int i = 0; i < COUNT; i++)
            if (sizes[i] > width)
                return sizes[i];
    } else {
        for (int i = COUNT - 1; i >= 0; i--)
            if (sizes[i] < width)
                return sizes[i];
    }
    return width;
}

// Code size and noise, side by side.
static bool draw_steppers(Panel *panel, int side, Rect row, Spec *spec)
{
    Ui *ui = panel->ui;
    char id[24], value[32];
    const char letter = side == SIDE_A ? 'a' : 'b';
    const float gap = ui_px(ui, 14), half = floorf((row.w - gap) / 2);
    int *code = &spec->widths[spec_code_index(spec)];
    (void)snprintf(id, sizeof id, "%c.code", letter);
    (void)snprintf(value, sizeof value, "%d", *code);
    const int code_change = ui_stepper(ui, id, (Rect){row.x, row.y, half, row.h}, "Code size", value);
    (void)snprintf(id, sizeof id, "%c.noise", letter);
    (void)snprintf(value, sizeof value, "%.3g", (double)spec->noise);
    const int noise_change =
        ui_stepper(ui, id, (Rect){row.x + half + gap, row.y, row.w - half - gap, row.h}, "Noise", value);
    const int old_code = *code;
    const float old_noise = spec->noise;
    if (code_change)
        *code = find_code(*code, code_change);
    if (noise_change) {
        // to the next multiple of 0.1 in that direction, within the range of a spec
        const float tenths = spec->noise * 10.0f;
        const int next = noise_change > 0 ? (int)floorf(tenths + 0.001f) + 1 : (int)ceilf(tenths - 0.001f) - 1;
        spec->noise = (float)(next < 0 ? 0 : next > 20 ? 20 : next) / 10.0f;
    }
    return *code != old_code || spec->noise != old_noise;
}

static void draw_header(Panel *panel, int side, Rect row)
{
    Ui *ui = panel->ui;
    const ModelFrame *m = &panel->frame->models[side];
    char title[16], layers[64];
    spec_format_layers(&m->spec, DIGIT_PIXELS, "-", layers, sizeof layers);
    (void)snprintf(title, sizeof title, "Model %c", side == SIDE_A ? 'A' : 'B');
    ui_text(ui, row, FONT_UI_BOLD, TEXT_NORMAL, panel_side_color(side), ALIGN_LEFT, title);
    const float used = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, title) + ui_px(ui, 8);
    const Progress how_far = panel_progress(panel->frame, side);
    const char *const forms[] = {how_far.text, how_far.short_text};
    const char *progress = ui_choose(ui, FONT_FIGURES, TEXT_SMALL, row.w - used, forms, 2);
    const float room = row.w - used - ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, progress) - ui_px(ui, 6);
    if (ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, layers) <= room) // the caption has them, too
        ui_text(ui, (Rect){row.x + used, row.y, room, row.h}, FONT_FIGURES, TEXT_SMALL, COLOR_TEXT_SOFT, ALIGN_LEFT,
                layers);
    ui_text(ui, row, FONT_FIGURES, TEXT_SMALL, m->snapshot->broken_step >= 0 ? COLOR_ERROR : COLOR_TEXT_SOFT,
            ALIGN_RIGHT, progress);
}

static void draw_progress(Panel *panel, int side, Rect bar)
{
    const Frame *frame = panel->frame;
    const Snapshot *s = frame->models[side].snapshot;
    const double whole = (double)s->steps_per_epoch * frame->epochs;
    const float share = whole > 0 ? (float)fmin(1.0, (double)s->step / whole) : 0;
    draw_box(panel->ui->draw, bar, COLOR_RAISED, bar.h / 2);
    if (share > 0)
        draw_box(panel->ui->draw, (Rect){bar.x, bar.y, roundf(bar.w * share), bar.h}, panel_side_color(side),
                 bar.h / 2);
}

static void draw_card(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const Rect card = panel->layout->cards[side];
    const float pad = ui_px(ui, 10), height = panel->layout->row_height, inset = ui_px(ui, 2);
    draw_box(ui->draw, card, COLOR_PANEL, ui_px(ui, RADIUS));
    draw_frame(ui->draw, card, COLOR_EDGE, ui_px(ui, RADIUS), ui_px(ui, 1));
    draw_box(ui->draw, (Rect){card.x, card.y, ui_px(ui, 3), card.h}, panel_side_color(side), ui_px(ui, 1));
    const float spare = card.h - 6 * height - ui_px(ui, 10);
    Rect row = {card.x + pad, card.y + floorf(spare / 3), card.w - 2 * pad, height - inset};
    Spec spec = panel->frame->models[side].spec;
    bool changed = false;
    draw_header(panel, side, row);
    row.y += height;
    changed |= draw_choice(panel, side, row, "Loss", LOSS_COUNT, loss_option, &spec.loss);
    row.y += height;
    changed |=
        draw_choice(panel, side, row, "Output", activation_count(OUTPUT_ACTIVATION), output_option, &spec.output);
    row.y += height;
    changed |=
        draw_choice(panel, side, row, "Hidden", activation_count(HIDDEN_ACTIVATION), hidden_option, &spec.hidden);
    row.y += height;
    if (draw_choice(panel, side, row, "Optimizer", optimizer_count(), optimizer_option, &spec.optimizer)) {
        spec.lr = optimizer_get(spec.optimizer)->default_lr; // rates of different optimizers mean different things
        changed = true;
    }
    row.y += height;
    changed |= draw_steppers(panel, side, row, &spec);
    row.y += height;
    draw_progress(panel, side, (Rect){row.x, card.y + card.h - ui_px(ui, 10), row.w, ui_px(ui, 4)});
    if (changed)
        requests_add(panel->requests, (Request){.kind = REQUEST_SPEC, .side = side, .spec = spec});
}

void panel_models(Panel *panel)
{
    for (int side = 0; side < SIDE_COUNT; side++)
        if (panel->layout->cards[side].w > 0)
            draw_card(panel, side);
}
