// Part file: what a new file is called until it has its name (new_file.h): .losslens-PID-N.part in the same folder,
// locked while it is open.
//
// One that is to outlive its program, to be gone on with by another, is called .losslens-NAME.unfinished instead.
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include <limits.h>

// Creates and locks the part of a file that is to be called path. Returns its descriptor, which the caller closes; -1
// with errno, and part "", on failure.
int part_file_create(char part[PATH_MAX], const char *path);

// Opens and locks the unfinished file of a file that is to be called path, or creates it: readable and writable, of any
// size. -1 with errno, and part "", on failure; EWOULDBLOCK: another program is at it.
int part_file_resume(char part[PATH_MAX], const char *path);

// Removes the parts in path's folder that nobody holds: those of killed programs.
void part_file_remove_dead(const char *path);
