// Convolution in patches (lane_patch.h) of one image after the other, such as the one that is drawn: where images stand
// side by side elsewhere, here LANE_IMAGES of its channels do, a group of them. A term's products are then a product of
// matrices, (patches, channels in) with (channels in, channels out), as the weights' terms stand already.
#include <string.h>

#include "alloc.h"
#include "models/lane_kinds.h"
#include "models/lane_patch_parts.h"
#include "models/layer_kinds.h"

static int count_groups(int channels) { return (channels + LANE_IMAGES - 1) / LANE_IMAGES; }

// Nobody wants slopes here, so that zeros may be rounded (lane_patch.c). Without edges: of one image they are so few
// that reading their weights would cost more than what they spare.
static Patches patches_of_image(const Layer *layer)
{
    Patches patches = patches_of(layer, PATCH_LARGE, CHUNK_MOST);
    patches.in = count_groups(patches.in);
    patches.out = count_groups(patches.out);
    return patches;
}

typedef struct Scratch {
    float *x, *weights, *from, *to, *strip;
    uint32_t *at; // (channels in, 2): of terms, of weights
    size_t size;
} Scratch;

static Scratch lay_out(const Layer *layer, const Patches *patches, size_t grid, float *memory)
{
    Scratch scratch = {0};
    Cutter cutter = {.memory = memory};
    scratch.x = cutter_take(&cutter, grid);
    scratch.weights = cutter_take(&cutter, (size_t)patches->terms * patch_weight_floats(layer));
    scratch.from = cutter_take(&cutter, patch_floats(patches, patches->in));
    scratch.to = cutter_take(&cutter, patch_floats(patches, patch_strip_planes(patches)));
    scratch.strip = cutter_take(&cutter, patch_strip_floats(patches));
    scratch.at = (uint32_t *)(void *)cutter_take(&cutter, 2 * (size_t)layer->given.channels);
    scratch.size = cutter.used;
    return scratch;
}

static Grid grid_of_groups(const Layer *layer)
{
    const Shape *given = &layer->given;
    const Shape groups = {.channels = count_groups(given->channels), .height = given->height, .width = given->width};
    return grid_of(&groups, patch_reach(layer, false));
}

size_t layer_patch_scratch(const Layer *layer)
{
    const Patches patches = patches_of_image(layer);
    return lay_out(layer, &patches, grid_of_groups(layer).size, NULL).size;
}

static void gather_groups(const Grid *grid, const Shape *shape, const float *values, float *lanes)
{
    Grid group = *grid;
    group.channels = 1;
    memset(lanes, 0, grid->size * sizeof *lanes);
    for (int first = 0; first < shape->channels; first += LANE_IMAGES, lanes += grid->plane) {
        const int rest = shape->channels - first;
        grid_from_rows(&group, values + (size_t)first * shape->plane, 0, shape->plane,
                       rest < LANE_IMAGES ? rest : LANE_IMAGES, lanes);
    }
}

typedef struct Receiver {
    const Shape *shape;
    float *z;
} Receiver;

static void take_groups(void *context, const PatchStrip *strip)
{
    const Receiver *receiver = context;
    const Shape *shape = receiver->shape;
    const PatchSpan span = patch_span(strip, shape->width);
    for (int i = 0; i < strip->channels * strip->rows; i++) {
        const int y = strip->y + i % strip->rows, first = (strip->channel + i / strip->rows) * LANE_IMAGES;
        const int rest = shape->channels - first;
        if (y >= 0 && y < shape->height)
            kernel_get()->transpose(strip->values + (size_t)i * strip->pitch + span.left, LANE_IMAGES,
                                    (size_t)span.width, (size_t)(rest < LANE_IMAGES ? rest : LANE_IMAGES),
                                    receiver->z + (size_t)first * shape->plane + (size_t)(y * shape->width + span.x),
                                    shape->plane);
    }
}

static void multiply_groups(const PatchRun *run, const float *weights, int first, int planes, const float *from,
                            float *to, size_t count)
{
    const size_t channels = run->channels;
    for (size_t i = 0; i < (size_t)planes; i++)
        kernel_get()->multiply_windows(&(WindowProduct){
            .m = count,
            .n = LANE_IMAGES,
            .k = channels,
            .a = from,
            .a_row = LANE_IMAGES,
            .a_at = run->at,
            .b = weights + ((size_t)first + i) * LANE_IMAGES,
            .b_at = run->at + channels,
            .c = to + i * run->patches->plane,
            .c_stride = LANE_IMAGES,
        });
}

void layer_patch_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *memory)
{
    const Patches patches = patches_of_image(layer);
    const Grid grid = grid_of_groups(layer);
    const Scratch scratch = lay_out(layer, &patches, grid.size, memory);
    Receiver receiver = {.shape = &layer->to};
    for (size_t i = 0; i < (size_t)layer->given.channels; i++) {
        scratch.at[i] = (uint32_t)(i / LANE_IMAGES * patches.plane + i % LANE_IMAGES);
        scratch.at[(size_t)layer->given.channels + i] = (uint32_t)(i * layer->stride);
    }
    patch_turn_weights(layer, patches.rows.kind, parameters, scratch.weights);
    for (int row = 0; row < rows; row++, x += layer->given.stride, z += layer->to.stride) {
        receiver.z = z;
        gather_groups(&grid, &layer->given, x, scratch.x);
        patch_run(&(PatchRun){.patches = &patches,
                              .multiply = multiply_groups,
                              .weights = scratch.weights,
                              .channels = (size_t)layer->given.channels,
                              .stride = layer->stride,
                              .next = patch_weight_floats(layer),
                              .at = scratch.at,
                              .start = parameters + layer->bias_offset,
                              .grid = &grid,
                              .values = scratch.x,
                              .from = scratch.from,
                              .to = scratch.to,
                              .strip = scratch.strip,
                              .take = take_groups,
                              .context = &receiver});
        for (int channel = 0; channel < layer->to.channels; channel++)
            shape_clear_gap(&layer->to, channel, z);
    }
}
