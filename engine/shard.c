// Forward, loss and backward of one shard.
#include "shard.h"

#include <assert.h>
#include <string.h>

#include "floats.h"
#include "kernel.h"
#include "random.h"

enum { STRIP = 128 }; // output pixels worked on together: they stay in the caches

bool shard_init(Shard *shard, const Model *model, int rows, Error *error)
{
    const size_t values = (size_t)rows * (size_t)model->pixels;
    shard->target = floats_create(values);
    shard->input = model->spec.noise > 0.0f ? floats_create(values) : shard->target;
    shard->strip = floats_create((size_t)rows * STRIP);
    shard->gradient = floats_create(model->parameter_count);
    if (!shard->target || !shard->input || !shard->strip || !shard->gradient)
        return error_set(error, "out of memory: training buffers of a model with %zu parameters",
                         model->parameter_count);
    return workspace_init(&shard->workspace, model, rows, error);
}

void shard_free(Shard *shard)
{
    workspace_free(&shard->workspace);
    if (shard->input != shard->target)
        floats_free(shard->input);
    floats_free(shard->target);
    floats_free(shard->strip);
    floats_free(shard->gradient);
    *shard = (Shard){0};
}

static void load_batch(const ShardJob *job, Shard *shard)
{
    const Kernel *kernel = kernel_get();
    const size_t pixels = (size_t)job->model->pixels;
    const Spec *spec = &job->model->spec;
    for (int row = 0; row < job->rows; row++) {
        const int image = job->images[row];
        float *target = shard->target + (size_t)row * pixels;
        kernel->bytes_to_floats(job->pixels + (size_t)image * pixels, target, pixels);
        if (spec->noise > 0.0f) {
            float *input = shard->input + (size_t)row * pixels;
            memcpy(input, target, pixels * sizeof *input);
            const uint64_t stream = (uint64_t)2 << 48 | (uint64_t)job->epoch << 24 | (uint64_t)image;
            kernel->add_noise(input, pixels, spec->noise, random_stream(spec->seed, stream).state);
        }
    }
}

// Gradient of one layer's weights and biases from dL/dz of `columns` of its outputs; x (rows, x_stride) is its input.
static void backward_weights(const Layer *layer, float *gradient, const float *x, size_t x_stride, const float *slope,
                             size_t slope_stride, size_t column, size_t columns, int rows)
{
    const Kernel *kernel = kernel_get();
    kernel->multiply(&(Product){
        .m = (size_t)layer->in,
        .n = columns,
        .k = (size_t)rows,
        .a = x,
        .a_row = 1,
        .a_column = x_stride,
        .b = slope,
        .b_stride = slope_stride,
        .c = gradient + layer->weight_offset + column,
        .c_stride = layer->stride,
    });
    float *bias = gradient + layer->bias_offset + column;
    memcpy(bias, slope, columns * sizeof *bias);
    for (size_t row = 1; row < (size_t)rows; row++)
        kernel->add(bias, slope + row * slope_stride, columns);
}

// Adds dL/dx = dL/dz W^T of `columns` of a layer's outputs to input_slope (rows, transposed_stride).
static void backward_input(const ShardJob *job, int layer_index, const float *slope, size_t slope_stride, size_t column,
                           size_t columns, int rows, float *input_slope, bool accumulate)
{
    const size_t stride = job->transposed_stride[layer_index];
    kernel_get()->multiply(&(Product){
        .m = (size_t)rows,
        .n = stride,
        .k = columns,
        .a = slope,
        .a_row = slope_stride,
        .a_column = 1,
        .b = job->transposed[layer_index] + column * stride,
        .b_stride = stride,
        .c = input_slope,
        .c_stride = stride,
        .accumulate = accumulate,
    });
}

// Turns a strip of logits into dL/dz in place and returns the summed loss.
static double apply_loss(const ShardJob *job, const Shard *shard, size_t column, size_t columns, size_t width, int rows)
{
    const Kernel *kernel = kernel_get();
    const Spec *spec = &job->model->spec;
    const Activation *output = activation_get(OUTPUT_ACTIVATION, spec->output);
    const Loss *loss = loss_get(spec->loss);
    const bool on_logit = loss->apply_logit && strcmp(output->key, "sigmoid") == 0;
    const size_t pixels = (size_t)job->model->pixels;
    const float factor = 1.0f / ((float)pixels * (float)job->batch_rows);
    double sum = 0.0;
    float values[STRIP], output_slopes[STRIP];
    for (size_t row = 0; row < (size_t)rows; row++) {
        float *z = shard->strip + row * STRIP;
        const float *t = shard->target + row * pixels + column;
        if (on_logit) {
            loss->apply_logit(z, t, values, z, columns);
        } else {
            output->apply(z, z, output_slopes, columns);
            loss->apply(z, t, values, z, columns);
        }
        kernel->scale(z, on_logit ? NULL : output_slopes, factor, columns);
        memset(z + columns, 0, (width - columns) * sizeof *z);
        sum += (double)kernel->total(values, columns);
    }
    return sum;
}

// Output layer: forward, loss and both gradients, strip by strip.
static void train_output(const ShardJob *job, Shard *shard, const float *code, size_t code_stride, int rows)
{
    const int last = job->model->layer_count - 1;
    const Layer *layer = &job->model->layers[last];
    const float *parameters = job->parameters;
    // dL/dcode takes the place of the output layer's activations, which training never stores
    float *code_slope = shard->workspace.values[last];
    for (size_t column = 0; column < layer->stride; column += STRIP) {
        const size_t width = layer->stride - column < STRIP ? layer->stride - column : STRIP;
        const size_t rest = (size_t)layer->out - column, columns = rest < width ? rest : width;
        kernel_get()->multiply(&(Product){
            .m = (size_t)rows,
            .n = width,
            .k = (size_t)layer->in,
            .a = code,
            .a_row = code_stride,
            .a_column = 1,
            .b = parameters + layer->weight_offset + column,
            .b_stride = layer->stride,
            .c = shard->strip,
            .c_stride = STRIP,
            .bias = parameters + layer->bias_offset + column,
        });
        shard->loss += apply_loss(job, shard, column, columns, width, rows);
        backward_weights(layer, shard->gradient, code, code_stride, shard->strip, STRIP, column, width, rows);
        backward_input(job, last, shard->strip, STRIP, column, columns, rows, code_slope, column > 0);
    }
}

// dL/dz of hidden layer i from dL/dactivation, in workspace.slopes[i], padding zeroed.
static void finish_hidden_slope(const ShardJob *job, Shard *shard, int i, const float *activation_slope, size_t stride,
                                int rows)
{
    const Spec *spec = &job->model->spec;
    const Layer *layer = &job->model->layers[i];
    const bool is_penalised = spec->l1 > 0.0f && i == spec_code_index(spec);
    const float penalty = spec->l1 / (float)job->batch_rows;
    assert(stride == layer->stride);
    for (size_t row = 0; row < (size_t)rows; row++) {
        float *slope = shard->workspace.slopes[i] + row * stride;
        const float *value = shard->workspace.values[i] + row * stride;
        const float *above = activation_slope + row * stride;
        for (size_t unit = 0; unit < (size_t)layer->out; unit++) {
            const float sign = value[unit] > 0.0f ? 1.0f : value[unit] < 0.0f ? -1.0f : 0.0f;
            slope[unit] *= is_penalised ? above[unit] + penalty * sign : above[unit];
        }
        memset(slope + layer->out, 0, (stride - (size_t)layer->out) * sizeof *slope);
    }
}

void shard_train(Shard *shard, const ShardJob *job)
{
    const Model *model = job->model;
    const int last = model->layer_count - 1, rows = job->rows;
    Workspace *workspace = &shard->workspace;

    load_batch(job, shard);
    shard->loss = 0.0;
    const float *code = model_encode(model, job->parameters, workspace, shard->input, rows);
    train_output(job, shard, code, model->layers[last - 1].stride, rows);
    for (int i = last - 1; i >= 0; i--) {
        const Layer *layer = &model->layers[i];
        finish_hidden_slope(job, shard, i, workspace->values[i + 1], layer->stride, rows);
        const float *x = i > 0 ? workspace->values[i - 1] : shard->input;
        const size_t x_stride = i > 0 ? model->layers[i - 1].stride : (size_t)model->pixels;
        backward_weights(layer, shard->gradient, x, x_stride, workspace->slopes[i], layer->stride, 0, layer->stride,
                         rows);
        if (i > 0) // dL/dinput takes the place of this layer's own activations, which nothing needs any more
            backward_input(job, i, workspace->slopes[i], layer->stride, 0, (size_t)layer->out, rows,
                           workspace->values[i], false);
    }
}
