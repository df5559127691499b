// The UI's side of the trainer: the bank of models, what is on show, and what is asked of the training thread.
#include "training/trainer_state.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "models/pixels.h"

// The longest time between two batches, a day: far from what the clock's arithmetic can bear.
static const int64_t PACE_MOST_NS = INT64_C(86400) * 1000000000;

Trainer *trainer_create(const TrainerOptions *options, Error *error)
{
    Trainer *trainer = calloc(1, sizeof *trainer);
    if (!trainer) {
        error_set(error, "out of memory: the trainer");
        return NULL;
    }
    trainer->options = *options;
    if (trainer->options.moment_bytes == 0)
        trainer->options.moment_bytes = MOMENT_BYTES;
    trainer->epochs = options->epochs;
    trainer->last_step = -1;
    trainer->spacing = 1;
    pthread_mutex_init(&trainer->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC); // clock_now_ns's
    pthread_cond_init(&trainer->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    trainer->pool = pool_create_behind(options->is_driven ? 1 : options->thread_count, error);
    const bool starts = trainer->pool && !options->is_driven;
    const int code = starts ? pthread_create(&trainer->thread, NULL, trainer_run, trainer) : 0;
    if (code != 0)
        error_set(error, "could not start the training thread: %s", strerror(code));
    if (!trainer->pool || code != 0) {
        pool_destroy(trainer->pool);
        free(trainer);
        return NULL;
    }
    return trainer;
}

static void drop_points(Survey *survey)
{
    if (survey->moment && survey->wish.kind == SURVEY_POINTS && survey->is_done)
        code_points_release(survey->result.points);
    survey->is_done = false;
}

static void end_thread(Trainer *trainer)
{
    if (trainer->options.is_driven)
        return;
    pthread_mutex_lock(&trainer->lock);
    trainer->quit = true;
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
    pthread_join(trainer->thread, NULL);
}

void trainer_destroy(Trainer *trainer)
{
    if (!trainer)
        return;
    end_thread(trainer);
    trainer_drop_errand(trainer);
    for (int i = 0; i < trainer->wanted_count; i++)
        moment_release(trainer->wanted[i]);
    for (int i = 0; i < PAIRS_MAX; i++) {
        moment_release(trainer->pairs[i].a);
        moment_release(trainer->pairs[i].b);
    }
    for (int i = 0; i < SURVEYS_MAX; i++) {
        drop_points(&trainer->surveys[i]);
        moment_release(trainer->surveys[i].moment);
    }
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

const TargetFacts *trainer_model_facts(Trainer *trainer, const Spec *spec)
{
    if (!atomic_load(&trainer->data_ready))
        return NULL;
    return pixels_have_binary_figures(spec) ? &trainer->binary_test_facts : &trainer->test_facts;
}

static bool is_in_use_locked(const Trainer *trainer, const BankModel *model)
{
    bool in_use = trainer->current == model;
    for (int i = 0; i < trainer->shown_count; i++)
        in_use |= trainer->shown[i] == model;
    return in_use;
}

static_assert(TRAINER_HELD_MAX + TRAINER_SHOWN_MAX + 1 < BANK_MAX,
              "a full bank has a model that is neither held nor shown nor being trained: raise BANK_MAX");

// Takes the one of those out of a full bank that was on show longest ago.
static void make_room(Trainer *trainer)
{
    pthread_mutex_lock(&trainer->lock);
    int oldest = -1;
    for (int i = 0; i < trainer->bank_count; i++)
        if (trainer->bank[i]->hold_count == 0 && !is_in_use_locked(trainer, trainer->bank[i]) &&
            (oldest < 0 || trainer->bank[i]->last_shown < trainer->bank[oldest]->last_shown))
            oldest = i;
    assert(oldest >= 0);
    BankModel *const model = trainer->bank[oldest];
    trainer->bank[oldest] = trainer->bank[--trainer->bank_count];
    pthread_mutex_unlock(&trainer->lock);
    bank_model_destroy(model);
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
    pthread_mutex_lock(&trainer->lock);
    trainer->bank[trainer->bank_count++] = model;
    pthread_mutex_unlock(&trainer->lock);
    return model;
}

void trainer_show(Trainer *trainer, BankModel *const *models, int count)
{
    assert(count <= TRAINER_SHOWN_MAX);
    trainer->show_count++;
    pthread_mutex_lock(&trainer->lock);
    trainer->shown_count = 0;
    for (int i = 0; i < count; i++) {
        models[i]->last_shown = models[i]->last_on_show = trainer->show_count;
        if (models[i]->first_on_show == 0)
            models[i]->first_on_show = trainer->show_count;
        bool is_there = false;
        for (int j = 0; j < trainer->shown_count; j++)
            is_there |= trainer->shown[j] == models[i];
        if (!is_there)
            trainer->shown[trainer->shown_count++] = models[i];
    }
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

// Of the models that are on show now, whatever is when the training thread comes to it.
static void end_round_locked(Trainer *trainer)
{
    trainer->ends_round = true;
    for (int i = 0; i < trainer->shown_count; i++)
        trainer->shown[i]->ends_round = true;
}

void trainer_play(Trainer *trainer, bool playing)
{
    pthread_mutex_lock(&trainer->lock);
    if (trainer->playing && !playing)
        end_round_locked(trainer);
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

void trainer_set_goal(Trainer *trainer, int epochs, int64_t last_step)
{
    pthread_mutex_lock(&trainer->lock);
    trainer->epochs = epochs;
    trainer->last_step = last_step;
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

void trainer_set_model_goal(Trainer *trainer, BankModel *model, int64_t last_step)
{
    pthread_mutex_lock(&trainer->lock);
    model->last_step = last_step;
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

void trainer_set_pace(Trainer *trainer, double batches_per_second)
{
    assert(batches_per_second >= 0.0);
    const int64_t pace_ns =
        batches_per_second > 0.0 ? (int64_t)fmin(1e9 / batches_per_second, (double)PACE_MOST_NS) : 0;
    pthread_mutex_lock(&trainer->lock);
    if (trainer->pace_ns != pace_ns) {
        trainer->next_batch_ns = 0; // at once
        if (trainer->playing)
            end_round_locked(trainer);
    }
    trainer->pace_ns = pace_ns;
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
}

bool trainer_set_parameters(Trainer *trainer, BankModel *model, const float *parameters, int64_t step)
{
    float *copy = malloc(model->model.parameter_count * sizeof *copy);
    if (!copy)
        return false;
    memcpy(copy, parameters, model->model.parameter_count * sizeof *copy);
    pthread_mutex_lock(&trainer->lock);
    free(model->pending_parameters);
    model->pending_parameters = copy;
    model->pending_step = step;
    pthread_cond_signal(&trainer->changed);
    pthread_mutex_unlock(&trainer->lock);
    return true;
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
        const int64_t last_step = trainer_last_step_locked(trainer, model), all = trainer->epochs * steps_per_epoch,
                      end = last_step >= 0 && last_step < all ? last_step : all;
        busy |= !atomic_load(&model->is_broken) && (!has_data || atomic_load(&model->steps_done) < end);
    }
    pthread_mutex_unlock(&trainer->lock);
    return busy;
}

bool trainer_has_failed(Trainer *trainer) { return atomic_load(&trainer->has_failed); }

void trainer_hold(Trainer *trainer, BankModel *model)
{
    trainer->held_count += model->hold_count == 0;
    assert(trainer->held_count <= TRAINER_HELD_MAX);
    model->hold_count++;
}

void trainer_release(Trainer *trainer, BankModel *model)
{
    assert(model->hold_count > 0);
    model->hold_count--;
    trainer->held_count -= model->hold_count == 0;
}

double trainer_speed(Trainer *trainer) { return (double)atomic_load(&trainer->samples_per_second); }

// ---- going back ---------------------------------------------------------------------------------------------------

int trainer_list_moments(Trainer *trainer, BankModel *model, int64_t steps[MOMENTS_MAX + 1])
{
    pthread_mutex_lock(&trainer->lock);
    const int count = model->moments.count;
    for (int i = 0; i < count; i++)
        steps[i] = model->moments.items[i]->step;
    pthread_mutex_unlock(&trainer->lock);
    return count;
}

static_assert((int)WANTED_MAX >= (int)TRAINER_SHOWN_MAX, "each model on show may want a moment's: raise WANTED_MAX");

static void want_figures_locked(Trainer *trainer, Moment *moment)
{
    for (int i = 0; i < trainer->wanted_count; i++)
        if (trainer->wanted[i] == moment)
            return;
    if (trainer->wanted_count == WANTED_MAX) { // the oldest is no longer looked at
        moment_release(trainer->wanted[0]);
        trainer->wanted_count--;
        memmove(trainer->wanted, trainer->wanted + 1, (size_t)trainer->wanted_count * sizeof *trainer->wanted);
    }
    moment_hold(moment);
    trainer->wanted[trainer->wanted_count++] = moment;
    pthread_cond_signal(&trainer->changed);
}

Moment *trainer_recall(Trainer *trainer, BankModel *model, int64_t step)
{
    pthread_mutex_lock(&trainer->lock);
    Moment *moment = moments_find(&model->moments, step);
    if (moment) {
        moment_hold(moment);
        if (!atomic_load(&moment->is_measured))
            want_figures_locked(trainer, moment);
    }
    pthread_mutex_unlock(&trainer->lock);
    return moment;
}

bool trainer_compare(Trainer *trainer, Moment *a, Moment *b, PairMetrics *out)
{
    bool is_known = false, is_there = false;
    pthread_mutex_lock(&trainer->lock);
    for (int i = 0; i < PAIRS_MAX && !is_there; i++) {
        const PairEntry *pair = &trainer->pairs[i];
        is_there = pair->a == a && pair->b == b;
        is_known = is_there && pair->is_done;
        if (is_known)
            *out = pair->metrics;
    }
    if (!is_there) {
        PairEntry *pair = &trainer->pairs[trainer->next_pair];
        trainer->next_pair = (trainer->next_pair + 1) % PAIRS_MAX;
        moment_release(pair->a);
        moment_release(pair->b);
        moment_hold(a);
        moment_hold(b);
        *pair = (PairEntry){.a = a, .b = b};
        pthread_cond_signal(&trainer->changed);
    }
    pthread_mutex_unlock(&trainer->lock);
    return is_known;
}

static bool is_of(const Survey *survey, const Moment *moment, SurveyWish wish)
{
    return survey->moment == moment && survey->wish.kind == wish.kind && survey->wish.mix == wish.mix;
}

bool trainer_survey(Trainer *trainer, Moment *moment, SurveyWish wish, SurveyResult *out)
{
    bool is_known = false, is_there = false;
    pthread_mutex_lock(&trainer->lock);
    for (int i = 0; i < SURVEYS_MAX && !is_there; i++) {
        const Survey *survey = &trainer->surveys[i];
        is_there = is_of(survey, moment, wish);
        is_known = is_there && survey->is_done;
        if (is_known)
            *out = survey->result;
        if (is_known && wish.kind == SURVEY_POINTS && out->points)
            code_points_hold(out->points);
    }
    if (!is_there) {
        Survey *survey = &trainer->surveys[trainer->next_survey];
        trainer->next_survey = (trainer->next_survey + 1) % SURVEYS_MAX;
        drop_points(survey);
        moment_release(survey->moment);
        moment_hold(moment);
        survey->moment = moment;
        survey->wish = wish;
        pthread_cond_signal(&trainer->changed);
    }
    pthread_mutex_unlock(&trainer->lock);
    return is_known;
}
