// "More": the settings that are numbers, each between a minus and a plus or typed; and the layers.
//
// To add one: a row in `settings`, with its help in words_rows.h.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/ui_field.h"
#include "panels/more_parts.h"
#include "state/words.h"

static char letter(int side) { return side == SIDE_A ? 'a' : 'b'; }

// ---- steps --------------------------------------------------------------------------------------------------------

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
    int *code = &spec->layers[spec_code_index(spec)].count;
    *code = (int)NEXT(sizes, *code, direction);
}

// One more hidden layer on either side of the code, of twice the width of its neighbour, or one less.
static void step_layers(Spec *spec, int direction)
{
    const int code = spec_code_units(spec), depth = spec->hidden_count / 2 + direction;
    int widths[SPEC_HIDDEN_MAX];
    if (depth < 0 || 2 * depth + 1 > SPEC_HIDDEN_MAX || depth > 3)
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

// Beside a loss that is summed over the pixels 1 is the usual one, beside their mean a 784th of that.
static void step_beta(Spec *spec, int direction)
{
    static const double weights[] = {0, 0.0001, 0.0003, 0.001, 1.0 / DIGIT_PIXELS, 0.003, 0.01, 0.03, 0.1, 0.3, 1,
                                     3, 10,     30,     100};
    spec->beta = (float)NEXT(weights, (double)spec->beta, direction);
}

static void step_seed(Spec *spec, int direction)
{
    if (direction > 0 ? spec->seed < UINT32_MAX : spec->seed > 0)
        spec->seed += direction > 0 ? 1u : (uint32_t)-1;
}

// ---- the table ----------------------------------------------------------------------------------------------------

#define FORMAT_REAL(name, field)                                                                                       \
    static void format_##name(const Spec *spec, char *text, size_t size)                                               \
    {                                                                                                                  \
        (void)snprintf(text, size, "%.3g", (double)spec->field);                                                       \
    }
FORMAT_REAL(rate, lr)
FORMAT_REAL(noise, noise)
FORMAT_REAL(l1, l1)
FORMAT_REAL(beta, beta)
FORMAT_REAL(delta, delta)
FORMAT_REAL(weight, weight)
#undef FORMAT_REAL

static void format_code(const Spec *spec, char *text, size_t size)
{
    (void)snprintf(text, size, "%d", spec_code_units(spec));
}
static void format_batch(const Spec *spec, char *text, size_t size) { (void)snprintf(text, size, "%d", spec->batch); }
static void format_seed(const Spec *spec, char *text, size_t size)
{
    (void)snprintf(text, size, "%u", (unsigned)spec->seed);
}

// As they are typed: widths with commas, or layers of any kind with dashes.
static void format_layers(const Spec *spec, char *text, size_t size)
{
    const char separator[] = {spec_is_dense(spec) ? ',' : '-', 0};
    char items[SPEC_TEXT_SIZE];
    spec_format_layers(spec, DIGIT_PIXELS, separator, items, sizeof items);
    *strrchr(items, *separator) = 0; // without the pixels at both ends
    (void)snprintf(text, size, "%s", strchr(items, *separator) + 1);
}

static bool always(const Spec *spec) { return (void)spec, true; }
static bool has_code_size(const Spec *spec) { return spec_code_index(spec) >= 0; }
static bool is_huber(const Spec *spec) { return spec->loss == LOSS_HUBER; }
static bool is_wbce(const Spec *spec) { return spec->loss == LOSS_WBCE; }

typedef struct Setting {
    const char *key, *word;
    bool (*applies)(const Spec *spec);
    void (*step)(Spec *spec, int direction);
    void (*format)(const Spec *spec, char *text, size_t size);
} Setting;

static const Setting settings[] = {
    {"lr", "learning rate", always, step_rate, format_rate},
    {"batch", "batch", always, step_batch, format_batch},
    {"code", "code size", has_code_size, step_code, format_code},
    {"noise", "noise", always, step_noise, format_noise},
    {"l1", "keep code small", always, step_l1, format_l1},
    {"seed", "random start", always, step_seed, format_seed},
    {"beta", "beta", spec_samples, step_beta, format_beta},
    {"delta", "delta", is_huber, step_delta, format_delta},
    {"weight", "weight", is_wbce, step_weight, format_weight},
};
enum { SETTING_COUNT = sizeof settings / sizeof *settings };

// In a line of their own.
static const Setting layers = {"layers", "layers", spec_is_dense, step_layers, format_layers};

// The setting as a spec says it, with what was typed as its value: the code among the layers.
static void format_typed(const Setting *setting, const Spec *spec, const char *typed, char *text, size_t size)
{
    if (setting->format != format_code) {
        (void)snprintf(text, size, "%s=%.*s", setting->key, SPEC_LAYERS_SIZE, typed);
        return;
    }
    size_t used = (size_t)snprintf(text, size, "layers=");
    for (int i = 0; i < spec->hidden_count && used < size; i++) {
        const bool is_code = i == spec_code_index(spec);
        const char *separator = i == 0                ? ""
                                : spec_is_dense(spec) ? ","
                                                      : "-",
                   *word = is_code && spec->layers[i].kind == LAYER_SAMPLE ? "sample" : "";
        char item[LAYER_ITEM_SIZE];
        layer_item_format(&spec->layers[i], item);
        used += (size_t)snprintf(text + used, size - used, "%s%s%.100s", separator, word, is_code ? typed : item);
    }
}

// ---- one of them --------------------------------------------------------------------------------------------------

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

// What there is room for of a value between the buttons: the whole, of layers else what they come to.
static const char *choose_value(Ui *ui, const Setting *setting, const Spec *spec, float room, const char *value,
                                char brief[SPEC_TEXT_SIZE])
{
    (void)snprintf(brief, SPEC_TEXT_SIZE, "%s", value);
    if (setting->format == format_layers)
        spec_describe_layers(spec, brief, SPEC_TEXT_SIZE);
    const char *const forms[] = {value, brief};
    return ui_choose(ui, FONT_FIGURES, TEXT_NORMAL, room, forms, 2);
}

static int draw_stepper(Panel *panel, const char *id, Rect place, const Setting *setting, const char *shown,
                        WidgetState *value)
{
    WidgetState states[STEPPER_PARTS];
    const int change = ui_stepper(panel->ui, id, place, shown, states);
    panel_hint(panel, states[STEPPER_MINUS], setting->key);
    panel_hint(panel, states[STEPPER_PLUS], setting->key);
    *value = states[STEPPER_VALUE];
    return change;
}

static void draw_setting(Panel *panel, int side, Rect place, const Setting *setting, Spec *spec)
{
    static const char *const click = "A click on it: type another; Enter takes it.";
    Ui *ui = panel->ui;
    char id[24], field[32], value[SPEC_TEXT_SIZE], brief[SPEC_TEXT_SIZE], part[40];
    (void)snprintf(id, sizeof id, "%c.%s", letter(side), setting->key);
    (void)snprintf(field, sizeof field, "%s.text", id);
    if (draw_field(panel, side, place, setting, spec, field))
        return;
    setting->format(spec, value, sizeof value);
    const bool has_steps = setting->applies(spec);
    const float room = place.w - (has_steps ? 2 * ui_px(ui, 28) : ui_px(ui, 12));
    const char *shown = choose_value(ui, setting, spec, room, value, brief);
    WidgetState state;
    int change = 0;
    if (has_steps) {
        change = draw_stepper(panel, id, place, setting, shown, &state);
    } else {
        (void)snprintf(part, sizeof part, "%s.value", id);
        state = ui_button_state(ui, part, place, shown, NULL, false, 0);
    }
    ui_set_hint(ui, state, words_find(setting->key)->what, click);
    if (state.is_clicked)
        ui_field_open(ui, field, value);
    if (change)
        setting->step(spec, change);
}

static void draw_worded(Panel *panel, int side, Rect place, float word, const Setting *setting, Spec *spec)
{
    Ui *ui = panel->ui;
    ui_text(ui, (Rect){place.x, place.y, word, place.h}, FONT_UI, TEXT_NORMAL, ui->theme->soft, ALIGN_LEFT,
            setting->word);
    draw_setting(panel, side, (Rect){place.x + word, place.y, place.w - word, place.h}, setting, spec);
}

// ---- all of them --------------------------------------------------------------------------------------------------

// Where the optimizer feels the loss's factor of 784: the rate at which the other reduction does the same.
static bool has_equal_rate(const Spec *spec) { return !optimizer_get(spec->optimizer)->hides_scale; }

static void draw_equal_rate(Panel *panel, Rect place, const Spec *spec)
{
    char text[64];
    const bool is_sum = spec->reduce == REDUCE_SUM;
    const double rate = is_sum ? (double)spec->lr * DIGIT_PIXELS : (double)spec->lr / DIGIT_PIXELS;
    (void)snprintf(text, sizeof text, "as %s at rate %.3g", is_sum ? "mean" : "sum", rate);
    ui_text(panel->ui, place, FONT_UI, TEXT_SMALL, panel->ui->theme->soft, ALIGN_RIGHT, text);
}

int more_count_settings(const Spec *spec)
{
    int cells = has_equal_rate(spec);
    for (int i = 0; i < SETTING_COUNT; i++)
        cells += settings[i].applies(spec);
    return 1 + (cells + 1) / 2;
}

static Rect find_cell(const Ui *ui, Rect row, float line, int cell)
{
    const float gap = ui_px(ui, 16), half = floorf((row.w - gap) / 2);
    return (Rect){row.x + (float)(cell % 2) * (half + gap), row.y + (float)(cell / 2) * line, half, row.h};
}

void more_draw_settings(Panel *panel, int side, Rect row, float line, Spec *spec)
{
    Ui *ui = panel->ui;
    const Spec shown = *spec; // a step that makes another one apply changes the next frame
    const float word = fminf(ui_px(ui, 106), find_cell(ui, row, line, 0).w * 0.52f);
    int cell = 0;
    draw_worded(panel, side, row, word, &layers, spec);
    row.y += line;
    for (int i = 0; i < SETTING_COUNT; i++)
        if (settings[i].applies(&shown))
            draw_worded(panel, side, find_cell(ui, row, line, cell++), word, &settings[i], spec);
    if (has_equal_rate(&shown))
        draw_equal_rate(panel, find_cell(ui, row, line, cell), &shown);
}
