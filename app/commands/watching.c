// Waiting for a file on a job's thread, a job for each time that it is written.
#include "commands/watching.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "files/watch.h"

enum { SETTLE_MS = 150 }; // a file that cannot be read may be about to be written once more

struct Watching {
    Session *session;
    const char *path;
    SpecWish wish;
    const SpecWish *said; // wish, or NULL
    Watch *watch;
    Job *job;               // NULL: watching has ended
    const Dataset *dataset; // that the model was tried with last
    bool is_shown;          // it has been read once
    pid_t starter;          // the thread that has the window, which may not wait
    // the job's, while there is one
    ImageSet digits;
    bool is_first; // it does not wait
    bool is_gone;  // it ends
    ModelFile file;
};

static bool read_when_written(void *context, const LoadProgress *progress, Error *error)
{
    Watching *watching = context;
    if (gettid() == watching->starter) {
        watching->is_gone = true;
        return error_set(error, "%s is not watched: there is no thread for that", file_shorten_path(watching->path));
    }
    WatchEvent event = watching->is_first ? WATCH_WRITTEN : watch_wait(watching->watch, -1);
    while (event == WATCH_WRITTEN) {
        if (model_file_load(&watching->file, watching->path, watching->said, &watching->digits, progress, error))
            return true;
        event = watch_wait(watching->watch, SETTLE_MS);
        if (event == WATCH_NOTHING)
            return false;
    }
    return error_set(error, "%s: its folder is gone; it is shown again once that is back",
                     file_shorten_path(watching->path));
}

static bool start(Watching *watching, Error *error)
{
    session_free_digits(&watching->digits);
    watching->dataset = watching->session->dataset;
    if (!session_copy_digits(watching->session, &watching->digits, error))
        return false;
    watching->file = (ModelFile){.step = 0};
    watching->job = job_start(read_when_written, watching, window_wake, watching->session->window, error);
    return watching->job != NULL;
}

Watching *watching_create(Session *session, const Options *options, Error *error)
{
    error->text[0] = 0;
    if (!options->watch)
        return NULL;
    Watching *watching = calloc(1, sizeof *watching);
    if (!watching) {
        error_set(error, "out of memory: watching a file");
        return NULL;
    }
    *watching = (Watching){.session = session, .path = options->watch, .is_first = true, .starter = gettid()};
    watching->said = command_wish(options, "--model", &options->model, &options->said[SAID_MODEL], &watching->wish);
    watching->watch = watch_create(watching->path, error);
    if (watching->watch && start(watching, error))
        return watching;
    watching_destroy(watching);
    return NULL;
}

void watching_destroy(Watching *watching)
{
    if (!watching)
        return;
    if (watching->job) {
        watch_stop(watching->watch);
        job_cancel(watching->job);
        (void)job_finish(watching->job, NULL);
    }
    model_file_free(&watching->file);
    session_free_digits(&watching->digits);
    watch_destroy(watching->watch);
    free(watching);
}

static void show(Watching *watching)
{
    App *app = &watching->session->app;
    Error text;
    if (watching->is_shown)
        watching->file.notices.count = 0; // they would be said each time
    if (!app_set_model(app, SIDE_A, &watching->file, false))
        return;
    watching->is_shown = true;
    char spec[SPEC_TEXT_SIZE];
    spec_format(&watching->file.model.spec, spec, sizeof spec);
    (void)error_set(&text, "A is what %s holds now: %s", file_shorten_path(watching->path), spec);
    app_say(app, false, text.text);
}

bool watching_pass(Watching *watching)
{
    if (!watching || !watching->job)
        return false;
    if (watching->dataset != watching->session->dataset) { // other digits, other models: A is to come back
        watching->dataset = watching->session->dataset;
        watch_poke(watching->watch);
    }
    if (!job_state(watching->job).is_done)
        return false;
    Error error;
    const bool is_read = job_finish(watching->job, &error);
    watching->job = NULL;
    if (is_read)
        show(watching);
    else
        app_say(&watching->session->app, !watching->is_first || watching->is_gone, error.text);
    model_file_free(&watching->file);
    watching->is_first = false;
    if (!watching->is_gone && !start(watching, &error))
        app_say(&watching->session->app, true, error.text);
    return true;
}
