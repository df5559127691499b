// What reading models uses of the C library, and Emscripten's has not: app/web/system.c.
#pragma once
#include_next <stdlib.h>

void qsort_r(void *items, size_t count, size_t size, int (*compare)(const void *a, const void *b, void *context),
             void *context);
