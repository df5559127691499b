// Safetensors, its header: from the JSON to tensors that know their place but have no values yet.
//
// Internal to the engine: part of safetensors.h's implementation. Thread: no state; any thread.
#pragma once
#include "models/safetensors.h"

// Our own limit for the JSON without its padding, since a parsed tree takes many times the memory of its text.
enum { SAFETENSORS_JSON_MAX = 1 << 22 };

// By its bits, since isfinite means nothing to a compiler that was told of no infinities.
static inline bool is_finite(uint32_t bits) { return (bits & 0x7f800000u) != 0x7f800000u; }

// A load in progress: what all its steps need to know.
typedef struct Loading {
    SafetensorsFile *file; // its arrays are the load's own: loading_free
    size_t *begins, *ends; // bytes into the data, for each tensor
    size_t data_size;
    const char *name;
    Error *error;
} Loading;

// Like error_set, with the file's name before the sentence.
bool loading_refuse(const Loading *loading, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Fills file's tensors, but for their values, and its metadata, and begins and ends. data_size must be set. header: the
// JSON and, behind it, spaces alone; size is 1 or more.
bool loading_parse_header(Loading *loading, const char *header, size_t size);
void loading_free(Loading *loading);
