// What the training thread measures: moments to keep, and figures for curves and snapshots as time allows.
#include "training/trainer_state.h"

#include <math.h>
#include <string.h>

#include "models/pixels.h"

// With a fast model there is time to measure less than once an epoch (MEASURING_SHARE). The first epochs, in which the
// curves bend, are measured all the same.
enum { FIRST_EPOCHS = 4, SPACING_MAX = 1 << 20 };

// ---- moments ------------------------------------------------------------------------------------------------------

static int64_t measure_moments(const BankModel *model)
{
    return model->moments.count * ((int64_t)(model->model.parameter_count * sizeof(float)) + (int64_t)sizeof(Moment));
}

// Who gives way where the moments of all models are too many. What was on show before keeps its history: models that
// came last are thinned to a fair number first, then those that were on show longest ago, and so on, ever harder.
typedef struct Thinning {
    int floor;            // moments that a model keeps
    bool is_newest_first; // else the one that was on show longest ago
} Thinning;

static const Thinning thinnings[] = {
    {MOMENTS_FAIR, true}, {MOMENTS_HEAD, false}, {MOMENTS_HEAD, true}, {MOMENTS_MIN, false}};

static BankModel *find_victim_locked(const Trainer *trainer, Thinning thinning)
{
    BankModel *victim = NULL;
    for (int i = 0; i < trainer->bank_count; i++) {
        BankModel *model = trainer->bank[i];
        if (model->moments.count <= thinning.floor)
            continue;
        const int64_t rank = thinning.is_newest_first ? model->first_on_show : -model->last_on_show;
        const int64_t other = !victim                    ? INT64_MIN
                              : thinning.is_newest_first ? victim->first_on_show
                                                         : -victim->last_on_show;
        if (rank > other || (rank == other && model->moments.count > victim->moments.count))
            victim = model;
    }
    return victim;
}

// Thins one model after the other until all moments fit, or until each model has the least that it keeps.
static void fit_moments_locked(Trainer *trainer)
{
    int64_t bytes = 0;
    for (int i = 0; i < trainer->bank_count; i++)
        bytes += measure_moments(trainer->bank[i]);
    for (size_t i = 0; i < sizeof thinnings / sizeof *thinnings; i++)
        for (BankModel *victim;
             bytes > trainer->options.moment_bytes && (victim = find_victim_locked(trainer, thinnings[i]));) {
            bytes -= measure_moments(victim);
            moments_thin(&victim->moments, victim->moments.count - 1);
            bytes += measure_moments(victim);
        }
}

Moment *trainer_keep_moment(Trainer *trainer, BankModel *model)
{
    const int64_t step = learner_step_count(model->learner);
    pthread_mutex_lock(&trainer->lock);
    Moment *moment = moments_find(&model->moments, step);
    pthread_mutex_unlock(&trainer->lock);
    if (moment && moment->step == step)
        return moment;
    moment = moment_create(&model->model, learner_parameters(model->learner), step);
    if (!moment) {
        atomic_store(&trainer->has_failed, true);
        return NULL;
    }
    pthread_mutex_lock(&trainer->lock);
    moments_add(&model->moments, moment);
    fit_moments_locked(trainer);
    pthread_mutex_unlock(&trainer->lock);
    return moment;
}

void trainer_set_figures(Moment *moment, const Metrics *test)
{
    if (atomic_load(&moment->is_measured))
        return;
    moment->test = *test;
    atomic_store(&moment->is_measured, true);
}

void trainer_forget_moments(Trainer *trainer, BankModel *model)
{
    pthread_mutex_lock(&trainer->lock);
    moments_clear(&model->moments);
    model->moments.steps_per_epoch = learner_steps_per_epoch(model->learner);
    model->moments.pinned = trainer->options.kept_step > 0 ? trainer->options.kept_step : -1;
    pthread_mutex_unlock(&trainer->lock);
}

// ---- measuring ----------------------------------------------------------------------------------------------------

Sweep *trainer_begin_test(Trainer *trainer, const Model *model, const float *parameters, Metrics *out)
{
    const bool is_binary = pixels_have_binary_figures(&model->spec);
    return metrics_begin(model, parameters, &trainer->dataset->test,
                         is_binary ? &trainer->binary_test_facts : &trainer->test_facts, trainer->pool, out, NULL);
}

static void take_figures(Trainer *trainer, BankModel *model)
{
    const Metrics *test = &trainer->errand.test, *train = &trainer->errand.train;
    model->test = *test;
    model->test_epoch = learner_epoch_count(model->learner);
    model->test_step = learner_step_count(model->learner);
    trainer->measuring_ns = trainer->errand.spent_ns;
    Moment *moment = trainer_keep_moment(trainer, model);
    if (moment)
        trainer_set_figures(moment, test);
    if (model->test_step % learner_steps_per_epoch(model->learner) != 0)
        return; // the curves have points at the ends of epochs alone
    EpochRecord record = {.epoch = model->test_epoch,
                          .train_kl = (float)train->kl,
                          .test_kl = (float)test->kl,
                          .train_price = (float)train->price,
                          .test_price = (float)test->price};
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        record.test[loss] = (float)test->mean[loss];
        record.train[loss] = (float)train->mean[loss];
        record.noisy[loss] = (float)test->noisy_mean[loss];
    }
    bank_model_record(model, record);
}

// Where memory is short the figures stay as old as they say they are.
static void end_measuring(Trainer *trainer, bool is_good)
{
    if (is_good)
        take_figures(trainer, trainer->errand.model);
    trainer_publish(trainer, trainer->errand.model);
}

void trainer_measure(Trainer *trainer, BankModel *model)
{
    Errand *errand = &trainer->errand;
    const float *parameters = learner_parameters(model->learner);
    const bool is_binary = pixels_have_binary_figures(&model->model.spec);
    *errand = (Errand){.model = model};
    Sweep *test = trainer_begin_test(trainer, &model->model, parameters, &errand->test),
          *train = metrics_begin(&model->model, parameters, &trainer->dataset->train,
                                 is_binary ? &trainer->binary_train_facts : &trainer->train_facts, trainer->pool,
                                 &errand->train, NULL);
    trainer_begin_errand(trainer, sweep_join(test, train), end_measuring);
}

static void end_measuring_finite(Trainer *trainer, bool is_good)
{
    BankModel *model = trainer->errand.model;
    if (is_good) {
        model->test = trainer->errand.test;
        model->test_step = model->finite_step;
        model->test_epoch = (int)(model->finite_step / learner_steps_per_epoch(model->learner));
    }
    trainer_publish(trainer, model);
}

void trainer_measure_finite(Trainer *trainer, BankModel *model)
{
    trainer->errand = (Errand){.model = model};
    Sweep *test = trainer_begin_test(trainer, &model->model, model->finite, &trainer->errand.test);
    trainer_begin_errand(trainer, test, end_measuring_finite);
}

// Whether the models on show are measured after this epoch: the first few, the last, and every so many between as time
// allows. How many is only changed when a model is the first to reach an epoch, so that the others do the same.
bool trainer_wants_measuring(Trainer *trainer, int epoch, int shown_count)
{
    if (epoch <= FIRST_EPOCHS || trainer->options.every_epoch)
        return true;
    const int64_t round = trainer->measuring_ns * shown_count;
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
void trainer_earn_credit(Trainer *trainer, int64_t elapsed_ns, int shown_count)
{
    const int64_t most = 3 * trainer->measuring_ns * shown_count;
    const int64_t credit = trainer->credit_ns + (int64_t)(MEASURING_SHARE * (double)elapsed_ns);
    trainer->credit_ns = credit < most ? credit : most;
}
