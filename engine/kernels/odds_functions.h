// Outputs by their odds: what a loss that is made of ln p and ln(1 - p) needs of an output, found without p where that
// is shorter. Internal to the engine, part of loss_functions.h. Compiled once for each instruction set (vector.h).
//
// To add one: `function_odds` below, and OWN or OWN_EXACT in the row of the output (activation_functions.h).
#pragma once
#ifdef ISA
#include <stdbool.h>

#include "kernels/activation_functions.h"

// Keras' backend convention: the output is clipped to [epsilon, 1 - epsilon], epsilon 1e-7, and the gradient of the
// clip is 0 outside. An output at exactly 0 therefore learns nothing from BCE.
static const float bce_low = 1e-7f, bce_high = 1.0f - 1e-7f; // 1 - 2^-23 in float32

// Of the clipped p, p = over / whole and 1 - p = rest / whole; ln 1 / (1 - p) = shift + ln factor and ln p / (1 - p) =
// slant + ln odds.
typedef struct Odds {
    bool is_value; // whole is 1
    bool is_exact; // factor and odds are 1, there are shift and slant, and |slant| <= 1
    Vec over, rest, whole;
    Vec rate; // d(ln p / (1 - p)) / dz / whole, and 0 where p is clipped
    bool has_shift, has_slant;
    Vec shift, slant, factor, odds; // shift, slant: 0 where there are none
    Vec part;                       // factor / whole
} Odds;

enum { ODDS_FACTORS = 4 }; // that may be multiplied, where odds are not exact: each is from 1/2 to below 2^24

// From p and its slope.
INLINE Odds odds_of_value(ValueSlope p)
{
    const Vec q = vec_at_most(vec_at_least(p.value, bce_low), bce_high);
    const Vec rest = 1.0f - q, inverse = vec_reciprocal(q * rest), factor = q * inverse;
    return (Odds){
        .is_value = true,
        .over = q,
        .rest = rest,
        .whole = vec_all(1.0f),
        .rate = vec_where_same(q, p.value, inverse * p.slope),
        .factor = factor,
        .odds = q * factor,
        .part = factor,
    };
}

// p = tanh z = n / (1 - n) with n = (1 - e^-2z) / 2, and 1 - p = e^-2z / (1 - n). Its clip is one of z.
INLINE Odds hyperbolic_tangent_odds(Vec z)
{
    const Vec inner = vec_at_most(vec_at_least(z, bce_low), 8.31776617f), twice = inner + inner;
    const ExpParts e = vec_split_exp(-twice);
    const Vec half = (Vec)((VecInt)e.power - (1 << 23)), n = -(half * e.q + (half - 0.5f)), whole = 1.0f - n;
    return (Odds){
        .over = n,
        .rest = e.power * e.q + e.power,
        .whole = whole,
        .rate = vec_where_same(inner, z, vec_reciprocal(n * whole)),
        .has_shift = true,
        .has_slant = true,
        .shift = twice,
        .slant = twice,
        .factor = whole,
        .odds = n,
        .part = vec_all(1.0f),
    };
}

// p = ln(1 + w), w = e^z, as w a / b: the minimax fraction of ln(1 + w) / w over the clip's range, 1.2e-8 relative. Its
// clip is one of z below, and above of (1 - p) b, which rounding may have below 0.
INLINE Odds softplus_odds(Vec z)
{
    const Vec inner = vec_at_most(vec_at_least(z, -16.1180956f), 0.541326f), w = vec_exp(inner), w2 = w * w;
    const Vec a = 1.0f + 1.00183258139f * w + (2.02081511605e-1f + 2.39834531048e-3f * w) * w2;
    const Vec b = 1.0f + 1.50183144006f * w + (6.19681405842e-1f + 6.15231640588e-2f * w) * w2;
    const Vec over = w * a, difference = b - over, rest = vec_at_least(difference, 6.8215e-7f); // 2^-23 b
    const Vec slope = a * (1.0f + w), inverse = vec_reciprocal(slope * rest), part = slope * inverse;
    const Vec rate = b * inverse;
    return (Odds){
        .over = over,
        .rest = rest,
        .whole = b,
        .rate = vec_where_same(inner, z, vec_where_same(rest, difference, rate)),
        .factor = slope * rate,
        .odds = over * part,
        .part = part,
    };
}

// p = e^z.
INLINE Odds softmax_odds(Vec z)
{
    const Vec inner = vec_at_most(vec_at_least(z, -16.1180956f), 0.0f), p = vec_at_most(vec_exp(inner), bce_high);
    const Vec rest = 1.0f - p, inverse = vec_reciprocal(rest);
    return (Odds){
        .is_value = true,
        .over = p,
        .rest = rest,
        .whole = vec_all(1.0f),
        .rate = vec_where_same(inner, z, inverse),
        .has_slant = true,
        .slant = inner,
        .factor = inverse,
        .odds = inverse,
        .part = inverse,
    };
}

// p = sigmoid(s), s = sigmoid(z): s is the logit itself, and ln 1 / (1 - p) = ln(1 + e^s) is ln 2 + s / 2 and s^2 times
// a polynomial in it, a Chebyshev interpolant as that of p: 1.4e-8.
INLINE Odds sigmoid2_odds(Vec z)
{
    const ValueSlope inner = sigmoid(z);
    const Vec s = inner.value, y = s * s, p = logistic_of_unit(s);
    const Vec bend = 1.249999858e-1f - 5.207878641e-3f * y + (3.449164991e-4f - 2.252980365e-5f * y) * (y * y);
    return (Odds){
        .is_value = true,
        .is_exact = true,
        .over = p,
        .rest = 1.0f - p,
        .whole = vec_all(1.0f),
        .rate = inner.slope,
        .has_shift = true,
        .has_slant = true,
        .shift = (0.5f * s + 0.69314718f) + bend * y,
        .slant = s,
        .factor = vec_all(1.0f),
        .odds = vec_all(1.0f),
        .part = vec_all(1.0f),
    };
}

#define ODDS_OWN(activation)       enum { odds_are_exact_of_##activation = 0 }; // it has them
#define ODDS_OWN_EXACT(activation) enum { odds_are_exact_of_##activation = 1 };
#define ODDS_OF_VALUE(activation)                                                                                      \
    ODDS_OWN(activation)                                                                                               \
    INLINE Odds activation##_odds(Vec z) { return odds_of_value(activation(z)); }
#define ODDS_OF_OUTPUT(C, activation, key, label, formula, what, look, logit, odds, scope) ODDS_##odds(activation)
OUTPUT_ACTIVATIONS(ODDS_OF_OUTPUT, _)

#endif
