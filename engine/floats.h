// Floats: arrays that start on a cache line.
//
// Not aligned_alloc: glibc before 2.38 does not reuse what it freed that way between other allocations, so that arrays
// which come and go with every epoch would let the heap grow without end.
#pragma once
#include <stdint.h>
#include <stdlib.h>

enum { CACHE_LINE = 64 };

// Zeros. NULL when memory is short. floats_free, not free.
static inline float *floats_create(size_t count)
{
    if (count > (SIZE_MAX - 2 * CACHE_LINE) / sizeof(float))
        return NULL;
    char *memory = calloc(1, count * sizeof(float) + 2 * CACHE_LINE);
    if (!memory)
        return NULL;
    char *start = memory + CACHE_LINE;
    start += (CACHE_LINE - (uintptr_t)start % CACHE_LINE) % CACHE_LINE;
    ((void **)(void *)start)[-1] = memory; // what to give back stands in front
    return (float *)(void *)start;
}

static inline void floats_free(float *floats) // NULL is allowed
{
    if (floats)
        free(((void **)(void *)floats)[-1]);
}
