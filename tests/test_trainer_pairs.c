// Distances between moments, which the trainer measures when they are asked for, and moments that outlive their model.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#include "random.h"
#include "training.h"

static PairMetrics wait_for_pair(Trainer *trainer, Moment *a, Moment *b)
{
    PairMetrics pair = {0};
    TRAINING_WAIT_UNTIL(trainer_compare(trainer, a, b, &pair));
    return pair;
}

static void check_pair(const PairMetrics *pair, const Moment *a, const Moment *b)
{
    Pool *pool = pool_create(1, NULL);
    PairMetrics expected;
    assert_non_null(pool);
    assert_true(metrics_compare(&a->model, a->parameters, &b->model, b->parameters, &training_data.test, TEST_IMAGES,
                                pool, &expected, NULL));
    pool_destroy(pool);
    assert_int_equal(pair->images, TEST_IMAGES);
    assert_true(pair->mean_distance == expected.mean_distance);
}

static void distances_become_known(void **state)
{
    (void)state;
    Trainer *trainer = training_create(2, 2);
    BankModel *models[] = {training_find(trainer, "layers=6,batch=100"),
                           training_find(trainer, "layers=8,output=relu,batch=100")};
    training_run(trainer, models, 2);
    Moment *a = trainer_recall(trainer, models[0], 20), *b = trainer_recall(trainer, models[1], 20);
    const int before = training_wakes_at_rest(trainer, models, 2);
    PairMetrics pair;
    assert_false(trainer_compare(trainer, a, b, &pair));
    pair = wait_for_pair(trainer, a, b);
    check_pair(&pair, a, b);
    TRAINING_WAIT_UNTIL(training_wakes() != before);
    assert_true(trainer_compare(trainer, a, b, &pair)); // and stay so
    check_pair(&pair, a, b);
    pair = wait_for_pair(trainer, a, a);
    assert_true(pair.images == TEST_IMAGES && pair.mean_distance == 0.0);
    trainer_set_goal(trainer, 1000000, -1); // while models train, too
    trainer_play(trainer, true);
    (void)training_wait_for_step(models[0], 30);
    Moment *late = trainer_recall(trainer, models[0], 30);
    pair = wait_for_pair(trainer, late, b);
    check_pair(&pair, late, b);
    assert_true(trainer_is_busy(trainer));
    moment_release(a);
    moment_release(b);
    moment_release(late);
    trainer_destroy(trainer);
}

static void check_code(const CodeFacts *facts, const Moment *moment)
{
    Pool *pool = pool_create(1, NULL);
    static CodeFacts expected;
    assert_non_null(pool);
    assert_true(code_facts_measure(&moment->model, moment->parameters, &training_data.test, TEST_IMAGES, pool,
                                   &expected, NULL));
    pool_destroy(pool);
    assert_int_equal(facts->images, TEST_IMAGES);
    assert_memory_equal(facts, &expected, sizeof expected);
}

static void codes_become_known(void **state)
{
    (void)state;
    enum { MOMENTS = 6 }; // more than are remembered
    static SurveyResult facts;
    static const SurveyWish code = {SURVEY_CODE, 0};
    Trainer *trainer = training_create(2, 2);
    BankModel *model = training_find(trainer, "layers=6,batch=100");
    training_run(trainer, &model, 1);
    int64_t steps[MOMENTS_MAX + 1];
    Moment *moments[MOMENTS];
    assert_true(trainer_list_moments(trainer, model, steps) >= MOMENTS);
    const int before = training_wakes_at_rest(trainer, &model, 1);
    for (int i = 0; i < MOMENTS; i++) {
        moments[i] = trainer_recall(trainer, model, steps[i]);
        assert_false(trainer_survey(trainer, moments[i], code, &facts));
    }
    for (int i = 0; i < MOMENTS; i++) {
        TRAINING_WAIT_UNTIL(trainer_survey(trainer, moments[i], code, &facts));
        check_code(&facts.code, moments[i]);
    }
    TRAINING_WAIT_UNTIL(training_wakes() != before);
    trainer_set_goal(trainer, 1000000, -1); // while it trains, too
    trainer_play(trainer, true);
    (void)training_wait_for_step(model, 30);
    Moment *late = trainer_recall(trainer, model, 30);
    TRAINING_WAIT_UNTIL(trainer_survey(trainer, late, code, &facts));
    check_code(&facts.code, late);
    assert_true(trainer_is_busy(trainer));
    (void)trainer_survey(trainer, moments[0], code, &facts); // nobody waits for it any more
    trainer_destroy(trainer);
    for (int i = 0; i < MOMENTS; i++)
        moment_release(moments[i]);
    moment_release(late);
}

static void more_pairs_than_are_remembered_are_compared_anew(void **state)
{
    (void)state;
    enum { REMEMBERED = 16, PAIRS = 20 };
    Trainer *trainer = training_create(2, 4);
    BankModel *models[] = {training_find(trainer, "layers=6,batch=100"),
                           training_find(trainer, "layers=8,loss=mse,batch=100")};
    training_run(trainer, models, 2);
    int64_t steps[MOMENTS_MAX + 1];
    Moment *moments[PAIRS], *end = trainer_recall(trainer, models[1], 40);
    PairMetrics pairs[PAIRS], again;
    assert_true(trainer_list_moments(trainer, models[0], steps) >= PAIRS);
    for (int i = 0; i < PAIRS; i++)
        moments[i] = trainer_recall(trainer, models[0], steps[i]);
    for (int i = 0; i < PAIRS; i++) // none waits for the one before
        (void)trainer_compare(trainer, moments[i], end, &again);
    for (int i = PAIRS - REMEMBERED; i < PAIRS; i++) {
        pairs[i] = wait_for_pair(trainer, moments[i], end);
        check_pair(&pairs[i], moments[i], end);
    }
    for (int i = PAIRS - REMEMBERED; i < PAIRS; i++) { // all of them are remembered
        assert_true(trainer_compare(trainer, moments[i], end, &again));
        assert_true(again.mean_distance == pairs[i].mean_distance);
    }
    for (int i = 0; i < PAIRS - REMEMBERED; i++) {
        assert_false(trainer_compare(trainer, moments[i], end, &again));
        pairs[i] = wait_for_pair(trainer, moments[i], end);
        check_pair(&pairs[i], moments[i], end);
    }
    assert_false(trainer_compare(trainer, moments[PAIRS - REMEMBERED], end, &again)); // pushed out by these
    for (int i = 0; i < PAIRS; i++)
        moment_release(moments[i]);
    moment_release(end);
    trainer_destroy(trainer);
}

// Pairs are asked for at random, twice as many as are remembered, so that now and then the one that is being compared
// gives way to another: a distance that is known is the right one's all the same.
static void a_pair_that_gives_way_leaves_no_distance_behind(void **state)
{
    (void)state;
    enum { EACH = 17, PAIRS = 2 * EACH, BURSTS = 500, BURST = 30 };
    Trainer *trainer = training_create(2, 4);
    BankModel *model = training_find(trainer, "layers=6,batch=100");
    training_run(trainer, &model, 1);
    int64_t steps[MOMENTS_MAX + 1];
    Moment *moments[EACH], *ends[] = {trainer_recall(trainer, model, 38), trainer_recall(trainer, model, 40)};
    PairMetrics pairs[PAIRS], again;
    assert_true(trainer_list_moments(trainer, model, steps) >= EACH + 2);
    for (int i = 0; i < EACH; i++)
        moments[i] = trainer_recall(trainer, model, steps[i]);
    for (int i = 0; i < PAIRS; i++) {
        pairs[i] = wait_for_pair(trainer, moments[i % EACH], ends[i / EACH]);
        check_pair(&pairs[i], moments[i % EACH], ends[i / EACH]);
    }
    Random random = random_stream(1, 1);
    for (int i = 0; i < BURSTS * BURST; i++) {
        const int pair = (int)(random_uniform(&random) * PAIRS);
        if (trainer_compare(trainer, moments[pair % EACH], ends[pair / EACH], &again))
            assert_true(again.mean_distance == pairs[pair].mean_distance);
        if (i % BURST == 0)
            (void)nanosleep(&(struct timespec){.tv_nsec = (long)(random_uniform(&random) * 200000.0)}, NULL);
    }
    for (int i = 0; i < EACH; i++)
        moment_release(moments[i]);
    moment_release(ends[0]);
    moment_release(ends[1]);
    trainer_destroy(trainer);
}

static void a_held_moment_outlives_its_model(void **state)
{
    (void)state;
    Trainer *trainer = training_create(2, 2);
    BankModel *models[] = {training_find(trainer, "layers=7,batch=100,seed=3"),
                           training_find(trainer, "layers=2,seed=1")};
    training_run(trainer, models, 1);
    Moment *measured = trainer_recall(trainer, models[0], 13), *other = trainer_recall(trainer, models[0], 3);
    training_check_figures(measured);
    trainer_play(trainer, false);
    trainer_restart(trainer); // drops them
    TRAINING_WAIT_UNTIL(training_look(models[0])->restarts > 0);
    trainer_show(trainer, models + 1, 1);
    for (int i = 0; i < 2 * BANK_MAX; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "layers=1,seed=%d", 100 + i);
        BankModel *model = training_find(trainer, text);
        trainer_show(trainer, &model, 1);
    }
    assert_int_equal(training_look(training_find(trainer, "layers=7,batch=100,seed=3"))->restarts,
                     0); // not the one it was
    PairMetrics pair = wait_for_pair(trainer, measured, other);
    check_pair(&pair, measured, other);
    trainer_destroy(trainer);
    training_check_weights(&measured->model, measured->parameters, 13);
    training_check_weights(&other->model, other->parameters, 3);
    training_check_figures(measured);
    moment_release(measured);
    moment_release(other);
}

static void destroy_may_come_while_requests_wait(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        Trainer *trainer = training_create(1 + i % 3, i % 2 ? 2 : 1000000);
        BankModel *models[] = {training_find(trainer, "layers=6,batch=100"),
                               training_find(trainer, "layers=8,loss=mse,batch=100")};
        trainer_show(trainer, models, 2);
        trainer_play(trainer, true);
        (void)training_wait_for_step(models[1], 20);
        int64_t steps[MOMENTS_MAX + 1];
        Moment *newest = trainer_recall(trainer, models[1], INT64_MAX), *held = NULL;
        const int count = trainer_list_moments(trainer, models[0], steps);
        for (int j = 0; j < count; j++) {
            PairMetrics pair;
            Moment *moment = trainer_recall(trainer, models[0], steps[j]);
            assert_non_null(moment);
            (void)trainer_compare(trainer, moment, newest, &pair);
            moment_release(held);
            held = moment;
        }
        for (int j = 0; j < i / 2; j++)
            training_nap();
        trainer_destroy(trainer);
        training_check_weights(&held->model, held->parameters, held->step);
        moment_release(held);
        moment_release(newest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances_become_known),
        cmocka_unit_test(codes_become_known),
        cmocka_unit_test(more_pairs_than_are_remembered_are_compared_anew),
        cmocka_unit_test(a_pair_that_gives_way_leaves_no_distance_behind),
        cmocka_unit_test(a_held_moment_outlives_its_model),
        cmocka_unit_test(destroy_may_come_while_requests_wait),
    };
    return cmocka_run_group_tests(tests, training_begin, training_end);
}
