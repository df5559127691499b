// `losslens report`: decides the claims with several seeds and writes report.md, report.json and pictures.
#include "files/report.h"

#include <stdlib.h>
#include <string.h>

#include "commands/commands.h"
#include "commands/offline.h"
#include "commands/report_models.h"

// What a picture shows: in the claims which page, in compare other heatmaps than its own. Those of the trials come
// last.
typedef struct Shown {
    ReportPicture picture;
    Scene scene;
    int claim_page;
    bool has_slopes, is_of_trials;
} Shown;

static const Shown shown[] = {
    {{"matrix.png", "Every output with every loss"}, SCENE_MATRIX, 0, false, false},
    {{"claims.png", "The claims, a verdict that follows from the figures, and the figures"},
     SCENE_CLAIMS,
     0,
     false,
     false},
    {{"compare.png", "BCE on a sigmoid beside MSE on a ReLU"}, SCENE_COMPARE, 0, false, false},
    {{"gradient.png",
      "Where each loss still teaches: its slope at the logit, saturated pixels outlined, and the signed error"},
     SCENE_COMPARE,
     0,
     true,
     false},
    {{"inspect.png", "One pixel: what each loss charges there, and how hard it pulls"}, SCENE_INSPECT, 0, false, false},
    {{"claims_training.png",
      "What people say of training: what the models draw, and a mark for each random start's figure"},
     SCENE_CLAIMS,
     1,
     false,
     true},
    {{"claims_use.png", "What people say autoencoders are good for: the same"}, SCENE_CLAIMS, 2, false, true},
    {{"claims_vae.png", "What people say of variational autoencoders: the same"}, SCENE_CLAIMS, 3, false, true},
};
enum { SHOWN = sizeof shown / sizeof *shown, TRIAL_PICTURES = CLAIM_PAGES - 1, FILES_MAX = SHOWN + 2 };

typedef struct Writer {
    Offline offline;
    Options options; // of the session
    const char *folder;
    Report report;
    ReportMore more;
    ReportPicture pictures[SHOWN];
    LabBook *book; // of the trials, whose weights the pictures show; owned
    const char *names[FILES_MAX];
    int files_count; // pictures, report.json, report.md
    NewFiles files;
} Writer;

// The page comes last: a folder without it has no whole report.
static bool is_page(const Writer *writer, int index) { return index == writer->files_count - 1; }

static const char *name_file(const Writer *writer, int index)
{
    return index < writer->report.picture_count ? writer->pictures[index].file
           : is_page(writer, index)             ? "report.md"
                                                : "report.json";
}

static void list_pictures(Writer *writer)
{
    Report *report = &writer->report;
    report->pictures = writer->pictures;
    for (int i = 0; i < SHOWN; i++)
        if (shown[i].is_of_trials ? writer->options.checks : report->has_claims)
            writer->pictures[report->picture_count++] = shown[i].picture;
    writer->files_count = report->picture_count + 2;
}

static bool begin_files(Writer *writer, Error *error)
{
    for (int i = 0; i < writer->files_count; i++)
        writer->names[i] = name_file(writer, i);
    return new_files_begin(&writer->files, writer->folder, writer->names, writer->files_count,
                           command_naming(&writer->options), "a report", error);
}

// ---- measuring ----------------------------------------------------------------------------------------------------

// A and B of one seed, and what is to be seen of them.
static int show(Writer *writer, uint32_t seed, const Look *look)
{
    App *app = &writer->offline.session->app;
    Requests requests = {.count = 0};
    Spec a = writer->options.model, b = writer->options.model;
    a.seed = b.seed = seed;
    a.loss = LOSS_BCE;
    a.output = activation_find(OUTPUT_ACTIVATION, "sigmoid");
    b.loss = LOSS_MSE;
    b.output = activation_find(OUTPUT_ACTIVATION, "relu");
    requests_add(&requests, (Request){.kind = REQUEST_SPEC, .side = SIDE_A, .spec = a});
    requests_add(&requests, (Request){.kind = REQUEST_SPEC, .side = SIDE_B, .spec = b});
    requests_add(&requests, (Request){.kind = REQUEST_LOOK, .look = *look});
    app_apply(app, &requests);
    if (app->message[0])
        return command_fail(EXIT_FAILED, "%s", app->message);
    return offline_train(&writer->offline);
}

static void read_matrix(Writer *writer, ReportSeed *seed)
{
    const Frame *frame = &writer->offline.session->app.frame;
    Report *report = &writer->report;
    report->rows = frame->matrix_rows;
    report->columns = frame->matrix_columns;
    memcpy(report->outputs, frame->matrix_outputs, sizeof report->outputs);
    memcpy(report->losses, frame->matrix_losses, sizeof report->losses);
    for (int row = 0; row < report->rows; row++)
        for (int column = 0; column < report->columns; column++) {
            const Snapshot *s = frame->models[frame->matrix[row][column]].snapshot;
            seed->cells[row][column] = s->test;
            seed->broken[row][column] = s->broken_step;
        }
}

static void read_claims(Writer *writer, ReportSeed *seed)
{
    const Frame *frame = &writer->offline.session->app.frame;
    for (int claim = 0; claim < CLAIM_COUNT; claim++) {
        seed->results[claim] = frame->claims.results[claim];
        seed->tables[claim] = claim_table(claim, frame);
    }
}

static void read_data(Writer *writer)
{
    const Frame *frame = &writer->offline.session->app.frame;
    const Dataset *dataset = trainer_dataset(writer->offline.session->app.trainer);
    Report *report = &writer->report;
    report->facts = *frame->facts;
    report->train_count = frame->train_count;
    report->test_count = frame->test_count;
    (void)snprintf(report->dataset, sizeof report->dataset, "%s", frame->dataset_name);
    report->notices = *frame->notices;
    report->is_builtin = frame->is_builtin;
    if (!report->is_builtin)
        dataset_sum(dataset, &report->sums);
}

// What the pictures of the claims say, too, where several seeds decided.
static void show_outcomes(Writer *writer)
{
    App *app = &writer->offline.session->app;
    const Report *report = &writer->report;
    for (int claim = 0; claim < CLAIM_COUNT && report->seed_count > 1; claim++) {
        const SayingOutcome outcome = report_outcome(report, claim);
        app_take_outcome(app, claim, &outcome);
    }
}

static Look look_at(const Writer *writer, Scene scene)
{
    Look look = writer->options.look;
    look.scene = scene;
    return look;
}

static int measure_seed(Writer *writer, int index)
{
    ReportSeed *seed = &writer->report.seeds[index];
    const Look matrix = look_at(writer, SCENE_MATRIX), claims = look_at(writer, SCENE_CLAIMS);
    int status = show(writer, seed->seed, &matrix);
    if (status != EXIT_OK)
        return status;
    read_matrix(writer, seed);
    status = show(writer, seed->seed, &claims);
    if (status == EXIT_OK)
        read_claims(writer, seed);
    return status;
}

static int measure_more(Writer *writer)
{
    Error error;
    const Dataset *dataset = trainer_dataset(writer->offline.session->app.trainer);
    Pool *pool = pool_create(writer->options.threads, &error);
    if (!pool)
        return command_fail(EXIT_FAILED, "%s", error.text);
    const Lab lab = {.train = &dataset->train,
                     .test = &dataset->test,
                     .image_count = writer->report.train_count,
                     .facts = metrics_target_facts(&dataset->test, dataset->test.count),
                     .pool = pool};
    const bool has_trials = writer->options.checks;
    if (has_trials)
        writer->book = lab_book_create(&lab, &writer->options.model, writer->report.epochs, &error);
    const int status = has_trials && !writer->book ? command_fail(EXIT_FAILED, "%s", error.text)
                                                   : report_measure_more(&lab, writer->book, writer->report.seed_count,
                                                                         writer->options.published, &writer->more);
    for (int trial = 0; trial < TRIAL_COUNT && has_trials; trial++)
        app_take_outcome(&writer->offline.session->app, CLAIM_COUNT + trial, &writer->more.trials[trial]);
    writer->more.pictures = writer->pictures + SHOWN - TRIAL_PICTURES;
    writer->more.picture_count = has_trials ? TRIAL_PICTURES : 0;
    writer->report.more = &writer->more;
    pool_destroy(pool);
    return status;
}

// All that is asked for, from the claims to what others published.
static int measure(Writer *writer)
{
    Report *report = &writer->report;
    int status = EXIT_OK;
    for (int i = 0; i < report->seed_count; i++) // the published set-ups have the default's seed and those behind it
        report->seeds[i].seed = (report->has_claims ? writer->options.model.seed : spec_default().seed) + (uint32_t)i;
    if (!report->has_claims)
        status = offline_train(&writer->offline); // no epoch: until the digits are there
    for (int i = 0; status == EXIT_OK && report->has_claims && i < report->seed_count; i++) {
        offline_say("report: training seed", i + 1, report->seed_count);
        status = measure_seed(writer, i);
    }
    if (status != EXIT_OK)
        return status;
    read_data(writer);
    if (report->has_claims)
        show_outcomes(writer);
    return writer->options.checks || writer->options.published ? measure_more(writer) : EXIT_OK;
}

// ---- writing ------------------------------------------------------------------------------------------------------

// A pixel of the first test digit whose target is as grey as can be: there the losses differ in words and in curves.
static int find_grey_pixel(const Frame *frame)
{
    int best = 0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        const float to_grey = frame->targets[i] - 0.7f, least = frame->targets[best] - 0.7f;
        if (to_grey * to_grey < least * least)
            best = i;
    }
    return best;
}

static int write_picture(Writer *writer, int index, NewFile *file)
{
    Error error;
    const Input still = {.is_inside = false};
    Look look = look_at(writer, shown[index].scene);
    look.claim_page = shown[index].claim_page;
    if (shown[index].has_slopes) {
        look.heatmaps[0] = heatmap_find("gradient");
        look.heatmaps[1] = heatmap_find("error");
    }
    if (look.scene == SCENE_INSPECT) {
        look.is_pinned = true;
        look.pixel = find_grey_pixel(&writer->offline.session->app.frame); // of the page whose first digit is inspected
    }
    const int status = show(writer, writer->report.seeds[0].seed, &look);
    if (status != EXIT_OK)
        return status;
    return session_capture(writer->offline.session, &writer->options, &still, writer->offline.size, file, &error)
               ? EXIT_OK
               : command_fail(EXIT_FAILED, "%s", error.text);
}

// Both NULL where memory is short; free.
static char *format_json(const Report *report)
{
    return json_memory_format(report_build_json(report), JSON_INDENT(2) | JSON_REAL_PRECISION(9));
}

static char *format_page(const Report *report)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return NULL;
    report_write_page(report, stream);
    const bool has_failed = ferror(stream) != 0;
    if (fclose(stream) == 0 && !has_failed)
        return text;
    free(text);
    return NULL;
}

static int write_text(Writer *writer, int index, NewFile *file)
{
    Error error;
    char *text = is_page(writer, index) ? format_page(&writer->report) : format_json(&writer->report);
    if (!text)
        return command_fail(EXIT_FAILED, "out of memory: %s", name_file(writer, index));
    const bool is_good = new_file_put(file, text, strlen(text), &error) &&
                         (is_page(writer, index) || new_file_put(file, "\n", 1, &error));
    free(text);
    return is_good ? EXIT_OK : command_fail(EXIT_FAILED, "%s", error.text);
}

static int write_file(Writer *writer, int index)
{
    Error error;
    NewFile *file = new_files_add(&writer->files, index, &error);
    if (!file)
        return command_fail(EXIT_FAILED, "%s", error.text);
    const int status =
        index < writer->report.picture_count ? write_picture(writer, index, file) : write_text(writer, index, file);
    if (status == EXIT_OK && !new_file_finish(file, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    return status;
}

// ---- the command --------------------------------------------------------------------------------------------------

static int run(Writer *writer)
{
    Error error;
    Report *report = &writer->report;
    report->seeds = calloc((size_t)report->seed_count, sizeof *report->seeds);
    if (!report->seeds)
        return command_fail(EXIT_FAILED, "out of memory: the report");
    if (!begin_files(writer, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    int status = offline_open(&writer->offline, &writer->options);
    if (status == EXIT_OK)
        status = measure(writer);
    for (int i = 0; status == EXIT_OK && i < writer->files_count; i++) {
        offline_say("report: writing file", i + 1, writer->files_count);
        status = write_file(writer, i);
    }
    offline_end_line();
    if (status == EXIT_OK && !new_files_publish(&writer->files, &error))
        return command_fail(EXIT_FAILED, "%s", error.text);
    if (status != EXIT_OK)
        new_files_discard(&writer->files);
    return status;
}

// A spec without loss, output and seed.
static void format_shared(const Spec *spec, char text[SPEC_TEXT_SIZE])
{
    char whole[SPEC_TEXT_SIZE];
    spec_format(spec, whole, sizeof whole);
    const char *start = strstr(whole, "hidden="), *end = strstr(whole, ",seed=");
    (void)snprintf(text, SPEC_TEXT_SIZE, "%.*s", (int)(end - start), start);
}

int report_run(const Options *options)
{
    Writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        return command_fail(EXIT_FAILED, "out of memory: the report");
    command_catch_signals();
    writer->options = *options;
    writer->options.a = writer->options.b = options->model;
    writer->options.width = 1280;
    writer->options.height = 800;
    writer->options.look.scene = SCENE_MATRIX;
    writer->folder = options->output ? options->output : "report";
    writer->report = (Report){
        .epochs = options->epochs, .seed_count = options->seeds, .has_claims = options->checks || !options->published};
    if (!writer->report.has_claims) { // no model of the window's is asked for
        writer->options.epochs = 0;
        writer->options.look.scene = SCENE_COMPARE;
    }
    list_pictures(writer);
    format_shared(&options->model, writer->report.base);
    int status = run(writer);
    if (status == EXIT_OK) {
        char page[PATH_MAX];
        (void)new_folder_join(page, writer->folder, name_file(writer, writer->files_count - 1), NULL);
        command_print_path(page);
        status = command_finish_output();
    }
    lab_book_destroy(writer->book);
    offline_close(&writer->offline);
    free(writer->report.seeds);
    free(writer);
    return status;
}
