// NumPy arrays: those of an .npz, or .npy files, named for what they hold; an .npz whose arrays have no names of their
// own (arr_0) lends them its own.
//
// To add a word for what an array holds: a row in words.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/form.h"

enum { EXPANDED_MAX = 16 };

typedef enum Word { WORD_OTHER, WORD_IMAGES, WORD_LABELS, WORD_LEFT_OUT } Word;

static Word find_word(const char *text, size_t length)
{
    static const struct {
        const char *text;
        Word word;
    } words[] = {{"x", WORD_IMAGES},       {"images", WORD_IMAGES},  {"image", WORD_IMAGES},
                 {"imgs", WORD_IMAGES},    {"img", WORD_IMAGES},     {"data", WORD_IMAGES},
                 {"pixels", WORD_IMAGES},  {"digits", WORD_IMAGES},  {"features", WORD_IMAGES},
                 {"inputs", WORD_IMAGES},  {"y", WORD_LABELS},       {"labels", WORD_LABELS},
                 {"label", WORD_LABELS},   {"lbls", WORD_LABELS},    {"lbl", WORD_LABELS},
                 {"targets", WORD_LABELS}, {"target", WORD_LABELS},  {"classes", WORD_LABELS},
                 {"val", WORD_LEFT_OUT},   {"valid", WORD_LEFT_OUT}, {"validation", WORD_LEFT_OUT},
                 {"dev", WORD_LEFT_OUT}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].text) == length && strncasecmp(text, words[i].text, length) == 0)
            return words[i].word;
    return WORD_OTHER;
}

// What a name's words say.
typedef struct Meaning {
    int split; // -1: nothing
    bool is_images, is_labels, is_left_out;
} Meaning;

static void read_word(Meaning *meaning, const char *word, size_t length)
{
    const int split = form_split_word(word, length);
    const Word kind = find_word(word, length);
    if (split >= 0)
        meaning->split = split;
    meaning->is_images = meaning->is_images || kind == WORD_IMAGES;
    meaning->is_labels = meaning->is_labels || kind == WORD_LABELS;
    meaning->is_left_out = meaning->is_left_out || kind == WORD_LEFT_OUT;
    // "xtrain", "trainx"
    if (split < 0 && kind == WORD_OTHER && length > 1) {
        const Word first = find_word(word, 1), last = find_word(word + length - 1, 1);
        const int behind = form_split_word(word + 1, length - 1), before = form_split_word(word, length - 1);
        if (first != WORD_OTHER && behind >= 0) {
            read_word(meaning, word, 1);
            meaning->split = behind;
        } else if (last != WORD_OTHER && before >= 0) {
            read_word(meaning, word + length - 1, 1);
            meaning->split = before;
        }
    }
}

static void read_words(Meaning *meaning, const char *name)
{
    for (const char *at = name; *at;) {
        size_t length = 0;
        while (isalnum((unsigned char)at[length]))
            length++;
        if (length > 0)
            read_word(meaning, at, length);
        at += length + (at[length] != '\0');
    }
}

// The last part of a path without its ending.
static void name_stem(const char *path, char out[256])
{
    const int length = form_folder_length(path);
    (void)snprintf(out, 256, "%s", path + (length ? length + 1 : 0));
    char *dot = strstr(out, ".np");
    if (dot)
        *dot = '\0';
}

// The container speaks where the array's own name is silent; then what it is in is the set, else the container is.
static void judge(const Source *source, int entry, Candidate *out, bool *is_left_out)
{
    char stem[256];
    const SourceEntry *array = &source->entries[entry];
    Meaning own = {.split = -1}, outer = {.split = -1};
    name_stem(array->path, stem);
    read_words(&own, stem);
    const char *home = array->path;
    if (array->container >= 0) {
        home = source->entries[array->container].path;
        name_stem(home, stem);
        read_words(&outer, stem);
    }
    const bool speaks = own.is_images || own.is_labels, is_outer = outer.is_images || outer.is_labels;
    const bool is_images = speaks ? own.is_images : outer.is_images,
               is_labels = speaks ? own.is_labels : outer.is_labels;
    out->split = own.split >= 0 ? own.split : outer.split;
    out->kind = is_labels ? PART_NPY_LABELS : is_images ? PART_NPY_IMAGES : PART_NPY_ANY;
    *is_left_out = own.is_left_out || (!speaks && outer.is_left_out);
    const bool shares = array->container < 0 || outer.split >= 0 || (!speaks && is_outer);
    (void)snprintf(out->group, sizeof out->group, "%.*s", shares ? form_folder_length(home) : FORM_GROUP_SIZE - 1,
                   home);
}

static bool expand_all(Plan *plan, Error *error)
{
    Source *source = plan->source;
    const int count = source->count;
    int expanded = 0;
    for (int i = 0; i < count; i++) {
        const SourceEntry *entry = &source->entries[i];
        if (!form_ends_in(entry->path, ".npz") || entry->kind == ENTRY_FOLDER || entry->container >= 0 ||
            (!form_is_selected(plan, i) && (expanded >= EXPANDED_MAX || (plan->selected && strchr(entry->path, '/')))))
            continue;
        bool is_open = false;
        for (int k = i; k < source->count; k++)
            is_open = is_open || source->entries[k].container == i;
        const int before = source->count;
        if (!is_open && !source_expand(source, i, plan->progress, error)) {
            if (!plan->selected || form_is_selected(plan, i))
                return false;
            source_shorten(source, before); // nobody asked for this one
        }
        expanded++;
    }
    Part *parts = realloc(plan->parts, ((size_t)source->count + 1) * sizeof *parts);
    if (!parts)
        return error_set(error, "there is no memory for the files of %s", source->path);
    memset(parts, 0, ((size_t)source->count + 1) * sizeof *parts);
    plan->parts = parts;
    return true;
}

static bool has_images(const Plan *plan)
{
    for (int i = 0; i < plan->source->count; i++)
        if (plan->parts[i].kind == PART_NPY_IMAGES && plan->parts[i].split == SPLIT_TRAIN)
            return true;
    return false;
}

// Whether this very array was named, and not what it is in.
static bool is_selected_itself(const Plan *plan, int entry)
{
    return plan->selected && strcmp(plan->selected, plan->source->entries[entry].path) == 0;
}

// Those that no name says anything about, where others were taken.
static void say_rest(const Plan *plan, const Candidates *candidates, const char *group)
{
    for (int i = 0; i < candidates->count; i++) {
        const Candidate *candidate = &candidates->items[i];
        if (candidate->kind == PART_NPY_ANY && plan->parts[candidate->entry].kind == PART_NONE &&
            strcmp(candidate->group, group) == 0)
            notices_add(plan->notices, "%s was left out: its name says neither images nor labels",
                        plan->source->entries[candidate->entry].path);
    }
}

static void take_group(Plan *plan, const Candidates *candidates, const char *group)
{
    for (Split split = 0; split < SPLIT_COUNT; split++) {
        (void)form_take(plan, candidates, group, PART_NPY_IMAGES, (int)split, split);
        (void)form_take(plan, candidates, group, PART_NPY_LABELS, (int)split, split);
    }
    bool has_train = has_images(plan);
    if (!has_train) {
        has_train = form_take(plan, candidates, group, PART_NPY_IMAGES, -1, SPLIT_TRAIN);
        (void)form_take(plan, candidates, group, PART_NPY_LABELS, -1, SPLIT_TRAIN);
    }
    // Those that no name says anything about: what was named alone, else all of them where no others have names.
    bool is_named = false;
    for (int i = 0; i < candidates->count; i++)
        is_named = is_named ||
                   (candidates->items[i].kind == PART_NPY_ANY && is_selected_itself(plan, candidates->items[i].entry));
    if (is_named)
        memset(plan->parts, 0, (size_t)plan->source->count * sizeof *plan->parts);
    for (int i = 0; i < candidates->count && (is_named || !has_train); i++) {
        const Candidate *candidate = &candidates->items[i];
        if (candidate->kind == PART_NPY_ANY && strcmp(candidate->group, group) == 0 &&
            (!is_named || is_selected_itself(plan, candidate->entry)))
            plan->parts[candidate->entry] = (Part){.kind = PART_NPY_ANY};
    }
    if (!is_named)
        say_rest(plan, candidates, group);
}

FormResult form_find_arrays(Plan *plan, Error *error)
{
    Candidates candidates = {NULL, 0};
    FormResult result = FORM_ABSENT;
    if (!expand_all(plan, error))
        return FORM_FAILED;
    for (int i = 0; i < plan->source->count; i++) {
        const SourceEntry *entry = &plan->source->entries[i];
        bool is_left_out;
        if (entry->kind == ENTRY_FOLDER ||
            (!form_ends_in(entry->path, ".npy") && !form_ends_in(entry->path, ".npy.gz")))
            continue;
        Candidate *candidate = form_add_candidate(plan, &candidates, i, error);
        if (!candidate) {
            free(candidates.items);
            return FORM_FAILED;
        }
        judge(plan->source, i, candidate, &is_left_out);
        if (is_left_out) {
            notices_add(plan->notices, "%s was left out: it is for validation, and there is a training and a test part",
                        entry->path);
            candidates.count--;
        }
    }
    const char *group = form_choose_group(plan, &candidates, &result, error);
    if (group) {
        take_group(plan, &candidates, group);
        result = FORM_FOUND;
    }
    free(candidates.items);
    return result;
}
