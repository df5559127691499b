// Safetensors: models in and out, in the format of https://github.com/huggingface/safetensors (8 bytes little-endian
// header size, a JSON header, then the tensors' bytes).
//
// This file knows the format, not the models: it reads and writes a list of tensors and string metadata; it writes
// float32 alone.
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "io/new_file.h"

// Limits for what a file may claim; each is far from what a model of fully connected layers needs.
enum { SAFETENSORS_TENSORS_MAX = 4096, SAFETENSORS_RANK_MAX = 8, SAFETENSORS_METADATA_MAX = 256 };

// X(KEY, bytes a value). What is read as float: the first four.
#define SAFETENSORS_TYPES(X)                                                                                           \
    X(F32, 4)                                                                                                          \
    X(F64, 8)                                                                                                          \
    X(F16, 2)                                                                                                          \
    X(BF16, 2)                                                                                                         \
    X(I64, 8)                                                                                                          \
    X(I32, 4) X(I16, 2) X(I8, 1) X(U64, 8) X(U32, 4) X(U16, 2) X(U8, 1) X(BOOL, 1) X(F8_E4M3, 1) X(F8_E5M2, 1)         \
        X(C64, 8)

#define SAFETENSORS_NAME_TYPE(key, size) TENSOR_##key,
typedef enum TensorType { SAFETENSORS_TYPES(SAFETENSORS_NAME_TYPE) TENSOR_TYPE_COUNT } TensorType;
#undef SAFETENSORS_NAME_TYPE

typedef struct Tensor {
    char name[256];
    int rank;                           // 0 .. SAFETENSORS_RANK_MAX
    size_t shape[SAFETENSORS_RANK_MAX]; // row-major, the last index runs fastest
    float *values;                      // product of shape, borrowed; NULL in a file that is read
    TensorType type;                    // of a file that is read; written is float32
} Tensor;

typedef struct Metadata {
    char key[64];
    char value[512];
} Metadata;

typedef struct SafetensorsFile {
    int tensor_count;
    Tensor *tensors; // borrowed
    int metadata_count;
    Metadata *metadata;   // borrowed
    int skipped_metadata; // of a file that is read: entries that are too long, or too many, to be kept
} SafetensorsFile;

// "F16"; bytes of one value; whether safetensors_read_next reads it.
const char *safetensors_type_name(TensorType type);
size_t safetensors_type_size(TensorType type);
bool safetensors_is_float(TensorType type);

// Puts the file's bytes into out, which has begun and which the caller finishes. False also where a value is not finite
// or a text not UTF-8.
bool safetensors_write(const SafetensorsFile *file, NewFile *out, Error *error);

// A file that is open for reading: its header is known, its values are still in it.
typedef struct SafetensorsReader SafetensorsReader;

// Reads path's header strictly: its size against the file's, at most 1 MiB of JSON without duplicate keys, then spaces
// only, known dtypes, begin <= end, offsets contiguous without overlap or holes and covering the whole buffer, size
// equal to the shape's product computed without overflow. What it takes in memory does not depend on the file's size.
// NULL on failure. path and error must outlive the reader, which safetensors_close ends.
SafetensorsReader *safetensors_open(const char *path, Error *error);

// The same for bytes in memory, borrowed; name stands for the file in sentences.
SafetensorsReader *safetensors_open_bytes(const uint8_t *bytes, size_t size, const char *name, Error *error);

// The tensors, without values, in the order of their bytes, and the metadata. Borrowed from the reader.
const SafetensorsFile *safetensors_header(const SafetensorsReader *reader);

// Reads the values of the next tensor of the header, which must be of a type that safetensors_is_float and, as float32,
// all finite. values: as many as its shape says.
bool safetensors_read_next(SafetensorsReader *reader, float *values);
bool safetensors_skip_next(SafetensorsReader *reader); // passes over the next tensor without reading it

void safetensors_close(SafetensorsReader *reader); // NULL is allowed

size_t safetensors_count_values(const Tensor *tensor); // the product of its shape

const Tensor *safetensors_find(const SafetensorsFile *file, const char *name);       // NULL if absent
const char *safetensors_find_metadata(const SafetensorsFile *file, const char *key); // NULL if absent; borrowed
