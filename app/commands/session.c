// A session's opening, its models' files and its data.
#include "commands/session_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "files/picture.h"

// Whether the set has the digits that were asked for; how long a page is depends on the window.
bool session_check_digits(const Session *session, const Options *options, Error *error)
{
    const int total = session->dataset ? session->dataset->test.count : DIGITS_TEST_COUNT;
    const float width = (float)options->width, height = (float)options->height;
    const float scale = layout_fit_scale(1.0f, options->scale > 0 ? options->scale : 1.0f, width, height);
    const int count = layout_create(width, height, scale, &options->look).page_count;
    if (options->page > 0 && options->page > (total - 1) / count)
        return error_set(error, "--page %d: at this size there are %d pages of %d digits, 0 to %d", options->page,
                         (total - 1) / count + 1, count, (total - 1) / count);
    if (options->pad >= total || options->first >= total)
        return error_set(error, "%s %d: there are %d test digits, 0 to %d", options->pad >= total ? "--pad" : "--first",
                         options->pad >= total ? options->pad : options->first, total, total - 1);
    return true;
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

// ---- opening ------------------------------------------------------------------------------------------------------

// Where a file is, for pictures; empty where that has too long a name.
static void resolve_path(const char *given, char path[PATH_MAX])
{
    if (!realpath(given, path))
        path[0] = 0;
}

// The same of a data set, which may be given by its name.
void session_resolve_data(const char *given, char path[PATH_MAX])
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

// What is asked of numbers that a code does not have is refused. How many PCA has is not known yet.
static bool check_number(const Options *options, const int units[SIDE_COUNT], Error *error)
{
    const int most = units[SIDE_A] > units[SIDE_B] ? units[SIDE_A] : units[SIDE_B];
    if (cli_is_given(options, "--number") && options->number > most)
        return error_set(error, "--number %d: the codes have %d numbers, 1 to %d", options->number, most, most);
    for (int side = 0; side < SIDE_COUNT; side++) {
        const char letter = side == SIDE_A ? 'A' : 'B';
        for (int i = units[side]; i < MODEL_CODE_MAX; i++)
            if (cli_is_given(options, "--pull") && !isnan(options->pulls.values[side][i]))
                return error_set(error, "--pull %c%d: the code of %c has %d numbers, 1 to %d", letter - 'A' + 'a',
                                 i + 1, letter, units[side], units[side]);
        for (int axis = 0; axis < LATENT_AXES; axis++)
            if (cli_is_given(options, "--plane") && options->look.latent.numbers[side][axis] >= units[side])
                return error_set(error, "--plane: there is no %d: the code of %c has %d numbers, 1 to %d",
                                 options->look.latent.numbers[side][axis] + 1, letter, units[side], units[side]);
    }
    return true;
}

static bool check_code(const Options *options, const Spec specs[SIDE_COUNT], Error *error)
{
    int units[SIDE_COUNT];
    for (int side = 0; side < SIDE_COUNT; side++) {
        const Model model = model_create(&specs[side], DIGIT_PIXELS);
        units[side] = options->said[side == SIDE_A ? SAID_A : SAID_B].is_pca ? MODEL_CODE_MAX : code_units(&model);
    }
    return check_number(options, units, error);
}

int session_open_app(Session *session, const Options *options, Error *error)
{
    Spec specs[SIDE_COUNT] = {options->a, options->b};
    if (!open_models(session, options, specs, error))
        return EXIT_FAILED;
    if (!check_code(options, specs, error))
        return EXIT_USAGE;
    const ModelFile *files = session->files;
    const AppOptions app = {
        .dataset = session->dataset,
        .specs = {specs[SIDE_A], specs[SIDE_B]},
        .files = {files[SIDE_A].parameters ? &files[SIDE_A] : NULL, files[SIDE_B].parameters ? &files[SIDE_B] : NULL},
        .is_trained_on = {options->init != NULL, false},
        .measured = options->measured,
        .is_pca = {options->said[SAID_A].is_pca, options->said[SAID_B].is_pca},
        .limit = options->limit,
        .threads = options->threads,
        .is_driven = options->is_driven,
        .epochs = options->epochs,
        .page = options->first < 0 ? options->page : 0,
        .first = options->first < 0 ? 0 : options->first,
        .shuffle = options->random,
        .pad = options->pad,
        .drawing = cli_is_given(options, "--drawing") ? &options->drawing : NULL,
        .pulls = cli_is_given(options, "--pull") ? &options->pulls : NULL,
        .pauses = cli_is_given(options, "--pause"),
        .pause_step = options->pause,
        .is_uncentred = options->is_uncentred,
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
        .saved = session_merge_state(session, options, specs),
        .wake = window_wake,
        .wake_context = session->window,
    };
    session->has_app = true;
    if (!app_init(&session->app, &app, error))
        return EXIT_FAILED;
    session_load_origins(session, options);
    session_load_verdicts(session, options);
    notices_append(&session->app.notices, &session->notices);
    return EXIT_OK;
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
    if (strcmp(options->digit, "noise") == 0) {
        session->digit = calloc(1, sizeof *session->digit);
        if (session->digit) {
            session->digit->is_exact = true;
            pad_draw_noise(0, session->digit->pixels);
        }
        return session->digit || error_set(error, "out of memory: noise for the pad");
    }
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

static int open_report(Session *session, const Options *options, Error *error)
{
    return !options->verdicts || session_open_report(session, options->verdicts, error) ? EXIT_OK : EXIT_BAD_DATA;
}

void session_set_page(Session *session, const char *link)
{
    if (!link || !link_find_page(link, session->page) || !*session->page)
        (void)snprintf(session->page, sizeof session->page, "%s", LOSSLENS_PAGE);
}

int session_open(Session *session, const Options *options, bool is_offscreen, Error *error)
{
    memset(session, 0, sizeof *session);
    session_set_page(session, options->link);
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
    notices_append(&session->notices, &options->notices);
    if (session->dataset)
        notices_append(&session->notices, &session->dataset->notices);
    if (options->data)
        session_resolve_data(options->data, session->data_path);
    if (options->data && options->state)
        session_compare_data(session, &options->state->data);
    if (!session_check_digits(session, options, error))
        return EXIT_USAGE;
    if (status != EXIT_OK)
        return status;
    const int opened = session_open_app(session, options, error);
    return opened == EXIT_OK ? open_report(session, options, error) : opened;
}

void session_free_dataset(Dataset *dataset)
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
    session_free_dataset(session->dataset);
    session->dataset = dataset;
    session->data_path[0] = 0;
    if (path)
        session_resolve_data(path, session->data_path);
    session->app.options.data_path = *session->data_path ? session->data_path : NULL;
    return true;
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
    session_free_dataset(session->dataset);
    free(session->digit);
    for (int side = 0; side < SIDE_COUNT; side++)
        model_file_free(&session->files[side]);
}
