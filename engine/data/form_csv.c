// Tables: one .csv or .tsv file, or two that are named for training and test.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/form.h"

static bool is_table(const char *path)
{
    static const char *const endings[] = {".csv", ".csv.gz", ".tsv", ".tsv.gz"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (form_ends_in(path, endings[i]))
            return true;
    return false;
}

// The group is the folder and the name without its word for the split; of "train.csv" the folder alone.
static void judge(const char *path, Candidate *out)
{
    const int folder = form_folder_length(path);
    const char *name = path + (folder ? folder + 1 : 0);
    size_t used = (size_t)snprintf(out->group, sizeof out->group, "%.*s", folder, path);
    out->kind = PART_CSV;
    out->priority = form_ends_in(path, ".gz");
    if (used >= sizeof out->group)
        used = sizeof out->group - 1;
    const size_t stem = strcspn(name, ".");
    for (size_t at = 0, length; at < stem; at += length + 1) {
        for (length = 0; at + length < stem && isalnum((unsigned char)name[at + length]); length++)
            ;
        const int split = form_split_word(name + at, length);
        if (split >= 0)
            out->split = split;
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
        (void)form_take(plan, &candidates, group, PART_CSV, SPLIT_TEST, SPLIT_TEST);
        result = FORM_FOUND;
    }
    free(candidates.items);
    return result;
}
