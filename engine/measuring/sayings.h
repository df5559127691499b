// Sayings: all that people say and that is decided here, claims and trials, as one list; and what came of one over
// several seeds.
//
// To add one: a row in claims.c or trials.c, as they say. Thread: pure functions; any thread.
#pragma once
#include "measuring/trials.h"

enum { SAYING_COUNT = CLAIM_COUNT + TRIAL_COUNT }; // the claims, then the trials

typedef struct Saying {
    const char *key, *claim, *rule;
} Saying;

Saying saying_get(int saying);            // saying < SAYING_COUNT
const TrialRow *saying_trial(int saying); // NULL: it is a claim
int saying_find(const char *key);         // -1 if absent

// What came of training its models with several seeds, here with TRIAL_SEEDS.
typedef struct SayingOutcome {
    bool is_measured;                 // else nothing below is set
    int epochs;                       // after which
    Spec base;                        // what all its models share
    int seeds;                        // 2 .. CLAIM_SEEDS_MAX; of a trial TRIAL_SEEDS
    ClaimResult result;               // over the seeds
    Verdict by_seed[CLAIM_SEEDS_MAX]; // of a claim
    double pca_mse;                   // of a trial with TRIAL_MARK_PCA; else NaN
    double mean_image_mse, light;     // of the test set: the mean image's MSE, the mean target
    int images;                       // of the test set
    Spec specs[TRIAL_VARIANTS_MAX];   // a trial's variants, of the first seed; so are the parameters and errors
    const float *parameters[TRIAL_VARIANTS_MAX];                    // borrowed of who measured; NULL: it broke
    AurocLoss errors[TRIAL_VARIANTS_MAX];                           // where a class was left out
    double figures[TRIAL_FIGURES][TRIAL_VARIANTS_MAX][TRIAL_SEEDS]; // infinite: it broke; NaN: not of this trial
} SayingOutcome;

// Over the seeds; NaN where the trial has no such figure.
TrialSpread saying_spread(const SayingOutcome *outcome, int figure, int variant);
