// Trials: each rule on both sides of its thresholds; that the spread over the seeds decides; what is open.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/activation.h"
#include "measuring/trials.h"
#include "synthetic.h"

static TrialModel models[TRIAL_VARIANTS_MAX][TRIAL_SEEDS];
static TargetFacts target;
static TrialEvidence evidence;

static int set_up(void **state)
{
    (void)state;
    target = (TargetFacts){.images = 100, .mean = 0.13};
    target.mean_image[LOSS_MSE] = 0.0674;
    evidence = (TrialEvidence){.facts = &target, .pca_mse = 0.0168, .epochs = CLAIM_EPOCHS_MIN};
    memset(models, 0, sizeof models);
    for (int variant = 0; variant < TRIAL_VARIANTS_MAX; variant++)
        for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
            models[variant][seed] = (TrialModel){.is_measured = true, .test = {.images = 100, .code_units = 32}};
            evidence.models[variant][seed] = &models[variant][seed];
        }
    return 0;
}

typedef enum Which { MSE, NOISY, SHARPNESS, LIGHT, AUROC, KL } Which;

// The figure's values over the seeds are value - spread / 2, value, value + spread / 2.
static void put(Which which, int variant, double value, double spread)
{
    for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
        TrialModel *m = &models[variant][seed];
        double *const figures[] = {[MSE] = &m->test.mean[LOSS_MSE],
                                   [NOISY] = &m->test.noisy_mean[LOSS_MSE],
                                   [SHARPNESS] = &m->appearance.sharpness,
                                   [LIGHT] = &m->test.mean_output,
                                   [AUROC] = &m->auroc,
                                   [KL] = &m->test.kl};
        *figures[which] = value + spread * (seed - 1) / 2.0;
    }
}

static void judged(int trial, Verdict verdict)
{
    const ClaimResult result = trial_judge(trial, &evidence);
    if (result.verdict != verdict)
        fail_msg("%s: %s instead of %s", trial_get(trial)->key, claim_verdict_name(result.verdict),
                 claim_verdict_name(verdict));
    assert_true(strlen(result.sentence) > 20 && strlen(result.sentence) + 1 < sizeof result.sentence);
    assert_true(verdict == VERDICT_OPEN || *result.so);
}

static void open_until_all_are_measured(void **state)
{
    (void)state;
    for (int trial = 0; trial < TRIAL_COUNT; trial++) {
        const TrialRow *row = trial_get(trial);
        assert_true(trial_judge(trial, &evidence).verdict != VERDICT_OPEN);
        evidence.epochs = CLAIM_EPOCHS_MIN - 1;
        judged(trial, VERDICT_OPEN);
        evidence.epochs = CLAIM_EPOCHS_MIN;
        for (int variant = 0; variant < trial_variant_count(row); variant++)
            for (int seed = 0; seed < TRIAL_SEEDS; seed++) {
                evidence.models[variant][seed] = NULL;
                judged(trial, VERDICT_OPEN);
                evidence.models[variant][seed] = &models[variant][seed];
            }
    }
}

static void variants_are_specs(void **state)
{
    (void)state;
    const Spec base = synthetic_spec("seed=7");
    for (int trial = 0; trial < TRIAL_COUNT; trial++) {
        const TrialRow *row = trial_get(trial);
        assert_true(trial_variant_count(row) >= 1);
        for (int variant = 0; variant < trial_variant_count(row); variant++)
            for (int seed = 0; seed < TRIAL_SEEDS; seed++)
                assert_int_equal(trial_spec(&base, row, variant, seed).seed, 7 + seed);
    }
    const Spec slow = trial_spec(&base, trial_get(TRIAL_SUM), 4, 0),
               sum = trial_spec(&base, trial_get(TRIAL_SUM), 3, 0);
    assert_true(fabsf(slow.lr * 784.0f - sum.lr) < 1e-3f);
}

static void chance_is_the_wider_spread(void **state)
{
    (void)state;
    assert_true(trial_is_chance((TrialSpread){1.0, 0.9, 1.1}, (TrialSpread){1.19, 1.19, 1.19}));
    assert_false(trial_is_chance((TrialSpread){1.0, 0.9, 1.1}, (TrialSpread){1.21, 1.21, 1.21}));
    assert_false(trial_is_chance((TrialSpread){1.0, 0.9, 1.1}, (TrialSpread){INFINITY, 1.0, INFINITY}));
}

static void bce_and_grey_targets(void **state)
{
    (void)state;
    put(MSE, 1, 0.01, 0);
    put(MSE, 2, 0.011, 0);
    put(MSE, 0, 0.01249, 0);
    judged(TRIAL_NEEDS_BINARY, VERDICT_FALSE);
    put(MSE, 0, 0.01251, 0);
    judged(TRIAL_NEEDS_BINARY, VERDICT_TRUE);
    put(MSE, 2, 0.0126, 0);
    judged(TRIAL_NEEDS_BINARY, VERDICT_PARTLY);
    put(MSE, 0, 0.0125, 0.0001); // one seed above, one below
    judged(TRIAL_NEEDS_BINARY, VERDICT_CHANCE);
    assert_non_null(strstr(trial_judge(TRIAL_NEEDS_BINARY, &evidence).sentence, "the seeds do not agree"));
}

static void blobs(void **state)
{
    (void)state;
    const double low = 0.849 * 0.0674, high = 0.851 * 0.0674;
    for (int variant = 0; variant < 4; variant++)
        put(MSE, variant, low, 0);
    judged(TRIAL_BLOB, VERDICT_FALSE);
    put(MSE, 0, 0.85 * 0.0674, 0.001);
    judged(TRIAL_BLOB, VERDICT_CHANCE);
    put(MSE, 0, high, 0);
    judged(TRIAL_BLOB, VERDICT_PARTLY);
    put(MSE, 2, high, 0);
    judged(TRIAL_BLOB, VERDICT_TRUE);
    put(MSE, 1, high, 0);
    put(MSE, 3, high, 0);
    judged(TRIAL_BLOB, VERDICT_FALSE);
    assert_non_null(strstr(trial_judge(TRIAL_BLOB, &evidence).sentence, "The optimizer makes the blob"));
}

static void the_price_of_the_code(void **state)
{
    (void)state;
    put(MSE, 0, 0.0099, 0);
    put(MSE, 1, 0.0674, 0);
    judged(TRIAL_SPARSE, VERDICT_PARTLY);
    put(MSE, 1, 0.85 * 0.0674, 0.001);
    judged(TRIAL_SPARSE, VERDICT_CHANCE);
    put(MSE, 1, 0.01, 0);
    judged(TRIAL_SPARSE, VERDICT_FALSE);
    put(MSE, 0, 0.0674, 0);
    judged(TRIAL_SPARSE, VERDICT_TRUE);
    put(MSE, 2, 0.0674, 0); // what has no price is no better
    judged(TRIAL_SPARSE, VERDICT_FALSE);
}

static void sums_and_means(void **state)
{
    (void)state;
    put(MSE, 0, 0.01, 0.0002);
    put(MSE, 1, 0.01019, 0.0001);
    put(MSE, 2, 0.05, 0.001);
    put(MSE, 3, 0.0509, 0.001);
    judged(TRIAL_SUM, VERDICT_TRUE);
    models[3][1].is_broken = true;
    judged(TRIAL_SUM, VERDICT_PARTLY);
    assert_non_null(strstr(trial_judge(TRIAL_SUM, &evidence).sentence, "broken"));
    put(MSE, 1, 0.01021, 0.0001);
    judged(TRIAL_SUM, VERDICT_FALSE);
}

static void sharpness(void **state)
{
    (void)state;
    put(SHARPNESS, 0, 0.9, 0.02);
    put(SHARPNESS, 1, 0.881, 0.01);
    put(LIGHT, 0, 0.13, 0);
    judged(TRIAL_SHARP, VERDICT_CHANCE);
    put(SHARPNESS, 1, 0.879, 0.01);
    judged(TRIAL_SHARP, VERDICT_TRUE);
    put(LIGHT, 0, 0.1169, 0);
    judged(TRIAL_SHARP, VERDICT_PARTLY);
    put(SHARPNESS, 1, 0.921, 0.01);
    judged(TRIAL_SHARP, VERDICT_FALSE);
}

static void linear_beside_pca(void **state)
{
    (void)state;
    put(MSE, 0, 1.0499 * 0.0168, 0);
    judged(TRIAL_PCA, VERDICT_TRUE);
    put(MSE, 0, 1.05 * 0.0168, 0.001);
    judged(TRIAL_PCA, VERDICT_CHANCE);
    put(MSE, 0, 1.0501 * 0.0168, 0);
    judged(TRIAL_PCA, VERDICT_PARTLY);
    put(MSE, 0, 1.2501 * 0.0168, 0);
    judged(TRIAL_PCA, VERDICT_FALSE);
}

static void tanh_beside_a_sigmoid(void **state)
{
    (void)state;
    put(MSE, 0, 0.0100, 0.0002);
    put(MSE, 1, 0.0101, 0.0001);
    judged(TRIAL_TANH, VERDICT_CHANCE);
    put(MSE, 1, 0.01021, 0.0001);
    judged(TRIAL_TANH, VERDICT_TRUE);
    put(MSE, 1, 0.00979, 0.0001);
    judged(TRIAL_TANH, VERDICT_FALSE);
}

static void noisy_and_clean(void **state)
{
    (void)state;
    put(MSE, 0, 0.0200, 0.001);
    put(NOISY, 0, 0.0205, 0.001);
    judged(TRIAL_NOISY, VERDICT_CHANCE);
    put(NOISY, 0, 0.0249, 0.001);
    judged(TRIAL_NOISY, VERDICT_PARTLY);
    put(NOISY, 0, 0.0251, 0.001);
    judged(TRIAL_NOISY, VERDICT_TRUE);
    put(NOISY, 0, 0.0159, 0.001);
    judged(TRIAL_NOISY, VERDICT_TRUE);
}

static void odd_digits(void **state)
{
    (void)state;
    put(AUROC, 0, 0.80, 0.02);
    put(AUROC, 1, 0.79, 0.01);
    judged(TRIAL_ODD, VERDICT_CHANCE);
    put(AUROC, 1, 0.77, 0.01);
    judged(TRIAL_ODD, VERDICT_TRUE);
    put(AUROC, 1, 0.83, 0.01);
    judged(TRIAL_ODD, VERDICT_FALSE);
}

static void sums_and_means_of_a_vae(void **state)
{
    (void)state;
    put(MSE, 0, 0.040, 0.001);
    put(MSE, 1, 0.0409, 0.001);
    judged(TRIAL_VAE_SUM, VERDICT_TRUE);
    put(MSE, 1, 0.0411, 0.001);
    put(MSE, 2, 0.0409, 0.001);
    judged(TRIAL_VAE_SUM, VERDICT_PARTLY);
    put(MSE, 2, 0.0411, 0.001);
    judged(TRIAL_VAE_SUM, VERDICT_FALSE);
}

static void blur_of_a_vae(void **state)
{
    (void)state;
    put(SHARPNESS, 0, 0.50, 0.02);
    put(SHARPNESS, 1, 0.47, 0.02);
    put(SHARPNESS, 2, 0.47, 0.02);
    put(KL, 0, 5.0, 0);
    put(KL, 2, 5.99, 0);
    judged(TRIAL_VAE_BLUR, VERDICT_TRUE);
    put(KL, 2, 6.01, 0);
    judged(TRIAL_VAE_BLUR, VERDICT_PARTLY);
    put(SHARPNESS, 1, 0.49, 0.02);
    judged(TRIAL_VAE_BLUR, VERDICT_FALSE);
    put(KL, 2, 5.99, 0);
    judged(TRIAL_VAE_BLUR, VERDICT_PARTLY);
    put(SHARPNESS, 2, 0.49, 0.02);
    judged(TRIAL_VAE_BLUR, VERDICT_FALSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(open_until_all_are_measured, set_up),
        cmocka_unit_test_setup(variants_are_specs, set_up),
        cmocka_unit_test(chance_is_the_wider_spread),
        cmocka_unit_test_setup(bce_and_grey_targets, set_up),
        cmocka_unit_test_setup(blobs, set_up),
        cmocka_unit_test_setup(the_price_of_the_code, set_up),
        cmocka_unit_test_setup(sums_and_means, set_up),
        cmocka_unit_test_setup(sharpness, set_up),
        cmocka_unit_test_setup(linear_beside_pca, set_up),
        cmocka_unit_test_setup(tanh_beside_a_sigmoid, set_up),
        cmocka_unit_test_setup(noisy_and_clean, set_up),
        cmocka_unit_test_setup(odd_digits, set_up),
        cmocka_unit_test_setup(sums_and_means_of_a_vae, set_up),
        cmocka_unit_test_setup(blur_of_a_vae, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
