// Job: something long that is done beside the window: a file is read, a set is fetched. It says how far it is, and can
// be told to stop.
//
// Thread: one thread starts, asks and finishes a job; the work runs on another.
#pragma once
#include "load_progress.h"

typedef struct Job Job;

// Does the work; progress is to be reported now and then. False: error says why, "cancelled" where it was told to stop.
typedef bool JobWork(void *context, const LoadProgress *progress, Error *error);

typedef struct JobState {
    bool is_done;         // job_finish does not wait
    uint64_t done, total; // as reported last; total 0: not known
} JobState;

// wake is called on the work's thread when there is something new, at most some tens of times a second while it goes
// on, and once at the end; NULL: nobody is. What work and wake use must outlive the job. NULL when memory is short.
// job_finish must follow.
Job *job_start(JobWork *work, void *context, void (*wake)(void *context), void *wake_context, Error *error);

JobState job_state(const Job *job);
void job_cancel(Job *job); // the work ends at its next report

// Waits for the end, returns what the work returned, and frees the job.
bool job_finish(Job *job, Error *error);
