// The training thread and the bank of models. Beside pool.c the only file with threads (handover.h holds the exchange
// of buffers, bank.c what belongs to one model).
#include "trainer.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bank.h"

enum { SLICE_STEPS = 16, SLICE_NS = 8000000 };

// Of training's time, how much may go into measuring: with a fast model that is less than once an epoch. The first
// epochs, in which the curves bend, are measured all the same.
static const double measuring_share = 0.05;
enum { FIRST_EPOCHS = 4, SPACING_MAX = 1 << 20 };

struct Trainer {
    TrainerOptions options;
    Pool *pool;
    pthread_t thread;

    // written by the training thread before data_ready is set, constant after that
    Dataset own_dataset;
    const Dataset *dataset;
    TargetFacts test_facts, train_facts;
    _Atomic bool data_ready;

    // guarded by lock
    pthread_mutex_t lock;
    pthread_cond_t changed;
    BankModel *shown[TRAINER_SHOWN_MAX];
    int shown_count;
    BankModel *current; // what the training thread has in hand: may not leave the bank
    bool playing, quit;
    int epochs;

    // UI thread
    BankModel *bank[BANK_MAX];
    int bank_count;
    int64_t show_count;

    // training thread, read by the UI
    _Atomic int64_t samples_per_second;
    _Atomic bool has_failed;
    int64_t window_start_ns, window_samples;

    // training thread
    int64_t credit_ns, measuring_ns; // time saved up for measuring, and what it took the last time
    int spacing, front_epoch;        // models are measured after every so many epochs; the furthest that one is
};

static int64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

// What a slice is to do, copied under the lock.
typedef struct SliceOrder {
    BankModel *model;
    bool restart, single_step;
    float *parameters;
    int64_t parameters_step;
    int epochs, shown_count;
} SliceOrder;

static void measure(Trainer *trainer, BankModel *model)
{
    const int64_t start = now_ns();
    const float *parameters = learner_parameters(model->learner);
    Metrics test, train;
    if (!metrics_measure(&model->model, parameters, &trainer->dataset->test, &trainer->test_facts, trainer->pool, &test,
                         NULL) ||
        !metrics_measure(&model->model, parameters, &trainer->dataset->train, &trainer->train_facts, trainer->pool,
                         &train, NULL)) {
        atomic_store(&trainer->has_failed, true); // memory is short: the figures stay as old as they say they are
        return;
    }
    model->test = test;
    model->test_epoch = learner_epoch_count(model->learner);
    EpochRecord record = {.epoch = model->test_epoch};
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        record.test[loss] = (float)metrics_loss(&test, loss);
        record.train[loss] = (float)metrics_loss(&train, loss);
    }
    bank_model_record(model, record);
    trainer->measuring_ns = now_ns() - start;
}

// Whether the models on show are measured after this epoch: the first few, the last, and every so many between as time
// allows. How many is only changed when a model is the first to reach an epoch, so that the others do the same.
static bool wants_measuring(Trainer *trainer, int epoch, const SliceOrder *order)
{
    if (epoch <= FIRST_EPOCHS || epoch >= order->epochs || order->single_step)
        return true;
    const int64_t round = trainer->measuring_ns * order->shown_count;
    if (epoch > trainer->front_epoch) {
        trainer->front_epoch = epoch;
        if (trainer->credit_ns < 0 && trainer->spacing < SPACING_MAX) {
            trainer->spacing *= 2;
            trainer->credit_ns = 0;
        } else if (trainer->credit_ns > 2 * round && trainer->spacing > 1) {
            trainer->spacing /= 2;
            trainer->credit_ns = 0;
        }
    }
    if (epoch % trainer->spacing != 0)
        return false;
    trainer->credit_ns -= trainer->measuring_ns; // about what it will take
    return true;
}

// Training has gone on for so long. What is saved up is never more than a few rounds of measuring.
static void earn_credit(Trainer *trainer, int64_t elapsed_ns, const SliceOrder *order)
{
    const int64_t most = 3 * trainer->measuring_ns * order->shown_count;
    const int64_t credit = trainer->credit_ns + (int64_t)(measuring_share * (double)elapsed_ns);
    trainer->credit_ns = credit < most ? credit : most;
}

static void publish(Trainer *trainer, BankModel *model)
{
    if (bank_model_publish(model) && trainer->options.wake)
        trainer->options.wake(trainer->options.wake_context);
}

// ---- the training thread ------------------------------------------------------------------------------------------

static bool prepare_data(Trainer *trainer)
{
    trainer->dataset = trainer->options.dataset;
    if (!trainer->dataset) {
        if (!dataset_generate(&trainer->own_dataset, trainer->options.builtin_seed, trainer->pool, NULL)) {
            atomic_store(&trainer->has_failed, true);
            return false;
        }
        trainer->dataset = &trainer->own_dataset;
    }
    const ImageSet *train = &trainer->dataset->train, *test = &trainer->dataset->test;
    trainer->test_facts = metrics_target_facts(test, test->count);
    trainer->train_facts =
        metrics_target_facts(train, train->count < TRAIN_PROBE_IMAGES ? train->count : TRAIN_PROBE_IMAGES);
    atomic_store(&trainer->data_ready, true);
    if (trainer->options.wake)
        trainer->options.wake(trainer->options.wake_context);
    return true;
}

static bool wants_slice(const Trainer *trainer, const BankModel *model)
{
    if (model->is_out_of_memory)
        return false;
    if (!model->learner || model->restart_requests != model->restarts_done || model->pending_parameters)
        return true;
    if (learner_broken_step(model->learner) >= 0)
        return false;
    return model->step_requests != model->steps_requested_done ||
           (trainer->playing && learner_epoch_count(model->learner) < trainer->epochs);
}

// The model to train next: of those that want it the one with the fewest steps. lock is held.
static BankModel *choose_locked(Trainer *trainer)
{
    BankModel *chosen = NULL;
    int64_t fewest = INT64_MAX;
    for (int i = 0; i < trainer->shown_count; i++) {
        BankModel *model = trainer->shown[i];
        const bool is_new = !model->learner || model->restart_requests != model->restarts_done;
        const int64_t steps = is_new ? -1 : learner_step_count(model->learner);
        if (wants_slice(trainer, model) && steps < fewest) {
            chosen = model;
            fewest = steps;
        }
    }
    return chosen;
}

static SliceOrder take_order_locked(Trainer *trainer, BankModel *model)
{
    SliceOrder order = {.model = model,
                        .epochs = trainer->epochs,
                        .shown_count = trainer->shown_count,
                        .parameters = model->pending_parameters,
                        .parameters_step = model->pending_step};
    order.restart = model->restart_requests != model->restarts_done;
    model->restarts_done = model->restart_requests;
    if (order.restart)
        model->steps_requested_done = model->step_requests;
    // fresh weights take the whole slice to be measured and shown: the step waits for the next one
    order.single_step =
        model->learner && !order.restart && !order.parameters && model->step_requests != model->steps_requested_done;
    if (order.single_step)
        model->steps_requested_done++;
    model->pending_parameters = NULL;
    trainer->current = model;
    return order;
}

// Creates, restarts or loads as asked; true if the model is at new weights that nobody has measured.
static bool prepare_learner(Trainer *trainer, const SliceOrder *order)
{
    BankModel *model = order->model;
    bool is_fresh = order->restart || order->parameters;
    if (!model->learner) {
        const LearnerOptions options = {&trainer->dataset->train, trainer->options.limit, trainer->options.no_shuffle,
                                        trainer->pool};
        model->learner = learner_create(&model->model, &options, NULL);
        is_fresh = true;
    }
    if (order->parameters) {
        free(model->initial);
        model->initial = order->parameters;
        model->initial_step = order->parameters_step;
    }
    if (model->learner && model->initial && is_fresh)
        learner_set_parameters(model->learner, model->initial, model->initial_step);
    else if (model->learner && order->restart)
        learner_restart(model->learner);
    if (is_fresh) {
        trainer->front_epoch = 0;
        model->history_count = 0;
        model->history_spacing = 1;
        model->test = (Metrics){0};
    }
    return is_fresh;
}

static void count_samples(Trainer *trainer, int64_t samples)
{
    const int64_t now = now_ns();
    trainer->window_samples += samples;
    const int64_t elapsed = now - trainer->window_start_ns;
    if (elapsed > 500000000) {
        atomic_store(&trainer->samples_per_second, trainer->window_samples * 1000000000 / elapsed);
        trainer->window_start_ns = now;
        trainer->window_samples = 0;
    }
}

static void run_slice(Trainer *trainer, const SliceOrder *order)
{
    BankModel *model = order->model;
    if (prepare_learner(trainer, order) && model->learner) {
        measure(trainer, model);
        publish(trainer, model);
        return;
    }
    if (!model->learner) {
        model->is_out_of_memory = true;
        atomic_store(&trainer->has_failed, true);
        atomic_store(&model->is_broken, true);
        return;
    }
    const int64_t start = now_ns(), first = learner_images_seen(model->learner);
    const int steps = order->single_step ? 1 : SLICE_STEPS;
    bool epoch_end = false;
    for (int i = 0; i < steps && !epoch_end && now_ns() - start < SLICE_NS; i++) {
        (void)learner_step(model->learner);
        if (learner_broken_step(model->learner) >= 0)
            break;
        epoch_end = learner_is_epoch_end(model->learner);
    }
    count_samples(trainer, learner_images_seen(model->learner) - first);
    earn_credit(trainer, now_ns() - start, order);
    if (epoch_end && wants_measuring(trainer, learner_epoch_count(model->learner), order))
        measure(trainer, model);
    publish(trainer, model);
}

static void *run_trainer(void *argument)
{
    Trainer *trainer = argument;
    if (!prepare_data(trainer))
        return NULL;
    pthread_mutex_lock(&trainer->lock);
    while (!trainer->quit) {
        BankModel *model = choose_locked(trainer);
        if (!model) {
            atomic_store(&trainer->samples_per_second, 0);
            pthread_cond_wait(&trainer->changed, &trainer->lock);
            trainer->window_start_ns = now_ns();
            trainer->window_samples = 0;
            continue;
        }
        const SliceOrder order = take_order_locked(trainer, model);
        pthread_mutex_unlock(&trainer->lock);
        run_slice(trainer, &order);
        pthread_mutex_lock(&trainer->lock);
        trainer->current = NULL;
    }
    pthread_mutex_unlock(&trainer->lock);
    return NULL;
}

// ---- the UI's side ------------------------------------------------------------------------------------------------

Trainer *trainer_create(const TrainerOptions *options, Error *error)
{
    Trainer *trainer = calloc(1, sizeof *trainer);
    if (!trainer) {
        error_set(error, "out of memory: the trainer");
        return NULL;
    }
    trainer->options = *options;
    trainer->epochs = options->epochs;
    trainer->spacing = 1;
    pthread_mutex_init(&trainer->lock, NULL);
    pthread_cond_init(&trainer->changed, NULL);
    trainer->pool = pool_create(options->thread_count, error);
    const int code = trainer->pool ? pthread_create(&trainer->thread, NULL, run_trainer, trainer) : 0;
    if (code != 0)
        error_set(error, "could not start the training thread: %s", strerror(code));
    if (!trainer->pool || code != 0) {
        pool_destroy(trainer->pool);
        free(trainer);
        return NULL;
    }
    return trainer;
}

void trainer_destroy(Trainer *trainer)
{
    if (!trainer)
        return;
    pthread_mutex_lock(&trainer->lock);
    trainer->quit = true;
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
    pthread_join(trainer->thread, NULL);
    for (int i = 0; i < trainer->bank_count; i++)
        bank_model_destroy(trainer->bank[i]);
    pool_destroy(trainer->pool);
    dataset_free(&trainer->own_dataset);
    pthread_cond_destroy(&trainer->changed);
    pthread_mutex_destroy(&trainer->lock);
    free(trainer);
}

const Dataset *trainer_dataset(Trainer *trainer) { return atomic_load(&trainer->data_ready) ? trainer->dataset : NULL; }

const TargetFacts *trainer_test_facts(Trainer *trainer)
{
    return atomic_load(&trainer->data_ready) ? &trainer->test_facts : NULL;
}

static bool is_in_use_locked(const Trainer *trainer, const BankModel *model)
{
    bool in_use = trainer->current == model;
    for (int i = 0; i < trainer->shown_count; i++)
        in_use |= trainer->shown[i] == model;
    return in_use;
}

// Takes the least recently shown model that is neither held, shown nor in hand out of a full bank.
static void make_room(Trainer *trainer)
{
    pthread_mutex_lock(&trainer->lock);
    int oldest = -1;
    for (int i = 0; i < trainer->bank_count; i++)
        if (trainer->bank[i]->hold_count == 0 && !is_in_use_locked(trainer, trainer->bank[i]) &&
            (oldest < 0 || trainer->bank[i]->last_shown < trainer->bank[oldest]->last_shown))
            oldest = i;
    pthread_mutex_unlock(&trainer->lock);
    assert(oldest >= 0); // TRAINER_SHOWN_MAX + 1 < BANK_MAX
    bank_model_destroy(trainer->bank[oldest]);
    trainer->bank[oldest] = trainer->bank[--trainer->bank_count];
}

BankModel *trainer_find(Trainer *trainer, const Spec *spec, Error *error)
{
    for (int i = 0; i < trainer->bank_count; i++) {
        if (spec_equal(&trainer->bank[i]->model.spec, spec)) {
            trainer->bank[i]->last_shown = trainer->show_count;
            return trainer->bank[i];
        }
    }
    BankModel *model = bank_model_create(spec, error);
    if (!model)
        return NULL;
    if (trainer->bank_count == BANK_MAX)
        make_room(trainer);
    model->last_shown = trainer->show_count;
    trainer->bank[trainer->bank_count++] = model;
    return model;
}

void trainer_show(Trainer *trainer, BankModel *const *models, int count)
{
    assert(count <= TRAINER_SHOWN_MAX);
    trainer->show_count++;
    pthread_mutex_lock(&trainer->lock);
    trainer->shown_count = 0;
    for (int i = 0; i < count; i++) {
        models[i]->last_shown = trainer->show_count;
        bool is_there = false;
        for (int j = 0; j < trainer->shown_count; j++)
            is_there |= trainer->shown[j] == models[i];
        if (!is_there)
            trainer->shown[trainer->shown_count++] = models[i];
    }
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

void trainer_play(Trainer *trainer, bool playing)
{
    pthread_mutex_lock(&trainer->lock);
    trainer->playing = playing;
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

void trainer_step(Trainer *trainer)
{
    pthread_mutex_lock(&trainer->lock);
    for (int i = 0; i < trainer->shown_count; i++)
        trainer->shown[i]->step_requests++;
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

void trainer_restart(Trainer *trainer)
{
    pthread_mutex_lock(&trainer->lock);
    for (int i = 0; i < trainer->shown_count; i++) {
        trainer->shown[i]->restart_requests++;
        atomic_store(&trainer->shown[i]->is_broken, false);
        atomic_store(&trainer->shown[i]->steps_done, 0);
    }
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

void trainer_set_epochs(Trainer *trainer, int epochs)
{
    pthread_mutex_lock(&trainer->lock);
    trainer->epochs = epochs;
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

void trainer_set_parameters(Trainer *trainer, BankModel *model, const float *parameters, int64_t step)
{
    float *copy = malloc(model->model.parameter_count * sizeof *copy);
    if (!copy)
        return;
    memcpy(copy, parameters, model->model.parameter_count * sizeof *copy);
    pthread_mutex_lock(&trainer->lock);
    free(model->pending_parameters);
    model->pending_parameters = copy;
    model->pending_step = step;
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

bool trainer_is_busy(Trainer *trainer)
{
    bool busy = false;
    const bool has_data = atomic_load(&trainer->data_ready);
    pthread_mutex_lock(&trainer->lock);
    for (int i = 0; trainer->playing && i < trainer->shown_count; i++) {
        const BankModel *model = trainer->shown[i];
        const int images = !has_data ? 1
                           : trainer->options.limit > 0 && trainer->options.limit < trainer->dataset->train.count
                               ? trainer->options.limit
                               : trainer->dataset->train.count;
        const int batch = model->model.spec.batch < images ? model->model.spec.batch : images;
        const int64_t steps_per_epoch = (images + batch - 1) / batch;
        busy |= !atomic_load(&model->is_broken) &&
                (!has_data || atomic_load(&model->steps_done) < trainer->epochs * steps_per_epoch);
    }
    pthread_mutex_unlock(&trainer->lock);
    return busy;
}

bool trainer_has_failed(Trainer *trainer) { return atomic_load(&trainer->has_failed); }

void trainer_hold(Trainer *trainer, BankModel *model)
{
    (void)trainer;
    model->hold_count++;
}

void trainer_release(Trainer *trainer, BankModel *model)
{
    (void)trainer;
    assert(model->hold_count > 0);
    model->hold_count--;
}

double trainer_speed(Trainer *trainer) { return (double)atomic_load(&trainer->samples_per_second); }
