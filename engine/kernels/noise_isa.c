// What is left to chance in an image: noise on the input, targets that are drawn. Each value depends on a key and its
// own index alone, so that any part of an image can be made anywhere. Compiled once for each instruction set
// (vector.h).
#include <assert.h>

#include "kernels/kernel_parts.h"
#include "kernels/vector.h"
#include "random.h"

// 32 well-mixed bits for each lane's counter (the "lowbias32" multipliers found by Chris Wellons, public domain).
INLINE VecInt hash_lanes(VecInt x)
{
    VecBits h = (VecBits)x;
    h ^= h >> 16;
    h *= 0x7feb352du;
    h ^= h >> 15;
    h *= 0x846ca68bu;
    h ^= h >> 16;
    return (VecInt)h;
}

typedef struct Dice {
    VecInt lane; // 0, 1, ...
    int32_t key1;
    uint32_t key2;
} Dice;

INLINE Dice take_dice(uint64_t key)
{
    Dice dice = {.key1 = (int32_t)(uint32_t)key, .key2 = (uint32_t)(random_mix(key) >> 32)};
    for (int i = 0; i < LANES; i++)
        dice.lane[i] = i;
    return dice;
}

// 32 bits for each of the indices from index on.
INLINE VecInt roll(const Dice *dice, size_t index)
{
    const VecInt lanes = dice->lane + (int32_t)index;
    return hash_lanes((VecInt)((VecBits)hash_lanes(lanes ^ dice->key1) + dice->key2));
}

// Others for the same indices.
INLINE VecInt roll_again(const Dice *dice, VecInt bits) { return hash_lanes(bits ^ dice->key1 ^ 0x5bd1e995); }

// Uniform in [0, 1), multiples of 2^-24.
INLINE Vec to_chances(VecInt bits) { return __builtin_convertvector((bits >> 8) & 0x00ffffff, Vec) * 0x1p-24f; }

// Box and Muller, 1958, in float: a radius from one hash, an angle from another; cosine and sine by Taylor's
// polynomials on a quarter turn. Only the cosine is used, so that each value stands on its own index.
void PER_ISA(add_noise)(float *values, size_t first, size_t n, float sigma, uint64_t key)
{
    const Dice dice = take_dice(key);
    for (size_t i = 0; i < n; i += LANES) {
        const size_t part = n - i < LANES ? n - i : LANES;
        const VecInt bits1 = roll(&dice, first + i);
        const VecInt bits2 = roll_again(&dice, bits1);
        // u in (0, 1], so that its logarithm is finite; turn in [-1/2, 1/2)
        const Vec u = (__builtin_convertvector((bits1 >> 8) & 0x00ffffff, Vec) + 1.0f) * 0x1p-24f;
        const Vec turn = __builtin_convertvector(bits2 >> 8, Vec) * 0x1p-24f;
        const Vec radius = vec_sqrt(-2.0f * vec_log(u));
        // cos(2 pi turn) = sin(pi/2 - 2 pi |turn|), the argument in [-pi/2, pi/2]
        const Vec x = 1.57079633f - 6.28318531f * vec_abs(turn), x2 = x * x;
        Vec s = vec_all(-2.5052108e-8f);
        s = s * x2 + 2.7557319e-6f;
        s = s * x2 - 1.9841270e-4f;
        s = s * x2 + 8.3333333e-3f;
        s = s * x2 - 0.16666667f;
        s = s * x2 * x + x;
        const Vec clean = part == LANES ? vec_load(values + i) : vec_load_part(values + i, part);
        const Vec noisy = vec_at_most(vec_at_least(clean + sigma * radius * s, 0.0f), 1.0f);
        if (part == LANES)
            vec_store(values + i, noisy);
        else
            vec_store_part(values + i, noisy, part);
    }
}

// ---- bytes --------------------------------------------------------------------------------------------------------

typedef uint8_t VecBytes __attribute__((vector_size(LANES)));

// Most vectors of an image are, and what is black stays so whatever its dice say.
INLINE bool is_black(const uint8_t *bytes)
{
    static const uint8_t black[LANES];
    return memcmp(bytes, black, LANES) == 0;
}

INLINE VecInt load_wide(const uint8_t *bytes)
{
    VecBytes narrow;
    memcpy(&narrow, bytes, sizeof narrow);
    return __builtin_convertvector(narrow, VecInt);
}

INLINE void store_narrow(uint8_t *bytes, VecInt wide)
{
    const VecBytes narrow = __builtin_convertvector(wide, VecBytes);
    memcpy(bytes, &narrow, sizeof narrow);
}

void PER_ISA(mask_bytes)(const uint8_t *bytes, uint8_t *damaged, size_t first, size_t n, float chance, uint64_t key)
{
    const Dice dice = take_dice(key);
    assert(n % LANES == 0);
    for (size_t i = 0; i < n; i += LANES) {
        memset(damaged + i, 0, LANES);
        if (is_black(bytes + i))
            continue;
        const VecInt is_hit = to_chances(roll(&dice, first + i)) < vec_all(chance);
        store_narrow(damaged + i, load_wide(bytes + i) & ~is_hit);
    }
}

// One bit that has no part in whether a pixel is hit says which of the two it becomes.
void PER_ISA(salt_bytes)(const uint8_t *bytes, uint8_t *damaged, size_t first, size_t n, float chance, uint64_t key)
{
    const Dice dice = take_dice(key);
    assert(n % LANES == 0);
    for (size_t i = 0; i < n; i += LANES) {
        const VecInt bits = roll(&dice, first + i), is_hit = to_chances(bits) < vec_all(chance);
        const VecInt grain = -(bits & 1) & 255;
        store_narrow(damaged + i, (load_wide(bytes + i) & ~is_hit) | (grain & is_hit));
    }
}

void PER_ISA(draw_bits)(const uint8_t *bytes, uint8_t *drawn, size_t first, size_t n, uint64_t key)
{
    const Dice dice = take_dice(key);
    assert(n % LANES == 0);
    for (size_t i = 0; i < n; i += LANES) {
        memset(drawn + i, 0, LANES);
        if (!is_black(bytes + i))
            store_narrow(drawn + i, (to_chances(roll(&dice, first + i)) < vec_load_bytes(bytes + i)) & 255);
    }
}
