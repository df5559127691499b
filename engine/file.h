// File: opening regular files without surprises, and writing files whole or not at all.
//
// Thread: no state; any thread.
#pragma once
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

// The end of a path, short enough to leave room for the rest of a sentence; points into path.
const char *file_shorten_path(const char *path);

// Opens path for reading and stores its size; the caller closes it. Only a regular file will do, and nothing blocks.
// Returns -1 and fills error where that fails.
int file_open(const char *path, uint64_t *size, Error *error);

// Reads exactly size bytes from where fd stands; path is for the sentence.
bool file_read(int fd, void *bytes, size_t size, const char *path, Error *error);

// A file on its way to becoming `target`, under a name of its own in the same folder. After draft_begin succeeded, each
// path leads through draft_publish or draft_discard.
typedef struct Draft {
    int fd; // -1 once finished
    char path[PATH_MAX];
    char target[PATH_MAX];
} Draft;

bool draft_begin(Draft *draft, const char *target, Error *error);
bool draft_write(Draft *draft, const void *bytes, size_t size, Error *error);

// Puts the bytes on the disk and closes the file, which still has its own name.
bool draft_finish(Draft *draft, Error *error);

// Gives the finished file its name. Where replace is false, a file that is already there is an error and stays as it
// is. On failure the draft is discarded.
bool draft_publish(Draft *draft, bool replace, Error *error);
void draft_discard(Draft *draft);
