// Pictures: train/3/x.png, 3/x.png, or flat.
//
// The folder that a picture is in is its label, a number or else its place among the sorted names. Where no folder says
// "test", the split is a fixed rule: of each label every sixth picture, in the order of the names (bytes), is for
// testing. Both parts go through the labels in turn, so that the first images have them all.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/form.h"
#include "io/file.h"

enum { TEST_EVERY = 6, NAMES_SIZE = 200, NUMBER_DIGITS_MAX = 6 };

typedef enum Place { PLACE_NONE, PLACE_TRAIN, PLACE_TEST, PLACE_VALIDATION } Place;

typedef struct Picture {
    int entry;
    Place place;
    const char *path, *class; // class: in path, of class_length bytes; "" where it lies flat
    int class_length;
    int32_t label;
    Split split;
    int rank; // in its label and split
} Picture;

typedef struct Pictures {
    Picture *items; // free
    int count, place_counts[PLACE_VALIDATION + 1];
    bool is_numbered, is_flat;
} Pictures;

static bool is_picture(const char *path)
{
    static const char *const endings[] = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (form_ends_in(path, endings[i]))
            return true;
    return false;
}

static Place find_place(const char *word, size_t length)
{
    static const char *const words[] = {"val", "valid", "validation"};
    const int split = form_split_word(word, length);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == length && strncasecmp(word, words[i], length) == 0)
            return PLACE_VALIDATION;
    return split == SPLIT_TRAIN ? PLACE_TRAIN : split == SPLIT_TEST ? PLACE_TEST : PLACE_NONE;
}

// What the folders on the way say; the last that is no word for a split is the class.
static Picture read_path(const char *path, int entry)
{
    Picture picture = {.entry = entry, .path = path, .class = ""};
    for (const char *part = path, *slash; (slash = strchr(part, '/')); part = slash + 1) {
        const Place place = find_place(part, (size_t)(slash - part));
        if (place != PLACE_NONE) {
            picture.place = place;
            picture.class_length = 0;
        } else {
            picture.class = part;
            picture.class_length = (int)(slash - part);
        }
    }
    return picture;
}

static bool is_number(const Picture *picture)
{
    for (int i = 0; i < picture->class_length; i++)
        if (!isdigit((unsigned char)picture->class[i]))
            return false;
    return picture->class_length > 0 && picture->class_length <= NUMBER_DIGITS_MAX;
}

static int compare_classes(const Picture *a, const Picture *b)
{
    const int least = a->class_length < b->class_length ? a->class_length : b->class_length;
    const int order = memcmp(a->class, b->class, (size_t)least);
    return order ? order : a->class_length - b->class_length;
}

static int compare_by_class(const void *a, const void *b)
{
    const Picture *x = a, *y = b;
    const int order = compare_classes(x, y);
    return order ? order : strcmp(x->path, y->path);
}

static int compare_by_label(const void *a, const void *b)
{
    const Picture *x = a, *y = b;
    return x->label != y->label ? (x->label < y->label ? -1 : 1) : strcmp(x->path, y->path);
}

static int compare_by_rank(const void *a, const void *b)
{
    const Picture *x = a, *y = b;
    if (x->split != y->split)
        return (int)x->split - (int)y->split;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return compare_by_label(a, b);
}

static bool collect(const Plan *plan, Pictures *out, Error *error)
{
    const Source *source = plan->source;
    *out = (Pictures){.items = malloc(((size_t)source->count + 1) * sizeof *out->items), .is_numbered = true};
    if (!out->items)
        return error_set(error, "there is no memory for the files of %s", file_shorten_path(source->path));
    for (int i = 0; i < source->count; i++) {
        const SourceEntry *entry = &source->entries[i];
        if (entry->kind == ENTRY_FOLDER || entry->container >= 0 || !is_picture(entry->path) ||
            (plan->selected && !form_is_selected(plan, i)))
            continue;
        out->items[out->count] = read_path(entry->path, i);
        out->place_counts[out->items[out->count].place]++;
        out->is_numbered = out->is_numbered && is_number(&out->items[out->count]);
        out->count++;
    }
    return true;
}

// Numbers, or places among the sorted names. One name alone says nothing about its pictures.
static void label_pictures(Plan *plan, Pictures *pictures)
{
    char names[NAMES_SIZE] = "";
    int32_t label = 0;
    qsort(pictures->items, (size_t)pictures->count, sizeof *pictures->items, compare_by_class);
    for (int i = 0; i < pictures->count; i++) {
        Picture *picture = &pictures->items[i];
        const bool is_new = i == 0 || compare_classes(&pictures->items[i - 1], picture) != 0;
        label += i > 0 && is_new;
        picture->label = pictures->is_numbered ? (int32_t)strtol(picture->class, NULL, 10) : label;
        const size_t used = strlen(names);
        if (is_new && used + (size_t)picture->class_length + 8 < sizeof names)
            (void)snprintf(names + used, sizeof names - used, "%s%.*s", used ? ", " : "", picture->class_length,
                           picture->class);
    }
    pictures->is_flat = !pictures->is_numbered && label == 0;
    if (!pictures->is_numbered && !pictures->is_flat)
        notices_add(plan->notices, "the labels 0 to %d are the folders in the order of their names: %s", label, names);
}

// Returns whether the picture counts.
static bool choose_split(const Pictures *pictures, Picture *picture, int rank)
{
    const bool has_test = pictures->place_counts[PLACE_TEST] > 0;
    const bool has_split = has_test || pictures->place_counts[PLACE_VALIDATION] > 0;
    picture->split = has_split ? (picture->place >= PLACE_TEST ? SPLIT_TEST : SPLIT_TRAIN)
                               : (rank % TEST_EVERY == TEST_EVERY - 1 ? SPLIT_TEST : SPLIT_TRAIN);
    return picture->place != PLACE_VALIDATION || !has_test;
}

static void split_pictures(Plan *plan, Pictures *pictures)
{
    int kept = 0, rank = 0, ranks[SPLIT_COUNT] = {0};
    qsort(pictures->items, (size_t)pictures->count, sizeof *pictures->items, compare_by_label);
    for (int i = 0; i < pictures->count; i++, rank++) {
        Picture picture = pictures->items[i];
        if (kept == 0 || pictures->items[kept - 1].label != picture.label)
            rank = ranks[SPLIT_TRAIN] = ranks[SPLIT_TEST] = 0;
        if (!choose_split(pictures, &picture, rank))
            continue;
        picture.rank = ranks[picture.split]++;
        plan->counts[picture.split]++;
        pictures->items[kept++] = picture;
    }
    if (kept < pictures->count)
        notices_add(plan->notices, "%d pictures for validation were left out, because there is a test part",
                    pictures->count - kept);
    pictures->count = kept;
    if (pictures->place_counts[PLACE_TEST] == 0 && pictures->place_counts[PLACE_VALIDATION] > 0)
        notices_add(plan->notices, "the pictures for validation are the test part");
    else if (pictures->place_counts[PLACE_TEST] == 0 && plan->counts[SPLIT_TEST] > 0)
        notices_add(plan->notices,
                    "there is no test part: every sixth picture%s in the order of the names is it, %d of %d",
                    pictures->is_flat ? "" : " of each label", plan->counts[SPLIT_TEST], kept);
}

FormResult form_find_pictures(Plan *plan, Error *error)
{
    Pictures pictures;
    if (!collect(plan, &pictures, error))
        return FORM_FAILED;
    if (pictures.count < 2 || pictures.place_counts[PLACE_TEST] == pictures.count) {
        free(pictures.items);
        return FORM_ABSENT;
    }
    label_pictures(plan, &pictures);
    split_pictures(plan, &pictures);
    plan->has_labels = !pictures.is_flat;
    qsort(pictures.items, (size_t)pictures.count, sizeof *pictures.items, compare_by_rank);
    for (int i = 0; i < pictures.count; i++) {
        const Picture *picture = &pictures.items[i];
        const int place = picture->split == SPLIT_TEST ? i - plan->counts[SPLIT_TRAIN] : i;
        plan->parts[picture->entry] = (Part){PART_PICTURE, picture->split, place, picture->label};
    }
    free(pictures.items);
    return FORM_FOUND;
}
