// Benchmark: what it cannot do as WebAssembly, where there are neither processes nor a window. Takes the place of
// bench_memory.c, bench_torch.c and bench_window.c; their rows' figures are NAN.
#include <math.h>
#include <stdio.h>

#include "bench.h"

static int refuse(const char *what)
{
    (void)fprintf(stderr, "bench: %s is not to be had in a page\n", what);
    return 2;
}

double bench_handover(const Bench *bench, const char *spec) { return (void)bench, (void)spec, NAN; }

double bench_frame(const Bench *bench, const char *what) { return (void)bench, (void)what, NAN; }

double bench_memory(const Bench *bench, const char *argument) { return (void)bench, (void)argument, NAN; }

int bench_print_memory(const char *data, int threads) { return (void)data, (void)threads, refuse("--memory"); }

int bench_against_torch(const Bench *bench) { return (void)bench, refuse("--vs-torch"); }
