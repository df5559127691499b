// Pixels: what a model of a spec makes of an image's bytes: what it reads, damaged by the spec's noise, and what it is
// to give back.
//
// n is a multiple of KERNEL_PAD, and the pixels are [first, first + n) of the image; what chance makes of a pixel
// depends on the key and the pixel alone. To add a kind of noise that leaves bytes: a row in choices.h, a function in
// kernels/noise_isa.c, a row of `damages` in pixels.c. Thread: pure functions; any thread.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/choices.h"
#include "models/spec.h"

// What chance has an image of a training set depend on, in one epoch; and one of a test set, whose noise is the same
// whenever it is measured or shown.
uint64_t pixels_training_key(const Spec *spec, int64_t epoch, int image);
uint64_t pixels_sample_key(const Spec *spec, int64_t epoch, int image); // of what a layer draws (sample.h)
uint64_t pixels_test_key(const Spec *spec, int image);

// Gaussian noise leaves no bytes.
static inline bool pixels_are_damaged(const Spec *spec) { return spec->noise > 0.0f; }
bool pixels_stay_bytes(const Spec *spec);

// Noise that makes a black picture's pixels white here and there.
static inline bool pixels_are_strewn(const Spec *spec) { return spec->noise > 0.0f && spec->noise_kind == NOISE_SALT; }

// The input where pixels_stay_bytes; and as floats in [0, 1], of any spec.
void pixels_damage(const Spec *spec, uint64_t key, const uint8_t *bytes, size_t first, size_t n, uint8_t *damaged);
void pixels_read(const Spec *spec, uint64_t key, const uint8_t *bytes, size_t first, size_t n, float *values);

// The targets of training, of any spec.
void pixels_target(const Spec *spec, uint64_t key, const uint8_t *bytes, size_t first, size_t n, uint8_t *targets);

// What figures and pictures hold a model's outputs against: as training has them, but for targets that are drawn, which
// change: there the grey ones, the mean of all draws.
static inline bool pixels_have_binary_figures(const Spec *spec) { return spec->targets == TARGETS_BINARY; }
void pixels_make_binary(const uint8_t *bytes, size_t n, uint8_t *targets);
static inline float pixels_make_binary_value(float t) { return t >= 0.5f ? 1.0f : 0.0f; }
