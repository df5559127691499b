// The table of trials and their rules. Thresholds stand beside the sentence that states them.
#include "measuring/trials.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "measuring/say.h"

static const double as_good_ratio = 1.25; // of another's error
static const double blob_share = 0.85;    // of the mean image's MSE: then it draws about the same for every digit
static const double pca_ratio = 1.05, far_pca_ratio = 1.25;
static const double dark_share = 0.9; // of the targets' mean brightness
static const double noisy_ratio = 1.25;
static const double same_kl = 0.2; // of the other's

// ---- figures over the seeds ---------------------------------------------------------------------------------------

static double find_mse(const TrialModel *m) { return m->test.mean[LOSS_MSE]; }
static double find_noisy_mse(const TrialModel *m) { return m->test.noisy_mean[LOSS_MSE]; }
static double find_sharpness(const TrialModel *m) { return m->appearance.sharpness; }
static double find_ssim(const TrialModel *m) { return m->appearance.ssim; }
static double find_light(const TrialModel *m) { return m->test.mean_output; }
static double find_auroc(const TrialModel *m) { return m->auroc; }
static double find_dead(const TrialModel *m) { return (double)m->test.dead_code_units / fmax(1.0, m->test.code_units); }

static double find_kl(const TrialModel *m) { return m->test.kl; }

static const TrialFigure figures[TRIAL_FIGURES] = {
    [TRIAL_MSE] = {"mse", "test MSE", find_mse},
    [TRIAL_NOISY_MSE] = {"noisy_mse", "the same, noisy inputs", find_noisy_mse},
    [TRIAL_SHARPNESS] = {"sharpness", "sharpness", find_sharpness},
    [TRIAL_SSIM] = {"ssim", "SSIM", find_ssim},
    [TRIAL_LIGHT] = {"brightness", "mean brightness", find_light},
    [TRIAL_AUROC] = {"auroc", "AUROC", find_auroc},
    [TRIAL_DEAD] = {"dead_share", "dead in the code", find_dead},
    [TRIAL_KL] = {"kl", "KL, nats", find_kl},
};

const TrialFigure *trial_figure_get(int figure)
{
    assert(figure >= 0 && figure < TRIAL_FIGURES);
    return &figures[figure];
}

double trial_value(const TrialModel *model, int figure)
{
    return model->is_broken ? (double)INFINITY : trial_figure_get(figure)->find(model);
}

TrialSpread trial_spread(const TrialEvidence *evidence, int variant, int figure)
{
    TrialSpread out = {.least = INFINITY, .most = -INFINITY};
    for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
        const double value = trial_value(evidence->models[variant][seed], figure);
        out.mean += value / TRIAL_SEEDS;
        out.least = fmin(out.least, value);
        out.most = fmax(out.most, value);
    }
    return out;
}

static TrialSpread mse_of(const TrialEvidence *evidence, int variant)
{
    return trial_spread(evidence, variant, TRIAL_MSE);
}

// Of those that are finite.
static double widest(TrialSpread a, TrialSpread b)
{
    const double first = isfinite(a.most) ? a.most - a.least : 0.0, second = isfinite(b.most) ? b.most - b.least : 0.0;
    return fmax(first, second);
}

bool trial_is_chance(TrialSpread a, TrialSpread b)
{
    return isfinite(a.mean) && isfinite(b.mean) && fabs(a.mean - b.mean) <= widest(a, b);
}

static bool is_blob(const TrialEvidence *evidence, int variant)
{
    return mse_of(evidence, variant).mean >= blob_share * evidence->facts->mean_image[LOSS_MSE];
}

// ---- words --------------------------------------------------------------------------------------------------------

#define add(result, ...) say_add((result)->sentence, sizeof(result)->sentence, __VA_ARGS__)

static SaidFigure say(double value) { return isinf(value) ? (SaidFigure){"broken"} : say_loss(value); }

static SaidFigure say_mse(const TrialEvidence *evidence, int variant) { return say(mse_of(evidence, variant).mean); }

// ---- "BCE needs binary targets" -----------------------------------------------------------------------------------

enum { BINARY_BCE, BINARY_MSE, BINARY_CUT };

static Verdict judge_needs_binary(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread bce = trial_spread(evidence, BINARY_BCE, TRIAL_MSE),
                      mse = trial_spread(evidence, BINARY_MSE, TRIAL_MSE);
    const TrialSpread cut = trial_spread(evidence, BINARY_CUT, TRIAL_MSE);
    add(result,
        "Trained on grey targets, BCE reaches an MSE of %s, MSE itself %s; trained on black-and-white ones, BCE "
        "reaches "
        "%s on the grey ones. BCE is least where output = target: grey only lifts its floor.",
        say(bce.mean).text, say(mse.mean).text, say(cut.mean).text);
    if (bce.mean <= as_good_ratio * mse.mean)
        return VERDICT_FALSE;
    return cut.mean < bce.mean && !trial_is_chance(cut, bce) ? VERDICT_TRUE : VERDICT_PARTLY;
}

// ---- "Cross-entropy gives a blob where MSE works" -----------------------------------------------------------------

enum { BLOB_ADAM_BCE, BLOB_ADAM_MSE, BLOB_SGD_BCE, BLOB_SGD_MSE };

static Verdict judge_blob(const TrialEvidence *evidence, ClaimResult *result)
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

enum { SPARSE_MEAN, SPARSE_SUM, SPARSE_NONE };

static Verdict judge_sparse(const TrialEvidence *evidence, ClaimResult *result)
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

enum { SUM_ADAM_MEAN, SUM_ADAM_SUM, SUM_SGD_MEAN, SUM_SGD_SUM, SUM_SGD_SMALL };

static Verdict judge_sum(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread adam = trial_spread(evidence, SUM_ADAM_MEAN, TRIAL_MSE);
    const TrialSpread adam_sum = trial_spread(evidence, SUM_ADAM_SUM, TRIAL_MSE);
    const TrialSpread sgd = trial_spread(evidence, SUM_SGD_MEAN, TRIAL_MSE);
    const TrialSpread sgd_sum = trial_spread(evidence, SUM_SGD_SUM, TRIAL_MSE);
    const bool by_adam = trial_is_chance(adam, adam_sum), by_sgd = trial_is_chance(sgd, sgd_sum);
    add(result,
        "With Adam the mean gives an MSE of %s and the sum %s (seeds differ by %s): it divides the factor of 784 away. "
        "With SGD %s and %s; with a rate 784 times smaller the sum gives %s.",
        say(adam.mean).text, say(adam_sum.mean).text, say(widest(adam, adam_sum)).text, say(sgd.mean).text,
        say(sgd_sum.mean).text, say_mse(evidence, SUM_SGD_SMALL).text);
    return by_adam && by_sgd ? VERDICT_TRUE : by_adam || by_sgd ? VERDICT_PARTLY : VERDICT_FALSE;
}

// ---- "L1 gives sharper pictures" ----------------------------------------------------------------------------------

enum { SHARP_MAE, SHARP_MSE };

static Verdict judge_sharp(const TrialEvidence *evidence, ClaimResult *result)
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

static Verdict judge_pca(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread mse = trial_spread(evidence, 0, TRIAL_MSE);
    const double ratio = mse.mean / evidence->pca_mse;
    add(result,
        "With no bend in it and MSE the network reaches a test MSE of %s; PCA with as many numbers, the best that a "
        "linear one can do, has %s.",
        say(mse.mean).text, say(evidence->pca_mse).text);
    return ratio <= pca_ratio ? VERDICT_TRUE : ratio <= far_pca_ratio ? VERDICT_PARTLY : VERDICT_FALSE;
}

// ---- "tanh with pixels from -1 to 1 is better" --------------------------------------------------------------------

enum { TANH_TANH, TANH_SIGMOID };

static Verdict judge_tanh(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread tanh = trial_spread(evidence, TANH_TANH, TRIAL_MSE);
    const TrialSpread sigmoid = trial_spread(evidence, TANH_SIGMOID, TRIAL_MSE);
    add(result,
        "Mapped back to 0\u20261, tanh has an MSE of %s, a sigmoid on 0\u20261 %s; over three seeds they vary by up to "
        "%s.",
        say(tanh.mean).text, say(sigmoid.mean).text, say(widest(tanh, sigmoid)).text);
    if (trial_is_chance(tanh, sigmoid))
        return VERDICT_CHANCE;
    return tanh.mean < sigmoid.mean ? VERDICT_TRUE : VERDICT_FALSE;
}

// ---- "A denoising autoencoder must be scored on noisy inputs" -----------------------------------------------------

static Verdict judge_noisy(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread clean = trial_spread(evidence, 0, TRIAL_MSE), noisy = trial_spread(evidence, 0, TRIAL_NOISY_MSE);
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

enum { ODD_BCE, ODD_MSE };

static Verdict judge_odd(const TrialEvidence *evidence, ClaimResult *result)
{
    const TrialSpread bce = trial_spread(evidence, ODD_BCE, TRIAL_AUROC),
                      mse = trial_spread(evidence, ODD_MSE, TRIAL_AUROC);
    add(result,
        "Trained without the digit %d, BCE's error is larger for it than for another digit in %.1f %% of all pairs, "
        "MSE's in %.1f %%; over three seeds they vary by up to %.1f %%.",
        trial_get(TRIAL_ODD)->left_out, 100.0 * bce.mean, 100.0 * mse.mean, 100.0 * widest(bce, mse));
    if (trial_is_chance(bce, mse))
        return VERDICT_CHANCE;
    return bce.mean > mse.mean ? VERDICT_TRUE : VERDICT_FALSE;
}

// ---- "Sum or mean makes no difference to a VAE" -------------------------------------------------------------------

enum { VAE_SUM, VAE_MEAN, VAE_MEAN_DIVIDED };

static double kl_of(const TrialEvidence *evidence, int variant)
{
    return trial_spread(evidence, variant, TRIAL_KL).mean;
}

static Verdict judge_vae_sum(const TrialEvidence *evidence, ClaimResult *result)
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

enum { BLUR_BCE, BLUR_MSE, BLUR_MSE_SAME };

static bool is_blurrier(const TrialEvidence *evidence, int variant)
{
    const TrialSpread bce = trial_spread(evidence, BLUR_BCE, TRIAL_SHARPNESS),
                      mse = trial_spread(evidence, variant, TRIAL_SHARPNESS);
    return mse.mean < bce.mean && !trial_is_chance(bce, mse);
}

static Verdict judge_vae_blur(const TrialEvidence *evidence, ClaimResult *result)
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

// ---- the table ----------------------------------------------------------------------------------------------------

static const char by_seed[] = CLAIM_SO_BY_CHANCE;

#define BIT(figure) (1u << (figure))

static const TrialRow rows[TRIAL_COUNT] = {
    [TRIAL_NEEDS_BINARY] =
        {"needs_binary",
         "BCE needs binary targets",
         "False if BCE, trained on grey targets, has at most 1.25 times the test MSE of a model trained with MSE. Else "
         "true if it gets better with binary targets by more than seeds differ, else partly true.",
         {{"BCE, grey", "loss=bce"}, {"MSE, grey", "loss=mse"}, {"BCE, 0 or 1", "loss=bce,targets=binary"}},
         BIT(TRIAL_MSE),
         TRIAL_MSE,
         TRIAL_MARK_NONE,
         -1,
         true,
         judge_needs_binary,
         {[VERDICT_TRUE] = "cut the targets to 0 and 1 before you take BCE.",
          [VERDICT_PARTLY] = "with grey targets take MSE.",
          [VERDICT_FALSE] = "leave the targets grey; judge BCE by its distance from the floor.",
          [VERDICT_CHANCE] = by_seed}},
    [TRIAL_BLOB] =
        {"blob",
         "Cross-entropy gives a blob where MSE works",
         "A blob has at least 0.85 times the mean image's MSE. True if BCE is one and MSE none with Adam and with SGD, "
         "partly true with one of them, else false.",
         {{"BCE, Adam", "layers=100,50,100,hidden=sigmoid,loss=bce"},
          {"MSE, Adam", "layers=100,50,100,hidden=sigmoid,loss=mse"},
          {"BCE, SGD", "layers=100,50,100,hidden=sigmoid,loss=bce,optimizer=sgd"},
          {"MSE, SGD", "layers=100,50,100,hidden=sigmoid,loss=mse,optimizer=sgd"}},
         BIT(TRIAL_MSE),
         TRIAL_MSE,
         TRIAL_MARK_MEAN_IMAGE,
         -1,
         true,
         judge_blob,
         {[VERDICT_TRUE] = "with inner sigmoids take MSE.",
          [VERDICT_PARTLY] = "with inner sigmoids take Adam, then either loss.",
          [VERDICT_FALSE] = "change the optimizer or the inner units, not the loss.",
          [VERDICT_CHANCE] = by_seed}},
    [TRIAL_SPARSE] =
        {"sparse",
         "10e-5 kills the sparse autoencoder",
         "Killed means a test MSE of at least 0.85 times the mean image's where it is less without a price. True if a "
         "price of the code of 0.0001 does it, partly true if 0.0256 does, the same summed over a batch of 256; else "
         "false.",
         {{"0.0001", "l1=0.0001"}, {"0.0256", "l1=0.0256"}, {"none", "l1=0"}},
         BIT(TRIAL_MSE) | BIT(TRIAL_DEAD),
         TRIAL_MSE,
         TRIAL_MARK_MEAN_IMAGE,
         -1,
         true,
         judge_sparse,
         {[VERDICT_TRUE] = "take a lower price.",
          [VERDICT_PARTLY] = "ask whether your framework sums the price over the batch, and divide by the batch.",
          [VERDICT_FALSE] = "take it: the code survives.",
          [VERDICT_CHANCE] = by_seed}},
    [TRIAL_SUM] =
        {"sum",
         "Sum or mean makes no difference",
         "Makes none where the test MSE of both differs by no more than seeds do. True if so with Adam and with SGD at "
         "one learning rate, partly true with one of them, else false.",
         {{"mean, Adam", "optimizer=adam"},
          {"sum, Adam", "optimizer=adam,reduce=sum"},
          {"mean, SGD", "optimizer=sgd"},
          {"sum, SGD", "optimizer=sgd,reduce=sum"},
          {"sum, SGD/784", "optimizer=sgd,reduce=sum,lr=0.00127551"}},
         BIT(TRIAL_MSE),
         TRIAL_MSE,
         TRIAL_MARK_MEAN_IMAGE,
         -1,
         false,
         judge_sum,
         {[VERDICT_TRUE] = "take either.",
          [VERDICT_PARTLY] = "with Adam take either; with SGD divide the learning rate by 784 for the sum.",
          [VERDICT_FALSE] = "say which one you took, and choose the learning rate for it."}},
    [TRIAL_SHARP] =
        {"sharp",
         "L1 gives sharper pictures",
         "By the mean gradient of the output over that of the target. True if MAE's is above MSE's by more than seeds "
         "differ, partly true if it also loses more than a tenth of the light, else false.",
         {{"MAE", "loss=mae"}, {"MSE", "loss=mse"}},
         BIT(TRIAL_SHARPNESS) | BIT(TRIAL_SSIM) | BIT(TRIAL_LIGHT) | BIT(TRIAL_MSE),
         TRIAL_SHARPNESS,
         TRIAL_MARK_NONE,
         -1,
         false,
         judge_sharp,
         {[VERDICT_TRUE] = "for crisp edges take MAE.",
          [VERDICT_PARTLY] = "take MAE where missing strokes matter less than soft ones.",
          [VERDICT_FALSE] = "for sharper pictures make the code larger, not the loss another.",
          [VERDICT_CHANCE] = "take either; the seed matters as much."}},
    [TRIAL_PCA] =
        {"pca",
         "A linear autoencoder is PCA",
         "By the test MSE of a network without bends over that of PCA with as many components: true up to 1.05, partly "
         "true up to 1.25, else false.",
         {{"linear", "hidden=linear,output=linear,loss=mse"}},
         BIT(TRIAL_MSE),
         TRIAL_MSE,
         TRIAL_MARK_PCA,
         -1,
         true,
         judge_pca,
         {[VERDICT_TRUE] = "for a linear code take PCA: it is exact and needs no training.",
          [VERDICT_PARTLY] = "train on; PCA is where it ends.",
          [VERDICT_FALSE] = "train on, or take PCA, which is where it ends.",
          [VERDICT_CHANCE] = by_seed}},
    [TRIAL_TANH] =
        {"tanh",
         "tanh with pixels from -1 to 1 is better",
         "By the test MSE after mapping back to 0\u20261, both trained with MSE: true if tanh's is lower by more than "
         "seeds differ, false if it is higher by more.",
         {{"tanh, \u22121\u20261", "output=tanh,range=symmetric,loss=mse"}, {"sigmoid, 0\u20261", "loss=mse"}},
         BIT(TRIAL_MSE),
         TRIAL_MSE,
         TRIAL_MARK_NONE,
         -1,
         false,
         judge_tanh,
         {[VERDICT_TRUE] = "take tanh, and map the data to \u22121\u20261.",
          [VERDICT_FALSE] = "stay with 0\u20261 and a sigmoid.",
          [VERDICT_CHANCE] = "take either, as long as range and output agree."}},
    [TRIAL_NOISY] =
        {"noisy",
         "A denoising autoencoder must be scored on noisy inputs",
         "True if the test MSE on noisy and on clean inputs differs by more than seeds do and by a factor of 1.25, "
         "partly true if by more than seeds do.",
         {{"noise 0.5", "noise=0.5,loss=bce"}},
         BIT(TRIAL_MSE) | BIT(TRIAL_NOISY_MSE),
         TRIAL_MSE,
         TRIAL_MARK_NONE,
         -1,
         false,
         judge_noisy,
         {[VERDICT_TRUE] = "score it on what it will be given, and name which that is.",
          [VERDICT_PARTLY] = "name on which inputs a figure was measured.",
          [VERDICT_CHANCE] = "score it on either."}},
    [TRIAL_ODD] =
        {"odd",
         "BCE separates odd digits better than MSE",
         "By the AUROC of each model's own loss for a digit that it never saw: true if BCE's is higher by more than "
         "seeds differ, false if it is lower by more.",
         {{"BCE", "loss=bce"}, {"MSE", "loss=mse"}},
         BIT(TRIAL_MSE) | BIT(TRIAL_AUROC),
         TRIAL_AUROC,
         TRIAL_MARK_NONE,
         4,
         false,
         judge_odd,
         {[VERDICT_TRUE] = "to find odd digits take BCE.",
          [VERDICT_FALSE] = "to find odd digits take MSE.",
          [VERDICT_CHANCE] = "take either; the seed matters as much."}},
    [TRIAL_VAE_SUM] =
        {"vae_sum",
         "Sum or mean makes no difference to a VAE",
         "Makes none where the test MSE of both differs by no more than seeds do. True if so at beta 1, partly true if "
         "only with beta divided by 784 beside the mean, else false.",
         {{"sum", "model=vae"},
          {"mean", "model=vae,reduce=mean"},
          {"mean, beta/784", "model=vae,reduce=mean,beta=0.00127551"}},
         BIT(TRIAL_MSE) | BIT(TRIAL_KL),
         TRIAL_MSE,
         TRIAL_MARK_MEAN_IMAGE,
         -1,
         false,
         judge_vae_sum,
         {[VERDICT_TRUE] = "take either.",
          [VERDICT_PARTLY] = "sum over the pixels, or divide beta by their number.",
          [VERDICT_FALSE] = "sum over the pixels, as the paper does."}},
    [TRIAL_VAE_BLUR] =
        {"vae_blur",
         "MSE makes a VAE blurrier than BCE",
         "Blurrier is a mean gradient of the output, over that of the target, that is lower by more than seeds differ. "
         "True if MSE is so at beta 1 and at beta 0.3, where its KL is within a fifth of BCE's; partly true if only at "
         "one of them, or if the KLs are not alike; else false.",
         {{"BCE", "model=vae,loss=bce"}, {"MSE", "model=vae,loss=mse"}, {"MSE, 0.3", "model=vae,loss=mse,beta=0.3"}},
         BIT(TRIAL_SHARPNESS) | BIT(TRIAL_KL) | BIT(TRIAL_MSE),
         TRIAL_SHARPNESS,
         TRIAL_MARK_NONE,
         -1,
         false,
         judge_vae_blur,
         {[VERDICT_TRUE] = "take BCE for crisper pictures.",
          [VERDICT_PARTLY] = "compare losses at one KL: choose beta for each.",
          [VERDICT_FALSE] = "take either loss, and choose beta by the KL."}},
};

const TrialRow *trial_get(int trial)
{
    assert(trial >= 0 && trial < TRIAL_COUNT);
    return &rows[trial];
}

int trial_variant_count(const TrialRow *row)
{
    int count = 0;
    while (count < TRIAL_VARIANTS_MAX && row->variants[count].label)
        count++;
    return count;
}

Spec trial_spec(const Spec *base, const TrialRow *row, int variant, int seed)
{
    Spec spec = *base;
    const bool is_known = spec_change(&spec, row->variants[variant].change, NULL);
    assert(is_known && "a trial's change is a spec");
    (void)is_known;
    spec.seed += (uint32_t)seed;
    return spec;
}

// Whether each seed for itself says the same. Else the sentence says what each of them does.
static bool do_seeds_agree(const TrialRow *row, const TrialEvidence *evidence, ClaimResult *result)
{
    Verdict verdicts[TRIAL_SEEDS];
    bool do_agree = true;
    for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
        TrialEvidence alone = *evidence;
        ClaimResult said = {.verdict = VERDICT_OPEN};
        for (int variant = 0; variant < trial_variant_count(row); variant++)
            for (int i = 0; i < TRIAL_SEEDS; i++)
                alone.models[variant][i] = evidence->models[variant][seed];
        verdicts[seed] = row->judge(&alone, &said);
        do_agree = do_agree && verdicts[seed] == verdicts[0];
    }
    if (!do_agree)
        claim_add_verdicts(verdicts, TRIAL_SEEDS, result);
    return do_agree;
}

ClaimResult trial_judge(int trial, const TrialEvidence *evidence)
{
    const TrialRow *row = trial_get(trial);
    ClaimResult out = {.verdict = VERDICT_OPEN, .epoch = evidence->epochs, .so = ""};
    bool is_measured = evidence->facts && evidence->epochs >= CLAIM_EPOCHS_MIN;
    for (int variant = 0; variant < trial_variant_count(row); variant++)
        for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
            const TrialModel *model = evidence->models[variant][seed];
            is_measured = is_measured && model && (model->is_measured || model->is_broken);
        }
    if (!is_measured) {
        add(&out, "Not measured yet: epoch %d of at least %d, with %d seeds.", evidence->epochs, CLAIM_EPOCHS_MIN,
            TRIAL_SEEDS);
        return out;
    }
    out.verdict = row->judge(evidence, &out);
    if (row->is_by_threshold && !do_seeds_agree(row, evidence, &out))
        out.verdict = VERDICT_CHANCE;
    out.so = row->so[out.verdict];
    return out;
}
