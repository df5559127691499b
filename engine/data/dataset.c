// Dataset: the built-in digits, the facts; see dataset.h. Reading: dataset_open.c.
#include "data/dataset.h"

#include <assert.h>
#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "data/digits.h"

enum { GENERATE_BATCH = 100 };

static void free_images(ImageSet *set)
{
    free(set->pixels);
    free(set->labels);
    *set = (ImageSet){0};
}

typedef struct Generation {
    Dataset *dataset;
    uint64_t seed;
} Generation;

// Those of the test set come first, so that it is soon complete.
static void generate(void *context, int shard, int first, int count, int worker_index)
{
    static_assert(DIGITS_TEST_COUNT % GENERATE_BATCH == 0 && DIGITS_TRAIN_COUNT % GENERATE_BATCH == 0,
                  "a batch belongs to one set");
    const Generation *generation = context;
    const bool test = first < DIGITS_TEST_COUNT;
    const ImageSet *set = test ? &generation->dataset->test : &generation->dataset->train;
    (void)shard;
    (void)worker_index;
    first -= test ? 0 : DIGITS_TEST_COUNT;
    for (int i = first; i < first + count; i++)
        set->labels[i] =
            digits_draw(generation->seed, test ? DIGITS_TEST : DIGITS_TRAIN, i, set->pixels + (size_t)i * DIGIT_PIXELS);
}

static bool allocate_images(ImageSet *set, int count)
{
    set->count = count;
    set->pixels = pixels_create((size_t)count * DIGIT_PIXELS);
    set->labels = malloc((size_t)count * sizeof *set->labels);
    return set->pixels && set->labels;
}

Sweep *dataset_begin(Dataset *out, uint64_t seed, Error *error)
{
    Generation *generation = malloc(sizeof *generation);
    *out = (Dataset){.name = "builtin"};
    const bool is_ready = generation && allocate_images(&out->train, DIGITS_TRAIN_COUNT) &&
                          allocate_images(&out->test, DIGITS_TEST_COUNT);
    if (generation)
        *generation = (Generation){out, seed};
    Sweep *sweep = sweep_create(&(SweepPlan){.what = "the built-in digits",
                                             .items = DIGITS_TEST_COUNT + DIGITS_TRAIN_COUNT,
                                             .shard_items = GENERATE_BATCH,
                                             .step_items = GENERATE_BATCH / 10,
                                             .visit = generate,
                                             .free = free,
                                             .context = generation},
                                is_ready, error);
    if (!sweep)
        dataset_free(out);
    return sweep;
}

bool dataset_generate(Dataset *out, uint64_t seed, Pool *pool, Error *error)
{
    return sweep_run(dataset_begin(out, seed, error), pool);
}

// As bytes where they fit, as files have them.
static void hash_labels(crypto_hash_sha256_state *state, const ImageSet *set)
{
    enum { PIECE = 4096 };
    uint8_t bytes[4 * PIECE];
    bool are_bytes = true;
    for (int i = 0; i < set->count; i++)
        are_bytes = are_bytes && set->labels[i] >= 0 && set->labels[i] <= UINT8_MAX;
    for (int first = 0; first < set->count; first += PIECE) {
        const int count = set->count - first < PIECE ? set->count - first : PIECE;
        size_t used = 0;
        for (int i = first; i < first + count; i++)
            for (int byte = 0; byte < (are_bytes ? 1 : 4); byte++)
                bytes[used++] = (uint8_t)((uint32_t)set->labels[i] >> (8 * byte));
        (void)crypto_hash_sha256_update(state, bytes, used);
    }
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
        hash_labels(&state, set);
    (void)crypto_hash_sha256_final(&state, bytes);
    sodium_bin2hex(text, 65, bytes, sizeof bytes);
}

void dataset_sum(const Dataset *dataset, DataSums *out)
{
    *out = dataset->sums;
    if (*out->train)
        return;
    image_set_digest(&dataset->train, out->train);
    image_set_digest(&dataset->test, out->test);
}

void dataset_free(Dataset *dataset)
{
    free_images(&dataset->train);
    free_images(&dataset->test);
    dataset->name[0] = '\0';
    dataset->notices.count = 0;
    dataset->treatment[0] = '\0';
}

// Counts a label among the facts' kinds, which are sorted.
static void count_label(ImageSetFacts *facts, int32_t label)
{
    int low = 0, high = facts->kind_count;
    while (low < high) {
        const int middle = (low + high) / 2;
        if (facts->kinds[middle].label < label)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < facts->kind_count && facts->kinds[low].label == label) {
        facts->kinds[low].count++;
    } else if (facts->kind_count == LABEL_KINDS_MAX) {
        facts->other_labels++;
    } else {
        memmove(facts->kinds + low + 1, facts->kinds + low, (size_t)(facts->kind_count++ - low) * sizeof *facts->kinds);
        facts->kinds[low] = (LabelCount){label, 1};
    }
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
    for (int i = 0; set->labels && i < set->count; i++) {
        if (set->labels[i] >= 0 && set->labels[i] < DIGIT_CLASSES)
            facts.label_counts[set->labels[i]]++;
        count_label(&facts, set->labels[i]);
    }
    return facts;
}

int image_set_leave_out(ImageSet *set, int32_t label)
{
    int kept = 0;
    assert(set->labels);
    for (int i = 0; i < set->count; i++) {
        if (set->labels[i] == label)
            continue;
        if (kept != i)
            memcpy(set->pixels + (size_t)kept * DIGIT_PIXELS, set->pixels + (size_t)i * DIGIT_PIXELS, DIGIT_PIXELS);
        set->labels[kept++] = set->labels[i];
    }
    const int gone = set->count - kept;
    set->count = kept;
    return gone;
}
