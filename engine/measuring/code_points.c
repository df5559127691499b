// Points, tile by tile: each task writes to its own images.
#include "measuring/code_points.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "alloc.h"
#include "measuring/code_workers.h"
#include "models/pixels.h"

typedef struct Measurement {
    const Model *model;
    const float *parameters;
    const ImageSet *set;
    int worker_count;
    CodePoints *points; // until they are out's
    CodePoints **out;
    CodeWorker *workers;
} Measurement;

int code_points_count(int units, int images)
{
    const int room = CODE_POINTS_VALUES / units, most = room < CODE_POINTS_LEAST ? CODE_POINTS_LEAST : room;
    const int count = most < CODE_POINTS_IMAGES ? most : CODE_POINTS_IMAGES;
    return count < images ? count : images;
}

// codes (rows, units) -> (units, images) from `first` on.
static void store(const float *codes, int rows, int units, int images, int first, float *out)
{
    for (size_t unit = 0; unit < (size_t)units; unit++)
        for (size_t row = 0; row < (size_t)rows; row++)
            out[unit * (size_t)images + (size_t)first + row] = codes[row * (size_t)units + unit];
}

static void measure_tile(void *context, int shard, int first, int rows, int worker_index)
{
    const Measurement *m = context;
    CodePoints *out = m->points;
    CodeWorker *worker = &m->workers[worker_index];
    (void)shard;
    code_worker_encode(worker, m->model, m->parameters, m->set, first, rows);
    store(worker->codes, rows, out->units, out->images, first, out->means);
    if (!out->drawn)
        return;
    uint64_t keys[TILE_ROWS];
    for (int row = 0; row < rows; row++)
        keys[row] = pixels_sample_key(&m->model->spec, CODE_TEST_EPOCH, first + row);
    code_take_drawn(m->model, &worker->workspace, rows, keys, worker->codes);
    store(worker->codes, rows, out->units, out->images, first, out->drawn);
}

static float find_deviation(const float *values, int count)
{
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < count; i++)
        sum += (double)values[i];
    for (int i = 0; i < count; i++)
        squares += ((double)values[i] - sum / count) * ((double)values[i] - sum / count);
    return (float)sqrt(squares / count);
}

static CodePoints *create(const Model *model, int images)
{
    CodePoints *points = calloc(1, sizeof *points);
    if (!points)
        return NULL;
    points->images = images;
    points->units = code_units(model);
    atomic_store(&points->holders, 1);
    const size_t count = (size_t)images * (size_t)points->units;
    points->means = floats_create(count);
    points->deviations = floats_create((size_t)points->units);
    points->drawn = code_is_drawn(model) ? floats_create(count) : NULL;
    if (points->means && points->deviations && (points->drawn || !code_is_drawn(model)))
        return points;
    code_points_release(points);
    return NULL;
}

static void find_deviations(void *context)
{
    Measurement *m = context;
    CodePoints *points = m->points;
    for (int unit = 0; unit < points->units; unit++)
        points->deviations[unit] =
            find_deviation(points->means + (size_t)unit * (size_t)points->images, points->images);
    *m->out = points;
    m->points = NULL;
}

static void free_measurement(void *context)
{
    Measurement *m = context;
    code_workers_destroy(m->workers, m->worker_count);
    code_points_release(m->points);
    free(m);
}

static bool prepare(Measurement *m)
{
    m->workers = code_workers_create(m->model, m->worker_count);
    return m->points && m->workers;
}

Sweep *code_points_begin(const Model *model, const float *parameters, const ImageSet *set, int image_count,
                         const Pool *pool, CodePoints **out, Error *error)
{
    assert(model->pixels == DIGIT_PIXELS && image_count > 0);
    const int images = code_points_count(code_units(model), image_count);
    Measurement *m = malloc(sizeof *m);
    if (m)
        *m = (Measurement){.model = model,
                           .parameters = parameters,
                           .set = set,
                           .worker_count = pool_thread_count(pool),
                           .points = create(model, images),
                           .out = out};
    *out = NULL;
    return sweep_create(&(SweepPlan){.what = "the codes of images",
                                     .items = images,
                                     .shard_items = TILE_ROWS,
                                     .step_items = model_choose_step(model),
                                     .visit = measure_tile,
                                     .finish = find_deviations,
                                     .free = free_measurement,
                                     .context = m},
                        m && prepare(m), error);
}

void code_points_hold(CodePoints *points) { atomic_fetch_add(&points->holders, 1); }

void code_points_release(CodePoints *points)
{
    if (!points || atomic_fetch_sub(&points->holders, 1) > 1)
        return;
    floats_free(points->means);
    floats_free(points->drawn);
    floats_free(points->deviations);
    free(points);
}
