// What was done, in order.
#include "state/undo.h"

static Deed *deed_at(Undo *undo, int index) { return &undo->deeds[(undo->first + index) % UNDO_MAX]; }

void undo_note(Undo *undo, Deed deed)
{
    undo->count = undo->at;
    if (undo->count == UNDO_MAX) {
        undo->first = (undo->first + 1) % UNDO_MAX;
        undo->count--;
    }
    *deed_at(undo, undo->count++) = deed;
    undo->at = undo->count;
}

Deed *undo_last(Undo *undo) { return undo->at > 0 ? deed_at(undo, undo->at - 1) : NULL; }

Deed *undo_next(Undo *undo) { return undo->at < undo->count ? deed_at(undo, undo->at) : NULL; }
