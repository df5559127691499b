// Capture text: the text chunk of a PNG, found without reading its pixels. Thread: no state; any thread.
#pragma once
#include "files/capture_state.h"

// The text that follows the keyword in a tEXt, zTXt or iTXt chunk: at most CAPTURE_TEXT_MAX - 1 bytes and a 0, owned by
// the caller (free). NULL where the file is no PNG (CAPTURE_NO_PNG), a whole one without such a chunk
// (CAPTURE_FOREIGN), or cannot be read, is cut off, damaged or too long (CAPTURE_BAD): the sentence says which.
char *capture_find_text(const char *path, const char *keyword, size_t *size, CaptureReading *reading, Error *error);
