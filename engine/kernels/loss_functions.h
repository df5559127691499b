// The losses: the list of them, for everybody, and what they compute, for the kernels: value and slope of a pixel,
// sums, and training's and measuring's form, fused with each output activation.
//
// To add one: a row in the list, and its function on a Vec below, with its slope beside it. Enum, tables, fused passes,
// metrics, history, JSON, report, curves, matrix, heatmap, tooltip, captions, command line and tests follow. A number
// of its own that a spec sets: a field in LossSettings.
#pragma once
#include <stdbool.h>

#include "kernels/activation_functions.h"

// X(C, function, NAME, key, label, formula, what, look, unit, heat_scale, form, floor): as in Loss; C is handed
// through.
// form: PLAIN; LOGIT where it is made of ln p and ln(1 - p): then it has a stable form from the logit,
// `function_logit`, and `function_odds_terms` beside `function`; PRODUCT where from the logit, too, all that is left is
// one logarithm, whose sum is that of a product: then it also has `function_logit_terms` and `function_logit_factors`.
// floor: NO_FLOOR where it is 0 at p = t and nowhere less; FLOOR where a grey target costs something even where it is
// met; TILTED where it does so, too, but is least elsewhere than at p = t; SIGNED where it can be below 0.
#define LOSSES(X, C)                                                                                                   \
    X(C, bce, BCE, "bce", "BCE", "-(t ln p + (1 - t) ln(1 - p))",                                                      \
      "Binary cross-entropy: charges for each pixel, steeply when the output is sure and wrong. It counts in nats: "   \
      "0.69 is a coin toss.",                                                                                          \
      "Edges glow even in a good picture: a grey target costs something even when it is met.", "", 1.0f, PRODUCT,      \
      FLOOR)                                                                                                           \
    X(C, mse, MSE, "mse", "MSE", "(p - t)^2", "Mean squared error: the miss, times itself.",                           \
      "Small misses cost next to nothing, so only gross ones glow.", "", 0.25f, PLAIN, NO_FLOOR)                       \
    X(C, mae, MAE, "mae", "MAE", "|p - t|", "Mean absolute error: the miss itself.",                                   \
      "Trained with it, doubtful pixels go to black: the picture loses light.", "", 0.5f, PLAIN, NO_FLOOR)             \
    X(C, huber, HUBER, "huber", "Huber", "d^2 / 2 up to |d| = delta, else delta (|d| - delta / 2); d = p - t",         \
      "Half of MSE for misses up to delta, the miss itself beyond: a gross miss pulls no harder than one of delta.",   \
      "Gross misses glow less than with MSE. delta is 0.1: with 1, as libraries have it, no pixel would be beyond "    \
      "it.",                                                                                                           \
      "", 0.05f, PLAIN, NO_FLOOR)                                                                                      \
    X(C, wbce, WBCE, "wbce", "wBCE", "-(weight t ln p + (1 - t) ln(1 - p))",                                           \
      "Weighted BCE: missing ink costs weight times as much as ink too many.",                                         \
      "It brightens: its least is not at p = t but at weight t / (weight t + 1 - t), for a grey of 0.5 at 0.67.", "",  \
      2.0f, LOGIT, TILTED)                                                                                             \
    X(C, cb, CB, "cb", "CB", "BCE - ln C(p), C = 2 artanh(1 - 2p) / (1 - 2p)",                                         \
      "Continuous Bernoulli: BCE made a proper density of grey pixels; it can be below 0.",                            \
      "The output is a parameter, not the grey: it overshoots towards black and white.", "", 2.0f, PRODUCT, SIGNED)    \
    X(C, gauss, GAUSS, "gauss", "Gauss", "(p - t)^2 / (2 s^2) + ln s + ln(2 pi) / 2",                                  \
      "Gaussian: squared miss against a spread s that is learnt with the weights; it can be below 0.",                 \
      "At its best s^2 is the MSE, so it trains like MSE. Of a model trained otherwise s is taken so.", "", 4.0f,      \
      PLAIN, SIGNED)

// What a spec says of losses beside which one it is.
typedef struct LossSettings {
    float delta;                // of huber: where its square turns into a line, above 0
    float weight;               // of wbce: of the positive part, above 0
    float log_sigma, precision; // of gauss: ln s and 1 / s^2 (loss_set_sigma), s in the unit of p and t
} LossSettings;

// Of the list, the first so many are shown of every model, of the others a model's own; and the first so many are the
// columns of the matrix before anybody chooses others.
enum { LOSSES_SHOWN = 2, LOSSES_IN_MATRIX = 3 };

#define NAME_LOSS(C, function, NAME, key, label, formula, what, look, unit, heat_scale, form, floor) LOSS_##NAME,
enum { LOSSES(NAME_LOSS, _) LOSS_COUNT };
#undef NAME_LOSS

#ifdef ISA // compiled once for each instruction set
#include "kernels/odds_functions.h"
#include "kernels/vector.h"

INLINE ValueSlope bce(Vec p, Vec t, LossSettings settings)
{
    (void)settings;
    const Vec q = vec_at_most(vec_at_least(p, bce_low), bce_high);
    const Vec value = -(t * vec_log(q) + (1.0f - t) * vec_log(1.0f - q));
    const Vec slope = (q - t) * vec_reciprocal(q * (1.0f - q));
    const VecInt outside = (p < bce_low) | (p > bce_high);
    return (ValueSlope){value, vec_select(outside, vec_all(0.0f), slope)};
}

// On a sigmoid, from its logit: max(z,0) - z t + ln(1 + e^-|z|), slope p - t.
INLINE ValueSlope bce_logit(Vec z, Vec t, LossSettings settings)
{
    (void)settings;
    const Logistic s = logistic(z);
    return (ValueSlope){vec_at_least(z, 0.0f) - z * t + vec_log1p(s.e), s.p - t};
}

INLINE ValueSlope mse(Vec p, Vec t, LossSettings settings)
{
    (void)settings;
    const Vec d = p - t;
    return (ValueSlope){d * d, 2.0f * d};
}

INLINE ValueSlope mae(Vec p, Vec t, LossSettings settings)
{
    (void)settings;
    const Vec d = p - t;
    const Vec sign = vec_select(d > 0.0f, vec_all(1.0f), vec_select(d < 0.0f, vec_all(-1.0f), d)); // d keeps 0 and NaN
    return (ValueSlope){vec_abs(d), sign};
}

// Huber, 1964; as torch.nn.HuberLoss.
INLINE ValueSlope huber(Vec p, Vec t, LossSettings settings)
{
    const Vec d = p - t, near = vec_at_most(vec_at_least(d, -settings.delta), settings.delta);
    return (ValueSlope){near * (d - 0.5f * near), near};
}

INLINE ValueSlope wbce(Vec p, Vec t, LossSettings settings)
{
    const Vec q = vec_at_most(vec_at_least(p, bce_low), bce_high), weighted = settings.weight * t, rest = 1.0f - t;
    const Vec value = -(weighted * vec_log(q) + rest * vec_log(1.0f - q));
    const Vec slope = (rest * q - weighted * (1.0f - q)) * vec_reciprocal(q * (1.0f - q));
    const VecInt outside = (VecInt)q != (VecInt)p; // not for a NaN
    return (ValueSlope){value, vec_select(outside, vec_all(0.0f), slope)};
}

// As pos_weight of torch.nn.BCEWithLogitsLoss; its terms are not below 0, so that nothing cancels.
INLINE ValueSlope wbce_logit(Vec z, Vec t, LossSettings settings)
{
    const Logistic s = logistic(z);
    const Vec weighted = settings.weight * t, rest = 1.0f - t, above = vec_at_least(z, 0.0f);
    const Vec value = rest * above + weighted * (above - z) + (rest + weighted) * vec_log1p(s.e);
    return (ValueSlope){value, rest * s.p - weighted * (1.0f - s.p)};
}

// Gaussian with one spread for all pixels (sigma-VAE, arXiv 2006.13202).
INLINE ValueSlope gauss(Vec p, Vec t, LossSettings settings)
{
    const Vec d = p - t, slope = settings.precision * d;
    return (ValueSlope){0.5f * slope * d + (settings.log_sigma + 0.918938533f), slope};
}

// ---- sums ---------------------------------------------------------------------------------------------------------
// Where only the sum of a loss is wanted, a sum of logarithms is the logarithm of a product, and a logarithm that a
// target multiplies is none of a black pixel's: L = value + ln factor, and lose_lit where t is not 0.

typedef enum LitKind { LIT_ADD_NOTHING, LIT_ADD_ODDS, LIT_ADD_BOTH } LitKind;

typedef struct Terms {
    Vec value, factor, slope;
    LitKind lit;
    Vec odds;
} Terms;

typedef Terms FindTerms(Vec z, Vec t, LossSettings settings); // from the logit, with dL/dz as its slope

enum { bce_logit_factors = 120 }; // each is at most 2
enum { bce_exact_factors = 0, wbce_exact_factors = 0 };

INLINE Vec lose_lit(const Terms *terms, Vec t, LossSettings settings)
{
    if (terms->lit == LIT_ADD_ODDS)
        return -t * vec_log_rough(terms->odds);
    // (weight - 1) ln factor - weight ln odds, less what cancels where p is near 1
    const Vec share = terms->odds * vec_reciprocal(terms->factor);
    return -t * (vec_log_rough(terms->factor) + settings.weight * vec_log_rough(share));
}

INLINE Terms bce_odds_terms(Odds o, Vec t, LossSettings settings)
{
    (void)settings;
    const Vec shift = o.has_shift ? o.shift : vec_all(0.0f), value = o.has_slant ? shift - o.slant * t : shift;
    const Vec miss = o.adds_up ? o.over - t * o.whole : (1.0f - t) * o.over - t * o.rest; // no less exact than p is
    return (Terms){value, o.factor, miss * o.rate, o.is_exact ? LIT_ADD_NOTHING : LIT_ADD_ODDS, o.odds};
}

INLINE Terms wbce_odds_terms(Odds o, Vec t, LossSettings settings)
{
    const Vec weighted = settings.weight * t, rest = 1.0f - t, sum = rest + weighted;
    const Vec shift = o.has_shift ? sum * o.shift : vec_all(0.0f);
    const Vec value = o.has_slant ? shift - weighted * o.slant : shift;
    const Vec slope = (rest * o.over - weighted * o.rest) * o.rate;
    return (Terms){value, o.factor, slope, o.is_exact ? LIT_ADD_NOTHING : LIT_ADD_BOTH, o.odds};
}

INLINE Terms bce_logit_terms(Vec z, Vec t, LossSettings settings)
{
    (void)settings;
    const Logistic s = logistic(z);
    return (Terms){vec_at_least(z, 0.0f) - z * t, 1.0f + s.e, s.p - t, LIT_ADD_NOTHING, vec_all(1.0f)};
}

// ---- the continuous Bernoulli (Loaiza-Ganem and Cunningham, arXiv 1907.06845) ---------------------------------------
// C(p) = z / tanh(z / 2) and the distribution's mean is 1 / (1 - e^-z) - 1 / z, z the logit of p. Both are 0 / 0 at
// z = 0: for |z| < 1 they are polynomials in z^2, Chebyshev interpolants of tanh(z / 2) / z and of (mean - 1/2) / z,
// 3e-8 relative.

INLINE VecInt cb_is_near(Vec z) { return z * z < 1.0f; } // not for a NaN

INLINE Vec cb_near_inverse(Vec z) // 1 / C
{
    const Vec y = z * z, y2 = y * y;
    return 5.000000000e-1f - 4.166633636e-2f * y + (4.163984675e-3f - 4.139393568e-4f * y + 3.345965888e-5f * y2) * y2;
}

INLINE Vec cb_near_mean(Vec z)
{
    const Vec y = z * z;
    return 0.5f + z * (8.333333582e-2f - 1.388883917e-3f * y + (3.304383790e-5f - 7.863769156e-7f * y) * y * y);
}

enum { cb_logit_factors = 120, cb_exact_factors = 60 }; // each from 1 to 2; from 0.46 to 1/2

// Its factors are from 1 / 34 to below 2^22.
INLINE Terms cb_odds_terms(Odds o, Vec t, LossSettings settings)
{
    (void)settings;
    if (o.is_exact)
        return (Terms){o.shift - t * o.slant, cb_near_inverse(o.slant), (cb_near_mean(o.slant) - t) * o.rate,
                       LIT_ADD_NOTHING, o.odds};
    const Vec zero = {0}, z = (o.has_slant ? o.slant : zero) + vec_log_rough(o.odds), z_inverse = vec_reciprocal(z);
    const Vec twice = o.over - (o.whole - o.over);
    const VecInt is_near = cb_is_near(z);
    const Vec factor = vec_select(is_near, o.factor * cb_near_inverse(z), o.part * twice * z_inverse);
    const Vec mean = vec_select(is_near, cb_near_mean(z), o.over * vec_reciprocal(twice) - z_inverse);
    return (Terms){(o.has_shift ? o.shift : zero) - t * z, factor, (mean - t) * (o.rate * o.whole), LIT_ADD_NOTHING,
                   zero};
}

// |z| has no bound, and 1 / C falls with it: the factor's power of 2 goes into the value, so that the
// factor is from 1 to below 2.
INLINE Terms cb_logit_terms(Vec z, Vec t, LossSettings settings)
{
    (void)settings;
    const Logistic s = logistic(z);
    const Vec size_inverse = vec_reciprocal(vec_abs(z)), rest = 1.0f - s.e, rest_inverse = vec_reciprocal(rest);
    const Vec factor = vec_select(cb_is_near(z), cb_near_inverse(z) * (1.0f + s.e), rest * size_inverse);
    const Vec far_mean = vec_where_negative(z, size_inverse - s.e * rest_inverse, rest_inverse - size_inverse);
    const VecInt power = ((VecInt)factor >> 23) - 127;
    const Vec value = vec_at_least(z, 0.0f) - z * t + __builtin_convertvector(power, Vec) * 0.69314718f;
    const Vec slope = vec_select(cb_is_near(z), cb_near_mean(z), far_mean) - t;
    return (Terms){value, (Vec)((VecInt)factor - (power << 23)), slope, LIT_ADD_NOTHING, vec_all(1.0f)};
}

INLINE ValueSlope cb(Vec p, Vec t, LossSettings settings)
{
    const Terms terms = cb_odds_terms(odds_of_value((ValueSlope){p, vec_all(1.0f)}), t, settings);
    return (ValueSlope){terms.value + vec_log(terms.factor), terms.slope};
}

INLINE ValueSlope cb_logit(Vec z, Vec t, LossSettings settings)
{
    const Terms terms = cb_logit_terms(z, t, settings);
    return (ValueSlope){terms.value + vec_log(terms.factor), terms.slope};
}

// Without factors: terms from value and slope.
#define TERMS_OF(function)                                                                                             \
    enum { function##_factors = 0 };                                                                                   \
    INLINE Terms function##_terms(Vec x, Vec t, LossSettings settings)                                                 \
    {                                                                                                                  \
        const ValueSlope r = function(x, t, settings);                                                                 \
        return (Terms){r.value, vec_all(1.0f), r.slope, LIT_ADD_NOTHING, vec_all(1.0f)};                               \
    }
#define TERMS_OF_PLAIN(loss)   TERMS_OF(loss)
#define TERMS_OF_LOGIT(loss)   TERMS_OF(loss##_logit)
#define TERMS_OF_PRODUCT(loss) // it has its own
#define TERMS_OF_LOSS(C, loss, NAME, key, label, formula, what, look, unit, heat_scale, form, floor)                   \
    TERMS_OF_##form(loss)
LOSSES(TERMS_OF_LOSS, _)

// On an output that is the logistic function of `scale` times z, from the logit. 1: the logit itself, which never
// clips. Else as if p had been clipped: the bounds of p as bounds of the logit, and no gradient outside.
INLINE Terms find_from_logit(FindTerms *find, Vec z, Vec t, LossSettings settings, const int scale)
{
    if (scale == 1)
        return find(z, t, settings);
    const Vec logit = (float)scale * z, inner = vec_at_most(vec_at_least(logit, -16.1180956f), 15.9423851f);
    Terms terms = find(inner, t, settings);
    terms.slope = vec_select((VecInt)inner != (VecInt)logit, vec_all(0.0f), (float)scale * terms.slope);
    return terms;
}

// ---- fused with each output ---------------------------------------------------------------------------------------
// For each pair of an output activation and a loss: start_<output>_<loss>, what needs no target,
// finish_<output>_<loss>, and factors_<output>_<loss>, how many factors may be multiplied before the product leaves the
// range of a float; 0 where there are none. In two steps, so that a row's second can go beside the next row's first: in
// each, one instruction waits for the other.

typedef struct Started { // what the pair's second step asks for
    Vec z;
    ValueSlope output;
    Odds odds;
} Started;

typedef Started StartTerms(const Begun *begun);
typedef Terms FinishTerms(const Started *started, Vec t, LossSettings settings);

#define KEEP_LOGIT(C, activation, key, label, formula, what, look, logit, odds, scope)                                 \
    enum { logit_of_##activation = logit };
OUTPUT_ACTIVATIONS(KEEP_LOGIT, _)
#undef KEEP_LOGIT

#define FUSE_PLAIN(activation, loss)                                                                                   \
    enum { factors_##activation##_##loss = loss##_factors };                                                           \
    INLINE Started start_##activation##_##loss(const Begun *begun)                                                     \
    {                                                                                                                  \
        return (Started){.output = activation##_output(begun)};                                                        \
    }                                                                                                                  \
    INLINE Terms finish_##activation##_##loss(const Started *started, Vec t, LossSettings settings)                    \
    {                                                                                                                  \
        Terms terms = loss##_terms(started->output.value, t, settings);                                                \
        terms.slope *= started->output.slope;                                                                          \
        return terms;                                                                                                  \
    }
#define FUSE_LOGIT(activation, loss)                                                                                   \
    enum {                                                                                                             \
        factors_##activation##_##loss = logit_of_##activation > 0        ? (int)loss##_logit_factors                   \
                                        : odds_are_exact_of_##activation ? (int)loss##_exact_factors                   \
                                                                         : (int)ODDS_FACTORS                           \
    };                                                                                                                 \
    INLINE Started start_##activation##_##loss(const Begun *begun)                                                     \
    {                                                                                                                  \
        if (logit_of_##activation > 0)                                                                                 \
            return (Started){.z = begun->z};                                                                           \
        return (Started){.odds = activation##_odds(begun)};                                                            \
    }                                                                                                                  \
    INLINE Terms finish_##activation##_##loss(const Started *started, Vec t, LossSettings settings)                    \
    {                                                                                                                  \
        if (logit_of_##activation > 0)                                                                                 \
            return find_from_logit(loss##_logit_terms, started->z, t, settings, logit_of_##activation);                \
        return loss##_odds_terms(started->odds, t, settings);                                                          \
    }
#define FUSE_PRODUCT(activation, loss) FUSE_LOGIT(activation, loss)
#define FUSE_PAIR(activation, loss, NAME, key, label, formula, what, look, unit, heat_scale, form, floor)              \
    FUSE_##form(activation, loss)
#define FUSE_OUTPUT(C, activation, key, label, formula, what, look, logit, odds, scope) LOSSES(FUSE_PAIR, activation)
OUTPUT_ACTIVATIONS(FUSE_OUTPUT, _)

#endif
