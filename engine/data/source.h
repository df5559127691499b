// Source: where the files of a data set are, a folder or an archive: what there is, and its bytes.
//
// An archive is read in passing and never to the disk; what is in an archive that lies in another is read from memory,
// within bounds. Names are what the archive calls things and never lead anywhere.
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include "data/archive.h"
#include "io/byte_reader.h"
#include "load_progress.h"

typedef struct SourceEntry {
    char *path; // from the source's top, '/' between; behind that of the archive that has it
    EntryKind kind;
    uint64_t size; // unpacked; 0 in a folder
    int container; // the entry that is the archive that has it; -1: none
    int ordinal;   // among what that archive, or the source, has
} SourceEntry;

typedef struct Source {
    const char *path; // borrowed
    bool is_archive;
    SourceEntry *entries;
    int count, capacity;
} Source;

enum { SOURCE_ENTRIES_MAX = 1000000, SOURCE_NESTED_MAX = 256 << 20, SOURCE_PATH_MAX = 2 * PATH_MAX };

// What is in the folder, and up to depth - 1 folders below it, sorted by path; or in the archive, in its order. Hidden
// files are passed over. source_free in any case.
bool source_list_folder(Source *source, const char *path, int depth, const LoadProgress *progress, Error *error);
bool source_list_archive(Source *source, const char *path, const LoadProgress *progress, Error *error);
void source_free(Source *source);
void source_shorten(Source *source, int count); // forgets the entries from there on

// Adds what is in an entry that is an archive itself (.npz, .zip, ...) and lies in none.
bool source_expand(Source *source, int entry, const LoadProgress *progress, Error *error);

// The entry as sentences name it: the source's path, then its own.
void source_name(const Source *source, int entry, char name[SOURCE_PATH_MAX]);

// Opens one entry after another, those that are wanted (one bool each), in the order in which they lie, and calls visit
// with an open reader of which nothing was read.
typedef bool SourceVisit(void *context, int entry, ByteReader *from, Error *error);
bool source_read(const Source *source, const bool *wanted, SourceVisit *visit, void *context,
                 const LoadProgress *progress, Error *error);
