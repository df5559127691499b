// The losses themselves, on a Vec, each with its slope beside it, and fused with the output activations.
//
// Internal to the kernels (vector.h): loss.c makes tables of them and trains with them, measure.c measures with them.
// To add one: its function, its terms, the pairs at the end; then its rows in loss.c and a name in loss.h.
#pragma once
#include "activation_functions.h"
#include "vector.h"

// Keras' backend convention: the output is clipped to [epsilon, 1 - epsilon], epsilon 1e-7, and the gradient of the
// clip is 0 outside. An output at exactly 0 therefore learns nothing from BCE.
static const float bce_low = 1e-7f, bce_high = 1.0f - 1e-7f; // 1 - 2^-23 in float32

INLINE ValueSlope bce(Vec p, Vec t)
{
    const Vec q = vec_at_most(vec_at_least(p, bce_low), bce_high);
    const Vec value = -(t * vec_log(q) + (1.0f - t) * vec_log(1.0f - q));
    const Vec slope = (q - t) * vec_reciprocal(q * (1.0f - q));
    const VecInt outside = (p < bce_low) | (p > bce_high);
    return (ValueSlope){value, vec_select(outside, vec_all(0.0f), slope)};
}

// On a sigmoid, from its logit: max(z,0) - z t + ln(1 + e^-|z|), slope p - t.
INLINE ValueSlope bce_logit(Vec z, Vec t)
{
    const Logistic s = logistic(z);
    return (ValueSlope){vec_at_least(z, 0.0f) - z * t + vec_log1p(s.e), s.p - t};
}

INLINE ValueSlope mse(Vec p, Vec t)
{
    const Vec d = p - t;
    return (ValueSlope){d * d, 2.0f * d};
}

INLINE ValueSlope mae(Vec p, Vec t)
{
    const Vec d = p - t;
    const Vec sign = vec_select(d > 0.0f, vec_all(1.0f), vec_select(d < 0.0f, vec_all(-1.0f), d)); // d keeps 0 and NaN
    return (ValueSlope){vec_abs(d), sign};
}

// ---- sums ---------------------------------------------------------------------------------------------------------
// Where only the sum of a loss is wanted, a sum of logarithms is the logarithm of a product: L = value + ln factor.

typedef struct Terms {
    Vec value, factor, slope;
} Terms;

typedef Terms FindTerms(Vec z, Vec t); // from the logit, with dL/dz as its slope

// ln q and ln(1 - q) from one logarithm: L = -t ln(q / (1 - q)) + ln(1 / (1 - q)).
INLINE Terms bce_terms(Vec p, Vec t)
{
    const Vec q = vec_at_most(vec_at_least(p, bce_low), bce_high);
    const Vec inverse = vec_reciprocal(q * (1.0f - q)), factor = q * inverse;
    const VecInt outside = (VecInt)q != (VecInt)p; // not for a NaN
    return (Terms){-t * vec_log(q * factor), factor, vec_select(outside, vec_all(0.0f), (q - t) * inverse)};
}

INLINE Terms bce_logit_terms(Vec z, Vec t)
{
    const Logistic s = logistic(z);
    return (Terms){vec_at_least(z, 0.0f) - z * t, 1.0f + s.e, s.p - t};
}

INLINE Terms mse_terms(Vec p, Vec t)
{
    const ValueSlope r = mse(p, t);
    return (Terms){r.value, vec_all(1.0f), r.slope};
}

INLINE Terms mae_terms(Vec p, Vec t)
{
    const ValueSlope r = mae(p, t);
    return (Terms){r.value, vec_all(1.0f), r.slope};
}

// For each pair of an output activation and a loss: terms_<activation>_<loss>, dL/dz as their slope, and
// factors_<activation>_<loss>, how many factors may be multiplied before the product leaves the range of a float.
#define TERMS(activation, loss, factors)                                                                               \
    enum { factors_##activation##_##loss = factors };                                                                  \
    INLINE Terms terms_##activation##_##loss(Vec z, Vec t)                                                             \
    {                                                                                                                  \
        const ValueSlope output = activation(z);                                                                       \
        Terms terms = loss##_terms(output.value, t);                                                                   \
        terms.slope *= output.slope;                                                                                   \
        return terms;                                                                                                  \
    }
#define TERMS_WITHOUT_FACTORS(activation, key, label, formula) TERMS(activation, mse, 0) TERMS(activation, mae, 0)
OUTPUT_ACTIVATIONS(TERMS_WITHOUT_FACTORS)
enum { BCE_FACTORS = 4, BCE_LOGIT_FACTORS = 120 }; // each is below 2^24, from the logit at most 2
TERMS(relu, bce, BCE_FACTORS)
TERMS(linear, bce, BCE_FACTORS)
TERMS(clip, bce, BCE_FACTORS)
TERMS(softplus, bce, BCE_FACTORS)

enum { factors_sigmoid_bce = BCE_LOGIT_FACTORS, factors_tanh01_bce = BCE_LOGIT_FACTORS };

INLINE Terms terms_sigmoid_bce(Vec z, Vec t) { return bce_logit_terms(z, t); }

// tanh01 is sigmoid(2z): from the logit, too, with the clip of p as one of 2z and no gradient outside.
INLINE Terms terms_tanh01_bce(Vec z, Vec t)
{
    const Vec logit = 2.0f * z, inner = vec_at_most(vec_at_least(logit, -16.1180956f), 15.9423851f);
    Terms terms = bce_logit_terms(inner, t);
    terms.slope = vec_select((VecInt)inner != (VecInt)logit, vec_all(0.0f), 2.0f * terms.slope);
    return terms;
}
