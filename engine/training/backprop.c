// The order of the work in a step: which runs of the pool follow each other, over which rounds.
#include "training/backprop.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "alloc.h"
#include "clock.h"
#include "models/choices.h"
#include "models/pixels.h"
#include "models/sample.h"
#include "training/backprop_parts.h"
#include "training/slices.h"

static size_t lay_out(Backprop *backprop, float *memory)
{
    Cutter cutter = {.memory = memory};
    backprop->parameters = cutter_take(&cutter, backprop->model->parameter_count);
    bands_lay_out(backprop, &cutter);
    pictures_lay_out(backprop, &cutter);
    hidden_lay_out(backprop, &cutter);
    return cutter.used;
}

static Backprop *create_slices(Backprop *backprop, Error *error)
{
    backprop->slices = slices_create(backprop->model, backprop->pool, error);
    if (backprop->slices)
        return backprop;
    backprop_destroy(backprop);
    return NULL;
}

float backprop_find_penalty(const Model *model)
{
    // the gradient is of the loss summed over pixels; the penalty is added to their mean
    return model->spec.l1 * (float)model->pixels;
}

float backprop_penalty_slope(float penalty, float code)
{
    return code > 0.0f ? penalty : code < 0.0f ? -penalty : 0.0f;
}

double backprop_add_penalty(const Model *model, const float *code, size_t rows, float *upstream)
{
    double size = 0.0;
    const float penalty = backprop_find_penalty(model);
    const Shape *shape = &model->layers[model->code_index].to;
    for (size_t row = 0; row < rows; row++)
        for (size_t i = row * shape->stride; i < row * shape->stride + (size_t)shape_count(shape); i++) {
            upstream[i] += backprop_penalty_slope(penalty, code[i]);
            size += fabs((double)code[i]);
        }
    return (double)model->spec.l1 * size;
}

double backprop_draw_code(const Model *model, const Layer *layer, const Batch *batch, const int *images, int rows,
                          const float *x, float *z)
{
    uint64_t keys[TILE_ROWS];
    for (int row = 0; row < rows; row++)
        keys[row] = pixels_sample_key(&model->spec, batch->epoch, images[row]);
    sample_draw(layer, x, rows, keys, z);
    return sample_sum_kl(layer, x, rows);
}

// The divergence is added to what `reduce` makes of an image's loss.
float backprop_find_kl_weight(const Model *model)
{
    return model->spec.beta * (model->spec.reduce == REDUCE_SUM ? 1.0f : (float)model->pixels);
}

float backprop_sigma_gradient(double loss, double count, double log_sigma)
{
    return (float)(count - 2.0 * (loss - count * loss_gauss(0.0, log_sigma)));
}

Backprop *backprop_create(const Model *model, Pool *pool, Error *error)
{
    Backprop *backprop = calloc(1, sizeof *backprop);
    if (backprop) {
        *backprop = (Backprop){.model = model, .pool = pool};
        if (!bands_fit(model))
            return create_slices(backprop, error);
        if (bands_init(backprop) && hidden_init(backprop))
            backprop->memory = floats_create(lay_out(backprop, NULL));
    }
    if (!backprop || !backprop->memory) {
        backprop_destroy(backprop);
        error_set(error, "out of memory: training a model with %zu parameters", model->parameter_count);
        return NULL;
    }
    (void)lay_out(backprop, backprop->memory);
    return backprop;
}

void backprop_destroy(Backprop *backprop)
{
    if (!backprop)
        return;
    slices_destroy(backprop->slices);
    bands_free(backprop);
    hidden_free(backprop);
    floats_free(backprop->memory);
    free(backprop);
}

void backprop_set_parameters(Backprop *backprop, const float *parameters)
{
    if (backprop->slices) {
        slices_set_parameters(backprop->slices, parameters);
        return;
    }
    bands_pack(backprop, parameters, backprop->parameters);
    backprop->range = range_of(backprop->model, parameters);
    for (int band = 0; band < BANDS; band++)
        bands_refresh(backprop, band);
    hidden_refresh_all(backprop);
    backprop->next.rows = 0;
}

void backprop_get_parameters(const Backprop *backprop, float *parameters)
{
    if (backprop->slices)
        slices_get_parameters(backprop->slices, parameters);
    else
        bands_unpack(backprop, backprop->parameters, parameters);
}

double backprop_penalty(const Backprop *backprop, Penalty penalty)
{
    return backprop->slices ? slices_penalty(backprop->slices, penalty) : backprop->step.penalty[penalty];
}

// ---- tasks --------------------------------------------------------------------------------------------------------

static void multiply_first(void *context, int band, int worker)
{
    (void)worker;
    Backprop *backprop = context;
    first_multiply(backprop, &backprop->round, band);
}

static void forward_hidden(void *context, int tile, int worker)
{
    (void)worker;
    hidden_forward(context, tile);
}

static void train_pictures(void *context, int part, int worker) { pictures_train(context, part, worker); }

static void train_band(void *context, int band, int worker)
{
    (void)worker;
    last_train(context, band);
}

static void backward_hidden(void *context, int tile, int worker)
{
    (void)worker;
    hidden_backward(context, tile);
}

static void finish_band(void *context, int band, int worker)
{
    (void)worker;
    first_finish(context, band);
}

// The bands, then the hidden layers' blocks.
static void update(void *context, int task, int worker)
{
    (void)worker;
    Backprop *backprop = context;
    if (task >= BANDS) {
        hidden_update(backprop, task - BANDS);
        return;
    }
    first_finish(backprop, task);
    first_fold_range(backprop, task);
    bands_update(backprop, task);
    if (backprop->next.rows > 0)
        first_multiply(backprop, &backprop->next, task);
}

// ---- a step -------------------------------------------------------------------------------------------------------

static Batch cut_round(const Batch *batch, int first)
{
    Batch round = *batch;
    round.images += first;
    round.rows = batch->rows - first < ROUND_ROWS ? batch->rows - first : ROUND_ROWS;
    return round;
}

static void begin_round(Backprop *backprop, int first)
{
    BackpropStep *step = &backprop->step;
    const Batch *following = &step->following;
    step->first = first;
    step->run = step->task = 0;
    backprop->is_first_round = first == 0;
    backprop->round = cut_round(&step->batch, first);
    if (first == 0)
        backprop->part_count = round_tiles(&backprop->round);
    backprop->upcoming = (following->rows >= step->batch.rows ? following : &step->batch)->images + first;
}

static bool is_last_round(const Backprop *backprop)
{
    return backprop->step.first + backprop->round.rows == backprop->step.batch.rows;
}

static void end_passes(Backprop *backprop)
{
    for (int band = 0; band < BANDS; band++)
        backprop->step.loss += backprop->bands.loss[band];
    backprop->step.loss += pictures_sum_loss(backprop);
    for (int tile = 0; tile < round_tiles(&backprop->round); tile++)
        for (int penalty = 0; penalty < PENALTY_COUNT; penalty++)
            backprop->step.penalty[penalty] += backprop->hidden.penalty[tile][penalty];
    if (is_last_round(backprop))
        backprop->next =
            backprop->step.following.rows > 0 ? cut_round(&backprop->step.following, 0) : (Batch){.rows = 0};
}

static int count_first(const Backprop *backprop)
{
    return backprop->step.first == 0 && backprop->step.has_first_logits ? 0 : BANDS;
}
static int count_tiles(const Backprop *backprop) { return round_tiles(&backprop->round); }
static int count_pictures(const Backprop *backprop) { return backprop->pictures.are_there ? PICTURE_PARTS : 0; }
static int count_bands(const Backprop *backprop) { return backprop->pictures.are_there ? 0 : BANDS; }
static int count_between(const Backprop *backprop) { return is_last_round(backprop) ? 0 : BANDS; }
static int count_updates(const Backprop *backprop)
{
    return is_last_round(backprop) ? BANDS + backprop->hidden.block_count : 0;
}

// The runs of a round, those of backprop.h's table.
static const struct {
    PoolTask *task;
    int (*count)(const Backprop *backprop);
    void (*end)(Backprop *backprop); // behind it; NULL: nothing
} runs[] = {
    {multiply_first, count_first, NULL},
    {forward_hidden, count_tiles, NULL},
    {train_pictures, count_pictures, NULL},
    {train_band, count_bands, NULL},
    {backward_hidden, count_tiles, end_passes},
    {finish_band, count_between, NULL},
    {update, count_updates, NULL},
};
enum { RUN_COUNT = sizeof runs / sizeof *runs };

static void update_sigma(Backprop *backprop, double loss, double count)
{
    const size_t offset = backprop->model->log_sigma_offset;
    float *const gradient = backprop->bands.gradient + offset; // its padding stays 0
    if (offset == 0)
        return;
    gradient[0] = backprop_sigma_gradient(loss, count, (double)backprop->parameters[offset]);
    backprop->update(backprop->update_context, offset, backprop->parameters + offset, gradient, KERNEL_PAD);
}

void backprop_begin(Backprop *backprop, const Batch *batch, const Batch *next, UpdateParameters *change, void *context)
{
    const bool has_begun = backprop->next.rows > 0;
    if (backprop->slices) {
        slices_begin(backprop->slices, batch, change, context);
        return;
    }
    assert(batch->rows > 0 && (!has_begun || backprop->next.images == batch->images));
    backprop->update = change;
    backprop->update_context = context;
    backprop->settings = model_loss_settings(backprop->model, backprop->parameters);
    backprop->step = (BackpropStep){.batch = *batch, .has_first_logits = has_begun};
    if (next)
        backprop->step.following = *next;
    begin_round(backprop, 0);
}

// True when the round is done.
static bool advance_round(Backprop *backprop, int64_t until_ns)
{
    BackpropStep *step = &backprop->step;
    while (step->run < RUN_COUNT) {
        if (!pool_run_until(backprop->pool, runs[step->run].count(backprop), runs[step->run].task, backprop, until_ns,
                            &step->task))
            return false;
        if (runs[step->run].end)
            runs[step->run].end(backprop);
        step->run++;
        step->task = 0;
        if (until_ns != INT64_MAX && step->run < RUN_COUNT && clock_now_ns() >= until_ns)
            return false;
    }
    return true;
}

bool backprop_advance(Backprop *backprop, int64_t until_ns, double *loss)
{
    const BackpropStep *step = &backprop->step;
    if (backprop->slices)
        return slices_advance(backprop->slices, until_ns, loss);
    while (advance_round(backprop, until_ns)) {
        if (is_last_round(backprop)) {
            update_sigma(backprop, step->loss, (double)step->batch.rows * backprop->model->pixels);
            *loss = step->loss;
            return true;
        }
        begin_round(backprop, step->first + ROUND_ROWS);
    }
    return false;
}

double backprop_step(Backprop *backprop, const Batch *batch, const Batch *next, UpdateParameters *change, void *context)
{
    double loss;
    backprop_begin(backprop, batch, next, change, context);
    (void)backprop_advance(backprop, INT64_MAX, &loss);
    return loss;
}
