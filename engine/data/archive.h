// Archive: the entries of a .zip (an .npz is one), .tar or .tar.gz, one after another, through libarchive.
//
// Bounded: a bomb (byte_reader.h) is refused, before it is unpacked where its header says so. Links are not followed.
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include "io/byte_reader.h"
#include "load_progress.h"

typedef enum EntryKind { ENTRY_FILE, ENTRY_FOLDER, ENTRY_OTHER } EntryKind; // OTHER: a link, a FIFO, a device

// Where an archive's bytes are: a file, or memory.
typedef struct ArchiveFile {
    const char *path; // also what sentences call it
    const uint8_t *bytes;
    size_t size;
} ArchiveFile;

typedef struct ArchiveEntry {
    const char *path; // without what would lead out of the archive
    EntryKind kind;
    uint64_t size;
    int ordinal;        // from 0
    ByteSource *source; // its bytes, for byte_reader_open_source; while it is visited
    void *source_context;
} ArchiveEntry;

// Whether a file that begins so is an archive; gzip: what it unpacks to begins as a tar file. from: nothing was read.
// False with a sentence on failure, too.
bool archive_is_known(const char *path, bool *is_archive, Error *error);

typedef bool ArchiveVisit(void *context, const ArchiveEntry *entry, Error *error);
bool archive_visit(const ArchiveFile *file, ArchiveVisit *visit, void *context, const LoadProgress *progress,
                   Error *error);
