// Safetensors: models in and out, in the format of https://github.com/huggingface/safetensors (8 bytes little-endian
// header size, a JSON header, then the tensors' bytes).
//
// This file knows the format, not the models: it reads and writes a list of float32 tensors and string metadata.
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "io/new_file.h"

enum { SAFETENSORS_TENSORS_MAX = 64, SAFETENSORS_RANK_MAX = 4, SAFETENSORS_METADATA_MAX = 16 };

typedef struct Tensor {
    char name[64];
    int rank;                           // 0 .. SAFETENSORS_RANK_MAX
    size_t shape[SAFETENSORS_RANK_MAX]; // row-major, the last index runs fastest
    float *values;                      // product of shape, borrowed; NULL in a file that is read
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
} SafetensorsFile;

// Puts the file's bytes into out, which has begun and which the caller finishes. False also where a value is not finite
// or a text not UTF-8.
bool safetensors_write(const SafetensorsFile *file, NewFile *out, Error *error);

// A file that is open for reading: its header is known, its values are still in it.
typedef struct SafetensorsReader SafetensorsReader;

// Reads path's header strictly: its size against the file's, at most 1 MiB of JSON without duplicate keys, then spaces
// only, dtype F32 alone, begin <= end, offsets contiguous without overlap or holes and covering the whole buffer, size
// equal to the shape's product computed without overflow. What it takes in memory does not depend on the file's size.
// NULL on failure. path and error must outlive the reader, which safetensors_close ends.
SafetensorsReader *safetensors_open(const char *path, Error *error);

// The same for bytes in memory, borrowed; name stands for the file in sentences.
SafetensorsReader *safetensors_open_bytes(const uint8_t *bytes, size_t size, const char *name, Error *error);

// The tensors, without values, in the order of their bytes, and the metadata. Borrowed from the reader.
const SafetensorsFile *safetensors_header(const SafetensorsReader *reader);

// Reads the values of the next tensor of the header, all of which must be finite. values: as many as its shape says.
bool safetensors_read_next(SafetensorsReader *reader, float *values);

void safetensors_close(SafetensorsReader *reader); // NULL is allowed

const Tensor *safetensors_find(const SafetensorsFile *file, const char *name);       // NULL if absent
const char *safetensors_find_metadata(const SafetensorsFile *file, const char *key); // NULL if absent; borrowed
