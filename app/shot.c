// `losslens shot`: trains without a window and writes the picture that the window would show.
#include <limits.h>
#include <stdio.h>

#include "commands.h"
#include "figures.h"
#include "offline.h"
#include "report_json.h"

// Whether training went as far as the moment that was asked for.
static int check_step(const Offline *offline)
{
    const Frame *frame = &offline->session->app.frame;
    if (offline->options->step <= frame->newest_step)
        return EXIT_OK;
    return command_fail(EXIT_USAGE, "--step %d: training ends at step %lld (--epochs %d)", offline->options->step,
                        (long long)frame->newest_step, offline->options->epochs);
}

static int print_result(Offline *offline, const char *path)
{
    if (!offline->options->json) {
        command_print_path(path);
        return command_finish_output();
    }
    json_t *report = figures_json(offline_compose(offline));
    json_t *file = json_string(path);
    (void)json_object_set_new(report, "file", file ? file : json_null());
    return report_print(report);
}

static int write_picture(Offline *offline)
{
    Error error;
    char path[PATH_MAX] = "";
    const Options *options = offline->options;
    const Input input = {.is_inside = false};
    if (options->output && snprintf(path, sizeof path, "%s", options->output) >= (int)sizeof path)
        return command_fail(EXIT_FAILED, "-o: a path of at most %d bytes was expected", PATH_MAX - 1);
    int status = offline_train(offline);
    if (status == EXIT_OK)
        status = check_step(offline);
    if (status != EXIT_OK)
        return status;
    if (!session_capture(offline->session, options, &input, offline->size, path, sizeof path, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    return print_result(offline, path);
}

int shot_run(const Options *options)
{
    Offline offline;
    command_catch_signals();
    int status = offline_open(&offline, options);
    if (status == EXIT_OK)
        status = write_picture(&offline);
    offline_close(&offline);
    return status;
}
