// Benchmark: speed as a table, each row repeated, minimum and median, beside the processor's own peak measured in the
// same run.
//
// bench [--csv] [--threads N] [--repeat N] [--isa NAME] [FILTER]     rows whose name contains FILTER
// To add a row: a function and a line in `rows`.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine.h"
#include "kernel.h"

typedef struct Bench {
    Pool *pool;
    Dataset dataset;
    int threads;
} Bench;

typedef struct Row {
    const char *name, *unit;
    double (*measure)(Bench *bench, const char *argument); // one repetition: its figure in unit
    const char *argument;
    bool higher_is_better;
} Row;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// ---- the peak: independent multiply-adds on registers -------------------------------------------------------------

enum { PEAK_ROUNDS = 2000000, PEAK_SUMS = 14 };

// Start and factors come from memory that the compiler may not look into, so that the loop is really run.
static volatile float peak_seed = 0.5f;

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

#if defined(__x86_64__)
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

static volatile float sink;

static void spin_task(void *context, int task_index, int worker_index)
{
    (void)context;
    (void)task_index;
    (void)worker_index;
#if defined(__x86_64__)
    sink = peak_lanes() == 16 ? spin_avx512() : peak_lanes() == 8 ? spin_avx2() : 0.0f;
#endif
}

static double measure_peak(Bench *bench, const char *argument)
{
    (void)argument;
    const double start = now();
    pool_run(bench->pool, bench->threads, spin_task, NULL);
    return (double)PEAK_ROUNDS * PEAK_SUMS * peak_lanes() * 2 * bench->threads / (now() - start) * 1e-9;
}

// ---- training, measuring, one digit -------------------------------------------------------------------------------

static Spec read_spec(const char *text)
{
    Spec spec;
    Error error;
    if (!spec_parse(&spec, text, &error)) {
        (void)fprintf(stderr, "bench: %s\n", error.text);
        exit(2);
    }
    return spec;
}

static double measure_training(Bench *bench, const char *text)
{
    const Spec spec = read_spec(text);
    const Model model = model_create(&spec, DIGIT_PIXELS);
    const LearnerOptions options = {.train = &bench->dataset.train, .pool = bench->pool};
    Error error;
    Learner *learner = learner_create(&model, &options, &error);
    for (int i = 0; i < 8; i++)
        (void)learner_step(learner);
    const double start = now();
    int steps = 0;
    while (now() - start < 0.4) {
        (void)learner_step(learner);
        steps++;
    }
    const double elapsed = now() - start;
    learner_destroy(learner);
    return steps * (double)spec.batch / elapsed;
}

static double measure_metrics(Bench *bench, const char *text)
{
    const Spec spec = read_spec(text);
    const Model model = model_create(&spec, DIGIT_PIXELS);
    float *parameters = malloc(model.parameter_count * sizeof *parameters);
    if (!parameters)
        abort();
    model_init(&model, parameters);
    const TargetFacts facts = metrics_target_facts(&bench->dataset.test, bench->dataset.test.count);
    Metrics metrics;
    const double start = now();
    (void)metrics_measure(&model, parameters, &bench->dataset.test, &facts, bench->pool, &metrics, NULL);
    const double elapsed = now() - start;
    free(parameters);
    return elapsed * 1e3;
}

static double measure_digit(Bench *bench, const char *text)
{
    const Spec spec = read_spec(text);
    const Model model = model_create(&spec, DIGIT_PIXELS);
    float *parameters = malloc(model.parameter_count * sizeof *parameters);
    Workspace workspace;
    if (!parameters || !workspace_init(&workspace, &model, 1, NULL))
        abort();
    model_init(&model, parameters);
    float x[DIGIT_PIXELS], p[DIGIT_PIXELS];
    kernel_get()->bytes_to_floats(bench->dataset.test.pixels, x, DIGIT_PIXELS);
    const double start = now();
    for (int i = 0; i < 2000; i++)
        model_forward(&model, parameters, &workspace, x, 1, NULL, p);
    const double elapsed = now() - start;
    sink = p[400];
    workspace_free(&workspace);
    free(parameters);
    return elapsed / 2000 * 1e6;
}

static double measure_digits(Bench *bench, const char *argument)
{
    (void)argument;
    Dataset dataset;
    const double start = now();
    if (!dataset_generate(&dataset, 7, bench->pool, NULL))
        abort();
    const double elapsed = now() - start;
    dataset_free(&dataset);
    return elapsed * 1e3;
}

static const Row rows[] = {
    {"fma peak", "GFLOP/s", measure_peak, "", true},
    {"train default", "samples/s", measure_training, "", true},
    {"train mse", "samples/s", measure_training, "loss=mse", true},
    {"train mae", "samples/s", measure_training, "loss=mae", true},
    {"train relu output", "samples/s", measure_training, "output=relu", true},
    {"train linear output", "samples/s", measure_training, "output=linear", true},
    {"train clip output", "samples/s", measure_training, "output=clip", true},
    {"train tanh01 output", "samples/s", measure_training, "output=tanh01", true},
    {"train softplus output", "samples/s", measure_training, "output=softplus", true},
    {"train hidden 128", "samples/s", measure_training, "layers=128", true},
    {"train hidden 512", "samples/s", measure_training, "layers=512", true},
    {"train deep", "samples/s", measure_training, "layers=128,64,32,64,128", true},
    {"train noise", "samples/s", measure_training, "noise=0.3", true},
    {"measure test set", "ms", measure_metrics, "", false},
    {"one digit", "us", measure_digit, "", false},
    {"draw 70,000 digits", "ms", measure_digits, "", false},
};

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void run_row(Bench *bench, const Row *row, int repeats, bool csv)
{
    double figures[64];
    for (int i = 0; i < repeats; i++)
        figures[i] = row->measure(bench, row->argument);
    qsort(figures, (size_t)repeats, sizeof *figures, compare_doubles);
    const double best = row->higher_is_better ? figures[repeats - 1] : figures[0], median = figures[repeats / 2];
    if (csv)
        printf("%s,%d,%.6g,%.6g,%s\n", row->name, bench->threads, best, median, row->unit);
    else
        printf("%-24s %12.4g %12.4g  %s\n", row->name, best, median, row->unit);
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    bool csv = false;
    int threads = 2, repeats = 5;
    const char *filter = "", *isa = "auto";
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--csv") == 0)
            csv = true;
        else if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc)
            threads = atoi(argv[++i]);
        else if (strcmp(argv[i], "--repeat") == 0 && i + 1 < argc)
            repeats = atoi(argv[++i]);
        else if (strcmp(argv[i], "--isa") == 0 && i + 1 < argc)
            isa = argv[++i];
        else
            filter = argv[i];
    }
    Error error = {"--threads from 1 to 64, --repeat from 1 to 64"};
    Bench bench = {.threads = threads};
    if (threads < 1 || threads > POOL_THREADS_MAX || repeats < 1 || repeats > 64 || !kernel_select(isa, &error) ||
        !(bench.pool = pool_create(threads, &error)) || !dataset_generate(&bench.dataset, 1, bench.pool, &error)) {
        (void)fprintf(stderr, "bench: %s\n", error.text);
        return 2;
    }
    if (csv)
        printf("row,threads,best,median,unit\n");
    else
        printf("%s kernels, %d threads, %d repetitions\n%-24s %12s %12s\n", kernel_get()->name, threads, repeats, "",
               "best", "median");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strstr(rows[i].name, filter))
            run_row(&bench, &rows[i], repeats, csv);
    dataset_free(&bench.dataset);
    pool_destroy(bench.pool);
    return 0;
}
