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

void saving_free(Saving *saving)
{
    free(saving->rgba);
    free(saving->json);
    saving->rgba = NULL;
    saving->json = NULL;
}

// ---- pictures -----------------------------------------------------------------------------------------------------

// Makes the picture anew into `saving`. title: of a figure, empty for its own; NULL for the window's picture.
static bool make_picture(Saving *saving, Session *session, const Options *options, const Input *input, WindowSize size,
                         const char *title, Error *error)
{
    saving_free(saving);
    saving->width = title ? FIGURE_WIDTH : size.width;
    saving->height = title ? FIGURE_HEIGHT : size.height;
    if (!title)
        return session_picture(session, options, input, size, &saving->rgba, &saving->json, error);
    const FigureOrder order = {saving->width, saving->height, THEME_LIGHT, *title ? title : NULL};
    return session_figure(session, &order, &saving->rgba, &saving->json, error);
}

static bool write_picture(const Saving *saving, NewFile *file, const char *path, Naming naming, Error *error)
{
    return new_file_begin(file, path, naming, error) &&
           new_file_end(file, capture_write(file, saving->rgba, saving->width, saving->height, saving->json, error),
                        error);
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

static void set_title(Session *session, const char *title)
{
    Toast *toast = &session->app.toast;
    char own[FIGURE_WORDS];
    figure_title(&session->app.frame, own);
    toast->is_figure = title != NULL;
    (void)snprintf(toast->title, sizeof toast->title, "%s", title && *title ? title : own);
}

// ---- wishes -------------------------------------------------------------------------------------------------------

static bool save_picture(Saving *saving, Session *session, const Options *options, const Input *input, WindowSize size,
                         const char *title, double now, Error *error)
{
    char path[PATH_MAX];
    NewFile file;
    if (!capture_choose_path(options->shots, path, error) ||
        !make_picture(saving, session, options, input, size, title, error) ||
        !write_picture(saving, &file, path, NAME_NEXT, error))
        return false;
    set_title(session, title);
    show_toast(saving, session, file.path, now);
    return true;
}

static bool save_as(Saving *saving, Session *session, const char *path, double now, Error *error)
{
    NewFile file;
    if (!saving->rgba || !saving->json)
        return error_set(error, "there is nothing to save any more: press S first");
    if (!*path)
        return error_set(error, "there is no path to save to");
    if (!write_picture(saving, &file, path, NAME_NEW, error))
        return false;
    show_toast(saving, session, path, now);
    return true;
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
    switch (app_take_wish(&session->app, text)) {
    case WISH_NOTHING: return false;
    case WISH_FIGURE: is_done = save_picture(saving, session, options, input, size, text, now, &error); break;
    case WISH_WINDOW: is_done = save_picture(saving, session, options, input, size, NULL, now, &error); break;
    case WISH_SAVE_AS: is_done = save_as(saving, session, text, now, &error); break;
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
    if (!toast->is_shown) {
        saving_free(saving);
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
