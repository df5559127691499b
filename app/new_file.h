// New file: a file that is written whole under another name in the same folder and then given its name, without ever
// replacing a file that is there (renameat2 with RENAME_NOREPLACE, or link and unlink where the file system lacks it).
//
// Thread: any; no state.
#pragma once
#include <limits.h>
#include <stdio.h>

#include "engine.h"

typedef struct NewFile {
    FILE *file;
    const char *path; // borrowed
    char part[PATH_MAX];
} NewFile;

bool new_file_open(NewFile *out, const char *path, Error *error);

// Closes it and gives it its name. reason: why what was to be written was not, NULL: it was. False leaves nothing
// behind.
bool new_file_finish(NewFile *file, const char *reason, Error *error);

// bytes as a whole file.
bool new_file_write(const char *path, const void *bytes, size_t size, Error *error);

// Makes a folder and those above it where they do not exist. False where that fails or something else is there.
bool new_file_make_folder(const char *folder, Error *error);

// Refuses, before long work, a name that is taken.
bool new_file_check(const char *path, Error *error);
