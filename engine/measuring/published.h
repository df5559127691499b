// Published: figures that others measured on MNIST, the set-up of each, and whether ours agree.
//
// To add one: a row in published.c, with its source. Thread: pure functions; any thread.
#pragma once
#include "data/dataset.h"
#include "models/spec.h"

enum { PUBLISHED_MOMENTS_MAX = 3 };

// The figures lie from least to most: several logs, or one that was rounded. NaN: none is published.
typedef struct PublishedRange {
    double least, most;
} PublishedRange;

typedef struct PublishedMoment {
    int epoch; // 0: behind the last
    PublishedRange train, test;
} PublishedMoment;

typedef struct Published {
    const char *key, *name, *source;
    const char *spec; // keys that are not the default; NULL: no network, but PCA with the default's code
    PublishedMoment moments[PUBLISHED_MOMENTS_MAX];
    const char *note; // what a reader should know of it; empty: nothing
} Published;

int published_count(void);
const Published *published_get(int index);
int published_moment_count(const Published *row);

// Whether a set of test images is MNIST's, in whatever file it came: only there the figures can be held against
// others'.
bool published_is_of(const ImageSet *test);

// AGREES: the two ranges are within 1 % of each other; NEAR: within 5 %.
typedef enum Agreement { AGREEMENT_UNKNOWN, AGREEMENT_AGREES, AGREEMENT_NEAR, AGREEMENT_DIFFERS } Agreement;

// ours: over the seeds; NaN: not measured. UNKNOWN where one of them is not known.
Agreement published_compare(PublishedRange published, PublishedRange ours);
const char *published_agreement_name(Agreement agreement); // "", "agrees", "near", "differs"
