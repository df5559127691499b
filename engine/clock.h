// Clock: time for measuring how long something takes, and for when something is due.
#pragma once
#include <stdint.h>
#include <time.h>

// The monotonic clock, ns.
static inline int64_t clock_now_ns(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
