// The backward pass of a dense layer: two products.
#include "training/dense.h"

#include "kernels/kernel.h"

void dense_find_gradient(const DenseBackward *pass)
{
    kernel_get()->multiply(&(Product){
        .m = pass->in,
        .n = kernel_pad(pass->out),
        .k = pass->rows,
        .a = pass->x,
        .a_row = 1,
        .a_column = pass->x_stride,
        .b = pass->slope,
        .b_stride = pass->slope_stride,
        .c = pass->gradient,
        .c_stride = pass->gradient_stride,
        .accumulate = pass->add_gradient,
    });
}

void dense_find_upstream(const DenseBackward *pass)
{
    const size_t width = kernel_pad(pass->in);
    kernel_get()->multiply(&(Product){
        .m = pass->rows,
        .n = width,
        .k = pass->out,
        .a = pass->slope,
        .a_row = pass->slope_stride,
        .a_column = 1,
        .b = pass->transposed,
        .b_stride = pass->transposed_stride,
        .c = pass->upstream,
        .c_stride = width,
        .accumulate = pass->add_upstream,
    });
}

// Rows that are a power of two apart would push each other out of the cache.
size_t dense_transposed_stride(const Layer *layer)
{
    const size_t width = kernel_pad((size_t)layer->in);
    return width % 256 == 0 ? width + KERNEL_PAD : width;
}
