// JSON memory: jansson's allocations, watched.
#include "json_memory.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

static _Atomic bool was_short;

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (!memory)
        atomic_store(&was_short, true);
    return memory;
}

void json_memory_watch(void) { json_set_alloc_funcs(allocate, free); }

char *json_memory_format(json_t *json, size_t flags)
{
    char *text = json ? json_dumps(json, flags) : NULL;
    json_decref(json);
    if (!atomic_exchange(&was_short, false))
        return text;
    free(text);
    return NULL;
}
