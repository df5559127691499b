// The head of the training curves: what they are, the models' figures, and which loss is drawn.
#include "panels/curves_head.h"

#include "panels/plot.h"
#include "state/curve.h"

// The models' figures, B's first.
static int list_figures(Panel *panel, PanelFigure figures[SIDE_COUNT])
{
    const Frame *frame = panel->frame;
    int count = 0;
    for (int side = SIDE_COUNT - 1; side >= 0; side--) {
        const ModelFrame *m = &frame->models[side]; // its own figures, as the curves
        if (panel_is_shown(frame, side) && m->own->test.images > 0 && curve_has(m, frame->look.curve_loss))
            figures[count++] =
                panel_side_figure(panel->ui, frame, side, curve_of_metrics(&m->own->test, frame->look.curve_loss));
    }
    return count;
}

// The chips of the head: which losses they choose, the last of them -1 where it goes on to one that has none.
typedef struct Chips {
    int count, losses[CURVE_COUNT + 1];
    const char *labels[CURVE_COUNT + 1];
    float width;
} Chips;

static bool is_listed(const Chips *chips, int loss)
{
    for (int i = 0; i < chips->count; i++)
        if (chips->losses[i] == loss)
            return true;
    return false;
}

// Where a model on show has that penalty, or it was chosen when one did.
static bool shows_penalty(const Frame *frame, int curve)
{
    bool has_any = frame->look.curve_loss == curve;
    for (int side = 0; side < SIDE_COUNT; side++)
        has_any |= panel_is_shown(frame, side) && curve_has(&frame->models[side], curve);
    return has_any;
}

// The first losses, those that models on show train with, and the one on show.
static Chips list_chips(Panel *panel, int first)
{
    const Frame *frame = panel->frame;
    Chips chips = {.count = 0};
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        bool is_wanted = loss < first || loss == frame->look.curve_loss;
        for (int side = 0; side < SIDE_COUNT; side++)
            is_wanted |= panel_is_shown(frame, side) && frame->models[side].spec.loss == loss;
        if (is_wanted)
            chips.losses[chips.count++] = loss;
    }
    const bool has_rest = chips.count < LOSS_COUNT;
    for (int curve = LOSS_COUNT; curve < CURVE_COUNT; curve++)
        if (shows_penalty(frame, curve))
            chips.losses[chips.count++] = curve;
    if (has_rest)
        chips.losses[chips.count++] = -1;
    for (int i = 0; i < chips.count; i++)
        chips.labels[i] = chips.losses[i] < 0 ? "\u2026" : curve_label(chips.losses[i]);
    chips.width = ui_choice_width(panel->ui, chips.labels, chips.count);
    return chips;
}

static int find_next(const Chips *chips, int curve)
{
    int loss = curve_is_penalty(curve) ? 0 : curve;
    do
        loss = (loss + 1) % LOSS_COUNT;
    while (is_listed(chips, loss));
    return loss;
}

static void draw_chips(Panel *panel, Rect place, const Chips *chips)
{
    Ui *ui = panel->ui;
    WidgetState states[CHOICES_MAX];
    int on = 0;
    while (chips->losses[on] != panel->frame->look.curve_loss)
        on++;
    const int chosen = ui_choice_states(ui, "curve", place, chips->labels, chips->count, on, ui->theme->text, states);
    for (int i = 0; i < chips->count; i++)
        if (chips->losses[i] < 0)
            ui_set_hint(ui, states[i], "The losses that have no room here, one after the other.", "");
        else if (curve_is_penalty(chips->losses[i]))
            panel_hint(panel, states[i], curve_penalty_word(chips->losses[i]));
        else
            panel_loss_hint(panel, states[i], chips->losses[i]);
    if (chosen >= 0)
        panel_look(panel)->curve_loss =
            chips->losses[chosen] >= 0 ? chips->losses[chosen] : find_next(chips, panel->frame->look.curve_loss);
}

// Title, the models' figures, chips: there are fewer of these where figures and title had no room else.
Rect curves_head(Panel *panel, Rect rect)
{
    static const char *const usual[] = {"Learning: error on the test digits", "Learning: test error", "Learning"},
                             *const as_they_are[] = {"Learning: targets as they are", "Learning: as they are",
                                                     "Learning"};
    Ui *ui = panel->ui;
    const bool is_mixed = panel->frame->figures_mix > 0.0f; // then it is to be said that these are not
    const char *const *titles = is_mixed ? as_they_are : usual;
    PanelFigure figures[SIDE_COUNT];
    const int count = list_figures(panel, figures);
    const float pad = ui_px(ui, 12), right = rect.x + rect.w - pad,
                least = panel_figures_width(ui, figures, count, false) +
                        ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, titles[is_mixed ? 1 : 2]) + 5 * pad;
    static const int firsts[] = {LOSS_COUNT, LOSSES_IN_MATRIX, LOSSES_SHOWN};
    Chips chips = list_chips(panel, firsts[0]);
    for (int i = 1; i < 3 && chips.width + least > rect.w; i++)
        chips = list_chips(panel, firsts[i]);
    const float taken = chips.width + panel_figures_width(ui, figures, count, false) + 5 * pad;
    const char *title = ui_choose(ui, FONT_UI_BOLD, TEXT_NORMAL, rect.w - taken, titles, 3);
    const Rect area = plot_frame(ui, rect, title);
    draw_chips(panel, (Rect){right - chips.width, rect.y + ui_px(ui, 3), chips.width, ui_px(ui, 22)}, &chips);
    const float from = rect.x + 2 * pad + ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, title);
    (void)panel_draw_figures(panel, (Rect){from, rect.y, right - chips.width - pad - from, ui_px(ui, 26)}, figures,
                             count);
    return area;
}
