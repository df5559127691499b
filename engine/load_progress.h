// Load progress: how far something long has come, reading, training or measuring, told to who waits for it, and whether
// he still does.
//
// Thread: reports come from the thread that works.
#pragma once
#include <stdint.h>

#include "error.h"

typedef struct LoadProgress {
    // So many of so many bytes, files or batches; total 0: not known. False: stop.
    bool (*report)(void *context, uint64_t done, uint64_t total);
    void *context;
} LoadProgress;

// To be called every few MiB, or some ms, at least. NULL: nobody waits. False, with "cancelled" in error, where the
// work is to stop.
static inline bool load_progress_report(const LoadProgress *progress, uint64_t done, uint64_t total, Error *error)
{
    if (!progress || progress->report(progress->context, done, total))
        return true;
    return error_set(error, "cancelled");
}
