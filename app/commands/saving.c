// What the window saves.
#include "commands/saving.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands/commands.h"
#include "draw/ui_field.h"
#include "files/capture.h"
#include "files/code.h"
#include "files/export.h"
#include "files/thumbnail.h"
#include "panels/figure.h"

static const double toast_ms = 6000;

static void free_picture(Saving *saving)
{
    free(saving->rgba);
    free(saving->json);
    saving->rgba = NULL;
    saving->json = NULL;
}

void saving_free(Saving *saving)
{
    if (saving->writer) {
        capture_end(saving->writer);
        new_file_discard(&saving->file);
        saving->writer = NULL;
    }
    free_picture(saving);
}

// ---- pictures -----------------------------------------------------------------------------------------------------

// Makes the picture anew into `saving`. title: of a figure, empty for its own; NULL for the window's picture.
static bool make_picture(Saving *saving, Session *session, const Options *options, const Input *input, WindowSize size,
                         const char *title, Error *error)
{
    free_picture(saving);
    saving->width = title ? FIGURE_WIDTH : size.width;
    saving->height = title ? FIGURE_HEIGHT : size.height;
    if (!title)
        return session_picture(session, options, input, size, &saving->rgba, &saving->json, error);
    const FigureOrder order = {saving->width, saving->height, THEME_LIGHT, *title ? title : NULL};
    return session_figure(session, &order, &saving->rgba, &saving->json, error);
}

static void show_toast(Saving *saving, Session *session, const char *path, double now)
{
    Toast *toast = &session->app.toast;
    Error text;
    toast->is_shown = true;
    (void)snprintf(toast->path, sizeof toast->path, "%s", path);
    thumbnail_make(saving->rgba, saving->width, saving->height, theme_get(session->app.theme)->back, toast->thumbnail);
    saving->until = now + toast_ms;
    (void)error_set(&text, "saved %s", path);
    app_say(&session->app, false, text.text);
}

// Title and toast are those of the moment in which it was asked for.
static void note_title(Saving *saving, const Session *session, const char *title)
{
    char own[FIGURE_WORDS];
    figure_title(&session->app.frame, own);
    saving->has_title = true;
    saving->is_figure = title != NULL;
    (void)snprintf(saving->title, sizeof saving->title, "%s", title && *title ? title : own);
}

static bool end_writing(Saving *saving, Session *session, bool is_good, double now, Error *error)
{
    Toast *toast = &session->app.toast;
    capture_end(saving->writer);
    saving->writer = NULL;
    if (!new_file_end(&saving->file, is_good, error))
        return false;
    if (saving->has_title) {
        toast->is_figure = saving->is_figure;
        (void)snprintf(toast->title, sizeof toast->title, "%s", saving->title);
    }
    show_toast(saving, session, saving->file.path, now);
    return true;
}

static bool write_picture(Saving *saving, Session *session, const char *path, Naming naming, bool is_driven, double now,
                          Error *error)
{
    if (!new_file_begin(&saving->file, path, naming, error))
        return false;
    saving->writer = capture_begin(&saving->file, saving->rgba, saving->width, saving->height, saving->json, error);
    if (saving->writer && is_driven)
        return true;
    return end_writing(saving, session, saving->writer && capture_step(saving->writer, INT64_MAX, error) == JOB_DONE,
                       now, error);
}

bool saving_serve(Saving *saving, Session *session, int64_t until_ns, double now)
{
    Error error;
    if (!saving->writer)
        return false;
    const JobTurn turn = capture_step(saving->writer, until_ns, &error);
    if (turn == JOB_MORE)
        return true;
    if (!end_writing(saving, session, turn == JOB_DONE, now, &error))
        app_say(&session->app, true, error.text);
    window_wake(session->window);
    return false;
}

// ---- wishes -------------------------------------------------------------------------------------------------------

static bool save_picture(Saving *saving, Session *session, const Options *options, const Input *input, WindowSize size,
                         const char *title, double now, Error *error)
{
    char path[PATH_MAX];
    if (!capture_choose_path(options->shots, path, error) ||
        !make_picture(saving, session, options, input, size, title, error))
        return false;
    note_title(saving, session, title);
    return write_picture(saving, session, path, NAME_NEXT, options->is_driven, now, error);
}

static bool save_as(Saving *saving, Session *session, const Options *options, const char *path, double now,
                    Error *error)
{
    if (!saving->rgba || !saving->json)
        return error_set(error, "there is nothing to save any more: press S first");
    if (!*path)
        return error_set(error, "there is no path to save to");
    saving->has_title = false;
    return write_picture(saving, session, path, NAME_NEW, options->is_driven, now, error);
}

static bool open_folder(const Session *session, Error *error)
{
    char folder[PATH_MAX], whole[PATH_MAX];
    (void)snprintf(folder, sizeof folder, "%s", session->app.toast.path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = 0; // the root keeps its own
    if (!realpath(slash ? folder : ".", whole))
        return error_set(error, "the folder of %s is gone", session->app.toast.path);
    return window_open_folder(whole, error);
}

// Where a file has that name already, it is replaced when the same is asked for once more.
static bool save_model(Saving *saving, Session *session, const char *text, Error *error)
{
    App *app = &session->app;
    const ModelFrame *model = &app->frame.models[app->wish_side];
    char path[PATH_MAX];
    NewFile file;
    struct stat status;
    if (!*text)
        return error_set(error, "there is no path to save to");
    capture_unfold_home(text, path);
    const bool is_agreed = strcmp(saving->asked, path) == 0, is_there = lstat(path, &status) == 0;
    saving->asked[0] = 0;
    if (is_there && !is_agreed) {
        (void)snprintf(saving->asked, sizeof saving->asked, "%s", path);
        return error_set(error, "%s is there already: save it once more to replace it", path);
    }
    if (!new_file_begin(&file, path, is_there ? NAME_FORCED : NAME_NEW, error) ||
        !new_file_end(
            &file, model_write(model->model, model->snapshot->parameters, model->snapshot->step, &file, error), error))
        return false;
    Error said;
    (void)error_set(&said, "saved %s", path);
    app_say(app, false, said.text);
    return true;
}

static bool export(Session *session, const Options *options, Error *error)
{
    char path[PATH_MAX];
    Error said;
    if (!capture_choose_path(options->shots, path, error))
        return false;
    *strrchr(path, '.') = 0; // a folder under the name of a picture
    if (!export_all(&session->app.frame, path, error))
        return false;
    (void)error_set(&said, "saved figures and arrays in %s", path);
    app_say(&session->app, false, said.text);
    return true;
}

static bool make_script(Script *script, const Spec specs[SIDE_COUNT], Error *error)
{
    free(script->text);
    script->text = code_format(script->framework, &specs[script->side]);
    return script->text || error_set(error, "out of memory: the script");
}

static bool copy_link(Session *session, Error *error)
{
    char link[LINK_SIZE];
    Notices left_out;
    Error said;
    if (!session_link(session, link, &left_out, error) || !window_set_clipboard(session->window, link, error))
        return false;
    (void)error_set(&said, "copied: %.400s%s%s%s%s", link, strlen(link) > 400 ? "\u2026" : "",
                    left_out.count > 0 ? " \u2013 without " : "", left_out.count > 0 ? left_out.text[0] : "",
                    left_out.count > 1 ? ", and more" : "");
    app_say(&session->app, false, said.text);
    return true;
}

bool saving_carry_out(Saving *saving, Session *session, const Options *options, const Input *input, WindowSize size,
                      double now)
{
    char text[INPUT_TEXT_SIZE];
    Error error;
    bool is_done = true;
    const Wish wish = app_take_wish(&session->app, text);
    if (wish != WISH_NOTHING) // one after the other
        (void)saving_serve(saving, session, INT64_MAX, now);
    switch (wish) {
    case WISH_NOTHING: return false;
    case WISH_FIGURE: is_done = save_picture(saving, session, options, input, size, text, now, &error); break;
    case WISH_WINDOW: is_done = save_picture(saving, session, options, input, size, NULL, now, &error); break;
    case WISH_SAVE_AS: is_done = save_as(saving, session, options, text, now, &error); break;
    case WISH_FOLDER: is_done = open_folder(session, &error); break;
    case WISH_MODEL: is_done = save_model(saving, session, text, &error); break;
    case WISH_EXPORT: is_done = export(session, options, &error); break;
    case WISH_LINK: is_done = copy_link(session, &error); break;
    case WISH_CODE: is_done = make_script(&session->app.script, session->app.specs, &error); break;
    case WISH_OPEN:
    case WISH_GIVE_UP: assert(false && "opening.c's"); break;
    }
    if (!is_done)
        app_say(&session->app, true, error.text);
    return true;
}

// ---- the toast's time ---------------------------------------------------------------------------------------------

bool saving_pass_time(Saving *saving, Session *session, const Input *input, double now)
{
    Toast *toast = &session->app.toast;
    if (saving->writer)
        return false;
    if (!toast->is_shown) {
        free_picture(saving);
        return false;
    }
    const bool is_over = input->is_inside && ui_is_inside(session->layout.toast, input->mouse_x, input->mouse_y);
    saving->is_held = is_over || ui_has_field(&session->ui);
    if (saving->is_held)
        saving->until = fmax(saving->until, now + toast_ms / 6); // a moment to come back
    toast->is_shown = saving->is_held || now < saving->until;
    return !toast->is_shown;
}

double saving_next(const Saving *saving, const Session *session)
{
    return session->app.toast.is_shown && !saving->is_held ? saving->until : INFINITY;
}
