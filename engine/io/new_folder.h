// New folder: a folder that is made for what is written into it and goes again where nothing came of it; and files in a
// folder that belong together.
//
// Thread: no state; any thread.
#pragma once
#include "io/new_file.h"

typedef struct NewFolder {
    char path[PATH_MAX];
    size_t kept; // of path, bytes: what was there before
} NewFolder;

// Makes a folder and those above it where they do not exist. False where that fails or something else is there; what
// was made is then gone again.
bool new_folder_make(NewFolder *folder, const char *path, Error *error);

// Removes those that were made, as far as they are empty. Also fine on a zeroed one.
void new_folder_remove(const NewFolder *folder);

// FOLDER/NAME. False where that is too long.
bool new_folder_join(char path[PATH_MAX], const char *folder, const char *name, Error *error);

enum { NEW_FILES_MAX = 640 };

// All of them are written before the first gets its name, and the last one gets it last: where it is missing beside
// others, the program was killed between two names.
typedef struct NewFiles {
    NewFolder folder;
    const char *const *names; // (count), borrowed
    int count;
    Naming naming;
    NewFile *files; // (count), owned
} NewFiles;

// Makes the folder and checks all names, each as new_file_check does. what: "a report", for the sentence about one that
// was cut off, which NAME_FORCED replaces. On failure nothing is left behind; else each path leads through
// new_files_publish or new_files_discard.
bool new_files_begin(NewFiles *files, const char *folder, const char *const *names, int count, Naming naming,
                     const char *what, Error *error);

// The file of that index, begun; to be finished by the caller. NULL on failure.
NewFile *new_files_add(NewFiles *files, int index, Error *error);

// Gives all of them, finished, their names. On failure they are gone again with the folders that were made, but for
// those that had replaced another.
bool new_files_publish(NewFiles *files, Error *error);
void new_files_discard(NewFiles *files); // also fine on a zeroed one
