// Code: a model as a script of another framework, which builds, trains, saves and loads that very model.
//
// To add a framework: a row in code.c, its script in code_scripts.h, how it writes things in code_rows.h. Thread: no
// state; any thread.
#pragma once
#include "engine.h"

const char *code_key(int framework); // "pytorch", "keras"; NULL behind the last

// The whole script. Owned by the caller: free. NULL when memory is short.
char *code_format(int framework, const Spec *spec);
