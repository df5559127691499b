// Shapes, the table of the kinds of layers, and how one is planned.
#include "models/layer.h"

#include <assert.h>
#include <string.h>

#include "kernels/kernel.h"
#include "models/lane_patch.h"
#include "models/layer_kinds.h"

Shape shape_of_picture(int channels, int height, int width)
{
    const size_t plane = kernel_pad((size_t)height * (size_t)width);
    return (Shape){channels, height, width, plane, (size_t)channels * plane};
}

Shape shape_of_units(int units) { return (Shape){units, 1, 1, 1, kernel_pad((size_t)units)}; }

int shape_count(const Shape *shape) { return shape->channels * shape->height * shape->width; }

void shape_pack(const Shape *shape, const float *values, float *packed)
{
    const size_t pixels = (size_t)shape->height * (size_t)shape->width;
    for (size_t channel = 0; channel < (size_t)shape->channels; channel++)
        memcpy(packed + channel * pixels, values + channel * shape->plane, pixels * sizeof *packed);
}

void shape_clear_gap(const Shape *shape, int channel, float *values)
{
    const size_t pixels = (size_t)shape->height * (size_t)shape->width;
    if (pixels < shape->plane)
        memset(values + (size_t)channel * shape->plane + pixels, 0, (shape->plane - pixels) * sizeof *values);
}

void shape_unpack(const Shape *shape, const float *packed, float *values)
{
    const size_t pixels = (size_t)shape->height * (size_t)shape->width;
    memset(values, 0, shape->stride * sizeof *values);
    for (size_t channel = 0; channel < (size_t)shape->channels; channel++)
        memcpy(values + channel * shape->plane, packed + channel * pixels, pixels * sizeof *packed);
}

bool shape_is_picture(const Shape *shape) { return shape->plane > 1; }

void layer_multiply(const Product *product)
{
    Product piece = *product;
    for (size_t first = 0; first < product->k; first += PRODUCT_DEPTH_MAX) {
        const size_t rest = product->k - first;
        piece.k = rest < PRODUCT_DEPTH_MAX ? rest : PRODUCT_DEPTH_MAX;
        piece.a = product->a + first * product->a_column;
        piece.b = product->b + first * product->b_stride;
        kernel_get()->multiply(&piece);
        piece.accumulate = true;
        piece.bias = NULL;
    }
}

// ---- dense --------------------------------------------------------------------------------------------------------

void dense_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    (void)scratch;
    layer_multiply(&(Product){
        .m = (size_t)rows,
        .n = layer->stride,
        .k = layer->weight_rows,
        .a = x,
        .a_row = layer->from.stride,
        .a_column = 1,
        .b = parameters + layer->weight_offset,
        .b_stride = layer->stride,
        .c = z,
        .c_stride = layer->to.stride,
        .bias = parameters + layer->bias_offset,
    });
}

// W is read as it stands: what is turned are slopes in and out, (units, images), which are few beside the weights.
static void find_dense_upstream(const Layer *layer, const LayerBackward *pass)
{
    const Kernel *kernel = kernel_get();
    const size_t rows = (size_t)pass->rows, width = kernel_pad(rows), out = (size_t)layer->to.channels;
    float *const turned = pass->scratch, *const upstream = turned + out * width;
    if (width > rows)
        memset(turned, 0, out * width * sizeof *turned);
    kernel->transpose(pass->slope, layer->to.stride, rows, out, turned, width);
    layer_multiply(&(Product){
        .m = layer->weight_rows,
        .n = width,
        .k = out,
        .a = pass->parameters + layer->weight_offset,
        .a_row = layer->stride,
        .a_column = 1,
        .b = turned,
        .b_stride = width,
        .c = upstream,
        .c_stride = width,
    });
    kernel->transpose(upstream, width, layer->weight_rows, rows, pass->upstream, layer->from.stride);
    for (size_t row = 0; row < rows && layer->from.stride > layer->weight_rows; row++) // gaps
        memset(pass->upstream + row * layer->from.stride + layer->weight_rows, 0,
               (layer->from.stride - layer->weight_rows) * sizeof *upstream);
}

void dense_backward(const Layer *layer, const LayerBackward *pass)
{
    if (pass->gradient) {
        layer_multiply(&(Product){
            .m = layer->weight_rows,
            .n = layer->stride,
            .k = (size_t)pass->rows,
            .a = pass->x,
            .a_row = 1,
            .a_column = layer->from.stride,
            .b = pass->slope,
            .b_stride = layer->to.stride,
            .c = pass->gradient + layer->weight_offset,
            .c_stride = layer->stride,
            .accumulate = !pass->is_first,
        });
        kernel_get()->sum_rows(pass->slope, layer->to.stride, (size_t)pass->rows, layer->stride,
                               pass->gradient + layer->bias_offset, !pass->is_first);
    }
    if (pass->upstream)
        find_dense_upstream(layer, pass);
}

// ---- the table ----------------------------------------------------------------------------------------------------

typedef bool Plan(const LayerPlan *plan, Layer *layer, Error *error);

static bool plan_dense(const LayerPlan *plan, Layer *layer, Error *error)
{
    (void)error;
    layer->to = shape_of_units(plan->count);
    layer->weight_rows = (size_t)layer->from.channels;
    layer->stride = layer->to.stride;
    layer->scratch = TILE_ROWS * ((size_t)plan->count + (size_t)layer->from.channels);
    return true;
}

// Keras' rule: with "same" there is a window for each step that begins in the picture, and the zeros around it are
// shared out with the odd one below and to the right.
static int count_windows(int size, const LayerPlan *plan, int *before)
{
    const int windows =
        plan->is_valid ? (size - plan->side + plan->step) / plan->step : (size + plan->step - 1) / plan->step;
    const int missing = (windows - 1) * plan->step + plan->side - size;
    *before = missing > 0 ? missing / 2 : 0;
    return size < plan->side && plan->is_valid ? 0 : windows;
}

static void plan_weights(const LayerPlan *plan, const Shape *large, const Shape *small, Layer *layer)
{
    layer->side = plan->side;
    layer->step = plan->step;
    layer->weight_rows = (size_t)large->channels * (size_t)plan->side * (size_t)plan->side;
    layer->stride = kernel_pad((size_t)small->channels);
    layer->scratch = layer->weight_rows * small->plane;
}

static size_t unstepped_scratch(const Layer *layer)
{
    return patch_fits(layer) ? layer_patch_scratch(layer) : slide_scratch(layer);
}

static bool plan_conv(const LayerPlan *plan, Layer *layer, Error *error)
{
    const Shape *in = &layer->from;
    const int height = count_windows(in->height, plan, &layer->above);
    const int width = count_windows(in->width, plan, &layer->left);
    if (height < 1 || width < 1)
        return error_set(error, "a window of %d x %d does not fit into a picture of %d x %d", plan->side, plan->side,
                         in->height, in->width);
    layer->to = shape_of_picture(plan->count, height, width);
    plan_weights(plan, in, &layer->to, layer);
    layer->scale = 1;
    if (slide_fits(layer))
        layer->scratch = unstepped_scratch(layer);
    return true;
}

// Turned round: of the convolution that makes the picture before it of the one behind.
static bool plan_unconv(const LayerPlan *plan, Layer *layer, Error *error)
{
    (void)error;
    const Shape *in = &layer->from;
    const int grown = plan->is_valid ? plan->side - plan->step : 0;
    layer->to = shape_of_picture(plan->count, in->height * plan->step + (grown > 0 ? grown : 0),
                                 in->width * plan->step + (grown > 0 ? grown : 0));
    (void)count_windows(layer->to.height, plan, &layer->above);
    (void)count_windows(layer->to.width, plan, &layer->left);
    plan_weights(plan, &layer->to, in, layer);
    return true;
}

static bool plan_pool(const LayerPlan *plan, Layer *layer, Error *error)
{
    (void)plan;
    const Shape *in = &layer->from;
    if (in->height * in->width < 2)
        return error_set(error, "a picture of 1 x 1 has nothing to pool");
    layer->to = shape_of_picture(in->channels, (in->height + 1) / 2, (in->width + 1) / 2);
    return true;
}

static bool plan_up(const LayerPlan *plan, Layer *layer, Error *error)
{
    (void)plan, (void)error;
    layer->to = shape_of_picture(layer->from.channels, 2 * layer->from.height, 2 * layer->from.width);
    return true;
}

static bool plan_flatten(const LayerPlan *plan, Layer *layer, Error *error)
{
    (void)plan, (void)error;
    layer->to = shape_of_units(shape_count(&layer->from));
    return true;
}

static bool plan_reshape(const LayerPlan *plan, Layer *layer, Error *error)
{
    const int64_t wanted = (int64_t)plan->count * plan->height * plan->width;
    if (wanted != layer->from.channels)
        return error_set(error, "%d units are no %d channels of %d x %d, which are %lld", layer->from.channels,
                         plan->count, plan->height, plan->width, (long long)wanted);
    layer->to = shape_of_picture(plan->count, plan->height, plan->width);
    return true;
}

static bool plan_sample(const LayerPlan *plan, Layer *layer, Error *error)
{
    (void)error;
    assert(layer->from.channels == 2 * plan->count);
    layer->to = shape_of_units(plan->count);
    return true;
}

typedef struct Kind {
    const char *key;
    bool wants_picture; // else units
    Plan *plan;
    LayerForward *forward;
    LayerBack *backward; // NULL: of pictures (lane.h)
} Kind;

static const Kind kinds[LAYER_KIND_COUNT] = {
    [LAYER_DENSE] = {"dense", false, plan_dense, dense_forward, dense_backward},
    [LAYER_CONV] = {"conv", true, plan_conv, conv_forward, NULL},
    [LAYER_UNCONV] = {"unconv", true, plan_unconv, unconv_forward, NULL},
    [LAYER_POOL] = {"pool", true, plan_pool, pool_forward, NULL},
    [LAYER_UP] = {"up", true, plan_up, up_forward, NULL},
    [LAYER_FLATTEN] = {"flatten", true, plan_flatten, flatten_forward, NULL},
    [LAYER_RESHAPE] = {"reshape", false, plan_reshape, flatten_forward, NULL},
    [LAYER_SAMPLE] = {"sample", false, plan_sample, sample_forward, sample_backward},
};

const char *layer_kind_key(LayerKind kind) { return kinds[kind].key; }
int layer_columns(const Layer *layer)
{
    return layer->kind == LAYER_UNCONV ? layer->from.channels : layer->to.channels;
}

size_t layer_multiplications(const Layer *layer)
{
    const Shape *small = layer->kind == LAYER_UNCONV ? &layer->from : &layer->to;
    return layer->weight_rows * (size_t)shape_count(small); // of units that is their number
}

size_t layer_end(const Layer *layer)
{
    return layer->bias_offset + (layer->weight_rows > 0 ? kernel_pad((size_t)layer->to.channels) : 0);
}

bool layer_kind_wants_picture(LayerKind kind) { return kinds[kind].wants_picture; }

bool layer_plan(const LayerPlan *plan, const Shape *in, size_t *offset, Layer *out, Error *error)
{
    const Kind *kind = &kinds[plan->kind];
    Layer layer = {.kind = plan->kind, .from = *in, .given = *in, .in = shape_count(in)};
    assert(kind->wants_picture == shape_is_picture(in));
    if (!kind->plan(plan, &layer, error))
        return false;
    if (layer.to.stride > LAYER_FLOATS_MAX)
        return error_set(error, "%s makes %d numbers of each picture; at most %d are allowed", kind->key,
                         shape_count(&layer.to), LAYER_FLOATS_MAX);
    layer.out = shape_count(&layer.to);
    layer.weight_offset = *offset;
    layer.bias_offset = *offset + layer.weight_rows * layer.stride;
    *offset = layer_end(&layer);
    *out = layer;
    return true;
}

void layer_fold(Layer *up, Layer *convolution)
{
    if (up->kind != LAYER_UP || !slide_fits(convolution))
        return;
    up->is_folded = true;
    convolution->given = up->from;
    convolution->scale = 2;
    convolution->scratch = unstepped_scratch(convolution);
}

void layer_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch)
{
    kinds[layer->kind].forward(layer, parameters, x, rows, z, scratch);
}

void layer_backward(const Layer *layer, const LayerBackward *pass)
{
    assert(pass->rows <= TILE_ROWS && kinds[layer->kind].backward);
    kinds[layer->kind].backward(layer, pass);
}
