// Script: a model as code of another framework, while its popup is open. Thread: the UI thread; part of App.
#pragma once
#include <stdbool.h>

typedef struct Script {
    int side, framework; // of which model, in which of files/code.h's
    char *text;          // owned: free; NULL: it is being made
    int first;           // line at the top
    bool is_copied;      // asked for: it goes to the clipboard
} Script;
