// Trace: one JSON line for each frame that was drawn: how long it took, every widget's place, what is on show. For
// tests and bug reports.
#pragma once
#include <stdio.h>

#include "app.h"
#include "ui.h"

// frame_ms: from the first event of the frame to the end of its drawing. False where memory was short: then there is no
// line for this frame.
bool trace_write(FILE *file, const Frame *frame, const Ui *ui, double frame_ms);
