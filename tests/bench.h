// What the parts of the benchmark share: the table of our own speed (bench.c; its rows also in bench_kernels.c,
// bench_window.c and bench_memory.c) and the comparison with PyTorch (bench_torch.c).
#pragma once
#include "engine.h"

enum { REPEATS_MAX = 64, BANK_MODELS = 12 }; // models on show at once

typedef struct Bench {
    Pool *pool;
    int threads; // the pool's
    Dataset dataset;
    const char *data; // the folder that it came from; NULL: the built-in digits
    int repeats;
    bool csv;
    const char *filter; // rows whose name contains it
} Bench;

// One reading a repetition.
typedef struct Figures {
    double values[REPEATS_MAX];
    int count;
} Figures;

void figures_add(Figures *figures, double value);
double figures_median(const Figures *figures);
double figures_max(const Figures *figures);
double figures_min(const Figures *figures);

double bench_now(void); // seconds

// The processor's multiply-add peak on all of the bench's threads, GFLOP/s; 0 where it cannot be measured. Takes some
// milliseconds.
double bench_measure_peak(const Bench *bench);

// The same of one core, the best of several tries of a millisecond: for rows that take the best of as short ones.
double bench_measure_core_peak(void);

Spec bench_read_spec(const char *text); // ends the process where it is none

// Multiplications and additions that a step of training needs for each image, were no zero skipped: the forward
// product, that for the weights' gradient and, but for the first layer, that for the input's gradient.
double bench_training_flop(const Model *model);

void bench_print_head(const Bench *bench);
// peak_share: the effective rate over the multiply-add peak that was measured around it; NAN where that means nothing.
void bench_print_row(const Bench *bench, const char *name, double best, double median, const char *unit,
                     double peak_share);

// Rows: one repetition, the figure in the row's unit.
// bench_kernels.c, of a model's spec: GFLOP/s of the dense product, so that zeros which are skipped count,
double bench_first_product(const Bench *bench, const char *spec);
double bench_output_product(const Bench *bench, const char *spec);
double bench_output_gradient(const Bench *bench, const char *spec);
double bench_code_gradient(const Bench *bench, const char *spec);
double bench_first_gradient(const Bench *bench, const char *spec);
// ns an image,
double bench_find_lit(const Bench *bench, const char *spec);
double bench_output_pass(const Bench *bench, const char *spec);
// us a step
double bench_optimizer(const Bench *bench, const char *spec);
double bench_transpose(const Bench *bench, const char *spec);
// bench_window.c, us
double bench_handover(const Bench *bench, const char *spec);
double bench_frame(const Bench *bench, const char *what);
// bench_memory.c, MiB
double bench_memory(const Bench *bench, const char *argument);

// `bench --memory`: the process that bench_memory starts. Returns the exit status.
int bench_print_memory(const char *data, int threads);

// `bench --vs-torch`: our training and PyTorch's in turn. Returns the exit status.
int bench_against_torch(const Bench *bench);
