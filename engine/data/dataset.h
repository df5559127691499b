// Dataset: a training set and a test set of 28x28 grey digits, kept as bytes.
//
// A target value is pixel / 255 in [0, 1]. Rows run top to bottom, columns left to right, 0 is black (no ink).
// Thread: immutable once loaded, so any number of threads may read it.
#pragma once
#include <stdint.h>

#include "error.h"
#include "io/new_folder.h"
#include "pool.h"

enum { DIGIT_SIDE = 28, DIGIT_PIXELS = DIGIT_SIDE * DIGIT_SIDE, DIGIT_CLASSES = 10 };

typedef struct ImageSet {
    int count;
    uint8_t *pixels; // (count, DIGIT_PIXELS)
    uint8_t *labels; // (count), each 0..9; NULL where the set has none
} ImageSet;

typedef struct Dataset {
    char name[64]; // "builtin", or the last part of the folder's path
    ImageSet train, test;
} Dataset;

// What `losslens data` prints of one ImageSet. Shares are of all pixels, in [0, 1].
typedef struct ImageSetFacts {
    int count;
    double mean;             // mean target value
    double zero, grey, full; // share of pixels that are 0, between, 255
    double bce_floor;        // mean of H(t) = -(t ln t + (1-t) ln(1-t)) over all pixels, in nats
    bool has_labels;
    int label_counts[DIGIT_CLASSES];
} ImageSetFacts;

// Reads {train,t10k}-images-idx3-ubyte and {train,t10k}-labels-idx1-ubyte from folder, each with or without ".gz", with
// '-' or '.' before "idx" (the plain name is tried first); whether a file is gzip, its bytes say. Labels may be absent.
// Anything else that is not exactly as the format says fails with a sentence that names the file, what was found and
// what was expected; out is then untouched. Memory in use stays within the size that a header promises, and never
// passes what its file can hold. Owned by the caller: dataset_free.
bool dataset_load(Dataset *out, const char *folder, Error *error);

// The built-in digits (digits.h), all of them, on the pool's threads. Owned by the caller: dataset_free.
bool dataset_generate(Dataset *out, uint64_t seed, Pool *pool, Error *error);

void dataset_free(Dataset *dataset); // also fine on a zeroed Dataset

// Writes the set as the four MNIST-named .gz files, two without labels, into folder, which is made where it does not
// exist: all of them or none (new_folder.h). A file that dataset_load would take for a part of it is an error with any
// naming. stop is asked now and then, NULL: never; anything but 0 ends it, false then as after a failure.
bool dataset_export(const Dataset *dataset, const char *folder, Naming naming, int (*stop)(void), Error *error);

// SHA-256 of count as eight bytes, little endian, of all pixels and of the labels, where there are some: 64 hex digits.
void image_set_digest(const ImageSet *set, char text[65]);

ImageSetFacts image_set_facts(const ImageSet *set);
