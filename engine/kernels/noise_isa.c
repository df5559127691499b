// What is left to chance in an image: noise on the input, targets that are drawn. Each value depends on a key and its
// own index alone, so that any part of an image can be made anywhere. Compiled once for each instruction set
// (vector.h).
#include <assert.h>

#include "kernels/kernel_parts.h"
#include "kernels/vector.h"
#include "random.h"

enum {
    WAYS = 2
}; // vectors side by side, so that the processor has something to do while one's steps wait for each other

#define EACH_WAY _Pragma("GCC unroll 2") for (int way = 0; way < WAYS; way++)

// 32 well-mixed bits for each lane's counter (the "lowbias32" multipliers found by Chris Wellons, public domain).
INLINE void hash_lanes(VecBits h[WAYS])
{
    EACH_WAY h[way] ^= h[way] >> 16;
    EACH_WAY h[way] *= 0x7feb352du;
    EACH_WAY h[way] ^= h[way] >> 15;
    EACH_WAY h[way] *= 0x846ca68bu;
    EACH_WAY h[way] ^= h[way] >> 16;
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
INLINE void roll(const Dice *dice, size_t index, VecBits bits[WAYS])
{
    EACH_WAY bits[way] = (VecBits)((dice->lane + (int32_t)(index + (size_t)way * LANES)) ^ dice->key1);
    hash_lanes(bits);
    EACH_WAY bits[way] += dice->key2;
    hash_lanes(bits);
}

// Others for the same indices.
INLINE void roll_again(const Dice *dice, const VecBits bits[WAYS], VecBits others[WAYS])
{
    EACH_WAY others[way] = bits[way] ^ (uint32_t)dice->key1 ^ 0x5bd1e995u;
    hash_lanes(others);
}

// Uniform in [0, 1), multiples of 2^-24.
INLINE Vec to_chances(VecBits bits) { return __builtin_convertvector((VecInt)(bits >> 8), Vec) * 0x1p-24f; }

// Box and Muller, 1958, in float: a radius from one hash, an angle from another; cosine and sine by Taylor's
// polynomials on a quarter turn. Only the cosine is used, so that each value stands on its own index.
INLINE void draw_noise(const Dice *dice, size_t index, Vec noise[WAYS])
{
    VecBits bits1[WAYS], bits2[WAYS];
    Vec radius[WAYS], x[WAYS], x2[WAYS], s[WAYS];
    roll(dice, index, bits1);
    roll_again(dice, bits1, bits2);
    EACH_WAY
    {
        // u in (0, 1], so that its logarithm is finite, and 0 at most but for its roughness; turn in [-1/2, 1/2)
        const Vec u = (__builtin_convertvector((VecInt)(bits1[way] >> 8), Vec) + 1.0f) * 0x1p-24f;
        const Vec turn = __builtin_convertvector((VecInt)bits2[way] >> 8, Vec) * 0x1p-24f;
        radius[way] = vec_sqrt(-2.0f * vec_at_most(vec_log_rough(u), 0.0f));
        // cos(2 pi turn) = sin(pi/2 - 2 pi |turn|), the argument in [-pi/2, pi/2]
        x[way] = 1.57079633f - 6.28318531f * vec_abs(turn);
        x2[way] = x[way] * x[way];
    }
    EACH_WAY s[way] = x2[way] * -2.5052108e-8f + 2.7557319e-6f;
    EACH_WAY s[way] = s[way] * x2[way] - 1.9841270e-4f;
    EACH_WAY s[way] = s[way] * x2[way] + 8.3333333e-3f;
    EACH_WAY s[way] = s[way] * x2[way] - 0.16666667f;
    EACH_WAY noise[way] = radius[way] * (s[way] * x2[way] * x[way] + x[way]);
}

void PER_ISA(add_noise)(float *values, size_t first, size_t n, float sigma, uint64_t key)
{
    const Dice dice = take_dice(key);
    for (size_t i = 0; i < n; i += WAYS * LANES) {
        Vec noise[WAYS];
        draw_noise(&dice, first + i, noise);
        for (size_t way = 0; way < WAYS && i + way * LANES < n; way++) {
            const size_t at = i + way * LANES, part = n - at;
            const Vec clean = part >= LANES ? vec_load(values + at) : vec_load_part(values + at, part);
            const Vec noisy = vec_at_most(vec_at_least(clean + sigma * noise[way], 0.0f), 1.0f);
            if (part >= LANES)
                vec_store(values + at, noisy);
            else
                vec_store_part(values + at, noisy, part);
        }
    }
}

// ---- bytes --------------------------------------------------------------------------------------------------------

// Most vectors of an image are, and what is black stays so whatever its dice say.
INLINE bool is_black(const uint8_t *bytes, size_t n)
{
    static const uint8_t black[WAYS * LANES];
    return memcmp(bytes, black, n) == 0;
}

INLINE VecInt load_wide(const uint8_t *bytes)
{
    VecInt wide;
    for (int lane = 0; lane < LANES; lane++) // becomes one widening load
        wide[lane] = bytes[lane];
    return wide;
}

INLINE void store_narrow(uint8_t *bytes, VecInt wide)
{
#if LANES == 16
    _mm_storeu_si128((__m128i *)(void *)bytes, _mm512_cvtepi32_epi8((__m512i)wide));
#else
    typedef uint8_t VecBytes __attribute__((vector_size(LANES)));
    const VecBytes narrow = __builtin_convertvector(wide, VecBytes);
    memcpy(bytes, &narrow, sizeof narrow);
#endif
}

// A pixel, and what its dice say.
typedef VecInt ChangeBytes(VecInt bytes, VecBits bits, float chance);

INLINE void change_bytes(const uint8_t *bytes, uint8_t *changed, size_t first, size_t n, float chance, uint64_t key,
                         ChangeBytes *change, const bool keeps_black)
{
    const Dice dice = take_dice(key);
    assert(n % LANES == 0);
    for (size_t i = 0; i < n; i += WAYS * LANES) {
        const size_t ways = n - i < WAYS * LANES ? 1 : WAYS;
        VecBits bits[WAYS];
        if (keeps_black && is_black(bytes + i, ways * LANES)) {
            memset(changed + i, 0, ways * LANES);
            continue;
        }
        roll(&dice, first + i, bits);
        for (size_t way = 0; way < ways; way++)
            store_narrow(changed + i + way * LANES, change(load_wide(bytes + i + way * LANES), bits[way], chance));
    }
}

INLINE VecInt mask(VecInt bytes, VecBits bits, float chance) { return bytes & ~(to_chances(bits) < vec_all(chance)); }

// One bit that has no part in whether a pixel is hit says which of the two it becomes.
INLINE VecInt salt(VecInt bytes, VecBits bits, float chance)
{
    const VecInt is_hit = to_chances(bits) < vec_all(chance), grain = -((VecInt)bits & 1) & 255;
    return (bytes & ~is_hit) | (grain & is_hit);
}

INLINE VecInt draw(VecInt bytes, VecBits bits, float chance)
{
    (void)chance;
    return (to_chances(bits) < vec_unit_bytes(bytes)) & 255;
}

void PER_ISA(mask_bytes)(const uint8_t *bytes, uint8_t *damaged, size_t first, size_t n, float chance, uint64_t key)
{
    change_bytes(bytes, damaged, first, n, chance, key, mask, true);
}

void PER_ISA(salt_bytes)(const uint8_t *bytes, uint8_t *damaged, size_t first, size_t n, float chance, uint64_t key)
{
    change_bytes(bytes, damaged, first, n, chance, key, salt, false);
}

void PER_ISA(draw_bits)(const uint8_t *bytes, uint8_t *drawn, size_t first, size_t n, uint64_t key)
{
    change_bytes(bytes, drawn, first, n, 0.0f, key, draw, true);
}
