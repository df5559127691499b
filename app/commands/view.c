// `losslens view`: the window. Sleeps until something happens, draws when something changed.
#include "commands/view.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/opening.h"
#include "commands/remember.h"
#include "commands/saving.h"
#include "commands/session.h"
#include "commands/watching.h"
#include "draw/ui_field.h"
#include "files/trace.h"

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

struct View {
    Options options; // as given, and what is remembered
    Session session;
    Saving saving;
    Remembered remembered;
    Opening *opening;
    Watching *watching;
    int status;     // what it ends with
    FILE *trace;    // NULL: none
    bool is_traced; // it was told of every frame so far
    Schedule schedule;
    char said[(LESSON_BODY + 3) * SENTENCE_SIZE];
};

static double now_ms(void) { return (double)clock_now_ns() * 1e-6; }

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
static const Frame *pass(View *view, Input *input, WindowSize size, bool takes_news)
{
    Session *session = &view->session;
    session->app.is_fullscreen = window_is_fullscreen(session->window);
    const Frame *frame = session_pass(session, &view->options, input, size, false, takes_news);
    const Input still = ui_still(input);
    serve_window(session);
    if (opening_carry_out(view->opening))
        session->passed_requests = 1;
    remember_pass(&view->remembered, session);
    if (saving_carry_out(&view->saving, session, &view->options, input, size, now_ms()))
        session->passed_requests = 1;
    if (session->passed_requests > 0 || input->key_count > 0)
        frame = session_pass(session, &view->options, &still, size, false, false);
    return frame;
}

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

// What has happened since the last turn, as far as it is not the widgets' to take. True where news of training is drawn
// now.
static bool take_events(View *view, unsigned happened, const Input *input, double start, double wakes_at)
{
    Session *session = &view->session;
    Schedule *schedule = &view->schedule;
    advance_film(schedule, &session->app, start);
    schedule->is_stale |= start >= wakes_at;
    schedule->is_stale |= (happened & (WINDOW_INPUT | WINDOW_EXPOSED)) != 0;
    schedule->is_stale |= saving_pass_time(&view->saving, session, input, start);
    if (input->dropped_count > 0)
        opening_begin(view->opening, input->dropped, input->dropped_count, (Point){input->mouse_x, input->mouse_y});
    schedule->is_stale |= opening_pass(view->opening);
    schedule->is_stale |= watching_pass(view->watching);
    schedule->toast_end = saving_next(&view->saving, session);
    schedule->has_wake |= (happened & WINDOW_WAKE) != 0;
    schedule->is_hidden = window_size(session->window).is_hidden;
    return !schedule->is_hidden && schedule->has_wake && start >= schedule->next_training_frame;
}

// A frame was drawn: when the next is.
static void plan_next(View *view, double start, double took, bool took_news, bool is_whole)
{
    Session *session = &view->session;
    Schedule *schedule = &view->schedule;
    // where the processor draws, pictures of training leave it two thirds of its time; a training that is slowed
    // down needs little of it, and each of its batches is to be seen
    if (took_news) {
        const double parts = !render_is_software(session->render) ? 0 : session->app.pace == PACE_FULL ? 3 : 1;
        schedule->next_training_frame = start + parts * took + 16;
        schedule->has_wake = false;
    }
    // drawn again at once, which a full atlas needs, then with the sentence
    schedule->torn_count = is_whole ? 0 : schedule->torn_count + 1;
    schedule->is_stale = schedule->torn_count == 1 || schedule->torn_count == 2;
    if (schedule->torn_count == 2)
        app_say(&session->app, true, "out of memory: something is missing in the window");
}

// After a failure the trace is not written any more.
static void trace_frame(View *view, const Frame *frame, double took)
{
    Session *session = &view->session;
    if (!view->trace || !view->is_traced ||
        trace_write(view->trace, frame, &session->layout, &session->ui, took, view->options.has_texts))
        return;
    view->is_traced = errno == ENOMEM;
    if (view->is_traced)
        app_say(&session->app, true, "out of memory: the trace has no line for a frame");
    else
        (void)command_fail(0, "%s ends here, since it cannot be written: %s", file_shorten_path(view->options.trace),
                           strerror(errno));
}

static int choose_next(const View *view, double wakes_at)
{
    return choose_timeout(&view->schedule, app_is_moving(&view->session.app), wakes_at);
}

static void turn(View *view, unsigned happened, Input *input, double start, double wakes_at)
{
    Session *session = &view->session;
    const bool takes_news = take_events(view, happened, input, start, wakes_at);
    const WindowSize size = window_size(session->window);
    Error error;
    const bool is_hidden = view->schedule.is_hidden;
    if (is_hidden ? !(happened & WINDOW_INPUT) : !view->schedule.is_stale && !takes_news)
        return;
    const Frame *frame = pass(view, input, size, takes_news);
    window_take_text(session->window, ui_has_field(&session->ui));
    view->schedule.toast_end = saving_next(&view->saving, session);
    window_set_cursor(session->window, session->ui.cursor);
    if (is_hidden || (happened & WINDOW_MORE))
        return;
    if (!render_check(session->render, &error)) { // the first frame was made while its shaders were compiled
        view->status = command_fail(EXIT_NO_DISPLAY, "%s", error.text);
        session->app.wants_quit = true;
        return;
    }
    const bool is_whole = draw(session, size);
    const double took = now_ms() - start;
    plan_next(view, start, took, takes_news, is_whole);
    trace_frame(view, frame, took);
}

bool view_frame(View *view, int longest_ms, int *next_ms)
{
    Session *session = &view->session;
    Input input;
    const double wakes_at = app_wakes_at(&session->app) * 1e3;
    const int rest = choose_next(view, wakes_at);
    const bool is_shorter = longest_ms >= 0 && (rest < 0 || longest_ms < rest);
    const unsigned happened = window_wait(session->window, is_shorter ? longest_ms : rest, &input);
    const double start = now_ms();
    session->app.now = start / 1e3;
    if (happened & WINDOW_CLOSE)
        return false;
    turn(view, happened, &input, start, wakes_at);
    *next_ms = choose_next(view, app_wakes_at(&session->app) * 1e3);
    return !session->app.wants_quit;
}

int view_serve(View *view, double budget_ms)
{
    const int64_t budget = (int64_t)(budget_ms * 1e6);
    if (saving_serve(&view->saving, &view->session, clock_now_ns() + budget, now_ms()))
        return 0;
    const int64_t reading = opening_serve(view->opening, clock_now_ns() + budget / 2);
    int64_t next = app_serve(&view->session.app, reading == TRAINER_RESTS ? budget : budget / 2);
    if (reading != TRAINER_RESTS && (next == TRAINER_RESTS || next > reading))
        next = reading;
    return next == TRAINER_RESTS ? -1 : (int)((next + 999999) / 1000000);
}

// Behind what is said already.
static void add_said(View *view, const char *separator, const char *markup)
{
    Sentence sentence = {.key = ""};
    const size_t used = strlen(view->said);
    (void)snprintf(sentence.text, sizeof sentence.text, "%s%s", used > 0 && *markup ? separator : "", markup);
    sentence_plain(&sentence, view->said + used, sizeof view->said - used);
}

const char *view_sentence(View *view)
{
    const Frame *frame = &view->session.app.frame;
    const LessonCard *card = &frame->lesson;
    view->said[0] = 0;
    if (!card->step) {
        add_said(view, "", frame->sentence.text);
        return view->said;
    }
    add_said(view, "", card->title);
    add_said(view, " \u2013 ", card->text);
    for (int i = 0; i < LESSON_BODY; i++)
        add_said(view, " ", card->body[i]);
    add_said(view, " ", card->task);
    return view->said;
}

bool view_restore(View *view, Error *error)
{
    Render *render = render_create(error);
    if (!render)
        return false;
    if (!render_check(render, error)) {
        render_destroy(render);
        return false;
    }
    render_destroy(view->session.render);
    view->session.render = render;
    view->schedule.is_stale = true;
    return true;
}

static int open_session(Session *session, Remembered *remembered, Options *options)
{
    Error error;
    int status = session_open(session, options, false, &error);
    if (status == EXIT_BAD_DATA && remember_without_data(remembered, options, &error)) {
        session_close(session);
        status = session_open(session, options, false, &error);
    }
    if (status == EXIT_BAD_DATA && options->link && options->data) {
        command_leave_data(options, &error);
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

// What is beside the window, once that is there. The exit status, after a sentence.
static int open_rest(View *view, const Options *given)
{
    Error error = {0};
    Options *options = &view->options;
    options->reading = given->reading; // what was remembered is of that set alone
    view->opening = opening_create(&view->session, options, &error);
    const bool is_good = view->opening && (!options->trace ||
                                           (view->trace = trace_open(options->trace, command_naming(options), &error)));
    if (is_good)
        view->watching = watching_create(&view->session, options, &error);
    if (!is_good || (!view->watching && *error.text))
        return command_fail(EXIT_FAILED, "%s", error.text);
    remember_begin(&view->remembered, &view->session, options);
    if (options->operand && !options->state && !options->digit) // no picture: a data set, a model
        opening_begin(view->opening, options->operand, 1, (Point){0, 0});
    view->session.is_live = true;
    return EXIT_OK;
}

static void destroy(View *view)
{
    watching_destroy(view->watching);
    opening_destroy(view->opening);
    session_close(&view->session);
    saving_free(&view->saving);
    if (view->trace)
        (void)fclose(view->trace);
    free(view);
}

View *view_open(const Options *given, int *status)
{
    Error error;
    if (given->trace && !new_file_check(given->trace, command_naming(given), &error)) {
        *status = command_fail(EXIT_FAILED, "%s", error.text);
        return NULL;
    }
    View *view = calloc(1, sizeof *view);
    if (!view) {
        *status = command_fail(EXIT_FAILED, "out of memory");
        return NULL;
    }
    view->options = *given;
    view->is_traced = true;
    view->schedule = (Schedule){.is_stale = true, .toast_end = INFINITY};
    remember_read(&view->remembered, &view->options);
    *status = open_session(&view->session, &view->remembered, &view->options);
    if (*status == EXIT_OK)
        *status = open_rest(view, given);
    if (*status == EXIT_OK)
        return view;
    destroy(view);
    return NULL;
}

int view_close(View *view)
{
    const int status = view->is_traced ? view->status : EXIT_FAILED;
    remember_end(&view->remembered, &view->session);
    destroy(view);
    return status;
}

int view_run(const Options *options)
{
    int status, next_ms;
    View *view = view_open(options, &status);
    if (!view)
        return status;
    while (view_frame(view, -1, &next_ms)) {
    }
    return view_close(view);
}
