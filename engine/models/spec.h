// Spec: what a model is and how it is trained, as one string that is the same everywhere:
// loss=bce,output=sigmoid,hidden=relu,layers=32,optimizer=adam,lr=0.001,batch=256,noise=0,l1=0,seed=1
//
// Every key is optional. The keys that are rarely needed stand in the string only where they have another value than
// their default. model=NAME stands for the keys of an architecture (architectures.h), and those that are named refine
// it; it is read, and never written. Thread: plain values; any thread.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "kernels/loss.h"
#include "models/layer.h"

enum {
    SPEC_PIXELS = 784,      // that layers are held against
    SPEC_HIDDEN_MAX = 7,    // of a list of numbers alone
    SPEC_LAYERS_MAX = 20,   // of any
    SPEC_WIDTH_MAX = 2048,  // of a list of numbers alone
    SPEC_LAYERS_SIZE = 160, // of their text
    SPEC_BATCH_MAX = 4096,
    SPEC_TEXT_SIZE = 512
};

typedef struct Spec {
    int loss, output, hidden, optimizer; // rows of their tables
    int hidden_count;                    // of `layers`: the output is not among them
    LayerPlan layers[SPEC_LAYERS_MAX];   // layer_items.h; they fit pictures of SPEC_PIXELS (layer_list.h)
    float lr;                            // (0, 100]
    int batch;                           // images a step, 1 .. SPEC_BATCH_MAX
    float noise; // on the input: the standard deviation of Gaussian noise, 0 .. 2; else the chance of a pixel, 0 .. 1
    float l1;    // weight of the sum of |code|, 0 .. 1
    float beta;  // weight of the divergence where a layer samples (sample.h), 0 .. 1000
    uint32_t seed;
    float delta;                            // of huber: where its square turns into a line, (0, 10]
    float weight;                           // of wbce: of the positive part, (0, 1000]
    int range, reduce, targets, noise_kind; // rows of choices.h
} Spec;

typedef enum SpecKey {
    SPEC_KEY_LOSS,
    SPEC_KEY_OUTPUT,
    SPEC_KEY_HIDDEN,
    SPEC_KEY_LAYERS,
    SPEC_KEY_OPTIMIZER,
    SPEC_KEY_LR,
    SPEC_KEY_BATCH,
    SPEC_KEY_NOISE,
    SPEC_KEY_L1,
    SPEC_KEY_SEED,
    SPEC_KEY_DELTA, // from here on: written only where it is not the default
    SPEC_KEY_WEIGHT,
    SPEC_KEY_RANGE,
    SPEC_KEY_REDUCE,
    SPEC_KEY_TARGETS,
    SPEC_KEY_NOISE_KIND,
    SPEC_KEY_BETA,
    SPEC_KEY_COUNT
} SpecKey;

// What somebody says of a model: a spec, and which of its keys he named; the others have their defaults.
typedef struct SpecWish {
    Spec spec;
    unsigned named; // bits 1 << SpecKey
} SpecWish;

Spec spec_default(void);

// text: the string above, "" included. Keys may come in any order, each once. On failure out is untouched and the
// sentence names the key, what was found and what is allowed.
bool spec_parse(Spec *out, const char *text, Error *error);

bool spec_parse_wish(SpecWish *out, const char *text, Error *error); // the same, and the keys that it names

// The spec with the keys of text changed. On failure it is untouched.
bool spec_change(Spec *spec, const char *text, Error *error);

// Writes the keys in the order above; spec_parse reads it back to an equal spec. size >= SPEC_TEXT_SIZE.
void spec_format(const Spec *spec, char *text, size_t size);

// The keys in that order; NULL behind the last.
const char *spec_key(int i);

// How large `noise` may be: a deviation up to 2, or a chance up to 1.
float spec_noise_max(const Spec *spec);

bool spec_equal(const Spec *a, const Spec *b);

// What it says of its loss beside which one it is; gauss's spread, which is learnt, is 1.
LossSettings spec_loss_settings(const Spec *spec);

// Whether all layers are dense: numbers alone.
bool spec_is_dense(const Spec *spec);
bool spec_samples(const Spec *spec); // whether one draws (sample.h)

bool spec_has_same_layers(const Spec *a, const Spec *b);
void spec_set_layers(Spec *to, const Spec *from);               // those of `from`
void spec_set_widths(Spec *spec, const int *widths, int count); // dense ones

// "784-32-784" for pixels = 784; separator stands between the numbers, or items.
void spec_format_layers(const Spec *spec, int pixels, const char *separator, char *text, size_t size);

// The same in few words where it is long: "conv 16-8-8 to 128 numbers", the encoder's layers and the code.
void spec_describe_layers(const Spec *spec, char *text, size_t size);

// Gives a spec the layers of an architecture and what else its row says; loss, output, rate and seed stay. Which one it
// is: -1 where its layers, noise, l1 or reduce are of none, whatever else it says.
bool spec_set_architecture(Spec *spec, int index);
int spec_find_architecture(const Spec *spec);

// Which of `layers` says how many numbers the code is: what is sampled, or else, where all are dense, the narrowest
// (the first of equals); -1: none does.
int spec_code_index(const Spec *spec);

int spec_code_units(const Spec *spec); // of any: how many numbers the code is
