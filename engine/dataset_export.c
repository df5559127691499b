// Dataset, its export: see dataset.h.
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "dataset.h"
#include "dataset_files.h"
#include "file.h"

enum { FILE_COUNT = 4, CHUNK_SIZE = 16384, GZIP_WINDOW_BITS = 16 + 15, MEMORY_LEVEL = 8 };

// Every spelling counts, since dataset_load would take any of them: exported images must not come to lie beside
// somebody else's labels.
static bool check_vacant(const char *folder, Error *error)
{
    for (int i = 0; i < FILE_COUNT; i++) {
        char path[PATH_MAX];
        if (!dataset_find_file(path, folder, i / 2, i % 2 ? IDX_LABELS : IDX_IMAGES, error))
            return false;
        if (path[0]) {
            return error_set(error,
                             "%s already exists, and an export replaces nothing; a folder without it was expected",
                             file_shorten_path(path));
        }
    }
    return true;
}

static bool deflate_bytes(z_stream *stream, Draft *draft, const uint8_t *bytes, size_t size, bool last, Error *error)
{
    uint8_t chunk[CHUNK_SIZE];
    do {
        if (stream->avail_in == 0) {
            size_t step = size < INT_MAX ? size : INT_MAX; // zlib counts in 32 bits
            stream->next_in = (z_const Bytef *)bytes;
            stream->avail_in = (uInt)step;
            bytes += step;
            size -= step;
        }
        stream->next_out = chunk;
        stream->avail_out = sizeof chunk;
        (void)deflate(stream, last && size == 0 ? Z_FINISH : Z_NO_FLUSH);
        if (!draft_write(draft, chunk, sizeof chunk - stream->avail_out, error))
            return false;
    } while (size > 0 || stream->avail_in > 0 || (last && stream->avail_out == 0));
    return true;
}

static void encode_big_endian(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

static bool write_idx(Draft *draft, const ImageSet *set, IdxKind kind, Error *error)
{
    bool images = kind == IDX_IMAGES;
    uint8_t header[16] = {0, 0, 0x08, images ? 3 : 1};
    encode_big_endian(header + 4, (uint32_t)set->count);
    encode_big_endian(header + 8, DIGIT_SIDE);
    encode_big_endian(header + 12, DIGIT_SIDE);
    z_stream stream = {0};
    // zlib's own gzip header has neither a time nor a name, so the same digits give the same file.
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return error_set(error, "%s cannot be compressed: there is no memory for it", file_shorten_path(draft->target));
    bool done = deflate_bytes(&stream, draft, header, images ? 16 : 8, false, error) &&
                deflate_bytes(&stream, draft, images ? set->pixels : set->labels,
                              (size_t)set->count * (images ? DIGIT_PIXELS : 1), true, error);
    (void)deflateEnd(&stream);
    return done;
}

static bool write_draft(Draft *draft, const ImageSet *set, bool test, IdxKind kind, const char *folder, Error *error)
{
    char name[DATASET_NAME_MAX], path[PATH_MAX];
    dataset_spell_file(name, test, kind, DATASET_GZIP_SPELLING);
    return dataset_join_path(path, folder, name, error) && draft_begin(draft, path, error) &&
           write_idx(draft, set, kind, error) && draft_finish(draft, error);
}

static bool export_files(Draft drafts[FILE_COUNT], const Dataset *dataset, const char *folder, Error *error)
{
    int count = 0;
    for (int i = 0; i < FILE_COUNT; i++) {
        const ImageSet *set = i / 2 ? &dataset->test : &dataset->train;
        IdxKind kind = i % 2 ? IDX_LABELS : IDX_IMAGES;
        if ((kind == IDX_IMAGES || set->labels) && !write_draft(&drafts[count++], set, i / 2, kind, folder, error))
            return false;
    }
    for (int i = 0; i < count; i++) {
        if (!draft_publish(&drafts[i], false, error)) {
            while (--i >= 0) // what has its name already is ours, since publishing replaces nothing
                (void)unlink(drafts[i].target);
            return false;
        }
    }
    return true;
}

bool dataset_export(const Dataset *dataset, const char *folder, Error *error)
{
    assert(dataset->train.count > 0 && dataset->test.count > 0);
    bool made = mkdir(folder, 0777) == 0;
    if (!made && errno != EEXIST)
        return error_set(error, "the folder %s cannot be made: %s", file_shorten_path(folder), strerror(errno));
    Draft *drafts = calloc(FILE_COUNT, sizeof *drafts);
    bool done = drafts ? dataset_check_folder(folder, error) && check_vacant(folder, error)
                       : error_set(error, "%s cannot be written: there is no memory for it", file_shorten_path(folder));
    for (int i = 0; done && i < FILE_COUNT; i++)
        drafts[i].fd = -1;
    if (done && !export_files(drafts, dataset, folder, error)) {
        done = false;
        for (int i = 0; i < FILE_COUNT; i++)
            draft_discard(&drafts[i]);
    }
    free(drafts);
    if (!done && made)
        (void)rmdir(folder);
    return done;
}
