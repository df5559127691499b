// Command train: one model, trained as fast as it goes, its figures as JSON.
#include <math.h>
#include <stdlib.h>

#include "commands.h"
#include "progress.h"
#include "report_json.h"

typedef struct Training {
    const Options *options;
    Pool *pool;
    Dataset dataset;
    TargetFacts facts; // of the test set
    Model model;
    float *initial; // --init's parameters; NULL: the model's own
    int64_t initial_step;
    Learner *learner;
    Progress progress;

    int images;      // trained on in an epoch
    int epochs_done; // in this run
    double seconds;  // of training alone
    int64_t samples; // in this run
    Metrics test;
    int64_t test_step;                            // when test was measured, -1: never
    json_t *history, *step_losses, *epoch_losses; // the last two NULL without --log step
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
    return (ProgressState){
        .epochs_done = training->epochs_done + part,
        .epoch = learner_epoch_count(training->learner) + (part > 0.0),
        .samples_per_second = training->seconds > 0.0 ? (double)training->samples / training->seconds : 0.0,
        .train_loss = learner_epoch_loss(training->learner),
        .test_loss = is_measured ? metrics_loss(&training->test, training->model.spec.loss) : NAN,
    };
}

static void log_step(Training *training, double loss)
{
    if (!training->step_losses)
        return;
    (void)json_array_append_new(training->step_losses, report_number(loss));
    (void)json_array_append_new(training->epoch_losses, report_number(loss));
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
    if (*epoch_images < training->images) {
        const ProgressState state = describe(training, (double)*epoch_images / training->images);
        progress_update(&training->progress, &state);
    }
}

// One epoch. False when something stopped it: a signal, weights that are not finite (then without error), or the
// memory.
static bool train_epoch(Training *training, Error *error)
{
    int epoch_images = 0;
    if (training->step_losses)
        training->epoch_losses = json_array();
    while (epoch_images < training->images && !command_signal() && learner_broken_step(training->learner) < 0)
        train_batch(training, &epoch_images);
    const bool is_whole = epoch_images == training->images && learner_broken_step(training->learner) < 0;
    if (!is_whole || !measure_test(training, error)) {
        json_decref(training->epoch_losses);
        training->epoch_losses = NULL;
        return false;
    }
    training->epochs_done++;
    json_t *entry =
        json_pack("{s:i, s:o, s:o, s:o, s:o}", "epoch", learner_epoch_count(training->learner), "train_loss",
                  report_number(learner_epoch_loss(training->learner)), "test_bce", report_number(training->test.bce),
                  "test_mse", report_number(training->test.mse), "test_mae", report_number(training->test.mae));
    if (training->epoch_losses)
        (void)json_object_set_new(entry, "step_loss", training->epoch_losses);
    training->epoch_losses = NULL;
    (void)json_array_append_new(training->history, entry);
    const ProgressState state = describe(training, 0.0);
    progress_finish_epoch(&training->progress, &state);
    return true;
}

// ---- the report ---------------------------------------------------------------------------------------------------

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
    if (broken >= 0)
        (void)json_object_set_new(report, "broken_step", json_integer(broken));
    (void)json_object_set_new(report, "test", report_metrics(&training->test));
    (void)json_object_set_new(report, "weights_sha256", json_string(digest));
    return report;
}

// Never weights that --init would refuse.
static int save_model(const Training *training)
{
    Error error;
    const char *path = training->options->output;
    if (!path)
        return EXIT_OK;
    if (!model_is_finite(&training->model, learner_parameters(training->learner)))
        return command_fail(EXIT_FAILED, "%s is not written, because the weights are not finite", path);
    if (!model_save(&training->model, learner_parameters(training->learner), learner_step_count(training->learner),
                    path, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    return EXIT_OK;
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
    if (*error.text || !measure_test(training, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    if (broken >= 0)
        (void)command_fail(0, "a weight became NaN or infinite at step %lld, and training stopped there",
                           (long long)broken);
    if (is_stopped)
        (void)command_fail(0, "stopped after %lld steps", (long long)learner_step_count(training->learner));
    const int saved = save_model(training), printed = report_print(build_report(training));
    const int status = saved != EXIT_OK ? saved : printed;
    return status == EXIT_OK && is_stopped ? EXIT_SIGNAL + command_signal() : status;
}

// ---- what it takes ------------------------------------------------------------------------------------------------

static bool prepare_model(Training *training, Error *error)
{
    const Options *options = training->options;
    training->model = model_create(&options->model, DIGIT_PIXELS);
    if (!options->init)
        return true;
    training->initial = command_load_model(options->init, cli_is_given(options, "--model"), &training->model,
                                           &training->initial_step, error);
    return training->initial != NULL;
}

static bool prepare_learner(Training *training, Error *error)
{
    const ImageSet *train = &training->dataset.train;
    const int limit = training->options->limit;
    training->images = limit > 0 && limit < train->count ? limit : train->count;
    training->facts = metrics_target_facts(&training->dataset.test, training->dataset.test.count);
    const LearnerOptions options = {train, training->images, training->options->no_shuffle, training->pool};
    training->learner = learner_create(&training->model, &options, error);
    if (!training->learner)
        return false;
    if (training->initial)
        learner_set_parameters(training->learner, training->initial, training->initial_step);
    training->initial_step = learner_step_count(training->learner);
    training->history = json_array();
    training->step_losses = training->options->log == LOG_STEP ? json_array() : NULL;
    return true;
}

static void clean_up(Training *training)
{
    json_decref(training->history);
    json_decref(training->step_losses);
    learner_destroy(training->learner);
    free(training->initial);
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
    training->test_step = -1;
    int status = EXIT_OK;
    if ((options->output && !command_check_output(options->output, &error)) || !prepare_model(training, &error) ||
        !(training->pool = pool_create(options->threads, &error)))
        status = command_fail(EXIT_FAILED, "%s", error.text);
    if (status == EXIT_OK)
        status = command_load_data(options, training->pool, &training->dataset);
    if (status == EXIT_OK && !prepare_learner(training, &error))
        status = command_fail(EXIT_FAILED, "%s", error.text);
    if (status == EXIT_OK)
        status = train_and_report(training);
    clean_up(training);
    return status;
}
