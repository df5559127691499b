// Safetensors, reading: see safetensors.h.
//
// The header decides whether a file is wanted, so it is read alone, and of its padding nothing is kept: what a file
// takes in memory does not depend on its size.
#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "io/byte_reader.h"
#include "io/file_kind.h"
#include "models/safetensors_header.h"

enum { PADDING_BLOCK = 4096, VALUES_BLOCK = 16384 }; // bytes

static_assert(sizeof(float) == 4, "F32 is float");

struct SafetensorsReader {
    ByteReader from;
    SafetensorsFile file;
    Loading loading;
    int next; // the tensor whose values come next
};

// The next bytes, which the file's size said are there.
static bool read_bytes(SafetensorsReader *reader, void *bytes, size_t size)
{
    size_t got = 0;
    const bool done = byte_reader_read(&reader->from, bytes, size, &got);
    assert(!done || got == size);
    return done;
}

static bool check_prefix(const Loading *loading, const uint8_t *prefix, uint64_t file_size, size_t *header_size)
{
    uint64_t size = 0;
    for (int i = SAFETENSORS_PREFIX_SIZE - 1; i >= 0; i--)
        size = size << 8 | prefix[i];
    if (size < 2 || size > SAFETENSORS_HEADER_MAX) {
        return loading_refuse(loading, "the header's size is %llu bytes where 2 to %d were expected",
                              (unsigned long long)size, SAFETENSORS_HEADER_MAX);
    }
    if (size > file_size - SAFETENSORS_PREFIX_SIZE) {
        return loading_refuse(loading,
                              "the file is truncated: its header's size is %llu bytes where the file has %llu after it",
                              (unsigned long long)size, (unsigned long long)(file_size - SAFETENSORS_PREFIX_SIZE));
    }
    *header_size = (size_t)size;
    return true;
}

// What is not safetensors at all is named for what it is; the rest of the bad ones for what is wrong with them.
static bool read_prefix(SafetensorsReader *reader, size_t *header_size)
{
    const ByteReader *from = &reader->from;
    char kind[FILE_KIND_TEXT];
    uint8_t prefix[SAFETENSORS_PREFIX_SIZE];
    if (!file_kind_is_safetensors(from->start, from->start_size) &&
        file_kind_describe(kind, from->start, from->start_size))
        return file_kind_refuse(from->path, from->start, from->start_size, "a safetensors file", from->error);
    if (from->size < SAFETENSORS_PREFIX_SIZE) {
        return loading_refuse(&reader->loading, "the file is %llu bytes long where the header's size alone takes %d",
                              (unsigned long long)from->size, SAFETENSORS_PREFIX_SIZE);
    }
    return read_bytes(reader, prefix, sizeof prefix) && check_prefix(&reader->loading, prefix, from->size, header_size);
}

// Passes over the header's bytes from first to end, which must be spaces.
static bool skip_padding(SafetensorsReader *reader, size_t first, size_t end)
{
    char block[PADDING_BLOCK];
    while (first < end) {
        const size_t size = end - first < sizeof block ? end - first : sizeof block;
        if (!read_bytes(reader, block, size))
            return false;
        for (size_t i = 0; i < size; i++) {
            if (block[i] != ' ') {
                return loading_refuse(&reader->loading,
                                      "the header has %02x as its byte %zu where after at most %d bytes of JSON spaces "
                                      "alone were expected",
                                      (unsigned char)block[i], first + i, SAFETENSORS_JSON_MAX);
            }
        }
        first += size;
    }
    return true;
}

static bool read_header(SafetensorsReader *reader)
{
    Loading *loading = &reader->loading;
    size_t size = 0;
    if (!read_prefix(reader, &size))
        return false;
    loading->data_size = (size_t)reader->from.size - SAFETENSORS_PREFIX_SIZE - size;
    const size_t kept = size < SAFETENSORS_JSON_MAX ? size : SAFETENSORS_JSON_MAX;
    char *json = malloc(kept);
    if (!json)
        return loading_refuse(loading, "there is no memory for its header of %zu bytes", kept);
    bool done =
        read_bytes(reader, json, kept) && skip_padding(reader, kept, size) && loading_parse_header(loading, json, kept);
    free(json);
    return done;
}

static SafetensorsReader *create_reader(const char *path, Error *error)
{
    SafetensorsReader *reader = calloc(1, sizeof *reader);
    if (!reader)
        (void)error_set(error, "%s cannot be read: there is no memory for its header", path);
    return reader;
}

// reader: its bytes are open.
static SafetensorsReader *begin_reading(SafetensorsReader *reader)
{
    reader->loading = (Loading){.file = &reader->file, .name = reader->from.name, .error = reader->from.error};
    if (read_header(reader))
        return reader;
    safetensors_close(reader);
    return NULL;
}

SafetensorsReader *safetensors_open(const char *path, Error *error)
{
    SafetensorsReader *reader = create_reader(path, error);
    if (!reader || byte_reader_open(&reader->from, path, error))
        return reader ? begin_reading(reader) : NULL;
    free(reader);
    return NULL;
}

SafetensorsReader *safetensors_open_bytes(const uint8_t *bytes, size_t size, const char *name, Error *error)
{
    SafetensorsReader *reader = create_reader(name, error);
    if (!reader || byte_reader_open_bytes(&reader->from, bytes, size, name, error))
        return reader ? begin_reading(reader) : NULL;
    free(reader);
    return NULL;
}

void safetensors_close(SafetensorsReader *reader)
{
    if (reader) {
        byte_reader_close(&reader->from);
        loading_free(&reader->loading);
    }
    free(reader);
}

const SafetensorsFile *safetensors_header(const SafetensorsReader *reader) { return &reader->file; }

// ---- values -------------------------------------------------------------------------------------------------------

static double decode_half(uint32_t bits)
{
    const int exponent = (int)(bits >> 10 & 0x1f);
    const double fraction = bits & 0x3ff, sign = bits & 0x8000 ? -1.0 : 1.0;
    if (exponent == 0x1f)
        return fraction > 0 ? NAN : sign * HUGE_VAL;
    return sign * (exponent == 0 ? ldexp(fraction, -24) : ldexp(1024.0 + fraction, exponent - 25));
}

static double decode_value(TensorType type, const uint8_t *bytes)
{
    uint64_t bits = 0;
    for (size_t i = safetensors_type_size(type); i-- > 0;)
        bits = bits << 8 | bytes[i];
    if (type == TENSOR_F64) {
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    if (type == TENSOR_F16)
        return decode_half((uint32_t)bits);
    const uint32_t word = (uint32_t)(type == TENSOR_BF16 ? bits << 16 : bits);
    float value;
    memcpy(&value, &word, sizeof value);
    return (double)value;
}

// One value as float32, which must be finite: what float64 holds may be too large for that.
static bool store_value(const SafetensorsReader *reader, const Tensor *tensor, size_t index, const uint8_t *bytes,
                        float *value)
{
    const double read = decode_value(tensor->type, bytes);
    if (fabs(read) <= (double)FLT_MAX) {
        *value = (float)read;
        return true;
    }
    return loading_refuse(&reader->loading, "the tensor \"%s\" has the value %g at index %zu where %s were expected",
                          tensor->name, read, index,
                          isfinite(read) ? "numbers that float32 can hold" : "finite values");
}

bool safetensors_read_next(SafetensorsReader *reader, float *values)
{
    uint8_t block[VALUES_BLOCK];
    assert(reader->next < reader->file.tensor_count);
    const Tensor *tensor = &reader->file.tensors[reader->next++];
    assert(safetensors_is_float(tensor->type));
    const size_t count = safetensors_count_values(tensor), size = safetensors_type_size(tensor->type);
    for (size_t at = 0; at < count;) {
        const size_t part = count - at < sizeof block / size ? count - at : sizeof block / size;
        if (!read_bytes(reader, block, part * size))
            return false;
        for (size_t i = 0; i < part; i++, at++)
            if (!store_value(reader, tensor, at, block + i * size, &values[at]))
                return false;
    }
    return true;
}

bool safetensors_skip_next(SafetensorsReader *reader)
{
    assert(reader->next < reader->file.tensor_count);
    const int index = reader->next++;
    return byte_reader_skip(&reader->from, reader->loading.ends[index] - reader->loading.begins[index]);
}
