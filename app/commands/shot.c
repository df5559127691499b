// `losslens shot`: trains without a window and writes the picture that the window would show.
#include <limits.h>
#include <stdlib.h>

#include "commands/commands.h"
#include "commands/offline.h"
#include "files/capture.h"
#include "files/export.h"
#include "files/figures.h"
#include "files/report_json.h"
#include "files/trace.h"

// Whether training went as far as the moment that was asked for.
static int check_step(const Offline *offline)
{
    const Frame *frame = &offline->session->app.frame;
    if (offline->options->step <= frame->newest_step)
        return EXIT_OK;
    return command_fail(EXIT_USAGE, "--step %d: training ends at step %lld (--epochs %d)", offline->options->step,
                        (long long)frame->newest_step, offline->options->epochs);
}

// Of A and B, where their figures are of the weights on show.
static bool add_appearance(const Offline *offline, const Frame *frame, json_t *report, Error *error)
{
    const Dataset *dataset = trainer_dataset(offline->session->app.trainer);
    Pool *pool = pool_create(offline->options->threads, error);
    bool good = pool != NULL;
    for (int side = 0; good && side < SIDE_COUNT; side++) {
        const ModelFrame *m = &frame->models[side];
        json_t *test = json_object_get(json_object_get(report, side == SIDE_A ? "a" : "b"), "test");
        Appearance appearance;
        if (!test || !m->is_current)
            continue;
        good = appearance_measure(m->model, m->snapshot->parameters, &dataset->test, dataset->test.count, pool,
                                  &appearance, error);
        if (good)
            report_appearance(test, &appearance);
    }
    pool_destroy(pool);
    return good;
}

static int print_result(Offline *offline, const char *path)
{
    if (!offline->options->json) {
        command_print_path(path);
        return command_finish_output();
    }
    Error error;
    const Frame *frame = offline_compose(offline);
    json_t *report = figures_json(frame, &offline->session->shown);
    if (!add_appearance(offline, frame, report, &error)) {
        json_decref(report);
        return command_fail(EXIT_FAILED, "%s", error.text);
    }
    const Ui *ui = offline->options->is_figure ? &offline->session->figure : &offline->session->ui;
    if (offline->options->has_texts)
        (void)json_object_set_new(report, "texts", trace_texts(ui));
    char link[LINK_SIZE];
    Notices left_out;
    const bool has_link = session_link(offline->session, link, &left_out, &error);
    if (!has_link && !*link) {
        json_decref(report);
        return command_fail(EXIT_FAILED, "%s", error.text);
    }
    (void)json_object_set_new(report, "link", has_link ? json_string(link) : json_null()); // that one is too long
    json_t *file = json_string(path);
    (void)json_object_set_new(report, "file", file ? file : json_null());
    return command_print_json(report);
}

// Puts the window's picture, or a figure, into a file that has begun.
static bool put_picture(Offline *offline, NewFile *file, Error *error)
{
    const Options *options = offline->options;
    const Input input = {.is_inside = false};
    if (!options->is_figure)
        return session_capture(offline->session, options, &input, offline->size, file, error);
    uint8_t *rgba = NULL;
    char *json = NULL;
    const FigureOrder order = {options->figure_width, options->figure_height, (ThemeKind)options->theme,
                               options->title};
    const bool good = session_figure(offline->session, &order, &rgba, &json, error) &&
                      capture_write(file, rgba, order.width, order.height, json, error);
    free(json);
    free(rgba);
    return good;
}

// Whether what is exported beside the picture has a place, before any training.
static int check_export(const Options *options)
{
    Error error;
    NewFolder made;
    const Naming naming = command_naming(options);
    if (options->figures && export_find_kind(options->figures) < 0)
        return command_fail(EXIT_USAGE, "--figures %s: expected a file that ends in .csv or .json",
                            file_shorten_path(options->figures));
    if (options->figures && !new_file_check(options->figures, naming, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    if (!options->arrays)
        return EXIT_OK;
    bool has_place = new_folder_make(&made, options->arrays, &error);
    static const char *const of_every_export[] = {"input.npy", "drawing.npy"};
    for (size_t i = 0; has_place && i < sizeof of_every_export / sizeof *of_every_export; i++) {
        char path[PATH_MAX];
        has_place =
            new_folder_join(path, options->arrays, of_every_export[i], &error) && new_file_check(path, naming, &error);
    }
    new_folder_remove(&made);
    return has_place ? EXIT_OK : command_fail(EXIT_FAILED, "%s", error.text);
}

static bool write_export(Offline *offline, Error *error)
{
    const Options *options = offline->options;
    const Naming naming = command_naming(options);
    const Frame *frame = offline_compose(offline);
    return (!options->figures ||
            export_figures(frame, (FiguresKind)export_find_kind(options->figures), options->figures, naming, error)) &&
           (!options->arrays || export_arrays(frame, options->arrays, naming, error));
}

// Trains and writes the picture to `path`, which can be written.
static int write_picture(Offline *offline, const char *path, Naming naming)
{
    Error error;
    NewFile file;
    int status = offline_train(offline);
    if (status == EXIT_OK)
        status = check_step(offline);
    if (status != EXIT_OK)
        return status;
    if (!new_file_begin(&file, path, naming, &error) ||
        !new_file_end(&file, put_picture(offline, &file, &error), &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    if (!write_export(offline, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    return print_result(offline, naming == NAME_NEXT ? file.path : path);
}

int shot_run(const Options *options)
{
    Error error;
    Offline offline;
    char chosen[PATH_MAX];
    command_catch_signals();
    const Naming naming = options->output ? command_naming(options) : NAME_NEXT;
    const bool can_write = options->output ? new_file_check(options->output, naming, &error)
                                           : capture_choose_path(options->shots, chosen, &error);
    if (!can_write)
        return command_fail(EXIT_FAILED, "%s", error.text);
    int status = check_export(options);
    if (status != EXIT_OK)
        return status;
    status = offline_open(&offline, options);
    if (status == EXIT_OK)
        status = write_picture(&offline, options->output ? options->output : chosen, naming);
    offline_close(&offline);
    return status;
}
