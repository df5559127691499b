// Fetch: the files of a set, one after another, from the mirrors, one after another. A single request: download.c. See
// fetch.h.
#include "data/fetch.h"

#include <assert.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "data/download.h"
#include "data/download_url.h"
#include "io/file.h"
#include "io/new_folder.h"

// A mirror is tried so often in a row without sending at least so many bytes; pauses grow, up to a limit.
enum { TRIES_MAX = 3, GAIN = 65536, PAUSE_MS = 100, PAUSE_STEP_MS = 50 };

typedef struct Fetch {
    const KnownSet *set;
    const FetchOptions *options;
    uint64_t done, total; // bytes of the set; done: of whole files
} Fetch;

// A file under way.
typedef struct Piece {
    Fetch *fetch;
    const KnownFile *known;
    NewFile file;
    uint64_t there; // bytes of it
} Piece;

static bool report(const Fetch *fetch, uint64_t there, Error *error)
{
    return load_progress_report(fetch->options->progress, fetch->done + there, fetch->total, error);
}

// ---- one file from one mirror -------------------------------------------------------------------------------------

// Whether what is there is the file. Else it begins anew.
static DownloadEnd check_sum(Piece *piece, const char *url, Error *error)
{
    char sum[SHA256_TEXT];
    if (!known_sets_sum_file(piece->file.fd, sum)) {
        (void)error_set(error, "%s cannot be read again", file_shorten_path(piece->file.path));
        return DOWNLOAD_FAILED;
    }
    if (strcmp(sum, piece->known->sha256) == 0)
        return DOWNLOAD_DONE;
    if (!new_file_clear(&piece->file, error))
        return DOWNLOAD_FAILED;
    piece->there = 0;
    (void)error_set(error, "%s sends another file: its SHA-256 is %s where %s was expected", file_shorten_path(url),
                    sum, piece->known->sha256);
    return DOWNLOAD_REFUSED;
}

static bool pause_for(const Piece *piece, int ms, Error *error)
{
    const struct timespec step = {.tv_nsec = PAUSE_STEP_MS * 1000000L};
    for (; ms > 0; ms -= PAUSE_STEP_MS) {
        if (!report(piece->fetch, piece->there, error))
            return false;
        (void)nanosleep(&step, NULL);
    }
    return true;
}

static DownloadEnd download_once(Piece *piece, const char *url, bool is_plain_http, Error *error)
{
    const FetchOptions *options = piece->fetch->options;
    Download download = {.url = url,
                         .is_plain_http = is_plain_http,
                         .file = &piece->file,
                         .there = piece->there,
                         .size = piece->known->size,
                         .stall_seconds = options->stall_seconds ? options->stall_seconds : FETCH_STALL_SECONDS,
                         .progress = options->progress,
                         .done_before = piece->fetch->done,
                         .total = piece->fetch->total};
    const DownloadEnd end = download_run(&download, error);
    piece->there = download.there;
    return end;
}

static DownloadEnd try_mirror(Piece *piece, const KnownMirror *mirror, Error *error)
{
    char url[FETCH_URL_MAX + KNOWN_SET_NAME_MAX];
    const char *slash = mirror->url[strlen(mirror->url) - 1] == '/' ? "" : "/";
    (void)snprintf(url, sizeof url, "%s%s%s", mirror->url, slash, piece->known->name);
    for (int failures = 0;;) {
        const uint64_t before = piece->there;
        DownloadEnd end = download_once(piece, url, mirror->is_plain_http, error);
        if (end == DOWNLOAD_DONE) {
            end = check_sum(piece, url, error);
            if (end != DOWNLOAD_REFUSED || before == 0)
                return end;
            continue; // the part that was there may have been wrong, and is gone now
        }
        if (end != DOWNLOAD_BROKEN)
            return end;
        failures = piece->there >= before + GAIN ? 0 : failures + 1;
        if (failures == TRIES_MAX)
            return end;
        if (!pause_for(piece, PAUSE_MS << failures, error))
            return DOWNLOAD_CANCELLED;
    }
}

// ---- one file -----------------------------------------------------------------------------------------------------

// From the first mirror that has it. What was wrong with one is a notice where there is another.
static DownloadEnd try_mirrors(Piece *piece, Error *error)
{
    const FetchOptions *options = piece->fetch->options;
    const KnownMirror own[KNOWN_SET_MIRRORS] = {{options->mirror, false}};
    const KnownMirror *mirrors = options->mirror ? own : piece->fetch->set->mirrors;
    DownloadEnd end = DOWNLOAD_REFUSED;
    for (int i = 0; i < KNOWN_SET_MIRRORS && mirrors[i].url; i++) {
        end = try_mirror(piece, &mirrors[i], error);
        if (end != DOWNLOAD_BROKEN && end != DOWNLOAD_REFUSED)
            return end;
        if (options->notices && i + 1 < KNOWN_SET_MIRRORS && mirrors[i + 1].url)
            notices_add(options->notices, "%s; another mirror was asked", error->text);
    }
    return end;
}

static DownloadEnd complete(Piece *piece, Error *error)
{
    Error ignored;
    if (piece->there > piece->known->size) {
        if (!new_file_clear(&piece->file, error))
            return DOWNLOAD_FAILED;
        piece->there = 0;
    }
    if (piece->there == piece->known->size && check_sum(piece, "", &ignored) == DOWNLOAD_DONE)
        return DOWNLOAD_DONE;
    return try_mirrors(piece, error);
}

// Whether the file is there already: then it may have to be another one's.
static bool look(const Fetch *fetch, const KnownFile *known, const char *path, bool *is_right, Error *error)
{
    struct stat status;
    uint64_t size;
    char sum[SHA256_TEXT] = "";
    *is_right = false;
    if (lstat(path, &status) != 0)
        return true; // new_file_resume says what is wrong, if anything is
    const int fd = file_open(path, &size, error);
    if (fd < 0)
        return false;
    *is_right = size == known->size && known_sets_sum_file(fd, sum) && strcmp(sum, known->sha256) == 0;
    (void)close(fd);
    return *is_right || fetch->options->naming == NAME_FORCED ||
           error_set(error, "%s is there already, and is not the file of %s; --force replaces it",
                     file_shorten_path(path), fetch->set->label);
}

static bool fetch_file(Fetch *fetch, const KnownFile *known, bool *was_fetched, Error *error)
{
    char path[PATH_MAX];
    bool is_right;
    Piece piece = {.fetch = fetch, .known = known};
    if (!report(fetch, 0, error) || !new_folder_join(path, fetch->options->folder, known->name, error) ||
        !look(fetch, known, path, &is_right, error))
        return false;
    if (!is_right) {
        if (!new_file_resume(&piece.file, path, fetch->options->naming, &piece.there, error))
            return false;
        const DownloadEnd end = complete(&piece, error);
        if (end == DOWNLOAD_DONE || end == DOWNLOAD_FAILED) {
            if (!new_file_end(&piece.file, end == DOWNLOAD_DONE, error))
                return false;
        } else {
            new_file_keep(&piece.file);
            return false;
        }
    }
    *was_fetched = !is_right;
    fetch->done += known->size;
    return true;
}

// ---- all of them --------------------------------------------------------------------------------------------------

bool fetch_set(const KnownSet *set, const FetchOptions *options, FetchResult *result, Error *error)
{
    assert(options->folder && options->naming != NAME_NEXT);
    NewFolder folder = {0};
    FetchResult unused;
    Fetch fetch = {.set = set, .options = options, .total = known_set_size(set)};
    result = result ? result : &unused;
    *result = (FetchResult){0};
    if (options->mirror && !fetch_check_mirror(options->mirror, error))
        return false;
    if (!new_folder_make(&folder, options->folder, error))
        return false;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        new_folder_remove(&folder);
        return error_set(error, "%s cannot be fetched: libcurl cannot begin", set->label);
    }
    bool good = true;
    for (int i = 0; good && i < KNOWN_SET_FILES; i++)
        good = fetch_file(&fetch, &set->files[i], &result->was_fetched[i], error);
    curl_global_cleanup();
    if (good)
        return report(&fetch, 0, NULL) || true; // it is there, whoever cancels now
    new_folder_remove(&folder);                 // as far as nothing came of it
    return false;
}

bool fetch_check_mirror(const char *url, Error *error)
{
    if (strlen(url) >= FETCH_URL_MAX - KNOWN_SET_NAME_MAX)
        return error_set(error, "the mirror's address is longer than %d bytes", FETCH_URL_MAX - KNOWN_SET_NAME_MAX - 1);
    return download_check_url(url, "", error);
}
