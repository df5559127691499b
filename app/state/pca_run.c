#include "state/pca_run.h"

#include <stdlib.h>
#include <string.h>

#include "state/app_parts.h"

struct PcaWork {
    const Dataset *dataset;
    int images;
    Pool *pool;
    Sweep *sweep;
    Pca *pca;
};

// On one thread, beside training: it takes a second or so.
static JobTurn compute(void *context, int64_t until_ns, const LoadProgress *progress, Error *error)
{
    PcaWork *work = context;
    const Dataset *dataset = work->dataset;
    (void)progress; // the job asks between two turns
    if (!work->sweep && (work->pool = pool_create(1, error)))
        work->sweep = pca_begin(&dataset->train, work->images, &dataset->test, work->pool, &work->pca, error);
    if (!work->sweep)
        return JOB_FAILED;
    return sweep_advance(work->sweep, work->pool, until_ns) ? JOB_DONE : JOB_MORE;
}

static void free_work(PcaWork *work)
{
    if (work) {
        sweep_destroy(work->sweep);
        pool_destroy(work->pool);
    }
    free(work);
}

int app_choose_components(const App *app, int side)
{
    return pca_components(&app->specs[side == SIDE_A ? SIDE_B : SIDE_A]);
}

void app_want_pca(App *app, int side, int components)
{
    app->pca_run.wanted[side] = components;
    app->pca_run.has_failed = false;
}

static bool has_landmark(const App *app)
{
    return scene_has(app->look.scene, SCENE_IS_STAGE) && app->look.curve_loss == LOSS_MSE;
}

static bool is_wanted(const App *app)
{
    const PcaRun *run = &app->pca_run;
    return run->wanted[SIDE_A] || run->wanted[SIDE_B] || (has_landmark(app) && !run->pca);
}

bool pca_run_is_waited_for(const App *app) { return is_wanted(app) && !app->pca_run.has_failed; }

bool pca_run_has_come(const ModelFrame *m)
{
    char sha256[65];
    return !m->origin || !m->origin->components ||
           (model_digest(m->model, m->snapshot->parameters, sha256) && strcmp(sha256, m->origin->sha256) == 0);
}

static void begin(App *app, const Dataset *dataset)
{
    Error error;
    PcaRun *run = &app->pca_run;
    const int limit = app->options.limit, all = dataset->train.count;
    run->work = calloc(1, sizeof *run->work);
    if (run->work) {
        *run->work = (PcaWork){.dataset = dataset, .images = limit > 0 && limit < all ? limit : all};
        run->job = job_start_task(compute, run->work, app->options.is_driven, app->options.wake,
                                  app->options.wake_context, &error);
    }
    if (!run->job) {
        free_work(run->work);
        run->work = NULL;
        run->has_failed = true;
        app_say(app, true, "out of memory: the PCA of the training digits");
    }
}

static void take(App *app)
{
    Error error;
    PcaRun *run = &app->pca_run;
    const bool good = job_finish(run->job, &error);
    run->pca = good ? run->work->pca : NULL;
    run->has_failed = !good;
    if (!good)
        app_say(app, true, error.text);
    free_work(run->work);
    run->job = NULL;
    run->work = NULL;
}

Spec pca_run_spec(int components)
{
    Spec spec = pca_spec(components);
    spec.seed = UINT32_MAX;
    return spec;
}

static Spec find_spec(const App *app, int side, int components)
{
    Spec spec = pca_run_spec(components);
    while (spec_equal(&spec, &app->specs[side == SIDE_A ? SIDE_B : SIDE_A]))
        spec.seed--;
    return spec;
}

static void show(App *app, int side)
{
    const int components = app->pca_run.wanted[side];
    const ModelOrigin origin = {.components = components, .stays = true};
    Spec specs[SIDE_COUNT] = {app->specs[SIDE_A], app->specs[SIDE_B]};
    const Look look = app->look;
    app->pca_run.wanted[side] = 0;
    specs[side] = find_spec(app, side, components);
    if (!app_change(app, &look, specs)) // which has said why
        return;
    const Model model = model_create(&specs[side], DIGIT_PIXELS);
    float *parameters = malloc(model.parameter_count * sizeof *parameters);
    if (parameters)
        pca_fill(app->pca_run.pca, &model, parameters);
    if (!parameters || !app_set_origin(app, &specs[side], parameters, &origin))
        app_say(app, true, "out of memory: the weights of a PCA");
    free(parameters);
}

void pca_run_compose(App *app)
{
    PcaRun *run = &app->pca_run;
    const Dataset *dataset = trainer_dataset(app->trainer);
    if (run->job && job_state(run->job).is_done)
        take(app);
    if (dataset && !run->job && !run->pca && pca_run_is_waited_for(app))
        begin(app, dataset);
    for (int side = 0; run->pca && side < SIDE_COUNT; side++)
        if (run->wanted[side])
            show(app, side);
}

void pca_run_end(PcaRun *run)
{
    if (run->job) {
        job_cancel(run->job);
        (void)job_finish(run->job, NULL);
        pca_destroy(run->work->pca);
        free_work(run->work);
    }
    pca_destroy(run->pca);
    *run = (PcaRun){.wanted = {run->wanted[SIDE_A], run->wanted[SIDE_B]}};
}
