// Writing whole files under names that are free.
#include "new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_ATTEMPTS = 1000 };

// A file of its own name beside path; its mode follows the umask, which mkstemp would not do.
bool new_file_open(NewFile *out, const char *path, Error *error)
{
    const char *slash = strrchr(path, '/');
    const int folder_length = slash ? (int)(slash - path) + 1 : 0;
    out->path = path;
    for (int attempt = 0; attempt < NAME_ATTEMPTS; attempt++) {
        const int length =
            snprintf(out->part, PATH_MAX, "%.*s.losslens-%ld-%d.part", folder_length, path, (long)getpid(), attempt);
        if (length < 0 || length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            break;
        }
        const int descriptor = open(out->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0) {
            out->file = fdopen(descriptor, "wb");
            if (out->file) {
                return true;
            }
            (void)close(descriptor);
            (void)unlink(out->part);
            break;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return error_set(error, "%s could not be written: %s.", path, strerror(errno));
}

// Gives part its name; fails with EEXIST rather than replace a file.
static bool give_name(const char *part, const char *path)
{
    if (renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) == 0) {
        return true;
    }
    if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP) {
        return false;
    }
    if (link(part, path) != 0) {
        return false;
    }
    (void)unlink(part);
    return true;
}

bool new_file_finish(NewFile *file, const char *reason, Error *error)
{
    char why[128] = "";
    if (reason) {
        (void)snprintf(why, sizeof why, "%s", reason);
    } else if (fflush(file->file) != 0 || fsync(fileno(file->file)) != 0) {
        (void)snprintf(why, sizeof why, "%s", strerror(errno));
    }
    if (fclose(file->file) != 0 && !*why) {
        (void)snprintf(why, sizeof why, "%s", strerror(errno));
    }
    if (!*why && !give_name(file->part, file->path)) {
        (void)snprintf(why, sizeof why, "%s", errno == EEXIST ? "a file of that name is there" : strerror(errno));
    }
    if (!*why) {
        return true;
    }
    (void)unlink(file->part);
    return error_set(error, "%s was not written: %s.", file->path, why);
}

bool new_file_write(const char *path, const void *bytes, size_t size, Error *error)
{
    NewFile file;
    if (!new_file_open(&file, path, error)) {
        return false;
    }
    const bool is_written = fwrite(bytes, 1, size, file.file) == size;
    return new_file_finish(&file, is_written ? NULL : strerror(errno), error);
}

bool new_file_make_folder(const char *folder, Error *error)
{
    char path[PATH_MAX];
    const size_t length = strlen(folder);
    if (length == 0 || length >= sizeof path) {
        return error_set(error, "A folder has a name of %zu bytes; 1 to %d are expected.", length, PATH_MAX - 1);
    }
    memcpy(path, folder, length + 1);
    for (char *at = path + 1; *at; at++) {
        if (*at == '/') {
            *at = '\0';
            (void)mkdir(path, 0777); // whether that helped shows at the last one
            *at = '/';
        }
    }
    struct stat status;
    (void)mkdir(path, 0777);
    if (stat(path, &status) != 0) {
        return error_set(error, "The folder %s could not be made: %s.", folder, strerror(errno));
    }
    return S_ISDIR(status.st_mode) || error_set(error, "%s is not a folder, and one is needed there.", folder);
}

bool new_file_check(const char *path, Error *error)
{
    struct stat status;
    if (lstat(path, &status) == 0) {
        return error_set(error, "%s is there already; it is not replaced.", path);
    }
    return errno == ENOENT || error_set(error, "%s cannot be written: %s.", path, strerror(errno));
}
