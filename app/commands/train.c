// Command train: one model, trained as fast as it goes, its figures as JSON.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/extras.h"
#include "commands/progress.h"
#include "files/report_json.h"
#include "state/curve.h"

enum { KEPT_STEPS = 16 }; // from copy to copy of the weights: then it costs next to nothing

typedef struct Training {
    const Options *options;
    Pool *pool;
    Dataset dataset;
    TargetFacts facts; // of the test set
    Model model;
    ModelFile initial; // --init's; zeroed: the model begins with its own weights
    int64_t initial_step;
    Learner *learner;
    Progress progress;

    int images;      // trained on in an epoch
    int epochs_done; // in this run
    double seconds;  // of training alone
    int64_t samples; // in this run
    Metrics test;
    int64_t test_step;             // when test was measured, -1: never
    float *kept;                   // parameters of a while ago, all finite; NULL without -o
    int64_t kept_step, saved_step; // saved_step: what -o has, -1: nothing
    json_t *history;
    json_t *step_losses, *epoch_losses; // NULL without --log step
    json_t *step_penalties[PENALTY_COUNT],
        *epoch_penalties[PENALTY_COUNT]; // likewise; NULL of one that is not paid, too
} Training;

// ---- training -----------------------------------------------------------------------------------------------------

static bool measure_test(Training *training, Error *error)
{
    const int64_t step = learner_step_count(training->learner);
    if (training->test_step == step)
        return true;
    training->test_step = step;
    return metrics_measure(&training->model, learner_parameters(training->learner), &training->dataset.test,
                           &training->facts, training->pool, &training->test, error);
}

static ProgressState describe(const Training *training, double part)
{
    const bool is_measured = training->test_step >= 0;
    ProgressState state = {
        .epochs_done = training->epochs_done + part,
        .epoch = learner_epoch_count(training->learner) + (part > 0.0),
        .samples_per_second = training->seconds > 0.0 ? (double)training->samples / training->seconds : 0.0,
        .train_loss = learner_epoch_loss(training->learner),
        .test_loss = is_measured ? training->test.mean[training->model.spec.loss] : NAN,
    };
    for (Penalty i = 0; i < PENALTY_COUNT; i++) {
        state.is_paid[i] = penalty_is_paid(i, &training->model.spec);
        state.train_penalty[i] = learner_epoch_penalty(training->learner, i);
        state.test_penalty[i] = is_measured ? curve_of_metrics(&training->test, curve_of_penalty(i)) : NAN;
    }
    return state;
}

// Should they become NaN or infinite later.
static void keep_parameters(Training *training)
{
    memcpy(training->kept, learner_parameters(training->learner),
           training->model.parameter_count * sizeof *training->kept);
    training->kept_step = learner_step_count(training->learner);
}

static void log_step(Training *training, double loss)
{
    if (!training->step_losses)
        return;
    (void)json_array_append_new(training->step_losses, report_number(loss));
    (void)json_array_append_new(training->epoch_losses, report_number(loss));
    for (Penalty i = 0; i < PENALTY_COUNT; i++) {
        if (!training->step_penalties[i])
            continue;
        const double penalty = learner_step_penalty(training->learner, i);
        (void)json_array_append_new(training->step_penalties[i], report_number(penalty));
        (void)json_array_append_new(training->epoch_penalties[i], report_number(penalty));
    }
}

static void train_batch(Training *training, int *epoch_images)
{
    const int batch = training->model.spec.batch, rest = training->images - *epoch_images;
    const double start = progress_now();
    const double loss = learner_step(training->learner);
    training->seconds += progress_now() - start;
    const int images = batch < rest ? batch : rest;
    *epoch_images += images;
    training->samples += images;
    log_step(training, loss);
    const int64_t step = learner_step_count(training->learner);
    if (training->kept && (step < KEPT_STEPS || step % KEPT_STEPS == 0) && learner_broken_step(training->learner) < 0)
        keep_parameters(training);
    if (*epoch_images < training->images) {
        const ProgressState state = describe(training, (double)*epoch_images / training->images);
        progress_update(&training->progress, &state);
    }
}

static void set_penalty(json_t *json, const char *prefix, Penalty penalty, json_t *value)
{
    char key[32];
    (void)snprintf(key, sizeof key, "%s_%s", prefix, penalty_key(penalty));
    (void)json_object_set_new(json, key, value);
}

// To an epoch's entry, which takes over the steps'.
static void add_penalties(Training *training, json_t *entry)
{
    for (Penalty i = 0; i < PENALTY_COUNT; i++) {
        if (!penalty_is_paid(i, &training->model.spec))
            continue;
        set_penalty(entry, "train", i, report_number(learner_epoch_penalty(training->learner, i)));
        set_penalty(entry, "test", i, report_number(curve_of_metrics(&training->test, curve_of_penalty(i))));
        if (training->epoch_penalties[i])
            set_penalty(entry, "step", i, training->epoch_penalties[i]);
        training->epoch_penalties[i] = NULL;
    }
}

// One epoch. False when something stopped it: a signal, weights that are not finite (then without error), or the
// memory.
static bool train_epoch(Training *training, Error *error)
{
    int epoch_images = 0;
    training->epoch_losses = training->step_losses ? json_array() : NULL;
    for (Penalty i = 0; i < PENALTY_COUNT; i++)
        training->epoch_penalties[i] = training->step_penalties[i] ? json_array() : NULL;
    while (epoch_images < training->images && !command_signal() && learner_broken_step(training->learner) < 0)
        train_batch(training, &epoch_images);
    const bool is_whole = epoch_images == training->images && learner_broken_step(training->learner) < 0;
    if (!is_whole || !measure_test(training, error)) {
        json_decref(training->epoch_losses);
        training->epoch_losses = NULL;
        for (Penalty i = 0; i < PENALTY_COUNT; i++) {
            json_decref(training->epoch_penalties[i]);
            training->epoch_penalties[i] = NULL;
        }
        return false;
    }
    training->epochs_done++;
    const double train_loss = learner_epoch_loss(training->learner);
    const double test_loss = training->test.mean[training->model.spec.loss];
    json_t *entry =
        json_pack("{s:i, s:o, s:o, s:o}", "epoch", learner_epoch_count(training->learner), "train_loss",
                  report_number(train_loss), "train_loss_per_image", report_number(DIGIT_PIXELS * train_loss),
                  "test_loss_per_image", report_number(DIGIT_PIXELS * test_loss));
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        char key[32];
        (void)snprintf(key, sizeof key, "test_%s", loss_get(loss)->key);
        (void)json_object_set_new(entry, key, report_number(training->test.mean[loss]));
    }
    if (training->model.log_sigma_offset > 0)
        (void)json_object_set_new(entry, "sigma", report_number(training->test.sigma));
    if (training->epoch_losses)
        (void)json_object_set_new(entry, "step_loss", training->epoch_losses);
    training->epoch_losses = NULL;
    add_penalties(training, entry);
    (void)json_array_append_new(training->history, entry);
    const ProgressState state = describe(training, 0.0);
    progress_finish_epoch(&training->progress, &state);
    return true;
}

// ---- the report ---------------------------------------------------------------------------------------------------

// What was asked for besides. A report that is NULL, or that nothing can be added to, becomes NULL.
static json_t *add_extras(const Training *training, json_t *report)
{
    Error error;
    const ExtrasInput input = {.options = training->options,
                               .dataset = &training->dataset,
                               .images = training->images,
                               .model = &training->model,
                               .parameters = learner_parameters(training->learner),
                               .pool = training->pool};
    if (report && extras_add(report, &input, &error))
        return report;
    json_decref(report);
    return NULL;
}

// NULL where memory is short.
static json_t *build_report(const Training *training)
{
    char spec[SPEC_TEXT_SIZE], digest[65];
    Learner *learner = training->learner;
    const int64_t broken = learner_broken_step(learner);
    const int first_epoch = (int)(training->initial_step / learner_steps_per_epoch(learner));
    spec_format(&training->model.spec, spec, sizeof spec);
    if (!model_digest(&training->model, learner_parameters(learner), digest))
        return NULL;
    json_t *report = json_pack("{s:s, s:o, s:i, s:I, s:o, s:o, s:i, s:O}", "spec", spec, "data",
                               report_data(&training->dataset, training->images, &training->facts), "epochs",
                               first_epoch + training->epochs_done, "steps", (json_int_t)learner_step_count(learner),
                               "seconds", report_number(training->seconds), "samples_per_second",
                               report_number((double)training->samples / training->seconds), "threads",
                               pool_thread_count(training->pool), "history", training->history);
    if (training->step_losses)
        (void)json_object_set(report, "step_loss", training->step_losses);
    for (Penalty i = 0; i < PENALTY_COUNT; i++)
        if (training->step_penalties[i])
            set_penalty(report, "step", i, json_incref(training->step_penalties[i]));
    if (broken >= 0)
        (void)json_object_set_new(report, "broken_step", json_integer(broken));
    if (broken >= 0 && training->saved_step >= 0)
        (void)json_object_set_new(report, "saved_step", json_integer(training->saved_step));
    (void)json_object_set_new(report, "test", report_metrics(&training->test, &training->model.spec));
    if (training->model.spec.range != RANGE_UNIT)
        (void)json_object_set_new(report, "range", report_range(&training->model, learner_parameters(learner)));
    if (pixels_are_damaged(&training->model.spec))
        (void)json_object_set_new(report, "test_noisy", report_noisy(&training->test));
    const Diagnosis diagnosis = diagnosis_find(&(DiagnosisFacts){
        &training->model.spec, &training->test, &training->facts, learner_epoch_count(learner), broken});
    (void)json_object_set_new(report, "diagnosis", report_diagnosis(&diagnosis));
    (void)json_object_set_new(report, "weights_sha256", json_string(digest));
    Notices notices = training->dataset.notices;
    notices_append(&notices, &training->initial.notices);
    (void)json_object_set_new(report, "notices", report_notices(&notices));
    return report;
}

static bool save_as(Training *training, NewFile *file, Naming naming, Error *error)
{
    const bool is_broken = learner_broken_step(training->learner) >= 0;
    const float *parameters = is_broken ? training->kept : learner_parameters(training->learner);
    const int64_t step = is_broken ? training->kept_step : learner_step_count(training->learner);
    if (!new_file_begin(file, training->options->output, naming, error) ||
        !new_file_end(file, model_write(&training->model, parameters, step, file, error), error))
        return false;
    training->saved_step = step;
    return true;
}

// Under the name that was asked for; should that have become impossible meanwhile, under the next that is free.
static int save_model(Training *training)
{
    Error error;
    NewFile file;
    if (!training->options->output)
        return EXIT_OK;
    const bool is_named = save_as(training, &file, command_naming(training->options), &error);
    if (!is_named) {
        (void)command_fail(0, "%s", error.text);
        if (!save_as(training, &file, NAME_NEXT, &error))
            return EXIT_FAILED;
        (void)command_fail(0, "the weights are in %s instead", file_shorten_path(file.path));
    }
    const int64_t broken = learner_broken_step(training->learner);
    if (broken >= 0)
        (void)command_fail(0, "%s has the weights of step %lld, the last that were kept before",
                           file_shorten_path(file.path), (long long)training->saved_step);
    return is_named && broken < 0 ? EXIT_OK : EXIT_FAILED;
}

static int train_and_report(Training *training)
{
    Error error = {""};
    bool good = true;
    training->progress = progress_create(training->options->epochs, loss_get(training->model.spec.loss)->key);
    while (good && training->epochs_done < training->options->epochs && !command_signal())
        good = train_epoch(training, &error);
    const int64_t broken = learner_broken_step(training->learner);
    const bool is_stopped = training->epochs_done < training->options->epochs && command_signal() && broken < 0;
    progress_clear(&training->progress);
    if (broken >= 0)
        (void)command_fail(0, "a weight became NaN or infinite at step %lld, and training stopped there",
                           (long long)broken);
    if (is_stopped)
        (void)command_fail(0, "stopped after %lld steps", (long long)learner_step_count(training->learner));
    const int saved = save_model(training); // before anything else can fail
    if (*error.text || !measure_test(training, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    const int printed = command_print_json(add_extras(training, build_report(training)));
    const int status = saved != EXIT_OK ? saved : printed;
    return status == EXIT_OK && is_stopped ? EXIT_SIGNAL + command_signal() : status;
}

// ---- what it takes ------------------------------------------------------------------------------------------------

static int prepare_model(Training *training)
{
    const Options *options = training->options;
    SpecWish wish;
    training->model = model_create(&options->model, DIGIT_PIXELS);
    if (!options->init)
        return EXIT_OK;
    const int status = command_load_model(
        options->init, command_wish(options, "--model", &options->model, &options->said[SAID_MODEL], &wish),
        &training->dataset.test, &training->initial);
    if (status == EXIT_OK)
        training->model = training->initial.model;
    return status;
}

static bool prepare_learner(Training *training, Error *error)
{
    const ImageSet *train = &training->dataset.train;
    const int limit = training->options->limit;
    training->images = limit > 0 && limit < train->count ? limit : train->count;
    training->facts = metrics_model_facts(&training->model.spec, &training->dataset.test, training->dataset.test.count);
    const LearnerOptions options = {train, training->images, training->options->no_shuffle, training->pool};
    training->learner = learner_create(&training->model, &options, error);
    if (!training->learner)
        return false;
    if (training->initial.parameters)
        learner_set_parameters(training->learner, training->initial.parameters, training->initial.step);
    training->initial_step = learner_step_count(training->learner);
    if (training->options->output) {
        training->kept = malloc(training->model.parameter_count * sizeof *training->kept);
        if (!training->kept)
            return error_set(error, "out of memory: a copy of the weights");
        keep_parameters(training);
    }
    training->history = json_array();
    training->step_losses = training->options->log == LOG_STEP ? json_array() : NULL;
    for (Penalty i = 0; i < PENALTY_COUNT; i++)
        training->step_penalties[i] =
            training->step_losses && penalty_is_paid(i, &training->model.spec) ? json_array() : NULL;
    return true;
}

static void clean_up(Training *training)
{
    json_decref(training->history);
    json_decref(training->step_losses);
    for (Penalty i = 0; i < PENALTY_COUNT; i++)
        json_decref(training->step_penalties[i]);
    learner_destroy(training->learner);
    model_file_free(&training->initial);
    free(training->kept);
    dataset_free(&training->dataset);
    pool_destroy(training->pool);
    free(training);
}

int train_run(const Options *options)
{
    command_catch_signals(); // before the data: an early Ctrl-C too ends in a report
    Error error;
    Training *training = calloc(1, sizeof *training);
    if (!training)
        return command_fail(EXIT_FAILED, "out of memory: training");
    training->options = options;
    training->test_step = training->saved_step = -1;
    int status = EXIT_OK;
    if ((options->output && !new_file_check(options->output, command_naming(options), &error)) ||
        !(training->pool = pool_create(options->threads, &error)))
        status = command_fail(EXIT_FAILED, "%s", error.text);
    if (status == EXIT_OK)
        status = command_load_data(options, training->pool, &training->dataset);
    if (status == EXIT_OK)
        status = prepare_model(training);
    if (status == EXIT_OK && !prepare_learner(training, &error))
        status = command_fail(EXIT_FAILED, "%s", error.text);
    if (status == EXIT_OK)
        status = train_and_report(training);
    clean_up(training);
    return status;
}
