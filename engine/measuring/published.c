// The table of published figures.
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
     {{1, {0.2754, 0.2790}, {0.1870, 0.1938}, PUBLISHED_LOSS},
      {10, {0.0970, 0.0977}, {0.0951, 0.0956}, PUBLISHED_LOSS},
      {50, {0.0925, 0.0927}, {0.0913, 0.0915}, PUBLISHED_LOSS}},
     "",
     false},
    {"deep",
     "the blog's deep one",
     "a public Keras log of it",
     "layers=128,64,32,64,128",
     {{1, {0.2421, 0.2421}, {0.1642, 0.1642}, PUBLISHED_LOSS},
      {10, {0.1011, 0.1011}, {0.0996, 0.0996}, PUBLISHED_LOSS},
      {50, {0.0831, 0.0831}, {0.0828, 0.0828}, PUBLISHED_LOSS}},
     "one log alone: seeds of it differ by more than the losses BCE and MSE do",
     false},
    {"sparse_sum",
     "the sparse one of 2016, its price summed over the batch",
     "github.com/keras-team/keras-blog/issues/5",
     "l1=0.0256",
     {{50, {NAN, NAN}, {0.255, 0.265}, PUBLISHED_LOSS}},
     "10e-5 times a batch of 256",
     false},
    {"sparse_mean",
     "the same, its price a mean over the batch",
     "github.com/keras-team/keras-blog/issues/5",
     "l1=0.0001",
     {{50, {NAN, NAN}, {0.255, 0.265}, PUBLISHED_LOSS}},
     "differs, and is to differ: the figure is of the sum above",
     false},
    {"adadelta",
     "the first model with Adadelta at 1",
     "blog.keras.io/building-autoencoders-in-keras.html; github.com/keras-team/keras-blog/issues/5",
     "optimizer=adadelta",
     {{50, {0.100, 0.115}, {0.095, 0.105}, PUBLISHED_LOSS}},
     "published with two digits",
     false},
    {"adadelta_small",
     "the same with 0.001, TensorFlow's default since 2.0",
     "github.com/tensorflow/tensorflow/issues/39432",
     "optimizer=adadelta,lr=0.001",
     {{50, {NAN, NAN}, {0.6872, 0.6872}, PUBLISHED_LOSS}},
     "it hardly moves from its first weights",
     false},
    {"pca",
     "PCA with 32 components",
     "computed with numpy's eigenvectors; the bound of Baldi and Hornik 1989 for a linear network",
     NULL,
     {{1, {0.017243, 0.017243}, {0.016828, 0.016828}, PUBLISHED_LOSS}},
     "exact: no seeds and no epochs",
     false},
    {"conv",
     "the blog's convolutional one",
     "a public Keras log of it",
     "model=conv",
     {{1, {0.2141, 0.2141}, {0.1449, 0.1449}, PUBLISHED_LOSS},
      {10, {0.1026, 0.1026}, {0.1012, 0.1012}, PUBLISHED_LOSS},
      {50, {0.0905, 0.0905}, {0.0896, 0.0896}, PUBLISHED_LOSS}},
     "4,385 parameters; one log alone",
     false},
    {"conv32",
     "a convolutional one of 32 and 32 channels",
     "keras.io/examples/vision/autoencoder",
     "model=denoise,noise=0",
     {{50, {0.0626, 0.0626}, {0.0622, 0.0622}, PUBLISHED_LOSS}},
     "28,353 parameters",
     true},
    {"conv32_noise",
     "the same with noise of 0.4",
     "keras.io/examples/vision/autoencoder",
     "model=denoise,noise=0.4",
     {{100, {0.0839, 0.0839}, {0.0839, 0.0839}, PUBLISHED_NOISY_LOSS}},
     "theirs goes on from the clean one's weights, ours begins anew",
     true},
    {"vae",
     "PyTorch's variational one",
     "a public log of github.com/pytorch/examples/tree/main/vae, run twice",
     "layers=400-sample20-400,reduce=sum,batch=128",
     {{4, {NAN, NAN}, {109.64, 109.65}, PUBLISHED_NATS}, {10, {106.31, 106.32}, {105.59, 105.61}, PUBLISHED_NATS}},
     "epoch 4 is of two other logs; codes are drawn in the test, too, as theirs are",
     false},
    {"vae_conv",
     "a convolutional variational one of two numbers",
     "keras.io/examples/generative/vae",
     "layers=conv32s2-conv64s2-16-sample2-3136-64x7x7-unconv64s2-unconv32s2,reduce=sum,batch=128",
     {{35, {146.95, 146.95}, {NAN, NAN}, PUBLISHED_NATS},
      {35, {140.15, 140.15}, {NAN, NAN}, PUBLISHED_RECONSTRUCTION},
      {35, {6.80, 6.80}, {NAN, NAN}, PUBLISHED_KL}},
     "theirs trains 30 epochs on all 70,000 digits: as many steps as 35 on our 60,000",
     true},
    {"denoise_bce",
     "a denoising convolutional one with BCE",
     "github.com/keras-team/keras/pull/9058",
     "layers=conv32s2-conv64s2-16-3136-64x7x7-unconv64s2-unconv32s2,batch=128,noise=0.5",
     {{30, {NAN, NAN}, {0.015480, 0.015480}, PUBLISHED_NOISY_MSE}},
     "their noise is normal around 0.5 rather than 0, and their code is linear: compare this row with the next, not "
     "with ours",
     true},
    {"denoise_mse",
     "the same with MSE",
     "github.com/keras-team/keras/pull/9058",
     "loss=mse,layers=conv32s2-conv64s2-16-3136-64x7x7-unconv64s2-unconv32s2,batch=128,noise=0.5",
     {{30, {NAN, NAN}, {0.015491, 0.015491}, PUBLISHED_NOISY_MSE}},
     "likewise",
     true},
};

const char *published_kind_words(PublishedKind kind)
{
    static const char *const words[PUBLISHED_KIND_COUNT] = {
        [PUBLISHED_LOSS] = "",
        [PUBLISHED_NOISY_LOSS] = "on noisy inputs",
        [PUBLISHED_NOISY_MSE] = "MSE on noisy inputs",
        [PUBLISHED_NATS] = "nats an image",
        [PUBLISHED_RECONSTRUCTION] = "of these the reconstruction",
        [PUBLISHED_KL] = "of these the divergence",
    };
    return words[kind];
}

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
