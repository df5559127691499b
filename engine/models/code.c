// The halves of the forward pass, and the weights on either side of the code.
#include "models/code.h"

#include <assert.h>
#include <string.h>

#include "models/model_layers.h"

static int find_layer(const Model *model) { return spec_code_index(&model->spec); }

int code_units(const Model *model) { return model->layers[find_layer(model)].out; }
bool code_is_first(const Model *model) { return find_layer(model) == 0; }
bool code_is_last(const Model *model) { return find_layer(model) == model->layer_count - 2; }

void code_encode(const Model *model, const float *parameters, Workspace *workspace, const float *x, int rows,
                 float *codes)
{
    const int layer = find_layer(model);
    const size_t units = (size_t)code_units(model), stride = model->layers[layer].stride;
    (void)model_encode(model, parameters, workspace, x, rows); // the layers behind the code are small beside the first
    for (size_t row = 0; row < (size_t)rows; row++)
        memcpy(codes + row * units, workspace->values[layer] + row * stride, units * sizeof *codes);
}

void code_decode(const Model *model, const float *parameters, Workspace *workspace, const float *codes, int rows,
                 float *z, float *p)
{
    assert(rows <= workspace->rows);
    const int layer = find_layer(model);
    const size_t units = (size_t)code_units(model), stride = model->layers[layer].stride;
    for (size_t row = 0; row < (size_t)rows; row++) {
        float *line = workspace->values[layer] + row * stride;
        memcpy(line, codes + row * units, units * sizeof *line);
        memset(line + units, 0, (stride - units) * sizeof *line); // nobody reads it, but what is there stays finite
    }
    model_encode_from(model, parameters, workspace, layer, rows);
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
