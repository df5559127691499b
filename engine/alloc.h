// Alloc: floats that start on a cache line, and bytes that are read here and there.
//
// Internal to the engine. Thread: any.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { CACHE_LINE = 64 };

// Zeros. NULL when memory is short. floats_free, not free.
//
// Not aligned_alloc: glibc before 2.38 does not reuse what it freed that way between other allocations, so that arrays
// which come and go with every epoch would let the heap grow without end.
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

// For memory that is gone through in long strides, or in no order: pages of 2 MiB where the system has them, because
// the processor cannot keep the addresses of that many small ones. NULL is allowed.
static inline void alloc_ask_for_large_pages(void *memory, size_t size)
{
    enum { PAGE = 4096 };
    const size_t gap = PAGE - (uintptr_t)memory % PAGE;
    if (memory && size > gap + PAGE)
        (void)madvise((char *)memory + gap, (size - gap) / PAGE * PAGE,
                      MADV_HUGEPAGE); // where it is refused, all is only slower
}

// As floats_create, for some MiB.
static inline float *floats_create_large(size_t count)
{
    float *floats = floats_create(count);
    alloc_ask_for_large_pages(floats, count * sizeof *floats);
    return floats;
}

// A set's pixels, read image by image in a shuffled order. free.
static inline uint8_t *pixels_create(size_t count)
{
    uint8_t *pixels = malloc(count);
    alloc_ask_for_large_pages(pixels, count);
    return pixels;
}

// Cuts arrays out of one piece of memory from floats_create; memory NULL: only counts.
typedef struct Cutter {
    float *memory;
    size_t used; // floats
} Cutter;

// On a cache line of its own: a widest vector that lies across two lines takes as long as two.
static inline float *cutter_take(Cutter *cutter, size_t count)
{
    enum { LINE = CACHE_LINE / sizeof(float) };
    float *const taken = cutter->memory ? cutter->memory + cutter->used : NULL;
    cutter->used += (count + LINE - 1) / LINE * LINE;
    return taken;
}

// count: a multiple of the size of a float.
static inline uint8_t *cutter_take_bytes(Cutter *cutter, size_t count)
{
    return (uint8_t *)cutter_take(cutter, count / sizeof(float));
}
