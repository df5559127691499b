// A pass over a set: its images through the model, what is measured of the outputs, in shards.
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "kernels/kernel.h"
#include "measuring/metrics_parts.h"
#include "models/code.h"
#include "models/model_layers.h"
#include "models/pixels.h"
#include "models/range.h"

static_assert((int)DIGIT_PIXELS % (int)STRIP_COLUMNS == 0, "an image is a whole number of strips");

// A worker's scratch.
typedef struct Worker {
    Workspace workspace;
    float *strip;                     // (TILE_ROWS, STRIP_COLUMNS)
    float *codes;                     // (TILE_ROWS, code_units)
    float *noisy;                     // (TILE_ROWS, DIGIT_PIXELS): inputs where the noise makes floats
    uint8_t (*damaged)[DIGIT_PIXELS]; // (TILE_ROWS): where it leaves bytes
    uint8_t (*targets)[DIGIT_PIXELS]; // (TILE_ROWS): where they are not the images
    Shard *unwanted;                  // of noisy inputs the losses alone are kept
    uint64_t lit[DIGIT_PIXELS / QUAD];
} Worker;

// Images of a set, what the model reads of them, and what its outputs are held against.
typedef struct Page {
    Tile tile;
    const uint8_t *targets[TILE_ROWS];
} Page;

static void open_page(const Measurement *m, int first, int count, Worker *worker, Page *page)
{
    page->tile = (Tile){.count = (size_t)count, .pixels = DIGIT_PIXELS, .lit = worker->lit};
    for (int row = 0; row < count; row++) {
        const uint8_t *pixels = m->set->pixels + (size_t)(first + row) * DIGIT_PIXELS;
        page->tile.rows[row] = page->targets[row] = pixels;
        if (worker->targets) {
            pixels_make_binary(pixels, DIGIT_PIXELS, worker->targets[row]);
            page->targets[row] = worker->targets[row];
        }
    }
}

// Logits become outputs of 0 to 1, which measure_strip takes for those of a linear output. Returns the model's own loss
// of them, in its range.
static double map_strip(const Measurement *m, const Page *page, size_t column, float *strip)
{
    float values[TILE_ROWS * STRIP_COLUMNS], scales[TILE_ROWS], unused[STRIP_COLUMNS];
    const Spec *spec = &m->model->spec;
    for (size_t row = 0; row < page->tile.count; row++) {
        const size_t at = row * STRIP_COLUMNS;
        activation_get(OUTPUT_ACTIVATION, spec->output)->apply(strip + at, values + at, unused, STRIP_COLUMNS);
        scales[row] = 1.0f; // where outputs share a picture, logits are normalised by now
    }
    const double loss = kernel_get()->train[spec->loss][spec->output](&(OutputPass){
        .z = strip,
        .stride = STRIP_COLUMNS,
        .targets = page->targets,
        .scale = m->range.scale,
        .offset = m->range.offset,
        .upcoming = page->targets,
        .column = column,
        .rows = page->tile.count,
        .columns = STRIP_COLUMNS,
        .bias_slope = unused,
        .settings = model_loss_settings(m->model, m->parameters),
        .powers = values,
        .powers_stride = STRIP_COLUMNS,
        .scales = scales,
    });
    for (size_t at = 0; at < page->tile.count * STRIP_COLUMNS; at += STRIP_COLUMNS) {
        memcpy(strip + at, values + at, STRIP_COLUMNS * sizeof *strip);
        range_map_all_back(m->range, strip + at, STRIP_COLUMNS);
    }
    return loss;
}

static void measure_strip(const Measurement *m, const Page *page, size_t column, Worker *worker, Shard *shard)
{
    const bool is_unit = range_is_unit(m->range);
    if (!is_unit)
        shard->loss_in_range += map_strip(m, page, column, worker->strip);
    kernel_get()->measure[is_unit ? m->model->spec.output : m->linear](&(MeasurePass){
        .z = worker->strip,
        .targets = page->targets,
        .column = column,
        .rows = page->tile.count,
        .columns = STRIP_COLUMNS,
        .settings = m->settings,
        .sums = &shard->sums,
        .histograms = shard->histograms,
        .outputs = shard->outputs + column,
        .zeros = shard->zeros + column,
    });
}

// From the code to every figure.
static void measure_outputs(const Measurement *m, const Page *page, const float *code, Worker *worker, Shard *shard)
{
    const Model *model = m->model;
    for (size_t column = 0; column < DIGIT_PIXELS; column += STRIP_COLUMNS) {
        model_output_strip(model, m->parameters, &worker->workspace, code, (int)page->tile.count, column, STRIP_COLUMNS,
                           worker->strip);
        measure_strip(m, page, column, worker, shard);
    }
}

static const float *encode_bytes(const Measurement *m, const Tile *tile, Worker *worker)
{
    kernel_get()->find_lit(tile);
    return model_encode_tile(m->model, m->parameters, &worker->workspace, tile);
}

static const float *encode_damaged(const Measurement *m, int first, Tile *tile, Worker *worker)
{
    const Spec *spec = &m->model->spec;
    for (size_t row = 0; row < tile->count; row++) {
        const uint64_t key = pixels_test_key(spec, first + (int)row);
        if (worker->noisy)
            pixels_read(spec, key, tile->rows[row], 0, DIGIT_PIXELS, worker->noisy + row * DIGIT_PIXELS);
        else
            pixels_damage(spec, key, tile->rows[row], 0, DIGIT_PIXELS, worker->damaged[row]);
    }
    if (worker->noisy)
        return model_encode(m->model, m->parameters, &worker->workspace, worker->noisy, (int)tile->count);
    for (size_t row = 0; row < tile->count; row++)
        tile->rows[row] = worker->damaged[row];
    return encode_bytes(m, tile, worker);
}

static double sum_sizes(const float *values, size_t count)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += fabs((double)values[i]);
    return sum;
}

static void measure_tile(void *context, int task, int first, int count, int worker_index)
{
    const Measurement *m = context;
    const size_t unit = (size_t)task * (size_t)m->code_units;
    Shard *shard = &m->shards[task];
    Worker *worker = &m->workers[worker_index];
    Page page;
    open_page(m, first, count, worker, &page);
    const float *code = encode_bytes(m, &page.tile, worker);
    code_take(m->model, &worker->workspace, count, worker->codes);
    unit_spread_add(m->units + unit, m->code_units, worker->codes, (size_t)m->code_units, count);
    code_add_kl(m->model, &worker->workspace, count, m->kl + unit);
    if (m->model->spec.l1 > 0.0f)
        shard->code_size += sum_sizes(worker->codes, (size_t)count * (size_t)m->code_units);
    measure_outputs(m, &page, code, worker, shard);
    if (!pixels_are_damaged(&m->model->spec))
        return;
    worker->unwanted->sums = (PixelSums){0};
    measure_outputs(m, &page, encode_damaged(m, first, &page.tile, worker), worker, worker->unwanted);
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        shard->noisy_loss[loss] += worker->unwanted->sums.loss[loss];
}

static bool prepare_worker(Worker *worker, const Model *model)
{
    const Spec *spec = &model->spec;
    const bool is_damaged = pixels_are_damaged(spec), stays_bytes = pixels_stay_bytes(spec);
    worker->strip = floats_create((size_t)TILE_ROWS * STRIP_COLUMNS);
    worker->codes = floats_create((size_t)TILE_ROWS * (size_t)code_units(model));
    worker->noisy = stays_bytes ? NULL : floats_create((size_t)TILE_ROWS * DIGIT_PIXELS);
    worker->damaged = is_damaged && stays_bytes ? malloc(TILE_ROWS * sizeof *worker->damaged) : NULL;
    worker->targets = pixels_have_binary_figures(spec) ? malloc(TILE_ROWS * sizeof *worker->targets) : NULL;
    worker->unwanted = is_damaged ? calloc(1, sizeof *worker->unwanted) : NULL;
    return worker->strip && worker->codes && (stays_bytes || worker->noisy) &&
           (!is_damaged || !stays_bytes || worker->damaged) && (!pixels_have_binary_figures(spec) || worker->targets) &&
           (!is_damaged || worker->unwanted) && workspace_init(&worker->workspace, model, TILE_ROWS, NULL);
}

static void free_worker(Worker *worker)
{
    workspace_free(&worker->workspace);
    floats_free(worker->strip);
    floats_free(worker->codes);
    floats_free(worker->noisy);
    free(worker->damaged);
    free(worker->targets);
    free(worker->unwanted);
}

static void finish_metrics(void *context) { metrics_find_figures(context); }

static void free_measurement(void *context)
{
    Measurement *m = context;
    for (int i = 0; m->workers && i < m->worker_count; i++)
        free_worker(&m->workers[i]);
    free(m->workers);
    free(m->units);
    free(m->kl);
    free(m->shards);
    free(m);
}

static bool prepare_measurement(Measurement *m)
{
    const size_t shards = (size_t)m->shard_count, units = (size_t)m->code_units;
    m->shards = calloc(shards, sizeof *m->shards);
    m->units = calloc(shards * units, sizeof *m->units);
    m->kl = calloc(shards * units, sizeof *m->kl);
    m->workers = calloc((size_t)m->worker_count, sizeof *m->workers);
    bool good = m->shards && m->units && m->kl && m->workers;
    for (int i = 0; good && i < m->worker_count; i++)
        good = prepare_worker(&m->workers[i], m->model);
    return good;
}

Sweep *metrics_begin(const Model *model, const float *parameters, const ImageSet *set, const TargetFacts *facts,
                     const Pool *pool, Metrics *out, Error *error)
{
    assert(model->pixels == DIGIT_PIXELS && facts->are_binary == pixels_have_binary_figures(&model->spec));
    Measurement *m = malloc(sizeof *m);
    if (m)
        *m = (Measurement){.model = model,
                           .parameters = parameters,
                           .range = range_of(model, parameters),
                           .linear = activation_find(OUTPUT_ACTIVATION, "linear"),
                           .settings = model_unit_settings(model, parameters),
                           .set = set,
                           .facts = facts,
                           .images = facts->images,
                           .code_units = code_units(model),
                           .shard_count = (facts->images + SHARD_IMAGES - 1) / SHARD_IMAGES,
                           .worker_count = pool_thread_count(pool),
                           .out = out};
    return sweep_create(&(SweepPlan){.what = "measuring a model",
                                     .items = facts->images,
                                     .shard_items = SHARD_IMAGES,
                                     .step_items = model_choose_step(model),
                                     .visit = measure_tile,
                                     .finish = finish_metrics,
                                     .free = free_measurement,
                                     .context = m},
                        m && prepare_measurement(m), error);
}

bool metrics_measure(const Model *model, const float *parameters, const ImageSet *set, const TargetFacts *facts,
                     Pool *pool, Metrics *out, Error *error)
{
    return sweep_run(metrics_begin(model, parameters, set, facts, pool, out, error), pool);
}
