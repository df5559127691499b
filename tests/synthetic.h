// Synthetic: images for tests, quickly made and the same everywhere: mostly black, some white, the rest grey.
//
// Thread: no state; any thread.
#pragma once
#include "data/dataset.h"
#include "models/spec.h"

// Owned by the caller: synthetic_free. pixels is a square of a whole number where the images shall show soft discs.
ImageSet synthetic_create(int count, int pixels, uint64_t seed);
void synthetic_free(ImageSet *set);

// rows images, taken in the given order (NULL: as they lie), as doubles in [0, 1]: (rows, pixels).
void synthetic_convert(const ImageSet *set, int pixels, const int *order, int first, int rows, double *values);

Spec synthetic_spec(const char *text); // fails the test where it does not parse
