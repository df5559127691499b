// Metrics over a set, in shards of a fixed size that are added up in a fixed order.
#include "metrics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "kernel.h"

enum { SHARD_IMAGES = 256 }; // a shard is one task
static_assert((int)DIGIT_PIXELS % (int)STRIP_COLUMNS == 0, "an image is a whole number of strips");

typedef struct Shard {
    PixelSums sums;
    uint32_t histograms[MEASURE_HISTOGRAMS][HISTOGRAM_BINS + 1];
    uint8_t alive[DIGIT_PIXELS];
} Shard;

// A worker's scratch.
typedef struct Worker {
    Workspace workspace;
    float *strip; // (TILE_ROWS, STRIP_COLUMNS)
    uint64_t lit[DIGIT_PIXELS / QUAD];
} Worker;

typedef struct Measurement {
    const Model *model;
    const float *parameters;
    const ImageSet *set;
    int images;
    Shard *shards;
    Worker *workers;
} Measurement;

static void measure_tile(const Measurement *m, int first, int count, Worker *worker, Shard *shard)
{
    const Kernel *kernel = kernel_get();
    const Model *model = m->model;
    const Layer *output = &model->layers[model->layer_count - 1];
    Tile tile = {.count = (size_t)count, .pixels = DIGIT_PIXELS, .lit = worker->lit};
    for (int row = 0; row < count; row++)
        tile.rows[row] = m->set->pixels + (size_t)(first + row) * DIGIT_PIXELS;
    kernel->find_lit(&tile);
    const float *code = model_encode_tile(model, m->parameters, &worker->workspace, &tile);
    for (size_t column = 0; column < DIGIT_PIXELS; column += STRIP_COLUMNS) {
        model_forward_layer(output, m->parameters, code, model->layers[model->layer_count - 2].stride, count, column,
                            STRIP_COLUMNS, worker->strip, STRIP_COLUMNS);
        kernel->measure[model->spec.output](&(MeasurePass){
            .z = worker->strip,
            .targets = tile.rows,
            .column = column,
            .rows = tile.count,
            .columns = STRIP_COLUMNS,
            .sums = &shard->sums,
            .histograms = shard->histograms,
            .alive = shard->alive + column,
        });
    }
}

static void measure_shard(void *context, int task_index, int worker_index)
{
    const Measurement *m = context;
    const int first = task_index * SHARD_IMAGES;
    const int end = first + SHARD_IMAGES < m->images ? first + SHARD_IMAGES : m->images;
    for (int image = first; image < end; image += TILE_ROWS)
        measure_tile(m, image, end - image < TILE_ROWS ? end - image : TILE_ROWS, &m->workers[worker_index],
                     &m->shards[task_index]);
}

// Everything about a set, from all shards.
typedef struct Totals {
    PixelSums sums;
    int64_t histogram[HISTOGRAM_BINS];
    int dead;
} Totals;

static void add_shard(Totals *totals, const Shard *shard)
{
    PixelSums *sums = &totals->sums;
    const PixelSums *part = &shard->sums;
    sums->bce += part->bce;
    sums->mse += part->mse;
    sums->mae += part->mae;
    sums->output += part->output;
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        sums->bias[group] += part->bias[group];
    sums->below_002 += part->below_002;
    sums->above_098 += part->above_098;
    sums->nonfinite += part->nonfinite;
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++)
        for (int i = 0; i < MEASURE_HISTOGRAMS; i++)
            totals->histogram[bin] += shard->histograms[i][bin];
}

static int count_dead(const Shard *shards, int shard_count)
{
    int dead = 0;
    for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++) {
        bool alive = false;
        for (int i = 0; i < shard_count; i++)
            alive |= shards[i].alive[pixel] != 0;
        dead += !alive;
    }
    return dead;
}

static Metrics derive_metrics(const Totals *totals, const TargetFacts *facts)
{
    const PixelSums *sums = &totals->sums;
    const double n = (double)facts->images * DIGIT_PIXELS;
    Metrics metrics = {
        .images = facts->images,
        .bce = sums->bce / n,
        .bce_floor = facts->bce_floor,
        .mse = sums->mse / n,
        .mae = sums->mae / n,
        .mean_input = facts->mean,
        .mean_output = sums->output / n,
        .below_0 = (double)totals->histogram[0] / n,
        .above_1 = (double)totals->histogram[HISTOGRAM_BINS - 1] / n,
        .below_002 = (double)sums->below_002 / n,
        .above_098 = (double)sums->above_098 / n,
        .dead_outputs = totals->dead,
        .nonfinite = sums->nonfinite,
    };
    metrics.excess_bce = metrics.bce - metrics.bce_floor;
    metrics.psnr = -10.0 * log10(metrics.mse);
    metrics.bias = metrics.mean_output - metrics.mean_input;
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        metrics.bias_by_target[group] =
            facts->group_counts[group] ? sums->bias[group] / (double)facts->group_counts[group] : NAN;
    memcpy(metrics.histogram_input, facts->histogram, sizeof metrics.histogram_input);
    memcpy(metrics.histogram_output, totals->histogram, sizeof metrics.histogram_output);
    return metrics;
}

bool metrics_measure(const Model *model, const float *parameters, const ImageSet *set, const TargetFacts *facts,
                     Pool *pool, Metrics *out, Error *error)
{
    assert(model->pixels == DIGIT_PIXELS);
    const int images = facts->images, worker_count = pool_thread_count(pool);
    const int shard_count = (images + SHARD_IMAGES - 1) / SHARD_IMAGES;
    Measurement m = {
        .model = model,
        .parameters = parameters,
        .set = set,
        .images = images,
        .shards = calloc((size_t)shard_count, sizeof *m.shards),
        .workers = calloc((size_t)worker_count, sizeof *m.workers),
    };
    bool good = m.shards && m.workers;
    for (int i = 0; good && i < worker_count; i++) {
        m.workers[i].strip = floats_create((size_t)TILE_ROWS * STRIP_COLUMNS);
        good = m.workers[i].strip && workspace_init(&m.workers[i].workspace, model, TILE_ROWS, NULL);
    }
    if (good) {
        pool_run(pool, shard_count, measure_shard, &m);
        Totals totals = {.dead = count_dead(m.shards, shard_count)};
        for (int i = 0; i < shard_count; i++)
            add_shard(&totals, &m.shards[i]);
        *out = derive_metrics(&totals, facts);
    } else {
        error_set(error, "out of memory: measuring a model over %d images", images);
    }
    for (int i = 0; m.workers && i < worker_count; i++) {
        workspace_free(&m.workers[i].workspace);
        floats_free(m.workers[i].strip);
    }
    free(m.workers);
    free(m.shards);
    return good;
}

double metrics_loss(const Metrics *metrics, int loss)
{
    switch (loss) {
    case LOSS_BCE: return metrics->bce;
    case LOSS_MSE: return metrics->mse;
    default: return metrics->mae;
    }
}

static int find_group(int byte)
{
    return byte == 0 ? TARGET_ZERO : byte == 255 ? TARGET_ONE : byte < 128 ? TARGET_DARK : TARGET_BRIGHT;
}

static int find_bin(int byte)
{
    const int bin = (int)((float)byte / 255.0f * HISTOGRAM_INNER);
    return 1 + (bin < HISTOGRAM_INNER ? bin : HISTOGRAM_INNER - 1);
}

TargetFacts metrics_target_facts(const ImageSet *set, int image_count)
{
    TargetFacts facts = {.images = image_count};
    const int64_t n = (int64_t)image_count * DIGIT_PIXELS;
    int64_t bytes[256] = {0}, sums[DIGIT_PIXELS] = {0};
    double mean_square = 0.0;
    for (int image = 0; image < image_count; image++)
        for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++) {
            const uint8_t byte = set->pixels[(size_t)image * DIGIT_PIXELS + (size_t)pixel];
            bytes[byte]++;
            sums[pixel] += byte;
        }
    for (int byte = 0; byte < 256; byte++) {
        const double t = byte / 255.0, share = (double)bytes[byte] / (double)n;
        facts.mean += share * t;
        mean_square += share * t * t;
        facts.bce_floor += share * loss_bce_floor(t);
        facts.group_counts[find_group(byte)] += bytes[byte];
        facts.histogram[find_bin(byte)] += bytes[byte];
    }
    // The BCE of a constant q against targets of mean q is H(q), the MSE their variance.
    facts.mean_image_mse = mean_square;
    for (int pixel = 0; pixel < DIGIT_PIXELS; pixel++) {
        const double q = (double)sums[pixel] / 255.0 / image_count;
        facts.mean_image_bce += loss_bce_floor(q) / DIGIT_PIXELS;
        facts.mean_image_mse -= q * q / DIGIT_PIXELS;
    }
    return facts;
}
