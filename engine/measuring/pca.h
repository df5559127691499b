// PCA: the principal components of a set of images: the directions along which they vary most, and how little is left
// of images that are drawn again from so many of them. No linear autoencoder of as many units has a smaller MSE on the
// images that they are of (Baldi and Hornik, 1989).
//
// Exact: the covariance is a sum of whole numbers, which are added without rounding, and its eigenvectors are found all
// at once (eigen.h). So the result is the same, bit for bit, for any number of threads and whatever the instructions.
// Thread: pca_create runs on the pool that it is given, for a second or so; a Pca never changes.
#pragma once
#include "data/dataset.h"
#include "load_progress.h"
#include "models/model.h"
#include "pool.h"
#include "sweep.h"

typedef struct Pca {
    int images;                  // of the training set
    double mean[DIGIT_PIXELS];   // of each pixel, in [0, 1]
    double values[DIGIT_PIXELS]; // variance along each component, falling
    double *components;          // (DIGIT_PIXELS, DIGIT_PIXELS), owned: row i is the i-th, of length 1
    // Mean over all pixels of the squared error of images that are drawn again from the first k components, k = 0 (the
    // mean image) .. DIGIT_PIXELS: over the training images and over the test set.
    double train_mse[DIGIT_PIXELS + 1], test_mse[DIGIT_PIXELS + 1];
} Pca;

// Of the first train_count images of train, 1 or more. NULL when memory is short or progress ended it, "cancelled".
// Owned by the caller: pca_destroy.
Pca *pca_create(const ImageSet *train, int train_count, const ImageSet *test, Pool *pool, const LoadProgress *progress,
                Error *error);

// The same in slices: *out is NULL until the sweep is done, and then the caller's; everything is borrowed until then.
Sweep *pca_begin(const ImageSet *train, int train_count, const ImageSet *test, const Pool *pool, Pca **out,
                 Error *error);
void pca_destroy(Pca *pca); // NULL is allowed

// As many as the model's code has units, as far as there are.
int pca_components(const Spec *spec);

// The spec of the autoencoder that a PCA of so many components is: linear inside and out, of that code, 1 ..
// DIGIT_PIXELS.
Spec pca_spec(int components);

// Its parameters: the code is components (x - mean), the output mean + components' code. model: of a pca_spec, or one
// that differs from it in how it is trained alone; parameters (model->parameter_count).
void pca_fill(const Pca *pca, const Model *model, float *parameters);
