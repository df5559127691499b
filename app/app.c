// The state of the window: making it, doing what was asked.
#include "app.h"
#include "commands.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void requests_add(Requests *requests, Request request)
{
    if (requests->count < REQUESTS_MAX)
        requests->items[requests->count++] = request;
}

void app_say(App *app, bool is_error, const char *text)
{
    (void)snprintf(app->message, sizeof app->message, "%s", text);
    app->is_error = is_error;
}

// ---- making it ----------------------------------------------------------------------------------------------------

static void load_next_digit(App *app)
{
    uint8_t pixels[DIGIT_PIXELS];
    const int index = app->next_digit % app_count_digits(app);
    (void)app_read_digit(app, index, pixels);
    pad_load_digit(&app->pad, pixels, index);
    app->next_digit = index + 1;
}

static bool create_buffers(App *app, Error *error)
{
    // pages of zeros that nobody writes to take no memory: only A's and B's are used whole
    enum { ARRAYS = 2 + 2 * HEATMAP_COUNT };
    const size_t page = (size_t)PAGE_MAX * DIGIT_PIXELS;
    app->buffers = calloc((1 + MODELS_MAX * ARRAYS) * page, sizeof *app->buffers);
    if (!app->buffers)
        return error_set(error, "out of memory: the window's arrays");
    float *next = app->buffers;
    app->frame.targets = next;
    for (int i = 0; i < MODELS_MAX; i++) {
        ModelFrame *m = &app->frame.models[i];
        m->z = next += page;
        m->p = next += page;
        for (int j = 0; j < HEATMAP_COUNT; j++) {
            m->heat[j] = next += page;
            m->marks[j] = next += page;
        }
    }
    return true;
}

bool app_init(App *app, const AppOptions *options, Error *error)
{
    *app = (App){.options = *options,
                 .look = options->look,
                 .specs = {options->specs[SIDE_A], options->specs[SIDE_B]},
                 .is_playing = true,
                 .epochs = options->epochs,
                 .goal_epochs = options->waits ? 0 : options->epochs,
                 .goal_step = -1,
                 .ui_scale = 1.0f};
    const TrainerOptions trainer = {
        .dataset = options->dataset,
        .builtin_seed = BUILTIN_SEED,
        .limit = options->limit,
        .thread_count = options->threads,
        .no_shuffle = options->no_shuffle,
        .epochs = app->goal_epochs,
        .every_epoch = options->every_epoch,
        .kept_step = options->look.past_step,
        .wake = options->wake,
        .wake_context = options->wake_context,
    };
    app->trainer = trainer_create(&trainer, error);
    if (!app->trainer || !create_buffers(app, error) || !pad_init(&app->pad, error) || !cast_update(app, error))
        return false;
    if (options->init &&
        !trainer_set_parameters(app->trainer, app->slots[SIDE_A].bank, options->init, options->init_step))
        return error_set(error, "out of memory: the weights of --init");
    if (options->digit)
        pad_load_values(&app->pad, options->digit, options->digit_width, options->digit_height);
    else
        load_next_digit(app);
    // pages are as long as the window makes them: the first frame's length decides where page N starts
    app->first = -options->page;
    trainer_play(app->trainer, true);
    return true;
}

void app_free(App *app)
{
    cast_free(app);
    trainer_destroy(app->trainer);
    pad_free(&app->pad);
    free(app->buffers);
}

// ---- training and time --------------------------------------------------------------------------------------------

void app_set_goal(App *app, int epochs, int64_t step)
{
    app->goal_epochs = epochs;
    app->goal_step = step;
    trainer_set_epochs(app->trainer, epochs);
    trainer_set_last_step(app->trainer, step);
}

static void set_playing(App *app, bool playing)
{
    app->is_playing = playing;
    // pressing play at the end asks for as many epochs again
    if (playing && !trainer_is_busy(app->trainer)) {
        trainer_play(app->trainer, true);
        if (!trainer_is_busy(app->trainer)) {
            app->epochs += app->options.epochs > 0 ? app->options.epochs : 50;
            app_set_goal(app, app->epochs, -1);
        }
    }
    trainer_play(app->trainer, playing);
}

// The index of the moment that is shown, one behind the last for the newest.
static int find_moment(const App *app)
{
    const Frame *frame = &app->frame;
    int at = frame->moment_count;
    if (app->look.past_step >= 0)
        for (at = 0; at + 1 < frame->moment_count && frame->moments[at + 1] <= app->look.past_step; at++)
            ;
    return at;
}

static void move_in_time(App *app, int moments)
{
    const Frame *frame = &app->frame;
    int at = find_moment(app);
    if (at == frame->moment_count && moments < 0) // the last moment mostly is the newest itself
        at -= frame->moment_count > 0 && frame->moments[frame->moment_count - 1] >= frame->newest_step;
    at += moments;
    at = at < 0 ? 0 : at;
    const bool is_newest = moments == 0 || at >= frame->moment_count || frame->moments[at] >= frame->newest_step;
    app->look.past_step = is_newest ? -1 : frame->moments[at];
}

void app_advance_film(App *app)
{
    move_in_time(app, 1);
    if (app->look.past_step < 0)
        app->is_film = false;
}

static void play_film(App *app, bool playing)
{
    app->is_film = playing && app->frame.moment_count > 0;
    app->look.past_step = app->is_film ? app->frame.moments[0] : -1;
}

// ---- requests -----------------------------------------------------------------------------------------------------

static void turn_page(App *app, int pages)
{
    const int total = app_count_digits(app), step = app->frame.page_count;
    if (app->look.scene == SCENE_INSPECT) {
        const int from = app->look.digit < 0 && pages < 0 ? 0 : app->look.digit; // behind the drawing comes digit 0
        app->look.digit = (from + pages + total) % total;
        return;
    }
    int first = app->first + pages * step;
    if (first < 0)
        first = (total - 1) / step * step;
    app->first = first >= total ? 0 : first;
}

static void shuffle(App *app)
{
    app->shuffle++;
    if (app->look.scene == SCENE_INSPECT) {
        Random random = random_stream((uint64_t)app->shuffle, 0);
        app->look.digit = (int)random_below(&random, (uint32_t)app_count_digits(app));
    }
}

// What the scene shows depends on the look and the specs; where there is no memory for it, both stay as they were.
static void change_cast(App *app, const Look *look, int side, const Spec *spec)
{
    const Look old_look = app->look;
    const Spec old_spec = app->specs[side];
    Error error;
    app->look = *look;
    app->specs[side] = *spec;
    if (cast_update(app, &error))
        return;
    app->look = old_look;
    app->specs[side] = old_spec;
    app_say(app, true, error.text);
}

static void change_look(App *app, const Look *look)
{
    const Look old = app->look;
    const Spec spec = app->specs[SIDE_A];
    if (look->scene != old.scene || look->matrix_outputs != old.matrix_outputs ||
        look->matrix_losses != old.matrix_losses)
        change_cast(app, look, SIDE_A, &spec);
    else
        app->look = *look;
    if (app->look.past_step != old.past_step)
        app->is_film = false;
}

static void apply_pad(App *app, const Request *r)
{
    Pad *pad = &app->pad;
    switch (r->kind) {
    case REQUEST_PAD_BEGIN: pad_begin_stroke(pad, r->x, r->y, r->value != 0); break;
    case REQUEST_PAD_CONTINUE: pad_continue_stroke(pad, r->x, r->y); break;
    case REQUEST_PAD_END: pad_end_stroke(pad); break;
    case REQUEST_PAD_UNDO: (void)pad_undo(pad); break;
    case REQUEST_PAD_REDO: (void)pad_redo(pad); break;
    case REQUEST_PAD_CLEAR: pad_clear(pad); break;
    case REQUEST_PAD_NEXT: load_next_digit(app); break;
    case REQUEST_PAD_BRUSH: pad->brush = fminf(3.0f, fmaxf(0.5f, pad->brush + 0.2f * (float)r->value)); break;
    case REQUEST_PAD_CENTRE: pad->is_centred = r->value != 0; break;
    default: break;
    }
}

static void apply(App *app, const Request *r)
{
    switch (r->kind) {
    case REQUEST_SPEC: {
        const Look look = app->look;
        change_cast(app, &look, r->side, &r->spec);
        break;
    }
    case REQUEST_PLAY: set_playing(app, r->value != 0); break;
    case REQUEST_STEP:
        set_playing(app, false);
        trainer_step(app->trainer);
        break;
    case REQUEST_RESTART:
        app->look.past_step = -1;
        app->is_film = false;
        trainer_restart(app->trainer);
        break;
    case REQUEST_PAGE: turn_page(app, r->value); break;
    case REQUEST_SHUFFLE: shuffle(app); break;
    case REQUEST_LOOK: change_look(app, &r->look); break;
    case REQUEST_MOMENT:
        app->is_film = false;
        move_in_time(app, r->value);
        break;
    case REQUEST_FILM: play_film(app, r->value != 0); break;
    case REQUEST_HELP: app->is_help_shown = r->value != 0; break;
    case REQUEST_SCALE:
        app->ui_scale = r->value == 0 ? 1.0f : fminf(3.0f, fmaxf(0.6f, app->ui_scale + 0.1f * (float)r->value));
        break;
    case REQUEST_SCREENSHOT: app->wants_screenshot = true; break;
    case REQUEST_QUIT: app->wants_quit = true; break;
    default: apply_pad(app, r); break;
    }
}

void app_apply(App *app, const Requests *requests)
{
    for (int i = 0; i < requests->count; i++) {
        if (requests->items[i].kind != REQUEST_PAD_CONTINUE)
            app->message[0] = 0;
        apply(app, &requests->items[i]);
    }
}
