// Intake, taking in: see intake.h.
#include "data/intake.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "data/resample.h"
#include "io/file.h"

void intake_begin(Intake *intake, const DatasetOptions *options, const char *name)
{
    *intake = (Intake){.options = options, .name = name};
    for (int split = 0; split < SPLIT_COUNT; split++) {
        intake->sets[split].least = INFINITY;
        intake->sets[split].most = -INFINITY;
        intake->sets[split].is_plain = intake->sets[split].is_whole = true;
    }
}

void intake_free(Intake *intake)
{
    for (int split = 0; split < SPLIT_COUNT; split++) {
        IntakeSet *set = &intake->sets[split];
        free(set->pixels);
        free(set->values);
        free(set->labels);
        set->pixels = NULL;
        set->values = NULL;
        set->labels = NULL;
    }
}

void intake_treat(Intake *intake, const char *words)
{
    const size_t used = strlen(intake->treatment);
    if (!strstr(intake->treatment, words) && used + strlen(words) + 3 < sizeof intake->treatment)
        (void)snprintf(intake->treatment + used, sizeof intake->treatment - used, "%s%s", used ? ", " : "", words);
}

bool intake_check_shape(Intake *intake, const IntakeShape *shape, const char *name, Error *error)
{
    const int width = shape->width, height = shape->height;
    if (width < INTAKE_SIDE_MIN || height < INTAKE_SIDE_MIN || width > INTAKE_SIDE_MAX || height > INTAKE_SIDE_MAX)
        return error_set(error, "%s holds images of %dx%d pixels where %dx%d were expected, or from %dx%d to %dx%d",
                         name, width, height, DIGIT_SIDE, DIGIT_SIDE, INTAKE_SIDE_MIN, INTAKE_SIDE_MIN, INTAKE_SIDE_MAX,
                         INTAKE_SIDE_MAX);
    if (shape->channels > 2)
        intake_treat(intake, "from colour");
    if (shape->channels > 1)
        notices_add(&intake->notices, "%s: %s", shape->channels == 2 ? "alpha was left out" : "colour was made grey",
                    shape->channels == 4   ? "red, green and blue as bright as the eye sees them, alpha left out"
                    : shape->channels == 3 ? "red, green and blue as bright as the eye sees them"
                                           : "the images are grey and alpha");
    if (width != DIGIT_SIDE || height != DIGIT_SIDE)
        notices_add(&intake->notices, "images of %dx%d pixels were brought to %dx%d by %s%s", width, height, DIGIT_SIDE,
                    DIGIT_SIDE, width < DIGIT_SIDE || height < DIGIT_SIDE ? "bilinear enlargement" : "area average",
                    width != height ? ", which stretches them" : "");
    if (width != DIGIT_SIDE || height != DIGIT_SIDE) {
        char size[40];
        (void)snprintf(size, sizeof size, "from %dx%d", width, height);
        intake_treat(intake, size);
    }
    return true;
}

static bool refuse_memory(uint64_t count, const char *what, uint64_t bytes, const char *name, Error *error)
{
    return error_set(error, "%s holds %llu %s, and there is no memory for these %llu bytes", name,
                     (unsigned long long)count, what, (unsigned long long)bytes);
}

bool intake_reserve(Intake *intake, Split split, uint64_t count, ElementType type, bool is_converted, const char *name,
                    Error *error)
{
    IntakeSet *set = &intake->sets[split];
    const bool is_byte = type == ELEMENT_U8;
    const uint64_t bytes = count * DIGIT_PIXELS * (is_byte ? 1 : sizeof(float));
    (void)snprintf(set->images_name, sizeof set->images_name, "%s", name);
    if (set->pixels || set->values)
        return error_set(error, "%s is a second file with %s images where one was expected", name,
                         split == SPLIT_TEST ? "test" : "training");
    if (is_converted && count > INTAKE_CONVERTED_MAX)
        return error_set(error, "%s holds %llu images where at most %d can be brought to %dx%d", name,
                         (unsigned long long)count, INTAKE_CONVERTED_MAX, DIGIT_SIDE, DIGIT_SIDE);
    const bool fits = count <= INT32_MAX && bytes <= SIZE_MAX / 2;
    if (is_byte)
        set->pixels = fits ? pixels_create((size_t)bytes) : NULL;
    else
        set->values = fits ? malloc((size_t)bytes) : NULL;
    if (!set->pixels && !set->values)
        return refuse_memory(count, "images", bytes, name, error);
    set->is_plain = !is_converted;
    set->capacity = (int)count;
    set->type = type;
    return true;
}

bool intake_reserve_labels(Intake *intake, Split split, uint64_t count, const char *name, Error *error)
{
    IntakeSet *set = &intake->sets[split];
    (void)snprintf(set->labels_name, sizeof set->labels_name, "%s", name);
    if (set->labels)
        return error_set(error, "%s is a second file with %s labels where one was expected", name,
                         split == SPLIT_TEST ? "test" : "training");
    const uint64_t bytes = count * sizeof *set->labels;
    set->labels = count <= INT32_MAX ? malloc((size_t)bytes) : NULL;
    if (!set->labels)
        return refuse_memory(count, "labels", bytes, name, error);
    set->label_capacity = (int)count;
    return true;
}

// Rec. 601, which JPEG uses, too.
static void make_grey(const IntakeShape *shape, const float *numbers, float *grey)
{
    const int count = shape->width * shape->height;
    const int step = shape->is_planar ? 1 : shape->channels, next = shape->is_planar ? count : 1;
    for (int i = 0; i < count; i++) {
        const float *pixel = numbers + (size_t)i * (size_t)step;
        grey[i] = shape->channels < 3 ? pixel[0] : 0.299f * pixel[0] + 0.587f * pixel[next] + 0.114f * pixel[2 * next];
    }
}

static void note_numbers(IntakeSet *set, const IntakeShape *shape, const float *numbers)
{
    const int count = shape->width * shape->height * (shape->channels < 3 ? 1 : shape->channels);
    for (int i = 0; i < count; i++) {
        // Written so that NaN is noted as the most.
        set->least = numbers[i] < set->least ? numbers[i] : set->least;
        set->most = numbers[i] <= set->most ? set->most : numbers[i];
        if (isnan(numbers[i]))
            set->most = INFINITY;
        set->is_whole = set->is_whole && numbers[i] == truncf(numbers[i]);
    }
}

static float white_of_bytes(const Intake *intake)
{
    return intake->options->scale_max > 0 ? intake->options->scale_max : 255.0f;
}

void intake_put(Intake *intake, Split split, int place, const IntakeShape *shape, const float *numbers, float *scratch)
{
    IntakeSet *set = &intake->sets[split];
    assert(place >= 0 && place < set->capacity);
    float small[DIGIT_PIXELS];
    note_numbers(set, shape, numbers);
    if (shape->channels > 1) {
        make_grey(shape, numbers, scratch);
        numbers = scratch;
    }
    float *out = set->values ? set->values + (size_t)place * DIGIT_PIXELS : small;
    resample_area(numbers, shape->width, shape->height, out, DIGIT_SIDE, DIGIT_SIDE);
    if (set->values)
        return;
    uint8_t *pixels = set->pixels + (size_t)place * DIGIT_PIXELS;
    const float white = set->is_plain ? 255.0f : white_of_bytes(intake);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        pixels[i] = (uint8_t)lrintf(fminf(small[i] * 255.0f / white, 255.0f));
}

bool intake_widen(Intake *intake, Split split, const char *name, Error *error)
{
    IntakeSet *set = &intake->sets[split];
    assert(set->is_plain && set->pixels);
    const size_t size = (size_t)set->capacity * DIGIT_PIXELS;
    float *values = size <= SIZE_MAX / 8 ? malloc(size * sizeof *values) : NULL;
    if (!values)
        return refuse_memory((uint64_t)set->capacity, "images", size * sizeof *values, name, error);
    for (size_t i = 0; i < (size_t)set->count * DIGIT_PIXELS; i++) {
        values[i] = set->pixels[i];
        set->least = fminf(set->least, values[i]);
        set->most = fmaxf(set->most, values[i]);
    }
    free(set->pixels);
    set->pixels = NULL;
    set->values = values;
    return true;
}

bool intake_grow(Intake *intake, Split split, const char *name, Error *error)
{
    IntakeSet *set = &intake->sets[split];
    const uint64_t capacity = (uint64_t)set->capacity * 2, size = capacity * DIGIT_PIXELS;
    const bool has_room = set->labels && (uint64_t)set->label_capacity >= capacity; // they came alone
    if (capacity > INTAKE_CONVERTED_MAX * 2)
        return error_set(error, "%s holds more than %d images", name, INTAKE_CONVERTED_MAX);
    const bool fits = size <= SIZE_MAX / sizeof *set->values;
    uint8_t *pixels = set->pixels && fits ? realloc(set->pixels, (size_t)size) : NULL;
    set->pixels = pixels ? pixels : set->pixels;
    float *values = set->values && fits ? realloc(set->values, (size_t)size * sizeof *values) : NULL;
    set->values = values ? values : set->values;
    int32_t *labels = has_room ? set->labels : NULL;
    if (set->labels && !has_room)
        labels = fits ? realloc(set->labels, (size_t)capacity * sizeof *labels) : NULL;
    set->labels = labels ? labels : set->labels;
    if ((!pixels && !values) || (set->labels && !labels))
        return refuse_memory(capacity, "images", size, name, error);
    set->capacity = (int)capacity;
    if (!has_room)
        set->label_capacity = set->labels ? set->capacity : 0;
    return true;
}
