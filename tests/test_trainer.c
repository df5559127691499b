// The trainer: fairness, catching up, pausing, stepping, restarting, and that its weights are a plain learner's bit for
// bit.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "training.h"

static void new_models_show_initial_weights_at_once(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1);
    BankModel *model = training_find(trainer, "layers=5");
    training_check_model(model, training_look(model), 0);
    assert_int_equal(training_look(model)->broken_step, -1);
    assert_ptr_equal(training_find(trainer, "layers=5"), model);
    trainer_destroy(trainer);
    trainer_destroy(NULL);
}

static void weights_are_a_plain_learners(void **state)
{
    (void)state;
    static const int threads[] = {1, 3};
    for (int i = 0; i < 2; i++) {
        Trainer *trainer = training_create(threads[i], 3);
        BankModel *models[] = {training_find(trainer, "layers=16,batch=100,noise=0.1"),
                               training_find(trainer, "layers=12,4,12,output=relu,batch=64")};
        trainer_show(trainer, models, 2);
        trainer_play(trainer, true);
        (void)training_wait_for_step(models[0], 5);
        trainer_play(trainer, false); // in the middle of an epoch
        training_settle(trainer, models, 2);
        trainer_play(trainer, true);
        training_wait_until_idle(trainer);
        training_settle(trainer, models, 2);
        for (int j = 0; j < 2; j++) {
            const Snapshot *snapshot = training_look(models[j]);
            training_check_model(models[j], snapshot, 3 * snapshot->steps_per_epoch);
            const int last = snapshot->history_count - 1;
            assert_int_equal(last, 3); // epochs 0 to 3
            assert_int_equal(snapshot->history[last].epoch, 3);
            assert_int_equal(snapshot->test_epoch, 3);
            assert_int_equal(snapshot->test.images, TEST_IMAGES);
            assert_true((float)snapshot->test.mean[LOSS_BCE] == snapshot->history[last].test[LOSS_BCE]);
            assert_true(snapshot->history[last].train[LOSS_BCE] < snapshot->history[0].train[LOSS_BCE]);
        }
        trainer_destroy(trainer);
    }
}

// The test set is about as large as the training set here, so that there is no time to measure after every epoch.
static void measuring_is_rare_and_the_same_for_all(void **state)
{
    (void)state;
    enum { EPOCHS = 30 };
    Trainer *trainer = training_create(2, EPOCHS);
    BankModel *models[] = {training_find(trainer, "layers=8"), training_find(trainer, "layers=8,loss=mse"),
                           training_find(trainer, "layers=6")};
    training_run(trainer, models, 3);
    training_settle(trainer, models, 3);
    const Snapshot *first = training_look(models[0]);
    assert_in_range(first->history_count, 6, EPOCHS);
    for (int i = 0; i <= 4; i++)
        assert_int_equal(first->history[i].epoch, i);
    assert_int_equal(first->history[first->history_count - 1].epoch, EPOCHS);
    for (int j = 1; j < 3; j++) {
        const Snapshot *other = training_look(models[j]);
        assert_int_equal(other->history_count, first->history_count);
        for (int i = 0; i < first->history_count; i++)
            assert_int_equal(other->history[i].epoch, first->history[i].epoch);
    }
    trainer_destroy(trainer);
}

static void every_epoch_is_measured_where_that_is_asked_for(void **state)
{
    (void)state;
    enum { EPOCHS = 20 };
    Trainer *trainer = trainer_create(
        &(TrainerOptions){.dataset = &training_data, .thread_count = 2, .epochs = EPOCHS, .every_epoch = true}, NULL);
    assert_non_null(trainer);
    BankModel *models[] = {training_find(trainer, "layers=8"), training_find(trainer, "layers=6,loss=mse")};
    training_run(trainer, models, 2);
    training_settle(trainer, models, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(training_look(models[i])->history_count, EPOCHS + 1);
        for (int epoch = 0; epoch <= EPOCHS; epoch++)
            assert_int_equal(training_look(models[i])->history[epoch].epoch, epoch);
    }
    trainer_destroy(trainer);
}

static void models_on_show_stay_together(void **state)
{
    (void)state;
    Trainer *trainer = training_create(2, 1000);
    BankModel *models[] = {training_find(trainer, "layers=4,batch=10"),
                           training_find(trainer, "layers=40,20,40,batch=10,loss=mse")};
    trainer_show(trainer, models, 2);
    trainer_play(trainer, true);
    for (int i = 0; i < 5; i++) { // the pause lets both come to rest, so that they can be compared at one moment
        (void)training_wait_for_step(models[1], 20 + 25 * i);
        trainer_play(trainer, false);
        training_settle(trainer, models, 2);
        const int64_t a = training_look(models[0])->step, b = training_look(models[1])->step;
        assert_true(llabs(a - b) <= SLICE);
        trainer_play(trainer, true);
    }
    BankModel *late[] = {models[0], models[1], training_find(trainer, "layers=8,batch=10,output=clip")};
    trainer_show(trainer, late, 3);
    const int64_t others = training_look(models[0])->step; // at most a slice that was under way is still to come
    (void)training_wait_for_step(late[2], others);         // catches up
    trainer_play(trainer, false);
    training_settle(trainer, late, 3);
    const int64_t newest = training_look(late[2])->step, oldest = training_look(late[0])->step;
    assert_true(llabs(newest - oldest) <= SLICE);
    trainer_destroy(trainer);
}

static void pause_stops_and_hidden_models_keep_their_step(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1000);
    BankModel *a = training_find(trainer, "layers=4,batch=20"), *b = training_find(trainer, "layers=5,batch=20");
    trainer_show(trainer, &a, 1);
    assert_false(trainer_is_busy(trainer));
    trainer_play(trainer, true);
    assert_true(trainer_is_busy(trainer));
    (void)training_wait_for_step(a, 30);
    trainer_show(trainer, &b, 1);
    training_settle(trainer, &b, 1);
    const int64_t held = training_look(a)->step;
    (void)training_wait_for_step(b, 30);
    assert_int_equal(training_look(a)->step, held);
    trainer_play(trainer, false);
    assert_false(trainer_is_busy(trainer));
    training_settle(trainer, &b, 1);
    const int64_t paused = training_look(b)->step;
    for (int i = 0; i < 50; i++)
        training_nap();
    assert_int_equal(training_look(b)->step, paused);
    trainer_show(trainer, &a, 1); // comes back with its progress
    trainer_play(trainer, true);
    (void)training_wait_for_step(a, held + 1);
    trainer_destroy(trainer);
}

static void one_step_is_one_batch_each(void **state)
{
    (void)state;
    Trainer *trainer = training_create(2, 1);
    BankModel *models[] = {training_find(trainer, "layers=4,batch=100"), training_find(trainer, "layers=5,batch=50")};
    trainer_show(trainer, models, 2);
    trainer_step(trainer); // before the data is there, before the models have learners: not lost
    for (int i = 0; i < 2; i++) {
        (void)training_wait_for_step(models[i], 1);
        training_settle(trainer, models, 2);
        assert_int_equal(training_look(models[i])->step, 1);
    }
    for (int i = 0; i < 5; i++)
        trainer_step(trainer);
    for (int i = 0; i < 2; i++) {
        (void)training_wait_for_step(models[i], 6);
        training_settle(trainer, models, 2);
        training_check_model(models[i], training_look(models[i]), 6);
    }
    for (int i = 0; i < 17; i++) // beyond the epochs that playing would stop at
        trainer_step(trainer);
    (void)training_wait_for_step(models[0], 23);
    training_settle(trainer, models, 2);
    training_check_model(models[0], training_look(models[0]), 23);
    trainer_destroy(trainer);
}

static void restart_goes_back_to_the_beginning(void **state)
{
    (void)state;
    Trainer *trainer = training_create(2, 1);
    BankModel *model = training_find(trainer, "layers=6,batch=100");
    training_run(trainer, &model, 1);
    training_settle(trainer, &model, 1);
    training_check_model(model, training_look(model), 10);
    trainer_play(trainer, false);
    trainer_restart(trainer);
    TRAINING_WAIT_UNTIL(training_look(model)->restarts > 0);
    const Snapshot *snapshot = training_look(model);
    assert_int_equal(snapshot->restarts, 1);
    assert_int_equal(snapshot->history_count, 1);
    training_check_model(model, snapshot, 0);
    trainer_set_goal(trainer, 2, -1);
    trainer_play(trainer, true);
    training_wait_until_idle(trainer);
    training_settle(trainer, &model, 1);
    training_check_model(model, training_look(model), 20);
    trainer_destroy(trainer);
}

static void parameters_can_be_put_in(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1);
    BankModel *model = training_find(trainer, "layers=6,batch=100,optimizer=sgd");
    const size_t n = bank_model_shape(model)->parameter_count;
    float *parameters = calloc(n, sizeof *parameters);
    assert_non_null(parameters);
    trainer_show(trainer, &model, 1);
    trainer_set_parameters(trainer, model, parameters, 10);
    const Snapshot *snapshot = training_wait_for_step(model, 10);
    assert_memory_equal(snapshot->parameters, parameters, n * sizeof *parameters);
    assert_true(fabs(snapshot->test.mean[LOSS_BCE] - log(2.0)) < 1e-6);
    assert_int_equal(snapshot->test_epoch, 1);
    free(parameters);
    trainer_destroy(trainer);
}

static void destroy_may_come_at_any_time(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        Trainer *trainer = training_create(1 + i % 3, 1000);
        BankModel *models[] = {training_find(trainer, "layers=4"), training_find(trainer, "layers=8,loss=mse")};
        trainer_show(trainer, models, 2);
        trainer_play(trainer, true);
        for (int j = 0; j < i; j++)
            training_nap();
        trainer_destroy(trainer);
    }
}

static void somebody_is_woken_when_there_is_news(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1);
    BankModel *model = training_find(trainer, "layers=4,batch=10");
    trainer_show(trainer, &model, 1);
    TRAINING_WAIT_UNTIL(training_look(model)->test.images > 0);
    const int before = training_wakes();
    trainer_play(trainer, true);
    training_wait_until_idle(trainer); // many slices, of which nobody took one
    for (int i = 0; i < 20; i++)
        training_nap();
    assert_in_range(training_wakes(), before + 1, before + 2); // the second: that it rests, where it had a speed
    assert_non_null(trainer_dataset(trainer));
    assert_int_equal(trainer_test_facts(trainer)->images, TEST_IMAGES);
    trainer_destroy(trainer);
}

// Of one step, and measured.
static bool are_at_rest(BankModel *const *models, int count)
{
    const int64_t step = training_look(models[0])->step;
    for (int i = 0; i < count; i++)
        if (training_look(models[i])->step != step || training_look(models[i])->test_step != step)
            return false;
    return true;
}

// Wherever a pause falls, all models come to rest at one step, and their figures are of it.
static void models_at_rest_are_of_one_step_and_measured(void **state)
{
    (void)state;
    enum { MODELS = 3, PAUSES = 12 };
    Trainer *trainer = training_create(2, 100000);
    BankModel *models[MODELS] = {training_find(trainer, "layers=2,batch=10"),
                                 training_find(trainer, "loss=mse,layers=2,batch=10"),
                                 training_find(trainer, "loss=mae,layers=2,batch=10")};
    trainer_show(trainer, models, MODELS);
    int64_t step = 0;
    for (int pause = 0; pause < PAUSES; pause++) {
        trainer_play(trainer, true);
        TRAINING_WAIT_UNTIL(training_look(models[pause % MODELS])->step >= step + 3 * pause + 1);
        trainer_play(trainer, false);
        TRAINING_WAIT_UNTIL(are_at_rest(models, MODELS)); // which they may be for a moment at the end of an epoch, too
        training_settle(trainer, models, MODELS);
        TRAINING_WAIT_UNTIL(are_at_rest(models, MODELS));
        step = training_look(models[0])->step;
    }
    // a step of one model alone stays its own
    trainer_show(trainer, models, 1);
    trainer_step(trainer);
    TRAINING_WAIT_UNTIL(training_look(models[0])->test_step != step);
    trainer_show(trainer, models, MODELS);
    training_settle(trainer, models, MODELS);
    assert_int_equal(training_look(models[0])->step, step + 1);
    assert_int_equal(training_look(models[1])->step, step);
    trainer_destroy(trainer);
}

// All models come to rest exactly there, measured.
static void check_rest(Trainer *trainer, BankModel *const *models, int count, int64_t step)
{
    training_wait_until_idle(trainer);
    for (int i = 0; i < count; i++) {
        TRAINING_WAIT_UNTIL(training_look(models[i])->test_step == step);
        const Snapshot *snapshot = training_look(models[i]);
        training_check_model(models[i], snapshot, step);
        assert_int_equal(snapshot->test_step, step);
        assert_int_equal(snapshot->test_epoch, step / snapshot->steps_per_epoch);
        assert_int_equal(snapshot->test.images, TEST_IMAGES);
        const EpochRecord *last = &snapshot->history[snapshot->history_count - 1];
        assert_int_equal(last->epoch, step / snapshot->steps_per_epoch); // a point at the ends of epochs alone
        assert_true(((float)snapshot->test.mean[LOSS_BCE] == last->test[LOSS_BCE]) ==
                    (step % snapshot->steps_per_epoch == 0));
        Moment *moment = trainer_recall(trainer, models[i], step);
        assert_int_equal(moment->step, step);
        assert_true(atomic_load(&moment->is_measured));
        training_check_weights(&moment->model, moment->parameters, step);
        training_check_figures(moment);
        assert_true(moment->test.mean[LOSS_BCE] == snapshot->test.mean[LOSS_BCE]);
        moment_release(moment);
    }
}

static void training_pauses_behind_the_last_step(void **state)
{
    (void)state;
    static const int64_t steps[] = {23, 24, 40}; // the last is the end of an epoch of ten steps
    Trainer *trainer = training_create(2, 5);
    BankModel *models[] = {training_find(trainer, "layers=6,batch=100"),
                           training_find(trainer, "layers=8,output=relu,batch=64"),
                           training_find(trainer, "layers=5,loss=mse,batch=100")};
    trainer_show(trainer, models, 3);
    for (int i = 0; i < 3; i++) {
        trainer_set_goal(trainer, 5, steps[i]);
        trainer_play(trainer, true);
        if (i == 0)
            (void)training_wait_for_step(models[2], 23);
        check_rest(trainer, models, 3, steps[i]);
        training_settle(trainer, models, 3);
        for (int j = 0; j < 3; j++)
            assert_int_equal(training_look(models[j])->step, steps[i]);
    }
    trainer_set_goal(trainer, 5, 30); // they are past it
    assert_false(trainer_is_busy(trainer));
    training_settle(trainer, models, 3);
    assert_int_equal(training_look(models[0])->step, 40);
    trainer_set_goal(trainer, 5, 1000); // the epochs come first
    training_wait_until_idle(trainer);
    training_settle(trainer, models, 3);
    training_check_model(models[0], training_look(models[0]), 50);
    training_check_model(models[1], training_look(models[1]), 80);
    trainer_set_goal(trainer, 6, -1);
    training_wait_until_idle(trainer);
    training_settle(trainer, models, 3);
    training_check_model(models[0], training_look(models[0]), 60);
    trainer_destroy(trainer);
}

static void each_model_may_pause_behind_a_step_of_its_own(void **state)
{
    (void)state;
    Trainer *trainer = training_create(2, 5);
    BankModel *models[] = {training_find(trainer, "layers=6,batch=100"),
                           training_find(trainer, "layers=8,output=relu,batch=64"),
                           training_find(trainer, "layers=5,loss=mse,batch=100")};
    static const int64_t steps[] = {23, 7, 50}; // the last has none: all its epochs
    trainer_show(trainer, models, 3);
    trainer_set_model_goal(trainer, models[0], 23);
    trainer_set_model_goal(trainer, models[1], 7);
    trainer_play(trainer, true);
    training_wait_until_idle(trainer);
    training_settle(trainer, models, 3);
    for (int i = 0; i < 3; i++) {
        training_check_model(models[i], training_look(models[i]), steps[i]);
        assert_int_equal(training_look(models[i])->test_step, steps[i]);
    }
    trainer_set_goal(trainer, 5, 20); // the lesser of the two holds, and the first is past both
    assert_false(trainer_is_busy(trainer));
    trainer_set_model_goal(trainer, models[1], 30);
    training_wait_until_idle(trainer);
    training_settle(trainer, models, 3);
    training_check_model(models[1], training_look(models[1]), 20);
    trainer_set_model_goal(trainer, models[0], -1);
    trainer_set_goal(trainer, 4, -1);
    training_wait_until_idle(trainer);
    training_settle(trainer, models, 3);
    training_check_model(models[0], training_look(models[0]), 40);
    training_check_model(models[1], training_look(models[1]), 30);
    trainer_destroy(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_models_show_initial_weights_at_once),
        cmocka_unit_test(weights_are_a_plain_learners),
        cmocka_unit_test(measuring_is_rare_and_the_same_for_all),
        cmocka_unit_test(every_epoch_is_measured_where_that_is_asked_for),
        cmocka_unit_test(models_on_show_stay_together),
        cmocka_unit_test(pause_stops_and_hidden_models_keep_their_step),
        cmocka_unit_test(one_step_is_one_batch_each),
        cmocka_unit_test(restart_goes_back_to_the_beginning),
        cmocka_unit_test(parameters_can_be_put_in),
        cmocka_unit_test(destroy_may_come_at_any_time),
        cmocka_unit_test(each_model_may_pause_behind_a_step_of_its_own),
        cmocka_unit_test(somebody_is_woken_when_there_is_news),
        cmocka_unit_test(models_at_rest_are_of_one_step_and_measured),
        cmocka_unit_test(training_pauses_behind_the_last_step),
    };
    return cmocka_run_group_tests(tests, training_begin, training_end);
}
