// What the parts of code.h's implementation share: code.c, a spec's parts by name; code_layers.c, the model's layers.
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

// ---- code_layers.c: each puts one part of a script ----

void code_put_classes(Script *script); // PyTorch: layers that it lacks
void code_put_encoder(Script *script); // PyTorch: what nn.Sequential is given
void code_put_decoder(Script *script);
void code_put_statistics(Script *script); // PyTorch: the two layers of a mean and a variance
void code_put_kinds(Script *script);      // PyTorch: of the layers with weights
void code_put_forward(Script *script);    // PyTorch: the lines of forward
void code_put_sampling(Script *script);   // Keras: the layer that draws
void code_put_layers(Script *script);     // Keras: the lines of build
