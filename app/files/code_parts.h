// What the parts of code.h's implementation share: code.c, a spec's parts by name; code_layers.c, the model's layers;
// code_pixels.c, noise, targets and range.
// Thread: as in code.h.
#pragma once
#include "files/code.h"

enum { PYTORCH, KERAS, FRAMEWORK_COUNT };

typedef struct Script {
    char *text;
    size_t size, used;
    int framework;
    const Spec *spec;
    const Model *model;
} Script;

void code_put(Script *script, const char *format, ...) __attribute__((format(printf, 2, 3)));
void code_put_number(Script *script, float value); // with the fewest digits that read back as the same number
const char *code_hidden(const Script *script);     // PyTorch's module, Keras' function of z
void code_fill(Script *script, const char *text);  // what stands between two @ is put in by name

// ---- code_layers.c: each puts one part of a script ----

void code_put_classes(Script *script); // PyTorch: layers that it lacks
void code_put_encoder(Script *script); // PyTorch: what nn.Sequential is given
void code_put_decoder(Script *script);
void code_put_statistics(Script *script); // PyTorch: the two layers of a mean and a variance
void code_put_kinds(Script *script);      // PyTorch: of the layers with weights
void code_put_forward(Script *script);    // PyTorch: the lines of forward
void code_put_sampling(Script *script);   // Keras: the layer that draws
void code_put_layers(Script *script);     // Keras: the lines of build

// ---- code_pixels.c: likewise ----

void code_put_clean(Script *script);        // t in the model's range
void code_put_measured(Script *script);     // what figures are held against, in that range
void code_put_shown(Script *script);        // the same in [0, 1]
void code_put_back(Script *script);         // outputs in [0, 1]
void code_put_input(Script *script);        // what the model is given
void code_put_target(Script *script);       // Keras: what its loss holds outputs against
void code_put_targets(Script *script);      // what the loss holds outputs against, in the model's range
void code_put_noise(Script *script);        // its number
void code_put_damage(Script *script);       // t with noise
void code_put_damage_layer(Script *script); // Keras: the class
void code_put_first_layers(Script *script); // Keras: before the first dense one
void code_put_metric(Script *script);       // Keras: a function, where its own does not fit
void code_put_metric_name(Script *script);

// With range=standard alone: the range's two numbers, where they come from and where they are kept.
void code_put_range(Script *script);
void code_put_metadata(Script *script);
void code_put_moments(Script *script);
void code_put_standardise(Script *script);
void code_put_build(Script *script);
