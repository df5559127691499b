// The activation functions, each with its slope beside it. Compiled once per instruction set (vector.h).
// To add one: a function here and a row in one of the tables at the end. Formulas: Keras' and PyTorch's definitions.
#include "activation.h"

#include "kernel.h"
#include "vector.h"

typedef struct ValueSlope {
    Vec value, slope;
} ValueSlope;

static inline ValueSlope sigmoid(Vec z)
{
    const Vec e = vec_exp(-vec_abs(z)); // never overflows
    const Vec r = 1.0f / (1.0f + e);
    const Vec p = vec_select(z < 0.0f, e * r, r);
    return (ValueSlope){p, e * r * r};
}

static inline ValueSlope relu(Vec z)
{
    return (ValueSlope){vec_at_least(z, 0.0f), vec_select(z > 0.0f, vec_all(1.0f), vec_all(0.0f))};
}

static inline ValueSlope linear(Vec z) { return (ValueSlope){z, vec_all(1.0f)}; }

static inline ValueSlope clip(Vec z)
{
    return (ValueSlope){vec_at_most(vec_at_least(z, 0.0f), 1.0f),
                        vec_select((z > 0.0f) & (z < 1.0f), vec_all(1.0f), vec_all(0.0f))};
}

static inline ValueSlope hyperbolic_tangent(Vec z)
{
    const Vec x = -2.0f * vec_abs(z), e = vec_expm1(x);
    const Vec r = 1.0f / (2.0f + e);
    const Vec p = vec_select(z < 0.0f, e * r, -e * r);
    return (ValueSlope){p, 4.0f * vec_exp(x) * r * r}; // 1 - tanh^2 without the cancellation
}

// The same as sigmoid(2z), which loses nothing near 0: BCE divides by p.
static inline ValueSlope tanh01(Vec z)
{
    const ValueSlope s = sigmoid(2.0f * z);
    return (ValueSlope){s.value, 2.0f * s.slope};
}

static inline ValueSlope softplus(Vec z)
{
    const Vec e = vec_exp(-vec_abs(z));
    return (ValueSlope){vec_at_least(z, 0.0f) + vec_log1p(e), sigmoid(z).value};
}

static inline ValueSlope leaky_relu(Vec z)
{
    return (ValueSlope){vec_select(z > 0.0f, z, 0.01f * z), vec_select(z > 0.0f, vec_all(1.0f), vec_all(0.01f))};
}

static inline ValueSlope elu(Vec z)
{
    const Vec x = vec_at_most(z, 0.0f);
    return (ValueSlope){vec_select(z > 0.0f, z, vec_expm1(x)), vec_select(z > 0.0f, vec_all(1.0f), vec_exp(x))};
}

// z Phi(z). Phi by Abramowitz and Stegun 7.1.26 with x = |z| / sqrt 2; absolute error below 1.5e-7. Beyond 20 the tail
// is 0 in float; the bounds keep infinity * 0 out of it.
static inline ValueSlope gelu(Vec z)
{
    const Vec low = vec_at_least(z, -20.0f), inner = vec_at_most(low, 20.0f);
    const Vec x = vec_abs(inner) * 0.70710678f;
    const Vec gauss = vec_exp(-x * x);
    const Vec t = 1.0f / (1.0f + 0.3275911f * x);
    Vec q = vec_all(1.061405429f);
    q = q * t - 1.453152027f;
    q = q * t + 1.421413741f;
    q = q * t - 0.284496736f;
    q = q * t + 0.254829592f;
    const Vec tail = 0.5f * q * t * gauss; // 1 - Phi(|z|)
    const Vec phi = vec_select(z < 0.0f, tail, 1.0f - tail);
    return (ValueSlope){low * phi, phi + inner * gauss * 0.39894228f};
}

#define APPLY(function)                                                                                                \
    static void apply_##function(const float *z, float *value, float *slope, size_t n)                                 \
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

APPLY(sigmoid)
APPLY(relu)
APPLY(linear)
APPLY(clip)
APPLY(hyperbolic_tangent)
APPLY(tanh01)
APPLY(softplus)
APPLY(leaky_relu)
APPLY(elu)
APPLY(gelu)

static const Activation outputs[] = {
    {"sigmoid", "sigmoid", "1 / (1 + e^-z)", apply_sigmoid},
    {"relu", "ReLU", "max(0, z)", apply_relu},
    {"linear", "linear", "z", apply_linear},
    {"clip", "clip", "min(1, max(0, z))", apply_clip},
    {"tanh01", "tanh01", "(tanh z + 1) / 2", apply_tanh01},
    {"softplus", "softplus", "ln(1 + e^z)", apply_softplus},
};

static const Activation hiddens[] = {
    {"relu", "ReLU", "max(0, z)", apply_relu},
    {"leaky_relu", "leaky", "z if z > 0, else 0.01 z", apply_leaky_relu},
    {"tanh", "tanh", "tanh z", apply_hyperbolic_tangent},
    {"sigmoid", "sigmoid", "1 / (1 + e^-z)", apply_sigmoid},
    {"elu", "ELU", "z if z > 0, else e^z - 1", apply_elu},
    {"gelu", "GELU", "z Phi(z)", apply_gelu},
};

const ActivationTable PER_ISA(activation_tables)[] = {
    [OUTPUT_ACTIVATION] = {outputs, sizeof outputs / sizeof *outputs},
    [HIDDEN_ACTIVATION] = {hiddens, sizeof hiddens / sizeof *hiddens},
};
