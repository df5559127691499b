// Undo: what was done, in order, so that it can be taken back and done again: strokes on the pad, which keeps its own
// drawings, and changes of a model. A plain value. Thread: the UI thread.
#pragma once
#include "state/look.h"
#include "state/pad.h"

enum { UNDO_MAX = 256 };

typedef enum DeedKind { DEED_DRAWING, DEED_SPEC } DeedKind;

typedef struct Deed {
    DeedKind kind;
    int side;   // DEED_SPEC: whose model
    Spec other; // what it was before, once it is undone: what it was after
} Deed;

typedef struct Undo {
    Deed deeds[UNDO_MAX]; // a ring
    int first, count, at; // of the deeds, deeds[(first + i) % UNDO_MAX], i < at are done, the others undone
} Undo;

// A deed that was just done; what was undone before is forgotten.
void undo_note(Undo *undo, Deed deed);

Deed *undo_last(Undo *undo); // the one to take back next; NULL where there is none
Deed *undo_next(Undo *undo); // the one to do again next; NULL where there is none
