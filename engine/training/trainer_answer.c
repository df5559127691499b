// What the UI asks the training thread for: the figures of a moment, how far two are apart, surveys.
#include "training/trainer_state.h"

#include <string.h>

// ---- what comes next ----------------------------------------------------------------------------------------------

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
    return is_idle || clock_now_ns() >= trainer->next_compare_ns;
}

static int find_pair_locked(const Trainer *trainer) // one that waits; -1: none
{
    for (int i = 0; i < PAIRS_MAX; i++)
        if (trainer->pairs[i].a && !trainer->pairs[i].is_done)
            return i;
    return -1;
}

static int find_survey_locked(const Trainer *trainer) // one that waits; -1: none
{
    for (int i = 0; i < SURVEYS_MAX; i++)
        if (trainer->surveys[i].moment && !trainer->surveys[i].is_done)
            return i;
    return -1;
}

// ---- measuring it --------------------------------------------------------------------------------------------------

static void set_next_time(Trainer *trainer)
{
    trainer->next_compare_ns = clock_now_ns() + (int64_t)((double)trainer->errand.spent_ns / MEASURING_SHARE);
}

static void end_moment(Trainer *trainer, bool is_good)
{
    if (is_good)
        trainer_set_figures(trainer->errand.moments[0], &trainer->errand.test);
    trainer_wake(trainer);
}

static void begin_moment(Trainer *trainer)
{
    const Moment *moment = trainer->errand.moments[0];
    trainer_begin_errand(
        trainer, trainer_begin_test(trainer, &moment->model, moment->parameters, &trainer->errand.test), end_moment);
}

// The UI may have given the entry to another pair meanwhile: then nobody wants the result.
static void end_pair(Trainer *trainer, bool is_good)
{
    const Errand *errand = &trainer->errand;
    set_next_time(trainer);
    pthread_mutex_lock(&trainer->lock);
    PairEntry *pair = &trainer->pairs[errand->index];
    if (pair->a == errand->moments[0] && pair->b == errand->moments[1]) {
        pair->is_done = true;
        pair->metrics = is_good ? errand->pair : (PairMetrics){0};
    }
    pthread_mutex_unlock(&trainer->lock);
    trainer_wake(trainer);
}

static void begin_pair(Trainer *trainer)
{
    const Moment *a = trainer->errand.moments[0], *b = trainer->errand.moments[1];
    const ImageSet *test = &trainer->dataset->test;
    trainer_begin_errand(trainer,
                         metrics_begin_pair(&a->model, a->parameters, &b->model, b->parameters, test, test->count,
                                            trainer->pool, &trainer->errand.pair, NULL),
                         end_pair);
}

// As end_pair. What there was no memory for is known to hold nothing.
static void end_survey(Trainer *trainer, bool is_good)
{
    Errand *errand = &trainer->errand;
    set_next_time(trainer);
    if (!is_good)
        memset(&errand->survey, 0, sizeof errand->survey);
    pthread_mutex_lock(&trainer->lock);
    Survey *survey = &trainer->surveys[errand->index];
    if (survey->moment == errand->moments[0] && survey->wish.kind == errand->wish.kind &&
        survey->wish.mix == errand->wish.mix) {
        survey->is_done = true;
        survey->result = errand->survey;
    } else if (errand->wish.kind == SURVEY_POINTS) {
        code_points_release(errand->survey.points);
    }
    pthread_mutex_unlock(&trainer->lock);
    trainer_wake(trainer);
}

static Sweep *create_survey(Trainer *trainer, const Moment *moment, SurveyWish wish)
{
    const Model *model = &moment->model;
    const ImageSet *test = &trainer->dataset->test;
    SurveyResult *out = &trainer->errand.survey;
    switch (wish.kind) {
    case SURVEY_CODE:
        return code_facts_begin(model, moment->parameters, test, test->count, trainer->pool, &out->code, NULL);
    case SURVEY_POINTS:
        return code_points_begin(model, moment->parameters, test, test->count, trainer->pool, &out->points, NULL);
    case SURVEY_APPEARANCE:
        return appearance_begin(model, moment->parameters, test, test->count, trainer->pool, &out->appearance, NULL);
    case SURVEY_MIXED:
        return mixed_begin(model, moment->parameters, test, test->count, wish.mix, trainer->pool, &out->mixed, NULL);
    }
    return NULL;
}

static void begin_survey(Trainer *trainer)
{
    Sweep *sweep = create_survey(trainer, trainer->errand.moments[0], trainer->errand.wish);
    trainer_begin_errand(trainer, sweep, end_survey);
}

bool trainer_answer_locked(Trainer *trainer, bool is_idle)
{
    Errand *errand = &trainer->errand;
    Moment *wanted = take_wanted_locked(trainer);
    const bool is_time = !wanted && is_time_locked(trainer, is_idle);
    const int pair = is_time ? find_pair_locked(trainer) : -1, survey = is_time ? find_survey_locked(trainer) : -1;
    if (wanted) {
        *errand = (Errand){.moments = {wanted}};
        trainer_run_unlocked(trainer, begin_moment);
    } else if (survey >= 0) { // what one looks at before what is said of it
        const Survey *asked = &trainer->surveys[survey];
        *errand = (Errand){.moments = {asked->moment}, .index = survey, .wish = asked->wish};
        moment_hold(asked->moment);
        trainer_run_unlocked(trainer, begin_survey);
    } else if (pair >= 0) {
        const PairEntry *asked = &trainer->pairs[pair];
        *errand = (Errand){.moments = {asked->a, asked->b}, .index = pair};
        moment_hold(asked->a);
        moment_hold(asked->b);
        trainer_run_unlocked(trainer, begin_pair);
    }
    return wanted || survey >= 0 || pair >= 0;
}
