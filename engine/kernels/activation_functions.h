// The activation functions: the lists of them, for everybody, and what they compute, for the kernels.
//
// To add one: a row in one of the lists, and its function on a Vec below, with its slope beside it. Tables, enums,
// buttons, command line, fused passes and tests follow. Formulas: Keras' and PyTorch's definitions.
#pragma once

// Of the output. X(C, function, key, label, formula, what, look, logit, odds, scope): as in Activation; C is handed
// through.
// scope: OF_PICTURE where p depends on the whole picture: it is a function of what is left of z when ln of the sum of
// e^z over the picture is taken from it, and that is what is called z everywhere; else OF_PIXEL. logit: k where p is
// the logistic function of k z, so that a loss may be taken from the logit (loss_functions.h), OF_SIGMOID where it is
// that of the sigmoid of z; else 0. odds: OWN where losses that are made of logarithms have a shorter way than by p,
// and odds_functions.h has `function_odds`; OWN_EXACT where that way leaves no logarithm (Odds.is_exact); else
// OF_VALUE.
#define OUTPUT_ACTIVATIONS(X, C)                                                                                       \
    X(C, sigmoid, "sigmoid", "sigmoid", "1 / (1 + e^-z)", "Bends every number into 0\u20261; its slope is never 0.",   \
      "The safe choice for BCE.", 1, OF_VALUE, OF_PIXEL)                                                               \
    X(C, relu, "relu", "ReLU", "max(0, z)", "Cuts at 0, no upper end.",                                                \
      "Hatched pixels above 1; pixels that stay black for ever.", 0, OF_VALUE, OF_PIXEL)                               \
    X(C, linear, "linear", "linear", "z", "The number as it is.", "Grey dirt below 0; digits stay readable with MSE.", \
      0, OF_VALUE, OF_PIXEL)                                                                                           \
    X(C, clip, "clip", "clip", "min(1, max(0, z))", "Cuts at 0 and at 1; no slope outside.",                           \
      "A pixel that leaves 0\u20261 cannot come back by itself.", 0, OF_VALUE, OF_PIXEL)                               \
    X(C, tanh01, "tanh01", "tanh 0\u20261", "(tanh z + 1) / 2",                                                        \
      "tanh, moved to 0\u20261: a sigmoid that is twice as steep.", "Does what sigmoid does.", 2, OF_VALUE, OF_PIXEL)  \
    X(C, softplus, "softplus", "softplus", "ln(1 + e^z)", "A rounded ReLU: never 0, no upper end.",                    \
      "Black is never quite black.", 0, OWN, OF_PIXEL)                                                                 \
    X(C, hyperbolic_tangent, "tanh", "tanh", "tanh z", "Bends every number into \u22121\u20261.",                      \
      "Made for targets in \u22121\u20261; on 0\u20261 it leaves grey dirt below 0.", 0, OWN, OF_PIXEL)                \
    X(C, sigmoid2, "sigmoid2", "2 sigmoids", "sigmoid(sigmoid z)",                                                     \
      "A sigmoid in the model and one more in the loss, a common slip: p stays between 0.5 and 0.73.",                 \
      "Neither black nor white can be drawn: all is grey.", OF_SIGMOID, OWN_EXACT, OF_PIXEL)                           \
    X(C, softmax, "softmax", "softmax", "e^z / (sum of e^z over the picture)",                                         \
      "Shares a sum of 1 out among all 784 pixels, as a classifier does among its classes.",                           \
      "Nearly black: a pixel can be white only where all others are black.", 0, OWN, OF_PICTURE)

// Of the hidden layers. X(C, function, key, label, formula, what, look).
#define HIDDEN_ACTIVATIONS(X, C)                                                                                       \
    X(C, relu, "relu", "ReLU", "max(0, z)", "Cuts each inner unit's sum at 0.",                                        \
      "The usual choice; a unit that is never above 0 does not work.")                                                 \
    X(C, leaky_relu, "leaky_relu", "leaky ReLU", "z if z > 0, else 0.01 z",                                            \
      "A ReLU that lets a hundredth through below 0.", "Fewer units that never work.")                                 \
    X(C, hyperbolic_tangent, "tanh", "tanh", "tanh z", "Bends every sum into \u22121\u20261.",                         \
      "The picture rarely changes: compare the first epochs of the curve.")                                            \
    X(C, sigmoid, "sigmoid", "sigmoid", "1 / (1 + e^-z)", "Bends every sum into 0\u20261.",                            \
      "Small slopes between the layers: the curve may fall more slowly.")                                              \
    X(C, elu, "elu", "ELU", "z if z > 0, else e^z - 1", "A ReLU that bends to \u22121 below 0.",                       \
      "Fewer units that never work.")                                                                                  \
    X(C, gelu, "gelu", "GELU", "z Phi(z)", "A ReLU with a soft knee.", "Fewer units that never work.")                 \
    X(C, linear, "linear", "linear", "z", "The sum as it is, with nothing bent.",                                      \
      "With a linear output and MSE it can do no more than PCA.")

enum { OF_SIGMOID = -1 };
enum { OF_PIXEL, OF_PICTURE };

#define COUNT_OUTPUT(C, function, key, label, formula, what, look, logit, odds, scope) +1
enum { OUTPUT_COUNT = 0 OUTPUT_ACTIVATIONS(COUNT_OUTPUT, _) };
#undef COUNT_OUTPUT

#define COUNT_HIDDEN(C, function, key, label, formula, what, look) +1
enum { HIDDEN_COUNT = 0 HIDDEN_ACTIVATIONS(COUNT_HIDDEN, _) };
#undef COUNT_HIDDEN

#ifdef ISA // compiled once for each instruction set
#include "kernels/vector.h"

typedef struct ValueSlope {
    Vec value, slope;
} ValueSlope;

// The logistic function with its parts: e = e^-|z|, which never overflows, r = 1 / (1 + e).
typedef struct Logistic {
    Vec e, r, p;
} Logistic;

INLINE Logistic logistic_of_power(Vec z, Vec e)
{
    const Vec r = vec_reciprocal(1.0f + e);
    return (Logistic){e, r, vec_where_negative(z, e * r, r)};
}

INLINE Logistic logistic(Vec z) { return logistic_of_power(z, vec_exp(vec_negative_abs(z))); }

INLINE ValueSlope sigmoid_of_power(Vec z, Vec e)
{
    const Logistic s = logistic_of_power(z, e);
    return (ValueSlope){s.p, s.e * s.r * s.r};
}

INLINE ValueSlope sigmoid(Vec z) { return sigmoid_of_power(z, vec_exp(vec_negative_abs(z))); }

// The logistic function of s in [0, 1]: 1/2 and s times a polynomial in s^2, the Chebyshev interpolant of
// tanh(s / 2) / 2s: 3e-9.
INLINE Vec logistic_of_unit(Vec s)
{
    const Vec y = s * s, high = 2.081992266e-3f - 2.069696829e-4f * y + 1.672982855e-5f * (y * y);
    return 0.5f + s * (2.499999967e-1f - 2.083316747e-2f * y + high * (y * y));
}

// What a model with a sigmoid gives under a loss that puts on its own ("from logits").
INLINE ValueSlope sigmoid2(Vec z)
{
    const ValueSlope inner = sigmoid(z);
    const Vec p = logistic_of_unit(inner.value);
    return (ValueSlope){p, (p - p * p) * inner.slope};
}

INLINE ValueSlope relu(Vec z)
{
    return (ValueSlope){vec_at_least(z, 0.0f), vec_select(z > 0.0f, vec_all(1.0f), vec_all(0.0f))};
}

INLINE ValueSlope linear(Vec z) { return (ValueSlope){z, vec_all(1.0f)}; }

INLINE ValueSlope clip(Vec z)
{
    return (ValueSlope){vec_at_most(vec_at_least(z, 0.0f), 1.0f),
                        vec_select((z > 0.0f) & (z < 1.0f), vec_all(1.0f), vec_all(0.0f))};
}

INLINE ValueSlope hyperbolic_tangent(Vec z)
{
    const Vec x = 2.0f * vec_negative_abs(z), e = vec_expm1(x);
    const Vec r = vec_reciprocal(2.0f + e);
    const Vec p = vec_where_negative(z, e * r, -e * r);
    return (ValueSlope){p, 4.0f * vec_exp(x) * r * r}; // 1 - tanh^2 without the cancellation
}

// The same as sigmoid(2z), which loses nothing near 0: BCE divides by p.
INLINE ValueSlope tanh01(Vec z)
{
    const ValueSlope s = sigmoid(2.0f * z);
    return (ValueSlope){s.value, 2.0f * s.slope};
}

INLINE ValueSlope softplus(Vec z)
{
    const Logistic s = logistic(z);
    return (ValueSlope){vec_at_least(z, 0.0f) + vec_log1p(s.e), s.p};
}

// z <= 0 by its scope. The slope is that at this z; picture_isa.c goes on to those before it.
INLINE ValueSlope softmax(Vec z)
{
    const Vec p = vec_exp(vec_at_most(z, 0.0f));
    return (ValueSlope){p, p};
}

INLINE ValueSlope leaky_relu(Vec z)
{
    return (ValueSlope){vec_select(z > 0.0f, z, 0.01f * z), vec_select(z > 0.0f, vec_all(1.0f), vec_all(0.01f))};
}

INLINE ValueSlope elu(Vec z)
{
    const Vec x = vec_at_most(z, 0.0f);
    return (ValueSlope){vec_select(z > 0.0f, z, vec_expm1(x)), vec_select(z > 0.0f, vec_all(1.0f), vec_exp(x))};
}

// z Phi(z). Phi by Abramowitz and Stegun 7.1.26 with x = |z| / sqrt 2; absolute error below 1.5e-7. Beyond 20 the tail
// is 0 in float; the bounds keep infinity * 0 out of it.
INLINE ValueSlope gelu(Vec z)
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
    const Vec phi = vec_where_negative(z, tail, 1.0f - tail);
    return (ValueSlope){low * phi, phi + inner * gauss * 0.39894228f};
}

#endif
