// Fuzzes safetensors_open_bytes and safetensors_read_next. Where the first byte is odd the next eight are replaced by
// the header's true size, told from its last brace, so that mutations get past that check.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "models/safetensors.h"

enum { PREFIX_SIZE = 8, FIX_SIZE = 1 };

// Reads every tensor, each into memory of exactly its size, so that a sanitizer sees a write past it.
static void read_values(SafetensorsReader *reader, size_t size)
{
    const SafetensorsFile *file = safetensors_header(reader);
    if (file->tensor_count > SAFETENSORS_TENSORS_MAX || file->metadata_count > SAFETENSORS_METADATA_MAX)
        abort();
    bool done = true;
    for (int i = 0; i < file->tensor_count && done; i++) {
        const Tensor *tensor = &file->tensors[i];
        size_t count = 1;
        for (int j = 0; j < tensor->rank; j++)
            count *= tensor->shape[j];
        if (count > size / sizeof(float) || safetensors_find(file, tensor->name) != tensor)
            abort();
        float *values = malloc(count > 0 ? count * sizeof *values : 1);
        if (!values)
            abort();
        done = safetensors_read_next(reader, values);
        for (size_t j = 0; j < count && done; j++)
            if (!isfinite(values[j]))
                abort();
        free(values);
    }
}

static void fix_size(uint8_t *bytes, size_t size)
{
    size_t end = size;
    while (end > PREFIX_SIZE && bytes[end - 1] != '}')
        end--;
    for (int i = 0; i < PREFIX_SIZE; i++)
        bytes[i] = (uint8_t)((uint64_t)(end - PREFIX_SIZE) >> (8 * i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Error error = {""};
    if (size < 1)
        return 0;
    uint8_t *copy = malloc(size), *bytes = copy + 1; // to the last byte, so that a sanitizer sees a read past it
    if (!copy)
        abort();
    memcpy(copy, data, size--);
    if (data[0] & FIX_SIZE && size >= PREFIX_SIZE)
        fix_size(bytes, size);
    SafetensorsReader *reader = safetensors_open_bytes(bytes, size, "file", &error);
    if (reader)
        read_values(reader, size);
    else if (!strstr(error.text, "file"))
        abort();
    safetensors_close(reader);
    free(copy);
    return 0;
}

static void add_file(FuzzSeeds *seeds, const char *header, size_t data_size)
{
    uint8_t bytes[1024] = {(uint8_t)strlen(header), (uint8_t)(strlen(header) >> 8)};
    size_t length = strlen(header);
    memcpy(bytes + PREFIX_SIZE, header, length);
    for (size_t i = 0; i < data_size; i++)
        bytes[PREFIX_SIZE + length + i] = (uint8_t)(i * 5 % 64);
    fuzz_add_seed(seeds, 0, bytes, PREFIX_SIZE + length + data_size);
    fuzz_add_seed(seeds, FIX_SIZE, bytes, PREFIX_SIZE + length + data_size);
}

void fuzz_list_seeds(FuzzSeeds *seeds)
{
    add_file(seeds, "{}", 0);
    add_file(seeds, "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}   ", 4);
    add_file(seeds,
             "{\"__metadata__\":{\"spec\":\"layers=32\",\"note\":\"\\u00e9\"},"
             "\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
             "\"b\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[24,36]}}",
             36);
    add_file(seeds,
             "{\"z\":{\"shape\":[1,1,2,2],\"data_offsets\":[8,24],\"dtype\":\"F32\"},"
             "\"y\":{\"shape\":[2],\"data_offsets\":[0,8],\"dtype\":\"F32\"},"
             "\"x\":{\"shape\":[0],\"data_offsets\":[8,8],\"dtype\":\"F32\"}}",
             24);
}
