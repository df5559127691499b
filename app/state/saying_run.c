// Measuring what people say beside the window.
#include "state/saying_run.h"

#include <stdlib.h>

#include "state/app_parts.h"
#include "state/saying_report.h"

struct SayingWork {
    const Dataset *dataset;
    int images, threads, saying;
    LabBook *book;
    SayingOutcome outcome;
};

static bool open_book(SayingWork *work, Pool *pool, Error *error)
{
    const Dataset *dataset = work->dataset;
    const Spec base = spec_default();
    if (work->book) {
        lab_book_set_pool(work->book, pool);
        return true;
    }
    const Lab lab = {.train = &dataset->train,
                     .test = &dataset->test,
                     .image_count = work->images,
                     .facts = metrics_target_facts(&dataset->test, dataset->test.count),
                     .pool = pool};
    work->book = lab_book_create(&lab, &base, SAYING_EPOCHS, error);
    return work->book != NULL;
}

static bool measure(void *context, const LoadProgress *progress, Error *error)
{
    SayingWork *work = context;
    Pool *pool = pool_create(work->threads, error);
    const bool good = pool && open_book(work, pool, error) &&
                      lab_book_measure(work->book, work->saying, progress, &work->outcome, error);
    pool_destroy(pool);
    return good;
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
                                  .threads = app->options.threads,
                                  .saying = run->measuring,
                                  .book = run->book};
        run->job = job_start(measure, run->work, app->options.wake, app->options.wake_context, &error);
    }
    if (!run->job) {
        free(run->work);
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
    free(run->work);
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
        free(run->work);
    }
    lab_book_destroy(run->book);
    free(run->report);
    *run = (SayingRun){.wanted = 0};
}
