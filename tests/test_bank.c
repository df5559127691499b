// The bank: what a model keeps when it breaks, and which models stay when the bank is full.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "synthetic.h"
#include "training.h"

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
    static const char *const names[] = {"encoder.0", "encoder.1", "decoder.0", "decoder.1"};
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_models_keep_their_last_finite_weights),
        cmocka_unit_test(the_step_that_breaks_a_model_is_no_moment),
        cmocka_unit_test(the_first_parameter_that_is_not_finite_is_named),
        cmocka_unit_test(full_bank_drops_what_nobody_looks_at),
        cmocka_unit_test(held_models_stay_in_a_full_bank),
    };
    return cmocka_run_group_tests(tests, training_begin, training_end);
}
