// Waiting with inotify: on folders, since a file that is renamed into place is another one.
#include "files/watch.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { PLACES = 2, EVENTS = 4096 }; // where the path is, and where a link leads; bytes

typedef struct Place {
    int folder; // inotify's number of it, -1: none
    char name[NAME_MAX + 1];
} Place;

struct Watch {
    const char *path;
    int events, poke; // file descriptors
    Place places[PLACES];
    atomic_bool is_stopped;
};

static bool add_place(Watch *watch, Place *place, const char *path)
{
    char folder[FILE_FOLDER_MAX];
    file_name_folder(path, folder);
    const char *name = path + file_measure_folder(path);
    *place = (Place){.folder = -1};
    if (strlen(name) > NAME_MAX)
        return false;
    (void)strcpy(place->name, name);
    place->folder = inotify_add_watch(watch->events, folder,
                                      IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF);
    return place->folder >= 0;
}

// Where a link leads may change each time.
static void follow_link(Watch *watch)
{
    char real[PATH_MAX];
    watch->places[1] = (Place){.folder = -1};
    if (realpath(watch->path, real))
        (void)add_place(watch, &watch->places[1], real);
}

Watch *watch_create(const char *path, Error *error)
{
    Watch *watch = calloc(1, sizeof *watch);
    if (!watch) {
        error_set(error, "out of memory: watching %s", file_shorten_path(path));
        return NULL;
    }
    watch->path = path;
    watch->events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    watch->poke = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (watch->events < 0 || watch->poke < 0 || !add_place(watch, &watch->places[0], path)) {
        error_set(error, "%s cannot be watched: %s", file_shorten_path(path), strerror(errno));
        watch_destroy(watch);
        return NULL;
    }
    follow_link(watch);
    return watch;
}

void watch_destroy(Watch *watch)
{
    if (!watch)
        return;
    if (watch->events >= 0)
        (void)close(watch->events);
    if (watch->poke >= 0)
        (void)close(watch->poke);
    free(watch);
}

// What of the events is of the file; WATCH_NOTHING: none is. Creating alone says that a link may lead elsewhere.
static WatchEvent sort_events(Watch *watch, const char *events, size_t size)
{
    WatchEvent found = WATCH_NOTHING;
    bool has_moved = false;
    for (size_t at = 0; at + sizeof(struct inotify_event) <= size;) {
        struct inotify_event event;
        memcpy(&event, events + at, sizeof event);
        const char *name = events + at + sizeof event;
        at += sizeof event + event.len;
        if (event.mask & IN_Q_OVERFLOW)
            found = WATCH_WRITTEN; // it may have been among those that were lost
        if (event.wd == watch->places[0].folder && event.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED))
            return WATCH_GONE;
        for (int i = 0; i < PLACES; i++)
            if (event.wd == watch->places[i].folder && event.len > 0 && strcmp(name, watch->places[i].name) == 0) {
                has_moved = true;
                if (event.mask & (IN_CLOSE_WRITE | IN_MOVED_TO))
                    found = WATCH_WRITTEN;
            }
    }
    if (has_moved)
        follow_link(watch);
    return found;
}

static WatchEvent read_events(Watch *watch)
{
    _Alignas(struct inotify_event) char events[EVENTS];
    WatchEvent found = WATCH_NOTHING;
    ssize_t size;
    while ((size = read(watch->events, events, sizeof events)) > 0) {
        const WatchEvent event = sort_events(watch, events, (size_t)size);
        if (event == WATCH_GONE)
            return event;
        found = event == WATCH_WRITTEN ? event : found;
    }
    return found;
}

WatchEvent watch_wait(Watch *watch, int timeout_ms)
{
    struct pollfd files[] = {{watch->events, POLLIN, 0}, {watch->poke, POLLIN, 0}};
    while (!atomic_load(&watch->is_stopped)) {
        uint64_t pokes;
        const int ready = poll(files, 2, timeout_ms);
        if (ready == 0)
            return WATCH_NOTHING;
        const bool is_poked = read(watch->poke, &pokes, sizeof pokes) > 0;
        const WatchEvent event = read_events(watch);
        if (atomic_load(&watch->is_stopped))
            break;
        if (event != WATCH_NOTHING)
            return event;
        if (is_poked)
            return WATCH_WRITTEN;
    }
    return WATCH_STOPPED;
}

void watch_poke(Watch *watch)
{
    const uint64_t one = 1;
    if (write(watch->poke, &one, sizeof one) < 0)
        return; // it has been poked so often that it will not sleep anyway
}

void watch_stop(Watch *watch)
{
    atomic_store(&watch->is_stopped, true);
    watch_poke(watch);
}
