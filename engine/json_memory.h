// JSON memory: notes where jansson found none, so that code which builds JSON need not ask at each of its values.
//
// Where memory is short a value that cannot be made is missing from what is built around it, and reading and writing a
// text may leave out characters; few of jansson's functions say so. Thread: any may watch; all JSON whose text is taken
// by json_memory_format is built on one thread.
#pragma once
#include <stddef.h>

struct json_t;

// Watches from the first call on; returns how many of jansson's allocations have failed by now, on any thread. Whoever
// reads or writes JSON compares before and after.
unsigned json_memory_watch(void);

// The text of json (flags: jansson's), which is taken over and may be NULL. NULL where memory was short for it, or for
// any other JSON since the last call. Owned by the caller: free.
char *json_memory_format(struct json_t *json, size_t flags);
