// The training thread: it trains the models on show in turn (trainer_turn.c), a slice of steps each, and measures what
// the UI asks for (trainer_measure.c). Where the trainer is driven the UI's thread takes its turns. The UI's side is
// trainer_requests.c; handover.h is the exchange of buffers between the two, bank.c what belongs to one model.
#include "training/trainer_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE_NS = 8000000 };

void trainer_wake(Trainer *trainer)
{
    if (trainer->options.wake)
        trainer->options.wake(trainer->options.wake_context);
}

void trainer_publish(Trainer *trainer, BankModel *model)
{
    if (bank_model_publish(model))
        trainer_wake(trainer);
}

// ---- the training thread ------------------------------------------------------------------------------------------

// ---- errands ------------------------------------------------------------------------------------------------------

void trainer_drop_errand(Trainer *trainer)
{
    Errand *errand = &trainer->errand;
    sweep_destroy(errand->sweep);
    moment_release(errand->moments[0]);
    moment_release(errand->moments[1]);
    errand->sweep = NULL;
    errand->moments[0] = errand->moments[1] = NULL;
}

static void end_errand(Trainer *trainer, bool is_good)
{
    if (!is_good)
        atomic_store(&trainer->has_failed, true);
    trainer->errand.end(trainer, is_good);
    trainer_drop_errand(trainer);
}

void trainer_begin_errand(Trainer *trainer, Sweep *sweep, void (*end)(Trainer *trainer, bool is_good))
{
    trainer->errand.sweep = sweep;
    trainer->errand.end = end;
    if (!sweep)
        end_errand(trainer, false);
}

static void go_on(Trainer *trainer)
{
    const int64_t start = clock_now_ns();
    const bool is_done = sweep_advance(trainer->errand.sweep, trainer->pool, trainer->turns_end_ns);
    trainer->errand.spent_ns += clock_now_ns() - start;
    if (is_done)
        end_errand(trainer, true);
}

// ---- the data -----------------------------------------------------------------------------------------------------

static void end_data(Trainer *trainer, bool is_good)
{
    trainer->lacks_data = !is_good;
    atomic_store(&trainer->data_ready, is_good);
    if (is_good)
        trainer_wake(trainer);
}

static void begin_data(Trainer *trainer)
{
    const Dataset *given = trainer->options.dataset;
    trainer->errand = (Errand){0};
    Sweep *digits = given ? NULL : dataset_begin(&trainer->own_dataset, trainer->options.builtin_seed, NULL);
    trainer->dataset = given ? given : &trainer->own_dataset;
    const ImageSet *train = &trainer->dataset->train, *test = &trainer->dataset->test;
    const int probe = train->count < TRAIN_PROBE_IMAGES ? train->count : TRAIN_PROBE_IMAGES;
    Sweep *grey = sweep_join(metrics_begin_facts(test, test->count, false, &trainer->test_facts, NULL),
                             metrics_begin_facts(train, probe, false, &trainer->train_facts, NULL)),
          *binary = sweep_join(metrics_begin_facts(test, test->count, true, &trainer->binary_test_facts, NULL),
                               metrics_begin_facts(train, probe, true, &trainer->binary_train_facts, NULL)),
          *facts = sweep_join(grey, binary);
    trainer_begin_errand(trainer, given ? facts : sweep_join(digits, facts), end_data);
}

// ---- a slice of training ------------------------------------------------------------------------------------------

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
    const int64_t now = clock_now_ns();
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

static void end_slice(Trainer *trainer, bool is_last)
{
    const SliceOrder *order = &trainer->slice.order;
    BankModel *model = order->model;
    const bool is_epoch_end = trainer->slice.steps > 0 && learner_is_epoch_end(model->learner);
    if (learner_broken_step(model->learner) >= 0)
        trainer_measure_finite(trainer, model);
    else if (is_last || (is_epoch_end && wants_measuring(trainer, model, order)))
        trainer_measure(trainer, model);
    else
        trainer_publish(trainer, model);
}

// Begins a batch or goes on with the one under way. False where it is not done yet.
static bool train_batch(Trainer *trainer, BankModel *model)
{
    TrainingSlice *slice = &trainer->slice;
    double loss;
    slice->is_in_batch = !learner_advance(model->learner, trainer->turns_end_ns, &loss);
    if (slice->is_in_batch)
        return false;
    slice->steps++;
    if (learner_broken_step(model->learner) < 0 &&
        moments_wants(&model->moments, learner_step_count(model->learner))) // this thread alone changes moments
        (void)trainer_keep_moment(trainer, model);
    return true;
}

static void go_on_training(Trainer *trainer)
{
    TrainingSlice *slice = &trainer->slice;
    const SliceOrder *order = &slice->order;
    Learner *learner = order->model->learner;
    const int64_t start = clock_now_ns(), seen = learner_images_seen(learner);
    const int steps = order->single_step ? 1 : SLICE_STEPS;
    // without a window nobody waits, and a slice ends after its number of steps, not by time: what depends on slices,
    // such as the last finite weights of a model that breaks, is then the same in every run
    const int64_t slice_end = start + SLICE_NS < trainer->turns_end_ns ? start + SLICE_NS : trainer->turns_end_ns;
    const int64_t end = trainer->options.every_epoch ? INT64_MAX : slice_end;
    bool is_over = false, is_last = false;
    while (slice->is_in_batch || (!is_over && slice->steps < steps && (slice->steps == 0 || clock_now_ns() < end) &&
                                  learner_step_count(learner) < order->until_step)) {
        if (!train_batch(trainer, order->model))
            break;
        is_last = learner_step_count(learner) == order->last_step;
        is_over = is_last || learner_is_epoch_end(learner) || learner_broken_step(learner) >= 0;
    }
    count_samples(trainer, learner_images_seen(learner) - seen);
    trainer_earn_credit(trainer, clock_now_ns() - start, order->shown_count);
    if (!slice->is_in_batch)
        end_slice(trainer, is_last);
}

static void run_slice(Trainer *trainer, const SliceOrder *order)
{
    BankModel *model = order->model;
    if (prepare_learner(trainer, order) && model->learner) {
        trainer_measure(trainer, model);
        return;
    }
    if (!model->learner) {
        model->is_out_of_memory = true;
        atomic_store(&trainer->has_failed, true);
        atomic_store(&model->is_broken, true);
        return;
    }
    trainer->slice = (TrainingSlice){.order = *order};
    go_on_training(trainer);
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
    pthread_mutex_lock(&trainer->lock);
    return true;
}

// ---- a turn ------------------------------------------------------------------------------------------------------

// Behind a rest the speed is of what follows.
static void end_rest_locked(Trainer *trainer)
{
    if (!trainer->rests)
        return;
    trainer->rests = false;
    trainer->window_start_ns = clock_now_ns();
    trainer->window_samples = 0;
}

static void run_slice_locked(Trainer *trainer, BankModel *model)
{
    const SliceOrder order = take_order_locked(trainer, model);
    pthread_mutex_unlock(&trainer->lock);
    run_slice(trainer, &order);
    pthread_mutex_lock(&trainer->lock);
}

void trainer_run_unlocked(Trainer *trainer, void (*work)(Trainer *trainer))
{
    pthread_mutex_unlock(&trainer->lock);
    work(trainer);
    pthread_mutex_lock(&trainer->lock);
}

// What there is to do but wait. False where there is nothing.
static bool do_next_locked(Trainer *trainer, BankModel *model, bool has_batch)
{
    const bool is_idle = !model || (has_batch && trainer->pace_ns >= LONG_PACE_NS);
    if (trainer_answer_locked(trainer, is_idle) || (is_idle && measure_at_rest_locked(trainer)))
        return true;
    if (model && !has_batch)
        run_slice_locked(trainer, model);
    return model && !has_batch;
}

// Does what comes next: a slice of an errand or of training, or the beginning of an errand. When there is more to do:
// DUE_NOW, a time, or DUE_NEVER, when something has changed. lock is held before and after.
static int64_t take_turn_locked(Trainer *trainer)
{
    int64_t due = DUE_NOW;
    end_rest_locked(trainer);
    if (trainer->errand.sweep) {
        trainer_run_unlocked(trainer, go_on);
    } else if (trainer->slice.is_in_batch) {
        trainer_run_unlocked(trainer, go_on_training);
    } else if (!atomic_load(&trainer->data_ready)) {
        if (!trainer->lacks_data)
            trainer_run_unlocked(trainer, begin_data);
        due = trainer->lacks_data ? DUE_NEVER : DUE_NOW;
    } else {
        BankModel *model = trainer_choose_locked(trainer);
        const bool has_batch = model && trainer_waits_locked(trainer, model); // and nothing to train before it is due
        if (!do_next_locked(trainer, model, has_batch))
            due = has_batch ? trainer->next_batch_ns : DUE_NEVER;
    }
    if (!trainer->errand.sweep && !trainer->slice.is_in_batch)
        trainer->current = NULL;
    trainer->rests = due == DUE_NEVER;
    if (trainer->rests && atomic_exchange(&trainer->samples_per_second, 0) > 0)
        trainer_wake(trainer); // what was published last was looked at with a speed
    return due;
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
    pool_step_back(); // else models that are trained would hold up the window that shows them
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
    trainer->turns_end_ns = clock_now_ns() + budget_ns;
    pthread_mutex_lock(&trainer->lock);
    do {
        due = take_turn_locked(trainer);
        now = clock_now_ns();
    } while (due <= now && now < trainer->turns_end_ns);
    pthread_mutex_unlock(&trainer->lock);
    return due == DUE_NEVER ? TRAINER_RESTS : due > now ? due - now : 0;
}
