// Rows of terms of patches, their products, and what these make, whatever stands in the lanes.
#include "models/lane_patch_parts.h"

#include "alloc.h"
#include "models/lane_kinds.h"

// From one term to the next: an odd number of pixels, for terms that are a power of two apart would push each other out
// of the cache.
static size_t odd_pixels(size_t floats) { return (floats / LANE_IMAGES | 1) * LANE_IMAGES; }

size_t patch_term_floats(const Patches *patches, int planes) { return odd_pixels((size_t)planes * patches->plane); }

size_t patch_row_floats(const Patches *patches, int planes)
{
    return (size_t)patches->terms * patch_term_floats(patches, planes);
}

size_t patch_whole_floats(const Patches *patches, int planes)
{
    return (size_t)patches->terms * patch_row_floats(patches, planes);
}

size_t patch_strip_floats(const Patches *patches)
{
    return (size_t)(PATCH_STRIP_PLANES * patches->outputs * patches->outputs) * patches->line;
}

size_t patch_weight_floats(const Layer *layer) { return odd_pixels((size_t)layer->given.channels * layer->stride); }

// ---- terms --------------------------------------------------------------------------------------------------------

// y, x: the first pixel of the first patch; step: rows of pixels from patch to patch.
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
        .next = patch_term_floats(patches, grid->channels),
    };
    for (int i = 0; i < PATCH_ROWS; i++) {
        lines.values[i] = from + (size_t)mix->rows[i] * grid->pitch;
        lines.factors[i] = mix->factors[i];
    }
    return lines;
}

void patch_turn_inputs(const Patches *patches, int i, int first, int rows, const Grid *grid, const float *values,
                       float *terms)
{
    const int step = patch_sizes(patches->kind).step;
    const PatchLines lines = lines_of(patches, &patch_makes[patches->kind].input[i], rows, grid, values,
                                      first * step + patches->rows.first, patches->columns.first, step, terms);
    kernel_get()->turn_patch_inputs(&lines);
}

void patch_turn_slopes(const Patches *patches, int i, int first, int rows, const Grid *grid, const float *values,
                       float *terms)
{
    const int step = patches->outputs;
    const PatchLines lines = lines_of(patches, &patch_makes[patches->kind].slope[i], rows, grid, values,
                                      first * step + patches->rows.z_first, patches->columns.z_first, step, terms);
    kernel_get()->turn_patch_slopes(&lines);
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

static void hand_out(const PatchRun *run, int row, int first)
{
    const Patches *patches = run->patches;
    const int outputs = patches->outputs;
    const size_t pitch = (size_t)outputs * patches->line;
    for (int plane = 0; plane < patches->out; plane += PATCH_STRIP_PLANES) {
        const int rest = patches->out - plane, planes = rest < PATCH_STRIP_PLANES ? rest : PATCH_STRIP_PLANES;
        for (int i = 0; i < planes; i++)
            kernel_get()->finish_patches(&(PatchOutput){
                .kind = patches->kind,
                .count = (size_t)patches->columns.count,
                .terms = run->to + (size_t)(plane + i) * patches->plane + (size_t)row * patches->line,
                .next = patch_term_floats(patches, patches->out),
                .start = run->start ? run->start + (size_t)(plane + i) * LANE_IMAGES : NULL,
                .rows = run->strip + (size_t)(outputs * i) * pitch,
                .pitch = pitch,
            });
        run->take(run->context, &(PatchStrip){.channel = plane,
                                              .channels = planes,
                                              .y = outputs * (first + row) + patches->rows.z_first,
                                              .rows = outputs,
                                              .pitch = pitch,
                                              .left = (size_t)-patches->columns.z_first * LANE_IMAGES,
                                              .values = run->strip});
    }
}

void patch_run(const PatchRun *run)
{
    const Patches *patches = run->patches;
    const size_t from_next = patch_term_floats(patches, patches->in);
    const size_t to_next = patch_term_floats(patches, patches->out);
    for (int first = 0; first < patches->rows.count; first += patches->chunk) {
        const int rest = patches->rows.count - first, rows = rest < patches->chunk ? rest : patches->chunk;
        for (int i = 0; i < patches->terms; i++) {
            patch_turn_inputs(patches, i, first, rows, run->grid, run->values, run->from);
            for (int j = 0; j < patches->terms; j++) {
                const size_t term = (size_t)(i * patches->terms + j);
                run->multiply(run, run->weights + term * run->next, run->from + (size_t)j * from_next,
                              run->to + term * to_next, (size_t)(rows * patches->columns.count));
            }
        }
        for (int row = 0; row < rows; row++)
            hand_out(run, row, first);
    }
}
