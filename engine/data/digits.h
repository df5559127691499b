// The built-in digits: a stand-in for MNIST that needs no file.
//
// Each digit is a handwriting style drawn with a pen whose strokes are splines, distorted, and then prepared as MNIST
// was (LeCun et al., 1998: the ink fits a 20x20 box, aspect ratio kept, anti-aliased, and the box is moved by whole
// pixels so that the centre of mass comes nearest to pixel (14, 14), counted from 0, of a 28x28 field). Everything is a
// pure function of (seed, split, index) in IEEE arithmetic without library functions whose last bit differs between
// machines, so the bytes are the same everywhere.
// Thread: safe from any number of threads.
#pragma once
#include <stdint.h>

typedef enum DigitSplit { DIGITS_TRAIN, DIGITS_TEST } DigitSplit;

enum { DIGITS_TRAIN_COUNT = 60000, DIGITS_TEST_COUNT = 10000 };

// pixels: (28, 28) bytes, written whole. Returns the label, 0..9; every run of ten consecutive indices that starts at
// a multiple of ten holds each label once, in an order of its own.
int digits_draw(uint64_t seed, DigitSplit split, int index, uint8_t pixels[784]);

// MNIST's preparation for a drawing of any kind: ink (side, side) in [0, 1], at least 28 wide. Fits it into a 20x20
// box, enlarging it where it is smaller, and centres it by mass: pixels (784) in [0, 1]. A drawing without ink gives
// zeros.
void digits_prepare(const float *ink, int side, float pixels[784]);
