// Scratch: a folder of a test's own for the files that it makes.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCRATCH_PATH_MAX = 256 };

// One buffer of bytes that grows; a zeroed one is empty. free(buffer->bytes) ends it.
typedef struct Buffer {
    uint8_t *bytes;
    size_t size;
} Buffer;

// Set-up and tear-down of each test, or of a group: make the folder; remove it and everything in it.
int scratch_setup(void **state);
int scratch_teardown(void **state);

const char *scratch_folder(void); // its path, from set-up to tear-down

// The path of a name in the folder; valid until the fourth call after it.
const char *scratch_path(const char *name);
void scratch_write(const char *name, const void *bytes, size_t size);
void scratch_read(const char *name, Buffer *out);

// How many entries the folder (a name in scratch, "" for itself) has.
int scratch_count(const char *name);

void buffer_append(Buffer *buffer, const void *bytes, size_t size);
void buffer_append_big_endian(Buffer *buffer, uint32_t value);
void buffer_append_little_endian(Buffer *buffer, uint64_t value);
void buffer_gzip(const Buffer *plain, Buffer *out); // appends one gzip member
