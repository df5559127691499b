// The training thread: it trains the models on show in turn and measures what the UI asks for. The UI's side is
// trainer_requests.c; beside pool.c these two are the only files with threads (handover.h holds the exchange of
// buffers, bank.c what belongs to one model).
#include "trainer_state.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SLICE_STEPS = 16, SLICE_NS = 8000000 };

// Of training's time, how much may go into measuring: with a fast model that is less than once an epoch. The first
// epochs, in which the curves bend, are measured all the same.
static const double measuring_share = 0.05;
enum { FIRST_EPOCHS = 4, SPACING_MAX = 1 << 20 };

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
    int64_t last_step; // -1: none
} SliceOrder;

// ---- moments ------------------------------------------------------------------------------------------------------

// As many as the models on show have room for together.
static int count_moments_at_most(const Trainer *trainer, const BankModel *model)
{
    const int64_t bytes = (int64_t)(model->model.parameter_count * sizeof(float)) + (int64_t)sizeof(Moment);
    const int64_t count = MOMENT_BYTES / (trainer->shown_count > 0 ? trainer->shown_count : 1) / bytes;
    return count > MOMENTS_MAX ? MOMENTS_MAX : count < MOMENTS_MIN ? MOMENTS_MIN : (int)count;
}

// The moment of the learner's present step; where memory is short there is none.
static Moment *keep_moment(Trainer *trainer, BankModel *model)
{
    const int64_t step = learner_step_count(model->learner);
    pthread_mutex_lock(&trainer->lock);
    Moment *moment = moments_find(&model->moments, step);
    pthread_mutex_unlock(&trainer->lock);
    if (moment && moment->step == step)
        return moment;
    moment = moment_create(&model->model, learner_parameters(model->learner), step);
    if (!moment)
        return NULL;
    pthread_mutex_lock(&trainer->lock);
    moments_add(&model->moments, moment, count_moments_at_most(trainer, model));
    pthread_mutex_unlock(&trainer->lock);
    return moment;
}

static void set_figures(Moment *moment, const Metrics *test)
{
    if (atomic_load(&moment->is_measured))
        return;
    moment->test = *test;
    atomic_store(&moment->is_measured, true);
}

static void forget_moments(Trainer *trainer, BankModel *model)
{
    pthread_mutex_lock(&trainer->lock);
    moments_clear(&model->moments);
    model->moments.steps_per_epoch = learner_steps_per_epoch(model->learner);
    model->moments.pinned = trainer->options.kept_step > 0 ? trainer->options.kept_step : -1;
    pthread_mutex_unlock(&trainer->lock);
}

// ---- measuring ----------------------------------------------------------------------------------------------------

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
    model->test_step = learner_step_count(model->learner);
    trainer->measuring_ns = now_ns() - start;
    Moment *moment = keep_moment(trainer, model);
    if (moment)
        set_figures(moment, &test);
    if (model->test_step % learner_steps_per_epoch(model->learner) != 0)
        return; // the curves have points at the ends of epochs alone
    EpochRecord record = {.epoch = model->test_epoch};
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        record.test[loss] = (float)metrics_loss(&test, loss);
        record.train[loss] = (float)metrics_loss(&train, loss);
    }
    bank_model_record(model, record);
}

// A broken model stays at its last finite weights: its figures are of those.
static void measure_finite(Trainer *trainer, BankModel *model)
{
    Metrics test;
    if (!metrics_measure(&model->model, model->finite, &trainer->dataset->test, &trainer->test_facts, trainer->pool,
                         &test, NULL)) {
        atomic_store(&trainer->has_failed, true);
        return;
    }
    model->test = test;
    model->test_step = model->finite_step;
    model->test_epoch = (int)(model->finite_step / learner_steps_per_epoch(model->learner));
}

// Whether the models on show are measured after this epoch: the first few, the last, and every so many between as time
// allows. How many is only changed when a model is the first to reach an epoch, so that the others do the same.
static bool wants_measuring(Trainer *trainer, int epoch, const SliceOrder *order)
{
    if (epoch <= FIRST_EPOCHS || epoch >= order->epochs || order->single_step || trainer->options.every_epoch)
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

static void wake(Trainer *trainer)
{
    if (trainer->options.wake)
        trainer->options.wake(trainer->options.wake_context);
}

static void publish(Trainer *trainer, BankModel *model)
{
    if (bank_model_publish(model))
        wake(trainer);
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
    wake(trainer);
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
           (trainer->playing && learner_epoch_count(model->learner) < trainer->epochs &&
            (trainer->last_step < 0 || learner_step_count(model->learner) < trainer->last_step));
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
                        .last_step = trainer->last_step,
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
    if (is_fresh && model->learner) {
        forget_moments(trainer, model);
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
    bool epoch_end = false, is_last = false;
    // where nobody waits a slice has its steps, however long they take: a broken model then is at the same step every
    // time
    const int64_t most_ns = trainer->options.every_epoch ? INT64_MAX : SLICE_NS;
    for (int i = 0; i < steps && !epoch_end && !is_last && now_ns() - start < most_ns; i++) {
        (void)learner_step(model->learner);
        if (learner_broken_step(model->learner) >= 0)
            break;
        epoch_end = learner_is_epoch_end(model->learner);
        is_last = learner_step_count(model->learner) == order->last_step;
        if (moments_wants(&model->moments,
                          learner_step_count(model->learner))) // the UI thins only models that are not in hand
            (void)keep_moment(trainer, model);
    }
    count_samples(trainer, learner_images_seen(model->learner) - first);
    earn_credit(trainer, now_ns() - start, order);
    if (learner_broken_step(model->learner) >= 0)
        measure_finite(trainer, model);
    else if (is_last || (epoch_end && wants_measuring(trainer, learner_epoch_count(model->learner), order)))
        measure(trainer, model);
    publish(trainer, model);
}

// ---- what the UI asks for -----------------------------------------------------------------------------------------

// Takes over the hold of the list.
static void measure_moment(Trainer *trainer, Moment *moment)
{
    Metrics test;
    if (metrics_measure(&moment->model, moment->parameters, &trainer->dataset->test, &trainer->test_facts,
                        trainer->pool, &test, NULL))
        set_figures(moment, &test);
    else
        atomic_store(&trainer->has_failed, true);
    moment_release(moment);
    wake(trainer);
}

static Moment *take_wanted_locked(Trainer *trainer)
{
    if (trainer->wanted_count == 0)
        return NULL;
    Moment *moment = trainer->wanted[0];
    trainer->wanted_count--;
    memmove(trainer->wanted, trainer->wanted + 1, (size_t)trainer->wanted_count * sizeof *trainer->wanted);
    return moment;
}

// A pair that waits, once its time has come or nothing else is to be done; -1: none.
static int find_pair_locked(const Trainer *trainer, bool is_idle)
{
    if (!is_idle && now_ns() < trainer->next_compare_ns)
        return -1;
    for (int i = 0; i < PAIRS_MAX; i++)
        if (trainer->pairs[i].a && !trainer->pairs[i].is_done)
            return i;
    return -1;
}

// The UI may give the entry to another pair meanwhile: then nobody wants the result. lock is held before and after.
static void compare_pair_locked(Trainer *trainer, int index)
{
    Moment *const a = trainer->pairs[index].a, *const b = trainer->pairs[index].b;
    moment_hold(a);
    moment_hold(b);
    pthread_mutex_unlock(&trainer->lock);
    const int64_t start = now_ns();
    PairMetrics metrics;
    const bool good = metrics_compare(&a->model, a->parameters, &b->model, b->parameters, &trainer->dataset->test,
                                      trainer->dataset->test.count, trainer->pool, &metrics, NULL);
    trainer->next_compare_ns = now_ns() + (int64_t)((double)(now_ns() - start) / measuring_share);
    pthread_mutex_lock(&trainer->lock);
    PairEntry *pair = &trainer->pairs[index];
    if (pair->a == a && pair->b == b) {
        pair->is_done = true;
        pair->metrics = good ? metrics : (PairMetrics){0};
    }
    if (!good)
        atomic_store(&trainer->has_failed, true);
    moment_release(a);
    moment_release(b);
    wake(trainer);
}

void *trainer_run(void *argument)
{
    Trainer *trainer = argument;
    if (!prepare_data(trainer))
        return NULL;
    pthread_mutex_lock(&trainer->lock);
    while (!trainer->quit) {
        Moment *wanted = take_wanted_locked(trainer);
        if (wanted) {
            pthread_mutex_unlock(&trainer->lock);
            measure_moment(trainer, wanted);
            pthread_mutex_lock(&trainer->lock);
            continue;
        }
        BankModel *model = choose_locked(trainer);
        const int pair = find_pair_locked(trainer, !model);
        if (pair >= 0) {
            compare_pair_locked(trainer, pair);
            continue;
        }
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
