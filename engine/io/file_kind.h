// File kind: what a file is, told from how it begins, for sentences about a file that is not what was expected.
//
// Thread: no state; any thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "error.h"

// As many of a file's first bytes as are looked at, and room for the longest words about them.
enum { FILE_KIND_BYTES = 4096, FILE_KIND_TEXT = 128 };

// How a safetensors file begins: the size of its header, in so many bytes, little-endian, and at most so large.
enum { SAFETENSORS_PREFIX_SIZE = 8, SAFETENSORS_HEADER_MAX = 100000000 };

// Words with their article: "a JPEG picture", "an IDX file of float32 of rank 3 (magic number 0x00000d03)". bytes: a
// file's first, all of them where it has fewer than FILE_KIND_BYTES. False where nothing known begins so; text is then
// untouched.
bool file_kind_describe(char text[FILE_KIND_TEXT], const uint8_t *bytes, size_t size);

// Says what the file is instead of what was `expected` ("a PNG picture"), or how it begins where that is unknown.
// Returns false.
bool file_kind_refuse(const char *path, const uint8_t *bytes, size_t size, const char *expected, Error *error);

// Whether files of a kind begin so.
bool file_kind_is_gzip(const uint8_t *bytes, size_t size);
bool file_kind_is_safetensors(const uint8_t *bytes, size_t size);
