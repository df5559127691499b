// Job: something long that is done beside the window: a file is read, a set is fetched, models are trained. It says how
// far it is, and can be told to stop.
//
// A task is done in turns, work in one go. Thread: one thread starts, asks and finishes a job; the work runs on
// another, or, of a driven task, on that one, in job_serve. Where no thread can be started work is done at once.
#pragma once
#include "load_progress.h"

typedef struct Job Job;

// Does the work; progress is to be reported now and then. False: error says why, "cancelled" where it was told to stop.
typedef bool JobWork(void *context, const LoadProgress *progress, Error *error);

// The same turn by turn, each until about that time of clock_now_ns (INT64_MAX: it is beside the window, some ms).
typedef enum JobTurn { JOB_MORE, JOB_DONE, JOB_FAILED } JobTurn;
static inline JobTurn job_end(bool is_good) { return is_good ? JOB_DONE : JOB_FAILED; } // the turn that work ends with
typedef JobTurn JobTask(void *context, int64_t until_ns, const LoadProgress *progress, Error *error);

typedef struct JobState {
    bool is_done;         // job_finish does not wait
    uint64_t done, total; // as reported last; total 0: not known
} JobState;

// wake is called on the work's thread when there is something new, at most some tens of times a second while it goes
// on, and once at the end; NULL: nobody is. What work and wake use must outlive the job. NULL when memory is short.
// job_finish must follow.
Job *job_start(JobWork *work, void *context, void (*wake)(void *context), void *wake_context, Error *error);

// A task, likewise; is_driven: nothing is done but in job_serve.
Job *job_start_task(JobTask *task, void *context, bool is_driven, void (*wake)(void *context), void *wake_context,
                    Error *error);

// A driven task goes on until about that time; NULL, or one that is not driven: nothing is done. True: it has more to
// do.
bool job_serve(Job *job, int64_t until_ns);

JobState job_state(const Job *job);
void job_cancel(Job *job); // the work ends at its next report

// Waits for the end, returns what the work returned, and frees the job. A driven task is done to its end, but for one
// that was cancelled.
bool job_finish(Job *job, Error *error);
