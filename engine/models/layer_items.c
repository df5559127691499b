// Reading and writing layers as items.
#include "models/layer_items.h"

#include <stdio.h>
#include <string.h>

enum { WINDOW_SIDE = 3 };

typedef struct Reader {
    const char *at;
} Reader;

// A whole number from 1 to most, digits alone; 0 where there is none.
static int read_number(Reader *reader, int most)
{
    int number = 0, digits = 0;
    for (; *reader->at >= '0' && *reader->at <= '9' && digits < 6; reader->at++, digits++)
        number = 10 * number + (*reader->at - '0');
    return digits > 0 && digits < 6 && number <= most ? number : 0;
}

static bool take(Reader *reader, const char *word)
{
    const size_t length = strlen(word);
    const bool is_there = strncmp(reader->at, word, length) == 0;
    reader->at += is_there ? length : 0;
    return is_there;
}

static bool read_nothing(Reader *reader, LayerPlan *out)
{
    (void)reader, (void)out;
    return true;
}

static bool read_count(Reader *reader, LayerPlan *out)
{
    out->count = read_number(reader, LAYER_COUNT_MAX);
    return out->count > 0;
}

static bool read_window(Reader *reader, LayerPlan *out)
{
    if (!read_count(reader, out))
        return false;
    out->side = take(reader, "k") ? read_number(reader, LAYER_SIDE_MAX) : WINDOW_SIDE;
    out->step = take(reader, "s") ? read_number(reader, LAYER_SIDE_MAX) : 1;
    out->is_valid = take(reader, "v");
    return out->side > 0 && out->step > 0;
}

static bool read_shape(Reader *reader, LayerPlan *out)
{
    if (!read_count(reader, out) || !take(reader, "x"))
        return false;
    out->height = read_number(reader, LAYER_COUNT_MAX);
    if (!take(reader, "x"))
        return false;
    out->width = read_number(reader, LAYER_COUNT_MAX);
    return out->height > 0 && out->width > 0;
}

static void write_nothing(const LayerPlan *item, char *text) { (void)item, (void)text; }

static void write_count(const LayerPlan *item, char *text) { (void)snprintf(text, 12, "%d", item->count); }

static void write_window(const LayerPlan *item, char *text)
{
    char side[16] = "", step[16] = "";
    if (item->side != WINDOW_SIDE)
        (void)snprintf(side, sizeof side, "k%d", item->side);
    if (item->step != 1)
        (void)snprintf(step, sizeof step, "s%d", item->step);
    (void)snprintf(text, 32, "%d%.8s%.8s%s", item->count, side, step, item->is_valid ? "v" : "");
}

static void write_shape(const LayerPlan *item, char *text)
{
    (void)snprintf(text, 32, "%dx%dx%d", item->count % 10000, item->height % 10000, item->width % 10000);
}

static const struct {
    LayerKind kind;
    const char *word, *example;
    bool (*read)(Reader *reader, LayerPlan *out);
    void (*write)(const LayerPlan *item, char *text); // (32)
} items[] = {
    {LAYER_DENSE, "", "a number of units", read_count, write_count},
    {LAYER_CONV, "conv", "conv16 (conv16k5s2v: 5 x 5, every second position, without zeros around)", read_window,
     write_window},
    {LAYER_UNCONV, "unconv", "unconv16", read_window, write_window},
    {LAYER_POOL, "pool", "pool", read_nothing, write_nothing},
    {LAYER_UP, "up", "up", read_nothing, write_nothing},
    {LAYER_SAMPLE, "sample", "sample20", read_count, write_count},
    {LAYER_RESHAPE, "", "16x7x7", read_shape, write_shape},
};

enum { ITEMS = sizeof items / sizeof *items };

void layer_item_format(const LayerPlan *item, char text[LAYER_ITEM_SIZE])
{
    for (int i = 0; i < ITEMS; i++) {
        if (items[i].kind != item->kind)
            continue;
        char rest[32] = "";
        items[i].write(item, rest);
        (void)snprintf(text, LAYER_ITEM_SIZE, "%s%s", items[i].word, rest);
    }
}

void layer_items_list(char *text, size_t size)
{
    text[0] = 0;
    for (int i = 0; i < ITEMS; i++) {
        const size_t used = strlen(text);
        (void)snprintf(text + used, size - used, "%s%s", i ? ", " : "", items[i].example);
    }
}

static bool parse_item(const char *text, LayerPlan *out)
{
    for (int i = 0; i < ITEMS; i++) {
        Reader reader = {text};
        *out = (LayerPlan){.kind = items[i].kind};
        if (take(&reader, items[i].word) && items[i].read(&reader, out) && !*reader.at)
            return true;
    }
    return false;
}

int layer_items_parse(const char *text, LayerPlan *out, int most, Error *error)
{
    int count = 0;
    for (const char *at = text;; count++) {
        const size_t length = strcspn(at, "-");
        char item[LAYER_ITEM_SIZE] = "", allowed[256];
        if (count == most) {
            error_set(error, "at most %d items are allowed", most);
            return 0;
        }
        if (length < sizeof item)
            memcpy(item, at, length);
        if (!parse_item(item, &out[count])) {
            layer_items_list(allowed, sizeof allowed);
            error_set(error,
                      "'%.*s' is no layer; expected, with a dash between them: %s; numbers from 1 to %d, windows up "
                      "to %d x %d",
                      (int)(length < 40 ? length : 40), at, allowed, LAYER_COUNT_MAX, LAYER_SIDE_MAX, LAYER_SIDE_MAX);
            return 0;
        }
        at += length;
        if (!*at)
            return count + 1;
        at++;
    }
}

bool layer_item_equal(const LayerPlan *a, const LayerPlan *b)
{
    return a->kind == b->kind && a->count == b->count && a->side == b->side && a->step == b->step &&
           a->is_valid == b->is_valid && a->height == b->height && a->width == b->width;
}
