#include "state/offer.h"

#include <stdlib.h>

void offer_free(Offer *offer)
{
    foreign_close(offer->foreign);
    free(offer->guesses);
    *offer = (Offer){0};
}

const Guess *offer_find(const Offer *offer)
{
    const Guess *best = NULL;
    for (int i = 0; i < offer->guesses->count; i++) {
        const Guess *guess = &offer->guesses->items[i];
        if (guess->spec.hidden == offer->spec.hidden && guess->spec.output == offer->spec.output &&
            (!best || guess->mse < best->mse))
            best = guess;
    }
    return best;
}

bool offer_take(const Offer *offer, ModelFile *out, Error *error)
{
    const Guess *guess = offer_find(offer);
    const int reading = guess ? guess->reading : 0;
    Spec spec = offer->spec;
    foreign_set_layers(offer->foreign, reading, &spec); // readings differ in their layers
    return model_file_take(out, offer->foreign, &spec, reading, error);
}
