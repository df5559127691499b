// IDX: one file of MNIST, images or labels, plain or gzip, read strictly into bytes.
//
// A big-endian header (two zero bytes, the type 0x08, the rank, then one 32-bit size for each dimension), then the
// bytes themselves. Internal to the engine: part of dataset.h's implementation; on its own so that it can be fuzzed.
// Thread: no state; any thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "error.h"

typedef enum IdxKind { IDX_IMAGES, IDX_LABELS } IdxKind;

typedef struct IdxData {
    int count;
    uint8_t *bytes; // images (count, 28, 28) or labels (count), each 0..9; owned by the caller: free
} IdxData;

// Reads path, as gzip where it begins as gzip does, whatever its name. On failure out is untouched.
bool idx_load(IdxData *out, const char *path, IdxKind kind, Error *error);

// The same for bytes in memory; name stands for the file in sentences.
bool idx_parse(IdxData *out, const uint8_t *bytes, size_t size, const char *name, IdxKind kind, Error *error);
