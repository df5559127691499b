// Known sets: the public data sets that can be got by name; what their files are, where they come from and where they
// lie once they are here.
//
// The sets' files have the same names in all of them: size and SHA-256 say which one a file is of.
// To add one: a row in known_sets.c, with the four files' sizes and sums.
// Thread: constants and the file system; any thread.
#pragma once
#include <limits.h>
#include <stdint.h>

#include "data/dataset.h"
#include "error.h"

enum { KNOWN_SET_FILES = 4, KNOWN_SET_MIRRORS = 4, KNOWN_SET_NAME_MAX = 64, SHA256_TEXT = 65 };

// A gzip file.
typedef struct KnownFile {
    const char *name;
    uint64_t size;
    const char *sha256;       // of the file as it is fetched, in hexadecimal
    const char *plain_sha256; // of what it unpacks to; NULL: not known
} KnownFile;

typedef struct KnownMirror {
    const char *url;    // ends in '/', the file's name follows; NULL: no further one
    bool is_plain_http; // it has no HTTPS: allowed since the sums are pinned
} KnownMirror;

typedef struct KnownSet {
    const char *key, *label;                // "mnist", "MNIST"
    const char *licence;                    // a line
    KnownMirror mirrors[KNOWN_SET_MIRRORS]; // in the order in which they are tried
    KnownFile files[KNOWN_SET_FILES];
} KnownSet;

int known_set_count(void);
const KnownSet *known_set_get(int index);
const KnownSet *known_set_find(const char *key); // NULL if absent
uint64_t known_set_size(const KnownSet *set);    // of all its files, in bytes

// Where a set's files belong: losslens/KEY in the XDG data folder. False where the environment names none.
bool known_set_folder(const KnownSet *set, char folder[PATH_MAX], Error *error);

// Whether the folder has all the set's files, told by name and size alone; their sums were checked when they came.
bool known_set_is_in(const KnownSet *set, const char *folder);

// What a name on the command line stands for: the folder of a known set, or any other name itself. False, with a
// sentence that says how to get it, where the set is not here yet.
bool known_sets_find_folder(const char *name, char path[PATH_MAX], Error *error);

// Which set this is, by its sums: those of its four IDX files, plain or packed by anybody, in whatever folder they were
// found; else those of what they would hold, where it was read from something else and nothing was done to it. NULL:
// none that is known. Looks at the smallest part first, and at no more where that is of none of them.
const KnownSet *known_sets_recognise(const Dataset *dataset);

// The sets that there are: a row for each known one, here or not, then the other folders in the data folder, by name.
// Returns how many.
typedef struct FoundSet {
    char name[KNOWN_SET_NAME_MAX]; // to be shown: a line of UTF-8
    char folder[PATH_MAX];         // where it is, or would be; "" where the environment names no place
    const KnownSet *known;         // NULL: somebody put it there
    bool is_here;
} FoundSet;
enum { FOUND_SETS_MAX = 24 };
int known_sets_list(FoundSet sets[FOUND_SETS_MAX]);

// The SHA-256 of what fd holds from its beginning, in hexadecimal. False where it cannot be read.
bool known_sets_sum_file(int fd, char text[SHA256_TEXT]);
