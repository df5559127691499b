// Training the report's further models.
#include "commands/report_models.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/offline.h"

enum { TRAINED_MAX = TRIAL_COUNT * TRIAL_VARIANTS_MAX * TRIAL_SEEDS };

// A model that a trial needs; several trials may need the same.
typedef struct Trained {
    Spec spec;
    int left_out;
    bool needs_sharpness;
    TrialModel model;
} Trained;

typedef struct Work {
    const Lab *lab;
    int epochs;
    ImageSet rest; // the training images without the class that a trial leaves out; owned
    Trained models[TRAINED_MAX];
    int count;
} Work;

// ---- trials -------------------------------------------------------------------------------------------------------

static int find_model(const Work *work, const Spec *spec, int left_out)
{
    for (int i = 0; i < work->count; i++)
        if (work->models[i].left_out == left_out && spec_equal(&work->models[i].spec, spec))
            return i;
    return -1;
}

// Which models the trials need, each once.
static void list_models(Work *work, const Spec *base)
{
    for (int trial = 0; trial < TRIAL_COUNT; trial++) {
        const TrialRow *row = trial_get(trial);
        for (int variant = 0; variant < trial_variant_count(row); variant++)
            for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
                const Spec spec = trial_spec(base, row, variant, seed);
                int known = find_model(work, &spec, row->left_out);
                if (known < 0) {
                    known = work->count++;
                    work->models[known] = (Trained){.spec = spec, .left_out = row->left_out};
                }
                work->models[known].needs_sharpness |= row->needs_sharpness;
            }
    }
}

// The labels are the training images', of the class that is left out; without labels nothing is measured.
static int train_model(const Work *work, Trained *trained)
{
    Lab lab = *work->lab;
    LabMoment moment = {.epoch = work->epochs};
    LabExtras extras = {trained->needs_sharpness, trained->left_out, .auroc = NAN};
    int64_t broken;
    if (trained->left_out >= 0 && !work->rest.labels)
        return EXIT_OK;
    if (trained->left_out >= 0) {
        lab.train = &work->rest;
        lab.image_count = work->rest.count;
    }
    const int status = lab_train(&lab, &trained->spec, &moment, 1, &extras, &broken);
    trained->model = (TrialModel){.is_measured = broken < 0,
                                  .is_broken = broken >= 0,
                                  .test = moment.test,
                                  .appearance = extras.appearance,
                                  .auroc = extras.auroc};
    return status;
}

// The training images without a class, as rest; zeroed where there are no labels.
static bool copy_rest(Work *work, int left_out, Error *error)
{
    const ImageSet *train = work->lab->train;
    ImageSet *rest = &work->rest;
    if (!train->labels || !work->lab->test->labels)
        return true;
    rest->count = work->lab->image_count;
    rest->pixels = malloc((size_t)rest->count * DIGIT_PIXELS);
    rest->labels = malloc((size_t)rest->count * sizeof *rest->labels);
    if (!rest->pixels || !rest->labels)
        return error_set(error, "out of memory: %d training images", rest->count);
    memcpy(rest->pixels, train->pixels, (size_t)rest->count * DIGIT_PIXELS);
    memcpy(rest->labels, train->labels, (size_t)rest->count * sizeof *rest->labels);
    (void)image_set_leave_out(rest, left_out);
    return true;
}

static void judge_trial(const Work *work, const Spec *base, int trial, double pca_mse, ReportTrial *out)
{
    const TrialRow *row = trial_get(trial);
    TrialEvidence evidence = {.facts = &work->lab->facts, .pca_mse = pca_mse, .epochs = work->epochs};
    for (int variant = 0; variant < trial_variant_count(row); variant++) {
        for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
            const Spec spec = trial_spec(base, row, variant, seed);
            evidence.models[variant][seed] = &work->models[find_model(work, &spec, row->left_out)].model;
        }
        out->mse[variant] = trial_mse(&evidence, variant);
        const Spec first = trial_spec(base, row, variant, 0);
        spec_format(&first, out->specs[variant], sizeof out->specs[variant]);
    }
    out->result = trial_judge(trial, &evidence);
}

// ---- published figures --------------------------------------------------------------------------------------------

static void add_to(TrialSpread *spread, double value, int count)
{
    spread->mean += value / count;
    spread->least = fmin(spread->least, value);
    spread->most = fmax(spread->most, value);
}

static int measure_check(const Lab *lab, const Published *row, int seeds, ReportCheck *out)
{
    const int count = published_moment_count(row);
    int status = EXIT_OK;
    for (int m = 0; m < count; m++)
        out->train[m] = out->test[m] = (TrialSpread){.least = INFINITY, .most = -INFINITY};
    for (int seed = 0; seed < seeds && status == EXIT_OK; seed++) {
        Spec spec = spec_default();
        (void)spec_change(&spec, row->spec, NULL);
        spec.seed += (uint32_t)seed;
        if (seed == 0)
            spec_format(&spec, out->spec, sizeof out->spec);
        LabMoment moments[PUBLISHED_MOMENTS_MAX] = {0};
        int64_t broken;
        for (int m = 0; m < count; m++)
            moments[m].epoch = row->moments[m].epoch;
        status = lab_train(lab, &spec, moments, count, NULL, &broken);
        for (int m = 0; m < count; m++) {
            const bool is_measured = moments[m].test.images > 0;
            add_to(&out->train[m], is_measured ? moments[m].train_loss : (double)INFINITY, seeds);
            add_to(&out->test[m], is_measured ? moments[m].test.mean[spec.loss] : (double)INFINITY, seeds);
        }
    }
    return status;
}

static void note_pca(const Pca *pca, int components, ReportCheck *out)
{
    out->train[0] = (TrialSpread){pca->train_mse[components], pca->train_mse[components], pca->train_mse[components]};
    out->test[0] = (TrialSpread){pca->test_mse[components], pca->test_mse[components], pca->test_mse[components]};
}

// ---- all of it ----------------------------------------------------------------------------------------------------

static int measure(Work *work, const Spec *base, int seeds, ReportMore *out)
{
    Error error;
    const Lab *lab = work->lab;
    const Spec usual = spec_default();
    list_models(work, base);
    if (!copy_rest(work, trial_get(TRIAL_ODD)->left_out, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    Pca *pca = pca_create(lab->train, lab->image_count, lab->test, lab->pool, NULL, &error);
    if (!pca)
        return command_fail(EXIT_FAILED, "%s", error.text);
    const double pca_mse = pca->test_mse[base->widths[spec_code_index(base)]];
    int status = EXIT_OK;
    for (int i = 0; i < work->count && status == EXIT_OK; i++) {
        offline_say("report: training model", i + 1, work->count);
        status = train_model(work, &work->models[i]);
    }
    for (int trial = 0; trial < TRIAL_COUNT && status == EXIT_OK; trial++)
        judge_trial(work, base, trial, pca_mse, &out->trials[trial]);
    for (int i = 0; i < published_count() && status == EXIT_OK; i++) {
        offline_say("report: checking published figure", i + 1, published_count());
        if (published_get(i)->spec)
            status = measure_check(lab, published_get(i), seeds, &out->checks[i]);
        else
            note_pca(pca, usual.widths[0], &out->checks[i]);
    }
    pca_destroy(pca);
    return status;
}

int report_measure_more(const Lab *lab, const Spec *base, int epochs, int seeds, ReportMore *out)
{
    Work *work = calloc(1, sizeof *work);
    if (!work)
        return command_fail(EXIT_FAILED, "out of memory: the report's models");
    work->lab = lab;
    work->epochs = epochs;
    *out = (ReportMore){.seeds = seeds,
                        .is_comparable = lab->image_count == lab->train->count && published_is_of(lab->test),
                        .floor = lab->facts.bce_floor,
                        .mean_image = lab->facts.mean_image[LOSS_BCE],
                        .mean_image_mse = lab->facts.mean_image[LOSS_MSE]};
    const int status = measure(work, base, seeds, out);
    free(work->rest.pixels);
    free(work->rest.labels);
    free(work);
    return status;
}
