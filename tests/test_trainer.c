// The trainer: the hand-over between two threads, fairness, catching up, pausing, stepping, restarting, breaking, and
// that its weights are a plain learner's bit for bit.
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

#include "handover.h"
#include "synthetic.h"
#include "trainer.h"

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

// A plain learner's weights after so many steps equal the snapshot's.
static void check_against_learner(BankModel *model, const Snapshot *snapshot, int64_t steps)
{
    const Model *shape = bank_model_shape(model);
    Pool *pool = pool_create(1, NULL);
    Learner *learner = learner_create(shape, &(LearnerOptions){.train = &data.train, .pool = pool}, NULL);
    assert_non_null(learner);
    for (int64_t i = 0; i < steps; i++)
        (void)learner_step(learner);
    assert_int_equal(snapshot->step, steps);
    assert_memory_equal(snapshot->parameters, learner_parameters(learner), shape->parameter_count * sizeof(float));
    learner_destroy(learner);
    pool_destroy(pool);
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
            assert_true((float)snapshot->test.bce == snapshot->history[last].test[LOSS_BCE]);
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
    trainer_set_epochs(trainer, 2);
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
    assert_true(fabs(snapshot->test.bce - log(2.0)) < 1e-6);
    assert_int_equal(snapshot->test_epoch, 1);
    free(parameters);
    trainer_destroy(trainer);
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
    (void)wait_for_step(models[1], broken + 2 * SLICE); // the other goes on
    assert_int_equal(look(models[0])->broken_step, broken);
    trainer_restart(trainer); // and breaks again at the same step
    for (int i = 0; i < PATIENCE_MS && !(look(models[0])->restarts == 1 && look(models[0])->broken_step >= 0); i++)
        nap();
    assert_int_equal(look(models[0])->broken_step, broken);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handover_tears_nothing),
        cmocka_unit_test(handover_wakes_once_until_taken),
        cmocka_unit_test(new_models_show_initial_weights_at_once),
        cmocka_unit_test(weights_are_a_plain_learners),
        cmocka_unit_test(measuring_is_rare_and_the_same_for_all),
        cmocka_unit_test(models_on_show_stay_together),
        cmocka_unit_test(pause_stops_and_hidden_models_keep_their_step),
        cmocka_unit_test(one_step_is_one_batch_each),
        cmocka_unit_test(restart_goes_back_to_the_beginning),
        cmocka_unit_test(parameters_can_be_put_in),
        cmocka_unit_test(broken_models_keep_their_last_finite_weights),
        cmocka_unit_test(full_bank_drops_what_nobody_looks_at),
        cmocka_unit_test(held_models_stay_in_a_full_bank),
        cmocka_unit_test(destroy_may_come_at_any_time),
        cmocka_unit_test(somebody_is_woken_when_there_is_news),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
