// Aside: the reading of a file that takes long, where it does not hold the window up: the desktop reads on the thread
// that asks, a job's own; a page, which has no other thread, has it done in another instance of itself
// (app/web/aside.c).
//
// Each function is asked again and again, with the same values, until it no longer says JOB_MORE; *aside, NULL at
// first, is what it has begun. Thread: one at a time for each Aside.
#pragma once
#include "engine.h"
#include "state/app.h"

typedef struct Aside Aside;

// Also of one that is not done, which is then given up; NULL is allowed.
void aside_free(Aside *aside);

// command_open_data.
JobTurn aside_open_data(Aside **aside, const char *path, const DatasetOptions *reading, int64_t until_ns,
                        const LoadProgress *progress, Dataset *out, Error *error);

// picture_read.
JobTurn aside_read_picture(Aside **aside, const char *path, int64_t until_ns, const LoadProgress *progress,
                           InkPicture *out, Error *error);

// guess_list of a model's file, which is open already, with nothing known of it.
JobTurn aside_guess(Aside **aside, const Foreign *foreign, const char *path, const ImageSet *digits, int64_t until_ns,
                    const LoadProgress *progress, Guesses *out, Error *error);
