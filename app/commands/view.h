// View: the window, one turn of its loop a call, for a caller that may wait in it as for one that may never block.
//
// One that may not, and has no threads either, sets Options.is_driven, calls view_frame with 0 as the longest wait when
// the window is to be drawn, and between the frames view_serve. Thread: the UI thread.
#pragma once
#include "commands/cli.h"

typedef struct View View;

// NULL after a sentence on stderr, and the exit status in *status. options must outlive it. view_close.
View *view_open(const Options *options, int *status);

// Waits until something happens or is due, at most longest_ms (-1: as long as it takes, 0: not at all), takes what has
// happened and draws where something has changed. *next_ms: in how many ms something is due without anybody's doing,
// 0: at once, -1: nothing is until something happens. False when the window is to be closed.
bool view_frame(View *view, int longest_ms, int *next_ms);

// With Options.is_driven: trains and measures for about so long. In how many ms there is more to do, 0: now, -1:
// nothing before the next view_frame.
int view_serve(View *view, double budget_ms);

// What is to be seen, of the last frame, in plain words, or what the lesson's card says; borrowed until the next call.
const char *view_sentence(View *view);

// After the graphics driver has lost what it was given: gives it all again. False after a sentence.
bool view_restore(View *view, Error *error);

int view_close(View *view); // the exit status
