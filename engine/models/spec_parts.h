// What the files of the spec share. Internal to the engine. Thread: pure functions.
#pragma once
#include "models/spec.h"

enum { SPEC_VALUE_SIZE = SPEC_LAYERS_SIZE }; // of one key

// A whole number from low to high and nothing else.
bool spec_parse_whole(unsigned long *out, const char *text, unsigned long low, unsigned long high);

// `layers=`: read into spec, which stays as it is on failure; written (SPEC_VALUE_SIZE).
bool spec_parse_layers(Spec *spec, const char *key, const char *value, Error *error);
void spec_put_layers(const Spec *spec, char *text);
