// JSON memory: notes where jansson found none, so that code which builds JSON need not ask at each of its values.
//
// A value that cannot be made is missing from what is built around it. Whoever gives JSON away gets its text here,
// which is all of it or nothing. Thread: the main thread; watching notes what any thread's JSON lacks.
#pragma once
#include <jansson.h>

// Notes it from now on. Once, before the first json_t.
void json_memory_watch(void);

// The text of json (flags: jansson's) once all of it is built; takes json over, which may be NULL. NULL where memory
// was short for it, or for any other JSON since the last call. Owned by the caller: free.
char *json_memory_format(json_t *json, size_t flags);
