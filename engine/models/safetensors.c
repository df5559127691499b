// Safetensors, writing: see safetensors.h.
#include "models/safetensors.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "io/file.h"
#include "io/file_kind.h"
#include "json_memory.h"
#include "models/safetensors_header.h"

enum { BLOCK_VALUES = 4096 };

#define NAME_TYPE(key, size) [TENSOR_##key] = {#key, size},
static const struct {
    const char *name;
    size_t size;
} types[TENSOR_TYPE_COUNT] = {SAFETENSORS_TYPES(NAME_TYPE)};

const char *safetensors_type_name(TensorType type) { return types[type].name; }
size_t safetensors_type_size(TensorType type) { return types[type].size; }
bool safetensors_is_float(TensorType type) { return type <= TENSOR_BF16; }

size_t safetensors_count_values(const Tensor *tensor)
{
    size_t count = 1;
    for (int i = 0; i < tensor->rank; i++)
        count *= tensor->shape[i];
    return count;
}

// NULL where memory runs out or a string is not UTF-8.
static json_t *describe_tensor(const Tensor *tensor, size_t begin, size_t end)
{
    json_t *shape = json_array();
    for (int i = 0; i < tensor->rank; i++) {
        if (json_array_append_new(shape, json_integer((json_int_t)tensor->shape[i])) != 0) {
            json_decref(shape);
            return NULL;
        }
    }
    return json_pack("{s:s, s:o, s:[I, I]}", "dtype", "F32", "shape", shape, "data_offsets", (json_int_t)begin,
                     (json_int_t)end);
}

static json_t *describe_metadata(const SafetensorsFile *file)
{
    json_t *object = json_object();
    for (int i = 0; i < file->metadata_count; i++) {
        if (json_object_set_new(object, file->metadata[i].key, json_string(file->metadata[i].value)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}

// The header's JSON, keys in the order of file: metadata, then tensors. Owned by the caller: free.
static char *format_header(const SafetensorsFile *file)
{
    json_t *root = json_object();
    bool whole = root != NULL;
    if (file->metadata_count > 0)
        whole = json_object_set_new(root, "__metadata__", describe_metadata(file)) == 0;
    size_t begin = 0;
    for (int i = 0; i < file->tensor_count && whole; i++) {
        const Tensor *tensor = &file->tensors[i];
        assert(safetensors_find(file, tensor->name) == tensor && strcmp(tensor->name, "__metadata__") != 0);
        size_t end = begin + safetensors_count_values(tensor) * sizeof(float);
        whole = json_object_set_new(root, tensor->name, describe_tensor(tensor, begin, end)) == 0;
        begin = end;
    }
    char *text = whole ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    return text;
}

// The header's size, then the header, padded so that the data begin at a multiple of eight bytes.
static bool write_header(NewFile *out, const char *text, Error *error)
{
    size_t length = strlen(text), size = (length + 7) / 8 * 8;
    uint8_t prefix[SAFETENSORS_PREFIX_SIZE];
    for (int i = 0; i < SAFETENSORS_PREFIX_SIZE; i++)
        prefix[i] = (uint8_t)((uint64_t)size >> (8 * i));
    return new_file_put(out, prefix, sizeof prefix, error) && new_file_put(out, text, length, error) &&
           new_file_put(out, "       ", size - length, error);
}

static bool write_values(NewFile *out, const Tensor *tensor, Error *error)
{
    uint8_t block[BLOCK_VALUES * sizeof(float)];
    size_t count = safetensors_count_values(tensor), fill = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &tensor->values[i], sizeof bits);
        if (!is_finite(bits)) {
            return error_set(error,
                             "%s cannot be written: the tensor \"%s\" has the value %g at index %zu where finite "
                             "values were expected",
                             file_shorten_path(out->path), tensor->name, (double)tensor->values[i], i);
        }
        for (int j = 0; j < 4; j++)
            block[fill++] = (uint8_t)(bits >> (8 * j));
        if (fill == sizeof block || i == count - 1) {
            if (!new_file_put(out, block, fill, error))
                return false;
            fill = 0;
        }
    }
    return true;
}

bool safetensors_write(const SafetensorsFile *file, NewFile *out, Error *error)
{
    assert(file->tensor_count <= SAFETENSORS_TENSORS_MAX && file->metadata_count <= SAFETENSORS_METADATA_MAX);
    const unsigned failures = json_memory_watch();
    char *header = format_header(file);
    const bool is_short = json_memory_watch() != failures;
    if (!header || is_short) {
        free(header);
        return error_set(error, "%s cannot be written: %s", file_shorten_path(out->path),
                         is_short ? "there is no memory for its header"
                                  : "a name or a metadata string is not valid UTF-8");
    }
    bool done = write_header(out, header, error);
    free(header);
    for (int i = 0; i < file->tensor_count && done; i++)
        done = write_values(out, &file->tensors[i], error);
    return done;
}

const Tensor *safetensors_find(const SafetensorsFile *file, const char *name)
{
    for (int i = 0; i < file->tensor_count; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

const char *safetensors_find_metadata(const SafetensorsFile *file, const char *key)
{
    for (int i = 0; i < file->metadata_count; i++)
        if (strcmp(file->metadata[i].key, key) == 0)
            return file->metadata[i].value;
    return NULL;
}
