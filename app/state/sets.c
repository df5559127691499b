// Sets: see sets.h.
#include "state/sets.h"

#include <stdlib.h>

// What the job's thread works with; it outlives the job.
struct SetsJob {
    Job *job;
    const KnownSet *set;
    char folder[PATH_MAX];
    bool is_cancelled;
};

static bool fetch(void *context, const LoadProgress *progress, Error *error)
{
    const SetsJob *job = context;
    return fetch_set(job->set, &(FetchOptions){.folder = job->folder, .progress = progress}, NULL, error);
}

void sets_fetch(Sets *sets, int row, void (*wake)(void *context), void *wake_context)
{
    Error error = {"out of memory"};
    if (sets->job || row < 0 || row >= sets->count || !sets->rows[row].known || sets->rows[row].is_here)
        return;
    const KnownSet *set = sets->rows[row].known;
    SetsJob *job = calloc(1, sizeof *job);
    const bool has_place = job && known_set_folder(set, job->folder, &error);
    if (has_place) {
        job->set = set;
        job->job = job_start(fetch, job, wake, wake_context, &error);
    }
    if (!has_place || !job->job) {
        (void)error_set(&sets->message, "%s", error.text);
        free(job);
        return;
    }
    sets->message.text[0] = '\0';
    sets->job = job;
    sets->fetching = row;
    sets->done = 0;
    sets->total = known_set_size(set);
}

void sets_cancel(Sets *sets)
{
    if (!sets->job)
        return;
    sets->job->is_cancelled = true;
    job_cancel(sets->job->job);
}

static void finish(Sets *sets)
{
    Error error = {""};
    SetsJob *job = sets->job;
    const bool is_good = job_finish(job->job, &error);
    if (is_good)
        (void)error_set(&sets->message, "%s is here. %s.", job->set->label, job->set->licence);
    else if (job->is_cancelled)
        (void)error_set(&sets->message, "%s: stopped; Get goes on from there.", job->set->label);
    else
        (void)error_set(&sets->message, "%s", error.text);
    sets->has_failed = !is_good && !job->is_cancelled;
    free(job);
    sets->job = NULL;
    sets->count = known_sets_list(sets->rows);
}

bool sets_compose(Sets *sets, bool is_open)
{
    if (is_open && !sets->is_seen) {
        const FoundSet fetched = sets->job ? sets->rows[sets->fetching] : (FoundSet){0};
        sets->count = known_sets_list(sets->rows); // the known ones keep their rows
        if (sets->job)
            sets->rows[sets->fetching] = fetched;
        else
            sets->message.text[0] = '\0';
    }
    sets->is_seen = is_open;
    if (!sets->job)
        return false;
    const JobState state = job_state(sets->job->job);
    sets->done = state.done;
    if (state.is_done)
        finish(sets);
    return state.is_done;
}

void sets_free(Sets *sets)
{
    if (!sets->job)
        return;
    sets_cancel(sets);
    (void)job_finish(sets->job->job, NULL);
    free(sets->job);
    sets->job = NULL;
}
