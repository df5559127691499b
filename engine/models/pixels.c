// What chance and the spec's choices make of an image's bytes.
#include "models/pixels.h"

#include <assert.h>
#include <string.h>

#include "kernels/kernel.h"
#include "random.h"

// Of a seed's streams: 1 is the order of the images (learner.c).
enum { STREAM_TRAINING = 2, STREAM_TEST = 3, STREAM_SAMPLE = 4 };

enum { BINARY_FROM = 128, PIECE = 256 }; // a byte from there on is 0.5 or more; pixels worked on at a time

uint64_t pixels_training_key(const Spec *spec, int64_t epoch, int image)
{
    const uint64_t stream = (uint64_t)STREAM_TRAINING << 48 | (uint64_t)epoch << 24 | (uint64_t)image;
    return random_stream(spec->seed, stream).state;
}

uint64_t pixels_sample_key(const Spec *spec, int64_t epoch, int image)
{
    const uint64_t stream = (uint64_t)STREAM_SAMPLE << 48 | (uint64_t)epoch << 24 | (uint64_t)image;
    return random_stream(spec->seed, stream).state;
}

uint64_t pixels_test_key(const Spec *spec, int image)
{
    return random_stream(spec->seed, (uint64_t)STREAM_TEST << 48 | (uint64_t)image).state;
}

// By kind of noise; NULL: it adds to floats.
static DamageBytes *find_damage(const Spec *spec)
{
    const Kernel *kernel = kernel_get();
    DamageBytes *const damages[NOISE_KIND_COUNT] = {
        [NOISE_MASK] = kernel->mask_bytes, [NOISE_SALT] = kernel->salt_bytes};
    return damages[spec->noise_kind];
}

bool pixels_stay_bytes(const Spec *spec) { return !pixels_are_damaged(spec) || find_damage(spec); }

void pixels_damage(const Spec *spec, uint64_t key, const uint8_t *bytes, size_t first, size_t n, uint8_t *damaged)
{
    assert(pixels_stay_bytes(spec));
    if (pixels_are_damaged(spec))
        find_damage(spec)(bytes, damaged, first, n, spec->noise, key);
    else
        memcpy(damaged, bytes, n);
}

void pixels_read(const Spec *spec, uint64_t key, const uint8_t *bytes, size_t first, size_t n, float *values)
{
    const Kernel *kernel = kernel_get();
    uint8_t damaged[PIECE];
    if (!pixels_stay_bytes(spec)) {
        kernel->add_noise(bytes, values, first, n, spec->noise, key);
        return;
    }
    for (size_t i = 0; i < n; i += PIECE) {
        const size_t part = n - i < PIECE ? n - i : PIECE;
        pixels_damage(spec, key, bytes + i, first + i, part, damaged);
        kernel->bytes_to_floats(damaged, values + i, part);
    }
}

void pixels_make_binary(const uint8_t *bytes, size_t n, uint8_t *targets)
{
    for (size_t i = 0; i < n; i++)
        targets[i] = bytes[i] >= BINARY_FROM ? 255 : 0;
}

static void keep(uint64_t key, const uint8_t *bytes, size_t first, size_t n, uint8_t *targets)
{
    (void)key, (void)first;
    memcpy(targets, bytes, n);
}

static void make_binary(uint64_t key, const uint8_t *bytes, size_t first, size_t n, uint8_t *targets)
{
    (void)key, (void)first;
    pixels_make_binary(bytes, n, targets);
}

// Another key than the noise's, so that the two have nothing to do with each other.
static void draw(uint64_t key, const uint8_t *bytes, size_t first, size_t n, uint8_t *targets)
{
    kernel_get()->draw_bits(bytes, targets, first, n, random_mix(key));
}

void pixels_target(const Spec *spec, uint64_t key, const uint8_t *bytes, size_t first, size_t n, uint8_t *targets)
{
    static void (*const makers[TARGETS_COUNT])(uint64_t, const uint8_t *, size_t, size_t, uint8_t *) = {
        [TARGETS_GREY] = keep, [TARGETS_BINARY] = make_binary, [TARGETS_SAMPLED] = draw};
    makers[spec->targets](key, bytes, first, n, targets);
}
