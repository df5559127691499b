// Which instruction set's tables and loops are in use, and the look-ups in them.
#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "engine.h"
#include "kernel.h"

extern const Kernel kernel_plain;
#if defined(__x86_64__)
extern const Kernel kernel_avx2, kernel_avx512;
#endif

static const Kernel *const kernels[] = {
#if defined(__x86_64__)
    &kernel_avx512,
    &kernel_avx2,
#endif
    &kernel_plain,
};
enum { KERNEL_COUNT = sizeof kernels / sizeof *kernels };

static _Atomic(const Kernel *) selected;

static bool can_run(const Kernel *kernel)
{
#if defined(__x86_64__)
    if (kernel == &kernel_avx512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    if (kernel == &kernel_avx2)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
    return kernel == &kernel_plain;
}

const Kernel *kernel_get(void)
{
    const Kernel *kernel = atomic_load_explicit(&selected, memory_order_relaxed);
    if (kernel)
        return kernel;
    int best = 0;
    while (!can_run(kernels[best]))
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
    for (int i = 0; i < KERNEL_COUNT; i++) {
        if (strcmp(name, kernels[i]->name) != 0)
            continue;
        if (!can_run(kernels[i]))
            return error_set(error, "this processor cannot run the %s instructions", name);
        atomic_store_explicit(&selected, kernels[i], memory_order_relaxed);
        return true;
    }
    return error_set(error, "unknown instruction set '%s': expected auto, avx512, avx2 or plain", name);
}

bool engine_select_isa(const char *name, Error *error) { return kernel_select(name, error); }

int activation_count(ActivationRole role) { return kernel_get()->activations[role].count; }

const Activation *activation_get(ActivationRole role, int index)
{
    assert(index >= 0 && index < activation_count(role));
    return &kernel_get()->activations[role].rows[index];
}

int activation_find(ActivationRole role, const char *key)
{
    for (int i = 0; i < activation_count(role); i++)
        if (strcmp(activation_get(role, i)->key, key) == 0)
            return i;
    return -1;
}

const Loss *loss_get(int index)
{
    assert(index >= 0 && index < LOSS_COUNT);
    return &kernel_get()->losses[index];
}

int loss_find(const char *key)
{
    for (int i = 0; i < LOSS_COUNT; i++)
        if (strcmp(loss_get(i)->key, key) == 0)
            return i;
    return -1;
}

int loss_list_shown(int own, int losses[LOSS_COUNT])
{
    int count = 0;
    for (int loss = 0; loss < LOSS_COUNT; loss++)
        if (loss < LOSSES_SHOWN || loss == own)
            losses[count++] = loss;
    return count;
}

double loss_bce_floor(double t) { return t <= 0.0 || t >= 1.0 ? 0.0 : -(t * log(t) + (1.0 - t) * log1p(-t)); }

int optimizer_count(void) { return kernel_get()->optimizers->count; }

const Optimizer *optimizer_get(int index)
{
    assert(index >= 0 && index < optimizer_count());
    return &kernel_get()->optimizers->rows[index];
}

int optimizer_find(const char *key)
{
    for (int i = 0; i < optimizer_count(); i++)
        if (strcmp(optimizer_get(i)->key, key) == 0)
            return i;
    return -1;
}
