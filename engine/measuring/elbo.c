// The bound over a set, in shards of a fixed size that are added up in a fixed order.
#include "measuring/elbo.h"

#include <assert.h>
#include <stdlib.h>

#include "alloc.h"
#include "kernels/kernel.h"
#include "models/code.h"
#include "models/model_layers.h"
#include "models/pixels.h"

typedef struct Worker {
    Workspace workspace;
    float *x, *z, *p, *values; // (TILE_ROWS, DIGIT_PIXELS)
} Worker;

typedef struct Measurement {
    const Model *model;
    const float *parameters;
    const ImageSet *set;
    int images, shard_count, worker_count;
    Worker *workers;
    Elbo *shards; // of TILE_ROWS images each, summed
    Elbo *out;
} Measurement;

static void measure_tile(void *context, int index, int first, int rows, int worker_index)
{
    const Measurement *m = context;
    Worker *w = &m->workers[worker_index];
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
    m->shards[index].kl += code_sum_kl(m->model, &w->workspace, rows);
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

static void add_up(void *context)
{
    const Measurement *m = context;
    *m->out = (Elbo){0};
    for (int i = 0; i < m->shard_count; i++) {
        m->out->reconstruction += m->shards[i].reconstruction / m->images;
        m->out->kl += m->shards[i].kl / m->images;
    }
}

static void free_measurement(void *context)
{
    Measurement *m = context;
    for (int i = 0; m->workers && i < m->worker_count; i++) {
        workspace_free(&m->workers[i].workspace);
        floats_free(m->workers[i].x);
    }
    free(m->workers);
    free(m->shards);
    free(m);
}

static bool prepare(Measurement *m)
{
    m->workers = calloc((size_t)m->worker_count, sizeof *m->workers);
    m->shards = calloc((size_t)m->shard_count, sizeof *m->shards);
    bool good = m->workers && m->shards;
    for (int i = 0; good && i < m->worker_count; i++)
        good = init_worker(&m->workers[i], m->model);
    return good;
}

Sweep *elbo_begin(const Model *model, const float *parameters, const ImageSet *set, int image_count, const Pool *pool,
                  Elbo *out, Error *error)
{
    assert(code_is_drawn(model) && image_count > 0);
    Measurement *m = malloc(sizeof *m);
    if (m)
        *m = (Measurement){.model = model,
                           .parameters = parameters,
                           .set = set,
                           .images = image_count,
                           .shard_count = (image_count + TILE_ROWS - 1) / TILE_ROWS,
                           .worker_count = pool_thread_count(pool),
                           .out = out};
    return sweep_create(&(SweepPlan){.what = "measuring a model that samples",
                                     .items = image_count,
                                     .shard_items = TILE_ROWS,
                                     .step_items = model_choose_step(model),
                                     .visit = measure_tile,
                                     .finish = add_up,
                                     .free = free_measurement,
                                     .context = m},
                        m && prepare(m), error);
}
