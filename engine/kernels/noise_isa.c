// What is left to chance in an image: noise on the input, targets that are drawn. Each value depends on a key and its
// own index alone, so that any part of an image can be made anywhere. Compiled once for each instruction set
// (vector.h).
#include <assert.h>

#include "kernels/kernel_parts.h"
#include "kernels/vector.h"
#include "random.h"

typedef struct Dice {
    VecBits steps; // 0, 1, ... times STEP
    uint32_t key1, key2;
} Dice;

#define STEP 0x9e3779b9u // 2^32 over the golden ratio: neighbours' counters differ in bits high and low

INLINE Dice take_dice(uint64_t key)
{
    Dice dice = {.key1 = (uint32_t)key, .key2 = (uint32_t)(random_mix(key) >> 32)};
    for (uint32_t i = 0; i < LANES; i++)
        dice.steps[i] = i * STEP;
    return dice;
}

// 32 well-mixed bits for each of the counters from counter on (the "lowbias32" multipliers found by Chris Wellons,
// public domain), each half of the key before one of the multiplications.
INLINE VecBits roll(const Dice *dice, size_t counter)
{
    VecBits h = dice->steps + ((uint32_t)counter * STEP + dice->key1);
    h ^= h >> 16;
    h *= 0x7feb352du;
    h ^= h >> 15 ^ dice->key2;
    h *= 0x846ca68bu;
    return h ^ h >> 16;
}

// ---- Gaussian noise -----------------------------------------------------------------------------------------------

// What lies farther out than size with a chance of x / 2^31 is that much, in sigmas: where x is in [2^k, 2^(k+1)), size
// is a polynomial of degree 3 in x, the minimax one, 1.8e-4 off. Those of x^0, x^1, ... stand at k; of x = 2^31 they
// are 0, as size is.
static const float coefficients0[32] = {
    6.46243369e+00f, 6.35683014e+00f, 6.24952797e+00f, 6.14044403e+00f, 6.02948818e+00f, 5.91656257e+00f,
    5.80156061e+00f, 5.68436588e+00f, 5.56485085e+00f, 5.44287530e+00f, 5.31828457e+00f, 5.19090738e+00f,
    5.06055326e+00f, 4.92700950e+00f, 4.79003733e+00f, 4.64936742e+00f, 4.50469413e+00f, 4.35566858e+00f,
    4.20188973e+00f, 4.04289323e+00f, 3.87813701e+00f, 3.70698270e+00f, 3.52867120e+00f, 3.34229039e+00f,
    3.14673206e+00f, 2.94063413e+00f, 2.72230365e+00f, 2.48961662e+00f, 2.23990235e+00f, 1.97002504e+00f,
    1.68519464e+00f, 0.00000000e+00f};
static const float coefficients1[32] = {
    -3.27025973e-01f, -1.66232980e-01f, -8.45455865e-02f, -4.30248908e-02f, -2.19089557e-02f, -1.11639164e-02f,
    -5.69280961e-03f, -2.90520444e-03f, -1.48386532e-03f, -7.58597338e-04f, -3.88206341e-04f, -1.98878909e-04f,
    -1.02008358e-04f, -5.23910158e-05f, -2.69471886e-05f, -1.38828153e-05f, -7.16528791e-06f, -3.70580191e-06f,
    -1.92107212e-06f, -9.98536944e-07f, -5.20622545e-07f, -2.72422835e-07f, -1.43155574e-07f, -7.56103207e-08f,
    -4.01827956e-08f, -2.15193182e-08f, -1.16367848e-08f, -6.37250509e-09f, -3.54891330e-09f, -2.02362537e-09f,
    -1.21458233e-09f, 0.00000000e+00f};
static const float coefficients2[32] = {
    1.11494413e-01f, 2.83254341e-02f, 7.19989416e-03f, 1.83111917e-03f, 4.65976974e-04f, 1.18655469e-04f,
    3.02347633e-05f, 7.70980126e-06f, 1.96753496e-06f, 5.02541863e-07f, 1.28476550e-07f, 3.28785526e-08f,
    8.42323413e-09f, 2.16056931e-09f, 5.54923603e-10f, 1.42736297e-10f, 3.67741104e-11f, 9.49158035e-12f,
    2.45482188e-12f, 6.36356923e-13f, 1.65392944e-13f, 4.31153260e-14f, 1.12782315e-14f, 2.96197021e-15f,
    7.81503363e-16f, 2.07306313e-16f, 5.53293389e-17f, 1.48653809e-17f, 4.01785309e-18f, 1.08891306e-18f,
    3.08614721e-19f, 0.00000000e+00f};
static const float coefficients3[32] = {
    -1.67087313e-02f, -2.12217809e-03f, -2.69676170e-04f, -3.42878482e-05f, -4.36205130e-06f, -5.55279705e-07f,
    -7.07331206e-08f, -9.01665522e-09f, -1.15028075e-09f, -1.46867248e-10f, -1.87689107e-11f, -2.40093471e-12f,
    -3.07459216e-13f, -3.94189124e-14f, -5.06036877e-15f, -6.50546239e-16f, -8.37644765e-17f, -1.08045236e-17f,
    -1.39639172e-18f, -1.80872801e-19f, -2.34872700e-20f, -3.05871718e-21f, -3.99649332e-22f, -5.24174189e-23f,
    -6.90555521e-24f, -9.14471534e-25f, -1.21834247e-25f, -1.63475031e-26f, -2.21320658e-27f, -3.05583689e-28f,
    -5.05179736e-29f, 0.00000000e+00f};

INLINE Vec find_size(Vec x, VecInt octave, LookUp *look_up)
{
    const Vec high = vec_fma(look_up(coefficients3, octave), x, look_up(coefficients2, octave));
    const Vec middle = vec_fma(high, x, look_up(coefficients1, octave));
    return vec_fma(middle, x, look_up(coefficients0, octave));
}

// One hash: the sign from a bit, size from the others. Of the chances all but one in 128 are in the last octaves.
INLINE Vec to_gauss(VecBits bits)
{
    const Vec x = __builtin_convertvector((VecInt)(bits & 0x7fffffff), Vec);
    const VecInt octave = ((VecInt)x >> 23) - 127;
    const Vec size = vec_are_last(octave) ? find_size(x, octave, vec_look_up_last) : find_size(x, octave, vec_look_up);
    return (Vec)((VecBits)size ^ (bits & 0x80000000));
}

void PER_ISA(add_noise)(const uint8_t *bytes, float *values, size_t first, size_t n, float sigma, uint64_t key)
{
    const Dice dice = take_dice(key);
    assert(n % LANES == 0);
    for (size_t i = 0; i < n; i += LANES) {
        const Vec noisy = vec_load_bytes(bytes + i) + sigma * to_gauss(roll(&dice, first + i));
        vec_store(values + i, vec_at_most(vec_at_least(noisy, 0.0f), 1.0f));
    }
}

// ---- bytes --------------------------------------------------------------------------------------------------------
// Two neighbours share a hash: 16 bits say enough of a byte.

#define PIXELS (2 * LANES) // of a vector of hashes

typedef uint16_t VecWords __attribute__((vector_size(PIXELS * 2)));
typedef uint8_t VecBytes __attribute__((vector_size(PIXELS)));

// Of count that there are left: PIXELS, or KERNEL_PAD where those are fewer.
INLINE VecWords load_words(const uint8_t *bytes, size_t count)
{
    VecBytes narrow = {0};
    if (count >= PIXELS)
        memcpy(&narrow, bytes, PIXELS);
    else
        memcpy(&narrow, bytes, KERNEL_PAD % PIXELS);
    return __builtin_convertvector(narrow, VecWords);
}

INLINE void store_words(uint8_t *bytes, VecWords words, size_t count)
{
    const VecBytes narrow = __builtin_convertvector(words, VecBytes);
    if (count >= PIXELS)
        memcpy(bytes, &narrow, PIXELS);
    else
        memcpy(bytes, &narrow, KERNEL_PAD % PIXELS);
}

// Of a pixel and its dice, which are below chance, in parts of DICE, or not.
enum { DICE = 65535 };
typedef VecWords ChangeWords(VecWords pixels, VecWords dice, uint16_t chance);

INLINE void change_bytes(const uint8_t *bytes, uint8_t *changed, size_t first, size_t n, float chance, uint64_t key,
                         ChangeWords *change)
{
    const Dice dice = take_dice(key);
    const uint16_t limit = (uint16_t)(chance * DICE + 0.5f);
    assert(n % KERNEL_PAD == 0 && first % 2 == 0);
    for (size_t i = 0; i < n; i += PIXELS) {
        const VecWords pixels = load_words(bytes + i, n - i);
        VecWords words = (VecWords)roll(&dice, (first + i) / 2);
        words += (VecWords)(words == DICE); // counts as its neighbour: all are below DICE, so that 1 is certain
        store_words(changed + i, change(pixels, words, limit), n - i);
    }
}

INLINE VecWords mask(VecWords pixels, VecWords dice, uint16_t chance) { return pixels & (VecWords)(dice >= chance); }

// Black are those of the lower half of the chance, white as many at the upper end.
INLINE VecWords salt(VecWords pixels, VecWords dice, uint16_t chance)
{
    const uint16_t black = chance / 2, white = (uint16_t)(DICE - (chance - black));
    return (pixels & (VecWords)(dice >= black)) | ((VecWords)(dice >= white) & 255);
}

INLINE VecWords draw(VecWords pixels, VecWords dice, uint16_t chance)
{
    (void)chance;
    return (VecWords)(dice < pixels * (DICE / 255)) & 255;
}

void PER_ISA(mask_bytes)(const uint8_t *bytes, uint8_t *damaged, size_t first, size_t n, float chance, uint64_t key)
{
    change_bytes(bytes, damaged, first, n, chance, key, mask);
}

void PER_ISA(salt_bytes)(const uint8_t *bytes, uint8_t *damaged, size_t first, size_t n, float chance, uint64_t key)
{
    change_bytes(bytes, damaged, first, n, chance, key, salt);
}

void PER_ISA(draw_bits)(const uint8_t *bytes, uint8_t *drawn, size_t first, size_t n, uint64_t key)
{
    change_bytes(bytes, drawn, first, n, 0.0f, key, draw);
}
