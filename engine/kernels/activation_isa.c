// The tables of activation functions, made from the lists in activation_functions.h. Compiled once per instruction set.
#include "kernels/activation_functions.h"
#include "kernels/kernel_parts.h"

#define APPLY(role, function)                                                                                          \
    static void role##_##function(const float *z, float *value, float *slope, size_t n)                                \
    {                                                                                                                  \
        size_t i = 0;                                                                                                  \
        for (; i + LANES <= n; i += LANES) {                                                                           \
            const ValueSlope r = function(vec_load(z + i));                                                            \
            vec_store(value + i, r.value);                                                                             \
            vec_store(slope + i, r.slope);                                                                             \
        }                                                                                                              \
        if (i < n) {                                                                                                   \
            const ValueSlope r = function(vec_load_part(z + i, n - i));                                                \
            vec_store_part(value + i, r.value, n - i);                                                                 \
            vec_store_part(slope + i, r.slope, n - i);                                                                 \
        }                                                                                                              \
    }

#define OUTPUT_APPLY(C, function, key, label, formula, what, look, logit, odds, scope) APPLY(output, function)
#define OUTPUT_ROW(C, function, key, label, formula, what, look, logit, odds, scope)                                   \
    {key, label, formula, what, look, scope == OF_PICTURE, output_##function},
#define HIDDEN_APPLY(C, function, key, label, formula, what, look) APPLY(hidden, function)
#define HIDDEN_ROW(C, function, key, label, formula, what, look)                                                       \
    {key, label, formula, what, look, false, hidden_##function},

OUTPUT_ACTIVATIONS(OUTPUT_APPLY, _)
HIDDEN_ACTIVATIONS(HIDDEN_APPLY, _)

static const Activation outputs[] = {OUTPUT_ACTIVATIONS(OUTPUT_ROW, _)};
static const Activation hiddens[] = {HIDDEN_ACTIVATIONS(HIDDEN_ROW, _)};

const ActivationTable PER_ISA(activation_tables)[] = {
    [OUTPUT_ACTIVATION] = {outputs, sizeof outputs / sizeof *outputs},
    [HIDDEN_ACTIVATION] = {hiddens, sizeof hiddens / sizeof *hiddens},
};
