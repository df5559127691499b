// The losses, each with its slope beside it. Compiled once per instruction set (vector.h).
// To add one: a function here, a row in the table at the end, a name in loss.h.
#include "loss.h"

#include "kernel.h"
#include "vector.h"

typedef struct ValueSlope {
    Vec value, slope;
} ValueSlope;

// Keras' backend convention: the output is clipped to [epsilon, 1 - epsilon], epsilon 1e-7, and the gradient of the
// clip is 0 outside. An output at exactly 0 therefore learns nothing from BCE.
static inline ValueSlope bce(Vec p, Vec t)
{
    const float low = 1e-7f, high = 1.0f - 1e-7f; // 1 - 2^-23 in float32
    const Vec q = vec_at_most(vec_at_least(p, low), high);
    const Vec value = -(t * vec_log(q) + (1.0f - t) * vec_log(1.0f - q));
    const Vec slope = (q - t) / (q * (1.0f - q));
    const VecInt outside = (p < low) | (p > high);
    const VecInt broken = p != p;
    return (ValueSlope){vec_select(broken, p, value), vec_select(outside, vec_all(0.0f), slope)};
}

// On a sigmoid, from its logit: max(z,0) - z t + ln(1 + e^-|z|), slope p - t.
static inline ValueSlope bce_logit(Vec z, Vec t)
{
    const Vec e = vec_exp(-vec_abs(z));
    const Vec r = 1.0f / (1.0f + e);
    const Vec p = vec_select(z < 0.0f, e * r, r);
    return (ValueSlope){vec_at_least(z, 0.0f) - z * t + vec_log1p(e), p - t};
}

static inline ValueSlope mse(Vec p, Vec t)
{
    const Vec d = p - t;
    return (ValueSlope){d * d, 2.0f * d};
}

static inline ValueSlope mae(Vec p, Vec t)
{
    const Vec d = p - t;
    const Vec sign = vec_select(d > 0.0f, vec_all(1.0f), vec_select(d < 0.0f, vec_all(-1.0f), d)); // d keeps 0 and NaN
    return (ValueSlope){vec_abs(d), sign};
}

#define APPLY(function)                                                                                                \
    static void apply_##function(const float *x, const float *t, float *value, float *slope, size_t n)                 \
    {                                                                                                                  \
        size_t i = 0;                                                                                                  \
        for (; i + LANES <= n; i += LANES) {                                                                           \
            const ValueSlope r = function(vec_load(x + i), vec_load(t + i));                                           \
            vec_store(value + i, r.value);                                                                             \
            vec_store(slope + i, r.slope);                                                                             \
        }                                                                                                              \
        if (i < n) {                                                                                                   \
            const ValueSlope r = function(vec_load_part(x + i, n - i), vec_load_part(t + i, n - i));                   \
            vec_store_part(value + i, r.value, n - i);                                                                 \
            vec_store_part(slope + i, r.slope, n - i);                                                                 \
        }                                                                                                              \
    }

APPLY(bce)
APPLY(bce_logit)
APPLY(mse)
APPLY(mae)

const Loss PER_ISA(losses)[LOSS_COUNT] = {
    [LOSS_BCE] = {"bce", "BCE", "-(t ln p + (1 - t) ln(1 - p))", apply_bce, apply_bce_logit},
    [LOSS_MSE] = {"mse", "MSE", "(p - t)^2", apply_mse, NULL},
    [LOSS_MAE] = {"mae", "MAE", "|p - t|", apply_mae, NULL},
};
