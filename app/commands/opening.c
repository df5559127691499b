// What can be opened, and how it takes its place.
#include "commands/opening.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/commands.h"
#include "commands/link.h"
#include "files/picture.h"
#include "panels/panel.h"

// One thing that is read: its path, and what came out of it.
typedef struct Parcel {
    char path[INPUT_TEXT_SIZE];
    Point at;
    int kind; // row of the table; -1: not known yet
    Dataset *dataset;
    InkPicture picture;
    CaptureState *state;    // of a picture of losslens; dataset beside it, where that is another one than is open
    CaptureReading reading; // how that went
    Error refusal;          // why it went badly
    Options *link;          // what a link says; dataset as of a state
    // a model: ready to be used, or what it may be
    ModelFile file;
    Foreign *foreign;
    Guesses *guesses;
    SayingReport *report;
} Parcel;

// What a path is, from its kind and its first bytes.
typedef struct Glance {
    const char *path;
    bool is_folder;
    uint8_t bytes[FILE_KIND_BYTES];
    size_t size;
} Glance;

struct Opening {
    Session *session;
    const Options *options;
    Job *job; // NULL: nothing is read
    Parcel *parcel;
    bool is_given_up; // what it brings is not wanted any more
    Parcel *next;     // that waits until the job has ended
};

// ---- the table ----------------------------------------------------------------------------------------------------

static void free_model(Parcel *parcel)
{
    model_file_free(&parcel->file);
    foreign_close(parcel->foreign);
    free(parcel->guesses);
    parcel->foreign = NULL;
    parcel->guesses = NULL;
}

static bool ends_with(const char *path, const char *end)
{
    const size_t length = strlen(path), of_end = strlen(end);
    return length >= of_end && strcasecmp(path + length - of_end, end) == 0;
}

// Of what losslens cannot read, too, where it can say how to convert it; but NumPy's archives mostly are data sets.
static bool is_model(const Glance *glance, Parcel *parcel)
{
    (void)parcel;
    char lines[CONVERT_TEXT];
    return !glance->is_folder &&
           (ends_with(glance->path, ".safetensors") || file_kind_is_safetensors(glance->bytes, glance->size) ||
            (!ends_with(glance->path, ".npz") && convert_describe(glance->path, lines)));
}

static bool read_model(Opening *opening, Parcel *parcel, const LoadProgress *progress, Error *error)
{
    Spec spec;
    char lines[CONVERT_TEXT];
    Error reason;
    parcel->foreign = foreign_open(parcel->path, DIGIT_PIXELS, NULL, &reason);
    if (!parcel->foreign && convert_describe(parcel->path, lines))
        return error_set(error, "%.500s. losslens eval prints the lines of Python that convert it", reason.text);
    if (!parcel->foreign)
        return error_set(error, "%s", reason.text);
    if (foreign_find_spec(parcel->foreign, &spec)) {
        foreign_close(parcel->foreign);
        parcel->foreign = NULL;
        return session_load_model(opening->session, parcel->path, NULL, progress, &parcel->file, error);
    }
    parcel->guesses = calloc(1, sizeof *parcel->guesses);
    if (!parcel->guesses)
        return error_set(error, "out of memory: %s", parcel->path);
    return session_guess_model(opening->session, parcel->foreign, progress, parcel->guesses, error);
}

// Dropped on the row of a model it takes that one's place, elsewhere A's.
static bool take_model(Opening *opening, Parcel *parcel, Error *error)
{
    App *app = &opening->session->app;
    const Rect row = opening->session->layout.stage.rows[SIDE_B].head;
    const int side = panel_is_shown(&app->frame, SIDE_B) && row.h > 0 && parcel->at.y >= row.y ? SIDE_B : SIDE_A;
    const char letter = side == SIDE_A ? 'A' : 'B';
    if (parcel->foreign) {
        app_offer_model(app, parcel->foreign, parcel->guesses, app->arrival.name);
        parcel->foreign = NULL;
        parcel->guesses = NULL;
        (void)error_set(error, "%s", "");
        return true;
    }
    if (!app_set_model(app, side, &parcel->file, false))
        return error_set(error, "out of memory: %s", app->arrival.name);
    (void)error_set(error, "%s is model %c now, as it is in its file", app->arrival.name, letter);
    return true;
}

static bool is_anything(const Glance *glance, Parcel *parcel) { return (void)glance, (void)parcel, true; }

static bool read_data(Opening *opening, Parcel *parcel, const LoadProgress *progress, Error *error)
{
    (void)opening;
    parcel->dataset = calloc(1, sizeof *parcel->dataset);
    if (!parcel->dataset)
        return error_set(error, "out of memory: %s", parcel->path);
    return command_open_data(parcel->path, &opening->options->reading, progress, parcel->dataset, error);
}

static bool take_data(Opening *opening, Parcel *parcel, Error *error)
{
    const Dataset *dataset = parcel->dataset;
    if (!session_take_dataset(opening->session, parcel->dataset, parcel->path, error))
        return false;
    parcel->dataset = NULL;
    const Notices *notices = &dataset->notices;
    (void)error_set(error, "%s: %d digits to learn from, %d to test%s%s%s", dataset->name, dataset->train.count,
                    dataset->test.count, notices->count > 0 ? "; " : "", notices->count > 0 ? notices->text[0] : "",
                    notices->count > 1 ? "; and more" : "");
    return true;
}

static bool is_link(const Glance *glance, Parcel *parcel) { return (void)parcel, link_is(glance->path); }

static bool read_link(Opening *opening, Parcel *parcel, const LoadProgress *progress, Error *error)
{
    char program[] = "losslens", *argv[] = {program, parcel->path, NULL};
    const Dataset *open = opening->session->dataset;
    Error reason;
    Options *link = parcel->link = calloc(1, sizeof *link);
    if (!link)
        return error_set(error, "out of memory: what a link says");
    if (cli_parse(2, argv, NULL, link, error) != CLI_RUN)
        return false;
    if (!link->data || (open && strcmp(open->name, link->data) == 0))
        return true;
    parcel->dataset = calloc(1, sizeof *parcel->dataset);
    if (parcel->dataset && command_open_data(link->data, &link->reading, progress, parcel->dataset, &reason))
        return true;
    if (!parcel->dataset)
        return error_set(error, "out of memory: %s", link->data);
    free(parcel->dataset);
    parcel->dataset = NULL;
    command_leave_data(link, &reason);
    return true;
}

static bool take_link(Opening *opening, Parcel *parcel, Error *error)
{
    if (!session_take_link(opening->session, opening->options, parcel->link, parcel->dataset, error))
        return false;
    parcel->dataset = NULL;
    (void)error_set(error, "the link is open");
    return true;
}

// Whose picture it is its settings say, which are read here.
static bool is_state(const Glance *glance, Parcel *parcel)
{
    if (!capture_is_png(glance->bytes, glance->size) || !(parcel->state = calloc(1, sizeof *parcel->state)))
        return false;
    parcel->reading = capture_read_settings(glance->path, parcel->state, &parcel->refusal);
    return parcel->reading == CAPTURE_READ || parcel->reading == CAPTURE_BAD;
}

static bool read_state(Opening *opening, Parcel *parcel, const LoadProgress *progress, Error *error)
{
    const CaptureState *state = parcel->state;
    if (parcel->reading != CAPTURE_READ)
        return error_set(error, "%s", parcel->refusal.text);
    if (session_has_data(opening->session, &state->data))
        return true;
    if (!*state->data.path)
        return error_set(error,
                         "%.200s was made with the data set \"%s\", and does not say where it is: open that one first",
                         parcel->path, state->data.name);
    Error reason;
    parcel->dataset = calloc(1, sizeof *parcel->dataset);
    if (parcel->dataset &&
        command_open_data(state->data.path, &state->data.reading, progress, parcel->dataset, &reason))
        return true;
    return error_set(error, "%.200s was made with a data set that cannot be opened: %.400s", parcel->path,
                     parcel->dataset ? reason.text : "out of memory");
}

static bool take_state(Opening *opening, Parcel *parcel, Error *error)
{
    Session *session = opening->session;
    char name[sizeof session->app.arrival.name];
    (void)snprintf(name, sizeof name, "%s", session->app.arrival.name);
    if (!session_take_state(session, opening->options, parcel->state, parcel->dataset, error))
        return false;
    parcel->dataset = NULL;
    (void)error_set(error, "%s is back; its models are trained again to where they were", name);
    return true;
}

// What losslens report wrote; another file of that name is refused by who reads it.
static bool is_report(const Glance *glance, Parcel *parcel)
{
    (void)parcel;
    return !glance->is_folder && ends_with(glance->path, ".json");
}

static bool read_report(Opening *opening, Parcel *parcel, const LoadProgress *progress, Error *error)
{
    (void)progress;
    parcel->report = malloc(sizeof *parcel->report);
    return parcel->report ? session_read_report(opening->session, parcel->path, parcel->report, error)
                          : error_set(error, "out of memory: %s", parcel->path);
}

// Shows the claims, on which page there is something of it.
static bool take_report(Opening *opening, Parcel *parcel, Error *error)
{
    App *app = &opening->session->app;
    const SayingReport *report = parcel->report;
    Requests *requests = calloc(1, sizeof *requests);
    if (!requests)
        return error_set(error, "out of memory: %s", app->arrival.name);
    app_take_report(app, parcel->report);
    parcel->report = NULL;
    int count = 0, first = -1;
    for (int saying = 0; saying < SAYING_COUNT; saying++)
        if (report->known >> saying & 1) {
            count++;
            first = first < 0 ? saying : first;
        }
    Look look = app->look;
    look.scene = SCENE_CLAIMS;
    look.claim_page = first < 0 ? look.claim_page : claim_page_of(first);
    requests_add(requests, (Request){.kind = REQUEST_LOOK, .look = look});
    app_apply(app, requests);
    free(requests);
    (void)error_set(error, "%s: what it says of %d claims stands on their cards", app->arrival.name, count);
    return true;
}

static bool is_picture(const Glance *glance, Parcel *parcel)
{
    (void)parcel;
    return picture_is_known(glance->bytes, glance->size);
}

static bool read_picture(Opening *opening, Parcel *parcel, const LoadProgress *progress, Error *error)
{
    (void)opening;
    return picture_read(parcel->path, progress, &parcel->picture, error);
}

// A dialog shows what was found in it.
static bool take_picture(Opening *opening, Parcel *parcel, Error *error)
{
    app_import_picture(&opening->session->app, &parcel->picture, parcel->path + file_measure_folder(parcel->path));
    (void)error_set(error, "%s", "");
    return true;
}

// In this order: the first that fits.
static const struct {
    bool (*fits)(const Glance *glance, Parcel *parcel);
    bool (*read)(Opening *opening, Parcel *parcel, const LoadProgress *progress, Error *error); // on the job's thread
    bool (*take)(Opening *opening, Parcel *parcel, Error *error); // on the UI's; its sentence also where all is well
} rows[] = {
    {is_link, read_link, take_link},    {is_state, read_state, take_state},    {is_picture, read_picture, take_picture},
    {is_model, read_model, take_model}, {is_report, read_report, take_report}, {is_anything, read_data, take_data},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

// ---- reading ------------------------------------------------------------------------------------------------------

static void free_parcel(Parcel *parcel)
{
    if (!parcel)
        return;
    if (parcel->dataset)
        dataset_free(parcel->dataset);
    free(parcel->dataset);
    ink_free_picture(&parcel->picture);
    free(parcel->state);
    free(parcel->link);
    free(parcel->report);
    free_model(parcel);
    free(parcel);
}

// What is no file and no folder is left to who reads it, which refuses it.
static void look_at(const char *path, Glance *glance)
{
    struct stat status;
    glance->is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const ssize_t size = fd < 0 ? -1 : read(fd, glance->bytes, sizeof glance->bytes);
    glance->size = size < 0 ? 0 : (size_t)size;
    if (fd >= 0)
        (void)close(fd);
}

static bool read_parcel(void *context, const LoadProgress *progress, Error *error)
{
    Opening *opening = context;
    Parcel *parcel = opening->parcel;
    Glance *glance = calloc(1, sizeof *glance);
    if (!glance)
        return error_set(error, "out of memory: %s", parcel->path);
    glance->path = parcel->path;
    if (!link_is(parcel->path)) // which names no file
        look_at(parcel->path, glance);
    for (parcel->kind = 0; !rows[parcel->kind].fits(glance, parcel);)
        parcel->kind++;
    free(glance);
    return rows[parcel->kind].read(opening, parcel, progress, error);
}

static void set_arrival(Opening *opening)
{
    Arrival *arrival = &opening->session->app.arrival;
    const char *slash = strrchr(opening->parcel->path, '/');
    Error name;
    (void)error_set(&name, "%s", slash && slash[1] ? slash + 1 : opening->parcel->path);
    *arrival = (Arrival){.is_on = true};
    (void)snprintf(arrival->name, sizeof arrival->name, "%.*s", (int)sizeof arrival->name - 1, name.text);
}

static void start(Opening *opening, Parcel *parcel)
{
    Error error;
    opening->parcel = parcel;
    opening->is_given_up = false;
    opening->job = job_start(read_parcel, opening, window_wake, opening->session->window, &error);
    if (opening->job) {
        set_arrival(opening);
        return;
    }
    app_say(&opening->session->app, true, error.text);
    free_parcel(parcel);
    opening->parcel = NULL;
}

// ---- the window's side --------------------------------------------------------------------------------------------

Opening *opening_create(Session *session, const Options *options, Error *error)
{
    Opening *opening = calloc(1, sizeof *opening);
    if (!opening) {
        (void)error_set(error, "out of memory");
        return NULL;
    }
    opening->session = session;
    opening->options = options;
    return opening;
}

void opening_destroy(Opening *opening)
{
    if (!opening)
        return;
    if (opening->job) {
        job_cancel(opening->job);
        (void)job_finish(opening->job, NULL);
    }
    free_parcel(opening->parcel);
    free_parcel(opening->next);
    free(opening);
}

void opening_cancel(Opening *opening)
{
    free_parcel(opening->next);
    opening->next = NULL;
    if (!opening->job)
        return;
    job_cancel(opening->job);
    opening->is_given_up = true;
    opening->session->app.arrival.is_on = false;
}

void opening_begin(Opening *opening, const char *path, int count, Point at)
{
    App *app = &opening->session->app;
    Error error;
    Parcel *parcel = calloc(1, sizeof *parcel);
    if (!parcel) {
        app_say(app, true, "out of memory: what was dropped is not opened");
        return;
    }
    (void)snprintf(parcel->path, sizeof parcel->path, "%s", path);
    parcel->at = at;
    if (count > 1) {
        (void)error_set(&error, "%d things at once: %s is opened", count, path);
        app_say(app, false, error.text);
    }
    opening_cancel(opening); // the newest is what is wanted
    if (opening->job)
        opening->next = parcel;
    else
        start(opening, parcel);
}

// The built-in digits, which are nowhere to be read from.
static void take_builtin(Opening *opening)
{
    Session *session = opening->session;
    Error error;
    opening_cancel(opening);
    if (session->dataset && !session_take_dataset(session, NULL, NULL, &error))
        app_say(&session->app, true, error.text);
}

bool opening_carry_out(Opening *opening)
{
    App *app = &opening->session->app;
    char path[INPUT_TEXT_SIZE];
    if (app->wish != WISH_OPEN && app->wish != WISH_GIVE_UP)
        return false;
    if (app_take_wish(app, path) == WISH_GIVE_UP)
        opening_cancel(opening);
    else if (strcmp(path, "builtin") == 0)
        take_builtin(opening);
    else if (*path) {
        char whole[PATH_MAX];
        capture_unfold_home(path, whole);
        opening_begin(opening, whole, 1, (Point){0, 0});
    }
    return true;
}

static void finish(Opening *opening)
{
    App *app = &opening->session->app;
    Error error = {""};
    const int noticed = app->notices.count;
    bool is_good = job_finish(opening->job, &error);
    opening->job = NULL;
    app->arrival.is_on = false;
    if (is_good && !opening->is_given_up)
        is_good = rows[opening->parcel->kind].take(opening, opening->parcel, &error);
    if (!opening->is_given_up)
        app_say(app, !is_good, error.text);
    if (app->notices.count > noticed && app->popup == POPUP_NONE)
        app->popup = POPUP_NOTICES;
    free_parcel(opening->parcel);
    opening->parcel = NULL;
    Parcel *next = opening->next;
    opening->next = NULL;
    if (next)
        start(opening, next);
}

bool opening_pass(Opening *opening)
{
    if (!opening->job)
        return false;
    const JobState state = job_state(opening->job);
    Arrival *arrival = &opening->session->app.arrival;
    const bool is_moved = arrival->done != state.done || arrival->total != state.total;
    arrival->done = state.done;
    arrival->total = state.total;
    if (state.is_done)
        finish(opening);
    return state.is_done || is_moved;
}
