// Watching: model A is what another program's file holds, anew each time when that program has written it.
//
// Thread: the UI thread; the file is waited for and read on another.
#pragma once
#include "commands/session.h"

typedef struct Watching Watching;

// With what the file holds now, if it is there. NULL without --watch, with an empty error; or after a sentence.
Watching *watching_create(Session *session, const Options *options, Error *error);
void watching_destroy(Watching *watching); // before the session's end; NULL is allowed

// Puts what has been read in its place; what could not be read leaves the model of before, and is said. True where the
// window must be drawn anew.
bool watching_pass(Watching *watching);
