// Stage after stage; pictures stay grids from one to the next.
#include "models/lane_pass.h"

#include <assert.h>
#include <stdlib.h>

#include "alloc.h"

struct LanePass {
    Model model; // its own: stages point into it
    Stage stages[MODEL_LAYERS_MAX];
    int stage_count;
    float *picture;                  // what the first stage is given, where that is a picture
    float *values[MODEL_LAYERS_MAX]; // of stages that give pictures
    StageArrays unwanted;            // slopes and choices, of whichever stage
    float *scratch;
    float *memory;
};

static size_t most(size_t a, size_t b) { return a > b ? a : b; }

// memory NULL: only counts.
static size_t lay_out(LanePass *pass, float *memory)
{
    Cutter cutter = {.memory = memory};
    size_t slope = 0, pooled = 0, scratch = 0;
    pass->picture = cutter_take(&cutter, pass->stages[0].x.size);
    for (int i = 0; i < pass->stage_count; i++) {
        const Stage *stage = &pass->stages[i];
        pass->values[i] = stage->value.size > 0 ? cutter_take(&cutter, stage->value.size) : NULL;
        slope = most(slope, stage->slope.size);
        pooled = most(pooled, stage->last->kind == LAYER_POOL ? grid_of(&stage->last->to, (Margin){0}).size : 0);
        scratch = most(scratch, stage->scratch);
    }
    pass->unwanted.slope = cutter_take(&cutter, slope);
    pass->unwanted.pooled = cutter_take(&cutter, pooled);
    pass->unwanted.chosen = cutter_take(&cutter, pooled);
    pass->scratch = cutter_take(&cutter, scratch);
    return cutter.used;
}

bool lane_pass_fits(const Model *model)
{
    Stage stages[MODEL_LAYERS_MAX];
    bool has_lanes = false;
    const int count = stage_list(model->layers, model->layer_count, stages);
    for (int i = 0; i < count; i++)
        has_lanes |= stages[i].has_lanes;
    return has_lanes;
}

LanePass *lane_pass_create(const Model *model)
{
    LanePass *pass = calloc(1, sizeof *pass);
    if (!pass)
        return NULL;
    pass->model = *model;
    pass->stage_count = stage_list(pass->model.layers, model->layer_count, pass->stages);
    pass->memory = floats_create_large(lay_out(pass, NULL));
    if (!pass->memory) {
        free(pass);
        return NULL;
    }
    (void)lay_out(pass, pass->memory);
    return pass;
}

void lane_pass_destroy(LanePass *pass)
{
    if (pass)
        floats_free(pass->memory);
    free(pass);
}

// Where the stage's picture stands: what the one before it gave.
static float *find_x(const LanePass *pass, int i) { return i > 0 ? pass->values[i - 1] : pass->picture; }

static void go_through_units(const LanePass *pass, const Layer *layer, const float *parameters,
                             const Activation *hidden, const float *x, int rows, float *value, float *slope)
{
    layer_forward(layer, parameters, x, rows, value, pass->scratch);
    if (layer->is_bent)
        hidden->apply(value, value, slope, (size_t)rows * layer->to.stride);
}

void lane_pass_forward(const LanePass *pass, const float *parameters, int start, const float *x, int rows,
                       float *const values[], float *const slopes[])
{
    const Model *model = &pass->model;
    const Activation *hidden = activation_get(HIDDEN_ACTIVATION, model->spec.hidden);
    assert(rows <= LANE_IMAGES);
    bool is_first = true;
    for (int i = 0; i < pass->stage_count; i++) {
        const Stage *stage = &pass->stages[i];
        const Layer *layer = stage->layer;
        const int last = (int)(stage->last - model->layers);
        if (last < start)
            continue;
        if (is_first && stage->x.size > 0) {
            grid_from_rows(&stage->x, x, layer->given.plane, layer->given.stride, rows, find_x(pass, i));
            x = find_x(pass, i);
        }
        is_first = false;
        if (!stage->has_lanes) {
            go_through_units(pass, layer, parameters, hidden, x, rows, values[last], slopes[last]);
            x = values[last];
            continue;
        }
        StageArrays arrays = pass->unwanted;
        arrays.value = pass->values[i] ? pass->values[i] : values[last];
        stage_forward(stage, parameters, hidden, x, rows, &arrays, pass->scratch);
        if (pass->values[i] && values[last])
            grid_to_rows(&stage->value, arrays.value, rows, values[last], stage->last->to.plane,
                         stage->last->to.stride);
        x = arrays.value;
    }
}
