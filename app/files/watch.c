// Waiting with inotify: on folders, since a file that is renamed into place is another one. Watched are the file's own
// folder, each that holds a link on the way there, since that may lead elsewhere the next time, and, where the way
// ends, the last one that is there, in which what is missing may come back.
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
#include <sys/stat.h>
#include <unistd.h>

enum { PLACES_MAX = 16, EVENTS = 4096 }; // bytes

typedef struct Place {
    int folder; // inotify's number of it
    char name[NAME_MAX + 1];
    bool is_file; // and not a link or a folder on the way there
} Place;

struct Watch {
    char path[PATH_MAX]; // from the root on
    int events, poke;    // file descriptors
    Place places[PLACES_MAX];
    int place_count;
    bool is_whole; // the file's own folder is there
    atomic_bool is_stopped;
};

// ---- places -------------------------------------------------------------------------------------------------------

// path: of the file or link, whose folder is watched. False with errno.
static bool add_place(Watch *watch, const char *path, bool is_file)
{
    char folder[FILE_FOLDER_MAX];
    const char *name = path + file_measure_folder(path);
    if (strlen(name) > NAME_MAX || watch->place_count == PLACES_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    file_name_folder(path, folder);
    Place *place = &watch->places[watch->place_count];
    place->folder = inotify_add_watch(watch->events, folder,
                                      IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF);
    place->is_file = is_file;
    (void)strcpy(place->name, name);
    watch->place_count += place->folder >= 0;
    return place->folder >= 0;
}

// Where a link leads, or would lead.
static void follow_link(Watch *watch, const char *link, bool is_file)
{
    char real[PATH_MAX], target[PATH_MAX];
    if (realpath(link, real)) {
        (void)add_place(watch, real, is_file);
        return;
    }
    const ssize_t length = readlink(link, target, sizeof target - 1);
    if (length <= 0)
        return;
    target[length] = 0;
    const int folder = target[0] == '/' ? 0 : file_measure_folder(link),
              written = snprintf(real, sizeof real, "%.*s%s", folder, link, target);
    if (written > 0 && written < (int)sizeof real)
        (void)add_place(watch, real, is_file);
}

// A file, link or folder on the way; false where the way ends there.
static bool pass_part(Watch *watch, const char *part, bool is_last)
{
    struct stat status;
    bool is_there = lstat(part, &status) == 0;
    if (is_last || !is_there || S_ISLNK(status.st_mode)) {
        if (!add_place(watch, part, is_last) && is_last)
            return false;
        is_there = lstat(part, &status) == 0; // it may have come meanwhile
        if (is_there && S_ISLNK(status.st_mode))
            follow_link(watch, part, is_last);
    }
    return is_there || is_last;
}

static bool walk(Watch *watch)
{
    char part[PATH_MAX] = "";
    for (const char *at = watch->path; *at;) {
        at += strspn(at, "/");
        at += strcspn(at, "/");
        (void)snprintf(part, sizeof part, "%.*s", (int)(at - watch->path), watch->path);
        if (!(watch->is_whole = pass_part(watch, part, !*at)))
            return false;
    }
    return true;
}

// False with errno where the file's own folder is not there. What was watched before and still is loses no event.
static bool look_out(Watch *watch)
{
    int before[PLACES_MAX];
    const int count = watch->place_count;
    for (int i = 0; i < count; i++)
        before[i] = watch->places[i].folder;
    watch->place_count = 0;
    const bool is_whole = walk(watch);
    const int problem = errno;
    for (int i = 0; i < count; i++) {
        bool is_kept = false;
        for (int j = 0; j < watch->place_count; j++)
            is_kept |= watch->places[j].folder == before[i];
        if (!is_kept)
            (void)inotify_rm_watch(watch->events, before[i]);
    }
    errno = problem;
    return is_whole;
}

// Makes it a path from the root on.
static bool set_path(Watch *watch, const char *path)
{
    char here[PATH_MAX] = "";
    if (path[0] != '/' && !getcwd(here, sizeof here))
        return false;
    const int written = snprintf(watch->path, sizeof watch->path, "%s%s%s", here, here[0] ? "/" : "", path);
    errno = ENAMETOOLONG;
    return written < (int)sizeof watch->path;
}

// ---- the watch ----------------------------------------------------------------------------------------------------

Watch *watch_create(const char *path, Error *error)
{
    Watch *watch = calloc(1, sizeof *watch);
    if (!watch) {
        error_set(error, "out of memory: watching %s", file_shorten_path(path));
        return NULL;
    }
    watch->events = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    watch->poke = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (watch->events < 0 || watch->poke < 0 || !set_path(watch, path) || !look_out(watch)) {
        error_set(error, "%s cannot be watched: %s", file_shorten_path(path), strerror(errno));
        watch_destroy(watch);
        return NULL;
    }
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

// What of some events concerns the file.
typedef struct News {
    bool is_written; // it is whole
    bool is_linked;  // it has its name by a new link, so that it may be whole
    bool is_moved;   // the way there is another one
} News;

static void note_event(const Watch *watch, const struct inotify_event *event, const char *name, News *news)
{
    for (int i = 0; i < watch->place_count; i++) {
        const Place *place = &watch->places[i];
        if (event->wd != place->folder)
            continue;
        news->is_moved |= (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0;
        if (event->len == 0 || strcmp(name, place->name) != 0)
            continue;
        news->is_written |= place->is_file && event->mask & (IN_CLOSE_WRITE | IN_MOVED_TO);
        news->is_linked |= place->is_file && event->mask & IN_CREATE;
        news->is_moved |= !place->is_file && event->mask & (IN_CREATE | IN_MOVED_TO);
    }
}

static void read_events(const Watch *watch, News *news)
{
    _Alignas(struct inotify_event) char events[EVENTS];
    ssize_t size;
    while ((size = read(watch->events, events, sizeof events)) > 0)
        for (size_t at = 0; at + sizeof(struct inotify_event) <= (size_t)size;) {
            struct inotify_event event;
            memcpy(&event, events + at, sizeof event);
            note_event(watch, &event, events + at + sizeof event, news);
            news->is_moved |= (event.mask & IN_Q_OVERFLOW) != 0; // it may have been among those that were lost
            at += sizeof event + event.len;
        }
}

// A file that is created is empty at first, but for one that was there before under another name.
static bool is_link(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && (S_ISLNK(status.st_mode) || status.st_nlink > 1);
}

static WatchEvent sort_news(Watch *watch, const News *news)
{
    struct stat status;
    const bool was_whole = watch->is_whole;
    if (news->is_moved || news->is_linked || news->is_written) // whatever has its name may be a link now
        (void)look_out(watch);
    if (!watch->is_whole)
        return was_whole ? WATCH_GONE : WATCH_NOTHING;
    const bool is_new = news->is_moved || (news->is_linked && is_link(watch->path));
    return news->is_written || (is_new && stat(watch->path, &status) == 0) ? WATCH_WRITTEN : WATCH_NOTHING;
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
        News news = {0};
        read_events(watch, &news);
        const WatchEvent event = sort_news(watch, &news);
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
