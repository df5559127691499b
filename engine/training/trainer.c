// The training thread: it trains the models on show in turn (trainer_turn.c), a slice of steps each, and measures what
// the UI asks for (trainer_measure.c). Where the trainer is driven the UI's thread takes its turns. The UI's side is
// trainer_requests.c; handover.h is the exchange of buffers between the two, bank.c what belongs to one model.
#include "training/trainer_state.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SLICE_NS = 8000000 };

int64_t trainer_now_ns(void)
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
    int64_t last_step;  // -1: none
    int64_t until_step; // the slice ends there
} SliceOrder;

void trainer_wake(Trainer *trainer)
{
    if (trainer->options.wake)
        trainer->options.wake(trainer->options.wake_context);
}

static void publish(Trainer *trainer, BankModel *model)
{
    if (bank_model_publish(model))
        trainer_wake(trainer);
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
    const int probe = train->count < TRAIN_PROBE_IMAGES ? train->count : TRAIN_PROBE_IMAGES;
    trainer->train_facts = metrics_target_facts(train, probe);
    trainer->binary_test_facts = metrics_binary_facts(test, test->count);
    trainer->binary_train_facts = metrics_binary_facts(train, probe);
    atomic_store(&trainer->data_ready, true);
    trainer_wake(trainer);
    return true;
}

static SliceOrder take_order_locked(Trainer *trainer, BankModel *model)
{
    SliceOrder order = {.model = model,
                        .epochs = trainer->epochs,
                        .shown_count = trainer->shown_count,
                        .last_step = trainer_last_step_locked(trainer, model),
                        .until_step = trainer_find_slice_end_locked(trainer, model),
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
    if (order.restart || order.parameters)
        model->round_end = 0;
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
        trainer_forget_moments(trainer, model);
        trainer->front_epoch = 0;
        model->history_count = 0;
        model->history_spacing = 1;
        model->test = (Metrics){0};
    }
    return is_fresh;
}

static void count_samples(Trainer *trainer, int64_t samples)
{
    const int64_t now = trainer_now_ns();
    trainer->window_samples += samples;
    const int64_t elapsed = now - trainer->window_start_ns;
    if (elapsed > 500000000) {
        atomic_store(&trainer->samples_per_second, trainer->window_samples * 1000000000 / elapsed);
        trainer->window_start_ns = now;
        trainer->window_samples = 0;
    }
}

static bool wants_measuring(Trainer *trainer, const BankModel *model, const SliceOrder *order)
{
    const int epoch = learner_epoch_count(model->learner);
    return epoch >= order->epochs || order->single_step || trainer_wants_measuring(trainer, epoch, order->shown_count);
}

static void run_slice(Trainer *trainer, const SliceOrder *order)
{
    BankModel *model = order->model;
    if (prepare_learner(trainer, order) && model->learner) {
        trainer_measure(trainer, model);
        publish(trainer, model);
        return;
    }
    if (!model->learner) {
        model->is_out_of_memory = true;
        atomic_store(&trainer->has_failed, true);
        atomic_store(&model->is_broken, true);
        return;
    }
    const int64_t start = trainer_now_ns(), first = learner_images_seen(model->learner);
    const int steps = order->single_step ? 1 : SLICE_STEPS;
    bool epoch_end = false, is_last = false;
    // without a window nobody waits, and a slice ends after its number of steps, not by time: what depends on slices,
    // such as the last finite weights of a model that breaks, is then the same in every run
    const int64_t slice_end = start + SLICE_NS < trainer->turns_end_ns ? start + SLICE_NS : trainer->turns_end_ns;
    const int64_t end = trainer->options.every_epoch ? INT64_MAX : slice_end;
    for (int i = 0; i < steps && !epoch_end && !is_last && (i == 0 || trainer_now_ns() < end) &&
                    learner_step_count(model->learner) < order->until_step;
         i++) {
        (void)learner_step(model->learner);
        if (learner_broken_step(model->learner) >= 0)
            break;
        epoch_end = learner_is_epoch_end(model->learner);
        is_last = learner_step_count(model->learner) == order->last_step;
        if (moments_wants(&model->moments, learner_step_count(model->learner))) // this thread alone changes moments
            (void)trainer_keep_moment(trainer, model);
    }
    count_samples(trainer, learner_images_seen(model->learner) - first);
    trainer_earn_credit(trainer, trainer_now_ns() - start, order->shown_count);
    if (learner_broken_step(model->learner) >= 0)
        trainer_measure_finite(trainer, model);
    else if (is_last || (epoch_end && wants_measuring(trainer, model, order)))
        trainer_measure(trainer, model);
    publish(trainer, model);
}

// A model on show that is at a step that nobody has measured: its figures are still of an earlier one. Of several the
// one whose figures are oldest, so that each gets new ones where there is not time for all between two batches.
static BankModel *find_unmeasured_locked(const Trainer *trainer)
{
    BankModel *oldest = NULL;
    for (int i = 0; i < trainer->shown_count; i++) {
        BankModel *model = trainer->shown[i];
        if (model->learner && learner_broken_step(model->learner) < 0 &&
            model->test_step != learner_step_count(model->learner) && (!oldest || model->test_step < oldest->test_step))
            oldest = model;
    }
    return oldest;
}

// False where all that is at rest is measured. lock is held before and after.
static bool measure_at_rest_locked(Trainer *trainer)
{
    BankModel *model = atomic_load(&trainer->has_failed) ? NULL : find_unmeasured_locked(trainer);
    if (!model)
        return false;
    trainer->current = model;
    pthread_mutex_unlock(&trainer->lock);
    trainer_measure(trainer, model);
    publish(trainer, model);
    pthread_mutex_lock(&trainer->lock);
    trainer->current = NULL;
    return true;
}

// ---- a turn ------------------------------------------------------------------------------------------------------

// Behind a rest the speed is of what follows.
static void end_rest_locked(Trainer *trainer)
{
    if (!trainer->rests)
        return;
    trainer->rests = false;
    trainer->window_start_ns = trainer_now_ns();
    trainer->window_samples = 0;
}

static void run_slice_locked(Trainer *trainer, BankModel *model)
{
    const SliceOrder order = take_order_locked(trainer, model);
    pthread_mutex_unlock(&trainer->lock);
    run_slice(trainer, &order);
    pthread_mutex_lock(&trainer->lock);
    trainer->current = NULL;
}

// Does what comes next: the data, something to measure, or a slice of training. When there is more to do: DUE_NOW, a
// time, or DUE_NEVER, when something has changed. lock is held before and after.
static int64_t take_turn_locked(Trainer *trainer)
{
    end_rest_locked(trainer);
    if (!atomic_load(&trainer->data_ready) && !trainer->lacks_data) {
        pthread_mutex_unlock(&trainer->lock);
        trainer->lacks_data = !prepare_data(trainer);
        pthread_mutex_lock(&trainer->lock);
        return DUE_NOW;
    }
    BankModel *model = trainer->lacks_data ? NULL : trainer_choose_locked(trainer);
    const bool has_batch = model && trainer_waits_locked(trainer, model); // and nothing to train before it is due
    const bool is_idle = !model || (has_batch && trainer->pace_ns >= LONG_PACE_NS);
    if (!trainer->lacks_data &&
        (trainer_answer_locked(trainer, is_idle) || (is_idle && measure_at_rest_locked(trainer))))
        return DUE_NOW;
    if (has_batch)
        return trainer->next_batch_ns;
    if (model) {
        run_slice_locked(trainer, model);
        return DUE_NOW;
    }
    atomic_store(&trainer->samples_per_second, 0);
    trainer->rests = true;
    return DUE_NEVER;
}

// Until something changes, at most until then.
static void wait_locked(Trainer *trainer, int64_t due_ns)
{
    const struct timespec due = {.tv_sec = (time_t)(due_ns / 1000000000), .tv_nsec = (long)(due_ns % 1000000000)};
    if (due_ns == DUE_NEVER)
        (void)pthread_cond_wait(&trainer->changed, &trainer->lock);
    else
        (void)pthread_cond_timedwait(&trainer->changed, &trainer->lock, &due);
}

void *trainer_run(void *argument)
{
    Trainer *trainer = argument;
    trainer->turns_end_ns = INT64_MAX;
    pthread_mutex_lock(&trainer->lock);
    while (!trainer->quit) {
        const int64_t due = take_turn_locked(trainer);
        if (due != DUE_NOW && !trainer->quit)
            wait_locked(trainer, due);
    }
    pthread_mutex_unlock(&trainer->lock);
    return NULL;
}

int64_t trainer_serve(Trainer *trainer, int64_t budget_ns)
{
    assert(trainer->options.is_driven);
    int64_t due, now;
    trainer->turns_end_ns = trainer_now_ns() + budget_ns;
    pthread_mutex_lock(&trainer->lock);
    do {
        due = take_turn_locked(trainer);
        now = trainer_now_ns();
    } while (due <= now && now < trainer->turns_end_ns);
    pthread_mutex_unlock(&trainer->lock);
    return due == DUE_NEVER ? TRAINER_RESTS : due > now ? due - now : 0;
}
