// The rules of trials: what is said of the measured figures, and what follows.
#include "measuring/trial_rules.h"

#include <math.h>

#include "measuring/say.h"

static const double as_good_ratio = 1.25; // of another's error
static const double blob_share = 0.85;    // of the mean image's MSE: then it draws about the same for every digit
static const double pca_ratio = 1.05, far_pca_ratio = 1.25;
static const double dark_share = 0.9; // of the targets' mean brightness
static const double noisy_ratio = 1.25;
static const double same_kl = 0.2; // of the other's

// ---- what rules share ---------------------------------------------------------------------------------------------

#define add(result, ...) say_add((result)->sentence, sizeof(result)->sentence, __VA_ARGS__)

static TrialSpread mse_of(const TrialEvidence *evidence, int variant)
{
    return trial_spread(evidence, variant, TRIAL_MSE);
}

static bool is_blob(const TrialEvidence *evidence, int variant)
{
    return mse_of(evidence, variant).mean >= blob_share * evidence->facts->mean_image[LOSS_MSE];
}

static SaidFigure say(double value) { return isinf(value) ? (SaidFigure){"broken"} : say_loss(value); }

static SaidFigure say_mse(const TrialEvidence *evidence, int variant) { return say(mse_of(evidence, variant).mean); }

// ---- "BCE needs binary targets" -----------------------------------------------------------------------------------

Verdict trial_judge_needs_binary(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread bce = trial_spread(evidence, BINARY_BCE, TRIAL_MSE),
                      mse = trial_spread(evidence, BINARY_MSE, TRIAL_MSE);
    const TrialSpread cut = trial_spread(evidence, BINARY_CUT, TRIAL_MSE);
    add(result,
        "Trained on grey targets, BCE reaches an MSE of %s, MSE itself %s; trained on black-and-white ones, BCE "
        "reaches %s on the grey ones. BCE is least where output = target: grey only lifts its floor.",
        say(bce.mean).text, say(mse.mean).text, say(cut.mean).text);
    if (bce.mean <= as_good_ratio * mse.mean)
        return VERDICT_FALSE;
    return cut.mean < bce.mean && !trial_is_chance(cut, bce) ? VERDICT_TRUE : VERDICT_PARTLY;
}

// ---- "Cross-entropy gives a blob where MSE works" -----------------------------------------------------------------

Verdict trial_judge_blob(const TrialEvidence *evidence, ClaimResult *result)
{
    const bool by_adam = is_blob(evidence, BLOB_ADAM_BCE) && !is_blob(evidence, BLOB_ADAM_MSE);
    const bool by_sgd = is_blob(evidence, BLOB_SGD_BCE) && !is_blob(evidence, BLOB_SGD_MSE);
    add(result, "With Adam BCE reaches an MSE of %s, MSE %s; with plain SGD %s and %s. The mean image, a blob, has %s.",
        say_mse(evidence, BLOB_ADAM_BCE).text, say_mse(evidence, BLOB_ADAM_MSE).text,
        say_mse(evidence, BLOB_SGD_BCE).text, say_mse(evidence, BLOB_SGD_MSE).text,
        say(evidence->facts->mean_image[LOSS_MSE]).text);
    if (!by_adam && !by_sgd && is_blob(evidence, BLOB_SGD_BCE))
        add(result, " The optimizer makes the blob, not the loss.");
    return by_adam && by_sgd ? VERDICT_TRUE : by_adam || by_sgd ? VERDICT_PARTLY : VERDICT_FALSE;
}

// ---- "10e-5 kills the sparse autoencoder" -------------------------------------------------------------------------

Verdict trial_judge_sparse(const TrialEvidence *evidence, ClaimResult *result)
{
    const bool is_alive = !is_blob(evidence, SPARSE_NONE); // else it is not the price that kills
    const bool by_mean = is_alive && is_blob(evidence, SPARSE_MEAN), by_sum = is_alive && is_blob(evidence, SPARSE_SUM);
    add(result,
        "A price of 0.0001 gives an MSE of %s and %.0f %% dead numbers in the code, 0.0256 gives %s and %.0f %%, no "
        "price %s. Keras of 2016 summed it over the batch of 256, and 256 times 0.0001 is 0.0256.",
        say_mse(evidence, SPARSE_MEAN).text, 100.0 * trial_spread(evidence, SPARSE_MEAN, TRIAL_DEAD).mean,
        say_mse(evidence, SPARSE_SUM).text, 100.0 * trial_spread(evidence, SPARSE_SUM, TRIAL_DEAD).mean,
        say_mse(evidence, SPARSE_NONE).text);
    return by_mean ? VERDICT_TRUE : by_sum ? VERDICT_PARTLY : VERDICT_FALSE;
}

// ---- "Sum or mean makes no difference" ----------------------------------------------------------------------------

Verdict trial_judge_sum(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread adam = trial_spread(evidence, SUM_ADAM_MEAN, TRIAL_MSE);
    const TrialSpread adam_sum = trial_spread(evidence, SUM_ADAM_SUM, TRIAL_MSE);
    const TrialSpread sgd = trial_spread(evidence, SUM_SGD_MEAN, TRIAL_MSE);
    const TrialSpread sgd_sum = trial_spread(evidence, SUM_SGD_SUM, TRIAL_MSE);
    const bool by_adam = trial_is_chance(adam, adam_sum), by_sgd = trial_is_chance(sgd, sgd_sum);
    add(result,
        "With Adam the mean gives an MSE of %s and the sum %s (seeds differ by %s): it divides the factor of 784 away. "
        "With SGD %s and %s; with a rate 784 times smaller the sum gives %s.",
        say(adam.mean).text, say(adam_sum.mean).text, say(trial_chance(adam, adam_sum)).text, say(sgd.mean).text,
        say(sgd_sum.mean).text, say_mse(evidence, SUM_SGD_SMALL).text);
    return by_adam && by_sgd ? VERDICT_TRUE : by_adam || by_sgd ? VERDICT_PARTLY : VERDICT_FALSE;
}

// ---- "L1 gives sharper pictures" ----------------------------------------------------------------------------------

Verdict trial_judge_sharp(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread mae = trial_spread(evidence, SHARP_MAE, TRIAL_SHARPNESS);
    const TrialSpread mse = trial_spread(evidence, SHARP_MSE, TRIAL_SHARPNESS);
    const TrialSpread light = trial_spread(evidence, SHARP_MAE, TRIAL_LIGHT);
    const double target = evidence->facts->mean;
    const bool is_dark = light.mean < dark_share * target;
    add(result,
        "The edges of MAE's pictures are %.0f %% as strong as the digits' own, those of MSE's %.0f %%; SSIM is %s and "
        "%s.",
        100.0 * mae.mean, 100.0 * mse.mean, say(trial_spread(evidence, SHARP_MAE, TRIAL_SSIM).mean).text,
        say(trial_spread(evidence, SHARP_MSE, TRIAL_SSIM).mean).text);
    if (is_dark)
        add(result, " MAE loses %.0f %% of the light: in doubt it answers black.", 100.0 * (1.0 - light.mean / target));
    if (trial_is_chance(mae, mse))
        return VERDICT_CHANCE;
    return mae.mean < mse.mean ? VERDICT_FALSE : is_dark ? VERDICT_PARTLY : VERDICT_TRUE;
}

// ---- "A linear autoencoder is PCA" --------------------------------------------------------------------------------

Verdict trial_judge_pca(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread mse = trial_spread(evidence, PCA_LINEAR, TRIAL_MSE);
    const double ratio = mse.mean / evidence->pca_mse;
    add(result,
        "With no bend in it and MSE the network reaches a test MSE of %s; PCA with as many numbers, the best that a "
        "linear one can do, has %s.",
        say(mse.mean).text, say(evidence->pca_mse).text);
    return ratio <= pca_ratio ? VERDICT_TRUE : ratio <= far_pca_ratio ? VERDICT_PARTLY : VERDICT_FALSE;
}

// ---- "tanh with pixels from -1 to 1 is better" --------------------------------------------------------------------

Verdict trial_judge_tanh(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread tanh = trial_spread(evidence, TANH_TANH, TRIAL_MSE);
    const TrialSpread sigmoid = trial_spread(evidence, TANH_SIGMOID, TRIAL_MSE);
    add(result,
        "Mapped back to 0\u20261, tanh has an MSE of %s, a sigmoid on 0\u20261 %s; over three seeds they vary by up to "
        "%s.",
        say(tanh.mean).text, say(sigmoid.mean).text, say(trial_chance(tanh, sigmoid)).text);
    if (trial_is_chance(tanh, sigmoid))
        return VERDICT_CHANCE;
    return tanh.mean < sigmoid.mean ? VERDICT_TRUE : VERDICT_FALSE;
}

// ---- "Score a denoising autoencoder on noisy inputs" --------------------------------------------------------------

Verdict trial_judge_noisy(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread clean = trial_spread(evidence, NOISY_TRAINED, TRIAL_MSE),
                      noisy = trial_spread(evidence, NOISY_TRAINED, TRIAL_NOISY_MSE);
    const double ratio = fmax(clean.mean, noisy.mean) / fmin(clean.mean, noisy.mean);
    add(result,
        "Trained with noise of 0.5, it has a test MSE of %s on noisy digits, which it learnt to clean, and %s on clean "
        "ones, which it never saw.",
        say(noisy.mean).text, say(clean.mean).text);
    if (trial_is_chance(clean, noisy))
        return VERDICT_CHANCE;
    return ratio >= noisy_ratio ? VERDICT_TRUE : VERDICT_PARTLY;
}

// ---- "BCE separates odd digits better than MSE" -------------------------------------------------------------------

Verdict trial_judge_odd(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread bce = trial_spread(evidence, ODD_BCE, TRIAL_AUROC),
                      mse = trial_spread(evidence, ODD_MSE, TRIAL_AUROC);
    add(result,
        "Trained without the digit %d, BCE's error is larger for it than for another digit in %.1f %% of all pairs, "
        "MSE's in %.1f %%; over three seeds they vary by up to %.1f %%.",
        trial_get(TRIAL_ODD)->left_out, 100.0 * bce.mean, 100.0 * mse.mean, 100.0 * trial_chance(bce, mse));
    if (trial_is_chance(bce, mse))
        return VERDICT_CHANCE;
    return bce.mean > mse.mean ? VERDICT_TRUE : VERDICT_FALSE;
}

// ---- "Sum or mean makes no difference to a VAE" -------------------------------------------------------------------

static double kl_of(const TrialEvidence *evidence, int variant)
{
    return trial_spread(evidence, variant, TRIAL_KL).mean;
}

Verdict trial_judge_vae_sum(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread sum = mse_of(evidence, VAE_SUM), mean = mse_of(evidence, VAE_MEAN),
                      divided = mse_of(evidence, VAE_MEAN_DIVIDED);
    add(result,
        "At beta 1 the sum over the pixels gives an MSE of %s and a KL of %.2f nats, their mean %s and %.2f: beside it "
        "KL weighs 784 times as much. With beta divided by 784 the mean gives %s and %.2f.",
        say(sum.mean).text, kl_of(evidence, VAE_SUM), say(mean.mean).text, kl_of(evidence, VAE_MEAN),
        say(divided.mean).text, kl_of(evidence, VAE_MEAN_DIVIDED));
    if (trial_is_chance(sum, mean))
        return VERDICT_TRUE;
    return trial_is_chance(sum, divided) ? VERDICT_PARTLY : VERDICT_FALSE;
}

// ---- "MSE makes a VAE blurrier than BCE" --------------------------------------------------------------------------

static bool is_blurrier(const TrialEvidence *evidence, int variant)
{
    const TrialSpread bce = trial_spread(evidence, BLUR_BCE, TRIAL_SHARPNESS),
                      mse = trial_spread(evidence, variant, TRIAL_SHARPNESS);
    return mse.mean < bce.mean && !trial_is_chance(bce, mse);
}

Verdict trial_judge_vae_blur(const TrialEvidence *evidence, ClaimResult *result)
{
    const double kl = kl_of(evidence, BLUR_BCE), other = kl_of(evidence, BLUR_MSE_SAME);
    const bool is_same = fabs(other - kl) <= same_kl * kl, at_beta = is_blurrier(evidence, BLUR_MSE),
               at_kl = is_blurrier(evidence, BLUR_MSE_SAME);
    add(result,
        "At beta 1 edges are %.0f %% as strong as the digits' own with BCE, %.0f %% with MSE; KL is %.2f and %.2f "
        "nats. With MSE at beta 0.3 KL is %.2f and edges are %.0f %%.",
        100.0 * trial_spread(evidence, BLUR_BCE, TRIAL_SHARPNESS).mean,
        100.0 * trial_spread(evidence, BLUR_MSE, TRIAL_SHARPNESS).mean, kl, kl_of(evidence, BLUR_MSE), other,
        100.0 * trial_spread(evidence, BLUR_MSE_SAME, TRIAL_SHARPNESS).mean);
    if (!is_same)
        return at_beta ? VERDICT_PARTLY : VERDICT_FALSE;
    return at_beta && at_kl ? VERDICT_TRUE : at_beta || at_kl ? VERDICT_PARTLY : VERDICT_FALSE;
}
