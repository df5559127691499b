// Offer: a model whose file does not say what it is: its likeliest settings, until the person has said what holds.
// Thread: the UI thread.
#pragma once
#include "engine.h"

typedef struct Offer {
    char name[256];   // of its file
    Foreign *foreign; // owned
    Guesses *guesses; // owned, at least one; NULL: nothing is offered
    Spec spec;        // as chosen now, at first as guessed
} Offer;

void offer_free(Offer *offer); // zeroes it, too; fine on a zeroed one

// Of the guesses the one with the offer's activations that reconstructs best; NULL: none was tried.
const Guess *offer_find(const Offer *offer);

// The model as it is chosen. Owned by the caller: model_file_free.
bool offer_take(const Offer *offer, ModelFile *out, Error *error);
