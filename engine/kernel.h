// Kernel: the hot loops, compiled for each instruction set and chosen at run time.
//
// Internal to the engine. Shapes are written (rows, columns); a matrix is row-major with a stride in floats from row to
// row. Column counts and strides that are vectorised over are multiples of KERNEL_PAD; what lies in the padding is
// zero. Thread: kernel_select before any other thread runs; everything else is pure.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "activation.h"
#include "error.h"
#include "loss.h"
#include "metrics.h"
#include "optimizer.h"

enum { KERNEL_PAD = 16 }; // the widest vector, in floats

// n rounded up to a multiple of KERNEL_PAD.
static inline size_t kernel_pad(size_t n) { return (n + KERNEL_PAD - 1) / KERNEL_PAD * KERNEL_PAD; }

typedef struct ActivationTable {
    const Activation *rows;
    int count;
} ActivationTable;

typedef struct OptimizerTable {
    const Optimizer *rows;
    int count;
} OptimizerTable;

// C (m, n) = start + A (m, k) B (k, n). A's element (i, l) is a[i * a_row + l * a_column], so that a transposed matrix
// is a matter of strides. start: C itself where accumulate is set, else bias (n), else zero.
typedef struct Product {
    size_t m, n, k; // n a multiple of KERNEL_PAD
    const float *a;
    size_t a_row, a_column;
    const float *b;
    size_t b_stride;
    float *c;
    size_t c_stride;
    const float *bias; // NULL: none
    bool accumulate;
} Product;

// What is added up over one image for the metrics.
typedef struct PixelSums {
    double bce, mse, mae, output;
    double bias[4]; // sum of p - t by target: t = 0, 0 < t < 0.5, 0.5 <= t < 1, t = 1
    int64_t below_0, above_1, below_002, above_098, nonfinite;
    int64_t histogram[HISTOGRAM_BINS];
} PixelSums;

typedef struct Kernel {
    const char *name;                   // "avx512", "avx2", "plain"
    const ActivationTable *activations; // by ActivationRole
    const Loss *losses;
    const OptimizerTable *optimizers;
    void (*multiply)(const Product *product);
    void (*bytes_to_floats)(const uint8_t *bytes, float *values, size_t n); // byte / 255
    void (*add)(float *sum, const float *values, size_t n);                 // sum += values
    void (*scale)(float *values, const float *factors, float factor,
                  size_t n); // values *= factors * factor; factors may be NULL
    bool (*is_finite)(const float *values, size_t n);
    float (*total)(const float *values, size_t n);
    // Adds one image's outputs to sums; bce holds its BCE per pixel; alive[i] becomes 1 where p[i] is not 0.
    void (*measure)(const float *p, const float *t, const float *bce, size_t n, PixelSums *sums, uint8_t *alive);
    // values += sigma * Gaussian noise, clipped to [0, 1]; the noise depends on (key, index) alone.
    void (*add_noise)(float *values, size_t n, float sigma, uint64_t key);
} Kernel;

const Kernel *kernel_get(void); // the selected one; at first the best that the processor can run

// name: "avx512", "avx2", "plain" or "auto". False where the processor lacks it or the name is unknown.
bool kernel_select(const char *name, Error *error);
