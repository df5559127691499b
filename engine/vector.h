// Vector: a handful of floats side by side, as wide as the instruction set for which the file is compiled.
//
// activation.c, loss.c, optimizer.c and kernel.c are compiled once for each instruction set, with ISA as the name's
// suffix; kernel.h chooses one at run time. Everything in here is static.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif

#define JOIN_(a, b)   a##_##b
#define JOIN(a, b)    JOIN_(a, b)
#define PER_ISA(name) JOIN(name, ISA)

typedef float Vec __attribute__((vector_size(LANES * 4)));
typedef int32_t VecInt __attribute__((vector_size(LANES * 4)));

static inline Vec vec_load(const float *p)
{
    Vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline void vec_store(float *p, Vec v) { memcpy(p, &v, sizeof v); }

// The first n values, zeros behind them; n < LANES.
static inline Vec vec_load_part(const float *p, size_t n)
{
    Vec v = {0};
    memcpy(&v, p, n * sizeof *p);
    return v;
}

static inline void vec_store_part(float *p, Vec v, size_t n) { memcpy(p, &v, n * sizeof *p); }

static inline Vec vec_all(float x) { return x - (Vec){0}; }

// mask: all ones or all zeros in each lane, as comparisons give it.
static inline Vec vec_select(VecInt mask, Vec yes, Vec no)
{
    return (Vec)((mask & (VecInt)yes) | (~mask & (VecInt)no));
}

// Both keep a NaN that comes as x.
static inline Vec vec_at_least(Vec x, float bound) { return vec_select(x < vec_all(bound), vec_all(bound), x); }

static inline Vec vec_at_most(Vec x, float bound) { return vec_select(x > vec_all(bound), vec_all(bound), x); }

static inline Vec vec_abs(Vec x) { return (Vec)((VecInt)x & 0x7fffffff); }

// e^x for x <= 0 (a NaN stays one) as power * (1 + q): power = 2^n with x = n ln 2 + r, q = e^r - 1, |r| <= ln 2 / 2.
// Taylor's polynomial to r^7 leaves less than 6e-9 relative. Below -87 the result is that of -87: e^x would no longer
// be a normal number.
typedef struct ExpParts {
    Vec power, q;
} ExpParts;

static inline ExpParts vec_split_exp(Vec x)
{
    x = vec_at_least(x, -87.0f);
    const Vec magic = vec_all(12582912.0f); // 1.5 * 2^23: adding it rounds to an integer
    const Vec shifted = x * 1.44269504f + magic;
    const Vec n = shifted - magic;
    const Vec r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    Vec q = vec_all(1.0f / 5040.0f);
    q = q * r + 1.0f / 720.0f;
    q = q * r + 1.0f / 120.0f;
    q = q * r + 1.0f / 24.0f;
    q = q * r + 1.0f / 6.0f;
    q = q * r + 0.5f;
    q = q * r * r + r;
    return (ExpParts){(Vec)(((VecInt)shifted - (VecInt)magic + 127) << 23), q};
}

// Each keeps its relative precision: e^-30 is not 0, e^-1e-9 - 1 is not 0 either. x <= 0.
static inline Vec vec_exp(Vec x)
{
    const ExpParts e = vec_split_exp(x);
    return e.power * e.q + e.power;
}

static inline Vec vec_expm1(Vec x)
{
    const ExpParts e = vec_split_exp(x);
    return e.power * e.q + (e.power - 1.0f);
}

// ln(1 + y) for 0 <= y <= 1 as y times a polynomial, the Chebyshev interpolant of ln(1 + y) / y of degree 9 on [0, 1]:
// 6e-9 relative, with rounding 1.6e-7. No division, which would cost more than all of it.
static inline Vec vec_log1p(Vec y)
{
    Vec q = vec_all(-3.17605701e-3f);
    q = q * y + 1.95425272e-2f;
    q = q * y - 5.63736126e-2f;
    q = q * y + 1.05436238e-1f;
    q = q * y - 1.52696671e-1f;
    q = q * y + 1.96632742e-1f;
    q = q * y - 2.49516163e-1f;
    q = q * y + 3.33297105e-1f;
    q = q * y - 4.99998926e-1f;
    q = q * y + 1.0f;
    return q * y;
}

// ln x for normal x > 0: x = 2^n m with m in [2/3, 4/3], ln m = 2 artanh((m - 1) / (m + 1)).
static inline Vec vec_log(Vec x)
{
    const VecInt bits = (VecInt)x - 0x3f2aaaab; // the bits of 2/3
    const VecInt n = bits >> 23;
    const Vec m = (Vec)((bits & 0x007fffff) + 0x3f2aaaab);
    const Vec s = (m - 1.0f) / (m + 1.0f), s2 = s * s;
    Vec q = vec_all(2.0f / 11.0f);
    q = q * s2 + 2.0f / 9.0f;
    q = q * s2 + 2.0f / 7.0f;
    q = q * s2 + 2.0f / 5.0f;
    q = q * s2 + 2.0f / 3.0f;
    const Vec log_m = (q * s2 + 2.0f) * s;
    const Vec exponent = __builtin_convertvector(n, Vec);
    return exponent * 0.693359375f + (log_m - exponent * 2.12194440e-4f);
}

static inline Vec vec_sqrt(Vec x)
{
    Vec root;
    for (int lane = 0; lane < LANES; lane++)
        root[lane] = sqrtf(x[lane]);
    return root;
}

static inline float vec_sum(Vec v)
{
    float sum = 0;
    for (int lane = 0; lane < LANES; lane++)
        sum += v[lane];
    return sum;
}
