// Fuzzes safetensors_open_bytes, safetensors_read_next and foreign_open_bytes. Where the first byte is odd the next
// eight are replaced by the header's true size, told from its last brace, so that mutations get past that check.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "models/foreign.h"
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
        const size_t count = safetensors_count_values(tensor);
        if (count > size || safetensors_find(file, tensor->name) != tensor)
            abort();
        if (!safetensors_is_float(tensor->type)) {
            done = safetensors_skip_next(reader);
            continue;
        }
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

// Every reading that a file of 4 pixels has, filled into a model of its layers and described.
static void read_foreign(const uint8_t *bytes, size_t size)
{
    enum { PIXELS = 4 };
    Error error = {""};
    Foreign *foreign = foreign_open_bytes(bytes, size, "file", PIXELS, &error);
    if (!foreign) {
        if (!strstr(error.text, "file"))
            abort();
        return;
    }
    for (int reading = 0; reading < foreign_reading_count(foreign); reading++) {
        Spec spec = spec_default(), said;
        Notices notices = {0};
        foreign_set_layers(foreign, reading, &spec);
        const Model model = model_create(&spec, PIXELS);
        float *parameters = malloc(model.parameter_count * sizeof *parameters);
        if (!parameters)
            abort();
        foreign_fill(foreign, reading, &model, parameters);
        for (size_t i = 0; i < model.parameter_count; i++)
            if (!isfinite(parameters[i]))
                abort();
        free(parameters);
        foreign_describe(foreign, reading, &notices);
        if (foreign_find_spec(foreign, &said) && said.hidden_count < 1)
            abort();
    }
    foreign_close(foreign);
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
    read_foreign(bytes, size);
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
    add_file(seeds,
             "{\"__metadata__\":{\"spec\":\"layers=2\",\"step\":\"3\"},"
             "\"enc.weight\":{\"dtype\":\"F32\",\"shape\":[2,4],\"data_offsets\":[0,32]},"
             "\"enc.bias\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[32,36]},"
             "\"dec.weight\":{\"dtype\":\"BF16\",\"shape\":[4,2],\"data_offsets\":[36,52]},"
             "\"bn.n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[52,60]}}",
             60);
    add_file(seeds,
             "{\"d_1/kernel\":{\"dtype\":\"F64\",\"shape\":[1,4],\"data_offsets\":[0,32]},"
             "\"d/kernel\":{\"dtype\":\"F32\",\"shape\":[4,1],\"data_offsets\":[32,48]}}",
             48);
}
