// Layer items: how layers are written in a spec. A list of numbers alone is dense layers, "128,64,128"; anything else
// is a list with a dash between the items:
//
//   400          a dense layer of 400 units
//   conv16       a convolution to 16 channels, its windows 3 x 3; conv16k5: 5 x 5; s2: every second position; v:
//   windows
//                lie within the picture ("valid"), else zeros stand around it ("same")
//   unconv16     the same turned round, as Keras' Conv2DTranspose
//   pool, up     halve and double height and width
//   64x7x7       units as a picture: channels x height x width
//   sample20     draws 20 numbers of 20 means and 20 variances (sample.h)
//
// To add one: a row of the table in layer_items.c. Thread: pure.
#pragma once
#include "models/layer.h"

enum { LAYER_ITEM_SIZE = 40 };

void layer_item_format(const LayerPlan *item, char text[LAYER_ITEM_SIZE]);

// text: the items with a dash between them. Returns how many there are, 1 to `most`; else 0 after a sentence that names
// the item and what is allowed.
int layer_items_parse(const char *text, LayerPlan *out, int most, Error *error);

// What kinds of items there are, in words: "a number of units, conv16, ...".
void layer_items_list(char *text, size_t size);

bool layer_item_equal(const LayerPlan *a, const LayerPlan *b);
