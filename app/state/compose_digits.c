// The digits of a frame: those of the page, the drawing, the data set that they are from and its targets.
#include <stdio.h>
#include <string.h>

#include "state/compose_parts.h"

// ---- on the page ---------------------------------------------------------------------------------------------------

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

void compose_page(App *app, Frame *frame, int page_count)
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

void compose_pad(App *app, Frame *frame)
{
    pad_read_drawn(&app->pad, frame->pad_drawn);
    pad_read_input(&app->pad, frame->pad_input);
    for (int i = 0; i < DIGIT_PIXELS; i++)
        frame->pad_input[i] = look_target(&app->look, frame->pad_input[i]);
    frame->is_pad_empty = pad_is_empty(&app->pad);
    frame->pad = &app->pad;
}

// ---- the data set -------------------------------------------------------------------------------------------------

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

void compose_dataset(App *app, Frame *frame)
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
    if (frame->is_capture && !frame->is_builtin && !*app->sums.train) // a moment, once: so large are the sets
        dataset_sum(dataset, &app->sums);
    frame->sums = *app->sums.train ? &app->sums : NULL;
    const int side = scene_shows(app->look.scene, SIDE_A) ? SIDE_A : SIDE_B;
    frame->facts = trainer_model_facts(app->trainer, &app->slots[side].spec);
    compose_targets(app, frame, dataset);
    frame->pca = app->pca_run.pca;
    frame->sayings = &app->saying_run;
}
