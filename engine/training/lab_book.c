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
    bool has_auroc; // which may be NaN
} BookModel;

// The models of a saying, in the order of their variants, TRIAL_SEEDS of each.
typedef struct Needed {
    Spec specs[NEEDED_MAX];
    int left_out, count;
} Needed;

// What is measured for a saying: one thing at a time, a model that is trained or a sweep over the test set.
typedef struct Measuring {
    int saying;
    Needed needed;
    SayingOutcome *out;
    bool is_hopeless;            // it cannot be measured, and out says why
    uint64_t before, total;      // batches: of models that are trained by now, of all that were missing
    LabRun *run;                 // NULL: none is trained
    LabMoment moment;            // of the run's end
    int at;                      // of needed, which it is
    Sweep *sweep;                // NULL: nothing is measured
    void (*take)(LabBook *book); // its result; NULL: it lies where it belongs
    BookModel *of;               // which it is of
    Model models[2];             // that it works with
    Pca *pca;
    Auroc auroc;
    PairMetrics losses[TRIAL_SEEDS], seeds[TRIAL_SEEDS]; // images 0: not measured
} Measuring;

struct LabBook {
    Lab lab;
    Spec base;
    int epochs;
    ImageSet rest; // the training images without a class; owned
    int rest_is;   // which class; -1: there is none yet
    double pca_mse;
    BookModel models[BOOK_MAX];
    int count;
    Measuring measuring;
};

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
        if (find_model(book, &needed->specs[i], needed->left_out) < 0)
            return i;
    return -1;
}

// ---- what is measured besides -------------------------------------------------------------------------------------

static JobTurn begin_sweep(LabBook *book, Sweep *sweep, void (*take)(LabBook *book))
{
    book->measuring.sweep = sweep;
    book->measuring.take = take;
    return sweep ? JOB_MORE : JOB_FAILED;
}

static JobTurn go_on_sweeping(LabBook *book, int64_t until_ns, const LoadProgress *progress, Error *error)
{
    Measuring *m = &book->measuring;
    const uint64_t total = m->before > 0 ? m->total : 0; // what comes before training is no part of how far that is
    if (!sweep_advance(m->sweep, book->lab.pool, until_ns))
        return load_progress_report(progress, m->before, total, error) ? JOB_MORE : JOB_FAILED;
    if (m->take)
        m->take(book);
    sweep_destroy(m->sweep);
    m->sweep = NULL;
    return JOB_MORE;
}

static void take_pca(LabBook *book)
{
    book->pca_mse = book->measuring.pca->test_mse[pca_components(&book->base)];
    pca_destroy(book->measuring.pca);
}

static JobTurn begin_pca(LabBook *book, Error *error)
{
    const Lab *lab = &book->lab;
    return begin_sweep(book, pca_begin(lab->train, lab->image_count, lab->test, lab->pool, &book->measuring.pca, error),
                       take_pca);
}

static void take_auroc(LabBook *book)
{
    BookModel *of = book->measuring.of;
    of->model.errors = book->measuring.auroc.losses[of->spec.loss];
    of->model.auroc = of->model.errors.auroc;
    of->has_auroc = true;
}

// What a trial looks at besides the figures that every model has. JOB_DONE: nothing of it is missing.
static JobTurn begin_extra(LabBook *book, const TrialRow *row, BookModel *of, Error *error)
{
    Measuring *m = &book->measuring;
    const Lab *lab = &book->lab;
    const unsigned appearance = 1u << TRIAL_SHARPNESS | 1u << TRIAL_SSIM;
    if (of->model.is_broken)
        return JOB_DONE;
    m->models[0] = lab_model(&of->spec);
    m->of = of;
    if (row->figures & appearance && !of->model.appearance.images)
        return begin_sweep(book,
                           appearance_begin(&m->models[0], of->parameters, lab->test, lab->test->count, lab->pool,
                                            &of->model.appearance, error),
                           NULL);
    if (row->left_out >= 0 && !of->has_auroc)
        return begin_sweep(
            book, auroc_begin(&m->models[0], of->parameters, lab->test, row->left_out, lab->pool, &m->auroc, error),
            take_auroc);
    return JOB_DONE;
}

static JobTurn begin_extras(LabBook *book, const TrialRow *row, Error *error)
{
    const Needed *needed = &book->measuring.needed;
    for (int i = 0; i < needed->count; i++) {
        BookModel *of = &book->models[find_model(book, &needed->specs[i], needed->left_out)];
        const JobTurn turn = begin_extra(book, row, of, error);
        if (turn != JOB_DONE)
            return turn;
    }
    return JOB_DONE;
}

// ---- trials -------------------------------------------------------------------------------------------------------

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

static void judge_trial(const LabBook *book, int trial, SayingOutcome *out)
{
    const TrialRow *row = trial_get(trial);
    TrialEvidence evidence = {.facts = &book->lab.facts, .pca_mse = book->pca_mse, .epochs = book->epochs};
    for (int variant = 0; variant < trial_variant_count(row); variant++)
        for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
            const Spec spec = trial_spec(&book->base, row, variant, seed);
            const BookModel *of = &book->models[find_model(book, &spec, row->left_out)];
            evidence.models[variant][seed] = &of->model;
            note_variant(of, row, variant, seed, out);
        }
    out->pca_mse = row->mark == TRIAL_MARK_PCA ? book->pca_mse : (double)NAN;
    out->result = trial_judge(trial, &evidence);
}

// ---- claims -------------------------------------------------------------------------------------------------------

static const BookModel *find_claim_model(const LabBook *book, int seed, int model)
{
    Spec base = book->base;
    base.seed += (uint32_t)seed;
    const Spec spec = claim_model_spec(&base, model);
    return &book->models[find_model(book, &spec, -1)];
}

// JOB_DONE: they are compared, or one of them cannot be.
static JobTurn begin_pair(LabBook *book, int seed, int other, PairMetrics *out, Error *error)
{
    Measuring *m = &book->measuring;
    const Lab *lab = &book->lab;
    const BookModel *a = find_claim_model(book, seed, CLAIM_BCE), *b = find_claim_model(book, seed, other);
    if (a->model.is_broken || b->model.is_broken || out->images > 0)
        return JOB_DONE;
    m->models[0] = lab_model(&a->spec);
    m->models[1] = lab_model(&b->spec);
    return begin_sweep(book,
                       metrics_begin_pair(&m->models[0], a->parameters, &m->models[1], b->parameters, lab->test,
                                          lab->test->count, lab->pool, out, error),
                       NULL);
}

static JobTurn begin_pairs(LabBook *book, int claim, Error *error)
{
    Measuring *m = &book->measuring;
    JobTurn turn = JOB_DONE;
    for (int seed = 0; turn == JOB_DONE && claim_get(claim)->models >> CLAIM_TWIN & 1 && seed < TRIAL_SEEDS; seed++) {
        turn = begin_pair(book, seed, CLAIM_MSE, &m->losses[seed], error);
        if (turn == JOB_DONE)
            turn = begin_pair(book, seed, CLAIM_TWIN, &m->seeds[seed], error);
    }
    return turn;
}

static ClaimResult judge_seed(const LabBook *book, int claim, int seed)
{
    const Measuring *m = &book->measuring;
    ClaimEvidence evidence = {
        .facts = &book->lab.facts, .pair_epoch = book->epochs, .losses = m->losses[seed], .seeds = m->seeds[seed]};
    for (int i = 0; i < CLAIM_MODEL_COUNT; i++) {
        const bool is_needed = claim_get(claim)->models >> i & 1;
        const BookModel *model = is_needed ? find_claim_model(book, seed, i) : NULL;
        evidence.test[i] = model && model->model.is_measured ? &model->model.test : NULL;
        evidence.is_broken[i] = model && model->model.is_broken;
        evidence.epochs[i] = book->epochs;
    }
    return claim_judge(claim, &evidence);
}

static void judge_claim(const LabBook *book, int claim, SayingOutcome *out)
{
    ClaimResult results[TRIAL_SEEDS];
    for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
        results[seed] = judge_seed(book, claim, seed);
        out->by_seed[seed] = results[seed].verdict;
    }
    out->result = claim_combine(results, TRIAL_SEEDS);
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
        if (find_model(book, &m->needed.specs[i], m->needed.left_out) < 0)
            m->total += (uint64_t)lab_batches(lab, &m->needed.specs[i], book->epochs);
}

// What is missing first; where nothing is, it is decided.
static JobTurn begin_next(LabBook *book, Error *error)
{
    const Measuring *m = &book->measuring;
    const TrialRow *trial = saying_trial(m->saying);
    if (trial && trial->mark == TRIAL_MARK_PCA && isnan(book->pca_mse))
        return begin_pca(book, error);
    const int missing = find_missing(book);
    if (missing >= 0)
        return begin_training(book, missing, error);
    const JobTurn turn = trial ? begin_extras(book, trial, error) : begin_pairs(book, m->saying, error);
    if (turn != JOB_DONE)
        return turn;
    if (trial)
        judge_trial(book, m->saying - CLAIM_COUNT, m->out);
    else
        judge_claim(book, m->saying, m->out);
    return JOB_DONE;
}

JobTurn lab_book_go_on(LabBook *book, int64_t until_ns, const LoadProgress *progress, Error *error)
{
    const Measuring *m = &book->measuring;
    if (m->is_hopeless)
        return JOB_DONE;
    if (m->run)
        return go_on_training(book, until_ns, progress, error);
    return m->sweep ? go_on_sweeping(book, until_ns, progress, error) : begin_next(book, error);
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
