// Arrival: what is being read for the window, beside it: a file that was dropped, a folder whose path was typed.
// Thread: the UI thread.
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct Arrival {
    bool is_on;
    char name[256];       // what is read: the last part of its path
    uint64_t done, total; // of its bytes; total 0: not known
} Arrival;
