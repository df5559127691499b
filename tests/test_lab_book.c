// The lab book: it trains what a saying needs once, with the figures that the same model has elsewhere; can be stopped
// and goes on; decides claims over seeds.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "measuring/pca.h"
#include "synthetic.h"
#include "training/lab_book.h"

enum { TRAIN = 200, TEST = 80, PCA_SAYING = CLAIM_COUNT + TRIAL_PCA, ODD_SAYING = CLAIM_COUNT + TRIAL_ODD };

static Pool *pool;
static ImageSet train, test;
static Lab lab;
static Spec base;

static int begin(void **state)
{
    (void)state;
    pool = pool_create(2, NULL);
    train = synthetic_create(TRAIN, DIGIT_PIXELS, 5);
    test = synthetic_create(TEST, DIGIT_PIXELS, 6);
    lab = (Lab){&train, &test, TRAIN, metrics_target_facts(&test, TEST), pool};
    base = synthetic_spec("batch=64,layers=8,seed=7");
    return pool ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    pool_destroy(pool);
    synthetic_free(&train);
    synthetic_free(&test);
    return 0;
}

static LabBook *open_book(void)
{
    LabBook *book = lab_book_create(&lab, &base, CLAIM_EPOCHS_MIN, NULL);
    assert_non_null(book);
    return book;
}

// ---- trials -------------------------------------------------------------------------------------------------------

typedef struct Watch {
    int calls, most; // after which it says stop
    uint64_t done, total;
} Watch;

static bool watch(void *context, uint64_t done, uint64_t total)
{
    Watch *w = context;
    if (total == 0) // the components, before training
        return true;
    assert_true(done >= w->done || w->calls == 0);
    w->done = done;
    w->total = total;
    return ++w->calls <= w->most;
}

static void a_trial_has_the_figures_of_its_models(void **state)
{
    (void)state;
    Error error;
    SayingOutcome outcome;
    LabBook *book = open_book();
    assert_int_equal(lab_book_missing(book, PCA_SAYING), TRIAL_SEEDS);
    assert_true(lab_book_measure(book, PCA_SAYING, NULL, &outcome, &error));
    assert_int_equal(lab_book_missing(book, PCA_SAYING), 0);
    assert_true(outcome.is_measured && outcome.result.verdict != VERDICT_OPEN);
    for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
        const Spec spec = trial_spec(&base, trial_get(TRIAL_PCA), 0, seed);
        LabMoment moment = {.epoch = CLAIM_EPOCHS_MIN};
        int64_t broken;
        assert_true(lab_train(&lab, &spec, &moment, 1, &broken, NULL, &error));
        assert_true(outcome.figures[TRIAL_MSE][0][seed] == moment.test.mean[LOSS_MSE]);
        assert_true(isnan(outcome.figures[TRIAL_AUROC][0][seed]));
    }
    Pca *pca = pca_create(&train, TRAIN, &test, pool, NULL, &error);
    assert_true(outcome.pca_mse == pca->test_mse[8]);
    pca_destroy(pca);
    assert_non_null(outcome.parameters[0]);
    lab_book_destroy(book);
}

static void it_stops_and_goes_on(void **state)
{
    (void)state;
    Error error;
    SayingOutcome outcome;
    LabBook *book = open_book();
    Watch w = {.most = 50}; // of 4 batches, 10 epochs, 3 models
    const LoadProgress progress = {watch, &w};
    assert_false(lab_book_measure(book, PCA_SAYING, &progress, &outcome, &error));
    assert_string_equal(error.text, "cancelled");
    assert_int_equal(w.total, 120);
    assert_int_equal(lab_book_missing(book, PCA_SAYING), TRIAL_SEEDS - 1);
    w = (Watch){.most = 1 << 20};
    assert_true(lab_book_measure(book, PCA_SAYING, &progress, &outcome, &error));
    w = (Watch){.most = 0}; // nothing is trained a second time, and the components are known
    assert_true(lab_book_measure(book, PCA_SAYING, &progress, &outcome, &error));
    assert_int_equal(w.calls, 0);
    lab_book_destroy(book);
}

static void turns_do_not_matter(void **state)
{
    (void)state;
    static const int sayings[] = {PCA_SAYING, ODD_SAYING, CLAIM_OPTIMUM};
    Error error;
    LabBook *turned = open_book(), *at_once = open_book();
    int32_t labels[TRAIN];
    for (int i = 0; i < TRAIN; i++)
        labels[i] = i % DIGIT_CLASSES;
    train.labels = test.labels = labels;
    for (int i = 0; i < 3; i++) {
        SayingOutcome a, b;
        int turns = 0;
        JobTurn turn = JOB_MORE;
        lab_book_begin(turned, sayings[i], &a);
        for (; turn == JOB_MORE; turns++)
            turn = lab_book_go_on(turned, 0, NULL, &error);
        assert_int_equal(turn, JOB_DONE);
        assert_true(turns > 100); // a batch each
        assert_true(lab_book_measure(at_once, sayings[i], NULL, &b, &error));
        assert_memory_equal(a.figures, b.figures, sizeof a.figures);
        assert_int_equal(a.result.verdict, b.result.verdict);
        assert_string_equal(a.result.sentence, b.result.sentence);
    }
    SayingOutcome given_up;
    lab_book_begin(turned, CLAIM_OPTIMUM, &given_up);
    assert_int_equal(lab_book_go_on(turned, 0, NULL, &error), JOB_MORE); // the pairs are compared anew
    lab_book_stop(turned);
    lab_book_stop(NULL);
    lab_book_destroy(turned);
    lab_book_destroy(at_once);
    train.labels = test.labels = NULL;
}

static void without_labels_nothing_is_left_out(void **state)
{
    (void)state;
    Error error;
    SayingOutcome outcome;
    int32_t *const labels = train.labels;
    train.labels = NULL;
    LabBook *book = open_book();
    assert_true(lab_book_measure(book, ODD_SAYING, NULL, &outcome, &error));
    train.labels = labels;
    assert_int_equal(outcome.result.verdict, VERDICT_OPEN);
    assert_non_null(strstr(outcome.result.sentence, "no labels"));
    assert_int_equal(lab_book_missing(book, ODD_SAYING), 2 * TRIAL_SEEDS);
    lab_book_destroy(book);
}

// ---- claims -------------------------------------------------------------------------------------------------------

// The seeds share models: the twin of one is the model of the next.
static void a_claim_is_judged_with_each_seed(void **state)
{
    (void)state;
    Error error;
    SayingOutcome outcome;
    LabBook *book = open_book();
    assert_true(lab_book_missing(book, CLAIM_OPTIMUM) > 2 * TRIAL_SEEDS);
    assert_true(lab_book_measure(book, CLAIM_OPTIMUM, NULL, &outcome, &error));
    bool do_agree = true;
    for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
        assert_int_not_equal(outcome.by_seed[seed], VERDICT_OPEN);
        do_agree = do_agree && outcome.by_seed[seed] == outcome.by_seed[0];
    }
    assert_int_equal(outcome.result.verdict, do_agree ? outcome.by_seed[0] : VERDICT_CHANCE);
    assert_int_equal(outcome.result.epoch, CLAIM_EPOCHS_MIN);
    assert_int_equal(lab_book_missing(book, CLAIM_FIT), 0); // it needs no others
    lab_book_destroy(book);
}

static void sayings_have_keys_of_their_own(void **state)
{
    (void)state;
    for (int saying = 0; saying < SAYING_COUNT; saying++) {
        assert_int_equal(saying_find(saying_get(saying).key), saying);
        assert_true(*saying_get(saying).claim && *saying_get(saying).rule);
        assert_true(!saying_trial(saying) == (saying < CLAIM_COUNT));
    }
    assert_int_equal(saying_find("none"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trial_has_the_figures_of_its_models),
        cmocka_unit_test(it_stops_and_goes_on),
        cmocka_unit_test(turns_do_not_matter),
        cmocka_unit_test(without_labels_nothing_is_left_out),
        cmocka_unit_test(a_claim_is_judged_with_each_seed),
        cmocka_unit_test(sayings_have_keys_of_their_own),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
