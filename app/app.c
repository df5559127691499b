// The state of the window: composing frames from the newest snapshots, doing what was asked.
#include "app.h"
#include "commands.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "theme.h"

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

// ---- models on show -----------------------------------------------------------------------------------------------

static void show_models(App *app)
{
    BankModel *shown[SIDE_COUNT];
    int count = 0;
    if (app->scene != SCENE_SOLO_B)
        shown[count++] = app->models[SIDE_A];
    if (app->scene != SCENE_SOLO_A)
        shown[count++] = app->models[SIDE_B];
    trainer_show(app->trainer, shown, count);
}

static bool set_spec(App *app, int side, const Spec *spec, Error *error)
{
    BankModel *model = trainer_find(app->trainer, spec, error);
    if (!model)
        return false;
    Workspace workspace;
    const Model *shape = bank_model_shape(model);
    if (!workspace_init(&workspace, shape, PAGE_MAX, error))
        return false;
    workspace_free(&app->workspaces[side]);
    trainer_hold(app->trainer, model);
    if (app->models[side])
        trainer_release(app->trainer, app->models[side]);
    app->workspaces[side] = workspace;
    app->models[side] = model;
    app->specs[side] = *spec;
    app->frame.models[side].page_key = 0; // another model: everything of it anew
    return true;
}

// ---- digits on the page -------------------------------------------------------------------------------------------

static int count_test_digits(const App *app)
{
    return app->options.dataset ? app->options.dataset->test.count : DIGITS_TEST_COUNT;
}

// A test digit's bytes; drawn on the spot while the background is still making the set. Returns its label or -1.
static int read_test_digit(App *app, int index, uint8_t pixels[DIGIT_PIXELS])
{
    const Dataset *dataset = trainer_dataset(app->trainer);
    if (!dataset)
        dataset = app->options.dataset;
    if (!dataset)
        return digits_draw(BUILTIN_SEED, DIGITS_TEST, index, pixels);
    memcpy(pixels, dataset->test.pixels + (size_t)index * DIGIT_PIXELS, DIGIT_PIXELS);
    return dataset->test.labels ? dataset->test.labels[index] : -1;
}

static void load_next_digit(App *app)
{
    uint8_t pixels[DIGIT_PIXELS];
    const int index = app->next_digit % count_test_digits(app);
    (void)read_test_digit(app, index, pixels);
    pad_load_digit(&app->pad, pixels, index);
    app->next_digit = index + 1;
}

static void read_page(App *app, Frame *frame, int total)
{
    Random random = random_stream((uint64_t)app->shuffle, (uint64_t)app->first);
    for (int cell = 0; cell < frame->page_count; cell++) {
        uint8_t pixels[DIGIT_PIXELS];
        const int index = app->shuffle ? (int)random_below(&random, (uint32_t)total) : (app->first + cell) % total;
        frame->indices[cell] = index;
        frame->labels[cell] = read_test_digit(app, index, pixels);
        for (int i = 0; i < DIGIT_PIXELS; i++)
            frame->targets[cell * DIGIT_PIXELS + i] = (float)pixels[i] / 255.0f;
    }
}

static void compose_page(App *app, Frame *frame)
{
    const int total = count_test_digits(app),
              count = frame->layout.page_count < total ? frame->layout.page_count : total;
    if (app->first < 0) // a page was asked for before the window had a size
        app->first = (int)((int64_t)-app->first * count % total);
    app->first = app->first >= total ? 0 : app->first;
    frame->first = app->first;
    frame->is_shuffled = app->shuffle > 0;
    if (frame->page_key > 0 && frame->page_count == count && app->page_first == app->first &&
        app->page_shuffle == app->shuffle)
        return;
    frame->page_count = count;
    app->page_first = app->first;
    app->page_shuffle = app->shuffle;
    frame->page_key++;
    read_page(app, frame, total);
}

// ---- frames -------------------------------------------------------------------------------------------------------

// Outputs and losses of the page, which stay valid until the snapshot or the page changes.
static void compute_page(ModelFrame *m, const Frame *frame, Workspace *workspace)
{
    const size_t n = (size_t)frame->page_count * DIGIT_PIXELS;
    model_forward(m->model, m->snapshot->parameters, workspace, frame->targets, frame->page_count, m->z, m->p);
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        model_loss_values(m->model, loss, m->z, m->p, frame->targets, m->loss[loss], n);
    m->page_key = frame->page_key;
}

// The newest snapshot of one side's model. Both sides may show the same model, and its older snapshot is then no longer
// theirs.
static void take_snapshot(App *app, Frame *frame, int side)
{
    bool changed = false;
    const Snapshot *latest = bank_model_latest(app->models[side], &changed);
    for (int other = 0; other < SIDE_COUNT; other++) {
        if (app->models[other] != app->models[side])
            continue;
        frame->models[other].snapshot = latest;
        if (changed)
            frame->models[other].page_key = 0;
    }
}

static void compose_model(App *app, Frame *frame, int side)
{
    ModelFrame *m = &frame->models[side];
    m->spec = app->specs[side];
    m->model = bank_model_shape(app->models[side]);
    (void)snprintf(m->caption, sizeof m->caption, "%s \u00b7 %s", loss_get(m->spec.loss)->label,
                   activation_get(OUTPUT_ACTIVATION, m->spec.output)->label);
    if (m->page_key != frame->page_key)
        compute_page(m, frame, &app->workspaces[side]);
    model_forward(m->model, m->snapshot->parameters, &app->workspaces[side], frame->pad_input, 1, m->pad_z, m->pad_p);
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        model_loss_values(m->model, loss, m->pad_z, m->pad_p, frame->pad_input, m->pad_loss[loss], DIGIT_PIXELS);
}

static void compose_dataset(App *app, Frame *frame)
{
    const Dataset *dataset = trainer_dataset(app->trainer);
    if (!dataset)
        dataset = app->options.dataset;
    frame->is_builtin = !app->options.dataset;
    (void)snprintf(frame->dataset_name, sizeof frame->dataset_name, "%s", dataset ? dataset->name : "builtin");
    frame->train_count = dataset ? dataset->train.count : DIGITS_TRAIN_COUNT;
    if (app->options.limit > 0 && app->options.limit < frame->train_count)
        frame->train_count = app->options.limit;
    frame->test_count = count_test_digits(app);
    frame->facts = trainer_test_facts(app->trainer);
}

const Frame *app_compose(App *app, float width, float height, float scale, bool is_capture, bool takes_news)
{
    Frame *frame = &app->frame;
    frame->scene = app->scene;
    frame->is_capture = is_capture;
    frame->layout = layout_create(width, height, scale, app->scene);
    compose_page(app, frame);
    pad_read_drawn(&app->pad, frame->pad_drawn);
    pad_read_input(&app->pad, frame->pad_input);
    frame->is_pad_empty = pad_is_empty(&app->pad);
    frame->pad = &app->pad;
    for (int side = 0; side < SIDE_COUNT; side++)
        if (takes_news || frame->models[side].page_key == 0)
            take_snapshot(app, frame, side);
    for (int side = 0; side < SIDE_COUNT; side++)
        compose_model(app, frame, side);
    compose_dataset(app, frame);
    frame->is_playing = app->is_playing;
    frame->is_busy = trainer_is_busy(app->trainer);
    frame->epochs = app->epochs;
    frame->samples_per_second = trainer_speed(app->trainer);
    frame->curve_loss = app->curve_loss;
    frame->is_help_shown = app->is_help_shown;
    memcpy(frame->message, app->message, sizeof frame->message);
    frame->is_error = app->is_error;
    if (trainer_has_failed(app->trainer)) {
        (void)snprintf(frame->message, sizeof frame->message, "out of memory: training stopped");
        frame->is_error = true;
    }
    return frame;
}

bool app_init(App *app, const AppOptions *options, Error *error)
{
    *app = (App){
        .options = *options, .scene = options->scene, .is_playing = true, .epochs = options->epochs, .ui_scale = 1.0f};
    const size_t page = (size_t)PAGE_MAX * DIGIT_PIXELS, arrays = 1 + SIDE_COUNT * (2 + LOSS_COUNT);
    app->buffers = calloc(arrays * page, sizeof *app->buffers);
    if (!app->buffers)
        return error_set(error, "out of memory: the window's arrays");
    float *next = app->buffers;
    app->frame.targets = next;
    for (int side = 0; side < SIDE_COUNT; side++) {
        ModelFrame *m = &app->frame.models[side];
        m->z = next += page;
        m->p = next += page;
        for (int loss = 0; loss < LOSS_COUNT; loss++)
            m->loss[loss] = next += page;
    }
    const TrainerOptions trainer = {
        .dataset = options->dataset,
        .builtin_seed = BUILTIN_SEED,
        .limit = options->limit,
        .thread_count = options->threads,
        .no_shuffle = options->no_shuffle,
        .epochs = options->epochs,
        .wake = options->wake,
        .wake_context = options->wake_context,
    };
    app->trainer = trainer_create(&trainer, error);
    if (!app->trainer || !pad_init(&app->pad, error) || !set_spec(app, SIDE_A, &options->specs[SIDE_A], error) ||
        !set_spec(app, SIDE_B, &options->specs[SIDE_B], error))
        return false;
    if (options->init)
        trainer_set_parameters(app->trainer, app->models[SIDE_A], options->init, options->init_step);
    if (options->digit)
        pad_load_values(&app->pad, options->digit, options->digit_width, options->digit_height);
    else
        load_next_digit(app);
    // pages are as long as the window makes them: the first frame's length decides where page N starts
    app->first = -options->page;
    show_models(app);
    trainer_play(app->trainer, true);
    return true;
}

void app_free(App *app)
{
    trainer_destroy(app->trainer);
    for (int side = 0; side < SIDE_COUNT; side++)
        workspace_free(&app->workspaces[side]);
    pad_free(&app->pad);
    free(app->buffers);
}

// ---- requests -----------------------------------------------------------------------------------------------------

static void turn_page(App *app, int pages)
{
    const int total = count_test_digits(app), step = app->frame.page_count;
    int first = app->first + pages * step;
    if (first < 0)
        first = (total - 1) / step * step;
    app->first = first >= total ? 0 : first;
}

static void set_playing(App *app, bool playing)
{
    app->is_playing = playing;
    // pressing play at the end asks for as many epochs again
    if (playing && !trainer_is_busy(app->trainer)) {
        trainer_play(app->trainer, true);
        if (!trainer_is_busy(app->trainer)) {
            app->epochs += app->options.epochs > 0 ? app->options.epochs : 50;
            trainer_set_epochs(app->trainer, app->epochs);
        }
    }
    trainer_play(app->trainer, playing);
}

static void change_spec(App *app, int side, const Spec *spec)
{
    Error error;
    if (set_spec(app, side, spec, &error))
        show_models(app);
    else
        app_say(app, true, error.text);
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
    case REQUEST_SPEC: change_spec(app, r->side, &r->spec); break;
    case REQUEST_PLAY: set_playing(app, r->value != 0); break;
    case REQUEST_STEP:
        set_playing(app, false);
        trainer_step(app->trainer);
        break;
    case REQUEST_RESTART: trainer_restart(app->trainer); break;
    case REQUEST_PAGE: turn_page(app, r->value); break;
    case REQUEST_SHUFFLE: app->shuffle++; break;
    case REQUEST_VIEW:
        app->scene = (Scene)r->value;
        show_models(app);
        break;
    case REQUEST_CURVE_LOSS: app->curve_loss = r->value; break;
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

// ---- settings as JSON ---------------------------------------------------------------------------------------------

static json_t *finite_or_null(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *model_settings(const ModelFrame *m)
{
    char spec[SPEC_TEXT_SIZE];
    spec_format(&m->spec, spec, sizeof spec);
    const Snapshot *s = m->snapshot;
    json_t *json = json_pack("{s:s, s:I, s:o}", "spec", spec, "step", (json_int_t)s->step, "epoch",
                             finite_or_null((double)s->step / s->steps_per_epoch));
    if (s->broken_step >= 0)
        (void)json_object_set_new(json, "broken_step", json_integer(s->broken_step));
    if (s->test.images)
        (void)json_object_set_new(json, "test",
                                  json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:i}", "epoch", s->test_epoch, "bce",
                                            finite_or_null(s->test.bce), "mse", finite_or_null(s->test.mse), "mae",
                                            finite_or_null(s->test.mae), "bias", finite_or_null(s->test.bias),
                                            "below_0", finite_or_null(s->test.below_0), "above_1",
                                            finite_or_null(s->test.above_1), "dead_outputs", s->test.dead_outputs));
    return json;
}

char *app_settings_json(const Frame *frame)
{
    static const char *const views[] = {"compare", "solo", "solo"};
    json_t *json =
        json_pack("{s:s, s:s, s:{s:s, s:i, s:i}, s:i, s:b, s:{s:f, s:f}}", "program", "losslens " LOSSLENS_VERSION,
                  "view", views[frame->scene], "data", "name", frame->dataset_name, "train", frame->train_count, "test",
                  frame->test_count, "first_digit", frame->first, "shuffled", frame->is_shuffled, "heat_scale", "bce",
                  (double)heat_scales[LOSS_BCE], "mse", (double)heat_scales[LOSS_MSE]);
    json_t *digits = json_array();
    for (int cell = 0; cell < frame->page_count; cell++)
        (void)json_array_append_new(digits, json_integer(frame->indices[cell]));
    (void)json_object_set_new(json, "digits", digits);
    (void)json_object_set_new(json, "pad",
                              frame->pad->now.source >= 0 ? json_sprintf("test %d", frame->pad->now.source)
                                                          : json_string("drawn"));
    if (frame->is_builtin)
        (void)json_object_set_new(json_object_get(json, "data"), "seed", json_integer(BUILTIN_SEED));
    if (frame->scene != SCENE_SOLO_B)
        (void)json_object_set_new(json, "a", model_settings(&frame->models[SIDE_A]));
    if (frame->scene != SCENE_SOLO_A)
        (void)json_object_set_new(json, "b", model_settings(&frame->models[SIDE_B]));
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(json);
    return text;
}
