#include "job.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "clock.h"
#include "pool.h"

enum { WAKES_APART_NS = 50000000 };

struct Job {
    JobWork *work; // or
    JobTask *task;
    bool is_driven;
    void *context;
    void (*wake)(void *context);
    void *wake_context;
    Background *background;
    _Atomic uint64_t done, total;
    atomic_bool is_cancelled, is_done;
    int64_t woken_ns; // the work's thread
    bool result;      // of the work, and its sentence: read after is_done
    Error error;
};

static bool report(void *context, uint64_t done, uint64_t total)
{
    Job *job = context;
    atomic_store(&job->done, done);
    atomic_store(&job->total, total);
    const int64_t now = clock_now_ns();
    if (job->wake && now - job->woken_ns >= WAKES_APART_NS) {
        job->woken_ns = now;
        job->wake(job->wake_context);
    }
    return !atomic_load(&job->is_cancelled);
}

// A turn, of work the only one.
static JobTurn take_turn(Job *job, int64_t until_ns)
{
    const LoadProgress progress = {.report = report, .context = job};
    if (job->work)
        return job_end(job->work(job->context, &progress, &job->error));
    if (!load_progress_report(&progress, atomic_load(&job->done), atomic_load(&job->total), &job->error))
        return JOB_FAILED;
    return job->task(job->context, until_ns, &progress, &job->error);
}

static void end(Job *job, JobTurn turn)
{
    job->result = turn == JOB_DONE;
    atomic_store(&job->is_done, true);
    if (job->wake)
        job->wake(job->wake_context);
}

static void run(void *context)
{
    Job *job = context;
    JobTurn turn = JOB_MORE;
    while (turn == JOB_MORE)
        turn = take_turn(job, INT64_MAX);
    end(job, turn);
}

static Job *start(const Job *plan, Error *error)
{
    Job *job = calloc(1, sizeof *job);
    if (!job) {
        (void)error_set(error, "not enough memory");
        return NULL;
    }
    job->work = plan->work;
    job->task = plan->task;
    job->is_driven = plan->is_driven;
    job->context = plan->context;
    job->wake = plan->wake;
    job->wake_context = plan->wake_context;
    if (!job->is_driven)
        job->background = background_start(run, job); // NULL: it has been done at once
    return job;
}

Job *job_start(JobWork *work, void *context, void (*wake)(void *context), void *wake_context, Error *error)
{
    return start(&(Job){.work = work, .context = context, .wake = wake, .wake_context = wake_context}, error);
}

Job *job_start_task(JobTask *task, void *context, bool is_driven, void (*wake)(void *context), void *wake_context,
                    Error *error)
{
    return start(
        &(Job){.task = task, .is_driven = is_driven, .context = context, .wake = wake, .wake_context = wake_context},
        error);
}

bool job_serve(Job *job, int64_t until_ns)
{
    if (!job || !job->is_driven || atomic_load(&job->is_done))
        return false;
    const JobTurn turn = take_turn(job, until_ns);
    if (turn != JOB_MORE)
        end(job, turn);
    return turn == JOB_MORE;
}

JobState job_state(const Job *job)
{
    // is_done first: what was reported last then belongs to it
    const bool is_done = atomic_load(&job->is_done);
    return (JobState){.is_done = is_done, .done = atomic_load(&job->done), .total = atomic_load(&job->total)};
}

void job_cancel(Job *job) { atomic_store(&job->is_cancelled, true); }

bool job_finish(Job *job, Error *error)
{
    background_wait(job->background);
    while (job_serve(job, INT64_MAX)) { // which a cancelled one ends
    }
    const bool result = job->result;
    if (!result)
        (void)error_set(error, "%s", job->error.text);
    free(job);
    return result;
}
