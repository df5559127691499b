// The table of published figures. Losses are per pixel, of the model's own loss; those of PCA are its MSE.
#include "measuring/published.h"

#include <assert.h>
#include <math.h>
#include <string.h>

// Of MNIST's 10,000 test images, as image_set_digest sums them.
static const char mnist_test_digest[] = "3253f75b37ea87721ecc794917203f64c3201455b6990e13f79c591635018a9e";

static const double agrees_within = 0.01, near_within = 0.05;

static const Published rows[] = {
    {"blog",
     "the Keras blog's first model",
     "five public Keras logs of it; blog.keras.io/building-autoencoders-in-keras.html",
     "",
     {{1, {0.2754, 0.2790}, {0.1870, 0.1938}},
      {10, {0.0970, 0.0977}, {0.0951, 0.0956}},
      {50, {0.0925, 0.0927}, {0.0913, 0.0915}}},
     ""},
    {"deep",
     "the blog's deep one",
     "a public Keras log of it",
     "layers=128,64,32,64,128",
     {{1, {0.2421, 0.2421}, {0.1642, 0.1642}},
      {10, {0.1011, 0.1011}, {0.0996, 0.0996}},
      {50, {0.0831, 0.0831}, {0.0828, 0.0828}}},
     "one log alone: seeds of it differ by more than the losses BCE and MSE do"},
    {"sparse_sum",
     "the sparse one of 2016, its price summed over the batch",
     "github.com/keras-team/keras-blog/issues/5",
     "l1=0.0256",
     {{50, {NAN, NAN}, {0.255, 0.265}}},
     "10e-5 times a batch of 256"},
    {"sparse_mean",
     "the same, its price a mean over the batch",
     "github.com/keras-team/keras-blog/issues/5",
     "l1=0.0001",
     {{50, {NAN, NAN}, {0.255, 0.265}}},
     "differs, and is to differ: the figure is of the sum above"},
    {"adadelta",
     "the first model with Adadelta at 1",
     "blog.keras.io/building-autoencoders-in-keras.html; github.com/keras-team/keras-blog/issues/5",
     "optimizer=adadelta",
     {{50, {0.100, 0.115}, {0.095, 0.105}}},
     "published with two digits"},
    {"adadelta_small",
     "the same with 0.001, TensorFlow's default since 2.0",
     "github.com/tensorflow/tensorflow/issues/39432",
     "optimizer=adadelta,lr=0.001",
     {{50, {NAN, NAN}, {0.6872, 0.6872}}},
     "it hardly moves from its first weights"},
    {"pca",
     "PCA with 32 components",
     "computed with numpy's eigenvectors; the bound of Baldi and Hornik 1989 for a linear network",
     NULL,
     {{1, {0.017243, 0.017243}, {0.016828, 0.016828}}},
     "exact: no seeds and no epochs"},
};

int published_count(void) { return (int)(sizeof rows / sizeof *rows); }

const Published *published_get(int index)
{
    assert(index >= 0 && index < published_count());
    return &rows[index];
}

int published_moment_count(const Published *row)
{
    int count = 0;
    while (count < PUBLISHED_MOMENTS_MAX && row->moments[count].epoch)
        count++;
    return count;
}

bool published_is_of(const ImageSet *test)
{
    char digest[65];
    image_set_digest(test, digest);
    return strcmp(digest, mnist_test_digest) == 0;
}

Agreement published_compare(PublishedRange published, PublishedRange ours)
{
    if (isnan(published.least) || isnan(ours.least))
        return AGREEMENT_UNKNOWN;
    const double gap = fmax(0.0, fmax(published.least - ours.most, ours.least - published.most));
    const double apart = gap / fabs(published.most);
    return apart <= agrees_within ? AGREEMENT_AGREES : apart <= near_within ? AGREEMENT_NEAR : AGREEMENT_DIFFERS;
}

const char *published_agreement_name(Agreement agreement)
{
    static const char *const names[] = {"", "agrees", "near", "differs"};
    return names[agreement];
}
