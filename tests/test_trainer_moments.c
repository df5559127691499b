// Going back in time: the moments that the trainer keeps of a model, and their figures.
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "training.h"

static void check_moments(Trainer *trainer, BankModel *model, const int64_t *expected, int expected_count)
{
    int64_t steps[MOMENTS_MAX + 1];
    assert_int_equal(trainer_list_moments(trainer, model, steps), expected_count);
    assert_memory_equal(steps, expected, (size_t)expected_count * sizeof *steps);
    for (int i = 0; i < expected_count; i++) {
        Moment *moment = trainer_recall(trainer, model, steps[i]);
        assert_non_null(moment);
        assert_int_equal(moment->step, steps[i]);
        training_check_weights(&moment->model, moment->parameters, steps[i]);
        training_check_figures(moment);
        moment_release(moment);
    }
}

static void moments_are_a_plain_learners_weights(void **state)
{
    (void)state;
    static const int64_t of_ten[] = {0, 1, 2, 3, 4, 5, 8, 10, 13, 15, 18, 20};
    static const int64_t of_sixteen[] = {0, 1, 2, 4, 8, 12, 16, 20, 24, 28, 32};
    Trainer *trainer = training_create(2, 2);
    BankModel *models[] = {training_find(trainer, "layers=16,batch=100,noise=0.1"),
                           training_find(trainer, "layers=12,4,12,output=relu,batch=64"),
                           training_find(trainer, "layers=3")};
    training_run(trainer, models, 2);
    check_moments(trainer, models[0], of_ten, 12);
    check_moments(trainer, models[1], of_sixteen, 11);
    for (int64_t step = 0; step < 25; step++) {
        int64_t expected = 0;
        for (int i = 0; i < 12; i++)
            expected = of_ten[i] <= step ? of_ten[i] : expected;
        assert_int_equal(training_recall_step(trainer, models[0], step), expected);
    }
    assert_int_equal(training_recall_step(trainer, models[0], -1), -1);
    assert_int_equal(training_recall_step(trainer, models[1], INT64_MAX), 32);
    int64_t steps[MOMENTS_MAX + 1];
    assert_int_equal(trainer_list_moments(trainer, models[2], steps), 0); // never shown
    assert_null(trainer_recall(trainer, models[2], 0));
    trainer_destroy(trainer);
}

static void recalled_moments_are_measured_and_somebody_is_woken(void **state)
{
    (void)state;
    Trainer *trainer = training_create(2, 2);
    BankModel *model = training_find(trainer, "layers=6,batch=100");
    training_run(trainer, &model, 1);
    Moment *end_of_epoch = trainer_recall(trainer, model, 10), *first_step = trainer_recall(trainer, model, 1);
    assert_true(atomic_load(&end_of_epoch->is_measured)); // for the curves
    training_check_figures(end_of_epoch);
    training_check_figures(first_step);
    const int before = training_wakes_at_rest(trainer, &model, 1);
    Moment *again = trainer_recall(trainer, model, 1), *other = trainer_recall(trainer, model, 13);
    assert_ptr_equal(again, first_step);
    training_check_figures(other);
    TRAINING_WAIT_UNTIL(training_wakes() != before);
    moment_release(end_of_epoch);
    moment_release(first_step);
    moment_release(again);
    moment_release(other);
    trainer_destroy(trainer);
}

// More moments are recalled at once than can wait; those that were dropped are measured once they are recalled again.
static void moments_that_are_asked_for_again_are_measured_in_the_end(void **state)
{
    (void)state;
    enum { MODELS = 4, EACH = 14 };
    Trainer *trainer = training_create(1, 3);
    BankModel *models[MODELS];
    Moment *moments[MODELS * EACH];
    for (int i = 0; i < MODELS; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "layers=6,batch=100,seed=%d", i + 1);
        models[i] = training_find(trainer, text);
    }
    training_run(trainer, models, MODELS);
    for (int i = 0; i < MODELS; i++) {
        int64_t steps[MOMENTS_MAX + 1];
        assert_true(trainer_list_moments(trainer, models[i], steps) >= EACH);
        for (int j = 0; j < EACH; j++)
            moments[i * EACH + j] = trainer_recall(trainer, models[i], steps[j]);
    }
    for (int i = 0; i < MODELS * EACH; i++) {
        moment_release(trainer_recall(trainer, models[i / EACH], moments[i]->step));
        training_check_figures(moments[i]);
        moment_release(moments[i]);
    }
    trainer_destroy(trainer);
}

static void moments_of_a_long_training_are_thinned(void **state)
{
    (void)state;
    enum { EPOCHS = 50 };
    Trainer *trainer = training_create(2, EPOCHS);
    BankModel *models[] = {training_find(trainer, "layers=2,batch=500"), training_find(trainer, "layers=3,batch=500")};
    int64_t steps[MOMENTS_MAX + 1];
    training_run(trainer, models, 1);
    int count = trainer_list_moments(trainer, models[0], steps);
    assert_in_range(count, MOMENTS_MAX / 2, MOMENTS_MAX);
    assert_int_equal(steps[0], 0);
    assert_int_equal(steps[count - 1], 2 * EPOCHS);
    for (int i = 1; i < count; i++)
        assert_true(steps[i] > steps[i - 1] && steps[i] - steps[i - 1] <= 8);
    trainer_play(trainer, false);
    training_settle(trainer, models, 1);
    trainer_show(trainer, models + 1, 1); // what is hidden keeps its history
    const int before = count;
    count = trainer_list_moments(trainer, models[0], steps);
    assert_int_equal(count, before);
    Moment *middle = trainer_recall(trainer, models[0], EPOCHS);
    assert_in_range(middle->step, EPOCHS - 8, EPOCHS);
    training_check_weights(&middle->model, middle->parameters, middle->step);
    moment_release(middle);
    trainer_destroy(trainer);
}

static void the_kept_step_is_kept(void **state)
{
    (void)state;
    static const int64_t steps[] = {37, 101}; // no quarter of an epoch; behind the end
    for (int i = 0; i < 2; i++) {
        Trainer *trainer = trainer_create(
            &(TrainerOptions){.dataset = &training_data, .thread_count = 2, .epochs = 10, .kept_step = steps[i]}, NULL);
        assert_non_null(trainer);
        BankModel *model = training_find(trainer, "layers=4,batch=100");
        training_run(trainer, &model, 1);
        assert_int_equal(training_recall_step(trainer, model, 101), 100);
        trainer_play(trainer, false);
        training_settle(trainer, &model, 1);
        if (steps[i] < 100) {
            Moment *moment = trainer_recall(trainer, model, steps[i]);
            assert_int_equal(moment->step, steps[i]);
            training_check_weights(&moment->model, moment->parameters, steps[i]);
            moment_release(moment);
        }
        trainer_destroy(trainer);
    }
}

static void restart_forgets_the_moments(void **state)
{
    (void)state;
    Trainer *trainer = training_create(2, 2);
    BankModel *model = training_find(trainer, "layers=6,batch=100");
    training_run(trainer, &model, 1);
    Moment *before = trainer_recall(trainer, model, 15);
    trainer_play(trainer, false);
    trainer_restart(trainer);
    TRAINING_WAIT_UNTIL(training_look(model)->restarts > 0);
    check_moments(trainer, model, (int64_t[]){0}, 1);
    assert_int_equal(training_recall_step(trainer, model, 15), 0);
    training_check_figures(before);
    moment_release(before);
    trainer_step(trainer);
    (void)training_wait_for_step(model, 1);
    check_moments(trainer, model, (int64_t[]){0, 1}, 2);
    trainer_destroy(trainer);
}

static void parameters_that_are_put_in_are_a_moment(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 2);
    BankModel *model = training_find(trainer, "layers=6,batch=100");
    const size_t n = bank_model_shape(model)->parameter_count;
    float *parameters = calloc(n, sizeof *parameters);
    assert_non_null(parameters);
    trainer_show(trainer, &model, 1);
    trainer_set_parameters(trainer, model, parameters, 10);
    (void)training_wait_for_step(model, 10);
    assert_int_equal(training_recall_step(trainer, model, 9), -1);
    Moment *moment = trainer_recall(trainer, model, 10);
    assert_int_equal(moment->step, 10);
    assert_memory_equal(moment->parameters, parameters, n * sizeof *parameters);
    training_check_figures(moment);
    moment_release(moment);
    free(parameters);
    trainer_destroy(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_a_plain_learners_weights),
        cmocka_unit_test(recalled_moments_are_measured_and_somebody_is_woken),
        cmocka_unit_test(moments_that_are_asked_for_again_are_measured_in_the_end),
        cmocka_unit_test(moments_of_a_long_training_are_thinned),
        cmocka_unit_test(the_kept_step_is_kept),
        cmocka_unit_test(restart_forgets_the_moments),
        cmocka_unit_test(parameters_that_are_put_in_are_a_moment),
    };
    return cmocka_run_group_tests(tests, training_begin, training_end);
}
