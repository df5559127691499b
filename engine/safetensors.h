// Safetensors: models in and out, in the format of https://github.com/huggingface/safetensors (8 bytes little-endian
// header size, a JSON header, then the tensors' bytes).
//
// This file knows the format, not the models: it reads and writes a list of float32 tensors and string metadata.
// Thread: no state; any thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "new_file.h"

enum { SAFETENSORS_TENSORS_MAX = 64, SAFETENSORS_RANK_MAX = 4, SAFETENSORS_METADATA_MAX = 16 };

typedef struct Tensor {
    char name[64];
    int rank;                           // 0 .. SAFETENSORS_RANK_MAX
    size_t shape[SAFETENSORS_RANK_MAX]; // row-major, the last index runs fastest
    float *values;                      // product of shape; borrowed when saving, owned by the file when loaded
} Tensor;

typedef struct Metadata {
    char key[64];
    char value[512];
} Metadata;

typedef struct SafetensorsFile {
    int tensor_count;
    Tensor tensors[SAFETENSORS_TENSORS_MAX];
    int metadata_count;
    Metadata metadata[SAFETENSORS_METADATA_MAX];
    void *storage; // what the tensors' values point into after a load
} SafetensorsFile;

// Puts the file's bytes into out, which has begun and which the caller finishes. False also where a value is not finite
// or a text not UTF-8.
bool safetensors_write(const SafetensorsFile *file, NewFile *out, Error *error);

// Reads path strictly: header size against file size, JSON without duplicate keys or trailing bytes, header padded by
// spaces only, dtype F32 alone, begin <= end, offsets contiguous without overlap or holes and covering the whole
// buffer, size equal to the shape's product computed without overflow, every value finite. On failure out is untouched.
// Owned by the caller: safetensors_free.
bool safetensors_load(SafetensorsFile *out, const char *path, Error *error);

// The same for bytes in memory; name stands for the file in sentences.
bool safetensors_parse(SafetensorsFile *out, const uint8_t *bytes, size_t size, const char *name, Error *error);

const Tensor *safetensors_find(const SafetensorsFile *file, const char *name);       // NULL if absent
const char *safetensors_find_metadata(const SafetensorsFile *file, const char *key); // NULL if absent; borrowed

void safetensors_free(SafetensorsFile *file); // also fine on a zeroed one
