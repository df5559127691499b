// Where the patches of a layer lie.
#include "models/lane_patch_parts.h"

enum { CHANNELS_LEAST = 16 };

static PatchAxis axis_of(PatchKind kind, int before, int in, int out)
{
    const int outputs = patch_sizes(kind).outputs;
    switch (kind) {
    case PATCH_SMALL:
    case PATCH_LARGE:
    case PATCH_EDGE:
        return (PatchAxis){
            .kind = kind, .first = -before, .count = (out + outputs - 1) / outputs, .in = in, .out = out};
    case PATCH_DOUBLED:
        return (PatchAxis){.kind = kind, .first = -1, .z_first = before - 1, .count = in, .in = in, .out = out};
    case PATCH_HALVED: break;
    }
    return (PatchAxis){.kind = kind, .first = -before, .count = out, .in = in, .out = out};
}

static Patches finish_patches_of(Patches patches, int least)
{
    const int columns = patches.columns.count, chunk = (least + columns - 1) / columns;
    patches.terms = patch_sizes(patches.rows.kind).terms * patch_sizes(patches.columns.kind).terms;
    patches.chunk = chunk < patches.rows.count ? chunk : patches.rows.count;
    patches.line = (size_t)columns * LANE_IMAGES;
    patches.plane = ((size_t)(patches.chunk * columns) | 1) * LANE_IMAGES;
    return patches;
}

Patches patches_of(const Layer *layer, PatchKind plain, int least)
{
    const PatchKind kind = layer->scale == 2 ? PATCH_DOUBLED : plain;
    const Shape *in = &layer->given, *out = &layer->to;
    return finish_patches_of((Patches){.rows = axis_of(kind, layer->above, in->height, out->height),
                                       .columns = axis_of(kind, layer->left, in->width, out->width),
                                       .in = in->channels,
                                       .out = out->channels},
                             least);
}

// dL/dx is dL/dz under the windows turned round.
Patches turned_patches_of(const Layer *layer)
{
    const PatchKind kind = layer->scale == 2 ? PATCH_HALVED : PATCH_LARGE;
    const Shape *in = &layer->given, *out = &layer->to;
    return finish_patches_of((Patches){.rows = axis_of(kind, 2 - layer->above, out->height, in->height),
                                       .columns = axis_of(kind, 2 - layer->left, out->width, in->width),
                                       .in = out->channels,
                                       .out = in->channels},
                             CHUNK_LEAST);
}

// Where the last large patch would hang over by half or more, an edge takes its place. Returns the number of parts.
static int cut_axis(const PatchAxis *axis, PatchAxis parts[2])
{
    const int outputs = patch_sizes(PATCH_LARGE).outputs, whole = axis->out / outputs, rest = axis->out % outputs;
    parts[0] = parts[1] = *axis;
    if (axis->kind != PATCH_LARGE || rest == 0 || rest > patch_sizes(PATCH_EDGE).outputs)
        return 1;
    PatchAxis *edge = &parts[whole > 0];
    parts[0].count = whole;
    edge->kind = PATCH_EDGE;
    edge->first += whole * outputs;
    edge->z_first += whole * outputs;
    edge->count = 1;
    return whole > 0 ? 2 : 1;
}

PatchList patches_cut(const Patches *whole, int least)
{
    PatchAxis rows[2], columns[2];
    const int row_parts = cut_axis(&whole->rows, rows), column_parts = cut_axis(&whole->columns, columns);
    PatchList list = {.count = row_parts * column_parts};
    for (int i = 0; i < list.count; i++) {
        list.parts[i] = *whole;
        list.parts[i].rows = rows[i / column_parts];
        list.parts[i].columns = columns[i % column_parts];
        list.parts[i] = finish_patches_of(list.parts[i], least);
    }
    return list;
}

size_t patch_weight_place(const Patches *patches, size_t term)
{
    static const size_t of_edge[] = {0, 1, 2, 5};
    const PatchKind rows = patches->rows.kind, columns = patches->columns.kind;
    const size_t terms = (size_t)patch_sizes(columns).terms, y = term / terms, x = term % terms;
    const size_t side = columns == PATCH_EDGE ? PATCH_TERMS : terms;
    return (rows == PATCH_EDGE ? of_edge[y] : y) * side + (columns == PATCH_EDGE ? of_edge[x] : x);
}

bool patch_fits(const Layer *layer)
{
    return layer->kind == LAYER_CONV && layer->side == 3 && layer->step == 1 &&
           layer->given.channels >= CHANNELS_LEAST && layer->to.channels >= CHANNELS_LEAST;
}

static int most(int a, int b) { return a > b ? a : b; }

// Both add to what there is.
static void reach_input(const Patches *patches, Margin *margin)
{
    const PatchSizes size = patch_sizes(patches->rows.kind);
    const PatchAxis *rows = &patches->rows, *columns = &patches->columns;
    margin->above = most(margin->above, -rows->first);
    margin->below = most(margin->below, (rows->count - 1) * size.step + rows->first + size.inputs - rows->in);
    margin->left = most(margin->left, -columns->first);
    margin->right = most(margin->right, (columns->count - 1) * size.step + columns->first + size.inputs - columns->in);
}

static void reach_output(const Patches *patches, Margin *margin)
{
    const int outputs = patch_sizes(patches->rows.kind).outputs;
    const PatchAxis *rows = &patches->rows, *columns = &patches->columns;
    margin->above = most(margin->above, -rows->z_first);
    margin->below = most(margin->below, rows->z_first + outputs * rows->count - rows->out);
    margin->left = most(margin->left, -columns->z_first);
    margin->right = most(margin->right, columns->z_first + outputs * columns->count - columns->out);
}

Margin patch_reach(const Layer *layer, bool is_of_slope)
{
    const Patches small = patches_of(layer, PATCH_SMALL, CHUNK_LEAST),
                  large = patches_of(layer, PATCH_LARGE, CHUNK_LEAST);
    const Patches turned = turned_patches_of(layer);
    Margin margin = {0};
    if (is_of_slope) {
        reach_input(&turned, &margin);
        reach_output(&large, &margin);
    } else {
        reach_input(&small, &margin);
        reach_input(&large, &margin);
    }
    return margin;
}
