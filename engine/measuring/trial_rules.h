// Trial rules: for each trial how its variants are numbered, and the rule by which its row decides (TrialRow.judge).
//
// Internal to the engine. Thread: pure functions; any thread.
#pragma once
#include "measuring/trials.h"

typedef Verdict TrialJudge(const TrialEvidence *evidence, ClaimResult *result);

enum { BINARY_BCE, BINARY_MSE, BINARY_CUT };
TrialJudge trial_judge_needs_binary;

enum { BLOB_ADAM_BCE, BLOB_ADAM_MSE, BLOB_SGD_BCE, BLOB_SGD_MSE };
TrialJudge trial_judge_blob;

enum { SPARSE_MEAN, SPARSE_SUM, SPARSE_NONE };
TrialJudge trial_judge_sparse;

enum { SUM_ADAM_MEAN, SUM_ADAM_SUM, SUM_SGD_MEAN, SUM_SGD_SUM, SUM_SGD_SMALL };
TrialJudge trial_judge_sum;

enum { SHARP_MAE, SHARP_MSE };
TrialJudge trial_judge_sharp;

enum { PCA_LINEAR };
TrialJudge trial_judge_pca;

enum { TANH_TANH, TANH_SIGMOID };
TrialJudge trial_judge_tanh;

enum { NOISY_TRAINED };
TrialJudge trial_judge_noisy;

enum { ODD_BCE, ODD_MSE };
TrialJudge trial_judge_odd;

enum { VAE_SUM, VAE_MEAN, VAE_MEAN_DIVIDED };
TrialJudge trial_judge_vae_sum;

enum { BLUR_BCE, BLUR_MSE, BLUR_MSE_SAME };
TrialJudge trial_judge_vae_blur;
