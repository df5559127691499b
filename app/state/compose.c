// Composing a frame: the page's digits, the models' newest snapshots or (past.c) what they were, their outputs and
// heatmaps, what is compared (pairs.c), the lesson's card (lesson_run.c), the sentence.
#include "state/app.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "state/inspect.h"

// ---- digits on the page -------------------------------------------------------------------------------------------

static const Dataset *find_dataset(const App *app)
{
    const Dataset *dataset = trainer_dataset(app->trainer);
    return dataset ? dataset : app->options.dataset;
}

int app_count_digits(const App *app)
{
    return app->options.dataset ? app->options.dataset->test.count : DIGITS_TEST_COUNT;
}

int app_read_digit(App *app, int index, uint8_t pixels[DIGIT_PIXELS])
{
    const Dataset *dataset = find_dataset(app);
    if (!dataset)
        return digits_draw(BUILTIN_SEED, DIGITS_TEST, index, pixels);
    memcpy(pixels, dataset->test.pixels + (size_t)index * DIGIT_PIXELS, DIGIT_PIXELS);
    return dataset->test.labels ? dataset->test.labels[index] : -1;
}

static void read_page(App *app, Frame *frame, int total)
{
    Random random = random_stream((uint64_t)app->shuffle, (uint64_t)app->first);
    const bool is_inspect = app->look.scene == SCENE_INSPECT;
    for (int cell = 0; cell < frame->page_count; cell++) {
        uint8_t pixels[DIGIT_PIXELS];
        float *targets = frame->targets + cell * DIGIT_PIXELS;
        frame->indices[cell] = is_inspect     ? app->look.digit
                               : app->shuffle ? (int)random_below(&random, (uint32_t)total)
                                              : (app->first + cell) % total;
        frame->labels[cell] = -1;
        if (frame->indices[cell] < 0) {
            memcpy(targets, frame->pad_input, sizeof frame->pad_input);
            continue;
        }
        frame->labels[cell] = app_read_digit(app, frame->indices[cell], pixels);
        for (int i = 0; i < DIGIT_PIXELS; i++)
            targets[i] = look_target(&app->look, (float)pixels[i] / 255.0f);
    }
}

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size) // FNV-1a
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ at[i]) * 1099511628211u;
    return hash;
}

// Of everything that decides which targets are on the page.
static uint64_t hash_page(const App *app, const Frame *frame, int count)
{
    const int numbers[] = {app->first, app->shuffle, count, app->look.scene == SCENE_INSPECT, app->look.digit};
    uint64_t hash = hash_bytes(14695981039346656037u, numbers, sizeof numbers);
    hash = hash_bytes(hash, &app->look.binarise, sizeof app->look.binarise);
    return app->look.scene == SCENE_INSPECT && app->look.digit < 0
               ? hash_bytes(hash, frame->pad_input, sizeof frame->pad_input)
               : hash;
}

static void compose_page(App *app, Frame *frame, int page_count)
{
    const int total = app_count_digits(app), count = page_count < total ? page_count : total;
    if (app->page > 0) // pages are as long as the window makes them: the first frame decides where page N starts
        app->first = (int)((int64_t)app->page * count % total);
    app->page = 0;
    app->first = app->first >= total ? 0 : app->first;
    frame->first = app->look.scene == SCENE_INSPECT ? app->look.digit : app->first;
    frame->is_shuffled = app->shuffle > 0 && app->look.scene != SCENE_INSPECT;
    const uint64_t hash = hash_page(app, frame, count);
    if (frame->page_serial > 0 && hash == app->page_hash)
        return;
    app->page_hash = hash;
    frame->page_count = count;
    frame->page_serial++;
    read_page(app, frame, total);
}

static void compose_pad(App *app, Frame *frame)
{
    pad_read_drawn(&app->pad, frame->pad_drawn);
    pad_read_input(&app->pad, frame->pad_input);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        frame->pad_input[i] = look_target(&app->look, frame->pad_input[i]);
    frame->is_pad_empty = pad_is_empty(&app->pad);
    frame->pad = &app->pad;
}

// ---- models as they are ------------------------------------------------------------------------------------------

// The newest snapshot of one model. Several slots may show the same model, and its older snapshot is then no longer
// theirs.
static void take_snapshot(App *app, Frame *frame, int index)
{
    bool changed;
    const Snapshot *latest = bank_model_latest(app->slots[index].bank, &changed);
    for (int other = 0; other < app->slot_count; other++)
        if (app->slots[other].bank == app->slots[index].bank)
            frame->models[other].live = latest;
}

static void take_snapshots(App *app, Frame *frame, bool takes_news)
{
    for (int i = 0; i < app->slot_count; i++)
        if (takes_news || !frame->models[i].live)
            take_snapshot(app, frame, i);
}

enum { DRAWING_INDEX = (1 << 24) - 1 }; // in the place of a test digit's, for what chance gives

// ---- outputs and heatmaps -----------------------------------------------------------------------------------------

// What a model makes of codes that are drawn, each by its digit's place in the test set alone; -1: the drawing.
static void draw_codes(const ModelFrame *m, Workspace *workspace, const float *x, const int *digits, int count,
                       float *p)
{
    static float codes[PAGE_MAX * MODEL_CODE_MAX]; // the UI thread's
    uint64_t keys[PAGE_MAX];
    for (int i = 0; i < count; i++)
        keys[i] = pixels_sample_key(&m->spec, CODE_TEST_EPOCH, digits[i] < 0 ? DRAWING_INDEX : digits[i]);
    code_encode(m->model, m->snapshot->parameters, workspace, x, count, codes);
    code_take_drawn(m->model, workspace, count, keys, codes);
    code_decode(m->model, m->snapshot->parameters, workspace, codes, count, NULL, p);
}

// What is shown of the outputs p of digits x, (count, DIGIT_PIXELS).
static void show_outputs(const ModelFrame *m, const Frame *frame, Workspace *workspace, const float *x,
                         const int *digits, int count, const float *p, float *shown)
{
    static float drawn[PAGE_MAX * DIGIT_PIXELS]; // the UI thread's
    if (frame->look.show_as == SHOW_CODE && code_is_drawn(m->model)) {
        draw_codes(m, workspace, x, digits, count, drawn);
        p = drawn;
    }
    for (int cell = 0; cell < count; cell++)
        show_as_apply(frame->look.show_as, digits[cell], p + cell * DIGIT_PIXELS, shown + cell * DIGIT_PIXELS);
}

// The page with the noise that the model trains with, the same whenever it is shown, and what it makes of that.
static void compute_noisy(ModelFrame *m, const Frame *frame, Workspace *workspace)
{
    static float p[PAGE_MAX * DIGIT_PIXELS]; // the UI thread's
    for (int cell = 0; cell < frame->page_count; cell++) {
        uint8_t bytes[DIGIT_PIXELS];
        const float *digit = frame->targets + cell * DIGIT_PIXELS;
        const int index = frame->indices[cell] < 0 ? 0 : frame->indices[cell]; // the drawing has the first one's noise
        for (int i = 0; i < DIGIT_PIXELS; i++)
            bytes[i] = (uint8_t)lroundf(digit[i] * 255.0f);
        pixels_read(&m->spec, pixels_test_key(&m->spec, index), bytes, 0, DIGIT_PIXELS, m->noisy + cell * DIGIT_PIXELS);
    }
    model_forward(m->model, m->snapshot->parameters, workspace, m->noisy, frame->page_count, NULL, p);
    show_outputs(m, frame, workspace, m->noisy, frame->indices, frame->page_count, p, m->noisy_shown);
}

// Outputs of the page, which stay what they are until the weights, the page or the way to show them change.
static void compute_page(ModelFrame *m, const Frame *frame, Workspace *workspace)
{
    if (m->computed_page == frame->page_serial && m->computed_serial == m->snapshot->serial &&
        m->computed_as == frame->look.show_as)
        return;
    model_forward(m->model, m->snapshot->parameters, workspace, frame->targets, frame->page_count, m->z, m->p);
    show_outputs(m, frame, workspace, frame->targets, frame->indices, frame->page_count, m->p, m->shown);
    if (pixels_are_damaged(&m->spec))
        compute_noisy(m, frame, workspace);
    m->computed_page = frame->page_serial;
    m->computed_serial = m->snapshot->serial;
    m->computed_as = frame->look.show_as;
}

// "epoch 12" at an epoch's end, else "step 2900".
static void format_moment(int64_t step, int steps_per_epoch, char *text, size_t size)
{
    const bool is_end = step % steps_per_epoch == 0;
    (void)snprintf(text, size, "%s %lld", is_end ? "epoch" : "step",
                   (long long)(is_end ? step / steps_per_epoch : step));
}

// Pictures change with every slice of training, figures with every measuring.
static void compose_figures(ModelFrame *m)
{
    const Snapshot *s = m->snapshot;
    m->is_current = s->test.images > 0 && s->test_step == s->step;
    m->figures_of[0] = 0;
    if (s->test.images > 0 && !m->is_current)
        format_moment(s->test_step, s->steps_per_epoch, m->figures_of, sizeof m->figures_of);
}

// Of digits on show, (count, DIGIT_PIXELS).
static void find_targets(const ModelFrame *m, const float *digits, int count, float *targets)
{
    for (int i = 0; i < count * DIGIT_PIXELS; i++)
        targets[i] = frame_target(m, digits[i]);
}

static bool is_fed_back(const Look *look) { return look->fed_back > 0 && scene_has(look->scene, SCENE_IS_STAGE); }

// The output becomes the input again, as often as the stage wants it: what a model leaves as it is (arXiv 1708.08487).
static void feed_back(ModelFrame *m, const Look *look, Workspace *workspace)
{
    float before[DIGIT_PIXELS];
    double sum = 0.0;
    m->pad_moved = 0.0;
    if (!is_fed_back(look))
        return;
    for (int i = 0; i < look->fed_back; i++) {
        memcpy(before, m->pad_p, sizeof before);
        model_forward(m->model, m->snapshot->parameters, workspace, before, 1, m->pad_z, m->pad_p);
    }
    for (int i = 0; i < DIGIT_PIXELS; i++)
        sum += fabs((double)m->pad_p[i] - (double)before[i]);
    m->pad_moved = sum / DIGIT_PIXELS;
}

static void compose_model(App *app, Frame *frame, int index)
{
    ModelFrame *m = &frame->models[index];
    Slot *slot = &app->slots[index];
    compose_figures(m);
    m->spec = slot->spec;
    m->origin = app_find_origin(app, &slot->spec);
    m->model = bank_model_shape(slot->bank);
    m->range = range_of(m->model, m->snapshot->parameters);
    m->settings = metrics_loss_settings(m->model, m->snapshot->parameters, &m->own->test);
    m->facts = frame->figures_mix <= 0.0f     ? trainer_model_facts(app->trainer, &slot->spec)
               : m->snapshot->test.images > 0 ? &app->mixed->models[index].figures.facts
                                              : NULL;
    if (m->origin && m->origin->components)
        (void)snprintf(m->caption, sizeof m->caption, "PCA, %d component%s", m->origin->components,
                       m->origin->components == 1 ? "" : "s");
    else
        (void)snprintf(m->caption, sizeof m->caption, "%s \u00b7 %s", loss_get(m->spec.loss)->label,
                       activation_get(OUTPUT_ACTIVATION, m->spec.output)->label);
    compute_page(m, frame, &slot->workspace);
    model_forward(m->model, m->snapshot->parameters, &slot->workspace, frame->pad_input, 1, m->pad_z, m->pad_p);
    feed_back(m, &frame->look, &slot->workspace);
    if (is_fed_back(&frame->look))
        show_as_apply(frame->look.show_as, frame->pad->now.source, m->pad_p, m->pad_shown);
    else
        show_outputs(m, frame, &slot->workspace, frame->pad_input, &frame->pad->now.source, 1, m->pad_p, m->pad_shown);
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        float values[DIGIT_PIXELS], targets[DIGIT_PIXELS];
        double sum = 0.0;
        find_targets(m, frame->pad_input, 1, targets);
        model_loss_values(m->model, m->settings, loss, m->pad_z, m->pad_p, targets, values, DIGIT_PIXELS);
        for (int i = 0; i < DIGIT_PIXELS; i++)
            sum += (double)values[i];
        m->pad_loss[loss] = sum / DIGIT_PIXELS;
    }
}

static void compute_heat(const Heatmap *mode, const HeatInput *in, float *values, float *marks)
{
    mode->compute(in, values);
    if (mode->mark)
        mode->mark(in, marks);
}

// A beside the other side, everything else beside A.
static void compose_heat(Frame *frame, int index)
{
    static float targets[PAGE_MAX * DIGIT_PIXELS]; // the UI thread's
    float pad_targets[DIGIT_PIXELS];
    ModelFrame *m = &frame->models[index];
    const ModelFrame *a = &frame->models[SIDE_A], *b = index == SIDE_A ? &frame->models[SIDE_B] : m;
    const size_t n = (size_t)frame->page_count * DIGIT_PIXELS;
    find_targets(m, frame->targets, frame->page_count, targets);
    find_targets(m, frame->pad_input, 1, pad_targets);
    for (int i = 0; i < HEATMAP_COUNT; i++) {
        const Heatmap *mode = heatmap_get(frame->look.heatmaps[i]);
        HeatInput in = {m->model, m->range, m->settings,        m->z,     m->p, targets,
                        a->p,     b->p,     &m->snapshot->test, m->facts, n};
        if (mode->is_of_set)
            in.n = DIGIT_PIXELS;
        compute_heat(mode, &in, m->heat[i], m->marks[i]);
        const HeatInput drawn = {m->model, m->range, m->settings,        m->pad_z, m->pad_p,    pad_targets,
                                 a->pad_p, b->pad_p, &m->snapshot->test, m->facts, DIGIT_PIXELS};
        compute_heat(mode, &drawn, m->pad_heat[i], m->pad_marks[i]);
    }
}

// ---- the inspected pixel -------------------------------------------------------------------------------------------

// Where nobody has chosen one. In the window it stays while it is nearly the worst, so that it does not jump about
// while models train; in a picture it is the same every time.
static void compose_pixel(App *app, Frame *frame)
{
    const Look *look = &app->look;
    if (app->restore.is_under_way && !frame->is_capture)
        return; // it was found with the models as they will be
    if (look->scene == SCENE_INSPECT && look->seeks_pixel && !look->is_pinned && look->t < 0.0f)
        app->look.pixel = frame->look.pixel = inspect_find_pixel(frame, frame->is_capture ? -1 : look->pixel);
}

// ---- the drawing ---------------------------------------------------------------------------------------------------

static void compose_difference(Frame *frame)
{
    double sum = 0.0;
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        frame->pad_difference[i] = frame->models[SIDE_A].pad_p[i] - frame->models[SIDE_B].pad_p[i];
        sum += fabs((double)frame->pad_difference[i]);
    }
    frame->pad_distance = sum / DIGIT_PIXELS;
}

// ---- matrix -------------------------------------------------------------------------------------------------------

static void compose_ranks(Frame *frame)
{
    for (int column = 0; column < frame->matrix_columns; column++) {
        const Snapshot *rows[OUTPUT_COUNT];
        for (int row = 0; row < frame->matrix_rows; row++)
            rows[row] = frame->models[frame->matrix[row][column]].snapshot;
        frame->matrix_ranks[column] = ranking_judge(rows, frame->matrix_rows, rows[frame->matrix_twinned],
                                                    frame->models[frame->matrix_twins[column]].snapshot);
    }
}

// ---- the frame ----------------------------------------------------------------------------------------------------

static void count_bytes(App *app, const Dataset *dataset)
{
    memset(app->byte_counts, 0, sizeof app->byte_counts);
    for (size_t i = 0; i < (size_t)dataset->test.count * DIGIT_PIXELS; i++)
        app->byte_counts[dataset->test.pixels[i]]++;
    app->counted = dataset;
}

// Of the grey pixels through the mix that is on show, or of the model's own targets.
static void compose_targets(App *app, Frame *frame, const Dataset *dataset)
{
    memset(frame->target_histogram, 0, sizeof frame->target_histogram);
    if (!frame->facts || !dataset)
        return;
    if (frame->facts->are_binary || app->look.binarise <= 0.0f) {
        memcpy(frame->target_histogram, frame->facts->histogram, sizeof frame->target_histogram);
        return;
    }
    if (app->counted != dataset) // a moment, once
        count_bytes(app, dataset);
    for (int value = 0; value < 256; value++)
        frame->target_histogram[metrics_find_bin(look_target(&app->look, (float)value / 255.0f))] +=
            app->byte_counts[value];
}

static void compose_dataset(App *app, Frame *frame)
{
    const Dataset *dataset = find_dataset(app);
    frame->is_builtin = !app->options.dataset;
    (void)snprintf(frame->dataset_name, sizeof frame->dataset_name, "%s", dataset ? dataset->name : "builtin");
    frame->data_reading = dataset ? dataset->options : (DatasetOptions){.turn = TURN_AUTO};
    const bool is_treated = dataset && *dataset->treatment;
    (void)snprintf(frame->dataset_title, sizeof frame->dataset_title, "%s%s%s%s", frame->dataset_name,
                   is_treated ? " (" : "", is_treated ? dataset->treatment : "", is_treated ? ")" : "");
    frame->train_count = dataset ? dataset->train.count : DIGITS_TRAIN_COUNT;
    if (app->options.limit > 0 && app->options.limit < frame->train_count)
        frame->train_count = app->options.limit;
    frame->test_count = app_count_digits(app);
    frame->data_path = app->options.data_path;
    frame->limit = app->options.limit;
    frame->is_in_order = app->options.no_shuffle;
    frame->page_first = app->first;
    frame->page_shuffle = app->shuffle;
    if (frame->is_capture && !frame->is_builtin && !*app->sums.train) { // a moment, once: so large are the sets
        image_set_digest(&dataset->train, app->sums.train);
        image_set_digest(&dataset->test, app->sums.test);
    }
    frame->sums = *app->sums.train ? &app->sums : NULL;
    const int side = scene_shows(app->look.scene, SIDE_A) ? SIDE_A : SIDE_B;
    frame->facts = trainer_model_facts(app->trainer, &app->slots[side].spec);
    compose_targets(app, frame, dataset);
    frame->pca = app->pca_run.pca;
    frame->sayings = &app->saying_run;
}

static void compose_state(App *app, Frame *frame)
{
    if (sets_compose(&app->sets, app->popup == POPUP_DATA) && app->popup != POPUP_DATA)
        app_say(app, app->sets.has_failed, app->sets.message.text); // the menu says it itself
    frame->is_playing = app->is_playing;
    frame->is_busy = trainer_is_busy(app->trainer);
    frame->is_restoring = app->restore.is_under_way;
    frame->is_held = app->restore.is_held;
    frame->is_film = app->is_film;
    frame->is_feeding = app->is_feeding;
    frame->epochs = app->epochs;
    frame->samples_per_second = trainer_speed(app->trainer);
    frame->notices = &app->notices;
    frame->import = &app->import;
    frame->popup = app->popup;
    frame->is_lesson_new = app->is_lesson_new;
    frame->preset =
        app->preset >= 0 && preset_holds(preset_get(app->preset), &app->look, &app->specs[SIDE_A], &app->specs[SIDE_B])
            ? app->preset
            : -1;
    frame->glossary = app->glossary;
    frame->claim = app->claim;
    frame->pace = app->pace;
    frame->theme = app->theme;
    frame->is_fullscreen = app->is_fullscreen;
    memcpy(frame->message, app->message, sizeof frame->message);
    frame->is_error = app->is_error;
    frame->toast = &app->toast;
    frame->arrival = &app->arrival;
    frame->offer = &app->offer;
    frame->script = &app->script;
    frame->sets = &app->sets;
    if (trainer_has_failed(app->trainer)) {
        (void)snprintf(frame->message, sizeof frame->message,
                       "out of memory: a model is not trained, measured or kept as it should be");
        frame->is_error = true;
    }
}

// Whether a sentence says the same as before, its figures included.
static bool is_same(const Sentence *a, const Sentence *b)
{
    return strcmp(a->text, b->text) == 0 && strcmp(a->action.label, b->action.label) == 0;
}

// While models train a sentence stays for a while, so that it can be read; what the user changed is answered at once.
static void compose_sentences(App *app, Frame *frame)
{
    const NarratorFacts facts = narrator_facts(frame);
    const bool is_of_same = app->said_scene == facts.scene &&
                            spec_equal(&app->said_specs[SIDE_A], &facts.sides[SIDE_A].spec) &&
                            spec_equal(&app->said_specs[SIDE_B], &facts.sides[SIDE_B].spec);
    const bool may_stay = is_of_same && facts.is_training && !frame->is_capture && !frame->is_past &&
                          facts.scene != SCENE_INSPECT &&
                          !scene_has(facts.scene, SCENE_HAS_CODE); // there it follows the mouse
    if (may_stay && app->now < app->said_at + SENTENCE_SECONDS)
        return;
    const Sentence sentence = narrator_say(&facts);
    bool is_same_as_before = is_same(&sentence, &frame->sentence);
    // figures of different epochs for a moment: what was said of the last ones still holds
    if (!(may_stay && strcmp(sentence.key, NARRATOR_WAITS) == 0))
        frame->sentence = sentence;
    for (int column = 0; column < frame->matrix_columns; column++) {
        const Sentence next = column < facts.column_count ? narrator_say_column(&facts, column) : (Sentence){.key = ""};
        is_same_as_before = is_same_as_before && is_same(&next, &frame->column_sentences[column]);
        if (!(may_stay && strcmp(next.key, NARRATOR_WAITS) == 0))
            frame->column_sentences[column] = next;
    }
    if (!is_same_as_before || !is_of_same)
        app->said_at = app->now;
    app->said_scene = facts.scene;
    app->said_specs[SIDE_A] = facts.sides[SIDE_A].spec;
    app->said_specs[SIDE_B] = facts.sides[SIDE_B].spec;
}

static void compose_models(App *app, Frame *frame)
{
    for (int i = 0; i < app->slot_count; i++)
        compose_model(app, frame, i);
    compose_pixel(app, frame);
    for (int i = 0; i < app->slot_count; i++)
        compose_heat(frame, i);
    compose_difference(frame);
}

static void compose_code(App *app, Frame *frame)
{
    if (!scene_has(app->look.scene, SCENE_HAS_CODE))
        return;
    code_compose(app, frame);
    if (app->look.scene == SCENE_LATENT)
        app->code->is_complete &= latent_compose(app, frame);
}

const Frame *app_compose(App *app, int page_count, bool is_capture, bool takes_news)
{
    Frame *frame = &app->frame;
    pca_run_compose(app); // which may change a model
    saying_run_compose(app);
    frame->look = app->look;
    frame->is_capture = is_capture;
    compose_dataset(app, frame);
    compose_pad(app, frame);
    compose_page(app, frame, page_count);
    take_snapshots(app, frame, takes_news);
    if (cast_follow(app))
        take_snapshots(app, frame, false);
    frame->model_count = app->slot_count;
    past_compose(app, frame);
    mixed_compose(app, frame);
    compose_models(app, frame);
    pairs_compose(app, frame);
    frame->trials = NULL;
    if (app->look.scene == SCENE_CLAIMS) {
        trial_frame_compose(app);
        frame->trials = &app->trials;
    }
    frame->code = NULL;
    frame->latent = NULL;
    compose_code(app, frame);
    if (app->look.scene == SCENE_MATRIX)
        compose_ranks(frame);
    compose_state(app, frame);
    if (lesson_compose(app, frame)) { // another digit, or another pixel of it
        frame->look = app->look;
        compose_pad(app, frame);
        compose_page(app, frame, page_count);
        compose_models(app, frame);
        compose_code(app, frame);
        (void)lesson_compose(app, frame);
    }
    restore_compose(app, frame);
    compose_sentences(app, frame);
    return frame;
}

bool app_is_settled(App *app)
{
    const Frame *frame = &app->frame;
    bool settled = trainer_dataset(app->trainer) && !trainer_is_busy(app->trainer);
    for (int i = 0; i < frame->model_count; i++) {
        if (i < SIDE_COUNT && !app_is_on_show(app, i))
            continue; // the side that solo leaves out
        const Snapshot *s = frame->models[i].own, *live = frame->models[i].live;
        const int64_t all = (int64_t)live->steps_per_epoch * app->goal_epochs;
        const int64_t own = app_find_goal(app, i), most = own >= 0 && own < all ? own : all;
        const int64_t goal = app->goal_step >= 0 && app->goal_step < most ? app->goal_step : most;
        const bool is_done = live->broken_step >= 0 || live->step >= goal;
        settled =
            settled && is_done && s->test.images > 0 && s->test_step == s->step && pca_run_has_come(&frame->models[i]);
    }
    return settled && !pca_run_is_waited_for(app) && !saying_run_is_waited_for(app) && past_is_early_whole(app) &&
           frame->pair.is_complete && frame->are_mixed_whole &&
           (app->look.scene != SCENE_CLAIMS || frame->claims.is_complete) && (!frame->code || frame->code->is_complete);
}
