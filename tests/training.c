#include "training.h"

#include <stdatomic.h>

#include "synthetic.h"

Dataset training_data;
static _Atomic int wakes;

int training_begin(void **state)
{
    (void)state;
    training_data.train = synthetic_create(TRAIN_IMAGES, DIGIT_PIXELS, 1);
    training_data.test = synthetic_create(TEST_IMAGES, DIGIT_PIXELS, 2);
    return 0;
}

int training_end(void **state)
{
    (void)state;
    synthetic_free(&training_data.train);
    synthetic_free(&training_data.test);
    return 0;
}

static void count_wake(void *context)
{
    (void)context;
    atomic_fetch_add(&wakes, 1);
}

int training_wakes(void) { return atomic_load(&wakes); }

void training_nap(void) { (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); }

Trainer *training_create(int threads, int epochs)
{
    Error error;
    Trainer *trainer = trainer_create(
        &(TrainerOptions){.dataset = &training_data, .thread_count = threads, .epochs = epochs, .wake = count_wake},
        &error);
    if (!trainer)
        fail_msg("%s", error.text);
    return trainer;
}

BankModel *training_find(Trainer *trainer, const char *text)
{
    const Spec spec = synthetic_spec(text);
    BankModel *model = trainer_find(trainer, &spec, NULL);
    assert_non_null(model);
    return model;
}

const Snapshot *training_look(BankModel *model)
{
    bool changed;
    const Snapshot *snapshot = bank_model_latest(model, &changed);
    const size_t n = bank_model_shape(model)->parameter_count;
    float sum = 0.0f;
    for (size_t i = 0; i < n; i++)
        sum += snapshot->parameters[i] - snapshot->parameters[i];
    assert_true(sum == 0.0f); // always finite
    return snapshot;
}

const Snapshot *training_wait_for_step(BankModel *model, int64_t step)
{
    for (int i = 0; i < PATIENCE_MS; i++) {
        const Snapshot *snapshot = training_look(model);
        if (snapshot->step >= step)
            return snapshot;
        training_nap();
    }
    fail_msg("step %lld was never reached", (long long)step);
    return NULL;
}

void training_wait_until_idle(Trainer *trainer) { TRAINING_WAIT_UNTIL(!trainer_is_busy(trainer)); }

void training_run(Trainer *trainer, BankModel *const *models, int count)
{
    trainer_show(trainer, models, count);
    trainer_play(trainer, true);
    training_wait_until_idle(trainer);
}

// A restart of another model, shown alone, can only be carried out after the slice under way.
void training_settle(Trainer *trainer, BankModel *const *shown, int count)
{
    BankModel *other = training_find(trainer, "layers=1,batch=1000,seed=77");
    const int64_t restarts = training_look(other)->restarts;
    trainer_show(trainer, &other, 1);
    trainer_restart(trainer);
    TRAINING_WAIT_UNTIL(training_look(other)->restarts > restarts);
    trainer_show(trainer, shown, count);
}

void training_check_weights(const Model *shape, const float *parameters, int64_t steps)
{
    Pool *pool = pool_create(1, NULL);
    Learner *learner = learner_create(shape, &(LearnerOptions){.train = &training_data.train, .pool = pool}, NULL);
    assert_non_null(learner);
    for (int64_t i = 0; i < steps; i++)
        (void)learner_step(learner);
    assert_memory_equal(parameters, learner_parameters(learner), shape->parameter_count * sizeof(float));
    learner_destroy(learner);
    pool_destroy(pool);
}

void training_check_model(BankModel *model, const Snapshot *snapshot, int64_t steps)
{
    assert_int_equal(snapshot->step, steps);
    training_check_weights(bank_model_shape(model), snapshot->parameters, steps);
}

void training_check_figures(const Moment *moment)
{
    TRAINING_WAIT_UNTIL(atomic_load(&moment->is_measured));
    const TargetFacts facts = metrics_target_facts(&training_data.test, TEST_IMAGES);
    Pool *pool = pool_create(1, NULL);
    Metrics expected;
    assert_non_null(pool);
    assert_true(
        metrics_measure(&moment->model, moment->parameters, &training_data.test, &facts, pool, &expected, NULL));
    pool_destroy(pool);
    assert_int_equal(moment->test.images, TEST_IMAGES);
    assert_true(moment->test.mean[LOSS_BCE] == expected.mean[LOSS_BCE] &&
                moment->test.mean[LOSS_MSE] == expected.mean[LOSS_MSE]);
    assert_true(moment->test.bias == expected.bias && moment->test.dead_outputs == expected.dead_outputs);
    assert_memory_equal(moment->test.histogram_output, expected.histogram_output, sizeof expected.histogram_output);
    assert_memory_equal(moment->test.mean_output_map, expected.mean_output_map, sizeof expected.mean_output_map);
    assert_memory_equal(moment->test.zero_share_map, expected.zero_share_map, sizeof expected.zero_share_map);
}

int64_t training_recall_step(Trainer *trainer, BankModel *model, int64_t step)
{
    Moment *moment = trainer_recall(trainer, model, step);
    const int64_t found = moment ? moment->step : -1;
    moment_release(moment);
    return found;
}

int training_wakes_at_rest(Trainer *trainer, BankModel *const *shown, int count)
{
    trainer_play(trainer, false);
    training_settle(trainer, shown, count);
    for (int i = 0; i < 20; i++)
        training_nap();
    return training_wakes();
}
