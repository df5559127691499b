// Training: which images a batch has, and what the optimizer makes of the gradient that backprop finds.
#include "training/learner.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "kernels/optimizer.h"
#include "models/choices.h"
#include "models/model_layers.h"
#include "models/range.h"
#include "random.h"
#include "training/backprop.h"

enum { EPOCHS_MAX = 1000000000 }; // that somebody may claim to have trained for

struct Learner {
    Model model;
    LearnerOptions options;
    int image_count, batch;
    PixelMoments moments; // of the images, with range=standard
    Backprop *backprop;
    float *state_m, *state_v; // (parameters): the optimizer's, in backprop's order
    float *parameters;        // (parameters): a copy of backprop's, where is_copied
    bool is_copied;
    int *order; // of the images in this epoch

    int64_t step, optimizer_step, broken_step, images_seen;
    int position; // images of this epoch that were trained on
    double epoch_loss_sum, epoch_penalty_sums[PENALTY_COUNT], step_penalties[PENALTY_COUNT];
    int epoch_images;

    // the batch under way
    bool is_in_step;
    int rows;
    float rate, scale; // of the optimizer; of the gradient
    _Atomic bool broken;
};

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

static bool allocate_learner(Learner *learner, Error *error)
{
    const size_t n = learner->model.parameter_count;
    learner->parameters = floats_create(n);
    learner->state_m = floats_create(n);
    learner->state_v = floats_create(n);
    learner->order = malloc((size_t)learner->image_count * sizeof *learner->order);
    if (!learner->parameters || !learner->state_m || !learner->state_v || !learner->order)
        return error_set(error, "out of memory: a model with %zu parameters", n);
    learner->backprop = backprop_create(&learner->model, learner->options.pool, error);
    return learner->backprop != NULL;
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
    if (model->spec.range == RANGE_STANDARD)
        learner->moments =
            range_find_moments(options->train->pixels, (size_t)learner->image_count * (size_t)model->pixels);
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
    backprop_destroy(learner->backprop);
    floats_free(learner->parameters);
    floats_free(learner->state_m);
    floats_free(learner->state_v);
    free(learner->order);
    free(learner);
}

void learner_set_parameters(Learner *learner, const float *parameters, int64_t step)
{
    const size_t bytes = learner->model.parameter_count * sizeof *parameters;
    if (parameters != learner->parameters)
        memcpy(learner->parameters, parameters, bytes);
    if (range_wants_moments(&learner->model, learner->parameters))
        range_set_moments(&learner->model, learner->parameters, learner->moments);
    backprop_set_parameters(learner->backprop, learner->parameters);
    learner->is_copied = true;
    memset(learner->state_m, 0, bytes);
    memset(learner->state_v, 0, bytes);
    const int64_t epoch_steps = learner_steps_per_epoch(learner);
    learner->step = step >= 0 && step % epoch_steps == 0 && step / epoch_steps <= EPOCHS_MAX ? step : 0;
    learner->optimizer_step = 0;
    learner->broken_step = -1;
    learner->broken = false;
    learner->position = 0;
    learner->epoch_loss_sum = 0.0;
    memset(learner->epoch_penalty_sums, 0, sizeof learner->epoch_penalty_sums);
    learner->epoch_images = 0;
    shuffle(learner);
}

void learner_restart(Learner *learner)
{
    model_init(&learner->model, learner->parameters);
    learner_set_parameters(learner, learner->parameters, 0);
}

static void update(void *context, size_t offset, float *parameters, const float *gradient, size_t count)
{
    Learner *learner = context;
    if (!optimizer_get(learner->model.spec.optimizer)
             ->update(parameters, learner->state_m + offset, learner->state_v + offset, gradient, count, learner->scale,
                      learner->rate))
        learner->broken = true;
}

// The batch from a position of the epoch on; rows 0 behind its end.
static Batch find_batch(const Learner *learner, int position)
{
    const int rest = learner->image_count - position, rows = rest < learner->batch ? rest : learner->batch;
    return (Batch){
        .pixels = learner->options.train->pixels,
        .images = learner->order + position,
        .rows = rows,
        .epoch = learner->step / learner_steps_per_epoch(learner),
    };
}

// From the gradient summed over pixels and images to that of the loss that is reduced over them.
static float find_scale(const Model *model, int rows)
{
    return model->spec.reduce == REDUCE_SUM ? 1.0f / (float)rows : 1.0f / ((float)model->pixels * (float)rows);
}

static void begin_step(Learner *learner)
{
    if (learner->position >= learner->image_count) {
        learner->position = 0;
        learner->epoch_loss_sum = 0.0;
        memset(learner->epoch_penalty_sums, 0, sizeof learner->epoch_penalty_sums);
        learner->epoch_images = 0;
        shuffle(learner);
    }
    const Optimizer *optimizer = optimizer_get(learner->model.spec.optimizer);
    const Batch batch = find_batch(learner, learner->position);
    const Batch next = find_batch(learner, learner->position + batch.rows);
    learner->is_in_step = true;
    learner->rows = batch.rows;
    learner->optimizer_step++;
    learner->rate = optimizer->find_rate(learner->model.spec.lr, learner->optimizer_step);
    learner->scale = find_scale(&learner->model, batch.rows);
    backprop_begin(learner->backprop, &batch, next.rows > 0 ? &next : NULL, update, learner);
}

static void end_step(Learner *learner, double loss)
{
    const int rows = learner->rows;
    learner->is_in_step = false;
    learner->is_copied = false;
    learner->step++;
    learner->position += rows;
    learner->images_seen += rows;
    learner->epoch_loss_sum += loss / learner->model.pixels;
    for (Penalty i = 0; i < PENALTY_COUNT; i++) {
        const double sum = backprop_penalty(learner->backprop, i);
        learner->step_penalties[i] = sum / rows;
        learner->epoch_penalty_sums[i] += sum;
    }
    learner->epoch_images += rows;
    if (learner->broken)
        learner->broken_step = learner->step;
}

bool learner_advance(Learner *learner, int64_t until_ns, double *loss)
{
    *loss = NAN;
    if (learner->broken_step >= 0)
        return true;
    if (!learner->is_in_step)
        begin_step(learner);
    if (!backprop_advance(learner->backprop, until_ns, loss))
        return false;
    end_step(learner, *loss);
    *loss /= (double)learner->model.pixels * learner->rows;
    return true;
}

double learner_step(Learner *learner)
{
    double loss;
    (void)learner_advance(learner, INT64_MAX, &loss);
    return loss;
}

const float *learner_parameters(Learner *learner)
{
    if (!learner->is_copied)
        backprop_get_parameters(learner->backprop, learner->parameters);
    learner->is_copied = true;
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

double learner_epoch_penalty(const Learner *learner, Penalty penalty)
{
    return learner->epoch_images ? learner->epoch_penalty_sums[penalty] / learner->epoch_images : NAN;
}

double learner_step_penalty(const Learner *learner, Penalty penalty) { return learner->step_penalties[penalty]; }

int64_t learner_broken_step(const Learner *learner) { return learner->broken_step; }
