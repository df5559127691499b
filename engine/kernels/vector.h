// Vector: a handful of floats side by side, as wide as the instruction set for which the file is compiled.
//
// What ends in _isa.c is compiled once for each instruction set, with ISA as the name's suffix; kernel_select.c chooses
// one at run time. Internal to the engine: everything in here is static. Thread: pure.
#pragma once
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__wasm_simd128__)
#include <wasm_simd128.h>
#endif

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

// Small functions must become part of the loops that use them: a call would send every register through memory.
#define INLINE static inline __attribute__((always_inline))

// A loop of a number of turns that is known where it becomes part of another function, and small, written out turn by
// turn: else what it counts through would not stay in registers.
#if defined(__clang__)
#define UNROLLED(...) _Pragma("clang loop unroll(full)") for (__VA_ARGS__)
#else
#define UNROLLED(...) _Pragma("GCC unroll 16") for (__VA_ARGS__)
#endif

typedef float Vec __attribute__((vector_size(LANES * 4)));
typedef int32_t VecInt __attribute__((vector_size(LANES * 4)));
typedef uint32_t VecBits __attribute__((vector_size(LANES * 4))); // sums of its lanes wrap around

INLINE Vec vec_load(const float *p)
{
    Vec v;
    memcpy(&v, p, sizeof v);
    return v;
}

INLINE void vec_store(float *p, Vec v) { memcpy(p, &v, sizeof v); }

// The first n values, zeros behind them; n < LANES.
INLINE Vec vec_load_part(const float *p, size_t n)
{
    Vec v = {0};
    memcpy(&v, p, n * sizeof *p);
    return v;
}

INLINE void vec_store_part(float *p, Vec v, size_t n) { memcpy(p, &v, n * sizeof *p); }

INLINE Vec vec_all(float x) { return x - (Vec){0}; }

// mask: all ones or all zeros in each lane, as comparisons give it.
INLINE Vec vec_select(VecInt mask, Vec yes, Vec no) { return (Vec)((mask & (VecInt)yes) | (~mask & (VecInt)no)); }

// yes where z's sign is set, -0 included.
INLINE Vec vec_where_negative(Vec z, Vec yes, Vec no)
{
#if LANES == 16
    return (Vec)_mm512_mask_blend_ps(_mm512_movepi32_mask((__m512i)z), (__m512)no, (__m512)yes);
#elif LANES == 8
    return (Vec)_mm256_blendv_ps((__m256)no, (__m256)yes, (__m256)z);
#else
    return vec_select((VecInt)z < 0, yes, no);
#endif
}

// yes where a and b are the same bit for bit, a NaN and itself too, else 0.
INLINE Vec vec_where_same(Vec a, Vec b, Vec yes)
{
#if LANES == 16
    return (Vec)_mm512_maskz_mov_ps(_mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b), (__m512)yes);
#else
    return (Vec)(((VecInt)a == (VecInt)b) & (VecInt)yes);
#endif
}

// yes where a and b, c and d are the same bit for bit, else 0.
INLINE Vec vec_where_both_same(Vec a, Vec b, Vec c, Vec d, Vec yes)
{
#if LANES == 16
    const __mmask16 first = _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b);
    return (Vec)_mm512_maskz_mov_ps(_mm512_mask_cmpeq_epi32_mask(first, (__m512i)c, (__m512i)d), (__m512)yes);
#else
    return (Vec)(((VecInt)a == (VecInt)b) & ((VecInt)c == (VecInt)d) & (VecInt)yes);
#endif
}

// Both keep a NaN that comes as x: the instructions return their second operand then, WebAssembly's their first.
INLINE Vec vec_at_least(Vec x, float bound)
{
#if LANES == 16
    return (Vec)_mm512_max_ps((__m512)vec_all(bound), (__m512)x);
#elif LANES == 8
    return (Vec)_mm256_max_ps((__m256)vec_all(bound), (__m256)x);
#elif defined(__wasm_simd128__)
    return (Vec)wasm_f32x4_pmax((v128_t)x, (v128_t)vec_all(bound));
#else
    return vec_select(x < vec_all(bound), vec_all(bound), x);
#endif
}

INLINE Vec vec_at_most(Vec x, float bound)
{
#if LANES == 16
    return (Vec)_mm512_min_ps((__m512)vec_all(bound), (__m512)x);
#elif LANES == 8
    return (Vec)_mm256_min_ps((__m256)vec_all(bound), (__m256)x);
#elif defined(__wasm_simd128__)
    return (Vec)wasm_f32x4_pmin((v128_t)x, (v128_t)vec_all(bound));
#else
    return vec_select(x > vec_all(bound), vec_all(bound), x);
#endif
}

// a b + c, rounded once where the processor can. The compiler makes the same of a * b + c when it optimises; here for
// what must not depend on that.
INLINE Vec vec_fma(Vec a, Vec b, Vec c)
{
#if LANES == 16
    return (Vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif LANES == 8
    return (Vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return a * b + c;
#endif
}

// 1 / x for normal x whose reciprocal is normal; a NaN stays one. A step of Newton's on the processor's 14 bits where
// that is faster than its division: at most 1 ulp off.
INLINE Vec vec_reciprocal(Vec x)
{
#if LANES == 16
    const Vec guess = (Vec)_mm512_rcp14_ps((__m512)x);
    return vec_fma(vec_fma(-x, guess, vec_all(1.0f)), guess, guess);
#else
    return 1.0f / x;
#endif
}

// Bytes / 255, correctly rounded without a division.
INLINE Vec vec_unit_bytes(VecInt wide)
{
    const float reciprocal = 1.0f / 255.0f;
    const Vec x = __builtin_convertvector(wide, Vec);
#if defined(__FMA__)
    return vec_fma(x, vec_all(reciprocal), x * (float)(1.0 / 255.0 - (double)reciprocal)); // what rounding took off
#else
    const Vec q = x * reciprocal;
    return (x - q * 255.0f) * reciprocal + q;
#endif
}

INLINE Vec vec_load_bytes(const uint8_t *bytes)
{
#if defined(__wasm_simd128__)
    VecInt wide = (VecInt)wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(bytes)));
    __asm__("" : "+r"(wide)); // else clang converts lane by lane, knowing that they were bytes
    return vec_unit_bytes(wide);
#else
    VecInt wide;
    for (int lane = 0; lane < LANES; lane++) // becomes one widening load
        wide[lane] = bytes[lane];
    return vec_unit_bytes(wide);
#endif
}

typedef Vec LookUp(const float table[32], VecInt index);

// table[index % 32] in each lane.
INLINE Vec vec_look_up(const float table[32], VecInt index)
{
#if LANES == 16
    return (Vec)_mm512_permutex2var_ps(_mm512_loadu_ps(table), (__m512i)index, _mm512_loadu_ps(table + LANES));
#elif LANES == 8
    return (Vec)_mm256_i32gather_ps(table, (__m256i)(index & 31), sizeof *table);
#else
    Vec found;
    for (int lane = 0; lane < LANES; lane++)
        found[lane] = table[index[lane] & 31];
    return found;
#endif
}

// The same where each index is one of the last eight. One instruction with AVX2, whose gather takes some 8 cycles.
INLINE Vec vec_look_up_last(const float table[32], VecInt index)
{
#if LANES == 8
    return (Vec)_mm256_permutevar8x32_ps(_mm256_loadu_ps(table + 24), (__m256i)index);
#else
    return vec_look_up(table, index);
#endif
}

// Whether each index is one of the last eight (none is above 31) and it pays to know.
INLINE bool vec_are_last(VecInt index)
{
#if LANES == 8
    return _mm256_movemask_ps((__m256)(index > 23)) == 255;
#else
    (void)index;
    return false;
#endif
}

INLINE Vec vec_negative_abs(Vec x) { return (Vec)((VecInt)x | INT32_MIN); }

INLINE Vec vec_abs(Vec x) { return (Vec)((VecInt)x & 0x7fffffff); }

// Polynomials below are grouped so that their terms do not wait for each other (Estrin's scheme).

// e^x for x <= 1 (a NaN stays one) as power * (1 + q): power = 2^n with x = n ln 2 + r, q = e^r - 1, |r| <= ln 2 / 2.
// q = r + r^2 P(r), P the minimax polynomial of degree 4: 3e-9 relative in e^r. Below -87 the result is that of -87:
// e^x would no longer be a normal number.
typedef struct ExpParts {
    Vec power, q;
} ExpParts;

#define EXP_MAGIC 12582912.0f // 1.5 * 2^23: adding it rounds to an integer

// shifted: n and EXP_MAGIC.
INLINE ExpParts vec_join_exp(Vec shifted, Vec r)
{
    const Vec r2 = r * r;
    const Vec high = 4.166838899e-2f + 8.368716575e-3f * r + 1.381459878e-3f * r2;
    const Vec q = (4.999999404e-1f + 1.666652113e-1f * r + high * r2) * r2 + r;
    return (ExpParts){(Vec)(((VecInt)shifted << 23) + (127 << 23)), q}; // magic's own bits are shifted out
}

INLINE ExpParts vec_split_exp(Vec x)
{
    x = vec_at_least(x, -87.0f);
    const Vec magic = vec_all(EXP_MAGIC), shifted = x * 1.44269504f + magic, n = shifted - magic;
    return vec_join_exp(shifted, (x - n * 0.693359375f) + n * 2.12194440e-4f);
}

// Each keeps its relative precision: e^-30 is not 0, e^-1e-9 - 1 is not 0 either. x <= 1.
INLINE Vec vec_exp(Vec x)
{
    const ExpParts e = vec_split_exp(x);
    return e.power * e.q + e.power;
}

// For -87 <= x <= 1. Where a processor looks up eight numbers at once, or sixteen: x = n ln 2 / LANES + r, whose power
// of two has the whole of n / LANES as its exponent and the rest looked up; e^r - 1 = r + r^2 (a + b r) by the minimax
// polynomial, 3e-8. n times a rounded ln 2 / LANES is 5e-8 off at -17 and 2e-7 at -87.
INLINE Vec vec_exp_small(Vec x)
{
#if LANES == 4
    return vec_exp(x);
#else
    const Vec magic = vec_all(EXP_MAGIC), shifted = x * (1.44269504f * LANES) + magic, n = shifted - magic;
    const Vec r = vec_fma(n, vec_all(-0.69314718f / LANES), x), r2 = r * r;
    // roots: the bits of 2^(k / LANES), less k where the shift leaves it
#if LANES == 16
    static const uint32_t roots[LANES] = {0x3f800000, 0x3f7daac3, 0x3f7b95c2, 0x3f79c3d3, 0x3f7837f0, 0x3f76f532,
                                          0x3f75fed7, 0x3f75583f, 0x3f7504f3, 0x3f7508a4, 0x3f75672a, 0x3f76248c,
                                          0x3f7744fd, 0x3f78ccdf, 0x3f7ac0c7, 0x3f7d257d};
    const VecInt root = (VecInt)_mm512_permutexvar_epi32((__m512i)shifted, _mm512_loadu_si512(roots));
    const Vec power = (Vec)(((VecInt)shifted << 19) + root), q = (0.50001619f + 0.16667051f * r) * r2 + r;
#else
    static const uint32_t roots[LANES] = {0x3f800000, 0x3f7b95c2, 0x3f7837f0, 0x3f75fed7,
                                          0x3f7504f3, 0x3f75672a, 0x3f7744fd, 0x3f7ac0c7};
    const VecInt root =
        (VecInt)_mm256_permutevar8x32_epi32(_mm256_loadu_si256((const __m256i_u *)roots), (__m256i)shifted);
    const Vec power = (Vec)(((VecInt)shifted << 20) + root), q = (0.50006471f + 0.1666823f * r) * r2 + r;
#endif
    return power * q + power;
#endif
}

INLINE Vec vec_expm1(Vec x)
{
    const ExpParts e = vec_split_exp(x);
    return e.power * e.q + (e.power - 1.0f);
}

// ln(1 + y) for 0 <= y <= 1 as y + y^2 times a polynomial, from the Chebyshev interpolant of ln(1 + y) / y of degree 9
// on [0, 1]: 6e-9 relative. No division, which would cost more than all of it.
INLINE Vec vec_log1p(Vec y)
{
    const Vec y2 = y * y, y4 = y2 * y2;
    const Vec a = -4.99998926e-1f + 3.33297105e-1f * y + (-2.49516163e-1f + 1.96632742e-1f * y) * y2;
    const Vec b = -1.52696671e-1f + 1.05436238e-1f * y + (-5.63736126e-2f + 1.95425272e-2f * y) * y2;
    return y + (a + (b - 3.17605701e-3f * y4) * y4) * y2;
}

// ln x for normal x > 0 (a NaN stays one): x = 2^n m with m in [2/3, 4/3], f = m - 1, ln m = f - f^2 / 2 + f^3 P(f), P
// the minimax polynomial of degree 7: 5e-9 relative in ln m. No division.
INLINE Vec vec_log(Vec x)
{
    const VecInt bits = (VecInt)x - 0x3f2aaaab; // the bits of 2/3
    const VecInt n = bits >> 23;
    const Vec f = (Vec)((bits & 0x007fffff) + 0x3f2aaaab) - 1.0f, f2 = f * f;
    const Vec f4 = f2 * f2;
    const Vec a = -0.5f + 3.333321512e-1f * f + (-2.499979734e-1f + 2.001040578e-1f * f) * f2;
    const Vec b = -1.668048799e-1f + 1.400586963e-1f * f + (-1.218426079e-1f + 1.398443729e-1f * f) * f2;
    const Vec q = a + (b - 1.289168596e-1f * f4) * f4;
    const Vec exponent = __builtin_convertvector(n, Vec);
    return exponent * 0.693359375f + (q * f2 + (f - exponent * 2.12194440e-4f)) + (x - x);
}

// The same to 2e-7 absolute, for sums of many. Where a processor looks up sixteen numbers at once, or eight: x = 2^n m,
// m in [1, 2), c the middle of the sixteenth or eighth of [1, 2) that m lies in, ln x = n ln 2 + ln c + ln(1 + r), r =
// m / c - 1.
INLINE Vec vec_log_rough(Vec x)
{
#if LANES == 16
    static const float inverse[LANES] = {
        0.969696999f, 0.914285719f, 0.864864886f, 0.820512831f, 0.780487776f, 0.744186044f, 0.711111128f, 0.680851042f,
        0.653061211f, 0.627451003f, 0.603773594f, 0.581818163f, 0.561403513f, 0.542372882f, 0.524590135f, 0.507936537f};
    static const float logarithm[LANES] = {0.0307716289f, 0.0896121531f, 0.145181986f, 0.19782573f,
                                           0.247836201f,  0.295464217f,  0.340926563f, 0.384411731f,
                                           0.426084416f,  0.466089695f,  0.504555996f, 0.541597314f,
                                           0.577315358f,  0.611801539f,  0.645138017f, 0.677398766f};
    const Vec n = (Vec)_mm512_getexp_ps((__m512)x);
    const Vec m = (Vec)_mm512_getmant_ps((__m512)x, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_src);
    const __m512i sixteenth = _mm512_srli_epi32((__m512i)x, 19); // its low four bits count
    const Vec c_inverse = (Vec)_mm512_permutexvar_ps(sixteenth, _mm512_loadu_ps(inverse));
    const Vec c_logarithm = (Vec)_mm512_permutexvar_ps(sixteenth, _mm512_loadu_ps(logarithm));
    const Vec r = m * c_inverse - 1.0f;
    return n * 0.69314718f + (c_logarithm + (r + r * r * (3.3377536e-1f * r - 5.0018266e-1f)));
#elif LANES == 8
    static const float inverse[LANES] = {0.941176474f, 0.842105269f, 0.761904776f, 0.695652187f,
                                         0.639999986f, 0.592592597f, 0.551724136f, 0.516129017f};
    static const float logarithm[LANES] = {0.0606246181f, 0.171850249f, 0.271933705f, 0.362905473f,
                                           0.446287125f,  0.523248136f, 0.594707131f, 0.66139853f};
    const VecInt n = ((VecInt)x >> 23) - 127;
    const __m256i eighth = (__m256i)((VecInt)x >> 20); // its low three bits count
    const Vec c_inverse = (Vec)_mm256_permutevar8x32_ps(_mm256_loadu_ps(inverse), eighth);
    const Vec c_logarithm = (Vec)_mm256_permutevar8x32_ps(_mm256_loadu_ps(logarithm), eighth);
    const Vec exponent = __builtin_convertvector(n, Vec);
    const Vec r = (Vec)((VecInt)x - (n << 23)) * c_inverse - 1.0f, r2 = r * r;
    const Vec bend = 3.33936138e-1f * r - 2.50880239e-1f * r2 - 4.99998955e-1f;
    return exponent * 0.69314718f + (c_logarithm + (r + r2 * bend) + (x - x));
#else
    return vec_log(x);
#endif
}

INLINE Vec vec_sqrt(Vec x)
{
#if LANES == 16
    return (Vec)_mm512_sqrt_ps((__m512)x);
#elif LANES == 8
    return (Vec)_mm256_sqrt_ps((__m256)x);
#else
    Vec root;
    UNROLLED (int lane = 0; lane < LANES; lane++)
        root[lane] = sqrtf(x[lane]);
    return root;
#endif
}

INLINE bool vec_has_any(VecInt mask)
{
#if LANES == 8
    return !_mm256_testz_si256((__m256i)mask, (__m256i)mask);
#else
    uint64_t any = 0, halves[LANES / 2];
    memcpy(halves, &mask, sizeof halves);
    for (int i = 0; i < LANES / 2; i++)
        any |= halves[i];
    return any != 0;
#endif
}

INLINE float vec_sum(Vec v)
{
    float sum = 0;
    for (int lane = 0; lane < LANES; lane++)
        sum += v[lane];
    return sum;
}
