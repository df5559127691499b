// The table of words: its own rows (words_rows.h), and those that the rows of other tables bring.
#include "state/words.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "state/heatmap.h"
#include "state/words_rows.h"

enum { KEY_SIZE = 24, ROWS_MAX = 224, BORROWED_MAX = 96 };

static struct {
    Words rows[ROWS_MAX];
    char keys[BORROWED_MAX][KEY_SIZE]; // of rows that other tables bring
    int count, term_count, borrowed_count;
} table;

static void add(const Words *row)
{
    assert(table.count < ROWS_MAX && "raise ROWS_MAX");
    table.rows[table.count++] = *row;
}

static void borrow(const char *kind, Words row)
{
    assert(table.borrowed_count < BORROWED_MAX && "raise BORROWED_MAX");
    char *const key = table.keys[table.borrowed_count++];
    (void)snprintf(key, KEY_SIZE, "%s.%s", kind, row.key);
    row.key = key;
    add(&row);
}

static void borrow_activations(ActivationRole role, const char *kind)
{
    for (int i = 0; i < activation_count(role); i++) {
        const Activation *row = activation_get(role, i);
        borrow(kind, (Words){row->key, row->label, row->what, row->look, NULL, row->formula});
    }
}

static void borrow_choices(ChoiceKind kind, const char *name)
{
    for (int i = 0; i < choice_count(kind); i++) {
        const Choice *row = choice_get(kind, i);
        borrow(name, (Words){row->key, row->label, row->what, row->look, NULL, NULL});
    }
}

static void borrow_heatmaps(bool are_of_losses)
{
    for (int i = 0; i < heatmap_count(); i++) {
        const Heatmap *row = heatmap_get(i);
        if ((row->loss >= 0) == are_of_losses)
            borrow("heatmap", (Words){row->key, row->label, row->what, row->look, NULL, row->formula});
    }
}

// The heatmaps of the losses are no terms of their own: the losses are.
static void fill(void)
{
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
        add(&terms[i]);
    for (int i = 0; i < LOSS_COUNT; i++) {
        const Loss *row = loss_get(i);
        borrow("loss", (Words){row->key, row->label, row->what, row->look, NULL, row->formula});
    }
    borrow_activations(OUTPUT_ACTIVATION, "output");
    borrow_activations(HIDDEN_ACTIVATION, "hidden");
    for (int i = 0; i < optimizer_count(); i++) {
        const Optimizer *row = optimizer_get(i);
        borrow("optimizer", (Words){row->key, row->label, row->what, row->look, NULL, row->formula});
    }
    borrow_heatmaps(false);
    table.term_count = table.count;
    borrow_heatmaps(true);
    borrow_choices(CHOICE_RANGE, "range");
    borrow_choices(CHOICE_REDUCE, "reduce");
    borrow_choices(CHOICE_TARGETS, "targets");
    borrow_choices(CHOICE_NOISE_KIND, "noise_kind");
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
        add(&controls[i]);
}

int words_count(void)
{
    if (table.count == 0)
        fill();
    return table.count;
}

int words_term_count(void) { return words_count() ? table.term_count : 0; }

const Words *words_get(int index)
{
    assert(index >= 0 && index < words_count());
    return &table.rows[index];
}

static int find_part(const char *key, size_t length)
{
    for (int i = 0; i < words_count(); i++)
        if (strncmp(table.rows[i].key, key, length) == 0 && table.rows[i].key[length] == 0)
            return i;
    return -1;
}

int words_find_index(const char *key) { return find_part(key, strlen(key)); }

const Words *words_find(const char *key)
{
    const int index = words_find_index(key);
    return index >= 0 ? words_get(index) : NULL;
}

const Words *words_of_widget(const char *id)
{
    static const char *const owners[] = {"a.", "b.", "word."}; // model A's and B's; dotted words
    for (size_t i = 0; i < sizeof owners / sizeof *owners; i++)
        if (strncmp(id, owners[i], strlen(owners[i])) == 0)
            id += strlen(owners[i]);
    for (size_t length = strlen(id); length > 0;) {
        const int index = find_part(id, length);
        if (index >= 0)
            return words_get(index);
        while (length > 0 && id[--length] != '.')
            ;
    }
    return NULL;
}
