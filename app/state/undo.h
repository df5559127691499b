// Undo: what was done, in order, so that it can be taken back and done again: strokes on the pad, which keeps its own
// drawings, changes of the models, numbers of the code that were pulled. A plain value. Thread: the UI thread.
#pragma once
#include "state/look.h"
#include "state/pad.h"

enum { UNDO_MAX = 256 };

typedef enum DeedKind { DEED_DRAWING, DEED_SPECS, DEED_PULLS } DeedKind;

typedef struct Deed {
    DeedKind kind;
    Spec others[SIDE_COUNT]; // DEED_SPECS: what A and B were before, once it is undone: what they were after
    CodePulls pulls;         // DEED_PULLS: the same of the code's numbers
} Deed;

typedef struct Undo {
    Deed deeds[UNDO_MAX]; // a ring
    int first, count, at; // of the deeds, deeds[(first + i) % UNDO_MAX], i < at are done, the others undone
} Undo;

// A deed that was just done; what was undone before is forgotten.
void undo_note(Undo *undo, Deed deed);

Deed *undo_last(Undo *undo); // the one to take back next; NULL where there is none
Deed *undo_next(Undo *undo); // the one to do again next; NULL where there is none
