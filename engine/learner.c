// Training: a batch goes through its shards (shard.c), then one pass adds their gradients and lets the optimizer use
// them. Runs on whichever thread calls learner_step, and on the pool.
#include "learner.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "floats.h"
#include "kernel.h"
#include "random.h"
#include "shard.h"

enum {
    SHARD_ROWS = 64, // images a shard aims at
    SHARDS_MAX = 8,
    UPDATE_FLOATS = 4096,   // parameters a task of the update aims at
    EPOCHS_MAX = 1000000000 // that somebody may claim to have trained for
};

typedef struct UpdateTask {
    int layer; // whose rows; the biases are one row more
    int first, end;
} UpdateTask;

struct Learner {
    Model model;
    LearnerOptions options;
    int image_count, batch, shard_capacity;
    float *parameters, *state_m, *state_v; // (parameters)
    float *transposed[MODEL_LAYERS_MAX];   // weights (out, in rounded up) of the layers behind the first
    size_t transposed_stride[MODEL_LAYERS_MAX];
    float *transposed_memory;
    Shard shards[SHARDS_MAX];
    UpdateTask *updates;
    int update_count;
    int *order; // of the images in this epoch

    int64_t step, optimizer_step, broken_step, images_seen;
    int position; // images of this epoch that were trained on
    double epoch_loss_sum;
    int epoch_images;

    // the batch under way
    int rows, shard_count, shard_rows;
    _Atomic bool broken;
};

static void refresh_transposed(Learner *learner, int layer_index, int first, int end)
{
    const Layer *layer = &learner->model.layers[layer_index];
    const size_t stride = learner->transposed_stride[layer_index];
    const float *weight = learner->parameters + layer->weight_offset;
    float *transposed = learner->transposed[layer_index];
    for (int out = 0; out < layer->out; out++)
        for (int in = first; in < end; in++)
            transposed[(size_t)out * stride + (size_t)in] = weight[(size_t)in * layer->stride + (size_t)out];
}

static void refresh_all(Learner *learner)
{
    for (int i = 1; i < learner->model.layer_count; i++)
        refresh_transposed(learner, i, 0, learner->model.layers[i].in);
}

static void shuffle(Learner *learner)
{
    const int epoch = (int)(learner->step / learner_steps_per_epoch(learner));
    Random random = random_stream(learner->model.spec.seed, (uint64_t)1 << 48 | (uint64_t)epoch);
    for (int i = 0; i < learner->image_count; i++)
        learner->order[i] = i;
    if (learner->options.no_shuffle)
        return;
    for (int i = learner->image_count - 1; i > 0; i--) {
        const int other = (int)random_below(&random, (uint32_t)i + 1);
        const int held = learner->order[i];
        learner->order[i] = learner->order[other];
        learner->order[other] = held;
    }
}

static void plan_updates(Learner *learner)
{
    learner->update_count = 0;
    for (int i = 0; i < learner->model.layer_count; i++) {
        const Layer *layer = &learner->model.layers[i];
        int rows = (int)(UPDATE_FLOATS / layer->stride);
        rows = rows < 8 ? 8 : rows;
        for (int first = 0; first < layer->in; first += rows) {
            const int end = first + rows < layer->in ? first + rows : layer->in;
            if (learner->updates)
                learner->updates[learner->update_count] = (UpdateTask){i, first, end};
            learner->update_count++;
        }
    }
}

static bool allocate_learner(Learner *learner, Error *error)
{
    const size_t n = learner->model.parameter_count;
    size_t transposed_size = 0;
    for (int i = 1; i < learner->model.layer_count; i++) {
        learner->transposed_stride[i] = kernel_pad((size_t)learner->model.layers[i].in);
        transposed_size += learner->transposed_stride[i] * (size_t)learner->model.layers[i].out;
    }
    learner->parameters = floats_create(n);
    learner->state_m = floats_create(n);
    learner->state_v = floats_create(n);
    learner->transposed_memory = floats_create(transposed_size);
    learner->order = malloc((size_t)learner->image_count * sizeof *learner->order);
    plan_updates(learner);
    learner->updates = malloc((size_t)learner->update_count * sizeof *learner->updates);
    if (!learner->parameters || !learner->state_m || !learner->state_v || !learner->transposed_memory ||
        !learner->order || !learner->updates)
        return error_set(error, "out of memory: a model with %zu parameters", n);
    plan_updates(learner);
    float *memory = learner->transposed_memory;
    for (int i = 1; i < learner->model.layer_count; i++) {
        learner->transposed[i] = memory;
        memory += learner->transposed_stride[i] * (size_t)learner->model.layers[i].out;
    }
    return true;
}

// How a batch of `rows` images is cut: the rule knows nothing of threads.
static int count_shards(int rows)
{
    const int shards = (rows + SHARD_ROWS - 1) / SHARD_ROWS;
    return shards < SHARDS_MAX ? shards : SHARDS_MAX;
}

Learner *learner_create(const Model *model, const LearnerOptions *options, Error *error)
{
    Learner *learner = calloc(1, sizeof *learner);
    if (!learner) {
        error_set(error, "out of memory: a learner");
        return NULL;
    }
    learner->model = *model;
    learner->options = *options;
    learner->image_count = options->image_count > 0 && options->image_count < options->train->count
                               ? options->image_count
                               : options->train->count;
    learner->batch = model->spec.batch < learner->image_count ? model->spec.batch : learner->image_count;
    const int shards = count_shards(learner->batch);
    // a smaller last batch may be cut into fewer shards with more rows each, never above this
    learner->shard_capacity = shards == SHARDS_MAX ? (learner->batch + shards - 1) / shards : SHARD_ROWS;
    if (learner->shard_capacity < SHARD_ROWS)
        learner->shard_capacity = SHARD_ROWS;
    bool good = allocate_learner(learner, error);
    for (int i = 0; good && i < shards; i++)
        good = shard_init(&learner->shards[i], model, learner->shard_capacity, error);
    if (!good) {
        learner_destroy(learner);
        return NULL;
    }
    learner_restart(learner);
    return learner;
}

void learner_destroy(Learner *learner)
{
    if (!learner)
        return;
    for (int i = 0; i < SHARDS_MAX; i++)
        shard_free(&learner->shards[i]);
    floats_free(learner->parameters);
    floats_free(learner->state_m);
    floats_free(learner->state_v);
    floats_free(learner->transposed_memory);
    free(learner->updates);
    free(learner->order);
    free(learner);
}

void learner_set_parameters(Learner *learner, const float *parameters, int64_t step)
{
    const size_t bytes = learner->model.parameter_count * sizeof *parameters;
    memcpy(learner->parameters, parameters, bytes);
    memset(learner->state_m, 0, bytes);
    memset(learner->state_v, 0, bytes);
    refresh_all(learner);
    const int64_t epoch_steps = learner_steps_per_epoch(learner);
    learner->step = step >= 0 && step % epoch_steps == 0 && step / epoch_steps <= EPOCHS_MAX ? step : 0;
    learner->optimizer_step = 0;
    learner->broken_step = -1;
    learner->broken = false;
    learner->position = 0;
    learner->epoch_loss_sum = 0.0;
    learner->epoch_images = 0;
    shuffle(learner);
}

void learner_restart(Learner *learner)
{
    // the first shard's gradient is free between steps, and as large
    float *initial = learner->shards[0].gradient;
    model_init(&learner->model, initial);
    learner_set_parameters(learner, initial, 0);
}

static void train_shard(void *context, int task_index, int worker_index)
{
    (void)worker_index;
    Learner *learner = context;
    const int first = task_index * learner->shard_rows, rest = learner->rows - first;
    shard_train(&learner->shards[task_index], &(ShardJob){
                                                  .model = &learner->model,
                                                  .parameters = learner->parameters,
                                                  .transposed = learner->transposed,
                                                  .transposed_stride = learner->transposed_stride,
                                                  .pixels = learner->options.train->pixels,
                                                  .images = learner->order + learner->position + first,
                                                  .rows = rest < learner->shard_rows ? rest : learner->shard_rows,
                                                  .batch_rows = learner->rows,
                                                  .epoch = learner->step / learner_steps_per_epoch(learner),
                                              });
}

// ---- update -------------------------------------------------------------------------------------------------------

static void update_range(Learner *learner, size_t offset, size_t count)
{
    const Spec *spec = &learner->model.spec;
    const Kernel *kernel = kernel_get();
    float *gradient = learner->shards[0].gradient + offset;
    for (int i = 1; i < learner->shard_count; i++)
        kernel->add(gradient, learner->shards[i].gradient + offset, count);
    float *parameters = learner->parameters + offset;
    optimizer_get(spec->optimizer)
        ->update(parameters, learner->state_m + offset, learner->state_v + offset, gradient, count, spec->lr,
                 learner->optimizer_step);
    if (!kernel->is_finite(parameters, count))
        learner->broken = true;
}

static void update_rows(void *context, int task_index, int worker_index)
{
    (void)worker_index;
    Learner *learner = context;
    const UpdateTask task = learner->updates[task_index];
    const Layer *layer = &learner->model.layers[task.layer];
    const size_t rows = (size_t)(task.end - task.first);
    update_range(learner, layer->weight_offset + (size_t)task.first * layer->stride, rows * layer->stride);
    if (task.first == 0)
        update_range(learner, layer->bias_offset, layer->stride);
    if (task.layer > 0)
        refresh_transposed(learner, task.layer, task.first, task.end);
}

double learner_step(Learner *learner)
{
    if (learner->broken_step >= 0)
        return NAN;
    if (learner->position >= learner->image_count) {
        learner->position = 0;
        learner->epoch_loss_sum = 0.0;
        learner->epoch_images = 0;
        shuffle(learner);
    }
    const int rest = learner->image_count - learner->position;
    learner->rows = rest < learner->batch ? rest : learner->batch;
    learner->shard_count = count_shards(learner->rows);
    learner->shard_rows = (learner->rows + learner->shard_count - 1) / learner->shard_count;
    learner->shard_count =
        (learner->rows + learner->shard_rows - 1) / learner->shard_rows; // rounding up may empty the last
    pool_run(learner->options.pool, learner->shard_count, train_shard, learner);
    double loss = 0.0;
    for (int i = 0; i < learner->shard_count; i++)
        loss += learner->shards[i].loss;
    learner->optimizer_step++;
    pool_run(learner->options.pool, learner->update_count, update_rows, learner);
    learner->step++;
    learner->position += learner->rows;
    learner->images_seen += learner->rows;
    learner->epoch_loss_sum += loss / learner->model.pixels;
    learner->epoch_images += learner->rows;
    if (learner->broken)
        learner->broken_step = learner->step;
    return loss / ((double)learner->model.pixels * learner->rows);
}

const float *learner_parameters(const Learner *learner) { return learner->parameters; }

int64_t learner_step_count(const Learner *learner) { return learner->step; }

int learner_steps_per_epoch(const Learner *learner)
{
    return (learner->image_count + learner->batch - 1) / learner->batch;
}

bool learner_is_epoch_end(const Learner *learner) { return learner->position >= learner->image_count; }

int64_t learner_images_seen(const Learner *learner) { return learner->images_seen; }

int learner_epoch_count(const Learner *learner) { return (int)(learner->step / learner_steps_per_epoch(learner)); }

double learner_epoch_loss(const Learner *learner)
{
    return learner->epoch_images ? learner->epoch_loss_sum / learner->epoch_images : NAN;
}

int64_t learner_broken_step(const Learner *learner) { return learner->broken_step; }
