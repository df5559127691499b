// Saving: what the window saves, and the toast that says so. Thread: the UI thread.
#pragma once
#include "commands/session.h"

// The picture that was saved last, while its toast is there. Starts zeroed.
typedef struct Saving {
    uint8_t *rgba;
    char *json;
    int width, height;
    double until;     // ms, of the clock that the caller has: when the toast goes
    char asked[4096]; // a path that is taken, and that was asked about; empty: none
    bool is_held;     // it does not go: the mouse is over it, or something is typed
} Saving;

void saving_free(Saving *saving);

// Does what the app wishes (Wish), and tells the person. True where the window must be drawn anew.
bool saving_carry_out(Saving *saving, Session *session, const Options *options, const Input *input, WindowSize size,
                      double now);

// Takes the toast away when its time is over. True where it went now.
bool saving_pass_time(Saving *saving, Session *session, const Input *input, double now);
double saving_next(const Saving *saving, const Session *session); // when to ask again; INFINITY: never
