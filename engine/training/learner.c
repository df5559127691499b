// Training: backprop.c finds a batch's gradient, here the optimizer uses it. Runs on whichever thread calls
// learner_step, and on the pool.
#include "training/learner.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "kernels/kernel.h"
#include "random.h"
#include "training/backprop.h"

enum {
    BLOCK_FLOATS = 4096,    // parameters of a hidden block, about
    EPOCHS_MAX = 1000000000 // that somebody may claim to have trained for
};

static_assert((int)SPEC_WIDTH_MAX <= (int)BLOCK_FLOATS, "a block has a row at least");

// Rows of a layer between the first and the last; the first of its blocks has the biases, too.
typedef struct HiddenBlock {
    int layer, first, end;
} HiddenBlock;

struct Learner {
    Model model;
    LearnerOptions options;
    int image_count, batch;
    float *packed, *state_m, *state_v; // (parameters), as backprop.h packs them
    float *parameters;                 // as the model has them, where is_unpacked
    bool is_unpacked;
    Backprop backprop;
    HiddenBlock *blocks;
    int block_count;
    int *order; // of the images in this epoch

    int64_t step, optimizer_step, broken_step, images_seen;
    int position; // images of this epoch that were trained on
    double epoch_loss_sum;
    int epoch_images;

    // the batch under way
    Batch current, next; // next.rows is 0 where the epoch ends, or nothing can be begun yet
    float rate;          // of the optimizer
    _Atomic bool broken;
};

static void refresh_band(Learner *learner, int band)
{
    const int last = learner->model.layer_count - 1;
    const Backprop *backprop = &learner->backprop;
    const size_t in = (size_t)learner->model.layers[last].in, width = backprop_band_width(backprop, band);
    const size_t stride = backprop->transposed_stride[last];
    kernel_get()->transpose(learner->packed + backprop_band_decoder(backprop, band), width, in, width,
                            backprop->transposed[last] + backprop->band_start[band] * stride, stride);
}

static void refresh_block(Learner *learner, const HiddenBlock *block)
{
    const Layer *layer = &learner->model.layers[block->layer];
    const size_t first = (size_t)block->first, stride = learner->backprop.transposed_stride[block->layer];
    kernel_get()->transpose(learner->packed + layer->weight_offset + first * layer->stride, layer->stride,
                            (size_t)block->end - first, (size_t)layer->out,
                            learner->backprop.transposed[block->layer] + first, stride);
}

static void refresh_all(Learner *learner)
{
    for (int i = 0; i < learner->block_count; i++)
        if (learner->blocks[i].layer > 0)
            refresh_block(learner, &learner->blocks[i]);
    for (int band = 0; band < BANDS; band++)
        refresh_band(learner, band);
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

// blocks may be NULL: to count them.
static int plan_blocks(const Model *model, HiddenBlock *blocks)
{
    int count = 0;
    for (int i = 0; i < model->layer_count - 1; i++) {
        const int in = i > 0 ? model->layers[i].in : 0; // the first layer's weights belong to the bands
        const int rows = (int)(BLOCK_FLOATS / model->layers[i].stride);
        int first = 0;
        do {
            const int end = first + rows < in ? first + rows : in;
            if (blocks)
                blocks[count] = (HiddenBlock){i, first, end};
            count++;
            first = end;
        } while (first < in);
    }
    return count;
}

static bool allocate_learner(Learner *learner, Error *error)
{
    const size_t n = learner->model.parameter_count;
    learner->block_count = plan_blocks(&learner->model, NULL);
    learner->packed = floats_create(n);
    learner->parameters = floats_create(n);
    learner->state_m = floats_create(n);
    learner->state_v = floats_create(n);
    learner->order = malloc((size_t)learner->image_count * sizeof *learner->order);
    learner->blocks = malloc((size_t)learner->block_count * sizeof *learner->blocks);
    if (!learner->packed || !learner->parameters || !learner->state_m || !learner->state_v || !learner->order ||
        !learner->blocks)
        return error_set(error, "out of memory: a model with %zu parameters", n);
    (void)plan_blocks(&learner->model, learner->blocks);
    return backprop_init(&learner->backprop, &learner->model, learner->options.pool, error);
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
    if (!allocate_learner(learner, error)) {
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
    backprop_free(&learner->backprop);
    floats_free(learner->packed);
    floats_free(learner->parameters);
    floats_free(learner->state_m);
    floats_free(learner->state_v);
    free(learner->blocks);
    free(learner->order);
    free(learner);
}

void learner_set_parameters(Learner *learner, const float *parameters, int64_t step)
{
    const size_t bytes = learner->model.parameter_count * sizeof *parameters;
    backprop_pack(&learner->backprop, parameters, learner->packed);
    learner->is_unpacked = learner->backprop.is_started = false;
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
    float *initial = learner->backprop.gradient; // free between steps, and as large
    model_init(&learner->model, initial);
    learner_set_parameters(learner, initial, 0);
}

// ---- update -------------------------------------------------------------------------------------------------------

static void update(Learner *learner, size_t offset, const float *gradient, size_t count)
{
    const Model *model = &learner->model;
    const float scale = 1.0f / ((float)model->pixels * (float)learner->current.rows);
    if (!optimizer_get(model->spec.optimizer)
             ->update(learner->packed + offset, learner->state_m + offset, learner->state_v + offset, gradient, count,
                      scale, learner->rate))
        learner->broken = true;
}

static void update_packed(Learner *learner, size_t offset, size_t count)
{
    update(learner, offset, learner->backprop.gradient + offset, count);
}

static void update_band(Learner *learner, int band)
{
    const Model *model = &learner->model;
    const Backprop *backprop = &learner->backprop;
    const Layer *encoder = &model->layers[0], *decoder = &model->layers[model->layer_count - 1];
    const size_t width = backprop_band_width(backprop, band);
    update_packed(learner, backprop_band_encoder(backprop, band), width * encoder->stride);
    update_packed(learner, backprop_band_decoder(backprop, band), width * (size_t)decoder->in);
    update_packed(learner, decoder->bias_offset + backprop->band_start[band], width);
    refresh_band(learner, band);
}

static void update_hidden(Learner *learner, size_t offset, size_t count)
{
    const Backprop *backprop = &learner->backprop;
    const int rows = learner->current.rows < ROUND_ROWS ? learner->current.rows : ROUND_ROWS;
    float gradient[BLOCK_FLOATS];
    kernel_get()->add_parts((const float *const *)backprop->hidden_gradients, (rows + TILE_ROWS - 1) / TILE_ROWS,
                            offset - backprop->hidden_offset, NULL, 1, count, gradient);
    update(learner, offset, gradient, count);
}

static void update_block(Learner *learner, const HiddenBlock *block)
{
    const Layer *layer = &learner->model.layers[block->layer];
    const size_t rows = (size_t)(block->end - block->first);
    if (rows > 0) {
        update_hidden(learner, layer->weight_offset + (size_t)block->first * layer->stride, rows * layer->stride);
        refresh_block(learner, block);
    }
    if (block->first == 0)
        update_hidden(learner, layer->bias_offset, layer->stride);
}

// The bands, then the hidden layers' blocks.
static void update_task(void *context, int task_index, int worker_index)
{
    (void)worker_index;
    Learner *learner = context;
    if (task_index < BANDS) {
        backprop_finish_band(&learner->backprop, task_index);
        update_band(learner, task_index);
        if (learner->next.rows > 0)
            backprop_start_band(&learner->backprop, &learner->next, task_index);
    } else {
        update_block(learner, &learner->blocks[task_index - BANDS]);
    }
}

// The batch from a position of the epoch on; rows 0 behind its end.
static Batch find_batch(const Learner *learner, int position)
{
    const int rest = learner->image_count - position, rows = rest < learner->batch ? rest : learner->batch;
    return (Batch){
        .parameters = learner->packed,
        .pixels = learner->options.train->pixels,
        .images = learner->order + position,
        .upcoming = rest >= 2 * rows ? learner->order + position + rows : NULL,
        .rows = rows,
        .epoch = learner->step / learner_steps_per_epoch(learner),
    };
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
    const Spec *spec = &learner->model.spec;
    learner->current = find_batch(learner, learner->position);
    const int rows = learner->current.rows;
    const double loss = backprop_run(&learner->backprop, &learner->current);
    learner->next = find_batch(learner, learner->position + rows);
    if (spec->noise > 0.0f)
        learner->next.rows = 0;
    learner->optimizer_step++;
    learner->rate = optimizer_get(spec->optimizer)->find_rate(spec->lr, learner->optimizer_step);
    pool_run(learner->options.pool, BANDS + learner->block_count, update_task, learner);
    learner->backprop.is_started = learner->next.rows > 0;
    learner->is_unpacked = false;
    learner->step++;
    learner->position += rows;
    learner->images_seen += rows;
    learner->epoch_loss_sum += loss / learner->model.pixels;
    learner->epoch_images += rows;
    if (learner->broken)
        learner->broken_step = learner->step;
    return loss / ((double)learner->model.pixels * rows);
}

const float *learner_parameters(Learner *learner)
{
    if (!learner->is_unpacked)
        backprop_unpack(&learner->backprop, learner->packed, learner->parameters);
    learner->is_unpacked = true;
    return learner->parameters;
}

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
