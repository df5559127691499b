// Published: figures that others measured on MNIST, the set-up of each, and whether ours agree.
//
// To add one: a row in published.c, with its source; its key is a word of --published. Thread: pure functions; any
// thread.
#pragma once
#include "data/dataset.h"
#include "models/spec.h"

enum { PUBLISHED_MOMENTS_MAX = 3 };

// The figures lie from least to most: several logs, or one that was rounded. NaN: none is published.
typedef struct PublishedRange {
    double least, most;
} PublishedRange;

// What a figure is of: rows of a table in published.c.
typedef enum PublishedKind {
    PUBLISHED_LOSS,           // the model's own loss, per pixel; of PCA its MSE
    PUBLISHED_NOISY_LOSS,     // the same, the test inputs with the model's noise
    PUBLISHED_NOISY_MSE,      // of noisy test inputs
    PUBLISHED_NATS,           // loss summed over an image plus the divergence, the code drawn
    PUBLISHED_RECONSTRUCTION, // of these the loss alone
    PUBLISHED_KL,             // the divergence alone
    PUBLISHED_KIND_COUNT
} PublishedKind;

typedef struct PublishedMoment {
    int epoch; // 0: behind the last
    PublishedRange train, test;
    PublishedKind kind;
} PublishedMoment;

typedef struct Published {
    const char *key, *name, *source;
    const char *spec; // keys that are not the default; NULL: no network, but PCA with the default's code
    PublishedMoment moments[PUBLISHED_MOMENTS_MAX];
    const char *note; // what a reader should know of it; empty: nothing
    bool is_long;     // a seed takes more than some minutes: measured where it is asked for
} Published;

int published_count(void);
const Published *published_get(int index);
const char *published_kind_words(PublishedKind kind); // "", "on noisy inputs", "nats an image"
int published_moment_count(const Published *row);

// Whether a set of test images is MNIST's, in whatever file it came: only there the figures can be held against
// others'.
bool published_is_of(const ImageSet *test);

// AGREES: the two ranges are within 1 % of each other; NEAR: within 5 %.
typedef enum Agreement { AGREEMENT_UNKNOWN, AGREEMENT_AGREES, AGREEMENT_NEAR, AGREEMENT_DIFFERS } Agreement;

// ours: over the seeds; NaN: not measured. UNKNOWN where one of them is not known.
Agreement published_compare(PublishedRange published, PublishedRange ours);
const char *published_agreement_name(Agreement agreement); // "", "agrees", "near", "differs"
