// What the book's models say of a saying: evidence, verdict, and the figures behind it.
#include <math.h>

#include "training/lab_book_parts.h"

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

void lab_book_judge_trial(const LabBook *book, int trial, SayingOutcome *out)
{
    const TrialRow *row = trial_get(trial);
    TrialEvidence evidence = {.facts = &book->lab.facts, .pca_mse = book->pca_mse, .epochs = book->epochs};
    for (int variant = 0; variant < trial_variant_count(row); variant++)
        for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
            const Spec spec = trial_spec(&book->base, row, variant, seed);
            const BookModel *of = &book->models[lab_book_find(book, &spec, row->left_out)];
            evidence.models[variant][seed] = &of->model;
            note_variant(of, row, variant, seed, out);
        }
    out->pca_mse = row->mark == TRIAL_MARK_PCA ? book->pca_mse : (double)NAN;
    out->result = trial_judge(trial, &evidence);
}

// ---- claims -------------------------------------------------------------------------------------------------------

static ClaimResult judge_seed(const LabBook *book, int claim, int seed)
{
    const Measuring *m = &book->measuring;
    ClaimEvidence evidence = {
        .facts = &book->lab.facts, .pair_epoch = book->epochs, .losses = m->losses[seed], .seeds = m->seeds[seed]};
    for (int i = 0; i < CLAIM_MODEL_COUNT; i++) {
        const bool is_needed = claim_get(claim)->models >> i & 1;
        const BookModel *model = is_needed ? lab_book_find_claim_model(book, seed, i) : NULL;
        evidence.test[i] = model && model->model.is_measured ? &model->model.test : NULL;
        evidence.is_broken[i] = model && model->model.is_broken;
        evidence.epochs[i] = book->epochs;
    }
    return claim_judge(claim, &evidence);
}

void lab_book_judge_claim(const LabBook *book, int claim, SayingOutcome *out)
{
    ClaimResult results[TRIAL_SEEDS];
    for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
        results[seed] = judge_seed(book, claim, seed);
        out->by_seed[seed] = results[seed].verdict;
    }
    out->result = claim_combine(results, TRIAL_SEEDS);
}
