// Opening: what is dropped on the window, or named in it, is read beside it and then takes its place. What is there
// stays until the new is whole, and where it cannot be read.
//
// To add something that can be opened: a row of the table in opening_kinds.c. Thread: the UI thread; files are read on
// another, or, of a driven session, in opening_serve and aside.
#pragma once
#include "commands/session.h"

typedef struct Opening Opening;

Opening *opening_create(Session *session, const Options *options, Error *error); // NULL when memory is short
void opening_destroy(Opening *opening);                                          // NULL is allowed

// Begins with it; what is being read already is given up. count: of the things that were dropped at once, of which path
// is the first. at: where, in framebuffer pixels.
void opening_begin(Opening *opening, const char *path, int count, Point at);

void opening_cancel(Opening *opening);

// Does what the app wishes (Wish) where that is opening. True where the window must be drawn anew.
bool opening_carry_out(Opening *opening);

// Of a driven session: goes on reading until about that time of clock_now_ns. In how many ns there is more to do;
// TRAINER_RESTS: nothing is read.
int64_t opening_serve(Opening *opening, int64_t until_ns);

// Looks how far it is, and puts what is whole in its place. True where the window must be drawn anew.
bool opening_pass(Opening *opening);
