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

// From one term to the next: an odd number of pixels, for terms that are a power of two apart would push each other out
// of the cache.
static size_t odd_pixels(size_t floats) { return (floats / LANE_IMAGES | 1) * LANE_IMAGES; }

static size_t term_floats(const Patches *patches, int channels)
{
    return odd_pixels((size_t)channels * patches->plane);
}

static size_t weight_floats(const Layer *layer) { return odd_pixels((size_t)layer->given.channels * layer->stride); }

// Of a chunk, all terms at once, or a row of them.
static size_t whole_floats(const Patches *patches, int channels)
{
    return (size_t)(patches->terms * patches->terms) * term_floats(patches, channels);
}

static size_t row_floats(const Patches *patches, int channels)
{
    return (size_t)patches->terms * term_floats(patches, channels);
}

static size_t strip_floats(const Patches *patches)
{
    return (size_t)(STRIP_CHANNELS * patches->outputs * patches->outputs) * patches->line;
}

static size_t most(size_t a, size_t b) { return a > b ? a : b; }

static Scratch lay_out(const Layer *layer, float *memory)
{
    const Patches small = patches_of(layer, PATCH_SMALL, CHUNK_LEAST),
                  large = patches_of(layer, PATCH_LARGE, CHUNK_LEAST);
    const Patches many = patches_of(layer, PATCH_LARGE, CHUNK_MOST), turned = turned_patches_of(layer);
    const int in = small.in, out = small.out, widest = in > out ? in : out;
    const size_t row = row_floats(&many, widest);
    const size_t straight = most(whole_floats(&small, widest), whole_floats(&large, widest));
    const size_t size = most(most(straight, whole_floats(&turned, widest)), row);
    const size_t terms = PATCH_TERMS * PATCH_TERMS;
    Scratch scratch = {0};
    Cutter cutter = {.memory = memory};
    scratch.weights = cutter_take(&cutter, terms * weight_floats(layer));
    scratch.turned = cutter_take(&cutter, terms * (size_t)out * turned_stride(layer));
    scratch.from = cutter_take(&cutter, size);
    scratch.to = cutter_take(&cutter, size);
    scratch.strip = cutter_take(&cutter, most(most(strip_floats(&small), strip_floats(&large)), strip_floats(&turned)));
    scratch.at = (uint32_t *)(void *)cutter_take(&cutter, kernel_pad(terms * (size_t)widest));
    scratch.size = cutter.used;
    return scratch;
}

size_t patch_scratch(const Layer *layer) { return lay_out(layer, NULL).size; }

// ---- terms --------------------------------------------------------------------------------------------------------

// Row i of the terms of all channels, of the rows of patches [first, first + rows), (terms, channels, plane); y, x: the
// first pixel of the first of them; step: rows of pixels from patch to patch.
static PatchLines lines_of(const Patches *patches, const Mix *mix, int rows, const Grid *grid, const float *values,
                           int y, int x, int step, float *terms)
{
    const float *const from =
        values + (ptrdiff_t)grid_row(grid, 0, 0) + y * (ptrdiff_t)grid->pitch + x * (ptrdiff_t)LANE_IMAGES;
    PatchLines lines = {
        .kind = patches->kind,
        .channels = (size_t)grid->channels,
        .rows = (size_t)rows,
        .columns = (size_t)patches->columns.count,
        .plane = grid->plane,
        .pitch = (size_t)step * grid->pitch,
        .terms = terms,
        .term_plane = patches->plane,
        .next = term_floats(patches, grid->channels),
    };
    for (int i = 0; i < PATCH_ROWS; i++) {
        lines.values[i] = from + (size_t)mix->rows[i] * grid->pitch;
        lines.factors[i] = mix->factors[i];
    }
    return lines;
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
    const int step = patches->outputs;
    const PatchLines lines = lines_of(patches, &patch_makes[patches->kind].slope[i], rows, grid, values,
                                      first * step + patches->rows.z_first, patches->columns.z_first, step, terms);
    kernel_get()->turn_patch_slopes(&lines);
}

// ---- forward ------------------------------------------------------------------------------------------------------

typedef struct Run {
    const Patches *patches;
    const float *weights, *start; // terms of weights (in, stride), `next` floats from one to the next
    size_t stride, next;
    const Grid *grid;
    const float *values;
    TakeStrip *take;
    void *context;
} Run;

// A row of terms.
static void multiply_row(const Run *run, int i, int rows, const Scratch *scratch)
{
    const Patches *patches = run->patches;
    const size_t from_next = term_floats(patches, patches->in), to_next = term_floats(patches, patches->out);
    for (size_t j = 0; j < (size_t)patches->terms; j++) {
        const size_t term = (size_t)(i * patches->terms) + j;
        kernel_get()->multiply_lanes(&(LaneProduct){
            .m = (size_t)patches->out,
            .k = (size_t)patches->in,
            .rows = 1,
            .columns = (size_t)(rows * patches->columns.count),
            .a = run->weights + term * run->next,
            .a_stride = run->stride,
            .b = scratch->from + j * from_next,
            .b_at = scratch->at,
            .b_column = LANE_IMAGES,
            .c = scratch->to + term * to_next,
            .c_plane = patches->plane,
            .c_column = LANE_IMAGES,
        });
    }
}

static void hand_out(const Run *run, int row, int first, const Scratch *scratch)
{
    const Patches *patches = run->patches;
    const int outputs = patches->outputs;
    const size_t pitch = (size_t)outputs * patches->line;
    for (int channel = 0; channel < patches->out; channel += STRIP_CHANNELS) {
        const int rest = patches->out - channel, channels = rest < STRIP_CHANNELS ? rest : STRIP_CHANNELS;
        for (int i = 0; i < channels; i++) {
            float *const to = scratch->strip + (size_t)(outputs * i) * pitch;
            kernel_get()->finish_patches(&(PatchOutput){
                .kind = patches->kind,
                .count = (size_t)patches->columns.count,
                .terms = scratch->to + (size_t)(channel + i) * patches->plane + (size_t)row * patches->line,
                .next = term_floats(patches, patches->out),
                .start = run->start ? run->start[channel + i] : 0.0f,
                .rows = to,
                .pitch = pitch,
            });
        }
        run->take(run->context, &(PatchStrip){.channel = channel,
                                              .channels = channels,
                                              .y = outputs * (first + row) + patches->rows.z_first,
                                              .rows = outputs,
                                              .pitch = pitch,
                                              .left = (size_t)-patches->columns.z_first * LANE_IMAGES,
                                              .values = scratch->strip});
    }
}

// Where the channels of so many terms stand.
static void list_planes(const Patches *patches, int terms, uint32_t *at)
{
    for (int term = 0; term < terms; term++)
        for (int channel = 0; channel < patches->in; channel++)
            *at++ = (uint32_t)((size_t)term * term_floats(patches, patches->in) + (size_t)channel * patches->plane);
}

static void run_chunks(const Run *run, const Scratch *scratch)
{
    const Patches *patches = run->patches;
    list_planes(patches, 1, scratch->at);
    for (int first = 0; first < patches->rows.count; first += patches->chunk) {
        const int rest = patches->rows.count - first, rows = rest < patches->chunk ? rest : patches->chunk;
        for (int i = 0; i < patches->terms; i++) {
            turn_inputs(patches, i, first, rows, run->grid, run->values, scratch->from);
            multiply_row(run, i, rows, scratch);
        }
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
        .next = weight_floats(layer),
    });
}

// Where a window sees zeros alone z is the bias, and large patches round it: that matters where it is 0, as all are at
// first, for there ReLU's slope jumps.
static PatchKind choose_kind(const Layer *layer, const float *parameters)
{
    const float *bias = parameters + layer->bias_offset;
    for (int i = 0; i < layer->to.channels; i++)
        if (bias[i] == 0.0f)
            return PATCH_SMALL;
    return PATCH_LARGE;
}

void patch_forward(const Layer *layer, const float *parameters, const Grid *x, const float *values, float *memory,
                   TakeStrip *take, void *context)
{
    const Patches patches = patches_of(layer, choose_kind(layer, parameters), CHUNK_LEAST);
    const Scratch scratch = lay_out(layer, memory);
    turn_weights(layer, &patches, parameters, &scratch);
    run_chunks(&(Run){.patches = &patches,
                      .weights = scratch.weights,
                      .start = parameters + layer->bias_offset,
                      .stride = layer->stride,
                      .next = weight_floats(layer),
                      .grid = x,
                      .values = values,
                      .take = take,
                      .context = context},
               &scratch);
}

// ---- backward -----------------------------------------------------------------------------------------------------

// Of a window turned round: the terms of a place and of its reciprocal are exchanged.
static size_t find_turned(PatchKind kind, size_t term)
{
    static const size_t turned[PATCH_TERMS] = {5, 3, 4, 1, 2, 0};
    return kind == PATCH_HALVED ? term : turned[term / PATCH_TERMS] * PATCH_TERMS + turned[term % PATCH_TERMS];
}

typedef struct Receiver {
    const Grid *grid;
    float *upstream;
} Receiver;

static void take_upstream(void *context, const PatchStrip *strip)
{
    const Receiver *receiver = context;
    for (int i = 0; i < strip->channels * strip->rows; i++) {
        const int y = strip->y + i % strip->rows;
        if (y >= 0 && y < receiver->grid->height)
            memcpy(receiver->upstream + grid_row(receiver->grid, strip->channel + i / strip->rows, y),
                   strip->values + (size_t)i * strip->pitch + strip->left,
                   grid_line(receiver->grid) * sizeof *strip->values);
    }
}

// A pixel is the sum of all products: terms and channels are one sum.
static void halve_chunks(const Run *run, const Receiver *receiver, const Scratch *scratch)
{
    const Patches *patches = run->patches;
    const int terms = patches->terms * patches->terms;
    list_planes(patches, terms, scratch->at);
    for (int first = 0; first < patches->rows.count; first += patches->chunk) {
        const int rest = patches->rows.count - first, rows = rest < patches->chunk ? rest : patches->chunk;
        for (int i = 0; i < patches->terms; i++)
            turn_inputs(patches, i, first, rows, run->grid, run->values,
                        scratch->from + (size_t)i * row_floats(patches, patches->in));
        kernel_get()->multiply_lanes(&(LaneProduct){
            .m = (size_t)patches->out,
            .k = (size_t)(terms * patches->in),
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
    const Patches turned = turned_patches_of(layer);
    const Scratch scratch = lay_out(layer, memory);
    const size_t in = (size_t)layer->given.channels, out = (size_t)layer->to.channels, stride = turned_stride(layer);
    Receiver receiver = {.grid = to, .upstream = upstream};
    const Run run = {.patches = &turned,
                     .weights = scratch.turned,
                     .stride = stride,
                     .next = out * stride,
                     .grid = slope,
                     .values = slopes,
                     .take = take_upstream,
                     .context = &receiver};
    turn_weights(layer, &turned, parameters, &scratch);
    for (size_t term = 0; term < (size_t)(turned.terms * turned.terms); term++)
        kernel_get()->transpose(scratch.weights + find_turned(turned.kind, term) * weight_floats(layer), layer->stride,
                                in, out, scratch.turned + term * out * stride, stride);
    if (turned.kind == PATCH_HALVED)
        halve_chunks(&run, &receiver, &scratch);
    else
        run_chunks(&run, &scratch);
}

void patch_add_gradient(const Layer *layer, const Grid *x, const float *values, const Grid *slope, const float *slopes,
                        float *gradient, float *memory)
{
    const Patches patches = patches_of(layer, PATCH_LARGE, CHUNK_MOST);
    const Scratch scratch = lay_out(layer, memory);
    const size_t in = (size_t)patches.in, out = (size_t)patches.out, next = weight_floats(layer);
    const size_t terms = (size_t)patches.terms;
    const size_t from_next = term_floats(&patches, patches.in), to_next = term_floats(&patches, patches.out);
    memset(scratch.weights, 0, terms * terms * next * sizeof *scratch.weights);
    list_planes(&patches, 1, scratch.at);
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
                    .a = scratch.from + j * from_next,
                    .a_at = scratch.at,
                    .a_column = LANE_IMAGES,
                    .b = scratch.to + j * to_next,
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
