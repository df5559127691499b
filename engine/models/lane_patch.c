// Terms of patches, their products, and what these make.
#include "models/lane_patch_parts.h"

#include <string.h>

#include "alloc.h"
#include "models/lane_kinds.h"

enum { STRIP_CHANNELS = 8 };

// ---- scratch ------------------------------------------------------------------------------------------------------

typedef struct Scratch {
    float *weights, *turned; // (terms^2, channels in, stride) of the layer's, (.., channels out, ..) of their turned
    float *from, *to;        // terms of pictures
    float *strip;
    uint32_t *at;
    size_t size;
} Scratch;

static size_t turned_stride(const Layer *layer) { return kernel_pad((size_t)layer->given.channels); }

// Terms of a chunk: all of them, or a row of them.
static size_t count_floats(const Patches *patches, int rows, int channels)
{
    return (size_t)(rows * patches->terms * channels) * patches->plane;
}

static Scratch lay_out(const Layer *layer, float *memory)
{
    const Patches few = patches_of(layer, CHUNK_LEAST), many = patches_of(layer, CHUNK_MOST);
    const Patches turned = turned_patches_of(layer);
    const int in = few.in, out = few.out, widest = in > out ? in : out;
    const size_t sizes[] = {count_floats(&few, few.terms, widest), count_floats(&turned, turned.terms, widest),
                            count_floats(&many, 1, widest)};
    const size_t terms = PATCH_TERMS * PATCH_TERMS;
    size_t size = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        size = sizes[i] > size ? sizes[i] : size;
    Scratch scratch = {0};
    Cutter cutter = {.memory = memory};
    scratch.weights = cutter_take(&cutter, terms * (size_t)in * layer->stride);
    scratch.turned = cutter_take(&cutter, terms * (size_t)out * turned_stride(layer));
    scratch.from = cutter_take(&cutter, size);
    scratch.to = cutter_take(&cutter, size);
    scratch.strip = cutter_take(&cutter, 4 * STRIP_CHANNELS * (few.line > turned.line ? few.line : turned.line));
    scratch.at = (uint32_t *)(void *)cutter_take(&cutter, kernel_pad(terms * (size_t)widest));
    scratch.size = cutter.used;
    return scratch;
}

size_t patch_scratch(const Layer *layer) { return lay_out(layer, NULL).size; }

// ---- terms --------------------------------------------------------------------------------------------------------

// Row i of the terms of all channels, of the rows of patches [first, first + rows), (terms, channels, plane); y, x: the
// first pixel of the first of them; step: rows of pixels from patch to patch.
static PatchLines lines_of(const Patches *patches, const Pair *pair, int rows, const Grid *grid, const float *values,
                           int y, int x, int step, float *terms)
{
    const float *const from =
        values + (ptrdiff_t)grid_row(grid, 0, 0) + y * (ptrdiff_t)grid->pitch + x * (ptrdiff_t)LANE_IMAGES;
    return (PatchLines){
        .kind = patches->kind,
        .channels = (size_t)grid->channels,
        .rows = (size_t)rows,
        .columns = (size_t)patches->columns.count,
        .values = {from + (size_t)pair->rows[0] * grid->pitch, from + (size_t)pair->rows[1] * grid->pitch},
        .factors = {pair->factors[0], pair->factors[1]},
        .plane = grid->plane,
        .pitch = (size_t)step * grid->pitch,
        .terms = terms,
        .term_plane = patches->plane,
        .next = (size_t)grid->channels * patches->plane,
    };
}

static void turn_inputs(const Patches *patches, int i, int first, int rows, const Grid *grid, const float *values,
                        float *terms)
{
    const int step = patch_makes[patches->kind].step;
    const PatchLines lines = lines_of(patches, &patch_makes[patches->kind].input[i], rows, grid, values,
                                      first * step + patches->rows.first, patches->columns.first, step, terms);
    kernel_get()->turn_patch_inputs(&lines);
}

static void turn_slopes(const Patches *patches, int i, int first, int rows, const Grid *grid, const float *values,
                        float *terms)
{
    const PatchLines lines = lines_of(patches, &patch_makes[patches->kind].slope[i], rows, grid, values,
                                      2 * first + patches->rows.z_first, patches->columns.z_first, 2, terms);
    kernel_get()->turn_patch_slopes(&lines);
}

// ---- forward ------------------------------------------------------------------------------------------------------

typedef struct Run {
    const Patches *patches;
    const float *weights, *start; // terms of weights (terms^2, in, stride)
    size_t stride;
    const Grid *grid;
    const float *values;
    TakeStrip *take;
    void *context;
} Run;

static void multiply(const Run *run, int rows, const Scratch *scratch)
{
    const Patches *patches = run->patches;
    const size_t in = (size_t)patches->in, out = (size_t)patches->out;
    for (size_t term = 0; term < (size_t)(patches->terms * patches->terms); term++)
        kernel_get()->multiply_lanes(&(LaneProduct){
            .m = out,
            .k = in,
            .rows = 1,
            .columns = (size_t)(rows * patches->columns.count),
            .a = run->weights + term * in * run->stride,
            .a_stride = run->stride,
            .b = scratch->from + term * in * patches->plane,
            .b_at = scratch->at,
            .b_column = LANE_IMAGES,
            .c = scratch->to + term * out * patches->plane,
            .c_plane = patches->plane,
            .c_column = LANE_IMAGES,
        });
}

static void hand_out(const Run *run, int row, int first, const Scratch *scratch)
{
    const Patches *patches = run->patches;
    const size_t pitch = 2 * patches->line;
    for (int channel = 0; channel < patches->out; channel += STRIP_CHANNELS) {
        const int rest = patches->out - channel, channels = rest < STRIP_CHANNELS ? rest : STRIP_CHANNELS;
        for (int i = 0; i < channels; i++) {
            float *const to = scratch->strip + (size_t)(2 * i) * pitch;
            kernel_get()->finish_patches(&(PatchOutput){
                .kind = patches->kind,
                .count = (size_t)patches->columns.count,
                .terms = scratch->to + (size_t)(channel + i) * patches->plane + (size_t)row * patches->line,
                .next = (size_t)patches->out * patches->plane,
                .start = run->start ? run->start[channel + i] : 0.0f,
                .rows = {to, to + pitch},
            });
        }
        run->take(run->context, &(PatchStrip){.channel = channel,
                                              .channels = channels,
                                              .y = 2 * (first + row) + patches->rows.z_first,
                                              .pitch = pitch,
                                              .left = (size_t)-patches->columns.z_first * LANE_IMAGES,
                                              .values = scratch->strip});
    }
}

static void list_planes(const Patches *patches, int planes, uint32_t *at)
{
    for (int plane = 0; plane < planes; plane++)
        at[plane] = (uint32_t)((size_t)plane * patches->plane);
}

static void turn_chunk(const Run *run, int first, int rows, const Scratch *scratch)
{
    const Patches *patches = run->patches;
    const size_t next = (size_t)(patches->terms * patches->in) * patches->plane; // a row of terms on
    for (int i = 0; i < patches->terms; i++)
        turn_inputs(patches, i, first, rows, run->grid, run->values, scratch->from + (size_t)i * next);
}

static void run_chunks(const Run *run, const Scratch *scratch)
{
    const Patches *patches = run->patches;
    list_planes(patches, patches->in, scratch->at);
    for (int first = 0; first < patches->rows.count; first += patches->chunk) {
        const int rest = patches->rows.count - first, rows = rest < patches->chunk ? rest : patches->chunk;
        turn_chunk(run, first, rows, scratch);
        multiply(run, rows, scratch);
        for (int row = 0; row < rows; row++)
            hand_out(run, row, first, scratch);
    }
}

static void turn_weights(const Layer *layer, const Patches *patches, const float *parameters, const Scratch *scratch)
{
    kernel_get()->turn_patch_weights(&(PatchWeights){
        .kind = patches->kind,
        .rows = (size_t)layer->given.channels,
        .stride = layer->stride,
        .weights = (float *)(uintptr_t)(parameters + layer->weight_offset),
        .terms = scratch->weights,
        .next = (size_t)layer->given.channels * layer->stride,
    });
}

void patch_forward(const Layer *layer, const float *parameters, const Grid *x, const float *values, float *memory,
                   TakeStrip *take, void *context)
{
    const Patches patches = patches_of(layer, CHUNK_LEAST);
    const Scratch scratch = lay_out(layer, memory);
    turn_weights(layer, &patches, parameters, &scratch);
    run_chunks(&(Run){.patches = &patches,
                      .weights = scratch.weights,
                      .start = parameters + layer->bias_offset,
                      .stride = layer->stride,
                      .grid = x,
                      .values = values,
                      .take = take,
                      .context = context},
               &scratch);
}

// ---- backward -----------------------------------------------------------------------------------------------------

// Of a window turned round: the terms of its first and its last place are exchanged.
static size_t find_turned(PatchKind kind, size_t term)
{
    static const size_t turned[PATCH_TERMS] = {3, 1, 2, 0};
    return kind == PATCH_HALVED ? term : turned[term / PATCH_TERMS] * PATCH_TERMS + turned[term % PATCH_TERMS];
}

typedef struct Receiver {
    const Grid *grid;
    float *upstream;
} Receiver;

static void take_upstream(void *context, const PatchStrip *strip)
{
    const Receiver *receiver = context;
    for (int i = 0; i < 2 * strip->channels; i++) {
        const int y = strip->y + i % 2;
        if (y >= 0 && y < receiver->grid->height)
            memcpy(receiver->upstream + grid_row(receiver->grid, strip->channel + i / 2, y),
                   strip->values + (size_t)i * strip->pitch + strip->left,
                   grid_line(receiver->grid) * sizeof *strip->values);
    }
}

// A pixel is the sum of all products: terms and channels are one sum.
static void halve_chunks(const Run *run, const Receiver *receiver, const Scratch *scratch)
{
    const Patches *patches = run->patches;
    const int planes = patches->terms * patches->terms * patches->in;
    list_planes(patches, planes, scratch->at);
    for (int first = 0; first < patches->rows.count; first += patches->chunk) {
        const int rest = patches->rows.count - first, rows = rest < patches->chunk ? rest : patches->chunk;
        turn_chunk(run, first, rows, scratch);
        kernel_get()->multiply_lanes(&(LaneProduct){
            .m = (size_t)patches->out,
            .k = (size_t)planes,
            .rows = (size_t)rows,
            .columns = (size_t)patches->columns.count,
            .a = run->weights,
            .a_stride = run->stride,
            .b = scratch->from,
            .b_at = scratch->at,
            .b_row = patches->line,
            .b_column = LANE_IMAGES,
            .c = receiver->upstream + grid_row(receiver->grid, 0, first),
            .c_plane = receiver->grid->plane,
            .c_row = receiver->grid->pitch,
            .c_column = LANE_IMAGES,
        });
    }
}

void patch_upstream(const Layer *layer, const float *parameters, const Grid *slope, const float *slopes, float *memory,
                    const Grid *to, float *upstream)
{
    const Patches patches = patches_of(layer, CHUNK_LEAST), turned = turned_patches_of(layer);
    const Scratch scratch = lay_out(layer, memory);
    const size_t in = (size_t)layer->given.channels, out = (size_t)layer->to.channels, stride = turned_stride(layer);
    Receiver receiver = {.grid = to, .upstream = upstream};
    const Run run = {.patches = &turned,
                     .weights = scratch.turned,
                     .stride = stride,
                     .grid = slope,
                     .values = slopes,
                     .take = take_upstream,
                     .context = &receiver};
    turn_weights(layer, &patches, parameters, &scratch);
    for (size_t term = 0; term < (size_t)(turned.terms * turned.terms); term++)
        kernel_get()->transpose(scratch.weights + find_turned(turned.kind, term) * in * layer->stride, layer->stride,
                                in, out, scratch.turned + term * out * stride, stride);
    if (turned.kind == PATCH_HALVED)
        halve_chunks(&run, &receiver, &scratch);
    else
        run_chunks(&run, &scratch);
}

void patch_add_gradient(const Layer *layer, const Grid *x, const float *values, const Grid *slope, const float *slopes,
                        float *gradient, float *memory)
{
    const Patches patches = patches_of(layer, CHUNK_MOST);
    const Scratch scratch = lay_out(layer, memory);
    const size_t in = (size_t)patches.in, out = (size_t)patches.out, next = in * layer->stride;
    const size_t terms = (size_t)patches.terms;
    memset(scratch.weights, 0, terms * terms * next * sizeof *scratch.weights);
    list_planes(&patches, patches.in, scratch.at);
    for (int first = 0; first < patches.rows.count; first += patches.chunk) {
        const int rest = patches.rows.count - first, rows = rest < patches.chunk ? rest : patches.chunk;
        for (size_t i = 0; i < terms; i++) {
            turn_inputs(&patches, (int)i, first, rows, x, values, scratch.from);
            turn_slopes(&patches, (int)i, first, rows, slope, slopes, scratch.to);
            for (size_t j = 0; j < terms; j++)
                kernel_get()->add_lane_dots(&(LaneDots){
                    .m = in,
                    .n = out,
                    .rows = 1,
                    .columns = (size_t)(rows * patches.columns.count),
                    .a = scratch.from + j * in * patches.plane,
                    .a_at = scratch.at,
                    .a_column = LANE_IMAGES,
                    .b = scratch.to + j * out * patches.plane,
                    .b_plane = patches.plane,
                    .b_column = LANE_IMAGES,
                    .c = scratch.weights + (i * terms + j) * next,
                    .c_stride = layer->stride,
                });
        }
    }
    kernel_get()->add_patch_gradient(&(PatchWeights){
        .kind = patches.kind,
        .rows = in,
        .stride = layer->stride,
        .weights = gradient + layer->weight_offset,
        .terms = scratch.weights,
        .next = next,
    });
}
