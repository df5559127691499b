// File: opening and reading regular files, and what sentences call them. Writing: new_file.h.
//
// Thread: no state; any thread.
#pragma once
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"

// The end of a path, short enough to leave room for the rest of a sentence; points into path.
const char *file_shorten_path(const char *path);

// The length of the folder's part of path, its last slash included; 0 where path is a bare name.
int file_measure_folder(const char *path);

// The folder that path is in, never empty.
enum { FILE_FOLDER_MAX = PATH_MAX + 1 };
void file_name_folder(const char *path, char folder[FILE_FOLDER_MAX]);

// What stands there, by its mode: "a folder", "a FIFO".
const char *file_name_kind(mode_t mode);

// Opens path for reading and stores its size; the caller closes it. Only a regular file will do, and nothing blocks.
// Returns -1 and fills error where that fails.
int file_open(const char *path, uint64_t *size, Error *error);

// Reads exactly size bytes from where fd stands; path is for the sentence.
bool file_read(int fd, void *bytes, size_t size, const char *path, Error *error);
