// Source: see source.h.
#include "data/source.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/file.h"
#include "io/new_folder.h"

enum { REPORT_ENTRIES = 1000 };

void source_shorten(Source *source, int count)
{
    while (source->count > count)
        free(source->entries[--source->count].path);
}

void source_free(Source *source)
{
    source_shorten(source, 0);
    free(source->entries);
    source->entries = NULL;
    source->capacity = 0;
}

void source_name(const Source *source, int entry, char name[SOURCE_PATH_MAX])
{
    const size_t length = strlen(source->path);
    (void)snprintf(name, SOURCE_PATH_MAX, "%s%s%s", source->path,
                   length > 0 && source->path[length - 1] == '/' ? "" : "/", source->entries[entry].path);
}

// What nobody means: hidden files, and what macOS adds to archives.
static bool is_hidden(const char *path)
{
    for (const char *part = path; part; part = strchr(part, '/') ? strchr(part, '/') + 1 : NULL)
        if (part[0] == '.' || strncmp(part, "__MACOSX", 8) == 0)
            return true;
    return false;
}

// parent: NULL or what goes in front of the name.
static bool add(Source *source, const char *parent, const char *name, EntryKind kind, uint64_t size, int container,
                int ordinal, Error *error)
{
    if (source->count == SOURCE_ENTRIES_MAX)
        return error_set(error, "%s holds more than %d files", file_shorten_path(source->path), SOURCE_ENTRIES_MAX);
    if (source->count == source->capacity) {
        const int capacity = source->capacity ? 2 * source->capacity : 64;
        SourceEntry *entries = realloc(source->entries, (size_t)capacity * sizeof *entries);
        if (!entries)
            return error_set(error, "there is no memory for the files of %s", file_shorten_path(source->path));
        source->entries = entries;
        source->capacity = capacity;
    }
    const size_t length = (parent ? strlen(parent) + 1 : 0) + strlen(name) + 1;
    char *path = malloc(length);
    if (!path)
        return error_set(error, "there is no memory for the files of %s", file_shorten_path(source->path));
    (void)snprintf(path, length, "%s%s%s", parent ? parent : "", parent ? "/" : "", name);
    source->entries[source->count++] = (SourceEntry){path, kind, size, container, ordinal};
    return true;
}

// ---- folders ------------------------------------------------------------------------------------------------------

// Links are followed: many keep their data sets elsewhere. One that leads nowhere is a file that cannot be opened.
static EntryKind find_kind(const char *folder, const struct dirent *found)
{
    char path[PATH_MAX];
    struct stat status;
    if (found->d_type == DT_REG)
        return ENTRY_FILE;
    if (found->d_type == DT_DIR)
        return ENTRY_FOLDER;
    if (!new_folder_join(path, folder, found->d_name, NULL) || stat(path, &status) != 0)
        return ENTRY_FILE;
    return S_ISDIR(status.st_mode) ? ENTRY_FOLDER : ENTRY_FILE;
}

// below: the folder's own path from the top; NULL: it is the top.
static bool list_folder(Source *source, const char *folder, const char *below, const LoadProgress *progress,
                        Error *error)
{
    DIR *stream = opendir(folder);
    if (!stream && below) // one that may not be read is passed over
        return true;
    if (!stream)
        return error_set(error, "the folder %s cannot be read: %s", file_shorten_path(folder), strerror(errno));
    bool is_good = true;
    for (const struct dirent *found; is_good && (found = readdir(stream));) {
        if (is_hidden(found->d_name))
            continue;
        is_good = add(source, below, found->d_name, find_kind(folder, found), 0, -1, 0, error) &&
                  (source->count % REPORT_ENTRIES > 0 || load_progress_report(progress, 0, 0, error));
    }
    (void)closedir(stream);
    return is_good;
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const SourceEntry *)a)->path, ((const SourceEntry *)b)->path);
}

bool source_list_folder(Source *source, const char *path, int depth, const LoadProgress *progress, Error *error)
{
    *source = (Source){.path = path};
    if (!list_folder(source, path, NULL, progress, error))
        return false;
    for (int level = 1, first = 0; level < depth; level++) {
        const int last = source->count;
        for (; first < last; first++) {
            char folder[PATH_MAX];
            if (source->entries[first].kind == ENTRY_FOLDER &&
                new_folder_join(folder, path, source->entries[first].path, NULL) &&
                !list_folder(source, folder, source->entries[first].path, progress, error))
                return false;
        }
    }
    if (source->count > 0)
        qsort(source->entries, (size_t)source->count, sizeof *source->entries, compare_paths);
    return true;
}

// ---- archives -----------------------------------------------------------------------------------------------------

typedef struct Listing {
    Source *source;
    int container;
} Listing;

static bool list_entry(void *context, const ArchiveEntry *entry, Error *error)
{
    const Listing *listing = context;
    Source *source = listing->source;
    const char *parent = listing->container < 0 ? NULL : source->entries[listing->container].path;
    return entry->kind == ENTRY_FOLDER || !*entry->path || is_hidden(entry->path) ||
           add(source, parent, entry->path, entry->kind, entry->size, listing->container, entry->ordinal, error);
}

bool source_list_archive(Source *source, const char *path, const LoadProgress *progress, Error *error)
{
    *source = (Source){.path = path, .is_archive = true};
    Listing listing = {source, -1};
    return archive_visit(&(ArchiveFile){.path = path}, list_entry, &listing, progress, error);
}

static bool expand(void *context, int entry, ByteReader *from, Error *error)
{
    (void)entry;
    size_t got;
    if (from->size > SOURCE_NESTED_MAX)
        return error_set(error,
                         "%s is an archive of %llu bytes in another one, where at most %d were expected; unpack "
                         "the outer one first",
                         from->name, (unsigned long long)from->size, SOURCE_NESTED_MAX);
    ArchiveFile *file = context;
    uint8_t *bytes = malloc(from->size > 0 ? (size_t)from->size : 1);
    if (!bytes)
        return error_set(error, "there is no memory for the %llu bytes of %s", (unsigned long long)from->size,
                         from->name);
    file->bytes = bytes;
    file->size = (size_t)from->size;
    return byte_reader_read(from, bytes, file->size, &got);
}

// An archive that is an entry: of a folder by its path, of an archive in memory, which *file then owns.
static bool open_nested(const Source *source, int entry, char name[SOURCE_PATH_MAX], ArchiveFile *file,
                        const LoadProgress *progress, Error *error)
{
    source_name(source, entry, name);
    *file = (ArchiveFile){.path = name};
    if (!source->is_archive)
        return true;
    bool *wanted = calloc((size_t)source->count, sizeof *wanted);
    if (!wanted)
        return error_set(error, "there is no memory to read %s", file_shorten_path(name));
    wanted[entry] = true;
    const bool is_read = source_read(source, wanted, expand, file, progress, error);
    free(wanted);
    return is_read;
}

bool source_expand(Source *source, int entry, const LoadProgress *progress, Error *error)
{
    char name[SOURCE_PATH_MAX];
    ArchiveFile file;
    Listing listing = {source, entry};
    assert(source->entries[entry].container < 0);
    const bool is_listed = open_nested(source, entry, name, &file, progress, error) &&
                           archive_visit(&file, list_entry, &listing, progress, error);
    free((void *)file.bytes);
    return is_listed;
}

// ---- reading ------------------------------------------------------------------------------------------------------

typedef struct Pass {
    const Source *source;
    const bool *wanted;
    int container, next; // next: of the entries, which lie in the archive's order
    SourceVisit *visit;
    void *context;
} Pass;

static bool read_entry(void *context, const ArchiveEntry *found, Error *error)
{
    Pass *pass = context;
    const Source *source = pass->source;
    while (pass->next < source->count && (source->entries[pass->next].container != pass->container ||
                                          source->entries[pass->next].ordinal < found->ordinal))
        pass->next++;
    const int entry = pass->next;
    if (entry == source->count || source->entries[entry].ordinal != found->ordinal || !pass->wanted[entry])
        return true;
    char name[SOURCE_PATH_MAX];
    ByteReader reader;
    source_name(source, entry, name);
    if (found->kind != ENTRY_FILE)
        return error_set(error, "%s is a link or a device, and links in archives are not followed",
                         file_shorten_path(name));
    if (!byte_reader_open_source(&reader, found->source, found->source_context, found->size, name, error))
        return false;
    const bool is_read = pass->visit(pass->context, entry, &reader, error);
    byte_reader_close(&reader);
    return is_read;
}

static bool read_file(const Source *source, int entry, SourceVisit *visit, void *context, Error *error)
{
    char name[SOURCE_PATH_MAX];
    ByteReader reader;
    source_name(source, entry, name);
    if (!byte_reader_open(&reader, name, error))
        return false;
    const bool is_read = visit(context, entry, &reader, error);
    byte_reader_close(&reader);
    return is_read;
}

static bool has_wanted(const Source *source, const bool *wanted, int container)
{
    for (int i = 0; i < source->count; i++)
        if (wanted[i] && source->entries[i].container == container)
            return true;
    return false;
}

bool source_read(const Source *source, const bool *wanted, SourceVisit *visit, void *context,
                 const LoadProgress *progress, Error *error)
{
    for (int i = 0; i < source->count && !source->is_archive; i++)
        if (wanted[i] && source->entries[i].container < 0 && !read_file(source, i, visit, context, error))
            return false;
    Pass pass = {source, wanted, -1, 0, visit, context};
    if (source->is_archive && has_wanted(source, wanted, -1) &&
        !archive_visit(&(ArchiveFile){.path = source->path}, read_entry, &pass, progress, error))
        return false;
    for (int i = 0, last = -1; i < source->count; i++) {
        const int container = source->entries[i].container;
        if (container < 0 || container == last || !has_wanted(source, wanted, container))
            continue;
        char name[SOURCE_PATH_MAX];
        ArchiveFile file;
        pass = (Pass){source, wanted, container, 0, visit, context};
        const bool is_read = open_nested(source, last = container, name, &file, progress, error) &&
                             archive_visit(&file, read_entry, &pass, progress, error);
        free((void *)file.bytes);
        if (!is_read)
            return false;
    }
    return true;
}
