// Units over a set, in shards of a fixed size that are added up in a fixed order.
#include "measuring/code_facts.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "measuring/code_workers.h"
#include "measuring/unit_spread.h"

enum { SHARD_IMAGES = 512 };

// What a shard's images add, besides their spread.
typedef struct UnitRange {
    int zeros;
    float least, most;
} UnitRange;

typedef struct Measurement {
    const Model *model;
    const float *parameters;
    const ImageSet *set;
    int images, units, shard_count, worker_count;
    UnitSpread *spreads; // (shards, units)
    UnitRange *ranges;   // (shards, units)
    double *kl;          // (shards, units): summed over its images
    CodeWorker *workers;
    CodeFacts *out;
} Measurement;

static void measure_tile(void *context, int shard, int first, int count, int worker_index)
{
    const Measurement *m = context;
    const size_t at = (size_t)shard * (size_t)m->units;
    CodeWorker *worker = &m->workers[worker_index];
    UnitRange *ranges = m->ranges + at;
    code_worker_encode(worker, m->model, m->parameters, m->set, first, count);
    code_add_kl(m->model, &worker->workspace, count, m->kl + at);
    unit_spread_add(m->spreads + at, m->units, worker->codes, (size_t)m->units, count);
    for (size_t row = 0; row < (size_t)count; row++)
        for (int unit = 0; unit < m->units; unit++) {
            const float value = worker->codes[row * (size_t)m->units + (size_t)unit];
            ranges[unit].zeros += value == 0.0f;
            ranges[unit].least = fminf(ranges[unit].least, value);
            ranges[unit].most = fmaxf(ranges[unit].most, value);
        }
}

static void add_up(void *context)
{
    const Measurement *m = context;
    const int shard_count = m->shard_count;
    CodeFacts *out = m->out;
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

static void free_measurement(void *context)
{
    Measurement *m = context;
    code_workers_destroy(m->workers, m->worker_count);
    free(m->kl);
    free(m->ranges);
    free(m->spreads);
    free(m);
}

static bool prepare(Measurement *m)
{
    const size_t entries = (size_t)m->shard_count * (size_t)m->units;
    m->spreads = calloc(entries, sizeof *m->spreads);
    m->ranges = calloc(entries, sizeof *m->ranges);
    m->kl = calloc(entries, sizeof *m->kl);
    m->workers = code_workers_create(m->model, m->worker_count);
    for (size_t i = 0; m->ranges && i < entries; i++)
        m->ranges[i] = (UnitRange){.least = INFINITY, .most = -INFINITY};
    return m->spreads && m->ranges && m->kl && m->workers;
}

Sweep *code_facts_begin(const Model *model, const float *parameters, const ImageSet *set, int image_count,
                        const Pool *pool, CodeFacts *out, Error *error)
{
    assert(model->pixels == DIGIT_PIXELS && image_count > 0);
    Measurement *m = malloc(sizeof *m);
    if (m)
        *m = (Measurement){.model = model,
                           .parameters = parameters,
                           .set = set,
                           .images = image_count,
                           .units = code_units(model),
                           .shard_count = (image_count + SHARD_IMAGES - 1) / SHARD_IMAGES,
                           .worker_count = pool_thread_count(pool),
                           .out = out};
    return sweep_create(&(SweepPlan){.what = "the code of a model",
                                     .items = image_count,
                                     .shard_items = SHARD_IMAGES,
                                     .step_items = model_choose_step(model),
                                     .visit = measure_tile,
                                     .finish = add_up,
                                     .free = free_measurement,
                                     .context = m},
                        m && prepare(m), error);
}

bool code_facts_measure(const Model *model, const float *parameters, const ImageSet *set, int image_count, Pool *pool,
                        CodeFacts *out, Error *error)
{
    return sweep_run(code_facts_begin(model, parameters, set, image_count, pool, out, error), pool);
}
