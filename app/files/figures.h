// Figures: what a frame shows, as JSON.
//
// Numbers that are not finite become null. No paths, no names of users or hosts. Thread: the UI thread.
#pragma once
#include <jansson.h>

#include "state/frame.h"

// What a figure (panels/figure.h) adds to a frame.
typedef struct FigureSettings {
    const char *title, *theme;
} FigureSettings;

// Everything that the picture depends on, in less than 4096 bytes, for its text chunk. NULL where memory is short.
// figure: NULL for the window.
// Owned by the caller: free.
char *figures_settings(const Frame *frame, const FigureSettings *figure);

// The same and every figure on screen; where memory is short something is missing (json_memory.h). Owned by the caller:
// json_decref.
json_t *figures_json(const Frame *frame);

// The claims alone: verdicts, sentences, rules, tables.
json_t *figures_claims(const Frame *frame);

// The lesson's card on show, frame->lesson.step not NULL: what it says, whether it is done.
json_t *figures_lesson(const Frame *frame);
