// Training for pictures.
#include "commands/offline.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands/commands.h"

int offline_open(Offline *offline, const Options *options)
{
    Error error;
    *offline = (Offline){.session = calloc(1, sizeof *offline->session),
                         .options = options,
                         .size = {options->width, options->height, options->display_scale, false}};
    if (!offline->session)
        return command_fail(EXIT_FAILED, "out of memory: the models on show");
    const int status = session_open(offline->session, options, true, &error);
    command_tell(&offline->session->notices);
    if (status != EXIT_OK)
        (void)command_fail(status, "%s", error.text);
    if (offline->session->bad_model)
        command_print_conversion(offline->session->bad_model);
    return status;
}

void offline_close(Offline *offline)
{
    if (offline->session)
        session_close(offline->session);
    free(offline->session);
    offline->session = NULL;
}

const Frame *offline_compose(Offline *offline)
{
    const Input still = {.is_inside = false};
    return session_pass(offline->session, offline->options, &still, offline->size, true, true);
}

int offline_train(Offline *offline)
{
    App *app = &offline->session->app;
    Input input;
    while (!command_signal()) {
        (void)offline_compose(offline);
        if (trainer_has_failed(app->trainer))
            return command_fail(EXIT_FAILED, "out of memory while training");
        if (app_is_settled(app)) {
            if (app->restore.is_unlike)
                (void)command_fail(EXIT_OK, "%s", app->restore.outcome);
            return EXIT_OK;
        }
        (void)window_wait(offline->session->window, 20, &input);
    }
    return EXIT_SIGNAL + command_signal();
}

static bool is_line_open;

void offline_say(const char *what, int done, int total)
{
    is_line_open = isatty(STDERR_FILENO) == 1;
    (void)fprintf(stderr, is_line_open ? "\r%s %d of %d\033[K" : "%s %d of %d\n", what, done, total);
    (void)fflush(stderr);
}

void offline_end_line(void)
{
    if (is_line_open)
        (void)fputs("\r\033[K", stderr);
    is_line_open = false;
}
