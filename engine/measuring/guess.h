// Guess: what a model's file does not say, its activations and its loss, told from how it reconstructs digits.
//
// Each hidden activation and each output is tried; thread: any, one at a time for each Foreign.
#pragma once
#include "data/dataset.h"
#include "kernels/activation.h"
#include "load_progress.h"
#include "models/foreign.h"

enum { GUESS_IMAGES = 1000 };

typedef struct Guess {
    Spec spec;      // with the layers that the tensors have
    int reading;    // of the Foreign
    double mse;     // over the images
    double balance; // how far the mean slope of MSE at its logits is from 0, in [0, 1]: training ends near 0
} Guess;

enum { GUESSES_MAX = FOREIGN_READINGS_MAX * HIDDEN_COUNT * OUTPUT_COUNT };

typedef struct Guesses {
    int images; // of the set, at most GUESS_IMAGES
    int count;
    Guess items[GUESSES_MAX]; // the likeliest first
} Guesses;

// Whether the loss is known, so that it is not guessed: the wish names it, or the file has the tensor of loss=gauss.
bool guess_knows_loss(const Foreign *foreign, const SpecWish *wish);

// wish: keys that are not to be guessed, with what they are; NULL: none. Where it names layers, only readings with
// those. False, with a sentence, where memory is short, it was cancelled, or nothing fits the wish.
bool guess_list(const Foreign *foreign, const SpecWish *wish, const ImageSet *set, const LoadProgress *progress,
                Guesses *out, Error *error);
