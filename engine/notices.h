// Notices: what was done to somebody's data on the way in, or noticed about it, in sentences for him.
//
// Each is one line: on the terminal, in the window, in the list "notices" of every JSON. A plain value; thread: its
// owner's.
#pragma once
#include <stdbool.h>

enum { NOTICES_MAX = 12, NOTICE_SIZE = 400 };

typedef struct Notices {
    int count;
    char text[NOTICES_MAX][NOTICE_SIZE];
} Notices;

// Adds a sentence that is not among them yet; control characters and what is no UTF-8 become '?'. The last place says
// that there are more.
void notices_add(Notices *notices, const char *format, ...) __attribute__((format(printf, 2, 3)));
void notices_remove(Notices *notices, const Notices *gone);
void notices_append(Notices *notices, const Notices *more);
