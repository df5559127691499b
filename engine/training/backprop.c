// Forward, loss and backward of one batch: five steps a round, each a run of the pool.
#include "training/backprop.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "data/dataset.h"
#include "random.h"

static_assert((int)SPEC_WIDTH_MAX <= (int)PRODUCT_DEPTH_MAX && (int)DIGIT_PIXELS <= (int)PRODUCT_DEPTH_MAX,
              "a product is as deep as a layer is wide");

// ---- memory -------------------------------------------------------------------------------------------------------

static size_t find_widest(const Model *model)
{
    size_t widest = 0;
    for (int i = 0; i < model->layer_count - 1; i++)
        widest = model->layers[i].stride > widest ? model->layers[i].stride : widest;
    return widest;
}

// Rows that are a power of two apart would push each other out of the cache.
static size_t find_transposed_stride(const Layer *layer)
{
    const size_t width = kernel_pad((size_t)layer->in);
    return width % 256 == 0 ? width + KERNEL_PAD : width;
}

// Cuts the arrays out of memory and returns their size in floats; memory NULL: the size alone.
static size_t lay_out(Backprop *backprop, float *memory)
{
    const Model *model = backprop->model;
    const size_t widest = find_widest(model);
    size_t used = 0;
#define CUT(count) (used += (count), memory ? memory + used - (count) : NULL)
    backprop->gradient = CUT(model->parameter_count);
    for (int tile = 0; tile < ROUND_TILES; tile++)
        backprop->hidden_gradients[tile] = CUT(backprop->hidden_count);
    for (int i = 1; i < model->layer_count; i++) {
        backprop->transposed_stride[i] = find_transposed_stride(&model->layers[i]);
        backprop->transposed[i] = CUT(backprop->transposed_stride[i] * (size_t)model->layers[i].out);
    }
    for (int i = 0; i < model->layer_count - 1; i++) {
        backprop->values[i] = CUT(ROUND_ROWS * model->layers[i].stride);
        backprop->slopes[i] = CUT(ROUND_ROWS * model->layers[i].stride);
    }
    backprop->upstream = CUT(ROUND_ROWS * widest);
    for (int band = 0; band < BANDS; band++) {
        backprop->partial[band] = CUT(ROUND_ROWS * widest);
        backprop->strip[band] = CUT((size_t)TILE_ROWS * STRIP_COLUMNS);
    }
    if (model->spec.noise > 0.0f)
        backprop->noisy = CUT(ROUND_ROWS * (size_t)model->pixels);
#undef CUT
    return used;
}

bool backprop_init(Backprop *backprop, const Model *model, Pool *pool, Error *error)
{
    assert(model->pixels % KERNEL_PAD == 0);
    const Layer *last = &model->layers[model->layer_count - 1];
    *backprop = (Backprop){.model = model, .pool = pool, .hidden_offset = model->layers[0].bias_offset};
    backprop->hidden_count = last->weight_offset - backprop->hidden_offset;
    const size_t pads = (size_t)model->pixels / KERNEL_PAD, quads = (size_t)model->pixels / QUAD;
    for (size_t band = 0; band <= BANDS; band++)
        backprop->band_start[band] = (pads * band + BANDS - 1) / BANDS * KERNEL_PAD;
    const size_t size = lay_out(backprop, NULL);
    backprop->memory = floats_create(size);
    backprop->lit_memory = malloc(ROUND_TILES * quads * sizeof *backprop->lit_memory);
    if (!backprop->memory || !backprop->lit_memory)
        return error_set(error, "out of memory: training a model with %zu parameters", model->parameter_count);
    (void)lay_out(backprop, backprop->memory);
    for (int band = 0; band < BANDS; band++)
        for (size_t tile = 0; tile < ROUND_TILES; tile++)
            backprop->lit[band][tile] = backprop->lit_memory + tile * quads + backprop->band_start[band] / QUAD;
    return true;
}

void backprop_free(Backprop *backprop)
{
    floats_free(backprop->memory);
    free(backprop->lit_memory);
    *backprop = (Backprop){0};
}

// ---- packed parameters --------------------------------------------------------------------------------------------

size_t backprop_band_encoder(const Backprop *backprop, int band)
{
    const Layer *layer = &backprop->model->layers[0];
    return layer->weight_offset + backprop->band_start[band] * layer->stride;
}

size_t backprop_band_decoder(const Backprop *backprop, int band)
{
    const Layer *layer = &backprop->model->layers[backprop->model->layer_count - 1];
    return layer->weight_offset + backprop->band_start[band] * (size_t)layer->in;
}

// Copies everything; the last layer's weights from rows of one width to rows of the other.
static void repack(const Backprop *backprop, const float *from, float *to, bool pack)
{
    const Layer *layer = &backprop->model->layers[backprop->model->layer_count - 1];
    memcpy(to, from, backprop->model->parameter_count * sizeof *to);
    for (int band = 0; band < BANDS; band++) {
        const size_t width = backprop_band_width(backprop, band);
        for (size_t in = 0; in < (size_t)layer->in; in++) {
            const size_t packed = backprop_band_decoder(backprop, band) + in * width;
            const size_t plain = layer->weight_offset + in * layer->stride + backprop->band_start[band];
            memcpy(to + (pack ? packed : plain), from + (pack ? plain : packed), width * sizeof *to);
        }
    }
}

void backprop_pack(const Backprop *backprop, const float *parameters, float *packed)
{
    repack(backprop, parameters, packed, true);
}

void backprop_unpack(const Backprop *backprop, const float *packed, float *parameters)
{
    repack(backprop, packed, parameters, false);
}

// ---- the round's images -------------------------------------------------------------------------------------------

static int tile_count(const Backprop *backprop) { return (backprop->rows + TILE_ROWS - 1) / TILE_ROWS; }

// How many of so many images are in a tile.
static size_t count_in_tile(int images, int tile)
{
    const int rest = images - tile * TILE_ROWS;
    return rest < TILE_ROWS ? (size_t)rest : TILE_ROWS;
}

static size_t tile_rows(const Backprop *backprop, int tile) { return count_in_tile(backprop->rows, tile); }

static bool is_first_round(const Backprop *backprop) { return backprop->first == 0; }

static int round_rows(const Batch *batch, int first)
{
    return batch->rows - first < ROUND_ROWS ? batch->rows - first : ROUND_ROWS;
}

// The part of each image that lies in the band.
static void point_at(const Backprop *backprop, const uint8_t *pixels, const int *images, size_t count, int band,
                     const uint8_t **rows)
{
    pixels += backprop->band_start[band];
    for (size_t row = 0; row < count; row++)
        rows[row] = pixels + (size_t)images[row] * (size_t)backprop->model->pixels;
}

static Tile cut_tile(const Backprop *backprop, const Batch *batch, int first, size_t count, int tile, int band)
{
    Tile cut = {.count = count, .pixels = backprop_band_width(backprop, band), .lit = backprop->lit[band][tile]};
    point_at(backprop, batch->pixels, batch->images + first + tile * TILE_ROWS, count, band, cut.rows);
    return cut;
}

static void add_noise(void *context, int tile, int worker)
{
    (void)worker;
    const Backprop *backprop = context;
    const Kernel *kernel = kernel_get();
    const Spec *spec = &backprop->model->spec;
    const size_t pixels = (size_t)backprop->model->pixels, first = (size_t)tile * TILE_ROWS;
    for (size_t row = first; row < first + tile_rows(backprop, tile); row++) {
        const int image = backprop->batch.images[(size_t)backprop->first + row];
        float *input = backprop->noisy + row * pixels;
        kernel->bytes_to_floats(backprop->batch.pixels + (size_t)image * pixels, input, pixels);
        const uint64_t stream = (uint64_t)2 << 48 | (uint64_t)backprop->batch.epoch << 24 | (uint64_t)image;
        kernel->add_noise(input, pixels, spec->noise, random_stream(spec->seed, stream).state);
    }
}

// ---- forward ------------------------------------------------------------------------------------------------------

// The band's part of the first layer's logits.
static void forward_noisy_band(const Backprop *backprop, int band)
{
    const Layer *layer = &backprop->model->layers[0];
    const size_t pixels = (size_t)backprop->model->pixels;
    kernel_get()->multiply(&(Product){
        .m = (size_t)backprop->rows,
        .n = layer->stride,
        .k = backprop_band_width(backprop, band),
        .a = backprop->noisy + backprop->band_start[band],
        .a_row = pixels,
        .a_column = 1,
        .b = backprop->batch.parameters + backprop_band_encoder(backprop, band),
        .b_stride = layer->stride,
        .c = backprop->partial[band],
        .c_stride = layer->stride,
    });
}

void backprop_start_band(Backprop *backprop, const Batch *next, int band)
{
    const Kernel *kernel = kernel_get();
    const Layer *layer = &backprop->model->layers[0];
    const int rows = round_rows(next, 0);
    for (int tile = 0; tile * TILE_ROWS < rows; tile++) {
        const Tile cut = cut_tile(backprop, next, 0, count_in_tile(rows, tile), tile, band);
        kernel->find_lit(&cut);
        kernel->multiply_tile(&(TileProduct){
            .tile = &cut,
            .n = layer->stride,
            .b = next->parameters + backprop_band_encoder(backprop, band),
            .b_stride = layer->stride,
            .c = backprop->partial[band] + (size_t)tile * TILE_ROWS * layer->stride,
            .c_stride = layer->stride,
        });
    }
}

static void forward_band(void *context, int band, int worker)
{
    (void)worker;
    Backprop *backprop = context;
    if (backprop->noisy) {
        forward_noisy_band(backprop, band);
        return;
    }
    Batch round = backprop->batch;
    round.images += backprop->first;
    round.rows = backprop->rows;
    backprop_start_band(backprop, &round, band);
}

// The hidden layers: from the bands' parts to the code.
static void forward_hidden(void *context, int tile, int worker)
{
    (void)worker;
    const Backprop *backprop = context;
    const Kernel *kernel = kernel_get();
    const Model *model = backprop->model;
    const Activation *hidden = activation_get(HIDDEN_ACTIVATION, model->spec.hidden);
    const size_t first = (size_t)tile * TILE_ROWS, rows = tile_rows(backprop, tile);
    for (int i = 0; i < model->layer_count - 1; i++) {
        const Layer *layer = &model->layers[i];
        const float *bias = backprop->batch.parameters + layer->bias_offset;
        float *values = backprop->values[i] + first * layer->stride,
              *slopes = backprop->slopes[i] + first * layer->stride;
        if (i == 0)
            kernel->add_parts((const float *const *)backprop->partial, BANDS, first * layer->stride, bias, rows,
                              layer->stride, values);
        else
            model_forward_layer(layer, backprop->batch.parameters,
                                backprop->values[i - 1] + first * model->layers[i - 1].stride,
                                model->layers[i - 1].stride, (int)rows, 0, layer->stride, values, layer->stride);
        hidden->apply(values, values, slopes, rows * layer->stride);
    }
}

// ---- backward -----------------------------------------------------------------------------------------------------

// gradient (in, columns), plus itself where accumulate is set, from x (rows, x_stride) and dL/dz (rows, columns).
static void backward_weights(float *gradient, size_t stride, const float *x, size_t x_stride, size_t in,
                             const float *slope, size_t slope_stride, size_t columns, size_t rows, bool accumulate)
{
    kernel_get()->multiply(&(Product){
        .m = in,
        .n = columns,
        .k = rows,
        .a = x,
        .a_row = 1,
        .a_column = x_stride,
        .b = slope,
        .b_stride = slope_stride,
        .c = gradient,
        .c_stride = stride,
        .accumulate = accumulate,
    });
}

// dL/dx (rows, in rounded up) = dL/dz W^T of a layer's outputs from `column` on.
static void backward_input(const Backprop *backprop, int layer_index, const float *slope, size_t slope_stride,
                           size_t column, size_t columns, size_t rows, float *input_slope, bool accumulate)
{
    const size_t stride = backprop->transposed_stride[layer_index];
    const size_t width = kernel_pad((size_t)backprop->model->layers[layer_index].in);
    kernel_get()->multiply(&(Product){
        .m = rows,
        .n = width,
        .k = columns,
        .a = slope,
        .a_row = slope_stride,
        .a_column = 1,
        .b = backprop->transposed[layer_index] + column * stride,
        .b_stride = stride,
        .c = input_slope,
        .c_stride = width,
        .accumulate = accumulate,
    });
}

// Outputs [column, column + columns) of the band, of one tile: logits, loss, which is returned, and what follows from
// them.
static double train_strip(const Backprop *backprop, int band, int tile, size_t column, size_t columns)
{
    const Model *model = backprop->model;
    const Kernel *kernel = kernel_get();
    const int last = model->layer_count - 1;
    const Layer *layer = &model->layers[last];
    const size_t code_stride = model->layers[last - 1].stride, rows = tile_rows(backprop, tile);
    const size_t width = backprop_band_width(backprop, band), pixel = backprop->band_start[band] + column;
    const size_t weights = backprop_band_decoder(backprop, band) + column, bias = layer->bias_offset + pixel;
    const float *code = backprop->values[last - 1] + (size_t)tile * TILE_ROWS * code_stride;
    float *strip = backprop->strip[band];
    const bool accumulate = tile > 0 || !is_first_round(backprop);
    const uint8_t *targets[TILE_ROWS], *upcoming[TILE_ROWS];
    const int first = backprop->first + tile * TILE_ROWS;
    point_at(backprop, backprop->batch.pixels, backprop->batch.images + first, rows, band, targets);
    point_at(backprop, backprop->batch.pixels, backprop->batch.upcoming + first, rows, band, upcoming);
    kernel->multiply(&(Product){
        .m = rows,
        .n = columns,
        .k = (size_t)layer->in,
        .a = code,
        .a_row = code_stride,
        .a_column = 1,
        .b = backprop->batch.parameters + weights,
        .b_stride = width,
        .c = strip,
        .c_stride = STRIP_COLUMNS,
        .bias = backprop->batch.parameters + bias,
    });
    const double loss = loss_get(model->spec.loss)
                            ->train[model->spec.output](&(OutputPass){
                                .z = strip,
                                .targets = targets,
                                .upcoming = upcoming,
                                .column = column,
                                .rows = rows,
                                .columns = columns,
                                .bias_slope = backprop->gradient + bias,
                                .accumulate = accumulate,
                            });
    backward_weights(backprop->gradient + weights, width, code, code_stride, (size_t)layer->in, strip, STRIP_COLUMNS,
                     columns, rows, accumulate);
    backward_input(backprop, last, strip, STRIP_COLUMNS, pixel, columns, rows,
                   backprop->partial[band] + (size_t)tile * TILE_ROWS * code_stride, column > 0);
    return loss;
}

// The band's outputs in strips of about the same width; one strip's weights and gradient serve every tile.
static void train_band(void *context, int band, int worker)
{
    (void)worker;
    Backprop *backprop = context;
    double loss = 0.0;
    const size_t pads = backprop_band_width(backprop, band) / KERNEL_PAD;
    const size_t widest = STRIP_COLUMNS / KERNEL_PAD, strips = (pads + widest - 1) / widest;
    for (size_t strip = 0; strip < strips; strip++) {
        const size_t first = pads * strip / strips * KERNEL_PAD, end = pads * (strip + 1) / strips * KERNEL_PAD;
        for (int tile = 0; tile < tile_count(backprop); tile++)
            loss += train_strip(backprop, band, tile, first, end - first);
    }
    backprop->loss[band] = loss; // once: the threads share this line
}

// Adds the slope of spec.l1 * |activation| to dL/dactivation of the code layer; not in the padding, where an activation
// of 0 need not be 0.
static void add_penalty(const Backprop *backprop, const Layer *layer, const float *code, float *code_slope, size_t rows)
{
    // the gradient is of the loss summed over pixels; the penalty is added to their mean
    const float penalty = backprop->model->spec.l1 * (float)backprop->model->pixels;
    for (size_t row = 0; row < rows; row++)
        for (size_t unit = row * layer->stride; unit < row * layer->stride + (size_t)layer->out; unit++)
            code_slope[unit] += code[unit] > 0.0f ? penalty : code[unit] < 0.0f ? -penalty : 0.0f;
}

// The hidden layers: from the bands' parts of dL/dcode to dL/dz of the first. What is padding stays zero: the
// transposed weights and the biases have zeros there.
static void backward_hidden(void *context, int tile, int worker)
{
    (void)worker;
    Backprop *backprop = context;
    const Kernel *kernel = kernel_get();
    const Model *model = backprop->model;
    const int last_hidden = model->layer_count - 2;
    const size_t first = (size_t)tile * TILE_ROWS, rows = tile_rows(backprop, tile);
    const bool accumulate = !is_first_round(backprop);
    float *const gradients = backprop->hidden_gradients[tile],
                 *upstream = backprop->upstream + first * find_widest(model);
    for (int i = last_hidden; i >= 0; i--) {
        const Layer *layer = &model->layers[i];
        const size_t n = rows * layer->stride;
        float *slope = backprop->slopes[i] + first * layer->stride;
        if (i == last_hidden)
            kernel->add_parts((const float *const *)backprop->partial, BANDS, first * layer->stride, NULL, rows,
                              layer->stride, upstream);
        else
            backward_input(backprop, i + 1, backprop->slopes[i + 1] + first * model->layers[i + 1].stride,
                           model->layers[i + 1].stride, 0, (size_t)model->layers[i + 1].out, rows, upstream, false);
        if (model->spec.l1 > 0.0f && i == spec_code_index(&model->spec))
            add_penalty(backprop, layer, backprop->values[i] + first * layer->stride, upstream, rows);
        kernel->scale(slope, upstream, n);
        kernel->sum_rows(slope, layer->stride, rows, layer->stride,
                         gradients + layer->bias_offset - backprop->hidden_offset, accumulate);
        if (i > 0)
            backward_weights(gradients + layer->weight_offset - backprop->hidden_offset, layer->stride,
                             backprop->values[i - 1] + first * model->layers[i - 1].stride, model->layers[i - 1].stride,
                             (size_t)layer->in, slope, layer->stride, layer->stride, rows, accumulate);
    }
}

void backprop_finish_band(Backprop *backprop, int band)
{
    const Layer *layer = &backprop->model->layers[0];
    const size_t start = backprop->band_start[band], pixels = (size_t)backprop->model->pixels;
    float *gradient = backprop->gradient + backprop_band_encoder(backprop, band);
    for (int tile = 0; tile < tile_count(backprop); tile++) {
        const size_t first = (size_t)tile * TILE_ROWS, rows = tile_rows(backprop, tile);
        const float *slope = backprop->slopes[0] + first * layer->stride;
        const bool accumulate = tile > 0 || !is_first_round(backprop);
        if (backprop->noisy) {
            backward_weights(gradient, layer->stride, backprop->noisy + first * pixels + start, pixels,
                             backprop_band_width(backprop, band), slope, layer->stride, layer->stride, rows,
                             accumulate);
            continue;
        }
        const Tile cut = cut_tile(backprop, &backprop->batch, backprop->first, rows, tile, band);
        kernel_get()->multiply_tile_transposed(&(TileProduct){
            .tile = &cut,
            .n = layer->stride,
            .b = slope,
            .b_stride = layer->stride,
            .c = gradient,
            .c_stride = layer->stride,
            .accumulate = accumulate,
        });
    }
}

static void finish_band(void *context, int band, int worker)
{
    (void)worker;
    backprop_finish_band(context, band);
}

double backprop_run(Backprop *backprop, const Batch *batch)
{
    Pool *pool = backprop->pool;
    backprop->batch = *batch;
    if (!batch->upcoming)
        backprop->batch.upcoming = batch->images;
    double loss = 0.0;
    for (int first = 0; first < batch->rows; first += ROUND_ROWS) {
        if (first > 0)
            pool_run(pool, BANDS, finish_band, backprop); // of the round before
        backprop->first = first;
        backprop->rows = round_rows(batch, first);
        const int tiles = tile_count(backprop);
        if (backprop->noisy)
            pool_run(pool, tiles, add_noise, backprop);
        if (first > 0 || !backprop->is_started)
            pool_run(pool, BANDS, forward_band, backprop);
        pool_run(pool, tiles, forward_hidden, backprop);
        pool_run(pool, BANDS, train_band, backprop);
        pool_run(pool, tiles, backward_hidden, backprop);
        for (int band = 0; band < BANDS; band++)
            loss += backprop->loss[band];
    }
    backprop->is_started = false;
    return loss;
}
