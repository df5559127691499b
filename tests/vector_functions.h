// Vector functions: vector.h's approximations as loops that a test can call, one table for each instruction set.
//
// Thread: constant tables; any thread.
#pragma once
#include <stddef.h>

typedef void VectorFunction(const float *x, float *value, size_t n); // n a multiple of 16

typedef struct VectorFunctions {
    VectorFunction *exp, *exp_small, *expm1, *log, *log1p, *reciprocal, *log_rough;
} VectorFunctions;

extern const VectorFunctions vector_functions_plain, vector_functions_avx2, vector_functions_avx512; // of those built
