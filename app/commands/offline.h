// Offline: what shot, film and report share: a session without a window that trains until its picture is complete, says
// how far it is, and stops at Ctrl-C.
//
// Thread: the main thread.
#pragma once
#include "commands/session.h"

typedef struct Offline {
    Session *session;
    const Options *options;
    WindowSize size;
} Offline;

// Opens a session for pictures. Returns EXIT_OK, or the exit status after a sentence on stderr; offline_close in either
// case.
int offline_open(Offline *offline, const Options *options);
void offline_close(Offline *offline);

// Trains what is on show as far as the app's epochs go and waits for every figure. Returns EXIT_OK, or the exit status
// after a sentence (of a signal: without one).
int offline_train(Offline *offline);

// The frame that a picture would show now.
const Frame *offline_compose(Offline *offline);

// "film: frame 3 of 21" on stderr: one line that rewrites itself on a terminal, a line each elsewhere.
void offline_say(const char *what, int done, int total);
void offline_end_line(void);
