// IDX: see idx.h.
//
// A header's promise is checked against the file's size before anything is allocated. gzip is inflated here and not by
// gzread, which takes plain data under a .gz name for good and passes over what follows the first member.
#include "idx.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "alloc.h"
#include "dataset.h"
#include "file.h"

enum { CHUNK_SIZE = 16384, IMAGES_HEADER = 16, LABELS_HEADER = 8, GZIP_WINDOW_BITS = 16 + 15 };
enum { IMAGES_MAGIC = 0x00000803, LABELS_MAGIC = 0x00000801 };

// Deflate's best: two bits for a run of 258 bytes.
enum { DEFLATE_RATIO_MAX = 1032 };

typedef struct Reader {
    const char *path;
    const char *name; // the path as sentences show it
    IdxKind kind;
    Error *error;
    int fd;               // the file, or -1 where it is in memory:
    const uint8_t *bytes; // all of it
    uint64_t size, position;
    bool gzip;
    bool ended; // the gzip member's own end was seen, its checksum found right
    z_stream stream;
    uint8_t chunk[CHUNK_SIZE];
} Reader;

static const char *name_items(IdxKind kind) { return kind == IDX_IMAGES ? "images" : "labels"; }

static uint32_t decode_big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// The next bytes of the file as it is stored: fewer than wanted only at its end.
static bool read_stored(Reader *reader, uint8_t *bytes, size_t want, size_t *got)
{
    uint64_t left = reader->size - reader->position;
    *got = want < left ? want : (size_t)left;
    if (reader->fd >= 0) {
        if (!file_read(reader->fd, bytes, *got, reader->path, reader->error))
            return false;
    } else if (*got > 0) {
        memcpy(bytes, reader->bytes + reader->position, *got);
    }
    reader->position += *got;
    return true;
}

static bool refill_chunk(Reader *reader)
{
    size_t got;
    if (!read_stored(reader, reader->chunk, sizeof reader->chunk, &got))
        return false;
    reader->stream.next_in = reader->chunk;
    reader->stream.avail_in = (uInt)got;
    return true;
}

static bool refuse_gzip_status(const Reader *reader, int status)
{
    if (status == Z_MEM_ERROR)
        return error_set(reader->error, "%s cannot be inflated: there is no memory for it", reader->name);
    if (status == Z_BUF_ERROR) {
        return error_set(reader->error, "%s is truncated: it ends after %llu bytes, in the middle of its gzip data",
                         reader->name, (unsigned long long)reader->size);
    }
    return error_set(reader->error, "%s is corrupt: its gzip data cannot be inflated (%s)", reader->name,
                     reader->stream.msg ? reader->stream.msg : "no reason given");
}

static bool read_inflated(Reader *reader, uint8_t *bytes, size_t want, size_t *got)
{
    z_stream *stream = &reader->stream;
    *got = 0;
    while (*got < want && !reader->ended) {
        if (stream->avail_in == 0 && !refill_chunk(reader))
            return false;
        size_t room = want - *got < INT_MAX ? want - *got : INT_MAX; // zlib counts in 32 bits
        stream->next_out = bytes + *got;
        stream->avail_out = (uInt)room;
        int status = inflate(stream, Z_NO_FLUSH);
        *got += room - stream->avail_out;
        reader->ended = status == Z_STREAM_END;
        bool hungry = status == Z_BUF_ERROR && reader->position < reader->size;
        if (status != Z_OK && status != Z_STREAM_END && !hungry)
            return refuse_gzip_status(reader, status);
    }
    return true;
}

// The next bytes of the IDX data: fewer than wanted only at its end.
static bool read_data(Reader *reader, uint8_t *bytes, size_t want, size_t *got)
{
    return reader->gzip ? read_inflated(reader, bytes, want, got) : read_stored(reader, bytes, want, got);
}

static bool looks_like_html(const uint8_t *bytes, size_t size)
{
    size_t i = size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (i < size && isspace(bytes[i]))
        i++;
    return i + 1 < size && bytes[i] == '<' && (bytes[i + 1] == '!' || bytes[i + 1] == '?' || isalpha(bytes[i + 1]));
}

static bool refuse_html(const Reader *reader)
{
    return error_set(reader->error, "%s looks like HTML, a web page saved under this name, where %s of %s was expected",
                     reader->name, reader->gzip ? "a gzip file" : "an IDX file", name_items(reader->kind));
}

// Leaves the first bytes in the chunk, so that inflate begins with them.
static bool begin_gzip(Reader *reader)
{
    if (!refill_chunk(reader))
        return false;
    const uint8_t *bytes = reader->chunk;
    size_t size = reader->stream.avail_in;
    if (looks_like_html(bytes, size))
        return refuse_html(reader);
    if (size < 2) {
        return error_set(reader->error, "%s is %zu bytes long, too short for the gzip file that its name promises",
                         reader->name, size);
    }
    if (bytes[0] != 0x1f || bytes[1] != 0x8b) {
        bool plain = size >= 4 && bytes[0] == 0 && bytes[1] == 0 && bytes[2] == 0x08;
        return error_set(reader->error, "%s begins with the bytes %02x %02x where gzip data begin with 1f 8b%s",
                         reader->name, bytes[0], bytes[1],
                         plain ? "; it looks like an IDX file that was never compressed, whose name has no .gz" : "");
    }
    int status = inflateInit2(&reader->stream, GZIP_WINDOW_BITS);
    return status == Z_OK || refuse_gzip_status(reader, status);
}

static bool refuse_magic(const Reader *reader, uint32_t magic, uint32_t expected)
{
    uint32_t other = expected == IMAGES_MAGIC ? LABELS_MAGIC : IMAGES_MAGIC;
    const char *items = name_items(reader->kind);
    if (magic == other) {
        return error_set(reader->error, "%s holds %s (magic number 0x%08x) where %s (0x%08x) were expected",
                         reader->name, name_items(reader->kind == IDX_IMAGES ? IDX_LABELS : IDX_IMAGES), magic, items,
                         expected);
    }
    if (magic >> 8 == expected >> 8) {
        return error_set(reader->error, "%s has rank %u (magic number 0x%08x) where %s have rank %u (0x%08x)",
                         reader->name, magic & 0xff, magic, items, expected & 0xff, expected);
    }
    if (magic >> 16 == 0x1f8b) {
        return error_set(reader->error,
                         "%s has magic number 0x%08x where %s (0x%08x) were expected; it looks like a gzip file, whose "
                         "name ends in .gz",
                         reader->name, magic, items, expected);
    }
    return error_set(reader->error, "%s has magic number 0x%08x where %s (0x%08x) were expected", reader->name, magic,
                     items, expected);
}

static bool read_header(Reader *reader, uint32_t *count)
{
    uint8_t header[IMAGES_HEADER];
    size_t size = reader->kind == IDX_IMAGES ? IMAGES_HEADER : LABELS_HEADER, got;
    if (!read_data(reader, header, size, &got))
        return false;
    if (looks_like_html(header, got))
        return refuse_html(reader);
    uint32_t magic = got >= 4 ? decode_big_endian(header) : 0;
    uint32_t expected = reader->kind == IDX_IMAGES ? IMAGES_MAGIC : LABELS_MAGIC;
    if (got >= 4 && magic != expected)
        return refuse_magic(reader, magic, expected);
    if (got < size) {
        return error_set(reader->error, "%s is truncated: it %s %zu bytes where its header alone takes %zu",
                         reader->name, reader->gzip ? "inflates to" : "holds", got, size);
    }
    *count = decode_big_endian(header + 4);
    if (*count == 0) {
        return error_set(reader->error, "%s promises 0 %s where at least 1 was expected", reader->name,
                         name_items(reader->kind));
    }
    if (reader->kind == IDX_IMAGES) {
        uint32_t rows = decode_big_endian(header + 8), columns = decode_big_endian(header + 12);
        if (rows != DIGIT_SIDE || columns != DIGIT_SIDE) {
            return error_set(reader->error, "%s holds images of %ux%u pixels where %dx%d were expected", reader->name,
                             rows, columns, DIGIT_SIDE, DIGIT_SIDE);
        }
    }
    return true;
}

static bool refuse_length(const Reader *reader, uint32_t count, uint64_t expected, uint64_t found)
{
    return error_set(reader->error, "%s %s: it is %llu bytes long where its header promises %u %s, %llu bytes in all",
                     reader->name, found < expected ? "is truncated" : "has trailing bytes", (unsigned long long)found,
                     count, name_items(reader->kind), (unsigned long long)expected);
}

// Whether the file can hold what its header promises, told from its size alone.
static bool check_promise(const Reader *reader, uint32_t count, uint64_t payload)
{
    if (!reader->gzip) {
        uint64_t whole = payload + reader->position;
        return reader->size == whole || refuse_length(reader, count, whole, reader->size);
    }
    if (payload / DEFLATE_RATIO_MAX > reader->size) {
        return error_set(reader->error,
                         "%s promises %u %s, %llu bytes, more than a gzip file of %llu bytes can inflate to",
                         reader->name, count, name_items(reader->kind), (unsigned long long)payload,
                         (unsigned long long)reader->size);
    }
    return true;
}

// After the last promised byte a gzip file has its checksum and then nothing.
static bool check_gzip_end(Reader *reader, uint32_t count, uint64_t payload)
{
    uint8_t extra;
    size_t got;
    if (!read_inflated(reader, &extra, 1, &got))
        return false;
    if (got > 0) {
        return error_set(reader->error, "%s inflates past the %u %s, %llu bytes, that its header promises",
                         reader->name, count, name_items(reader->kind), (unsigned long long)payload);
    }
    if (reader->stream.avail_in == 0 && !refill_chunk(reader))
        return false;
    uint64_t trailing = reader->stream.avail_in + (reader->size - reader->position);
    if (trailing > 0) {
        const uint8_t *next = reader->stream.next_in;
        bool member = reader->stream.avail_in >= 2 && next[0] == 0x1f && next[1] == 0x8b;
        return error_set(reader->error, "%s has %llu trailing bytes after its gzip data%s, where the end was expected",
                         reader->name, (unsigned long long)trailing, member ? ", a second gzip member" : "");
    }
    return true;
}

static bool check_labels(const Reader *reader, const uint8_t *labels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (labels[i] >= DIGIT_CLASSES) {
            return error_set(reader->error, "%s has the label %d at index %zu where 0 to %d were expected",
                             reader->name, labels[i], i, DIGIT_CLASSES - 1);
        }
    }
    return true;
}

static bool read_payload(Reader *reader, uint8_t *bytes, uint32_t count, size_t payload)
{
    size_t got;
    if (!read_data(reader, bytes, payload, &got))
        return false;
    if (got < payload) {
        return error_set(reader->error,
                         "%s is truncated: it inflates to %zu bytes after its header, which promises %u %s, %zu bytes",
                         reader->name, got, count, name_items(reader->kind), payload);
    }
    return (!reader->gzip || check_gzip_end(reader, count, payload)) &&
           (reader->kind != IDX_LABELS || check_labels(reader, bytes, count));
}

static bool read_idx(Reader *reader, IdxData *out)
{
    uint32_t count = 0;
    if ((reader->gzip && !begin_gzip(reader)) || !read_header(reader, &count))
        return false;
    uint64_t payload = (uint64_t)count * (reader->kind == IDX_IMAGES ? DIGIT_PIXELS : 1);
    if (!check_promise(reader, count, payload))
        return false;
    uint8_t *bytes = count <= INT_MAX && payload <= SIZE_MAX ? pixels_create((size_t)payload) : NULL;
    if (!bytes) {
        return error_set(reader->error, "%s holds %u %s, and there is no memory for these %llu bytes", reader->name,
                         count, name_items(reader->kind), (unsigned long long)payload);
    }
    if (!read_payload(reader, bytes, count, (size_t)payload)) {
        free(bytes);
        return false;
    }
    *out = (IdxData){(int)count, bytes};
    return true;
}

static void begin_reader(Reader *reader, const char *path, IdxKind kind, Error *error)
{
    memset(reader, 0, sizeof *reader);
    reader->path = path;
    reader->name = file_shorten_path(path);
    reader->kind = kind;
    reader->error = error;
    reader->fd = -1;
    size_t length = strlen(path);
    reader->gzip = length >= 3 && strcmp(path + length - 3, ".gz") == 0;
}

static bool finish_reader(Reader *reader, IdxData *out)
{
    bool done = read_idx(reader, out);
    (void)inflateEnd(&reader->stream); // harmless where inflate never began
    return done;
}

bool idx_load(IdxData *out, const char *path, IdxKind kind, Error *error)
{
    Reader reader;
    begin_reader(&reader, path, kind, error);
    reader.fd = file_open(path, &reader.size, error);
    if (reader.fd < 0)
        return false;
    bool done = finish_reader(&reader, out);
    (void)close(reader.fd);
    return done;
}

bool idx_parse(IdxData *out, const uint8_t *bytes, size_t size, const char *name, IdxKind kind, Error *error)
{
    Reader reader;
    begin_reader(&reader, name, kind, error);
    reader.bytes = bytes;
    reader.size = size;
    return finish_reader(&reader, out);
}
