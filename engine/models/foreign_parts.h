// What the parts of foreign.h's implementation share: foreign.c, reading and filling; foreign_names.c, what names say;
// foreign_chain.c and foreign_bias.c, which tensors make the layers; foreign_named.c, those of a file that says its
// layers; foreign_said.c, sentences. Internal to the engine.
// Thread: as in foreign.h.
#pragma once
#include "models/foreign.h"
#include "models/model_layers.h"
#include "models/range.h"
#include "models/safetensors.h"

// How a file writes a weight: (out, in) or (in, out).
typedef enum Orientation { ORIENTATION_TORCH, ORIENTATION_KERAS, ORIENTATION_COUNT } Orientation;

// ---- foreign_names.c ----

// By side, then as people count: "10" after "2". As strcmp.
int foreign_compare_names(const char *a, const char *b);

// The length of the name without what says which tensor of a layer it is: "fc1" of "fc1.weight".
size_t foreign_stem_length(const char *name);

bool foreign_is_state(const char *name); // an optimizer's, a running average's: no weight that a model computes with
bool foreign_is_norm(const char *name);  // of a normalisation
bool foreign_is_log_sigma(const char *name);    // the logarithm of gauss's spread, no bias
bool foreign_is_variance(const char *name);     // of what a variational autoencoder draws with
bool foreign_is_bias(const char *name);         // it says so, "fc1.bias"
int foreign_name_orientation(const char *name); // an Orientation; -1: it does not say

// ---- foreign_chain.c ----

enum { CHAIN_MAX = SPEC_HIDDEN_MAX + 1 }; // layers

// The tensors of a model's layers, as indices into the header, from the first on.
typedef struct Chain {
    int count;
    int weights[CHAIN_MAX], biases[CHAIN_MAX]; // a bias of -1: none
    bool is_as_named;                          // in the order of their names
    bool is_tied; // the second half of the layers has the weights of the first, turned and in the other order
    Orientation orientation; // of the first half, where they are tied
} Chain;

// The likeliest first.
typedef struct Chains {
    int count;
    Chain items[FOREIGN_READINGS_MAX];
    bool is_too_deep; // all the weights there are would make one, and are too many
} Chains;

Orientation chain_orientation(const Chain *chain, int layer);
size_t chain_out(const SafetensorsFile *file, const Chain *chain, int layer);

// The chains from pixels to pixels that the file's weights make, read so.
Chains foreign_list_chains(const SafetensorsFile *file, size_t pixels, Orientation orientation);

// The same of weights that lead to the code alone, and back by the same way.
Chains foreign_list_tied(const SafetensorsFile *file, size_t pixels);

// ---- foreign_bias.c ----

// Finds the biases of a chain whose weights are known.
void foreign_find_biases(const SafetensorsFile *file, Chain *chain);

// ---- foreign.c ----

struct Foreign {
    char name[256];
    int pixels;
    SafetensorsReader *reader;
    Error problem;  // what the reader refuses with
    float **values; // (tensor_count): of those that a reading needs, else NULL
    const SafetensorsFile *file;
    Chains readings;
    bool is_ours, has_spec;
    bool is_named; // its layers, of `spec`, are not all dense: the file says so, or, without has_spec, who opens it
    int place_count;
    int places[MODEL_TENSORS_MAX]; // of is_named: where model_list_tensors' are in the file, -1: there is none
    Spec spec;
    int64_t step;
    PixelMoments moments; // deviation 0: it does not say
    int log_sigma;        // the tensor of gauss's ln s; -1: there is none
    Notices notices;      // of what holds for every reading
};

// ---- foreign_said.c ----

bool foreign_refuse_tensors(const Foreign *foreign, Error *error); // what tensors there are; false
bool foreign_refuse_layers(Foreign *foreign, const char *layers, const char *tensor, const char *shape); // the same

// ---- foreign_named.c ----

// Whether the file, or else `said` (NULL: nobody does), says layers that are not all dense: is_named, then, and the
// spec. False, with the problem, where one of their tensors is missing.
bool foreign_find_named(Foreign *foreign, const Spec *said);
bool foreign_is_named(const Foreign *foreign, int index); // the tensor is one of them
void foreign_fill_named(const Foreign *foreign, const Model *model, float *parameters);
