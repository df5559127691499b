// "More": the rest of a model's settings, over its test digits while it is open.
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/ui_field.h"
#include "panels/panel.h"
#include "state/words.h"

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

static int *loss_of(Spec *spec) { return &spec->loss; }
static int *output_of(Spec *spec) { return &spec->output; }
static int *hidden_of(Spec *spec) { return &spec->hidden; }
static int *optimizer_of(Spec *spec) { return &spec->optimizer; }

#define CHOICE_ROW(field, KIND)                                                                                        \
    static int count_##field(void) { return choice_count(KIND); }                                                      \
    static const char *field##_label(int row) { return choice_get(KIND, row)->label; }                                 \
    static void field##_hint(Panel *panel, WidgetState state, int row)                                                 \
    {                                                                                                                  \
        ui_set_hint(panel->ui, state, choice_get(KIND, row)->what, choice_get(KIND, row)->look);                       \
    }                                                                                                                  \
    static int *choose_##field(Spec *spec) { return &spec->field; }
CHOICE_ROW(range, CHOICE_RANGE)
CHOICE_ROW(reduce, CHOICE_REDUCE)
CHOICE_ROW(targets, CHOICE_TARGETS)
CHOICE_ROW(noise_kind, CHOICE_NOISE_KIND)
#undef CHOICE_ROW

// What can be chosen: a table of the engine each. Loss and output stand in the head, too, as far as there is room.
typedef struct ChoiceRow {
    const char *key, *word;
    int (*count)(void);
    const char *(*label)(int row);
    void (*hint)(Panel *panel, WidgetState state, int row);
    int *(*of)(Spec *spec);
} ChoiceRow;

static const ChoiceRow choices[] = {
    {"loss.all", "loss", count_losses, loss_label, panel_loss_hint, loss_of},
    {"output.all", "output", count_outputs, output_label, panel_output_hint, output_of},
    {"hidden", "inner units", count_hiddens, hidden_label, panel_hidden_hint, hidden_of},
    {"optimizer", "how it steps", optimizer_count, optimizer_label, panel_optimizer_hint, optimizer_of},
    {"pixel_range", "pixel range", count_range, range_label, range_hint, choose_range},
    {"reduce", "over pixels", count_reduce, reduce_label, reduce_hint, choose_reduce},
    {"model_targets", "targets", count_targets, targets_label, targets_hint, choose_targets},
    {"noise_kind", "noise", count_noise_kind, noise_kind_label, noise_kind_hint, choose_noise_kind},
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
    ui_text(ui, (Rect){row.x, row.y, width, row.h}, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_LEFT, choice->word);
    const int chosen = panel_choices(panel, id, (Rect){row.x + width, row.y, row.w - width, row.h}, line, labels, count,
                                     *choice->of(spec), panel_side_color(ui, side), states);
    for (int i = 0; i < count; i++)
        choice->hint(panel, states[i], i);
    if (chosen >= 0)
        *choice->of(spec) = chosen;
    return count_lines(panel, choice, row.w);
}

// ---- steppers -----------------------------------------------------------------------------------------------------

// The next of values, rising, in that direction; the same where there is none.
static double find_next(const double *values, int count, double now, int direction)
{
    for (int i = 0; i < count; i++) {
        const double value = direction > 0 ? values[i] : values[count - 1 - i];
        if (direction > 0 ? value > now * 1.0001 : value < now * 0.9999)
            return value;
    }
    return now;
}

#define NEXT(values, now, direction) find_next(values, (int)(sizeof(values) / sizeof *(values)), now, direction)

static void step_code(Spec *spec, int direction)
{
    static const double sizes[] = {2, 4, 8, 16, 32, 64, 128, 256};
    if (spec_code_index(spec) < 0)
        return;
    int *code = &spec->layers[spec_code_index(spec)].count;
    *code = (int)NEXT(sizes, *code, direction);
}

// One more hidden layer on either side of the code, of twice the width of its neighbour, or one less.
static void step_layers(Spec *spec, int direction)
{
    const int code = spec_code_units(spec), depth = spec->hidden_count / 2 + direction;
    int widths[SPEC_HIDDEN_MAX];
    if (!spec_is_dense(spec) || depth < 0 || 2 * depth + 1 > SPEC_HIDDEN_MAX || depth > 3)
        return;
    for (int i = 0; i <= depth; i++) {
        const int width = code << (i > 5 ? 5 : i) > SPEC_WIDTH_MAX ? SPEC_WIDTH_MAX : code << (i > 5 ? 5 : i);
        widths[depth - i] = widths[depth + i] = width;
    }
    spec_set_widths(spec, widths, 2 * depth + 1);
}

static void step_rate(Spec *spec, int direction)
{
    static const double rates[] = {0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03,
                                   0.1,     0.3,     1,      3,      10,    30,    100};
    spec->lr = (float)NEXT(rates, (double)spec->lr, direction);
}

static void step_batch(Spec *spec, int direction)
{
    static const double sizes[] = {1, 4, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096};
    const double next = NEXT(sizes, spec->batch, direction);
    spec->batch = next > SPEC_BATCH_MAX ? spec->batch : (int)next;
}

// To the next multiple of 0.1 in that direction, within the range of a spec.
static void step_noise(Spec *spec, int direction)
{
    const float tenths = spec->noise * 10.0f;
    const int next = direction > 0 ? (int)floorf(tenths + 0.001f) + 1 : (int)ceilf(tenths - 0.001f) - 1;
    spec->noise = fminf((float)(next < 0 ? 0 : next) / 10.0f, spec_noise_max(spec));
}

static void step_l1(Spec *spec, int direction)
{
    static const double weights[] = {0, 0.00001, 0.0001, 0.001, 0.01, 0.1, 1};
    spec->l1 = (float)NEXT(weights, (double)spec->l1, direction);
}

static void step_delta(Spec *spec, int direction)
{
    static const double deltas[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};
    spec->delta = (float)NEXT(deltas, (double)spec->delta, direction);
}

static void step_weight(Spec *spec, int direction)
{
    static const double weights[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100};
    spec->weight = (float)NEXT(weights, (double)spec->weight, direction);
}

static void step_seed(Spec *spec, int direction)
{
    if (direction > 0 ? spec->seed < UINT32_MAX : spec->seed > 0)
        spec->seed += direction > 0 ? 1u : (uint32_t)-1;
}

static void format_code(const Spec *spec, char text[32]) { (void)snprintf(text, 32, "%d", spec_code_units(spec)); }
static void format_layers(const Spec *spec, char text[32]) { (void)snprintf(text, 32, "%d", spec->hidden_count + 1); }
static void format_rate(const Spec *spec, char text[32]) { (void)snprintf(text, 32, "%.3g", (double)spec->lr); }
static void format_batch(const Spec *spec, char text[32]) { (void)snprintf(text, 32, "%d", spec->batch); }
static void format_noise(const Spec *spec, char text[32]) { (void)snprintf(text, 32, "%.3g", (double)spec->noise); }
static void format_l1(const Spec *spec, char text[32]) { (void)snprintf(text, 32, "%.3g", (double)spec->l1); }
static void format_delta(const Spec *spec, char text[32]) { (void)snprintf(text, 32, "%.3g", (double)spec->delta); }
static void format_weight(const Spec *spec, char text[32]) { (void)snprintf(text, 32, "%.3g", (double)spec->weight); }
static void format_seed(const Spec *spec, char text[32]) { (void)snprintf(text, 32, "%u", (unsigned)spec->seed); }

// To add a setting: a row here, with its help in words.c.
typedef struct Setting {
    const char *key, *word;
    void (*step)(Spec *spec, int direction);
    void (*format)(const Spec *spec, char text[32]);
} Setting;

static const Setting settings[] = {
    {"lr", "learning rate", step_rate, format_rate},  {"batch", "batch", step_batch, format_batch},
    {"code", "code size", step_code, format_code},    {"layers", "layers", step_layers, format_layers},
    {"noise", "noise", step_noise, format_noise},     {"l1", "keep code small", step_l1, format_l1},
    {"seed", "random start", step_seed, format_seed},
};
enum { SETTING_COUNT = sizeof settings / sizeof *settings };

// The setting as a spec says it, with what was typed as its value: the code among the layers.
static void format_typed(const Setting *setting, const Spec *spec, const char *typed, char *text, size_t size)
{
    if (setting->format != format_code) {
        (void)snprintf(text, size, "%s=%.100s", setting->key, typed);
        return;
    }
    size_t used = (size_t)snprintf(text, size, "layers=");
    for (int i = 0; i < spec->hidden_count && used < size; i++) {
        const bool is_code = i == spec_code_index(spec);
        char item[LAYER_ITEM_SIZE];
        layer_item_format(&spec->layers[i], item);
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s%.100s",
                             i == 0                ? ""
                             : spec_is_dense(spec) ? ","
                                                   : "-",
                             is_code && spec->layers[i].kind == LAYER_SAMPLE ? "sample" : "", is_code ? typed : item);
    }
}

// What the field begins with: the value, of layers their widths.
static void open_field(Ui *ui, const Setting *setting, const Spec *spec, const char *field, const char *value)
{
    const char separator[] = {spec_is_dense(spec) ? ',' : '-', 0};
    char items[SPEC_TEXT_SIZE];
    spec_format_layers(spec, DIGIT_PIXELS, separator, items, sizeof items);
    char *first = strchr(items, *separator) + 1; // without the pixels at both ends
    *strrchr(first, *separator) = 0;
    ui_field_open(ui, field, setting->format == format_layers ? first : value);
}

// A field in the place of the value, while it is open; true then.
static bool draw_field(Panel *panel, int side, Rect place, const Setting *setting, const Spec *spec, const char *field)
{
    if (!ui_field_is_open(panel->ui, field))
        return false;
    if (ui_text_field(panel->ui, field, place, setting->word) == FIELD_ENTERED) {
        format_typed(setting, spec, panel->ui->field.text, panel->requests->text, sizeof panel->requests->text);
        requests_add(panel->requests, (Request){.kind = REQUEST_TYPED, .side = side});
    }
    return true;
}

// Of a loss alone, in a line of its own. To add one: a row.
static const struct {
    int loss;
    Setting setting;
} own_settings[] = {
    {LOSS_HUBER, {"delta", "delta", step_delta, format_delta}},
    {LOSS_WBCE, {"weight", "weight", step_weight, format_weight}},
};

static const Setting *find_own_setting(const Spec *spec)
{
    for (size_t i = 0; i < sizeof own_settings / sizeof *own_settings; i++)
        if (own_settings[i].loss == spec->loss)
            return &own_settings[i].setting;
    return NULL;
}

static void draw_setting(Panel *panel, int side, Rect place, const Setting *setting, Spec *spec)
{
    static const char *const click = "A click on the number: type it; Enter takes it.";
    char id[24], field[32], value[32];
    WidgetState states[STEPPER_PARTS];
    (void)snprintf(id, sizeof id, "%c.%s", letter(side), setting->key);
    (void)snprintf(field, sizeof field, "%s.text", id);
    if (draw_field(panel, side, place, setting, spec, field))
        return;
    setting->format(spec, value);
    const int change = ui_stepper(panel->ui, id, place, value, states);
    panel_hint(panel, states[STEPPER_MINUS], setting->key);
    panel_hint(panel, states[STEPPER_PLUS], setting->key);
    ui_set_hint(panel->ui, states[STEPPER_VALUE], words_find(setting->key)->what, click);
    if (states[STEPPER_VALUE].is_clicked)
        open_field(panel->ui, setting, spec, field, value);
    if (change)
        setting->step(spec, change);
}

static void draw_worded(Panel *panel, int side, Rect place, const Setting *setting, Spec *spec)
{
    Ui *ui = panel->ui;
    const float word = fminf(ui_px(ui, 106), place.w * 0.52f);
    ui_text(ui, (Rect){place.x, place.y, word, place.h}, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_LEFT,
            setting->word);
    draw_setting(panel, side, (Rect){place.x + word, place.y, place.w - word, place.h}, setting, spec);
}

// Two in a line.
static void draw_settings(Panel *panel, int side, Rect rect, float line, Spec *spec)
{
    Ui *ui = panel->ui;
    const float gap = ui_px(ui, 16), half = floorf((rect.w - gap) / 2), height = line - ui_px(ui, 3);
    for (int i = 0; i < SETTING_COUNT; i++) {
        const Rect place = {rect.x + (float)(i % 2) * (half + gap), rect.y + (float)(i / 2) * line, half, height};
        draw_worded(panel, side, place, &settings[i], spec);
    }
    const Setting *own = find_own_setting(spec);
    if (own)
        draw_worded(panel, side, (Rect){rect.x, rect.y + (float)((SETTING_COUNT + 1) / 2) * line, half, height}, own,
                    spec);
}

_Static_assert((int)SETTING_COUNT % 2 == 1, "the last line's second half is the equal rate's");

// Plain SGD steps by the loss as it is, a factor of 784 included: the rate at which the other reduction does the same.
static void draw_equal_rate(Panel *panel, Rect row, const Spec *spec)
{
    char text[64];
    if (strcmp(optimizer_get(spec->optimizer)->key, "sgd") != 0)
        return;
    const bool is_sum = spec->reduce == REDUCE_SUM;
    const double rate = is_sum ? (double)spec->lr * DIGIT_PIXELS : (double)spec->lr / DIGIT_PIXELS;
    (void)snprintf(text, sizeof text, "as %s at rate %.3g", is_sum ? "mean" : "sum", rate);
    ui_text(panel->ui, row, FONT_UI, TEXT_SMALL, panel->ui->theme->soft, ALIGN_RIGHT, text);
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

void panel_more(Panel *panel)
{
    Ui *ui = panel->ui;
    const int side = panel->frame->popup == POPUP_MORE_A ? SIDE_A : SIDE_B;
    const StageRow *row = &panel->layout->stage.rows[side];
    const float pad = ui_px(ui, 10), line = ui_px(ui, 28), width = fmaxf(row->set_area.w, ui_px(ui, 470));
    const int setting_lines = (SETTING_COUNT + 1) / 2 + (find_own_setting(&panel->frame->models[side].spec) ? 1 : 0);
    int lines = setting_lines + 2;
    for (int i = 0; i < CHOICE_COUNT; i++)
        lines += count_lines(panel, &choices[i], width - 2 * pad);
    Rect box = {row->set_area.x, row->set_caption.y, width, (float)lines * line + 2 * pad};
    box.x = fmaxf(ui_px(ui, 8), row->set_area.x + row->set_area.w - box.w);
    box.y = fminf(box.y, panel->layout->playback.y - box.h);
    panel_popup(panel, box);
    Rect place = {box.x + pad, box.y + pad, box.w - 2 * pad, line - ui_px(ui, 3)};
    Spec spec = panel->frame->models[side].spec, old = spec;
    for (int i = 0; i < CHOICE_COUNT; i++)
        place.y += line * (float)draw_choice(panel, side, place, line, &choices[i], &spec);
    if (spec.optimizer != old.optimizer)
        spec.lr = optimizer_get(spec.optimizer)->default_lr; // rates of different optimizers mean different things
    spec.noise = fminf(spec.noise, spec_noise_max(&spec));
    draw_settings(panel, side, (Rect){place.x, place.y, place.w, 0}, line, &spec);
    const float settings_end = place.y + line * (float)((SETTING_COUNT + 1) / 2);
    place.y += line * (float)setting_lines;
    draw_equal_rate(panel, (Rect){place.x, settings_end - line, place.w, place.h}, &old);
    draw_spec(panel, side, place);
    place.y += line;
    draw_takeaways(panel, side, place);
    if (!spec_equal(&spec, &old))
        requests_add(panel->requests, (Request){.kind = REQUEST_SPEC, .side = side, .spec = spec});
}
