// Claims and trials as one list.
#include "measuring/sayings.h"

#include <assert.h>
#include <math.h>
#include <string.h>

const TrialRow *saying_trial(int saying)
{
    assert(saying >= 0 && saying < SAYING_COUNT);
    return saying < CLAIM_COUNT ? NULL : trial_get(saying - CLAIM_COUNT);
}

Saying saying_get(int saying)
{
    const TrialRow *trial = saying_trial(saying);
    if (trial)
        return (Saying){trial->key, trial->claim, trial->rule};
    const ClaimRow *claim = claim_get(saying);
    return (Saying){claim->key, claim->claim, claim->rule};
}

int saying_find(const char *key)
{
    for (int i = 0; i < SAYING_COUNT; i++)
        if (strcmp(saying_get(i).key, key) == 0)
            return i;
    return -1;
}

TrialSpread saying_spread(const SayingOutcome *outcome, int figure, int variant)
{
    const double *values = outcome->figures[figure][variant];
    TrialSpread out = {.least = values[0], .most = values[0]};
    for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
        out.mean += values[seed] / TRIAL_SEEDS;
        out.least = fmin(out.least, values[seed]);
        out.most = fmax(out.most, values[seed]);
    }
    return out;
}
