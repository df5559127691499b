// Sets: the data sets that can be opened by name or got from the network, as the menu of them shows it; and the one
// that is being got, on a job's thread. Nothing is got that was not asked for.
//
// Thread: the UI thread; part of App.
#pragma once
#include "engine.h"

typedef struct SetsJob SetsJob; // one that is being got

typedef struct Sets {
    FoundSet rows[FOUND_SETS_MAX]; // as they were when the menu was opened, or one came since
    int count;
    bool is_seen;         // the menu has been open since they were looked at
    SetsJob *job;         // NULL: none is being got
    int fetching;         // its row
    uint64_t done, total; // of its bytes
    Error message;        // what came of the last one; empty: nothing to say
    bool has_failed;      // it says why
} Sets;

// What the menu shows, looked at anew when it opens. True where a set has come, or failed to: then message says so.
bool sets_compose(Sets *sets, bool is_open);

// Gets the set of this row, one at a time; wake, as in job.h, when there is something new. What is got already, or when
// another one is, is left alone.
void sets_fetch(Sets *sets, int row, void (*wake)(void *context), void *wake_context);
void sets_cancel(Sets *sets); // what came is gone on with the next time
void sets_free(Sets *sets);   // cancels, and waits for the end
