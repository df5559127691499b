// Vector: the elementary functions, of each instruction set that this machine can run, against libm in double
// precision: every 97th float of their documented ranges and the places where such functions go wrong.
//
// An error is counted in ulp: the distance between two floats where the exact value lies.
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "isas.h"
#include "vector_functions.h"

enum { STEP = 97, BLOCK = 4096, ULP_MAX = 2 };

typedef struct Isa {
    const char *name;
    const VectorFunctions *functions;
} Isa;

static const Isa isas[] = {
    {"plain", &vector_functions_plain},
#ifdef LOSSLENS_HAS_AVX2
    {"avx2", &vector_functions_avx2},
#endif
#ifdef LOSSLENS_HAS_AVX512
    {"avx512", &vector_functions_avx512},
#endif
};
enum { ISAS = sizeof isas / sizeof *isas };

typedef struct Subject {
    const char *name;
    size_t member;           // of VectorFunctions
    double (*exact)(double); // libm's
    float first, last;       // of the documented range, in the order of their bits
    const float *specials;   // inside it
    int special_count;
} Subject;

static double invert(double x) { return 1.0 / x; }

static VectorFunction *find_function(const VectorFunctions *functions, size_t member)
{
    VectorFunction *function;
    memcpy(&function, (const char *)functions + member, sizeof(VectorFunction *));
    return function;
}

static double count_ulps(float found, double exact)
{
    if ((double)found == exact)
        return 0.0;
    const int exponent = exact == 0.0 ? -126 : ilogb(exact);
    return fabs((double)found - exact) / ldexp(1.0, (exponent < -126 ? -126 : exponent) - 23);
}

static float to_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint32_t to_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

typedef struct Worst {
    double ulps;
    float at;
} Worst;

// x: BLOCK values.
static void check_block(const Subject *subject, const float *x, const bool *can_run, Worst *worst)
{
    static double exact[BLOCK];
    static float found[BLOCK];
    for (int i = 0; i < BLOCK; i++)
        exact[i] = subject->exact((double)x[i]);
    for (int isa = 0; isa < ISAS; isa++) {
        if (!can_run[isa])
            continue;
        find_function(isas[isa].functions, subject->member)(x, found, BLOCK);
        for (int i = 0; i < BLOCK; i++) {
            const double ulps = count_ulps(found[i], exact[i]);
            if (!(ulps <= worst[isa].ulps))
                worst[isa] = (Worst){ulps, x[i]};
        }
    }
}

static void find_runnable(bool *can_run)
{
    for (int isa = 0; isa < ISAS; isa++)
        can_run[isa] = kernel_select(isas[isa].name, NULL);
    assert_true(kernel_select("auto", NULL));
}

static void check_subject(const Subject *subject)
{
    static float x[BLOCK];
    bool can_run[ISAS];
    Worst worst[ISAS] = {{0}};
    find_runnable(can_run);
    const uint32_t last = to_bits(subject->last);
    uint32_t bits = to_bits(subject->first);
    for (bool is_done = false; !is_done;) {
        for (int i = 0; i < BLOCK; i++) {
            x[i] = to_float(bits);
            is_done = bits >= last;
            bits = last - bits < STEP ? last : bits + STEP;
        }
        check_block(subject, x, can_run, worst);
    }
    for (int i = 0; i < BLOCK; i++)
        x[i] = subject->specials[i % subject->special_count];
    check_block(subject, x, can_run, worst);
    bool is_good = true;
    for (int isa = 0; isa < ISAS; isa++)
        if (can_run[isa]) {
            printf("%-7s %-10s %.3f ulp at %.9g\n", isas[isa].name, subject->name, worst[isa].ulps,
                   (double)worst[isa].at);
            is_good = is_good && worst[isa].ulps <= ULP_MAX;
        }
    assert_true(is_good);
}

#define SPECIALS(array) array, sizeof(array) / sizeof *(array)

// e^x comes from 2^n and a rest of at most ln 2 / 2: n changes at odd multiples of that.
static void exponentials_are_near(void **state)
{
    (void)state;
    static const float specials[] = {-0.0f,       0.0f,         -1e-45f,      -1e-40f,      -FLT_MIN,     -1e-30f,
                                     -0x1p-24f,   -0x1p-25f,    -1e-3f,       -0.34657359f, -0.34657362f, -0.69314718f,
                                     -0.6931472f, -1.03972077f, -1.0397208f,  -1.0f,        -2.0f,        -17.3286795f,
                                     -86.643394f, -86.99999f,   -86.9901733f, -87.0f};
    static const float small[] = {-0.34657359f, -0.34657362f, -1.03972077f, -1.0397208f,
                                  -16.118095f,  -16.98193f,   -17.0f};
    static const float above[] = {0.0f, FLT_MIN, 0x1p-24f, 0.34657359f, 0.34657362f, 0.54132468f, 0.541326f, 1.0f};
    check_subject(&(Subject){"exp", offsetof(VectorFunctions, exp), exp, -0.0f, -87.0f, SPECIALS(specials)});
    check_subject(&(Subject){"exp", offsetof(VectorFunctions, exp), exp, 0.0f, 1.0f, SPECIALS(above)});
    check_subject(&(Subject){"exp_small", offsetof(VectorFunctions, exp_small), exp, -0.0f, -17.0f, SPECIALS(small)});
    check_subject(&(Subject){"exp_small", offsetof(VectorFunctions, exp_small), exp, 0.0f, 1.0f, SPECIALS(above)});
    check_subject(&(Subject){"expm1", offsetof(VectorFunctions, expm1), expm1, -0.0f, -87.0f, SPECIALS(specials)});
}

static void logarithms_are_near(void **state)
{
    (void)state;
    static const float log_specials[] = {FLT_MIN,     1e-37f,          0.5f,
                                         0.6666666f,  0.66666663f,     0.66666669f,
                                         0.6666667f,  0.70710678f,     1.0f - 0x1p-24f,
                                         1.0f,        1.0f + 0x1p-23f, 1.3333333f,
                                         1.33333325f, 1.33333337f,     1.41421356f,
                                         2.0f,        2.71828183f,     1e10f,
                                         FLT_MAX};
    static const float log1p_specials[] = {0.0f,     1e-45f,   1e-40f, FLT_MIN, 1e-30f,          0x1p-25f,
                                           0x1p-24f, 0x1p-23f, 1e-3f,  0.5f,    1.0f - 0x1p-24f, 1.0f};
    check_subject(&(Subject){"log", offsetof(VectorFunctions, log), log, FLT_MIN, FLT_MAX, SPECIALS(log_specials)});
    check_subject(&(Subject){"log1p", offsetof(VectorFunctions, log1p), log1p, 0.0f, 1.0f, SPECIALS(log1p_specials)});
}

// Absolute, beside what rounding the logarithm itself takes.
static void rough_logarithms_are_near_enough_for_sums(void **state)
{
    (void)state;
    bool can_run[ISAS];
    find_runnable(can_run);
    for (int isa = 0; isa < ISAS; isa++) {
        float x[16], found[16];
        double worst = 0.0;
        for (uint32_t bits = to_bits(FLT_MIN); can_run[isa] && bits < to_bits(FLT_MAX) - 16 * STEP;
             bits += 160 * STEP) {
            for (uint32_t i = 0; i < 16; i++)
                x[i] = to_float(bits + i * STEP);
            isas[isa].functions->log_rough(x, found, 16);
            for (int i = 0; i < 16; i++) {
                const double exact = log((double)x[i]);
                worst = fmax(worst, fabs((double)found[i] - exact) - 0x1p-23 * fabs(exact));
            }
        }
        printf("%-7s log_rough  %.2g beside the rounding\n", isas[isa].name, worst);
        assert_true(worst < 2e-7);
    }
}

static void reciprocals_are_near(void **state)
{
    (void)state;
    static const float specials[] = {FLT_MIN, 0x1p-125f, 1e-30f, 1.0f - 0x1p-24f, 1.0f,    1.0f + 0x1p-23f, 1.5f,
                                     3.0f,    10.0f,     1e30f,  0x1.fffffep125f, 0x1p126f};
    static const float below[] = {-FLT_MIN, -1.0f, -3.0f, -0x1p126f};
    check_subject(
        &(Subject){"reciprocal", offsetof(VectorFunctions, reciprocal), invert, FLT_MIN, 0x1p126f, SPECIALS(specials)});
    check_subject(
        &(Subject){"reciprocal", offsetof(VectorFunctions, reciprocal), invert, -FLT_MIN, -0x1p126f, SPECIALS(below)});
}

// What is promised outside of the ranges: a NaN stays one, and e^x stops falling at -87.
static void ends_are_as_documented(void **state)
{
    (void)state;
    static const float below[] = {-87.000008f, -88.0f, -104.0f, -1e4f, -FLT_MAX, -INFINITY};
    bool can_run[ISAS];
    find_runnable(can_run);
    for (int isa = 0; isa < ISAS; isa++) {
        if (!can_run[isa])
            continue;
        const VectorFunctions *f = isas[isa].functions;
        VectorFunction *const all[] = {f->exp, f->exp_small, f->expm1, f->log, f->log1p, f->reciprocal, f->log_rough};
        float x[16], found[16];
        for (size_t lane = 0; lane < 16; lane++) {
            for (size_t i = 0; i < 16; i++)
                x[i] = 1.0f;
            x[lane] = lane % 2 ? NAN : -NAN;
            for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
                all[i](x, found, 16);
                assert_true(isnan(found[lane]));
            }
        }
        for (size_t i = 0; i < 16; i++)
            x[i] = below[i % (sizeof below / sizeof *below)];
        f->exp(x, found, 16);
        for (size_t i = 0; i < 16; i++)
            assert_true(count_ulps(found[i], exp(-87.0)) <= ULP_MAX);
        f->expm1(x, found, 16);
        for (size_t i = 0; i < 16; i++)
            assert_true(found[i] == -1.0f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponentials_are_near),
        cmocka_unit_test(logarithms_are_near),
        cmocka_unit_test(rough_logarithms_are_near_enough_for_sums),
        cmocka_unit_test(reciprocals_are_near),
        cmocka_unit_test(ends_are_as_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
