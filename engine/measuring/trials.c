// The table of trials, and how one is decided over its seeds.
#include "measuring/trials.h"

#include <assert.h>

#include "measuring/say.h"
#include "measuring/trial_rules.h"

static const char by_seed[] = CLAIM_SO_BY_CHANCE;

#define BIT(figure) (1u << (figure))

static const TrialRow rows[TRIAL_COUNT] = {
    [TRIAL_NEEDS_BINARY] =
        {"needs_binary",
         "BCE needs binary targets",
         "False if BCE, trained on grey targets, has at most 1.25 times the test MSE of a model trained with MSE. Else "
         "true if it gets better with binary targets by more than seeds differ, else partly true.",
         {[BINARY_BCE] = {"BCE, grey", "loss=bce"},
          [BINARY_MSE] = {"MSE, grey", "loss=mse"},
          [BINARY_CUT] = {"BCE, 0 or 1", "loss=bce,targets=binary"}},
         BIT(TRIAL_MSE),
         TRIAL_MSE,
         TRIAL_MARK_NONE,
         -1,
         true,
         trial_judge_needs_binary,
         {[VERDICT_TRUE] = "cut the targets to 0 and 1 before you take BCE.",
          [VERDICT_PARTLY] = "with grey targets take MSE.",
          [VERDICT_FALSE] = "leave the targets grey; judge BCE by its distance from the floor.",
          [VERDICT_CHANCE] = by_seed}},
    [TRIAL_BLOB] =
        {"blob",
         "Cross-entropy gives a blob where MSE works",
         "A blob has at least 0.85 times the mean image's MSE. True if BCE is one and MSE none with Adam and with SGD, "
         "partly true with one of them, else false.",
         {[BLOB_ADAM_BCE] = {"BCE, Adam", "layers=100,50,100,hidden=sigmoid,loss=bce"},
          [BLOB_ADAM_MSE] = {"MSE, Adam", "layers=100,50,100,hidden=sigmoid,loss=mse"},
          [BLOB_SGD_BCE] = {"BCE, SGD", "layers=100,50,100,hidden=sigmoid,loss=bce,optimizer=sgd"},
          [BLOB_SGD_MSE] = {"MSE, SGD", "layers=100,50,100,hidden=sigmoid,loss=mse,optimizer=sgd"}},
         BIT(TRIAL_MSE),
         TRIAL_MSE,
         TRIAL_MARK_MEAN_IMAGE,
         -1,
         true,
         trial_judge_blob,
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
         {[SPARSE_MEAN] = {"0.0001", "l1=0.0001"},
          [SPARSE_SUM] = {"0.0256", "l1=0.0256"},
          [SPARSE_NONE] = {"none", "l1=0"}},
         BIT(TRIAL_MSE) | BIT(TRIAL_DEAD),
         TRIAL_MSE,
         TRIAL_MARK_MEAN_IMAGE,
         -1,
         true,
         trial_judge_sparse,
         {[VERDICT_TRUE] = "take a lower price.",
          [VERDICT_PARTLY] = "ask whether your framework sums the price over the batch, and divide by the batch.",
          [VERDICT_FALSE] = "take it: the code survives.",
          [VERDICT_CHANCE] = by_seed}},
    [TRIAL_SUM] =
        {"sum",
         "Sum or mean makes no difference",
         "Makes none where the test MSE of both differs by no more than seeds do. True if so with Adam and with SGD at "
         "one learning rate, partly true with one of them, else false.",
         {[SUM_ADAM_MEAN] = {"mean, Adam", "optimizer=adam"},
          [SUM_ADAM_SUM] = {"sum, Adam", "optimizer=adam,reduce=sum"},
          [SUM_SGD_MEAN] = {"mean, SGD", "optimizer=sgd"},
          [SUM_SGD_SUM] = {"sum, SGD", "optimizer=sgd,reduce=sum"},
          [SUM_SGD_SMALL] = {"sum, SGD/784", "optimizer=sgd,reduce=sum,lr=0.00127551"}},
         BIT(TRIAL_MSE),
         TRIAL_MSE,
         TRIAL_MARK_MEAN_IMAGE,
         -1,
         false,
         trial_judge_sum,
         {[VERDICT_TRUE] = "take either.",
          [VERDICT_PARTLY] = "with Adam take either; with SGD divide the learning rate by 784 for the sum.",
          [VERDICT_FALSE] = "say which one you took, and choose the learning rate for it."}},
    [TRIAL_SHARP] =
        {"sharp",
         "L1 gives sharper pictures",
         "By the mean gradient of the output over that of the target. True if MAE's is above MSE's by more than seeds "
         "differ, partly true if it also loses more than a tenth of the light, else false.",
         {[SHARP_MAE] = {"MAE", "loss=mae"}, [SHARP_MSE] = {"MSE", "loss=mse"}},
         BIT(TRIAL_SHARPNESS) | BIT(TRIAL_SSIM) | BIT(TRIAL_LIGHT) | BIT(TRIAL_MSE),
         TRIAL_SHARPNESS,
         TRIAL_MARK_NONE,
         -1,
         false,
         trial_judge_sharp,
         {[VERDICT_TRUE] = "for crisp edges take MAE.",
          [VERDICT_PARTLY] = "take MAE where missing strokes matter less than soft ones.",
          [VERDICT_FALSE] = "for sharper pictures make the code larger, not the loss another.",
          [VERDICT_CHANCE] = "take either; the seed matters as much."}},
    [TRIAL_PCA] =
        {"pca",
         "A linear autoencoder is PCA",
         "By the test MSE of a network without bends over that of PCA with as many components: true up to 1.05, partly "
         "true up to 1.25, else false.",
         {[PCA_LINEAR] = {"linear", "hidden=linear,output=linear,loss=mse"}},
         BIT(TRIAL_MSE),
         TRIAL_MSE,
         TRIAL_MARK_PCA,
         -1,
         true,
         trial_judge_pca,
         {[VERDICT_TRUE] = "for a linear code take PCA: it is exact and needs no training.",
          [VERDICT_PARTLY] = "train on; PCA is where it ends.",
          [VERDICT_FALSE] = "train on, or take PCA, which is where it ends.",
          [VERDICT_CHANCE] = by_seed}},
    [TRIAL_TANH] =
        {"tanh",
         "tanh with pixels from -1 to 1 is better",
         "By the test MSE after mapping back to 0\u20261, both trained with MSE: true if tanh's is lower by more than "
         "seeds differ, false if it is higher by more.",
         {[TANH_TANH] = {"tanh, \u22121\u20261", "output=tanh,range=symmetric,loss=mse"},
          [TANH_SIGMOID] = {"sigmoid, 0\u20261", "loss=mse"}},
         BIT(TRIAL_MSE),
         TRIAL_MSE,
         TRIAL_MARK_NONE,
         -1,
         false,
         trial_judge_tanh,
         {[VERDICT_TRUE] = "take tanh, and map the data to \u22121\u20261.",
          [VERDICT_FALSE] = "stay with 0\u20261 and a sigmoid.",
          [VERDICT_CHANCE] = "take either, as long as range and output agree."}},
    [TRIAL_NOISY] =
        {"noisy",
         "Score a denoising autoencoder on noisy inputs",
         "True if the test MSE on noisy and on clean inputs differs by more than seeds do and by a factor of 1.25, "
         "partly true if by more than seeds do.",
         {[NOISY_TRAINED] = {"noise 0.5", "noise=0.5,loss=bce"}},
         BIT(TRIAL_MSE) | BIT(TRIAL_NOISY_MSE),
         TRIAL_MSE,
         TRIAL_MARK_NONE,
         -1,
         false,
         trial_judge_noisy,
         {[VERDICT_TRUE] = "score it on what it will be given, and name which that is.",
          [VERDICT_PARTLY] = "name on which inputs a figure was measured.",
          [VERDICT_CHANCE] = "score it on either."}},
    [TRIAL_ODD] =
        {"odd",
         "BCE separates odd digits better than MSE",
         "By the AUROC of each model's own loss for a digit that it never saw: true if BCE's is higher by more than "
         "seeds differ, false if it is lower by more.",
         {[ODD_BCE] = {"BCE", "loss=bce"}, [ODD_MSE] = {"MSE", "loss=mse"}},
         BIT(TRIAL_MSE) | BIT(TRIAL_AUROC),
         TRIAL_AUROC,
         TRIAL_MARK_NONE,
         4,
         false,
         trial_judge_odd,
         {[VERDICT_TRUE] = "to find odd digits take BCE.",
          [VERDICT_FALSE] = "to find odd digits take MSE.",
          [VERDICT_CHANCE] = "take either; the seed matters as much."}},
    [TRIAL_VAE_SUM] =
        {"vae_sum",
         "Sum or mean makes no difference to a VAE",
         "Makes none where the test MSE of both differs by no more than seeds do. True if so at beta 1, partly true if "
         "only with beta divided by 784 beside the mean, else false.",
         {[VAE_SUM] = {"sum", "model=vae"},
          [VAE_MEAN] = {"mean", "model=vae,reduce=mean"},
          [VAE_MEAN_DIVIDED] = {"mean, beta/784", "model=vae,reduce=mean,beta=0.00127551"}},
         BIT(TRIAL_MSE) | BIT(TRIAL_KL),
         TRIAL_MSE,
         TRIAL_MARK_MEAN_IMAGE,
         -1,
         false,
         trial_judge_vae_sum,
         {[VERDICT_TRUE] = "take either.",
          [VERDICT_PARTLY] = "sum over the pixels, or divide beta by their number.",
          [VERDICT_FALSE] = "sum over the pixels, as the paper does."}},
    [TRIAL_VAE_BLUR] =
        {"vae_blur",
         "MSE makes a VAE blurrier than BCE",
         "Blurrier is a mean gradient of the output, over that of the target, that is lower by more than seeds differ. "
         "True if MSE is so at beta 1 and at beta 0.3, where its KL is within a fifth of BCE's; partly true if only at "
         "one of them, or if the KLs are not alike; else false.",
         {[BLUR_BCE] = {"BCE", "model=vae,loss=bce"},
          [BLUR_MSE] = {"MSE", "model=vae,loss=mse"},
          [BLUR_MSE_SAME] = {"MSE, 0.3", "model=vae,loss=mse,beta=0.3"}},
         BIT(TRIAL_SHARPNESS) | BIT(TRIAL_KL) | BIT(TRIAL_MSE),
         TRIAL_SHARPNESS,
         TRIAL_MARK_NONE,
         -1,
         false,
         trial_judge_vae_blur,
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
        say_add(out.sentence, sizeof out.sentence, "Not measured yet: epoch %d of at least %d, with %d seeds.",
                evidence->epochs, CLAIM_EPOCHS_MIN, TRIAL_SEEDS);
        return out;
    }
    out.verdict = row->judge(evidence, &out);
    if (row->is_by_threshold && !do_seeds_agree(row, evidence, &out))
        out.verdict = VERDICT_CHANCE;
    out.so = row->so[out.verdict];
    return out;
}
