// What the training thread measures: moments to keep, figures for curves and snapshots as time allows, and what the UI
// asks for.
#include "training/trainer_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/pixels.h"

// Of training's time, how much may go into measuring: with a fast model that is less than once an epoch. The first
// epochs, in which the curves bend, are measured all the same.
static const double measuring_share = 0.05;
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

static void set_figures(Moment *moment, const Metrics *test)
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

static bool measure_test(Trainer *trainer, const Model *model, const float *parameters, Metrics *test)
{
    return metrics_measure(model, parameters, &trainer->dataset->test,
                           pixels_have_binary_figures(&model->spec) ? &trainer->binary_test_facts
                                                                    : &trainer->test_facts,
                           trainer->pool, test, NULL);
}

void trainer_measure(Trainer *trainer, BankModel *model)
{
    const int64_t start = trainer_now_ns();
    const float *parameters = learner_parameters(model->learner);
    Metrics test, train;
    const bool is_binary = pixels_have_binary_figures(&model->model.spec);
    if (!measure_test(trainer, &model->model, parameters, &test) ||
        !metrics_measure(&model->model, parameters, &trainer->dataset->train,
                         is_binary ? &trainer->binary_train_facts : &trainer->train_facts, trainer->pool, &train,
                         NULL)) {
        atomic_store(&trainer->has_failed, true); // memory is short: the figures stay as old as they say they are
        return;
    }
    model->test = test;
    model->test_epoch = learner_epoch_count(model->learner);
    model->test_step = learner_step_count(model->learner);
    trainer->measuring_ns = trainer_now_ns() - start;
    Moment *moment = trainer_keep_moment(trainer, model);
    if (moment)
        set_figures(moment, &test);
    if (model->test_step % learner_steps_per_epoch(model->learner) != 0)
        return; // the curves have points at the ends of epochs alone
    EpochRecord record = {.epoch = model->test_epoch,
                          .train_kl = (float)train.kl,
                          .test_kl = (float)test.kl,
                          .train_price = (float)train.price,
                          .test_price = (float)test.price};
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        record.test[loss] = (float)test.mean[loss];
        record.train[loss] = (float)train.mean[loss];
        record.noisy[loss] = (float)test.noisy_mean[loss];
    }
    bank_model_record(model, record);
}

// A broken model stays at its last finite weights: its figures are of those.
void trainer_measure_finite(Trainer *trainer, BankModel *model)
{
    Metrics test;
    if (!measure_test(trainer, &model->model, model->finite, &test)) {
        atomic_store(&trainer->has_failed, true);
        return;
    }
    model->test = test;
    model->test_step = model->finite_step;
    model->test_epoch = (int)(model->finite_step / learner_steps_per_epoch(model->learner));
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
    const int64_t credit = trainer->credit_ns + (int64_t)(measuring_share * (double)elapsed_ns);
    trainer->credit_ns = credit < most ? credit : most;
}

// ---- what the UI asks for -----------------------------------------------------------------------------------------

// Takes over the hold of the list.
static void measure_moment(Trainer *trainer, Moment *moment)
{
    Metrics test;
    if (measure_test(trainer, &moment->model, moment->parameters, &test))
        set_figures(moment, &test);
    else
        atomic_store(&trainer->has_failed, true);
    moment_release(moment);
    trainer_wake(trainer);
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

// Whether what the UI can wait for may be measured now: its time has come, or nothing else is to be done.
static bool is_time_locked(const Trainer *trainer, bool is_idle)
{
    return is_idle || trainer_now_ns() >= trainer->next_compare_ns;
}

static void set_next_time(Trainer *trainer, int64_t start)
{
    const int64_t now = trainer_now_ns();
    trainer->next_compare_ns = now + (int64_t)((double)(now - start) / measuring_share);
}

static int find_pair_locked(const Trainer *trainer) // one that waits; -1: none
{
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
    const int64_t start = trainer_now_ns();
    PairMetrics metrics;
    const bool good = metrics_compare(&a->model, a->parameters, &b->model, b->parameters, &trainer->dataset->test,
                                      trainer->dataset->test.count, trainer->pool, &metrics, NULL);
    set_next_time(trainer, start);
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
    trainer_wake(trainer);
}

static int find_survey_locked(const Trainer *trainer) // one that waits; -1: none
{
    for (int i = 0; i < SURVEYS_MAX; i++)
        if (trainer->surveys[i].moment && !trainer->surveys[i].is_done)
            return i;
    return -1;
}

// Into trainer->survey.
static bool measure_survey(Trainer *trainer, const Moment *moment, SurveyWish wish)
{
    const Model *model = &moment->model;
    const ImageSet *test = &trainer->dataset->test;
    SurveyResult *out = &trainer->survey;
    switch (wish.kind) {
    case SURVEY_CODE:
        return code_facts_measure(model, moment->parameters, test, test->count, trainer->pool, &out->code, NULL);
    case SURVEY_POINTS:
        out->points = code_points_measure(model, moment->parameters, test, test->count, trainer->pool, NULL);
        return out->points != NULL;
    case SURVEY_APPEARANCE:
        return appearance_measure(model, moment->parameters, test, test->count, trainer->pool, &out->appearance, NULL);
    case SURVEY_MIXED:
        return mixed_measure(model, moment->parameters, test, test->count, wish.mix, trainer->pool, &out->mixed, NULL);
    }
    return false;
}

// As compare_pair_locked. What there was no memory for is known to hold nothing.
static void survey_locked(Trainer *trainer, int index)
{
    Moment *const moment = trainer->surveys[index].moment;
    const SurveyWish wish = trainer->surveys[index].wish;
    moment_hold(moment);
    pthread_mutex_unlock(&trainer->lock);
    const int64_t start = trainer_now_ns();
    const bool good = measure_survey(trainer, moment, wish);
    if (!good)
        memset(&trainer->survey, 0, sizeof trainer->survey);
    set_next_time(trainer, start);
    pthread_mutex_lock(&trainer->lock);
    Survey *survey = &trainer->surveys[index];
    if (survey->moment == moment && survey->wish.kind == wish.kind && survey->wish.mix == wish.mix) {
        survey->is_done = true;
        survey->result = trainer->survey;
    } else if (wish.kind == SURVEY_POINTS) {
        code_points_release(trainer->survey.points);
    }
    if (!good)
        atomic_store(&trainer->has_failed, true);
    moment_release(moment);
    trainer_wake(trainer);
}

bool trainer_answer_locked(Trainer *trainer, bool is_idle)
{
    Moment *wanted = take_wanted_locked(trainer);
    if (wanted) {
        pthread_mutex_unlock(&trainer->lock);
        measure_moment(trainer, wanted);
        pthread_mutex_lock(&trainer->lock);
        return true;
    }
    if (!is_time_locked(trainer, is_idle))
        return false;
    const int pair = find_pair_locked(trainer), survey = find_survey_locked(trainer);
    if (survey >= 0) // what one looks at before what is said of it
        survey_locked(trainer, survey);
    else if (pair >= 0)
        compare_pair_locked(trainer, pair);
    return survey >= 0 || pair >= 0;
}
