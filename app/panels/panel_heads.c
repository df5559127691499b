// The head of each model's row: its badge, buttons for loss and output beside the pictures that they change, how far it
// is, and the door to the rest of its settings.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panels/panel.h"

_Static_assert((int)LOSS_COUNT < (int)CHOICES_MAX && (int)OUTPUT_COUNT < (int)CHOICES_MAX, "raise CHOICES_MAX");

static char side_letter(int side) { return side == SIDE_A ? 'a' : 'b'; }

// ---- a row of chips -----------------------------------------------------------------------------------------------

// Rows of a table of the engine as chips.
typedef struct Chips {
    const char *name, *words; // of the row: on screen, and where its help is
    int count;
    const char *(*label)(int row);
    void (*hint)(Panel *panel, WidgetState state, int row);
} Chips;

static const char *loss_label(int row) { return loss_get(row)->label; }
static const char *output_label(int row) { return activation_get(OUTPUT_ACTIVATION, row)->label; }

static const char rest[] = "\u2026"; // the chip behind those that there is room for: it opens all of them

// The first `wanted` of them, the chosen one always among them. Returns how many.
static int list_rows(const Chips *chips, int wanted, int chosen, int rows[CHOICES_MAX])
{
    const int count = wanted < chips->count ? wanted : chips->count;
    for (int i = 0; i < count; i++)
        rows[i] = i;
    if (chosen >= count && count > 0)
        rows[count - 1] = chosen;
    return count;
}

static float chips_width(Ui *ui, const Chips *chips, const int *rows, int count)
{
    const char *labels[CHOICES_MAX];
    for (int i = 0; i < count; i++)
        labels[i] = chips->label(rows[i]);
    labels[count] = rest;
    return ui_choice_width(ui, labels, count + (count < chips->count));
}

static Popup more_of(int side) { return side == SIDE_A ? POPUP_MORE_A : POPUP_MORE_B; }

// A word that gives way, then as many chips as there is room for. Moves *line behind them; the row chosen now, or -1.
static int draw_chips(Panel *panel, int side, Rect *line, const Chips *chips, int wanted, bool has_word, int chosen)
{
    Ui *ui = panel->ui;
    int rows[CHOICES_MAX];
    const char *labels[CHOICES_MAX];
    const int count = list_rows(chips, wanted, chosen, rows);
    int at = 0;
    for (int i = 0; i < count; i++) {
        labels[i] = chips->label(rows[i]);
        at = rows[i] == chosen ? i : at;
    }
    if (has_word) {
        const float word = ui_text_width(ui, FONT_UI, TEXT_NORMAL, chips->name);
        ui_text(ui, (Rect){line->x, line->y, word + 1, line->h}, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_LEFT,
                chips->name);
        line->x += word + ui_px(ui, 8);
        line->w -= word + ui_px(ui, 8);
    }
    char id[24];
    (void)snprintf(id, sizeof id, "%c.%s", side_letter(side), chips->words);
    labels[count] = rest;
    const int shown = count + (count < chips->count);
    const float width = fminf(line->w, ui_choice_width(ui, labels, shown));
    WidgetState states[CHOICES_MAX];
    const int picked = ui_choice_states(ui, id, (Rect){line->x, line->y, width, line->h}, labels, shown, at,
                                        panel_side_color(ui, side), states);
    for (int i = 0; i < count; i++)
        chips->hint(panel, states[i], rows[i]);
    if (shown > count)
        panel_hint(panel, states[count], "rest");
    if (picked == count)
        panel_request(panel, REQUEST_POPUP, (int)more_of(side));
    line->x += width + ui_px(ui, 12);
    line->w -= width + ui_px(ui, 12);
    return picked < 0 || picked == count ? -1 : rows[picked];
}

// ---- the head -----------------------------------------------------------------------------------------------------

// A click on the badge shows this model alone, another click both.
static void draw_badge(Panel *panel, int side, Rect rect)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    char id[24];
    (void)snprintf(id, sizeof id, "%c.badge", side_letter(side));
    const WidgetState state = ui_widget(ui, id, rect, side == SIDE_A ? "A" : "B");
    panel_hint(panel, state, "badge");
    ui_set_cursor(ui, state, CURSOR_HAND);
    draw_box(ui->draw, rect, panel_side_color(ui, side), ui_px(ui, RADIUS));
    ui_text(ui, rect, FONT_UI_BOLD, TEXT_FIGURE, ui->theme->inverse, ALIGN_CENTER, side == SIDE_A ? "A" : "B");
    ui_focus_ring(ui, state, rect);
    if (!state.is_clicked)
        return;
    Look *next = panel_look(panel);
    if (scene_has(frame->look.scene, SCENE_HAS_CODE)) {
        next->code.shows = frame->look.code.shows == SHOWS_BOTH ? 1u << side : SHOWS_BOTH;
        return;
    }
    next->scene = frame->look.scene == SCENE_COMPARE && !frame->look.is_wiped
                      ? side == SIDE_A ? SCENE_SOLO_A : SCENE_SOLO_B
                      : SCENE_COMPARE;
    next->is_wiped = false;
}

// How many settings behind "More" are not as they come.
static int count_changed(const Spec *spec)
{
    const Spec own = spec_default();
    return (spec->hidden != own.hidden) + (spec->optimizer != own.optimizer) +
           (spec->lr != optimizer_get(spec->optimizer)->default_lr) + (spec->batch != own.batch) +
           !spec_has_same_layers(spec, &own) + (spec->beta != own.beta) + (spec->noise != own.noise) +
           (spec->l1 != own.l1) + (spec->seed != own.seed) + (spec->range != own.range) + (spec->reduce != own.reduce) +
           (spec->targets != own.targets) + (spec->noise_kind != own.noise_kind);
}

static bool has_more(const Panel *panel) { return !panel_hides(panel, HIDE_MORE) && !panel_hides(panel, HIDE_MODELS); }

static float draw_more(Panel *panel, int side, Rect line)
{
    Ui *ui = panel->ui;
    const int changed = count_changed(&panel->frame->models[side].spec);
    const Popup popup = more_of(side);
    char id[24], label[32], brief[16];
    (void)snprintf(id, sizeof id, "%c.more", side_letter(side));
    (void)snprintf(label, sizeof label, changed ? "More \u00b7 %d changed" : "More", changed);
    (void)snprintf(brief, sizeof brief, changed ? "More \u00b7 %d" : "More", changed);
    const char *text = panel->layout->stage.is_small ? brief : label;
    const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, text) + ui_px(ui, 18);
    if (panel_button(panel, id, (Rect){line.x + line.w - width, line.y, width, line.h}, text, NULL,
                     panel->frame->popup == popup, "more"))
        panel_request(panel, REQUEST_POPUP, (int)popup);
    return width;
}

// What the head's line has room for: the rare losses and outputs go first, for a beginner has to be told what is a loss
// and what an output; then the words; then chips from the end. The chosen one stays.
typedef struct HeadPlan {
    bool has_words, has_progress;
    int losses, outputs;
} HeadPlan;

static float plan_width(Ui *ui, const Chips *losses, const Chips *outputs, const Spec *spec, const HeadPlan *plan,
                        float progress)
{
    int rows[CHOICES_MAX];
    float width = chips_width(ui, losses, rows, list_rows(losses, plan->losses, spec->loss, rows)) + ui_px(ui, 12);
    width += chips_width(ui, outputs, rows, list_rows(outputs, plan->outputs, spec->output, rows)) + ui_px(ui, 8);
    if (plan->has_words)
        width += ui_text_width(ui, FONT_UI, TEXT_NORMAL, losses->name) +
                 ui_text_width(ui, FONT_UI, TEXT_NORMAL, outputs->name) + ui_px(ui, 16);
    return width + (plan->has_progress ? progress + ui_px(ui, 8) : 0);
}

static HeadPlan plan_head(Ui *ui, const Chips *losses, const Chips *outputs, const Spec *spec, float progress,
                          bool needs_progress, float room)
{
    HeadPlan plan = {.has_words = true, .has_progress = true, .losses = losses->count, .outputs = outputs->count};
    if (plan_width(ui, losses, outputs, spec, &plan, progress) > room)
        plan.has_progress = needs_progress;
    for (int i = 0; i < 2; i++) { // with the words, without them
        const struct {
            int *count, least;
        } chips[] = {{&plan.losses, LOSSES_IN_MATRIX},
                     {&plan.outputs, plan.has_words ? CLAIM_OUTPUT_COUNT : 2},
                     {&plan.losses, plan.has_words ? LOSSES_IN_MATRIX : 2}};
        for (size_t j = 0; j < sizeof chips / sizeof *chips; j++)
            while (*chips[j].count > chips[j].least && plan_width(ui, losses, outputs, spec, &plan, progress) > room)
                --*chips[j].count;
        if (!plan.has_words || plan_width(ui, losses, outputs, spec, &plan, progress) <= room)
            break;
        plan = (HeadPlan){.has_progress = plan.has_progress, .losses = losses->count, .outputs = outputs->count};
    }
    return plan;
}

static void draw_progress(Panel *panel, int side, Rect room, const char *text)
{
    Ui *ui = panel->ui;
    const bool is_broken = panel->frame->models[side].snapshot->broken_step >= 0;
    const char *const forms[] = {text, is_broken ? "broke" : "", ""};
    ui_text(ui, room, FONT_FIGURES, TEXT_SMALL,
            is_broken                      ? ui->theme->broken
            : panel_is_apart(panel->frame) ? ui->theme->text
                                           : ui->theme->faint,
            ALIGN_RIGHT, ui_choose(ui, FONT_FIGURES, TEXT_SMALL, room.w, forms, 3));
}

// What the model is, where nobody may change it.
static void draw_name(Panel *panel, int side, Rect row, const char *progress)
{
    Ui *ui = panel->ui;
    const char *name = panel->frame->models[side].caption;
    const float width = fminf(row.w, ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, name) + 1);
    ui_text(ui, (Rect){row.x, row.y, width, row.h}, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, name);
    draw_progress(panel, side, (Rect){row.x + width, row.y, row.w - width, row.h}, progress);
}

static void draw_head(Panel *panel, int side)
{
    Ui *ui = panel->ui;
    const Frame *frame = panel->frame;
    const Rect head = panel->layout->stage.rows[side].head;
    const Chips losses = {"Loss", "loss", LOSS_COUNT, loss_label, panel_loss_hint},
                outputs = {"Output", "output", activation_count(OUTPUT_ACTIVATION), output_label, panel_output_hint};
    const float height = fminf(ui_px(ui, BUTTON_HEIGHT), head.h - ui_px(ui, 4)), line = ui_px(ui, 2);
    Rect row = {head.x, head.y + floorf((head.h - line - height) / 2), head.w, height};
    draw_box(ui->draw, (Rect){head.x, head.y + head.h - line, head.w, line}, panel_side_color(ui, side), 0);
    draw_badge(panel, side, (Rect){row.x, row.y, row.h, row.h});
    row.x += row.h + ui_px(ui, 8);
    row.w -= row.h + ui_px(ui, 8);
    if (has_more(panel))
        row.w -= draw_more(panel, side, row) + ui_px(ui, 8);
    Spec spec = frame->models[side].spec;
    const Progress how_far = panel_progress(frame, side);
    const float progress = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, how_far.short_text);
    const bool is_broken = frame->models[side].snapshot->broken_step >= 0;
    if (panel_hides(panel, HIDE_MODELS)) {
        draw_name(panel, side, row, how_far.short_text);
        return;
    }
    const HeadPlan plan = plan_head(ui, &losses, &outputs, &spec, progress, is_broken, row.w);
    const int loss = draw_chips(panel, side, &row, &losses, plan.losses, plan.has_words, spec.loss);
    const int output = draw_chips(panel, side, &row, &outputs, plan.outputs, plan.has_words, spec.output);
    if (plan.has_progress)
        draw_progress(panel, side, row, how_far.short_text);
    if (loss < 0 && output < 0)
        return;
    spec.loss = loss < 0 ? spec.loss : loss;
    spec.output = output < 0 ? spec.output : output;
    requests_add(panel->requests, (Request){.kind = REQUEST_SPEC, .side = side, .spec = spec});
}

void panel_heads(Panel *panel)
{
    for (int side = 0; side < SIDE_COUNT; side++)
        if (panel->layout->stage.rows[side].head.w > 0)
            draw_head(panel, side);
}
