// Layer: one step of a model, which is a list of them: what it computes from a picture or a row of units, and back.
//
// A kind is a row of the table in layer.c; everything else loops over layers and asks their rows. Values of a layer are
// (rows, shape.stride), a row an image; a channel's plane holds height x width numbers, row after row, and is rounded
// up to KERNEL_PAD where it is a picture. What lies in such gaps is finite among values and zero among slopes. Weights
// and bias of all layers stand in the one flat array of a model's parameters. Thread: pure; each thread brings its own
// scratch.
//
// To add one: an entry in LayerKind and a row in layer.c.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "error.h"

typedef struct Shape {
    int channels, height, width;
    size_t plane;  // floats from channel to channel
    size_t stride; // floats from image to image
} Shape;

Shape shape_of_picture(int channels, int height, int width); // planes with gaps
Shape shape_of_units(int units);                             // one behind the other, a gap at the end alone
int shape_count(const Shape *shape);                         // numbers, gaps not counted
bool shape_is_picture(const Shape *shape);                   // else units

// Of one image: its numbers (shape_count) one behind the other, and back, gaps zero.
void shape_pack(const Shape *shape, const float *values, float *packed);
void shape_clear_gap(const Shape *shape, int channel, float *values);
void shape_unpack(const Shape *shape, const float *packed, float *values);

typedef enum LayerKind {
    LAYER_DENSE,   // units from units: z = x W + b
    LAYER_CONV,    // pictures: a small window slides over all channels
    LAYER_UNCONV,  // a convolution turned round, as Keras' Conv2DTranspose
    LAYER_POOL,    // the greatest of 2 x 2
    LAYER_UP,      // each pixel becomes 2 x 2 of its own
    LAYER_FLATTEN, // a picture as units, channel after channel
    LAYER_RESHAPE, // units as a picture
    LAYER_SAMPLE,  // 2n units, means and ln of variances, become n: the means, or what is drawn (sample.h)
    LAYER_KIND_COUNT
} LayerKind;

// What a spec says of one: 0 where it says nothing.
typedef struct LayerPlan {
    LayerKind kind;
    int count;         // units; channels
    int side;          // of the window, 1 .. LAYER_SIDE_MAX
    int step;          // of the window, 1 or more
    bool is_valid;     // windows lie within the picture; else as many as fit with zeros around it ("same")
    int height, width; // of RESHAPE
} LayerPlan;

enum { LAYER_SIDE_MAX = 15, LAYER_COUNT_MAX = 4096, LAYER_FLOATS_MAX = 1 << 17 };

typedef struct Layer {
    LayerKind kind;
    Shape from, to;
    Shape given;                       // what x and dL/dx are: `from`, or what `up` before it is given (layer_fold)
    int in, out;                       // numbers of both, gaps not counted
    int side, step;                    // of the window
    int scale;                         // of a convolution: 2 where `from` is doubled on its way, by `up`; else 1
    bool is_folded;                    // `up` that the convolution behind it does along
    int above, left;                   // zeros above and to the left of the picture under it
    size_t weight_rows;                // 0: it has no parameters
    size_t stride;                     // floats from row to row of the weights
    size_t weight_offset, bias_offset; // into the parameters
    size_t scratch;                    // floats that layer_forward and layer_backward want
    bool is_bent;                      // the hidden activation comes behind it
} Layer;

// A layer behind values of shape `in`, its parameters from *offset on, which goes behind them. False, with a sentence,
// where the two don't fit. Whether `in` is a picture or units is as the kind wants it.
bool layer_plan(const LayerPlan *plan, const Shape *in, size_t *offset, Layer *out, Error *error);

// Where the second is a convolution whose window stops everywhere, lets it do along what the first, an `up` before it,
// would: it is given what `up` is given.
void layer_fold(Layer *up, Layer *convolution);

const char *layer_kind_key(LayerKind kind);
bool layer_kind_wants_picture(LayerKind kind); // else units

int layer_columns(const Layer *layer);            // of its weights, gaps not counted
size_t layer_multiplications(const Layer *layer); // of an image on its way forward
size_t layer_end(const Layer *layer);             // of its parameters: where those of the next begin

// x (rows, given.stride) -> z (rows, to.stride), before any activation.
void layer_forward(const Layer *layer, const float *parameters, const float *x, int rows, float *z, float *scratch);

typedef struct LayerBackward {
    int rows; // at most TILE_ROWS (kernel.h)
    const float *parameters;
    const float *x;     // (rows, given.stride): what it was given
    const float *z;     // (rows, to.stride): what it made of that
    const float *slope; // (rows, to.stride): dL/dz
    float *gradient;    // of all parameters: its own are added to. NULL: not wanted
    bool is_first;      // its own begin anew
    float *upstream;    // (rows, given.stride): dL/dx. NULL: not wanted
    float *scratch;
} LayerBackward;

// Of units; those of pictures go back in lane.h.
void layer_backward(const Layer *layer, const LayerBackward *pass);
