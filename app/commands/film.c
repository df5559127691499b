// `losslens film`: a training in pictures, one an epoch or every so many batches; or how trained models answer to their
// own outputs, one for each time.
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/offline.h"
#include "files/animation.h"
#include "files/capture.h"

typedef struct Film {
    const Options *options;
    Offline offline;
    NewFolder folder;     // of the pictures
    Animation *animation; // NULL: numbered pictures
    int count, total;     // frames
    uint8_t *rgba;        // the newest frame, and its settings
    char *json;
} Film;

static bool ends_in(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length > tail && strcmp(text + length - tail, end) == 0;
}

// Where a frame goes; check_place has found the folder's name short enough.
static void name_frame(const char *folder, int index, char path[PATH_MAX])
{
    char name[32];
    (void)snprintf(name, sizeof name, "frame-%05d.png", index);
    (void)new_folder_join(path, folder, name, NULL);
}

// ---- the frames of an earlier film --------------------------------------------------------------------------------

typedef bool VisitFrame(const Film *film, int index, const char *path, Error *error);

// Visits the frames that the folder has, in no order, until a visit returns false.
static bool visit_frames(const Film *film, VisitFrame *visit, Error *error)
{
    const char *folder = film->options->output;
    char path[PATH_MAX];
    DIR *entries = opendir(folder);
    if (!entries)
        return error_set(error, "the folder %s cannot be read: %s", file_shorten_path(folder), strerror(errno));
    bool is_good = true;
    for (const struct dirent *entry; is_good && (entry = readdir(entries));) {
        int index, length = 0;
        if (sscanf(entry->d_name, "frame-%d.png%n", &index, &length) == 1 && length > 0 && !entry->d_name[length])
            is_good = new_folder_join(path, folder, entry->d_name, error) && visit(film, index, path, error);
    }
    (void)closedir(entries);
    return is_good;
}

static bool check_frame(const Film *film, int index, const char *path, Error *error)
{
    (void)index;
    return new_file_check(path, command_naming(film->options), error);
}

// Where the new film has no such frame: else the two would be taken for one.
static bool remove_surplus(const Film *film, int index, const char *path, Error *error)
{
    char frame[PATH_MAX];
    name_frame(film->options->output, index, frame);
    return index < film->count || strcmp(frame, path) != 0 || unlink(path) == 0 ||
           error_set(error, "%s, a frame of the film that was replaced, cannot be removed: %s", file_shorten_path(path),
                     strerror(errno));
}

// ---- the place ----------------------------------------------------------------------------------------------------

static bool is_webp(const Film *film) { return ends_in(film->options->output, ".webp"); }

static bool check_folder(Film *film, Error *error)
{
    char last[PATH_MAX];
    const char *place = film->options->output;
    if (!new_folder_join(last, place, "frame-2147483647.png", error) || !new_folder_make(&film->folder, place, error))
        return false;
    return visit_frames(film, check_frame, error) && new_file_check(last, NAME_NEXT, error);
}

// Refuses, before any training, a place that cannot be written.
static int check_place(Film *film)
{
    static const char *const others[] = {".gif", ".png", ".apng", ".mp4", ".webm", ".mov", ".avi", ".jpg"};
    Error error;
    const char *place = film->options->output;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (ends_in(place, others[i]))
            return command_fail(EXIT_USAGE, "-o %s: expected a folder for PNGs, or a file that ends in .webp",
                                file_shorten_path(place));
    const bool is_good =
        is_webp(film) ? new_file_check(place, command_naming(film->options), &error) : check_folder(film, &error);
    return is_good ? EXIT_OK : command_fail(EXIT_FAILED, "%s", error.text);
}

// ---- filming ------------------------------------------------------------------------------------------------------

// The most steps that a model on show takes.
static int64_t count_steps(const Film *film)
{
    const Frame *frame = &film->offline.session->app.frame;
    int64_t most = 0;
    for (int i = 0; i < frame->model_count; i++) {
        const int64_t steps = (int64_t)frame->models[i].live->steps_per_epoch * film->options->epochs;
        most = steps > most ? steps : most;
    }
    return most;
}

static bool add_frame(Film *film, Error *error)
{
    const Options *options = film->options;
    const Input still = {.is_inside = false};
    char *json = NULL, path[PATH_MAX];
    NewFile file;
    bool good = session_picture(film->offline.session, options, &still, film->offline.size, &film->rgba, &json, error);
    if (good && film->animation) {
        const bool is_last = film->count + 1 == film->total; // stays for a moment before the film begins anew
        good = animation_add(film->animation, film->rgba, (int)((is_last ? 2000.0f : 1000.0f) / options->fps), error);
    } else if (good) {
        name_frame(options->output, film->count, path);
        good =
            new_file_begin(&file, path, command_naming(options), error) &&
            new_file_end(&file, capture_write(&file, film->rgba, options->width, options->height, json, error), error);
    }
    if (good) {
        free(film->json);
        film->json = json;
        film->count++;
    } else {
        free(json);
    }
    return good;
}

static int take_frame(Film *film)
{
    Error error;
    if (!add_frame(film, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    offline_say("film: frame", film->count, film->total);
    return EXIT_OK;
}

static int film_training(Film *film)
{
    App *app = &film->offline.session->app;
    const Options *options = film->options;
    int status = EXIT_OK;
    for (int i = 0; status == EXIT_OK && (i == 0 || i < film->total); i++) {
        if (options->every > 0)
            app_set_goal(app, options->epochs, (int64_t)i * options->every);
        else
            app_set_goal(app, i, -1);
        status = offline_train(&film->offline);
        if (i == 0 && status == EXIT_OK)
            film->total = options->every > 0 ? (int)((count_steps(film) + options->every - 1) / options->every) + 1
                                             : options->epochs + 1;
        status = status == EXIT_OK ? take_frame(film) : status;
    }
    offline_end_line();
    return status;
}

static int film_feeding(Film *film)
{
    App *app = &film->offline.session->app;
    app->look.fed_back = 0; // what the training shows is never filmed
    app_set_goal(app, film->options->epochs, -1);
    int status = offline_train(&film->offline);
    film->total = film->options->look.fed_back + 1;
    for (int i = 0; status == EXIT_OK && i < film->total; i++) {
        app->look.fed_back = i;
        status = command_signal() ? EXIT_SIGNAL + command_signal() : EXIT_OK;
        status = status == EXIT_OK ? take_frame(film) : status;
    }
    offline_end_line();
    return status;
}

// What there is of it, also after a signal.
static int finish(Film *film, int status)
{
    Error error;
    const Options *options = film->options;
    const bool is_stopped = status > EXIT_SIGNAL;
    if (status != EXIT_OK && !is_stopped)
        return status;
    if (film->animation && film->count > 0 && !animation_finish(film->animation, film->json, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    if (is_stopped)
        (void)command_fail(0, "stopped after %d of %d frames", film->count, film->total);
    else if (!film->animation && !visit_frames(film, remove_surplus, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    if (film->count > 0)
        command_print_path(options->output);
    const int printed = command_finish_output();
    return status != EXIT_OK ? status : printed;
}

int film_run(const Options *options)
{
    Error error;
    Film film = {.options = options};
    command_catch_signals();
    int status = check_place(&film);
    if (status == EXIT_OK)
        status = offline_open(&film.offline, options);
    if (status == EXIT_OK && is_webp(&film)) {
        film.animation =
            animation_create(options->output, command_naming(options), options->width, options->height, &error);
        if (!film.animation)
            status = command_fail(EXIT_FAILED, "%s", error.text);
    }
    if (status == EXIT_OK)
        status = finish(&film, options->look.fed_back > 0 ? film_feeding(&film) : film_training(&film));
    if (film.count == 0)
        new_folder_remove(&film.folder);
    animation_destroy(film.animation);
    free(film.rgba);
    free(film.json);
    offline_close(&film.offline);
    return status;
}
