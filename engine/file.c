// File: see file.h.
#include "file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN_PATH_MAX = 200, DRAFT_TRIES = 1000 };

const char *file_shorten_path(const char *path)
{
    size_t length = strlen(path);
    if (length <= SHOWN_PATH_MAX)
        return path;
    const char *tail = path + length - SHOWN_PATH_MAX;
    while (((unsigned char)*tail & 0xc0) == 0x80) // never begin inside a UTF-8 character
        tail++;
    return tail;
}

static bool refuse_missing(const char *path, int reason, Error *error)
{
    struct stat link;
    char target[SHOWN_PATH_MAX];
    ssize_t length = -1;
    if (reason == ENOENT && lstat(path, &link) == 0 && S_ISLNK(link.st_mode))
        length = readlink(path, target, sizeof target);
    if (length >= 0) {
        return error_set(error, "%s is a symbolic link to %.*s, which does not exist", file_shorten_path(path),
                         (int)length, target);
    }
    return error_set(error, "%s cannot be opened for reading: %s", file_shorten_path(path), strerror(reason));
}

static const char *name_kind(mode_t mode)
{
    return S_ISDIR(mode) ? "a folder" : S_ISFIFO(mode) ? "a FIFO" : S_ISSOCK(mode) ? "a socket" : "a device";
}

int file_open(const char *path, uint64_t *size, Error *error)
{
    // Looked at before it is opened, since opening a device may already do something; and again after, since the name
    // may stand for something else by then. O_NONBLOCK keeps a FIFO from waiting for its writer.
    struct stat status;
    if (stat(path, &status) != 0) {
        (void)refuse_missing(path, errno, error);
        return -1;
    }
    int fd = -1;
    if (S_ISREG(status.st_mode)) {
        fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &status) != 0) {
            (void)refuse_missing(path, errno, error);
            if (fd >= 0)
                (void)close(fd);
            return -1;
        }
    }
    if (!S_ISREG(status.st_mode)) {
        (void)error_set(error, "%s is %s where a regular file was expected", file_shorten_path(path),
                        name_kind(status.st_mode));
        if (fd >= 0)
            (void)close(fd);
        return -1;
    }
    *size = (uint64_t)status.st_size;
    return fd;
}

bool file_read(int fd, void *bytes, size_t size, const char *path, Error *error)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = read(fd, (char *)bytes + done, size - done);
        if (got > 0)
            done += (size_t)got;
        else if (got == 0)
            return error_set(error, "%s became shorter while it was read", file_shorten_path(path));
        else if (errno != EINTR)
            return error_set(error, "%s cannot be read: %s", file_shorten_path(path), strerror(errno));
    }
    return true;
}

// The length of the folder's part of path, its last slash included; 0 where path is a bare name.
static int measure_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (int)(slash - path) + 1 : 0;
}

bool draft_begin(Draft *draft, const char *target, Error *error)
{
    draft->fd = -1;
    draft->path[0] = '\0';
    if (strlen(target) >= sizeof draft->target) {
        return error_set(error, "%s cannot be written: its path is longer than %zu bytes", file_shorten_path(target),
                         sizeof draft->target - 1);
    }
    (void)strcpy(draft->target, target);
    // Not mkstemp: its files are for the owner alone, whatever the umask says.
    for (int i = 0; i < DRAFT_TRIES && draft->fd < 0; i++) {
        int length = snprintf(draft->path, sizeof draft->path, "%.*s.losslens-%ld-%d.part", measure_folder(target),
                              target, (long)getpid(), i);
        if (length < 0 || (size_t)length >= sizeof draft->path) {
            errno = ENAMETOOLONG;
            break;
        }
        draft->fd = open(draft->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (draft->fd < 0 && errno != EEXIST)
            break;
    }
    return draft->fd >= 0 || error_set(error, "%s cannot be written: %s", file_shorten_path(target), strerror(errno));
}

bool draft_write(Draft *draft, const void *bytes, size_t size, Error *error)
{
    assert(draft->fd >= 0);
    size_t done = 0;
    while (done < size) {
        ssize_t put = write(draft->fd, (const char *)bytes + done, size - done);
        if (put >= 0)
            done += (size_t)put;
        else if (errno != EINTR)
            return error_set(error, "%s cannot be written: %s", file_shorten_path(draft->target), strerror(errno));
    }
    return true;
}

bool draft_finish(Draft *draft, Error *error)
{
    assert(draft->fd >= 0);
    // Some file systems have no fsync; that is no reason to refuse them.
    bool synced = fsync(draft->fd) == 0 || errno == EINVAL || errno == ENOTSUP;
    int reason = errno;
    bool closed = close(draft->fd) == 0;
    reason = synced ? errno : reason;
    draft->fd = -1;
    return (synced && closed) ||
           error_set(error, "%s cannot be written: %s", file_shorten_path(draft->target), strerror(reason));
}

static bool name_draft(const Draft *draft, bool replace)
{
    if (replace)
        return rename(draft->path, draft->target) == 0;
    if (renameat2(AT_FDCWD, draft->path, AT_FDCWD, draft->target, RENAME_NOREPLACE) == 0)
        return true;
    if (errno != EINVAL && errno != ENOSYS)
        return false;
    // A file system without that rename: a hard link never replaces anything either.
    return link(draft->path, draft->target) == 0 && unlink(draft->path) == 0;
}

// So that the name, too, outlives a power cut. Best effort: the file is whole under one name or the other anyway.
static void sync_folder(const char *path)
{
    char folder[PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%.*s.", measure_folder(path), path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
}

bool draft_publish(Draft *draft, bool replace, Error *error)
{
    assert(draft->fd < 0 && draft->path[0]);
    if (!name_draft(draft, replace)) {
        int reason = errno;
        draft_discard(draft);
        return error_set(error, "%s cannot be given its name: %s", file_shorten_path(draft->target), strerror(reason));
    }
    draft->path[0] = '\0';
    sync_folder(draft->target);
    return true;
}

void draft_discard(Draft *draft)
{
    if (draft->fd >= 0) {
        (void)close(draft->fd);
        draft->fd = -1;
    }
    if (draft->path[0]) {
        (void)unlink(draft->path);
        draft->path[0] = '\0';
    }
}
