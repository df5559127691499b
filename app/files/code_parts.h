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

void code_put_targets(Script *script); // what the loss holds outputs against, in the model's range

// What a name in a script stands for. name NULL: behind the last.
typedef struct ScriptPart {
    const char *name;
    void (*put)(Script *script);
} ScriptPart;

extern const ScriptPart code_layer_parts[], code_pixel_parts[];
