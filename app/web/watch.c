// Watching a file, in a page: no other program writes there. files/watch.h.
#include "files/watch.h"

Watch *watch_create(const char *path, Error *error)
{
    (void)error_set(error, "a page cannot watch %s: no other program writes files there", path);
    return NULL;
}

void watch_destroy(Watch *watch) { (void)watch; }

WatchEvent watch_wait(Watch *watch, int timeout_ms) { return (void)watch, (void)timeout_ms, WATCH_STOPPED; }

void watch_poke(Watch *watch) { (void)watch; }

void watch_stop(Watch *watch) { (void)watch; }
