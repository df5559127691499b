// Terms of patches, their products, and what these make, whatever stands in the lanes.
#include "models/lane_patch_parts.h"

#include "alloc.h"
#include "models/lane_kinds.h"

// From one term to the next: an odd number of pixels, for terms that are a power of two apart would push each other out
// of the cache.
static size_t odd_pixels(size_t floats) { return (floats / LANE_IMAGES | 1) * LANE_IMAGES; }

size_t patch_term_floats(const Patches *patches, int planes) { return odd_pixels((size_t)planes * patches->plane); }

size_t patch_floats(const Patches *patches, int planes)
{
    return (size_t)patches->terms * patch_term_floats(patches, planes);
}

int patch_strip_planes(const Patches *patches)
{
    return patches->out < PATCH_STRIP_PLANES ? patches->out : PATCH_STRIP_PLANES;
}

size_t patch_strip_floats(const Patches *patches)
{
    const int outputs = patch_sizes(patches->rows.kind).outputs * patch_sizes(patches->columns.kind).outputs;
    return (size_t)(patch_strip_planes(patches) * outputs) * patches->line;
}

size_t patch_list_floats(const PatchList *list, int planes)
{
    size_t most = 0;
    for (int i = 0; i < list->count; i++) {
        const Patches *part = &list->parts[i];
        const size_t floats = planes > 0 ? patch_floats(part, planes) : patch_strip_floats(part);
        most = floats > most ? floats : most;
    }
    return most;
}

size_t patch_weight_floats(const Layer *layer) { return odd_pixels((size_t)layer->given.channels * layer->stride); }

// ---- terms --------------------------------------------------------------------------------------------------------

// y, x: the first pixel of the first patch.
static PatchInput input_of(const Patches *patches, int rows, const Grid *grid, const float *values, int y, int x,
                           float *terms)
{
    return (PatchInput){
        .kinds = {patches->rows.kind, patches->columns.kind},
        .channels = (size_t)grid->channels,
        .rows = (size_t)rows,
        .columns = (size_t)patches->columns.count,
        .values = values + (ptrdiff_t)grid_row(grid, 0, 0) + y * (ptrdiff_t)grid->pitch + x * (ptrdiff_t)LANE_IMAGES,
        .plane = grid->plane,
        .pitch = grid->pitch,
        .terms = terms,
        .term_plane = patches->plane,
        .next = patch_term_floats(patches, grid->channels),
    };
}

void patch_turn_inputs(const Patches *patches, int first, int rows, const Grid *grid, const float *values, float *terms)
{
    const int y = first * patch_sizes(patches->rows.kind).step + patches->rows.first;
    const PatchInput input = input_of(patches, rows, grid, values, y, patches->columns.first, terms);
    kernel_get()->turn_patch_inputs(&input);
}

void patch_turn_slopes(const Patches *patches, int first, int rows, const Grid *grid, const float *values, float *terms)
{
    const int y = first * patch_sizes(patches->rows.kind).outputs + patches->rows.z_first;
    const PatchInput input = input_of(patches, rows, grid, values, y, patches->columns.z_first, terms);
    kernel_get()->turn_patch_slopes(&input);
}

void patch_turn_weights(const Layer *layer, PatchKind kind, const float *parameters, float *terms)
{
    kernel_get()->turn_patch_weights(&(PatchWeights){
        .kind = kind,
        .rows = (size_t)layer->given.channels,
        .stride = layer->stride,
        .weights = (float *)(uintptr_t)(parameters + layer->weight_offset),
        .terms = terms,
        .next = patch_weight_floats(layer),
    });
}

// ---- products -----------------------------------------------------------------------------------------------------

static void hand_out(const PatchRun *run, int plane, int planes, int row, int first)
{
    const Patches *patches = run->patches;
    const int rows = patch_sizes(patches->rows.kind).outputs, outputs = patch_sizes(patches->columns.kind).outputs;
    const size_t pitch = (size_t)outputs * patches->line;
    for (int i = 0; i < planes; i++)
        kernel_get()->finish_patches(&(PatchOutput){
            .kinds = {patches->rows.kind, patches->columns.kind},
            .count = (size_t)patches->columns.count,
            .terms = run->to + (size_t)i * patches->plane + (size_t)row * patches->line,
            .next = patch_term_floats(patches, patch_strip_planes(patches)),
            .start = run->start ? run->start + (size_t)(plane + i) * LANE_IMAGES : NULL,
            .rows = run->strip + (size_t)(rows * i) * pitch,
            .pitch = pitch,
        });
    run->take(run->context, &(PatchStrip){.channel = plane,
                                          .channels = planes,
                                          .y = rows * (first + row) + patches->rows.z_first,
                                          .rows = rows,
                                          .x = patches->columns.z_first,
                                          .columns = outputs * patches->columns.count,
                                          .pitch = pitch,
                                          .values = run->strip});
}

void patch_run(const PatchRun *run)
{
    const Patches *patches = run->patches;
    const int most = patch_strip_planes(patches);
    const size_t terms = (size_t)patches->terms;
    const size_t from_next = patch_term_floats(patches, patches->in);
    const size_t to_next = patch_term_floats(patches, most);
    for (int first = 0; first < patches->rows.count; first += patches->chunk) {
        const int rest = patches->rows.count - first, rows = rest < patches->chunk ? rest : patches->chunk;
        patch_turn_inputs(patches, first, rows, run->grid, run->values, run->from);
        for (int plane = 0; plane < patches->out; plane += most) {
            const int planes = patches->out - plane < most ? patches->out - plane : most;
            for (size_t term = 0; term < terms; term++)
                run->multiply(run, run->weights + patch_weight_place(patches, term) * run->next, plane, planes,
                              run->from + term * from_next, run->to + term * to_next,
                              (size_t)(rows * patches->columns.count));
            for (int row = 0; row < rows; row++)
                hand_out(run, plane, planes, row, first);
        }
    }
}
