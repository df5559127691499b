// What the kinds of layers share: the table's rows are in layer.c, what they compute in layer_*.c.
// Internal to the engine.
#pragma once
#include "kernels/kernel.h"
#include "models/layer.h"

typedef void LayerForward(const Layer *layer, const float *parameters, const float *x, int rows, float *z,
                          float *scratch);
typedef void LayerBack(const Layer *layer, const LayerBackward *pass);

// flatten: the same code for both ways.
LayerForward dense_forward, conv_forward, unconv_forward, pool_forward, up_forward, flatten_forward, sample_forward;
LayerBack dense_backward, sample_backward; // those of pictures: lane_kinds.h

// Of a convolution whose window stops at every position (layer_slide.c): whether a layer is one, floats of scratch.
bool slide_fits(const Layer *layer);
size_t slide_scratch(const Layer *layer);
LayerForward slide_forward;

// Of one in patches (lane_patch.h).
size_t layer_patch_scratch(const Layer *layer);
LayerForward layer_patch_forward;

// The product of any k: in pieces, one added to the other. accumulate or bias as in it.
void layer_multiply(const Product *product);
