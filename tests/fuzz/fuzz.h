// Fuzz: a small deterministic fuzzer for machines without libFuzzer.
//
// A target file defines LLVMFuzzerTestOneInput and fuzz_list_seeds. With fuzz.c, which has main, it becomes a program
// that runs the same mutated inputs each time; with -fsanitize=fuzzer and without fuzz.c, one that libFuzzer drives.
// A failure is a crash, a sanitizer's report or an abort; the input's number is then printed.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FUZZ_INPUT_MAX = 1 << 16, FUZZ_SEEDS_MAX = 32, FUZZ_COUNT = 20000 };

typedef struct FuzzSeeds {
    size_t count;
    uint8_t *bytes[FUZZ_SEEDS_MAX];
    size_t sizes[FUZZ_SEEDS_MAX];
} FuzzSeeds;

typedef int FuzzTarget(const uint8_t *data, size_t size);

// Defined by the target's file.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void fuzz_list_seeds(FuzzSeeds *seeds);

// Copies the bytes, at most FUZZ_INPUT_MAX - 1, with the prefix byte before them. Here, since libFuzzer's programs
// lack fuzz.c.
static inline void fuzz_add_seed(FuzzSeeds *seeds, uint8_t prefix, const void *bytes, size_t size)
{
    uint8_t *copy = malloc(size + 1);
    if (!copy || seeds->count == FUZZ_SEEDS_MAX || size + 1 > FUZZ_INPUT_MAX)
        abort();
    copy[0] = prefix;
    memcpy(copy + 1, bytes, size);
    seeds->bytes[seeds->count] = copy;
    seeds->sizes[seeds->count++] = size + 1;
}

// PROGRAM [COUNT [SEED [FIRST]]]: runs the inputs FIRST .. FIRST+COUNT-1; each depends on SEED and its number alone.
// The seeds themselves run before them. PROGRAM --seeds FOLDER writes them instead, one a file, for libFuzzer.
int fuzz_main(int argc, char **argv, FuzzTarget *target, const FuzzSeeds *seeds);
