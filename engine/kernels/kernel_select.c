// Which instruction set's tables and loops are in use.
#include <stdatomic.h>
#include <string.h>
#ifdef LOSSLENS_HAS_AMX
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "kernels/kernel.h"
#include "kernels/kernel_amx.h"

extern const Kernel kernel_plain, kernel_avx2, kernel_avx512; // those that the build has, by LOSSLENS_HAS_...

static bool can_run_plain(void) { return true; }

#ifdef LOSSLENS_HAS_AVX2
static bool can_run_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#endif

#ifdef LOSSLENS_HAS_AVX512
static bool can_run_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}
#endif

#ifdef LOSSLENS_HAS_AMX
static Kernel kernel_amx; // avx512's but for what kernel_amx.h has

__attribute__((constructor)) static void fill_amx(void)
{
    kernel_amx = kernel_avx512;
    kernel_amx.name = "amx";
    kernel_amx.multiply_lanes = multiply_lanes_amx;
    kernel_amx.add_lane_dots = add_lane_dots_amx;
}

// Whether the processor has a matrix unit that multiplies bfloat16, and the system lets the process use it, which it
// has to ask for (Linux, Documentation/arch/x86/xstate.rst).
static bool can_run_amx(void)
{
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18, BFLOAT16 = 1 << 22, TILES = 1 << 24 };
    unsigned eax, ebx, ecx, edx;
    return can_run_avx512() && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (edx & BFLOAT16) && (edx & TILES) &&
           syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}
#endif

// The best first. kernel NULL: this build lacks it.
static const struct {
    const char *name;
    const Kernel *kernel;
    bool (*can_run)(void);
} rows[] = {
#ifdef LOSSLENS_HAS_AMX
    {"amx", &kernel_amx, can_run_amx},
#else
    {"amx", NULL, NULL},
#endif
#ifdef LOSSLENS_HAS_AVX512
    {"avx512", &kernel_avx512, can_run_avx512},
#else
    {"avx512", NULL, NULL},
#endif
#ifdef LOSSLENS_HAS_AVX2
    {"avx2", &kernel_avx2, can_run_avx2},
#else
    {"avx2", NULL, NULL},
#endif
    {"plain", &kernel_plain, can_run_plain},
};
enum { ROW_COUNT = sizeof rows / sizeof *rows };

static _Atomic(const Kernel *) selected;

const Kernel *kernel_get(void)
{
    const Kernel *kernel = atomic_load_explicit(&selected, memory_order_relaxed);
    if (kernel)
        return kernel;
    int best = 0;
    while (!rows[best].kernel || !rows[best].can_run())
        best++;
    atomic_store_explicit(&selected, rows[best].kernel, memory_order_relaxed);
    return rows[best].kernel;
}

bool kernel_select(const char *name, Error *error)
{
    int row = 0;
    if (strcmp(name, "auto") == 0) {
        atomic_store_explicit(&selected, NULL, memory_order_relaxed);
        return true;
    }
    while (row < ROW_COUNT && strcmp(name, rows[row].name) != 0)
        row++;
    if (row == ROW_COUNT)
        return error_set(error, "unknown instruction set '%s': expected auto, amx, avx512, avx2 or plain", name);
    if (!rows[row].kernel)
        return error_set(error, "this program was built without the %s instructions", name);
    if (!rows[row].can_run())
        return error_set(error, "this processor cannot run the %s instructions", name);
    atomic_store_explicit(&selected, rows[row].kernel, memory_order_relaxed);
    return true;
}
