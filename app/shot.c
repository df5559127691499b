// `losslens shot`: trains without a window and writes the picture that the window would show.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "session.h"

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

// Until the models on show have their epochs (or broke), and have been measured.
static void train(Session *session)
{
    Input input;
    while (!interrupted) {
        bool changed;
        bool is_ready = trainer_dataset(session->app.trainer) && !trainer_is_busy(session->app.trainer);
        for (int side = 0; side < SIDE_COUNT; side++) {
            const bool is_shown = side == SIDE_A ? session->app.scene != SCENE_SOLO_B : session->app.scene != SCENE_SOLO_A;
            const Snapshot *s = bank_model_latest(session->app.models[side], &changed);
            is_ready = is_ready && (!is_shown || (s->test.images > 0 && (s->broken_step >= 0 || s->step >= (int64_t)s->steps_per_epoch * session->app.epochs)));
        }
        if (is_ready)
            return;
        (void)window_wait(session->window, 50, &input);
    }
}

int shot_run(const Options *options)
{
    Error error;
    Session *session = malloc(sizeof *session);
    if (!session)
        return 1;
    int status = session_open(session, options, true, &error);
    if (status == 0) {
        (void)signal(SIGINT, interrupt);
        (void)signal(SIGTERM, interrupt);
        train(session);
        char path[1024] = "";
        if (options->output)
            (void)snprintf(path, sizeof path, "%s", options->output);
        const WindowSize size = {options->width, options->height, 1.0f, false};
        const Input input = {.is_inside = false};
        if (interrupted)
            status = 130;
        else if (session_capture(session, options, &input, size, path, sizeof path, &error))
            (void)printf("%s\n", path);
        else
            status = 1;
    }
    if (status != 0 && status != 130)
        (void)fprintf(stderr, "losslens: %s\n", error.text);
    session_close(session);
    free(session);
    return status;
}
