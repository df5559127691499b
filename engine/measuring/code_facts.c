// Units over a set, in shards of a fixed size that are added up in a fixed order.
#include "measuring/code_facts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "alloc.h"
#include "kernels/kernel.h"
#include "measuring/unit_spread.h"
#include "models/model_layers.h"

enum { SHARD_IMAGES = 512 }; // a shard is one task

// What a shard's images add, besides their spread.
typedef struct UnitRange {
    int zeros;
    float least, most;
} UnitRange;

typedef struct Worker {
    Workspace workspace;
    float *codes; // (TILE_ROWS, units)
    uint64_t lit[DIGIT_PIXELS / QUAD];
} Worker;

typedef struct Measurement {
    const Model *model;
    const float *parameters;
    const ImageSet *set;
    int images, units;
    UnitSpread *spreads; // (shards, units)
    UnitRange *ranges;   // (shards, units)
    double *kl;          // (shards, units): summed over its images
    Worker *workers;
} Measurement;

static void measure_tile(const Measurement *m, int first, int count, Worker *worker, UnitSpread *spreads,
                         UnitRange *ranges, double *kl)
{
    Tile tile = {.count = (size_t)count, .pixels = DIGIT_PIXELS, .lit = worker->lit};
    for (int row = 0; row < count; row++)
        tile.rows[row] = m->set->pixels + (size_t)(first + row) * DIGIT_PIXELS;
    kernel_get()->find_lit(&tile);
    (void)model_encode_tile(m->model, m->parameters, &worker->workspace, &tile);
    code_take(m->model, &worker->workspace, count, worker->codes);
    code_add_kl(m->model, &worker->workspace, count, kl);
    unit_spread_add(spreads, m->units, worker->codes, (size_t)m->units, count);
    for (size_t row = 0; row < (size_t)count; row++)
        for (int unit = 0; unit < m->units; unit++) {
            const float value = worker->codes[row * (size_t)m->units + (size_t)unit];
            ranges[unit].zeros += value == 0.0f;
            ranges[unit].least = fminf(ranges[unit].least, value);
            ranges[unit].most = fmaxf(ranges[unit].most, value);
        }
}

static void measure_shard(void *context, int task_index, int worker_index)
{
    const Measurement *m = context;
    const int first = task_index * SHARD_IMAGES;
    const int end = first + SHARD_IMAGES < m->images ? first + SHARD_IMAGES : m->images;
    const size_t at = (size_t)task_index * (size_t)m->units;
    for (int unit = 0; unit < m->units; unit++)
        m->ranges[at + (size_t)unit] = (UnitRange){.least = INFINITY, .most = -INFINITY};
    for (int image = first; image < end; image += TILE_ROWS)
        measure_tile(m, image, end - image < TILE_ROWS ? end - image : TILE_ROWS, &m->workers[worker_index],
                     m->spreads + at, m->ranges + at, m->kl + at);
}

static void add_up(const Measurement *m, int shard_count, CodeFacts *out)
{
    *out = (CodeFacts){.images = m->images, .units = m->units};
    for (int shard = 1; shard < shard_count; shard++)
        unit_spread_merge(m->spreads, m->spreads + (size_t)shard * (size_t)m->units, m->units);
    for (int unit = 0; unit < m->units; unit++) {
        UnitRange all = m->ranges[unit];
        for (int shard = 1; shard < shard_count; shard++) {
            const UnitRange *part = &m->ranges[(size_t)shard * (size_t)m->units + (size_t)unit];
            all.zeros += part->zeros;
            all.least = fminf(all.least, part->least);
            all.most = fmaxf(all.most, part->most);
        }
        double kl = 0.0;
        for (int shard = 0; shard < shard_count; shard++)
            kl += m->kl[(size_t)shard * (size_t)m->units + (size_t)unit];
        out->kl[unit] = (float)(kl / m->images);
        out->mean[unit] = (float)m->spreads[unit].mean;
        out->mean_all += m->spreads[unit].mean / m->units;
        out->zero_share[unit] = (float)((double)all.zeros / m->images);
        out->least[unit] = all.least;
        out->most[unit] = all.most;
        out->is_dead[unit] = unit_spread_count_dead(&m->spreads[unit], 1) == 1;
        out->dead_count += out->is_dead[unit];
    }
}

bool code_facts_measure(const Model *model, const float *parameters, const ImageSet *set, int image_count, Pool *pool,
                        CodeFacts *out, Error *error)
{
    assert(model->pixels == DIGIT_PIXELS && image_count > 0);
    const int worker_count = pool_thread_count(pool), units = code_units(model);
    const int shard_count = (image_count + SHARD_IMAGES - 1) / SHARD_IMAGES;
    const size_t entries = (size_t)shard_count * (size_t)units;
    Measurement m = {.model = model,
                     .parameters = parameters,
                     .set = set,
                     .images = image_count,
                     .units = units,
                     .spreads = calloc(entries, sizeof *m.spreads),
                     .ranges = calloc(entries, sizeof *m.ranges),
                     .kl = calloc(entries, sizeof *m.kl),
                     .workers = calloc((size_t)worker_count, sizeof *m.workers)};
    bool good = m.spreads && m.ranges && m.kl && m.workers;
    for (int i = 0; good && i < worker_count; i++) {
        m.workers[i].codes = floats_create((size_t)TILE_ROWS * (size_t)units);
        good = m.workers[i].codes && workspace_init(&m.workers[i].workspace, model, TILE_ROWS, NULL);
    }
    if (good) {
        pool_run(pool, shard_count, measure_shard, &m);
        add_up(&m, shard_count, out);
    } else {
        error_set(error, "out of memory: the code of a model over %d images", image_count);
    }
    for (int i = 0; m.workers && i < worker_count; i++) {
        workspace_free(&m.workers[i].workspace);
        floats_free(m.workers[i].codes);
    }
    free(m.workers);
    free(m.kl);
    free(m.ranges);
    free(m.spreads);
    return good;
}
