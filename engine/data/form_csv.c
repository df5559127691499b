// Tables: one .csv or .tsv file, or two that are named for training and test; their labels may be in tables of their
// own.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/form.h"

static bool is_table(const char *path)
{
    static const char *const endings[] = {".csv", ".csv.gz", ".tsv", ".tsv.gz"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (form_ends_in(path, endings[i]))
            return true;
    return false;
}

// Whether the word says that the labels are in a table of their own, or that only they are missing: x_train, y_train.
static bool take_kind(const char *word, size_t length, Candidate *out)
{
    static const struct {
        const char *word;
        PartKind kind;
    } words[] = {
        {"x", PART_CSV},      {"images", PART_CSV},        {"image", PART_CSV},        {"y", PART_CSV_LABELS},
        {"pixels", PART_CSV}, {"labels", PART_CSV_LABELS}, {"label", PART_CSV_LABELS}, {"targets", PART_CSV_LABELS}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == length && strncasecmp(word, words[i].word, length) == 0) {
            out->kind = words[i].kind;
            return true;
        }
    return false;
}

// The group is the folder and the name without its words for split and kind; of "train.csv" the folder alone. Where the
// name says nothing about the split the folder may: train/data.csv.
static void judge(const char *path, Candidate *out)
{
    int folder = form_folder_length(path);
    const char *name = path + (folder ? folder + 1 : 0);
    out->kind = PART_CSV;
    out->priority = form_ends_in(path, ".gz");
    int begin = folder;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    out->split = form_split_word(path + begin, (size_t)(folder - begin));
    if (out->split >= 0)
        folder = begin > 0 ? begin - 1 : 0;
    size_t used = (size_t)snprintf(out->group, sizeof out->group, "%.*s", folder, path);
    if (used >= sizeof out->group)
        used = sizeof out->group - 1;
    const size_t stem = strcspn(name, ".");
    for (size_t at = 0, length; at < stem; at += length + 1) {
        for (length = 0; at + length < stem && isalnum((unsigned char)name[at + length]); length++)
            ;
        const int split = form_split_word(name + at, length);
        if (split >= 0)
            out->split = split;
        else if (length > 0 && take_kind(name + at, length, out))
            continue;
        else if (length > 0 && used + length + 2 < sizeof out->group)
            used += (size_t)snprintf(out->group + used, sizeof out->group - used, "%s%.*s",
                                     used == (size_t)folder && used ? "/"
                                     : used                         ? "-"
                                                                    : "",
                                     (int)length, name + at);
    }
}

FormResult form_find_csv(Plan *plan, Error *error)
{
    Candidates candidates = {NULL, 0};
    FormResult result = FORM_ABSENT;
    bool has_split = false;
    for (int i = 0; i < plan->source->count; i++) {
        const SourceEntry *entry = &plan->source->entries[i];
        if (entry->kind == ENTRY_FOLDER || !is_table(entry->path))
            continue;
        Candidate *candidate = form_add_candidate(plan, &candidates, i, error);
        if (!candidate) {
            free(candidates.items);
            return FORM_FAILED;
        }
        judge(entry->path, candidate);
        has_split = has_split || candidate->split == SPLIT_TRAIN;
    }
    // Beside a training table others are something else (sample_submission.csv), unless they are named.
    for (int i = 0; has_split && !plan->selected && i < candidates.count; i++)
        if (candidates.items[i].split < 0)
            candidates.items[i--] = candidates.items[--candidates.count];
    const char *group = form_choose_group(plan, &candidates, &result, error);
    if (group) {
        if (!form_take(plan, &candidates, group, PART_CSV, SPLIT_TRAIN, SPLIT_TRAIN))
            (void)form_take(plan, &candidates, group, PART_CSV, -1, SPLIT_TRAIN);
        if (!form_take(plan, &candidates, group, PART_CSV_LABELS, SPLIT_TRAIN, SPLIT_TRAIN))
            (void)form_take(plan, &candidates, group, PART_CSV_LABELS, -1, SPLIT_TRAIN);
        if (form_take(plan, &candidates, group, PART_CSV, SPLIT_TEST, SPLIT_TEST))
            (void)form_take(plan, &candidates, group, PART_CSV_LABELS, SPLIT_TEST, SPLIT_TEST);
        result = FORM_FOUND;
    }
    free(candidates.items);
    return result;
}
