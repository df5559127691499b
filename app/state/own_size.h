// Own size: the size that a window has by itself, as opposed to the one that a window manager gives it for as long as
// it is maximised. The word that it is maximised and the new size come one by one, in either order, and a size may come
// in two steps, one side first; so no size is known to be the window's own when it comes, and the last few are kept.
// Thread: any, one at a time.
#pragma once
#include <stdbool.h>

enum { OWN_SIZE_KEPT = 4 }; // the own one, that of a step, that of the maximised window, and one more

typedef struct Extent {
    int width, height; // in screen units
} Extent;

typedef struct OwnSize {
    Extent kept[OWN_SIZE_KEPT]; // while it was not maximised, the newest first
    int count;
    Extent large; // the largest width and height while it was last maximised; 0 x 0: it never was
    bool is_maximized;
} OwnSize;

// Of a window that has just been opened with this size.
void own_size_begin(OwnSize *own, Extent size);

// What there is now, whenever it may have changed.
void own_size_note(OwnSize *own, Extent size, bool is_maximized);

// A maximised window's own size is the newest that shares no side with what it was given; where there is none, the
// newest that is another one; where there is none either, the newest.
Extent own_size_get(const OwnSize *own);
