// The layers between the first weights and the last: a tile of images goes through them as a whole.
//
// To add a kind of layer: what forward_layer and backward_layer do for it, its blocks of parameters, and bands_fit.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "models/model_layers.h"
#include "models/sample.h"
#include "training/backprop_parts.h"
#include "training/dense.h"

enum { BLOCK_FLOATS = 4096 }; // parameters of a block, about

static_assert((int)SPEC_WIDTH_MAX <= (int)BLOCK_FLOATS, "a block has a row at least: raise BLOCK_FLOATS");

static int hidden_layers(const Backprop *backprop) { return backprop->model->layer_count - 1; }

// Of a tile, (rows, stride).
static float *find_values(const Backprop *backprop, int layer, int tile)
{
    return backprop->hidden.values[layer] + (size_t)tile * TILE_ROWS * backprop->model->layers[layer].to.stride;
}

static float *find_slopes(const Backprop *backprop, int layer, int tile)
{
    return backprop->hidden.slopes[layer] + (size_t)tile * TILE_ROWS * backprop->model->layers[layer].to.stride;
}

const float *hidden_code(const Backprop *backprop, int tile)
{
    return find_values(backprop, hidden_layers(backprop) - 1, tile);
}

const float *hidden_first_slope(const Backprop *backprop, int tile) { return find_slopes(backprop, 0, tile); }

// ---- memory -------------------------------------------------------------------------------------------------------

// blocks may be NULL: to count them.
static int plan_blocks(const Backprop *backprop, HiddenBlock *blocks)
{
    int count = 0;
    for (int i = 0; i < hidden_layers(backprop); i++) {
        const Layer *layer = &backprop->model->layers[i];
        if (layer->kind == LAYER_SAMPLE)
            continue;
        const int in = i > 0 ? layer->in : 0; // the first layer's weights belong to the bands
        const int rows = (int)(BLOCK_FLOATS / layer->stride);
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

bool hidden_init(Backprop *backprop)
{
    Hidden *hidden = &backprop->hidden;
    const Model *model = backprop->model;
    hidden->offset = model->layers[0].bias_offset;
    hidden->count = model->layers[model->layer_count - 1].weight_offset - hidden->offset;
    for (int i = 1; i < hidden_layers(backprop); i++)
        if (model->layers[i].kind == LAYER_DENSE)
            hidden->transposed_stride[i] = dense_transposed_stride(&model->layers[i]);
    hidden->block_count = plan_blocks(backprop, NULL);
    hidden->blocks = malloc((size_t)hidden->block_count * sizeof *hidden->blocks);
    if (hidden->blocks)
        (void)plan_blocks(backprop, hidden->blocks);
    return hidden->blocks != NULL;
}

void hidden_free(Backprop *backprop) { free(backprop->hidden.blocks); }

void hidden_lay_out(Backprop *backprop, Cutter *cutter)
{
    Hidden *hidden = &backprop->hidden;
    size_t widest = 0;
    for (int i = 0; i < hidden_layers(backprop); i++) {
        const Layer *layer = &backprop->model->layers[i];
        hidden->values[i] = cutter_take(cutter, ROUND_ROWS * layer->to.stride);
        hidden->slopes[i] = cutter_take(cutter, ROUND_ROWS * layer->to.stride);
        if (i > 0)
            hidden->transposed[i] = cutter_take(cutter, hidden->transposed_stride[i] * (size_t)layer->out);
        widest = layer->to.stride > widest ? layer->to.stride : widest;
    }
    hidden->upstream = cutter_take(cutter, ROUND_ROWS * widest);
    for (int tile = 0; tile < ROUND_TILES; tile++)
        hidden->gradient[tile] = cutter_take(cutter, hidden->count);
    hidden->upstream_stride = widest;
}

static void refresh_block(Backprop *backprop, const HiddenBlock *block)
{
    const Layer *layer = &backprop->model->layers[block->layer];
    const size_t first = (size_t)block->first, stride = backprop->hidden.transposed_stride[block->layer];
    kernel_get()->transpose(backprop->parameters + layer->weight_offset + first * layer->stride, layer->stride,
                            (size_t)block->end - first, (size_t)layer->out,
                            backprop->hidden.transposed[block->layer] + first, stride);
}

void hidden_refresh_all(Backprop *backprop)
{
    for (int i = 0; i < backprop->hidden.block_count; i++)
        if (backprop->hidden.blocks[i].end > 0)
            refresh_block(backprop, &backprop->hidden.blocks[i]);
}

// ---- forward and backward -----------------------------------------------------------------------------------------

// What a layer behind the first makes of a tile before any activation, where its activations are going to be.
static void forward_layer(Backprop *backprop, int i, int tile)
{
    const Layer *layer = &backprop->model->layers[i];
    const float *x = find_values(backprop, i - 1, tile);
    float *z = find_values(backprop, i, tile);
    const int rows = (int)round_tile_rows(&backprop->round, tile);
    if (layer->kind == LAYER_SAMPLE)
        backprop->hidden.penalty[tile][PENALTY_KL] = backprop_draw_code(
            backprop->model, layer, &backprop->round, backprop->round.images + tile * TILE_ROWS, rows, x, z);
    else
        model_forward_layer(layer, backprop->parameters, x, layer->from.stride, rows, 0, layer->stride, z,
                            layer->stride);
}

void hidden_forward(Backprop *backprop, int tile)
{
    const Model *model = backprop->model;
    const Activation *activation = activation_get(HIDDEN_ACTIVATION, model->spec.hidden);
    const size_t rows = round_tile_rows(&backprop->round, tile);
    for (int i = 0; i < hidden_layers(backprop); i++) {
        float *values = find_values(backprop, i, tile);
        if (i == 0)
            first_sum_logits(backprop, tile, backprop->parameters + model->layers[0].bias_offset, values);
        else
            forward_layer(backprop, i, tile);
        if (model->layers[i].is_bent)
            activation->apply(values, values, find_slopes(backprop, i, tile), rows * model->layers[i].to.stride);
    }
}

// From dL/dz of a layer behind the first to its weights' gradient and to dL/dx, upstream. What is padding stays zero:
// the transposed weights and the biases have zeros there.
static void backward_layer(const Backprop *backprop, int i, int tile, float *upstream)
{
    const Hidden *hidden = &backprop->hidden;
    const Layer *layer = &backprop->model->layers[i];
    const DenseBackward pass = {
        .rows = round_tile_rows(&backprop->round, tile),
        .in = (size_t)layer->in,
        .out = (size_t)layer->out,
        .x = find_values(backprop, i - 1, tile),
        .x_stride = layer->from.stride,
        .slope = find_slopes(backprop, i, tile),
        .slope_stride = layer->stride,
        .gradient = hidden->gradient[tile] + layer->weight_offset - hidden->offset,
        .gradient_stride = layer->stride,
        .add_gradient = !backprop->is_first_round,
        .transposed = hidden->transposed[i],
        .transposed_stride = hidden->transposed_stride[i],
        .upstream = upstream,
    };
    dense_find_gradient(&pass);
    dense_find_upstream(&pass);
}

// The same of what was drawn, with what the code costs.
static void backward_code(const Backprop *backprop, int i, int tile, float *upstream)
{
    const Layer *layer = &backprop->model->layers[i];
    const LayerBackward pass = {
        .rows = (int)round_tile_rows(&backprop->round, tile),
        .x = find_values(backprop, i - 1, tile),
        .z = find_values(backprop, i, tile),
        .slope = find_slopes(backprop, i, tile),
        .upstream = upstream,
    };
    layer_backward(layer, &pass);
    sample_add_kl_slope(layer, pass.x, pass.rows, backprop_find_kl_weight(backprop->model), upstream);
}

void hidden_backward(Backprop *backprop, int tile)
{
    const Kernel *kernel = kernel_get();
    Hidden *hidden = &backprop->hidden;
    const Spec *spec = &backprop->model->spec;
    const size_t rows = round_tile_rows(&backprop->round, tile);
    float *upstream = hidden->upstream + (size_t)tile * TILE_ROWS * hidden->upstream_stride;
    last_sum_upstream(backprop, tile, upstream);
    for (int i = hidden_layers(backprop) - 1; i >= 0; i--) {
        const Layer *layer = &backprop->model->layers[i];
        float *slopes = find_slopes(backprop, i, tile);
        if (spec->l1 > 0.0f && i == backprop->model->code_index)
            hidden->penalty[tile][PENALTY_PRICE] =
                backprop_add_penalty(backprop->model, find_values(backprop, i, tile), rows, upstream);
        if (layer->is_bent)
            kernel->scale(slopes, upstream, rows * layer->to.stride);
        else
            memcpy(slopes, upstream, rows * layer->to.stride * sizeof *slopes);
        if (layer->kind == LAYER_SAMPLE) {
            backward_code(backprop, i, tile, upstream);
            continue;
        }
        kernel->sum_rows(slopes, layer->stride, rows, layer->stride,
                         hidden->gradient[tile] + layer->bias_offset - hidden->offset, !backprop->is_first_round);
        if (i > 0)
            backward_layer(backprop, i, tile, upstream);
    }
}

void hidden_sum_first_slopes(const Backprop *backprop, float *sums)
{
    const Hidden *hidden = &backprop->hidden;
    const Layer *layer = first_layer(backprop);
    kernel_get()->add_parts((const float *const *)hidden->gradient, backprop->part_count,
                            layer->bias_offset - hidden->offset, NULL, 1, layer->stride, sums);
}

// ---- update -------------------------------------------------------------------------------------------------------

static void update(Backprop *backprop, size_t offset, size_t count)
{
    const Hidden *hidden = &backprop->hidden;
    float gradient[BLOCK_FLOATS];
    kernel_get()->add_parts((const float *const *)hidden->gradient, backprop->part_count, offset - hidden->offset, NULL,
                            1, count, gradient);
    backprop->update(backprop->update_context, offset, backprop->parameters + offset, gradient, count);
}

void hidden_update(Backprop *backprop, int index)
{
    const HiddenBlock *block = &backprop->hidden.blocks[index];
    const Layer *layer = &backprop->model->layers[block->layer];
    const size_t rows = (size_t)(block->end - block->first);
    if (rows > 0) {
        update(backprop, layer->weight_offset + (size_t)block->first * layer->stride, rows * layer->stride);
        refresh_block(backprop, block);
    }
    if (block->first == 0)
        update(backprop, layer->bias_offset, layer->stride);
}
