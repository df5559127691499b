// The trainer's pace: never faster than asked, the same weights, and what is asked for meanwhile does not wait.
#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "training.h"

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

// Upper bounds alone: a slow machine may be slower.
static void models_are_no_faster_than_asked(void **state)
{
    (void)state;
    enum { PACE = 40 };
    Trainer *trainer = training_create(2, 1000);
    BankModel *models[] = {training_find(trainer, "layers=4"), training_find(trainer, "layers=5,loss=mse")};
    trainer_set_pace(trainer, PACE);
    trainer_show(trainer, models, 2);
    const double start = now_s();
    trainer_play(trainer, true);
    for (int i = 0; i < 2; i++)
        (void)training_wait_for_step(models[i], 12);
    for (int i = 0; i < 200; i++) {
        const int64_t steps[] = {training_look(models[0])->step, training_look(models[1])->step};
        const double most = (now_s() - start) * PACE + 2;
        for (int j = 0; j < 2; j++)
            assert_true((double)steps[j] <= most);
        assert_true(llabs((long long)(steps[0] - steps[1])) <= 2);
        training_nap();
    }
    trainer_destroy(trainer);
}

static void weights_are_the_same_at_any_pace(void **state)
{
    (void)state;
    Trainer *trainer = training_create(2, 1);
    BankModel *models[] = {training_find(trainer, "layers=8,batch=100"),
                           training_find(trainer, "layers=6,output=relu,batch=100")};
    trainer_set_pace(trainer, 50);
    trainer_show(trainer, models, 2);
    trainer_play(trainer, true);
    (void)training_wait_for_step(models[0], 3);
    trainer_set_pace(trainer, 0); // the rest as fast as it goes
    training_wait_until_idle(trainer);
    training_settle(trainer, models, 2);
    for (int i = 0; i < 2; i++)
        training_check_model(models[i], training_look(models[i]), training_look(models[i])->steps_per_epoch);
    trainer_destroy(trainer);
}

// The next batch would be due in an hour.
static void nothing_else_waits_for_a_batch(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1000);
    BankModel *model = training_find(trainer, "layers=4"), *other = training_find(trainer, "layers=3");
    trainer_show(trainer, &model, 1);
    trainer_set_pace(trainer, 1.0 / 3600);
    trainer_play(trainer, true);
    (void)training_wait_for_step(model, 1); // the first is due at once
    trainer_step(trainer);
    (void)training_wait_for_step(model, 2);
    BankModel *both[] = {model, other};
    trainer_show(trainer, both, 2);
    trainer_step(trainer);
    (void)training_wait_for_step(other, 1);
    trainer_restart(trainer);
    TRAINING_WAIT_UNTIL(training_look(model)->restarts == 1);
    trainer_set_pace(trainer, 0);
    (void)training_wait_for_step(model, 20);
    trainer_set_pace(trainer, 1.0 / 3600);
    trainer_play(trainer, false);
    training_settle(trainer, both, 2);
    trainer_play(trainer, true);
    trainer_destroy(trainer); // while it waits
}

// A batch that is asked for, and weights that are put in, come at once even where another model is behind and waits.
static void who_is_ahead_does_not_wait_for_who_is_behind(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1000);
    BankModel *ahead = training_find(trainer, "layers=4"), *behind = training_find(trainer, "layers=3");
    BankModel *both[] = {ahead, behind};
    float *parameters = calloc(bank_model_shape(ahead)->parameter_count, sizeof *parameters);
    assert_non_null(parameters);
    trainer_show(trainer, &ahead, 1);
    trainer_play(trainer, true);
    (void)training_wait_for_step(ahead, 50);
    trainer_set_pace(trainer, 1.0 / 3600);
    training_settle(trainer, both, 2);
    const int64_t step = training_look(ahead)->step;
    trainer_step(trainer);
    (void)training_wait_for_step(ahead, step + 1);
    (void)training_wait_for_step(behind, 1);
    assert_true(trainer_set_parameters(trainer, ahead, parameters, 5000));
    (void)training_wait_for_step(ahead, 5000);
    assert_true(training_look(behind)->step <=
                3); // one that was asked for, one that was due, one when the pace changed
    trainer_destroy(trainer);
    free(parameters);
}

static bool are_in_step(BankModel *const *models, int count)
{
    bool are_equal = true;
    for (int i = 1; i < count; i++)
        are_equal &= training_look(models[i])->step == training_look(models[0])->step;
    return are_equal;
}

// Those whose turn was still to come when the pace was lowered end the round at once: else the others would stand still
// until they have caught up, an hour a batch.
static void a_lower_pace_finds_all_in_step(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1000);
    BankModel *models[6];
    for (int i = 0; i < 6; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "layers=%d,batch=50", 3 + i);
        models[i] = training_find(trainer, text);
    }
    trainer_show(trainer, models, 6);
    for (int i = 0; i < 10; i++) {
        trainer_set_pace(trainer, 0);
        trainer_play(trainer, true);
        (void)training_wait_for_step(models[i % 6], training_look(models[0])->step + 40);
        trainer_set_pace(trainer, 1.0 / 3600);
        TRAINING_WAIT_UNTIL(are_in_step(models, 6));
    }
    trainer_destroy(trainer);
}

// What is put on show or restarted after a pause stays where it is, however near to the step of the pause.
static void a_pause_trains_nobody_else(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1000);
    BankModel *model = training_find(trainer, "layers=4"), *other = training_find(trainer, "layers=3");
    BankModel *both[] = {model, other};
    trainer_set_pace(trainer, 100);
    trainer_show(trainer, &model, 1);
    trainer_play(trainer, true);
    (void)training_wait_for_step(model, 5);
    trainer_play(trainer, false);
    TRAINING_WAIT_UNTIL(training_look(model)->test_step == training_look(model)->step); // at rest
    trainer_show(trainer, both, 2);
    training_settle(trainer, both, 2);
    training_settle(trainer, both, 2);
    assert_int_equal(training_look(other)->step, 0);
    trainer_restart(trainer);
    TRAINING_WAIT_UNTIL(training_look(model)->restarts == 1 && training_look(other)->restarts == 1);
    training_settle(trainer, both, 2);
    training_settle(trainer, both, 2);
    assert_int_equal(training_look(model)->step, 0);
    assert_int_equal(training_look(other)->step, 0);
    trainer_destroy(trainer);
}

// The first steps are kept to go back to, at any pace.
static void first_steps_are_kept(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1000);
    BankModel *model = training_find(trainer, "layers=4,batch=10");
    trainer_set_pace(trainer, 200);
    trainer_show(trainer, &model, 1);
    trainer_play(trainer, true);
    (void)training_wait_for_step(model, 17);
    for (int64_t step = 1; step <= 16; step *= 2)
        assert_int_equal(training_recall_step(trainer, model, step), step);
    trainer_destroy(trainer);
}

// A pace that is set anew as it is brings no batch forward; the least there is is not too little for the clock.
static void the_same_pace_brings_no_batch_forward(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1000);
    BankModel *model = training_find(trainer, "layers=4");
    trainer_show(trainer, &model, 1);
    trainer_set_pace(trainer, DBL_MIN);
    trainer_play(trainer, true);
    (void)training_wait_for_step(model, 1);
    for (int i = 0; i < 20; i++) {
        trainer_set_pace(trainer, DBL_MIN);
        training_nap();
    }
    training_settle(trainer, &model, 1);
    assert_int_equal(training_look(model)->step, 1);
    trainer_destroy(trainer);
}

// Between batches that are far apart each gets its figures.
static void slow_batches_have_figures(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1000);
    BankModel *model = training_find(trainer, "layers=4");
    trainer_set_pace(trainer, 2);
    trainer_show(trainer, &model, 1);
    trainer_play(trainer, true);
    (void)training_wait_for_step(model, 2);
    TRAINING_WAIT_UNTIL(training_look(model)->test_step == 2 || training_look(model)->test_step == 3);
    assert_true(training_look(model)->test_step % training_look(model)->steps_per_epoch != 0);
    trainer_destroy(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(models_are_no_faster_than_asked),
                                       cmocka_unit_test(weights_are_the_same_at_any_pace),
                                       cmocka_unit_test(nothing_else_waits_for_a_batch),
                                       cmocka_unit_test(who_is_ahead_does_not_wait_for_who_is_behind),
                                       cmocka_unit_test(a_lower_pace_finds_all_in_step),
                                       cmocka_unit_test(a_pause_trains_nobody_else),
                                       cmocka_unit_test(first_steps_are_kept),
                                       cmocka_unit_test(the_same_pace_brings_no_batch_forward),
                                       cmocka_unit_test(slow_batches_have_figures)};
    return cmocka_run_group_tests(tests, training_begin, training_end);
}
