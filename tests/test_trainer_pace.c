// The trainer's pace: never faster than asked, the same weights, and what is asked for meanwhile does not wait.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_are_no_faster_than_asked), cmocka_unit_test(weights_are_the_same_at_any_pace),
        cmocka_unit_test(nothing_else_waits_for_a_batch), cmocka_unit_test(slow_batches_have_figures)};
    return cmocka_run_group_tests(tests, training_begin, training_end);
}
