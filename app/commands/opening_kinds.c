// What can be opened: by what each is known, how it is read, and how it takes its place.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commands/commands.h"
#include "commands/link.h"
#include "commands/opening_parts.h"
#include "files/picture.h"
#include "panels/panel.h"

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

// A model that says what it is is ready then; another one is left open, and what it may be is to be guessed.
static bool open_model(Opening *opening, Parcel *parcel, const LoadProgress *progress, Error *error)
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
    return session_copy_digits(opening->session, &parcel->digits, error);
}

static JobTurn read_model(Opening *opening, Parcel *parcel, int64_t until_ns, const LoadProgress *progress,
                          Error *error)
{
    if (!parcel->guesses && !open_model(opening, parcel, progress, error))
        return JOB_FAILED;
    if (!parcel->guesses)
        return JOB_DONE;
    return aside_guess(&parcel->aside, parcel->foreign, parcel->path, &parcel->digits, until_ns, progress,
                       parcel->guesses, error);
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

// Where memory is short there is no dataset then.
static JobTurn read_dataset(Parcel *parcel, const char *path, const DatasetOptions *reading, int64_t until_ns,
                            const LoadProgress *progress, Error *error)
{
    if (!parcel->dataset && !(parcel->dataset = calloc(1, sizeof *parcel->dataset)))
        return job_end(error_set(error, "out of memory: %s", path));
    return aside_open_data(&parcel->aside, path, reading, until_ns, progress, parcel->dataset, error);
}

static JobTurn read_data(Opening *opening, Parcel *parcel, int64_t until_ns, const LoadProgress *progress, Error *error)
{
    return read_dataset(parcel, parcel->path, &opening->options->reading, until_ns, progress, error);
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

static bool parse_link(Parcel *parcel, Error *error)
{
    char program[] = "losslens", *argv[] = {program, parcel->path, NULL};
    parcel->link = calloc(1, sizeof *parcel->link);
    if (!parcel->link)
        return error_set(error, "out of memory: what a link says");
    return cli_parse(2, argv, NULL, parcel->link, error) == CLI_RUN;
}

static JobTurn read_link(Opening *opening, Parcel *parcel, int64_t until_ns, const LoadProgress *progress, Error *error)
{
    const Dataset *open = opening->session->dataset;
    Error reason;
    if (!parcel->link && !parse_link(parcel, error))
        return JOB_FAILED;
    Options *link = parcel->link;
    if (!link->data || (open && strcmp(open->name, link->data) == 0))
        return JOB_DONE;
    const JobTurn turn = read_dataset(parcel, link->data, &link->reading, until_ns, progress, &reason);
    if (turn != JOB_FAILED)
        return turn;
    if (!parcel->dataset)
        return job_end(error_set(error, "%s", reason.text));
    free(parcel->dataset);
    parcel->dataset = NULL;
    command_leave_data(link, &reason);
    return JOB_DONE;
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

static JobTurn read_state(Opening *opening, Parcel *parcel, int64_t until_ns, const LoadProgress *progress,
                          Error *error)
{
    const CaptureState *state = parcel->state;
    if (parcel->reading != CAPTURE_READ)
        return job_end(error_set(error, "%s", parcel->refusal.text));
    if (!parcel->dataset && session_has_data(opening->session, &state->data))
        return JOB_DONE;
    if (!*state->data.path)
        return job_end(error_set(
            error, "%.200s was made with the data set \"%s\", and does not say where it is: open that one first",
            parcel->path, state->data.name));
    Error reason;
    const JobTurn turn = read_dataset(parcel, state->data.path, &state->data.reading, until_ns, progress, &reason);
    if (turn == JOB_FAILED)
        (void)error_set(error, "%.200s was made with a data set that cannot be opened: %.400s", parcel->path,
                        reason.text);
    return turn;
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

static JobTurn read_report(Opening *opening, Parcel *parcel, int64_t until_ns, const LoadProgress *progress,
                           Error *error)
{
    (void)until_ns, (void)progress;
    parcel->report = malloc(sizeof *parcel->report);
    return job_end(parcel->report ? session_read_report(opening->session, parcel->path, parcel->report, error)
                                  : error_set(error, "out of memory: %s", parcel->path));
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

static JobTurn read_picture(Opening *opening, Parcel *parcel, int64_t until_ns, const LoadProgress *progress,
                            Error *error)
{
    (void)opening;
    if (parcel->import)
        return import_advance(parcel->import, until_ns) ? JOB_MORE : JOB_DONE;
    const JobTurn turn = aside_read_picture(&parcel->aside, parcel->path, until_ns, progress, &parcel->picture, error);
    if (turn != JOB_DONE)
        return turn;
    parcel->import = calloc(1, sizeof *parcel->import);
    if (!parcel->import)
        return job_end(error_set(error, "out of memory: %s", parcel->path));
    import_begin(parcel->import, &parcel->picture, parcel->path + file_measure_folder(parcel->path));
    return JOB_MORE;
}

// A dialog shows what was found in it.
static bool take_picture(Opening *opening, Parcel *parcel, Error *error)
{
    app_take_import(&opening->session->app, parcel->import);
    (void)error_set(error, "%s", "");
    return true;
}

// In this order.
static const OpeningKind rows[] = {
    {is_link, read_link, take_link},    {is_state, read_state, take_state},    {is_picture, read_picture, take_picture},
    {is_model, read_model, take_model}, {is_report, read_report, take_report}, {is_anything, read_data, take_data},
};

const OpeningKind *opening_find_kind(const Glance *glance, Parcel *parcel)
{
    const OpeningKind *row = rows;
    while (!row->fits(glance, parcel))
        row++;
    return row;
}
