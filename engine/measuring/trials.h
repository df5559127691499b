// Trials: what people say of autoencoders, beyond the claims of claims.h: each is decided by variants of a model,
// trained with several seeds, and by figures over the whole test set.
//
// A difference counts where it is larger than what chance makes: than the spread of either variant's figure over its
// seeds. To add one: a row in trials.c, its rule in trial_rules.c. Thread: pure functions; any thread.
#pragma once
#include "measuring/appearance.h"
#include "measuring/auroc.h"
#include "measuring/claims.h"

enum {
    TRIAL_NEEDS_BINARY,
    TRIAL_BLOB,
    TRIAL_SPARSE,
    TRIAL_SUM,
    TRIAL_SHARP,
    TRIAL_PCA,
    TRIAL_TANH,
    TRIAL_NOISY,
    TRIAL_ODD,
    TRIAL_VAE_SUM,
    TRIAL_VAE_BLUR,
    TRIAL_COUNT
};

enum { TRIAL_VARIANTS_MAX = 5, TRIAL_SEEDS = 3 };

// What is trained: the base spec with these keys changed. label: as under a picture.
typedef struct TrialVariant {
    const char *label, *change;
} TrialVariant;

// One trained model's figures.
typedef struct TrialModel {
    bool is_measured, is_broken; // a broken model counts as one that never gets better
    Metrics test;                // on grey targets, whatever it was trained on
    Appearance appearance;       // where the row needs it
    double auroc;                // of its own loss, for the class that was left out; NaN where none was
    AurocLoss errors;            // what that is of
} TrialModel;

typedef struct TrialEvidence {
    const TrialModel *models[TRIAL_VARIANTS_MAX][TRIAL_SEEDS]; // NULL: not there yet
    const TargetFacts *facts;                                  // of the test set
    double pca_mse; // of as many components as the base's code has units; NaN: not known
    int epochs;     // after which the least far was measured
} TrialEvidence;

// A figure of one variant over its seeds. A broken model's is infinite.
typedef struct TrialSpread {
    double mean, least, most;
} TrialSpread;

// The figures that trials look at. TRIAL_LIGHT: the mean output; TRIAL_DEAD: the share of dead units in the code;
// TRIAL_KL: nats an image.
enum {
    TRIAL_MSE,
    TRIAL_NOISY_MSE,
    TRIAL_SHARPNESS,
    TRIAL_SSIM,
    TRIAL_LIGHT,
    TRIAL_AUROC,
    TRIAL_DEAD,
    TRIAL_KL,
    TRIAL_FIGURES
};

typedef struct TrialFigure {
    const char *key, *label; // in JSON; on screen
    double (*find)(const TrialModel *model);
} TrialFigure;

const TrialFigure *trial_figure_get(int figure); // figure < TRIAL_FIGURES

// What a picture of a trial marks on the axis of its figure.
typedef enum TrialMark { TRIAL_MARK_NONE, TRIAL_MARK_MEAN_IMAGE, TRIAL_MARK_PCA } TrialMark;

typedef struct TrialRow {
    const char *key, *claim, *rule;            // as in ClaimRow
    TrialVariant variants[TRIAL_VARIANTS_MAX]; // label NULL behind the last
    unsigned figures;                          // bits 1 << figure: those behind the verdict
    int drawn;                                 // the one of them that a picture draws
    TrialMark mark;
    int left_out;         // a class that is left out of the training images; -1: none
    bool is_by_threshold; // within chance where the seeds, each for itself, fall on both sides of one
    Verdict (*judge)(const TrialEvidence *evidence, ClaimResult *result);
    const char *so[VERDICT_COUNT];
} TrialRow;

const TrialRow *trial_get(int trial); // trial < TRIAL_COUNT
int trial_variant_count(const TrialRow *row);

// base's variant with base's seed + seed. seed < TRIAL_SEEDS.
Spec trial_spec(const Spec *base, const TrialRow *row, int variant, int seed);

// VERDICT_OPEN until every model has been measured after CLAIM_EPOCHS_MIN epochs.
ClaimResult trial_judge(int trial, const TrialEvidence *evidence);

// What chance makes of two variants' figures: the wider of their spreads over the seeds, of those that are finite.
double trial_chance(TrialSpread a, TrialSpread b);
bool trial_is_chance(TrialSpread a, TrialSpread b); // whether they differ by no more

double trial_value(const TrialModel *model, int figure); // infinite where the model broke

TrialSpread trial_spread(const TrialEvidence *evidence, int variant, int figure); // every seed is there
