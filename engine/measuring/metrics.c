// Metrics over a set, in shards of a fixed size that are added up in a fixed order.
#include "measuring/metrics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "kernels/kernel.h"
#include "kernels/measure.h"
#include "measuring/unit_spread.h"
#include "models/code.h"
#include "models/model_layers.h"
#include "models/pixels.h"
#include "models/range.h"

enum { SHARD_IMAGES = 256 }; // a shard is one task
static_assert((int)DIGIT_PIXELS % (int)STRIP_COLUMNS == 0, "an image is a whole number of strips");

typedef struct Shard {
    PixelSums sums;
    double noisy_loss[LOSS_COUNT], loss_in_range;
    double code_size; // the sum of all numbers of its images' codes, without their signs
    uint32_t histograms[MEASURE_HISTOGRAMS][HISTOGRAM_BINS + 1];
    float outputs[DIGIT_PIXELS];
    uint32_t zeros[DIGIT_PIXELS];
} Shard;

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

typedef struct Measurement {
    const Model *model;
    const float *parameters;
    PixelRange range;
    int linear; // the output that leaves its logit as it is
    LossSettings settings;
    const ImageSet *set;
    int images, code_units;
    Shard *shards;
    UnitSpread *units; // (shards, code_units)
    double *kl;        // (shards, code_units): summed over its images
    Worker *workers;
} Measurement;

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

// The model's own loss of a strip of logits, in its range.
static double lose_in_range(const Measurement *m, const Page *page, const Worker *worker, size_t column)
{
    float z[TILE_ROWS * STRIP_COLUMNS], bias_slope[STRIP_COLUMNS];
    const Spec *spec = &m->model->spec;
    memcpy(z, worker->strip, sizeof z);
    return kernel_get()->train[spec->loss][spec->output](&(OutputPass){
        .z = z,
        .stride = STRIP_COLUMNS,
        .targets = page->targets,
        .scale = m->range.scale,
        .offset = m->range.offset,
        .upcoming = page->targets,
        .column = column,
        .rows = page->tile.count,
        .columns = STRIP_COLUMNS,
        .bias_slope = bias_slope,
        .settings = model_loss_settings(m->model, m->parameters),
    });
}

// Logits become outputs of 0 to 1, which measure_strip takes for those of a linear output.
static void map_strip(const Measurement *m, const Page *page, Worker *worker)
{
    float slopes[STRIP_COLUMNS];
    const Activation *output = activation_get(OUTPUT_ACTIVATION, m->model->spec.output);
    for (size_t row = 0; row < page->tile.count; row++) {
        float *values = worker->strip + row * STRIP_COLUMNS;
        output->apply(values, values, slopes, STRIP_COLUMNS);
        range_map_all_back(m->range, values, STRIP_COLUMNS);
    }
}

static void measure_strip(const Measurement *m, const Page *page, size_t column, Worker *worker, Shard *shard)
{
    const bool is_unit = range_is_unit(m->range);
    if (!is_unit) {
        shard->loss_in_range += lose_in_range(m, page, worker, column);
        map_strip(m, page, worker);
    }
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

static void measure_tile(const Measurement *m, int task, int first, int count, Worker *worker)
{
    const size_t unit = (size_t)task * (size_t)m->code_units;
    Shard *shard = &m->shards[task];
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

static void measure_shard(void *context, int task_index, int worker_index)
{
    const Measurement *m = context;
    const int first = task_index * SHARD_IMAGES;
    const int end = first + SHARD_IMAGES < m->images ? first + SHARD_IMAGES : m->images;
    for (int image = first; image < end; image += TILE_ROWS)
        measure_tile(m, task_index, image, end - image < TILE_ROWS ? end - image : TILE_ROWS,
                     &m->workers[worker_index]);
}

// Everything about a set, from all shards.
typedef struct Totals {
    PixelSums sums;
    double noisy_loss[LOSS_COUNT], loss_in_range;
    int64_t histogram[HISTOGRAM_BINS];
} Totals;

static void add_shard(Totals *totals, const Shard *shard)
{
    PixelSums *sums = &totals->sums;
    const PixelSums *part = &shard->sums;
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        sums->loss[loss] += part->loss[loss];
        totals->noisy_loss[loss] += shard->noisy_loss[loss];
    }
    totals->loss_in_range += shard->loss_in_range;
    sums->output += part->output;
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        sums->bias[group] += part->bias[group];
    sums->far_below_0 += part->far_below_0;
    sums->below_002 += part->below_002;
    sums->above_098 += part->above_098;
    sums->nonfinite += part->nonfinite;
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++)
        for (int i = 0; i < MEASURE_HISTOGRAMS; i++)
            totals->histogram[bin] += shard->histograms[i][bin];
}

static void fill_maps(Metrics *metrics, const TargetFacts *facts, const Shard *shards, int shard_count)
{
    for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++) {
        double output = 0.0;
        int64_t zeros = 0;
        for (int i = 0; i < shard_count; i++) {
            output += (double)shards[i].outputs[pixel];
            zeros += shards[i].zeros[pixel];
        }
        metrics->mean_output_map[pixel] = (float)(output / metrics->images);
        metrics->zero_share_map[pixel] = (float)((double)zeros / metrics->images);
        metrics->dead_outputs += zeros == metrics->images;
        metrics->never_lit += zeros == metrics->images && metrics_has_ink(facts, pixel);
    }
}

// is_noisy: inputs with noise were measured, too.
static Metrics derive_metrics(const Totals *totals, const TargetFacts *facts, bool is_noisy)
{
    const PixelSums *sums = &totals->sums;
    const double n = (double)facts->images * DIGIT_PIXELS;
    Metrics metrics = {
        .images = facts->images,
        .bce_floor = facts->bce_floor,
        .mean_input = facts->mean,
        .mean_output = sums->output / n,
        .below_0 = (double)totals->histogram[0] / n,
        .above_1 = (double)totals->histogram[HISTOGRAM_BINS - 1] / n,
        .far_below_0 = (double)sums->far_below_0 / n,
        .below_002 = (double)sums->below_002 / n,
        .above_098 = (double)sums->above_098 / n,
        .nonfinite = sums->nonfinite,
    };
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        metrics.mean[loss] = sums->loss[loss] / n;
        metrics.noisy_mean[loss] = (is_noisy ? totals->noisy_loss : sums->loss)[loss] / n;
    }
    metrics.excess_bce = metrics.mean[LOSS_BCE] - metrics.bce_floor;
    metrics.psnr = -10.0 * log10(metrics.mean[LOSS_MSE]);
    metrics.noisy_psnr = -10.0 * log10(metrics.noisy_mean[LOSS_MSE]);
    metrics.bias = metrics.mean_output - metrics.mean_input;
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        metrics.bias_by_target[group] =
            facts->group_counts[group] ? sums->bias[group] / (double)facts->group_counts[group] : NAN;
    memcpy(metrics.histogram_input, facts->histogram, sizeof metrics.histogram_input);
    memcpy(metrics.histogram_output, totals->histogram, sizeof metrics.histogram_output);
    return metrics;
}

static int count_dead_units(const Measurement *m, int shard_count)
{
    for (int i = 1; i < shard_count; i++)
        unit_spread_merge(m->units, m->units + (size_t)i * (size_t)m->code_units, m->code_units);
    return unit_spread_count_dead(m->units, m->code_units);
}

// A divergence that is not finite leaves its unit in use.
static void find_kl(const Measurement *m, int shard_count, Metrics *out)
{
    for (int unit = 0; unit < m->code_units && code_is_drawn(m->model); unit++) {
        double kl = 0.0;
        for (int shard = 0; shard < shard_count; shard++)
            kl += m->kl[(size_t)shard * (size_t)m->code_units + (size_t)unit];
        kl /= m->images;
        out->kl += kl;
        out->idle_code_units += kl < IDLE_KL;
    }
}

static double find_price(const Measurement *m, int shard_count)
{
    double size = 0.0;
    for (int shard = 0; shard < shard_count; shard++)
        size += m->shards[shard].code_size;
    return (double)m->model->spec.l1 * size / m->images;
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

// Of a model without a spread of its own, gauss with the best one: it follows from the MSE.
static void find_gauss(Metrics *metrics, const Model *model, LossSettings settings)
{
    const bool has_own = model->log_sigma_offset > 0;
    const double log_sigma = has_own ? (double)settings.log_sigma : loss_best_log_sigma(metrics->mean[LOSS_MSE]);
    metrics->sigma = exp(log_sigma);
    if (has_own)
        return;
    metrics->mean[LOSS_GAUSS] = loss_gauss(metrics->mean[LOSS_MSE], log_sigma);
    metrics->noisy_mean[LOSS_GAUSS] = loss_gauss(metrics->noisy_mean[LOSS_MSE], log_sigma);
}

LossSettings metrics_loss_settings(const Model *model, const float *parameters, const Metrics *test)
{
    const LossSettings settings = model_unit_settings(model, parameters);
    const bool is_known =
        model->log_sigma_offset == 0 && test->images > 0 && test->sigma > 0.0 && isfinite(test->sigma);
    return is_known ? loss_set_sigma(settings, log(test->sigma)) : settings;
}

bool metrics_measure(const Model *model, const float *parameters, const ImageSet *set, const TargetFacts *facts,
                     Pool *pool, Metrics *out, Error *error)
{
    assert(model->pixels == DIGIT_PIXELS && facts->are_binary == pixels_have_binary_figures(&model->spec));
    const int images = facts->images, worker_count = pool_thread_count(pool);
    const int units = code_units(model);
    const int shard_count = (images + SHARD_IMAGES - 1) / SHARD_IMAGES;
    Measurement m = {
        .model = model,
        .parameters = parameters,
        .range = range_of(model, parameters),
        .linear = activation_find(OUTPUT_ACTIVATION, "linear"),
        .settings = model_unit_settings(model, parameters),
        .set = set,
        .images = images,
        .code_units = units,
        .shards = calloc((size_t)shard_count, sizeof *m.shards),
        .units = calloc((size_t)shard_count * (size_t)units, sizeof *m.units),
        .kl = calloc((size_t)shard_count * (size_t)units, sizeof *m.kl),
        .workers = calloc((size_t)worker_count, sizeof *m.workers),
    };
    bool good = m.shards && m.units && m.kl && m.workers;
    for (int i = 0; good && i < worker_count; i++)
        good = prepare_worker(&m.workers[i], model);
    if (good) {
        pool_run(pool, shard_count, measure_shard, &m);
        Totals totals = {0};
        for (int i = 0; i < shard_count; i++)
            add_shard(&totals, &m.shards[i]);
        *out = derive_metrics(&totals, facts, pixels_are_damaged(&model->spec));
        out->loss_in_range = range_is_unit(m.range) ? out->mean[model->spec.loss]
                                                    : totals.loss_in_range / ((double)images * DIGIT_PIXELS);
        find_gauss(out, model, m.settings);
        fill_maps(out, facts, m.shards, shard_count);
        out->code_units = units;
        find_kl(&m, shard_count, out);
        out->price = find_price(&m, shard_count);
        out->dead_code_units = count_dead_units(&m, shard_count);
    } else {
        error_set(error, "out of memory: measuring a model over %d images", images);
    }
    for (int i = 0; m.workers && i < worker_count; i++)
        free_worker(&m.workers[i]);
    free(m.workers);
    free(m.units);
    free(m.kl);
    free(m.shards);
    return good;
}

// ---- two models ---------------------------------------------------------------------------------------------------

// A worker's scratch for one of the two.
typedef struct PairSide {
    const Model *model;
    const float *parameters;
    Workspace workspace;
    float *outputs, *slopes; // (TILE_ROWS, STRIP_COLUMNS)
} PairSide;

typedef struct PairWorker {
    PairSide sides[2];
    uint64_t lit[DIGIT_PIXELS / QUAD];
} PairWorker;

typedef struct Comparison {
    const ImageSet *set;
    int images;
    double *sums; // of each task
    PairWorker *workers;
} Comparison;

static void output_strip(PairSide *side, const float *code, int rows, size_t column)
{
    const Model *model = side->model;
    model_output_strip(model, side->parameters, &side->workspace, code, rows, column, STRIP_COLUMNS, side->outputs);
    activation_get(OUTPUT_ACTIVATION, model->spec.output)
        ->apply(side->outputs, side->outputs, side->slopes, (size_t)rows * STRIP_COLUMNS);
    range_map_all_back(range_of(model, side->parameters), side->outputs, (size_t)rows * STRIP_COLUMNS);
}

static double compare_tile(const Comparison *c, int first, int count, PairWorker *worker)
{
    Tile tile = {.count = (size_t)count, .pixels = DIGIT_PIXELS, .lit = worker->lit};
    for (int row = 0; row < count; row++)
        tile.rows[row] = c->set->pixels + (size_t)(first + row) * DIGIT_PIXELS;
    kernel_get()->find_lit(&tile);
    const float *codes[2];
    for (int i = 0; i < 2; i++)
        codes[i] =
            model_encode_tile(worker->sides[i].model, worker->sides[i].parameters, &worker->sides[i].workspace, &tile);
    double sum = 0.0;
    for (size_t column = 0; column < DIGIT_PIXELS; column += STRIP_COLUMNS) {
        for (int i = 0; i < 2; i++)
            output_strip(&worker->sides[i], codes[i], count, column);
        for (size_t row = 0; row < (size_t)count; row++) {
            float part = 0.0f; // of 112 pixels, which keeps its rounding small
            for (size_t i = row * STRIP_COLUMNS; i < (row + 1) * STRIP_COLUMNS; i++)
                part += fabsf(worker->sides[0].outputs[i] - worker->sides[1].outputs[i]);
            sum += (double)part;
        }
    }
    return sum;
}

static void compare_shard(void *context, int task_index, int worker_index)
{
    const Comparison *c = context;
    const int first = task_index * SHARD_IMAGES;
    const int end = first + SHARD_IMAGES < c->images ? first + SHARD_IMAGES : c->images;
    for (int image = first; image < end; image += TILE_ROWS)
        c->sums[task_index] +=
            compare_tile(c, image, end - image < TILE_ROWS ? end - image : TILE_ROWS, &c->workers[worker_index]);
}

static bool prepare_side(PairSide *side, const Model *model, const float *parameters)
{
    side->model = model;
    side->parameters = parameters;
    side->outputs = floats_create((size_t)TILE_ROWS * STRIP_COLUMNS);
    side->slopes = floats_create((size_t)TILE_ROWS * STRIP_COLUMNS);
    return side->outputs && side->slopes && workspace_init(&side->workspace, model, TILE_ROWS, NULL);
}

static void free_side(PairSide *side)
{
    workspace_free(&side->workspace);
    floats_free(side->outputs);
    floats_free(side->slopes);
}

bool metrics_compare(const Model *a, const float *parameters_a, const Model *b, const float *parameters_b,
                     const ImageSet *set, int image_count, Pool *pool, PairMetrics *out, Error *error)
{
    const int worker_count = pool_thread_count(pool), shard_count = (image_count + SHARD_IMAGES - 1) / SHARD_IMAGES;
    Comparison c = {.set = set,
                    .images = image_count,
                    .sums = calloc((size_t)shard_count, sizeof *c.sums),
                    .workers = calloc((size_t)worker_count, sizeof *c.workers)};
    bool good = c.sums && c.workers;
    for (int i = 0; good && i < worker_count; i++)
        good = prepare_side(&c.workers[i].sides[0], a, parameters_a) &&
               prepare_side(&c.workers[i].sides[1], b, parameters_b);
    if (good) {
        pool_run(pool, shard_count, compare_shard, &c);
        double sum = 0.0;
        for (int i = 0; i < shard_count; i++)
            sum += c.sums[i];
        *out = (PairMetrics){image_count, sum / ((double)image_count * DIGIT_PIXELS)};
    } else {
        error_set(error, "out of memory: comparing two models over %d images", image_count);
    }
    for (int i = 0; c.workers && i < worker_count; i++) {
        free_side(&c.workers[i].sides[0]);
        free_side(&c.workers[i].sides[1]);
    }
    free(c.workers);
    free(c.sums);
    return good;
}

static int find_group(int byte)
{
    return byte == 0 ? TARGET_ZERO : byte == 255 ? TARGET_ONE : byte < 128 ? TARGET_DARK : TARGET_BRIGHT;
}

int metrics_find_bin(float value)
{
    if (!(value >= 0.0f))
        return 0;
    if (value > 1.0f)
        return HISTOGRAM_BINS - 1;
    return 1 + (value < 1.0f ? (int)(value * HISTOGRAM_INNER) : HISTOGRAM_INNER - 1);
}

enum { COUNTED_PIXELS = 56 }; // at a time: their counts stay in the cache
static_assert(DIGIT_PIXELS % COUNTED_PIXELS == 0, "an image is a whole number of them");

// How often each of some pixels has each byte.
typedef int Counts[COUNTED_PIXELS][256];

// The counts of pixels that are 0 or 1, from those of grey ones.
static void make_binary(int counts[256])
{
    for (int byte = 1; byte < 255; byte++) {
        uint8_t target, grey = (uint8_t)byte;
        pixels_make_binary(&grey, 1, &target);
        counts[target] += counts[byte];
        counts[byte] = 0;
    }
}

static void count_bytes(const ImageSet *set, int image_count, size_t first_pixel, Counts counts)
{
    memset(counts, 0, sizeof(Counts));
    for (int image = 0; image < image_count; image++) {
        const uint8_t *pixels = set->pixels + (size_t)image * DIGIT_PIXELS + first_pixel;
        for (int i = 0; i < COUNTED_PIXELS; i++)
            counts[i][pixels[i]]++;
    }
}

// Adds a pixel's part of each loss of the predictor that always answers with that pixel's mean.
static void lose_mean(const int counts[256], float mean, int image_count, double mean_image[LOSS_COUNT])
{
    const Spec usual = spec_default();
    const LossSettings settings = spec_loss_settings(&usual);
    float outputs[256], targets[256], values[256], slopes[256];
    for (int byte = 0; byte < 256; byte++) {
        outputs[byte] = mean;
        targets[byte] = (float)byte / 255.0f;
    }
    for (int loss = 0; loss < LOSS_COUNT; loss++) {
        double sum = 0.0;
        loss_get(loss)->apply(outputs, targets, settings, values, slopes, 256);
        for (int byte = 0; byte < 256; byte++)
            sum += counts[byte] ? (double)counts[byte] * (double)values[byte] : 0.0;
        mean_image[loss] += sum / image_count / DIGIT_PIXELS;
    }
}

// Fills what the pixels' counts say, and adds them to those of all pixels.
static void find_pixel_facts(const ImageSet *set, int image_count, TargetFacts *facts, int64_t bytes[256])
{
    Counts counts;
    for (size_t first = 0; first < DIGIT_PIXELS; first += COUNTED_PIXELS) {
        count_bytes(set, image_count, first, counts);
        for (int i = 0; i < COUNTED_PIXELS; i++) {
            int64_t sum = 0;
            if (facts->are_binary)
                make_binary(counts[i]);
            for (int byte = 0; byte < 256; byte++) {
                bytes[byte] += counts[i][byte];
                sum += (int64_t)byte * counts[i][byte];
            }
            const float mean = (float)((double)sum / 255.0 / image_count);
            facts->mean_map[first + (size_t)i] = mean;
            lose_mean(counts[i], mean, image_count, facts->mean_image);
        }
    }
}

static TargetFacts find_facts(const ImageSet *set, int image_count, bool are_binary)
{
    TargetFacts facts = {.images = image_count, .are_binary = are_binary};
    const int64_t n = (int64_t)image_count * DIGIT_PIXELS;
    int64_t bytes[256] = {0}, below_002 = 0, above_098 = 0;
    find_pixel_facts(set, image_count, &facts, bytes);
    for (int byte = 0; byte < 256; byte++) {
        const double t = byte / 255.0, share = (double)bytes[byte] / (double)n;
        facts.mean += share * t;
        facts.bce_floor += share * loss_bce_floor(t);
        facts.group_counts[find_group(byte)] += bytes[byte];
        facts.histogram[metrics_find_bin((float)byte / 255.0f)] += bytes[byte];
        below_002 += t < 0.02 ? bytes[byte] : 0;
        above_098 += t > 0.98 ? bytes[byte] : 0;
    }
    facts.mean_image[LOSS_GAUSS] =
        loss_gauss(facts.mean_image[LOSS_MSE], loss_best_log_sigma(facts.mean_image[LOSS_MSE]));
    const int64_t ink = n - bytes[0];
    facts.below_002 = (double)below_002 / (double)n;
    facts.above_098 = (double)above_098 / (double)n;
    facts.ink = (double)ink / (double)n;
    facts.full_ink = ink > 0 ? (double)bytes[255] / (double)ink : 0.0;
    return facts;
}

TargetFacts metrics_target_facts(const ImageSet *set, int image_count) { return find_facts(set, image_count, false); }
TargetFacts metrics_binary_facts(const ImageSet *set, int image_count) { return find_facts(set, image_count, true); }

TargetFacts metrics_model_facts(const Spec *spec, const ImageSet *set, int image_count)
{
    return find_facts(set, image_count, pixels_have_binary_figures(spec));
}
