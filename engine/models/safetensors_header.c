// Safetensors, its header: see safetensors_header.h.
#include "models/safetensors_header.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

static bool refuse_memory(const Loading *loading, size_t size)
{
    return loading_refuse(loading, "there is no memory for its header of %zu bytes", size);
}

// What is too long to be kept is no spec of ours: nobody asks for it.
static bool store_metadata(Loading *loading, json_t *object)
{
    const char *key;
    json_t *value;
    SafetensorsFile *file = loading->file;
    if (!json_is_object(object))
        return loading_refuse(loading, "__metadata__ is not an object of strings");
    const size_t entries = json_object_size(object),
                 room = entries < SAFETENSORS_METADATA_MAX ? entries : SAFETENSORS_METADATA_MAX;
    file->metadata = calloc(room > 0 ? room : 1, sizeof *file->metadata);
    if (!file->metadata)
        return refuse_memory(loading, room * sizeof *file->metadata);
    json_object_foreach(object, key, value)
    {
        if (!json_is_string(value))
            return loading_refuse(loading, "the metadata \"%.64s\" is not a string", key);
        Metadata *metadata = &file->metadata[file->metadata_count];
        if ((size_t)file->metadata_count == room || strlen(key) >= sizeof metadata->key ||
            json_string_length(value) >= sizeof metadata->value) {
            file->skipped_metadata++;
            continue;
        }
        file->metadata_count++;
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
    *size = safetensors_type_size(tensor->type);
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

static bool store_type(const Loading *loading, Tensor *tensor, const json_t *dtype)
{
    for (TensorType type = 0; json_is_string(dtype) && type < TENSOR_TYPE_COUNT; type++) {
        if (strcmp(json_string_value(dtype), safetensors_type_name(type)) == 0) {
            tensor->type = type;
            return true;
        }
    }
    return loading_refuse(loading, "the tensor \"%s\" has the dtype %.64s where one such as F32 or F16 was expected",
                          tensor->name, json_is_string(dtype) ? json_string_value(dtype) : "of another JSON type");
}

static bool store_tensor(Loading *loading, const char *name, const json_t *object)
{
    SafetensorsFile *file = loading->file;
    const json_t *dtype = json_object_get(object, "dtype"), *shape = json_object_get(object, "shape");
    const json_t *offsets = json_object_get(object, "data_offsets");
    size_t size = 0;
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
    if (!store_type(loading, tensor, dtype))
        return false;
    if (!store_shape(loading, tensor, shape, &size) || !store_offsets(loading, name, offsets, size))
        return false;
    file->tensor_count++;
    return true;
}

// Where a tensor's bytes are, and which one it is.
typedef struct Place {
    size_t begin, end;
    int index;
} Place;

static int compare_places(const void *a, const void *b)
{
    const Place *left = a, *right = b;
    if (left->begin != right->begin)
        return left->begin < right->begin ? -1 : 1;
    if (left->end != right->end)
        return left->end < right->end ? -1 : 1;
    return left->index - right->index;
}

// Puts the tensors in the order of their bytes.
static bool sort_tensors(Loading *loading)
{
    SafetensorsFile *file = loading->file;
    const size_t count = (size_t)file->tensor_count, room = count > 0 ? count : 1;
    Place *places = malloc(room * sizeof *places);
    Tensor *sorted = malloc(room * sizeof *sorted);
    if (!places || !sorted) {
        free(places);
        free(sorted);
        return refuse_memory(loading, room * (sizeof *places + sizeof *sorted));
    }
    for (size_t i = 0; i < count; i++)
        places[i] = (Place){loading->begins[i], loading->ends[i], (int)i};
    qsort(places, count, sizeof *places, compare_places);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = file->tensors[places[i].index];
        loading->begins[i] = places[i].begin;
        loading->ends[i] = places[i].end;
    }
    free(places);
    free(file->tensors);
    file->tensors = sorted;
    return true;
}

// In that order they must follow one another from first to last.
static bool check_layout(Loading *loading)
{
    const SafetensorsFile *file = loading->file;
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

static bool make_room(Loading *loading, size_t count)
{
    SafetensorsFile *file = loading->file;
    if (count > SAFETENSORS_TENSORS_MAX)
        return loading_refuse(loading, "the file has %zu tensors where at most %d were expected", count,
                              SAFETENSORS_TENSORS_MAX);
    const size_t room = count > 0 ? count : 1;
    file->tensors = calloc(room, sizeof *file->tensors);
    loading->begins = calloc(room, sizeof *loading->begins);
    loading->ends = calloc(room, sizeof *loading->ends);
    return (file->tensors && loading->begins && loading->ends) ||
           refuse_memory(loading, room * (sizeof *file->tensors + 2 * sizeof *loading->begins));
}

void loading_free(Loading *loading)
{
    if (loading->file) {
        free(loading->file->tensors);
        free(loading->file->metadata);
    }
    free(loading->begins);
    free(loading->ends);
}

static bool store_header(Loading *loading, json_t *root)
{
    const char *key;
    json_t *value;
    if (!make_room(loading, json_object_size(root) - (json_object_get(root, "__metadata__") != NULL)))
        return false;
    json_object_foreach(root, key, value) if (!(strcmp(key, "__metadata__") == 0
                                                    ? store_metadata(loading, value)
                                                    : store_tensor(loading, key, value))) return false;
    return sort_tensors(loading) && check_layout(loading);
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
        return refuse_memory(loading, size);
    }
    if (!root) {
        return loading_refuse(loading, "the header is not valid JSON: %s, at its byte %d", problem.text,
                              problem.position);
    }
    bool done = store_header(loading, root);
    json_decref(root);
    return done;
}
