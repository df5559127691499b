// Moments: what one model was at chosen steps of its training, kept so that the window can go back there.
//
// The head is kept as long as there is any room: the initial weights, the powers of two and the quarters of the first
// epoch, in which most happens, and the ends of the first MOMENTS_FIRST_EPOCHS. The tail has quarters of epochs; when
// there are too many, every second one of those goes, again and again. The newest is always there, and so is the one
// that was asked for.
// Internal to the engine. Thread: a Moments belongs under the trainer's lock.
#pragma once
#include "training/moment.h"

enum {
    MOMENTS_MIN = 8,
    MOMENTS_FIRST_EPOCHS = 4,
    // The head of epochs of up to 60,000 steps has room in it: 0, 16 powers of two, four quarters of the first epoch,
    // the ends of the others, the newest.
    MOMENTS_HEAD = 1 + 16 + 4 + (MOMENTS_FIRST_EPOCHS - 1) + 1
};

_Static_assert(MOMENTS_MIN <= MOMENTS_HEAD && (int)MOMENTS_HEAD <= (int)MOMENTS_MAX,
               "the head has room: raise MOMENTS_MAX");

typedef struct Moments {
    Moment *items[MOMENTS_MAX + 1]; // by step, rising; each held
    int count;
    int64_t spacing; // of the tail: quarters of an epoch from one to the next
    int head_level;  // 0: the head is whole; each step takes a part of it, once there is no tail to take
    int64_t steps_per_epoch;
    int64_t pinned; // a step that is kept whatever the spacing, -1: none
} Moments;

int64_t moment_next_serial(void); // one that nobody has had yet; any thread

// A copy of the parameters, held once. NULL when memory is short.
Moment *moment_create(const Model *model, const float *parameters, int64_t step);
void moments_clear(Moments *moments); // releases them and forgets how they were thinned

// Whether this step is one to keep.
bool moments_wants(const Moments *moments, int64_t step);

// Takes over one hold of `moment`, which is newer than all others, and thins what there is down to MOMENTS_MAX.
void moments_add(Moments *moments, Moment *moment);

// Down to `most` (MOMENTS_MIN .. MOMENTS_MAX): the tail first, the head where that is not enough.
void moments_thin(Moments *moments, int most);

// The newest at or before step; NULL where there is none. Borrowed.
Moment *moments_find(const Moments *moments, int64_t step);
