// The dialog about a model whose file does not say what it is: what was guessed, what else it may be, and where it is
// to go.
#include <math.h>
#include <stdio.h>

#include "panels/panel.h"

_Static_assert((int)HIDDEN_COUNT <= (int)CHOICES_MAX, "raise CHOICES_MAX");

static const char *hidden_label(int row) { return activation_get(HIDDEN_ACTIVATION, row)->label; }
static const char *output_label(int row) { return activation_get(OUTPUT_ACTIVATION, row)->label; }
static const char *loss_label(int row) { return loss_get(row)->label; }

// What can be chosen: a table of the engine each.
typedef struct OfferRow {
    const char *id, *word;
    int count;
    const char *(*label)(int row);
    void (*hint)(Panel *panel, WidgetState state, int row);
    int *(*of)(Spec *spec);
} OfferRow;

static int *hidden_of(Spec *spec) { return &spec->hidden; }
static int *output_of(Spec *spec) { return &spec->output; }
static int *loss_of(Spec *spec) { return &spec->loss; }

static const OfferRow rows[] = {
    {"offer.hidden", "Inner units", HIDDEN_COUNT, hidden_label, panel_hidden_hint, hidden_of},
    {"offer.output", "Output", OUTPUT_COUNT, output_label, panel_output_hint, output_of},
    {"offer.loss", "Loss", LOSS_COUNT, loss_label, panel_loss_hint, loss_of},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

static float word_width(const Ui *ui) { return ui_px(ui, 92); }

static int count_lines(Panel *panel, const OfferRow *row, float width)
{
    const char *labels[CHOICES_MAX];
    for (int i = 0; i < row->count; i++)
        labels[i] = row->label(i);
    return panel_choice_lines(panel, labels, row->count, width - word_width(panel->ui));
}

static void draw_choice(Panel *panel, Rect line, float pitch, const OfferRow *row)
{
    Ui *ui = panel->ui;
    const char *labels[CHOICES_MAX];
    WidgetState states[CHOICES_MAX];
    Spec spec = panel->frame->offer->spec;
    for (int i = 0; i < row->count; i++)
        labels[i] = row->label(i);
    const float word = word_width(ui);
    ui_text(ui, (Rect){line.x, line.y, word, line.h}, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_LEFT, row->word);
    const int chosen = panel_choices(panel, row->id, (Rect){line.x + word, line.y, line.w - word, line.h}, pitch,
                                     labels, row->count, *row->of(&spec), ui->theme->text, states);
    for (int i = 0; i < row->count; i++)
        row->hint(panel, states[i], i);
    if (chosen < 0)
        return;
    *row->of(&spec) = chosen;
    requests_add(panel->requests, (Request){.kind = REQUEST_OFFER, .spec = spec});
}

// How well it redraws digits so, and where that stands among all that it may be.
static void format_verdict(const Offer *offer, const TargetFacts *facts, char *text, size_t size)
{
    const Guess *guess = offer_find(offer), *best = &offer->guesses->items[0];
    const double mean_image = facts ? facts->mean_image[LOSS_MSE] : INFINITY;
    if (guess && best->mse >= 0.9 * mean_image)
        (void)snprintf(text, size,
                       "MSE %.4f: no better than always the mean digit (%.4f). Untrained, or of other data?",
                       guess->mse, mean_image);
    else if (!guess)
        (void)snprintf(text, size, "That was not tried.");
    else if (guess->spec.hidden == best->spec.hidden && guess->spec.output == best->spec.output)
        (void)snprintf(text, size, "So it redraws %d test digits best: MSE %.4f.", offer->guesses->images, guess->mse);
    else
        (void)snprintf(text, size, "So its MSE over %d test digits is %.4f; the best is %.4f.", offer->guesses->images,
                       guess->mse, best->mse);
}

static void draw_buttons(Panel *panel, Rect line)
{
    Ui *ui = panel->ui;
    static const struct {
        const char *id, *label;
    } buttons[] = {{"offer.a", "Open as A"}, {"offer.b", "Open as B"}, {"close", "Cancel"}};
    float x = line.x;
    for (int i = 0; i < 3; i++) {
        const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, buttons[i].label) + ui_px(ui, 22);
        if (panel_button(panel, buttons[i].id, (Rect){x, line.y, width, line.h}, buttons[i].label, NULL, false,
                         buttons[i].id))
            requests_add(panel->requests, i < SIDE_COUNT ? (Request){.kind = REQUEST_OFFER_TAKE, .side = i}
                                                         : (Request){.kind = REQUEST_POPUP, .value = POPUP_NONE});
        x += width + ui_px(ui, 8);
    }
}

void panel_offer(Panel *panel)
{
    Ui *ui = panel->ui;
    const Offer *offer = panel->frame->offer;
    const Rect window = panel->layout->window;
    const float pad = ui_px(ui, 20), gap = ui_px(ui, 8), row = ui_px(ui, BUTTON_HEIGHT);
    const float width = fminf(ui_px(ui, 640), window.w - pad), inner = width - 2 * pad;
    if (!offer->guesses) {
        panel_request(panel, REQUEST_POPUP, POPUP_NONE);
        return;
    }
    char shape[SPEC_TEXT_SIZE], words[sizeof offer->name + SPEC_TEXT_SIZE + 256], verdict[128];
    spec_describe_layers(&offer->spec, shape, sizeof shape);
    (void)snprintf(words, sizeof words,
                   "%s is a network of %s. It does not say which functions its layers have, nor its loss: they were "
                   "guessed from how well it redraws digits. The loss changes what is trained on, not what it draws.",
                   offer->name, shape);
    format_verdict(offer, panel->frame->facts, verdict, sizeof verdict);
    const float line = ui_px(ui, 26),
                height = ui_paragraph(ui, (Rect){0, 0, inner, window.h}, FONT_UI, TEXT_NORMAL, 0, words);
    int choices = 0;
    for (int i = 0; i < ROW_COUNT; i++)
        choices += count_lines(panel, &rows[i], inner);
    const float whole = 2 * pad + line + gap + height + gap + (float)choices * (row + gap) + line + gap + row;
    const Rect box = {roundf((window.w - width) / 2), roundf(fmaxf(0, (window.h - whole) / 2)), width, whole};
    panel_dialog(panel, box);
    Rect at = {box.x + pad, box.y + pad, inner, line};
    ui_text(ui, at, FONT_UI_BOLD, TEXT_TITLE, ui->theme->text, ALIGN_LEFT, "What is this model?");
    at.y += line + gap;
    (void)ui_paragraph(ui, (Rect){at.x, at.y, inner, height}, FONT_UI, TEXT_NORMAL, ui->theme->soft, words);
    at.y += height + gap;
    for (int i = 0; i < ROW_COUNT; i++) {
        draw_choice(panel, (Rect){at.x, at.y, inner, row}, row + gap, &rows[i]);
        at.y += (row + gap) * (float)count_lines(panel, &rows[i], inner);
    }
    ui_text(ui, at, FONT_UI_BOLD, TEXT_NORMAL, ui->theme->text, ALIGN_LEFT, verdict);
    at.y += line + gap;
    draw_buttons(panel, (Rect){at.x, at.y, inner, row});
}
