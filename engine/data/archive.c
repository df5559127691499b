// Archive: see archive.h.
//
// Only the formats and filters that are wanted are switched on: of the others libarchive has some run as programs.
#include "data/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/file.h"

enum { BLOCK = 65536, TAR_MAGIC_AT = 257, ENTRIES_MAX = 2000000 };

typedef struct Walk {
    struct archive *archive;
    const char *name; // for sentences
    uint64_t stored, unpacked, passed;
    const LoadProgress *progress;
    Error *error;
    int fd; // -1: it is in memory
    bool is_given_up;
    uint8_t block[BLOCK];
} Walk;

static bool is_tar(const uint8_t *bytes, size_t size)
{
    return size >= TAR_MAGIC_AT + 5 && memcmp(bytes + TAR_MAGIC_AT, "ustar", 5) == 0;
}

bool archive_is_known(const char *path, bool *is_archive, Error *error)
{
    ByteReader reader;
    if (!byte_reader_open(&reader, path, error))
        return false;
    *is_archive = (reader.start_size >= 4 &&
                   (memcmp(reader.start, "PK\3\4", 4) == 0 || memcmp(reader.start, "PK\5\6", 4) == 0)) ||
                  is_tar(reader.start, reader.start_size);
    // A damaged gzip file is no archive: whoever reads it says what is wrong with it.
    reader.error = NULL;
    if (!*is_archive && file_kind_is_gzip(reader.start, reader.start_size) && byte_reader_unpack(&reader))
        *is_archive = is_tar(reader.start, reader.start_size);
    byte_reader_close(&reader);
    return true;
}

static bool refuse_archive(const Walk *walk)
{
    const char *why = archive_error_string(walk->archive);
    return error_set(walk->error, "%s cannot be read as an archive: %.200s", walk->name,
                     why ? why : "it is damaged, or its end is missing");
}

// Whether so many unpacked bytes are more than the file can honestly have.
static bool check_bomb(const Walk *walk, uint64_t unpacked)
{
    return byte_reader_check_bomb(walk->name, unpacked, walk->stored, walk->error);
}

static size_t read_entry(void *context, uint8_t *bytes, size_t want, Error *error)
{
    Walk *walk = context;
    size_t done = 0;
    while (done < want) {
        const la_ssize_t got = archive_read_data(walk->archive, bytes + done, want - done);
        if (got < 0) {
            const char *why = archive_error_string(walk->archive);
            (void)error_set(error, "%s is damaged: %.200s", walk->name, why ? why : "no reason given");
            return done;
        }
        if (got == 0) {
            (void)error_set(error, "%s is damaged: an entry is shorter than it says", walk->name);
            return done;
        }
        done += (size_t)got;
        walk->unpacked += (uint64_t)got;
        Error *before = walk->error;
        walk->error = error;
        const bool is_good = check_bomb(walk, walk->unpacked);
        walk->error = before;
        if (!is_good)
            return 0;
    }
    return done;
}

// The name without the parts that would lead elsewhere: "/", ".", "..".
static void clean_path(const char *path, char out[PATH_MAX])
{
    size_t length = 0;
    while (*path) {
        const size_t part = strcspn(path, "/\\");
        const bool leads =
            part == 0 || (part == 1 && path[0] == '.') || (part == 2 && path[0] == '.' && path[1] == '.');
        if (!leads && length + part + 2 < PATH_MAX) {
            if (length > 0)
                out[length++] = '/';
            memcpy(out + length, path, part);
            length += part;
        }
        path += part + (path[part] != '\0');
    }
    out[length] = '\0';
}

static EntryKind find_kind(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry) || archive_entry_symlink(entry))
        return ENTRY_OTHER;
    const mode_t type = archive_entry_filetype(entry);
    return type == AE_IFREG || type == 0 ? ENTRY_FILE : type == AE_IFDIR ? ENTRY_FOLDER : ENTRY_OTHER;
}

static bool visit_entry(Walk *walk, struct archive_entry *entry, int ordinal, ArchiveVisit *visit, void *context)
{
    char path[PATH_MAX];
    const char *const name = archive_entry_pathname(entry);
    if (!name)
        return error_set(walk->error, "%s is damaged: the name of its entry %d is no text", walk->name, ordinal + 1);
    clean_path(name, path);
    const int64_t size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;
    const bool is_tar_file = (archive_format(walk->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
    if (archive_entry_is_encrypted(entry))
        return error_set(walk->error, "%s is encrypted, and losslens has no way to ask for a password", walk->name);
    // Of a tar file what is passed over is unpacked, too.
    walk->passed += size > 0 ? (uint64_t)size : 0;
    if (size < 0 || !check_bomb(walk, is_tar_file ? walk->passed : (uint64_t)size))
        return size >= 0 ? false : error_set(walk->error, "%s is damaged: an entry has a negative size", walk->name);
    const ArchiveEntry found = {path, find_kind(entry), (uint64_t)size, ordinal, read_entry, walk};
    return visit(context, &found, walk->error);
}

static bool report_progress(const Walk *walk)
{
    const int64_t read = archive_filter_bytes(walk->archive, -1);
    return load_progress_report(walk->progress, read > 0 ? (uint64_t)read : 0, walk->stored, walk->error);
}

static bool walk_entries(Walk *walk, ArchiveVisit *visit, void *context)
{
    struct archive_entry *entry;
    for (int ordinal = 0;; ordinal++) {
        const int status = archive_read_next_header(walk->archive, &entry);
        if (status == ARCHIVE_EOF)
            return true;
        if (status < ARCHIVE_WARN)
            return refuse_archive(walk);
        if (ordinal == ENTRIES_MAX)
            return error_set(walk->error, "%s has more than %d entries", walk->name, ENTRIES_MAX);
        if (!report_progress(walk) || !visit_entry(walk, entry, ordinal, visit, context))
            return false;
    }
}

// ---- the stored bytes ---------------------------------------------------------------------------------------------

// Passing over an entry can take as long as reading it, so that whoever waits is asked here, too.
static la_ssize_t read_stored(struct archive *archive, void *context, const void **bytes)
{
    Walk *walk = context;
    *bytes = walk->block;
    if (!report_progress(walk)) {
        archive_set_error(archive, ECANCELED, "cancelled");
        walk->is_given_up = true;
        return -1;
    }
    ssize_t got;
    do
        got = read(walk->fd, walk->block, sizeof walk->block);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        archive_set_error(archive, errno, "%s", strerror(errno));
    return got;
}

static la_int64_t seek_stored(struct archive *archive, void *context, la_int64_t offset, int whence)
{
    const Walk *walk = context;
    const off_t at = lseek(walk->fd, (off_t)offset, whence);
    if (at < 0)
        archive_set_error(archive, errno, "%s", strerror(errno));
    return at < 0 ? ARCHIVE_FATAL : at;
}

static la_int64_t skip_stored(struct archive *archive, void *context, la_int64_t size)
{
    const Walk *walk = context;
    const off_t before = lseek(walk->fd, 0, SEEK_CUR), after = lseek(walk->fd, (off_t)size, SEEK_CUR);
    (void)archive;
    return before < 0 || after < 0 ? 0 : after - before; // 0: it is read instead
}

static int open_stored(Walk *walk)
{
    struct archive *archive = walk->archive;
    (void)archive_read_set_callback_data(archive, walk);
    (void)archive_read_set_read_callback(archive, read_stored);
    (void)archive_read_set_seek_callback(archive, seek_stored);
    (void)archive_read_set_skip_callback(archive, skip_stored);
    return archive_read_open1(archive);
}

// libarchive hands out names in the thread's encoding, and none where that lacks a letter: here in UTF-8, whatever the
// user's is, as all of losslens has them.
typedef struct Encoding {
    locale_t own, before;
} Encoding;

static Encoding begin_utf8(void)
{
    Encoding encoding = {.own = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0)};
    if (encoding.own)
        encoding.before = uselocale(encoding.own);
    return encoding;
}

static void end_utf8(const Encoding *encoding)
{
    if (!encoding->own)
        return;
    (void)uselocale(encoding->before);
    freelocale(encoding->own);
}

bool archive_visit(const ArchiveFile *file, ArchiveVisit *visit, void *context, const LoadProgress *progress,
                   Error *error)
{
    Walk walk = {.name = file_shorten_path(file->path), .stored = file->size, .progress = progress, .error = error};
    walk.fd = -1;
    if (!file->bytes && (walk.fd = file_open(file->path, &walk.stored, error)) < 0)
        return false;
    const Encoding encoding = begin_utf8();
    walk.archive = archive_read_new();
    bool is_good = walk.archive != NULL;
    if (is_good) {
        (void)archive_read_support_format_zip(walk.archive);
        (void)archive_read_support_format_tar(walk.archive);
        (void)archive_read_support_filter_gzip(walk.archive);
        const int status =
            file->bytes ? archive_read_open_memory(walk.archive, file->bytes, file->size) : open_stored(&walk);
        is_good = status == ARCHIVE_OK ? walk_entries(&walk, visit, context) : refuse_archive(&walk);
        (void)archive_read_free(walk.archive);
    } else {
        (void)error_set(error, "there is no memory to read %s", walk.name);
    }
    end_utf8(&encoding);
    if (walk.fd >= 0)
        (void)close(walk.fd);
    // Whatever became of it on its way through libarchive.
    return walk.is_given_up ? error_set(error, "cancelled") : is_good;
}
