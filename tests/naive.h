// Naive: each kind of layer as it is defined, and what a whole model of them loses, a loop for every sum, in double.
//
// It shares nothing with the engine but a layer's shapes and places of parameters. Thread: plain functions.
#pragma once
#include "models/model.h"

enum { NAIVE_FLOATS_MAX = 1 << 13 }; // of a layer's values, of an image

size_t naive_place(const Shape *shape, int n); // where number n, counted without gaps, of an image stands

// x (from.stride) -> z (to.stride) of an image, before any activation; of a sample the means.
void naive_forward(const Layer *layer, const double *parameters, const double *x, double *z);

// What is trained, of one image (pixels): its loss, the price of its code and its divergence, as `reduce` has them.
// parameters as the engine has them, but in double; eps (code): what its sample draws from N(0, 1).
double naive_objective(const Model *model, const double *parameters, PixelRange range, const uint8_t *pixels,
                       const double *eps);
