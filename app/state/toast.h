// Toast: what was saved last, shown for a while with what can be done with it. Thread: the UI thread.
#pragma once
#include <stdbool.h>

#include "draw/draw.h"

// The picture, made small: 16:9, of images of 28 pixels a side beside each other.
enum { THUMB_COLUMNS = 16, THUMB_ROWS = 9, THUMB_TILES = THUMB_COLUMNS * THUMB_ROWS };

typedef struct Toast {
    bool is_shown;
    bool is_figure;   // else a picture of the window, which has no title
    char path[4096];  // of the file
    char title[1024]; // of the figure
    Texel thumbnail[THUMB_TILES * DIGIT_PIXELS];
} Toast;

// What the person wants of the desktop, for who has a window and files; carried out between two frames.
typedef enum Wish {
    WISH_NOTHING,
    WISH_FIGURE,  // save a figure; text: its title, empty: its own
    WISH_WINDOW,  // save the window's picture
    WISH_SAVE_AS, // save the toast's picture once more; text: the path
    WISH_FOLDER,  // open the folder in which it is
    WISH_MODEL,   // save a model, App.wish_side; text: the path
    WISH_EXPORT,  // write figures and arrays
    WISH_LINK,    // a link to what is on show, to the clipboard
    WISH_CODE,    // make App.script
    WISH_OPEN,    // read what lies at a path; text: it, "builtin": the built-in digits
    WISH_GIVE_UP  // what is being read is not wanted any more
} Wish;
