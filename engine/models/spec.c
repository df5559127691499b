// Reading and writing model specs. To add a key: a row in `keys`, its two functions, a field and a
// SpecKey in spec.h.
#include "models/spec.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/activation.h"
#include "kernels/loss.h"
#include "kernels/optimizer.h"

Spec spec_default(void)
{
    return (Spec){.hidden_count = 1, .widths = {32}, .lr = optimizer_get(0)->default_lr, .batch = 256, .seed = 1};
}

bool spec_equal(const Spec *a, const Spec *b)
{
    return a->loss == b->loss && a->output == b->output && a->hidden == b->hidden && a->optimizer == b->optimizer &&
           a->hidden_count == b->hidden_count && memcmp(a->widths, b->widths, sizeof a->widths) == 0 &&
           a->lr == b->lr && a->batch == b->batch && a->noise == b->noise && a->l1 == b->l1 && a->seed == b->seed;
}

int spec_code_index(const Spec *spec)
{
    int code = 0;
    for (int i = 1; i < spec->hidden_count; i++)
        if (spec->widths[i] < spec->widths[code])
            code = i;
    return code;
}

static const char *loss_key(int i) { return loss_get(i)->key; }
static const char *output_key(int i) { return activation_get(OUTPUT_ACTIVATION, i)->key; }
static const char *hidden_key(int i) { return activation_get(HIDDEN_ACTIVATION, i)->key; }
static const char *optimizer_key(int i) { return optimizer_get(i)->key; }

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

// Digits alone: strtoull would take signs and spaces.
static bool parse_whole(unsigned long *out, const char *text, unsigned long low, unsigned long high)
{
    if (!*text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 10)
        return false;
    *out = strtoul(text, NULL, 10);
    return *out >= low && *out <= high;
}

static bool parse_integer(unsigned long *out, const char *key, const char *value, unsigned long low, unsigned long high,
                          Error *error)
{
    if (!parse_whole(out, value, low, high))
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

static bool parse_layers(Spec *spec, const char *value, Error *error)
{
    char list[128];
    int widths[SPEC_HIDDEN_MAX] = {0}, count = 0;
    bool good = strlen(value) < sizeof list && *value;
    if (good)
        strcpy(list, value);
    for (char *item = list; good && item; count++) {
        char *comma = strchr(item, ',');
        if (comma)
            *comma = 0;
        unsigned long width = 0;
        good = count < SPEC_HIDDEN_MAX && parse_whole(&width, item, 1, SPEC_WIDTH_MAX);
        if (good)
            widths[count] = (int)width;
        item = comma ? comma + 1 : NULL;
    }
    if (!good)
        return error_set(error, "layers=%.60s: expected 1 to %d whole numbers from 1 to %d, separated by commas", value,
                         SPEC_HIDDEN_MAX, SPEC_WIDTH_MAX);
    memcpy(spec->widths, widths, sizeof widths);
    spec->hidden_count = count;
    return true;
}

static const char *const keys[SPEC_KEY_COUNT] = {"loss", "output", "hidden", "layers", "optimizer",
                                                 "lr",   "batch",  "noise",  "l1",     "seed"};

const char *spec_key(int i) { return i < SPEC_KEY_COUNT ? keys[i] : NULL; }

static bool parse_value(Spec *spec, int key, const char *value, Error *error)
{
    const char *name = keys[key];
    unsigned long number = 0;
    switch (key) {
    case SPEC_KEY_LOSS: return parse_choice(&spec->loss, name, value, LOSS_COUNT, loss_key, error);
    case SPEC_KEY_OUTPUT:
        return parse_choice(&spec->output, name, value, activation_count(OUTPUT_ACTIVATION), output_key, error);
    case SPEC_KEY_HIDDEN:
        return parse_choice(&spec->hidden, name, value, activation_count(HIDDEN_ACTIVATION), hidden_key, error);
    case SPEC_KEY_LAYERS: return parse_layers(spec, value, error);
    case SPEC_KEY_OPTIMIZER:
        return parse_choice(&spec->optimizer, name, value, optimizer_count(), optimizer_key, error);
    case SPEC_KEY_LR: return parse_real(&spec->lr, name, value, false, 100.0f, error);
    case SPEC_KEY_NOISE: return parse_real(&spec->noise, name, value, true, 2.0f, error);
    case SPEC_KEY_L1: return parse_real(&spec->l1, name, value, true, 1.0f, error);
    case SPEC_KEY_BATCH:
        if (!parse_integer(&number, name, value, 1, SPEC_BATCH_MAX, error))
            return false;
        spec->batch = (int)number;
        return true;
    default:
        if (!parse_integer(&number, name, value, 0, UINT32_MAX, error))
            return false;
        spec->seed = (uint32_t)number;
        return true;
    }
}

static int find_key(const char *name, size_t length)
{
    for (int i = 0; i < SPEC_KEY_COUNT; i++)
        if (strlen(keys[i]) == length && memcmp(keys[i], name, length) == 0)
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

bool spec_parse_wish(SpecWish *out, const char *text, Error *error)
{
    Spec spec = spec_default();
    bool seen[SPEC_KEY_COUNT] = {false};
    while (*text) {
        const char *end = find_item_end(text);
        char item[160];
        const size_t length = (size_t)(end - text);
        if (length >= sizeof item)
            return error_set(error, "'%.40s...' is too long for a key and its value", text);
        memcpy(item, text, length);
        item[length] = 0;
        const char *equals = strchr(item, '=');
        if (!equals)
            return error_set(error,
                             "'%.60s': expected key=value, the keys are loss, output, hidden, layers, optimizer, lr, "
                             "batch, noise, l1, seed",
                             item);
        const int key = find_key(item, (size_t)(equals - item));
        if (key < 0)
            return error_set(
                error,
                "unknown key '%.*s': the keys are loss, output, hidden, layers, optimizer, lr, batch, noise, l1, seed",
                (int)(equals - item < 40 ? equals - item : 40), item);
        if (seen[key])
            return error_set(error, "%s is given twice", keys[key]);
        seen[key] = true;
        if (!parse_value(&spec, key, equals + 1, error))
            return false;
        if (*end && !end[1])
            return error_set(error, "'%.60s': a key=value is missing after the last comma", text);
        text = *end ? end + 1 : end;
    }
    if (!seen[SPEC_KEY_LR])
        spec.lr = optimizer_get(spec.optimizer)->default_lr;
    *out = (SpecWish){.spec = spec};
    for (int key = 0; key < SPEC_KEY_COUNT; key++)
        out->named |= seen[key] ? 1u << key : 0u;
    return true;
}

// The shortest digits that read back as the same float; 100 rather than 1e+02.
static void format_real(float value, char text[32])
{
    (void)snprintf(text, 32, "%.0f", (double)value);
    for (int digits = 1; digits <= 9 && strtof(text, NULL) != value; digits++)
        (void)snprintf(text, 32, "%.*g", digits, (double)value);
}

static void format_widths(const Spec *spec, const char *separator, char *text, size_t size)
{
    text[0] = 0;
    for (int i = 0; i < spec->hidden_count; i++) {
        const size_t used = strlen(text);
        (void)snprintf(text + used, size - used, "%s%d", i ? separator : "", spec->widths[i]);
    }
}

void spec_format_layers(const Spec *spec, int pixels, const char *separator, char *text, size_t size)
{
    char widths[96];
    format_widths(spec, separator, widths, sizeof widths);
    (void)snprintf(text, size, "%d%s%s%s%d", pixels, separator, widths, separator, pixels);
}

void spec_format(const Spec *spec, char *text, size_t size)
{
    assert(size >= SPEC_TEXT_SIZE);
    char widths[64], lr[32], noise[32], l1[32];
    format_widths(spec, ",", widths, sizeof widths);
    format_real(spec->lr, lr);
    format_real(spec->noise, noise);
    format_real(spec->l1, l1);
    (void)snprintf(text, size,
                   "loss=%s,output=%s,hidden=%s,layers=%s,optimizer=%s,lr=%s,batch=%d,noise=%s,l1=%s,seed=%u",
                   loss_key(spec->loss), output_key(spec->output), hidden_key(spec->hidden), widths,
                   optimizer_key(spec->optimizer), lr, spec->batch, noise, l1, (unsigned)spec->seed);
}
