// Byte reader: the bytes of a file, of memory or of whatever else hands them out, one after another; what gzip has
// packed can come out unpacked, several members as one (RFC 1952).
//
// Its first bytes can be looked at before any is taken. Memory: the reader itself, whatever the file's size.
// Internal to the engine. Thread: no state outside a ByteReader; any thread.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include "error.h"
#include "io/file_kind.h"

enum { BYTE_READER_CHUNK = 16384 };

// What is unpacked to more than so many times its size, and to more than what is free, is a bomb.
enum { UNPACK_RATIO_MAX = 250, UNPACK_FREE = 64 << 20 };

// Whether so many unpacked bytes are more than those that are stored can honestly have; says so.
bool byte_reader_check_bomb(const char *name, uint64_t unpacked, uint64_t stored, Error *error);

// The next bytes of what is no file: fewer than wanted, with a sentence in error, only where that fails.
typedef size_t ByteSource(void *context, uint8_t *bytes, size_t want, Error *error);

typedef struct ByteReader {
    const char *path; // borrowed
    const char *name; // the path as sentences show it
    Error *error;
    int fd;               // the file, or -1 where it is in memory:
    const uint8_t *bytes; // all of it; borrowed; or
    ByteSource *source;   // who hands it out
    void *source_context;
    uint64_t size, position; // in bytes as they are stored
    uint64_t unpacked;
    bool is_gzip;
    bool has_ended; // the last gzip member's own end was seen, its checksum found right
    z_stream stream;
    uint8_t chunk[BYTE_READER_CHUNK]; // stored bytes that are being unpacked
    uint8_t start[FILE_KIND_BYTES];   // the first bytes, unpacked where is_gzip
    size_t start_size, start_taken;
} ByteReader;

// Opens path, or the bytes, for which path then stands in sentences, and fills start. path and error must outlive the
// reader. Where that fails, there is nothing to close.
bool byte_reader_open(ByteReader *reader, const char *path, Error *error);
bool byte_reader_open_bytes(ByteReader *reader, const uint8_t *bytes, size_t size, const char *path, Error *error);
// size: how many bytes the source has.
bool byte_reader_open_source(ByteReader *reader, ByteSource *source, void *context, uint64_t size, const char *path,
                             Error *error);
void byte_reader_close(ByteReader *reader);

// From now on the bytes are what the gzip file unpacks to, start too. Before anything was read.
bool byte_reader_unpack(ByteReader *reader);

// The next bytes: fewer than wanted only at the end.
bool byte_reader_read(ByteReader *reader, void *bytes, size_t want, size_t *got);

// Passes over bytes that are stored as they are, and that the file's size says are there, without reading them.
bool byte_reader_skip(ByteReader *reader, uint64_t size);

// After the end of the unpacked bytes: how many stored ones follow, which are no gzip member.
uint64_t byte_reader_count_trailing(const ByteReader *reader);
