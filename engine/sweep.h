// Sweep: a pass over numbered items, mostly the images of a set, that is done at once or in slices of time, with the
// same result bit for bit.
//
// Items are cut into shards of a fixed size, and a shard's items come in steps, in their order. Each shard has sums of
// its own, which are added up in their order at the end: so it does not matter how many threads share the shards out,
// or how often a single one was interrupted. To make something a sweep: a function NAME_begin that returns one; what
// does it at once is sweep_run(NAME_begin(...)). Thread: one at a time; visits run on the pool's threads.
#pragma once
#include <stdint.h>

#include "error.h"
#include "pool.h"

typedef struct Sweep Sweep;

// Some items of a shard, in order; worker: 0 .. the pool's threads - 1, whose scratch nobody else uses meanwhile.
typedef void SweepVisit(void *context, int shard, int first, int count, int worker);

typedef struct SweepPlan {
    const char *what;                   // is done, for a sentence: "measuring a model"
    int items, shard_items, step_items; // a shard is a whole number of steps
    SweepVisit *visit;
    void (*finish)(void *context); // behind the last item, on the caller's thread; NULL: nothing is left to do
    void (*free)(void *context);   // in any case; NULL: the context is not the sweep's
    void *context;
} SweepPlan;

// Takes over the context. NULL after a sentence where memory is short: for the sweep, or, not is_ready, for what is in
// the context, which may then be NULL; it is freed.
Sweep *sweep_create(const SweepPlan *plan, bool is_ready, Error *error);
void sweep_destroy(Sweep *sweep); // also of one that is not done; NULL is allowed

// first, then second, whose contexts stay until both are done: takes both over. NULL where one of them is NULL.
Sweep *sweep_join(Sweep *first, Sweep *second);

// Goes on until it is done (true) or until that time of clock_now_ns, at least by one step, on this thread alone.
// INT64_MAX: by a piece of it, which is all that the threads of the pool can share out before something else follows,
// or some ms; who calls again at once loses nothing, and can be told to stop between two pieces.
bool sweep_advance(Sweep *sweep, Pool *pool, int64_t until_ns);

// To its end; frees it. False for NULL: what began it has said why.
bool sweep_run(Sweep *sweep, Pool *pool);

// The same of a plan, where there is no memory to be had: on this thread, in the caller's storage.
void sweep_run_plan(const SweepPlan *plan);
