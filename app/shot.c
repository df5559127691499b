// `losslens shot`: trains without a window and writes the picture that the window would show.
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "session.h"

static volatile sig_atomic_t interrupted;

static void interrupt(int number) { interrupted = number; }

// Until the models on show have their epochs (or broke), and have been measured.
static void train(Session *session)
{
    Input input;
    while (!interrupted && !trainer_has_failed(session->app.trainer)) {
        bool changed;
        bool is_ready = trainer_dataset(session->app.trainer) && !trainer_is_busy(session->app.trainer);
        for (int side = 0; side < SIDE_COUNT; side++) {
            const bool is_shown =
                side == SIDE_A ? session->app.scene != SCENE_SOLO_B : session->app.scene != SCENE_SOLO_A;
            const Snapshot *s = bank_model_latest(session->app.models[side], &changed);
            is_ready =
                is_ready &&
                (!is_shown || (s->test.images > 0 &&
                               (s->broken_step >= 0 || s->step >= (int64_t)s->steps_per_epoch * session->app.epochs)));
        }
        if (is_ready)
            return;
        (void)window_wait(session->window, 50, &input);
    }
}

static int write_picture(Session *session, const Options *options)
{
    Error error;
    char path[PATH_MAX] = "";
    const WindowSize size = {options->width, options->height, 1.0f, false};
    const Input input = {.is_inside = false};
    if (options->output && snprintf(path, sizeof path, "%s", options->output) >= (int)sizeof path)
        return command_fail(EXIT_FAILED, "-o: a path of at most %d bytes was expected", PATH_MAX - 1);
    train(session);
    if (interrupted)
        return EXIT_SIGNAL + interrupted;
    if (trainer_has_failed(session->app.trainer))
        return command_fail(EXIT_FAILED, "out of memory while training");
    if (!session_capture(session, options, &input, size, path, sizeof path, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    (void)printf("%s\n", path);
    return command_finish_output();
}

int shot_run(const Options *options)
{
    Error error;
    Session *session = malloc(sizeof *session);
    if (!session)
        return command_fail(EXIT_FAILED, "out of memory");
    (void)signal(SIGINT, interrupt);
    (void)signal(SIGTERM, interrupt);
    int status = session_open(session, options, true, &error);
    status = status == EXIT_OK ? write_picture(session, options) : command_fail(status, "%s", error.text);
    session_close(session);
    free(session);
    return status;
}
