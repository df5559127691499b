// Metrics over a set, in shards of a fixed size that are added up in a fixed order.
#include "metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "floats.h"
#include "kernel.h"

enum { SHARD_IMAGES = 256, CHUNK_IMAGES = 32 }; // a shard is one task; a chunk passes through the caches together

typedef struct Shard {
    PixelSums sums;
    uint8_t *alive; // (pixels)
} Shard;

typedef struct Measurement {
    const Model *model;
    const float *parameters;
    const ImageSet *set;
    int images;
    Shard *shards;
    Workspace *workspaces; // one a worker
    float *scratch;        // (worker, 3 * chunk * pixels)
} Measurement;

static void measure_chunk(const Measurement *m, const uint8_t *bytes, int rows, Workspace *workspace, float *scratch,
                          Shard *shard)
{
    const size_t pixels = (size_t)m->model->pixels, n = (size_t)rows * pixels;
    float *t = scratch, *z = t + CHUNK_IMAGES * pixels, *p = z + CHUNK_IMAGES * pixels;
    kernel_get()->bytes_to_floats(bytes, t, n);
    model_forward(m->model, m->parameters, workspace, t, rows, z, p);
    model_loss_values(m->model, LOSS_BCE, z, p, t, z, n); // the logits are no longer needed
    for (size_t row = 0; row < (size_t)rows; row++)
        kernel_get()->measure(p + row * pixels, t + row * pixels, z + row * pixels, pixels, &shard->sums, shard->alive);
}

static void measure_shard(void *context, int task_index, int worker_index)
{
    const Measurement *m = context;
    const size_t pixels = (size_t)m->model->pixels;
    const int first = task_index * SHARD_IMAGES;
    const int end = first + SHARD_IMAGES < m->images ? first + SHARD_IMAGES : m->images;
    float *scratch = m->scratch + (size_t)worker_index * 3 * CHUNK_IMAGES * pixels;
    for (int image = first; image < end; image += CHUNK_IMAGES) {
        const int rows = end - image < CHUNK_IMAGES ? end - image : CHUNK_IMAGES;
        measure_chunk(m, m->set->pixels + (size_t)image * pixels, rows, &m->workspaces[worker_index], scratch,
                      &m->shards[task_index]);
    }
}

static void add_sums(PixelSums *total, const PixelSums *part)
{
    total->bce += part->bce;
    total->mse += part->mse;
    total->mae += part->mae;
    total->output += part->output;
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        total->bias[group] += part->bias[group];
    total->below_0 += part->below_0;
    total->above_1 += part->above_1;
    total->below_002 += part->below_002;
    total->above_098 += part->above_098;
    total->nonfinite += part->nonfinite;
    for (int bin = 0; bin < HISTOGRAM_BINS; bin++)
        total->histogram[bin] += part->histogram[bin];
}

static Metrics derive_metrics(const PixelSums *sums, const TargetFacts *facts, int images, int dead, size_t pixels)
{
    const double n = (double)images * (double)pixels;
    Metrics metrics = {
        .images = images,
        .bce = sums->bce / n,
        .bce_floor = facts->bce_floor,
        .mse = sums->mse / n,
        .mae = sums->mae / n,
        .mean_input = facts->mean,
        .mean_output = sums->output / n,
        .below_0 = (double)sums->below_0 / n,
        .above_1 = (double)sums->above_1 / n,
        .below_002 = (double)sums->below_002 / n,
        .above_098 = (double)sums->above_098 / n,
        .dead_outputs = dead,
        .nonfinite = sums->nonfinite,
    };
    metrics.excess_bce = metrics.bce - metrics.bce_floor;
    metrics.psnr = -10.0 * log10(metrics.mse);
    metrics.bias = metrics.mean_output - metrics.mean_input;
    for (int group = 0; group < TARGET_GROUP_COUNT; group++)
        metrics.bias_by_target[group] =
            facts->group_counts[group] ? sums->bias[group] / (double)facts->group_counts[group] : NAN;
    memcpy(metrics.histogram_input, facts->histogram, sizeof metrics.histogram_input);
    memcpy(metrics.histogram_output, sums->histogram, sizeof metrics.histogram_output);
    return metrics;
}

static Metrics collect(const Measurement *m, const TargetFacts *facts, int shard_count)
{
    const size_t pixels = (size_t)m->model->pixels;
    PixelSums sums = {0};
    for (int i = 0; i < shard_count; i++)
        add_sums(&sums, &m->shards[i].sums);
    int dead = 0;
    for (size_t pixel = 0; pixel < pixels; pixel++) {
        bool alive = false;
        for (int i = 0; i < shard_count; i++)
            alive |= m->shards[i].alive[pixel] != 0;
        dead += !alive;
    }
    return derive_metrics(&sums, facts, m->images, dead, pixels);
}

bool metrics_measure(const Model *model, const float *parameters, const ImageSet *set, const TargetFacts *facts,
                     Pool *pool, Metrics *out, Error *error)
{
    const int images = facts->images, workers = pool_thread_count(pool);
    const int shard_count = (images + SHARD_IMAGES - 1) / SHARD_IMAGES;
    const size_t pixels = (size_t)model->pixels;
    Measurement m = {
        .model = model,
        .parameters = parameters,
        .set = set,
        .images = images,
        .shards = calloc((size_t)shard_count, sizeof *m.shards),
        .workspaces = calloc((size_t)workers, sizeof *m.workspaces),
        .scratch = floats_create((size_t)workers * 3 * CHUNK_IMAGES * pixels),
    };
    uint8_t *alive = calloc((size_t)shard_count, pixels);
    bool good = m.shards && m.workspaces && m.scratch && alive;
    if (!good)
        error_set(error, "out of memory: measuring a model over %d images", images);
    for (int i = 0; good && i < shard_count; i++)
        m.shards[i].alive = alive + (size_t)i * pixels;
    for (int i = 0; good && i < workers; i++)
        good = workspace_init(&m.workspaces[i], model, CHUNK_IMAGES, error);
    if (good) {
        pool_run(pool, shard_count, measure_shard, &m);
        *out = collect(&m, facts, shard_count);
    }
    for (int i = 0; m.workspaces && i < workers; i++)
        workspace_free(&m.workspaces[i]);
    free(alive);
    floats_free(m.scratch);
    free(m.workspaces);
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
