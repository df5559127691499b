// NumPy arrays: the format's version 1.0, a header of text, then the values.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files/export.h"
#include "files/export_names.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the header says that values are little-endian");

// input, drawing; and of each model outputs, those of the drawing, noisy inputs and outputs from them, heatmaps
enum { PER_MODEL = 4 + HEATMAP_COUNT, ARRAYS_MAX = 2 + MODELS_MAX * PER_MODEL, FILE_NAME_SIZE = 2 * EXPORT_NAME_SIZE };
_Static_assert((int)ARRAYS_MAX <= (int)NEW_FILES_MAX, "they are written together: raise NEW_FILES_MAX");

typedef struct Array {
    char name[FILE_NAME_SIZE];
    const float *values; // (count, DIGIT_PIXELS)
    int count;
} Array;

typedef struct Arrays {
    Array items[ARRAYS_MAX];
    const char *names[ARRAYS_MAX];
    int count;
    NewFiles files;
} Arrays;

// ---- names --------------------------------------------------------------------------------------------------------

bool export_has_model(const Frame *frame, int index)
{
    return index >= SIDE_COUNT || scene_shows(frame->look.scene, index);
}

static void name_by_spec(const Frame *frame, int index, char name[EXPORT_NAME_SIZE])
{
    char seed[24] = "";
    const Spec *spec = &frame->models[index].spec;
    if (spec->seed != frame->models[SIDE_A].spec.seed)
        (void)snprintf(seed, sizeof seed, "-seed%u", spec->seed);
    if (index < SIDE_COUNT)
        (void)snprintf(name, EXPORT_NAME_SIZE, "%s", index == SIDE_A ? "a" : "b");
    else
        (void)snprintf(name, EXPORT_NAME_SIZE, "%s-%s%s", loss_get(spec->loss)->key,
                       activation_get(OUTPUT_ACTIVATION, spec->output)->key, seed);
}

void export_name_model(const Frame *frame, int index, char name[EXPORT_NAME_SIZE])
{
    char other[EXPORT_NAME_SIZE];
    int number = 1;
    name_by_spec(frame, index, name);
    for (int i = 0; i < index; i++) {
        name_by_spec(frame, i, other);
        number += strcmp(other, name) == 0;
    }
    const size_t length = strlen(name);
    if (number > 1)
        (void)snprintf(name + length, EXPORT_NAME_SIZE - length, "-%d", number);
}

// ---- what there is ------------------------------------------------------------------------------------------------

static void add(Arrays *arrays, const float *values, int count, const char *first, const char *second,
                const char *model)
{
    Array *array = &arrays->items[arrays->count];
    (void)snprintf(array->name, sizeof array->name, "%s%s%s%s%s.npy", first, *second ? "-" : "", second,
                   *model ? "-" : "", model);
    array->values = values;
    array->count = count;
    arrays->names[arrays->count++] = array->name;
}

static void add_model(Arrays *arrays, const Frame *frame, int index)
{
    char name[EXPORT_NAME_SIZE];
    const ModelFrame *m = &frame->models[index];
    const Look *look = &frame->look;
    export_name_model(frame, index, name);
    add(arrays, m->p, frame->page_count, "output", "", name);
    add(arrays, m->pad_p, 1, "drawing-output", "", name);
    if (pixels_are_damaged(&m->spec)) {
        add(arrays, m->noisy, frame->page_count, "noisy-input", "", name);
        add(arrays, m->noisy_shown, frame->page_count, "noisy-output", "", name);
    }
    for (int i = 0; scene_has(look->scene, SCENE_HAS_MAPS) && i < HEATMAP_COUNT; i++) {
        const Heatmap *mode = heatmap_get(look->heatmaps[i]);
        if (i == 0 || look->heatmaps[i] != look->heatmaps[0])
            add(arrays, m->heat[i], mode->is_of_set ? 1 : frame->page_count, "heat", mode->key, name);
    }
}

static void list_arrays(Arrays *arrays, const Frame *frame)
{
    add(arrays, frame->targets, frame->page_count, "input", "", "");
    add(arrays, frame->pad_input, 1, "drawing", "", "");
    for (int i = 0; i < frame->model_count; i++)
        if (export_has_model(frame, i))
            add_model(arrays, frame, i);
}

// ---- writing ------------------------------------------------------------------------------------------------------

static bool put_array(NewFile *file, const Array *array, Error *error)
{
    enum { HEADER = 128, PREFIX = 10 }; // whole multiples of 64, with the prefix
    char header[HEADER + 1];
    (void)snprintf(header, sizeof header, "%*s%-*s\n", PREFIX, "", HEADER - PREFIX - 1, "");
    const int length =
        snprintf(header + PREFIX, HEADER - PREFIX, "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d, %d), }",
                 array->count, DIGIT_SIDE, DIGIT_SIDE);
    header[PREFIX + length] = ' ';
    memcpy(header, "\x93NUMPY\x01\x00", 8);
    header[8] = HEADER - PREFIX;
    header[9] = 0;
    return new_file_put(file, header, HEADER, error) &&
           new_file_put(file, array->values, (size_t)array->count * DIGIT_PIXELS * sizeof(float), error) &&
           new_file_finish(file, error);
}

static bool write_all(Arrays *arrays, const char *folder, Naming naming, Error *error)
{
    NewFiles *files = &arrays->files;
    if (!new_files_begin(files, folder, arrays->names, arrays->count, naming, "an export", error))
        return false;
    for (int i = 0; i < arrays->count; i++) {
        NewFile *file = new_files_add(files, i, error);
        if (!file || !put_array(file, &arrays->items[i], error)) {
            new_files_discard(files);
            return false;
        }
    }
    return new_files_publish(files, error);
}

bool export_arrays(const Frame *frame, const char *folder, Naming naming, Error *error)
{
    Arrays *arrays = calloc(1, sizeof *arrays);
    if (!arrays)
        return error_set(error, "out of memory: %s", file_shorten_path(folder));
    list_arrays(arrays, frame);
    const bool is_good = write_all(arrays, folder, naming, error);
    free(arrays);
    return is_good;
}
