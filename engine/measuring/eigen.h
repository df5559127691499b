// Eigen: every eigenvalue and eigenvector of a symmetric matrix, by Householder's reduction to a tridiagonal one and
// the QL algorithm with implicit shifts (Golub and Van Loan, Matrix Computations, 8.3).
//
// Written here rather than taken from a LAPACK: what a BLAS adds up in which order depends on the package that is
// installed, the processor and the number of threads, and so would every bit of a model that is made of the vectors.
// Internal to the engine. Thread: no state; any thread.
#pragma once
#include "error.h"
#include "load_progress.h"
#include "sweep.h"

// matrix: (n, n), symmetric, finite; destroyed. values (n): the eigenvalues, falling. vectors (n, n): row i is that of
// values[i], of length 1, its largest element positive (the first of equals). progress: asked now and then, NULL:
// nobody. False: memory is short or progress ended it, "cancelled".
bool eigen_solve(double *matrix, int n, double *values, double *vectors, const LoadProgress *progress, Error *error);

// The same in slices; everything is borrowed until the sweep is done.
Sweep *eigen_begin(double *matrix, int n, double *values, double *vectors, Error *error);

// Rayleigh's quotient of a vector of length 1, vector' matrix vector: of a covariance, the variance along it. matrix:
// (n, n); vector, product: (n), product is overwritten.
double eigen_quotient(const double *matrix, int n, const double *vector, double *product);
