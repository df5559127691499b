// Part file: see part_file.h.
#include "io/part_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"

enum { TRIES = 1000 };

// Whether the part is ours: a clean-up may have taken it for a dead one's before it was locked. Where the file system
// knows no locks, none is ever removed.
static bool lock_part(int fd)
{
    struct stat status;
    const bool is_locked = flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
    return is_locked && fstat(fd, &status) == 0 && status.st_nlink > 0;
}

// Not mkstemp: its files are for the owner alone, whatever the umask says.
int part_file_create(char part[PATH_MAX], const char *path)
{
    for (int i = 0; i < TRIES; i++) {
        const int length =
            snprintf(part, PATH_MAX, "%.*s.losslens-%ld-%d.part", file_measure_folder(path), path, (long)getpid(), i);
        errno = ENAMETOOLONG;
        const bool fits = length >= 0 && length < PATH_MAX;
        const int fd = fits ? open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
        if (fd >= 0 && lock_part(fd))
            return fd;
        if (fd >= 0)
            (void)close(fd);
        else if (errno != EEXIST && errno != EINTR)
            break;
    }
    part[0] = '\0';
    return -1;
}

int part_file_resume(char part[PATH_MAX], const char *path)
{
    const int folder = file_measure_folder(path);
    const int length = snprintf(part, PATH_MAX, "%.*s.losslens-%s.unfinished", folder, path, path + folder);
    const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    struct stat status;
    int fd = -1;
    errno = ENAMETOOLONG;
    if (length < 0 || length >= PATH_MAX || (fd = open(part, flags, 0666)) < 0 || fstat(fd, &status) != 0) {
        // errno says it
    } else if (!S_ISREG(status.st_mode)) {
        errno = EEXIST;
    } else if (!lock_part(fd)) {
        errno = EWOULDBLOCK;
    } else {
        return fd;
    }
    const int reason = errno;
    if (fd >= 0)
        (void)close(fd);
    part[0] = '\0';
    errno = reason;
    return -1;
}

static bool is_part_name(const char *name)
{
    static const char start[] = ".losslens-", end[] = ".part";
    const size_t length = strlen(name);
    return length > sizeof start + sizeof end && strncmp(name, start, sizeof start - 1) == 0 &&
           strcmp(name + length - (sizeof end - 1), end) == 0;
}

// Removes a part that nobody holds. Since it was opened its writer may have given it its final name: the part's name
// then no longer leads to it, and nothing is removed.
static void remove_dead_part(int folder, const char *name)
{
    const int flags = O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
    struct stat found, now;
    int fd = openat(folder, name, O_RDWR | flags); // for writing, since NFS wants that of a lock
    if (fd < 0 && errno == EACCES)
        fd = openat(folder, name, O_RDONLY | flags); // a part has the mode of what it was to replace
    if (fd < 0)
        return;
    if (fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
        fstatat(folder, name, &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_dev == found.st_dev &&
        now.st_ino == found.st_ino)
        (void)unlinkat(folder, name, 0);
    (void)close(fd);
}

void part_file_remove_dead(const char *path)
{
    char folder[FILE_FOLDER_MAX];
    file_name_folder(path, folder);
    DIR *entries = opendir(folder);
    if (!entries)
        return;
    for (const struct dirent *entry; (entry = readdir(entries));)
        if (is_part_name(entry->d_name))
            remove_dead_part(dirfd(entries), entry->d_name);
    (void)closedir(entries);
}
