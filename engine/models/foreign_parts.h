// What the parts of foreign.h's implementation share: foreign.c, reading and filling; foreign_names.c, what names say;
// foreign_chain.c, which tensors make the layers. Internal to the engine. Thread: as in foreign.h.
#pragma once
#include "models/foreign.h"
#include "models/safetensors.h"

// How a file writes a weight: (out, in) or (in, out).
typedef enum Orientation { ORIENTATION_TORCH, ORIENTATION_KERAS, ORIENTATION_COUNT } Orientation;

// ---- foreign_names.c ----

// Where a tensor belongs as far as its name says: "encoder" comes before "decoder" whatever the alphabet says.
int foreign_name_side(const char *name); // -1, 0, 1

// By side, then as people count: "10" after "2". As strcmp.
int foreign_compare_names(const char *a, const char *b);

// The length of the name without what says which tensor of a layer it is: "fc1" of "fc1.weight".
size_t foreign_stem_length(const char *name);

bool foreign_is_state(const char *name); // an optimizer's, a running average's: no weight that a model computes with
bool foreign_is_norm(const char *name);  // of a normalisation
int foreign_name_orientation(const char *name); // an Orientation; -1: it does not say

// ---- foreign_chain.c ----

// The tensors of a model's layers, as indices into the header, from the first on.
typedef struct Chain {
    int count;                                               // 0: there is none
    int weights[MODEL_LAYERS_MAX], biases[MODEL_LAYERS_MAX]; // a bias of -1: none
    bool is_as_named;                                        // in the order of their names
    bool is_too_deep; // all the weights there are would make one, and are too many
    Orientation orientation;
} Chain;

size_t foreign_out(const Tensor *weight, Orientation orientation);
size_t foreign_in(const Tensor *weight, Orientation orientation);

// The chain from pixels to pixels that the file's weights make, read so.
Chain foreign_find_chain(const SafetensorsFile *file, size_t pixels, Orientation orientation);
