// "More": which of the models that a page builds a model is, and the rest of its settings, over its test digits while
// it is open.
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/ui_field.h"
#include "panels/more_parts.h"

static char letter(int side) { return side == SIDE_A ? 'a' : 'b'; }

_Static_assert((int)LOSS_COUNT <= (int)CHOICES_MAX && (int)OUTPUT_COUNT <= (int)CHOICES_MAX &&
                   (int)HIDDEN_COUNT <= (int)CHOICES_MAX,
               "raise CHOICES_MAX");

static const char *loss_label(int row) { return loss_get(row)->label; }
static const char *output_label(int row) { return activation_get(OUTPUT_ACTIVATION, row)->label; }
static const char *hidden_label(int row) { return activation_get(HIDDEN_ACTIVATION, row)->label; }
static const char *optimizer_label(int row) { return optimizer_get(row)->label; }

static int count_losses(void) { return LOSS_COUNT; }
static int count_outputs(void) { return OUTPUT_COUNT; }
static int count_hiddens(void) { return HIDDEN_COUNT; }

static const char *architecture_label(int row) { return architecture_get(row)->label; }
static void architecture_hint(Panel *panel, WidgetState state, int row)
{
    char look[160];
    (void)snprintf(look, sizeof look, "\u201cBuilding Autoencoders in Keras\u201d: \u201c%s\u201d.",
                   architecture_get(row)->section);
    ui_set_hint(panel->ui, state, architecture_get(row)->what, look);
}
static int find_architecture(const Spec *spec) { return spec_find_architecture(spec); }
static void choose_architecture(Spec *spec, int row) { (void)spec_set_architecture(spec, row); }

#define FIELD_ROW(field)                                                                                               \
    static int find_##field(const Spec *spec) { return spec->field; }                                                  \
    static void choose_##field(Spec *spec, int row) { spec->field = row; }
FIELD_ROW(loss)
FIELD_ROW(output)
FIELD_ROW(hidden)
FIELD_ROW(optimizer)

#define CHOICE_ROW(field, KIND)                                                                                        \
    static int count_##field(void) { return choice_count(KIND); }                                                      \
    static const char *field##_label(int row) { return choice_get(KIND, row)->label; }                                 \
    static void field##_hint(Panel *panel, WidgetState state, int row)                                                 \
    {                                                                                                                  \
        ui_set_hint(panel->ui, state, choice_get(KIND, row)->what, choice_get(KIND, row)->look);                       \
    }                                                                                                                  \
    FIELD_ROW(field)
CHOICE_ROW(range, CHOICE_RANGE)
CHOICE_ROW(reduce, CHOICE_REDUCE)
CHOICE_ROW(targets, CHOICE_TARGETS)
CHOICE_ROW(noise_kind, CHOICE_NOISE_KIND)
#undef CHOICE_ROW
#undef FIELD_ROW

// What can be chosen: a table of the engine each. Loss and output stand in the head, too, as far as there is room.
typedef struct ChoiceRow {
    const char *key, *word;
    int (*count)(void);
    const char *(*label)(int row);
    void (*hint)(Panel *panel, WidgetState state, int row);
    int (*find)(const Spec *spec); // -1: none of them
    void (*choose)(Spec *spec, int row);
} ChoiceRow;

static const ChoiceRow choices[] = {
    {"model", "model", architecture_count, architecture_label, architecture_hint, find_architecture,
     choose_architecture},
    {"loss.all", "loss", count_losses, loss_label, panel_loss_hint, find_loss, choose_loss},
    {"output.all", "output", count_outputs, output_label, panel_output_hint, find_output, choose_output},
    {"hidden", "inner units", count_hiddens, hidden_label, panel_hidden_hint, find_hidden, choose_hidden},
    {"optimizer", "how it steps", optimizer_count, optimizer_label, panel_optimizer_hint, find_optimizer,
     choose_optimizer},
    {"pixel_range", "pixel range", count_range, range_label, range_hint, find_range, choose_range},
    {"reduce", "over pixels", count_reduce, reduce_label, reduce_hint, find_reduce, choose_reduce},
    {"model_targets", "targets", count_targets, targets_label, targets_hint, find_targets, choose_targets},
    {"noise_kind", "noise", count_noise_kind, noise_kind_label, noise_kind_hint, find_noise_kind, choose_noise_kind},
};
enum { CHOICE_COUNT = sizeof choices / sizeof *choices };

static float word_width(const Ui *ui) { return ui_px(ui, 92); }

static int list_labels(const ChoiceRow *choice, const char *labels[CHOICES_MAX])
{
    const int count = choice->count();
    assert(count <= CHOICES_MAX && "raise CHOICES_MAX");
    for (int i = 0; i < count; i++)
        labels[i] = choice->label(i);
    return count;
}

static int count_lines(Panel *panel, const ChoiceRow *choice, float width)
{
    const char *labels[CHOICES_MAX];
    const int count = list_labels(choice, labels);
    return panel_choice_lines(panel, labels, count, width - word_width(panel->ui));
}

// "word [chip] chip chip"; what is chosen goes into spec. Returns how many lines it has.
static int draw_choice(Panel *panel, int side, Rect row, float line, const ChoiceRow *choice, Spec *spec)
{
    Ui *ui = panel->ui;
    const char *labels[CHOICES_MAX];
    WidgetState states[CHOICES_MAX];
    char id[24];
    const int count = list_labels(choice, labels);
    (void)snprintf(id, sizeof id, "%c.%s", letter(side), choice->key);
    const float width = word_width(ui);
    const Rect word = {row.x, row.y, width, row.h};
    ui_text(ui, word, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_LEFT, choice->word);
    panel_label_hint(panel, word, choice->key);
    const int chosen = panel_choices(panel, id, (Rect){row.x + width, row.y, row.w - width, row.h}, line, labels, count,
                                     choice->find(spec), panel_side_color(ui, side), states);
    for (int i = 0; i < count; i++)
        choice->hint(panel, states[i], i);
    if (chosen >= 0)
        choice->choose(spec, chosen);
    return count_lines(panel, choice, row.w);
}

// What the whole model is as a string, and a button that copies it.
static void draw_spec(Panel *panel, int side, Rect row)
{
    Ui *ui = panel->ui;
    char text[SPEC_TEXT_SIZE], id[24];
    spec_format(&panel->frame->models[side].spec, text, sizeof text);
    (void)snprintf(id, sizeof id, "%c.copy", letter(side));
    const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, "Copy") + ui_px(ui, 18);
    if (panel_button(panel, id, (Rect){row.x + row.w - width, row.y, width, row.h}, "Copy", NULL, false, "copy")) {
        requests_add(panel->requests, (Request){.kind = REQUEST_COPY, .side = side});
    }
    // whole and legible, or only named: the button copies it in any case
    const float room = row.w - width - ui_px(ui, 8);
    const bool has_room = ui_text_width(ui, FONT_FIGURES, TEXT_SMALL, text) <= room;
    ui_text(ui, (Rect){row.x, row.y, room, row.h}, has_room ? FONT_FIGURES : FONT_UI, TEXT_SMALL, ui->theme->soft,
            ALIGN_LEFT, has_room ? text : "the whole model as one line of text");
}

// The trained model as a file, and as code; a PCA in its place; the field for the file's path in the buttons' place.
static void draw_takeaways(Panel *panel, int side, Rect row)
{
    Ui *ui = panel->ui;
    char save[24], code[24], pca[24], field[24], label[16];
    (void)snprintf(save, sizeof save, "%c.save", letter(side));
    (void)snprintf(code, sizeof code, "%c.code_as", letter(side));
    (void)snprintf(pca, sizeof pca, "%c.pca", letter(side));
    (void)snprintf(field, sizeof field, "%c.save.text", letter(side));
    (void)snprintf(label, sizeof label, "Save %c\u2026", side == SIDE_A ? 'A' : 'B');
    if (ui_field_is_open(ui, field)) {
        if (ui_text_field(ui, field, row, "Path") != FIELD_ENTERED)
            return;
        (void)snprintf(panel->requests->text, sizeof panel->requests->text, "%s", ui->field.text);
        requests_add(panel->requests, (Request){.kind = REQUEST_SAVE_MODEL, .side = side});
        return;
    }
    const float width = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, label) + ui_px(ui, 22),
                wide = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, "As code") + ui_px(ui, 22);
    if (panel_button(panel, save, (Rect){row.x, row.y, width, row.h}, label, NULL, false, "save"))
        ui_field_open(ui, field, side == SIDE_A ? "~/losslens-a.safetensors" : "~/losslens-b.safetensors");
    if (panel_button(panel, code, (Rect){row.x + width + ui_px(ui, 8), row.y, wide, row.h}, "As code", NULL, false,
                     "code_as"))
        requests_add(panel->requests, (Request){.kind = REQUEST_CODE, .side = side, .value = 0});
    const float narrow = ui_text_width(ui, FONT_UI_BOLD, TEXT_NORMAL, "PCA") + ui_px(ui, 22);
    if (panel_button(panel, pca, (Rect){row.x + width + wide + ui_px(ui, 16), row.y, narrow, row.h}, "PCA", NULL, false,
                     "pca"))
        requests_add(panel->requests, (Request){.kind = REQUEST_PCA, .side = side});
}

// The ground of all its lines; where they have no room they move together.
static Rect find_box(const Panel *panel, int side, float width, int lines, float pad, float *line)
{
    const Ui *ui = panel->ui;
    const StageRow *row = &panel->layout->stage.rows[side];
    const float edge = ui_px(ui, 8), end = panel->layout->playback.y;
    *line = fminf(ui_px(ui, 28), floorf((end - edge - 2 * pad) / (float)lines));
    Rect box = {row->set_area.x, row->set_caption.y, width, (float)lines * *line + 2 * pad};
    box.x = fmaxf(edge, row->set_area.x + row->set_area.w - box.w);
    box.y = fminf(box.y, end - box.h);
    return box;
}

void panel_more(Panel *panel)
{
    Ui *ui = panel->ui;
    const int side = panel->frame->popup == POPUP_MORE_A ? SIDE_A : SIDE_B;
    Spec spec = panel->frame->models[side].spec, old = spec;
    const float pad = ui_px(ui, 10),
                width = fmaxf(panel->layout->stage.rows[side].set_area.w, ui_px(ui, 470)) - 2 * pad;
    int lines = more_count_settings(&spec) + 2;
    for (int i = 0; i < CHOICE_COUNT; i++)
        lines += count_lines(panel, &choices[i], width);
    float line;
    const Rect box = find_box(panel, side, width + 2 * pad, lines, pad, &line);
    panel_popup(panel, box);
    Rect place = {box.x + pad, box.y + pad, width, line - ui_px(ui, 3)};
    for (int i = 0; i < CHOICE_COUNT; i++)
        place.y += line * (float)draw_choice(panel, side, place, line, &choices[i], &spec);
    if (spec.optimizer != old.optimizer)
        spec.lr = optimizer_get(spec.optimizer)->default_lr; // rates of different optimizers mean different things
    spec.noise = fminf(spec.noise, spec_noise_max(&spec));
    more_draw_settings(panel, side, place, line, &spec);
    place.y += line * (float)more_count_settings(&old);
    draw_spec(panel, side, place);
    place.y += line;
    draw_takeaways(panel, side, place);
    if (!spec_equal(&spec, &old))
        requests_add(panel->requests, (Request){.kind = REQUEST_SPEC, .side = side, .spec = spec});
}
