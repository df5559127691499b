#include "measuring/outputs.h"

#include <assert.h>
#include <stdlib.h>

#include "alloc.h"
#include "kernels/kernel.h"
#include "models/model_layers.h"
#include "models/pixels.h"

enum { PAGE_IMAGES = TILE_ROWS };

typedef struct Worker {
    Workspace workspace;
    float *inputs, *targets, *z, *p; // (PAGE_IMAGES, DIGIT_PIXELS)
} Worker;

typedef struct Visiting {
    const Model *model;
    const float *parameters;
    const ImageSet *set;
    int worker_count;
    Worker *workers;
    OutputsVisit *visit;
    void *context;
} Visiting;

static void visit_page(void *context, int shard, int first, int rows, int worker_index)
{
    const Visiting *v = context;
    Worker *worker = &v->workers[worker_index];
    (void)shard;
    const uint8_t *bytes = v->set->pixels + (size_t)first * DIGIT_PIXELS;
    kernel_get()->bytes_to_floats(bytes, worker->inputs, (size_t)rows * DIGIT_PIXELS);
    const bool are_binary = pixels_have_binary_figures(&v->model->spec);
    for (size_t i = 0; are_binary && i < (size_t)rows * DIGIT_PIXELS; i++)
        worker->targets[i] = pixels_make_binary_value(worker->inputs[i]);
    model_forward(v->model, v->parameters, &worker->workspace, worker->inputs, rows, worker->z, worker->p);
    for (size_t row = 0; row < (size_t)rows; row++) {
        const size_t at = row * DIGIT_PIXELS;
        v->visit(v->context, first + (int)row, (are_binary ? worker->targets : worker->inputs) + at, worker->z + at,
                 worker->p + at);
    }
}

static bool init_worker(Worker *worker, const Model *model)
{
    float *const memory = floats_create((size_t)4 * PAGE_IMAGES * DIGIT_PIXELS);
    *worker = (Worker){.inputs = memory};
    if (!memory)
        return false;
    worker->targets = memory + (size_t)PAGE_IMAGES * DIGIT_PIXELS;
    worker->z = worker->targets + (size_t)PAGE_IMAGES * DIGIT_PIXELS;
    worker->p = worker->z + (size_t)PAGE_IMAGES * DIGIT_PIXELS;
    return workspace_init(&worker->workspace, model, PAGE_IMAGES, NULL);
}

static void free_visiting(void *context)
{
    Visiting *v = context;
    for (int i = 0; v->workers && i < v->worker_count; i++) {
        workspace_free(&v->workers[i].workspace);
        floats_free(v->workers[i].inputs);
    }
    free(v->workers);
    free(v);
}

static bool prepare(Visiting *v)
{
    v->workers = calloc((size_t)v->worker_count, sizeof *v->workers);
    bool good = v->workers != NULL;
    for (int i = 0; good && i < v->worker_count; i++)
        good = init_worker(&v->workers[i], v->model);
    return good;
}

Sweep *outputs_begin(const Model *model, const float *parameters, const ImageSet *set, int image_count,
                     const Pool *pool, OutputsVisit *visit, void *context, Error *error)
{
    assert(model->pixels == DIGIT_PIXELS && image_count > 0 && image_count <= set->count);
    Visiting *v = malloc(sizeof *v);
    if (v)
        *v = (Visiting){.model = model,
                        .parameters = parameters,
                        .set = set,
                        .worker_count = pool_thread_count(pool),
                        .visit = visit,
                        .context = context};
    return sweep_create(&(SweepPlan){.what = "a model's outputs for images",
                                     .items = image_count,
                                     .shard_items = PAGE_IMAGES,
                                     .step_items = model_choose_step(model),
                                     .visit = visit_page,
                                     .free = free_visiting,
                                     .context = v},
                        v && prepare(v), error);
}
