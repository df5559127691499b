// Load progress: how far a reader has come, told to who waits for it, and whether he still does.
//
// Thread: reports come from the thread that reads.
#pragma once
#include <stdint.h>

#include "error.h"

typedef struct LoadProgress {
    // So many of so many bytes or files; total 0: not known. False: stop.
    bool (*report)(void *context, uint64_t done, uint64_t total);
    void *context;
} LoadProgress;

// To be called every few MiB at least. NULL: nobody waits. False, with "cancelled" in error, where the reader is to
// stop.
static inline bool load_progress_report(const LoadProgress *progress, uint64_t done, uint64_t total, Error *error)
{
    if (!progress || progress->report(progress->context, done, total))
        return true;
    return error_set(error, "cancelled");
}
