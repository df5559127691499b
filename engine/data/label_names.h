// Label names: labels that are words, numbered in the order in which they come and at last in that of the alphabet.
//
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include <stdint.h>

enum { LABEL_NAMES_MAX = 256, LABEL_NAME_SIZE = 64 };

typedef struct LabelNames {
    int count;
    char names[LABEL_NAMES_MAX][LABEL_NAME_SIZE];
} LabelNames;

// The name's number, which it keeps until label_names_sort; -1: there are too many.
int label_names_add(LabelNames *names, const char *name);

// Sorts them by their bytes. order: what each number is from now on.
void label_names_sort(LabelNames *names, int32_t order[LABEL_NAMES_MAX]);

// "0, 1, seven", as many as fit.
void label_names_list(const LabelNames *names, char *text, int size);
