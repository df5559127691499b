// Measuring what people say beside the window.
#include "state/saying_run.h"

#include <stdlib.h>

#include "state/app_parts.h"
#include "state/saying_report.h"

struct SayingWork {
    const Dataset *dataset;
    const TargetFacts *facts; // of its test set
    int images, threads, saying;
    Pool *pool;
    LabBook *book;
    SayingOutcome outcome;
};

static bool open_book(SayingWork *work, Error *error)
{
    const Dataset *dataset = work->dataset;
    const Spec base = spec_default();
    work->pool = pool_create(work->threads, error);
    if (!work->pool)
        return false;
    const Lab lab = {.train = &dataset->train,
                     .test = &dataset->test,
                     .image_count = work->images,
                     .facts = *work->facts,
                     .pool = work->pool};
    if (work->book)
        lab_book_set_pool(work->book, work->pool);
    else
        work->book = lab_book_create(&lab, &base, SAYING_EPOCHS, error);
    if (work->book)
        lab_book_begin(work->book, work->saying, &work->outcome);
    return work->book != NULL;
}

static JobTurn measure(void *context, int64_t until_ns, const LoadProgress *progress, Error *error)
{
    SayingWork *work = context;
    if (!work->pool && !open_book(work, error))
        return JOB_FAILED;
    return lab_book_go_on(work->book, until_ns, progress, error);
}

static void free_work(SayingWork *work)
{
    if (work) {
        lab_book_stop(work->book);
        pool_destroy(work->pool);
    }
    free(work);
}

void app_measure(App *app, int saying) { app->saying_run.wanted ^= 1u << saying; }

void app_take_outcome(App *app, int saying, const SayingOutcome *outcome)
{
    app->saying_run.outcomes[saying] = *outcome;
}

void app_take_report(App *app, SayingReport *report)
{
    SayingRun *run = &app->saying_run;
    for (int saying = 0; saying < SAYING_COUNT; saying++) {
        SayingOutcome *outcome = &run->outcomes[saying];
        if (run->reported >> saying & 1)
            *outcome = (SayingOutcome){.is_measured = false};
        if (report->known >> saying & 1 && !outcome->is_measured)
            *outcome = report->outcomes[saying];
        else
            report->known &= ~(1u << saying);
    }
    free(run->report);
    run->report = report;
    run->reported = report->known;
}

static void begin(App *app, const Dataset *dataset)
{
    Error error;
    SayingRun *run = &app->saying_run;
    const int limit = app->options.limit, all = dataset->train.count;
    run->measuring = 0;
    while (!(run->wanted >> run->measuring & 1))
        run->measuring++;
    run->progress = 0.0f;
    run->is_stopping = false;
    run->work = calloc(1, sizeof *run->work);
    if (run->work) {
        *run->work = (SayingWork){.dataset = dataset,
                                  .images = limit > 0 && limit < all ? limit : all,
                                  .facts = trainer_test_facts(app->trainer),
                                  .threads = app->options.is_driven ? 1 : app->options.threads,
                                  .saying = run->measuring,
                                  .book = run->book};
        run->job = job_start_task(measure, run->work, app->options.is_driven, app->options.wake,
                                  app->options.wake_context, &error);
    }
    if (!run->job) {
        free_work(run->work);
        run->work = NULL;
        run->wanted = 0;
        app_say(app, true, "out of memory: the models of what people say");
    }
}

static void take(App *app)
{
    Error error;
    SayingRun *run = &app->saying_run;
    const bool good = job_finish(run->job, &error);
    run->book = run->work->book;
    if (good) {
        run->outcomes[run->measuring] = run->work->outcome;
        run->reported &= ~(1u << run->measuring);
    } else if (!run->is_stopping)
        app_say(app, true, error.text);
    if (!run->is_stopping) // else it may have been asked for again meanwhile
        run->wanted &= ~(1u << run->measuring);
    free_work(run->work);
    run->job = NULL;
    run->work = NULL;
}

bool saying_run_is_waited_for(const App *app) { return app->saying_run.wanted != 0; }

void saying_run_compose(App *app)
{
    SayingRun *run = &app->saying_run;
    const Dataset *dataset = trainer_dataset(app->trainer);
    if (run->job) {
        const JobState state = job_state(run->job);
        run->progress = state.total > 0 ? (float)state.done / (float)state.total : 0.0f;
        if (!(run->wanted >> run->measuring & 1) && !run->is_stopping) {
            run->is_stopping = true;
            job_cancel(run->job);
        }
        if (state.is_done)
            take(app);
    }
    if (dataset && !run->job && run->wanted)
        begin(app, dataset);
}

void saying_run_end(SayingRun *run)
{
    if (run->job) {
        job_cancel(run->job);
        (void)job_finish(run->job, NULL);
        run->book = run->work->book;
        free_work(run->work);
    }
    lab_book_destroy(run->book);
    free(run->report);
    *run = (SayingRun){.wanted = 0};
}
