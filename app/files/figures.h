// Figures: what a frame shows, as JSON.
//
// Numbers that are not finite become null. No names of users or hosts. Thread: the UI thread.
#pragma once
#include <jansson.h>

#include "files/capture_state.h"

// The settings of its picture (capture_state.h) and every figure on screen; where memory is short something is missing
// (json_memory.h). Owned by the caller: json_decref.
json_t *figures_json(const Frame *frame, const CaptureWindow *window);

// One model: its settings, every figure over the test set, the drawing's losses; the curves where has_history.
json_t *figures_model(const ModelFrame *m, bool has_history);

// The claims alone: verdicts, sentences, rules, tables.
json_t *figures_claims(const Frame *frame);

// The view of the code, frame->code not NULL. Numbers are counted from 0.
json_t *figures_code(const Frame *frame);

// The view Latent, frame->latent not NULL. Numbers are counted from 0; the uppermost row of the grid comes first.
json_t *figures_latent(const Frame *frame);

// The lesson's card on show, frame->lesson.step not NULL: what it says, whether it is done.
json_t *figures_lesson(const Frame *frame);
