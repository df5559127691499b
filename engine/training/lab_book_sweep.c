// Sweeps over the test set: what sayings look at besides the figures that every model has.
#include "training/lab_book_parts.h"

static JobTurn begin_sweep(LabBook *book, Sweep *sweep, void (*take)(LabBook *book))
{
    book->measuring.sweep = sweep;
    book->measuring.take = take;
    return sweep ? JOB_MORE : JOB_FAILED;
}

JobTurn lab_book_go_on_sweeping(LabBook *book, int64_t until_ns, const LoadProgress *progress, Error *error)
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

JobTurn lab_book_begin_pca(LabBook *book, Error *error)
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

JobTurn lab_book_begin_extras(LabBook *book, const TrialRow *row, Error *error)
{
    const Needed *needed = &book->measuring.needed;
    for (int i = 0; i < needed->count; i++) {
        BookModel *of = &book->models[lab_book_find(book, &needed->specs[i], needed->left_out)];
        const JobTurn turn = begin_extra(book, row, of, error);
        if (turn != JOB_DONE)
            return turn;
    }
    return JOB_DONE;
}

// JOB_DONE: they are compared, or one of them cannot be.
static JobTurn begin_pair(LabBook *book, int seed, int other, PairMetrics *out, Error *error)
{
    Measuring *m = &book->measuring;
    const Lab *lab = &book->lab;
    const BookModel *a = lab_book_find_claim_model(book, seed, CLAIM_BCE),
                    *b = lab_book_find_claim_model(book, seed, other);
    if (a->model.is_broken || b->model.is_broken || out->images > 0)
        return JOB_DONE;
    m->models[0] = lab_model(&a->spec);
    m->models[1] = lab_model(&b->spec);
    return begin_sweep(book,
                       metrics_begin_pair(&m->models[0], a->parameters, &m->models[1], b->parameters, lab->test,
                                          lab->test->count, lab->pool, out, error),
                       NULL);
}

JobTurn lab_book_begin_pairs(LabBook *book, int claim, Error *error)
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
