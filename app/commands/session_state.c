// A picture's state in a session: what of it holds, whether its data is there, and a window that takes it over.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/session_parts.h"
#include "files/report_read.h"

// The picture's state, with what was asked for by options of their own.
const SavedState *session_merge_state(Session *session, const Options *options, const Spec specs[SIDE_COUNT])
{
    if (!options->state)
        return NULL;
    SavedState *saved = &session->saved;
    *saved = options->state->saved;
    saved->specs[SIDE_A] = specs[SIDE_A];
    saved->specs[SIDE_B] = specs[SIDE_B];
    saved->look = options->look;
    saved->preset = options->preset;
    saved->epochs = options->epochs;
    if (cli_is_given(options, "--epochs") || cli_is_given(options, "--pause") || options->command == COMMAND_FILM)
        saved->model_count = 0; // so long, instead of as long as they were
    if (cli_is_given(options, "--page") || cli_is_given(options, "--first"))
        saved->page_first = saved->page_shuffle = 0;
    if (options->first >= 0)
        saved->page_first = options->first;
    if (cli_is_given(options, "--random"))
        saved->page_shuffle = options->random;
    saved->has_pad &= !options->digit && !cli_is_given(options, "--pad") && !cli_is_given(options, "--drawing");
    saved->is_centred &= !options->is_uncentred;
    saved->has_lesson_pixel &= options->lesson == 0 && !cli_is_given(options, "--preset");
    return saved;
}

// Whether the data is what the picture was made with.
void session_compare_data(Session *session, const CaptureData *was)
{
    DataSums sums;
    if (was->is_builtin || !*was->sums.train || !*was->sums.test)
        return;
    dataset_sum(session->dataset, &sums);
    if (strcmp(sums.train, was->sums.train) != 0 || strcmp(sums.test, was->sums.test) != 0)
        notices_add(&session->notices,
                    "the data in %s is not what the picture was made with: the models will be others",
                    session->data_path);
}

// Models that began with a file begin with it again, where it is what it was.
static bool load_origin(Session *session, const SavedModel *saved)
{
    Error error;
    char sha256[65];
    ModelFile file;
    const SpecWish wish = {saved->spec, ~0u};
    const bool is_read = session_load_model(session, saved->origin.path, &wish, NULL, &file, &error);
    bool is_same =
        is_read && model_digest(&file.model, file.parameters, sha256) && strcmp(sha256, saved->origin.sha256) == 0;
    ModelOrigin origin = saved->origin;
    if (!is_read)
        notices_add(&session->notices,
                    "a model of the picture began with the weights of a file and cannot be trained again: %s",
                    error.text);
    else if (!is_same)
        notices_add(&session->notices,
                    "a model of the picture began with the weights of %s and cannot be trained again: that file now "
                    "has other ones",
                    saved->origin.path);
    is_same = is_same && app_set_origin(&session->app, &saved->spec, file.parameters, &origin);
    model_file_free(&file);
    return is_same;
}

void session_load_origins(Session *session, const Options *options)
{
    for (int i = 0; options->state && i < options->state->saved.model_count; i++) {
        const SavedModel *saved = &options->state->saved.models[i];
        bool is_replaced = false;
        for (int side = 0; side < SIDE_COUNT; side++)
            is_replaced |= session->files[side].parameters && spec_equal(&saved->spec, &session->app.specs[side]);
        if (*saved->origin.path && !is_replaced)
            (void)load_origin(session, saved);
        for (int side = 0; saved->origin.components && side < SIDE_COUNT; side++)
            if (spec_equal(&saved->spec, &session->app.specs[side]))
                app_want_pca(&session->app, side, saved->origin.components);
    }
}

bool session_has_data(const Session *session, const CaptureData *data)
{
    DataSums sums;
    if (data->is_builtin || !session->dataset)
        return data->is_builtin;
    if (*data->path && strcmp(session->data_path, data->path) == 0)
        return true;
    dataset_sum(session->dataset, &sums);
    return strcmp(sums.train, data->sums.train) == 0 && strcmp(sums.test, data->sums.test) == 0;
}

bool session_read_report(const Session *session, const char *path, SayingReport *out, Error *error)
{
    if (!report_read(path, out, error))
        return false;
    CaptureData data = {.is_builtin = out->is_builtin, .sums = out->sums};
    const char *name = session->dataset ? session->dataset->name : "the built-in ones";
    return (data.is_builtin ? !session->dataset : session_has_data(session, &data)) ||
           error_set(error,
                     "%.200s decides by other digits (%s) than those that are open (%s): expected a report of these",
                     out->name, out->is_builtin ? "the built-in ones" : out->data_name, name);
}

bool session_open_report(Session *session, const char *path, Error *error)
{
    SayingReport *report = malloc(sizeof *report);
    if (!report)
        return error_set(error, "out of memory: %s", path);
    if (!session_read_report(session, path, report, error)) {
        free(report);
        return false;
    }
    app_take_report(&session->app, report);
    return true;
}

void session_load_verdicts(Session *session, const Options *options)
{
    Error error;
    if (options->state && *options->state->verdicts && !cli_is_given(options, "--verdicts") &&
        !session_open_report(session, options->state->verdicts, &error))
        notices_add(&session->notices, "the picture's claims were decided by a report, which decides none now: %.300s",
                    error.text);
}

// What outlives the app: what is being fetched, and what the window is.
static void keep_window(App *next, App *old)
{
    next->sets = old->sets;
    old->sets = (Sets){0};
    next->is_fullscreen = old->is_fullscreen;
    next->ui_scale = old->ui_scale;
    next->is_lesson_new = old->is_lesson_new;
    next->now = old->now;
}

static void swap_sessions(Session *session, Session *next)
{
    keep_window(&next->app, &session->app);
    app_free(&session->app);
    for (int side = 0; side < SIDE_COUNT; side++)
        model_file_free(&session->files[side]);
    free(session->digit);
    if (session->dataset != next->dataset)
        session_free_dataset(session->dataset);
    session->app = next->app;
    session->digit = NULL;
    session->dataset = next->dataset;
    memcpy(session->data_path, next->data_path, sizeof session->data_path);
    session->notices = next->notices;
    session->saved = next->saved;
    AppOptions *options = &session->app.options; // which point into the session
    options->saved = &session->saved;
    options->digit = NULL;
    options->data_path = *session->data_path ? session->data_path : NULL;
}

// An app as `chosen` says takes the place of the one that is there.
static bool take(Session *session, Session *next, const Options *chosen, Error *error)
{
    const bool is_good = session_open_app(next, chosen, error) == EXIT_OK;
    if (is_good)
        swap_sessions(session, next);
    else if (next->has_app)
        app_free(&next->app);
    return is_good;
}

bool session_take_link(Session *session, const Options *options, const Options *link, Dataset *dataset, Error *error)
{
    Session *next = calloc(1, sizeof *next);
    if (!next)
        return error_set(error, "out of memory: what a link says");
    Options chosen = *link;
    chosen.threads = options->threads;
    chosen.is_driven = options->is_driven;
    chosen.width = session->shown.width;
    chosen.height = session->shown.height;
    chosen.scale = session->shown.user_scale;
    if (!cli_is_given(link, "--theme"))
        chosen.theme = session->app.theme;
    next->window = session->window;
    next->dataset = !link->data ? NULL : dataset ? dataset : session->dataset;
    next->notices = link->notices;
    if (dataset)
        session_resolve_data(link->data, next->data_path);
    else if (link->data)
        memcpy(next->data_path, session->data_path, sizeof next->data_path);
    const bool is_good = session_check_digits(next, &chosen, error) && take(session, next, &chosen, error);
    if (is_good) {
        session->is_linked = true;
        session_set_page(session, link->link);
    }
    free(next);
    return is_good;
}

bool session_take_state(Session *session, const Options *options, const CaptureState *state, Dataset *dataset,
                        Error *error)
{
    Session *next = calloc(1, sizeof *next);
    if (!next)
        return error_set(error, "out of memory: what a picture says");
    Options chosen = *options;
    cli_fill_state(&chosen, state);
    memset(chosen.given, 0, sizeof chosen.given);
    chosen.lesson = 0; // the look has it
    chosen.digit = chosen.init = NULL;
    chosen.pad = chosen.page = 0;
    chosen.first = -1;
    chosen.is_uncentred = false;
    memset(chosen.said, 0, sizeof chosen.said);
    next->window = session->window;
    next->dataset = state->data.is_builtin ? NULL : dataset ? dataset : session->dataset;
    if (next->dataset) {
        if (dataset)
            session_resolve_data(state->data.path, next->data_path);
        else
            memcpy(next->data_path, session->data_path, sizeof next->data_path);
        session_compare_data(next, &state->data);
    }
    next->notices = state->notices;
    const bool is_good = take(session, next, &chosen, error);
    free(next);
    return is_good;
}
