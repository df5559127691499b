// A tile of a slice: a few images forward, their loss, and back, in phases.
#include <math.h>
#include <string.h>

#include "models/model_layers.h"
#include "models/pixels.h"
#include "models/range.h"
#include "models/sample.h"
#include "training/slices_parts.h"

// ---- input --------------------------------------------------------------------------------------------------------

static const uint8_t *find_image(const Slices *slices, int image)
{
    return slices->batch.pixels + (size_t)image * (size_t)slices->model->pixels;
}

static uint64_t find_key(const Slices *slices, int image)
{
    return pixels_training_key(&slices->model->spec, slices->batch.epoch, image);
}

static void read_input(const Slices *slices, const ImageTile *tile, Slice *slice)
{
    const size_t pixels = (size_t)slices->model->pixels;
    for (int row = 0; row < tile->rows; row++) {
        float *const input = slice->arrays->input + (size_t)row * pixels;
        const int image = tile->images[row];
        pixels_read(&slices->model->spec, find_key(slices, image), find_image(slices, image), 0, pixels, input);
        range_map_all(slices->range, input, pixels);
    }
    if (slices->stages[0].x.size > 0)
        grid_from_rows(&slices->stages[0].x, slice->arrays->input, pixels, pixels, tile->rows, slice->arrays->picture);
}

static void read_bytes(const Slices *slices, const ImageTile *tile, Slice *slice)
{
    const size_t pixels = (size_t)slices->model->pixels;
    slice->arrays->tile = (Tile){.count = (size_t)tile->rows, .pixels = pixels, .lit = slice->arrays->lit};
    for (int row = 0; row < tile->rows; row++) {
        const int image = tile->images[row];
        uint8_t *const bytes = slice->arrays->bytes + (size_t)row * pixels;
        slice->arrays->tile.rows[row] = bytes;
        pixels_damage(&slices->model->spec, find_key(slices, image), find_image(slices, image), 0, pixels, bytes);
    }
    kernel_get()->find_lit(&slice->arrays->tile);
}

// The first layer from bytes.
static void multiply_bytes(const Slices *slices, Slice *slice)
{
    const Layer *layer = &slices->model->layers[0];
    kernel_get()->multiply_tile(&(TileProduct){
        .tile = &slice->arrays->tile,
        .n = layer->stride,
        .b = slices->parameters + layer->weight_offset,
        .b_stride = layer->stride,
        .c = slice->arrays->stages[0].value,
        .c_stride = layer->stride,
        .bias = slices->parameters + layer->bias_offset,
    });
}

static void find_bytes_gradient(const Slices *slices, const float *slope, bool is_first, Slice *slice)
{
    const Layer *layer = &slices->model->layers[0];
    kernel_get()->multiply_tile_transposed(&(TileProduct){
        .tile = &slice->arrays->tile,
        .n = layer->stride,
        .b = slope,
        .b_stride = layer->stride,
        .c = slice->gradient + layer->weight_offset,
        .c_stride = layer->stride,
        .accumulate = !is_first,
    });
    kernel_get()->sum_rows(slope, layer->stride, slice->arrays->tile.count, layer->stride,
                           slice->gradient + layer->bias_offset, !is_first);
}

// ---- forward ------------------------------------------------------------------------------------------------------

static const float *find_x(const Slices *slices, const Slice *slice, int i)
{
    return i > 0                          ? slice->arrays->stages[i - 1].value
           : slices->stages[0].x.size > 0 ? slice->arrays->picture
                                          : slice->arrays->input;
}

static void go_forward(const Slices *slices, const ImageTile *tile, int i, Slice *slice)
{
    const Model *model = slices->model;
    const Activation *activation = activation_get(HIDDEN_ACTIVATION, model->spec.hidden);
    const Stage *stage = &slices->stages[i];
    const Layer *layer = stage->layer;
    const StageArrays *arrays = &slice->arrays->stages[i];
    const float *x = find_x(slices, slice, i);
    if (stage->has_lanes) {
        stage_forward(stage, slices->parameters, activation, x, tile->rows, arrays, slice->arrays->scratch);
        return;
    }
    if (i == 0 && slices->takes_bytes)
        multiply_bytes(slices, slice);
    else if (layer->kind == LAYER_SAMPLE)
        slice->penalty[PENALTY_KL] +=
            backprop_draw_code(model, layer, &slices->batch, tile->images, tile->rows, x, arrays->value);
    else
        layer_forward(layer, slices->parameters, x, tile->rows, arrays->value, slice->arrays->scratch);
    if (layer->is_bent)
        activation->apply(arrays->value, arrays->value, arrays->slope, (size_t)tile->rows * layer->to.stride);
}

// ---- loss ---------------------------------------------------------------------------------------------------------

// The loss of a strip of the outputs' logits z (rows, pixels), which become dL/dz.
static double lose_strip(const Slices *slices, const ImageTile *tile, const Slice *slice, const uint8_t *const *targets,
                         size_t column, size_t columns, float *z)
{
    const Spec *spec = &slices->model->spec;
    const size_t pixels = (size_t)slices->model->pixels, rows = (size_t)tile->rows;
    float strip[TILE_ROWS * STRIP_COLUMNS], unused[STRIP_COLUMNS];
    for (size_t row = 0; row < rows; row++)
        memcpy(strip + row * STRIP_COLUMNS, z + row * pixels + column, columns * sizeof *strip);
    const double loss = kernel_get()->train[spec->loss][spec->output](&(OutputPass){
        .z = strip,
        .stride = STRIP_COLUMNS,
        .targets = targets,
        .scale = slices->range.scale,
        .offset = slices->range.offset,
        .upcoming = targets,
        .column = column,
        .rows = rows,
        .columns = columns,
        .bias_slope = unused,
        .settings = slices->settings,
        .powers = slice->arrays->powers + column,
        .powers_stride = pixels,
        .scales = slice->arrays->scales,
    });
    for (size_t row = 0; row < rows; row++)
        memcpy(z + row * pixels + column, strip + row * STRIP_COLUMNS, columns * sizeof *strip);
    return loss;
}

// The output's logits, (rows, pixels).
static float *find_logits(const Slices *slices, const ImageTile *tile, Slice *slice)
{
    const int last = slices->stage_count - 1;
    const size_t pixels = (size_t)slices->model->pixels;
    if (!slices->stages[last].has_lanes)
        return slice->arrays->stages[last].value;
    grid_to_rows(&slices->stages[last].value, slice->arrays->stages[last].value, tile->rows, slice->arrays->z, pixels,
                 pixels);
    return slice->arrays->z;
}

// Where outputs share a picture, which is one pane here.
static void find_shares(const Slices *slices, size_t rows, const float *z, Slice *slice)
{
    const size_t pixels = (size_t)slices->model->pixels;
    float peaks[TILE_ROWS] = {0}, sums[TILE_ROWS] = {0};
    kernel_get()->find_powers(z, slice->arrays->powers, pixels, rows, pixels, peaks, sums);
    kernel_get()->find_scales(peaks, sums, 1, rows, slice->arrays->scales);
}

static void share_slopes(const Slices *slices, size_t rows, float *z, const Slice *slice)
{
    const size_t pixels = (size_t)slices->model->pixels;
    float totals[TILE_ROWS] = {0};
    kernel_get()->add_row_sums(z, pixels, rows, pixels, totals);
    kernel_get()->share_slopes(z, slice->arrays->powers, pixels, rows, pixels, slice->arrays->scales, totals, NULL,
                               false);
}

static double find_loss(const Slices *slices, const ImageTile *tile, Slice *slice)
{
    const Spec *spec = &slices->model->spec;
    const size_t pixels = (size_t)slices->model->pixels, rows = (size_t)tile->rows;
    const bool is_of_picture = activation_get(OUTPUT_ACTIVATION, spec->output)->is_of_picture;
    float *const z = find_logits(slices, tile, slice);
    const uint8_t *targets[TILE_ROWS];
    double loss = 0.0;
    for (size_t row = 0; row < rows; row++) {
        uint8_t *const target = slice->arrays->targets + row * pixels;
        const int image = tile->images[row];
        pixels_target(spec, find_key(slices, image), find_image(slices, image), 0, pixels, target);
        targets[row] = target;
    }
    if (is_of_picture)
        find_shares(slices, rows, z, slice);
    for (size_t column = 0; column < pixels; column += STRIP_COLUMNS)
        loss += lose_strip(slices, tile, slice, targets, column,
                           pixels - column < STRIP_COLUMNS ? pixels - column : STRIP_COLUMNS, z);
    if (is_of_picture)
        share_slopes(slices, rows, z, slice);
    const int last = slices->stage_count - 1;
    if (slices->stages[last].has_lanes)
        grid_from_rows(&slices->stages[last].slope, z, pixels, pixels, tile->rows, slice->arrays->stages[last].slope);
    return loss;
}

// ---- backward -----------------------------------------------------------------------------------------------------

// backprop_add_penalty, where the code is a picture.
static double add_lane_penalty(const Slices *slices, const ImageTile *tile, const Stage *stage, const float *value,
                               float *upstream)
{
    const float penalty = backprop_find_penalty(slices->model);
    double size = 0.0;
    const Grid *from = &stage->value, to = grid_of(&stage->last->to, (Margin){0});
    for (int channel = 0; channel < to.channels; channel++)
        for (size_t pixel = 0; pixel < (size_t)(to.height * to.width); pixel++) {
            const size_t y = pixel / (size_t)to.width, x = pixel % (size_t)to.width;
            const size_t at = (size_t)channel * from->plane + from->origin + y * from->pitch + x * LANE_IMAGES;
            float *const slopes = upstream + (size_t)channel * to.plane + pixel * LANE_IMAGES;
            for (size_t row = 0; row < (size_t)tile->rows; row++) {
                slopes[row] += backprop_penalty_slope(penalty, value[at + row]);
                size += fabs((double)value[at + row]);
            }
        }
    return (double)slices->model->spec.l1 * size;
}

// What is paid for a stage's values beside the loss, on top of dL/dvalue.
static void add_penalties(const Slices *slices, const ImageTile *tile, int i, float *upstream, Slice *slice)
{
    const Model *model = slices->model;
    const Stage *stage = &slices->stages[i], *next = stage + 1;
    const float *const value = slice->arrays->stages[i].value;
    if (next->layer->kind == LAYER_SAMPLE)
        sample_add_kl_slope(next->layer, value, tile->rows, backprop_find_kl_weight(model), upstream);
    if (!(model->spec.l1 > 0.0f) || stage->last != &model->layers[model->code_index])
        return;
    if (stage->value.size > 0)
        slice->penalty[PENALTY_PRICE] += add_lane_penalty(slices, tile, stage, value, upstream);
    else
        slice->penalty[PENALTY_PRICE] += backprop_add_penalty(model, value, (size_t)tile->rows, upstream);
}

// Layers of units: dL/dvalue becomes dL/dz.
static const float *finish_units(const Stage *stage, const ImageTile *tile, float *upstream, const StageArrays *arrays)
{
    if (!stage->layer->is_bent)
        return upstream;
    kernel_get()->scale(arrays->slope, upstream, (size_t)tile->rows * stage->layer->to.stride);
    return arrays->slope;
}

// given: dL/dvalue; of the last stage dL/dz is there.
static void go_backward(const Slices *slices, const ImageTile *tile, bool is_first, int i, Slice *slice)
{
    const Stage *stage = &slices->stages[i];
    const StageArrays *arrays = &slice->arrays->stages[i];
    float *const given = i < slices->stage_count - 1 ? slice->arrays->upstream[(i + 1) % 2] : NULL,
                 *const upstream = i > 0 ? slice->arrays->upstream[i % 2] : NULL;
    if (given)
        add_penalties(slices, tile, i, given, slice);
    if (stage->has_lanes) {
        stage_backward(stage, &(StageBackward){
                                  .rows = tile->rows,
                                  .parameters = slices->parameters,
                                  .x = find_x(slices, slice, i),
                                  .arrays = arrays,
                                  .given = given,
                                  .gradient = slice->gradient,
                                  .is_first = is_first,
                                  .upstream = upstream,
                                  .scratch = slice->arrays->scratch,
                              });
        return;
    }
    const float *const slope = given ? finish_units(stage, tile, given, arrays) : arrays->value;
    if (i == 0 && slices->takes_bytes)
        find_bytes_gradient(slices, slope, is_first, slice);
    else
        layer_backward(stage->layer, &(LayerBackward){
                                         .rows = tile->rows,
                                         .parameters = slices->parameters,
                                         .x = find_x(slices, slice, i),
                                         .z = arrays->value,
                                         .slope = slope,
                                         .gradient = slice->gradient,
                                         .is_first = is_first,
                                         .upstream = upstream,
                                         .scratch = slice->arrays->scratch,
                                     });
}

// ---- phases -------------------------------------------------------------------------------------------------------

int slice_count_phases(const Slices *slices) { return 2 * slices->stage_count + 2; }

void slice_do_phase(const Slices *slices, const ImageTile *tile, bool is_first, int phase, Slice *slice)
{
    const int stages = slices->stage_count;
    if (phase == 0 && slices->takes_bytes)
        read_bytes(slices, tile, slice);
    else if (phase == 0)
        read_input(slices, tile, slice);
    else if (phase <= stages)
        go_forward(slices, tile, phase - 1, slice);
    else if (phase == stages + 1)
        slice->loss += find_loss(slices, tile, slice);
    else
        go_backward(slices, tile, is_first, 2 * stages + 1 - phase, slice);
}
