// The forward pass: all images at once through dense layers, a few at a time through others.
#include <assert.h>
#include <string.h>

#include "alloc.h"
#include "kernels/kernel.h"
#include "models/lane_pass.h"
#include "models/model_layers.h"
#include "models/range.h"

// ---- memory -------------------------------------------------------------------------------------------------------

int model_choose_chunk(const Model *model)
{
    enum { CHUNK_FLOATS = 1 << 17, CHUNK_LEAST = 8 };
    size_t floats = 0;
    for (int i = 0; i < model->layer_count; i++)
        floats += 2 * model->layers[i].to.stride;
    const int rows = (int)(CHUNK_FLOATS / floats) / CHUNK_LEAST * CHUNK_LEAST;
    return rows < CHUNK_LEAST ? CHUNK_LEAST : rows > TILE_ROWS ? TILE_ROWS : rows;
}

int model_choose_step(const Model *model)
{
    enum { STEP_MULTIPLICATIONS = 1 << 27, STEP_LEAST = TILE_ROWS / 8 };
    size_t of_image = 0;
    for (int i = 0; i < model->layer_count; i++)
        of_image += layer_multiplications(&model->layers[i]);
    int rows = TILE_ROWS;
    while (rows > STEP_LEAST && (size_t)rows * of_image > STEP_MULTIPLICATIONS)
        rows /= 2;
    return rows;
}

// Whether the workspace holds a layer's values of all rows: those of the code, of what a code is drawn from, and the
// output's.
static bool is_whole(const Model *model, int i)
{
    return i == model->code_index || i == model->layer_count - 1 || model_gives_statistics(model, i);
}

// memory NULL: only counts.
static size_t lay_out(Workspace *workspace, const Model *model, float *memory)
{
    Cutter cutter = {.memory = memory};
    size_t scratch = 0;
    const size_t rows = (size_t)workspace->rows, chunk = (size_t)workspace->chunk_rows;
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        workspace->values[i] = cutter_take(&cutter, (is_whole(model, i) ? rows : chunk) * layer->to.stride);
        workspace->slopes[i] = cutter_take(&cutter, chunk * layer->to.stride);
        scratch = layer->scratch > scratch ? layer->scratch : scratch;
    }
    if (!model->is_dense) {
        workspace->input = cutter_take(&cutter, chunk * (size_t)model->pixels);
        workspace->scratch = cutter_take(&cutter, scratch);
    }
    return cutter.used;
}

bool workspace_init(Workspace *workspace, const Model *model, int rows, Error *error)
{
    const bool has_lanes = rows >= LANE_PASS_LEAST && lane_pass_fits(model);
    const int chunk = has_lanes ? LANE_IMAGES : model->is_dense ? rows : model_choose_chunk(model);
    *workspace = (Workspace){.rows = rows, .chunk_rows = chunk < rows ? chunk : rows};
    workspace->lanes = has_lanes ? lane_pass_create(model) : NULL;
    if (has_lanes && !workspace->lanes)
        return error_set(error, "out of memory: %d images side by side", LANE_IMAGES);
    const size_t total = lay_out(workspace, model, NULL);
    workspace->memory = floats_create(total);
    if (!workspace->memory) {
        workspace_free(workspace);
        return error_set(error, "out of memory: a model's activations need %zu bytes", total * sizeof(float));
    }
    (void)lay_out(workspace, model, workspace->memory);
    return true;
}

void workspace_free(Workspace *workspace)
{
    lane_pass_destroy(workspace->lanes);
    floats_free(workspace->memory);
    *workspace = (Workspace){0};
}

// ---- dense layers -------------------------------------------------------------------------------------------------

void model_forward_layer(const Layer *layer, const float *parameters, const float *x, size_t x_stride, int rows,
                         size_t column, size_t columns, float *z, size_t z_stride)
{
    kernel_get()->multiply(&(Product){
        .m = (size_t)rows,
        .n = columns,
        .k = (size_t)layer->in,
        .a = x,
        .a_row = x_stride,
        .a_column = 1,
        .b = parameters + layer->weight_offset + column,
        .b_stride = layer->stride,
        .c = z,
        .c_stride = z_stride,
        .bias = parameters + layer->bias_offset + column,
    });
}

static void forward_whole_layer(const Layer *layer, const float *parameters, const float *x, size_t x_stride, int rows,
                                float *z)
{
    model_forward_layer(layer, parameters, x, x_stride, rows, 0, layer->stride, z, layer->stride);
}

static void activate_hidden(const Model *model, Workspace *workspace, int layer_index, int rows)
{
    float *values = workspace->values[layer_index];
    activation_get(HIDDEN_ACTIVATION, model->spec.hidden)
        ->apply(values, values, workspace->slopes[layer_index], (size_t)rows * model->layers[layer_index].stride);
}

// ---- any layers ---------------------------------------------------------------------------------------------------

static float *find_values(const Model *model, const Workspace *workspace, int i, int first)
{
    return workspace->values[i] + (is_whole(model, i) ? (size_t)first * model->layers[i].to.stride : 0);
}

static void go_side_by_side(const Model *model, const float *parameters, Workspace *workspace, int start,
                            const float *x, int first, int rows)
{
    float *values[MODEL_LAYERS_MAX];
    for (int i = 0; i < model->layer_count; i++) {
        const bool is_wanted = is_whole(model, i) || !shape_is_picture(&model->layers[i].to);
        values[i] = is_wanted ? find_values(model, workspace, i, first) : NULL;
    }
    lane_pass_forward(workspace->lanes, parameters, start, x, rows, values, workspace->slopes);
}

static void go_one_by_one(const Model *model, const float *parameters, Workspace *workspace, int start, const float *x,
                          int first, int rows)
{
    const Activation *activation = activation_get(HIDDEN_ACTIVATION, model->spec.hidden);
    for (int i = start; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        float *values = find_values(model, workspace, i, first);
        if (layer->is_folded)
            continue;
        layer_forward(layer, parameters, x, rows, values, workspace->scratch);
        if (layer->is_bent)
            activation->apply(values, values, workspace->slopes[i], (size_t)rows * layer->to.stride);
        x = values;
    }
}

// The layers from `start` on for rows [first, first + rows), which are at most chunk_rows; x: what `start` is given.
static void go_through(const Model *model, const float *parameters, Workspace *workspace, int start, const float *x,
                       int first, int rows)
{
    if (workspace->lanes && rows >= LANE_PASS_LEAST)
        go_side_by_side(model, parameters, workspace, start, x, first, rows);
    else
        go_one_by_one(model, parameters, workspace, start, x, first, rows);
    if (activation_get(OUTPUT_ACTIVATION, model->spec.output)->is_of_picture) {
        float *logits = find_values(model, workspace, model->layer_count - 1, first);
        const size_t pixels = (size_t)model->pixels;
        kernel_get()->normalise(logits, pixels, (size_t)rows, pixels);
    }
}

// The input of the chunk from row `first` on into the workspace.
typedef void ReadChunk(const void *source, int first, int rows, size_t pixels, float *input);

static void read_floats(const void *source, int first, int rows, size_t pixels, float *input)
{
    memcpy(input, (const float *)source + (size_t)first * pixels, (size_t)rows * pixels * sizeof *input);
}

static void read_tile(const void *source, int first, int rows, size_t pixels, float *input)
{
    const Tile *tile = source;
    for (int row = 0; row < rows; row++)
        kernel_get()->bytes_to_floats(tile->rows[first + row], input + (size_t)row * pixels, pixels);
}

// All layers for all rows. Returns nothing that is of use but to hand it on: the output is in the workspace.
static const float *go_whole(const Model *model, const float *parameters, Workspace *workspace, ReadChunk *read,
                             const void *source, int rows)
{
    const PixelRange range = range_of(model, parameters);
    const size_t pixels = (size_t)model->pixels;
    for (int first = 0; first < rows; first += workspace->chunk_rows) {
        const int rest = rows - first, count = rest < workspace->chunk_rows ? rest : workspace->chunk_rows;
        read(source, first, count, pixels, workspace->input);
        range_map_all(range, workspace->input, (size_t)count * pixels);
        go_through(model, parameters, workspace, 0, workspace->input, first, count);
    }
    return workspace->values[model->layer_count - 1];
}

static void go_on_from(const Model *model, const float *parameters, Workspace *workspace, int layer_index, int rows)
{
    for (int first = 0; first < rows; first += workspace->chunk_rows) {
        const int rest = rows - first, count = rest < workspace->chunk_rows ? rest : workspace->chunk_rows;
        go_through(model, parameters, workspace, layer_index + 1, find_values(model, workspace, layer_index, first),
                   first, count);
    }
}

// ---- the halves ---------------------------------------------------------------------------------------------------

void model_encode_from(const Model *model, const float *parameters, Workspace *workspace, int layer_index, int rows)
{
    assert(model->is_dense || layer_index == model->code_index);
    if (!model->is_dense) {
        go_on_from(model, parameters, workspace, layer_index, rows);
        return;
    }
    for (int i = layer_index + 1; i < model->layer_count - 1; i++) {
        forward_whole_layer(&model->layers[i], parameters, workspace->values[i - 1], model->layers[i - 1].stride, rows,
                            workspace->values[i]);
        activate_hidden(model, workspace, i, rows);
    }
}

// Of the first layer in a range, where its inputs are scale x + offset: its sums are scale (x W) + shifts, offset times
// the sums of W's columns, + bias. (stride).
static void find_shifts(const Model *model, const float *parameters, PixelRange range, float *shifts)
{
    const Layer *layer = &model->layers[0];
    kernel_get()->sum_rows(parameters + layer->weight_offset, layer->stride, (size_t)layer->in, layer->stride, shifts,
                           false);
    for (size_t i = 0; i < layer->stride; i++)
        shifts[i] = range.offset * shifts[i] + parameters[layer->bias_offset + i];
}

// The first layer's logits from its product with pixels of 0 to 1, both (rows, stride).
static void shift_first(const Model *model, const float *parameters, PixelRange range, float *values, int rows)
{
    const Layer *layer = &model->layers[0];
    float shifts[SPEC_WIDTH_MAX];
    find_shifts(model, parameters, range, shifts);
    for (size_t row = 0; row < (size_t)rows; row++)
        for (size_t i = 0; i < layer->stride; i++)
            values[row * layer->stride + i] = range.scale * values[row * layer->stride + i] + shifts[i];
}

// From the first layer's product with pixels of 0 to 1, which is in the workspace; of that range with its bias.
static const float *finish_encoding(const Model *model, const float *parameters, PixelRange range, Workspace *workspace,
                                    int rows)
{
    if (!range_is_unit(range))
        shift_first(model, parameters, range, workspace->values[0], rows);
    activate_hidden(model, workspace, 0, rows);
    model_encode_from(model, parameters, workspace, 0, rows);
    return workspace->values[model->layer_count - 2];
}

const float *model_encode(const Model *model, const float *parameters, Workspace *workspace, const float *x, int rows)
{
    assert(rows <= workspace->rows);
    if (!model->is_dense)
        return go_whole(model, parameters, workspace, read_floats, x, rows);
    const Layer *layer = &model->layers[0];
    const PixelRange range = range_of(model, parameters);
    kernel_get()->multiply(&(Product){
        .m = (size_t)rows,
        .n = layer->stride,
        .k = (size_t)layer->in,
        .a = x,
        .a_row = (size_t)model->pixels,
        .a_column = 1,
        .b = parameters + layer->weight_offset,
        .b_stride = layer->stride,
        .c = workspace->values[0],
        .c_stride = layer->stride,
        .bias = range_is_unit(range) ? parameters + layer->bias_offset : NULL,
    });
    return finish_encoding(model, parameters, range, workspace, rows);
}

const float *model_encode_tile(const Model *model, const float *parameters, Workspace *workspace, const Tile *tile)
{
    assert((int)tile->count <= workspace->rows && tile->pixels == (size_t)model->pixels);
    if (!model->is_dense)
        return go_whole(model, parameters, workspace, read_tile, tile, (int)tile->count);
    const Layer *layer = &model->layers[0];
    const PixelRange range = range_of(model, parameters);
    kernel_get()->multiply_tile(&(TileProduct){
        .tile = tile,
        .n = layer->stride,
        .b = parameters + layer->weight_offset,
        .b_stride = layer->stride,
        .c = workspace->values[0],
        .c_stride = layer->stride,
        .bias = range_is_unit(range) ? parameters + layer->bias_offset : NULL,
    });
    return finish_encoding(model, parameters, range, workspace, (int)tile->count);
}

// All of the last layer into the workspace; where not all layers are dense it is there.
static float *find_logits(const Model *model, const float *parameters, Workspace *workspace, const float *code,
                          int rows)
{
    const int last = model->layer_count - 1;
    float *logits = workspace->values[last];
    if (!model->is_dense)
        return logits;
    forward_whole_layer(&model->layers[last], parameters, code, model->layers[last - 1].stride, rows, logits);
    if (!activation_get(OUTPUT_ACTIVATION, model->spec.output)->is_of_picture)
        return logits;
    assert(model->pixels % KERNEL_PAD == 0);
    kernel_get()->normalise(logits, model->layers[last].stride, (size_t)rows, (size_t)model->pixels);
    return logits;
}

void model_output_strip(const Model *model, const float *parameters, Workspace *workspace, const float *code, int rows,
                        size_t column, size_t columns, float *z)
{
    const int last = model->layer_count - 1;
    const Layer *output = &model->layers[last];
    if (model->is_dense && !activation_get(OUTPUT_ACTIVATION, model->spec.output)->is_of_picture) {
        model_forward_layer(output, parameters, code, model->layers[last - 1].stride, rows, column, columns, z,
                            STRIP_COLUMNS);
        return;
    }
    const float *logits = column > 0 ? workspace->values[last] : find_logits(model, parameters, workspace, code, rows);
    for (size_t row = 0; row < (size_t)rows; row++)
        memcpy(z + row * STRIP_COLUMNS, logits + row * output->to.stride + column, columns * sizeof *z);
}

void model_decode_last(const Model *model, const float *parameters, Workspace *workspace, int rows, float *z, float *p)
{
    const int last = model->layer_count - 1;
    const Layer *output = &model->layers[last];
    const size_t pixels = (size_t)model->pixels;
    float *logits = find_logits(model, parameters, workspace, workspace->values[last - 1], rows),
          *slopes = workspace->slopes[last]; // one row of them is enough: nobody reads it
    const Activation *activation = activation_get(OUTPUT_ACTIVATION, model->spec.output);
    for (size_t row = 0; row < (size_t)rows; row++) {
        float *line = logits + row * output->to.stride;
        if (z)
            memcpy(z + row * pixels, line, pixels * sizeof *z);
        if (p)
            activation->apply(line, p + row * pixels, slopes, pixels);
    }
    if (p)
        range_map_all_back(range_of(model, parameters), p, (size_t)rows * pixels);
}

void model_forward(const Model *model, const float *parameters, Workspace *workspace, const float *x, int rows,
                   float *z, float *p)
{
    (void)model_encode(model, parameters, workspace, x, rows);
    model_decode_last(model, parameters, workspace, rows, z, p);
}
