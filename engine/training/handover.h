// Handover: which of three buffers the writer fills, which waits, and which the reader shows. Neither side ever waits.
//
// One thread writes, one reads. What the writer put into a buffer before handover_publish is visible to the reader once
// handover_latest has returned that buffer's index.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>

enum { HANDOVER_BUFFERS = 3, HANDOVER_FRESH = 4 };

_Static_assert(HANDOVER_BUFFERS <= HANDOVER_FRESH, "an index is below HANDOVER_FRESH's bit");

typedef struct Handover {
    _Atomic unsigned waiting; // index of the waiting buffer, with HANDOVER_FRESH while the reader has not taken it
    unsigned writing;         // the writer's
    unsigned reading;         // the reader's
} Handover;

static inline void handover_init(Handover *handover)
{
    atomic_init(&handover->waiting, 1);
    handover->writing = 0;
    handover->reading = 2;
}

// Writer: hands over the buffer that it has filled; handover->writing is the next one to fill. True if the reader had
// taken everything before, so that it may need waking.
static inline bool handover_publish(Handover *handover)
{
    const unsigned old =
        atomic_exchange_explicit(&handover->waiting, handover->writing | HANDOVER_FRESH, memory_order_acq_rel);
    handover->writing = old & 3u;
    return (old & HANDOVER_FRESH) == 0;
}

// Reader: the newest buffer that was handed over, its own until the next call. *changed: it is another than last time.
static inline unsigned handover_latest(Handover *handover, bool *changed)
{
    *changed = (atomic_load_explicit(&handover->waiting, memory_order_relaxed) & HANDOVER_FRESH) != 0;
    if (*changed)
        handover->reading = atomic_exchange_explicit(&handover->waiting, handover->reading, memory_order_acq_rel) & 3u;
    return handover->reading;
}
