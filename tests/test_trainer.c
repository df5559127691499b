// The trainer: the hand-over between two threads, fairness, catching up, pausing, stepping, restarting, breaking, going
// back to moments, and that its weights are a plain learner's bit for bit.
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "models/model_layers.h"
#include "random.h"
#include "synthetic.h"
#include "training/handover.h"
#include "training/moments.h"
#include "training/trainer.h"

enum { TRAIN_IMAGES = 1000, TEST_IMAGES = 200, SLICE = 16, PATIENCE_MS = 60000 };

static Dataset data;
static _Atomic int wakes;

static int begin(void **state)
{
    (void)state;
    data.train = synthetic_create(TRAIN_IMAGES, DIGIT_PIXELS, 1);
    data.test = synthetic_create(TEST_IMAGES, DIGIT_PIXELS, 2);
    return 0;
}

static int end(void **state)
{
    (void)state;
    synthetic_free(&data.train);
    synthetic_free(&data.test);
    return 0;
}

static void nap(void) { (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); }

// ---- hand-over ----------------------------------------------------------------------------------------------------

enum { PUBLISHES = 1000000, BUFFER = 64 };

typedef struct Exchange {
    Handover handover;
    int buffers[HANDOVER_BUFFERS][BUFFER]; // all of a buffer holds one number
} Exchange;

static void *write_numbers(void *argument)
{
    Exchange *exchange = argument;
    for (int number = 1; number <= PUBLISHES; number++) {
        for (int i = 0; i < BUFFER; i++)
            exchange->buffers[exchange->handover.writing][i] = number;
        (void)handover_publish(&exchange->handover);
    }
    return NULL;
}

static void handover_tears_nothing(void **state)
{
    (void)state;
    static Exchange exchange;
    handover_init(&exchange.handover);
    pthread_t writer;
    assert_int_equal(pthread_create(&writer, NULL, write_numbers, &exchange), 0);
    int last = 0;
    while (last < PUBLISHES) {
        bool changed;
        const int *buffer = exchange.buffers[handover_latest(&exchange.handover, &changed)];
        for (int i = 1; i < BUFFER; i++)
            assert_int_equal(buffer[i], buffer[0]);
        assert_true(changed ? buffer[0] > last : buffer[0] == last);
        last = buffer[0];
    }
    pthread_join(writer, NULL);
    bool changed;
    (void)handover_latest(&exchange.handover, &changed);
    assert_false(changed);
}

static void handover_wakes_once_until_taken(void **state)
{
    (void)state;
    Handover handover;
    bool changed;
    handover_init(&handover);
    (void)handover_latest(&handover, &changed);
    assert_false(changed);
    assert_true(handover_publish(&handover));
    assert_false(handover_publish(&handover));
    (void)handover_latest(&handover, &changed);
    assert_true(changed);
    assert_true(handover_publish(&handover));
}

// ---- the trainer --------------------------------------------------------------------------------------------------

static void count_wake(void *context)
{
    (void)context;
    atomic_fetch_add(&wakes, 1);
}

static Trainer *create(int threads, int epochs)
{
    Error error;
    Trainer *trainer = trainer_create(
        &(TrainerOptions){.dataset = &data, .thread_count = threads, .epochs = epochs, .wake = count_wake}, &error);
    if (!trainer)
        fail_msg("%s", error.text);
    return trainer;
}

static BankModel *find(Trainer *trainer, const char *text)
{
    const Spec spec = synthetic_spec(text);
    BankModel *model = trainer_find(trainer, &spec, NULL);
    assert_non_null(model);
    return model;
}

static const Snapshot *look(BankModel *model)
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

static const Snapshot *wait_for_step(BankModel *model, int64_t step)
{
    for (int i = 0; i < PATIENCE_MS; i++) {
        const Snapshot *snapshot = look(model);
        if (snapshot->step >= step)
            return snapshot;
        nap();
    }
    fail_msg("step %lld was never reached", (long long)step);
    return NULL;
}

static void wait_until_idle(Trainer *trainer)
{
    for (int i = 0; trainer_is_busy(trainer); i++) {
        assert_true(i < PATIENCE_MS);
        nap();
    }
}

// Returns once the training thread has seen everything that was asked of it before: a restart of another model, shown
// alone, can only be carried out after the slice under way.
static void settle(Trainer *trainer, BankModel *const *shown, int count)
{
    BankModel *other = find(trainer, "layers=1,batch=1000,seed=77");
    const int64_t restarts = look(other)->restarts;
    trainer_show(trainer, &other, 1);
    trainer_restart(trainer);
    for (int i = 0; look(other)->restarts <= restarts; i++) {
        assert_true(i < PATIENCE_MS);
        nap();
    }
    trainer_show(trainer, shown, count);
}

// A plain learner's weights after so many steps are these.
static void check_weights(const Model *shape, const float *parameters, int64_t steps)
{
    Pool *pool = pool_create(1, NULL);
    Learner *learner = learner_create(shape, &(LearnerOptions){.train = &data.train, .pool = pool}, NULL);
    assert_non_null(learner);
    for (int64_t i = 0; i < steps; i++)
        (void)learner_step(learner);
    assert_memory_equal(parameters, learner_parameters(learner), shape->parameter_count * sizeof(float));
    learner_destroy(learner);
    pool_destroy(pool);
}

static void check_against_learner(BankModel *model, const Snapshot *snapshot, int64_t steps)
{
    assert_int_equal(snapshot->step, steps);
    check_weights(bank_model_shape(model), snapshot->parameters, steps);
}

static void new_models_show_initial_weights_at_once(void **state)
{
    (void)state;
    Trainer *trainer = create(1, 1);
    BankModel *model = find(trainer, "layers=5");
    check_against_learner(model, look(model), 0);
    assert_int_equal(look(model)->broken_step, -1);
    assert_ptr_equal(find(trainer, "layers=5"), model);
    trainer_destroy(trainer);
    trainer_destroy(NULL);
}

static void weights_are_a_plain_learners(void **state)
{
    (void)state;
    static const int threads[] = {1, 3};
    for (int i = 0; i < 2; i++) {
        Trainer *trainer = create(threads[i], 3);
        BankModel *models[] = {find(trainer, "layers=16,batch=100,noise=0.1"),
                               find(trainer, "layers=12,4,12,output=relu,batch=64")};
        trainer_show(trainer, models, 2);
        trainer_play(trainer, true);
        (void)wait_for_step(models[0], 5);
        trainer_play(trainer, false); // in the middle of an epoch
        settle(trainer, models, 2);
        trainer_play(trainer, true);
        wait_until_idle(trainer);
        settle(trainer, models, 2);
        for (int j = 0; j < 2; j++) {
            const Snapshot *snapshot = look(models[j]);
            check_against_learner(models[j], snapshot, 3 * snapshot->steps_per_epoch);
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
    enum { EPOCHS = 60 };
    Trainer *trainer = create(2, EPOCHS);
    BankModel *models[] = {find(trainer, "layers=8"), find(trainer, "layers=8,loss=mse"), find(trainer, "layers=6")};
    trainer_show(trainer, models, 3);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
    settle(trainer, models, 3);
    const Snapshot *first = look(models[0]);
    assert_in_range(first->history_count, 6, EPOCHS);
    for (int i = 0; i <= 4; i++)
        assert_int_equal(first->history[i].epoch, i);
    assert_int_equal(first->history[first->history_count - 1].epoch, EPOCHS);
    for (int j = 1; j < 3; j++) {
        const Snapshot *other = look(models[j]);
        assert_int_equal(other->history_count, first->history_count);
        for (int i = 0; i < first->history_count; i++)
            assert_int_equal(other->history[i].epoch, first->history[i].epoch);
    }
    trainer_destroy(trainer);
}

static void every_epoch_is_measured_where_that_is_asked_for(void **state)
{
    (void)state;
    enum { EPOCHS = 60 };
    Trainer *trainer = trainer_create(
        &(TrainerOptions){.dataset = &data, .thread_count = 2, .epochs = EPOCHS, .every_epoch = true}, NULL);
    assert_non_null(trainer);
    BankModel *models[] = {find(trainer, "layers=8"), find(trainer, "layers=6,loss=mse")};
    trainer_show(trainer, models, 2);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
    settle(trainer, models, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(look(models[i])->history_count, EPOCHS + 1);
        for (int epoch = 0; epoch <= EPOCHS; epoch++)
            assert_int_equal(look(models[i])->history[epoch].epoch, epoch);
    }
    trainer_destroy(trainer);
}

static void models_on_show_stay_together(void **state)
{
    (void)state;
    Trainer *trainer = create(2, 1000);
    BankModel *models[] = {find(trainer, "layers=4,batch=10"), find(trainer, "layers=40,20,40,batch=10,loss=mse")};
    trainer_show(trainer, models, 2);
    trainer_play(trainer, true);
    for (int i = 0; i < 5; i++) { // the pause lets both come to rest, so that they can be compared at one moment
        (void)wait_for_step(models[1], 20 + 25 * i);
        trainer_play(trainer, false);
        settle(trainer, models, 2);
        const int64_t a = look(models[0])->step, b = look(models[1])->step;
        assert_true(llabs(a - b) <= SLICE);
        trainer_play(trainer, true);
    }
    BankModel *late[] = {models[0], models[1], find(trainer, "layers=8,batch=10,output=clip")};
    const int64_t others = look(models[0])->step;
    trainer_show(trainer, late, 3);
    (void)wait_for_step(late[2], others - SLICE); // catches up
    trainer_play(trainer, false);
    settle(trainer, late, 3);
    const int64_t newest = look(late[2])->step, oldest = look(late[0])->step;
    assert_true(llabs(newest - oldest) <= SLICE);
    trainer_destroy(trainer);
}

static void pause_stops_and_hidden_models_keep_their_step(void **state)
{
    (void)state;
    Trainer *trainer = create(1, 1000);
    BankModel *a = find(trainer, "layers=4,batch=20"), *b = find(trainer, "layers=5,batch=20");
    trainer_show(trainer, &a, 1);
    assert_false(trainer_is_busy(trainer));
    trainer_play(trainer, true);
    assert_true(trainer_is_busy(trainer));
    (void)wait_for_step(a, 30);
    trainer_show(trainer, &b, 1);
    settle(trainer, &b, 1);
    const int64_t held = look(a)->step;
    (void)wait_for_step(b, 30);
    assert_int_equal(look(a)->step, held);
    trainer_play(trainer, false);
    assert_false(trainer_is_busy(trainer));
    settle(trainer, &b, 1);
    const int64_t paused = look(b)->step;
    for (int i = 0; i < 50; i++)
        nap();
    assert_int_equal(look(b)->step, paused);
    trainer_show(trainer, &a, 1); // comes back with its progress
    trainer_play(trainer, true);
    (void)wait_for_step(a, held + 1);
    trainer_destroy(trainer);
}

static void one_step_is_one_batch_each(void **state)
{
    (void)state;
    Trainer *trainer = create(2, 1);
    BankModel *models[] = {find(trainer, "layers=4,batch=100"), find(trainer, "layers=5,batch=50")};
    trainer_show(trainer, models, 2);
    trainer_step(trainer); // before the data is there, before the models have learners: not lost
    for (int i = 0; i < 2; i++) {
        (void)wait_for_step(models[i], 1);
        settle(trainer, models, 2);
        assert_int_equal(look(models[i])->step, 1);
    }
    for (int i = 0; i < 5; i++)
        trainer_step(trainer);
    for (int i = 0; i < 2; i++) {
        (void)wait_for_step(models[i], 6);
        settle(trainer, models, 2);
        check_against_learner(models[i], look(models[i]), 6);
    }
    for (int i = 0; i < 17; i++) // beyond the epochs that playing would stop at
        trainer_step(trainer);
    (void)wait_for_step(models[0], 23);
    settle(trainer, models, 2);
    check_against_learner(models[0], look(models[0]), 23);
    trainer_destroy(trainer);
}

static void restart_goes_back_to_the_beginning(void **state)
{
    (void)state;
    Trainer *trainer = create(2, 1);
    BankModel *model = find(trainer, "layers=6,batch=100");
    trainer_show(trainer, &model, 1);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
    settle(trainer, &model, 1);
    check_against_learner(model, look(model), 10);
    trainer_play(trainer, false);
    trainer_restart(trainer);
    const Snapshot *snapshot = look(model);
    for (int i = 0; i < PATIENCE_MS && snapshot->restarts == 0; i++) {
        nap();
        snapshot = look(model);
    }
    assert_int_equal(snapshot->restarts, 1);
    assert_int_equal(snapshot->history_count, 1);
    check_against_learner(model, snapshot, 0);
    trainer_set_goal(trainer, 2, -1);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
    settle(trainer, &model, 1);
    check_against_learner(model, look(model), 20);
    trainer_destroy(trainer);
}

static void parameters_can_be_put_in(void **state)
{
    (void)state;
    Trainer *trainer = create(1, 1);
    BankModel *model = find(trainer, "layers=6,batch=100,optimizer=sgd");
    const size_t n = bank_model_shape(model)->parameter_count;
    float *parameters = calloc(n, sizeof *parameters);
    assert_non_null(parameters);
    trainer_show(trainer, &model, 1);
    trainer_set_parameters(trainer, model, parameters, 10);
    const Snapshot *snapshot = wait_for_step(model, 10);
    assert_memory_equal(snapshot->parameters, parameters, n * sizeof *parameters);
    assert_true(fabs(snapshot->test.mean[LOSS_BCE] - log(2.0)) < 1e-6);
    assert_int_equal(snapshot->test_epoch, 1);
    free(parameters);
    trainer_destroy(trainer);
}

// What a plain learner's weights say after the step that breaks it.
static void check_broken_why(BankModel *model, const Snapshot *snapshot)
{
    char expected[64];
    Pool *pool = pool_create(1, NULL);
    const Model *shape = bank_model_shape(model);
    Learner *learner = learner_create(shape, &(LearnerOptions){.train = &data.train, .pool = pool}, NULL);
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
    Trainer *trainer = create(2, 1000);
    BankModel *models[] = {find(trainer, "loss=mse,output=linear,hidden=leaky_relu,optimizer=sgd,lr=100,batch=32"),
                           find(trainer, "layers=4,batch=32")};
    trainer_show(trainer, models, 2);
    trainer_play(trainer, true);
    int64_t broken = -1;
    for (int i = 0; i < PATIENCE_MS && broken < 0; i++) {
        broken = look(models[0])->broken_step;
        nap();
    }
    assert_true(broken > 0);
    const Snapshot *snapshot = look(models[0]);
    assert_true(snapshot->step < broken && snapshot->step >= 0);
    check_against_learner(models[0], snapshot, snapshot->step);
    check_broken_why(models[0], snapshot);
    check_moments_are_finite(trainer, models[0], broken);
    (void)wait_for_step(models[1], broken + 2 * SLICE); // the other goes on
    assert_int_equal(look(models[0])->broken_step, broken);
    assert_string_equal(look(models[1])->broken_why, "");
    trainer_restart(trainer); // and breaks again at the same step
    for (int i = 0; i < PATIENCE_MS; i++) {
        snapshot = look(models[0]);
        assert_int_equal(snapshot->broken_step < 0, snapshot->broken_why[0] == 0);
        if (snapshot->restarts == 1 && snapshot->broken_step >= 0)
            break;
        nap();
    }
    assert_int_equal(look(models[0])->broken_step, broken);
    check_broken_why(models[0], look(models[0]));
    trainer_destroy(trainer);
}

static void full_bank_drops_what_nobody_looks_at(void **state)
{
    (void)state;
    Trainer *trainer = create(2, 1000);
    BankModel *shown = find(trainer, "layers=2,batch=20,seed=1");
    trainer_show(trainer, &shown, 1);
    trainer_play(trainer, true);
    (void)wait_for_step(shown, 10);
    for (int i = 0; i < 2 * BANK_MAX + 9; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "layers=2,batch=20,seed=%d", 100 + i);
        BankModel *pair[] = {shown, find(trainer, text)};
        trainer_show(trainer, pair, 2);
        assert_int_equal(look(pair[1])->broken_step, -1);
    }
    assert_ptr_equal(find(trainer, "layers=2,batch=20,seed=1"), shown);
    (void)wait_for_step(shown, look(shown)->step + 10);
    BankModel *again = find(trainer, "layers=2,batch=20,seed=100"); // long gone: starts anew
    assert_int_equal(look(again)->step, 0);
    trainer_destroy(trainer);
}

static void held_models_stay_in_a_full_bank(void **state)
{
    (void)state;
    Trainer *trainer = trainer_create(&(TrainerOptions){.dataset = &data, .thread_count = 1, .epochs = 1}, NULL);
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
    Trainer *trainer = create(1, 1);
    BankModel *before = find(trainer, "layers=1,batch=1000,seed=1"), *held[TRAINER_HELD_MAX], *shown[TRAINER_SHOWN_MAX];
    trainer_play(trainer, true);
    char text[64];
    for (int i = 0; i < TRAINER_HELD_MAX; i++) {
        (void)snprintf(text, sizeof text, "layers=1,batch=1000,seed=%d", 100 + i);
        held[i] = find(trainer, text);
        trainer_hold(trainer, held[i]);
    }
    trainer_show(trainer, &before, 1);
    for (int i = 0; i < TRAINER_SHOWN_MAX; i++) {
        (void)snprintf(text, sizeof text, "layers=1,batch=1000,seed=%d", 1000 + i);
        shown[i] = find(trainer, text);
    }
    trainer_show(trainer, shown, TRAINER_SHOWN_MAX);
    for (int i = 0; i < 2 * BANK_MAX; i++) {
        (void)snprintf(text, sizeof text, "layers=1,batch=1000,seed=%d", 2000 + i);
        assert_int_equal(look(find(trainer, text))->step, 0);
    }
    for (int i = 0; i < TRAINER_SHOWN_MAX; i++)
        assert_int_equal(bank_model_shape(shown[i])->spec.seed, 1000 + i);
    for (int i = 0; i < TRAINER_HELD_MAX; i++) {
        assert_int_equal(bank_model_shape(held[i])->spec.seed, 100 + i);
        trainer_release(trainer, held[i]);
    }
    for (int i = 0; i < TRAINER_HELD_MAX; i++) // released: as many may be held again
        trainer_hold(trainer, find(trainer, i % 2 ? "layers=1" : "layers=2"));
    trainer_destroy(trainer);
}

static void destroy_may_come_at_any_time(void **state)
{
    (void)state;
    for (int i = 0; i < 12; i++) {
        Trainer *trainer = create(1 + i % 3, 1000);
        BankModel *models[] = {find(trainer, "layers=4"), find(trainer, "layers=8,loss=mse")};
        trainer_show(trainer, models, 2);
        trainer_play(trainer, true);
        for (int j = 0; j < i; j++)
            nap();
        trainer_destroy(trainer);
    }
}

static void somebody_is_woken_when_there_is_news(void **state)
{
    (void)state;
    Trainer *trainer = create(1, 1);
    BankModel *model = find(trainer, "layers=4,batch=10");
    trainer_show(trainer, &model, 1);
    for (int i = 0; i < PATIENCE_MS && look(model)->test.images == 0; i++)
        nap();
    const int before = atomic_load(&wakes);
    trainer_play(trainer, true);
    wait_until_idle(trainer); // many slices, of which nobody took one
    for (int i = 0; i < 20; i++)
        nap();
    assert_int_equal(atomic_load(&wakes), before + 1);
    assert_non_null(trainer_dataset(trainer));
    assert_int_equal(trainer_test_facts(trainer)->images, TEST_IMAGES);
    trainer_destroy(trainer);
}

// ---- going back ---------------------------------------------------------------------------------------------------

// Until a moment has its figures, which are then those of its weights.
static void check_figures(const Moment *moment)
{
    for (int i = 0; !atomic_load(&moment->is_measured); i++) {
        assert_true(i < PATIENCE_MS);
        nap();
    }
    const TargetFacts facts = metrics_target_facts(&data.test, TEST_IMAGES);
    Pool *pool = pool_create(1, NULL);
    Metrics expected;
    assert_non_null(pool);
    assert_true(metrics_measure(&moment->model, moment->parameters, &data.test, &facts, pool, &expected, NULL));
    pool_destroy(pool);
    assert_int_equal(moment->test.images, TEST_IMAGES);
    assert_true(moment->test.mean[LOSS_BCE] == expected.mean[LOSS_BCE] &&
                moment->test.mean[LOSS_MSE] == expected.mean[LOSS_MSE]);
    assert_true(moment->test.bias == expected.bias && moment->test.dead_outputs == expected.dead_outputs);
    assert_memory_equal(moment->test.histogram_output, expected.histogram_output, sizeof expected.histogram_output);
    assert_memory_equal(moment->test.mean_output_map, expected.mean_output_map, sizeof expected.mean_output_map);
    assert_memory_equal(moment->test.zero_share_map, expected.zero_share_map, sizeof expected.zero_share_map);
}

// The number of wakes, once nothing is under way that could add to it.
static int count_wakes_at_rest(Trainer *trainer, BankModel *const *shown, int count)
{
    trainer_play(trainer, false);
    settle(trainer, shown, count);
    for (int i = 0; i < 20; i++)
        nap();
    return atomic_load(&wakes);
}

static void wait_for_wake(int before)
{
    for (int i = 0; atomic_load(&wakes) == before; i++) {
        assert_true(i < PATIENCE_MS);
        nap();
    }
}

static PairMetrics wait_for_pair(Trainer *trainer, Moment *a, Moment *b)
{
    PairMetrics pair = {0};
    for (int i = 0; !trainer_compare(trainer, a, b, &pair); i++) {
        assert_true(i < PATIENCE_MS);
        nap();
    }
    return pair;
}

static void check_pair(const PairMetrics *pair, const Moment *a, const Moment *b)
{
    Pool *pool = pool_create(1, NULL);
    PairMetrics expected;
    assert_non_null(pool);
    assert_true(metrics_compare(&a->model, a->parameters, &b->model, b->parameters, &data.test, TEST_IMAGES, pool,
                                &expected, NULL));
    pool_destroy(pool);
    assert_int_equal(pair->images, TEST_IMAGES);
    assert_true(pair->mean_distance == expected.mean_distance);
}

static void check_moments(Trainer *trainer, BankModel *model, const int64_t *expected, int expected_count)
{
    int64_t steps[MOMENTS_MAX + 1];
    assert_int_equal(trainer_list_moments(trainer, model, steps), expected_count);
    assert_memory_equal(steps, expected, (size_t)expected_count * sizeof *steps);
    for (int i = 0; i < expected_count; i++) {
        Moment *moment = trainer_recall(trainer, model, steps[i]);
        assert_non_null(moment);
        assert_int_equal(moment->step, steps[i]);
        check_weights(&moment->model, moment->parameters, steps[i]);
        check_figures(moment);
        moment_release(moment);
    }
}

static int64_t recall_step(Trainer *trainer, BankModel *model, int64_t step)
{
    Moment *moment = trainer_recall(trainer, model, step);
    const int64_t found = moment ? moment->step : -1;
    moment_release(moment);
    return found;
}

static void moments_are_a_plain_learners_weights(void **state)
{
    (void)state;
    static const int64_t of_ten[] = {0, 1, 2, 3, 4, 5, 8, 10, 13, 15, 18, 20};
    static const int64_t of_sixteen[] = {0, 1, 2, 4, 8, 12, 16, 20, 24, 28, 32};
    Trainer *trainer = create(2, 2);
    BankModel *models[] = {find(trainer, "layers=16,batch=100,noise=0.1"),
                           find(trainer, "layers=12,4,12,output=relu,batch=64"), find(trainer, "layers=3")};
    trainer_show(trainer, models, 2);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
    check_moments(trainer, models[0], of_ten, 12);
    check_moments(trainer, models[1], of_sixteen, 11);
    for (int64_t step = 0; step < 25; step++) {
        int64_t expected = 0;
        for (int i = 0; i < 12; i++)
            expected = of_ten[i] <= step ? of_ten[i] : expected;
        assert_int_equal(recall_step(trainer, models[0], step), expected);
    }
    assert_int_equal(recall_step(trainer, models[0], -1), -1);
    assert_int_equal(recall_step(trainer, models[1], INT64_MAX), 32);
    int64_t steps[MOMENTS_MAX + 1];
    assert_int_equal(trainer_list_moments(trainer, models[2], steps), 0); // never shown
    assert_null(trainer_recall(trainer, models[2], 0));
    trainer_destroy(trainer);
}

static void recalled_moments_are_measured_and_somebody_is_woken(void **state)
{
    (void)state;
    Trainer *trainer = create(2, 2);
    BankModel *model = find(trainer, "layers=6,batch=100");
    trainer_show(trainer, &model, 1);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
    Moment *end_of_epoch = trainer_recall(trainer, model, 10), *first_step = trainer_recall(trainer, model, 1);
    assert_true(atomic_load(&end_of_epoch->is_measured)); // for the curves
    check_figures(end_of_epoch);
    check_figures(first_step);
    const int before = count_wakes_at_rest(trainer, &model, 1);
    Moment *again = trainer_recall(trainer, model, 1), *other = trainer_recall(trainer, model, 13);
    assert_ptr_equal(again, first_step);
    check_figures(other);
    wait_for_wake(before);
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
    Trainer *trainer = create(1, 3);
    BankModel *models[MODELS];
    Moment *moments[MODELS * EACH];
    for (int i = 0; i < MODELS; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "layers=6,batch=100,seed=%d", i + 1);
        models[i] = find(trainer, text);
    }
    trainer_show(trainer, models, MODELS);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
    for (int i = 0; i < MODELS; i++) {
        int64_t steps[MOMENTS_MAX + 1];
        assert_true(trainer_list_moments(trainer, models[i], steps) >= EACH);
        for (int j = 0; j < EACH; j++)
            moments[i * EACH + j] = trainer_recall(trainer, models[i], steps[j]);
    }
    for (int i = 0; i < MODELS * EACH; i++) {
        moment_release(trainer_recall(trainer, models[i / EACH], moments[i]->step));
        check_figures(moments[i]);
        moment_release(moments[i]);
    }
    trainer_destroy(trainer);
}

// Wherever a pause falls, all models come to rest at one step, and their figures are of it.
static void models_at_rest_are_of_one_step_and_measured(void **state)
{
    (void)state;
    enum { MODELS = 3, PAUSES = 12 };
    Trainer *trainer = create(2, 100000);
    BankModel *models[MODELS] = {find(trainer, "layers=2,batch=10"), find(trainer, "loss=mse,layers=2,batch=10"),
                                 find(trainer, "loss=mae,layers=2,batch=10")};
    trainer_show(trainer, models, MODELS);
    int64_t step = 0;
    for (int pause = 0; pause < PAUSES; pause++) {
        trainer_play(trainer, true);
        for (int i = 0; look(models[pause % MODELS])->step < step + 3 * pause + 1; i++) {
            assert_true(i < PATIENCE_MS);
            nap();
        }
        trainer_play(trainer, false);
        bool is_rest = false;
        for (int i = 0; !is_rest; i++) {
            assert_true(i < PATIENCE_MS);
            nap();
            step = look(models[0])->step;
            is_rest = true;
            for (int j = 0; j < MODELS; j++)
                is_rest &= look(models[j])->step == step && look(models[j])->test_step == step;
        }
    }
    // a step of one model alone stays its own
    trainer_show(trainer, models, 1);
    trainer_step(trainer);
    for (int i = 0; look(models[0])->test_step == step; i++) {
        assert_true(i < PATIENCE_MS);
        nap();
    }
    trainer_show(trainer, models, MODELS);
    settle(trainer, models, MODELS);
    assert_int_equal(look(models[0])->step, step + 1);
    assert_int_equal(look(models[1])->step, step);
    trainer_destroy(trainer);
}

static void moments_of_a_long_training_are_thinned(void **state)
{
    (void)state;
    enum { EPOCHS = 100 };
    Trainer *trainer = create(2, EPOCHS);
    BankModel *models[] = {find(trainer, "layers=2,batch=500"), find(trainer, "layers=3,batch=500")};
    int64_t steps[MOMENTS_MAX + 1];
    trainer_show(trainer, models, 1);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
    int count = trainer_list_moments(trainer, models[0], steps);
    assert_in_range(count, MOMENTS_MAX / 2, MOMENTS_MAX);
    assert_int_equal(steps[0], 0);
    assert_int_equal(steps[count - 1], 2 * EPOCHS);
    for (int i = 1; i < count; i++)
        assert_true(steps[i] > steps[i - 1] && steps[i] - steps[i - 1] <= 8);
    trainer_play(trainer, false);
    settle(trainer, models, 1);
    trainer_show(trainer, models + 1, 1); // what is hidden keeps its history
    const int before = count;
    count = trainer_list_moments(trainer, models[0], steps);
    assert_int_equal(count, before);
    Moment *middle = trainer_recall(trainer, models[0], EPOCHS);
    assert_in_range(middle->step, EPOCHS - 8, EPOCHS);
    check_weights(&middle->model, middle->parameters, middle->step);
    moment_release(middle);
    trainer_destroy(trainer);
}

// A trainer whose moments have room for so many of the model "layers=8,batch=20", at 10 steps an epoch.
static Trainer *create_with_room(int moments, int epochs)
{
    const Spec spec = synthetic_spec("layers=8,batch=20");
    const Model shape = model_create(&spec, DIGIT_PIXELS);
    const int64_t bytes = (int64_t)(shape.parameter_count * sizeof(float) + sizeof(Moment));
    Trainer *trainer = trainer_create(
        &(TrainerOptions){
            .dataset = &data, .limit = 200, .thread_count = 2, .epochs = epochs, .moment_bytes = moments * bytes},
        NULL);
    assert_non_null(trainer);
    return trainer;
}

static void find_seeds(Trainer *trainer, BankModel **models, int first_seed, int count)
{
    for (int i = 0; i < count; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "layers=8,batch=20,seed=%d", first_seed + i);
        models[i] = find(trainer, text);
    }
}

static void show_and_train(Trainer *trainer, BankModel *const *models, int count)
{
    trainer_show(trainer, models, count);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
}

static int count_moments(Trainer *trainer, BankModel *model)
{
    int64_t steps[MOMENTS_MAX + 1];
    return trainer_list_moments(trainer, model, steps);
}

// 0, 1, 2, 4, 8 and the quarters of the first epoch's ten steps, and the ends of four epochs
static const int64_t head_of_ten[] = {0, 1, 2, 3, 4, 5, 8, 10, 20, 30, 40};
enum { HEAD_OF_TEN = sizeof head_of_ten / sizeof *head_of_ten };

static void check_head(Trainer *trainer, BankModel *model, int64_t newest)
{
    int64_t steps[MOMENTS_MAX + 1];
    const int count = trainer_list_moments(trainer, model, steps);
    assert_in_range(count, HEAD_OF_TEN, MOMENTS_MAX);
    for (int i = 0; i < HEAD_OF_TEN; i++)
        assert_int_equal(steps[i], head_of_ten[i]);
    assert_int_equal(steps[count - 1], newest);
}

static void looking_at_other_models_costs_no_history(void **state)
{
    (void)state;
    enum { EPOCHS = 30, OTHERS = 8, ROOM = 2 * 64 + 8 * 36 };
    Trainer *trainer = create_with_room(ROOM, EPOCHS);
    BankModel *models[2 + OTHERS];
    find_seeds(trainer, models, 1, 2 + OTHERS);
    show_and_train(trainer, models, 2);
    int64_t before[2][MOMENTS_MAX + 1], after[MOMENTS_MAX + 1];
    int counts[2], all = 0;
    for (int i = 0; i < 2; i++)
        counts[i] = trainer_list_moments(trainer, models[i], before[i]);
    show_and_train(trainer, models, 2 + OTHERS); // among others, as in the matrix
    show_and_train(trainer, models + 2, OTHERS); // hidden
    for (int i = 0; i < 2; i++) {
        assert_int_equal(trainer_list_moments(trainer, models[i], after), counts[i]);
        assert_memory_equal(after, before[i], (size_t)counts[i] * sizeof *after);
    }
    for (int i = 0; i < 2 + OTHERS; i++) {
        check_head(trainer, models[i], 10 * EPOCHS);
        all += count_moments(trainer, models[i]);
    }
    assert_in_range(all, ROOM / 2, ROOM);
    trainer_destroy(trainer);
}

// What is on show has a fair number of moments: the others give way for it, those that came last first, and no head.
static void what_is_on_show_has_its_share(void **state)
{
    (void)state;
    enum { EPOCHS = 30, WHOLE = HEAD_OF_TEN + 26 }; // 26 ends of epochs more
    Trainer *trainer = create_with_room(100, EPOCHS);
    BankModel *models[4];
    find_seeds(trainer, models, 1, 4);
    for (int i = 0; i < 4; i++) {
        show_and_train(trainer, models + i, 1);
        int all = 0;
        for (int j = 0; j <= i; j++) {
            check_head(trainer, models[j], 10 * EPOCHS);
            all += count_moments(trainer, models[j]);
        }
        assert_in_range(all, i < 2 ? WHOLE : 50, 100);
        assert_in_range(count_moments(trainer, models[i]), 20, WHOLE);
        if (i < 3)
            assert_int_equal(count_moments(trainer, models[0]), WHOLE);
    }
    assert_in_range(count_moments(trainer, models[0]), HEAD_OF_TEN, WHOLE - 1);
    trainer_destroy(trainer);
}

static void each_model_has_a_few_moments_in_any_case(void **state)
{
    (void)state;
    Trainer *trainer = create_with_room(1, 5);
    BankModel *models[3];
    find_seeds(trainer, models, 1, 3);
    show_and_train(trainer, models, 3);
    for (int i = 0; i < 3; i++) {
        int64_t steps[MOMENTS_MAX + 1];
        const int count = trainer_list_moments(trainer, models[i], steps);
        assert_in_range(count, 3, MOMENTS_MIN);
        assert_true(steps[0] == 0 && steps[1] == 1 && steps[count - 1] == 50);
    }
    trainer_destroy(trainer);
}

static void many_models_share_the_room_for_moments(void **state)
{
    (void)state;
    enum { EPOCHS = 10, ROOM = 128 << 20 };
    Trainer *trainer =
        trainer_create(&(TrainerOptions){.dataset = &data, .limit = 200, .thread_count = 2, .epochs = EPOCHS}, NULL);
    assert_non_null(trainer);
    BankModel *models[TRAINER_SHOWN_MAX];
    for (int i = 0; i < TRAINER_SHOWN_MAX; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "batch=20,seed=%d", i + 1);
        models[i] = find(trainer, text);
    }
    trainer_show(trainer, models, TRAINER_SHOWN_MAX);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
    size_t bytes = 0;
    for (int i = 0; i < TRAINER_SHOWN_MAX; i++) {
        int64_t steps[MOMENTS_MAX + 1];
        const int count = trainer_list_moments(trainer, models[i], steps);
        assert_true(count >= 5 && steps[0] == 0 && steps[count - 1] == 10 * EPOCHS);
        bytes += (size_t)count * (sizeof(Moment) + bank_model_shape(models[i])->parameter_count * sizeof(float));
    }
    assert_in_range(bytes, ROOM / 2, ROOM);
    trainer_destroy(trainer);
}

static void the_kept_step_is_kept(void **state)
{
    (void)state;
    static const int64_t steps[] = {37, 101}; // no quarter of an epoch; behind the end
    for (int i = 0; i < 2; i++) {
        Trainer *trainer = trainer_create(
            &(TrainerOptions){.dataset = &data, .thread_count = 2, .epochs = 10, .kept_step = steps[i]}, NULL);
        assert_non_null(trainer);
        BankModel *model = find(trainer, "layers=4,batch=100");
        trainer_show(trainer, &model, 1);
        trainer_play(trainer, true);
        wait_until_idle(trainer);
        assert_int_equal(recall_step(trainer, model, 101), 100);
        trainer_play(trainer, false);
        settle(trainer, &model, 1);
        if (steps[i] < 100) {
            Moment *moment = trainer_recall(trainer, model, steps[i]);
            assert_int_equal(moment->step, steps[i]);
            check_weights(&moment->model, moment->parameters, steps[i]);
            moment_release(moment);
        }
        trainer_destroy(trainer);
    }
}

static void restart_forgets_the_moments(void **state)
{
    (void)state;
    Trainer *trainer = create(2, 2);
    BankModel *model = find(trainer, "layers=6,batch=100");
    trainer_show(trainer, &model, 1);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
    Moment *before = trainer_recall(trainer, model, 15);
    trainer_play(trainer, false);
    trainer_restart(trainer);
    for (int i = 0; look(model)->restarts == 0; i++) {
        assert_true(i < PATIENCE_MS);
        nap();
    }
    check_moments(trainer, model, (int64_t[]){0}, 1);
    assert_int_equal(recall_step(trainer, model, 15), 0);
    check_figures(before);
    moment_release(before);
    trainer_step(trainer);
    (void)wait_for_step(model, 1);
    check_moments(trainer, model, (int64_t[]){0, 1}, 2);
    trainer_destroy(trainer);
}

static void parameters_that_are_put_in_are_a_moment(void **state)
{
    (void)state;
    Trainer *trainer = create(1, 2);
    BankModel *model = find(trainer, "layers=6,batch=100");
    const size_t n = bank_model_shape(model)->parameter_count;
    float *parameters = calloc(n, sizeof *parameters);
    assert_non_null(parameters);
    trainer_show(trainer, &model, 1);
    trainer_set_parameters(trainer, model, parameters, 10);
    (void)wait_for_step(model, 10);
    assert_int_equal(recall_step(trainer, model, 9), -1);
    Moment *moment = trainer_recall(trainer, model, 10);
    assert_int_equal(moment->step, 10);
    assert_memory_equal(moment->parameters, parameters, n * sizeof *parameters);
    check_figures(moment);
    moment_release(moment);
    free(parameters);
    trainer_destroy(trainer);
}

// All models come to rest exactly there, measured.
static void check_rest(Trainer *trainer, BankModel *const *models, int count, int64_t step)
{
    wait_until_idle(trainer);
    for (int i = 0; i < count; i++) {
        const Snapshot *snapshot = look(models[i]);
        check_against_learner(models[i], snapshot, step);
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
        check_weights(&moment->model, moment->parameters, step);
        check_figures(moment);
        assert_true(moment->test.mean[LOSS_BCE] == snapshot->test.mean[LOSS_BCE]);
        moment_release(moment);
    }
}

static void training_pauses_behind_the_last_step(void **state)
{
    (void)state;
    static const int64_t steps[] = {23, 24, 40}; // the last is the end of an epoch of ten steps
    Trainer *trainer = create(2, 5);
    BankModel *models[] = {find(trainer, "layers=6,batch=100"), find(trainer, "layers=8,output=relu,batch=64"),
                           find(trainer, "layers=5,loss=mse,batch=100")};
    trainer_show(trainer, models, 3);
    for (int i = 0; i < 3; i++) {
        trainer_set_goal(trainer, 5, steps[i]);
        trainer_play(trainer, true);
        if (i == 0)
            (void)wait_for_step(models[2], 23);
        check_rest(trainer, models, 3, steps[i]);
        settle(trainer, models, 3);
        for (int j = 0; j < 3; j++)
            assert_int_equal(look(models[j])->step, steps[i]);
    }
    trainer_set_goal(trainer, 5, 30); // they are past it
    assert_false(trainer_is_busy(trainer));
    settle(trainer, models, 3);
    assert_int_equal(look(models[0])->step, 40);
    trainer_set_goal(trainer, 5, 1000); // the epochs come first
    wait_until_idle(trainer);
    check_against_learner(models[0], look(models[0]), 50);
    check_against_learner(models[1], look(models[1]), 80);
    trainer_set_goal(trainer, 6, -1);
    wait_until_idle(trainer);
    check_against_learner(models[0], look(models[0]), 60);
    trainer_destroy(trainer);
}

static void distances_become_known(void **state)
{
    (void)state;
    Trainer *trainer = create(2, 2);
    BankModel *models[] = {find(trainer, "layers=6,batch=100"), find(trainer, "layers=8,output=relu,batch=100")};
    trainer_show(trainer, models, 2);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
    Moment *a = trainer_recall(trainer, models[0], 20), *b = trainer_recall(trainer, models[1], 20);
    const int before = count_wakes_at_rest(trainer, models, 2);
    PairMetrics pair;
    assert_false(trainer_compare(trainer, a, b, &pair));
    pair = wait_for_pair(trainer, a, b);
    check_pair(&pair, a, b);
    wait_for_wake(before);
    assert_true(trainer_compare(trainer, a, b, &pair)); // and stay so
    check_pair(&pair, a, b);
    pair = wait_for_pair(trainer, a, a);
    assert_true(pair.images == TEST_IMAGES && pair.mean_distance == 0.0);
    trainer_set_goal(trainer, 1000000, -1); // while models train, too
    trainer_play(trainer, true);
    (void)wait_for_step(models[0], 30);
    Moment *late = trainer_recall(trainer, models[0], 30);
    pair = wait_for_pair(trainer, late, b);
    check_pair(&pair, late, b);
    assert_true(trainer_is_busy(trainer));
    moment_release(a);
    moment_release(b);
    moment_release(late);
    trainer_destroy(trainer);
}

static void more_pairs_than_are_remembered_are_compared_anew(void **state)
{
    (void)state;
    enum { REMEMBERED = 16, PAIRS = 20 };
    Trainer *trainer = create(2, 4);
    BankModel *models[] = {find(trainer, "layers=6,batch=100"), find(trainer, "layers=8,loss=mse,batch=100")};
    trainer_show(trainer, models, 2);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
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
    Trainer *trainer = create(2, 4);
    BankModel *model = find(trainer, "layers=6,batch=100");
    trainer_show(trainer, &model, 1);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
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
    Trainer *trainer = create(2, 2);
    BankModel *models[] = {find(trainer, "layers=7,batch=100,seed=3"), find(trainer, "layers=2,seed=1")};
    trainer_show(trainer, models, 1);
    trainer_play(trainer, true);
    wait_until_idle(trainer);
    Moment *measured = trainer_recall(trainer, models[0], 13), *other = trainer_recall(trainer, models[0], 3);
    check_figures(measured);
    trainer_play(trainer, false);
    trainer_restart(trainer); // drops them
    for (int i = 0; look(models[0])->restarts == 0; i++) {
        assert_true(i < PATIENCE_MS);
        nap();
    }
    trainer_show(trainer, models + 1, 1);
    for (int i = 0; i < 2 * BANK_MAX; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "layers=1,seed=%d", 100 + i);
        BankModel *model = find(trainer, text);
        trainer_show(trainer, &model, 1);
    }
    assert_int_equal(look(find(trainer, "layers=7,batch=100,seed=3"))->restarts, 0); // not the one it was
    PairMetrics pair = wait_for_pair(trainer, measured, other);
    check_pair(&pair, measured, other);
    trainer_destroy(trainer);
    check_weights(&measured->model, measured->parameters, 13);
    check_weights(&other->model, other->parameters, 3);
    check_figures(measured);
    moment_release(measured);
    moment_release(other);
}

static void destroy_may_come_while_requests_wait(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        Trainer *trainer = create(1 + i % 3, i % 2 ? 2 : 1000000);
        BankModel *models[] = {find(trainer, "layers=6,batch=100"), find(trainer, "layers=8,loss=mse,batch=100")};
        trainer_show(trainer, models, 2);
        trainer_play(trainer, true);
        (void)wait_for_step(models[1], 20);
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
            nap();
        trainer_destroy(trainer);
        check_weights(&held->model, held->parameters, held->step);
        moment_release(held);
        moment_release(newest);
    }
}

// Each step is a quarter of an epoch here, so that a moment is kept of every one of them.
static void the_step_that_breaks_a_model_is_no_moment(void **state)
{
    (void)state;
    Trainer *trainer = create(1, 1000);
    BankModel *model = find(trainer, "loss=mse,output=linear,hidden=leaky_relu,optimizer=sgd,lr=100,batch=250");
    trainer_show(trainer, &model, 1);
    trainer_play(trainer, true);
    const Snapshot *snapshot = look(model);
    for (int i = 0; snapshot->broken_step < 0; i++) {
        assert_true(i < PATIENCE_MS);
        nap();
        snapshot = look(model);
    }
    check_moments_are_finite(trainer, model, snapshot->broken_step);
    assert_int_equal(recall_step(trainer, model, INT64_MAX), snapshot->broken_step - 1);
    trainer_destroy(trainer);
}

// ---- what broke ---------------------------------------------------------------------------------------------------

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handover_tears_nothing),
        cmocka_unit_test(handover_wakes_once_until_taken),
        cmocka_unit_test(new_models_show_initial_weights_at_once),
        cmocka_unit_test(weights_are_a_plain_learners),
        cmocka_unit_test(measuring_is_rare_and_the_same_for_all),
        cmocka_unit_test(every_epoch_is_measured_where_that_is_asked_for),
        cmocka_unit_test(models_on_show_stay_together),
        cmocka_unit_test(pause_stops_and_hidden_models_keep_their_step),
        cmocka_unit_test(one_step_is_one_batch_each),
        cmocka_unit_test(restart_goes_back_to_the_beginning),
        cmocka_unit_test(parameters_can_be_put_in),
        cmocka_unit_test(broken_models_keep_their_last_finite_weights),
        cmocka_unit_test(full_bank_drops_what_nobody_looks_at),
        cmocka_unit_test(held_models_stay_in_a_full_bank),
        cmocka_unit_test(a_bank_full_of_models_in_use_has_room),
        cmocka_unit_test(destroy_may_come_at_any_time),
        cmocka_unit_test(somebody_is_woken_when_there_is_news),
        cmocka_unit_test(moments_are_a_plain_learners_weights),
        cmocka_unit_test(recalled_moments_are_measured_and_somebody_is_woken),
        cmocka_unit_test(moments_that_are_asked_for_again_are_measured_in_the_end),
        cmocka_unit_test(moments_of_a_long_training_are_thinned),
        cmocka_unit_test(models_at_rest_are_of_one_step_and_measured),
        cmocka_unit_test(many_models_share_the_room_for_moments),
        cmocka_unit_test(looking_at_other_models_costs_no_history),
        cmocka_unit_test(what_is_on_show_has_its_share),
        cmocka_unit_test(each_model_has_a_few_moments_in_any_case),
        cmocka_unit_test(the_kept_step_is_kept),
        cmocka_unit_test(restart_forgets_the_moments),
        cmocka_unit_test(parameters_that_are_put_in_are_a_moment),
        cmocka_unit_test(training_pauses_behind_the_last_step),
        cmocka_unit_test(distances_become_known),
        cmocka_unit_test(more_pairs_than_are_remembered_are_compared_anew),
        cmocka_unit_test(a_pair_that_gives_way_leaves_no_distance_behind),
        cmocka_unit_test(a_held_moment_outlives_its_model),
        cmocka_unit_test(destroy_may_come_while_requests_wait),
        cmocka_unit_test(the_step_that_breaks_a_model_is_no_moment),
        cmocka_unit_test(the_first_parameter_that_is_not_finite_is_named),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
