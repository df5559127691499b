// Picture: pictures in. PNG, JPEG, WebP, BMP and GIF, told by their content, become grey and alpha on at most
// INK_SIDE_MAX pixels a side, by true area average.
//
// Memory: a PNG is averaged row by row as it is unpacked, whatever its size; of the others one copy of the pixels is
// held. What is larger than PICTURE_SIDE_MAX is refused by its header, before anything is unpacked. Which way up it is
// (EXIF) and its gamma (PNG) are honoured; of an animation the first picture is taken.
// Thread: no state; any thread.
#pragma once
#include "engine.h"

enum { PICTURE_SIDE_MAX = 12000 };

// Whether a file that begins so is one of those formats: its first FILE_KIND_BYTES, or all of it.
bool picture_is_known(const uint8_t *bytes, size_t size);

// Owned by the caller: ink_free_picture. progress: NULL, or told of rows. On failure nothing is written but the error.
bool picture_read(const char *path, const LoadProgress *progress, InkPicture *out, Error *error);

// The same for bytes in memory; name stands for the file in sentences.
bool picture_parse(const uint8_t *bytes, size_t size, const char *name, const LoadProgress *progress, InkPicture *out,
                   Error *error);
