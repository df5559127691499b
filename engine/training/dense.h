// Dense: the backward pass of a dense layer, z = x W + b, or of a part of its outputs. Its forward pass is
// model_forward_layer.
//
// Internal to the engine. Thread: pure.
#pragma once
#include "models/model.h"

// Some of a layer's outputs, for some images. Shapes are (rows, columns), with a stride in floats from row to row;
// `padded` is a count rounded up to KERNEL_PAD, with zeros behind it.
typedef struct DenseBackward {
    size_t rows, in, out;
    const float *x; // (rows, in): what the layer was given
    size_t x_stride;
    const float *slope; // (rows, out padded): dL/dz
    size_t slope_stride;
    float *gradient; // (in, out padded): dL/dW, plus itself where add_gradient is set
    size_t gradient_stride;
    bool add_gradient;
    const float *transposed; // (out, in padded): W^T
    size_t transposed_stride;
    float *upstream; // (rows, in padded): dL/dx, without gaps, plus itself where add_upstream is set
    bool add_upstream;
} DenseBackward;

void dense_find_gradient(const DenseBackward *pass); // uses neither transposed nor upstream
void dense_find_upstream(const DenseBackward *pass); // uses neither x nor gradient

// From one row of a layer's transposed weights to the next.
size_t dense_transposed_stride(const Layer *layer);
