// Grids, the table of the kinds of stages, and those that only move numbers about.
#include "models/lane.h"

#include <assert.h>
#include <string.h>

#include "models/lane_kinds.h"

// ---- grids --------------------------------------------------------------------------------------------------------

Grid grid_of(const Shape *shape, Margin margin)
{
    Grid grid = {.channels = shape->channels, .height = shape->height, .width = shape->width};
    const size_t columns = (size_t)(margin.left + shape->width + margin.right);
    const size_t pixels = (size_t)(margin.above + shape->height + margin.below) * columns;
    grid.pitch = columns * LANE_IMAGES;
    grid.plane = (pixels | 1) * LANE_IMAGES; // channels that are a power of two apart would push each other out
    grid.origin = (size_t)margin.above * grid.pitch + (size_t)margin.left * LANE_IMAGES;
    grid.size = (size_t)shape->channels * grid.plane;
    return grid;
}

void grid_from_rows(const Grid *grid, const float *values, size_t plane, size_t stride, int rows, float *lanes)
{
    const size_t width = (size_t)grid->width;
    for (int channel = 0; channel < grid->channels; channel++)
        for (int y = 0; y < grid->height; y++) {
            float *const to = lanes + grid_row(grid, channel, y);
            if (rows < LANE_IMAGES)
                memset(to, 0, grid_line(grid) * sizeof *to);
            kernel_get()->transpose(values + (size_t)channel * plane + (size_t)y * width, stride, (size_t)rows, width,
                                    to, LANE_IMAGES);
        }
}

void grid_to_rows(const Grid *grid, const float *lanes, int rows, float *values, size_t plane, size_t stride)
{
    const size_t width = (size_t)grid->width;
    for (int channel = 0; channel < grid->channels; channel++)
        for (int y = 0; y < grid->height; y++)
            kernel_get()->transpose(lanes + grid_row(grid, channel, y), LANE_IMAGES, width, (size_t)rows,
                                    values + (size_t)channel * plane + (size_t)y * width, stride);
}

// ---- pool and up --------------------------------------------------------------------------------------------------

static void pool_forward_lanes(const Stage *stage, const StageForward *pass)
{
    const Activation *linear = activation_get(HIDDEN_ACTIVATION, activation_find(HIDDEN_ACTIVATION, "linear"));
    const Grid compact = grid_of(&stage->layer->to, (Margin){0});
    for (int channel = 0; channel < compact.channels; channel++)
        for (int y = 0; y < compact.height; y++) {
            const float *const above = pass->x + grid_row(&stage->x, channel, 2 * y);
            linear->pool(&(LanePool){
                .count = (size_t)compact.width,
                .has_half = stage->x.width % 2 == 1,
                .above = above,
                .below = 2 * y + 1 < stage->x.height ? above + stage->x.pitch : above,
                .values = pass->arrays->value + grid_row(&stage->value, channel, y),
                .slopes = pass->arrays->pooled + grid_row(&compact, channel, y),
                .chosen = pass->arrays->chosen + grid_row(&compact, channel, y),
            });
        }
}

static void pool_backward_lanes(const Stage *stage, const StageBackward *pass)
{
    const Grid given = grid_of(&stage->layer->to, (Margin){0}), out = grid_of(&stage->layer->given, (Margin){0});
    for (int channel = 0; pass->upstream && channel < given.channels; channel++)
        for (int y = 0; y < given.height; y++) {
            float *const above = pass->upstream + grid_row(&out, channel, 2 * y);
            kernel_get()->unpool_lanes(&(LaneUnpool){
                .count = (size_t)given.width,
                .has_half = out.width % 2 == 1,
                .upstream = pass->given + grid_row(&given, channel, y),
                .chosen = pass->arrays->chosen + grid_row(&given, channel, y),
                .above = above,
                .below = 2 * y + 1 < out.height ? above + out.pitch : NULL,
            });
        }
}

static void up_forward_lanes(const Stage *stage, const StageForward *pass)
{
    const Grid *to = &stage->value;
    for (int channel = 0; channel < to->channels; channel++)
        for (int y = 0; y < to->height; y++) {
            const float *const from = pass->x + grid_row(&stage->x, channel, y / 2);
            float *const row = pass->arrays->value + grid_row(to, channel, y);
            for (size_t x = 0; x < (size_t)to->width; x++)
                memcpy(row + x * LANE_IMAGES, from + x / 2 * LANE_IMAGES, LANE_IMAGES * sizeof *row);
        }
}

static void up_backward_lanes(const Stage *stage, const StageBackward *pass)
{
    const Grid given = grid_of(&stage->layer->to, (Margin){0}), out = grid_of(&stage->layer->given, (Margin){0});
    for (int channel = 0; pass->upstream && channel < out.channels; channel++)
        for (int y = 0; y < out.height; y++) {
            const float *const above = pass->given + grid_row(&given, channel, 2 * y), *const below =
                                                                                           above + given.pitch;
            float *const to = pass->upstream + grid_row(&out, channel, y);
            for (size_t i = 0; i < grid_line(&out); i++) {
                const size_t left = i / LANE_IMAGES * 2 * LANE_IMAGES + i % LANE_IMAGES, right = left + LANE_IMAGES;
                to[i] = (above[left] + above[right]) + (below[left] + below[right]);
            }
        }
}

// ---- pictures as units, and back ----------------------------------------------------------------------------------

static size_t count_pixels(const Shape *shape) { return (size_t)shape->height * (size_t)shape->width; }

static void flatten_forward_lanes(const Stage *stage, const StageForward *pass)
{
    const Layer *layer = stage->layer;
    grid_to_rows(&stage->x, pass->x, pass->rows, pass->arrays->value, count_pixels(&layer->from), layer->to.stride);
}

static void flatten_backward_lanes(const Stage *stage, const StageBackward *pass)
{
    const Layer *layer = stage->layer;
    const Grid out = grid_of(&layer->from, (Margin){0});
    if (pass->upstream)
        grid_from_rows(&out, pass->given, count_pixels(&layer->from), layer->to.stride, pass->rows, pass->upstream);
}

static void reshape_forward_lanes(const Stage *stage, const StageForward *pass)
{
    const Layer *layer = stage->layer;
    grid_from_rows(&stage->value, pass->x, count_pixels(&layer->to), layer->from.stride, pass->rows,
                   pass->arrays->value);
}

static void reshape_backward_lanes(const Stage *stage, const StageBackward *pass)
{
    const Layer *layer = stage->layer;
    const Grid given = grid_of(&layer->to, (Margin){0});
    if (!pass->upstream)
        return;
    memset(pass->upstream, 0, (size_t)pass->rows * layer->from.stride * sizeof *pass->upstream); // gaps
    grid_to_rows(&given, pass->given, pass->rows, pass->upstream, count_pixels(&layer->to), layer->from.stride);
}

// ---- the table ----------------------------------------------------------------------------------------------------

typedef struct Kind {
    ForwardStage *forward; // NULL: of units alone (layer.h)
    BackwardStage *backward;
} Kind;

static const Kind kinds[LAYER_KIND_COUNT] = {
    [LAYER_CONV] = {lane_conv_forward, lane_conv_backward},
    [LAYER_UNCONV] = {lane_unconv_forward, lane_unconv_backward},
    [LAYER_POOL] = {pool_forward_lanes, pool_backward_lanes},
    [LAYER_UP] = {up_forward_lanes, up_backward_lanes},
    [LAYER_FLATTEN] = {flatten_forward_lanes, flatten_backward_lanes},
    [LAYER_RESHAPE] = {reshape_forward_lanes, reshape_backward_lanes},
};

static bool is_convolution(const Layer *layer) { return layer->kind == LAYER_CONV || layer->kind == LAYER_UNCONV; }

static Grid plan_grid(const Shape *shape, const Layer *reader, bool is_of_slope)
{
    const bool has_reach = reader && is_convolution(reader);
    return shape_is_picture(shape) ? grid_of(shape, has_reach ? lane_conv_reach(reader, is_of_slope) : (Margin){0})
                                   : (Grid){0};
}

int stage_list(const Layer *layers, int count, Stage *stages)
{
    int stage_count = 0;
    for (int i = 0; i < count; i++) {
        if (layers[i].is_folded)
            continue;
        Stage *stage = &stages[stage_count++];
        *stage = (Stage){.layer = &layers[i], .last = &layers[i], .has_lanes = kinds[layers[i].kind].forward != NULL};
        if (i + 1 < count && layers[i].kind == LAYER_CONV && layers[i].scale == 1 && layers[i].is_bent &&
            layers[i + 1].kind == LAYER_POOL)
            stage->pool = stage->last = &layers[++i];
    }
    for (int i = 0; i < stage_count; i++) {
        Stage *stage = &stages[i];
        const Layer *layer = stage->layer;
        stage->x = plan_grid(&layer->given, layer, false);
        stage->value = plan_grid(&stage->last->to, i + 1 < stage_count ? stages[i + 1].layer : NULL, false);
        stage->slope = plan_grid(&layer->to, layer, true);
        stage->scratch = is_convolution(layer) ? lane_conv_scratch(stage) : layer->scratch;
    }
    return stage_count;
}

void stage_forward(const Stage *stage, const float *parameters, const Activation *hidden, const float *x, int rows,
                   const StageArrays *arrays, float *scratch)
{
    assert(stage->has_lanes && rows <= LANE_IMAGES);
    kinds[stage->layer->kind].forward(
        stage, &(StageForward){
                   .parameters = parameters, .x = x, .hidden = hidden, .rows = rows, .arrays = arrays, .scratch = scratch});
}

void stage_backward(const Stage *stage, const StageBackward *pass)
{
    const Layer *layer = stage->layer;
    if (pass->is_first)
        memset(pass->gradient + layer->weight_offset, 0, (layer_end(layer) - layer->weight_offset) * sizeof(float));
    kinds[layer->kind].backward(stage, pass);
}
