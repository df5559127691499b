// Architectures: the image models of the Keras blog's page "Building Autoencoders in Keras" (Chollet, 2016), each by a
// name that stands for the keys of a spec: model=conv,batch=64 is conv's keys and then those that are named.
//
// To add one: a row in architectures.c; buttons, command line and tests follow. Thread: constant table; any thread.
#pragma once

typedef struct Architecture {
    const char *key;     // as in model=
    const char *label;   // as on a button
    const char *section; // of the page
    const char *what;    // one line for a beginner
    const char *spec;    // keys and values, what it changes of the default
} Architecture;

int architecture_count(void);
const Architecture *architecture_get(int index);
