// New file: see new_file.h.
#include "io/new_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"
#include "io/part_file.h"

enum { NUMBER_MAX = 9999, PERMISSIONS = 0777 };

static bool refuse(const char *path, Error *error, const char *reason)
{
    return error_set(error, "%s cannot be written: %s", file_shorten_path(path), reason);
}

// ---- what stands there --------------------------------------------------------------------------------------------

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
    if (!path[file_measure_folder(path)])
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

// Whether the folder lets one replace a file of somebody else's: one such as /tmp does not.
static bool check_owner(const NewFile *file, const struct stat *old, Error *error)
{
    char name[FILE_FOLDER_MAX];
    struct stat folder;
    file_name_folder(file->path, name);
    const uid_t user = geteuid();
    const bool is_others = user != 0 && old->st_uid != user && stat(name, &folder) == 0 && (folder.st_mode & S_ISVTX) &&
                           folder.st_uid != user;
    return !is_others ||
           refuse(file->path, error, "it is somebody else's, in a folder where only its owner may replace it");
}

// ---- writing ------------------------------------------------------------------------------------------------------

static bool take_mode(const NewFile *file, const struct stat *old, Error *error)
{
    if (!file->replaces)
        return true;
    (void)!fchown(file->fd, old->st_uid, old->st_gid); // for root and the group's members alone
    return fchmod(file->fd, old->st_mode & PERMISSIONS) == 0 || refuse(file->path, error, strerror(errno));
}

bool new_file_begin(NewFile *file, const char *path, Naming naming, Error *error)
{
    struct stat old;
    *file = (NewFile){.fd = -1, .naming = naming};
    if (!resolve(file, path, &old, error) || (file->replaces && !check_owner(file, &old, error)))
        return false;
    file->fd = part_file_create(file->part, file->path);
    if (file->fd < 0)
        return refuse(path, error, strerror(errno));
    if (take_mode(file, &old, error))
        return true;
    new_file_discard(file);
    return false;
}

bool new_file_resume(NewFile *file, const char *path, Naming naming, uint64_t *size, Error *error)
{
    struct stat old, part;
    *file = (NewFile){.fd = -1, .naming = naming};
    if (!resolve(file, path, &old, error) || (file->replaces && !check_owner(file, &old, error)))
        return false;
    file->fd = part_file_resume(file->part, file->path);
    if (file->fd < 0)
        return refuse(path, error,
                      errno == EWOULDBLOCK                ? "another program is writing it"
                      : errno == EEXIST || errno == ELOOP ? "something else has its unfinished file's name"
                                                          : strerror(errno));
    if (fstat(file->fd, &part) == 0 && lseek(file->fd, 0, SEEK_END) >= 0) {
        *size = (uint64_t)part.st_size;
        if (take_mode(file, &old, error))
            return true;
    } else {
        (void)refuse(path, error, strerror(errno));
    }
    new_file_keep(file);
    return false;
}

void new_file_keep(NewFile *file)
{
    struct stat part;
    if (!file->part[0])
        return;
    if (fstat(file->fd, &part) == 0 && part.st_size == 0)
        (void)unlink(file->part);
    (void)close(file->fd);
    file->part[0] = '\0';
    file->fd = -1;
}

bool new_file_clear(NewFile *file, Error *error)
{
    assert(file->fd >= 0);
    return (ftruncate(file->fd, 0) == 0 && lseek(file->fd, 0, SEEK_SET) == 0) ||
           refuse(file->path, error, strerror(errno));
}

bool new_file_check(const char *path, Naming naming, Error *error)
{
    NewFile file;
    if (!new_file_begin(&file, path, naming, error))
        return false;
    part_file_remove_dead(file.path);
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
    // Others report a failed write when the file is closed: closing a second descriptor shows it and keeps the lock.
    const int other = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
    return other < 0 || close(other) == 0 || errno == EINTR || refuse(file->path, error, strerror(errno));
}

// ---- names --------------------------------------------------------------------------------------------------------

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
    const char *name = wanted + file_measure_folder(wanted), *dot = strrchr(name, '.');
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
    char folder[FILE_FOLDER_MAX];
    file_name_folder(path, folder);
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
