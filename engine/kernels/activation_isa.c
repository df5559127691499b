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

// The greatest of four, the first of equals, with its slope and which it is.
typedef struct Choice {
    Vec value, slope;
    VecInt place;
} Choice;

INLINE Choice choose(Choice best, ValueSlope other, int place)
{
    const VecInt is_more = other.value > best.value;
    return (Choice){vec_select(is_more, other.value, best.value), vec_select(is_more, other.slope, best.slope),
                    (best.place & ~is_more) | (is_more & place)};
}

#define POOL(function)                                                                                                 \
    static void pool_##function(const LanePool *pool)                                                                  \
    {                                                                                                                  \
        const LanePool p = *pool; /* read again behind each store it would take a while */                             \
        for (size_t i = 0; i < p.count * LANE_IMAGES; i += LANES) {                                                    \
            const size_t left = i / LANE_IMAGES * 2 * LANE_IMAGES + i % LANE_IMAGES;                                   \
            const size_t right = p.has_half && i / LANE_IMAGES + 1 == p.count ? left : left + LANE_IMAGES;             \
            const ValueSlope first = function(vec_load(p.above + left));                                               \
            Choice best = {first.value, first.slope, {0}};                                                             \
            best = choose(best, function(vec_load(p.above + right)), 1);                                               \
            best = choose(best, function(vec_load(p.below + left)), 2);                                                \
            best = choose(best, function(vec_load(p.below + right)), 3);                                               \
            vec_store(p.values + i, best.value);                                                                       \
            vec_store(p.slopes + i, best.slope);                                                                       \
            vec_store(p.chosen + i, (Vec)best.place);                                                                  \
        }                                                                                                              \
    }

#define OUTPUT_APPLY(C, function, key, label, formula, what, look, logit, odds, scope) APPLY(output, function)
#define OUTPUT_ROW(C, function, key, label, formula, what, look, logit, odds, scope)                                   \
    {key, label, formula, what, look, scope == OF_PICTURE, output_##function, NULL},
#define HIDDEN_APPLY(C, function, key, label, formula, what, look) APPLY(hidden, function) POOL(function)
#define HIDDEN_ROW(C, function, key, label, formula, what, look)                                                       \
    {key, label, formula, what, look, false, hidden_##function, pool_##function},

OUTPUT_ACTIVATIONS(OUTPUT_APPLY, _)
HIDDEN_ACTIVATIONS(HIDDEN_APPLY, _)

static const Activation outputs[] = {OUTPUT_ACTIVATIONS(OUTPUT_ROW, _)};
static const Activation hiddens[] = {HIDDEN_ACTIVATIONS(HIDDEN_ROW, _)};

const ActivationTable PER_ISA(activation_tables)[] = {
    [OUTPUT_ACTIVATION] = {outputs, sizeof outputs / sizeof *outputs},
    [HIDDEN_ACTIVATION] = {hiddens, sizeof hiddens / sizeof *hiddens},
};
