// Convolution and the same turned round over lanes, with the activation and the pool behind them.
#include <string.h>

#include "alloc.h"
#include "models/lane_patch.h"
#include "models/lane_window.h"

enum { STRIP_CHANNELS = 8, STRIP_ROWS = 4 }; // an even number

static int most(int a, int b) { return a > b ? a : b; }
static int least(int a, int b) { return a < b ? a : b; }

// ---- scratch ------------------------------------------------------------------------------------------------------

typedef struct Scratch {
    float *weights, *gradient; // of phases
    float *packed;             // (terms, channels of the larger picture)
    uint32_t *at;              // (terms)
    float *strip;              // (STRIP_CHANNELS, STRIP_ROWS, width) pixels
    size_t size;
} Scratch;

// memory NULL: only counts.
static Scratch lay_out(const Stage *stage, const Phases *phases, float *memory)
{
    const Layer *layer = stage->layer;
    Scratch scratch = {0};
    Cutter cutter = {.memory = memory};
    const size_t large = (size_t)large_shape(layer)->channels;
    const size_t terms = phases->terms[phases->count], turned = spread_terms(layer, phases);
    const size_t strip = stage->pool ? STRIP_CHANNELS * (STRIP_ROWS * (size_t)layer->to.width + 1) * LANE_IMAGES : 0;
    scratch.weights = cutter_take(&cutter, phases_scratch(phases, layer));
    scratch.gradient = cutter_take(&cutter, phases_scratch(phases, layer));
    scratch.packed = cutter_take(&cutter, turned * large);
    scratch.at = (uint32_t *)(void *)cutter_take(&cutter, terms > turned ? terms : turned);
    scratch.strip = cutter_take(&cutter, strip);
    scratch.size = cutter.used;
    return scratch;
}

size_t lane_conv_scratch(const Stage *stage)
{
    const Layer *layer = stage->layer;
    const Phases phases = find_phases(layer);
    const size_t windows = lay_out(stage, &phases, NULL).size;
    const size_t patches = patch_fits(layer) ? patch_scratch(layer) : 0;
    return windows > patches ? windows : patches;
}

Margin lane_conv_reach(const Layer *layer, bool is_of_slope)
{
    const Margin windows = window_reach(layer, is_of_slope);
    const Margin patches = patch_fits(layer) ? patch_reach(layer, is_of_slope) : windows;
    return (Margin){.above = most(windows.above, patches.above),
                    .below = most(windows.below, patches.below),
                    .left = most(windows.left, patches.left),
                    .right = most(windows.right, patches.right)};
}

// ---- forward ------------------------------------------------------------------------------------------------------

static void bend_row(const StageForward *pass, const Stage *stage, int y)
{
    for (int channel = 0; channel < stage->value.channels; channel++) {
        float *const row = pass->arrays->value + grid_row(&stage->value, channel, y);
        pass->hidden->apply(row, row, pass->arrays->slope + grid_row(&stage->slope, channel, y),
                            grid_line(&stage->value));
    }
}

typedef struct Taker {
    const Stage *stage;
    const StageForward *pass;
} Taker;

// Of rows of z the pool takes its values while they are in a near cache.
static void take_pooled(void *context, const PatchStrip *strip)
{
    const Taker *taker = context;
    const Stage *stage = taker->stage;
    const StageArrays *arrays = taker->pass->arrays;
    const Shape *z = &stage->layer->to;
    const Grid compact = grid_of(&stage->pool->to, (Margin){0});
    const PatchSpan span = patch_span(strip, z->width);
    const size_t left = (size_t)(span.x / 2) * LANE_IMAGES;
    for (int i = 0; i < strip->channels * strip->rows; i += 2) {
        const int y = strip->y + i % strip->rows, channel = strip->channel + i / strip->rows;
        if (y >= z->height)
            continue;
        const size_t from = (size_t)i * strip->pitch, below = y + 1 < z->height ? strip->pitch : 0;
        const size_t at = grid_row(&compact, channel, y / 2) + left;
        taker->pass->hidden->pool(&(LanePool){
            .count = (size_t)(span.width + 1) / 2,
            .has_half = span.width % 2 == 1,
            .above = strip->values + from,
            .below = strip->values + from + below,
            .values = arrays->value + grid_row(&stage->value, channel, y / 2) + left,
            .slopes = arrays->pooled + at,
            .chosen = arrays->chosen + at,
        });
    }
}

static void forward_pooled(Taker *taker, const Gather *gather, const Scratch *scratch)
{
    const Shape *z = &taker->stage->layer->to;
    const size_t line = (size_t)z->width * LANE_IMAGES;
    for (int y = 0; y < z->height; y += 2)
        for (int first = 0; first < z->channels; first += STRIP_CHANNELS) {
            const int channels = least(z->channels - first, STRIP_CHANNELS);
            LaneProduct product =
                gather_product(gather, 0, (size_t)first, (size_t)channels, y, z->height - y < 2 ? 1 : 2);
            product.c = scratch->strip;
            product.c_plane = 2 * line;
            product.c_row = line;
            product.c_column = LANE_IMAGES;
            kernel_get()->multiply_lanes(&product);
            take_pooled(taker, &(PatchStrip){.channel = first,
                                             .channels = channels,
                                             .y = y,
                                             .rows = 2,
                                             .columns = z->width,
                                             .pitch = line,
                                             .values = scratch->strip});
        }
}

static void take_value(void *context, const PatchStrip *strip)
{
    const Taker *taker = context;
    const Stage *stage = taker->stage;
    const StageArrays *arrays = taker->pass->arrays;
    const PatchSpan span = patch_span(strip, stage->value.width);
    const size_t left = (size_t)span.x * LANE_IMAGES, count = (size_t)span.width * LANE_IMAGES;
    for (int i = 0; i < strip->channels * strip->rows; i++) {
        const int y = strip->y + i % strip->rows, channel = strip->channel + i / strip->rows;
        const float *const from = strip->values + (size_t)i * strip->pitch + span.left;
        if (y < 0 || y >= stage->value.height)
            continue;
        float *const value = arrays->value + grid_row(&stage->value, channel, y) + left;
        if (stage->layer->is_bent)
            taker->pass->hidden->apply(from, value, arrays->slope + grid_row(&stage->slope, channel, y) + left, count);
        else
            memcpy(value, from, count * sizeof *value);
    }
}

void lane_conv_forward(const Stage *stage, const StageForward *pass)
{
    const Layer *layer = stage->layer;
    const Phases phases = find_phases(layer);
    const Scratch scratch = lay_out(stage, &phases, pass->scratch);
    Taker taker = {.stage = stage, .pass = pass};
    if (patch_fits(layer)) {
        patch_forward(layer, pass->parameters, &stage->x, pass->x, pass->scratch,
                      stage->pool ? take_pooled : take_value, &taker);
        return;
    }
    const Gather gather = {
        .phases = &phases,
        .stride = layer->stride,
        .weights = phases_sum_weights(&phases, layer, pass->parameters + layer->weight_offset, scratch.weights),
        .start = pass->parameters + layer->bias_offset,
        .at = scratch.at,
        .large = &stage->x,
        .values = pass->x,
    };
    window_list_places(&phases, &stage->x, scratch.at);
    if (stage->pool) {
        forward_pooled(&taker, &gather, &scratch);
        return;
    }
    for (int r = 0; r < phases.rows.size[0]; r += STRIP_ROWS) {
        const int end = least((r + STRIP_ROWS) * phases.rows.scale, stage->value.height);
        gather_rows(&gather, r, r + STRIP_ROWS, &stage->value, pass->arrays->value);
        for (int y = r * phases.rows.scale; layer->is_bent && y < end; y++)
            bend_row(pass, stage, y);
    }
}

void lane_unconv_forward(const Stage *stage, const StageForward *pass)
{
    const Layer *layer = stage->layer;
    const Phases phases = find_phases(layer);
    const Scratch scratch = lay_out(stage, &phases, pass->scratch);
    spread_pixels(&(Spread){.phases = &phases,
                            .stride = layer->stride,
                            .weights = pass->parameters + layer->weight_offset,
                            .start = pass->parameters + layer->bias_offset,
                            .small = &stage->x,
                            .large = &stage->value,
                            .values = pass->x,
                            .out = pass->arrays->value,
                            .packed = scratch.packed,
                            .at = scratch.at});
    for (int y = 0; layer->is_bent && y < stage->value.height; y++)
        bend_row(pass, stage, y);
}

// ---- backward -----------------------------------------------------------------------------------------------------

static void add_window_gradient(const Stage *stage, const StageBackward *pass, const Phases *phases,
                                const Scratch *scratch)
{
    const Layer *layer = stage->layer;
    const bool is_turned = layer->kind == LAYER_UNCONV;
    const Grid *large = is_turned ? &stage->slope : &stage->x, *small = is_turned ? &stage->x : &stage->slope;
    float *const own = pass->gradient + layer->weight_offset;
    memset(scratch->gradient, 0, phases_scratch(phases, layer) * sizeof *own);
    window_list_places(phases, large, scratch->at);
    window_add_dots(&(WindowSums){.phases = phases,
                                  .stride = layer->stride,
                                  .large = large,
                                  .small = small,
                                  .large_values = is_turned ? pass->arrays->slope : pass->x,
                                  .small_values = is_turned ? pass->x : pass->arrays->slope,
                                  .at = scratch->at,
                                  .gradient = phases->count > 1 ? scratch->gradient : own});
    phases_add_gradient(phases, layer, scratch->gradient, own);
}

static void add_gradient(const Stage *stage, const StageBackward *pass, const Phases *phases, const Scratch *scratch)
{
    if (patch_fits(stage->layer))
        patch_add_gradient(stage->layer, &stage->x, pass->x, &stage->slope, pass->arrays->slope, pass->gradient,
                           pass->scratch);
    else
        add_window_gradient(stage, pass, phases, scratch);
    kernel_get()->add_lane_sums(&(LaneDots){
        .n = (size_t)stage->slope.channels,
        .rows = (size_t)stage->slope.height,
        .columns = (size_t)stage->slope.width,
        .b = pass->arrays->slope + stage->slope.origin,
        .b_plane = stage->slope.plane,
        .b_row = stage->slope.pitch,
        .c = pass->gradient + stage->layer->bias_offset,
    });
}

// A part of dL/dvalue times f'(z), to where the pool took its values: `rows` rows of it from y on, of to's channels
// from `channel` on; what they become begins at to's first row.
static void unpool(const Stage *stage, const StageBackward *pass, int channel, int y, int rows, const Grid *to,
                   float *slopes)
{
    const Grid given = grid_of(&stage->pool->to, (Margin){0});
    for (int i = 0; i < to->channels; i++)
        for (int row = 0; row < rows; row++) {
            const size_t at = grid_row(&given, channel + i, y + row);
            float *const above = slopes + grid_row(to, i, 2 * row);
            kernel_get()->unpool_lanes(&(LaneUnpool){
                .count = (size_t)given.width,
                .has_half = stage->slope.width % 2 == 1,
                .upstream = pass->given + at,
                .slopes = pass->arrays->pooled + at,
                .chosen = pass->arrays->chosen + at,
                .above = above,
                .below = 2 * (y + row) + 1 < stage->slope.height ? above + to->pitch : NULL,
            });
        }
}

// dL/dvalue times f'(z).
static void finish_slope(const Stage *stage, const StageBackward *pass)
{
    const Grid given = grid_of(&stage->last->to, (Margin){0});
    if (stage->pool) {
        unpool(stage, pass, 0, 0, given.height, &stage->slope, pass->arrays->slope);
        return;
    }
    for (int channel = 0; channel < given.channels; channel++)
        for (int y = 0; y < given.height; y++) {
            const float *const from = pass->given + grid_row(&given, channel, y);
            float *const slope = pass->arrays->slope + grid_row(&stage->slope, channel, y);
            if (stage->layer->is_bent)
                kernel_get()->scale(slope, from, grid_line(&given));
            else
                memcpy(slope, from, grid_line(&given) * sizeof *slope);
        }
}

// Where nobody wants dL/dx, most of a first layer's slopes are never in memory: they are made strip by strip.
static void add_gradient_by_strips(const Stage *stage, const StageBackward *pass, const Phases *phases,
                                   const Scratch *scratch)
{
    const Layer *layer = stage->layer;
    const size_t step = (size_t)layer->step;
    window_list_places(phases, &stage->x, scratch->at);
    for (int first = 0; first < layer->to.channels; first += STRIP_CHANNELS)
        for (int y = 0; y < layer->to.height; y += STRIP_ROWS) {
            const int channels = least(layer->to.channels - first, STRIP_CHANNELS);
            const int rows = least(layer->to.height - y, STRIP_ROWS);
            const Shape shape = {.channels = channels, .height = rows, .width = layer->to.width};
            const Grid strip = grid_of(&shape, (Margin){0});
            unpool(stage, pass, first, y / 2, (rows + 1) / 2, &strip, scratch->strip);
            const LaneDots dots = {
                .m = phases_terms(phases, 0),
                .n = (size_t)channels,
                .rows = (size_t)rows,
                .columns = (size_t)strip.width,
                .a = pass->x + (size_t)y * step * stage->x.pitch,
                .a_at = scratch->at,
                .a_row = step * stage->x.pitch,
                .a_column = step * LANE_IMAGES,
                .b = scratch->strip,
                .b_plane = strip.plane,
                .b_row = strip.pitch,
                .b_column = LANE_IMAGES,
                .c = pass->gradient + layer->weight_offset + first,
                .c_stride = layer->stride,
            };
            LaneDots bias = dots;
            bias.c = pass->gradient + layer->bias_offset + first;
            kernel_get()->add_lane_dots(&dots);
            kernel_get()->add_lane_sums(&bias);
        }
}

void lane_conv_backward(const Stage *stage, const StageBackward *pass)
{
    const Layer *layer = stage->layer;
    const Phases phases = find_phases(layer);
    const Scratch scratch = lay_out(stage, &phases, pass->scratch);
    const Grid compact = grid_of(&layer->given, (Margin){0});
    if (stage->pool && !pass->upstream && !patch_fits(layer)) {
        add_gradient_by_strips(stage, pass, &phases, &scratch);
        return;
    }
    if (pass->given)
        finish_slope(stage, pass);
    add_gradient(stage, pass, &phases, &scratch);
    if (pass->upstream && patch_fits(layer))
        patch_upstream(layer, pass->parameters, &stage->slope, pass->arrays->slope, pass->scratch, &compact,
                       pass->upstream);
    else if (pass->upstream)
        spread_pixels(&(Spread){
            .phases = &phases,
            .stride = layer->stride,
            .weights = phases_sum_weights(&phases, layer, pass->parameters + layer->weight_offset, scratch.weights),
            .small = &stage->slope,
            .large = &compact,
            .values = pass->arrays->slope,
            .out = pass->upstream,
            .packed = scratch.packed,
            .at = scratch.at});
}

void lane_unconv_backward(const Stage *stage, const StageBackward *pass)
{
    const Layer *layer = stage->layer;
    const Phases phases = find_phases(layer);
    const Scratch scratch = lay_out(stage, &phases, pass->scratch);
    if (pass->given)
        finish_slope(stage, pass);
    add_gradient(stage, pass, &phases, &scratch);
    const Grid compact = grid_of(&layer->given, (Margin){0});
    const Gather gather = {.phases = &phases,
                           .stride = layer->stride,
                           .weights = pass->parameters + layer->weight_offset,
                           .at = scratch.at,
                           .large = &stage->slope,
                           .values = pass->arrays->slope};
    window_list_places(&phases, &stage->slope, scratch.at);
    if (pass->upstream)
        gather_rows(&gather, 0, compact.height, &compact, pass->upstream);
}
