// The loops. Compiled once per instruction set, as the kernels are.
#include "vector_functions.h"

#include "kernels/vector.h"

#define LOOP(name)                                                                                                     \
    static void loop_##name(const float *x, float *value, size_t n)                                                    \
    {                                                                                                                  \
        for (size_t i = 0; i < n; i += LANES)                                                                          \
            vec_store(value + i, vec_##name(vec_load(x + i)));                                                         \
    }

LOOP(exp)
LOOP(exp_small)
LOOP(expm1)
LOOP(log)
LOOP(log1p)
LOOP(log_rough)
LOOP(reciprocal)

const VectorFunctions PER_ISA(vector_functions) = {loop_exp,   loop_exp_small,  loop_expm1,    loop_log,
                                                   loop_log1p, loop_reciprocal, loop_log_rough};
