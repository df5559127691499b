// The layers of a spec: what they are, and how `layers=` is read and written.
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/layer_items.h"
#include "models/layer_list.h"
#include "models/spec_parts.h"

// ---- what they are ------------------------------------------------------------------------------------------------

bool spec_is_dense(const Spec *spec)
{
    for (int i = 0; i < spec->hidden_count; i++)
        if (spec->layers[i].kind != LAYER_DENSE)
            return false;
    return true;
}

bool spec_samples(const Spec *spec)
{
    for (int i = 0; i < spec->hidden_count; i++)
        if (spec->layers[i].kind == LAYER_SAMPLE)
            return true;
    return false;
}

bool spec_has_same_layers(const Spec *a, const Spec *b)
{
    bool is_same = a->hidden_count == b->hidden_count;
    for (int i = 0; is_same && i < a->hidden_count; i++)
        is_same = layer_item_equal(&a->layers[i], &b->layers[i]);
    return is_same;
}

void spec_set_layers(Spec *to, const Spec *from)
{
    to->hidden_count = from->hidden_count;
    memcpy(to->layers, from->layers, sizeof to->layers);
}

void spec_set_widths(Spec *spec, const int *widths, int count)
{
    assert(count >= 1 && count <= SPEC_HIDDEN_MAX);
    memset(spec->layers, 0, sizeof spec->layers);
    spec->hidden_count = count;
    for (int i = 0; i < count; i++)
        spec->layers[i] = (LayerPlan){.kind = LAYER_DENSE, .count = widths[i]};
}

int spec_code_index(const Spec *spec)
{
    int code = 0;
    for (int i = 0; i < spec->hidden_count; i++) {
        if (spec->layers[i].kind == LAYER_SAMPLE)
            return i;
        if (spec->layers[i].count < spec->layers[code].count)
            code = i;
    }
    return spec_is_dense(spec) ? code : -1;
}

int spec_code_units(const Spec *spec)
{
    LayerList list;
    if (spec_code_index(spec) >= 0)
        return spec->layers[spec_code_index(spec)].count;
    const bool fits = layer_list_plan(spec->layers, spec->hidden_count, SPEC_PIXELS, &list, NULL);
    assert(fits);
    return fits ? list.layers[list.code].out : 0;
}

// ---- read and written ---------------------------------------------------------------------------------------------

// Digits alone: strtoull would take signs and spaces.
bool spec_parse_whole(unsigned long *out, const char *text, unsigned long low, unsigned long high)
{
    if (!*text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 10)
        return false;
    *out = strtoul(text, NULL, 10);
    return *out >= low && *out <= high;
}

// Numbers with commas between them.
static bool parse_widths(Spec *spec, const char *key, const char *value, Error *error)
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
        good = count < SPEC_HIDDEN_MAX && spec_parse_whole(&width, item, 1, SPEC_WIDTH_MAX);
        if (good)
            widths[count] = (int)width;
        item = comma ? comma + 1 : NULL;
    }
    if (!good)
        return error_set(error,
                         "%s=%.60s: expected 1 to %d whole numbers from 1 to %d, separated by commas; or layers with a "
                         "dash between them, as conv16-pool-20-up",
                         key, value, SPEC_HIDDEN_MAX, SPEC_WIDTH_MAX);
    spec_set_widths(spec, widths, count);
    return true;
}

bool spec_parse_layers(Spec *spec, const char *key, const char *value, Error *error)
{
    if (strspn(value, "0123456789,. ") == strlen(value) || strlen(value) >= SPEC_LAYERS_SIZE)
        return parse_widths(spec, key, value, error);
    LayerPlan items[SPEC_LAYERS_MAX] = {0};
    LayerList list;
    Error why;
    const int count = layer_items_parse(value, items, SPEC_LAYERS_MAX, &why);
    if (count == 0 || !layer_list_plan(items, count, SPEC_PIXELS, &list, &why))
        return error_set(error, "%s=%.100s: %s", key, value, why.text);
    memcpy(spec->layers, items, sizeof items);
    spec->hidden_count = count;
    bool is_allowed = !spec_is_dense(spec) || count <= SPEC_HIDDEN_MAX;
    for (int i = 0; i < count; i++)
        is_allowed &= !spec_is_dense(spec) || items[i].count <= SPEC_WIDTH_MAX;
    return is_allowed || error_set(error, "%s=%.100s: of dense layers alone at most %d of at most %d units are allowed",
                                   key, value, SPEC_HIDDEN_MAX, SPEC_WIDTH_MAX);
}

static void format_items(const Spec *spec, const char *separator, char *text, size_t size)
{
    text[0] = 0;
    for (int i = 0; i < spec->hidden_count; i++) {
        const size_t used = strlen(text);
        char item[LAYER_ITEM_SIZE];
        layer_item_format(&spec->layers[i], item);
        (void)snprintf(text + used, size - used, "%s%s", i ? separator : "", item);
    }
}

void spec_put_layers(const Spec *spec, char *text)
{
    format_items(spec, spec_is_dense(spec) ? "," : "-", text, SPEC_VALUE_SIZE);
}

void spec_format_layers(const Spec *spec, int pixels, const char *separator, char *text, size_t size)
{
    char items[SPEC_VALUE_SIZE];
    format_items(spec, separator, items, sizeof items);
    (void)snprintf(text, size, "%d%s%s%s%d", pixels, separator, items, separator, pixels);
}
