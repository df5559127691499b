// Training the report's further models.
#include "commands/report_models.h"

#include <assert.h>
#include <math.h>

#include "commands/commands.h"
#include "commands/offline.h"

// ---- progress -----------------------------------------------------------------------------------------------------

// A signal ends what is trained.
static bool go_on(void *context, uint64_t done, uint64_t total)
{
    (void)context, (void)done, (void)total;
    return !command_signal();
}

static const LoadProgress progress = {go_on, NULL};

static int fail(const Error *error)
{
    return command_signal() ? EXIT_SIGNAL + command_signal() : command_fail(EXIT_FAILED, "%s", error->text);
}

// ---- published figures --------------------------------------------------------------------------------------------

static void add_to(TrialSpread *spread, double value, int count)
{
    spread->mean += value / count;
    spread->least = isnan(value) ? value : fmin(spread->least, value);
    spread->most = isnan(value) ? value : fmax(spread->most, value);
}

typedef struct CheckFigures {
    double train, test;
} CheckFigures;

static CheckFigures find_figures(PublishedKind kind, const LabMoment *m, int loss)
{
    const double reconstruction = m->train_loss * DIGIT_PIXELS;
    switch (kind) {
    case PUBLISHED_LOSS: return (CheckFigures){m->train_loss, m->test.mean[loss]};
    case PUBLISHED_NOISY_LOSS: return (CheckFigures){m->train_loss, m->test.noisy_mean[loss]};
    case PUBLISHED_NOISY_MSE: // in training only its own loss is known
        return (CheckFigures){loss == LOSS_MSE ? m->train_loss : (double)NAN, m->test.noisy_mean[LOSS_MSE]};
    case PUBLISHED_NATS: return (CheckFigures){reconstruction + m->train_kl, m->drawn.reconstruction + m->drawn.kl};
    case PUBLISHED_RECONSTRUCTION: return (CheckFigures){reconstruction, m->drawn.reconstruction};
    case PUBLISHED_KL: return (CheckFigures){m->train_kl, m->drawn.kl};
    case PUBLISHED_KIND_COUNT: break;
    }
    assert(false && "each kind has its figures");
    return (CheckFigures){NAN, NAN};
}

static int measure_check(const Lab *lab, const Published *row, int seeds, ReportCheck *out)
{
    const int count = published_moment_count(row);
    for (int m = 0; m < count; m++)
        out->train[m] = out->test[m] = (TrialSpread){.least = INFINITY, .most = -INFINITY};
    for (int seed = 0; seed < seeds; seed++) {
        Error error;
        Spec spec = spec_default();
        (void)spec_change(&spec, row->spec, NULL);
        spec.seed += (uint32_t)seed;
        if (seed == 0)
            spec_format(&spec, out->spec, sizeof out->spec);
        LabMoment moments[PUBLISHED_MOMENTS_MAX] = {0};
        int64_t broken;
        for (int m = 0; m < count; m++)
            moments[m].epoch = row->moments[m].epoch;
        if (!lab_train(lab, &spec, moments, count, &broken, &progress, &error))
            return fail(&error);
        for (int m = 0; m < count; m++) {
            const bool is_measured = moments[m].test.images > 0;
            const CheckFigures figures = find_figures(row->moments[m].kind, &moments[m], spec.loss);
            add_to(&out->train[m], is_measured ? figures.train : (double)INFINITY, seeds);
            add_to(&out->test[m], is_measured ? figures.test : (double)INFINITY, seeds);
        }
    }
    return EXIT_OK;
}

static void note_pca(const Pca *pca, int components, ReportCheck *out)
{
    out->train[0] = (TrialSpread){pca->train_mse[components], pca->train_mse[components], pca->train_mse[components]};
    out->test[0] = (TrialSpread){pca->test_mse[components], pca->test_mse[components], pca->test_mse[components]};
}

// ---- all of it ----------------------------------------------------------------------------------------------------

static int measure_trials(LabBook *book, ReportMore *out)
{
    Error error;
    for (int trial = 0; trial < TRIAL_COUNT; trial++) {
        offline_say("report: measuring claim", CLAIM_COUNT + trial + 1, SAYING_COUNT);
        if (!lab_book_measure(book, CLAIM_COUNT + trial, &progress, &out->trials[trial], &error))
            return fail(&error);
    }
    return EXIT_OK;
}

static int measure_checks(const Lab *lab, int seeds, unsigned wanted, ReportMore *out)
{
    Error error;
    const Spec usual = spec_default();
    Pca *pca = pca_create(lab->train, lab->image_count, lab->test, lab->pool, &progress, &error);
    if (!pca)
        return fail(&error);
    int status = EXIT_OK;
    for (int i = 0; i < published_count() && status == EXIT_OK; i++) {
        out->is_checked[i] = wanted ? wanted >> i & 1u : !published_get(i)->is_long;
        if (!out->is_checked[i])
            continue;
        offline_say("report: checking published figure", i + 1, published_count());
        if (published_get(i)->spec)
            status = measure_check(lab, published_get(i), seeds, &out->checks[i]);
        else
            note_pca(pca, spec_code_units(&usual), &out->checks[i]);
    }
    pca_destroy(pca);
    return status;
}

int report_measure_more(const Lab *lab, LabBook *book, int seeds, unsigned wanted, ReportMore *out)
{
    *out = (ReportMore){.seeds = seeds,
                        .has_trials = book != NULL,
                        .is_comparable = lab->image_count == lab->train->count && published_is_of(lab->test),
                        .floor = lab->facts.bce_floor,
                        .mean_image = lab->facts.mean_image[LOSS_BCE],
                        .mean_image_mse = lab->facts.mean_image[LOSS_MSE]};
    const int status = book ? measure_trials(book, out) : EXIT_OK;
    return status == EXIT_OK ? measure_checks(lab, seeds, wanted, out) : status;
}
