// The ways in which outputs are shown.
#include "state/show_as.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "engine.h"

enum { SAMPLE_SEED = 784 };

static const ShowAsRow rows[SHOW_AS_COUNT] = {
    [SHOW_MEAN] = {"mean", "mean", "", "", "Outputs as they are: how bright the model says each pixel is on average.",
                   "Grey strokes: the model is not sure."},
    [SHOW_THRESHOLD] = {"threshold", "0 or 1", "white from 0.5 on", "0 or 1",
                        "Outputs with each pixel white from 0.5 on, else black; figures stay those of the mean.",
                        "Crisp edges that the model never said: do A and B still differ?"},
    [SHOW_SAMPLE] = {"sample", "sample", "a sample: white by chance", "a sample",
                     "Outputs with each pixel white with its brightness as the chance, else black; figures stay those "
                     "of the mean.",
                     "Frayed edges: that is what a grey pixel means to BCE."},
    [SHOW_CODE] = {"code", "code drawn", "its code drawn by chance", "code drawn",
                   "A model that draws its code while it trains shows what comes of one, else its outputs as they are; "
                   "figures stay those of the mean.",
                   "Still your digit? How much chance leaves of it is what KL pays for."},
};

const ShowAsRow *show_as_get(ShowAs as)
{
    assert((unsigned)as < SHOW_AS_COUNT);
    return &rows[as];
}

static void apply_threshold(const float *p, float *shown)
{
    for (int i = 0; i < DIGIT_PIXELS; i++)
        shown[i] = isnan(p[i]) ? p[i] : p[i] >= 0.5f ? 1.0f : 0.0f;
}

static void apply_sample(int digit, const float *p, float *shown)
{
    Random random = random_stream(SAMPLE_SEED, (uint64_t)(int64_t)digit);
    for (int i = 0; i < DIGIT_PIXELS; i++) {
        const float chance = (float)random_uniform(&random);
        shown[i] = isnan(p[i]) ? p[i] : chance < p[i] ? 1.0f : 0.0f;
    }
}

void show_as_apply(ShowAs as, int digit, const float *p, float *shown)
{
    assert((unsigned)as < SHOW_AS_COUNT);
    switch (as) {
    case SHOW_CODE:
    case SHOW_MEAN: memcpy(shown, p, DIGIT_PIXELS * sizeof *shown); return;
    case SHOW_THRESHOLD: apply_threshold(p, shown); return;
    case SHOW_SAMPLE: apply_sample(digit, p, shown); return;
    case SHOW_AS_COUNT: break;
    }
}
