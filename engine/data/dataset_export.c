// Dataset, its export: see dataset.h.
#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "data/dataset.h"
#include "data/dataset_files.h"
#include "io/file.h"

enum { FILE_COUNT = 4, CHUNK_SIZE = 16384, GZIP_WINDOW_BITS = 16 + 15, MEMORY_LEVEL = 8 };

// What is to be written, and where.
typedef struct Export {
    const Dataset *dataset;
    int (*stop)(void); // NULL: never
    int count;
    const ImageSet *sets[FILE_COUNT];
    IdxKind kinds[FILE_COUNT];
    char spellings[FILE_COUNT][DATASET_NAME_MAX];
    const char *names[FILE_COUNT]; // of the spellings
    NewFiles files;
} Export;

static void list_files(Export *export)
{
    for (int i = 0; i < FILE_COUNT; i++) {
        const ImageSet *set = i / 2 ? &export->dataset->test : &export->dataset->train;
        const IdxKind kind = i % 2 ? IDX_LABELS : IDX_IMAGES;
        if (kind == IDX_LABELS && !set->labels)
            continue;
        dataset_spell_file(export->spellings[export->count], i / 2, kind, DATASET_GZIP_SPELLING);
        export->names[export->count] = export->spellings[export->count];
        export->sets[export->count] = set;
        export->kinds[export->count++] = kind;
    }
}

static bool is_listed(const Export *export, const char *name)
{
    for (int i = 0; i < export->count; i++)
        if (strcmp(export->names[i], name) == 0)
            return true;
    return false;
}

// Every spelling counts, since dataset_open would take any of them: exported images must not come to lie beside
// somebody else's labels.
static bool check_others(const Export *export, const char *folder, Error *error)
{
    for (int i = 0; i < FILE_COUNT * DATASET_SPELLINGS; i++) {
        char name[DATASET_NAME_MAX], path[PATH_MAX];
        struct stat status;
        dataset_spell_file(name, i % 4 / 2, i % 2 ? IDX_LABELS : IDX_IMAGES, i / 4);
        if (is_listed(export, name))
            continue;
        if (!new_folder_join(path, folder, name, error))
            return false;
        if (lstat(path, &status) == 0)
            return error_set(error,
                             "%s already exists and would be taken for a part of the export; a folder without "
                             "it was expected",
                             file_shorten_path(path));
    }
    return true;
}

static bool deflate_bytes(const Export *export, z_stream *stream, NewFile *file, const uint8_t *bytes, size_t size,
                          bool last, Error *error)
{
    uint8_t chunk[CHUNK_SIZE];
    do {
        if (export->stop && export->stop())
            return error_set(error, "%s was not written, because the export was stopped",
                             file_shorten_path(file->path));
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
        if (!new_file_put(file, chunk, sizeof chunk - stream->avail_out, error))
            return false;
    } while (size > 0 || stream->avail_in > 0 || (last && stream->avail_out == 0));
    return true;
}

static void encode_big_endian(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

// The labels as the file has them: bytes where they fit, else 32-bit integers. Owned by the caller: free.
static uint8_t *encode_labels(const ImageSet *set, bool *are_bytes)
{
    uint8_t *bytes = malloc((size_t)set->count * sizeof *set->labels);
    *are_bytes = true;
    for (int i = 0; i < set->count; i++)
        *are_bytes = *are_bytes && set->labels[i] >= 0 && set->labels[i] <= UINT8_MAX;
    for (int i = 0; bytes && i < set->count; i++) {
        if (*are_bytes)
            bytes[i] = (uint8_t)set->labels[i];
        else
            encode_big_endian(bytes + 4 * (size_t)i, (uint32_t)set->labels[i]);
    }
    return bytes;
}

static bool deflate_idx(const Export *export, NewFile *file, const uint8_t *header, size_t header_size,
                        const uint8_t *bytes, size_t size, Error *error)
{
    z_stream stream = {0};
    // zlib's own gzip header has neither a time nor a name, so the same digits give the same file.
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW_BITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return error_set(error, "%s cannot be compressed: there is no memory for it", file_shorten_path(file->path));
    const bool done = deflate_bytes(export, &stream, file, header, header_size, false, error) &&
                      deflate_bytes(export, &stream, file, bytes, size, true, error);
    (void)deflateEnd(&stream);
    return done;
}

static bool write_idx(const Export *export, NewFile *file, int index, Error *error)
{
    const ImageSet *set = export->sets[index];
    bool images = export->kinds[index] == IDX_IMAGES;
    uint8_t header[16] = {0, 0, 0x08, images ? 3 : 1};
    encode_big_endian(header + 4, (uint32_t)set->count);
    encode_big_endian(header + 8, DIGIT_SIDE);
    encode_big_endian(header + 12, DIGIT_SIDE);
    if (images)
        return deflate_idx(export, file, header, 16, set->pixels, (size_t)set->count * DIGIT_PIXELS, error);
    bool are_bytes;
    uint8_t *labels = encode_labels(set, &are_bytes);
    if (!labels)
        return error_set(error, "%s cannot be written: there is no memory for it", file_shorten_path(file->path));
    header[2] = are_bytes ? 0x08 : 0x0c;
    const bool done = deflate_idx(export, file, header, 8, labels, (size_t)set->count * (are_bytes ? 1 : 4), error);
    free(labels);
    return done;
}

static bool write_files(Export *export, Error *error)
{
    for (int i = 0; i < export->count; i++) {
        NewFile *file = new_files_add(&export->files, i, error);
        if (!file || !write_idx(export, file, i, error) || !new_file_finish(file, error))
            return false;
    }
    return true;
}

bool dataset_export(const Dataset *dataset, const char *folder, Naming naming, int (*stop)(void), Error *error)
{
    assert(dataset->train.count > 0 && dataset->test.count > 0);
    Export *export = calloc(1, sizeof *export);
    if (!export)
        return error_set(error, "%s cannot be written: there is no memory for it", file_shorten_path(folder));
    export->dataset = dataset;
    export->stop = stop;
    list_files(export);
    bool done = check_others(export, folder, error) &&
                new_files_begin(&export->files, folder, export->names, export->count, naming, "an export", error);
    if (done && !write_files(export, error)) {
        new_files_discard(&export->files);
        done = false;
    }
    done = done && new_files_publish(&export->files, error);
    free(export);
    return done;
}
