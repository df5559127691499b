// Reproducible random numbers: integer arithmetic alone, so that a seed means the same on every machine.
// Thread: each Random belongs to whoever holds it; nothing here is shared.
#pragma once
#include <stdint.h>

typedef struct Random {
    uint64_t state;
} Random;

// A bijective 64-bit mixer (the finaliser of SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014).
static inline uint64_t random_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

// An independent stream for each (seed, stream) pair.
static inline Random random_stream(uint64_t seed, uint64_t stream)
{
    return (Random){random_mix(random_mix(seed + 0x9e3779b97f4a7c15u) ^ (stream * 0xd1342543de82ef95u + 1u))};
}

// Passes over one number of random_bits.
static inline void random_skip(Random *random) { random->state += 0x9e3779b97f4a7c15u; }

static inline uint64_t random_bits(Random *random)
{
    random_skip(random);
    return random_mix(random->state);
}

// Uniform in [0, 1), a multiple of 2^-53.
static inline double random_uniform(Random *random) { return (double)(random_bits(random) >> 11) * 0x1p-53; }

// Uniform in 0 .. bound-1; the bias is below bound / 2^32. bound > 0.
static inline uint32_t random_below(Random *random, uint32_t bound)
{
    return (uint32_t)(((random_bits(random) >> 32) * bound) >> 32);
}
