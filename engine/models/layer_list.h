// Layer list: from what a spec says of a model's layers to the layers themselves, with what goes without saying: units
// are made of a picture where units are wanted, `sample` is given its means and variances by a dense layer, and behind
// the last item stands the output: dense where that gives units, a convolution of one channel where it gives a picture
// of the image's size.
//
// Thread: pure.
#pragma once
#include "models/layer.h"

enum {
    MODEL_LAYERS_MAX = 32,
    MODEL_PARAMETERS_MAX = 1 << 25, // 128 MiB of each array of them
    MODEL_FLOATS_MAX = 1 << 19,     // of one image, in all layers together
    MODEL_CODE_MAX = 4096           // numbers of the code
};

typedef struct LayerList {
    int count; // hidden layers and the output
    int code;  // the layer whose values are the code: what is sampled, or else the fewest numbers, the first of equals
    size_t parameters;
    Layer layers[MODEL_LAYERS_MAX];
} LayerList;

// pixels: of an image; a square where a layer wants a picture. False, with a sentence that says which item does not
// fit and why.
bool layer_list_plan(const LayerPlan *items, int count, int pixels, LayerList *out, Error *error);
