// A step, slice by slice.
#include "training/slices.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "kernels/kernel.h"
#include "models/model_layers.h"
#include "models/pixels.h"
#include "models/range.h"
#include "models/sample.h"

enum { SLICES = 4, BLOCK_FLOATS = 8192 };

typedef struct Slice {
    float *gradient;                                            // (parameters)
    float *input;                                               // (tile_rows, pixels)
    uint8_t *bytes;                                             // (tile_rows, pixels): damaged, where there is noise
    Tile tile;                                                  // where the input goes in as bytes
    uint64_t *lit;                                              // (pixels / QUAD): of tile
    float *values[MODEL_LAYERS_MAX], *slopes[MODEL_LAYERS_MAX]; // (tile_rows, to.stride): f(z), f'(z)
    float *upstream[2];                                         // (tile_rows, the widest stride)
    float *scratch;
    float *shares;    // (tile_rows, pixels): of outputs that share a picture
    uint8_t *targets; // (tile_rows, pixels)
    double loss, kl;
} Slice;

struct Slices {
    const Model *model;
    Pool *pool;
    PixelRange range;
    bool takes_bytes; // the first layer is dense and is given images as they are stored, whose zeros cost nothing
    LossSettings settings;
    float *parameters; // in Model's order
    int tile_rows;
    Slice slice[SLICES];
    float *memory;

    // of a step
    const Batch *batch;
    UpdateParameters *update;
    void *context;
};

// ---- memory -------------------------------------------------------------------------------------------------------

static void lay_out_slice(const Slices *slices, Slice *slice, Cutter *cutter)
{
    const Model *model = slices->model;
    const size_t rows = (size_t)slices->tile_rows, pixels = (size_t)model->pixels;
    size_t widest = pixels, scratch = 0;
    slice->gradient = cutter_take(cutter, model->parameter_count);
    slice->input = cutter_take(cutter, rows * pixels);
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        slice->values[i] = layer->is_folded ? slice->values[i - 1] : cutter_take(cutter, rows * layer->to.stride);
        slice->slopes[i] = cutter_take(cutter, rows * layer->to.stride);
        widest = layer->to.stride > widest ? layer->to.stride : widest;
        scratch = layer->scratch > scratch ? layer->scratch : scratch;
    }
    for (int i = 0; i < 2; i++)
        slice->upstream[i] = cutter_take(cutter, rows * widest);
    slice->scratch = cutter_take(cutter, kernel_pad(scratch));
    slice->shares = cutter_take(cutter, rows * pixels);
    slice->targets = cutter_take_bytes(cutter, rows * pixels);
    slice->bytes = cutter_take_bytes(cutter, rows * pixels);
    slice->lit = (uint64_t *)(void *)cutter_take_bytes(cutter, pixels / QUAD * sizeof(uint64_t));
}

static size_t lay_out(Slices *slices, float *memory)
{
    Cutter cutter = {.memory = memory};
    slices->parameters = cutter_take(&cutter, slices->model->parameter_count);
    for (int i = 0; i < SLICES; i++)
        lay_out_slice(slices, &slices->slice[i], &cutter);
    return cutter.used;
}

Slices *slices_create(const Model *model, Pool *pool, Error *error)
{
    Slices *slices = calloc(1, sizeof *slices);
    if (slices) {
        *slices = (Slices){.model = model, .pool = pool, .tile_rows = model_choose_chunk(model)};
        slices->memory = floats_create(lay_out(slices, NULL));
    }
    if (!slices || !slices->memory) {
        slices_destroy(slices);
        error_set(error, "out of memory: training a model with %zu parameters", model->parameter_count);
        return NULL;
    }
    (void)lay_out(slices, slices->memory);
    return slices;
}

void slices_destroy(Slices *slices)
{
    if (!slices)
        return;
    floats_free(slices->memory);
    free(slices);
}

void slices_set_parameters(Slices *slices, const float *parameters)
{
    memcpy(slices->parameters, parameters, slices->model->parameter_count * sizeof *parameters);
    slices->range = range_of(slices->model, parameters);
    slices->takes_bytes = slices->model->layers[0].kind == LAYER_DENSE && range_is_unit(slices->range) &&
                          pixels_stay_bytes(&slices->model->spec);
}

void slices_get_parameters(const Slices *slices, float *parameters)
{
    memcpy(parameters, slices->parameters, slices->model->parameter_count * sizeof *parameters);
}

// ---- a tile -------------------------------------------------------------------------------------------------------

typedef struct ImageTile {
    const int *images;
    int rows;
} ImageTile;

static const uint8_t *find_image(const Slices *slices, int image)
{
    return slices->batch->pixels + (size_t)image * (size_t)slices->model->pixels;
}

static uint64_t find_key(const Slices *slices, int image)
{
    return pixels_training_key(&slices->model->spec, slices->batch->epoch, image);
}

static void read_input(const Slices *slices, const ImageTile *tile, Slice *slice)
{
    const size_t pixels = (size_t)slices->model->pixels;
    for (int row = 0; row < tile->rows; row++) {
        float *const input = slice->input + (size_t)row * pixels;
        const int image = tile->images[row];
        pixels_read(&slices->model->spec, find_key(slices, image), find_image(slices, image), 0, pixels, input);
        range_map_all(slices->range, input, pixels);
    }
}

static void read_bytes(const Slices *slices, const ImageTile *tile, Slice *slice)
{
    const size_t pixels = (size_t)slices->model->pixels;
    slice->tile = (Tile){.count = (size_t)tile->rows, .pixels = pixels, .lit = slice->lit};
    for (int row = 0; row < tile->rows; row++) {
        const int image = tile->images[row];
        uint8_t *const bytes = slice->bytes + (size_t)row * pixels;
        slice->tile.rows[row] = bytes;
        pixels_damage(&slices->model->spec, find_key(slices, image), find_image(slices, image), 0, pixels, bytes);
    }
    kernel_get()->find_lit(&slice->tile);
}

// The first layer from bytes.
static void multiply_bytes(const Slices *slices, Slice *slice)
{
    const Layer *layer = &slices->model->layers[0];
    kernel_get()->multiply_tile(&(TileProduct){
        .tile = &slice->tile,
        .n = layer->stride,
        .b = slices->parameters + layer->weight_offset,
        .b_stride = layer->stride,
        .c = slice->values[0],
        .c_stride = layer->stride,
        .bias = slices->parameters + layer->bias_offset,
    });
}

static void find_bytes_gradient(const Slices *slices, const float *slope, bool is_first, Slice *slice)
{
    const Layer *layer = &slices->model->layers[0];
    kernel_get()->multiply_tile_transposed(&(TileProduct){
        .tile = &slice->tile,
        .n = layer->stride,
        .b = slope,
        .b_stride = layer->stride,
        .c = slice->gradient + layer->weight_offset,
        .c_stride = layer->stride,
        .accumulate = !is_first,
    });
    kernel_get()->sum_rows(slope, layer->stride, slice->tile.count, layer->stride, slice->gradient + layer->bias_offset,
                           !is_first);
}

static void draw_sample(const Slices *slices, const ImageTile *tile, const Layer *layer, const float *x, float *z,
                        Slice *slice)
{
    uint64_t keys[TILE_ROWS];
    for (int row = 0; row < tile->rows; row++)
        keys[row] = pixels_sample_key(&slices->model->spec, slices->batch->epoch, tile->images[row]);
    sample_draw(layer, x, tile->rows, keys, z);
    slice->kl += sample_sum_kl(layer, x, tile->rows);
}

static void go_forward(const Slices *slices, const ImageTile *tile, Slice *slice)
{
    const Model *model = slices->model;
    const Activation *activation = activation_get(HIDDEN_ACTIVATION, model->spec.hidden);
    for (int i = 0; i < model->layer_count; i++) {
        const Layer *layer = &model->layers[i];
        const float *x = i == 0 ? slice->input : slice->values[i - 1];
        if (layer->is_folded)
            continue; // its values are those before it
        if (i == 0 && slices->takes_bytes)
            multiply_bytes(slices, slice);
        else if (layer->kind == LAYER_SAMPLE)
            draw_sample(slices, tile, layer, x, slice->values[i], slice);
        else
            layer_forward(layer, slices->parameters, x, tile->rows, slice->values[i], slice->scratch);
        if (layer->is_bent)
            activation->apply(slice->values[i], slice->values[i], slice->slopes[i],
                              (size_t)tile->rows * layer->to.stride);
    }
}

// The loss of a strip of the outputs' logits z (rows, pixels), which become dL/dz.
static double lose_strip(const Slices *slices, const ImageTile *tile, const uint8_t *const *targets, size_t column,
                         size_t columns, float *z)
{
    const Spec *spec = &slices->model->spec;
    const size_t pixels = (size_t)slices->model->pixels, rows = (size_t)tile->rows;
    float strip[TILE_ROWS * STRIP_COLUMNS], unused[STRIP_COLUMNS];
    for (size_t row = 0; row < rows; row++)
        memcpy(strip + row * STRIP_COLUMNS, z + row * pixels + column, columns * sizeof *strip);
    const double loss = kernel_get()->train[spec->loss][spec->output](&(OutputPass){
        .z = strip,
        .stride = STRIP_COLUMNS,
        .targets = targets,
        .scale = slices->range.scale,
        .offset = slices->range.offset,
        .upcoming = targets,
        .column = column,
        .rows = rows,
        .columns = columns,
        .bias_slope = unused,
        .settings = slices->settings,
    });
    for (size_t row = 0; row < rows; row++)
        memcpy(z + row * pixels + column, strip + row * STRIP_COLUMNS, columns * sizeof *strip);
    return loss;
}

static double find_loss(const Slices *slices, const ImageTile *tile, Slice *slice)
{
    const Kernel *kernel = kernel_get();
    const Spec *spec = &slices->model->spec;
    const size_t pixels = (size_t)slices->model->pixels, rows = (size_t)tile->rows;
    const bool is_of_picture = activation_get(OUTPUT_ACTIVATION, spec->output)->is_of_picture;
    float *z = slice->values[slices->model->layer_count - 1];
    const uint8_t *targets[TILE_ROWS];
    double loss = 0.0;
    for (size_t row = 0; row < rows; row++) {
        uint8_t *const target = slice->targets + row * pixels;
        const int image = tile->images[row];
        pixels_target(spec, find_key(slices, image), find_image(slices, image), 0, pixels, target);
        targets[row] = target;
    }
    if (is_of_picture)
        kernel->normalise(z, pixels, rows, pixels, z, slice->shares);
    for (size_t column = 0; column < pixels; column += STRIP_COLUMNS)
        loss += lose_strip(slices, tile, targets, column,
                           pixels - column < STRIP_COLUMNS ? pixels - column : STRIP_COLUMNS, z);
    if (is_of_picture)
        kernel->share_slopes(z, slice->shares, rows, pixels);
    return loss;
}

// The gradient is of the loss summed over pixels; the divergence is added to what `reduce` makes of an image's.
static float find_kl_weight(const Model *model)
{
    return model->spec.beta * (model->spec.reduce == REDUCE_SUM ? 1.0f : (float)model->pixels);
}

// dL/dvalue of a layer becomes dL/dz, penalties of it included.
static const float *finish_upstream(const Slices *slices, const ImageTile *tile, int i, float *upstream, Slice *slice)
{
    const Model *model = slices->model;
    const Layer *layer = &model->layers[i];
    if (i + 1 < model->layer_count && model->layers[i + 1].kind == LAYER_SAMPLE)
        sample_add_kl_slope(&model->layers[i + 1], slice->values[i], tile->rows, find_kl_weight(model), upstream);
    if (model->spec.l1 > 0.0f && i == model->code_index)
        backprop_add_penalty(model, slice->values[i], (size_t)tile->rows, upstream);
    if (!layer->is_bent)
        return upstream;
    kernel_get()->scale(slice->slopes[i], upstream, (size_t)tile->rows * layer->to.stride);
    return slice->slopes[i];
}

static void go_backward(const Slices *slices, const ImageTile *tile, bool is_first, Slice *slice)
{
    const Model *model = slices->model;
    const float *slope = slice->values[model->layer_count - 1];
    int before = 0, turn = 0;
    for (int i = model->layer_count - 1; i >= 0; i = before, turn ^= 1) {
        before = i > 0 && model->layers[i - 1].is_folded ? i - 2 : i - 1;
        float *upstream = before >= 0 ? slice->upstream[turn] : NULL;
        if (i == 0 && slices->takes_bytes) {
            find_bytes_gradient(slices, slope, is_first, slice);
            return;
        }
        layer_backward(&model->layers[i], &(LayerBackward){
                                              .rows = tile->rows,
                                              .parameters = slices->parameters,
                                              .x = before >= 0 ? slice->values[before] : slice->input,
                                              .z = slice->values[i],
                                              .slope = slope,
                                              .gradient = slice->gradient,
                                              .is_first = is_first,
                                              .upstream = upstream,
                                              .scratch = slice->scratch,
                                          });
        if (before >= 0)
            slope = finish_upstream(slices, tile, before, upstream, slice);
    }
}

// ---- a step -------------------------------------------------------------------------------------------------------

static void train_slice(void *context, int index, int worker)
{
    (void)worker;
    Slices *slices = context;
    Slice *slice = &slices->slice[index];
    const int rows = slices->batch->rows, first = rows * index / SLICES, end = rows * (index + 1) / SLICES;
    double loss = 0.0;
    slice->kl = 0.0;
    if (first == end) // fewer images than slices
        memset(slice->gradient, 0, slices->model->parameter_count * sizeof *slice->gradient);
    for (int row = first; row < end; row += slices->tile_rows) {
        const int rest = end - row;
        const ImageTile tile = {slices->batch->images + row, rest < slices->tile_rows ? rest : slices->tile_rows};
        if (slices->takes_bytes)
            read_bytes(slices, &tile, slice);
        else
            read_input(slices, &tile, slice);
        go_forward(slices, &tile, slice);
        loss += find_loss(slices, &tile, slice);
        go_backward(slices, &tile, row == first, slice);
    }
    slice->loss = loss;
}

static size_t count_blocks(const Slices *slices)
{
    return (slices->model->moments_offset + BLOCK_FLOATS - 1) / BLOCK_FLOATS;
}

static void update_block(void *context, int index, int worker)
{
    (void)worker;
    Slices *slices = context;
    const size_t offset = (size_t)index * BLOCK_FLOATS, rest = slices->model->moments_offset - offset;
    const size_t count = rest < BLOCK_FLOATS ? rest : BLOCK_FLOATS;
    const float *parts[SLICES];
    float gradient[BLOCK_FLOATS];
    for (int i = 0; i < SLICES; i++)
        parts[i] = slices->slice[i].gradient;
    kernel_get()->add_parts(parts, SLICES, offset, NULL, 1, count, gradient);
    slices->update(slices->context, offset, slices->parameters + offset, gradient, count);
}

static void update_sigma(Slices *slices, double loss, double count)
{
    const size_t offset = slices->model->log_sigma_offset;
    float gradient[KERNEL_PAD] = {0};
    if (offset == 0)
        return;
    gradient[0] = backprop_sigma_gradient(loss, count, (double)slices->parameters[offset]);
    slices->update(slices->context, offset, slices->parameters + offset, gradient, KERNEL_PAD);
}

double slices_kl(const Slices *slices)
{
    double kl = 0.0;
    for (int i = 0; i < SLICES; i++)
        kl += slices->slice[i].kl;
    return kl;
}

double slices_step(Slices *slices, const Batch *batch, UpdateParameters *update, void *context)
{
    double loss = 0.0;
    slices->settings = model_loss_settings(slices->model, slices->parameters);
    slices->batch = batch;
    slices->update = update;
    slices->context = context;
    pool_run(slices->pool, SLICES, train_slice, slices);
    for (int i = 0; i < SLICES; i++)
        loss += slices->slice[i].loss;
    pool_run(slices->pool, (int)count_blocks(slices), update_block, slices);
    update_sigma(slices, loss, (double)batch->rows * slices->model->pixels);
    return loss;
}
