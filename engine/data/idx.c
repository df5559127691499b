// IDX: see idx.h.
//
// A header's promise is checked against the file's size before anything is allocated. Whether a file is packed by gzip
// is told from its bytes: people rename both kinds.
#include "data/idx.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "data/dataset.h"
#include "io/byte_reader.h"

enum { HEADER_MAX = 16, NAME_MAX_BYTES = 256 };

// Deflate's best: two bits for a run of 258 bytes.
enum { DEFLATE_RATIO_MAX = 1032 };

// What files of a kind begin with, and how sentences name them: shortly, and where another IDX file was found.
typedef struct Format {
    uint8_t magic[4];
    size_t header_size, item_size; // bytes
    const char *items, *expected, *exactly;
} Format;

static const Format formats[] = {
    [IDX_IMAGES] = {{0, 0, 8, 3},
                    16,
                    DIGIT_PIXELS,
                    "images",
                    "an IDX file with images",
                    "an IDX file with images (unsigned bytes of rank 3, 0x00000803)"},
    [IDX_LABELS] = {{0, 0, 8, 1},
                    8,
                    1,
                    "labels",
                    "an IDX file with labels",
                    "an IDX file with labels (unsigned bytes of rank 1, 0x00000801)"},
};

typedef struct Reading {
    ByteReader from;
    const Format *format;
    const char *name;
    Error *error;
} Reading;

static uint32_t decode_big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// Whether the bytes begin as the format says, as far as they go.
static bool check_magic(const Reading *reading)
{
    const ByteReader *from = &reading->from;
    const Format *format = reading->format;
    const size_t size = from->start_size < sizeof format->magic ? from->start_size : sizeof format->magic;
    if (memcmp(from->start, format->magic, size) == 0)
        return true;
    char name[NAME_MAX_BYTES];
    (void)snprintf(name, sizeof name, "%s%s", reading->name, from->is_gzip ? ", inflated by gzip," : "");
    const bool is_idx = size > 2 && from->start[0] == 0 && from->start[1] == 0 && from->start[2] >> 3 == 1;
    return file_kind_refuse(name, from->start, from->start_size, is_idx ? format->exactly : format->expected,
                            reading->error);
}

static bool read_header(Reading *reading, uint32_t *count)
{
    uint8_t header[HEADER_MAX];
    const Format *format = reading->format;
    size_t got;
    if (!check_magic(reading) || !byte_reader_read(&reading->from, header, format->header_size, &got))
        return false;
    if (got < format->header_size) {
        return error_set(reading->error, "%s is truncated: it %s %zu bytes where its header alone takes %zu",
                         reading->name, reading->from.is_gzip ? "inflates to" : "holds", got, format->header_size);
    }
    *count = decode_big_endian(header + 4);
    if (*count == 0)
        return error_set(reading->error, "%s promises 0 %s where at least 1 was expected", reading->name,
                         format->items);
    if (format == &formats[IDX_IMAGES]) {
        uint32_t rows = decode_big_endian(header + 8), columns = decode_big_endian(header + 12);
        if (rows != DIGIT_SIDE || columns != DIGIT_SIDE) {
            return error_set(reading->error, "%s holds images of %ux%u pixels where %dx%d were expected", reading->name,
                             rows, columns, DIGIT_SIDE, DIGIT_SIDE);
        }
    }
    return true;
}

static bool refuse_length(const Reading *reading, uint32_t count, uint64_t expected, uint64_t found)
{
    return error_set(reading->error, "%s %s: it is %llu bytes long where its header promises %u %s, %llu bytes in all",
                     reading->name, found < expected ? "is truncated" : "has trailing bytes", (unsigned long long)found,
                     count, reading->format->items, (unsigned long long)expected);
}

// Whether the file can hold what its header promises, told from its size alone.
static bool check_promise(const Reading *reading, uint32_t count, uint64_t payload)
{
    const uint64_t size = reading->from.size;
    if (!reading->from.is_gzip) {
        uint64_t whole = payload + reading->format->header_size;
        return size == whole || refuse_length(reading, count, whole, size);
    }
    if (payload / DEFLATE_RATIO_MAX > size) {
        return error_set(
            reading->error, "%s promises %u %s, %llu bytes, more than a gzip file of %llu bytes can inflate to",
            reading->name, count, reading->format->items, (unsigned long long)payload, (unsigned long long)size);
    }
    return true;
}

// After the last promised byte a gzip file has its checksum and then nothing.
static bool check_gzip_end(Reading *reading, uint32_t count, uint64_t payload)
{
    uint8_t extra;
    size_t got;
    uint64_t trailing;
    bool is_member;
    if (!byte_reader_read(&reading->from, &extra, 1, &got))
        return false;
    if (got > 0) {
        return error_set(reading->error, "%s inflates past the %u %s, %llu bytes, that its header promises",
                         reading->name, count, reading->format->items, (unsigned long long)payload);
    }
    if (!byte_reader_count_trailing(&reading->from, &trailing, &is_member))
        return false;
    return trailing == 0 ||
           error_set(reading->error, "%s has %llu trailing bytes after its gzip data%s, where the end was expected",
                     reading->name, (unsigned long long)trailing, is_member ? ", a second gzip member" : "");
}

static bool check_labels(const Reading *reading, const uint8_t *labels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (labels[i] >= DIGIT_CLASSES) {
            return error_set(reading->error, "%s has the label %d at index %zu where 0 to %d were expected",
                             reading->name, labels[i], i, DIGIT_CLASSES - 1);
        }
    }
    return true;
}

static bool read_payload(Reading *reading, uint8_t *bytes, uint32_t count, size_t payload)
{
    size_t got;
    if (!byte_reader_read(&reading->from, bytes, payload, &got))
        return false;
    if (got < payload) {
        return error_set(reading->error,
                         "%s is truncated: it inflates to %zu bytes after its header, which promises %u %s, %zu bytes",
                         reading->name, got, count, reading->format->items, payload);
    }
    return (!reading->from.is_gzip || check_gzip_end(reading, count, payload)) &&
           (reading->format != &formats[IDX_LABELS] || check_labels(reading, bytes, count));
}

static bool read_idx(Reading *reading, IdxData *out)
{
    uint32_t count = 0;
    if ((file_kind_is_gzip(reading->from.start, reading->from.start_size) && !byte_reader_unpack(&reading->from)) ||
        !read_header(reading, &count))
        return false;
    uint64_t payload = (uint64_t)count * reading->format->item_size;
    if (!check_promise(reading, count, payload))
        return false;
    uint8_t *bytes = count <= INT_MAX && payload <= SIZE_MAX ? pixels_create((size_t)payload) : NULL;
    if (!bytes) {
        return error_set(reading->error, "%s holds %u %s, and there is no memory for these %llu bytes", reading->name,
                         count, reading->format->items, (unsigned long long)payload);
    }
    if (!read_payload(reading, bytes, count, (size_t)payload)) {
        free(bytes);
        return false;
    }
    *out = (IdxData){(int)count, bytes};
    return true;
}

// reading: its reader is open. Closes it.
static bool finish(Reading *reading, IdxData *out, IdxKind kind, Error *error)
{
    reading->format = &formats[kind];
    reading->name = reading->from.name;
    reading->error = error;
    bool done = read_idx(reading, out);
    byte_reader_close(&reading->from);
    return done;
}

bool idx_load(IdxData *out, const char *path, IdxKind kind, Error *error)
{
    Reading reading;
    return byte_reader_open(&reading.from, path, error) && finish(&reading, out, kind, error);
}

bool idx_parse(IdxData *out, const uint8_t *bytes, size_t size, const char *name, IdxKind kind, Error *error)
{
    Reading reading;
    return byte_reader_open_bytes(&reading.from, bytes, size, name, error) && finish(&reading, out, kind, error);
}
