// Outputs by their odds: what a loss that is made of ln p and ln(1 - p) needs of an output, found without p where that
// is shorter. Internal to the engine, part of loss_functions.h. Compiled once for each instruction set (vector.h).
//
// To add one: `function_begin` and `function_odds` below, and OWN or OWN_EXACT in the row of the output
// (activation_functions.h); where it is OF_PICTURE also `function_output`, its value and slope.
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
    bool adds_up;  // rest was found as whole - over, and loses nothing by it
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
        .adds_up = true,
        .over = q,
        .rest = rest,
        .whole = vec_all(1.0f),
        .rate = vec_where_same(q, p.value, inverse * p.slope),
        .factor = factor,
        .odds = q * factor,
        .part = factor,
    };
}

// What comes before the odds: the exponential, of z or of what its clip leaves of it. Apart from them, because it can
// go beside another row's odds (loss_functions.h).
typedef struct Begun {
    Vec z, inner;
    ExpParts e;
    Vec power; // e^inner
} Begun;

// share: where outputs share a picture, p, which is known by then, and all that it takes; else nothing.
typedef Begun BeginOutput(Vec z, Vec share);

// p = tanh z = n / (1 - n) with n = (1 - e^-2z) / 2, and 1 - p = e^-2z / (1 - n). Its clip is one of z.
INLINE Begun hyperbolic_tangent_begin(Vec z, Vec share)
{
    (void)share;
    const Vec inner = vec_at_most(vec_at_least(z, bce_low), 8.31776617f);
    return (Begun){.z = z, .inner = inner, .e = vec_split_exp(-2.0f * inner)};
}

INLINE Odds hyperbolic_tangent_odds(const Begun *begun)
{
    const Vec inner = begun->inner, twice = inner + inner;
    const ExpParts e = begun->e;
    const Vec half = (Vec)((VecInt)e.power - (1 << 23)), n = -(half * e.q + (half - 0.5f)), whole = 1.0f - n;
    return (Odds){
        .over = n,
        .rest = e.power * e.q + e.power,
        .whole = whole,
        .rate = vec_where_same(inner, begun->z, vec_reciprocal(n * whole)),
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
INLINE Begun softplus_begin(Vec z, Vec share)
{
    (void)share;
    const Vec inner = vec_at_most(vec_at_least(z, -16.1180956f), 0.541326f);
    return (Begun){.z = z, .inner = inner, .power = vec_exp_small(inner)};
}

INLINE Odds softplus_odds(const Begun *begun)
{
    const Vec w = begun->power, w2 = w * w;
    const Vec a = 1.0f + 1.00183258139f * w + (2.02081511605e-1f + 2.39834531048e-3f * w) * w2;
    const Vec b = 1.0f + 1.50183144006f * w + (6.19681405842e-1f + 6.15231640588e-2f * w) * w2;
    const Vec over = w * a, difference = b - over, rest = vec_at_least(difference, 6.8215e-7f); // 2^-23 b
    const Vec slope = a * (1.0f + w), inverse = vec_reciprocal(slope * rest), part = slope * inverse;
    const Vec rate = b * inverse;
    return (Odds){
        .adds_up = true,
        .over = over,
        .rest = rest,
        .whole = b,
        .rate = vec_where_both_same(begun->inner, begun->z, rest, difference, rate),
        .factor = slope * rate,
        .odds = over * part,
        .part = part,
    };
}

// p = e^z, the share.
INLINE Begun softmax_begin(Vec z, Vec share) { return (Begun){.z = z, .power = share}; }

INLINE ValueSlope softmax_output(const Begun *begun) { return (ValueSlope){begun->power, begun->power}; }

INLINE Odds softmax_odds(const Begun *begun)
{
    const Vec above = vec_at_least(begun->power, bce_low), p = vec_at_most(above, bce_high);
    const Vec rest = 1.0f - p, inverse = vec_reciprocal(rest);
    return (Odds){
        .adds_up = true,
        .over = p,
        .rest = rest,
        .whole = vec_all(1.0f),
        .rate = vec_where_same(above, begun->power, inverse),
        .factor = inverse,
        .odds = p * inverse,
        .part = inverse,
    };
}

// p = sigmoid(s), s = sigmoid(z): s is the logit itself, and ln 1 / (1 - p) = ln(1 + e^s) is ln 2 + s / 2 and s^2 times
// a polynomial in it, a Chebyshev interpolant as that of p: 1.4e-8.
INLINE Begun sigmoid2_begin(Vec z, Vec share)
{
    (void)share;
    return (Begun){.z = z, .power = vec_exp(vec_negative_abs(z))};
}

INLINE Odds sigmoid2_odds(const Begun *begun)
{
    const ValueSlope inner = sigmoid_of_power(begun->z, begun->power);
    const Vec s = inner.value, y = s * s, p = logistic_of_unit(s);
    const Vec bend = 1.249999858e-1f - 5.207878641e-3f * y + (3.449164991e-4f - 2.252980365e-5f * y) * (y * y);
    return (Odds){
        .adds_up = true,
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
    INLINE Begun activation##_begin(Vec z, Vec share) { return (Begun){.z = z, .power = share}; }                      \
    INLINE Odds activation##_odds(const Begun *begun) { return odds_of_value(activation(begun->z)); }
#define OUTPUT_OF_PICTURE(activation) // it has it
#define OUTPUT_OF_PIXEL(activation)                                                                                    \
    INLINE ValueSlope activation##_output(const Begun *begun) { return activation(begun->z); }
#define ODDS_OF_OUTPUT(C, activation, key, label, formula, what, look, logit, odds, scope)                             \
    ODDS_##odds(activation) OUTPUT_##scope(activation)
OUTPUT_ACTIVATIONS(ODDS_OF_OUTPUT, _)

#endif
