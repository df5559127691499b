// File: see file.h.
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN_PATH_MAX = 200 };

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

int file_measure_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (int)(slash - path) + 1 : 0;
}

void file_name_folder(const char *path, char folder[FILE_FOLDER_MAX])
{
    (void)snprintf(folder, FILE_FOLDER_MAX, "%.*s.", file_measure_folder(path), path);
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

const char *file_name_kind(mode_t mode)
{
    return S_ISREG(mode)    ? "a file"
           : S_ISDIR(mode)  ? "a folder"
           : S_ISFIFO(mode) ? "a FIFO"
           : S_ISSOCK(mode) ? "a socket"
                            : "a device";
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
                        file_name_kind(status.st_mode));
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
