// Forms, what they share: names, groups of files that belong together, and which group is meant.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/form.h"
#include "io/file.h"

enum { LISTED_MAX = 6, LIST_SIZE = 320 };

int form_split_word(const char *word, size_t length)
{
    static const struct {
        const char *word;
        Split split;
    } words[] = {{"train", SPLIT_TRAIN}, {"training", SPLIT_TRAIN}, {"trn", SPLIT_TRAIN},
                 {"test", SPLIT_TEST},   {"testing", SPLIT_TEST},   {"t10k", SPLIT_TEST},
                 {"tst", SPLIT_TEST},    {"trainset", SPLIT_TRAIN}, {"trainingset", SPLIT_TRAIN},
                 {"testset", SPLIT_TEST}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == length && strncasecmp(word, words[i].word, length) == 0)
            return (int)words[i].split;
    return -1;
}

int form_folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (int)(slash - path) : 0;
}

bool form_ends_in(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcasecmp(text + length - tail, end) == 0;
}

bool form_is_selected(const Plan *plan, int entry)
{
    const size_t length = plan->selected ? strlen(plan->selected) : 0;
    const char *path = plan->source->entries[entry].path;
    return plan->selected && strncmp(path, plan->selected, length) == 0 && (!path[length] || path[length] == '/');
}

Candidate *form_add_candidate(const Plan *plan, Candidates *candidates, int entry, Error *error)
{
    const char *name = file_shorten_path(plan->source->path);
    if (candidates->count == FORM_CANDIDATES_MAX) {
        (void)error_set(error, "%s holds more than %d files that may be parts of a data set", name,
                        FORM_CANDIDATES_MAX);
        return NULL;
    }
    if ((candidates->count & (candidates->count - 1)) == 0) {
        const size_t room = candidates->count ? 2 * (size_t)candidates->count : 1;
        Candidate *items = realloc(candidates->items, room * sizeof *items);
        if (!items) {
            (void)error_set(error, "there is no memory for the files of %s", name);
            return NULL;
        }
        candidates->items = items;
    }
    Candidate *candidate = &candidates->items[candidates->count++];
    *candidate = (Candidate){.entry = entry, .split = -1};
    return candidate;
}

// ---- which group is meant -----------------------------------------------------------------------------------------

static bool has_images(const Candidate *candidate)
{
    return candidate->kind != PART_IDX_LABELS && candidate->kind != PART_NPY_LABELS &&
           candidate->kind != PART_CSV_LABELS && candidate->split != SPLIT_TEST;
}

static int measure_depth(const char *group)
{
    int depth = 0;
    for (; *group; group++)
        depth += *group == '/';
    return depth;
}

static bool is_group_selected(const Plan *plan, const Candidates *candidates, const char *group)
{
    for (int i = 0; i < candidates->count; i++)
        if (strcmp(candidates->items[i].group, group) == 0 && form_is_selected(plan, candidates->items[i].entry))
            return true;
    return !plan->selected;
}

// Whether it is the first candidate of a group that is meant and has images.
static bool opens_group(const Plan *plan, const Candidates *candidates, int index, int depth)
{
    const char *group = candidates->items[index].group;
    if (!has_images(&candidates->items[index]) || (depth >= 0 && measure_depth(group) != depth))
        return false;
    for (int i = 0; i < index; i++)
        if (has_images(&candidates->items[i]) && strcmp(candidates->items[i].group, group) == 0)
            return false;
    return is_group_selected(plan, candidates, group);
}

static const char *refuse_several(const Plan *plan, const Candidates *candidates, int depth, Error *error)
{
    char list[LIST_SIZE] = "", name[SOURCE_PATH_MAX] = "";
    int count = 0;
    for (int i = 0; i < candidates->count; i++) {
        if (!opens_group(plan, candidates, i, depth))
            continue;
        const size_t used = strlen(list);
        const char *group = candidates->items[i].group;
        if (count++ < LISTED_MAX && used + strlen(group) + 16 < sizeof list)
            (void)snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "",
                           *group ? group : "one without a name");
        else if (used + 8 < sizeof list && !form_ends_in(list, "..."))
            (void)snprintf(list + used, sizeof list - used, ", ...");
        if (!*name)
            source_name(plan->source, candidates->items[i].entry, name);
    }
    (void)error_set(error, "%s holds %d data sets: %s; one of them is named by a file of it: --data %s",
                    file_shorten_path(plan->source->path), count, list, file_shorten_path(name));
    return NULL;
}

static int compare_candidates(const void *a, const void *b)
{
    const Candidate *x = a, *y = b;
    const int order = strcmp(x->group, y->group);
    return order ? order : x->entry - y->entry;
}

const char *form_choose_group(const Plan *plan, Candidates *candidates, FormResult *result, Error *error)
{
    int depth = -1, count = 0;
    const char *group = NULL;
    if (candidates->count > 0)
        qsort(candidates->items, (size_t)candidates->count, sizeof *candidates->items, compare_candidates);
    for (int i = 0; i < candidates->count; i++) {
        const int here = measure_depth(candidates->items[i].group);
        if (!opens_group(plan, candidates, i, -1) || (group && here > depth))
            continue;
        count = group && here == depth ? count + 1 : 1;
        depth = here;
        group = candidates->items[i].group;
    }
    *result = count > 1 ? FORM_FAILED : FORM_ABSENT;
    return count > 1 ? refuse_several(plan, candidates, depth, error) : group;
}

bool form_take(Plan *plan, const Candidates *candidates, const char *group, PartKind kind, int split, Split as)
{
    const Candidate *best = NULL;
    for (int i = 0; i < candidates->count; i++) {
        const Candidate *candidate = &candidates->items[i];
        if (candidate->kind == kind && candidate->split == split && strcmp(candidate->group, group) == 0 &&
            (!best || candidate->priority < best->priority))
            best = candidate;
    }
    if (best)
        plan->parts[best->entry] = (Part){.kind = kind, .split = as};
    return best != NULL;
}
