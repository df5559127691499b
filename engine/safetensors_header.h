// Safetensors, its header: from the JSON to tensors that know their place but have no values yet.
//
// Part of safetensors.h's implementation.
// Thread: no state; any thread.
#pragma once
#include "safetensors.h"

enum { SAFETENSORS_PREFIX_SIZE = 8, SAFETENSORS_HEADER_MAX = 100000000 };

// A load in progress: what all its steps need to know.
typedef struct Loading {
    SafetensorsFile *file;
    size_t begins[SAFETENSORS_TENSORS_MAX], ends[SAFETENSORS_TENSORS_MAX]; // bytes into the data, for each tensor
    size_t data_size;
    const char *name;
    Error *error;
} Loading;

// Like error_set, with the file's name before the sentence. What it quotes of the file cannot break the sentence's
// line.
bool loading_refuse(const Loading *loading, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Fills file's tensors, but for their values, and its metadata, and begins and ends. data_size must be set.
bool loading_parse_header(Loading *loading, const char *header, size_t size);
