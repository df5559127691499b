// Safetensors: see safetensors.h.
#include "safetensors.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "json_memory.h"
#include "safetensors_header.h"

enum { BLOCK_VALUES = 4096 };

static_assert(sizeof(float) == 4, "F32 is float");

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

static bool refuse_short(const Loading *loading, uint64_t size)
{
    return loading_refuse(loading, "the file is %llu bytes long where the header's size alone takes %d",
                          (unsigned long long)size, SAFETENSORS_PREFIX_SIZE);
}

// By its bits, since isfinite means nothing to a compiler that was told of no infinities.
static bool is_finite(uint32_t bits) { return (bits & 0x7f800000u) != 0x7f800000u; }

// Turns the bytes that storage was filled with into values, in place.
static bool adopt_values(const Loading *loading, void *storage)
{
    SafetensorsFile *file = loading->file;
    for (int i = 0; i < file->tensor_count; i++) {
        Tensor *tensor = &file->tensors[i];
        uint8_t *bytes = (uint8_t *)storage + loading->begins[i];
        size_t count = (loading->ends[i] - loading->begins[i]) / sizeof(float);
        tensor->values = (float *)(void *)bytes; // aligned: every tensor before it takes whole floats
        for (size_t j = 0; j < count; j++) {
            const uint8_t *b = bytes + j * sizeof(float);
            uint32_t bits = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
            memcpy(&tensor->values[j], &bits, sizeof bits);
            if (!is_finite(bits)) {
                return loading_refuse(
                    loading, "the tensor \"%s\" has the value %g at index %zu where finite values were expected",
                    tensor->name, (double)tensor->values[j], j);
            }
        }
    }
    file->storage = storage;
    return true;
}

static void *allocate_storage(const Loading *loading)
{
    void *storage = malloc(loading->data_size > 0 ? loading->data_size : 1);
    if (!storage)
        (void)loading_refuse(loading, "there is no memory for its %zu bytes of data", loading->data_size);
    return storage;
}

bool safetensors_parse(SafetensorsFile *out, const uint8_t *bytes, size_t size, const char *name, Error *error)
{
    SafetensorsFile file = {0};
    Loading loading = {.file = &file, .name = file_shorten_path(name), .error = error};
    size_t header_size = 0;
    if (size < SAFETENSORS_PREFIX_SIZE)
        return refuse_short(&loading, size);
    if (!check_prefix(&loading, bytes, size, &header_size))
        return false;
    loading.data_size = size - SAFETENSORS_PREFIX_SIZE - header_size;
    if (!loading_parse_header(&loading, (const char *)bytes + SAFETENSORS_PREFIX_SIZE, header_size))
        return false;
    void *storage = allocate_storage(&loading);
    if (!storage)
        return false;
    memcpy(storage, bytes + SAFETENSORS_PREFIX_SIZE + header_size, loading.data_size);
    if (!adopt_values(&loading, storage)) {
        free(storage);
        return false;
    }
    *out = file;
    return true;
}

static bool read_header(Loading *loading, int fd, const char *path, uint64_t size)
{
    uint8_t prefix[SAFETENSORS_PREFIX_SIZE];
    size_t header_size = 0;
    if (size < SAFETENSORS_PREFIX_SIZE)
        return refuse_short(loading, size);
    if (!file_read(fd, prefix, sizeof prefix, path, loading->error) ||
        !check_prefix(loading, prefix, size, &header_size))
        return false;
    loading->data_size = (size_t)size - SAFETENSORS_PREFIX_SIZE - header_size;
    char *header = malloc(header_size);
    if (!header)
        return loading_refuse(loading, "there is no memory for its header of %zu bytes", header_size);
    bool done =
        file_read(fd, header, header_size, path, loading->error) && loading_parse_header(loading, header, header_size);
    free(header);
    return done;
}

bool safetensors_load(SafetensorsFile *out, const char *path, Error *error)
{
    SafetensorsFile file = {0};
    Loading loading = {.file = &file, .name = file_shorten_path(path), .error = error};
    uint64_t size;
    int fd = file_open(path, &size, error);
    if (fd < 0)
        return false;
    void *storage = read_header(&loading, fd, path, size) ? allocate_storage(&loading) : NULL;
    bool done = storage && file_read(fd, storage, loading.data_size, path, error) && adopt_values(&loading, storage);
    (void)close(fd);
    if (!done) {
        free(storage);
        return false;
    }
    *out = file;
    return true;
}

static size_t count_values(const Tensor *tensor)
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
        size_t end = begin + count_values(tensor) * sizeof(float);
        whole = json_object_set_new(root, tensor->name, describe_tensor(tensor, begin, end)) == 0;
        begin = end;
    }
    char *text = whole ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    return text;
}

// The header's size, then the header, padded so that the data begin at a multiple of eight bytes.
static bool write_header(Draft *draft, const char *text, Error *error)
{
    size_t length = strlen(text), size = (length + 7) / 8 * 8;
    uint8_t prefix[SAFETENSORS_PREFIX_SIZE];
    for (int i = 0; i < SAFETENSORS_PREFIX_SIZE; i++)
        prefix[i] = (uint8_t)((uint64_t)size >> (8 * i));
    return draft_write(draft, prefix, sizeof prefix, error) && draft_write(draft, text, length, error) &&
           draft_write(draft, "       ", size - length, error);
}

static bool write_values(Draft *draft, const Tensor *tensor, Error *error)
{
    uint8_t block[BLOCK_VALUES * sizeof(float)];
    size_t count = count_values(tensor), fill = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &tensor->values[i], sizeof bits);
        if (!is_finite(bits)) {
            return error_set(error,
                             "%s cannot be written: the tensor \"%s\" has the value %g at index %zu where finite "
                             "values were expected",
                             file_shorten_path(draft->target), tensor->name, (double)tensor->values[i], i);
        }
        for (int j = 0; j < 4; j++)
            block[fill++] = (uint8_t)(bits >> (8 * j));
        if (fill == sizeof block || i == count - 1) {
            if (!draft_write(draft, block, fill, error))
                return false;
            fill = 0;
        }
    }
    return true;
}

static bool write_file(Draft *draft, const SafetensorsFile *file, const char *header, Error *error)
{
    bool done = write_header(draft, header, error);
    for (int i = 0; i < file->tensor_count && done; i++)
        done = write_values(draft, &file->tensors[i], error);
    return done && draft_finish(draft, error);
}

bool safetensors_save(const SafetensorsFile *file, const char *path, Error *error)
{
    assert(file->tensor_count <= SAFETENSORS_TENSORS_MAX && file->metadata_count <= SAFETENSORS_METADATA_MAX);
    Draft draft;
    const unsigned failures = json_memory_watch();
    char *header = format_header(file);
    const bool is_short = json_memory_watch() != failures;
    if (!header || is_short) {
        free(header);
        return error_set(error, "%s cannot be written: %s", file_shorten_path(path),
                         is_short ? "there is no memory for its header"
                                  : "a name or a metadata string is not valid UTF-8");
    }
    bool done = draft_begin(&draft, path, error);
    if (done && !write_file(&draft, file, header, error)) {
        draft_discard(&draft);
        done = false;
    }
    free(header);
    return done && draft_publish(&draft, true, error);
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

void safetensors_free(SafetensorsFile *file)
{
    free(file->storage);
    *file = (SafetensorsFile){0};
}
