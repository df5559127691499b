// `losslens view`: the window. Sleeps until something happens, draws when something changed.
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands/commands.h"
#include "commands/opening.h"
#include "commands/remember.h"
#include "commands/saving.h"
#include "commands/session.h"
#include "commands/watching.h"
#include "draw/ui_field.h"
#include "files/trace.h"

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec * 1e-6;
}

// What the app asks of the window and of the desk around it; what came of it is said.
static void serve_window(Session *session)
{
    App *app = &session->app;
    Error text;
    if (app->copied[0]) {
        const bool is_copied = window_set_clipboard(session->window, app->copied, &text);
        if (is_copied)
            (void)error_set(&text, "copied: %s", app->copied);
        app_say(app, !is_copied, text.text);
        app->copied[0] = 0;
    }
    if (app->script.is_copied && app->script.text) {
        const bool is_copied = window_set_clipboard(session->window, app->script.text, &text);
        app_say(app, !is_copied, is_copied ? "the script is copied" : text.text);
    }
    app->script.is_copied = false;
    if (app->is_fullscreen != window_is_fullscreen(session->window)) {
        if (!window_set_fullscreen(session->window, app->is_fullscreen, &text))
            app_say(app, true, text.text);
        app->is_fullscreen = window_is_fullscreen(session->window);
    }
}

// One pass for what the user did and, where that changed something, one more for what it looks like.
static const Frame *pass(Session *session, Saving *saving, Opening *opening, Remembered *remembered,
                         const Options *options, Input *input, WindowSize size, bool takes_news)
{
    session->app.is_fullscreen = window_is_fullscreen(session->window);
    const Frame *frame = session_pass(session, options, input, size, false, takes_news);
    const Input still = ui_still(input);
    serve_window(session);
    if (opening_carry_out(opening))
        session->passed_requests = 1;
    remember_pass(remembered, session);
    if (saving_carry_out(saving, session, options, input, size, now_ms()))
        session->passed_requests = 1;
    if (session->passed_requests > 0 || input->key_count > 0)
        frame = session_pass(session, options, &still, size, false, false);
    return frame;
}

// When the next frames are due, and why.
typedef struct Schedule {
    bool is_stale;  // must be drawn now
    bool has_wake;  // there is news of training, drawn when its time has come
    bool is_hidden; // then both wait until the window is seen again
    bool was_film;
    int torn_count;                              // pictures in a row that lacked something
    double next_training_frame, next_film_frame; // ms
    double toast_end;                            // ms; INFINITY: there is none
} Schedule;

static const double film_frame_ms = 90;

static int wait_until(double time)
{
    const double rest = time - now_ms();
    return rest > 0 ? (int)rest + 1 : 0;
}

// How long the window may sleep: -1 until something happens.
// wakes_at: when the frame changes by itself, ms.
static int choose_timeout(const Schedule *schedule, bool is_film, double wakes_at)
{
    const double news = schedule->has_wake ? schedule->next_training_frame : INFINITY,
                 film = is_film ? schedule->next_film_frame : INFINITY,
                 next = fmin(fmin(news, film), fmin(schedule->toast_end, wakes_at));
    if (schedule->is_hidden || (!schedule->is_stale && isinf(next)))
        return -1;
    return schedule->is_stale ? 0 : wait_until(next);
}

static void advance_film(Schedule *schedule, App *app, double now)
{
    if (app_is_moving(app) && !schedule->was_film)
        schedule->next_film_frame = now;
    schedule->was_film = app_is_moving(app);
    if (!app_is_moving(app) || now < schedule->next_film_frame)
        return;
    app_advance_film(app);
    schedule->next_film_frame = now + film_frame_ms;
    schedule->is_stale = true;
}

// False where something is missing because memory was short. A window larger than what the driver draws is left alone.
static bool draw(Session *session, WindowSize size)
{
    if (!render_fits(session->render, size.width, size.height))
        return true;
    const bool is_whole = render_play(session->render, &session->draw, size.width, size.height);
    window_swap(session->window);
    return is_whole;
}

// Whether the trace was told of every frame; after a failure it is not written any more.
static bool run(Session *session, Saving *saving, Opening *opening, Watching *watching, Remembered *remembered,
                const Options *options, FILE *trace)
{
    bool is_traced = true;
    const bool is_software = render_is_software(session->render);
    session->is_live = true;
    Schedule schedule = {.is_stale = true, .toast_end = INFINITY};
    while (!session->app.wants_quit) {
        Input input;
        const double wakes_at = app_wakes_at(&session->app) * 1e3;
        const unsigned happened =
            window_wait(session->window, choose_timeout(&schedule, app_is_moving(&session->app), wakes_at), &input);
        const double start = now_ms();
        session->app.now = start / 1e3;
        if (happened & WINDOW_CLOSE)
            break;
        advance_film(&schedule, &session->app, start);
        schedule.is_stale |= start >= wakes_at;
        schedule.is_stale |= (happened & (WINDOW_INPUT | WINDOW_EXPOSED)) != 0;
        schedule.is_stale |= saving_pass_time(saving, session, &input, start);
        if (input.dropped_count > 0)
            opening_begin(opening, input.dropped, input.dropped_count, (Point){input.mouse_x, input.mouse_y});
        schedule.is_stale |= opening_pass(opening);
        schedule.is_stale |= watching_pass(watching);
        schedule.toast_end = saving_next(saving, session);
        schedule.has_wake |= (happened & WINDOW_WAKE) != 0;
        const WindowSize size = window_size(session->window);
        schedule.is_hidden = size.is_hidden;
        const bool takes_news = !schedule.is_hidden && schedule.has_wake && start >= schedule.next_training_frame;
        if (schedule.is_hidden ? !(happened & WINDOW_INPUT) : !schedule.is_stale && !takes_news)
            continue;
        const Frame *frame = pass(session, saving, opening, remembered, options, &input, size, takes_news);
        window_take_text(session->window, ui_has_field(&session->ui));
        schedule.toast_end = saving_next(saving, session);
        window_set_cursor(session->window, session->ui.cursor);
        if (schedule.is_hidden || (happened & WINDOW_MORE))
            continue;
        const bool is_whole = draw(session, size);
        const double took = now_ms() - start;
        // where the processor draws, pictures of training leave it two thirds of its time; a training that is slowed
        // down needs little of it, and each of its batches is to be seen
        if (takes_news) {
            const double parts = !is_software ? 0 : session->app.pace == PACE_FULL ? 3 : 1;
            schedule.next_training_frame = start + parts * took + 16;
            schedule.has_wake = false;
        }
        // drawn again at once, which a full atlas needs, then with the sentence
        schedule.torn_count = is_whole ? 0 : schedule.torn_count + 1;
        schedule.is_stale = schedule.torn_count == 1 || schedule.torn_count == 2;
        if (schedule.torn_count == 2)
            app_say(&session->app, true, "out of memory: something is missing in the window");
        if (trace && is_traced &&
            !trace_write(trace, frame, &session->layout, &session->ui, took, options->has_texts)) {
            is_traced = errno == ENOMEM;
            if (is_traced)
                app_say(&session->app, true, "out of memory: the trace has no line for a frame");
            else
                (void)command_fail(0, "%s ends here, since it cannot be written: %s", file_shorten_path(options->trace),
                                   strerror(errno));
        }
    }
    return is_traced;
}

static int open_session(Session *session, Remembered *remembered, Options *options)
{
    Error error;
    int status = session_open(session, options, false, &error);
    if (status == EXIT_BAD_DATA && remember_without_data(remembered, options, &error)) {
        session_close(session);
        status = session_open(session, options, false, &error);
    }
    command_tell(&session->notices);
    if (status == EXIT_OK && session->notices.count > 0)
        app_say(&session->app, false, session->notices.text[0]);
    if (status != EXIT_OK)
        (void)command_fail(status, "%s", error.text);
    if (session->bad_model)
        command_print_conversion(session->bad_model);
    return status;
}

int view_run(const Options *given)
{
    Error error;
    Options options = *given;
    FILE *trace = NULL;
    if (options.trace && !new_file_check(options.trace, command_naming(&options), &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    Saving saving = {0};
    Remembered remembered;
    remember_read(&remembered, &options);
    Session *session = malloc(sizeof *session);
    if (!session)
        return command_fail(EXIT_FAILED, "out of memory");
    int status = open_session(session, &remembered, &options);
    options.reading = given->reading; // what was remembered is of that set alone
    Opening *opening = status == EXIT_OK ? opening_create(session, &options, &error) : NULL;
    if (status == EXIT_OK && !opening)
        status = command_fail(EXIT_FAILED, "%s", error.text);
    if (status == EXIT_OK && options.trace && !(trace = trace_open(options.trace, command_naming(&options), &error)))
        status = command_fail(EXIT_FAILED, "%s", error.text);
    Watching *watching = status == EXIT_OK ? watching_create(session, &options, &error) : NULL;
    if (status == EXIT_OK && !watching && *error.text)
        status = command_fail(EXIT_FAILED, "%s", error.text);
    if (status == EXIT_OK) {
        remember_begin(&remembered, session, &options);
        if (options.operand && !options.state && !options.digit) // no picture: a data set, a model
            opening_begin(opening, options.operand, 1, (Point){0, 0});
        if (!run(session, &saving, opening, watching, &remembered, &options, trace))
            status = EXIT_FAILED;
        remember_end(&remembered, session);
    }
    watching_destroy(watching);
    opening_destroy(opening);
    session_close(session);
    saving_free(&saving);
    free(session);
    if (trace)
        (void)fclose(trace);
    return status;
}
