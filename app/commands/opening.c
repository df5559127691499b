// Reading beside the window: one parcel after the other, of which the newest is wanted.
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/link.h"
#include "commands/opening_parts.h"

// ---- reading ------------------------------------------------------------------------------------------------------

static void free_parcel(Parcel *parcel)
{
    if (!parcel)
        return;
    aside_free(parcel->aside);
    if (parcel->dataset)
        dataset_free(parcel->dataset);
    free(parcel->dataset);
    session_free_digits(&parcel->digits);
    ink_free_picture(&parcel->picture);
    if (parcel->import)
        import_end(parcel->import);
    free(parcel->import);
    free(parcel->state);
    free(parcel->link);
    free(parcel->report);
    model_file_free(&parcel->file);
    foreign_close(parcel->foreign);
    free(parcel->guesses);
    free(parcel);
}

// What is no file and no folder is left to who reads it, which refuses it.
static void look_at(const char *path, Glance *glance)
{
    struct stat status;
    glance->is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const ssize_t size = fd < 0 ? -1 : read(fd, glance->bytes, sizeof glance->bytes);
    glance->size = size < 0 ? 0 : (size_t)size;
    if (fd >= 0)
        (void)close(fd);
}

static bool find_kind(Parcel *parcel, Error *error)
{
    Glance *glance = calloc(1, sizeof *glance);
    if (!glance)
        return error_set(error, "out of memory: %s", parcel->path);
    glance->path = parcel->path;
    if (!link_is(parcel->path)) // which names no file
        look_at(parcel->path, glance);
    parcel->kind = opening_find_kind(glance, parcel);
    free(glance);
    return true;
}

static JobTurn read_parcel(void *context, int64_t until_ns, const LoadProgress *progress, Error *error)
{
    Opening *opening = context;
    Parcel *parcel = opening->parcel;
    if (!parcel->kind && !find_kind(parcel, error))
        return JOB_FAILED;
    return parcel->kind->read(opening, parcel, until_ns, progress, error);
}

static void set_arrival(Opening *opening)
{
    Arrival *arrival = &opening->session->app.arrival;
    const char *slash = strrchr(opening->parcel->path, '/');
    Error name;
    (void)error_set(&name, "%s", slash && slash[1] ? slash + 1 : opening->parcel->path);
    *arrival = (Arrival){.is_on = true};
    (void)snprintf(arrival->name, sizeof arrival->name, "%.*s", (int)sizeof arrival->name - 1, name.text);
}

static void start(Opening *opening, Parcel *parcel)
{
    Error error;
    opening->parcel = parcel;
    opening->is_given_up = false;
    opening->job = job_start_task(read_parcel, opening, opening->options->is_driven, window_wake,
                                  opening->session->window, &error);
    if (opening->job) {
        set_arrival(opening);
        return;
    }
    app_say(&opening->session->app, true, error.text);
    free_parcel(parcel);
    opening->parcel = NULL;
}

// ---- the window's side --------------------------------------------------------------------------------------------

Opening *opening_create(Session *session, const Options *options, Error *error)
{
    Opening *opening = calloc(1, sizeof *opening);
    if (!opening) {
        (void)error_set(error, "out of memory");
        return NULL;
    }
    opening->session = session;
    opening->options = options;
    return opening;
}

void opening_destroy(Opening *opening)
{
    if (!opening)
        return;
    if (opening->job) {
        job_cancel(opening->job);
        (void)job_finish(opening->job, NULL);
    }
    free_parcel(opening->parcel);
    free_parcel(opening->next);
    free(opening);
}

void opening_cancel(Opening *opening)
{
    free_parcel(opening->next);
    opening->next = NULL;
    if (!opening->job)
        return;
    job_cancel(opening->job);
    opening->is_given_up = true;
    opening->session->app.arrival.is_on = false;
}

void opening_begin(Opening *opening, const char *path, int count, Point at)
{
    App *app = &opening->session->app;
    Error error;
    Parcel *parcel = calloc(1, sizeof *parcel);
    if (!parcel) {
        app_say(app, true, "out of memory: what was dropped is not opened");
        return;
    }
    (void)snprintf(parcel->path, sizeof parcel->path, "%s", path);
    parcel->at = at;
    if (count > 1) {
        (void)error_set(&error, "%d things at once: %s is opened", count, path);
        app_say(app, false, error.text);
    }
    opening_cancel(opening); // the newest is what is wanted
    if (opening->job)
        opening->next = parcel;
    else
        start(opening, parcel);
}

// The built-in digits, which are nowhere to be read from.
static void take_builtin(Opening *opening)
{
    Session *session = opening->session;
    Error error;
    opening_cancel(opening);
    if (session->dataset && !session_take_dataset(session, NULL, NULL, &error))
        app_say(&session->app, true, error.text);
}

bool opening_carry_out(Opening *opening)
{
    App *app = &opening->session->app;
    char path[INPUT_TEXT_SIZE];
    if (app->wish != WISH_OPEN && app->wish != WISH_GIVE_UP)
        return false;
    if (app_take_wish(app, path) == WISH_GIVE_UP)
        opening_cancel(opening);
    else if (strcmp(path, "builtin") == 0)
        take_builtin(opening);
    else if (*path) {
        char whole[PATH_MAX];
        capture_unfold_home(path, whole);
        opening_begin(opening, whole, 1, (Point){0, 0});
    }
    return true;
}

static void finish(Opening *opening)
{
    App *app = &opening->session->app;
    Error error = {""};
    const int noticed = app->notices.count;
    bool is_good = job_finish(opening->job, &error);
    opening->job = NULL;
    app->arrival.is_on = false;
    if (is_good && !opening->is_given_up)
        is_good = opening->parcel->kind->take(opening, opening->parcel, &error);
    if (!opening->is_given_up)
        app_say(app, !is_good, error.text);
    if (app->notices.count > noticed && app->popup == POPUP_NONE)
        app->popup = POPUP_NOTICES;
    free_parcel(opening->parcel);
    opening->parcel = NULL;
    Parcel *next = opening->next;
    opening->next = NULL;
    if (next)
        start(opening, next);
}

// What another instance reads is asked for now and then.
int64_t opening_serve(Opening *opening, int64_t until_ns)
{
    enum { ASKED_APART_NS = 5000000 };
    return job_serve(opening->job, until_ns) ? ASKED_APART_NS : TRAINER_RESTS;
}

bool opening_pass(Opening *opening)
{
    if (!opening->job)
        return false;
    const JobState state = job_state(opening->job);
    Arrival *arrival = &opening->session->app.arrival;
    const bool is_moved = arrival->done != state.done || arrival->total != state.total;
    arrival->done = state.done;
    arrival->total = state.total;
    if (state.is_done)
        finish(opening);
    return state.is_done || is_moved;
}
