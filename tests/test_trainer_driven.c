// The driven trainer: what its caller's thread does in slices is what the training thread does, bit for bit, and it
// says when there is more to do.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "same_metrics.h"
#include "training.h"

enum { EPOCHS = 3, MODELS = 3, WISHES = 4, TURNS_MOST = 1000000 };

static Trainer *create(bool is_driven, int epochs)
{
    Error error;
    Trainer *trainer = trainer_create(&(TrainerOptions){.dataset = &training_data,
                                                        .thread_count = 2,
                                                        .is_driven = is_driven,
                                                        .epochs = epochs,
                                                        .every_epoch = true},
                                      &error);
    if (!trainer)
        fail_msg("%s", error.text);
    return trainer;
}

// One turn at a time, until there is nothing to do.
static void serve_until_rest(Trainer *trainer)
{
    for (int i = 0; i < TURNS_MOST; i++)
        if (trainer_serve(trainer, 0) == TRAINER_RESTS)
            return;
    fail_msg("it never rests");
}

// Lets either kind of trainer work once.
static void let_work(Trainer *trainer, bool is_driven)
{
    if (is_driven)
        (void)trainer_serve(trainer, 0);
    else
        training_nap();
}

// ---- the same as with threads -------------------------------------------------------------------------------------

typedef struct Outcome {
    float *parameters[MODELS];
    size_t sizes[MODELS];
    Snapshot snapshots[MODELS];
    int64_t moments[MODELS][MOMENTS_MAX + 1];
    int moment_counts[MODELS];
    Metrics early; // of the first model's moment at step 5
    PairMetrics pair;
    SurveyResult surveys[WISHES];
} Outcome;

static const SurveyWish wishes[WISHES] = {
    {SURVEY_CODE, 0}, {SURVEY_POINTS, 0}, {SURVEY_APPEARANCE, 0}, {SURVEY_MIXED, 0.5f}};

static void copy_model(Trainer *trainer, BankModel *model, int i, Outcome *out)
{
    const Snapshot *latest = training_look(model);
    const size_t size = bank_model_shape(model)->parameter_count * sizeof(float);
    out->snapshots[i] = *latest;
    out->sizes[i] = size;
    out->parameters[i] = malloc(size);
    assert_non_null(out->parameters[i]);
    memcpy(out->parameters[i], latest->parameters, size);
    out->moment_counts[i] = trainer_list_moments(trainer, model, out->moments[i]);
}

static void measure(Trainer *trainer, BankModel *const *models, bool is_driven, Outcome *out)
{
    Moment *early = trainer_recall(trainer, models[0], 5), *late = trainer_recall(trainer, models[1], 30);
    assert_int_equal(early->step, 5);
    for (int i = 0; !atomic_load(&early->is_measured); i++) {
        assert_true(i < PATIENCE_MS);
        let_work(trainer, is_driven);
    }
    out->early = early->test;
    for (int i = 0; !trainer_compare(trainer, early, late, &out->pair); i++) {
        assert_true(i < PATIENCE_MS);
        let_work(trainer, is_driven);
    }
    for (int wish = 0; wish < WISHES; wish++)
        for (int i = 0; !trainer_survey(trainer, early, wishes[wish], &out->surveys[wish]); i++) {
            assert_true(i < PATIENCE_MS);
            let_work(trainer, is_driven);
        }
    moment_release(early);
    moment_release(late);
}

static Outcome *run(bool is_driven)
{
    Outcome *out = calloc(1, sizeof *out);
    assert_non_null(out);
    Trainer *trainer = create(is_driven, EPOCHS);
    BankModel *models[MODELS] = {training_find(trainer, "layers=16,batch=100,noise=0.1"),
                                 training_find(trainer, "layers=12-sample4-12,loss=mse,batch=64"),
                                 training_find(trainer, "layers=conv4-pool-conv4-up,batch=128")};
    trainer_show(trainer, models, MODELS);
    trainer_play(trainer, true);
    for (int i = 0; trainer_is_busy(trainer); i++) {
        assert_true(i < PATIENCE_MS);
        let_work(trainer, is_driven);
    }
    if (is_driven)
        serve_until_rest(trainer);
    else
        training_settle(trainer, models, MODELS);
    for (int i = 0; i < MODELS; i++)
        copy_model(trainer, models[i], i, out);
    measure(trainer, models, is_driven, out);
    trainer_destroy(trainer);
    return out;
}

static void free_outcome(Outcome *outcome)
{
    for (int i = 0; i < MODELS; i++)
        free(outcome->parameters[i]);
    code_points_release(outcome->surveys[SURVEY_POINTS].points);
    free(outcome);
}

static void check_histories(const Snapshot *a, const Snapshot *b)
{
    assert_int_equal(a->history_count, EPOCHS + 1);
    assert_int_equal(b->history_count, EPOCHS + 1);
    for (int i = 0; i <= EPOCHS; i++) {
        const EpochRecord *one = &a->history[i], *other = &b->history[i];
        assert_int_equal(one->epoch, i);
        assert_int_equal(other->epoch, i);
        assert_memory_equal(one->train, other->train, sizeof one->train);
        assert_memory_equal(one->test, other->test, sizeof one->test);
        assert_memory_equal(one->noisy, other->noisy, sizeof one->noisy);
        assert_true(one->train_kl == other->train_kl && one->test_kl == other->test_kl);
    }
}

static void check_surveys(const Outcome *a, const Outcome *b)
{
    const CodeFacts *code = &a->surveys[SURVEY_CODE].code, *other_code = &b->surveys[SURVEY_CODE].code;
    assert_int_equal(code->images, TEST_IMAGES);
    assert_int_equal(code->units, other_code->units);
    const size_t units = (size_t)code->units;
    assert_memory_equal(code->mean, other_code->mean, units * sizeof *code->mean);
    assert_memory_equal(code->least, other_code->least, units * sizeof *code->least);
    assert_memory_equal(code->most, other_code->most, units * sizeof *code->most);
    assert_memory_equal(code->zero_share, other_code->zero_share, units * sizeof *code->zero_share);
    const CodePoints *points = a->surveys[SURVEY_POINTS].points, *others = b->surveys[SURVEY_POINTS].points;
    assert_int_equal(points->images, others->images);
    assert_memory_equal(points->means, others->means, (size_t)(points->images * points->units) * sizeof(float));
    assert_memory_equal(points->deviations, others->deviations, (size_t)points->units * sizeof(float));
    const Appearance *look = &a->surveys[SURVEY_APPEARANCE].appearance,
                     *other_look = &b->surveys[SURVEY_APPEARANCE].appearance;
    assert_int_equal(look->images, TEST_IMAGES);
    assert_true(look->sharpness == other_look->sharpness && look->ssim == other_look->ssim);
    assert_same_metrics(&a->surveys[SURVEY_MIXED].mixed.test, &b->surveys[SURVEY_MIXED].mixed.test, TEST_IMAGES);
}

static void the_callers_thread_does_what_the_training_thread_does(void **state)
{
    (void)state;
    Outcome *driven = run(true), *threaded = run(false);
    for (int i = 0; i < MODELS; i++) {
        const Snapshot *a = &driven->snapshots[i], *b = &threaded->snapshots[i];
        assert_int_equal(a->step, EPOCHS * a->steps_per_epoch);
        assert_int_equal(a->step, b->step);
        assert_memory_equal(driven->parameters[i], threaded->parameters[i], driven->sizes[i]);
        check_histories(a, b);
        assert_same_metrics(&a->test, &b->test, TEST_IMAGES);
        assert_int_equal(a->test_step, a->step);
        assert_int_equal(driven->moment_counts[i], threaded->moment_counts[i]);
        assert_memory_equal(driven->moments[i], threaded->moments[i],
                            (size_t)driven->moment_counts[i] * sizeof driven->moments[i][0]);
    }
    assert_same_metrics(&driven->early, &threaded->early, TEST_IMAGES);
    assert_int_equal(driven->pair.images, TEST_IMAGES);
    assert_true(driven->pair.mean_distance == threaded->pair.mean_distance);
    check_surveys(driven, threaded);
    free_outcome(driven);
    free_outcome(threaded);
}

static void weights_are_a_plain_learners(void **state)
{
    (void)state;
    Trainer *trainer = create(true, EPOCHS);
    BankModel *model = training_find(trainer, "layers=12,4,12,output=relu,batch=64");
    trainer_show(trainer, &model, 1);
    trainer_play(trainer, true);
    serve_until_rest(trainer);
    const Snapshot *snapshot = training_look(model);
    training_check_model(model, snapshot, EPOCHS * snapshot->steps_per_epoch);
    trainer_destroy(trainer);
}

// ---- when ---------------------------------------------------------------------------------------------------------

static void nothing_is_done_unless_it_is_served(void **state)
{
    (void)state;
    Trainer *trainer = create(true, EPOCHS);
    BankModel *model = training_find(trainer, "layers=8,batch=100");
    trainer_show(trainer, &model, 1);
    trainer_play(trainer, true);
    for (int i = 0; i < 20; i++)
        training_nap();
    assert_null(trainer_dataset(trainer));
    assert_int_equal(training_look(model)->step, 0);
    assert_int_equal(trainer_serve(trainer, 0), 0);
    for (int i = 0; i < TURNS_MOST && training_look(model)->step == 0; i++)
        assert_int_equal(trainer_serve(trainer, 0), 0);
    assert_ptr_equal(trainer_dataset(trainer), &training_data);
    assert_int_equal(training_look(model)->test.images, TEST_IMAGES);
    trainer_destroy(trainer);
}

static void it_rests_until_something_is_asked_for(void **state)
{
    (void)state;
    Trainer *trainer = create(true, EPOCHS);
    BankModel *model = training_find(trainer, "layers=8,batch=100");
    serve_until_rest(trainer); // nothing is on show
    assert_non_null(trainer_dataset(trainer));
    assert_int_equal(trainer_serve(trainer, 1000000), TRAINER_RESTS);
    trainer_show(trainer, &model, 1);
    assert_int_equal(trainer_serve(trainer, 0), 0); // its initial weights are measured
    serve_until_rest(trainer);                      // and it is not played
    assert_int_equal(training_look(model)->step, 0);
    trainer_step(trainer);
    serve_until_rest(trainer);
    assert_int_equal(training_look(model)->step, 1);
    trainer_play(trainer, true);
    assert_int_equal(trainer_serve(trainer, 0), 0);
    assert_true(trainer_is_busy(trainer));
    serve_until_rest(trainer);
    assert_int_equal(training_look(model)->step, EPOCHS * 10);
    assert_false(trainer_is_busy(trainer));
    assert_true(trainer_speed(trainer) == 0.0);
    trainer_restart(trainer);
    serve_until_rest(trainer);
    assert_int_equal(training_look(model)->restarts, 1);
    assert_int_equal(training_look(model)->step, EPOCHS * 10);
    trainer_destroy(trainer);
}

typedef struct Look {
    Trainer *trainer;
    double speed; // at the last call
} Look;

static void look_at_speed(void *context)
{
    Look *look = context;
    look->speed = trainer_speed(look->trainer);
}

static void what_is_looked_at_last_has_no_speed(void **state)
{
    (void)state;
    Error error;
    Look look = {0};
    look.trainer = trainer_create(&(TrainerOptions){.dataset = &training_data,
                                                    .is_driven = true,
                                                    .epochs = 1000000,
                                                    .wake = look_at_speed,
                                                    .wake_context = &look},
                                  &error);
    assert_non_null(look.trainer);
    BankModel *model = training_find(look.trainer, "layers=8,batch=100");
    trainer_show(look.trainer, &model, 1);
    trainer_play(look.trainer, true);
    for (int i = 0; look.speed == 0.0; i++) {
        assert_true(i < TURNS_MOST);
        (void)trainer_serve(look.trainer, 0);
        (void)training_look(model);
    }
    trainer_play(look.trainer, false);
    serve_until_rest(look.trainer);
    assert_true(look.speed == 0.0);
    trainer_destroy(look.trainer);
}

static void a_pace_says_when_the_next_batch_is_due(void **state)
{
    (void)state;
    Trainer *trainer = create(true, EPOCHS);
    BankModel *model = training_find(trainer, "layers=8,batch=100");
    trainer_show(trainer, &model, 1);
    serve_until_rest(trainer);
    trainer_set_pace(trainer, 0.01);
    trainer_play(trainer, true);
    int64_t rest = 0;
    for (int i = 0; i < TURNS_MOST && rest == 0; i++)
        rest = trainer_serve(trainer, 0);
    assert_int_equal(training_look(model)->step, 1); // and no more for a hundred seconds
    assert_true(rest > INT64_C(90000000000) && rest <= INT64_C(100000000000));
    assert_true(trainer_serve(trainer, 0) > INT64_C(90000000000));
    assert_int_equal(training_look(model)->step, 1);
    trainer_set_pace(trainer, 0.0);
    serve_until_rest(trainer);
    assert_int_equal(training_look(model)->step, EPOCHS * 10);
    trainer_destroy(trainer);
}

static void destroy_may_come_at_any_time(void **state)
{
    (void)state;
    for (int turns = 0; turns < 12; turns++) {
        Trainer *trainer = create(true, EPOCHS);
        BankModel *models[] = {training_find(trainer, "layers=8,batch=100"), training_find(trainer, "layers=6")};
        trainer_show(trainer, models, 2);
        trainer_play(trainer, true);
        for (int i = 0; i < turns; i++)
            (void)trainer_serve(trainer, 0);
        trainer_destroy(trainer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_callers_thread_does_what_the_training_thread_does),
        cmocka_unit_test(weights_are_a_plain_learners),
        cmocka_unit_test(nothing_is_done_unless_it_is_served),
        cmocka_unit_test(it_rests_until_something_is_asked_for),
        cmocka_unit_test(what_is_looked_at_last_has_no_speed),
        cmocka_unit_test(a_pace_says_when_the_next_batch_is_due),
        cmocka_unit_test(destroy_may_come_at_any_time),
    };
    return cmocka_run_group_tests(tests, training_begin, training_end);
}
