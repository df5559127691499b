// A step, slice by slice.
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "clock.h"
#include "models/model_layers.h"
#include "models/pixels.h"
#include "models/range.h"
#include "training/slices_parts.h"

enum { BLOCK_FLOATS = 8192 };

// ---- memory -------------------------------------------------------------------------------------------------------

static size_t count_floats(const Grid *grid, const Shape *shape, size_t rows)
{
    return grid->size > 0 ? grid->size : rows * shape->stride;
}

static void lay_out_stage(const Stage *stage, size_t rows, StageArrays *arrays, Cutter *cutter)
{
    const bool pools = stage->has_lanes && stage->last->kind == LAYER_POOL;
    const size_t pooled = pools ? grid_of(&stage->last->to, (Margin){0}).size : 0;
    arrays->value = cutter_take(cutter, count_floats(&stage->value, &stage->last->to, rows));
    arrays->slope = cutter_take(cutter, count_floats(&stage->slope, &stage->layer->to, rows));
    arrays->pooled = cutter_take(cutter, pooled);
    arrays->chosen = cutter_take(cutter, pooled);
}

static void lay_out_tile(const Slices *slices, TileArrays *arrays, Cutter *cutter)
{
    const Model *model = slices->model;
    const size_t rows = (size_t)slices->tile_rows, pixels = (size_t)model->pixels;
    size_t widest = rows * pixels, scratch = 0;
    arrays->input = cutter_take(cutter, rows * pixels);
    arrays->picture = cutter_take(cutter, slices->stages[0].x.size);
    for (int i = 0; i < slices->stage_count; i++) {
        const Stage *stage = &slices->stages[i];
        const Shape *to = &stage->last->to;
        const Grid compact = grid_of(to, (Margin){0});
        const size_t floats = stage->value.size > 0 ? compact.size : rows * to->stride;
        lay_out_stage(stage, rows, &arrays->stages[i], cutter);
        widest = floats > widest ? floats : widest;
        scratch = stage->scratch > scratch ? stage->scratch : scratch;
    }
    arrays->z = cutter_take(cutter, rows * pixels);
    for (int i = 0; i < 2; i++)
        arrays->upstream[i] = cutter_take(cutter, widest);
    arrays->scratch = cutter_take(cutter, scratch);
    arrays->powers = cutter_take(cutter, rows * pixels);
    arrays->targets = cutter_take_bytes(cutter, rows * pixels);
    arrays->bytes = cutter_take_bytes(cutter, rows * pixels);
    arrays->lit = (uint64_t *)(void *)cutter_take_bytes(cutter, pixels / QUAD * sizeof(uint64_t));
}

static size_t lay_out(Slices *slices, float *memory)
{
    Cutter cutter = {.memory = memory};
    slices->parameters = cutter_take(&cutter, slices->model->parameter_count);
    for (int i = 0; i < SLICES; i++)
        slices->slice[i].gradient = cutter_take(&cutter, slices->model->parameter_count);
    for (int i = 0; i < slices->array_count; i++)
        lay_out_tile(slices, &slices->arrays[i], &cutter);
    return cutter.used;
}

Slices *slices_create(const Model *model, Pool *pool, Error *error)
{
    Slices *slices = calloc(1, sizeof *slices);
    if (slices) {
        *slices = (Slices){.model = model, .pool = pool, .tile_rows = model_choose_chunk(model)};
        slices->array_count = pool_thread_count(pool) < SLICES ? pool_thread_count(pool) : SLICES;
        slices->stage_count = stage_list(model->layers, model->layer_count, slices->stages);
        for (int i = 0; i < slices->stage_count; i++)
            slices->has_lanes |= slices->stages[i].has_lanes;
        if (slices->has_lanes)
            slices->tile_rows = LANE_IMAGES;
        slices->memory = floats_create_large(lay_out(slices, NULL));
    }
    if (!slices || !slices->memory) {
        slices_destroy(slices);
        error_set(error, "out of memory: training a model with %zu parameters", model->parameter_count);
        return NULL;
    }
    (void)lay_out(slices, slices->memory);
    return slices;
}

void slices_destroy(Slices *slices)
{
    if (!slices)
        return;
    floats_free(slices->memory);
    free(slices);
}

void slices_set_parameters(Slices *slices, const float *parameters)
{
    memcpy(slices->parameters, parameters, slices->model->parameter_count * sizeof *parameters);
    slices->range = range_of(slices->model, parameters);
    slices->takes_bytes = slices->model->layers[0].kind == LAYER_DENSE && range_is_unit(slices->range) &&
                          pixels_stay_bytes(&slices->model->spec);
}

void slices_get_parameters(const Slices *slices, float *parameters)
{
    memcpy(parameters, slices->parameters, slices->model->parameter_count * sizeof *parameters);
}

// ---- a step -------------------------------------------------------------------------------------------------------

// Where a slice of the batch begins: at a whole tile where lanes without an image would cost as much as those with one.
static int find_first(const Slices *slices, int index)
{
    const int rows = slices->batch.rows, grain = slices->has_lanes ? LANE_IMAGES : 1;
    const int first = (rows + grain - 1) / grain * index / SLICES * grain;
    return first < rows ? first : rows;
}

static void begin_slice(const Slices *slices, int index, Slice *slice)
{
    slice->first = slice->row = find_first(slices, index);
    slice->end = find_first(slices, index + 1);
    slice->phase = 0;
    slice->arrays = NULL;
    slice->loss = 0.0;
    memset(slice->penalty, 0, sizeof slice->penalty);
    if (slice->first == slice->end) // fewer images than slices
        memset(slice->gradient, 0, slices->model->parameter_count * sizeof *slice->gradient);
}

// A phase of the tile that is next.
static void take_phase(const Slices *slices, Slice *slice)
{
    const int rest = slice->end - slice->row;
    const ImageTile tile = {slices->batch.images + slice->row, rest < slices->tile_rows ? rest : slices->tile_rows};
    slice_do_phase(slices, &tile, slice->row == slice->first, slice->phase++, slice);
    if (slice->phase < slice_count_phases(slices))
        return;
    slice->row += slices->tile_rows;
    slice->phase = 0;
}

static void train_slice(void *context, int index, int worker)
{
    Slices *slices = context;
    Slice *slice = &slices->slice[index];
    slice->arrays = &slices->arrays[slices->array_count < SLICES ? worker : index];
    while (slice->row < slice->end)
        take_phase(slices, slice);
}

static size_t count_blocks(const Slices *slices)
{
    return (slices->model->moments_offset + BLOCK_FLOATS - 1) / BLOCK_FLOATS;
}

static void update_block(void *context, int index, int worker)
{
    (void)worker;
    Slices *slices = context;
    const size_t offset = (size_t)index * BLOCK_FLOATS, rest = slices->model->moments_offset - offset;
    const size_t count = rest < BLOCK_FLOATS ? rest : BLOCK_FLOATS;
    const float *parts[SLICES];
    float gradient[BLOCK_FLOATS];
    for (int i = 0; i < SLICES; i++)
        parts[i] = slices->slice[i].gradient;
    kernel_get()->add_parts(parts, SLICES, offset, NULL, 1, count, gradient);
    slices->update(slices->context, offset, slices->parameters + offset, gradient, count);
}

static void update_sigma(Slices *slices, double loss, double count)
{
    const size_t offset = slices->model->log_sigma_offset;
    float gradient[KERNEL_PAD] = {0};
    if (offset == 0)
        return;
    gradient[0] = backprop_sigma_gradient(loss, count, (double)slices->parameters[offset]);
    slices->update(slices->context, offset, slices->parameters + offset, gradient, KERNEL_PAD);
}

double slices_penalty(const Slices *slices, Penalty penalty)
{
    double sum = 0.0;
    for (int i = 0; i < SLICES; i++)
        sum += slices->slice[i].penalty[penalty];
    return sum;
}

void slices_begin(Slices *slices, const Batch *batch, UpdateParameters *update, void *context)
{
    slices->settings = model_loss_settings(slices->model, slices->parameters);
    slices->batch = *batch;
    slices->update = update;
    slices->context = context;
    slices->slice_at = slices->block_at = 0;
    for (int i = 0; i < SLICES; i++)
        begin_slice(slices, i, &slices->slice[i]);
}

// On this thread, phase by phase. True when all slices are done.
static bool train_until(Slices *slices, int64_t until_ns)
{
    for (; slices->slice_at < SLICES; slices->slice_at++)
        for (Slice *slice = &slices->slice[slices->slice_at]; slice->row < slice->end;) {
            slice->arrays = &slices->arrays[0];
            take_phase(slices, slice);
            if (clock_now_ns() >= until_ns)
                return false;
        }
    return true;
}

bool slices_advance(Slices *slices, int64_t until_ns, double *loss)
{
    const bool has_begun = slices->slice_at > 0 || slices->slice[0].arrays; // then what is there is this thread's
    if (until_ns == INT64_MAX && !has_begun) {
        pool_run(slices->pool, SLICES, train_slice, slices);
        slices->slice_at = SLICES;
    }
    if (!train_until(slices, until_ns) ||
        !pool_run_until(slices->pool, (int)count_blocks(slices), update_block, slices, until_ns, &slices->block_at))
        return false;
    *loss = 0.0;
    for (int i = 0; i < SLICES; i++)
        *loss += slices->slice[i].loss;
    update_sigma(slices, *loss, (double)slices->batch.rows * slices->model->pixels);
    return true;
}

double slices_step(Slices *slices, const Batch *batch, UpdateParameters *update, void *context)
{
    double loss;
    slices_begin(slices, batch, update, context);
    (void)slices_advance(slices, INT64_MAX, &loss);
    return loss;
}
