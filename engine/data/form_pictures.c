// Pictures: train/3/x.png, 3/x.png, or flat.
//
// The folder that a picture is in is its label, a number or else its place among the sorted names; the one above it
// where that says more (3/train/x.png, 3/writer/x.png). Where no folder says "test", the split is a fixed rule: label
// by label, in the order of the names (bytes), every sixth picture is for testing, counted on from one label to the
// next; the only picture of a label is not. Both parts go through the labels in turn, so that the first images have
// them all.
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
    const char *above; // the folder above that one, likewise; NULL: there is none
    int above_length;
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
        if (place != PLACE_NONE)
            picture.place = place;
        if (place == PLACE_NONE || picture.class_length > 0) {
            picture.above = picture.class_length > 0 ? picture.class : NULL;
            picture.above_length = picture.class_length;
        }
        if (place != PLACE_NONE) {
            picture.class_length = 0;
        } else {
            picture.class = part;
            picture.class_length = (int)(slash - part);
        }
    }
    return picture;
}

static bool is_number(const char *name, int length)
{
    for (int i = 0; i < length; i++)
        if (!isdigit((unsigned char)name[i]))
            return false;
    return length > 0 && length <= NUMBER_DIGITS_MAX;
}

static int compare_names(const char *a, int a_length, const char *b, int b_length)
{
    const int order = memcmp(a, b, (size_t)(a_length < b_length ? a_length : b_length));
    return order ? order : a_length - b_length;
}

static int compare_classes(const Picture *a, const Picture *b)
{
    return compare_names(a->class, a->class_length, b->class, b->class_length);
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
        out->is_numbered =
            out->is_numbered && is_number(out->items[out->count].class, out->items[out->count].class_length);
        out->count++;
    }
    return true;
}

// Takes the folder above for the class where it tells the pictures apart and is a number, or the class does not.
static void choose_level(Pictures *pictures)
{
    bool is_one = true, is_one_above = true, are_numbers = true;
    for (int i = 0; i < pictures->count; i++) {
        const Picture *picture = &pictures->items[i], *first = pictures->items;
        if (!picture->above)
            return;
        is_one = is_one && compare_names(picture->class, picture->class_length, first->class, first->class_length) == 0;
        is_one_above = is_one_above &&
                       compare_names(picture->above, picture->above_length, first->above, first->above_length) == 0;
        are_numbers = are_numbers && is_number(picture->above, picture->above_length);
    }
    if (is_one_above || !(is_one || (are_numbers && !pictures->is_numbered)))
        return;
    for (int i = 0; i < pictures->count; i++) {
        pictures->items[i].class = pictures->items[i].above;
        pictures->items[i].class_length = pictures->items[i].above_length;
    }
}

// Beside folders of labels a picture without one is none of the set, except where the whole part has no labels.
static void drop_strays(Plan *plan, Pictures *pictures)
{
    int with[PLACE_VALIDATION + 1] = {0}, kept = 0;
    pictures->is_numbered = true;
    for (int i = 0; i < pictures->count; i++)
        with[pictures->items[i].place] += pictures->items[i].class_length > 0;
    for (int i = 0; i < pictures->count; i++) {
        const Picture picture = pictures->items[i];
        const bool has_class = picture.class_length > 0;
        if (!has_class && with[picture.place] > 0)
            continue;
        pictures->is_numbered = pictures->is_numbered && (!has_class || is_number(picture.class, picture.class_length));
        pictures->items[kept++] = picture;
    }
    if (kept < pictures->count)
        notices_add(plan->notices, "%d pictures beside the folders of the labels were left out",
                    pictures->count - kept);
    pictures->count = kept;
}

// Numbers, or places among the sorted names. One name alone says nothing about its pictures.
static void label_pictures(Plan *plan, Pictures *pictures)
{
    char names[NAMES_SIZE] = "";
    int32_t label = 0;
    qsort(pictures->items, (size_t)pictures->count, sizeof *pictures->items, compare_by_class);
    int first = 0; // those without a class come before all others
    while (first < pictures->count && pictures->items[first].class_length == 0)
        first++;
    for (int i = first; i < pictures->count; i++) {
        Picture *picture = &pictures->items[i];
        const bool is_new = i == first || compare_classes(&pictures->items[i - 1], picture) != 0;
        label += i > first && is_new;
        picture->label = pictures->is_numbered ? (int32_t)strtol(picture->class, NULL, 10) : label;
        const size_t used = strlen(names);
        if (is_new && used + (size_t)picture->class_length + 8 < sizeof names)
            (void)snprintf(names + used, sizeof names - used, "%s%.*s", used ? ", " : "", picture->class_length,
                           picture->class);
    }
    pictures->is_flat = first == pictures->count || (!pictures->is_numbered && label == 0);
    if (!pictures->is_numbered && !pictures->is_flat)
        notices_add(plan->notices, "the labels 0 to %d are the folders in the order of their names: %s", label, names);
}

// Returns whether the picture counts. rank: it is that one, of all labels.
static bool choose_split(const Pictures *pictures, Picture *picture, int rank)
{
    const bool has_test = pictures->place_counts[PLACE_TEST] > 0;
    const bool has_split = has_test || pictures->place_counts[PLACE_VALIDATION] > 0;
    picture->split = has_split ? (picture->place >= PLACE_TEST ? SPLIT_TEST : SPLIT_TRAIN)
                               : (rank % TEST_EVERY == TEST_EVERY - 1 ? SPLIT_TEST : SPLIT_TRAIN);
    return picture->place != PLACE_VALIDATION || !has_test;
}

// Whether it is the only one of its label, in an array that is sorted by labels.
static bool is_alone(const Pictures *pictures, int index)
{
    const Picture *items = pictures->items;
    return !pictures->is_flat && (index == 0 || items[index - 1].label != items[index].label) &&
           (index + 1 == pictures->count || items[index + 1].label != items[index].label);
}

static void split_pictures(Plan *plan, Pictures *pictures)
{
    int kept = 0, rank = 0, ranks[SPLIT_COUNT] = {0};
    int32_t before = 0;
    qsort(pictures->items, (size_t)pictures->count, sizeof *pictures->items, compare_by_label);
    for (int i = 0; i < pictures->count; i++) {
        Picture picture = pictures->items[i];
        if (i == 0 || before != picture.label)
            ranks[SPLIT_TRAIN] = ranks[SPLIT_TEST] = 0;
        before = picture.label;
        if (!choose_split(pictures, &picture, is_alone(pictures, i) ? 0 : rank++))
            continue;
        plan->has_labels[picture.split] = !pictures->is_flat && picture.class_length > 0;
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
                    pictures->is_flat ? "" : ", label by label and", plan->counts[SPLIT_TEST], kept);
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
    choose_level(&pictures);
    drop_strays(plan, &pictures);
    label_pictures(plan, &pictures);
    split_pictures(plan, &pictures);
    qsort(pictures.items, (size_t)pictures.count, sizeof *pictures.items, compare_by_rank);
    for (int i = 0; i < pictures.count; i++) {
        const Picture *picture = &pictures.items[i];
        const int place = picture->split == SPLIT_TEST ? i - plan->counts[SPLIT_TRAIN] : i;
        plan->parts[picture->entry] = (Part){PART_PICTURE, picture->split, place, picture->label};
    }
    free(pictures.items);
    return FORM_FOUND;
}
