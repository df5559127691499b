// How far two models' outputs are apart over a set.
#include <math.h>
#include <stdlib.h>

#include "alloc.h"
#include "kernels/kernel.h"
#include "measuring/metrics_parts.h"
#include "models/model_layers.h"
#include "models/range.h"

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
