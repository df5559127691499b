// The losses: the list of them, for everybody, and what they compute, for the kernels: value and slope of a pixel,
// sums, and training's and measuring's form, fused with each output activation.
//
// To add one: a row in the list, and its function on a Vec below, with its slope beside it. Enum, tables, fused passes,
// metrics, history, JSON, report, curves, matrix, heatmap, tooltip, captions, command line and tests follow.
#pragma once
#include "kernels/activation_functions.h"

// X(C, function, NAME, key, label, formula, what, look, unit, heat_scale, form, floor): as in Loss; C is handed
// through.
// form: PLAIN, or PRODUCT where the loss is a logarithm whose sum is that of a product and which has a stable form from
// the logit: then it has `function_terms`, `function_factors`, `function_logit`, `function_logit_terms` and
// `function_logit_factors` beside `function`.
// floor: FLOOR where a grey target costs something even where it is met, else NO_FLOOR.
#define LOSSES(X, C)                                                                                                   \
    X(C, bce, BCE, "bce", "BCE", "-(t ln p + (1 - t) ln(1 - p))",                                                      \
      "Binary cross-entropy: charges for each pixel, steeply when the output is sure and wrong. It counts in nats: "   \
      "0.69 is a coin toss.",                                                                                          \
      "Edges glow even in a good picture: a grey target costs something even when it is met.", "", 1.0f, PRODUCT,      \
      FLOOR)                                                                                                           \
    X(C, mse, MSE, "mse", "MSE", "(p - t)^2", "Mean squared error: the miss, times itself.",                           \
      "Small misses cost next to nothing, so only gross ones glow.", "", 0.25f, PLAIN, NO_FLOOR)                       \
    X(C, mae, MAE, "mae", "MAE", "|p - t|", "Mean absolute error: the miss itself.",                                   \
      "Trained with it, doubtful pixels go to black: the picture loses light.", "", 0.5f, PLAIN, NO_FLOOR)

enum { LOSSES_SHOWN = 2 }; // of the list, the first so many are shown of every model; of the others, a model's own

#define NAME_LOSS(C, function, NAME, key, label, formula, what, look, unit, heat_scale, form, floor) LOSS_##NAME,
enum { LOSSES(NAME_LOSS, _) LOSS_COUNT };
#undef NAME_LOSS

#ifdef ISA // compiled once for each instruction set
#include "kernels/vector.h"

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

enum { bce_factors = 4, bce_logit_factors = 120 }; // each is below 2^24, from the logit at most 2

// ln q and ln(1 - q) from one logarithm: L = -t ln(q / (1 - q)) + ln(1 / (1 - q)).
INLINE Terms bce_terms(Vec p, Vec t)
{
    const Vec q = vec_at_most(vec_at_least(p, bce_low), bce_high);
    const Vec inverse = vec_reciprocal(q * (1.0f - q)), factor = q * inverse;
    const VecInt outside = (VecInt)q != (VecInt)p; // not for a NaN
    return (Terms){-t * vec_log(q * factor), factor, vec_select(outside, vec_all(0.0f), (q - t) * inverse)};
}

// On an output that is the logistic function of `scale` times z. 1: the logit itself, which never clips. Else as if p
// had been clipped: the bounds of p as bounds of the logit, and no gradient outside.
INLINE Terms bce_logit_terms(Vec z, Vec t, const int scale)
{
    const Vec logit = scale == 1 ? z : (float)scale * z;
    const Vec inner = scale == 1 ? z : vec_at_most(vec_at_least(logit, -16.1180956f), 15.9423851f);
    const Logistic s = logistic(inner);
    Terms terms = {vec_at_least(inner, 0.0f) - inner * t, 1.0f + s.e, s.p - t};
    if (scale != 1)
        terms.slope = vec_select((VecInt)inner != (VecInt)logit, vec_all(0.0f), (float)scale * terms.slope);
    return terms;
}

// ---- fused with each output ---------------------------------------------------------------------------------------
// For each pair of an output activation and a loss: terms_<output>_<loss>, and factors_<output>_<loss>, how many
// factors may be multiplied before the product leaves the range of a float; 0 where there are none.

#define KEEP_LOGIT(C, activation, key, label, formula, what, look, logit, scope) enum { logit_of_##activation = logit };
OUTPUT_ACTIVATIONS(KEEP_LOGIT, _)
#undef KEEP_LOGIT

#define TERMS_PLAIN(activation, loss)                                                                                  \
    enum { factors_##activation##_##loss = 0 };                                                                        \
    INLINE Terms terms_##activation##_##loss(Vec z, Vec t)                                                             \
    {                                                                                                                  \
        const ValueSlope output = activation(z), r = loss(output.value, t);                                            \
        return (Terms){r.value, vec_all(1.0f), r.slope * output.slope};                                                \
    }
#define TERMS_PRODUCT(activation, loss)                                                                                \
    enum { factors_##activation##_##loss = logit_of_##activation ? (int)loss##_logit_factors : (int)loss##_factors };  \
    INLINE Terms terms_##activation##_##loss(Vec z, Vec t)                                                             \
    {                                                                                                                  \
        if ((int)logit_of_##activation == (int)OF_SIGMOID) {                                                           \
            const ValueSlope inner = sigmoid(z);                                                                       \
            Terms terms = loss##_logit_terms(inner.value, t, 1);                                                       \
            terms.slope *= inner.slope;                                                                                \
            return terms;                                                                                              \
        }                                                                                                              \
        if (logit_of_##activation)                                                                                     \
            return loss##_logit_terms(z, t, logit_of_##activation);                                                    \
        const ValueSlope output = activation(z);                                                                       \
        Terms terms = loss##_terms(output.value, t);                                                                   \
        terms.slope *= output.slope;                                                                                   \
        return terms;                                                                                                  \
    }
#define TERMS_OF_PAIR(activation, loss, NAME, key, label, formula, what, look, unit, heat_scale, form, floor)          \
    TERMS_##form(activation, loss)
#define TERMS_OF_OUTPUT(C, activation, key, label, formula, what, look, logit, scope) LOSSES(TERMS_OF_PAIR, activation)
OUTPUT_ACTIVATIONS(TERMS_OF_OUTPUT, _)

#endif
