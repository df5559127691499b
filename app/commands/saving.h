// Saving: what the window saves, and the toast that says so. Of a driven session pictures are written between the
// frames. Thread: the UI thread.
#pragma once
#include "commands/session.h"
#include "files/capture.h"

// The picture that was saved last, while its toast is there. Starts zeroed.
typedef struct Saving {
    uint8_t *rgba;
    char *json;
    int width, height;
    double until;     // ms, of the clock that the caller has: when the toast goes
    char asked[4096]; // a path that is taken, and that was asked about; empty: none
    bool is_held;     // it does not go: the mouse is over it, or something is typed
    // while the picture is being written
    CaptureWriter *writer; // NULL: it is not
    NewFile file;
    bool has_title; // a new one; else the picture that was saved already is saved once more
    bool is_figure;
    char title[1024]; // as the toast has it
} Saving;

void saving_free(Saving *saving);

// Does what the app wishes (Wish), and tells the person. True where the window must be drawn anew.
bool saving_carry_out(Saving *saving, Session *session, const Options *options, const Input *input, WindowSize size,
                      double now);

// Goes on writing until about that time of clock_now_ns. True where there is more to write.
bool saving_serve(Saving *saving, Session *session, int64_t until_ns, double now);

// Takes the toast away when its time is over. True where it went now.
bool saving_pass_time(Saving *saving, Session *session, const Input *input, double now);
double saving_next(const Saving *saving, const Session *session); // when to ask again; INFINITY: never
