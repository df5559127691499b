// The state of the window: making it, and its place in time. What the user asks for: apply.c; another data set:
// exchange.c.
#include "state/app_parts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void requests_add(Requests *requests, Request request)
{
    assert(requests->count < REQUESTS_MAX && "raise REQUESTS_MAX");
    requests->items[requests->count++] = request;
}

const char *popup_key(Popup popup)
{
    static const char *const keys[POPUP_COUNT] = {
        [POPUP_NONE] = "none",         [POPUP_HELP] = "help",     [POPUP_VIEW] = "view",
        [POPUP_GLOSSARY] = "glossary", [POPUP_MORE_A] = "more.a", [POPUP_MORE_B] = "more.b",
        [POPUP_CLAIM] = "claim",       [POPUP_MAP_0] = "map.0",   [POPUP_MAP_1] = "map.1",
        [POPUP_SETUPS] = "setups",     [POPUP_MATRIX] = "matrix", [POPUP_DATA] = "data",
        [POPUP_IMPORT] = "import",     [POPUP_OFFER] = "offer",   [POPUP_NOTICES] = "notices",
        [POPUP_CODE] = "code"};
    return keys[popup];
}

static const struct {
    const char *label;
    double batches;
} paces[PACE_COUNT] = {
    [PACE_1] = {"1", 1.0}, [PACE_10] = {"10", 10.0}, [PACE_100] = {"100", 100.0}, [PACE_FULL] = {"full", 0.0}};

double pace_batches(Pace pace) { return paces[pace].batches; }
const char *pace_label(Pace pace) { return paces[pace].label; }

void app_say(App *app, bool is_error, const char *text)
{
    (void)snprintf(app->message, sizeof app->message, "%s", text);
    app->is_error = is_error;
}

// ---- making it ----------------------------------------------------------------------------------------------------

void app_set_pace(App *app, Pace pace)
{
    app->pace = pace;
    trainer_set_pace(app->trainer, pace_batches(pace));
}

void app_load_digit(App *app, int index)
{
    uint8_t pixels[DIGIT_PIXELS];
    (void)app_read_digit(app, index, pixels);
    pad_load_digit(&app->pad, pixels, index);
    app->next_digit = index + 1;
}

void app_load_next_digit(App *app) { app_load_digit(app, app->next_digit % app_count_digits(app)); }

void app_load_picture(App *app, const InkResult *ink)
{
    pad_load_ink(&app->pad, ink);
    notices_append(&app->notices, &ink->notices);
}

static bool create_buffers(App *app, Error *error)
{
    // pages of zeros that nobody writes to take no memory: only A's and B's are used whole
    enum { ARRAYS = 5 + 2 * HEATMAP_COUNT };
    const size_t page = (size_t)PAGE_MAX * DIGIT_PIXELS;
    app->buffers = calloc((1 + MODELS_MAX * ARRAYS) * page, sizeof *app->buffers);
    app->code = calloc(1, sizeof *app->code);
    app->latent = calloc(1, sizeof *app->latent);
    if (!app->buffers || !app->code || !app->latent)
        return error_set(error, "out of memory: the window's arrays");
    float *next = app->buffers;
    app->frame.targets = next;
    for (int i = 0; i < MODELS_MAX; i++) {
        ModelFrame *m = &app->frame.models[i];
        m->z = next += page;
        m->p = next += page;
        m->shown = next += page;
        m->noisy = next += page;
        m->noisy_shown = next += page;
        for (int j = 0; j < HEATMAP_COUNT; j++) {
            m->heat[j] = next += page;
            m->marks[j] = next += page;
        }
    }
    return true;
}

Trainer *app_create_trainer(const App *app, const Dataset *dataset, Error *error)
{
    const AppOptions *options = &app->options;
    const TrainerOptions trainer = {
        .dataset = dataset,
        .builtin_seed = BUILTIN_SEED,
        .limit = options->limit,
        .thread_count = options->threads,
        .is_driven = options->is_driven,
        .no_shuffle = options->no_shuffle,
        .epochs = app->goal_epochs,
        .every_epoch = options->every_epoch,
        .kept_step = options->look.past_step,
        .wake = options->wake,
        .wake_context = options->wake_context,
    };
    return trainer_create(&trainer, error);
}

static bool fill_from_file(App *app, int side, const ModelFile *file, bool is_trained_on)
{
    ModelOrigin origin = {.step = file->step, .stays = !is_trained_on};
    (void)snprintf(origin.path, sizeof origin.path, "%s", file->path);
    return app_set_origin(app, &app->specs[side], file->parameters, &origin);
}

bool app_set_model(App *app, int side, const ModelFile *file, bool is_trained_on)
{
    Spec specs[SIDE_COUNT] = {app->specs[SIDE_A], app->specs[SIDE_B]};
    specs[side] = file->model.spec;
    while (spec_equal(&specs[side], &specs[side == SIDE_A ? SIDE_B : SIDE_A]))
        specs[side].seed++;
    if (!app_change(app, &app->look, specs))
        return false;
    notices_append(&app->notices, &file->notices);
    if (fill_from_file(app, side, file, is_trained_on))
        return true;
    app_say(app, true, "out of memory: the weights of a file");
    return false;
}

bool app_init(App *app, const AppOptions *options, Error *error)
{
    memset(app, 0, sizeof *app); // a value of it would be too large for the stack
    app->options = *options;
    app->look = options->look;
    app->specs[SIDE_A] = options->specs[SIDE_A];
    app->specs[SIDE_B] = options->specs[SIDE_B];
    app->is_playing = true;
    app->epochs = options->epochs;
    app->goal_epochs = options->waits ? 0 : options->epochs;
    app->goal_step = -1;
    app->pace = options->pace;
    app->theme = options->theme;
    app->preset = options->preset;
    app->run.lesson = -1;
    app->is_lesson_new = options->is_lesson_new && options->look.lesson < 0;
    app->ui_scale = 1.0f;
    code_pulls_clear(&app->pulls, -1, -1);
    app->trainer = app_create_trainer(app, options->dataset, error);
    if (!app->trainer || !create_buffers(app, error) || !pad_init(&app->pad, error) || !cast_update(app, error))
        return false;
    for (int side = 0; side < SIDE_COUNT; side++)
        if (options->files[side] && !fill_from_file(app, side, options->files[side], options->is_trained_on[side]))
            return error_set(error, "out of memory: the weights of a file");
    for (int side = 0; side < SIDE_COUNT; side++)
        if (options->is_pca[side])
            app_want_pca(app, side, app_choose_components(app, side));
    app->saying_run.wanted = options->measured;
    app->pad.is_centred = !options->is_uncentred;
    if (options->digit)
        app_load_picture(app, options->digit);
    else if (options->drawing)
        pad_load_state(&app->pad, options->drawing);
    else
        app_load_digit(app, options->pad);
    app->page = options->page;
    app->first = options->first;
    app->shuffle = options->shuffle;
    if (options->saved)
        restore_begin(app, options->saved);
    if (options->pauses)
        restore_begin_pause(app, options->pause_step);
    if (options->pulls)
        app->pulls = *options->pulls;
    pad_forget_done(&app->pad);
    if (!app->restore.is_under_way)
        app_set_pace(app, options->pace);
    trainer_play(app->trainer, true);
    return true;
}

void app_free(App *app)
{
    sets_free(&app->sets);
    free(app->script.text);
    offer_free(&app->offer);
    pca_run_end(&app->pca_run);
    saying_run_end(&app->saying_run);
    free(app->mixed);
    cast_free(app);
    trainer_destroy(app->trainer);
    pad_free(&app->pad);
    import_end(&app->import);
    free(app->buffers);
    free(app->code);
    latent_free(app->latent);
    free(app->latent);
}

// ---- training and time --------------------------------------------------------------------------------------------

void app_set_goal(App *app, int epochs, int64_t step)
{
    app->goal_epochs = epochs;
    app->goal_step = step;
    trainer_set_goal(app->trainer, epochs, step);
}

void app_set_playing(App *app, bool playing)
{
    app->is_playing = playing;
    // pressing play at the end asks for as many epochs again
    if (playing && !trainer_is_busy(app->trainer)) {
        trainer_play(app->trainer, true);
        if (!trainer_is_busy(app->trainer))
            (void)restore_lift_goals(app);
        if (!trainer_is_busy(app->trainer)) {
            app->epochs += app->options.epochs > 0 ? app->options.epochs : 50;
            app_set_goal(app, app->epochs, -1);
        }
    }
    trainer_play(app->trainer, playing);
}

int64_t app_serve(App *app, int64_t budget_ns)
{
    Job *const jobs[] = {app->pca_run.job, app->saying_run.job};
    const int64_t end = clock_now_ns() + budget_ns;
    const bool has_job =
        (jobs[0] && !job_state(jobs[0]).is_done) || (jobs[1] && !job_state(jobs[1]).is_done) || app->import.is_behind;
    int64_t next = trainer_serve(app->trainer, has_job ? budget_ns / 2 : budget_ns);
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
        next = job_serve(jobs[i], end) ? 0 : next;
    if (!app->import.is_behind)
        return next;
    if (import_advance(&app->import, end))
        return 0;
    if (app->options.wake) // with what was found
        app->options.wake(app->options.wake_context);
    return next;
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

void app_move_in_time(App *app, int moments)
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

// The index of the first moment behind step; moment_count where there is none.
static int find_next_moment(const Frame *frame, int64_t step)
{
    int at = 0;
    while (at < frame->moment_count && frame->moments[at] <= step)
        at++;
    return at;
}

// The newest moment is what the window returns to.
bool app_is_moving(const App *app) { return app->is_film || app->is_feeding; }

static void feed_once_more(App *app)
{
    app->look.fed_back += app->look.fed_back < FED_BACK_MAX;
    app->is_feeding = app->look.fed_back < FED_BACK_MAX && scene_has(app->look.scene, SCENE_IS_STAGE);
}

void app_advance_film(App *app)
{
    enum { AHEAD = 2 }; // moments that are measured while one is shown
    const Frame *frame = &app->frame;
    if (app->is_feeding)
        feed_once_more(app);
    if (!app->is_film)
        return;
    const int next = find_next_moment(frame, app->film_step);
    if (next == frame->moment_count || frame->moments[next] >= frame->newest_step) {
        app->look.past_step = -1;
        app->is_film = false;
        return;
    }
    bool is_there = false;
    for (int i = next; i < frame->moment_count && i <= next + AHEAD; i++)
        is_there |= past_has_figures(app, frame->moments[i]) && i == next;
    if (is_there || trainer_has_failed(app->trainer))
        app->look.past_step = app->film_step = frame->moments[next];
}

void app_play_film(App *app, bool playing)
{
    app->is_film = playing && app->frame.moment_count > 0;
    app->film_step = -1;
    if (!app->is_film)
        app->look.past_step = -1;
}
