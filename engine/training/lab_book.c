// The book: which models a saying needs, training those that are missing, and what comes after what.
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/loss.h"
#include "training/lab_book_parts.h"

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

void lab_book_stop(LabBook *book)
{
    if (!book)
        return;
    lab_end(book->measuring.run);
    sweep_destroy(book->measuring.sweep);
    book->measuring.run = NULL;
    book->measuring.sweep = NULL;
}

void lab_book_destroy(LabBook *book)
{
    lab_book_stop(book);
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

static Spec find_claim_spec(const LabBook *book, int seed, int model)
{
    Spec base = book->base;
    base.seed += (uint32_t)seed;
    return claim_model_spec(&base, model);
}

static Needed list_needed(const LabBook *book, int saying)
{
    const TrialRow *trial = saying_trial(saying);
    Needed needed = {.left_out = trial ? trial->left_out : -1};
    for (int variant = 0; trial && variant < trial_variant_count(trial); variant++)
        for (int seed = 0; seed < TRIAL_SEEDS; seed++)
            needed.specs[needed.count++] = trial_spec(&book->base, trial, variant, seed);
    for (int model = 0; !trial && model < CLAIM_MODEL_COUNT; model++)
        for (int seed = 0; claim_get(saying)->models >> model & 1 && seed < TRIAL_SEEDS; seed++)
            needed.specs[needed.count++] = find_claim_spec(book, seed, model);
    return needed;
}

int lab_book_find(const LabBook *book, const Spec *spec, int left_out)
{
    for (int i = 0; i < book->count; i++)
        if (book->models[i].left_out == left_out && spec_equal(&book->models[i].spec, spec))
            return i;
    return -1;
}

const BookModel *lab_book_find_claim_model(const LabBook *book, int seed, int model)
{
    const Spec spec = find_claim_spec(book, seed, model);
    return &book->models[lab_book_find(book, &spec, -1)];
}

int lab_book_missing(const LabBook *book, int saying)
{
    const Needed needed = list_needed(book, saying);
    int missing = 0;
    for (int i = 0; i < needed.count; i++)
        missing += lab_book_find(book, &needed.specs[i], needed.left_out) < 0;
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

static JobTurn begin_training(LabBook *book, int at, Error *error)
{
    Measuring *m = &book->measuring;
    Lab lab = book->lab;
    if (m->needed.left_out >= 0) {
        if (!copy_rest(book, m->needed.left_out, error))
            return JOB_FAILED;
        lab.train = &book->rest;
        lab.image_count = book->rest.count;
    }
    m->at = at;
    m->moment = (LabMoment){.epoch = book->epochs};
    m->run = lab_begin(&lab, &m->needed.specs[at], &m->moment, 1, error);
    return m->run ? JOB_MORE : JOB_FAILED;
}

static JobTurn end_training(LabBook *book, Error *error)
{
    Measuring *m = &book->measuring;
    const Spec *spec = &m->needed.specs[m->at];
    const bool is_broken = lab_broken_step(m->run) >= 0;
    float *parameters = lab_copy_parameters(m->run, error);
    if (!parameters)
        return JOB_FAILED;
    assert(book->count < BOOK_MAX);
    book->models[book->count++] =
        (BookModel){.spec = *spec,
                    .left_out = m->needed.left_out,
                    .parameters = parameters,
                    .model = {.is_measured = !is_broken, .is_broken = is_broken, .test = m->moment.test, .auroc = NAN}};
    m->before += (uint64_t)lab_batches(&book->lab, spec, book->epochs);
    lab_end(m->run);
    m->run = NULL;
    return JOB_MORE;
}

static JobTurn go_on_training(LabBook *book, int64_t until_ns, const LoadProgress *progress, Error *error)
{
    Measuring *m = &book->measuring;
    Part part = {.whole = progress, .before = m->before, .total = m->total};
    const JobTurn turn = lab_go_on(m->run, until_ns, &(LoadProgress){report_part, &part}, error);
    return turn == JOB_DONE ? end_training(book, error) : turn;
}

// The first of the saying's models that nobody has trained; -1: none.
static int find_missing(const LabBook *book)
{
    const Needed *needed = &book->measuring.needed;
    for (int i = 0; i < needed->count; i++)
        if (lab_book_find(book, &needed->specs[i], needed->left_out) < 0)
            return i;
    return -1;
}

// ---- a saying -------------------------------------------------------------------------------------------------------

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

void lab_book_begin(LabBook *book, int saying, SayingOutcome *out)
{
    const Lab *lab = &book->lab;
    Measuring *m = &book->measuring;
    lab_book_stop(book);
    *m = (Measuring){.saying = saying, .needed = list_needed(book, saying), .out = out};
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
    m->is_hopeless = m->needed.left_out >= 0 && (!lab->train->labels || !lab->test->labels);
    if (m->is_hopeless)
        (void)snprintf(out->result.sentence, sizeof out->result.sentence,
                       "Cannot be measured: these digits have no labels, so that none of them can be left out.");
    for (int i = 0; i < m->needed.count; i++)
        if (lab_book_find(book, &m->needed.specs[i], m->needed.left_out) < 0)
            m->total += (uint64_t)lab_batches(lab, &m->needed.specs[i], book->epochs);
}

// What is missing first; where nothing is, it is decided.
static JobTurn begin_next(LabBook *book, Error *error)
{
    const Measuring *m = &book->measuring;
    const TrialRow *trial = saying_trial(m->saying);
    if (trial && trial->mark == TRIAL_MARK_PCA && isnan(book->pca_mse))
        return lab_book_begin_pca(book, error);
    const int missing = find_missing(book);
    if (missing >= 0)
        return begin_training(book, missing, error);
    const JobTurn turn =
        trial ? lab_book_begin_extras(book, trial, error) : lab_book_begin_pairs(book, m->saying, error);
    if (turn != JOB_DONE)
        return turn;
    if (trial)
        lab_book_judge_trial(book, m->saying - CLAIM_COUNT, m->out);
    else
        lab_book_judge_claim(book, m->saying, m->out);
    return JOB_DONE;
}

JobTurn lab_book_go_on(LabBook *book, int64_t until_ns, const LoadProgress *progress, Error *error)
{
    const Measuring *m = &book->measuring;
    if (m->is_hopeless)
        return JOB_DONE;
    if (m->run)
        return go_on_training(book, until_ns, progress, error);
    return m->sweep ? lab_book_go_on_sweeping(book, until_ns, progress, error) : begin_next(book, error);
}

bool lab_book_measure(LabBook *book, int saying, const LoadProgress *progress, SayingOutcome *out, Error *error)
{
    JobTurn turn = JOB_MORE;
    lab_book_begin(book, saying, out);
    while (turn == JOB_MORE)
        turn = lab_book_go_on(book, INT64_MAX, progress, error);
    lab_book_stop(book);
    return turn == JOB_DONE;
}
