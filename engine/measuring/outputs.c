#include "measuring/outputs.h"

#include <assert.h>
#include <stdlib.h>

#include "alloc.h"
#include "kernels/kernel.h"
#include "models/pixels.h"

enum { PAGE_IMAGES = TILE_ROWS }; // a page is one task

typedef struct Worker {
    Workspace workspace;
    float *inputs, *targets, *z, *p; // (PAGE_IMAGES, DIGIT_PIXELS)
} Worker;

typedef struct Visiting {
    const Model *model;
    const float *parameters;
    const ImageSet *set;
    int images;
    Worker *workers;
    OutputsVisit *visit;
    void *context;
} Visiting;

static void visit_page(void *context, int task_index, int worker_index)
{
    const Visiting *v = context;
    Worker *worker = &v->workers[worker_index];
    const int first = task_index * PAGE_IMAGES, rest = v->images - first,
              rows = rest < PAGE_IMAGES ? rest : PAGE_IMAGES;
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

bool outputs_visit(const Model *model, const float *parameters, const ImageSet *set, int image_count, Pool *pool,
                   OutputsVisit *visit, void *context, Error *error)
{
    assert(model->pixels == DIGIT_PIXELS && image_count > 0 && image_count <= set->count);
    const int worker_count = pool_thread_count(pool);
    Visiting v = {.model = model,
                  .parameters = parameters,
                  .set = set,
                  .images = image_count,
                  .workers = calloc((size_t)worker_count, sizeof *v.workers),
                  .visit = visit,
                  .context = context};
    bool good = v.workers != NULL;
    for (int i = 0; good && i < worker_count; i++)
        good = init_worker(&v.workers[i], model);
    if (good)
        pool_run(pool, (image_count + PAGE_IMAGES - 1) / PAGE_IMAGES, visit_page, &v);
    for (int i = 0; v.workers && i < worker_count; i++) {
        workspace_free(&v.workers[i].workspace);
        floats_free(v.workers[i].inputs);
    }
    free(v.workers);
    return good || error_set(error, "out of memory: a model's outputs for %d images", image_count);
}
