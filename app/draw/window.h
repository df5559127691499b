// Window: SDL's window, its GL context (window.c) and its events as a Ui Input (window_events.c). Beside keyboard.c and
// font.c (SDL_ttf) the only files with SDL.
//
// Thread: the UI thread; window_wake may be called from any.
#pragma once
#include <stdbool.h>

#include "draw/ui.h"
#include "engine.h"

typedef struct Window Window;

// A window of this size in screen units, or without a display (offscreen) a context alone. NULL and a sentence when
// there is no display, or neither OpenGL 3.3 nor ES 3.0: the program then ends with status 3.
Window *window_create(int width, int height, bool is_offscreen, Error *error);
void window_destroy(Window *window);

typedef struct WindowSize {
    int width, height;   // framebuffer pixels, read anew at each call
    float display_scale; // framebuffer pixels per screen unit
    bool is_hidden;      // minimised, unmapped or on another desktop: nothing can be seen, nothing needs drawing
} WindowSize;

WindowSize window_size(Window *window);

// Before the window is shown: makes it no larger than the screen has room for, and maximises it where that is asked.
void window_fit(Window *window, bool is_maximized);

// Its size in screen units. False while that is none that a user has chosen: full screen, minimised.
bool window_place(Window *window, int *width, int *height, bool *is_maximized);

typedef enum WindowEvents {
    WINDOW_NOTHING = 0,
    WINDOW_INPUT = 1,   // the user did something
    WINDOW_EXPOSED = 2, // the window must be drawn again
    WINDOW_WAKE = 4,    // window_wake was called; while the window is hidden once at most
    WINDOW_CLOSE = 8,
    WINDOW_MORE = 16, // further events wait: a pass without drawing is enough for now
} WindowEvents;

// Sleeps until something happens, at most timeout_ms (-1: as long as it takes, 0: not at all), then gathers input.
// Stops behind each press or release of a button, so that a pass of the widgets sees one at a time, at its own place.
unsigned window_wait(Window *window, int timeout_ms, Input *input);

void window_wake(void *window); // pushes one event; cheap to call often

// Whether a line of text is being typed: what is typed or pasted then comes as Input.text.
void window_take_text(Window *window, bool on);

// Opens a folder with whatever the desktop has for that. False with a sentence where it has nothing.
bool window_open_folder(const char *path, Error *error);

void window_set_cursor(Window *window, Cursor cursor); // cheap to call often

// The whole screen, and back to the size before.
bool window_set_fullscreen(Window *window, bool is_on, Error *error);
bool window_is_fullscreen(Window *window);

bool window_set_clipboard(Window *window, const char *text, Error *error);

void window_swap(Window *window); // shows what was drawn; the first time, the window itself
