// New file: see new_file.h.
#include "new_file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

enum { PART_TRIES = 1000, NUMBER_MAX = 9999, PERMISSIONS = 0777 };

static bool refuse(const char *path, Error *error, const char *reason)
{
    return error_set(error, "%s cannot be written: %s", file_shorten_path(path), reason);
}

// The length of the folder's part of path, its last slash included; 0 where path is a bare name.
static int measure_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (int)(slash - path) + 1 : 0;
}

// ---- what stands there
// ------------------------------------------------------------------------------------------------

static bool refuse_taken(const char *path, bool is_link, Error *error)
{
    return error_set(error, "%s already exists; --force replaces %s", file_shorten_path(path),
                     is_link ? "the file that this link leads to" : "it");
}

// Finds what stands under the name, and with NAME_FORCED where a link leads.
static bool resolve(NewFile *file, const char *path, struct stat *status, Error *error)
{
    if (strlen(path) >= sizeof file->path)
        return refuse(path, error, strerror(ENAMETOOLONG));
    (void)strcpy(file->path, path);
    if (!path[measure_folder(path)])
        return refuse(path, error, "it names a folder, and a file was expected");
    if (lstat(path, status) != 0)
        return errno == ENOENT || refuse(path, error, strerror(errno));
    if (file->naming == NAME_NEXT)
        return true;
    const bool is_link = S_ISLNK(status->st_mode);
    if (is_link && stat(path, status) != 0)
        return refuse(path, error, errno == ENOENT ? "it is a symbolic link that leads nowhere" : strerror(errno));
    if (!S_ISREG(status->st_mode))
        return error_set(error, "%s cannot be written: it is %s, and a regular file was expected",
                         file_shorten_path(path), file_name_kind(status->st_mode));
    if (file->naming == NAME_NEW)
        return refuse_taken(path, is_link, error);
    if (is_link && !realpath(path, file->path))
        return refuse(path, error, strerror(errno));
    file->replaces = true;
    return true;
}

// ---- parts
// ------------------------------------------------------------------------------------------------------------

// Whether the part is ours: a clean-up may have taken it for a dead one's before it was locked. Where the file system
// knows no locks, none is ever removed.
static bool lock_part(int fd)
{
    struct stat status;
    const bool is_locked = flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    return is_locked && fstat(fd, &status) == 0 && status.st_nlink > 0;
}

// Not mkstemp: its files are for the owner alone, whatever the umask says.
static int create_part(NewFile *file)
{
    for (int i = 0; i < PART_TRIES; i++) {
        const int length = snprintf(file->part, sizeof file->part, "%.*s.losslens-%ld-%d.part",
                                    measure_folder(file->path), file->path, (long)getpid(), i);
        if (length < 0 || (size_t)length >= sizeof file->part) {
            errno = ENAMETOOLONG;
            return -1;
        }
        const int fd = open(file->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0 && lock_part(fd))
            return fd;
        if (fd >= 0)
            (void)close(fd);
        else if (errno != EEXIST && errno != EINTR)
            return -1;
    }
    return -1;
}

static bool is_part_name(const char *name)
{
    static const char start[] = ".losslens-", end[] = ".part";
    const size_t length = strlen(name);
    return length > sizeof start + sizeof end && strncmp(name, start, sizeof start - 1) == 0 &&
           strcmp(name + length - (sizeof end - 1), end) == 0;
}

// Removes a part that nobody holds. Another may have given it its name since it was found: then the name that was found
// no longer leads to it.
static void remove_dead_part(int folder, const char *name)
{
    struct stat found, now;
    const int fd = openat(folder, name, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
        fstatat(folder, name, &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_dev == found.st_dev &&
        now.st_ino == found.st_ino)
        (void)unlinkat(folder, name, 0);
    (void)close(fd);
}

// "." behind the folder's part of a path.
static void name_folder(const char *path, char folder[PATH_MAX + 1])
{
    (void)snprintf(folder, PATH_MAX + 1, "%.*s.", measure_folder(path), path);
}

static void remove_dead_parts(const char *path)
{
    char folder[PATH_MAX + 1];
    name_folder(path, folder);
    DIR *entries = opendir(folder);
    if (!entries)
        return;
    for (const struct dirent *entry; (entry = readdir(entries));)
        if (is_part_name(entry->d_name))
            remove_dead_part(dirfd(entries), entry->d_name);
    (void)closedir(entries);
}

// ---- writing
// ----------------------------------------------------------------------------------------------------------

bool new_file_begin(NewFile *file, const char *path, Naming naming, Error *error)
{
    struct stat old;
    *file = (NewFile){.fd = -1, .naming = naming};
    if (!resolve(file, path, &old, error))
        return false;
    file->fd = create_part(file);
    if (file->fd < 0) {
        file->part[0] = '\0';
        return refuse(path, error, strerror(errno));
    }
    if (file->replaces) {
        (void)!fchown(file->fd, old.st_uid, old.st_gid); // for root and the group's members alone
        if (fchmod(file->fd, old.st_mode & PERMISSIONS) != 0) {
            const int reason = errno;
            new_file_discard(file);
            return refuse(path, error, strerror(reason));
        }
    }
    return true;
}

bool new_file_check(const char *path, Naming naming, Error *error)
{
    NewFile file;
    if (!new_file_begin(&file, path, naming, error))
        return false;
    remove_dead_parts(file.path);
    new_file_discard(&file);
    return true;
}

bool new_file_put(NewFile *file, const void *bytes, size_t size, Error *error)
{
    assert(file->fd >= 0);
    size_t done = 0;
    while (done < size) {
        const ssize_t put = write(file->fd, (const char *)bytes + done, size - done);
        if (put >= 0)
            done += (size_t)put;
        else if (errno != EINTR)
            return refuse(file->path, error, strerror(errno));
    }
    return true;
}

bool new_file_finish(NewFile *file, Error *error)
{
    assert(file->fd >= 0);
    // Some file systems have no fsync; that is no reason to refuse them.
    while (fsync(file->fd) != 0)
        if (errno == EINVAL || errno == ENOTSUP || errno == ENOSYS || errno == EROFS)
            break;
        else if (errno != EINTR)
            return refuse(file->path, error, strerror(errno));
    // Others speak of a failure when a file is closed; closing another descriptor for it asks them and keeps the lock.
    const int other = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
    return other < 0 || close(other) == 0 || errno == EINTR || refuse(file->path, error, strerror(errno));
}

// ---- names
// ------------------------------------------------------------------------------------------------------------

static bool is_lacking(int reason) { return reason == EINVAL || reason == ENOSYS || reason == ENOTSUP; }

// False with errno where something stands there: EEXIST.
static bool give_free_name(const char *part, const char *path)
{
    if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
        return true;
    if (!is_lacking(errno))
        return false;
    // A file system without that rename: a hard link never replaces anything either.
    if (link(part, path) == 0) {
        (void)unlink(part);
        return true;
    }
    if (!is_lacking(errno) && errno != EPERM)
        return false;
    // Without hard links, too: the name is first taken by an empty file.
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return false;
    (void)close(fd);
    if (rename(part, path) == 0)
        return true;
    const int reason = errno;
    (void)unlink(path);
    errno = reason;
    return false;
}

static bool give_name(const NewFile *file)
{
    struct stat status;
    if (file->naming != NAME_FORCED)
        return give_free_name(file->part, file->path);
    if (lstat(file->path, &status) == 0 && !S_ISREG(status.st_mode)) {
        errno = EEXIST; // it was replaced meanwhile
        return false;
    }
    return rename(file->part, file->path) == 0;
}

// NAME-2.EXT for 2.
static bool number_path(char path[PATH_MAX], const char *wanted, int number)
{
    const char *name = wanted + measure_folder(wanted), *dot = strrchr(name, '.');
    const char *end = dot && dot > name ? dot : wanted + strlen(wanted);
    const int length = snprintf(path, PATH_MAX, "%.*s-%d%s", (int)(end - wanted), wanted, number, end);
    errno = ENAMETOOLONG;
    return length > 0 && length < PATH_MAX;
}

static bool give_next_name(NewFile *file)
{
    char wanted[PATH_MAX];
    (void)strcpy(wanted, file->path);
    bool is_named = give_name(file);
    for (int i = 2; !is_named && errno == EEXIST && i <= NUMBER_MAX; i++)
        is_named = number_path(file->path, wanted, i) && give_name(file);
    return is_named;
}

// So that the name, too, outlives a power cut. Best effort: the file is whole under one name or the other anyway.
static void sync_folder(const char *path)
{
    char folder[PATH_MAX + 1];
    name_folder(path, folder);
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
}

bool new_file_publish(NewFile *file, Error *error)
{
    assert(file->fd >= 0 && file->part[0]);
    if (!(file->naming == NAME_NEXT ? give_next_name(file) : give_name(file))) {
        const int reason = errno;
        new_file_discard(file);
        return refuse(file->path, error,
                      reason == EEXIST ? "something of that name appeared meanwhile" : strerror(reason));
    }
    file->part[0] = '\0';
    sync_folder(file->path);
    (void)close(file->fd);
    file->fd = -1;
    return true;
}

void new_file_discard(NewFile *file)
{
    if (!file->part[0])
        return;
    (void)unlink(file->part);
    (void)close(file->fd);
    file->part[0] = '\0';
    file->fd = -1;
}

bool new_file_end(NewFile *file, bool is_good, Error *error)
{
    if (is_good && new_file_finish(file, error))
        return new_file_publish(file, error);
    new_file_discard(file);
    return false;
}

bool new_file_write(const char *path, Naming naming, const void *bytes, size_t size, Error *error)
{
    NewFile file;
    return new_file_begin(&file, path, naming, error) &&
           new_file_end(&file, new_file_put(&file, bytes, size, error), error);
}
