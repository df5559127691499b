// Remember: how the window carries the settings from one start to the next. What an option says holds for that start
// alone, but for --data: the set that was opened last is opened again, on the command line or in the window. A picture
// that gives its state back brings all of it itself.
//
// Theme, scale, lesson and data set are written as soon as they change, the window's size when it closes, and nothing
// where nothing has changed. To remember something else: a field in files/settings.h, and where it comes from here.
// Thread: the UI thread.
#pragma once
#include "commands/session.h"
#include "files/settings.h"
#include "state/own_size.h"

typedef struct Remembered {
    Settings known;      // as the file has it, as far as this window knows
    bool is_data_own;    // the set comes from there and not from --data
    char data[PATH_MAX]; // that one
    ThemeKind theme;     // of the window, by now; so are the next two
    float scale;
    bool is_lesson_new;
    char data_path[PATH_MAX]; // session's, likewise
    Extent size;              // of the window when it was opened
    bool is_maximized;
    OwnSize own_size; // since then
    Error notice;     // for the window, once it is there; empty: none
} Remembered;

// Reads the settings into what the command line left open; options->data may then point into *out. What is wrong with
// the file is said on stderr and, later, in the window.
void remember_read(Remembered *out, Options *options);

// After the set did not open, because of `why`: whether the session is to be opened once more, with the built-in digits
// in its place, since nobody has asked for that set now.
bool remember_without_data(Remembered *remembered, Options *options, const Error *why);

// Once the session is open: gives the window its size and the interface its scale, and says what there is to say.
void remember_begin(Remembered *remembered, Session *session, const Options *options);

// After each pass. What cannot be written is said in the window.
void remember_pass(Remembered *remembered, Session *session);

// Before the window goes.
void remember_end(Remembered *remembered, Session *session);
