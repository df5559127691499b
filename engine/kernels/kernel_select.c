// Which instruction set's tables and loops are in use.
#include <stdatomic.h>
#include <string.h>

#include "kernels/kernel.h"

extern const Kernel kernel_plain, kernel_avx2, kernel_avx512; // those that the build has, by LOSSLENS_HAS_...

static const Kernel *const kernels[] = {
#ifdef LOSSLENS_HAS_AVX512
    &kernel_avx512,
#endif
#ifdef LOSSLENS_HAS_AVX2
    &kernel_avx2,
#endif
    &kernel_plain,
};
enum { KERNEL_COUNT = sizeof kernels / sizeof *kernels };

static _Atomic(const Kernel *) selected;

static bool is_known(const char *name)
{
    return strcmp(name, "avx512") == 0 || strcmp(name, "avx2") == 0 || strcmp(name, "plain") == 0;
}

static bool can_run(const char *name)
{
#if defined(__x86_64__)
    if (strcmp(name, "avx512") == 0)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    if (strcmp(name, "avx2") == 0)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return strcmp(name, "plain") == 0;
}

const Kernel *kernel_get(void)
{
    const Kernel *kernel = atomic_load_explicit(&selected, memory_order_relaxed);
    if (kernel)
        return kernel;
    int best = 0;
    while (!can_run(kernels[best]->name))
        best++;
    atomic_store_explicit(&selected, kernels[best], memory_order_relaxed);
    return kernels[best];
}

bool kernel_select(const char *name, Error *error)
{
    if (strcmp(name, "auto") == 0) {
        atomic_store_explicit(&selected, NULL, memory_order_relaxed);
        return true;
    }
    if (!is_known(name))
        return error_set(error, "unknown instruction set '%s': expected auto, avx512, avx2 or plain", name);
    if (!can_run(name))
        return error_set(error, "this processor cannot run the %s instructions", name);
    for (int i = 0; i < KERNEL_COUNT; i++)
        if (strcmp(name, kernels[i]->name) == 0) {
            atomic_store_explicit(&selected, kernels[i], memory_order_relaxed);
            return true;
        }
    return error_set(error, "this program was built without the %s instructions", name);
}
