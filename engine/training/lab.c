// Training for figures alone.
#include "training/lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

typedef struct Work {
    const Lab *lab;
    Learner *learner;
    Model as_measured;
    int64_t batches; // in all
    const LoadProgress *progress;
} Work;

static bool train_to(const Work *work, LabMoment *moment, Error *error)
{
    Learner *learner = work->learner;
    const Lab *lab = work->lab;
    while (learner_epoch_count(learner) < moment->epoch && learner_broken_step(learner) < 0) {
        if (!load_progress_report(work->progress, (uint64_t)learner_step_count(learner), (uint64_t)work->batches,
                                  error))
            return false;
        (void)learner_step(learner);
    }
    moment->train_loss = learner_epoch_loss(learner);
    moment->train_kl = learner_epoch_kl(learner);
    moment->drawn = (Elbo){NAN, NAN};
    if (learner_broken_step(learner) >= 0)
        return true;
    const float *parameters = learner_parameters(learner);
    return metrics_measure(&work->as_measured, parameters, lab->test, &lab->facts, lab->pool, &moment->test, error) &&
           (!code_is_drawn(&work->as_measured) || elbo_measure(&work->as_measured, parameters, lab->test,
                                                               lab->test->count, lab->pool, &moment->drawn, error));
}

static bool copy_parameters(const Work *work, float **parameters, Error *error)
{
    const size_t size = work->as_measured.parameter_count * sizeof **parameters;
    *parameters = malloc(size);
    if (!*parameters)
        return error_set(error, "out of memory: the weights of a model");
    memcpy(*parameters, learner_parameters(work->learner), size);
    return true;
}

bool lab_train(const Lab *lab, const Spec *spec, LabMoment *moments, int count, float **parameters,
               int64_t *broken_step, const LoadProgress *progress, Error *error)
{
    const Model model = model_create(spec, DIGIT_PIXELS);
    const LearnerOptions options = {.train = lab->train, .image_count = lab->image_count, .pool = lab->pool};
    Work work = {.lab = lab,
                 .learner = learner_create(&model, &options, error),
                 .as_measured = lab_model(spec),
                 .batches = lab_batches(lab, spec, moments[count - 1].epoch),
                 .progress = progress};
    bool good = work.learner != NULL;
    for (int i = 0; i < count; i++) {
        moments[i].test = (Metrics){.images = 0};
        good = good && train_to(&work, &moments[i], error);
    }
    *broken_step = good ? learner_broken_step(work.learner) : -1;
    good = good && (!parameters || copy_parameters(&work, parameters, error));
    learner_destroy(work.learner);
    return good;
}
