#include "job.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "pool.h"

struct Job {
    JobWork *work;
    void *context;
    void (*wake)(void *context);
    void *wake_context;
    Background *background;
    _Atomic uint64_t done, total;
    atomic_bool is_cancelled, is_done;
    double woken_at; // the work's thread
    bool result;     // of the work, and its sentence: read after is_done
    Error error;
};

static double read_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool report(void *context, uint64_t done, uint64_t total)
{
    Job *job = context;
    atomic_store(&job->done, done);
    atomic_store(&job->total, total);
    const double now = read_clock();
    if (job->wake && now - job->woken_at >= 0.05) {
        job->woken_at = now;
        job->wake(job->wake_context);
    }
    return !atomic_load(&job->is_cancelled);
}

static void run(void *context)
{
    Job *job = context;
    const LoadProgress progress = {.report = report, .context = job};
    job->result = job->work(job->context, &progress, &job->error);
    atomic_store(&job->is_done, true);
    if (job->wake)
        job->wake(job->wake_context);
}

Job *job_start(JobWork *work, void *context, void (*wake)(void *context), void *wake_context, Error *error)
{
    Job *job = calloc(1, sizeof *job);
    if (!job) {
        (void)error_set(error, "not enough memory");
        return NULL;
    }
    job->work = work;
    job->context = context;
    job->wake = wake;
    job->wake_context = wake_context;
    job->background = background_start(run, job); // NULL: it has been done at once
    return job;
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
    const bool result = job->result;
    if (!result)
        (void)error_set(error, "%s", job->error.text);
    free(job);
    return result;
}
