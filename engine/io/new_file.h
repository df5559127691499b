// New file: files are written whole or not at all, and nothing that exists is replaced unless that is what was asked
// for.
//
// The bytes go into a part, a file of its own (.losslens-PID-N.part) in the folder of the name that is wanted; the part
// gets the name once everything is on the disk. It is locked while somebody writes it, so that what a killed program
// left behind is known, and new_file_check removes it; but for one that is to be gone on with,
// .losslens-NAME.unfinished. Only regular files are ever replaced, and nothing ever waits for the other end of a FIFO.
// Thread: no state; any thread.
#pragma once
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"

// What happens where the name is taken.
typedef enum Naming {
    NAME_NEW,    // it is refused, whatever stands there: a file, a link, also one that leads nowhere
    NAME_FORCED, // a regular file is replaced and its mode kept; where a symbolic link leads to one, the link
                 // stays
    NAME_NEXT    // NAME-2.EXT is taken, or NAME-3.EXT, ..., the first that is free
} Naming;

// After new_file_begin succeeded, each path leads through new_file_publish or new_file_discard. Not to be copied.
typedef struct NewFile {
    int fd; // -1: none
    Naming naming;
    bool replaces;       // something stood there when it began
    char path[PATH_MAX]; // the name that it gets; NAME_NEXT: that it got
    char part[PATH_MAX]; // "" once it has it
} NewFile;

// Whether path can be written, and its name given; then removes what killed programs left in its folder. For before
// long work: it tries the folder out, but leaves no file there.
bool new_file_check(const char *path, Naming naming, Error *error);

bool new_file_begin(NewFile *file, const char *path, Naming naming, Error *error);
// Goes on with what new_file_keep left, here or in another run; *size: bytes that are there, after which new_file_put
// goes on. 0 where nothing was. Refused while another program is at it. file->fd can be read, too.
bool new_file_resume(NewFile *file, const char *path, Naming naming, uint64_t *size, Error *error);
bool new_file_put(NewFile *file, const void *bytes, size_t size, Error *error);

// The bytes are on the disk after it.
bool new_file_finish(NewFile *file, Error *error);

// Gives a finished file its name. On failure it is discarded.
bool new_file_publish(NewFile *file, Error *error);
// Leaves a resumed one for another new_file_resume; one that holds nothing goes.
void new_file_keep(NewFile *file);
// Throws away what is in a resumed one, which begins anew.
bool new_file_clear(NewFile *file, Error *error);
void new_file_discard(NewFile *file); // also fine after a failure of any of these, and on a zeroed one

// Finishes and publishes what is good and discards what is not: false without a sentence of its own then. Returns
// whether the file is there.
bool new_file_end(NewFile *file, bool is_good, Error *error);

// bytes as a whole file.
bool new_file_write(const char *path, Naming naming, const void *bytes, size_t size, Error *error);
