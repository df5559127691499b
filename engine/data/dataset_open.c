// Dataset, opening: from a path to the source that it means, and from there to the set; see dataset.h.
//
// What is told from a path: a folder; a file in a folder, whose partners lie beside it; an archive; and, behind an
// archive's path, what is meant in it.
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data/form.h"
#include "io/file.h"

enum { FOLDER_DEPTH = 5, NESTED_MAX = 2 };

typedef struct Opening {
    const DatasetOptions *options;
    Intake intake;
    int nested;            // archives that were opened one in another
    char folder[PATH_MAX]; // of the IDX files that were read; "": others were
    Error *error;
} Opening;

// The last part of the path, cut to fit without splitting a UTF-8 character.
static void name_dataset(char name[64], const char *path)
{
    char resolved[PATH_MAX];
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    size_t length = end - begin;
    bool dots = length <= 2 && strspn(path + begin, ".") == length; // "", "." and ".." name nothing themselves
    if (dots && realpath(path, resolved)) {
        const char *last = strrchr(resolved, '/');
        path = last && last[1] ? last + 1 : resolved;
        begin = 0;
        length = strlen(path);
    }
    if (length > 63) {
        length = 63;
        while (length > 0 && ((unsigned char)path[begin + length] & 0xc0) == 0x80)
            length--;
    }
    memcpy(name, path + begin, length);
    name[length] = '\0';
}

static bool open_archive(Opening *opening, const char *path, const char *selected);

// ---- in a source --------------------------------------------------------------------------------------------------

static bool is_archive_name(const char *path)
{
    static const char *const endings[] = {".zip", ".tar.gz", ".tgz", ".tar"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (form_ends_in(path, endings[i]))
            return true;
    return false;
}

// The one archive that lies there. ABSENT: there is none.
static FormResult open_only_archive(Opening *opening, const Plan *plan)
{
    const Source *source = plan->source;
    int found = -1;
    char name[SOURCE_PATH_MAX];
    for (int i = 0; i < source->count; i++) {
        if (source->entries[i].kind != ENTRY_FILE || source->entries[i].container >= 0 ||
            !is_archive_name(source->entries[i].path))
            continue;
        source_name(source, i, name);
        if (found >= 0) {
            (void)error_set(opening->error,
                            "%s holds several archives and nothing else that is a data set; one of them "
                            "is named by --data %s",
                            file_shorten_path(source->path), file_shorten_path(name));
            return FORM_FAILED;
        }
        found = i;
    }
    if (found < 0)
        return FORM_ABSENT;
    source_name(source, found, name);
    if (source->is_archive) {
        (void)error_set(opening->error, "%s is an archive in an archive; unpack the outer one first",
                        file_shorten_path(name));
        return FORM_FAILED;
    }
    notices_add(&opening->intake.notices, "the data set was read from the archive %s", source->entries[found].path);
    return open_archive(opening, name, NULL) ? FORM_FOUND : FORM_FAILED;
}

static bool create_parts(Plan *plan, Error *error)
{
    free(plan->parts);
    plan->parts = calloc((size_t)plan->source->count + 1, sizeof *plan->parts);
    return plan->parts ||
           error_set(error, "there is no memory for the files of %s", file_shorten_path(plan->source->path));
}

// "; what is there: a.pkl.gz (a Python pickle), ...": so that whoever gave it sees that it was the right one. Of
// archives the names alone.
static void list_what_is_there(const Source *source, char *text, size_t size)
{
    enum { LISTED_MAX = 3, NAME_MAX_BYTES = 60 };
    char path[SOURCE_PATH_MAX], kind[FILE_KIND_TEXT];
    int listed = 0;
    *text = '\0';
    for (int i = 0; i < source->count; i++) {
        if (source->entries[i].kind == ENTRY_FOLDER)
            continue;
        const size_t used = strlen(text);
        ByteReader reader;
        bool has_kind = false;
        if (listed++ == LISTED_MAX) {
            (void)snprintf(text + used, size - used, ", ...");
            return;
        }
        source_name(source, i, path);
        if (!source->is_archive && byte_reader_open(&reader, path, NULL)) {
            if (file_kind_is_gzip(reader.start, reader.start_size))
                (void)byte_reader_unpack(&reader);
            has_kind = file_kind_describe(kind, reader.start, reader.start_size);
            byte_reader_close(&reader);
        }
        (void)snprintf(text + used, size - used, "%s%.*s%s%s%s", used ? ", " : "; what is there: ", NAME_MAX_BYTES,
                       source->entries[i].path, has_kind ? " (" : "", has_kind ? kind : "", has_kind ? ")" : "");
    }
}

static bool refuse_nothing(const Opening *opening, const Plan *plan)
{
    const char *name = file_shorten_path(plan->source->path);
    if (plan->selected)
        return error_set(opening->error, "%s has no data set at %s", name, file_shorten_path(plan->selected));
    char list[400];
    list_what_is_there(plan->source, list, sizeof list);
    return error_set(opening->error,
                     "%s%s has no training images: neither train-images-idx3-ubyte nor train-images.idx3-ubyte was "
                     "found, with or without .gz, nor an .npz, .npy or .csv file, pictures%s%s",
                     plan->source->is_archive ? "" : "the folder ", name,
                     plan->source->is_archive ? "" : " or an archive (.zip, .tar.gz) of them", list);
}

// Where the IDX files lie, if not in an archive.
static void note_folder(Opening *opening, const Plan *plan)
{
    char name[SOURCE_PATH_MAX];
    for (int i = 0; i < plan->source->count && !plan->source->is_archive; i++)
        if (plan->parts[i].kind == PART_IDX_IMAGES && plan->source->entries[i].container < 0) {
            source_name(plan->source, i, name);
            const int length = form_folder_length(name);
            if (length < PATH_MAX)
                (void)snprintf(opening->folder, sizeof opening->folder, "%.*s", length, name);
        }
}

// Finds what is there and reads it. FORM_ABSENT: nothing is.
static FormResult read_source(Opening *opening, Source *source, const char *selected, bool is_deep, bool is_file)
{
    Plan plan = {.source = source,
                 .is_deep = is_deep,
                 .selected = selected,
                 .notices = &opening->intake.notices,
                 .progress = opening->options->progress};
    FormResult result = create_parts(&plan, opening->error) ? form_find(&plan, opening->error) : FORM_FAILED;
    if (result == FORM_ABSENT && is_file)
        result = form_find_by_bytes(&plan, opening->error);
    if (result == FORM_FOUND) {
        note_folder(opening, &plan);
        result = form_read(&plan, &opening->intake, opening->error) ? FORM_FOUND : FORM_FAILED;
    } else if (result == FORM_ABSENT && is_deep) {
        result = open_only_archive(opening, &plan);
        if (result == FORM_ABSENT) {
            (void)refuse_nothing(opening, &plan);
            result = FORM_FAILED;
        }
    }
    free(plan.parts);
    return result;
}

// ---- from a path --------------------------------------------------------------------------------------------------

static bool open_archive(Opening *opening, const char *path, const char *selected)
{
    Source source;
    if (opening->nested++ == NESTED_MAX)
        return error_set(opening->error, "%s is an archive in an archive; unpack the outer one first",
                         file_shorten_path(path));
    const bool is_read = source_list_archive(&source, path, opening->options->progress, opening->error) &&
                         read_source(opening, &source, selected, true, false) == FORM_FOUND;
    source_free(&source);
    return is_read;
}

// The folder itself first: nothing below it is looked at where it has a set.
static bool open_folder(Opening *opening, const char *path)
{
    Source source;
    FormResult result = FORM_ABSENT;
    for (int deep = 0; deep < 2 && result == FORM_ABSENT; deep++) {
        if (!source_list_folder(&source, path, deep ? FOLDER_DEPTH : 1, opening->options->progress, opening->error))
            result = FORM_FAILED;
        else
            result = read_source(opening, &source, NULL, deep, false);
        source_free(&source);
    }
    return result == FORM_FOUND;
}

static bool open_file(Opening *opening, const char *path)
{
    bool is_archive;
    Source source;
    if (!archive_is_known(path, &is_archive, opening->error))
        return false;
    if (is_archive && !form_ends_in(path, ".npz"))
        return open_archive(opening, path, NULL);
    char folder[FILE_FOLDER_MAX];
    const int length = file_measure_folder(path);
    (void)snprintf(folder, sizeof folder, "%.*s", length > 1 ? length - 1 : length, path);
    if (length == 0)
        (void)snprintf(folder, sizeof folder, ".");
    const bool is_read = source_list_folder(&source, folder, 1, opening->options->progress, opening->error) &&
                         read_source(opening, &source, path + length, false, true) == FORM_FOUND;
    source_free(&source);
    return is_read;
}

// ARCHIVE/WHAT: the archive that is in front.
static bool open_inside(Opening *opening, const char *path)
{
    char archive[PATH_MAX];
    struct stat status;
    for (const char *slash = path; (slash = strchr(slash + 1, '/'));) {
        (void)snprintf(archive, sizeof archive, "%.*s", (int)(slash - path), path);
        if (stat(archive, &status) == 0 && S_ISREG(status.st_mode))
            return open_archive(opening, archive, slash[1] ? slash + 1 : NULL);
    }
    return error_set(opening->error, "%s does not exist", file_shorten_path(path));
}

static bool open_path(Opening *opening, const char *path)
{
    struct stat status;
    uint64_t size;
    if (stat(path, &status) != 0) {
        const int reason = errno;
        if (reason == ENOTDIR)
            return open_inside(opening, path);
        if (reason == ENOENT && lstat(path, &status) == 0)
            return file_open(path, &size, opening->error) >= 0; // says where the link leads
        return reason == ENOENT ? error_set(opening->error, "the folder %s does not exist", file_shorten_path(path))
                                : error_set(opening->error, "the folder %s cannot be read: %s", file_shorten_path(path),
                                            strerror(reason));
    }
    if (S_ISDIR(status.st_mode))
        return open_folder(opening, path);
    if (S_ISREG(status.st_mode))
        return open_file(opening, path);
    return error_set(opening->error, "%s is not a folder or a file but %s", file_shorten_path(path),
                     file_name_kind(status.st_mode));
}

bool dataset_open(Dataset *out, const char *path, const DatasetOptions *options, Error *error)
{
    static const DatasetOptions defaults;
    Error ignored;
    Opening *opening = calloc(1, sizeof *opening);
    if (!opening)
        return error_set(error, "there is no memory to read %s", file_shorten_path(path));
    opening->options = options ? options : &defaults;
    opening->error = error ? error : &ignored;
    intake_begin(&opening->intake, opening->options, file_shorten_path(path));
    const bool is_read = open_path(opening, path) && intake_finish(&opening->intake, out, opening->error);
    if (is_read) {
        name_dataset(out->name, path);
        memcpy(out->folder, opening->folder, sizeof out->folder);
    }
    intake_free(&opening->intake);
    free(opening);
    return is_read;
}
