// What every part of the benchmark uses: the clock, figures over repetitions, the processor's peak, lines of the table.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "kernels/kernel.h"

double bench_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// ---- figures ------------------------------------------------------------------------------------------------------

void figures_add(Figures *figures, double value) { figures->values[figures->count++] = value; }

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static Figures sort_figures(const Figures *figures)
{
    Figures sorted = *figures;
    qsort(sorted.values, (size_t)sorted.count, sizeof *sorted.values, compare_doubles);
    return sorted;
}

double figures_median(const Figures *figures)
{
    const Figures sorted = sort_figures(figures);
    return 0.5 * (sorted.values[(sorted.count - 1) / 2] + sorted.values[sorted.count / 2]);
}

double figures_max(const Figures *figures) { return sort_figures(figures).values[figures->count - 1]; }

double figures_min(const Figures *figures) { return sort_figures(figures).values[0]; }

// ---- the peak: independent multiply-adds on registers -------------------------------------------------------------

// Short tasks, so that threads share them out as training's are when a neighbour takes a part of one processor.
enum { PEAK_ROUNDS = 500000, PEAK_SUMS = 14, PEAK_TASKS_PER_THREAD = 12 };

#if defined(__x86_64__)
// Start and factors come from memory that the compiler may not look into, so that the loop is really run; what is
// written to the other must have been computed.
static volatile float peak_seed = 0.5f, sink;

#define PEAK(name, bytes, instructions)                                                                                \
    typedef float name##Wide __attribute__((vector_size(bytes)));                                                      \
    __attribute__((target(instructions))) static float name(void)                                                      \
    {                                                                                                                  \
        name##Wide sum[PEAK_SUMS];                                                                                     \
        const name##Wide factor = peak_seed - (name##Wide){0}, term = peak_seed - (name##Wide){0};                     \
        for (int i = 0; i < PEAK_SUMS; i++)                                                                            \
            sum[i] = peak_seed - (name##Wide){0};                                                                      \
        for (long round = 0; round < PEAK_ROUNDS; round++)                                                             \
            _Pragma("GCC unroll 14") for (int i = 0; i < PEAK_SUMS; i++) sum[i] = sum[i] * factor + term;              \
        float total = 0;                                                                                               \
        for (int i = 0; i < PEAK_SUMS; i++)                                                                            \
            total += sum[i][0];                                                                                        \
        return total;                                                                                                  \
    }

PEAK(spin_avx512, 64, "avx512f,fma")
PEAK(spin_avx2, 32, "avx2,fma")
#endif

static int peak_lanes(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        return 16;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return 8;
#endif
    return 0; // not measured
}

static void spin(void)
{
#if defined(__x86_64__)
    sink = peak_lanes() == 16 ? spin_avx512() : peak_lanes() == 8 ? spin_avx2() : 0.0f;
#endif
}

static void spin_task(void *context, int task_index, int worker_index)
{
    (void)context;
    (void)task_index;
    (void)worker_index;
    spin();
}

double bench_measure_peak(const Bench *bench)
{
    const int tasks = PEAK_TASKS_PER_THREAD * bench->threads;
    const double start = bench_now();
    pool_run(bench->pool, tasks, spin_task, NULL);
    return (double)PEAK_ROUNDS * PEAK_SUMS * peak_lanes() * 2 * tasks / (bench_now() - start) * 1e-9;
}

double bench_measure_core_peak(void)
{
    double shortest = INFINITY;
    for (int i = 0; i < PEAK_TASKS_PER_THREAD; i++) {
        const double start = bench_now();
        spin();
        shortest = fmin(shortest, bench_now() - start);
    }
    return (double)PEAK_ROUNDS * PEAK_SUMS * peak_lanes() * 2 / shortest * 1e-9;
}

// ---- the table ----------------------------------------------------------------------------------------------------

Spec bench_read_spec(const char *text)
{
    Spec spec;
    Error error;
    if (!spec_parse(&spec, text, &error)) {
        (void)fprintf(stderr, "bench: %s\n", error.text);
        exit(2);
    }
    return spec;
}

double bench_training_flop(const Model *model)
{
    double flop = 0;
    for (int i = 0; i < model->layer_count; i++)
        flop += (i == 0 ? 2.0 : 3.0) * 2.0 * (double)layer_multiplications(&model->layers[i]);
    return flop;
}

// "AMD EPYC", say; where the system does not tell, that.
static void read_processor(char *name, size_t size)
{
    char line[256];
    (void)snprintf(name, size, "unknown processor");
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file && fgets(line, sizeof line, file)) {
        const char *value = strchr(line, ':');
        if (value && strncmp(line, "model name", 10) == 0) {
            (void)snprintf(name, size, "%.*s", (int)strcspn(value + 2, "\n"), value + 2);
            break;
        }
    }
    if (file)
        (void)fclose(file);
}

void bench_print_head(const Bench *bench)
{
    if (bench->csv) {
        printf("row,threads,best,median,unit,of_peak\n");
        return;
    }
    char processor[128];
    read_processor(processor, sizeof processor);
    printf("%s, %s kernels, %d threads, %d repetitions, %s\n%-48s %10s %10s  %-10s %s\n", processor, kernel_get()->name,
           bench->threads, bench->repeats, bench->dataset.name, "", "best", "median", "", "of peak");
}

void bench_print_row(const Bench *bench, const char *name, double best, double median, const char *unit,
                     double peak_share)
{
    char share[32] = "";
    if (isfinite(peak_share))
        (void)snprintf(share, sizeof share, bench->csv ? "%.4f" : "%6.3f", peak_share);
    if (bench->csv)
        printf("\"%s\",%d,%.6g,%.6g,%s,%s\n", name, bench->threads, best, median, unit, share);
    else
        printf("%-48s %10.6g %10.6g  %-*s %s\n", name, best, median, *share ? 10 : 0, unit, share);
    (void)fflush(stdout);
}
