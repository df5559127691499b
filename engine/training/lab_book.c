// The models of claims and trials: which are needed, what is measured of them, what follows.
#include "training/lab_book.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/loss.h"
#include "measuring/pca.h"

enum { BOOK_MAX = (TRIAL_COUNT * TRIAL_VARIANTS_MAX + CLAIM_MODEL_COUNT) * TRIAL_SEEDS };
enum { NEEDED_MAX = CLAIM_MODEL_COUNT * TRIAL_SEEDS }; // of one saying
_Static_assert((int)TRIAL_VARIANTS_MAX <= (int)CLAIM_MODEL_COUNT, "a trial needs no more models than a claim may");

typedef struct BookModel {
    Spec spec;
    int left_out;      // the class that is missing in what it was trained on; -1: none
    float *parameters; // owned
    TrialModel model;
} BookModel;

struct LabBook {
    Lab lab;
    Spec base;
    int epochs;
    ImageSet rest; // the training images without a class; owned
    int rest_is;   // which class; -1: there is none yet
    double pca_mse;
    BookModel models[BOOK_MAX];
    int count;
};

// The models of a saying, in the order of their variants, TRIAL_SEEDS of each.
typedef struct Needed {
    Spec specs[NEEDED_MAX];
    int left_out, count;
} Needed;

LabBook *lab_book_create(const Lab *lab, const Spec *base, int epochs, Error *error)
{
    LabBook *book = calloc(1, sizeof *book);
    if (!book) {
        (void)error_set(error, "out of memory: the models of what people say");
        return NULL;
    }
    book->lab = *lab;
    book->base = *base;
    book->epochs = epochs;
    book->rest_is = -1;
    book->pca_mse = NAN;
    return book;
}

void lab_book_destroy(LabBook *book)
{
    for (int i = 0; book && i < book->count; i++)
        free(book->models[i].parameters);
    if (book) {
        free(book->rest.pixels);
        free(book->rest.labels);
    }
    free(book);
}

void lab_book_set_pool(LabBook *book, Pool *pool) { book->lab.pool = pool; }

// ---- which models -------------------------------------------------------------------------------------------------

static Needed list_needed(const LabBook *book, int saying)
{
    const TrialRow *trial = saying_trial(saying);
    Needed needed = {.left_out = trial ? trial->left_out : -1};
    for (int variant = 0; trial && variant < trial_variant_count(trial); variant++)
        for (int seed = 0; seed < TRIAL_SEEDS; seed++)
            needed.specs[needed.count++] = trial_spec(&book->base, trial, variant, seed);
    for (int model = 0; !trial && model < CLAIM_MODEL_COUNT; model++)
        for (int seed = 0; claim_get(saying)->models >> model & 1 && seed < TRIAL_SEEDS; seed++) {
            Spec base = book->base;
            base.seed += (uint32_t)seed;
            needed.specs[needed.count++] = claim_model_spec(&base, model);
        }
    return needed;
}

// An index into the models; -1: there is none.
static int find_model(const LabBook *book, const Spec *spec, int left_out)
{
    for (int i = 0; i < book->count; i++)
        if (book->models[i].left_out == left_out && spec_equal(&book->models[i].spec, spec))
            return i;
    return -1;
}

int lab_book_missing(const LabBook *book, int saying)
{
    const Needed needed = list_needed(book, saying);
    int missing = 0;
    for (int i = 0; i < needed.count; i++)
        missing += find_model(book, &needed.specs[i], needed.left_out) < 0;
    return missing;
}

// ---- training -----------------------------------------------------------------------------------------------------

// What one model's batches are among all that is trained.
typedef struct Part {
    const LoadProgress *whole;
    uint64_t before, total;
} Part;

static bool report_part(void *context, uint64_t done, uint64_t total)
{
    const Part *part = context;
    (void)total;
    return !part->whole || part->whole->report(part->whole->context, part->before + done, part->total);
}

// The training images without a class.
static bool copy_rest(LabBook *book, int left_out, Error *error)
{
    const ImageSet *train = book->lab.train;
    ImageSet *rest = &book->rest;
    const size_t count = (size_t)book->lab.image_count;
    if (book->rest_is == left_out)
        return true;
    free(rest->pixels);
    free(rest->labels);
    *rest = (ImageSet){.count = book->lab.image_count,
                       .pixels = malloc(count * DIGIT_PIXELS),
                       .labels = malloc(count * sizeof *rest->labels)};
    if (!rest->pixels || !rest->labels)
        return error_set(error, "out of memory: %d training images", rest->count);
    memcpy(rest->pixels, train->pixels, count * DIGIT_PIXELS);
    memcpy(rest->labels, train->labels, count * sizeof *rest->labels);
    (void)image_set_leave_out(rest, left_out);
    book->rest_is = left_out;
    return true;
}

static bool train_model(LabBook *book, const Spec *spec, int left_out, Part *part, Error *error)
{
    Lab lab = book->lab;
    LabMoment moment = {.epoch = book->epochs};
    int64_t broken;
    if (left_out >= 0) {
        if (!copy_rest(book, left_out, error))
            return false;
        lab.train = &book->rest;
        lab.image_count = book->rest.count;
    }
    assert(book->count < BOOK_MAX);
    BookModel *model = &book->models[book->count];
    *model = (BookModel){.spec = *spec, .left_out = left_out};
    const LoadProgress progress = {report_part, part};
    if (!lab_train(&lab, spec, &moment, 1, &model->parameters, &broken, &progress, error))
        return false;
    model->model = (TrialModel){.is_measured = broken < 0, .is_broken = broken >= 0, .test = moment.test, .auroc = NAN};
    book->count++;
    return true;
}

static bool train_missing(LabBook *book, const Needed *needed, const LoadProgress *progress, Error *error)
{
    Part part = {.whole = progress};
    for (int i = 0; i < needed->count; i++)
        if (find_model(book, &needed->specs[i], needed->left_out) < 0)
            part.total += (uint64_t)lab_batches(&book->lab, &needed->specs[i], book->epochs);
    for (int i = 0; i < needed->count; i++) {
        if (find_model(book, &needed->specs[i], needed->left_out) >= 0)
            continue;
        if (!train_model(book, &needed->specs[i], needed->left_out, &part, error))
            return false;
        part.before += (uint64_t)lab_batches(&book->lab, &needed->specs[i], book->epochs);
    }
    return true;
}

// ---- trials -------------------------------------------------------------------------------------------------------

// What a trial looks at besides the figures that every model has.
static bool measure_extras(const LabBook *book, const TrialRow *row, BookModel *of, Error *error)
{
    const Model model = lab_model(&of->spec);
    const Lab *lab = &book->lab;
    const unsigned appearance = 1u << TRIAL_SHARPNESS | 1u << TRIAL_SSIM;
    if (of->model.is_broken)
        return true;
    if (row->figures & appearance && !of->model.appearance.images &&
        !appearance_measure(&model, of->parameters, lab->test, lab->test->count, lab->pool, &of->model.appearance,
                            error))
        return false;
    if (row->left_out < 0 || !isnan(of->model.auroc))
        return true;
    Auroc auroc;
    if (!auroc_measure(&model, of->parameters, lab->test, row->left_out, lab->pool, &auroc, error))
        return false;
    of->model.errors = auroc.losses[of->spec.loss];
    of->model.auroc = of->model.errors.auroc;
    return true;
}

// What comes before training is no part of how far that is.
static bool report_nothing(void *context, uint64_t done, uint64_t total)
{
    const LoadProgress *whole = context;
    (void)done, (void)total;
    return whole->report(whole->context, 0, 0);
}

static bool measure_pca(LabBook *book, const LoadProgress *progress, Error *error)
{
    const Lab *lab = &book->lab;
    const LoadProgress silent = {report_nothing, (void *)progress};
    if (!isnan(book->pca_mse))
        return true;
    Pca *pca = pca_create(lab->train, lab->image_count, lab->test, lab->pool, progress ? &silent : NULL, error);
    if (!pca)
        return false;
    book->pca_mse = pca->test_mse[pca_components(&book->base)];
    pca_destroy(pca);
    return true;
}

static void note_variant(const BookModel *of, const TrialRow *row, int variant, int seed, SayingOutcome *out)
{
    for (int figure = 0; figure < TRIAL_FIGURES; figure++)
        out->figures[figure][variant][seed] =
            row->figures >> figure & 1 ? trial_value(&of->model, figure) : (double)NAN;
    if (seed > 0)
        return;
    out->parameters[variant] = of->model.is_broken ? NULL : of->parameters;
    out->errors[variant] = of->model.errors;
}

static bool measure_trial(LabBook *book, int trial, SayingOutcome *out, Error *error)
{
    const TrialRow *row = trial_get(trial);
    TrialEvidence evidence = {.facts = &book->lab.facts, .pca_mse = book->pca_mse, .epochs = book->epochs};
    for (int variant = 0; variant < trial_variant_count(row); variant++)
        for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
            const Spec spec = trial_spec(&book->base, row, variant, seed);
            BookModel *of = &book->models[find_model(book, &spec, row->left_out)];
            if (!measure_extras(book, row, of, error))
                return false;
            evidence.models[variant][seed] = &of->model;
            note_variant(of, row, variant, seed, out);
        }
    out->pca_mse = row->mark == TRIAL_MARK_PCA ? book->pca_mse : (double)NAN;
    out->result = trial_judge(trial, &evidence);
    return true;
}

// ---- claims -------------------------------------------------------------------------------------------------------

static bool compare(const LabBook *book, const BookModel *a, const BookModel *b, PairMetrics *out, Error *error)
{
    const Model first = lab_model(&a->spec), second = lab_model(&b->spec);
    if (a->model.is_broken || b->model.is_broken)
        return true;
    return metrics_compare(&first, a->parameters, &second, b->parameters, book->lab.test, book->lab.test->count,
                           book->lab.pool, out, error);
}

static bool judge_seed(const LabBook *book, int claim, int seed, ClaimResult *out, Error *error)
{
    ClaimEvidence evidence = {.facts = &book->lab.facts, .pair_epoch = book->epochs};
    const BookModel *models[CLAIM_MODEL_COUNT] = {NULL};
    Spec base = book->base;
    base.seed += (uint32_t)seed;
    for (int i = 0; i < CLAIM_MODEL_COUNT; i++) {
        const Spec spec = claim_model_spec(&base, i);
        models[i] = claim_get(claim)->models >> i & 1 ? &book->models[find_model(book, &spec, -1)] : NULL;
        evidence.test[i] = models[i] && models[i]->model.is_measured ? &models[i]->model.test : NULL;
        evidence.is_broken[i] = models[i] && models[i]->model.is_broken;
        evidence.epochs[i] = book->epochs;
    }
    if (models[CLAIM_TWIN] && (!compare(book, models[CLAIM_BCE], models[CLAIM_MSE], &evidence.losses, error) ||
                               !compare(book, models[CLAIM_BCE], models[CLAIM_TWIN], &evidence.seeds, error)))
        return false;
    *out = claim_judge(claim, &evidence);
    return true;
}

static bool measure_claim(const LabBook *book, int claim, SayingOutcome *out, Error *error)
{
    ClaimResult results[TRIAL_SEEDS];
    for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
        if (!judge_seed(book, claim, seed, &results[seed], error))
            return false;
        out->by_seed[seed] = results[seed].verdict;
    }
    out->result = claim_combine(results, TRIAL_SEEDS);
    return true;
}

// ---- both ---------------------------------------------------------------------------------------------------------

// What is not measured stays so.
static void list_variants(const LabBook *book, const TrialRow *row, SayingOutcome *out)
{
    for (int variant = 0; variant < TRIAL_VARIANTS_MAX; variant++)
        for (int seed = 0; seed < TRIAL_SEEDS; seed++)
            for (int figure = 0; figure < TRIAL_FIGURES; figure++)
                out->figures[figure][variant][seed] = NAN;
    for (int variant = 0; row && variant < trial_variant_count(row); variant++)
        out->specs[variant] = trial_spec(&book->base, row, variant, 0);
}

bool lab_book_measure(LabBook *book, int saying, const LoadProgress *progress, SayingOutcome *out, Error *error)
{
    const Needed needed = list_needed(book, saying);
    const Lab *lab = &book->lab;
    *out = (SayingOutcome){.is_measured = true,
                           .epochs = book->epochs,
                           .seeds = TRIAL_SEEDS,
                           .base = book->base,
                           .pca_mse = NAN,
                           .mean_image_mse = lab->facts.mean_image[LOSS_MSE],
                           .light = lab->facts.mean,
                           .images = lab->facts.images,
                           .result = {.verdict = VERDICT_OPEN, .so = ""}};
    list_variants(book, saying_trial(saying), out);
    if (needed.left_out >= 0 && (!lab->train->labels || !lab->test->labels)) {
        (void)snprintf(out->result.sentence, sizeof out->result.sentence,
                       "Cannot be measured: these digits have no labels, so that none of them can be left out.");
        return true;
    }
    const TrialRow *trial = saying_trial(saying);
    if (trial && trial->mark == TRIAL_MARK_PCA && !measure_pca(book, progress, error))
        return false;
    if (!train_missing(book, &needed, progress, error))
        return false;
    return saying < CLAIM_COUNT ? measure_claim(book, saying, out, error)
                                : measure_trial(book, saying - CLAIM_COUNT, out, error);
}
