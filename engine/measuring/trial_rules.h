// Trial rules: for each trial how its variants are numbered, and the rule by which its row decides (TrialRow.judge).
//
// Internal to the engine. Thread: pure functions; any thread.
#pragma once
#include "measuring/trials.h"

typedef Verdict TrialJudge(const TrialEvidence *evidence, ClaimResult *result);

enum { BINARY_BCE, BINARY_MSE, BINARY_CUT };
enum { BLOB_ADAM_BCE, BLOB_ADAM_MSE, BLOB_SGD_BCE, BLOB_SGD_MSE };
enum { SPARSE_MEAN, SPARSE_SUM, SPARSE_NONE };
enum { SUM_ADAM_MEAN, SUM_ADAM_SUM, SUM_SGD_MEAN, SUM_SGD_SUM, SUM_SGD_SMALL };
enum { SHARP_MAE, SHARP_MSE };
enum { PCA_LINEAR };
enum { TANH_TANH, TANH_SIGMOID };
enum { NOISY_TRAINED };
enum { ODD_BCE, ODD_MSE };
enum { VAE_SUM, VAE_MEAN, VAE_MEAN_DIVIDED };
enum { BLUR_BCE, BLUR_MSE, BLUR_MSE_SAME };

TrialJudge trial_judge_needs_binary, trial_judge_blob, trial_judge_sparse, trial_judge_sum, trial_judge_sharp,
    trial_judge_pca, trial_judge_tanh, trial_judge_noisy, trial_judge_odd, trial_judge_vae_sum, trial_judge_vae_blur;
