// Trace: one JSON line for each frame that was drawn: how long it took, every widget's place, what is on show. For
// tests and bug reports.
#pragma once
#include <jansson.h>
#include <stdio.h>

#include "draw/ui.h"
#include "panels/layout.h"
#include "state/frame.h"

// An empty file, whole lines of which can be read while it grows: fclose. NULL on failure.
FILE *trace_open(const char *path, Naming naming, Error *error);

// frame_ms: from the first event of the frame to the end of its drawing. has_texts: with every text on screen. False,
// with errno, where the line could not be written; ENOMEM: there is no line for this frame, and there may be for the
// next.
bool trace_write(FILE *file, const Frame *frame, const Layout *layout, const Ui *ui, double frame_ms, bool has_texts);

// Every text that the last pass drew: [{"text", "rect": [x, y, w, h], "box", "color": "rrggbbaa", "cut"}, ...], in
// framebuffer pixels. Owned by the caller: json_decref.
json_t *trace_texts(const Ui *ui);
