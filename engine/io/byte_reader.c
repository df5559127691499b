// Byte reader: see byte_reader.h.
//
// gzip is unpacked here and not by gzread, which passes over what follows the first member.
#include "io/byte_reader.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "io/file.h"

enum { GZIP_WINDOW_BITS = 16 + 15, GZIP_MAGIC_SIZE = 2 };

// The next bytes of the file as it is stored: fewer than wanted only at its end.
static bool read_stored(ByteReader *reader, uint8_t *bytes, size_t want, size_t *got)
{
    uint64_t left = reader->size - reader->position;
    *got = want < left ? want : (size_t)left;
    if (reader->fd >= 0) {
        if (!file_read(reader->fd, bytes, *got, reader->path, reader->error))
            return false;
    } else if (reader->source) {
        if (*got > 0 && reader->source(reader->source_context, bytes, *got, reader->error) < *got)
            return false;
    } else if (*got > 0) {
        memcpy(bytes, reader->bytes + reader->position, *got);
    }
    reader->position += *got;
    return true;
}

static bool refill_chunk(ByteReader *reader)
{
    size_t got;
    if (!read_stored(reader, reader->chunk, sizeof reader->chunk, &got))
        return false;
    reader->stream.next_in = reader->chunk;
    reader->stream.avail_in = (uInt)got;
    return true;
}

// After a member's end: whether another one begins there. Its first bytes may lie on both sides of a chunk's end.
static bool find_member(ByteReader *reader, bool *is_member)
{
    z_stream *stream = &reader->stream;
    if (stream->avail_in < GZIP_MAGIC_SIZE && reader->position < reader->size) {
        size_t got;
        const size_t left = stream->avail_in;
        memmove(reader->chunk, stream->next_in, left);
        if (!read_stored(reader, reader->chunk + left, sizeof reader->chunk - left, &got))
            return false;
        stream->next_in = reader->chunk;
        stream->avail_in = (uInt)(left + got);
    }
    *is_member = file_kind_is_gzip(stream->next_in, stream->avail_in);
    return true;
}

bool byte_reader_check_bomb(const char *name, uint64_t unpacked, uint64_t stored, Error *error)
{
    if (unpacked <= UNPACK_FREE || unpacked / UNPACK_RATIO_MAX <= stored)
        return true;
    return error_set(error,
                     "%s unpacks to %llu bytes or more from %llu, more than %d times as many, and is refused as a bomb",
                     name, (unsigned long long)unpacked, (unsigned long long)stored, UNPACK_RATIO_MAX);
}

static bool refuse_status(const ByteReader *reader, int status)
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

static bool read_unpacked(ByteReader *reader, uint8_t *bytes, size_t want, size_t *got)
{
    z_stream *stream = &reader->stream;
    *got = 0;
    while (*got < want && !reader->has_ended) {
        if (stream->avail_in == 0 && !refill_chunk(reader))
            return false;
        size_t room = want - *got < INT_MAX ? want - *got : INT_MAX; // zlib counts in 32 bits
        stream->next_out = bytes + *got;
        stream->avail_out = (uInt)room;
        int status = inflate(stream, Z_NO_FLUSH);
        *got += room - stream->avail_out;
        reader->unpacked += room - stream->avail_out;
        if (!byte_reader_check_bomb(reader->name, reader->unpacked, reader->position, reader->error))
            return false;
        if (status == Z_STREAM_END) {
            bool is_member;
            if (!find_member(reader, &is_member))
                return false;
            reader->has_ended = !is_member;
            if (is_member && inflateReset(stream) != Z_OK)
                return refuse_status(reader, Z_STREAM_ERROR);
        }
        bool hungry = status == Z_BUF_ERROR && reader->position < reader->size;
        if (status != Z_OK && status != Z_STREAM_END && !hungry)
            return refuse_status(reader, status);
    }
    return true;
}

bool byte_reader_open(ByteReader *reader, const char *path, Error *error)
{
    memset(reader, 0, sizeof *reader);
    reader->path = path;
    reader->name = file_shorten_path(path);
    reader->error = error;
    reader->fd = file_open(path, &reader->size, error);
    if (reader->fd < 0)
        return false;
    if (read_stored(reader, reader->start, sizeof reader->start, &reader->start_size))
        return true;
    byte_reader_close(reader);
    return false;
}

bool byte_reader_open_bytes(ByteReader *reader, const uint8_t *bytes, size_t size, const char *path, Error *error)
{
    memset(reader, 0, sizeof *reader);
    reader->path = path;
    reader->name = file_shorten_path(path);
    reader->error = error;
    reader->fd = -1;
    reader->bytes = bytes;
    reader->size = size;
    return read_stored(reader, reader->start, sizeof reader->start, &reader->start_size);
}

bool byte_reader_open_source(ByteReader *reader, ByteSource *source, void *context, uint64_t size, const char *path,
                             Error *error)
{
    memset(reader, 0, sizeof *reader);
    reader->path = path;
    reader->name = file_shorten_path(path);
    reader->error = error;
    reader->fd = -1;
    reader->source = source;
    reader->source_context = context;
    reader->size = size;
    return read_stored(reader, reader->start, sizeof reader->start, &reader->start_size);
}

void byte_reader_close(ByteReader *reader)
{
    if (reader->is_gzip)
        (void)inflateEnd(&reader->stream);
    if (reader->fd >= 0)
        (void)close(reader->fd);
    reader->is_gzip = false;
    reader->fd = -1;
}

bool byte_reader_unpack(ByteReader *reader)
{
    static_assert(sizeof reader->start <= sizeof reader->chunk, "the first bytes are the first chunk");
    assert(reader->start_taken == 0 && !reader->is_gzip);
    int status = inflateInit2(&reader->stream, GZIP_WINDOW_BITS);
    if (status != Z_OK)
        return refuse_status(reader, status);
    reader->is_gzip = true;
    memcpy(reader->chunk, reader->start, reader->start_size);
    reader->stream.next_in = reader->chunk;
    reader->stream.avail_in = (uInt)reader->start_size;
    return read_unpacked(reader, reader->start, sizeof reader->start, &reader->start_size);
}

bool byte_reader_read(ByteReader *reader, void *bytes, size_t want, size_t *got)
{
    size_t left = reader->start_size - reader->start_taken, first = want < left ? want : left, rest = 0;
    if (first > 0)
        memcpy(bytes, reader->start + reader->start_taken, first);
    reader->start_taken += first;
    uint8_t *next = (uint8_t *)bytes + first;
    bool done = first == want || (reader->is_gzip ? read_unpacked(reader, next, want - first, &rest)
                                                  : read_stored(reader, next, want - first, &rest));
    *got = first + rest;
    return done;
}

bool byte_reader_skip(ByteReader *reader, uint64_t size)
{
    assert(!reader->is_gzip);
    const size_t left = reader->start_size - reader->start_taken, first = size < left ? (size_t)size : left;
    reader->start_taken += first;
    size -= first;
    assert(size <= reader->size - reader->position);
    reader->position += size;
    assert(!reader->source);
    if (reader->fd < 0 || size == 0 || lseek(reader->fd, (off_t)size, SEEK_CUR) >= 0)
        return true;
    return error_set(reader->error, "%s cannot be read: %s", reader->name, strerror(errno));
}

uint64_t byte_reader_count_trailing(const ByteReader *reader)
{
    assert(reader->is_gzip && reader->has_ended);
    return reader->stream.avail_in + (reader->size - reader->position);
}
