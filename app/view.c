// `losslens view`: the window. Sleeps until something happens, draws when something changed.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "session.h"
#include "trace.h"

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

static void take_screenshot(Session *session, const Options *options, const Input *input, WindowSize size)
{
    char path[1024] = "", text[1100];
    Error error;
    session->app.wants_screenshot = false;
    if (session_capture(session, options, input, size, path, sizeof path, &error)) {
        (void)snprintf(text, sizeof text, "saved %s", path);
        app_say(&session->app, false, text);
    } else {
        app_say(&session->app, true, error.text);
    }
}

// One pass for what the user did and, where that changed something, one more for what it looks like.
static const Frame *pass(Session *session, const Options *options, Input *input, WindowSize size, bool takes_news)
{
    const Frame *frame = session_pass(session, options, input, size, false, takes_news);
    const Input still = {.mouse_x = input->mouse_x,
                         .mouse_y = input->mouse_y,
                         .is_inside = input->is_inside,
                         .left = input->left,
                         .right = input->right};
    if (session->app.wants_screenshot) {
        take_screenshot(session, options, input, size);
        session->passed_requests = 1;
    }
    if (session->passed_requests > 0 || input->key_count > 0)
        frame = session_pass(session, options, &still, size, false, false);
    return frame;
}

// Of the film of the history.
static const double film_frame_ms = 90;

static void run(Session *session, const Options *options, FILE *trace)
{
    const bool is_software = render_is_software(session->render);
    session->is_live = true;
    bool is_stale = true, has_wake = false; // stale: must be drawn now; has_wake: when the time has come
    bool is_hidden = false;                 // then both wait until it is seen again
    double next_training_frame = 0, next_film_frame = 0;
    while (!session->app.wants_quit) {
        int timeout = -1;
        if (is_stale && !is_hidden)
            timeout = 0;
        else if (has_wake && !is_hidden) {
            const double rest = next_training_frame - now_ms();
            timeout = rest > 0 ? (int)rest + 1 : 0;
        }
        if (session->app.is_film && !is_hidden) {
            const double rest = next_film_frame - now_ms();
            const int film_timeout = rest > 0 ? (int)rest + 1 : 0;
            timeout = timeout < 0 || film_timeout < timeout ? film_timeout : timeout;
        }
        Input input;
        const unsigned happened = window_wait(session->window, timeout, &input);
        const double start = now_ms();
        if (session->app.is_film && start >= next_film_frame) {
            app_advance_film(&session->app);
            next_film_frame = start + film_frame_ms;
            is_stale = true;
        }
        if (happened & WINDOW_CLOSE)
            break;
        is_stale |= (happened & WINDOW_INPUT) != 0;
        has_wake |= (happened & WINDOW_WAKE) != 0;
        const WindowSize size = window_size(session->window);
        is_hidden = size.is_hidden;
        if (is_hidden && !(happened & WINDOW_INPUT))
            continue;
        if (!is_stale && !(has_wake && start >= next_training_frame))
            continue;
        const bool takes_news = has_wake && start >= next_training_frame;
        const Frame *frame = pass(session, options, &input, size, takes_news);
        if (happened & WINDOW_MORE)
            continue;
        render_play(session->render, &session->draw, size.width, size.height);
        window_swap(session->window);
        const double took = now_ms() - start;
        // where the processor draws, pictures of training leave it two thirds of its time
        if (takes_news) {
            next_training_frame = start + (is_software ? 3 * took + 16 : 16);
            has_wake = false;
        }
        is_stale = false;
        if (trace)
            trace_write(trace, frame, &session->ui, took);
    }
}

int view_run(const Options *options)
{
    Error error;
    FILE *trace = NULL;
    if (options->trace && !(trace = fopen(options->trace, "w")))
        return command_fail(EXIT_FAILED, "%s cannot be written", options->trace);
    Session *session = malloc(sizeof *session);
    if (!session)
        return command_fail(EXIT_FAILED, "out of memory");
    const int status = session_open(session, options, false, &error);
    if (status == EXIT_OK)
        run(session, options, trace);
    else
        (void)command_fail(status, "%s", error.text);
    session_close(session);
    free(session);
    if (trace)
        (void)fclose(trace);
    return status;
}
