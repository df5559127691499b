// Watch: waits until another program has written a file: closed it after writing, or renamed another one into its
// place.
//
// Thread: one waits, any other may poke or stop it.
#pragma once
#include "engine.h"

typedef struct Watch Watch;

typedef enum WatchEvent {
    WATCH_WRITTEN, // or poked
    WATCH_NOTHING, // the time is over
    WATCH_STOPPED,
    WATCH_GONE // the file's folder is not there any more; once it is back, the file is watched as before
} WatchEvent;

// From now on nothing that is written is missed. The file need not be there, its folder must. Links, on the way there
// too, are followed to where they lead each time. NULL after a sentence.
Watch *watch_create(const char *path, Error *error);
void watch_destroy(Watch *watch); // nobody waits any more; NULL is allowed

// Waits at most timeout_ms, -1: as long as it takes. Costs nothing meanwhile.
WatchEvent watch_wait(Watch *watch, int timeout_ms);

void watch_poke(Watch *watch); // the wait under way, or the next one, ends as if the file had been written
void watch_stop(Watch *watch); // that and every other one ends with WATCH_STOPPED
