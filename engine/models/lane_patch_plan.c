// Where the patches of a layer lie.
#include "models/lane_patch_parts.h"

enum { CHANNELS_LEAST = 16 };

const PatchMake patch_makes[] = {
    [PATCH_PLAIN] = {4,
                     4,
                     2,
                     {{{0, 2}, {1, -1}}, {{1, 2}, {1, 1}}, {{2, 1}, {1, -1}}, {{1, 3}, {1, -1}}},
                     {{{0, 1}, {1, 0}}, {{0, 1}, {1, 1}}, {{0, 1}, {1, -1}}, {{1, 0}, {-1, 0}}}},
    [PATCH_DOUBLED] = {3,
                       3,
                       1,
                       {{{1, 0}, {1, 0}}, {{0, 1}, {1, -1}}, {{2, 1}, {1, -1}}},
                       {{{0, 1}, {1, 1}}, {{0, 1}, {1, 0}}, {{1, 0}, {1, 0}}}},
    [PATCH_HALVED] = {.terms = 3,
                      .inputs = 4,
                      .step = 2,
                      .input = {{{1, 2}, {1, 1}}, {{3, 1}, {1, -1}}, {{0, 2}, {1, -1}}}},
};

static PatchAxis axis_of(PatchKind kind, int before, int in, int out)
{
    if (kind == PATCH_PLAIN)
        return (PatchAxis){.first = -before, .count = (out + 1) / 2, .in = in, .out = out};
    if (kind == PATCH_HALVED)
        return (PatchAxis){.first = -before, .count = out, .in = in, .out = out};
    return (PatchAxis){.first = -1, .z_first = before - 1, .count = in, .in = in, .out = out};
}

static Patches finish_patches_of(Patches patches, int least)
{
    const int columns = patches.columns.count, chunk = (least + columns - 1) / columns;
    patches.terms = patch_makes[patches.kind].terms;
    patches.chunk = chunk < patches.rows.count ? chunk : patches.rows.count;
    patches.line = (size_t)columns * LANE_IMAGES;
    patches.plane = ((size_t)(patches.chunk * columns) | 1) * LANE_IMAGES;
    return patches;
}

Patches patches_of(const Layer *layer, int least)
{
    const PatchKind kind = layer->scale == 2 ? PATCH_DOUBLED : PATCH_PLAIN;
    const Shape *in = &layer->given, *out = &layer->to;
    return finish_patches_of((Patches){.kind = kind,
                                       .rows = axis_of(kind, layer->above, in->height, out->height),
                                       .columns = axis_of(kind, layer->left, in->width, out->width),
                                       .in = in->channels,
                                       .out = out->channels},
                             least);
}

// dL/dx is dL/dz under the windows turned round.
Patches turned_patches_of(const Layer *layer)
{
    const PatchKind kind = layer->scale == 2 ? PATCH_HALVED : PATCH_PLAIN;
    const Shape *in = &layer->given, *out = &layer->to;
    return finish_patches_of((Patches){.kind = kind,
                                       .rows = axis_of(kind, 2 - layer->above, out->height, in->height),
                                       .columns = axis_of(kind, 2 - layer->left, out->width, in->width),
                                       .in = out->channels,
                                       .out = in->channels},
                             CHUNK_LEAST);
}

bool patch_fits(const Layer *layer)
{
    return layer->kind == LAYER_CONV && layer->side == 3 && layer->step == 1 &&
           layer->given.channels >= CHANNELS_LEAST && layer->to.channels >= CHANNELS_LEAST;
}

static int at_least_0(int n) { return n > 0 ? n : 0; }

static void reach_input(PatchKind kind, const PatchAxis *axis, int *before, int *after)
{
    const int end = (axis->count - 1) * patch_makes[kind].step + axis->first + patch_makes[kind].inputs;
    *before = at_least_0(-axis->first);
    *after = at_least_0(end - axis->in);
}

static int most(int a, int b) { return a > b ? a : b; }

Margin patch_reach(const Layer *layer, bool is_of_slope)
{
    const Patches patches = patches_of(layer, CHUNK_LEAST), turned = turned_patches_of(layer);
    const Patches *reader = is_of_slope ? &turned : &patches;
    Margin margin;
    reach_input(reader->kind, &reader->rows, &margin.above, &margin.below);
    reach_input(reader->kind, &reader->columns, &margin.left, &margin.right);
    if (is_of_slope) { // the gradient's patches of z
        const PatchAxis *rows = &patches.rows, *columns = &patches.columns;
        margin.above = most(margin.above, -rows->z_first);
        margin.below = most(margin.below, rows->z_first + 2 * rows->count - rows->out);
        margin.left = most(margin.left, -columns->z_first);
        margin.right = most(margin.right, columns->z_first + 2 * columns->count - columns->out);
    }
    return margin;
}
