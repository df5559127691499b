// Safetensors, its header: see safetensors_header.h.
#include "models/safetensors_header.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json_memory.h"
static const json_int_t number_max = (json_int_t)1 << 53; // what every reader of JSON can hold exactly

bool loading_refuse(const Loading *loading, const char *format, ...)
{
    char text[sizeof loading->error->text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return error_set(loading->error, "%s: %s", loading->name, text);
}

static bool store_metadata(Loading *loading, json_t *object)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return loading_refuse(loading, "__metadata__ is not an object of strings");
    json_object_foreach(object, key, value)
    {
        SafetensorsFile *file = loading->file;
        if (file->metadata_count == SAFETENSORS_METADATA_MAX) {
            return loading_refuse(loading, "__metadata__ has %zu entries where at most %d were expected",
                                  json_object_size(object), SAFETENSORS_METADATA_MAX);
        }
        if (!json_is_string(value))
            return loading_refuse(loading, "the metadata \"%.64s\" is not a string", key);
        Metadata *metadata = &file->metadata[file->metadata_count++];
        if (strlen(key) >= sizeof metadata->key || json_string_length(value) >= sizeof metadata->value) {
            return loading_refuse(loading,
                                  "the metadata \"%.64s\" has %zu bytes of key and %zu of value where at most %zu and "
                                  "%zu were expected",
                                  key, strlen(key), json_string_length(value), sizeof metadata->key - 1,
                                  sizeof metadata->value - 1);
        }
        (void)strcpy(metadata->key, key);
        (void)strcpy(metadata->value, json_string_value(value));
    }
    return true;
}

static bool read_number(const json_t *value, size_t *number)
{
    json_int_t integer = json_integer_value(value);
    if (!json_is_integer(value) || integer < 0 || integer > number_max)
        return false;
    *number = (size_t)integer;
    return true;
}

// Stores the shape, and the number of bytes that it takes.
static bool store_shape(const Loading *loading, Tensor *tensor, const json_t *shape, size_t *size)
{
    if (!json_is_array(shape))
        return loading_refuse(loading, "the tensor \"%s\" has a shape that is not an array", tensor->name);
    if (json_array_size(shape) > SAFETENSORS_RANK_MAX) {
        return loading_refuse(loading, "the tensor \"%s\" has rank %zu where at most %d was expected", tensor->name,
                              json_array_size(shape), SAFETENSORS_RANK_MAX);
    }
    tensor->rank = (int)json_array_size(shape);
    *size = sizeof(float);
    for (int i = 0; i < tensor->rank; i++) {
        if (!read_number(json_array_get(shape, (size_t)i), &tensor->shape[i])) {
            return loading_refuse(loading,
                                  "the tensor \"%s\" has a shape whose entry %d is not an integer from 0 to 2^53",
                                  tensor->name, i);
        }
        if (__builtin_mul_overflow(*size, tensor->shape[i], size))
            return loading_refuse(loading, "the tensor \"%s\" has a shape whose product overflows", tensor->name);
    }
    return true;
}

static bool store_offsets(Loading *loading, const char *name, const json_t *offsets, size_t size)
{
    int index = loading->file->tensor_count;
    size_t *begin = &loading->begins[index], *end = &loading->ends[index];
    if (!json_is_array(offsets) || json_array_size(offsets) != 2 || !read_number(json_array_get(offsets, 0), begin) ||
        !read_number(json_array_get(offsets, 1), end)) {
        return loading_refuse(loading, "the tensor \"%s\" has data_offsets that are not two integers from 0 to 2^53",
                              name);
    }
    if (*begin > *end || *end > loading->data_size) {
        return loading_refuse(loading,
                              "the tensor \"%s\" has data_offsets %zu to %zu, which do not lie in order within the "
                              "%zu bytes of data",
                              name, *begin, *end, loading->data_size);
    }
    return *end - *begin == size ||
           loading_refuse(loading,
                          "the tensor \"%s\" has data_offsets %zu to %zu, %zu bytes, where its shape takes %zu", name,
                          *begin, *end, *end - *begin, size);
}

static bool store_tensor(Loading *loading, const char *name, const json_t *object)
{
    SafetensorsFile *file = loading->file;
    const json_t *dtype = json_object_get(object, "dtype"), *shape = json_object_get(object, "shape");
    const json_t *offsets = json_object_get(object, "data_offsets");
    size_t size = 0;
    if (file->tensor_count == SAFETENSORS_TENSORS_MAX) {
        return loading_refuse(loading, "the file has more tensors than the %d that were expected at most",
                              SAFETENSORS_TENSORS_MAX);
    }
    Tensor *tensor = &file->tensors[file->tensor_count];
    if (strlen(name) >= sizeof tensor->name) {
        return loading_refuse(loading,
                              "the tensor \"%.64s...\" has a name of %zu bytes where at most %zu were expected", name,
                              strlen(name), sizeof tensor->name - 1);
    }
    (void)strcpy(tensor->name, name);
    if (!dtype || !shape || !offsets || json_object_size(object) != 3) {
        return loading_refuse(loading, "the tensor \"%s\" is not an object of exactly dtype, shape and data_offsets",
                              name);
    }
    if (!json_is_string(dtype) || strcmp(json_string_value(dtype), "F32") != 0) {
        return loading_refuse(loading, "the tensor \"%s\" has the dtype %.64s where F32 was expected", name,
                              json_is_string(dtype) ? json_string_value(dtype) : "of another JSON type");
    }
    if (!store_shape(loading, tensor, shape, &size) || !store_offsets(loading, name, offsets, size))
        return false;
    file->tensor_count++;
    return true;
}

static void swap_tensors(Loading *loading, int i, int j)
{
    Tensor tensor = loading->file->tensors[i];
    size_t begin = loading->begins[i], end = loading->ends[i];
    loading->file->tensors[i] = loading->file->tensors[j];
    loading->begins[i] = loading->begins[j];
    loading->ends[i] = loading->ends[j];
    loading->file->tensors[j] = tensor;
    loading->begins[j] = begin;
    loading->ends[j] = end;
}

// Puts the tensors in the order of their bytes, which must then follow one another from first to last.
static bool check_layout(Loading *loading)
{
    const SafetensorsFile *file = loading->file;
    for (int i = 1; i < file->tensor_count; i++)
        for (int j = i;
             j > 0 && (loading->begins[j - 1] > loading->begins[j] ||
                       (loading->begins[j - 1] == loading->begins[j] && loading->ends[j - 1] > loading->ends[j]));
             j--)
            swap_tensors(loading, j - 1, j);
    size_t position = 0;
    for (int i = 0; i < file->tensor_count; i++) {
        if (loading->begins[i] != position) {
            return loading_refuse(
                loading,
                "the tensor \"%s\" begins at byte %zu of the data where %zu was expected, which leaves "
                "%s",
                file->tensors[i].name, loading->begins[i], position,
                loading->begins[i] < position ? "an overlap" : "a hole");
        }
        position = loading->ends[i];
    }
    return position == loading->data_size ||
           loading_refuse(loading, "the tensors take %zu bytes where the file has %zu of data", position,
                          loading->data_size);
}

static bool store_header(Loading *loading, json_t *root)
{
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value) if (!(strcmp(key, "__metadata__") == 0
                                                    ? store_metadata(loading, value)
                                                    : store_tensor(loading, key, value))) return false;
    return check_layout(loading);
}

bool loading_parse_header(Loading *loading, const char *header, size_t size)
{
    if (header[0] != '{') {
        return loading_refuse(loading, "the header begins with byte %02x where an opening brace was expected",
                              (unsigned char)header[0]);
    }
    while (header[size - 1] == ' ')
        size--;
    if (header[size - 1] != '}') {
        return loading_refuse(loading,
                              "the header ends with byte %02x where a closing brace, then spaces alone, were expected",
                              (unsigned char)header[size - 1]);
    }
    json_error_t problem;
    const unsigned failures = json_memory_watch();
    json_t *root = json_loadb(header, size, JSON_REJECT_DUPLICATES, &problem);
    if (json_memory_watch() != failures) {
        json_decref(root);
        return loading_refuse(loading, "there is no memory for its header of %zu bytes", size);
    }
    if (!root) {
        return loading_refuse(loading, "the header is not valid JSON: %s, at its byte %d", problem.text,
                              problem.position);
    }
    bool done = store_header(loading, root);
    json_decref(root);
    return done;
}
