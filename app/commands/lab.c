// Training for figures alone.
#include "commands/lab.h"

#include <math.h>

#include "commands/commands.h"

static int fail(const Error *error) { return command_fail(EXIT_FAILED, "%s", error->text); }

// model: as the figures are measured, on grey targets whatever it was trained on.
static int train_to(const Lab *lab, Learner *learner, const Model *model, LabMoment *moment)
{
    Error error;
    while (learner_epoch_count(learner) < moment->epoch && learner_broken_step(learner) < 0) {
        if (command_signal())
            return EXIT_SIGNAL + command_signal();
        (void)learner_step(learner);
    }
    moment->train_loss = learner_epoch_loss(learner);
    if (learner_broken_step(learner) >= 0)
        return EXIT_OK;
    return metrics_measure(model, learner_parameters(learner), lab->test, &lab->facts, lab->pool, &moment->test, &error)
               ? EXIT_OK
               : fail(&error);
}

static int measure_extras(const Lab *lab, Learner *learner, const Model *model, LabExtras *extras)
{
    Error error;
    Auroc auroc;
    const float *parameters = learner_parameters(learner);
    if (extras->wants_sharpness &&
        !appearance_measure(model, parameters, lab->test, lab->test->count, lab->pool, &extras->appearance, &error))
        return fail(&error);
    if (extras->left_out < 0)
        return EXIT_OK;
    if (!auroc_measure(model, parameters, lab->test, extras->left_out, lab->pool, &auroc, &error))
        return fail(&error);
    extras->auroc = auroc.losses[model->spec.loss].auroc;
    return EXIT_OK;
}

int lab_train(const Lab *lab, const Spec *spec, LabMoment *moments, int count, LabExtras *extras, int64_t *broken_step)
{
    Error error;
    Spec measured = *spec;
    measured.targets = TARGETS_GREY;
    const Model model = model_create(spec, DIGIT_PIXELS), as_measured = model_create(&measured, DIGIT_PIXELS);
    const LearnerOptions options = {.train = lab->train, .image_count = lab->image_count, .pool = lab->pool};
    Learner *learner = learner_create(&model, &options, &error);
    if (!learner)
        return fail(&error);
    int status = EXIT_OK;
    for (int i = 0; i < count; i++) {
        moments[i].test = (Metrics){.images = 0};
        status = status == EXIT_OK ? train_to(lab, learner, &as_measured, &moments[i]) : status;
    }
    *broken_step = learner_broken_step(learner);
    if (status == EXIT_OK && extras && *broken_step < 0)
        status = measure_extras(lab, learner, &as_measured, extras);
    learner_destroy(learner);
    return status;
}
