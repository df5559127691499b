// The state of the window: making it, doing what was asked.
#include "state/app.h"

#include <assert.h>
#include <math.h>
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

int pace_find(const char *key)
{
    for (int pace = 0; pace < PACE_COUNT; pace++)
        if (strcmp(paces[pace].label, key) == 0)
            return pace;
    return -1;
}

void app_say(App *app, bool is_error, const char *text)
{
    (void)snprintf(app->message, sizeof app->message, "%s", text);
    app->is_error = is_error;
}

// ---- making it ----------------------------------------------------------------------------------------------------

static void set_pace(App *app, Pace pace)
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

static void load_next_digit(App *app) { app_load_digit(app, app->next_digit % app_count_digits(app)); }

static void load_picture(App *app, const InkResult *ink)
{
    pad_load_ink(&app->pad, ink);
    notices_append(&app->notices, &ink->notices);
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

static Trainer *create_trainer(const App *app, const Dataset *dataset, Error *error)
{
    const AppOptions *options = &app->options;
    const TrainerOptions trainer = {
        .dataset = dataset,
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

void app_offer_model(App *app, Foreign *foreign, Guesses *guesses, const char *name)
{
    offer_free(&app->offer);
    app->offer = (Offer){.foreign = foreign, .guesses = guesses, .spec = guesses->items[0].spec};
    (void)snprintf(app->offer.name, sizeof app->offer.name, "%s", name);
    app->popup = POPUP_OFFER;
}

static void take_offer(App *app, int side)
{
    Error error;
    ModelFile file;
    if (!app->offer.foreign)
        return;
    if (!offer_take(&app->offer, &file, &error))
        app_say(app, true, error.text);
    else if (app_set_model(app, side, &file, false))
        offer_free(&app->offer);
    model_file_free(&file);
    app->popup = app->offer.foreign ? POPUP_OFFER : POPUP_NONE;
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
                 .pace = options->pace,
                 .theme = options->theme,
                 .preset = options->preset,
                 .run = {.lesson = -1},
                 .is_lesson_new = options->is_lesson_new && options->look.lesson < 0,
                 .ui_scale = 1.0f};
    app->trainer = create_trainer(app, options->dataset, error);
    if (!app->trainer || !create_buffers(app, error) || !pad_init(&app->pad, error) || !cast_update(app, error))
        return false;
    for (int side = 0; side < SIDE_COUNT; side++)
        if (options->files[side] && !fill_from_file(app, side, options->files[side], options->is_trained_on[side]))
            return error_set(error, "out of memory: the weights of a file");
    if (options->digit)
        load_picture(app, options->digit);
    else
        load_next_digit(app);
    app->page = options->page;
    if (options->saved)
        restore_begin(app, options->saved);
    pad_forget_done(&app->pad);
    set_pace(app, options->pace);
    trainer_play(app->trainer, true);
    return true;
}

// What was of the old set: its digits, its moments, what is known of its models.
static void forget_dataset(App *app)
{
    app->first = app->shuffle = app->next_digit = app->page = 0;
    app->look.digit = app->look.digit > 0 ? 0 : app->look.digit;
    app->look.past_step = app->film_step = -1;
    app->is_film = false;
    app->known_count = 0;
    app->page_hash = 0;
    app->sums = (DataSums){.train = ""};
    app->options.data_path = NULL;
    app->restore = (Restore){.holds_goals = false};
    const bool shows_old = app->pad.now.source >= 0;
    pad_forget_sources(&app->pad); // no digit of the new one
    if (shows_old) {
        load_next_digit(app);
        undo_note(&app->undo, (Deed){.kind = DEED_DRAWING});
    }
}

// The weights of a model that is shown as its file has it; NULL where they are not those any more.
static const float *find_file_weights(const SpecOrigin *from, const Slot *slots, int count)
{
    bool changed;
    char sha256[65];
    for (int i = 0; i < count && from->origin.stays; i++)
        if (spec_equal(&slots[i].spec, &from->spec)) {
            const float *weights = bank_model_latest(slots[i].bank, &changed)->parameters;
            const bool is_same = model_digest(bank_model_shape(slots[i].bank), weights, sha256);
            return is_same && strcmp(sha256, from->origin.sha256) == 0 ? weights : NULL;
        }
    return NULL;
}

// Such a model is of no data set: it is shown on the new one. What began with a file and was trained on begins as its
// seed has it, like the others.
static void carry_models(App *app, const Slot *old, int count)
{
    SpecOrigin origins[ORIGINS_MAX];
    const int origin_count = app->origin_count;
    memcpy(origins, app->origins, sizeof origins);
    app->origin_count = 0;
    for (int i = 0; i < origin_count; i++) {
        const float *weights = find_file_weights(&origins[i], old, count);
        if (!weights || !app_set_origin(app, &origins[i].spec, weights, &origins[i].origin))
            notices_add(&app->notices,
                        "a model began with the weights of %s; with other data it begins anew, without them",
                        origins[i].origin.path);
    }
}

bool app_take_dataset(App *app, const Dataset *dataset, Error *error)
{
    const Dataset *const old_dataset = app->options.dataset;
    Trainer *const old = app->trainer, *const trainer = create_trainer(app, dataset, error);
    if (!trainer)
        return false;
    trainer_play(old, false);
    Slot *const slots = app->slots;
    const int count = app->slot_count;
    app->slots = NULL;
    app->slot_count = 0;
    app->trainer = trainer;
    app->options.dataset = dataset;
    const bool is_taken = cast_update(app, error);
    Trainer *const unused = is_taken ? old : trainer;
    if (is_taken) {
        carry_models(app, slots, count);
        cast_free_slots(old, slots, count);
    } else {
        app->trainer = old;
        app->options.dataset = old_dataset;
        app->slots = slots;
        app->slot_count = count;
    }
    trainer_destroy(unused);
    if (is_taken)
        forget_dataset(app);
    set_pace(app, app->pace);
    app_set_goal(app, app->goal_epochs, app->goal_step);
    trainer_play(app->trainer, app->is_playing);
    return is_taken;
}

void app_free(App *app)
{
    sets_free(&app->sets);
    free(app->script.text);
    offer_free(&app->offer);
    cast_free(app);
    trainer_destroy(app->trainer);
    pad_free(&app->pad);
    import_end(&app->import);
    free(app->buffers);
}

// ---- training and time --------------------------------------------------------------------------------------------

void app_set_goal(App *app, int epochs, int64_t step)
{
    app->goal_epochs = epochs;
    app->goal_step = step;
    trainer_set_goal(app->trainer, epochs, step);
}

static void set_playing(App *app, bool playing)
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

// The index of the first moment behind step; moment_count where there is none.
static int find_next_moment(const Frame *frame, int64_t step)
{
    int at = 0;
    while (at < frame->moment_count && frame->moments[at] <= step)
        at++;
    return at;
}

// The newest moment is what the window returns to.
void app_advance_film(App *app)
{
    enum { AHEAD = 2 }; // moments that are measured while one is shown
    const Frame *frame = &app->frame;
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

static void play_film(App *app, bool playing)
{
    app->is_film = playing && app->frame.moment_count > 0;
    app->film_step = -1;
    if (!app->is_film)
        app->look.past_step = -1;
}

// ---- requests -----------------------------------------------------------------------------------------------------

static void turn_page(App *app, int pages)
{
    const int total = app_count_digits(app), step = app->frame.page_count;
    if (app->look.scene == SCENE_INSPECT) {
        app->look.seeks_pixel = true; // another digit: who wants a pixel to stay pins it
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
        app->look.seeks_pixel = true; // another digit: who wants a pixel to stay pins it
        Random random = random_stream((uint64_t)app->shuffle, 0);
        app->look.digit = (int)random_below(&random, (uint32_t)app_count_digits(app));
    }
}

// What the scene shows depends on the look and the specs; where there is no memory for it, both stay as they were.
static bool change_cast(App *app, const Look *look, const Spec specs[SIDE_COUNT])
{
    const Look old_look = app->look;
    const Spec old_specs[SIDE_COUNT] = {app->specs[SIDE_A], app->specs[SIDE_B]};
    Error error;
    app->look = *look;
    memcpy(app->specs, specs, sizeof app->specs);
    if (cast_update(app, &error))
        return true;
    app->look = old_look;
    memcpy(app->specs, old_specs, sizeof app->specs);
    app_say(app, true, error.text);
    return false;
}

bool app_change(App *app, const Look *look, const Spec specs[SIDE_COUNT])
{
    const Deed deed = {.kind = DEED_SPECS, .others = {app->specs[SIDE_A], app->specs[SIDE_B]}};
    const Scene old = app->look.scene;
    if (!change_cast(app, look, specs))
        return false;
    if (look->scene == SCENE_INSPECT && old != SCENE_INSPECT)
        app->back = old;
    if (spec_equal(&deed.others[SIDE_A], &app->specs[SIDE_A]) && spec_equal(&deed.others[SIDE_B], &app->specs[SIDE_B]))
        return true;
    pad_forget_undone(&app->pad);
    undo_note(&app->undo, deed);
    return true;
}

static void change_look(App *app, const Look *look)
{
    const Look old = app->look;
    if (look->scene == SCENE_INSPECT && old.scene != SCENE_INSPECT)
        app->back = old.scene;
    if (look->scene != old.scene || look->matrix_outputs != old.matrix_outputs ||
        look->matrix_losses != old.matrix_losses)
        (void)change_cast(app, look, (const Spec[SIDE_COUNT]){app->specs[SIDE_A], app->specs[SIDE_B]});
    else
        app->look = *look;
    if (app->look.past_step != old.past_step)
        app->is_film = false;
}

static void change_spec(App *app, int side, const Spec *spec)
{
    Spec specs[SIDE_COUNT] = {app->specs[SIDE_A], app->specs[SIDE_B]};
    const Look look = app->look;
    specs[side] = *spec;
    (void)app_change(app, &look, specs);
}

// Takes a deed back or does it again. Where there is no memory for a model, it stays as it is.
static bool swap_deed(App *app, Deed *deed, bool (*move_pad)(Pad *pad))
{
    if (deed->kind == DEED_DRAWING)
        return move_pad(&app->pad);
    const Spec now[SIDE_COUNT] = {app->specs[SIDE_A], app->specs[SIDE_B]};
    const Look look = app->look;
    if (!change_cast(app, &look, deed->others))
        return false;
    memcpy(deed->others, now, sizeof now);
    return true;
}

static void undo(App *app)
{
    Deed *deed = undo_last(&app->undo);
    if (deed && swap_deed(app, deed, pad_undo))
        app->undo.at--;
}

static void redo(App *app)
{
    Deed *deed = undo_next(&app->undo);
    if (deed && swap_deed(app, deed, pad_redo))
        app->undo.at++;
}

static void apply_pad(App *app, const Request *r)
{
    Pad *pad = &app->pad;
    const int64_t before = pad->commits;
    switch (r->kind) {
    case REQUEST_PAD_BEGIN: pad_begin_stroke(pad, r->x, r->y, r->value != 0); break;
    case REQUEST_PAD_CONTINUE: pad_continue_stroke(pad, r->x, r->y); break;
    case REQUEST_PAD_END:
        app->strokes += pad->is_drawing;
        pad_end_stroke(pad);
        break;
    case REQUEST_PAD_CLEAR: pad_clear(pad); break;
    case REQUEST_PAD_NEXT: load_next_digit(app); break;
    case REQUEST_PAD_TAKE: app_load_digit(app, r->value); break;
    case REQUEST_PAD_BRUSH: pad->brush = fminf(3.0f, fmaxf(0.5f, pad->brush + PAD_BRUSH_STEP * (float)r->value)); break;
    case REQUEST_PAD_CENTRE: pad->is_centred = r->value != 0; break;
    default: break;
    }
    if (pad->commits != before)
        undo_note(&app->undo, (Deed){.kind = DEED_DRAWING});
}

// Out of inspect where it was entered by hand, else out of the lesson.
static void go_back(App *app)
{
    Look look = app->look;
    const LessonStep *step = lesson_step(&look);
    const bool is_in_place = step && preset_get(preset_find(step->preset))->scene == look.scene;
    if (step && (is_in_place || look.scene != SCENE_INSPECT)) {
        lesson_end(app);
        return;
    }
    if (look.scene != SCENE_INSPECT)
        return;
    look.scene = app->back;
    change_look(app, &look);
}

static void make_wish(App *app, Wish wish, const char *text)
{
    app->wish = wish;
    (void)snprintf(app->wish_text, sizeof app->wish_text, "%s", text);
}

Wish app_take_wish(App *app, char text[INPUT_TEXT_SIZE])
{
    const Wish wish = app->wish;
    (void)snprintf(text, INPUT_TEXT_SIZE, "%s", app->wish_text);
    app->wish = WISH_NOTHING;
    return wish;
}

// A set of the menu takes the place of the one on show, read as everything that is opened.
static void open_set(App *app, int row)
{
    if (row >= app->sets.count)
        return;
    app->popup = POPUP_NONE;
    make_wish(app, WISH_OPEN, row < 0 ? "builtin" : app->sets.rows[row].folder);
}

void app_import_picture(App *app, InkPicture *picture, const char *name)
{
    import_begin(&app->import, picture, name);
    app->popup = POPUP_IMPORT;
}

// One deed, as if it had been drawn.
static void put_import(App *app)
{
    const int64_t before = app->pad.commits;
    if (app->import.picture.width == 0 || !app->import.has_digit)
        return;
    load_picture(app, &app->import.result);
    if (app->pad.commits != before)
        undo_note(&app->undo, (Deed){.kind = DEED_DRAWING});
    app->popup = POPUP_NONE;
}

static void show_code(App *app, int side, int framework)
{
    free(app->script.text);
    app->script = (Script){.side = side, .framework = framework};
    app->popup = POPUP_CODE;
    make_wish(app, WISH_CODE, "");
}

static void apply(App *app, const Request *r, const char *text)
{
    switch (r->kind) {
    case REQUEST_SPEC: change_spec(app, r->side, &r->spec); break;
    case REQUEST_UNDO: undo(app); break;
    case REQUEST_REDO: redo(app); break;
    case REQUEST_BACK: go_back(app); break;
    case REQUEST_PRESET: app_set_up(app, r->value); break;
    case REQUEST_LESSON: lesson_begin(app, r->value, r->step); break;
    case REQUEST_LESSON_END: lesson_end(app); break;
    case REQUEST_PLAY: set_playing(app, r->value != 0); break;
    case REQUEST_STEP:
        set_playing(app, false);
        (void)restore_lift_goals(app);
        trainer_step(app->trainer);
        break;
    case REQUEST_RESTART:
        app->look.past_step = -1;
        app->is_film = false;
        app->known_count = 0;
        (void)restore_lift_goals(app);
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
    case REQUEST_POPUP: app->popup = app->popup == (Popup)r->value ? POPUP_NONE : (Popup)r->value; break;
    case REQUEST_GLOSSARY:
        app->popup = POPUP_GLOSSARY;
        app->glossary = r->value;
        break;
    case REQUEST_CLAIM:
        app->popup = POPUP_CLAIM;
        app->claim = r->value;
        break;
    case REQUEST_PACE: set_pace(app, (Pace)r->value); break;
    case REQUEST_THEME: app->theme = (ThemeKind)r->value; break;
    case REQUEST_COPY: spec_format(&app->specs[r->side], app->copied, sizeof app->copied); break;
    case REQUEST_FULLSCREEN: app->is_fullscreen = r->value != 0; break;
    case REQUEST_SCALE:
        app->ui_scale =
            r->value == 0 ? 1.0f : fminf(APP_SCALE_MAX, fmaxf(APP_SCALE_MIN, app->ui_scale + 0.1f * (float)r->value));
        break;
    case REQUEST_SCREENSHOT: make_wish(app, r->value == SCREENSHOT_WINDOW ? WISH_WINDOW : WISH_FIGURE, ""); break;
    case REQUEST_TITLE: make_wish(app, WISH_FIGURE, text); break;
    case REQUEST_SAVE_AS: make_wish(app, WISH_SAVE_AS, text); break;
    case REQUEST_FOLDER: make_wish(app, WISH_FOLDER, ""); break;
    case REQUEST_OPEN: make_wish(app, WISH_OPEN, text); break;
    case REQUEST_IMPORT: import_correct(&app->import, &(InkOptions){(InkInvert)r->value, r->x, r->step}); break;
    case REQUEST_IMPORT_APPLY: put_import(app); break;
    case REQUEST_SAVE_MODEL:
        make_wish(app, WISH_MODEL, text);
        app->wish_side = r->side;
        break;
    case REQUEST_EXPORT: make_wish(app, WISH_EXPORT, ""); break;
    case REQUEST_CODE: show_code(app, r->side, r->value); break;
    case REQUEST_CODE_COPY: app->script.is_copied = true; break;
    case REQUEST_CODE_SCROLL: app->script.first = r->value; break;
    case REQUEST_OFFER: app->offer.spec = r->spec; break;
    case REQUEST_OFFER_TAKE: take_offer(app, r->side); break;
    case REQUEST_GIVE_UP: make_wish(app, WISH_GIVE_UP, ""); break;
    case REQUEST_TOAST: app->toast.is_shown = false; break;
    case REQUEST_DATA_OPEN: open_set(app, r->value); break;
    case REQUEST_DATA_FETCH: sets_fetch(&app->sets, r->value, app->options.wake, app->options.wake_context); break;
    case REQUEST_DATA_CANCEL: sets_cancel(&app->sets); break;
    case REQUEST_QUIT: app->wants_quit = true; break;
    default: apply_pad(app, r); break;
    }
}

void app_apply(App *app, const Requests *requests)
{
    for (int i = 0; i < requests->count; i++) {
        if (requests->items[i].kind != REQUEST_PAD_CONTINUE)
            app->message[0] = 0;
        apply(app, &requests->items[i], requests->text);
    }
    if (app->popup != POPUP_IMPORT) // given up, or put onto the pad
        import_end(&app->import);
}
