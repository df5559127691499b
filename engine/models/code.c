// The halves of the forward pass, and the weights on either side of the code.
#include "models/code.h"

#include <assert.h>
#include <string.h>

#include "models/model_layers.h"
#include "models/sample.h"

int code_units(const Model *model) { return model->layers[model->code_index].out; }
bool code_is_first(const Model *model) { return model->is_dense && model->code_index == 0; }

bool code_is_last(const Model *model)
{
    return model->code_index == model->layer_count - 2 && model->layers[model->layer_count - 1].kind == LAYER_DENSE;
}

bool code_is_drawn(const Model *model) { return model->layers[model->code_index].kind == LAYER_SAMPLE; }

void code_take(const Model *model, const Workspace *workspace, int rows, float *codes)
{
    const Shape *shape = &model->layers[model->code_index].to;
    const size_t units = (size_t)code_units(model);
    for (size_t row = 0; row < (size_t)rows; row++)
        shape_pack(shape, workspace->values[model->code_index] + row * shape->stride, codes + row * units);
}

void code_take_drawn(const Model *model, const Workspace *workspace, int rows, const uint64_t *keys, float *codes)
{
    assert(code_is_drawn(model) && rows <= workspace->rows);
    const Layer *layer = &model->layers[model->code_index];
    const size_t units = (size_t)code_units(model);
    float *drawn = workspace->values[model->code_index];
    sample_draw(layer, workspace->values[model->code_index - 1], rows, keys, drawn);
    for (size_t row = 0; row < (size_t)rows; row++)
        shape_pack(&layer->to, drawn + row * layer->to.stride, codes + row * units);
}

void code_add_kl(const Model *model, const Workspace *workspace, int rows, double *kl)
{
    if (code_is_drawn(model))
        sample_add_kl(&model->layers[model->code_index], workspace->values[model->code_index - 1], rows, kl);
}

double code_sum_kl(const Model *model, const Workspace *workspace, int rows)
{
    return code_is_drawn(model)
               ? sample_sum_kl(&model->layers[model->code_index], workspace->values[model->code_index - 1], rows)
               : 0.0;
}

void code_encode(const Model *model, const float *parameters, Workspace *workspace, const float *x, int rows,
                 float *codes)
{
    (void)model_encode(model, parameters, workspace, x, rows); // the layers behind the code are small beside the first
    code_take(model, workspace, rows, codes);
}

void code_decode(const Model *model, const float *parameters, Workspace *workspace, const float *codes, int rows,
                 float *z, float *p)
{
    assert(rows <= workspace->rows);
    const Shape *shape = &model->layers[model->code_index].to;
    const size_t units = (size_t)code_units(model);
    for (size_t row = 0; row < (size_t)rows; row++)
        shape_unpack(shape, codes + row * units, workspace->values[model->code_index] + row * shape->stride);
    model_encode_from(model, parameters, workspace, model->code_index, rows);
    model_decode_last(model, parameters, workspace, rows, z, p);
}

void code_forward_drawn(const Model *model, const float *parameters, Workspace *workspace, const float *x, int rows,
                        const uint64_t *keys, float *z, float *p)
{
    assert(code_is_drawn(model));
    (void)model_encode(model, parameters, workspace, x, rows);
    sample_draw(&model->layers[model->code_index], workspace->values[model->code_index - 1], rows, keys,
                workspace->values[model->code_index]);
    model_encode_from(model, parameters, workspace, model->code_index, rows);
    model_decode_last(model, parameters, workspace, rows, z, p);
}

void code_encoder_weights(const Model *model, const float *parameters, int unit, float *weights)
{
    assert(code_is_first(model) && unit >= 0 && unit < code_units(model));
    const Layer *layer = &model->layers[0];
    for (size_t pixel = 0; pixel < (size_t)layer->in; pixel++)
        weights[pixel] = parameters[layer->weight_offset + pixel * layer->stride + (size_t)unit];
}

void code_decoder_weights(const Model *model, const float *parameters, int unit, float *weights)
{
    assert(code_is_last(model) && unit >= 0 && unit < code_units(model));
    const Layer *layer = &model->layers[model->layer_count - 1];
    memcpy(weights, parameters + layer->weight_offset + (size_t)unit * layer->stride,
           (size_t)layer->out * sizeof *weights);
}
