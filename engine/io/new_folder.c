// New folder: see new_folder.h.
#include "io/new_folder.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"

// ---- folders ------------------------------------------------------------------------------------------------------

// Makes the folder that path's first `length` bytes name. Returns 0, or why it could not; EEXIST is no failure yet.
static int make_part(NewFolder *folder, size_t length)
{
    const char rest = folder->path[length];
    folder->path[length] = '\0';
    const int reason = mkdir(folder->path, 0777) == 0 ? 0 : errno;
    folder->path[length] = rest;
    if (reason == 0 && folder->kept >= length)
        folder->kept = length - 1; // what it is in was there, or is noted already
    return reason == EEXIST ? 0 : reason;
}

bool new_folder_make(NewFolder *folder, const char *path, Error *error)
{
    struct stat status;
    const size_t length = strlen(path);
    *folder = (NewFolder){.kept = length};
    if (length == 0 || length >= sizeof folder->path)
        return error_set(error, "a folder has a name of %zu bytes where 1 to %zu were expected", length,
                         sizeof folder->path - 1);
    (void)strcpy(folder->path, path);
    int reason = 0; // of the first failure: the later ones only follow from it
    for (size_t i = 1; i <= length; i++)
        if (path[i] == '/' || path[i] == '\0') {
            const int failure = make_part(folder, i);
            reason = reason ? reason : failure;
        }
    const bool is_there = stat(path, &status) == 0;
    if (is_there && S_ISDIR(status.st_mode))
        return true;
    reason = reason ? reason : errno;
    new_folder_remove(folder);
    return is_there ? error_set(error, "%s is %s where a folder was expected", file_shorten_path(path),
                                file_name_kind(status.st_mode))
                    : error_set(error, "the folder %s cannot be made: %s", file_shorten_path(path), strerror(reason));
}

void new_folder_remove(const NewFolder *folder)
{
    char path[PATH_MAX];
    (void)strcpy(path, folder->path);
    for (size_t length = strlen(path); length > folder->kept; length--)
        if (path[length] == '/' || path[length] == '\0') {
            path[length] = '\0';
            (void)rmdir(path);
        }
}

bool new_folder_join(char path[PATH_MAX], const char *folder, const char *name, Error *error)
{
    const int length = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return (length >= 0 && length < PATH_MAX) ||
           error_set(error, "the path of %s in the folder %s is longer than %d bytes", name, file_shorten_path(folder),
                     PATH_MAX - 1);
}

// ---- files that belong together -----------------------------------------------------------------------------------

// Refuses a folder that has some of the files, but not the last.
static bool check_whole(const NewFiles *files, const char *what, Error *error)
{
    char path[PATH_MAX], there[256] = "";
    struct stat status;
    for (int i = 0; i < files->count; i++) {
        if (!new_folder_join(path, files->folder.path, files->names[i], error))
            return false;
        if (lstat(path, &status) != 0)
            continue;
        if (i == files->count - 1)
            return true;
        const size_t used = strlen(there);
        (void)snprintf(there + used, sizeof there - used, "%s%s", used ? ", " : "", files->names[i]);
    }
    return !*there ||
           error_set(error, "%s holds %s, but no %s, as after %s that was cut off; --force replaces what is there",
                     file_shorten_path(files->folder.path), there, files->names[files->count - 1], what);
}

static void free_files(NewFiles *files)
{
    free(files->files);
    files->files = NULL;
    files->count = 0;
}

bool new_files_begin(NewFiles *files, const char *folder, const char *const *names, int count, Naming naming,
                     const char *what, Error *error)
{
    assert(count > 0 && count <= NEW_FILES_MAX);
    char path[PATH_MAX];
    files->names = names;
    files->count = count;
    files->naming = naming;
    files->files = malloc((size_t)count * sizeof *files->files);
    if (!files->files)
        return error_set(error, "out of memory: %s", file_shorten_path(folder));
    for (int i = 0; i < count; i++)
        files->files[i] = (NewFile){.fd = -1};
    if (!new_folder_make(&files->folder, folder, error)) {
        free_files(files);
        return false;
    }
    bool is_good = naming == NAME_FORCED || check_whole(files, what, error);
    for (int i = 0; is_good && i < count; i++)
        is_good = new_folder_join(path, folder, names[i], error) && new_file_check(path, naming, error);
    if (!is_good) {
        new_folder_remove(&files->folder);
        free_files(files);
    }
    return is_good;
}

NewFile *new_files_add(NewFiles *files, int index, Error *error)
{
    char path[PATH_MAX];
    NewFile *file = &files->files[index];
    return new_folder_join(path, files->folder.path, files->names[index], error) &&
                   new_file_begin(file, path, files->naming, error)
               ? file
               : NULL;
}

bool new_files_publish(NewFiles *files, Error *error)
{
    NewFile *last = &files->files[files->count - 1];
    if (last->replaces)
        (void)unlink(last->path); // else an older last file beside newer others would make them look complete
    for (int i = 0; i < files->count; i++) {
        if (new_file_publish(&files->files[i], error))
            continue;
        while (--i >= 0)
            if (!files->files[i].replaces)
                (void)unlink(files->files[i].path);
        new_files_discard(files);
        return false;
    }
    free_files(files);
    return true;
}

void new_files_discard(NewFiles *files)
{
    for (int i = 0; i < files->count; i++)
        new_file_discard(&files->files[i]);
    free_files(files);
    new_folder_remove(&files->folder);
}
