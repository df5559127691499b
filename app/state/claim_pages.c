// The pages of the claims' view.
#include "state/claim_pages.h"

#include <assert.h>

#define TRIAL(name) (CLAIM_COUNT + TRIAL_##name)

static const ClaimPage pages[CLAIM_PAGES] = {
    {"loss", "Loss and output", 5, {CLAIM_SIGMOID, CLAIM_DIM, CLAIM_OPTIMUM, CLAIM_BINARY, CLAIM_FIT}},
    {"training", "Training", 5, {TRIAL(NEEDS_BINARY), TRIAL(BLOB), TRIAL(SPARSE), TRIAL(SUM), TRIAL(TANH)}},
    {"use", "Use", 4, {TRIAL(SHARP), TRIAL(PCA), TRIAL(NOISY), TRIAL(ODD)}},
    {"vae", "Variational", 2, {TRIAL(VAE_SUM), TRIAL(VAE_BLUR)}},
};

const ClaimPage *claim_page_get(int page)
{
    assert(page >= 0 && page < CLAIM_PAGES);
    return &pages[page];
}

int claim_page_of(int saying)
{
    for (int page = 0; page < CLAIM_PAGES; page++)
        for (int i = 0; i < pages[page].count; i++)
            if (pages[page].sayings[i] == saying)
                return page;
    assert(false && "each saying has a card");
    return 0;
}
