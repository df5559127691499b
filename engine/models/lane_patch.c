// Convolutions in patches of many images side by side, forward and back.
#include "models/lane_patch_parts.h"

#include <string.h>

#include "alloc.h"
#include "models/lane_kinds.h"

// ---- scratch ------------------------------------------------------------------------------------------------------

typedef struct Scratch {
    float *weights, *turned; // (terms^2, channels in, stride) of the layer's, (.., channels out, ..) of their turned
    float *start;            // (channels out, LANE_IMAGES)
    float *from, *to;        // terms of pictures
    float *strip;
    uint32_t *at;
    size_t size;
} Scratch;

static size_t turned_stride(const Layer *layer) { return kernel_pad((size_t)layer->given.channels); }

// A sum over few patches would cost more to finish than to make, terms of too many would not stay in a cache.
enum { DOT_TERMS = 576 };

static Patches dot_patches_of(const Layer *layer)
{
    return patches_of(layer, PATCH_LARGE, DOT_TERMS / patches_of(layer, PATCH_LARGE, CHUNK_LEAST).terms);
}

static PatchList list_patches(const Layer *layer, PatchKind plain)
{
    const Patches whole = patches_of(layer, plain, CHUNK_LEAST);
    return patches_cut(&whole, CHUNK_LEAST);
}

static PatchList list_turned_patches(const Layer *layer)
{
    const Patches whole = turned_patches_of(layer);
    return patches_cut(&whole, CHUNK_LEAST);
}

static size_t most(size_t a, size_t b) { return a > b ? a : b; }

static Scratch lay_out(const Layer *layer, float *memory)
{
    const PatchList small = list_patches(layer, PATCH_SMALL), large = list_patches(layer, PATCH_LARGE);
    const PatchList turned = list_turned_patches(layer);
    const Patches many = dot_patches_of(layer);
    const int in = many.in, out = many.out, widest = in > out ? in : out;
    const size_t straight = most(patch_list_floats(&small, widest), patch_list_floats(&large, widest));
    const size_t back = most(patch_list_floats(&turned, widest), patch_floats(&many, widest));
    const size_t terms = PATCH_TERMS * PATCH_TERMS;
    Scratch scratch = {0};
    Cutter cutter = {.memory = memory};
    scratch.weights = cutter_take(&cutter, terms * patch_weight_floats(layer));
    scratch.turned = cutter_take(&cutter, terms * (size_t)out * turned_stride(layer));
    scratch.start = cutter_take(&cutter, (size_t)out * LANE_IMAGES);
    scratch.from = cutter_take(&cutter, most(straight, back));
    scratch.to = cutter_take(&cutter, most(straight, back));
    scratch.strip = cutter_take(
        &cutter, most(most(patch_list_floats(&small, 0), patch_list_floats(&large, 0)), patch_list_floats(&turned, 0)));
    scratch.at = (uint32_t *)(void *)cutter_take(&cutter, terms * (size_t)widest);
    scratch.size = cutter.used;
    return scratch;
}

size_t patch_scratch(const Layer *layer) { return lay_out(layer, NULL).size; }

// Where the channels of so many terms stand.
static void list_planes(const Patches *patches, int terms, uint32_t *at)
{
    for (int term = 0; term < terms; term++)
        for (int channel = 0; channel < patches->in; channel++)
            *at++ =
                (uint32_t)((size_t)term * patch_term_floats(patches, patches->in) + (size_t)channel * patches->plane);
}

static void multiply_images(const PatchRun *run, const float *weights, int first, int planes, const float *from,
                            float *to, size_t count)
{
    kernel_get()->multiply_lanes(&(LaneProduct){
        .m = (size_t)planes,
        .k = run->channels,
        .rows = 1,
        .columns = count,
        .a = weights + first,
        .a_stride = run->stride,
        .b = from,
        .b_at = run->at,
        .b_column = LANE_IMAGES,
        .c = to,
        .c_plane = run->patches->plane,
        .c_column = LANE_IMAGES,
    });
}

// What is of every run: of images, in this memory.
static PatchRun begin_run(const Scratch *scratch)
{
    return (PatchRun){.multiply = multiply_images,
                      .at = scratch->at,
                      .from = scratch->from,
                      .to = scratch->to,
                      .strip = scratch->strip};
}

static void run_parts(const PatchList *list, PatchRun *run, const Scratch *scratch)
{
    for (int i = 0; i < list->count; i++) {
        list_planes(&list->parts[i], 1, scratch->at);
        run->patches = &list->parts[i];
        patch_run(run);
    }
}

// ---- forward ------------------------------------------------------------------------------------------------------

// Where a window sees zeros alone z is the bias, and large patches round it: that matters where it is 0, as all are at
// first, for there ReLU's slope jumps.
static PatchKind choose_kind(const Layer *layer, const float *parameters)
{
    const float *bias = parameters + layer->bias_offset;
    if (layer->scale == 2)
        return PATCH_DOUBLED;
    for (int i = 0; i < layer->to.channels; i++)
        if (bias[i] == 0.0f)
            return PATCH_SMALL;
    return PATCH_LARGE;
}

void patch_forward(const Layer *layer, const float *parameters, const Grid *x, const float *values, float *memory,
                   TakeStrip *take, void *context)
{
    const PatchKind kind = choose_kind(layer, parameters);
    const PatchList list = list_patches(layer, kind);
    const Scratch scratch = lay_out(layer, memory);
    patch_turn_weights(layer, kind, parameters, scratch.weights);
    for (size_t i = 0; i < (size_t)layer->to.channels * LANE_IMAGES; i++)
        scratch.start[i] = parameters[layer->bias_offset + i / LANE_IMAGES];
    PatchRun run = begin_run(&scratch);
    run.weights = scratch.weights;
    run.channels = (size_t)layer->given.channels;
    run.stride = layer->stride;
    run.next = patch_weight_floats(layer);
    run.start = scratch.start;
    run.grid = x, run.values = values;
    run.take = take, run.context = context;
    run_parts(&list, &run, &scratch);
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
    const PatchSpan span = patch_span(strip, receiver->grid->width);
    for (int i = 0; i < strip->channels * strip->rows; i++) {
        const int y = strip->y + i % strip->rows;
        if (y >= 0 && y < receiver->grid->height)
            memcpy(receiver->upstream + grid_row(receiver->grid, strip->channel + i / strip->rows, y) +
                       (size_t)span.x * LANE_IMAGES,
                   strip->values + (size_t)i * strip->pitch + span.left,
                   (size_t)span.width * LANE_IMAGES * sizeof *strip->values);
    }
}

// A pixel is the sum of all products: terms and channels are one sum.
static void halve_chunks(const PatchRun *run, const Receiver *receiver)
{
    const Patches *patches = run->patches;
    for (int first = 0; first < patches->rows.count; first += patches->chunk) {
        const int rest = patches->rows.count - first, rows = rest < patches->chunk ? rest : patches->chunk;
        patch_turn_inputs(patches, first, rows, run->grid, run->values, run->from);
        kernel_get()->multiply_lanes(&(LaneProduct){
            .m = (size_t)patches->out,
            .k = (size_t)(patches->terms * patches->in),
            .rows = (size_t)rows,
            .columns = (size_t)patches->columns.count,
            .a = run->weights,
            .a_stride = run->stride,
            .b = run->from,
            .b_at = run->at,
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
    const PatchList list = list_turned_patches(layer);
    const PatchKind kind = turned.rows.kind;
    const Scratch scratch = lay_out(layer, memory);
    const size_t in = (size_t)layer->given.channels, out = (size_t)layer->to.channels, stride = turned_stride(layer);
    Receiver receiver = {.grid = to, .upstream = upstream};
    PatchRun run = begin_run(&scratch);
    run.patches = &turned;
    run.weights = scratch.turned;
    run.channels = out;
    run.stride = stride;
    run.next = out * stride;
    run.grid = slope, run.values = slopes;
    run.take = take_upstream, run.context = &receiver;
    patch_turn_weights(layer, kind, parameters, scratch.weights);
    for (size_t term = 0; term < (size_t)turned.terms; term++)
        kernel_get()->transpose(scratch.weights + find_turned(kind, term) * patch_weight_floats(layer), layer->stride,
                                in, out, scratch.turned + term * out * stride, stride);
    if (kind == PATCH_HALVED) {
        list_planes(&turned, turned.terms, scratch.at);
        halve_chunks(&run, &receiver);
    } else {
        run_parts(&list, &run, &scratch);
    }
}

void patch_add_gradient(const Layer *layer, const Grid *x, const float *values, const Grid *slope, const float *slopes,
                        float *gradient, float *memory)
{
    const Patches patches = dot_patches_of(layer);
    const Scratch scratch = lay_out(layer, memory);
    const size_t in = (size_t)patches.in, out = (size_t)patches.out, next = patch_weight_floats(layer);
    const size_t terms = (size_t)patches.terms;
    const size_t from_next = patch_term_floats(&patches, patches.in),
                 to_next = patch_term_floats(&patches, patches.out);
    memset(scratch.weights, 0, terms * next * sizeof *scratch.weights);
    list_planes(&patches, 1, scratch.at);
    for (int first = 0; first < patches.rows.count; first += patches.chunk) {
        const int rest = patches.rows.count - first, rows = rest < patches.chunk ? rest : patches.chunk;
        patch_turn_inputs(&patches, first, rows, x, values, scratch.from);
        patch_turn_slopes(&patches, first, rows, slope, slopes, scratch.to);
        for (size_t term = 0; term < terms; term++)
            kernel_get()->add_lane_dots(&(LaneDots){
                .m = in,
                .n = out,
                .rows = 1,
                .columns = (size_t)(rows * patches.columns.count),
                .a = scratch.from + term * from_next,
                .a_at = scratch.at,
                .a_column = LANE_IMAGES,
                .b = scratch.to + term * to_next,
                .b_plane = patches.plane,
                .b_column = LANE_IMAGES,
                .c = scratch.weights + term * next,
                .c_stride = layer->stride,
            });
    }
    kernel_get()->add_patch_gradient(&(PatchWeights){
        .kind = patches.rows.kind,
        .rows = in,
        .stride = layer->stride,
        .weights = gradient + layer->weight_offset,
        .terms = scratch.weights,
        .next = next,
    });
}
