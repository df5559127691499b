// Training for figures alone.
#include "training/lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "models/choices.h"
#include "models/code.h"
#include "training/learner.h"

Model lab_model(const Spec *spec)
{
    Spec measured = *spec;
    measured.targets = TARGETS_GREY;
    return model_create(&measured, DIGIT_PIXELS);
}

int64_t lab_batches(const Lab *lab, const Spec *spec, int epochs)
{
    return (int64_t)epochs * ((lab->image_count + spec->batch - 1) / spec->batch);
}

enum { PIECE_NS = 20000000 }; // of training, before progress is asked again

struct LabRun {
    Lab lab;
    Learner *learner;
    Model as_measured;
    int64_t batches; // in all
    LabMoment *moments;
    int count, at;
    Sweep *sweep; // the figures of the moment; NULL: it is trained to
};

LabRun *lab_begin(const Lab *lab, const Spec *spec, LabMoment *moments, int count, Error *error)
{
    const Model model = model_create(spec, DIGIT_PIXELS);
    const LearnerOptions options = {.train = lab->train, .image_count = lab->image_count, .pool = lab->pool};
    LabRun *run = calloc(1, sizeof *run);
    if (!run) {
        (void)error_set(error, "out of memory: training a model");
        return NULL;
    }
    *run = (LabRun){.lab = *lab,
                    .learner = learner_create(&model, &options, error),
                    .as_measured = lab_model(spec),
                    .batches = lab_batches(lab, spec, moments[count - 1].epoch),
                    .moments = moments,
                    .count = count};
    for (int i = 0; i < count; i++)
        moments[i].test = (Metrics){.images = 0};
    if (run->learner)
        return run;
    lab_end(run);
    return NULL;
}

void lab_end(LabRun *run)
{
    if (run) {
        sweep_destroy(run->sweep);
        learner_destroy(run->learner);
    }
    free(run);
}

static bool is_trained(const LabRun *run)
{
    return learner_epoch_count(run->learner) >= run->moments[run->at].epoch || learner_broken_step(run->learner) >= 0;
}

static JobTurn end_moment(LabRun *run)
{
    sweep_destroy(run->sweep);
    run->sweep = NULL;
    return ++run->at < run->count ? JOB_MORE : JOB_DONE;
}

// Trained to the moment: its figures.
static JobTurn begin_figures(LabRun *run, Error *error)
{
    LabMoment *moment = &run->moments[run->at];
    const Lab *lab = &run->lab;
    moment->train_loss = learner_epoch_loss(run->learner);
    moment->train_kl = learner_epoch_penalty(run->learner, PENALTY_KL);
    moment->drawn = (Elbo){NAN, NAN};
    if (learner_broken_step(run->learner) >= 0)
        return end_moment(run);
    const float *parameters = learner_parameters(run->learner);
    run->sweep = metrics_begin(&run->as_measured, parameters, lab->test, &lab->facts, lab->pool, &moment->test, error);
    if (run->sweep && code_is_drawn(&run->as_measured))
        run->sweep = sweep_join(run->sweep, elbo_begin(&run->as_measured, parameters, lab->test, lab->test->count,
                                                       lab->pool, &moment->drawn, error));
    return run->sweep ? JOB_MORE : JOB_FAILED;
}

JobTurn lab_go_on(LabRun *run, int64_t until_ns, const LoadProgress *progress, Error *error)
{
    if (run->sweep)
        return sweep_advance(run->sweep, run->lab.pool, until_ns) ? end_moment(run) : JOB_MORE;
    const int64_t end = until_ns == INT64_MAX ? clock_now_ns() + PIECE_NS : until_ns;
    for (bool is_first = true; !is_trained(run) && (is_first || clock_now_ns() < end); is_first = false) {
        if (!load_progress_report(progress, (uint64_t)learner_step_count(run->learner), (uint64_t)run->batches, error))
            return JOB_FAILED;
        double loss;
        if (!learner_advance(run->learner, until_ns, &loss))
            return JOB_MORE;
    }
    return is_trained(run) ? begin_figures(run, error) : JOB_MORE;
}

int64_t lab_broken_step(const LabRun *run) { return learner_broken_step(run->learner); }

float *lab_copy_parameters(const LabRun *run, Error *error)
{
    const size_t size = run->as_measured.parameter_count * sizeof(float);
    float *parameters = malloc(size);
    if (parameters)
        memcpy(parameters, learner_parameters(run->learner), size);
    else
        (void)error_set(error, "out of memory: the weights of a model");
    return parameters;
}

bool lab_train(const Lab *lab, const Spec *spec, LabMoment *moments, int count, int64_t *broken_step,
               const LoadProgress *progress, Error *error)
{
    LabRun *run = lab_begin(lab, spec, moments, count, error);
    JobTurn turn = run ? JOB_MORE : JOB_FAILED;
    while (turn == JOB_MORE)
        turn = lab_go_on(run, INT64_MAX, progress, error);
    *broken_step = turn == JOB_DONE ? lab_broken_step(run) : -1;
    lab_end(run);
    return turn == JOB_DONE;
}
