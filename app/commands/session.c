// Opening, passing, capturing.
#include "commands/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "files/capture.h"
#include "files/capture_state.h"
#include "files/picture.h"
#include "panels/figure.h"

// Whether the set has the page that was asked for; how long a page is depends on the window.
static bool check_page(const Session *session, const Options *options, Error *error)
{
    const int total = session->dataset ? session->dataset->test.count : DIGITS_TEST_COUNT;
    const float width = (float)options->width, height = (float)options->height;
    const float scale = layout_fit_scale(1.0f, options->scale > 0 ? options->scale : 1.0f, width, height);
    const int count = layout_create(width, height, scale, &options->look).page_count;
    if (options->page > 0 && options->page > (total - 1) / count)
        return error_set(error, "--page %d: at this size there are %d pages of %d digits, 0 to %d", options->page,
                         (total - 1) / count + 1, count, (total - 1) / count);
    return true;
}

// ---- a picture's state --------------------------------------------------------------------------------------------

// The picture's state, with what was asked for by options of their own.
static const SavedState *merge_state(Session *session, const Options *options, const Spec specs[SIDE_COUNT])
{
    if (!options->state)
        return NULL;
    SavedState *saved = &session->saved;
    *saved = options->state->saved;
    saved->specs[SIDE_A] = specs[SIDE_A];
    saved->specs[SIDE_B] = specs[SIDE_B];
    saved->look = options->look;
    saved->preset = options->preset;
    saved->epochs = options->epochs;
    if (cli_is_given(options, "--epochs"))
        saved->model_count = 0; // so long, instead of as long as they were
    if (cli_is_given(options, "--page"))
        saved->page_first = saved->page_shuffle = 0;
    saved->has_pad &= !options->digit;
    saved->has_lesson_pixel &= options->lesson == 0 && !cli_is_given(options, "--preset");
    return saved;
}

// Whether the data is what the picture was made with.
static void compare_data(Session *session, const CaptureData *was)
{
    DataSums sums;
    if (was->is_builtin || !*was->sums.train || !*was->sums.test)
        return;
    image_set_digest(&session->dataset->train, sums.train);
    image_set_digest(&session->dataset->test, sums.test);
    if (strcmp(sums.train, was->sums.train) != 0 || strcmp(sums.test, was->sums.test) != 0)
        notices_add(&session->notices,
                    "the data in %s is not what the picture was made with: the models will be others",
                    session->data_path);
}

bool session_copy_digits(const Session *session, ImageSet *out, Error *error)
{
    const ImageSet *test = session->dataset ? &session->dataset->test : NULL;
    const int count = test && test->count < GUESS_IMAGES ? test->count : GUESS_IMAGES;
    *out = (ImageSet){.count = count, .pixels = malloc((size_t)count * DIGIT_PIXELS)};
    if (!out->pixels)
        return error_set(error, "out of memory: digits to try a model with");
    if (test)
        memcpy(out->pixels, test->pixels, (size_t)count * DIGIT_PIXELS);
    for (int i = 0; !test && i < count; i++)
        (void)digits_draw(BUILTIN_SEED, DIGITS_TEST, i, out->pixels + (size_t)i * DIGIT_PIXELS);
    return true;
}

void session_free_digits(ImageSet *digits)
{
    free(digits->pixels);
    *digits = (ImageSet){0};
}

bool session_load_model(const Session *session, const char *path, const SpecWish *wish, const LoadProgress *progress,
                        ModelFile *out, Error *error)
{
    ImageSet digits;
    if (!session_copy_digits(session, &digits, error))
        return false;
    const bool good = model_file_load(out, path, wish, &digits, progress, error);
    session_free_digits(&digits);
    return good;
}

bool session_guess_model(const Session *session, const Foreign *foreign, const LoadProgress *progress, Guesses *out,
                         Error *error)
{
    ImageSet digits;
    if (!session_copy_digits(session, &digits, error))
        return false;
    const bool good = guess_list(foreign, NULL, &digits, progress, out, error);
    session_free_digits(&digits);
    return good;
}

// Models that began with a file begin with it again, where it is what it was.
static bool load_origin(Session *session, const SavedModel *saved)
{
    Error error;
    char sha256[65];
    ModelFile file;
    const SpecWish wish = {saved->spec, ~0u};
    const bool is_read = session_load_model(session, saved->origin.path, &wish, NULL, &file, &error);
    bool is_same =
        is_read && model_digest(&file.model, file.parameters, sha256) && strcmp(sha256, saved->origin.sha256) == 0;
    ModelOrigin origin = saved->origin;
    if (!is_read)
        notices_add(&session->notices,
                    "a model of the picture began with the weights of a file and cannot be trained again: %s",
                    error.text);
    else if (!is_same)
        notices_add(&session->notices,
                    "a model of the picture began with the weights of %s and cannot be trained again: that file now "
                    "has other ones",
                    saved->origin.path);
    is_same = is_same && app_set_origin(&session->app, &saved->spec, file.parameters, &origin);
    model_file_free(&file);
    return is_same;
}

static void load_origins(Session *session, const Options *options)
{
    for (int i = 0; options->state && i < options->state->saved.model_count; i++) {
        const SavedModel *saved = &options->state->saved.models[i];
        bool is_replaced = false;
        for (int side = 0; side < SIDE_COUNT; side++)
            is_replaced |= session->files[side].parameters && spec_equal(&saved->spec, &session->app.specs[side]);
        if (*saved->origin.path && !is_replaced)
            (void)load_origin(session, saved);
    }
}

// ---- opening ------------------------------------------------------------------------------------------------------

// Where a file is, for pictures; empty where that has too long a name.
static void resolve_path(const char *given, char path[PATH_MAX])
{
    if (!realpath(given, path))
        path[0] = 0;
}

// The same of a data set, which may be given by its name.
static void resolve_data(const char *given, char path[PATH_MAX])
{
    char folder[PATH_MAX];
    path[0] = 0;
    if (known_sets_find_folder(given, folder, NULL))
        resolve_path(folder, path);
}

static bool open_models(Session *session, const Options *options, Spec specs[SIDE_COUNT], Error *error)
{
    SpecWish own, rest;
    const SpecWish *of_a = command_wish(options, "--a", &options->a, &options->said[SAID_A], &own),
                   *of_files = command_wish(options, "--model", &options->model, &options->said[SAID_MODEL], &rest);
    for (int side = 0; side < SIDE_COUNT; side++) {
        const bool is_init = side == SIDE_A && options->init;
        const char *path = is_init ? options->init : options->said[side == SIDE_A ? SAID_A : SAID_B].file;
        ModelFile *file = &session->files[side];
        if (!path)
            continue;
        if (!session_load_model(session, path, is_init && of_a ? of_a : of_files, NULL, file, error)) {
            session->bad_model = path;
            return false;
        }
        specs[side] = file->model.spec;
        notices_append(&session->notices, &file->notices);
    }
    // the seed says nothing of a file's model, but the spec is its name
    const int moved = session->files[SIDE_B].parameters ? SIDE_B : SIDE_A;
    while (session->files[moved].parameters && spec_equal(&specs[SIDE_A], &specs[SIDE_B]))
        specs[moved].seed++;
    return true;
}

static bool open_app(Session *session, const Options *options, Error *error)
{
    Spec specs[SIDE_COUNT] = {options->a, options->b};
    if (!open_models(session, options, specs, error))
        return false;
    const ModelFile *files = session->files;
    const AppOptions app = {
        .dataset = session->dataset,
        .specs = {specs[SIDE_A], specs[SIDE_B]},
        .files = {files[SIDE_A].parameters ? &files[SIDE_A] : NULL, files[SIDE_B].parameters ? &files[SIDE_B] : NULL},
        .is_trained_on = {options->init != NULL, false},
        .limit = options->limit,
        .threads = options->threads,
        .epochs = options->epochs,
        .page = options->page,
        .no_shuffle = options->no_shuffle,
        .waits = options->command == COMMAND_FILM,
        .every_epoch = options->command != COMMAND_VIEW, // the same picture every time
        .look = options->look,
        .preset = options->preset,
        .is_lesson_new = options->is_lesson_new,
        .pace = options->pace,
        .theme = options->theme,
        .digit = session->digit,
        .data_path = *session->data_path ? session->data_path : NULL,
        .saved = merge_state(session, options, specs),
        .wake = window_wake,
        .wake_context = session->window,
    };
    session->has_app = true;
    if (!app_init(&session->app, &app, error))
        return false;
    load_origins(session, options);
    notices_append(&session->app.notices, &session->notices);
    return true;
}

// Reads the data while the window is being made.
typedef struct Reading {
    Session *session;
    const Options *options;
    bool is_good;
    Error error;
} Reading;

static void read_data(void *context)
{
    Reading *reading = context;
    Dataset *dataset = calloc(1, sizeof *dataset);
    reading->is_good =
        dataset ? command_open_data(reading->options->data, &reading->options->reading, NULL, dataset, &reading->error)
                : error_set(&reading->error, "out of memory: %s", reading->options->data);
    if (reading->is_good)
        reading->session->dataset = dataset;
    else
        free(dataset);
}

static int open_window(Session *session, const Options *options, bool is_offscreen, Error *error)
{
    session->window = window_create(options->width, options->height, is_offscreen, error);
    if (!session->window)
        return EXIT_NO_DISPLAY;
    session->render = render_create(error);
    if (!session->render)
        return EXIT_NO_DISPLAY;
    session->font = font_create(error);
    if (!session->font)
        return EXIT_FAILED;
    draw_init(&session->draw, session->font);
    return EXIT_OK;
}

// The picture's ink; what was done with it is said.
static bool read_digit(Session *session, const Options *options, Error *error)
{
    InkPicture picture;
    if (!picture_read(options->digit, NULL, &picture, error))
        return false;
    const char *name = options->digit + file_measure_folder(options->digit); // a picture tells no paths
    const InkOptions ink = {(InkInvert)options->digit_invert, options->digit_threshold, 90 * options->digit_turn};
    session->digit = malloc(sizeof *session->digit);
    const bool good = session->digit ? ink_find(&picture, name, &ink, session->digit, error)
                                     : error_set(error, "out of memory: the digit of %s", name);
    ink_free_picture(&picture);
    if (good)
        command_tell(&session->digit->notices);
    return good;
}

int session_open(Session *session, const Options *options, bool is_offscreen, Error *error)
{
    memset(session, 0, sizeof *session);
    if (options->data && !*options->data) {
        error_set(error, "the picture was made with the data set \"%s\", and does not say where it is: --data does",
                  options->state->data.name);
        return EXIT_USAGE;
    }
    if (options->digit && !read_digit(session, options, error))
        return EXIT_FAILED;
    Reading reading = {.session = session, .options = options, .is_good = true};
    Background *background = options->data ? background_start(read_data, &reading) : NULL;
    const int status = open_window(session, options, is_offscreen, error);
    background_wait(background);
    if (!reading.is_good) { // which the user can mend sooner than a missing display
        *error = reading.error;
        if (options->state && !cli_is_given(options, "--data"))
            error_set(error, "%.700s. The picture was made with it: --data says where it is now", reading.error.text);
        return EXIT_BAD_DATA;
    }
    if (session->dataset) {
        notices_append(&session->notices, &session->dataset->notices);
    }
    if (options->data)
        resolve_data(options->data, session->data_path);
    if (options->data && options->state)
        compare_data(session, &options->state->data);
    if (!check_page(session, options, error))
        return EXIT_USAGE;
    if (status != EXIT_OK)
        return status;
    return open_app(session, options, error) ? EXIT_OK : EXIT_FAILED;
}

static void free_dataset(Dataset *dataset)
{
    if (dataset)
        dataset_free(dataset);
    free(dataset);
}

bool session_take_dataset(Session *session, Dataset *dataset, const char *path, Error *error)
{
    if (!app_take_dataset(&session->app, dataset, error))
        return false;
    if (session->dataset)
        notices_remove(&session->app.notices, &session->dataset->notices);
    if (dataset)
        notices_append(&session->app.notices, &dataset->notices);
    free_dataset(session->dataset);
    session->dataset = dataset;
    session->data_path[0] = 0;
    if (path)
        resolve_data(path, session->data_path);
    session->app.options.data_path = *session->data_path ? session->data_path : NULL;
    return true;
}

bool session_has_data(const Session *session, const CaptureData *data)
{
    DataSums sums;
    if (data->is_builtin || !session->dataset)
        return data->is_builtin;
    if (*data->path && strcmp(session->data_path, data->path) == 0)
        return true;
    image_set_digest(&session->dataset->train, sums.train);
    image_set_digest(&session->dataset->test, sums.test);
    return strcmp(sums.train, data->sums.train) == 0 && strcmp(sums.test, data->sums.test) == 0;
}

// What outlives the app: what is being fetched, and what the window is.
static void keep_window(App *next, App *old)
{
    next->sets = old->sets;
    old->sets = (Sets){0};
    next->is_fullscreen = old->is_fullscreen;
    next->ui_scale = old->ui_scale;
    next->is_lesson_new = old->is_lesson_new;
    next->now = old->now;
}

static void swap_sessions(Session *session, Session *next)
{
    keep_window(&next->app, &session->app);
    app_free(&session->app);
    for (int side = 0; side < SIDE_COUNT; side++)
        model_file_free(&session->files[side]);
    free(session->digit);
    if (session->dataset != next->dataset)
        free_dataset(session->dataset);
    session->app = next->app;
    session->digit = NULL;
    session->dataset = next->dataset;
    memcpy(session->data_path, next->data_path, sizeof session->data_path);
    session->notices = next->notices;
    session->saved = next->saved;
    AppOptions *options = &session->app.options; // which point into the session
    options->saved = &session->saved;
    options->digit = NULL;
    options->data_path = *session->data_path ? session->data_path : NULL;
}

bool session_take_state(Session *session, const Options *options, const CaptureState *state, Dataset *dataset,
                        Error *error)
{
    Session *next = calloc(1, sizeof *next);
    if (!next)
        return error_set(error, "out of memory: what a picture says");
    Options chosen = *options;
    cli_fill_state(&chosen, state);
    memset(chosen.given, 0, sizeof chosen.given);
    chosen.lesson = 0; // the look has it
    chosen.digit = chosen.init = NULL;
    memset(chosen.said, 0, sizeof chosen.said);
    next->window = session->window;
    next->dataset = state->data.is_builtin ? NULL : dataset ? dataset : session->dataset;
    if (next->dataset) {
        if (dataset)
            resolve_data(state->data.path, next->data_path);
        else
            memcpy(next->data_path, session->data_path, sizeof next->data_path);
        compare_data(next, &state->data);
    }
    next->notices = state->notices;
    const bool is_good = open_app(next, &chosen, error);
    if (is_good)
        swap_sessions(session, next);
    else if (next->has_app)
        app_free(&next->app);
    free(next);
    return is_good;
}

void session_close(Session *session)
{
    if (session->has_app)
        app_free(&session->app);
    if (session->font) {
        draw_free(&session->draw);
        font_destroy(session->font);
    }
    if (session->render)
        render_destroy(session->render);
    window_destroy(session->window);
    free_dataset(session->dataset);
    free(session->digit);
    for (int side = 0; side < SIDE_COUNT; side++)
        model_file_free(&session->files[side]);
}

const Frame *session_pass(Session *session, const Options *options, const Input *input, WindowSize size,
                          bool is_capture, bool takes_news)
{
    const float width = (float)size.width, height = (float)size.height;
    const float user = (options->scale > 0 ? options->scale : 1.0f) * session->app.ui_scale;
    const float scale = layout_fit_scale(size.display_scale, user, width, height);
    session->shown = (CaptureWindow){size.width, size.height, size.display_scale, user};
    font_begin_frame(session->font);
    session->layout = layout_create(width, height, scale, &session->app.look);
    const Frame *frame = app_compose(&session->app, session->layout.page_count, is_capture, takes_news);
    Requests requests = {.count = 0};
    draw_begin(&session->draw, width, height);
    ui_begin(&session->ui, &session->draw, theme_get(session->app.theme), input, scale);
    panels_draw(&session->ui, frame, &session->layout, &requests);
    ui_end(&session->ui);
    app_apply(&session->app, &requests);
    session->passed_requests = requests.count;
    return frame;
}

// What a picture takes besides: memory, and its settings as JSON.
static bool finish_picture(Session *session, WindowSize size, uint8_t **rgba, char **json, Error *error)
{
    if (!*rgba)
        *rgba = malloc((size_t)size.width * (size_t)size.height * 4);
    bool good = *rgba && *json;
    if (!good)
        error_set(error, "out of memory: a screenshot of %dx%d pixels", size.width, size.height);
    good = good && render_capture(session->render, &session->draw, size.width, size.height, *rgba, error);
    if (good)
        return true;
    free(*rgba);
    free(*json);
    *rgba = NULL;
    *json = NULL;
    return false;
}

bool session_picture(Session *session, const Options *options, const Input *input, WindowSize size, uint8_t **rgba,
                     char **json, Error *error)
{
    const Input still = ui_still(input);
    const Frame *frame = session_pass(session, options, &still, size, true, !session->is_live);
    if (!draw_is_whole(&session->draw)) // a second pass has what a full atlas had no room for
        frame = session_pass(session, options, &still, size, true, !session->is_live);
    *json = capture_settings_text(frame, &session->shown, NULL);
    return finish_picture(session, size, rgba, json, error);
}

static const Frame *draw_figure(Session *session, const FigureOrder *order)
{
    const float width = (float)order->width, height = (float)order->height;
    const Input input = {.is_inside = false};
    const Frame *frame = app_compose(&session->app, session->layout.page_count, true, !session->is_live);
    font_begin_frame(session->font);
    draw_begin(&session->draw, width, height);
    ui_begin(&session->figure, &session->draw, theme_get(order->theme), &input, layout_figure_scale(width, height));
    figure_draw(&session->figure, frame, width, height, order->title);
    ui_end(&session->figure);
    return frame;
}

bool session_figure(Session *session, const FigureOrder *order, uint8_t **rgba, char **json, Error *error)
{
    const Frame *frame = draw_figure(session, order);
    if (!draw_is_whole(&session->draw)) // a second pass has what a full atlas had no room for
        frame = draw_figure(session, order);
    CaptureFigure figure = {.width = order->width, .height = order->height, .theme = order->theme};
    char title[FIGURE_WORDS];
    figure_title(frame, title);
    figure.has_own_title = !order->title;
    (void)snprintf(figure.title, sizeof figure.title, "%s", order->title ? order->title : title);
    *json = capture_settings_text(frame, &session->shown, &figure);
    return finish_picture(session, (WindowSize){order->width, order->height, 1.0f, false}, rgba, json, error);
}

bool session_capture(Session *session, const Options *options, const Input *input, WindowSize size, NewFile *file,
                     Error *error)
{
    uint8_t *rgba = NULL;
    char *json = NULL;
    const bool good = session_picture(session, options, input, size, &rgba, &json, error) &&
                      capture_write(file, rgba, size.width, size.height, json, error);
    free(json);
    free(rgba);
    return good;
}
