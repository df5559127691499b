// Training: batch -> forward -> loss -> backward, shard by shard, then one pass that adds the shards' gradients and
// lets the optimizer use them. Runs on whichever thread calls learner_step, and on the pool.
#include "learner.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "floats.h"
#include "kernel.h"
#include "random.h"

enum {
    SHARD_ROWS = 64, // images a shard aims at
    SHARDS_MAX = 8,
    STRIP = 128,            // output pixels worked on together: a shard's strip stays in the caches
    UPDATE_FLOATS = 4096,   // parameters a task of the update aims at
    EPOCHS_MAX = 1000000000 // that somebody may claim to have trained for
};

typedef struct Shard {
    Workspace workspace;
    float *input;    // (rows, pixels), noisy where the spec says so
    float *target;   // (rows, pixels); the input itself without noise
    float *strip;    // (rows, STRIP): logits, then dL/dz
    float *gradient; // (parameters)
    double loss;     // sum over images and pixels
} Shard;

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

static size_t pad(size_t n) { return (n + KERNEL_PAD - 1) / KERNEL_PAD * KERNEL_PAD; }

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

static bool allocate_shard(Learner *learner, Shard *shard, Error *error)
{
    const size_t pixels = (size_t)learner->model.pixels, rows = (size_t)learner->shard_capacity;
    shard->target = floats_create(rows * pixels);
    shard->input = learner->model.spec.noise > 0.0f ? floats_create(rows * pixels) : shard->target;
    shard->strip = floats_create(rows * STRIP);
    shard->gradient = floats_create(learner->model.parameter_count);
    if (!shard->target || !shard->input || !shard->strip || !shard->gradient)
        return error_set(error, "out of memory: training buffers of a model with %zu parameters",
                         learner->model.parameter_count);
    return workspace_init(&shard->workspace, &learner->model, learner->shard_capacity, error);
}

static bool allocate_learner(Learner *learner, Error *error)
{
    const size_t n = learner->model.parameter_count;
    size_t transposed_size = 0;
    for (int i = 1; i < learner->model.layer_count; i++) {
        learner->transposed_stride[i] = pad((size_t)learner->model.layers[i].in);
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
        good = allocate_shard(learner, &learner->shards[i], error);
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
    for (int i = 0; i < SHARDS_MAX; i++) {
        Shard *shard = &learner->shards[i];
        workspace_free(&shard->workspace);
        if (shard->input != shard->target)
            floats_free(shard->input);
        floats_free(shard->target);
        floats_free(shard->strip);
        floats_free(shard->gradient);
    }
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

// ---- forward and backward of one shard ----------------------------------------------------------------------------

static void load_batch(Learner *learner, Shard *shard, int first, int rows)
{
    const Kernel *kernel = kernel_get();
    const size_t pixels = (size_t)learner->model.pixels;
    const float sigma = learner->model.spec.noise;
    const int64_t epoch = learner->step / learner_steps_per_epoch(learner);
    for (int row = 0; row < rows; row++) {
        const int image = learner->order[learner->position + first + row];
        float *target = shard->target + (size_t)row * pixels;
        kernel->bytes_to_floats(learner->options.train->pixels + (size_t)image * pixels, target, pixels);
        if (sigma > 0.0f) {
            float *input = shard->input + (size_t)row * pixels;
            memcpy(input, target, pixels * sizeof *input);
            const uint64_t stream = (uint64_t)2 << 48 | (uint64_t)epoch << 24 | (uint64_t)image;
            kernel->add_noise(input, pixels, sigma, random_stream(learner->model.spec.seed, stream).state);
        }
    }
}

// Gradient of one layer's weights and biases from dL/dz of `columns` of its outputs; x (rows, x_stride) is its input.
static void backward_weights(const Layer *layer, float *gradient, const float *x, size_t x_stride, const float *slope,
                             size_t slope_stride, size_t column, size_t columns, int rows)
{
    const Kernel *kernel = kernel_get();
    kernel->multiply(&(Product){
        .m = (size_t)layer->in,
        .n = columns,
        .k = (size_t)rows,
        .a = x,
        .a_row = 1,
        .a_column = x_stride,
        .b = slope,
        .b_stride = slope_stride,
        .c = gradient + layer->weight_offset + column,
        .c_stride = layer->stride,
    });
    float *bias = gradient + layer->bias_offset + column;
    memcpy(bias, slope, columns * sizeof *bias);
    for (size_t row = 1; row < (size_t)rows; row++)
        kernel->add(bias, slope + row * slope_stride, columns);
}

// Adds dL/dx = dL/dz W^T of `columns` of a layer's outputs to input_slope (rows, transposed_stride).
static void backward_input(const Learner *learner, int layer_index, const float *slope, size_t slope_stride,
                           size_t column, size_t columns, int rows, float *input_slope, bool accumulate)
{
    const size_t stride = learner->transposed_stride[layer_index];
    kernel_get()->multiply(&(Product){
        .m = (size_t)rows,
        .n = stride,
        .k = columns,
        .a = slope,
        .a_row = slope_stride,
        .a_column = 1,
        .b = learner->transposed[layer_index] + column * stride,
        .b_stride = stride,
        .c = input_slope,
        .c_stride = stride,
        .accumulate = accumulate,
    });
}

// Turns a strip of logits into dL/dz in place and returns the summed loss.
static double apply_loss(const Learner *learner, const Shard *shard, size_t column, size_t columns, size_t width,
                         int rows)
{
    const Kernel *kernel = kernel_get();
    const Spec *spec = &learner->model.spec;
    const Activation *output = activation_get(OUTPUT_ACTIVATION, spec->output);
    const Loss *loss = loss_get(spec->loss);
    const bool on_logit = loss->apply_logit && strcmp(output->key, "sigmoid") == 0;
    const size_t pixels = (size_t)learner->model.pixels;
    const float factor = 1.0f / ((float)pixels * (float)learner->rows);
    double sum = 0.0;
    float values[STRIP], output_slopes[STRIP];
    for (size_t row = 0; row < (size_t)rows; row++) {
        float *z = shard->strip + row * STRIP;
        const float *t = shard->target + row * pixels + column;
        if (on_logit) {
            loss->apply_logit(z, t, values, z, columns);
        } else {
            output->apply(z, z, output_slopes, columns);
            loss->apply(z, t, values, z, columns);
        }
        kernel->scale(z, on_logit ? NULL : output_slopes, factor, columns);
        memset(z + columns, 0, (width - columns) * sizeof *z);
        sum += (double)kernel->total(values, columns);
    }
    return sum;
}

// Output layer: forward, loss and both gradients, strip by strip.
static void train_output(const Learner *learner, Shard *shard, const float *code, size_t code_stride, int rows)
{
    const int last = learner->model.layer_count - 1;
    const Layer *layer = &learner->model.layers[last];
    const float *parameters = learner->parameters;
    // dL/dcode takes the place of the output layer's activations, which training never stores
    float *code_slope = shard->workspace.values[last];
    for (size_t column = 0; column < layer->stride; column += STRIP) {
        const size_t width = layer->stride - column < STRIP ? layer->stride - column : STRIP;
        const size_t rest = (size_t)layer->out - column, columns = rest < width ? rest : width;
        kernel_get()->multiply(&(Product){
            .m = (size_t)rows,
            .n = width,
            .k = (size_t)layer->in,
            .a = code,
            .a_row = code_stride,
            .a_column = 1,
            .b = parameters + layer->weight_offset + column,
            .b_stride = layer->stride,
            .c = shard->strip,
            .c_stride = STRIP,
            .bias = parameters + layer->bias_offset + column,
        });
        shard->loss += apply_loss(learner, shard, column, columns, width, rows);
        backward_weights(layer, shard->gradient, code, code_stride, shard->strip, STRIP, column, width, rows);
        backward_input(learner, last, shard->strip, STRIP, column, columns, rows, code_slope, column > 0);
    }
}

// dL/dz of hidden layer i from dL/dactivation, in workspace.slopes[i], padding zeroed.
static void finish_hidden_slope(const Learner *learner, Shard *shard, int i, const float *activation_slope,
                                size_t stride, int rows)
{
    const Spec *spec = &learner->model.spec;
    const Layer *layer = &learner->model.layers[i];
    const bool is_penalised = spec->l1 > 0.0f && i == spec_code_index(spec);
    const float penalty = spec->l1 / (float)learner->rows;
    assert(stride == layer->stride);
    for (size_t row = 0; row < (size_t)rows; row++) {
        float *slope = shard->workspace.slopes[i] + row * stride;
        const float *value = shard->workspace.values[i] + row * stride;
        const float *above = activation_slope + row * stride;
        for (size_t unit = 0; unit < (size_t)layer->out; unit++) {
            const float sign = value[unit] > 0.0f ? 1.0f : value[unit] < 0.0f ? -1.0f : 0.0f;
            slope[unit] *= is_penalised ? above[unit] + penalty * sign : above[unit];
        }
        memset(slope + layer->out, 0, (stride - (size_t)layer->out) * sizeof *slope);
    }
}

static void train_shard(void *context, int task_index, int worker_index)
{
    (void)worker_index;
    Learner *learner = context;
    Shard *shard = &learner->shards[task_index];
    const Model *model = &learner->model;
    const int first = task_index * learner->shard_rows, last = model->layer_count - 1;
    const int rest = learner->rows - first, rows = rest < learner->shard_rows ? rest : learner->shard_rows;
    Workspace *workspace = &shard->workspace;

    load_batch(learner, shard, first, rows);
    shard->loss = 0.0;
    const float *code = model_encode(model, learner->parameters, workspace, shard->input, rows);
    train_output(learner, shard, code, model->layers[last - 1].stride, rows);
    for (int i = last - 1; i >= 0; i--) {
        const Layer *layer = &model->layers[i];
        finish_hidden_slope(learner, shard, i, workspace->values[i + 1], layer->stride, rows);
        const float *x = i > 0 ? workspace->values[i - 1] : shard->input;
        const size_t x_stride = i > 0 ? model->layers[i - 1].stride : (size_t)model->pixels;
        backward_weights(layer, shard->gradient, x, x_stride, workspace->slopes[i], layer->stride, 0, layer->stride,
                         rows);
        if (i > 0) // dL/dinput takes the place of this layer's own activations, which nothing needs any more
            backward_input(learner, i, workspace->slopes[i], layer->stride, 0, (size_t)layer->out, rows,
                           workspace->values[i], false);
    }
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
