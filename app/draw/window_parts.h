// What window.c, SDL's window, shares with window_events.c, its events. Private to them.
#pragma once
#include <SDL.h>
#include <stdatomic.h>

#include "draw/keyboard.h"
#include "draw/window.h"

struct Window {
    SDL_Window *sdl;
    SDL_GLContext context;
    void *x11; // Xlib, while its errors are caught
    Uint32 wake_event;
    _Atomic bool is_wake_pending;
    bool was_shown;                      // until then it is hidden because there is nothing to see in it yet
    Input held;                          // what lasts from frame to frame: position and buttons
    SDL_Cursor *cursors[CURSOR_COUNT];   // made when one is shown first; NULL: not yet, or the system has none
    Cursor cursor;                       // that is shown
    int windowed_width, windowed_height; // before it filled the screen; 0: it has not
    Keyboard keyboard;
    char dropped[INPUT_TEXT_SIZE]; // the first thing of the drop that goes on
    int dropped_count;
};

bool window_is_hidden(const Window *window);
