// The bound over a set, in shards of a fixed size that are added up in a fixed order.
#include "measuring/elbo.h"

#include <assert.h>
#include <stdlib.h>

#include "alloc.h"
#include "kernels/kernel.h"
#include "models/code.h"
#include "models/pixels.h"

typedef struct Worker {
    Workspace workspace;
    float *x, *z, *p, *values; // (TILE_ROWS, DIGIT_PIXELS)
} Worker;

typedef struct Measurement {
    const Model *model;
    const float *parameters;
    const ImageSet *set;
    int images;
    Worker *workers;
    Elbo *shards; // of TILE_ROWS images each, summed
} Measurement;

static void measure_shard(void *context, int index, int worker_index)
{
    const Measurement *m = context;
    Worker *w = &m->workers[worker_index];
    const int first = index * TILE_ROWS, rest = m->images - first, rows = rest < TILE_ROWS ? rest : TILE_ROWS;
    const size_t count = (size_t)rows * DIGIT_PIXELS;
    uint64_t keys[TILE_ROWS];
    for (int row = 0; row < rows; row++)
        keys[row] = pixels_sample_key(&m->model->spec, 0, first + row);
    kernel_get()->bytes_to_floats(m->set->pixels + (size_t)first * DIGIT_PIXELS, w->x, count);
    code_forward_drawn(m->model, m->parameters, &w->workspace, w->x, rows, keys, w->z, w->p);
    model_loss_values(m->model, model_unit_settings(m->model, m->parameters), m->model->spec.loss, w->z, w->p, w->x,
                      w->values, count);
    for (size_t i = 0; i < count; i++)
        m->shards[index].reconstruction += (double)w->values[i];
    m->shards[index].kl = code_sum_kl(m->model, &w->workspace, rows);
}

static bool init_worker(Worker *worker, const Model *model)
{
    float *const memory = floats_create((size_t)4 * TILE_ROWS * DIGIT_PIXELS);
    *worker = (Worker){.x = memory};
    if (!memory)
        return false;
    worker->z = memory + (size_t)TILE_ROWS * DIGIT_PIXELS;
    worker->p = worker->z + (size_t)TILE_ROWS * DIGIT_PIXELS;
    worker->values = worker->p + (size_t)TILE_ROWS * DIGIT_PIXELS;
    return workspace_init(&worker->workspace, model, TILE_ROWS, NULL);
}

bool elbo_measure(const Model *model, const float *parameters, const ImageSet *set, int image_count, Pool *pool,
                  Elbo *out, Error *error)
{
    assert(code_is_drawn(model) && image_count > 0);
    const int shards = (image_count + TILE_ROWS - 1) / TILE_ROWS, workers = pool_thread_count(pool);
    Measurement m = {.model = model,
                     .parameters = parameters,
                     .set = set,
                     .images = image_count,
                     .workers = calloc((size_t)workers, sizeof *m.workers),
                     .shards = calloc((size_t)shards, sizeof *m.shards)};
    bool good = m.workers && m.shards;
    for (int i = 0; good && i < workers; i++)
        good = init_worker(&m.workers[i], model);
    *out = (Elbo){0};
    if (good)
        pool_run(pool, shards, measure_shard, &m);
    else
        error_set(error, "out of memory: measuring a model over %d images", image_count);
    for (int i = 0; good && i < shards; i++) {
        out->reconstruction += m.shards[i].reconstruction / image_count;
        out->kl += m.shards[i].kl / image_count;
    }
    for (int i = 0; m.workers && i < workers; i++) {
        workspace_free(&m.workers[i].workspace);
        floats_free(m.workers[i].x);
    }
    free(m.workers);
    free(m.shards);
    return good;
}
