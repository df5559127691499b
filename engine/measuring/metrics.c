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

enum { SHARD_IMAGES = 256 };
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
    const TargetFacts *facts;
    int images, code_units, shard_count, worker_count;
    Shard *shards;
    UnitSpread *units; // (shards, code_units)
    double *kl;        // (shards, code_units): summed over its images
    Worker *workers;
    Metrics *out;
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
    float powers[TILE_ROWS * STRIP_COLUMNS], shifts[TILE_ROWS] = {0}, scales[TILE_ROWS], unused[STRIP_COLUMNS];
    const Spec *spec = &m->model->spec;
    const Activation *output = activation_get(OUTPUT_ACTIVATION, spec->output);
    memcpy(z, worker->strip, sizeof z);
    for (size_t row = 0; output->is_of_picture && row < page->tile.count; row++) { // what is left is normalised already
        output->apply(z + row * STRIP_COLUMNS, powers + row * STRIP_COLUMNS, unused, STRIP_COLUMNS);
        scales[row] = 1.0f;
    }
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
        .powers = powers,
        .powers_stride = STRIP_COLUMNS,
        .shifts = shifts,
        .scales = scales,
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

int metrics_find_bin(float value)
{
    if (!(value >= 0.0f))
        return 0;
    if (value > 1.0f)
        return HISTOGRAM_BINS - 1;
    return 1 + (value < 1.0f ? (int)(value * HISTOGRAM_INNER) : HISTOGRAM_INNER - 1);
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

static void finish_metrics(void *context)
{
    const Measurement *m = context;
    const Spec *spec = &m->model->spec;
    Totals totals = {0};
    for (int i = 0; i < m->shard_count; i++)
        add_shard(&totals, &m->shards[i]);
    Metrics *out = m->out;
    *out = derive_metrics(&totals, m->facts, pixels_are_damaged(spec));
    out->loss_in_range =
        range_is_unit(m->range) ? out->mean[spec->loss] : totals.loss_in_range / ((double)m->images * DIGIT_PIXELS);
    find_gauss(out, m->model, m->settings);
    fill_maps(out, m->facts, m->shards, m->shard_count);
    out->code_units = m->code_units;
    find_kl(m, m->shard_count, out);
    out->price = find_price(m, m->shard_count);
    out->dead_code_units = count_dead_units(m, m->shard_count);
}

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
    int images, shard_count, worker_count;
    double *sums; // (shards)
    PairWorker *workers;
    PairMetrics *out;
} Comparison;

static void output_strip(PairSide *side, const float *code, int rows, size_t column)
{
    const Model *model = side->model;
    model_output_strip(model, side->parameters, &side->workspace, code, rows, column, STRIP_COLUMNS, side->outputs);
    activation_get(OUTPUT_ACTIVATION, model->spec.output)
        ->apply(side->outputs, side->outputs, side->slopes, (size_t)rows * STRIP_COLUMNS);
    range_map_all_back(range_of(model, side->parameters), side->outputs, (size_t)rows * STRIP_COLUMNS);
}

static void compare_tile(void *context, int shard, int first, int count, int worker_index)
{
    const Comparison *c = context;
    PairWorker *worker = &c->workers[worker_index];
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
    c->sums[shard] += sum;
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

static void finish_comparison(void *context)
{
    const Comparison *c = context;
    double sum = 0.0;
    for (int i = 0; i < c->shard_count; i++)
        sum += c->sums[i];
    *c->out = (PairMetrics){c->images, sum / ((double)c->images * DIGIT_PIXELS)};
}

static void free_comparison(void *context)
{
    Comparison *c = context;
    for (int i = 0; c->workers && i < c->worker_count; i++) {
        free_side(&c->workers[i].sides[0]);
        free_side(&c->workers[i].sides[1]);
    }
    free(c->workers);
    free(c->sums);
    free(c);
}

static bool prepare_comparison(Comparison *c, const Model *a, const float *parameters_a, const Model *b,
                               const float *parameters_b)
{
    c->sums = calloc((size_t)c->shard_count, sizeof *c->sums);
    c->workers = calloc((size_t)c->worker_count, sizeof *c->workers);
    bool good = c->sums && c->workers;
    for (int i = 0; good && i < c->worker_count; i++)
        good = prepare_side(&c->workers[i].sides[0], a, parameters_a) &&
               prepare_side(&c->workers[i].sides[1], b, parameters_b);
    return good;
}

Sweep *metrics_begin_pair(const Model *a, const float *parameters_a, const Model *b, const float *parameters_b,
                          const ImageSet *set, int image_count, const Pool *pool, PairMetrics *out, Error *error)
{
    const int step_a = model_choose_step(a), step_b = model_choose_step(b);
    Comparison *c = malloc(sizeof *c);
    if (c)
        *c = (Comparison){.set = set,
                          .images = image_count,
                          .shard_count = (image_count + SHARD_IMAGES - 1) / SHARD_IMAGES,
                          .worker_count = pool_thread_count(pool),
                          .out = out};
    return sweep_create(&(SweepPlan){.what = "comparing two models",
                                     .items = image_count,
                                     .shard_items = SHARD_IMAGES,
                                     .step_items = step_a < step_b ? step_a : step_b,
                                     .visit = compare_tile,
                                     .finish = finish_comparison,
                                     .free = free_comparison,
                                     .context = c},
                        c && prepare_comparison(c, a, parameters_a, b, parameters_b), error);
}

bool metrics_compare(const Model *a, const float *parameters_a, const Model *b, const float *parameters_b,
                     const ImageSet *set, int image_count, Pool *pool, PairMetrics *out, Error *error)
{
    return sweep_run(metrics_begin_pair(a, parameters_a, b, parameters_b, set, image_count, pool, out, error), pool);
}
