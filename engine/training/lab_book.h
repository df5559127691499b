// Lab book: every model by which a saying is decided over seeds, trained once, with its figures and its weights.
//
// Whoever decides sayings (the window, the report) has one for each set of data and each base spec, so that both come
// to the same figures, bit for bit. Thread: one at a time; the pool's threads work inside lab_book_measure.
#pragma once
#include "measuring/sayings.h"
#include "training/lab.h"

typedef struct LabBook LabBook;

// base: what all models share. NULL when memory is short. What lab borrows outlives the book.
LabBook *lab_book_create(const Lab *lab, const Spec *base, int epochs, Error *error);
void lab_book_destroy(LabBook *book); // NULL is allowed

// The book goes on with these threads: those of the thread that calls.
void lab_book_set_pool(LabBook *book, Pool *pool);

int lab_book_missing(const LabBook *book, int saying); // models that are still to be trained for it

// Trains what is missing and decides. Progress is told in batches of all that is trained; what was trained before a
// stop stays known. out borrows weights of the book. False when memory is short or progress ended it, "cancelled".
bool lab_book_measure(LabBook *book, int saying, const LoadProgress *progress, SayingOutcome *out, Error *error);

// The same in turns, each as a job's, until it is JOB_DONE: out is borrowed until then, and no longer read from
// lab_book_stop on, which ends what is under way.
void lab_book_begin(LabBook *book, int saying, SayingOutcome *out);
JobTurn lab_book_go_on(LabBook *book, int64_t until_ns, const LoadProgress *progress, Error *error);
void lab_book_stop(LabBook *book); // before its pool goes; NULL is allowed
