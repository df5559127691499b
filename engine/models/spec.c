// Reading and writing model specs; their layers: spec_layers.c. To add a key: a row in `keys`, its two functions, a
// field and a SpecKey in spec.h.
#include "models/spec_parts.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/activation.h"
#include "kernels/optimizer.h"
#include "models/architectures.h"
#include "models/choices.h"

Spec spec_default(void)
{
    return (Spec){.hidden_count = 1,
                  .layers = {{.kind = LAYER_DENSE, .count = 32}},
                  .lr = optimizer_get(0)->default_lr,
                  .batch = 256,
                  .seed = 1,
                  .delta = 0.1f,
                  .weight = 2.0f,
                  .beta = 1.0f};
}

float spec_noise_max(const Spec *spec) { return spec->noise_kind == NOISE_GAUSSIAN ? 2.0f : 1.0f; }

bool spec_equal(const Spec *a, const Spec *b)
{
    return a->loss == b->loss && a->output == b->output && a->hidden == b->hidden && a->optimizer == b->optimizer &&
           spec_has_same_layers(a, b) && a->lr == b->lr && a->batch == b->batch && a->noise == b->noise &&
           a->l1 == b->l1 && a->seed == b->seed && a->delta == b->delta && a->weight == b->weight &&
           a->range == b->range && a->reduce == b->reduce && a->targets == b->targets &&
           a->noise_kind == b->noise_kind && a->beta == b->beta;
}

LossSettings spec_loss_settings(const Spec *spec)
{
    return loss_set_sigma((LossSettings){.delta = spec->delta, .weight = spec->weight}, 0.0);
}

static const char *loss_key(int i) { return loss_get(i)->key; }
static const char *output_key(int i) { return activation_get(OUTPUT_ACTIVATION, i)->key; }
static const char *hidden_key(int i) { return activation_get(HIDDEN_ACTIVATION, i)->key; }
static const char *optimizer_key(int i) { return optimizer_get(i)->key; }
static const char *range_key(int i) { return choice_get(CHOICE_RANGE, i)->key; }
static const char *reduce_key(int i) { return choice_get(CHOICE_REDUCE, i)->key; }
static const char *targets_key(int i) { return choice_get(CHOICE_TARGETS, i)->key; }
static const char *noise_kind_key(int i) { return choice_get(CHOICE_NOISE_KIND, i)->key; }

static bool parse_choice(int *out, const char *key, const char *value, int count, const char *(*name)(int),
                         Error *error)
{
    char allowed[256] = "";
    for (int i = 0; i < count; i++) {
        if (strcmp(name(i), value) == 0) {
            *out = i;
            return true;
        }
        const size_t used = strlen(allowed);
        (void)snprintf(allowed + used, sizeof allowed - used, "%s%s", i ? ", " : "", name(i));
    }
    return error_set(error, "%s=%.40s: unknown value, expected one of %s", key, value, allowed);
}

static bool parse_integer(unsigned long *out, const char *key, const char *value, unsigned long low, unsigned long high,
                          Error *error)
{
    if (!spec_parse_whole(out, value, low, high))
        return error_set(error, "%s=%.40s: expected a whole number from %lu to %lu", key, value, low, high);
    return true;
}

static bool parse_real(float *out, const char *key, const char *value, bool zero_allowed, float high, Error *error)
{
    char *end;
    const bool numeric = *value && strspn(value, "0123456789.eE+-") == strlen(value);
    const float number = numeric ? strtof(value, &end) : 0.0f;
    const bool in_range = (number > 0.0f || (zero_allowed && number == 0.0f)) && number <= high;
    if (!numeric || *end || !in_range)
        return error_set(error, "%s=%.40s: expected a number %s 0 and at most %g", key, value,
                         zero_allowed ? "not below" : "above", (double)high);
    *out = number + 0.0f; // -0 becomes 0
    return true;
}

// ---- the keys: how each is read and written -----------------------------------------------------------------------

// The shortest digits that read back as the same float; 100 rather than 1e+02.
static void format_real(float value, char *text)
{
    (void)snprintf(text, SPEC_VALUE_SIZE, "%.0f", (double)value);
    for (int digits = 1; digits <= 9 && strtof(text, NULL) != value; digits++)
        (void)snprintf(text, SPEC_VALUE_SIZE, "%.*g", digits, (double)value);
}

#define REAL_KEY(field, zero_allowed, high)                                                                            \
    static bool parse_##field(Spec *spec, const char *key, const char *value, Error *error)                            \
    {                                                                                                                  \
        return parse_real(&spec->field, key, value, zero_allowed, high, error);                                        \
    }                                                                                                                  \
    static void format_##field(const Spec *spec, char *text) { format_real(spec->field, text); }
REAL_KEY(lr, false, 100.0f)
REAL_KEY(noise, true, 2.0f)
REAL_KEY(l1, true, 1.0f)
REAL_KEY(delta, false, 10.0f)
REAL_KEY(weight, false, 1000.0f)
REAL_KEY(beta, true, 1000.0f)
#undef REAL_KEY

#define CHOICE_KEY(field, count, name)                                                                                 \
    static bool parse_##field(Spec *spec, const char *key, const char *value, Error *error)                            \
    {                                                                                                                  \
        return parse_choice(&spec->field, key, value, count, name, error);                                             \
    }                                                                                                                  \
    static void format_##field(const Spec *spec, char *text)                                                           \
    {                                                                                                                  \
        (void)snprintf(text, SPEC_VALUE_SIZE, "%s", name(spec->field));                                                \
    }
CHOICE_KEY(loss, LOSS_COUNT, loss_key)
CHOICE_KEY(output, activation_count(OUTPUT_ACTIVATION), output_key)
CHOICE_KEY(hidden, activation_count(HIDDEN_ACTIVATION), hidden_key)
CHOICE_KEY(optimizer, optimizer_count(), optimizer_key)
CHOICE_KEY(range, RANGE_COUNT, range_key)
CHOICE_KEY(reduce, REDUCE_COUNT, reduce_key)
CHOICE_KEY(targets, TARGETS_COUNT, targets_key)
CHOICE_KEY(noise_kind, NOISE_KIND_COUNT, noise_kind_key)
#undef CHOICE_KEY

static bool parse_batch(Spec *spec, const char *key, const char *value, Error *error)
{
    unsigned long number = 0;
    if (!parse_integer(&number, key, value, 1, SPEC_BATCH_MAX, error))
        return false;
    spec->batch = (int)number;
    return true;
}

static void format_batch(const Spec *spec, char *text) { (void)snprintf(text, SPEC_VALUE_SIZE, "%d", spec->batch); }

static bool parse_seed(Spec *spec, const char *key, const char *value, Error *error)
{
    unsigned long number = 0;
    if (!parse_integer(&number, key, value, 0, UINT32_MAX, error))
        return false;
    spec->seed = (uint32_t)number;
    return true;
}

static void format_seed(const Spec *spec, char *text)
{
    (void)snprintf(text, SPEC_VALUE_SIZE, "%u", (unsigned)spec->seed);
}

static const struct {
    const char *name;
    bool (*parse)(Spec *spec, const char *key, const char *value, Error *error);
    void (*format)(const Spec *spec, char *text); // (SPEC_VALUE_SIZE)
} keys[SPEC_KEY_COUNT] = {
    [SPEC_KEY_LOSS] = {"loss", parse_loss, format_loss},
    [SPEC_KEY_OUTPUT] = {"output", parse_output, format_output},
    [SPEC_KEY_HIDDEN] = {"hidden", parse_hidden, format_hidden},
    [SPEC_KEY_LAYERS] = {"layers", spec_parse_layers, spec_put_layers},
    [SPEC_KEY_OPTIMIZER] = {"optimizer", parse_optimizer, format_optimizer},
    [SPEC_KEY_LR] = {"lr", parse_lr, format_lr},
    [SPEC_KEY_BATCH] = {"batch", parse_batch, format_batch},
    [SPEC_KEY_NOISE] = {"noise", parse_noise, format_noise},
    [SPEC_KEY_L1] = {"l1", parse_l1, format_l1},
    [SPEC_KEY_SEED] = {"seed", parse_seed, format_seed},
    [SPEC_KEY_DELTA] = {"delta", parse_delta, format_delta},
    [SPEC_KEY_WEIGHT] = {"weight", parse_weight, format_weight},
    [SPEC_KEY_RANGE] = {"range", parse_range, format_range},
    [SPEC_KEY_REDUCE] = {"reduce", parse_reduce, format_reduce},
    [SPEC_KEY_TARGETS] = {"targets", parse_targets, format_targets},
    [SPEC_KEY_NOISE_KIND] = {"noise_kind", parse_noise_kind, format_noise_kind},
    [SPEC_KEY_BETA] = {"beta", parse_beta, format_beta},
};

const char *spec_key(int i) { return i < SPEC_KEY_COUNT ? keys[i].name : NULL; }

static void list_keys(char *text, size_t size)
{
    text[0] = 0;
    for (int i = 0; i < SPEC_KEY_COUNT; i++) {
        const size_t used = strlen(text);
        (void)snprintf(text + used, size - used, "%s, ", keys[i].name);
    }
    const size_t used = strlen(text);
    (void)snprintf(text + used, size - used, "model");
}

static int find_key(const char *name, size_t length)
{
    for (int i = 0; i < SPEC_KEY_COUNT; i++)
        if (strlen(keys[i].name) == length && memcmp(keys[i].name, name, length) == 0)
            return i;
    return -1;
}

// The end of the item that starts at text: a comma that a digit (or, wrongly, another comma and a digit) follows
// belongs to layers=128,64.
static const char *find_item_end(const char *text)
{
    const char *comma = strchr(text, ',');
    while (comma && ((comma[1] >= '0' && comma[1] <= '9') || (comma[1] == ',' && comma[2] >= '0' && comma[2] <= '9')))
        comma = strchr(comma + 1, ',');
    return comma ? comma : text + strlen(text);
}

bool spec_parse(Spec *out, const char *text, Error *error)
{
    SpecWish wish;
    if (!spec_parse_wish(&wish, text, error))
        return false;
    *out = wish.spec;
    return true;
}

static const char *architecture_key(int i) { return architecture_get(i)->key; }

static bool parse_onto(SpecWish *out, const Spec *base, const char *text, Error *error);

// The architecture that text names, if it does, on top of base.
static bool take_architecture(SpecWish *out, const Spec *base, const char *text, Error *error)
{
    static const char cleared[] = "batch=256,noise=0,l1=0,reduce=mean,beta=1"; // what one says and another does not
    *out = (SpecWish){.spec = *base};
    for (const char *at = text; *at; at = find_item_end(at), at += *at != 0) {
        char value[40] = "";
        int index = 0;
        if (strncmp(at, "model=", 6) != 0)
            continue;
        const size_t length = (size_t)(find_item_end(at) - at) - 6;
        memcpy(value, at + 6, length < sizeof value ? length : sizeof value - 1);
        return parse_choice(&index, "model", value, architecture_count(), architecture_key, error) &&
               parse_onto(out, base, cleared, error) &&
               parse_onto(out, &out->spec, architecture_get(index)->spec, error);
    }
    return true;
}

// What text says on top of base. A rate that it does not name becomes its optimizer's own where it names one.
static bool parse_onto(SpecWish *out, const Spec *base, const char *text, Error *error)
{
    SpecWish start;
    bool seen[SPEC_KEY_COUNT] = {false}, has_model = false;
    if (!take_architecture(&start, base, text, error))
        return false;
    Spec spec = start.spec;
    while (*text) {
        const char *end = find_item_end(text);
        char item[SPEC_LAYERS_SIZE + 16];
        const size_t length = (size_t)(end - text);
        if (length >= sizeof item)
            return error_set(error, "'%.40s...' is too long for a key and its value", text);
        memcpy(item, text, length);
        item[length] = 0;
        const char *equals = strchr(item, '=');
        char all[192];
        list_keys(all, sizeof all);
        if (*end && !end[1])
            return error_set(error, "'%.60s': a key=value is missing after the last comma", text);
        if (!equals)
            return error_set(error, "'%.60s': expected key=value, the keys are %s", item, all);
        text = *end ? end + 1 : end;
        if (equals - item == 5 && strncmp(item, "model", 5) == 0) {
            if (has_model)
                return error_set(error, "model is given twice");
            has_model = true;
            continue;
        }
        const int key = find_key(item, (size_t)(equals - item));
        if (key < 0)
            return error_set(error, "unknown key '%.*s': the keys are %s",
                             (int)(equals - item < 40 ? equals - item : 40), item, all);
        if (seen[key])
            return error_set(error, "%s is given twice", keys[key].name);
        seen[key] = true;
        if (!keys[key].parse(&spec, keys[key].name, equals + 1, error))
            return false;
    }
    if (seen[SPEC_KEY_OPTIMIZER] && !seen[SPEC_KEY_LR])
        spec.lr = optimizer_get(spec.optimizer)->default_lr;
    if (spec.noise > spec_noise_max(&spec))
        return error_set(error,
                         "noise=%g: with noise_kind=%s noise is the chance of a pixel to be hit: expected a number not "
                         "below 0 and at most 1",
                         (double)spec.noise, noise_kind_key(spec.noise_kind));
    *out = (SpecWish){.spec = spec, .named = start.named};
    for (int key = 0; key < SPEC_KEY_COUNT; key++)
        out->named |= seen[key] ? 1u << key : 0u;
    return true;
}

bool spec_parse_wish(SpecWish *out, const char *text, Error *error)
{
    const Spec base = spec_default();
    return parse_onto(out, &base, text, error);
}

bool spec_change(Spec *spec, const char *text, Error *error)
{
    SpecWish wish;
    if (!parse_onto(&wish, spec, text, error))
        return false;
    *spec = wish.spec;
    return true;
}

void spec_format(const Spec *spec, char *text, size_t size)
{
    assert(size >= SPEC_TEXT_SIZE);
    const Spec usual = spec_default();
    text[0] = 0;
    for (int key = 0; key < SPEC_KEY_COUNT; key++) {
        char value[SPEC_VALUE_SIZE], usual_value[SPEC_VALUE_SIZE];
        keys[key].format(spec, value);
        keys[key].format(&usual, usual_value);
        const size_t used = strlen(text);
        if (key < SPEC_KEY_DELTA || strcmp(value, usual_value) != 0)
            (void)snprintf(text + used, size - used, "%s%s=%s", key ? "," : "", keys[key].name, value);
    }
}
