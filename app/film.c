// `losslens film`: a training in pictures, one an epoch or every so many batches.
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "animation.h"
#include "capture.h"
#include "commands.h"
#include "new_file.h"
#include "offline.h"

typedef struct Film {
    Offline offline;
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

static void name_frame(const char *folder, int index, char path[PATH_MAX])
{
    (void)snprintf(path, PATH_MAX, "%.3900s/frame-%05d.png", folder, index);
}

// Whether the folder has no frame of an earlier film.
static bool check_frames(const char *folder, Error *error)
{
    DIR *entries = opendir(folder);
    if (!entries)
        return error_set(error, "The folder %.300s cannot be read: %s.", folder, strerror(errno));
    bool good = true;
    for (const struct dirent *entry; good && (entry = readdir(entries));) {
        int index, length = 0;
        if (sscanf(entry->d_name, "frame-%d.png%n", &index, &length) == 1 && entry->d_name[length] == 0 && length > 0)
            good = error_set(error, "%.300s holds %.40s already; a film never replaces one.", folder, entry->d_name);
    }
    (void)closedir(entries);
    return good;
}

// Refuses, before any training, a place that cannot be written.
static int check_place(const Options *options)
{
    static const char *const others[] = {".gif", ".png", ".apng", ".mp4", ".webm", ".mov", ".avi", ".jpg"};
    Error error;
    char first[PATH_MAX];
    const char *place = options->output;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (ends_in(place, others[i]))
            return command_fail(EXIT_USAGE, "-o %s: expected a folder for PNGs, or a file that ends in .webp", place);
    if (ends_in(place, ".webp"))
        return new_file_check(place, &error) && command_check_output(place, &error)
                   ? EXIT_OK
                   : command_fail(EXIT_FAILED, "%s", error.text);
    name_frame(place, 0, first);
    return new_file_make_folder(place, &error) && check_frames(place, &error) && command_check_output(first, &error)
               ? EXIT_OK
               : command_fail(EXIT_FAILED, "%s", error.text);
}

// The most steps that a model on show takes.
static int64_t count_steps(const Film *film)
{
    const Frame *frame = &film->offline.session->app.frame;
    int64_t most = 0;
    for (int i = 0; i < frame->model_count; i++) {
        const int64_t steps = (int64_t)frame->models[i].live->steps_per_epoch * film->offline.options->epochs;
        most = steps > most ? steps : most;
    }
    return most;
}

static bool add_frame(Film *film, Error *error)
{
    const Options *options = film->offline.options;
    const Input still = {.is_inside = false};
    char *json = NULL, path[PATH_MAX];
    bool good = session_picture(film->offline.session, options, &still, film->offline.size, &film->rgba, &json, error);
    if (good && film->animation) {
        const bool is_last = film->count + 1 == film->total; // stays for a moment before the film begins anew
        good = animation_add(film->animation, film->rgba, (int)((is_last ? 2000.0f : 1000.0f) / options->fps), error);
    } else if (good) {
        name_frame(options->output, film->count, path);
        good = capture_write(path, film->rgba, options->width, options->height, json, error);
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

static int film_training(Film *film)
{
    Error error;
    App *app = &film->offline.session->app;
    const Options *options = film->offline.options;
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
        if (status == EXIT_OK && !add_frame(film, &error))
            status = command_fail(EXIT_FAILED, "%s", error.text);
        if (status == EXIT_OK)
            offline_say("film: frame", film->count, film->total);
    }
    offline_end_line();
    return status;
}

// What there is of it, also after a signal.
static int finish(Film *film, int status)
{
    Error error;
    const Options *options = film->offline.options;
    const bool is_stopped = status > EXIT_SIGNAL;
    if (status != EXIT_OK && !is_stopped)
        return status;
    if (film->animation && film->count > 0 && !animation_finish(film->animation, film->json, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    if (is_stopped)
        (void)command_fail(0, "stopped after %d of %d frames", film->count, film->total);
    if (film->count > 0)
        command_print_path(options->output);
    const int printed = command_finish_output();
    return status != EXIT_OK ? status : printed;
}

int film_run(const Options *options)
{
    Error error;
    Film film = {0};
    command_catch_signals();
    int status = check_place(options);
    if (status == EXIT_OK)
        status = offline_open(&film.offline, options);
    if (status == EXIT_OK && ends_in(options->output, ".webp")) {
        film.animation = animation_create(options->output, options->width, options->height, &error);
        if (!film.animation)
            status = command_fail(EXIT_FAILED, "%s", error.text);
    }
    if (status == EXIT_OK)
        status = finish(&film, film_training(&film));
    animation_destroy(film.animation);
    free(film.rgba);
    free(film.json);
    offline_close(&film.offline);
    return status;
}
