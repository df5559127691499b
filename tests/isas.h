// Isas: what the tests of the kernels share: every instruction set that this machine can run, and numbers for it.
//
// Thread: none but the test's.
#pragma once
#include "kernels/kernel.h"
#include "random.h"

// Runs check for each instruction set; afterwards the best one is selected again.
void isas_try_each(void (*check)(const Kernel *kernel));

float isas_draw(Random *random); // uniform in [-1, 1)
void isas_fill(float *values, size_t n, Random *random);
