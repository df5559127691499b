// The names of a dataset's files, which dataset_open and dataset_export share.
//
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include <limits.h>

#include "data/idx.h"
#include "error.h"

enum { DATASET_NAME_MAX = 64, DATASET_SPELLINGS = 4, DATASET_GZIP_SPELLING = 2 };

// One file's name under one of its spellings, the plain ones first.
void dataset_spell_file(char name[DATASET_NAME_MAX], bool test, IdxKind kind, int spelling);

// Stores the path of the first spelling that the folder has anything under, even a dangling link; "" where it has none.
bool dataset_find_file(char path[PATH_MAX], const char *folder, bool test, IdxKind kind, Error *error);
