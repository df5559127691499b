// Dataset: see dataset.h.
#include "data/dataset.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "data/dataset_files.h"
#include "data/digits.h"
#include "data/idx.h"
#include "io/file.h"

enum { GENERATE_BATCH = 100 };

static bool refuse_absent_images(const char *folder, bool test, Error *error)
{
    char dash[DATASET_NAME_MAX], dot[DATASET_NAME_MAX];
    dataset_spell_file(dash, test, IDX_IMAGES, 0);
    dataset_spell_file(dot, test, IDX_IMAGES, 1);
    return error_set(error, "the folder %s has no %s images: neither %s nor %s was found, with or without .gz",
                     file_shorten_path(folder), test ? "test" : "training", dash, dot);
}

static void free_images(ImageSet *set)
{
    free(set->pixels);
    free(set->labels);
    *set = (ImageSet){0};
}

// What was read before a failure stays in set, for the caller to free.
static bool load_images(ImageSet *set, const char *folder, bool test, Error *error)
{
    char images_path[PATH_MAX], labels_path[PATH_MAX];
    IdxData images, labels;
    if (!dataset_find_file(images_path, folder, test, IDX_IMAGES, error) ||
        !dataset_find_file(labels_path, folder, test, IDX_LABELS, error))
        return false;
    if (!images_path[0])
        return refuse_absent_images(folder, test, error);
    if (!idx_load(&images, images_path, IDX_IMAGES, error))
        return false;
    set->count = images.count;
    set->pixels = images.bytes;
    if (!labels_path[0])
        return true;
    if (!idx_load(&labels, labels_path, IDX_LABELS, error))
        return false;
    set->labels = labels.bytes;
    return labels.count == images.count ||
           error_set(error, "%s holds %d labels where the %d images of %s need as many", file_shorten_path(labels_path),
                     labels.count, images.count, strrchr(images_path, '/') + 1);
}

// The last part of the folder's path, cut to fit without splitting a UTF-8 character.
static void name_dataset(char name[64], const char *folder)
{
    char resolved[PATH_MAX];
    size_t end = strlen(folder);
    while (end > 1 && folder[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && folder[begin - 1] != '/')
        begin--;
    size_t length = end - begin;
    bool dots = length <= 2 && strspn(folder + begin, ".") == length; // "", "." and ".." name nothing themselves
    if (dots && realpath(folder, resolved)) {
        const char *last = strrchr(resolved, '/');
        folder = last && last[1] ? last + 1 : resolved;
        begin = 0;
        length = strlen(folder);
    }
    if (length > 63) {
        length = 63;
        while (length > 0 && ((unsigned char)folder[begin + length] & 0xc0) == 0x80)
            length--;
    }
    memcpy(name, folder + begin, length);
    name[length] = '\0';
}

bool dataset_load(Dataset *out, const char *folder, Error *error)
{
    Dataset dataset = {0};
    if (!dataset_check_folder(folder, error))
        return false;
    if (!load_images(&dataset.train, folder, false, error) || !load_images(&dataset.test, folder, true, error)) {
        dataset_free(&dataset);
        return false;
    }
    name_dataset(dataset.name, folder);
    *out = dataset;
    return true;
}

typedef struct Generation {
    Dataset *dataset;
    uint64_t seed;
} Generation;

// One batch of images; those of the test set come first, so that it is soon complete.
static void generate_batch(void *context, int task_index, int worker_index)
{
    (void)worker_index;
    static_assert(DIGITS_TEST_COUNT % GENERATE_BATCH == 0 && DIGITS_TRAIN_COUNT % GENERATE_BATCH == 0,
                  "a batch belongs to one set");
    const Generation *generation = context;
    int first = task_index * GENERATE_BATCH;
    bool test = first < DIGITS_TEST_COUNT;
    const ImageSet *set = test ? &generation->dataset->test : &generation->dataset->train;
    first -= test ? 0 : DIGITS_TEST_COUNT;
    for (int i = first; i < first + GENERATE_BATCH; i++) {
        set->labels[i] = (uint8_t)digits_draw(generation->seed, test ? DIGITS_TEST : DIGITS_TRAIN, i,
                                              set->pixels + (size_t)i * DIGIT_PIXELS);
    }
}

static bool allocate_images(ImageSet *set, int count)
{
    set->count = count;
    set->pixels = pixels_create((size_t)count * DIGIT_PIXELS);
    set->labels = malloc((size_t)count);
    return set->pixels && set->labels;
}

bool dataset_generate(Dataset *out, uint64_t seed, Pool *pool, Error *error)
{
    Dataset dataset = {.name = "builtin"};
    if (!allocate_images(&dataset.train, DIGITS_TRAIN_COUNT) || !allocate_images(&dataset.test, DIGITS_TEST_COUNT)) {
        dataset_free(&dataset);
        return error_set(error, "there is no memory for the %d built-in digits",
                         DIGITS_TRAIN_COUNT + DIGITS_TEST_COUNT);
    }
    Generation generation = {&dataset, seed};
    pool_run(pool, (DIGITS_TRAIN_COUNT + DIGITS_TEST_COUNT) / GENERATE_BATCH, generate_batch, &generation);
    *out = dataset;
    return true;
}

void image_set_digest(const ImageSet *set, char text[65])
{
    unsigned char bytes[crypto_hash_sha256_BYTES], count[8];
    crypto_hash_sha256_state state;
    for (size_t i = 0; i < sizeof count; i++)
        count[i] = (unsigned char)((uint64_t)set->count >> 8 * i);
    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, count, sizeof count);
    (void)crypto_hash_sha256_update(&state, set->pixels, (unsigned long long)set->count * DIGIT_PIXELS);
    if (set->labels)
        (void)crypto_hash_sha256_update(&state, set->labels, (unsigned long long)set->count);
    (void)crypto_hash_sha256_final(&state, bytes);
    sodium_bin2hex(text, 65, bytes, sizeof bytes);
}

void dataset_free(Dataset *dataset)
{
    free_images(&dataset->train);
    free_images(&dataset->test);
    dataset->name[0] = '\0';
}

ImageSetFacts image_set_facts(const ImageSet *set)
{
    ImageSetFacts facts = {.count = set->count, .has_labels = set->labels != NULL};
    size_t bins[256] = {0}, size = (size_t)set->count * DIGIT_PIXELS;
    for (size_t i = 0; i < size; i++)
        bins[set->pixels[i]]++;
    double sum = 0, entropy = 0, total = size > 0 ? (double)size : 1;
    for (int i = 0; i < 256; i++) {
        double t = i / 255.0;
        sum += t * (double)bins[i];
        entropy += i == 0 || i == 255 ? 0 : -(t * log(t) + (1 - t) * log(1 - t)) * (double)bins[i];
    }
    facts.mean = sum / total;
    facts.bce_floor = entropy / total;
    facts.zero = (double)bins[0] / total;
    facts.full = (double)bins[255] / total;
    facts.grey = (double)(size - bins[0] - bins[255]) / total;
    for (int i = 0; set->labels && i < set->count; i++)
        facts.label_counts[set->labels[i]]++;
    return facts;
}
