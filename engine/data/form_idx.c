// IDX files: [PREFIX-]{train,t10k,test}-{images,labels}-idxN-TYPE[.gz], '-', '.' or '_' between, or a part of what
// follows "images"; or in a folder of the file's own name.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/dataset_files.h"
#include "data/form.h"
#include "io/file.h"

enum { PRIORITY_DOT = 1, PRIORITY_GZIP = 2, PRIORITY_FOLDER = 4, PRIORITY_LOOSE = 16 };

static bool is_separator(char c) { return c == '-' || c == '.' || c == '_'; }

// Whether what follows is one of the words, which is passed.
static bool take_word(const char **text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(words[i]);
        if (strncasecmp(*text, words[i], length) == 0 && !isalnum((unsigned char)(*text)[length])) {
            *text += length;
            return true;
        }
    }
    return false;
}

// "idx3-ubyte", "idx2-int" and their like or a part of it, what file managers add to a copy, and ".gz" behind.
// is_loose: less than the whole.
static bool is_type(const char *text, int *priority, bool *is_loose)
{
    static const char *const words[] = {"idx1", "idx2", "idx3", "idx4", "idx", "ubyte", "byte", "int", "float", "copy"};
    static const char *const gzip[] = {"gz"};
    bool is_packed = false;
    if (!*text)
        return false;
    *is_loose = strncasecmp(text, "idx", 3) != 0 || !isdigit((unsigned char)text[3]) || !is_separator(text[4]);
    if (!*is_loose) { // any type, as IDX has more than those
        for (text += 5; isalnum((unsigned char)*text);)
            text++;
        if (is_separator(*text) || *text == ' ')
            text++;
    }
    while (*text) {
        if (*text == '(' && isdigit((unsigned char)text[1]) && text[2] == ')')
            text += 3;
        else if (take_word(&text, gzip, 1))
            is_packed = true;
        else if (!take_word(&text, words, sizeof words / sizeof *words))
            return false;
        if (is_packed && *text)
            return false;
        if (is_separator(*text) || *text == ' ')
            text++;
    }
    *priority += (is_packed ? PRIORITY_GZIP : 0) + (*is_loose ? PRIORITY_LOOSE : 0);
    return true;
}

// Whether the name is one; then fills kind, split, priority and appends the prefix, with a slash, to the group.
static bool parse_name(const char *name, bool is_folder, Candidate *out)
{
    static const struct {
        const char *word;
        PartKind kind;
    } words[] = {{"images", PART_IDX_IMAGES}, {"labels", PART_IDX_LABELS}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *word = strcasestr(name, words[i].word), *type = word ? word + strlen(words[i].word) : NULL;
        int priority = 0;
        bool is_loose;
        if (!word || !is_separator(*type) || !is_type(type + 1, &priority, &is_loose) || (is_folder && is_loose) ||
            (word > name && !is_separator(word[-1])))
            continue;
        out->kind = words[i].kind;
        out->priority = priority + (*type == '-' ? 0 : PRIORITY_DOT);
        size_t end = word > name ? (size_t)(word - name) - 1 : 0, begin = end;
        while (begin > 0 && !is_separator(name[begin - 1]))
            begin--;
        out->split = form_split_word(name + begin, end - begin);
        if (out->split >= 0)
            end = begin > 0 ? begin - 1 : 0;
        const size_t used = strlen(out->group);
        if (end > 0)
            (void)snprintf(out->group + used, sizeof out->group - used, "%s%.*s", used ? "/" : "", (int)end, name);
        return true;
    }
    return false;
}

static bool parse_entry(const SourceEntry *entry, Candidate *out)
{
    Candidate folder = {.split = -1};
    const int length = form_folder_length(entry->path);
    const char *name = entry->path + (length ? length + 1 : 0);
    char above[FORM_GROUP_SIZE] = "";
    if (length >= FORM_GROUP_SIZE)
        return false;
    (void)snprintf(above, sizeof above, "%.*s", length, entry->path);
    const int outer = form_folder_length(above);
    const bool is_own = parse_name(above + (outer ? outer + 1 : 0), true, &folder) && entry->kind != ENTRY_FOLDER;
    (void)snprintf(out->group, sizeof out->group, "%.*s", is_own ? outer : length, entry->path);
    if (!parse_name(name, entry->kind == ENTRY_FOLDER, out))
        return false;
    out->priority += entry->kind == ENTRY_FOLDER ? 2 * PRIORITY_FOLDER : is_own ? PRIORITY_FOLDER : 0;
    return true;
}

static FormResult refuse_absent(const Plan *plan, bool test, Error *error)
{
    char dash[DATASET_NAME_MAX], dot[DATASET_NAME_MAX];
    dataset_spell_file(dash, test, IDX_IMAGES, 0);
    dataset_spell_file(dot, test, IDX_IMAGES, 1);
    (void)error_set(error, "%s%s has no %s images: neither %s nor %s was found, with or without .gz",
                    plan->source->is_archive ? "" : "the folder ", file_shorten_path(plan->source->path),
                    test ? "test" : "training", dash, dot);
    return FORM_FAILED;
}

// Whether there are such files, and one of them was named where anything was.
static bool is_meant(const Plan *plan, const Candidates *candidates)
{
    for (int i = 0; plan->selected && i < candidates->count; i++)
        if (form_is_selected(plan, candidates->items[i].entry))
            return true;
    return !plan->selected && candidates->count > 0;
}

FormResult form_find_idx(Plan *plan, Error *error)
{
    Candidates candidates = {NULL, 0};
    const Source *source = plan->source;
    FormResult result = FORM_ABSENT;
    for (int i = 0; i < source->count; i++) {
        Candidate candidate = {.entry = i, .split = -1};
        if (!parse_entry(&source->entries[i], &candidate))
            continue;
        if (source->entries[i].kind == ENTRY_FOLDER && !plan->is_deep) { // the file may be in it
            free(candidates.items);
            return FORM_ABSENT;
        }
        Candidate *added = form_add_candidate(plan, &candidates, i, error);
        if (!added) {
            free(candidates.items);
            return FORM_FAILED;
        }
        *added = candidate;
    }
    const char *group = form_choose_group(plan, &candidates, &result, error);
    if (group) {
        const bool has_train = form_take(plan, &candidates, group, PART_IDX_IMAGES, SPLIT_TRAIN, SPLIT_TRAIN);
        const int train = has_train ? SPLIT_TRAIN : -1; // one set without a word for its split
        if (!has_train)
            (void)form_take(plan, &candidates, group, PART_IDX_IMAGES, -1, SPLIT_TRAIN);
        (void)form_take(plan, &candidates, group, PART_IDX_LABELS, train, SPLIT_TRAIN);
        if (form_take(plan, &candidates, group, PART_IDX_IMAGES, SPLIT_TEST, SPLIT_TEST))
            (void)form_take(plan, &candidates, group, PART_IDX_LABELS, SPLIT_TEST, SPLIT_TEST);
        result = FORM_FOUND;
    } else if (result == FORM_ABSENT && is_meant(plan, &candidates)) {
        result = refuse_absent(plan, false, error);
    }
    free(candidates.items);
    return result;
}
