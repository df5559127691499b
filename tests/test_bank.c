// The bank: the history of a model, what it keeps when it breaks, and which models stay when the bank is full.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/model_layers.h"
#include "synthetic.h"
#include "training.h"
#include "training/bank.h"

// ---- history ------------------------------------------------------------------------------------------------------

// Epochs rise from 0 in steps of spacing; the newest may be any.
static void check_history(const EpochRecord *history, int count, int spacing, int newest)
{
    assert_int_equal(count, newest / spacing + 1 + (newest % spacing != 0));
    assert_in_range(count, 1, HISTORY_MAX);
    for (int i = 0; i < count - 1; i++)
        assert_int_equal(history[i].epoch, i * spacing);
    assert_int_equal(history[count - 1].epoch, newest);
}

static void a_long_history_is_thinned_evenly(void **state)
{
    (void)state;
    Dataset few = {.train = synthetic_create(8, DIGIT_PIXELS, 1), .test = synthetic_create(4, DIGIT_PIXELS, 2)};
    Trainer *trainer = trainer_create(&(TrainerOptions){.dataset = &few, .thread_count = 1, .every_epoch = true}, NULL);
    assert_non_null(trainer);
    BankModel *model = training_find(trainer, "layers=1,batch=8");
    static const struct {
        int epoch, spacing;
    } goals[] = {{HISTORY_MAX - 1, 1},     {HISTORY_MAX, 2},         {HISTORY_MAX + 1, 2}, {HISTORY_MAX + 2, 2},
                 {2 * HISTORY_MAX - 2, 2}, {2 * HISTORY_MAX - 1, 4}, {2 * HISTORY_MAX, 4}};
    for (size_t i = 0; i < sizeof goals / sizeof *goals; i++) {
        trainer_set_goal(trainer, goals[i].epoch, -1);
        training_run(trainer, &model, 1);
        TRAINING_WAIT_UNTIL(training_look(model)->test_epoch == goals[i].epoch);
        const Snapshot *snapshot = training_look(model);
        check_history(snapshot->history, snapshot->history_count, goals[i].spacing, goals[i].epoch);
        assert_true(snapshot->history[snapshot->history_count - 1].test[LOSS_BCE] ==
                    (float)snapshot->test.mean[LOSS_BCE]);
    }
    trainer_set_goal(trainer, 5, -1);
    trainer_restart(trainer); // begins at a spacing of one again
    TRAINING_WAIT_UNTIL(training_look(model)->restarts > 0);
    TRAINING_WAIT_UNTIL(training_look(model)->test_epoch == 5);
    check_history(training_look(model)->history, training_look(model)->history_count, 1, 5);
    trainer_destroy(trainer);
    synthetic_free(&few.train);
    synthetic_free(&few.test);
}

// The figure tells one record from another of the same epoch.
static void record(BankModel *model, int epoch, float figure)
{
    bank_model_record(model, (EpochRecord){.epoch = epoch, .test = {[LOSS_BCE] = figure}});
    assert_in_range(model->history_count, 1, HISTORY_MAX);
    assert_int_equal(model->history[model->history_count - 1].epoch, epoch);
    assert_true(model->history[model->history_count - 1].test[LOSS_BCE] == figure);
    for (int i = 1; i < model->history_count; i++)
        assert_true(model->history[i].epoch > model->history[i - 1].epoch);
}

static void what_was_recorded_again_is_replaced(void **state)
{
    (void)state;
    const Spec spec = synthetic_spec("layers=1");
    BankModel *model = bank_model_create(&spec, NULL);
    assert_non_null(model);
    for (int epoch = 0; epoch < 10; epoch++)
        record(model, epoch, 1.0f);
    record(model, 9, 2.0f); // the same epoch: in its place
    assert_int_equal(model->history_count, 10);
    assert_true(model->history[8].test[LOSS_BCE] == 1.0f);
    record(model, 4, 3.0f); // an earlier one: what lay behind it is another training's
    check_history(model->history, model->history_count, 1, 4);
    assert_true(model->history[3].test[LOSS_BCE] == 1.0f);
    record(model, 0, 4.0f);
    assert_int_equal(model->history_count, 1);
    bank_model_destroy(model);
}

// Measured rarely, far apart: one doubling of the spacing may make no room, as all epochs are multiples of it.
static void thinning_goes_on_until_there_is_room(void **state)
{
    (void)state;
    const Spec spec = synthetic_spec("layers=1");
    BankModel *model = bank_model_create(&spec, NULL);
    assert_non_null(model);
    for (int i = 0; i <= HISTORY_MAX; i++)
        record(model, 8 * i, 1.0f);
    check_history(model->history, model->history_count, 16, 8 * HISTORY_MAX);
    for (int i = HISTORY_MAX + 1; i <= 3 * HISTORY_MAX; i++)
        record(model, 8 * i, 1.0f);
    check_history(model->history, model->history_count, 32, 24 * HISTORY_MAX);
    bank_model_destroy(model);
}

// ---- broken models ------------------------------------------------------------------------------------------------

// What a plain learner's weights say after the step that breaks it.
static void check_broken_why(BankModel *model, const Snapshot *snapshot)
{
    char expected[64];
    Pool *pool = pool_create(1, NULL);
    const Model *shape = bank_model_shape(model);
    Learner *learner = learner_create(shape, &(LearnerOptions){.train = &training_data.train, .pool = pool}, NULL);
    assert_non_null(learner);
    while (learner_broken_step(learner) < 0)
        (void)learner_step(learner);
    model_describe_broken(shape, learner_parameters(learner), expected, sizeof expected);
    assert_int_equal(snapshot->broken_step, learner_broken_step(learner));
    assert_string_equal(snapshot->broken_why, expected);
    assert_true(strstr(expected, "coder.0.") && strstr(expected, " became "));
    learner_destroy(learner);
    pool_destroy(pool);
}

// Each moment is of a step before the one that broke the model.
static void check_moments_are_finite(Trainer *trainer, BankModel *model, int64_t broken)
{
    int64_t steps[MOMENTS_MAX + 1];
    const int count = trainer_list_moments(trainer, model, steps);
    assert_true(count > 0 && steps[0] == 0);
    for (int i = 0; i < count; i++) {
        Moment *moment = trainer_recall(trainer, model, steps[i]);
        assert_true(moment->step < broken && model_is_finite(&moment->model, moment->parameters));
        moment_release(moment);
    }
}

static void broken_models_keep_their_last_finite_weights(void **state)
{
    (void)state;
    Trainer *trainer = training_create(2, 1000);
    BankModel *models[] = {
        training_find(trainer, "loss=mse,output=linear,hidden=leaky_relu,optimizer=sgd,lr=100,batch=32"),
        training_find(trainer, "layers=4,batch=32")};
    trainer_show(trainer, models, 2);
    trainer_play(trainer, true);
    TRAINING_WAIT_UNTIL(training_look(models[0])->broken_step > 0);
    const int64_t broken = training_look(models[0])->broken_step;
    const Snapshot *snapshot = training_look(models[0]);
    assert_true(snapshot->step < broken && snapshot->step >= 0);
    training_check_model(models[0], snapshot, snapshot->step);
    check_broken_why(models[0], snapshot);
    check_moments_are_finite(trainer, models[0], broken);
    (void)training_wait_for_step(models[1], broken + 2 * SLICE); // the other goes on
    assert_int_equal(training_look(models[0])->broken_step, broken);
    assert_string_equal(training_look(models[1])->broken_why, "");
    trainer_restart(trainer); // and breaks again at the same step
    for (int i = 0; i < PATIENCE_MS; i++) {
        snapshot = training_look(models[0]);
        assert_int_equal(snapshot->broken_step < 0, snapshot->broken_why[0] == 0);
        if (snapshot->restarts == 1 && snapshot->broken_step >= 0)
            break;
        training_nap();
    }
    assert_int_equal(training_look(models[0])->broken_step, broken);
    check_broken_why(models[0], training_look(models[0]));
    trainer_destroy(trainer);
}

// Each step is a quarter of an epoch here, so that a moment is kept of every one of them.
static void the_step_that_breaks_a_model_is_no_moment(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1000);
    BankModel *model =
        training_find(trainer, "loss=mse,output=linear,hidden=leaky_relu,optimizer=sgd,lr=100,batch=250");
    trainer_show(trainer, &model, 1);
    trainer_play(trainer, true);
    TRAINING_WAIT_UNTIL(training_look(model)->broken_step >= 0);
    const Snapshot *snapshot = training_look(model);
    check_moments_are_finite(trainer, model, snapshot->broken_step);
    assert_int_equal(training_recall_step(trainer, model, INT64_MAX), snapshot->broken_step - 1);
    trainer_destroy(trainer);
}

static void the_first_parameter_that_is_not_finite_is_named(void **state)
{
    (void)state;
    static const char *const names[] = {"encoder.0", "encoder.2", "decoder.0", "decoder.2"};
    const Spec spec = synthetic_spec("layers=12,4,12");
    const Model model = model_create(&spec, DIGIT_PIXELS);
    float *parameters = calloc(model.parameter_count, sizeof *parameters);
    char text[64], expected[64];
    assert_non_null(parameters);
    model_describe_broken(&model, parameters, text, sizeof text);
    assert_string_equal(text, "");
    for (int i = 3; i >= 0; i--) // from the last on, so that each is the first
        for (int is_weight = 0; is_weight < 2; is_weight++) {
            const Layer *layer = &model.layers[i];
            float *last = &parameters[is_weight ? layer->weight_offset + (size_t)(layer->in - 1) * layer->stride +
                                                      (size_t)layer->out - 1
                                                : layer->bias_offset + (size_t)layer->out - 1];
            static const float bad[] = {NAN, -INFINITY, INFINITY};
            for (int j = 0; j < 3; j++) {
                *last = bad[j];
                model_describe_broken(&model, parameters, text, sizeof text);
                (void)snprintf(expected, sizeof expected, "%s.%s became %s", names[i], is_weight ? "weight" : "bias",
                               j == 0 ? "NaN" : "infinite");
                assert_string_equal(text, expected);
            }
        }
    free(parameters);
}

// ---- a full bank --------------------------------------------------------------------------------------------------

static void full_bank_drops_what_nobody_looks_at(void **state)
{
    (void)state;
    Trainer *trainer = training_create(2, 1000);
    BankModel *shown = training_find(trainer, "layers=2,batch=20,seed=1");
    trainer_show(trainer, &shown, 1);
    trainer_play(trainer, true);
    (void)training_wait_for_step(shown, 10);
    for (int i = 0; i < 2 * BANK_MAX + 9; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "layers=2,batch=20,seed=%d", 100 + i);
        BankModel *pair[] = {shown, training_find(trainer, text)};
        trainer_show(trainer, pair, 2);
        assert_int_equal(training_look(pair[1])->broken_step, -1);
    }
    assert_ptr_equal(training_find(trainer, "layers=2,batch=20,seed=1"), shown);
    (void)training_wait_for_step(shown, training_look(shown)->step + 10);
    BankModel *again = training_find(trainer, "layers=2,batch=20,seed=100"); // long gone: starts anew
    assert_int_equal(training_look(again)->step, 0);
    trainer_destroy(trainer);
}

static void held_models_stay_in_a_full_bank(void **state)
{
    (void)state;
    Trainer *trainer =
        trainer_create(&(TrainerOptions){.dataset = &training_data, .thread_count = 1, .epochs = 1}, NULL);
    assert_non_null(trainer);
    Spec spec = spec_default();
    BankModel *held = trainer_find(trainer, &spec, NULL);
    assert_non_null(held);
    trainer_hold(trainer, held);
    for (uint32_t seed = 2; seed < 2 * BANK_MAX; seed++) {
        spec.seed = seed;
        BankModel *model = trainer_find(trainer, &spec, NULL);
        assert_non_null(model);
        trainer_show(trainer, &model, 1);
    }
    bool changed;
    assert_int_equal(bank_model_latest(held, &changed)->step, 0);
    assert_int_equal(bank_model_shape(held)->spec.seed, 1);
    trainer_release(trainer, held);
    trainer_destroy(trainer);
}

// Everything that may be in use is: held models, others on show, and the one that was on show before, which the
// training thread may have in hand still. New models find room all the same.
static void a_bank_full_of_models_in_use_has_room(void **state)
{
    (void)state;
    Trainer *trainer = training_create(1, 1);
    BankModel *before = training_find(trainer, "layers=1,batch=1000,seed=1"), *held[TRAINER_HELD_MAX],
              *shown[TRAINER_SHOWN_MAX];
    trainer_play(trainer, true);
    char text[64];
    for (int i = 0; i < TRAINER_HELD_MAX; i++) {
        (void)snprintf(text, sizeof text, "layers=1,batch=1000,seed=%d", 100 + i);
        held[i] = training_find(trainer, text);
        trainer_hold(trainer, held[i]);
    }
    trainer_show(trainer, &before, 1);
    for (int i = 0; i < TRAINER_SHOWN_MAX; i++) {
        (void)snprintf(text, sizeof text, "layers=1,batch=1000,seed=%d", 1000 + i);
        shown[i] = training_find(trainer, text);
    }
    trainer_show(trainer, shown, TRAINER_SHOWN_MAX);
    for (int i = 0; i < 2 * BANK_MAX; i++) {
        (void)snprintf(text, sizeof text, "layers=1,batch=1000,seed=%d", 2000 + i);
        assert_int_equal(training_look(training_find(trainer, text))->step, 0);
    }
    for (int i = 0; i < TRAINER_SHOWN_MAX; i++)
        assert_int_equal(bank_model_shape(shown[i])->spec.seed, 1000 + i);
    for (int i = 0; i < TRAINER_HELD_MAX; i++) {
        assert_int_equal(bank_model_shape(held[i])->spec.seed, 100 + i);
        trainer_release(trainer, held[i]);
    }
    for (int i = 0; i < TRAINER_HELD_MAX; i++) // released: as many may be held again
        trainer_hold(trainer, training_find(trainer, i % 2 ? "layers=1" : "layers=2"));
    trainer_destroy(trainer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_history_is_thinned_evenly),
        cmocka_unit_test(what_was_recorded_again_is_replaced),
        cmocka_unit_test(thinning_goes_on_until_there_is_room),
        cmocka_unit_test(broken_models_keep_their_last_finite_weights),
        cmocka_unit_test(the_step_that_breaks_a_model_is_no_moment),
        cmocka_unit_test(the_first_parameter_that_is_not_finite_is_named),
        cmocka_unit_test(full_bank_drops_what_nobody_looks_at),
        cmocka_unit_test(held_models_stay_in_a_full_bank),
        cmocka_unit_test(a_bank_full_of_models_in_use_has_room),
    };
    return cmocka_run_group_tests(tests, training_begin, training_end);
}
