// Form: one of the forms in which data sets are handed around: which of a source's files make up the set, told from
// their names alone, and how each is read.
//
// Internal to the engine. Thread: no state; any thread.
// To add one: a row in forms.c and its function, with the kinds of its parts here and in form_read.c.
#pragma once
#include "data/intake.h"
#include "data/source.h"

typedef enum PartKind {
    PART_NONE,
    PART_IDX_IMAGES,
    PART_IDX_LABELS,
    PART_NPY_IMAGES,
    PART_NPY_LABELS,
    PART_NPY_ANY, // its shape says which
    PART_CSV,
    PART_CSV_LABELS,
    PART_PICTURE,
    PART_KINDS
} PartKind;

// What an entry of the source is to the set.
typedef struct Part {
    PartKind kind;
    Split split;
    int place; // of a picture among those of its split
    int32_t label;
} Part;

typedef struct Plan {
    Source *source;
    bool is_deep;                 // the folders below were looked at, too
    const char *selected;         // what was named, a file or a folder in the source; NULL: nothing
    Part *parts;                  // (source->count); NULL before a form was found
    int counts[SPLIT_COUNT];      // pictures
    bool has_labels[SPLIT_COUNT]; // pictures
    Notices *notices;
    const LoadProgress *progress;
} Plan;

typedef enum FormResult { FORM_ABSENT, FORM_FOUND, FORM_FAILED } FormResult;

typedef FormResult FindForm(Plan *plan, Error *error);
FindForm form_find_idx, form_find_arrays, form_find_csv, form_find_pictures;

// Finds the first form that is there. ABSENT: error is untouched.
FormResult form_find(Plan *plan, Error *error);

// The file in a folder that was named, told by its bytes where no form knows its name. Never ABSENT.
FormResult form_find_by_bytes(Plan *plan, Error *error);

bool form_read(const Plan *plan, Intake *intake, Error *error);

// ---- what the forms share (form_names.c) --------------------------------------------------------------------------

enum { FORM_CANDIDATES_MAX = 4096, FORM_GROUP_SIZE = 512 };

// An entry that may be a part, and the set that it would be of: a folder and what the names of its parts begin with.
typedef struct Candidate {
    int entry;
    char group[FORM_GROUP_SIZE];
    int split; // Split; -1: its name does not say
    PartKind kind;
    int priority; // of several that could be the same part the least is taken
} Candidate;

typedef struct Candidates {
    Candidate *items; // free
    int count;
} Candidates;

// Room for one more, its group "" and its split -1; NULL after a sentence.
Candidate *form_add_candidate(const Plan *plan, Candidates *candidates, int entry, Error *error);

// The group that is nearest to the top, or has what was selected, and has training images; NULL where there is none,
// with *result ABSENT, or where there are several, with FAILED and a sentence that lists them. Sorts the candidates.
const char *form_choose_group(const Plan *plan, Candidates *candidates, FormResult *result, Error *error);

// Makes the best candidate of this group, kind and split (-1: no split) a part. False: there is none.
bool form_take(Plan *plan, const Candidates *candidates, const char *group, PartKind kind, int split, Split as);

// "train" and its like; -1: none of them.
int form_split_word(const char *word, size_t length);

// What is in front of the name in a path, its last slash not included.
int form_folder_length(const char *path);

bool form_ends_in(const char *text, const char *end); // whatever the case
bool form_is_selected(const Plan *plan, int entry);
