// Reads what report_page.c and report_more.c wrote.
#include "files/report_read.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPORT_BYTES_MAX = 4 << 20 };

typedef struct Reader {
    const char *name;
    SayingReport *out;
    int epochs, seeds; // of all its claims
    Spec base;
    Error *error;
} Reader;

static bool expect(const Reader *reader, const char *where, const char *expected)
{
    return error_set(reader->error, "%s: its %s: expected %s", reader->name, where, expected);
}

// A text of at most size - 1 bytes.
static bool read_text(const json_t *value, char *out, size_t size)
{
    const char *text = json_string_value(value);
    if (!text || strlen(text) >= size)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool read_count(const json_t *value, int low, int high, int *out)
{
    const json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < low || number > high)
        return false;
    *out = (int)number;
    return true;
}

static bool read_verdict(const json_t *value, Verdict *out)
{
    const char *text = json_string_value(value);
    for (Verdict verdict = 0; text && verdict < VERDICT_COUNT; verdict++)
        if (strcmp(text, claim_verdict_name(verdict)) == 0) {
            *out = verdict;
            return true;
        }
    return false;
}

// ---- the digits ---------------------------------------------------------------------------------------------------

static bool read_sum(const json_t *value, char out[65])
{
    return read_text(value, out, 65) && strlen(out) == 64 && strspn(out, "0123456789abcdef") == 64;
}

static bool read_data(const Reader *reader, const json_t *data)
{
    SayingReport *out = reader->out;
    if (!read_text(json_object_get(data, "name"), out->data_name, sizeof out->data_name) ||
        !read_count(json_object_get(data, "train"), 1, INT32_MAX, &out->train_count))
        return expect(reader, "\"data\"", "the name of a data set and how many images were trained on");
    error_clean_text(out->data_name);
    const json_t *seed = json_object_get(data, "seed");
    out->is_builtin = seed != NULL;
    if (seed ? json_integer_value(seed) != BUILTIN_SEED
             : !read_sum(json_object_get(data, "train_sha256"), out->sums.train) ||
                   !read_sum(json_object_get(data, "test_sha256"), out->sums.test))
        return expect(
            reader, "\"data\"",
            "seed 1, that of the built-in digits, or train_sha256 and test_sha256, by which digits are known");
    return true;
}

// ---- what was decided ---------------------------------------------------------------------------------------------

// What claims and trials have alike.
static bool read_result(const Reader *reader, const json_t *item, int saying, int seeds)
{
    SayingOutcome *out = &reader->out->outcomes[saying];
    ClaimResult *result = &out->result;
    *out = (SayingOutcome){
        .is_measured = true, .epochs = reader->epochs, .seeds = seeds, .base = reader->base, .pca_mse = NAN};
    out->mean_image_mse = NAN;
    for (int figure = 0; figure < TRIAL_FIGURES; figure++)
        for (int variant = 0; variant < TRIAL_VARIANTS_MAX; variant++)
            for (int seed = 0; seed < TRIAL_SEEDS; seed++)
                out->figures[figure][variant][seed] = NAN;
    result->epoch = reader->epochs;
    result->so = reader->out->so[saying];
    if (!read_verdict(json_object_get(item, "verdict"), &result->verdict) ||
        !read_text(json_object_get(item, "sentence"), result->sentence, sizeof result->sentence) ||
        !read_text(json_object_get(item, "so"), reader->out->so[saying], SAYING_SO_TEXT))
        return expect(reader, saying_get(saying).key, "a verdict, a sentence and what to do");
    error_clean_text(result->sentence);
    error_clean_text(reader->out->so[saying]);
    return true;
}

static bool read_claim(const Reader *reader, const json_t *item, int claim)
{
    const json_t *verdicts = json_object_get(item, "verdicts");
    SayingOutcome *out = &reader->out->outcomes[claim];
    if (reader->seeds < 2)
        return true;
    if (!read_result(reader, item, claim, reader->seeds))
        return false;
    for (int seed = 0; seed < reader->seeds; seed++)
        if (!read_verdict(json_array_get(verdicts, (size_t)seed), &out->by_seed[seed]))
            return expect(reader, saying_get(claim).key, "a verdict for each seed");
    reader->out->known |= 1u << claim;
    return true;
}

// null: it broke.
static bool read_values(const json_t *values, double out[TRIAL_SEEDS])
{
    for (size_t seed = 0; seed < TRIAL_SEEDS; seed++) {
        const json_t *value = json_array_get(values, seed);
        if (!json_is_number(value) && !json_is_null(value))
            return false;
        out[seed] = json_is_null(value) ? (double)INFINITY : json_number_value(value);
    }
    return json_array_size(values) == TRIAL_SEEDS;
}

static bool read_bins(const json_t *list, int out[AUROC_BINS])
{
    for (size_t i = 0; i < AUROC_BINS; i++)
        if (!read_count(json_array_get(list, i), 0, INT32_MAX, &out[i]))
            return false;
    return true;
}

static bool read_variant(const Reader *reader, const json_t *item, const TrialRow *row, int variant, SayingOutcome *out)
{
    const json_t *errors = json_object_get(item, "errors");
    for (int figure = 0; figure < TRIAL_FIGURES; figure++)
        if (row->figures >> figure & 1 &&
            !read_values(json_object_get(json_object_get(item, trial_figure_get(figure)->key), "values"),
                         out->figures[figure][variant]))
            return expect(reader, row->key, "a list of values, one for each seed, at every figure of a variant");
    if (row->left_out >= 0 && (!read_bins(json_object_get(errors, "kept"), out->errors[variant].kept) ||
                               !read_bins(json_object_get(errors, "left_out"), out->errors[variant].left_out)))
        return expect(reader, row->key, "the histograms of its errors");
    return true;
}

static bool read_trial(const Reader *reader, const json_t *item, int saying)
{
    const TrialRow *row = saying_trial(saying);
    const json_t *variants = json_object_get(item, "variants"), *mark = json_object_get(item, "mark");
    int seeds;
    SayingOutcome *out = &reader->out->outcomes[saying];
    if (!read_count(json_object_get(item, "seeds"), TRIAL_SEEDS, TRIAL_SEEDS, &seeds))
        return expect(reader, row->key, "three seeds");
    if (!read_result(reader, item, saying, seeds))
        return false;
    if (out->result.verdict == VERDICT_OPEN)
        return true;
    if (row->mark == TRIAL_MARK_PCA)
        out->pca_mse = json_is_number(mark) ? json_number_value(mark) : (double)NAN;
    if (row->mark == TRIAL_MARK_MEAN_IMAGE)
        out->mean_image_mse = json_is_number(mark) ? json_number_value(mark) : (double)NAN;
    for (int variant = 0; variant < trial_variant_count(row); variant++)
        if (!read_variant(reader, json_array_get(variants, (size_t)variant), row, variant, out))
            return false;
    reader->out->known |= 1u << saying;
    return true;
}

// What is not known here is of another version, and passed over.
static bool read_list(const Reader *reader, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        const char *key = json_string_value(json_object_get(item, "key"));
        const int saying = key ? saying_find(key) : -1;
        if (saying >= 0 &&
            !(saying_trial(saying) ? read_trial(reader, item, saying) : read_claim(reader, item, saying)))
            return false;
    }
    return true;
}

// ---- the whole ----------------------------------------------------------------------------------------------------

static bool read_root(Reader *reader, const json_t *root)
{
    const json_t *claims = json_object_get(root, "claims"), *seeds = json_object_get(root, "seeds");
    char base[SPEC_TEXT_SIZE];
    Error why;
    if (json_is_null(claims))
        return error_set(reader->error,
                         "%s: its claims were not measured: expected the report.json of losslens report without "
                         "--published",
                         reader->name);
    if (!json_is_array(claims) || !json_is_array(seeds) || json_array_size(seeds) < 1 ||
        json_array_size(seeds) > CLAIM_SEEDS_MAX)
        return error_set(reader->error,
                         "%s: no results of losslens: expected the report.json that losslens report writes",
                         reader->name);
    reader->seeds = (int)json_array_size(seeds);
    if (!read_count(json_object_get(root, "epochs"), 0, INT32_MAX, &reader->epochs))
        return expect(reader, "\"epochs\"", "a whole number");
    if (!read_text(json_object_get(root, "base"), base, sizeof base) || !spec_parse(&reader->base, base, &why))
        return expect(reader, "\"base\"", "what its models share, as a spec");
    if (!read_data(reader, json_object_get(root, "data")) || !read_list(reader, claims) ||
        !read_list(reader, json_object_get(root, "more_claims")))
        return false;
    return reader->out->known ||
           error_set(reader->error, "%s: nothing in it is decided over seeds: expected two seeds or more",
                     reader->name);
}

bool report_parse(const char *text, size_t size, const char *name, SayingReport *out, Error *error)
{
    json_error_t problem;
    Reader reader = {.name = name, .out = out, .error = error};
    *out = (SayingReport){.known = 0};
    (void)snprintf(out->name, sizeof out->name, "%s", name);
    error_clean_text(out->name);
    const unsigned failures = json_memory_watch();
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &problem);
    const bool good = json_memory_watch() != failures ? error_set(error, "out of memory: %s", name)
                      : root                          ? read_root(&reader, root)
                                                      : error_set(error,
                                                                  "%s: no JSON (%s, in line %d): expected the "
                                                                                           "report.json that losslens report writes",
                                                                  name, problem.text, problem.line);
    json_decref(root);
    return good;
}

bool report_read(const char *path, SayingReport *out, Error *error)
{
    const char *name = path + file_measure_folder(path);
    uint64_t size;
    const int fd = file_open(path, &size, error);
    if (fd < 0)
        return false;
    char *text = size <= REPORT_BYTES_MAX ? malloc((size_t)size + 1) : NULL;
    bool good = size <= REPORT_BYTES_MAX ? text || error_set(error, "out of memory: %s", name)
                                         : error_set(error, "%s: larger than any report.json of losslens", name);
    good = good && file_read(fd, text, (size_t)size, path, error) && report_parse(text, (size_t)size, name, out, error);
    if (good && !realpath(path, out->path))
        out->path[0] = 0;
    free(text);
    (void)close(fd);
    return good;
}
